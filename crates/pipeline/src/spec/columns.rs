//! Which parameters have a column: real ones of the data, and swept ones of estimators.

use super::estimator::Estimator;
use super::own_data::{is_own_name, own_coordinates};
use super::process::own_metrics;
use super::space::{DIMENSION, Space, dimension};
use std::collections::BTreeMap;
use tempered_math::catalogue::{Choice, Value};
use tempered_math::score::is_score;
use tempered_store::ParameterKind;

/// The columns that files of all studies on the line have, NULL where a cell has no such parameter. What a catalogue holds does not decide
/// it: a parameter that is added to a design would widen new files of studies that know nothing of it, beside the files that
/// they have. The list is part of generators 3 and 4; it never grows.
const DATA_COLUMNS: [&str; 9] = [
    "design_jitter",
    "target_slope",
    "target_intercept",
    "target_frequency",
    "target_amplitude",
    "noise_sd",
    "noise_half_width",
    "noise_scale",
    "noise_df",
];

/// The columns of the data that all files of a study have: those of R^d have what their own studies state.
pub(crate) fn always(space: Space) -> &'static [&'static str] {
    match space {
        Space::Line => &DATA_COLUMNS,
        Space::Features | Space::Program => &[],
    }
}

/// The columns that these choices need besides, in the order of their names: a parameter has one where a choice of the study
/// states it.
pub(super) fn beyond(axes: [(&str, &[Choice]); 3]) -> Vec<String> {
    let [(_, designs), ..] = axes;
    // Coordinates of the user's own have columns of their types, and there is no target and no noise beside them.
    if designs.iter().any(|design| is_own_name(design.name())) {
        return Vec::new();
    }
    let always = always(designs.first().map_or(Space::Line, Space::of));
    let mut names: Vec<String> = Vec::new();
    for (axis, choices) in axes {
        for (parameter, value) in choices.iter().flat_map(Choice::arguments) {
            let name = format!("{axis}_{parameter}");
            if matches!(value, Value::Real(_)) && !always.contains(&name.as_str()) {
                names.push(name);
            }
        }
    }
    names.sort();
    names.dedup();
    names
}

/// The column of a swept parameter: its own name, or where metrics have a score of that name, `estimator_` before it.
pub(crate) fn column(parameter: &str) -> String {
    if is_score(parameter) { format!("estimator_{parameter}") } else { parameter.into() }
}

/// The columns of metrics that programs answer, in the order of their names.
pub(super) fn metrics(estimators: &[Estimator]) -> Vec<String> {
    let names = estimators.iter().flat_map(|estimator| own_metrics(estimator.rule.sample()));
    let mut columns: Vec<String> = names.map(|name| column(name)).collect();
    columns.sort();
    columns.dedup();
    columns
}

/// The columns of the number of features, of coordinates of the user's own and of swept parameters, in the order of their names. Where estimators have
/// parameters of one name and several types, the column is real if they are numbers, and text otherwise.
pub(super) fn parameters(designs: &[Choice], estimators: &[Estimator]) -> Vec<(String, ParameterKind)> {
    let mut kinds: BTreeMap<String, ParameterKind> = BTreeMap::new();
    if designs.iter().any(|design| dimension(design).is_some()) {
        kinds.insert(DIMENSION.to_owned(), ParameterKind::Whole);
    }
    let own = designs.iter().flat_map(own_coordinates);
    for (name, value) in estimators.iter().flat_map(|estimator| &estimator.swept).chain(own) {
        let kind = match value {
            Value::Real(_) => ParameterKind::Real,
            Value::Whole(_) => ParameterKind::Whole,
            Value::Flag(_) => ParameterKind::Flag,
            _ => ParameterKind::Text,
        };
        kinds.entry(column(name)).and_modify(|known| *known = join(*known, kind)).or_insert(kind);
    }
    kinds.into_iter().collect()
}

/// The type that holds values of both.
pub(crate) fn join(one: ParameterKind, other: ParameterKind) -> ParameterKind {
    use ParameterKind::{Real, Text, Whole};
    match (one, other) {
        _ if one == other => one,
        (Real | Whole, Real | Whole) => Real,
        _ => Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempered_math::catalogue::{Entry, Kind, Parameter};
    use tempered_math::noise::Noise;
    use tempered_math::{design, noise, target};

    /// A catalogue whose entries have parameters that no study of today has.
    fn later() -> [Entry<dyn Noise>; 2] {
        let skewed = || {
            let real = |name, kind| Parameter { name, summary: "", kind, default: Some(Value::Real(0.5)) };
            let order = Kind::Whole { low: 1, high: 9 };
            let order = Parameter { name: "order", summary: "", kind: order, default: Some(Value::Whole(2)) };
            vec![real("sd", Kind::POSITIVE), real("skew", Kind::ANY_REAL), order]
        };
        let normal = noise::CATALOGUE.iter().find(|entry| entry.name == "normal").unwrap();
        [
            Entry { name: "normal", summary: "", parameters: normal.parameters, build: normal.build },
            Entry { name: "skewed", summary: "", parameters: skewed, build: normal.build },
        ]
    }

    #[test]
    fn a_parameter_that_a_catalogue_gains_has_a_column_where_a_study_states_it() {
        let [normal, skewed] = later().map(|entry| Choice::new(&entry, &[]).unwrap());
        let uniform = Choice::new(&design::CATALOGUE[0], &[]).unwrap();
        let of = |noises: &[Choice]| {
            beyond([("design", std::slice::from_ref(&uniform)), ("target", &[]), ("noise", noises)])
        };
        assert!(of(std::slice::from_ref(&normal)).is_empty());
        assert_eq!(of(&[normal, skewed.clone(), skewed]), ["noise_skew"]);
    }

    /// Directories and golden files of generators 3 and 4 were made when these were all.
    #[test]
    fn the_parameters_of_the_line_have_columns_whatever_the_study() {
        fn all<T: ?Sized>(axis: &str, catalogue: &[Entry<T>], names: &mut Vec<String>) {
            for parameter in catalogue.iter().flat_map(|entry| (entry.parameters)()) {
                let name = format!("{axis}_{}", parameter.name);
                if matches!(parameter.kind, Kind::Real { .. }) && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        let mut names = Vec::new();
        all("design", design::CATALOGUE, &mut names);
        all("target", target::CATALOGUE, &mut names);
        all("noise", noise::CATALOGUE, &mut names);
        assert!(DATA_COLUMNS.iter().all(|name| names.iter().any(|known| known == name)), "{names:?}");
        names.retain(|name| DATA_COLUMNS.contains(&name.as_str()));
        assert_eq!(names, DATA_COLUMNS, "in the order of the catalogues");
    }
}
