//! Parameters of trained networks.

use crate::catalogue::{Kind, Parameter, Value};

/// A finite real number of at least zero.
pub(crate) const FROM_ZERO: Kind = Kind::Real { low: 0.0, closed: true, high: f64::INFINITY };

/// A word, by default the first one.
pub(crate) fn word(name: &'static str, summary: &'static str, words: &'static [&'static str]) -> Parameter {
    Parameter { name, summary, kind: Kind::Word(words), default: Some(Value::Word(words[0])) }
}

/// A real number with a default.
pub(crate) fn real(name: &'static str, summary: &'static str, kind: Kind, default: f64) -> Parameter {
    Parameter { name, summary, kind, default: Some(Value::Real(default)) }
}

/// A whole number, at least 1; without a default it must be given.
pub(crate) fn count(name: &'static str, summary: &'static str, high: u64, default: Option<u64>) -> Parameter {
    Parameter { name, summary, kind: Kind::Whole { low: 1, high }, default: default.map(Value::Whole) }
}
