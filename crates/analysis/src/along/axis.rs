//! The coordinate along which series are read, and the partitions of each series.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::coordinates::{AXES, Coordinate, Interner, coordinate, join, parameters, split};
use crate::error::{Error, near};
use crate::read::scan::Partition;

/// The default coordinate.
pub(crate) const SIZE: &str = "n";
/// The coordinate of steps of training, whose rows are in a separate table.
const CHECKPOINT: &str = "checkpoint";

/// The coordinate along which series are read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Along {
    /// The size of training sets.
    Size,
    /// Steps of training.
    Checkpoint,
    /// The choices of an axis as a whole, by the index of the axis.
    Choice(usize),
    /// One parameter of an axis, by the name of its coordinate.
    Parameter(usize, String),
}

/// The key of a series.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// Estimator, design, target and noise, without the coordinate of the series.
    pub labels: [Arc<str>; 4],
    /// The size of training sets, unless it is the coordinate of the series or varies with it.
    pub n: Option<u64>,
}

impl Along {
    /// Finds the coordinate of this name among those of the partitions.
    ///
    /// # Errors
    /// [`Error::Coordinate`] with the names there are.
    pub fn of(name: &str, partitions: &[Partition]) -> Result<Along, Error> {
        match name {
            SIZE => return Ok(Along::Size),
            CHECKPOINT => return Ok(Along::Checkpoint),
            _ => {}
        }
        if let Some(axis) = AXES.iter().position(|axis| *axis == name) {
            return Ok(Along::Choice(axis));
        }
        let mut interner = Interner::default();
        for partition in partitions {
            interner.of(partition.values());
        }
        let known: [BTreeSet<&str>; 4] =
            std::array::from_fn(|axis| interner.names(axis).filter(|name| !AXES.contains(name)).collect());
        if let Some(axis) = known.iter().position(|names| names.contains(name)) {
            return Ok(Along::Parameter(axis, name.to_owned()));
        }
        let parameters = known.iter().flatten().copied();
        let known: Vec<&str> = [SIZE, CHECKPOINT].into_iter().chain(AXES).chain(parameters).collect();
        let help = near(name, known.iter().copied());
        Err(Error::Coordinate { name: name.to_owned(), known: known.join(", "), help })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Along::Size => SIZE,
            Along::Checkpoint => CHECKPOINT,
            Along::Choice(axis) => AXES[*axis],
            Along::Parameter(_, name) => name,
        }
    }
}

/// Assigns partitions to series and to positions in them. A million partitions have few texts, each of which is parsed once.
pub(crate) struct Placing<'a> {
    along: &'a Along,
    /// Swept parameters that vary together, by the name of the estimator.
    zip: &'a BTreeMap<String, Vec<Vec<String>>>,
    known: HashMap<[Arc<str>; 2], Arc<Parted>>,
}

/// The text of an axis without the coordinate of the series.
struct Parted {
    text: Arc<str>,
    value: Option<Coordinate>,
    /// Names in the formula of the value, which vary with it.
    with: Vec<String>,
}

