//! Scores every fit of a slab and gathers the weights to store.

use crate::error::Error;
use crate::plan::Plan;
use crate::run::batch::{Batch, Fits, Order, Slab, Trained};
use crate::run::buffers::BufferPool;
use crate::run::sizes::Sizes;
use crate::run::watchdog::Watchdog;
use crate::trial::{Data, Judge, Predictor, Report, Row, Samples, push_weights};
use std::sync::Arc;
use tempered_flow::{Cancel, Step};
use tempered_math::sample::Degenerate;
use tempered_store::{MetricsChunk, WeightsChunk};

/// The third step.
pub struct Evaluate {
    /// The plan.
    pub plan: Arc<Plan>,
    /// Columns of scores.
    pub columns: usize,
    /// Where used samples go.
    pub samples: Arc<BufferPool<Samples>>,
    /// Where used fits go.
    pub fits: Arc<BufferPool<Fits>>,
    /// Chunks that come back from the store.
    pub weights: Arc<BufferPool<WeightsChunk>>,
    /// Chunks that come back from aggregation.
    pub metrics: Arc<BufferPool<MetricsChunk>>,
    /// Scorers that are at rest, each with the position of its cell.
    pub scorers: BufferPool<Option<(usize, Judge)>>,
    /// Told of every trial.
    pub watchdog: Watchdog,
    /// Told how long trials take.
    pub sizes: Arc<Sizes>,
    /// Asked before every trial.
    pub cancel: Cancel,
}

/// The rows of an order: per estimator of it, one chunk a slab.
pub struct Evaluated {
    /// Which trials these are.
    pub order: Order,
    /// Metrics rows.
    pub metrics: Vec<Vec<MetricsChunk>>,
    /// Weights rows.
    pub weights: Vec<Vec<WeightsChunk>>,
}

/// The rows of a slab.
pub struct Rows {
    /// Position of the order in its batch.
    pub order: usize,
    /// One pair of chunks an estimator of the order.
    pub chunks: Vec<(MetricsChunk, WeightsChunk)>,
}

impl Evaluated {
    /// The rows of a batch, from those of its slabs in order.
    pub fn gather(batch: Batch<Order>, slabs: Vec<Rows>) -> Batch<Evaluated> {
        let empty = |order: Order| {
            let metrics = order.estimators.iter().map(|_| Vec::new()).collect();
            let weights = order.estimators.iter().map(|_| Vec::new()).collect();
            Evaluated { order, metrics, weights }
        };
        let mut parts: Vec<Evaluated> = batch.parts.into_iter().map(empty).collect();
        for Rows { order, chunks } in slabs {
            let Evaluated { metrics, weights, .. } = &mut parts[order];
            for (e, (metric, weight)) in chunks.into_iter().enumerate() {
                metrics[e].push(metric);
                weights[e].push(weight);
            }
        }
        Batch { parts, credit: batch.credit }
    }
}

impl Step for Evaluate {
    type In = Slab<Trained>;
    type Out = Rows;
    type Error = Error;

    fn run(&self, slab: Slab<Trained>) -> Result<Rows, Error> {
        let Slab { order, shard, estimators, made: Trained { samples, fits, reference } } = slab;
        let cell = &self.plan.cells[shard.cell];
        let judge = || Judge::of(&self.plan, cell);
        let mut scorer = self.scorers.take_for(shard.cell, judge)?;
        let reference_position = self.plan.reference_position();
        let among = estimators.iter().position(|e| Some(*e) == reference_position);
        let measured_from = reference.as_ref().or(among.map(|position| &fits[position]));
        let row = |(estimator, fits): (&usize, &Fits)| {
            let checkpoints = self.plan.checkpoints(*estimator);
            let begin = |trial| {
                self.watchdog.begin(*estimator, &shard, trial);
                if self.cancel.is_aborted() { Err(Error::Stopped) } else { Ok(()) }
            };
            self.rows(&mut scorer, &samples, (fits, begin), measured_from, checkpoints)
        };
        let chunks = estimators.iter().zip(&fits).map(row).collect::<Result<_, Error>>()?;
        self.watchdog.end();
        self.scorers.give(Some((shard.cell, scorer)));
        fits.into_iter().chain(reference).for_each(|fits| self.fits.give(fits));
        if let Some(begun) = samples.begun {
            let trials = samples.trials.end - samples.trials.start;
            self.sizes.note(&shard, trials, begun.elapsed());
        }
        self.samples.give(samples);
        Ok(Rows { order, chunks })
    }
}

