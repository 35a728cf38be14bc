//! Chunks: rows of consecutive trials, column by column, to be written to files.

/// Metrics rows of neighbouring trials.
#[derive(Clone, Debug, Default)]
pub struct MetricsChunk {
    /// Trial numbers, ascending.
    pub trial: Vec<u64>,
    /// The reason why each trial failed; `None` where it did not, in which case its status is [`MetricsChunk::OK`].
    pub failure: Vec<Option<&'static str>>,
    /// Numbers of kinks, where predictors have kinks.
    pub kinks: Vec<Option<u64>>,
    /// Scores, row by row; `None` where the trial failed or the score does not apply.
    pub scores: Vec<Option<f64>>,
    /// Steps of training after which each row was taken; empty where rows are of finished fits.
    pub checkpoint: Vec<u64>,
    /// Rows of the same trials at the checkpoints of their training: those of a trial are consecutive, checkpoints
    /// ascending.
    pub checkpoints: Option<Box<MetricsChunk>>,
}

impl MetricsChunk {
    /// Status of a trial that did not fail.
    pub const OK: &'static str = "ok";
    /// Status of a trial in which a score or a weight is no finite number.
    pub const OVERFLOW: &'static str = "overflow";
    /// Status of a trial that a program computed, some of whose metrics are no finite number.
    pub const NOT_FINITE: &'static str = "not_finite";

    /// Removes all rows; memory is kept.
    pub fn clear(&mut self) {
        let MetricsChunk { trial, failure, kinks, scores, checkpoint, checkpoints } = self;
        trial.clear();
        failure.clear();
        kinks.clear();
        scores.clear();
        checkpoint.clear();
        *checkpoints = None;
    }

    /// Whether all columns have the same number of rows, with `scores` scores a row.
    pub(crate) fn is_even(&self, scores: usize) -> bool {
        let count = self.trial.len();
        [self.failure.len(), self.kinks.len()] == [count; 2]
            && (self.checkpoint.is_empty() || self.checkpoint.len() == count)
            && self.scores.len() == count * scores
    }
}

/// Predictors of consecutive trials, column by column: row r has the units `ends[r − 1] .. ends[r]`. Outer weights and
/// biases after the last unit are spare capacity, which is initialised so that reused memory need not be cleared.
///
/// Where files state a form, units are the entries of an expansion: the outer weights are coefficients, the inner ones
/// scales, and the biases positions.
#[derive(Clone, Debug, Default)]
pub struct WeightsChunk {
    /// Trial numbers, ascending.
    pub trial: Vec<u64>,
    /// Slope of the affine part.
    pub skip_slope: Vec<f64>,
    /// Intercept of the affine part.
    pub skip_intercept: Vec<f64>,
    /// Where each row's units end.
    pub ends: Vec<usize>,
    /// Outer weights.
    pub outer: Vec<f64>,
    /// Inner weights.
    pub inner: Inner,
    /// Biases.
    pub bias: Vec<f64>,
}

/// Inner weights of the units of a chunk.
#[derive(Clone, Debug, Default)]
pub enum Inner {
    /// Each is 1: a kink at −bias.
    #[default]
    Ones,
    /// One a unit.
    Given(Vec<f64>),
}

impl WeightsChunk {
    /// Removes all rows; memory is kept.
    pub fn clear(&mut self) {
        let WeightsChunk { trial, skip_slope, skip_intercept, ends, outer: _, inner, bias: _ } = self;
        trial.clear();
        ends.clear();
        [skip_slope, skip_intercept].into_iter().for_each(Vec::clear);
        *inner = Inner::Ones;
    }

    /// Units of all rows.
    pub fn units(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    /// Outer weights and biases of `count` units after those of all rows, to be overwritten; their values are unspecified.
    pub fn room(&mut self, count: usize) -> (&mut [f64], &mut [f64]) {
        let (start, end) = (self.units(), self.units() + count);
        for list in [&mut self.outer, &mut self.bias] {
            list.resize(end.max(list.len()), 0.0);
        }
        (&mut self.outer[start..end], &mut self.bias[start..end])
    }

    /// Removes the spare capacity after the last unit.
    pub fn trim(&mut self) {
        let units = self.units();
        [&mut self.outer, &mut self.bias].into_iter().for_each(|list| list.truncate(units));
    }

    /// Whether the weights of all rows are finite numbers.
    pub fn is_finite(&self) -> bool {
        let units = self.units();
        let inner: &[f64] = match &self.inner {
            Inner::Ones => &[],
            Inner::Given(values) => values,
        };
        let lists =
            [&self.skip_slope, &self.skip_intercept, &self.outer[..units], &self.bias[..units], inner];
        lists.into_iter().flatten().all(|value| value.is_finite())
    }

    /// The place of the first unit of a row.
    pub fn start(&self, row: usize) -> usize {
        row.checked_sub(1).map_or(0, |before| self.ends[before])
    }

    /// Inner weights of all units.
    pub fn inner(&self) -> Vec<f64> {
        match &self.inner {
            Inner::Ones => vec![1.0; self.units()],
            Inner::Given(values) => values.clone(),
        }
    }

    /// Whether all columns are as long as they must be.
    pub(crate) fn is_even(&self) -> bool {
        let (rows, units) = (self.trial.len(), self.units());
        let inner = match &self.inner {
            Inner::Ones => units,
            Inner::Given(values) => values.len(),
        };
        [self.skip_slope.len(), self.skip_intercept.len(), self.ends.len()] == [rows; 3]
            && inner == units
            && self.outer.len() >= units
            && self.outer.len() == self.bias.len()
            && self.ends.is_sorted()
    }
}
