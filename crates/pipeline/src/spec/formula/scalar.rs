//! What formulas compute with, and what is wrong where they cannot.

use crate::spec::read::suggestion;
use std::fmt::{self, Display, Formatter};
use tempered_math::catalogue::Value;

/// A value that a formula computes with.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// A number.
    Number(f64),
    /// A word: the name of a choice, or a parameter that is one.
    Word(String),
    /// A truth value.
    Truth(bool),
}

impl Scalar {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Scalar::Number(_) => "a number",
            Scalar::Word(_) => "a word",
            Scalar::Truth(_) => "true or false",
        }
    }
}

impl Display for Scalar {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Number(x) => write!(out, "{x}"),
            Scalar::Word(word) => out.write_str(word),
            Scalar::Truth(truth) => write!(out, "{truth}"),
        }
    }
}

/// A value as formulas see it; none for a list.
pub(in crate::spec) fn scalar(value: &Value) -> Option<Scalar> {
    match value {
        Value::Real(x) => Some(Scalar::Number(*x)),
        Value::Whole(x) => Some(Scalar::Number(*x as f64)),
        Value::Word(word) => Some(Scalar::Word((*word).into())),
        Value::Flag(flag) => Some(Scalar::Truth(*flag)),
        Value::Text(text) => Some(Scalar::Word(text.clone())),
        Value::File(file) => Some(Scalar::Word(file.name().into_owned())),
        Value::Reals(_) | Value::Wholes(_) | Value::Texts(_) | Value::Files(_) | Value::Unset => None,
    }
}

/// Why a text is no formula, or has no value.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What is wrong.
    pub message: String,
    /// What may have been meant.
    pub help: Option<String>,
}

impl Fault {
    pub(super) fn new(message: impl Into<String>) -> Fault {
        Fault { message: message.into(), help: None }
    }
}

pub(super) fn unknown(name: &str, known: &[&str]) -> Fault {
    let there = if known.is_empty() { "none".into() } else { known.join(", ") };
    Fault {
        message: format!("mentions `{name}`, which is no coordinate here; there are {there}"),
        help: suggestion(name, known.iter().copied()),
    }
}
