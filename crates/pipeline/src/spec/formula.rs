//! Formulas of coordinates, such as `round(2 * n)` or `n != 50 and noise_sd < 1`.
//!
//! The grammar and its precedence are Python's, with `^` beside `**`, since that is what its readers write: −n^2 is −(n^2),
//! 2^3^2 is 2^9, `a < b < c` is `a < b and b < c`, and `round` goes to the even neighbour. Numbers are doubles, so that 10
//! and 10.0 are equal and 1/2 is a half. Powers and logarithms come from `libm`: what a study is must not depend on the
//! platform.

use super::read::suggestion;
use std::cmp::Ordering;
use std::fmt::{self, Display, Formatter};

/// Characters of a formula at most: far more than a coordinate takes, and a bound on the time to read it.
const LONGEST: usize = 500;
/// Parentheses, signs and powers within each other at most: the reader calls itself for each.
const DEEPEST: usize = 50;

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

/// A formula that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    text: String,
    root: Term,
}

/// What stands in a formula.
#[derive(Clone, Debug, PartialEq)]
enum Term {
    Constant(Scalar),
    Name(String),
    Unary(Unary, Box<Term>),
    Binary(Binary, Box<Term>, Box<Term>),
    /// Comparisons in a row: each with its neighbours.
    Compared(Box<Term>, Vec<(Comparison, Term)>),
    Call(&'static Function, Vec<Term>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Unary {
    Minus,
    Not,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    And,
    Or,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A function of one number, or of two or more.
#[derive(Debug, PartialEq)]
struct Function {
    name: &'static str,
    arguments: Arguments,
}

#[derive(Clone, Copy, Debug)]
enum Arguments {
    One(fn(f64) -> f64),
    Some(fn(f64, f64) -> f64),
}

impl PartialEq for Arguments {
    fn eq(&self, other: &Self) -> bool {
        matches!(
            (self, other),
            (Arguments::One(_), Arguments::One(_)) | (Arguments::Some(_), Arguments::Some(_))
        )
    }
}

const fn one(name: &'static str, function: fn(f64) -> f64) -> Function {
    Function { name, arguments: Arguments::One(function) }
}

const FUNCTIONS: [Function; 12] = [
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

/// Why a text is no formula, or has no value.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What is wrong.
    pub message: String,
    /// What may have been meant.
    pub help: Option<String>,
}

impl Fault {
    fn new(message: impl Into<String>) -> Fault {
        Fault { message: message.into(), help: None }
    }
}

impl Display for Formula {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl Scalar {
    fn kind(&self) -> &'static str {
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
        let mut reader = Reader { text, place: 0, depth: 0 };
        let root = reader.either()?;
        reader.space();
        match reader.rest().chars().next() {
            None => Ok(Formula { text: text.into(), root }),
            Some(other) => Err(reader.fault(&format!("expected an operator instead of `{other}`"))),
        }
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

fn unknown(name: &str, known: &[&str]) -> Fault {
    let there = if known.is_empty() { "none".into() } else { known.join(", ") };
    Fault {
        message: format!("mentions `{name}`, which is no coordinate here; there are {there}"),
        help: suggestion(name, known.iter().copied()),
    }
}

impl Term {
    fn names<'a>(&'a self, names: &mut Vec<&'a str>) {
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

    fn value(&self, of: &dyn Fn(&str) -> Option<Scalar>) -> Result<Scalar, Fault> {
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

/// Reads a formula from left to right: a function for each level of precedence, the loosest first.
struct Reader<'a> {
    text: &'a str,
    place: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.place..]
    }

    fn space(&mut self) {
        self.place = self.text.len() - self.rest().trim_start().len();
    }

    fn fault(&self, what: &str) -> Fault {
        let character = self.text[..self.place].chars().count() + 1;
        Fault::new(format!("is no formula: {what} at character {character} of `{}`", self.text))
    }

    /// Takes the first of these that comes next.
    fn take<T: Copy>(&mut self, operators: &[(&str, T)]) -> Option<T> {
        self.space();
        let (token, operator) = operators.iter().find(|(token, _)| {
            let next = self.rest().strip_prefix(token);
            // A word is no operator where it goes on.
            let ends = |next: &str| !token.starts_with(char::is_alphabetic) || !next.starts_with(in_name);
            next.is_some_and(ends)
        })?;
        self.place += token.len();
        Some(*operator)
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.fault("too many levels"));
        }
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn row(
        &mut self,
        operators: &[(&str, Binary)],
        operand: fn(&mut Self) -> Result<Term, Fault>,
    ) -> Result<Term, Fault> {
        let mut left = operand(self)?;
        while let Some(operator) = self.take(operators) {
            left = Term::Binary(operator, Box::new(left), Box::new(operand(self)?));
        }
        Ok(left)
    }

    fn either(&mut self) -> Result<Term, Fault> {
        self.row(&[("or", Binary::Or), ("||", Binary::Or)], Self::both)
    }

    fn both(&mut self) -> Result<Term, Fault> {
        self.row(&[("and", Binary::And), ("&&", Binary::And)], Self::negation)
    }

    fn negation(&mut self) -> Result<Term, Fault> {
        self.space();
        let is_not = !self.rest().starts_with("!=") && self.take(&[("not", ()), ("!", ())]).is_some();
        if is_not {
            return self.deeper(|reader| Ok(Term::Unary(Unary::Not, Box::new(reader.negation()?))));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Term, Fault> {
        const COMPARISONS: [(&str, Comparison); 6] = [
            ("==", Comparison::Equal),
            ("!=", Comparison::Unequal),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        let first = self.sum()?;
        let mut rest = Vec::new();
        while let Some(comparison) = self.take(&COMPARISONS) {
            rest.push((comparison, self.sum()?));
        }
        Ok(if rest.is_empty() { first } else { Term::Compared(Box::new(first), rest) })
    }

    fn sum(&mut self) -> Result<Term, Fault> {
        self.row(&[("+", Binary::Add), ("-", Binary::Subtract)], Self::product)
    }

    fn product(&mut self) -> Result<Term, Fault> {
        let operators = [("*", Binary::Multiply), ("/", Binary::Divide), ("%", Binary::Remainder)];
        self.row(&operators, Self::signed)
    }

    fn signed(&mut self) -> Result<Term, Fault> {
        match self.take(&[("-", true), ("+", false)]) {
            Some(true) => self.deeper(|reader| Ok(Term::Unary(Unary::Minus, Box::new(reader.signed()?)))),
            Some(false) => self.deeper(Self::signed),
            None => self.power(),
        }
    }

    /// Binds tighter than a sign before it, and looser than one behind it.
    fn power(&mut self) -> Result<Term, Fault> {
        let base = self.atom()?;
        if self.take(&[("**", ()), ("^", ())]).is_none() {
            return Ok(base);
        }
        let exponent = self.deeper(Self::signed)?;
        Ok(Term::Binary(Binary::Power, Box::new(base), Box::new(exponent)))
    }

    fn atom(&mut self) -> Result<Term, Fault> {
        self.space();
        match self.rest().chars().next() {
            Some('(') => {
                self.place += 1;
                let inner = self.deeper(Self::either)?;
                self.close()?;
                Ok(inner)
            }
            Some(quote @ ('"' | '\'')) => self.word(quote),
            Some(first) if first.is_ascii_digit() || first == '.' => self.constant(),
            Some(first) if first.is_alphabetic() || first == '_' => self.name(),
            Some(other) => Err(self.fault(&format!("expected a number or a name instead of `{other}`"))),
            None => Err(self.fault("expected a number or a name")),
        }
    }

    fn close(&mut self) -> Result<(), Fault> {
        self.take(&[(")", ())]).ok_or_else(|| self.fault("expected `)`"))
    }

    fn word(&mut self, quote: char) -> Result<Term, Fault> {
        let inner = &self.rest()[1..];
        let Some(end) = inner.find(quote) else { return Err(self.fault("a word is not closed")) };
        self.place += end + 2;
        Ok(Term::Constant(Scalar::Word(inner[..end].into())))
    }

    fn constant(&mut self) -> Result<Term, Fault> {
        let rest = self.rest().as_bytes();
        let digits = |from: usize| rest[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let mut end = digits(0);
        if rest.get(end) == Some(&b'.') {
            end += 1 + digits(end + 1);
        }
        if matches!(rest.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits((end + 1 + sign).min(rest.len()));
            end += if exponent > 0 { 1 + sign + exponent } else { 0 };
        }
        let number = self.rest()[..end].parse::<f64>().ok().filter(|x| x.is_finite());
        let number = number.ok_or_else(|| self.fault("expected a finite number"))?;
        self.place += end;
        if self.rest().starts_with(in_name) {
            return Err(self.fault("expected an operator"));
        }
        Ok(Term::Constant(Scalar::Number(number)))
    }

    fn name(&mut self) -> Result<Term, Fault> {
        let rest = self.rest();
        let end = rest.find(|c| !in_name(c)).unwrap_or(rest.len());
        let name = &rest[..end];
        let start = self.place;
        self.place += end;
        if self.take(&[("(", ())]).is_some() {
            let function = FUNCTIONS.iter().find(|function| function.name == name);
            let function = function.ok_or_else(|| no_function(name))?;
            return self.deeper(|reader| reader.call(function, start));
        }
        Ok(match name {
            "true" => Term::Constant(Scalar::Truth(true)),
            "false" => Term::Constant(Scalar::Truth(false)),
            _ => Term::Name(name.into()),
        })
    }

    fn call(&mut self, function: &'static Function, start: usize) -> Result<Term, Fault> {
        let mut terms = vec![self.either()?];
        while self.take(&[(",", ())]).is_some() {
            terms.push(self.either()?);
        }
        self.close()?;
        let fits = match function.arguments {
            Arguments::One(_) => terms.len() == 1,
            Arguments::Some(_) => terms.len() > 1,
        };
        if !fits {
            self.place = start;
            let wanted = if matches!(function.arguments, Arguments::One(_)) { "one" } else { "at least two" };
            return Err(self.fault(&format!("{} takes {wanted}, not {}", function.name, terms.len())));
        }
        Ok(Term::Call(function, terms))
    }
}

fn in_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn no_function(name: &str) -> Fault {
    let known: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
    Fault {
        message: format!("calls `{name}`, which is no function; there are {}", known.join(", ")),
        help: suggestion(name, known.iter().copied()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<Scalar, String> {
        let of = |name: &str| match name {
            "n" => Some(Scalar::Number(10.0)),
            "noise_sd" => Some(Scalar::Number(0.5)),
            "design" => Some(Scalar::Word("grid".into())),
            _ => None,
        };
        let formula = Formula::parse(text).map_err(|fault| fault.message)?;
        formula.value(&of).map_err(|fault| fault.message)
    }

    /// Values that Python 3 gives, with `**` for `^`.
    #[test]
    fn computes_as_python_does() {
        for (text, wanted) in [
            ("round(2 * n)", 20.0),
            ("n^0.5", 10f64.sqrt()),
            ("-n^2", -100.0),
            ("(-n)^2", 100.0),
            ("2^3^2", 512.0),
            ("n^-1", 0.1),
            ("2^-n^2", 2f64.powi(-100)),
            ("2 ** 3 ** 2", 512.0),
            ("1 - 2 - 3", -4.0),
            ("8 / 4 / 2 * 3", 3.0),
            ("7 % 4 - -7 % 4 + 7 % -4", 1.0),
            ("round(0.5) + round(1.5) + round(2.5)", 4.0),
            ("min(n, 3, 7) + max(noise_sd, .25e1)", 5.5),
            ("1e3 + 1.5E-1", 1000.15),
            ("+n - -n", 20.0),
            ("sqrt(abs(-16)) + floor(-0.5) + ceil(0.2)", 4.0),
            ("log2(8) + log10(100) + ln(exp(1)) + log(1)", 6.0),
        ] {
            assert_eq!(value(text), Ok(Scalar::Number(wanted)), "{text}");
        }
        for (text, wanted) in [
            ("n != 10.0", false),
            ("n == 1e1 and noise_sd < 1", true),
            ("1 < noise_sd or not n <= 3 && design == \"grid\"", true),
            ("0 < noise_sd < 1 < n", true),
            ("0 < noise_sd < 0.1", false),
            ("design != 'uniform' and design >= 'a'", true),
            ("!(n > 3) || false", false),
            ("true", true),
        ] {
            assert_eq!(value(text), Ok(Scalar::Truth(wanted)), "{text}");
        }
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        for (text, said) in [
            ("", "expected a number or a name at character 1"),
            ("2 *", "at character 4"),
            ("2 n", "expected an operator instead of `n` at character 3"),
            ("2n", "expected an operator at character 2"),
            ("(n", "expected `)`"),
            ("sin(n)", "`sin`, which is no function"),
            ("sqrt(n, 2)", "sqrt takes one, not 2"),
            ("max(n)", "max takes at least two, not 1"),
            ("'grid", "a word is not closed"),
            ("n + design", "computes with grid, which is a word"),
            ("n and true", "asks whether 10 is true"),
            ("n == design", "compares 10, a number, with grid, a word"),
            ("m + 1", "mentions `m`"),
            ("1e999", "a finite number"),
            ("é + ü", "mentions `é`"),
            ("n + ?", "instead of `?` at character 5"),
        ] {
            let message = value(text).unwrap_err();
            assert!(message.contains(said), "{text}: {message}");
        }
        assert!(value(&"(".repeat(400)).unwrap_err().contains("too many levels"));
        assert!(value(&"-".repeat(400)).unwrap_err().contains("too many levels"));
        assert!(value(&"1+".repeat(400)).unwrap_err().contains("more than 500"));
        let fault = Formula::parse("round(2 * m)").unwrap().check_names(&["n", "noise_sd"]).unwrap_err();
        assert_eq!(fault.help.as_deref(), Some("did you mean `n`?"));
        assert_eq!(Formula::parse("squrt(n)").unwrap_err().help.as_deref(), Some("did you mean `sqrt`?"));
    }

    #[test]
    fn a_misspelt_value_is_no_formula() {
        let known = |name: &str| name == "n";
        for text in ["n", "2*d", "round(x)", "n^-1"] {
            assert!(Formula::looks_like_one(text, known), "{text}");
        }
        for text in ["abc", "true", "", "grid", "nn"] {
            assert!(!Formula::looks_like_one(text, known), "{text}");
        }
    }
}
