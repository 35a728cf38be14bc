//! What is stated of means, and of indices, where nothing or something may be.

use crate::count::Share;
use crate::run::Row;
use crate::setting::{Estimator, Noise, Risk, Setting};
use crate::study::Study;
use crate::truth::Truth;
use std::collections::BTreeMap;

/// What is known of the mean of R over training sets of one n.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MeanIs {
    /// E R = ∞: the index is at most 1.
    Infinite,
    /// E R < ∞ and E R² = ∞: the index is at most 2.
    WithoutVariance,
    /// Mean and variance, and so many trials that the standard deviation is known to a tenth.
    Clear,
    /// Mean and variance, and too few trials or no fourth moment.
    Faint,
}

impl MeanIs {
    pub const ALL: [MeanIs; 4] = [MeanIs::Infinite, MeanIs::WithoutVariance, MeanIs::Clear, MeanIs::Faint];

    pub fn name(self) -> &'static str {
        match self {
            MeanIs::Infinite => "trusted without a mean",
            MeanIs::WithoutVariance => "trusted without a variance",
            MeanIs::Clear => "trusted where mean and variance exist and trials suffice",
            MeanIs::Faint => "trusted where they exist and trials are few or the fourth moment infinite",
        }
    }

    fn of(setting: &Setting, truth: &Truth, n: f64, trials: u64) -> Option<MeanIs> {
        Some(match truth.risk? {
            index if index <= 1.0 => MeanIs::Infinite,
            index if index <= 2.0 => MeanIs::WithoutVariance,
            index if index.is_infinite() && trials as f64 > needed(setting, n) => MeanIs::Clear,
            _ => MeanIs::Faint,
        })
    }
}

/// Trials that give the variance to a fifth and the standard deviation to a tenth, (κ − 1)/N < (1/5)²: κ = 3 + E|ε|^(4p) / (n (E|ε|^(2p))²) of a mean of n terms, and
/// without the n where one term, a mean of all labels or a maximum, is all there is.
fn needed(setting: &Setting, n: f64) -> f64 {
    const SPREAD: f64 = 0.2;
    let Setting { noise, estimator, risk, .. } = setting;
    let p = if let Risk::Power(p) = risk { *p } else { 1.0 };
    let single = matches!(estimator, Estimator::Polynomial(_)) || *risk == Risk::Sup;
    let noise = if matches!(estimator, Estimator::Polynomial(_)) { Noise::Normal(1.0) } else { *noise };
    let unit = if let Noise::Normal(_) = noise { Noise::Normal(1.0) } else { noise };
    let ratio = unit.moment(4.0 * p) / unit.moment(2.0 * p).powi(2);
    (2.0 + ratio / if single { 1.0 } else { n }) / (SPREAD * SPREAD)
}

/// Shares of statements.
#[derive(Default)]
pub struct Claims {
    means: BTreeMap<(MeanIs, u64), Share>,
    /// By what is stated of a global fit: a tail index of contributions, which it has none of.
    pub indices: BTreeMap<&'static str, Share>,
}

impl Claims {
    /// Looks at a level.
    pub fn add_level(&mut self, study: &Study, row: &Row, setting: &Setting, truth: &Truth) {
        let Some(n) = row.number("n") else { return };
        let trials = study.trials;
        if let Some(mean) = MeanIs::of(setting, truth, n, trials) {
            self.means.entry((mean, trials)).or_default().add(row.says("mean_trusted"));
        }
    }

    /// Looks at a series.
    pub fn add_series(&mut self, row: &Row, setting: &Setting) {
        if matches!(setting.estimator, Estimator::Polynomial(_)) && setting.risk != Risk::Sup {
            let stated = row.number("tail_index").is_some();
            self.indices.entry("gap index of a global fit").or_default().add(stated);
        }
    }

    /// How often a mean was trusted, by trials.
    pub fn trusted(&self, mean: MeanIs) -> Vec<(u64, Share)> {
        let ours = self.means.iter().filter(|((of, _), _)| *of == mean);
        ours.map(|((_, trials), share)| (*trials, *share)).collect()
    }

    /// The same over all trials.
    pub fn trusted_of_all(&self, mean: MeanIs) -> Share {
        let mut all = Share::default();
        for (_, share) in self.trusted(mean) {
            all.hits += share.hits;
            all.of += share.of;
        }
        all
    }
}
