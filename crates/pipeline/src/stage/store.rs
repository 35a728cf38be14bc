//! Writes the rows of a batch; a shard's files appear when its last batch has been written.

use super::Evaluated;
use crate::batch::Shelf;
use crate::error::Error;
use crate::plan::{Plan, Shard};
use crate::resume::place;
use crate::spec::Weights;
use std::sync::Arc;
use tempered_flow::{Pool, Stage};
use tempered_math::catalogue::{Choice, Value};
use tempered_math::{design, noise, target};
use tempered_store::{
    ClosedShard, EstimatorFiles, Labels, Layout, MetricsChunk, RunDirectory, ShardWriter, WeightsChunk,
};

/// Units of a weights row group at most, were each point a unit: three lists of these fill 24 MB.
const ROW_GROUP_VALUES: u64 = 1 << 20;
/// Networks of a weights row group at most: what readers take at once.
const ROW_GROUP_ROWS: u64 = 122_880;

/// The fourth stage.
pub struct Store {
    plan: Arc<Plan>,
    pool: Pool,
    directory: RunDirectory,
    layout: Layout,
    open: Option<ShardWriter>,
    spent: Arc<Shelf<WeightsChunk>>,
}

/// What was written of a batch.
pub struct Receipt {
    /// The shard.
    pub shard: Arc<Shard>,
    /// Positions of the estimators.
    pub estimators: Arc<[usize]>,
    /// Metrics rows per estimator.
    pub metrics: Vec<Vec<MetricsChunk>>,
    /// Whether the shard's files are now in place.
    pub committed: bool,
}

impl Store {
    /// A store stage that writes into this directory; chunks that have been written go to the shelf `spent`.
    pub fn new(
        plan: Arc<Plan>,
        pool: Pool,
        directory: RunDirectory,
        spent: Arc<Shelf<WeightsChunk>>,
    ) -> Store {
        let layout = layout(&plan);
        Store { plan, pool, directory, layout, open: None, spent }
    }
}

impl Stage for Store {
    type In = Evaluated;
    type Out = Receipt;
    type Error = Error;

    fn run(&mut self, batch: Evaluated) -> Result<Receipt, Error> {
        let Evaluated { order, metrics, weights } = batch;
        let mut writer = match self.open.take() {
            Some(writer) => writer,
            None => {
                let files = order.estimators.iter().map(|e| files(&self.plan, *e, &order.shard)).collect();
                ShardWriter::begin(&self.directory, order.shard.index, &self.layout, files)?
            }
        };
        let last = order.last;
        let (writer, closed) = self.pool.install(|| -> Result<_, Error> {
            let spent = writer.push_all(&metrics, weights)?;
            spent.into_iter().for_each(|chunk| self.spent.give(chunk));
            if last { Ok((None, Some(writer.close()?))) } else { Ok((Some(writer), None)) }
        })?;
        self.open = writer;
        closed.map_or(Ok(()), ClosedShard::commit)?;
        Ok(Receipt { shard: order.shard, estimators: order.estimators, metrics, committed: last })
    }
}

/// The frozen schema of this study's metrics.
pub fn layout(plan: &Plan) -> Layout {
    Layout { parameters: parameter_names(), scores: plan.scores() }
}

/// What the files of (estimator, shard) say of themselves.
fn files(plan: &Plan, estimator: usize, shard: &Shard) -> EstimatorFiles {
    let cell = &plan.cells[shard.cell];
    let place = place(plan, estimator, shard);
    let values = [("design", &cell.design), ("target", &cell.target), ("noise", &cell.noise)];
    EstimatorFiles {
        labels: Labels {
            estimator: place.estimator,
            n: place.n,
            cell: place.cell,
            design: cell.design.to_string(),
            target: cell.target.to_string(),
            noise: cell.noise.to_string(),
            parameters: parameter_names().iter().map(|name| parameter(&values, name)).collect(),
        },
        footer: plan.footer(estimator, shard),
        weights: match plan.study.weights {
            Weights::None => None,
            _ => usize::try_from((ROW_GROUP_VALUES / cell.n).clamp(1, ROW_GROUP_ROWS)).ok(),
        },
    }
}

/// A column for every real parameter of a design, target or noise there is: one schema whatever the study.
fn parameter_names() -> Vec<String> {
    fn reals<T: ?Sized>(axis: &str, entries: &[tempered_math::catalogue::Entry<T>], names: &mut Vec<String>) {
        for entry in entries {
            for parameter in (entry.parameters)() {
                let name = format!("{axis}_{}", parameter.name);
                if matches!(parameter.kind, tempered_math::catalogue::Kind::Real { .. })
                    && !names.contains(&name)
                {
                    names.push(name);
                }
            }
        }
    }
    let mut names = Vec::new();
    reals("design", design::CATALOGUE, &mut names);
    reals("target", target::CATALOGUE, &mut names);
    reals("noise", noise::CATALOGUE, &mut names);
    names
}

fn parameter(axes: &[(&str, &Choice)], column: &str) -> Option<f64> {
    axes.iter().find_map(|(axis, choice)| {
        let name = column.strip_prefix(axis)?.strip_prefix('_')?;
        choice.arguments().iter().find_map(|(argument, value)| match value {
            Value::Real(x) if *argument == name => Some(*x),
            _ => None,
        })
    })
}