impl Evaluate {
    fn rows(
        &self,
        judge: &mut Judge,
        samples: &Samples,
        (fits, begin): (&Fits, impl Fn(u64) -> Result<(), Error>),
        reference: Option<&Fits>,
        checkpoints: &[u64],
    ) -> Result<(MetricsChunk, WeightsChunk), Error> {
        let (columns, own_columns) = (self.columns, self.plan.study.metrics.len());
        let steps = checkpoints.len();
        let (mut metrics, mut weights) = (self.metrics.take(), self.weights.take());
        metrics.clear();
        weights.clear();
        let mut course = MetricsChunk::default();
        for (k, (trial, (x, y))) in samples.trials.clone().zip(samples.pairs()).enumerate() {
            begin(trial)?;
            let data = Data { trial, x, y, truth: samples.truth(k) };
            let reference = reference.filter(|fits| fits.status[k].is_ok()).map(|fits| &fits.rows[k]);
            let own = fits.own.get(k).map_or(&[][..], Vec::as_slice);
            let mut score = |(predictor, report), rows: &mut MetricsChunk| {
                push_row(judge, data, (predictor, report), reference, (rows, columns, own_columns), own)
            };
            // Training that ended before a checkpoint was then what it is now.
            let shown = &fits.checkpoints[k * steps..(k + 1) * steps];
            for (checkpoint, shown) in checkpoints.iter().zip(shown) {
                if let Some((predictor, report)) = shown {
                    score((predictor, Ok(*report)), &mut course);
                    course.checkpoint.push(*checkpoint);
                }
            }
            let has_weights = score((&fits.rows[k], fits.status[k]), &mut metrics);
            for (checkpoint, _) in checkpoints.iter().zip(shown).filter(|(_, shown)| shown.is_none()) {
                push_last(&metrics, columns, &mut course);
                course.checkpoint.push(*checkpoint);
            }
            if has_weights && self.plan.study.weights.stores(trial) {
                push_weights(self.plan.generator, trial, &fits.rows[k], &mut weights);
            }
        }
        metrics.checkpoints = (steps > 0).then(|| Box::new(course));
        Ok((metrics, weights))
    }
}

/// Appends the scores of one predictor. Returns whether it has weights.
fn push_row(
    judge: &mut Judge,
    data: Data<'_>,
    (predictor, report): (&Predictor, Result<Report, Degenerate>),
    reference: Option<&Predictor>,
    (rows, columns, own_columns): (&mut MetricsChunk, usize, usize),
    own: &[Option<f64>],
) -> bool {
    let start = rows.scores.len();
    let (end, fitted) = (start + columns, report.is_ok());
    let Row { status, kinks, has_weights } =
        judge.row(data, (predictor, report), reference, (&mut rows.scores, 0));
    // Metrics of programs are the last columns. Of a fit that has no score at all there is none; what else failed left its own.
    let is_void = fitted && status.is_err() && rows.scores.len() == start;
    if rows.scores.len() == start {
        rows.scores.resize(end - own_columns, None);
    }
    let own = if is_void { &[] } else { own };
    let missing = end.saturating_sub(rows.scores.len());
    rows.scores.extend(own.iter().copied().chain(std::iter::repeat(None)).take(missing));
    rows.trial.push(data.trial);
    rows.failure.push(status.err().map(|reason| reason.word()));
    rows.kinks.push(kinks);
    has_weights
}

/// Appends the last row of `from` once more.
fn push_last(from: &MetricsChunk, columns: usize, rows: &mut MetricsChunk) {
    rows.trial.extend(from.trial.last());
    rows.failure.extend(from.failure.last());
    rows.kinks.extend(from.kinks.last());
    rows.scores.extend_from_slice(&from.scores[from.scores.len() - columns..]);
}
