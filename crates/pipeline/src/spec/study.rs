//! Studies: what a YAML file says, after checking.

use tempered_math::catalogue::Choice;
use tempered_math::estimator;
use tempered_math::score::Criteria;

/// A checked study.
///
/// - every list holds at least one entry and no entry twice;
/// - labels and the name are identifiers, fit for file names;
/// - n is at least 2, trials at least 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// Names the run directory.
    pub name: String,
    /// Decides every random number.
    pub seed: u64,
    /// Trials a cell.
    pub trials: u64,
    /// Points a trial.
    pub n: Vec<u64>,
    /// Laws of x.
    pub designs: Vec<Choice>,
    /// Targets f*.
    pub targets: Vec<Choice>,
    /// Laws of ε.
    pub noises: Vec<Choice>,
    /// Estimators by label.
    pub estimators: Vec<(String, Choice)>,
    /// What is evaluated, and where.
    pub criteria: Criteria,
    /// Position of the estimator that distances are measured from.
    pub reference: Option<usize>,
    /// Steps of training, ascending, after which estimators that train are evaluated too.
    pub checkpoints: Vec<u64>,
    /// Which networks are stored.
    pub weights: Weights,
    /// Sample points a shard at most, but at least one trial.
    pub shard_points: u64,
    /// Levels of the quantiles that the analysis shows.
    pub quantiles: Vec<f64>,
    /// Share of failed trials at which a run still counts as a success.
    pub max_failed: f64,
}

impl Study {
    /// Trials in a full shard of a cell with this n. A function of n alone, so that more trials or other estimators
    /// leave the shards there are where they are.
    pub fn shard_trials(&self, n: u64) -> u64 {
        shard_trials(self.shard_points, n)
    }

    /// Files of one table.
    pub fn files(&self) -> u128 {
        let laws: u128 = [&self.designs, &self.targets, &self.noises]
            .map(|choices| choices.len() as u128)
            .iter()
            .product();
        let shards = self.n.iter().map(|n| u128::from(self.trials.div_ceil(self.shard_trials(*n))));
        shards.sum::<u128>() * laws * self.estimators.len() as u128
    }
}

/// Trials in a full shard of so many sample points at most.
pub(crate) fn shard_trials(shard_points: u64, n: u64) -> u64 {
    (shard_points / n.max(1)).clamp(1, 1 << 20)
}

/// Whether an estimator trains step by step.
pub fn trains(estimator: &Choice) -> bool {
    estimator.build(estimator::CATALOGUE).is_ok_and(|estimator| estimator.trains())
}

/// Which networks are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// Every trial's.
    All,
    /// No trial's.
    None,
    /// Those of trials 0, k, 2k, …
    Every(u64),
}
