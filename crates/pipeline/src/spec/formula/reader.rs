//! The grammar of formulas.

use super::scalar::{Fault, Scalar};
use super::term::{Arguments, Binary, Comparison, FUNCTIONS, Function, Term, Unary};
use crate::spec::read::suggestion;

/// Parentheses, signs and powers within each other at most: the reader calls itself for each.
const DEEPEST: usize = 50;

/// Reads a formula from left to right: a function for each level of precedence, the loosest first.
pub(super) struct Reader<'a> {
    text: &'a str,
    place: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    /// Reads all of a text.
    pub fn read(text: &'a str) -> Result<Term, Fault> {
        let mut reader = Reader { text, place: 0, depth: 0 };
        let root = reader.either()?;
        reader.space();
        match reader.rest().chars().next() {
            None => Ok(root),
            Some(other) => Err(reader.fault(&format!("expected an operator instead of `{other}`"))),
        }
    }

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
