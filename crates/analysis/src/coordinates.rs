//! Coordinates: the named values that distinguish the partitions of a study.
//!
//! They are parsed from the texts of footers alone: `name(parameter=value, …)` for the choices of design, target and noise,
//! and `parameter=value, …` for the swept parameters of an estimator. No catalogue is needed.

use serde::ser::{Serialize, SerializeMap, Serializer};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// The axes with choices, in the order of [`Coordinates`].
pub(crate) const AXES: [&str; 4] = ["estimator", "design", "target", "noise"];

/// A value of a coordinate.
#[derive(Clone, Debug, PartialEq)]
pub enum Coordinate {
    /// A finite number.
    Number(f64),
    /// Anything else: a name, a flag, a list, a formula.
    Word(Arc<str>),
}

impl Coordinate {
    /// A finite number where the text is one, else a word.
    pub(crate) fn of(text: &str) -> Coordinate {
        // `inf` and `nan` parse as numbers but are words here.
        let starts = |c: char| c.is_ascii_digit() || "+-.".contains(c);
        let number = text.parse::<f64>().ok().filter(|x| x.is_finite() && text.starts_with(starts));
        number.map_or_else(|| Coordinate::Word(text.into()), Coordinate::Number)
    }

    /// The number, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Coordinate::Number(x) => Some(*x),
            Coordinate::Word(_) => None,
        }
    }

    /// The word, if it is none.
    pub fn word(&self) -> Option<&str> {
        match self {
            Coordinate::Number(_) => None,
            Coordinate::Word(word) => Some(word),
        }
    }

    /// Numbers ascending, then words by the alphabet.
    pub(crate) fn order(&self, other: &Coordinate) -> Ordering {
        match (self, other) {
            (Coordinate::Number(a), Coordinate::Number(b)) => a.total_cmp(b),
            (Coordinate::Word(a), Coordinate::Word(b)) => a.cmp(b),
            (Coordinate::Number(_), Coordinate::Word(_)) => Ordering::Less,
            (Coordinate::Word(_), Coordinate::Number(_)) => Ordering::Greater,
        }
    }
}

impl fmt::Display for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Coordinate::Number(x) => write!(f, "{x}"),
            Coordinate::Word(word) => f.write_str(word),
        }
    }
}

/// A number or a text.
impl Serialize for Coordinate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Coordinate::Number(x) => serializer.serialize_f64(*x),
            Coordinate::Word(word) => serializer.serialize_str(word),
        }
    }
}

/// The coordinates of a series: those of its estimator, design, target and noise, without the coordinate of the series.
///
/// As JSON an object: `{"estimator": "relu", "width": 50, "design": "uniform", …, "noise": "normal", "noise_sd": 1}`.
///
/// Coordinates are shared, as a million series have few choices.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coordinates([Arc<Named>; 4]);

/// Coordinates with their names.
type Named = Vec<(Arc<str>, Coordinate)>;

impl Coordinates {
    /// Whether the data are the user's own: coordinates of whole trials, or samples that a program makes.
    pub(crate) fn are_own(&self) -> bool {
        self.get(AXES[1]).and_then(Coordinate::word).is_some_and(|design| OWN.contains(&design))
    }

    /// Every coordinate by its name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Coordinate)> {
        self.0.iter().flat_map(|axis| axis.iter()).map(|(name, value)| (&**name, value))
    }

    /// The coordinate of this name; none where these have none of it.
    pub fn get(&self, name: &str) -> Option<&Coordinate> {
        self.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }
}

/// A set of shared coordinates, each kept once.
#[derive(Default)]
pub(crate) struct Interner([HashMap<String, Arc<Named>>; 4]);

impl Interner {
    /// The names of the coordinates of an axis so far.
    pub fn names(&self, axis: usize) -> impl Iterator<Item = &str> {
        self.0[axis].values().flat_map(|named| named.iter().map(|(name, _)| &**name))
    }

    /// Those of a full name of an estimator and of the labels of design, target and noise.
    pub fn of(&mut self, labels: [&str; 4]) -> Coordinates {
        let mut axis = |axis: usize| {
            if let Some(known) = self.0[axis].get(labels[axis]) {
                return known.clone();
            }
            let made = Arc::new(named(axis, labels[axis]));
            self.0[axis].insert(labels[axis].to_owned(), made.clone());
            made
        };
        Coordinates([axis(0), axis(1), axis(2), axis(3)])
    }
}