impl<'a> Placing<'a> {
    /// For series along this coordinate.
    pub fn new(along: &'a Along, zip: &'a BTreeMap<String, Vec<Vec<String>>>) -> Placing<'a> {
        Placing { along, zip, known: HashMap::new() }
    }

    /// The series of a partition and its position in it; no position where the partition lacks the coordinate.
    pub fn of(&mut self, partition: &Partition) -> (Key, Option<Coordinate>) {
        let mut labels = partition.arcs();
        let mut n = Some(partition.n);
        let at = match self.along {
            Along::Size => n.take().map(|n| Coordinate::Number(n as f64)),
            Along::Checkpoint => None,
            Along::Choice(axis) => {
                let value = partition.values()[*axis];
                let label = std::mem::replace(&mut labels[*axis], "".into());
                if *label != *value {
                    release(&identifiers(&label), &mut labels, &mut n);
                }
                Some(Coordinate::Word(value.into()))
            }
            Along::Parameter(axis, name) => {
                let parted = self.parted(*axis, name, &labels[*axis], partition.values()[*axis]);
                labels[*axis] = parted.text.clone();
                release(&parted.with, &mut labels, &mut n);
                parted.value.clone()
            }
        };
        (Key { labels, n }, at)
    }

    fn parted(&mut self, axis: usize, name: &str, label: &Arc<str>, value: &str) -> Arc<Parted> {
        let key = [label.clone(), value.into()];
        let make = || {
            let (text, formula) = without(axis, label, name);
            let (_, value) = without(axis, value, name);
            // The label holds the formula of a value, the cell its value. A whole choice may depend on a coordinate too.
            let follows = formula.as_deref().unwrap_or(label);
            let mut with = if formula == value { Vec::new() } else { identifiers(follows) };
            if axis == 0 {
                let groups = self.zip.get(split(0, label).0).into_iter().flatten();
                with.extend(groups.filter(|group| group.iter().any(|one| one == name)).flatten().cloned());
            }
            Arc::new(Parted { text: text.into(), value: value.as_deref().map(Coordinate::of), with })
        };
        self.known.entry(key).or_insert_with(make).clone()
    }
}

/// Removes coordinates from a key.
fn release(names: &[String], labels: &mut [Arc<str>; 4], n: &mut Option<u64>) {
    for name in names {
        *n = n.filter(|_| name != SIZE);
        labels.iter_mut().enumerate().for_each(|(axis, label)| {
            if let (text, Some(_)) = without(axis, label, name) {
                *label = text.into();
            }
        });
    }
}

/// The text of an axis without a coordinate, and its value.
fn without(axis: usize, text: &str, name: &str) -> (String, Option<String>) {
    // Names of estimator parameters have no prefix, those of other axes begin with the axis.
    let (choice, rest) = split(axis, text);
    let full = |parameter: &str| {
        if axis == 0 { parameter.to_owned() } else { coordinate((AXES[axis], choice), parameter) }
    };
    let (mut left, mut found) = (Vec::new(), None);
    for (parameter, value) in parameters(rest) {
        let full = full(parameter);
        if full == name {
            found = Some(value.to_owned());
            continue;
        }
        let (inner, taken) = match name.strip_prefix(&full).and_then(|rest| rest.strip_prefix('_')) {
            Some(rest) => without_nested(value, rest),
            None => (value.to_owned(), None),
        };
        found = found.or(taken);
        left.push((parameter, inner));
    }
    (join(axis, choice, left.iter().map(|(name, value)| (*name, value.as_str()))), found)
}

/// [`without`] for a choice inside a choice.
fn without_nested(text: &str, name: &str) -> (String, Option<String>) {
    let (choice, rest) = split(1, text);
    let (mut left, mut found) = (Vec::new(), None);
    for (parameter, value) in parameters(rest) {
        if parameter == name {
            found = Some(value.to_owned());
            continue;
        }
        let (inner, taken) = match name.strip_prefix(parameter).and_then(|rest| rest.strip_prefix('_')) {
            Some(rest) => without_nested(value, rest),
            None => (value.to_owned(), None),
        };
        found = found.or(taken);
        left.push((parameter, inner));
    }
    (join(1, choice, left.iter().map(|(name, value)| (*name, value.as_str()))), found)
}

