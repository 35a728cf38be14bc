//! What a directory records of each trial: all that its studies have asked for. A study that asks for less later leaves
//! it so, since all files of a directory have the same columns.

use crate::generator::Generator;
use crate::named;
use crate::record::Numbers;
use crate::spec::{self, Study, Template, Weights};
use std::collections::BTreeMap;
use tempered_math::risk::Risk;
use tempered_store::ParameterKind;

/// What decides the columns and rows of an estimator's files without deciding a number in them.
pub(crate) const COLUMNS: [&str; 7] =
    ["risks", "reference", "knots_per_gap", "checkpoints", "weights", "parameters", "data_parameters"];

/// Whether what a footer says under this name is in columns in which all rows of a file agree, or in no column: files that
/// differ in it are rewritten, without fits.
pub(crate) fn is_constant(name: &str) -> bool {
    ["parameters", "data_parameters"].contains(&name) || name.starts_with(TEMPLATE)
}

/// Before what series call the parts of a cell, which a study may say in other words.
pub(crate) const TEMPLATE: &str = "template.";

impl Weights {
    /// As footers and records state it.
    pub(crate) fn label(self) -> String {
        match self {
            Weights::All => "all".into(),
            Weights::None => "none".into(),
            Weights::Every(k) => format!("every {k}"),
        }
    }

    /// The inverse of [`Weights::label`].
    pub(crate) fn of(label: &str) -> Option<Weights> {
        match label {
            "all" => Some(Weights::All),
            "none" => Some(Weights::None),
            every => Some(Weights::Every(every.strip_prefix("every ")?.parse().ok()?)),
        }
    }

    /// The distance of stored trials, 0 for none.
    fn step(self) -> u64 {
        match self {
            Weights::All => 1,
            Weights::None => 0,
            Weights::Every(k) => k,
        }
    }

    /// The fewest networks that hold those of both: of every 4th and every 6th, every 2nd.
    fn union(self, other: Weights) -> Weights {
        match gcd(self.step(), other.step()) {
            step if step == self.step() => self,
            step if step == other.step() => other,
            1 => Weights::All,
            step => Weights::Every(step),
        }
    }
}

/// The greatest common divisor; that of 0 and k is k.
fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Widens a study by what is stored; gives the reference of distances. What contradicts it stays as the study says, which
/// comparing the two tells.
pub(crate) fn widen(study: &mut Study, generator: Generator, stored: &Numbers) -> Option<Template> {
    let value = |name: &str| stored.values().filter_map(|identity| identity.get(name)).cloned().collect();
    let (risks, weights, checkpoints): (Vec<String>, Vec<String>, Vec<String>) =
        (value("risks"), value("weights"), value("checkpoints"));
    // Stored ones first: before there was an order, files had that of the study.
    let asked = std::mem::take(&mut study.criteria.risks);
    for risk in risks.iter().flat_map(|risks| risks.split(", ")).filter_map(risk).chain(asked) {
        if !study.criteria.risks.contains(&risk) {
            study.criteria.risks.push(risk);
        }
    }
    if generator >= Generator::Four {
        // Whatever order they came in: files do not tell the history of a directory.
        study.criteria.risks.sort_by(|a, b| order(*a).total_cmp(&order(*b)));
    }
    let stored_weights = weights.iter().filter_map(|label| Weights::of(label)).reduce(Weights::union);
    study.weights = stored_weights.map_or(study.weights, |stored| stored.union(study.weights));
    if generator >= Generator::Four && study.weights == Weights::Every(1) {
        study.weights = Weights::All;
    }
    let steps = checkpoints.iter().flat_map(|steps| steps.split(", ")).filter_map(|step| step.parse().ok());
    study.checkpoints.extend(steps.collect::<Vec<u64>>());
    study.checkpoints.sort_unstable();
    study.checkpoints.dedup();
    let within: Vec<String> = value("knots_per_gap");
    let within = within.first().and_then(|within| within.parse().ok());
    study.criteria.knots_within = study.criteria.knots_within.or(within);
    let parameters: Vec<String> = value("parameters");
    for (name, kind) in parameters.iter().flat_map(|parameters| parameters.split(", ")).filter_map(parameter)
    {
        match study.parameters.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = spec::join(*known, kind),
            None => study.parameters.push((name, kind)),
        }
    }
    study.parameters.sort();
    let columns: Vec<String> = value("data_parameters");
    study.data_parameters.extend(columns.iter().flat_map(|names| names.split(", ")).map(str::to_owned));
    study.data_parameters.sort();
    study.data_parameters.dedup();
    let reference: Vec<String> = value("reference");
    let asked = study.reference.map(|position| study.estimators[position].rule.clone());
    let reference = asked.or_else(|| named::estimator(reference.first()?));
    study.criteria.distances = reference.is_some();
    reference
}

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
fn parameter(text: &str) -> Option<(String, ParameterKind)> {
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

fn risk(label: &str) -> Option<Risk> {
    if label == "sup" { Some(Risk::Sup) } else { Risk::lp(label.parse().ok()?) }
}

/// Exponents ascending, the supremum last.
fn order(risk: Risk) -> f64 {
    risk.p().unwrap_or(f64::INFINITY)
}

/// Whether what is stored stays as it is where `was` becomes `is`, with more beside it.
pub(crate) fn extends(name: &str, was: Option<&str>, is: Option<&str>) -> bool {
    let contains = |was: &str, is: &str| was.split(", ").all(|one| is.split(", ").any(|other| one == other));
    match (name, was, is) {
        ("risks", Some(was), Some(is)) => contains(was, is),
        ("checkpoints" | "data_parameters", was, Some(is)) => was.is_none_or(|was| contains(was, is)),
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
pub(crate) fn join(
    was: &BTreeMap<String, String>,
    other: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, String> {
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
            ("risks" | "checkpoints" | "data_parameters", there) => {
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
    fn networks_of_two_studies_are_those_of_either() {
        let union = |a: &str, b: &str| Weights::of(a).unwrap().union(Weights::of(b).unwrap()).label();
        for (a, b, both) in [
            ("none", "none", "none"),
            ("none", "every 4", "every 4"),
            ("every 4", "every 6", "every 2"),
            ("every 4", "every 9", "all"),
            ("every 3", "all", "all"),
            ("every 4", "every 8", "every 4"),
        ] {
            assert_eq!((union(a, b), union(b, a)), (both.into(), both.into()), "{a}, {b}");
            assert!(extends("weights", Some(a), Some(both)) || a == both, "{a}, {b}");
        }
    }

    #[test]
    fn more_beside_the_same_numbers_is_an_extension() {
        let yes = [
            ("risks", Some("1, 2"), Some("2, sup, 1")),
            ("checkpoints", None, Some("3")),
            ("checkpoints", Some("3"), Some("3, 30")),
            ("reference", None, Some("min_norm")),
            ("weights", Some("every 4"), Some("all")),
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
        let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
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
