//! Formulas of coordinates, such as `round(2 * n)` or `n != 50 and noise_sd < 1`.
//!
//! The grammar and its precedence are Python's, with `^` beside `**`, since that is what its readers write: −n^2 is −(n^2),
//! 2^3^2 is 2^9, `a < b < c` is `a < b and b < c`, and `round` goes to the even neighbour. Numbers are doubles, so that 10
//! and 10.0 are equal and 1/2 is a half. Powers and logarithms come from `libm`: what a study is must not depend on the
//! platform.

mod reader;
mod scalar;
mod term;
#[cfg(test)]
mod tests;

pub(super) use scalar::scalar;
pub use scalar::{Fault, Scalar};

use reader::Reader;
use scalar::unknown;
use std::fmt::{self, Display, Formatter};
use term::Term;

/// Characters of a formula at most: far more than a coordinate takes, and a bound on the time to read it.
const LONGEST: usize = 500;

/// A formula that was read. Formulas of one text are equal.
#[derive(Clone, Debug)]
pub struct Formula {
    text: String,
    root: Term,
}

impl PartialEq for Formula {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Display for Formula {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl Formula {
    /// Reads a formula.
    ///
    /// # Errors
    /// What is wrong with it, and at which character.
    pub fn parse(text: &str) -> Result<Formula, Fault> {
        let text = text.trim();
        if text.chars().count() > LONGEST {
            return Err(Fault::new(format!("is a formula of more than {LONGEST} characters")));
        }
        Ok(Formula { text: text.into(), root: Reader::read(text)? })
    }

    /// Whether a text looks like a formula rather than a misspelt value: it has an operator or a call, or is a name that is
    /// known.
    pub fn looks_like_one(text: &str, is_known: impl Fn(&str) -> bool) -> bool {
        is_known(text.trim()) || text.contains(['+', '-', '*', '/', '^', '%', '(', '<', '>', '='])
    }

    /// The names that it mentions, in order of appearance; a name that comes twice is there twice.
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.root.names(&mut names);
        names
    }

    /// Its value where names have these values.
    ///
    /// # Errors
    /// A name has no value, or an operator does not take what it is given.
    pub fn value(&self, of: &dyn Fn(&str) -> Option<Scalar>) -> Result<Scalar, Fault> {
        self.root.value(of)
    }

    /// Reports the first name that is not among those known.
    ///
    /// # Errors
    /// The name, with the nearest known one.
    pub fn check_names(&self, known: &[&str]) -> Result<(), Fault> {
        match self.names().into_iter().find(|name| !known.contains(name)) {
            None => Ok(()),
            Some(name) => Err(unknown(name, known)),
        }
    }
}
