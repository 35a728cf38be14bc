//! Where the files of a shard lie, and what they say of themselves.

use super::cell::Cell;
use super::layout::Plan;
use super::shard::Shard;
use crate::spec::{DIMENSION, Estimator, Weights, always, column, own_coordinates};
use tempered_math::catalogue::{Choice, Value};
use tempered_math::predictor::Form;
use tempered_store::{EstimatorFiles, Labels, Layout, Parameter, ParameterKind, Place};

/// Units of a weights row group at most, were each point a unit: three lists of these fill 12 MB, which is written
/// while the next batches are worked on.
const ROW_GROUP_VALUES: u64 = 1 << 19;
/// Networks of a weights row group at most: what readers take at once.
const ROW_GROUP_ROWS: u64 = 122_880;

/// Where the files of (estimator, shard) lie.
pub fn place(plan: &Plan, estimator: usize, shard: &Shard) -> Place {
    let (cell, planned) = (&plan.cells[shard.cell], &plan.study.estimators[estimator]);
    Place {
        estimator: planned.name.to_string(),
        n: cell.n,
        cell: cell.key.clone(),
        variant: planned.key(),
        index: shard.index,
    }
}

/// The frozen schema of this study's metrics.
pub fn layout(plan: &Plan) -> Layout {
    Layout {
        format: plan.generator.format(),
        parameters: data_columns(plan).map(str::to_owned).collect(),
        swept: plan.parameters().to_vec(),
        scores: plan.scores(),
    }
}

/// What the files of (estimator, shard) say.
pub fn files(plan: &Plan, estimator: usize, shard: &Shard) -> EstimatorFiles {
    let cell = &plan.cells[shard.cell];
    let place = place(plan, estimator, shard);
    let planned = &plan.study.estimators[estimator];
    let values: [(&str, &Choice); 3] =
        [("design", &cell.design), ("target", &cell.target), ("noise", &cell.noise)];
    EstimatorFiles {
        labels: Labels {
            estimator: place.estimator,
            variant: place.variant,
            n: place.n,
            cell: place.cell,
            design: cell.design.to_string(),
            target: cell.target.to_string(),
            noise: cell.noise.to_string(),
            parameters: data_columns(plan).map(|name| parameter(&values, name)).collect(),
            swept: plan.parameters().iter().map(|(name, kind)| swept((cell, planned), name, *kind)).collect(),
        },
        footer: plan.footer(estimator, shard),
        checkpoints: !plan.checkpoints(estimator).is_empty(),
        weights: match plan.study.weights {
            Weights::None => None,
            _ => {
                // A plane has one a feature.
                let entries =
                    cell.size().d.unwrap_or(cell.n * plan.form(estimator).map_or(1, Form::entries_a_point));
                usize::try_from((ROW_GROUP_VALUES / entries).clamp(1, ROW_GROUP_ROWS)).ok()
            }
        },
        form: plan.form(estimator).map(Form::word),
    }
}

/// What an estimator has in the column of a swept parameter, or its cell in that of the number of features or of a coordinate of the
/// user's own.
fn swept((cell, estimator): (&Cell, &Estimator), name: &str, kind: ParameterKind) -> Parameter {
    if let Some(d) = cell.size().d.filter(|_| name == DIMENSION) {
        return Parameter::Whole(d);
    }
    let own = own_coordinates(&cell.design);
    let value = estimator.swept.iter().chain(own).find(|(parameter, _)| column(parameter) == name);
    match (value.map(|(_, value)| value), kind) {
        (None, _) => Parameter::None,
        (Some(value), ParameterKind::Text) => Parameter::Text(value.to_string()),
        (Some(Value::Real(x)), _) => Parameter::Real(*x),
        (Some(Value::Whole(x)), _) => Parameter::Whole(*x),
        (Some(Value::Flag(flag)), _) => Parameter::Flag(*flag),
        (Some(value), _) => Parameter::Text(value.to_string()),
    }
}

/// The columns of real parameters of the data: those that files of all studies of the space have, then those that this directory has
/// besides.
fn data_columns(plan: &Plan) -> impl Iterator<Item = &str> {
    let always = always(plan.study.space()).iter().copied();
    always.chain(plan.study.data_parameters.iter().map(String::as_str))
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
