//! The schemas of the tables.

use crate::format::Format;
use crate::swept::{self, Parameter, ParameterKind};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use std::sync::Arc;

/// The part of the metrics schema that depends on the study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The format of rows.
    pub format: Format,
    /// Real parameters of the cell, NULL where they do not apply.
    pub parameters: Vec<String>,
    /// Swept parameters of estimators, NULL where an estimator has no parameter of the name.
    pub swept: Vec<(String, ParameterKind)>,
    /// Scores, NULL where they are not finite, where they do not apply, and where the trial failed.
    pub scores: Vec<String>,
}

/// The values that all rows of a file share.
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

fn field(name: &str, kind: DataType) -> Field {
    Field::new(name, kind, false)
}

/// The key columns, with which all tables begin.
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

/// The schema of checkpoints: that of metrics, with the checkpoint after the trial.
pub(crate) fn checkpoints_schema(layout: &Layout) -> SchemaRef {
    let mut fields = keys(layout.format);
    fields.push(field("checkpoint", DataType::Int64));
    Arc::new(Schema::new(rows(fields, layout)))
}

/// The columns of metrics that follow the keys.
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

/// The column that states the form of the coefficients.
pub(crate) const FORM: &str = "form";

/// The names of the three lists in a file of weights with these columns.
pub(crate) fn lists(schema: &Schema) -> [&'static str; 3] {
    if schema.column_with_name(FORM).is_some() { ENTRIES } else { UNITS }
}

/// The weights schema: keys, swept parameters, with `forms` the column `form`, and the lists.
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
