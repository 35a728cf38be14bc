//! What a directory records of each trial: all that its studies have asked for. A study that asks for less later leaves
//! it so, since all files of a directory have the same columns.

use super::keys::Identity;
use crate::spec::{self, Weights};
use std::collections::BTreeMap;
use tempered_store::ParameterKind;

/// What decides the columns and rows of an estimator's files without deciding a number in them.
pub(crate) const COLUMNS: [&str; 9] = [
    "risks",
    "reference",
    "knots_per_gap",
    "checkpoints",
    "weights",
    "parameters",
    "data_parameters",
    "metrics",
    "diagnostics",
];

/// Whether what a footer says under this name is in columns in which all rows of a file agree, or in no column: files that
/// differ in it are rewritten, without fits.
pub(crate) fn is_constant(name: &str) -> bool {
    ["parameters", "data_parameters"].contains(&name) || name.starts_with(TEMPLATE)
}

/// Before what series call the parts of a cell, which a study may say in other words.
pub(crate) const TEMPLATE: &str = "template.";

/// A swept parameter, `name: type`, as records state it.
pub(crate) fn parameter_text((name, kind): &(String, ParameterKind)) -> String {
    let kind = match kind {
        ParameterKind::Real => "real",
        ParameterKind::Whole => "whole",
        ParameterKind::Flag => "flag",
        ParameterKind::Text => "text",
    };
    format!("{name}: {kind}")
}

/// The inverse of [`parameter_text`].
pub(super) fn parameter(text: &str) -> Option<(String, ParameterKind)> {
    let (name, kind) = text.split_once(": ")?;
    let kind = match kind {
        "real" => ParameterKind::Real,
        "whole" => ParameterKind::Whole,
        "flag" => ParameterKind::Flag,
        "text" => ParameterKind::Text,
        _ => return None,
    };
    Some((name.to_owned(), kind))
}

/// Whether what is stored stays as it is where `was` becomes `is`, with more beside it.
pub(crate) fn extends(name: &str, was: Option<&str>, is: Option<&str>) -> bool {
    let contains = |was: &str, is: &str| was.split(", ").all(|one| is.split(", ").any(|other| one == other));
    match (name, was, is) {
        ("risks", Some(was), Some(is)) => contains(was, is),
        ("checkpoints" | "data_parameters" | "metrics" | "diagnostics", was, Some(is)) => {
            was.is_none_or(|was| contains(was, is))
        }
        ("parameters", was, Some(is)) => was.is_none_or(|was| holds(was, is)),
        ("reference" | "knots_per_gap", None, Some(_)) => true,
        ("weights", Some("none"), Some(_)) => true,
        ("weights", Some(was), Some(is)) => {
            let step = |label| Weights::of(label).map(Weights::step).filter(|step| *step > 0);
            step(was).zip(step(is)).is_some_and(|(was, is)| was % is == 0)
        }
        _ => false,
    }
}

/// Whether columns of swept parameters hold the values of others: the same names, of these types or wider ones.
fn holds(was: &str, is: &str) -> bool {
    let is: BTreeMap<String, ParameterKind> = is.split(", ").filter_map(parameter).collect();
    was.split(", ").all(|one| {
        parameter(one)
            .is_some_and(|(name, kind)| is.get(&name).is_some_and(|is| spec::join(kind, *is) == *is))
    })
}

/// The columns that hold the values of both.
fn both(one: &str, other: &str) -> String {
    let mut all: BTreeMap<String, ParameterKind> = BTreeMap::new();
    for (name, kind) in one.split(", ").chain(other.split(", ")).filter_map(parameter) {
        all.entry(name).and_modify(|known| *known = spec::join(*known, kind)).or_insert(kind);
    }
    all.into_iter().map(|column| parameter_text(&column)).collect::<Vec<_>>().join(", ")
}

/// What both records hold of each label, and of a label that one of them lacks what the other holds: risks, checkpoints
/// and networks of either. `Err` names what contradicts.
pub(crate) fn join(was: &Identity, other: &Identity) -> Result<Identity, String> {
    let mut joined = was.clone();
    for (name, value) in other {
        let there = joined.get(name).map(String::as_str);
        if there == Some(value) || extends(name, Some(value), there) {
            continue;
        }
        if there.is_none() || extends(name, there, Some(value)) {
            joined.insert(name.clone(), value.clone());
            continue;
        }
        let all = match (name.as_str(), there.unwrap_or_default()) {
            ("parameters", there) => both(there, value),
            ("risks" | "checkpoints" | "data_parameters" | "metrics" | "diagnostics", there) => {
                let mut all: Vec<&str> = there.split(", ").collect();
                all.extend(value.split(", ").filter(|one| !there.split(", ").any(|other| other == *one)));
                all.join(", ")
            }
            ("weights", there) => {
                let both = Weights::of(there).zip(Weights::of(value)).map(|(a, b)| a.union(b));
                both.ok_or_else(|| format!("{name} is {there} and {value}"))?.label()
            }
            (_, there) => return Err(format!("{name} is {there} and {value}")),
        };
        joined.insert(name.clone(), all);
    }
    Ok(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_beside_the_same_numbers_is_an_extension() {
        let yes = [
            ("risks", Some("1, 2"), Some("2, sup, 1")),
            ("checkpoints", None, Some("3")),
            ("checkpoints", Some("3"), Some("3, 30")),
            ("diagnostics", None, Some("condition")),
            ("diagnostics", Some("detection"), Some("condition, detection")),
            ("reference", None, Some("min_norm")),
            ("weights", Some("every 4"), Some("all")),
            ("weights", Some("none"), Some("every 4")),
            ("weights", Some("every 6"), Some("every 2")),
            ("parameters", None, Some("width: whole")),
            ("parameters", Some("width: whole"), Some("lr: real, width: whole")),
            ("parameters", Some("width: whole"), Some("width: real")),
            ("data_parameters", None, Some("noise_df2")),
            ("data_parameters", Some("noise_b"), Some("design_a, noise_b")),
        ];
        let no = [
            ("risks", Some("1, 12"), Some("1, 2")),
            ("checkpoints", Some("3"), Some("30")),
            ("reference", Some("min_norm"), None),
            ("weights", Some("all"), Some("every 4")),
            ("weights", Some("every 4"), Some("none")),
            ("seed", None, Some("3")),
            ("parameters", Some("width: real"), Some("width: whole")),
            ("parameters", Some("width: flag"), Some("width: real")),
            ("parameters", Some("width: whole"), None),
        ];
        assert!(yes.iter().all(|(name, was, is)| extends(name, *was, *is)));
        assert!(no.iter().all(|(name, was, is)| !extends(name, *was, *is)));
    }

    #[test]
    fn footers_of_one_label_are_joined_or_contradict() {
        let map = |pairs: &[(&str, &str)]| -> Identity {
            pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
        };
        let was = map(&[("seed", "3"), ("risks", "1, 2"), ("weights", "every 4")]);
        let other = map(&[("seed", "3"), ("risks", "2, 3"), ("weights", "none"), ("reference", "a")]);
        let both = map(&[("seed", "3"), ("risks", "1, 2, 3"), ("weights", "every 4"), ("reference", "a")]);
        assert_eq!(join(&was, &other), Ok(both));
        let swept = |columns| map(&[("parameters", columns)]);
        let both = join(&swept("a: real, width: whole"), &swept("b: text, width: real"));
        assert_eq!(both, Ok(swept("a: real, b: text, width: real")));
        assert_eq!(join(&was, &map(&[("seed", "4")])), Err("seed is 3 and 4".into()));
    }
}