impl Serialize for Coordinates {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// The coordinates in the text of one axis: of an estimator its label and its swept parameters under their own names, of
/// all others the name of the choice and its parameters with the axis before them.
fn named(axis: usize, text: &str) -> Named {
    // The axis is the coordinate of the curve as a whole.
    if text.is_empty() {
        return Named::new();
    }
    let of = |name: &str, value: &str| (name.into(), Coordinate::of(value));
    let (name, rest) = split(axis, text);
    // A name is a word even where it parses as a number.
    let mut found = vec![(AXES[axis].into(), Coordinate::Word(name.into()))];
    if axis == 0 {
        found.extend(parameters(rest).into_iter().map(|(name, value)| of(name, value)));
    } else {
        nested((AXES[axis], name), rest, &mut found);
    }
    found
}

/// Parameters of a choice; of a choice among them its name and, below it, its own parameters.
fn nested((prefix, choice): (&str, &str), text: &str, found: &mut Named) {
    for (name, value) in parameters(text) {
        let name = coordinate((prefix, choice), name);
        match value.split_once('(').filter(|_| value.ends_with(')') && is_name(value)) {
            Some((choice, _)) => {
                found.push((name.as_str().into(), Coordinate::Word(choice.into())));
                nested((&name, ""), split(1, value).1, found);
            }
            None => found.push((name.into(), Coordinate::of(value))),
        }
    }
}

/// Choices in the place of a design whose parameters are the user's own.
const OWN: [&str; 2] = ["parameters", "process"];

/// The name of a parameter of a choice as a coordinate. The number of features is called d, whatever the design, and parameters of the
/// user's own have their own names.
pub(crate) fn coordinate((prefix, choice): (&str, &str), parameter: &str) -> String {
    let is_plain = prefix == AXES[1] && (parameter == "d" || OWN.contains(&choice));
    if is_plain { parameter.to_owned() } else { format!("{prefix}_{parameter}") }
}

/// Whether a text begins as a name does, not as a formula or a list.
fn is_name(text: &str) -> bool {
    text.split('(').next().is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// The name of a choice, or the label of an estimator, and the text of its parameters.
pub(crate) fn split(axis: usize, text: &str) -> (&str, &str) {
    let (open, close) = if axis == 0 { ('[', ']') } else { ('(', ')') };
    match text.strip_suffix(close).and_then(|text| text.split_once(open)) {
        Some(parts) => parts,
        None => (text, ""),
    }
}

/// A full name or a label, from its name and its parameters: the inverse of [`split`].
pub(crate) fn join<'a>(
    axis: usize,
    name: &str,
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let list: Vec<String> = parameters.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    match (list.is_empty(), axis) {
        (true, _) => name.to_owned(),
        (false, 0) => format!("{name}[{}]", list.join(", ")),
        (false, _) => format!("{name}({})", list.join(", ")),
    }
}

/// `name=value` between commas, those inside brackets apart.
pub(crate) fn parameters(text: &str) -> Vec<(&str, &str)> {
    let (mut found, mut depth, mut start) = (Vec::new(), 0i32, 0);
    for (place, c) in text.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&text[start..place]);
                start = place + 1;
            }
            _ => {}
        }
    }
    found.push(&text[start..]);
    found.into_iter().filter_map(|one| one.split_once('=')).map(|(n, v)| (n.trim(), v.trim())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(labels: [&str; 4]) -> Vec<(String, String)> {
        Interner::default()
            .of(labels)
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_string()))
            .collect()
    }

    #[test]
    fn texts_are_taken_apart() {
        let labels = [
            "relu[width=50, lr=0.1, activation=tanh, layers=[3, 4]]",
            "jittered_grid(jitter=0.25)",
            "piecewise_linear(knots=[0, 0.4, 1], values=[0, -1e30, 0])",
            "normal(sd=1)",
        ];
        let expected = [
            ("estimator", "relu"),
            ("width", "50"),
            ("lr", "0.1"),
            ("activation", "tanh"),
            ("layers", "[3, 4]"),
            ("design", "jittered_grid"),
            ("design_jitter", "0.25"),
            ("target", "piecewise_linear"),
            ("target_knots", "[0, 0.4, 1]"),
            ("target_values", "[0, -1e30, 0]"),
            ("noise", "normal"),
            ("noise_sd", "1"),
        ];
        let found = all(labels);
        assert!(found.iter().map(|(n, v)| (n.as_str(), v.as_str())).eq(expected), "{found:?}");
        let coordinates = Interner::default().of(labels);
        assert_eq!(coordinates.get("width"), Some(&Coordinate::Number(50.0)));
        assert_eq!(coordinates.get("layers").unwrap().word(), Some("[3, 4]"));
        assert_eq!(coordinates.get("height"), None);
        let json = serde_json::to_value(&coordinates).unwrap();
        assert_eq!((&json["lr"], &json["noise"]), (&serde_json::json!(0.1), &serde_json::json!("normal")));
    }

    #[test]
    fn choices_nest_and_names_stay_words() {
        let found = all(["7", "gaussian(spectrum=power(exponent=1.5), d=10)", "zero", "normal(sd=n^(-1/2))"]);
        let has = |name: &str, value: &str| found.contains(&(name.to_owned(), value.to_owned()));
        assert!(has("design_spectrum", "power") && has("design_spectrum_exponent", "1.5"), "{found:?}");
        assert!(has("d", "10") && has("noise_sd", "n^(-1/2)"), "{found:?}");
        assert_eq!(Interner::default().of(["7", "", "", ""]).get("estimator").unwrap().word(), Some("7"));
    }

    #[test]
    fn what_is_split_is_joined_again() {
        for (axis, text) in [
            (0, "relu"),
            (0, "relu[width=50, lr=0.1]"),
            (1, "uniform"),
            (2, "piecewise_linear(knots=[0, 1], values=[0, 2])"),
        ] {
            let (name, rest) = split(axis, text);
            assert_eq!(join(axis, name, parameters(rest)), text);
        }
    }

    #[test]
    fn numbers_come_before_words() {
        let mut all = ["tanh", "10", "9", "relu", "-1", "inf", "1e300"].map(Coordinate::of);
        all.sort_by(Coordinate::order);
        let texts = all.each_ref().map(ToString::to_string);
        assert_eq!(texts[..3], ["-1", "9", "10"]);
        assert_eq!(texts[4..], ["inf", "relu", "tanh"]);
    }
}
