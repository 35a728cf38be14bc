//! What formulas compute.

use super::scalar::{Fault, Scalar, unknown};
use std::cmp::Ordering;

/// What stands in a formula.
#[derive(Clone, Debug)]
pub(super) enum Term {
    Constant(Scalar),
    Name(String),
    Unary(Unary, Box<Term>),
    Binary(Binary, Box<Term>, Box<Term>),
    /// Comparisons in a row: each with its neighbours.
    Compared(Box<Term>, Vec<(Comparison, Term)>),
    Call(&'static Function, Vec<Term>),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Unary {
    Minus,
    Not,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    And,
    Or,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A function of one number, or of two or more.
#[derive(Debug)]
pub(super) struct Function {
    pub name: &'static str,
    pub arguments: Arguments,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Arguments {
    One(fn(f64) -> f64),
    Some(fn(f64, f64) -> f64),
}

const fn one(name: &'static str, function: fn(f64) -> f64) -> Function {
    Function { name, arguments: Arguments::One(function) }
}

pub(super) const FUNCTIONS: [Function; 12] = [
    one("round", f64::round_ties_even),
    one("floor", f64::floor),
    one("ceil", f64::ceil),
    one("abs", f64::abs),
    one("sqrt", f64::sqrt),
    one("exp", libm::exp),
    one("ln", libm::log),
    one("log", libm::log),
    one("log2", libm::log2),
    one("log10", libm::log10),
    Function { name: "min", arguments: Arguments::Some(f64::min) },
    Function { name: "max", arguments: Arguments::Some(f64::max) },
];

impl Term {
    pub fn names<'a>(&'a self, names: &mut Vec<&'a str>) {
        match self {
            Term::Constant(_) => {}
            Term::Name(name) => names.push(name),
            Term::Unary(_, term) => term.names(names),
            Term::Binary(_, left, right) => {
                left.names(names);
                right.names(names);
            }
            Term::Compared(first, rest) => {
                first.names(names);
                rest.iter().for_each(|(_, term)| term.names(names));
            }
            Term::Call(_, terms) => terms.iter().for_each(|term| term.names(names)),
        }
    }

    pub fn value(&self, of: &dyn Fn(&str) -> Option<Scalar>) -> Result<Scalar, Fault> {
        match self {
            Term::Constant(value) => Ok(value.clone()),
            Term::Name(name) => of(name).ok_or_else(|| unknown(name, &[])),
            Term::Unary(Unary::Minus, term) => Ok(Scalar::Number(-term.number(of)?)),
            Term::Unary(Unary::Not, term) => Ok(Scalar::Truth(!term.truth(of)?)),
            Term::Binary(Binary::And, left, right) => Ok(Scalar::Truth(left.truth(of)? && right.truth(of)?)),
            Term::Binary(Binary::Or, left, right) => Ok(Scalar::Truth(left.truth(of)? || right.truth(of)?)),
            Term::Binary(operator, left, right) => {
                Ok(Scalar::Number(operator.of(left.number(of)?, right.number(of)?)))
            }
            Term::Compared(first, rest) => {
                let mut left = first.value(of)?;
                for (comparison, right) in rest {
                    let right = right.value(of)?;
                    if !comparison.holds(&left, &right)? {
                        return Ok(Scalar::Truth(false));
                    }
                    left = right;
                }
                Ok(Scalar::Truth(true))
            }
            Term::Call(function, terms) => {
                let mut values = terms.iter().map(|term| term.number(of));
                let first = values.next().unwrap_or(Ok(f64::NAN))?;
                Ok(Scalar::Number(match function.arguments {
                    Arguments::One(apply) => apply(first),
                    Arguments::Some(apply) => values.try_fold(first, |a, b| b.map(|b| apply(a, b)))?,
                }))
            }
        }
    }

    fn number(&self, of: &dyn Fn(&str) -> Option<Scalar>) -> Result<f64, Fault> {
        match self.value(of)? {
            Scalar::Number(x) => Ok(x),
            other => Err(Fault::new(format!("computes with {other}, which is {}", other.kind()))),
        }
    }

    fn truth(&self, of: &dyn Fn(&str) -> Option<Scalar>) -> Result<bool, Fault> {
        match self.value(of)? {
            Scalar::Truth(truth) => Ok(truth),
            other => Err(Fault::new(format!("asks whether {other} is true, which is {}", other.kind()))),
        }
    }
}

impl Binary {
    fn of(self, a: f64, b: f64) -> f64 {
        match self {
            Binary::Add => a + b,
            Binary::Subtract => a - b,
            Binary::Multiply => a * b,
            Binary::Divide => a / b,
            // Python's: the sign of the divisor.
            Binary::Remainder => {
                let rest = libm::fmod(a, b);
                if rest != 0.0 && (rest < 0.0) != (b < 0.0) { rest + b } else { rest }
            }
            Binary::Power => libm::pow(a, b),
            Binary::And | Binary::Or => f64::NAN,
        }
    }
}

impl Comparison {
    fn holds(self, left: &Scalar, right: &Scalar) -> Result<bool, Fault> {
        let order = match (left, right) {
            (Scalar::Number(a), Scalar::Number(b)) => a.partial_cmp(b),
            (Scalar::Word(a), Scalar::Word(b)) => Some(a.cmp(b)),
            (Scalar::Truth(a), Scalar::Truth(b)) => Some(a.cmp(b)),
            _ => {
                let sides = format!("{left}, {}, with {right}, {}", left.kind(), right.kind());
                return Err(Fault::new(format!("compares {sides}")));
            }
        };
        Ok(match self {
            Comparison::Equal => order == Some(Ordering::Equal),
            Comparison::Unequal => order != Some(Ordering::Equal),
            Comparison::Less => order == Some(Ordering::Less),
            Comparison::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Comparison::Greater => order == Some(Ordering::Greater),
            Comparison::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        })
    }
}
