//! Studies: what a YAML file says, after checking.

use super::estimands::Estimand;
use super::estimator::Estimator;
use super::own_data::is_generator;
use super::process::line_estimators;
use super::rows::digest;
use super::space::{Size, Space};
use super::weights::Weights;
use serde_yaml::Value as Resolved;
use std::collections::HashSet;
use std::sync::Arc;
use tempered_math::catalogue::Choice;
use tempered_math::score::Criteria;
use tempered_store::ParameterKind;

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
    /// Where the cells are no product of n, designs, targets and noises: what they are.
    pub cells: Option<Arc<Cells>>,
    /// Estimators, all variants of a name one after the other.
    pub estimators: Vec<Estimator>,
    /// Swept parameters that have a column, in the order of their names.
    pub parameters: Vec<(String, ParameterKind)>,
    /// Columns of metrics that programs answer, in the order of their names.
    pub metrics: Vec<String>,
    /// Parameters of the data that have a column besides those that the files of all studies have, in the order of their
    /// names.
    pub data_parameters: Vec<String>,
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
    /// Trials a shard at most, whatever they cost; their cost decides where it is not given.
    pub shard_trials: Option<u64>,
    /// Levels of the quantiles that the analysis shows.
    pub quantiles: Vec<f64>,
    /// Share of failed trials at which a run still counts as a success.
    pub max_failed: f64,
    /// The coordinate along which the analysis reads series; n where none is given.
    pub along: Option<String>,
    /// The columns that the analysis follows; the risks where none is given.
    pub quantities: Vec<String>,
    /// What curves compare, `median` or `mean`; what suits the quantity where none is given.
    pub statistic: Option<&'static str>,
    /// What metrics of programs estimate, in the order of the source.
    pub estimands: Vec<Estimand>,
}

/// Cells that are no product of axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Cells {
    /// The cells in their order.
    pub list: Vec<Combination>,
    /// What stands under `generate`.
    pub source: Resolved,
    /// Combinations whose cell another one had made, by other formulas: a cell is in the series of the first.
    pub merged: Option<Merged>,
}

/// Combinations that are no cells of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// How many.
    pub count: u64,
    /// The cell of the first of them.
    pub first: String,
}

/// What a cell is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Combination {
    /// Points a trial.
    pub n: u64,
    /// Design, target and noise.
    pub choices: [Arc<Choice>; 3],
    /// What design, target and noise are called in series where their arguments depend on other coordinates.
    pub labels: Option<Arc<[Option<String>; 3]>>,
}

/// The data of a study.
pub(super) struct Data {
    pub n: Vec<u64>,
    pub designs: Vec<Choice>,
    pub targets: Vec<Choice>,
    pub noises: Vec<Choice>,
    pub cells: Option<Arc<Cells>>,
}

impl Data {
    /// The sizes of training sets that are rows of tables, each with the digest of its table.
    pub fn tables(&self) -> Vec<(u64, String)> {
        let tables: Vec<(&Choice, String)> =
            self.designs.iter().filter_map(|design| Some((design, digest(design)?))).collect();
        let of = |n: u64, design: &Choice| {
            let table = tables.iter().find(|(table, _)| *table == design)?;
            Some((n, table.1.clone()))
        };
        if tables.is_empty() {
            return Vec::new();
        }
        match &self.cells {
            Some(cells) => cells.list.iter().filter_map(|cell| of(cell.n, &cell.choices[0])).collect(),
            None => {
                let pairs = self.n.iter().flat_map(|n| self.designs.iter().map(|design| (*n, design)));
                pairs.filter_map(|(n, design)| of(n, design)).collect()
            }
        }
    }

    /// The sizes of training sets, each once.
    pub fn sizes(&self) -> Vec<Size> {
        let of = |n: u64, design: &Choice| Size::of(n, design);
        let mut sizes: Vec<Size> = match &self.cells {
            Some(cells) => cells.list.iter().map(|cell| of(cell.n, &cell.choices[0])).collect(),
            None => self.n.iter().flat_map(|n| self.designs.iter().map(|design| of(*n, design))).collect(),
        };
        let mut seen = HashSet::new();
        sizes.retain(|size| seen.insert(*size));
        sizes
    }
}

impl Study {
    /// Whether a program makes its samples.
    pub fn has_generator(&self) -> bool {
        self.designs.iter().any(is_generator)
    }

    /// Where x lives.
    pub fn space(&self) -> Space {
        self.designs.first().map_or(Space::Line, Space::of)
    }
}

/// Whether an estimator trains step by step.
pub fn trains(estimator: &Choice) -> bool {
    estimator.build(line_estimators()).is_ok_and(|estimator| estimator.trains())
}
