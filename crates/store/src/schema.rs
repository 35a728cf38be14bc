//! The frozen schemas of the two tables, and the rows that go into them.

use crate::format::Format;
use crate::swept::{self, Parameter, ParameterKind};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use std::sync::Arc;

/// What of the metrics schema a study decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The form of rows.
    pub format: Format,
    /// Real parameters of the cell, NULL where they do not apply.
    pub parameters: Vec<String>,
    /// Swept parameters of estimators, NULL where an estimator has none of the name.
    pub swept: Vec<(String, ParameterKind)>,
    /// Scores, NULL where they are no finite numbers, where they do not apply, and where the trial failed.
    pub scores: Vec<String>,
}

/// What all rows of a file have in common.
#[derive(Clone, Debug)]
pub struct Labels {
    /// The estimator's label.
    pub estimator: String,
    /// Key of the variant, where estimators of the label have several.
    pub variant: Option<String>,
    /// Points a trial.
    pub n: u64,
    /// Key of the cell.
    pub cell: String,
    /// Label of the design.
    pub design: String,
    /// Label of the target.
    pub target: String,
    /// Label of the noise.
    pub noise: String,
    /// One value a parameter column.
    pub parameters: Vec<Option<f64>>,
    /// One value a swept parameter.
    pub swept: Vec<Parameter>,
}

/// Metrics rows of neighbouring trials.
#[derive(Clone, Debug, Default)]
pub struct MetricsChunk {
    /// Trial numbers, ascending.
    pub trial: Vec<u64>,
    /// Why each trial failed; `None` where it did not: its status is then [`MetricsChunk::OK`].
    pub failure: Vec<Option<&'static str>>,
    /// Numbers of kinks, where predictors have kinks.
    pub kinks: Vec<Option<u64>>,
    /// Scores, row by row; `None` where the trial failed or the score does not apply.
    pub scores: Vec<Option<f64>>,
    /// Steps of training after which each row was taken; empty where rows are of finished fits.
    pub checkpoint: Vec<u64>,
    /// Rows of the same trials at the checkpoints of their training: those of a trial stand together, checkpoints
    /// ascending.
    pub checkpoints: Option<Box<MetricsChunk>>,
}

impl MetricsChunk {
    /// Status of a trial that did not fail.
    pub const OK: &'static str = "ok";
    /// Status of a trial in which a score or a weight is no finite number.
    pub const OVERFLOW: &'static str = "overflow";

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

    /// Whether all columns are as long as they must be.
    pub(crate) fn is_even(&self, layout: &Layout) -> bool {
        let count = self.trial.len();
        [self.failure.len(), self.kinks.len()] == [count; 2]
            && (self.checkpoint.is_empty() || self.checkpoint.len() == count)
            && self.scores.len() == count * layout.scores.len()
    }
}

/// Predictors of neighbouring trials, column by column: row r has the units `ends[r − 1] .. ends[r]`. Outer weights and
/// biases behind the last unit are room for more: memory that is used again need not be cleared.
///
/// Where files state a form, units are its entries: the outer weights are coefficients, the inner ones scales, and the
/// biases places.
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

    /// Room for so many units behind those of all rows: outer weights and biases, with what was there before.
    pub fn room(&mut self, count: usize) -> (&mut [f64], &mut [f64]) {
        let (start, end) = (self.units(), self.units() + count);
        for list in [&mut self.outer, &mut self.bias] {
            list.resize(end.max(list.len()), 0.0);
        }
        (&mut self.outer[start..end], &mut self.bias[start..end])
    }

    /// Removes the room behind the last unit.
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

fn field(name: &str, kind: DataType) -> Field {
    Field::new(name, kind, false)
}

/// Columns that all tables begin with.
fn keys(format: Format) -> Vec<Field> {
    let repeated = [field("estimator", DataType::Utf8), field("n", DataType::Int64)];
    let repeated = repeated.into_iter().filter(|_| format.repeats_keys());
    repeated.chain([field("cell", DataType::Utf8), field("trial", DataType::Int64)]).collect()
}

/// The child of a list of reals. Readers other than arrow-rs expect the name `element`.
pub(crate) fn element() -> Arc<Field> {
    Arc::new(field("element", DataType::Float64))
}

/// The metrics schema.
pub(crate) fn metrics_schema(layout: &Layout) -> SchemaRef {
    Arc::new(Schema::new(rows(keys(layout.format), layout)))
}

/// The schema of checkpoints: that of metrics, with the checkpoint behind the trial.
pub(crate) fn checkpoints_schema(layout: &Layout) -> SchemaRef {
    let mut fields = keys(layout.format);
    fields.push(field("checkpoint", DataType::Int64));
    Arc::new(Schema::new(rows(fields, layout)))
}

/// The columns of metrics, behind their keys.
fn rows(mut fields: Vec<Field>, layout: &Layout) -> Vec<Field> {
    fields.extend(["status", "design", "target", "noise"].map(|name| field(name, DataType::Utf8)));
    let real = |name: &String| Field::new(name, DataType::Float64, true);
    fields.extend(layout.parameters.iter().map(real));
    fields.extend(swept::fields(&layout.swept));
    fields.push(Field::new("kinks", DataType::Int64, true));
    fields.extend(layout.scores.iter().map(real));
    fields
}

/// Names of the three lists of weights that are sums of units.
const UNITS: [&str; 3] = ["outer", "inner", "bias"];
/// Names of the three lists of weights that state their form.
const ENTRIES: [&str; 3] = ["coefficient", "scale", "at"];

/// The column that states what coefficients belong to.
pub(crate) const FORM: &str = "form";

/// The names of the three lists in a file of weights with these columns.
pub(crate) fn lists(schema: &Schema) -> [&'static str; 3] {
    if schema.column_with_name(FORM).is_some() { ENTRIES } else { UNITS }
}

/// The weights schema: behind the keys come swept parameters, and with forms the column `form`.
pub(crate) fn weights_schema(layout: &Layout, forms: bool) -> SchemaRef {
    let mut fields = keys(layout.format);
    fields.extend(swept::fields(&layout.swept));
    if forms {
        fields.push(field(FORM, DataType::Utf8));
    }
    fields.extend(["skip_slope", "skip_intercept"].map(|name| field(name, DataType::Float64)));
    let lists = if forms { ENTRIES } else { UNITS };
    fields.extend(lists.map(|name| field(name, DataType::List(element()))));
    Arc::new(Schema::new(fields))
}