/// Names in a formula.
fn identifiers(formula: &str) -> Vec<String> {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words =
        formula.split(|c| !inside(c)).filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()));
    words.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partition(labels: [&str; 4], n: u64, noise: Option<&str>) -> Partition {
        let [estimator, rest @ ..] = labels.map(Arc::<str>::from);
        let values = noise.map(|noise| Box::new([rest[0].clone(), rest[1].clone(), noise.into()]));
        Partition { estimator, n, cell: "c".into(), variant: None, labels: rest, values, files: Vec::new() }
    }

    fn place(along: &str, partition: Partition) -> ([String; 4], Option<u64>, Option<String>) {
        let along = Along::of(along, std::slice::from_ref(&partition)).unwrap();
        let (key, at) = Placing::new(&along, &BTreeMap::new()).of(&partition);
        (key.labels.map(|label| label.to_string()), key.n, at.map(|at| at.to_string()))
    }

    const LABELS: [&str; 4] =
        ["relu[width=50, lr=0.1]", "gaussian(spectrum=power(exponent=1.5), d=3)", "zero", "normal(sd=0.5)"];

    #[test]
    fn what_is_read_along_leaves_the_key() {
        let of = |along: &str| place(along, partition(LABELS, 30, None));
        let (labels, n, at) = of("n");
        assert_eq!((labels.each_ref().map(String::as_str), n, at.as_deref()), (LABELS, None, Some("30")));
        let (labels, n, at) = of("width");
        assert_eq!((labels[0].as_str(), n, at.as_deref()), ("relu[lr=0.1]", Some(30), Some("50")));
        let (labels, _, at) = of("noise_sd");
        assert_eq!((labels[3].as_str(), at.as_deref()), ("normal", Some("0.5")));
        let (labels, _, at) = of("design_spectrum_exponent");
        assert_eq!((labels[1].as_str(), at.as_deref()), ("gaussian(spectrum=power, d=3)", Some("1.5")));
        let (labels, _, at) = of("noise");
        assert_eq!((labels[3].as_str(), at.as_deref()), ("", Some("normal(sd=0.5)")));
        // A partition without the coordinate is a series with one position.
        let along = Along::Parameter(0, "width".into());
        let none = BTreeMap::new();
        let (key, at) = Placing::new(&along, &none).of(&partition(["spline", "", "", ""], 30, None));
        assert_eq!((&*key.labels[0], at), ("spline", None));
    }

    /// The names in a formula vary with its value.
    #[test]
    fn formulas_take_their_names_along() {
        let labels = ["spline", "jittered_grid(jitter=0.5)", "zero", "normal(sd=design_jitter * n^-0.5)"];
        let (labels, n, at) = place("noise_sd", partition(labels, 25, Some("normal(sd=0.1)")));
        assert_eq!(labels.each_ref().map(String::as_str), ["spline", "jittered_grid", "zero", "normal"]);
        assert_eq!((n, at.as_deref()), (None, Some("0.1")));
        // A whole choice that varies with n.
        let labels = ["spline", "uniform", "zero", "zip(n)"];
        for (along, value) in [("noise", "normal(sd=0.1)"), ("noise_sd", "0.1")] {
            let (_, n, at) = place(along, partition(labels, 25, Some("normal(sd=0.1)")));
            assert_eq!((n, at.as_deref()), (None, Some(value)), "{along}");
        }
    }

    #[test]
    fn parameters_that_go_in_step_go_together() {
        let along = Along::Parameter(0, "width".into());
        let of = |group: &[&str]| {
            let group = group.iter().map(|name| (*name).to_owned()).collect();
            let zip = BTreeMap::from([("relu".to_owned(), vec![group])]);
            let (key, at) = Placing::new(&along, &zip).of(&partition(LABELS, 30, None));
            (key.labels[0].to_string(), at.map(|at| at.to_string()))
        };
        assert_eq!(of(&["lr", "width"]), ("relu".into(), Some("50".into())));
        assert_eq!(of(&["lr", "steps"]), ("relu[lr=0.1]".into(), Some("50".into())));
    }

    #[test]
    fn unknown_names_are_told_with_the_known_ones() {
        let error = Along::of("witdh", &[partition(LABELS, 30, None)]).unwrap_err().to_string();
        assert!(error.contains("did you mean `width`?") && error.contains("noise_sd"), "{error}");
    }
}
