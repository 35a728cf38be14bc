//! Templates: choices some of whose numbers are formulas of the cell that they are used in.

use super::formula::{Fault, Formula, Scalar, scalar};
use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};
use tempered_math::catalogue::{Choice, Entry, Kind, Value};

/// A choice, or one that follows from a cell.
///
/// Its `Display` is the label of the choice, with formulas in place of the values that they give:
/// `relu_network(width=2 * n, …)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// Without formulas the choice; with them what it is in one of its cells, which has the same name and the same words.
    choice: Choice,
    formulas: Vec<(&'static str, Formula)>,
}

/// Why a template gives no choice in a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Unfit {
    /// The parameter.
    pub parameter: &'static str,
    /// What is wrong with it.
    pub fault: Fault,
}

impl From<Choice> for Template {
    fn from(choice: Choice) -> Template {
        Template { choice, formulas: Vec::new() }
    }
}

impl Template {
    /// One with formulas of the cell and of its own parameters; `given` has all other arguments that are not left at
    /// their defaults, and `of` says what the names in formulas are in one cell.
    ///
    /// # Errors
    /// See [`Template::at`].
    pub fn new<T: ?Sized>(
        entry: &Entry<T>,
        given: &[(&'static str, Value)],
        formulas: Vec<(&'static str, Formula)>,
        of: &dyn Fn(&str) -> Option<Scalar>,
    ) -> Result<Template, Unfit> {
        let choice = evaluate(entry, given, &formulas, of)?;
        Ok(Template { choice, formulas })
    }

    /// Its formulas by parameter.
    pub fn formulas(&self) -> &[(&'static str, Formula)] {
        &self.formulas
    }

    /// The choice where it has no formulas; with them that of one of its cells, whose name and words are those of all.
    pub fn sample(&self) -> &Choice {
        &self.choice
    }

    /// The choice, where it is the same in all cells.
    pub fn fixed(&self) -> Option<&Choice> {
        self.formulas.is_empty().then_some(&self.choice)
    }

    /// The choice in a cell, where names in formulas have the values that `of` gives.
    ///
    /// # Errors
    /// A formula has no value there, or one that its parameter does not take.
    pub fn at<T: ?Sized>(
        &self,
        catalogue: &[Entry<T>],
        of: &dyn Fn(&str) -> Option<Scalar>,
    ) -> Result<Cow<'_, Choice>, Unfit> {
        if let Some(choice) = self.fixed() {
            return Ok(Cow::Borrowed(choice));
        }
        let no_entry = || unfit(self.choice.name(), "is not in this catalogue");
        let entry = catalogue.iter().find(|entry| entry.name == self.choice.name()).ok_or_else(no_entry)?;
        evaluate(entry, self.choice.arguments(), &self.formulas, of).map(Cow::Owned)
    }

    /// An argument as text: a value or a formula.
    pub fn argument(&self, parameter: &str) -> Option<String> {
        if let Some((_, formula)) = self.formulas.iter().find(|(name, _)| *name == parameter) {
            return Some(formula.to_string());
        }
        let (_, value) = self.choice.arguments().iter().find(|(name, _)| *name == parameter)?;
        Some(value.to_string())
    }
}

impl Display for Template {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        if self.formulas.is_empty() {
            return self.choice.fmt(out);
        }
        let text = |(name, _): &(&str, Value)| format!("{name}={}", self.argument(name).unwrap_or_default());
        let arguments: Vec<String> = self.choice.arguments().iter().map(text).collect();
        write!(out, "{}({})", self.choice.name(), arguments.join(", "))
    }
}

fn unfit(parameter: &'static str, message: impl Into<String>) -> Unfit {
    Unfit { parameter, fault: Fault { message: message.into(), help: None } }
}

fn evaluate<T: ?Sized>(
    entry: &Entry<T>,
    given: &[(&'static str, Value)],
    formulas: &[(&'static str, Formula)],
    of: &dyn Fn(&str) -> Option<Scalar>,
) -> Result<Choice, Unfit> {
    let parameters = entry.parameters_of(given);
    let mut arguments: Vec<(&str, Value)> = given.to_vec();
    arguments.retain(|(name, _)| formulas.iter().all(|(formula, _)| formula != name));
    let mut open: Vec<&(&'static str, Formula)> = formulas.iter().collect();
    while !open.is_empty() {
        let waits = |formula: &Formula| {
            formula.names().iter().any(|name| open.iter().any(|(other, _)| other == name))
        };
        let Some(ready) = open.iter().position(|(_, formula)| !waits(formula)) else {
            let (name, formula) = open[0];
            return Err(unfit(name, format!("is {formula}, which depends on itself")));
        };
        let (name, formula) = open.swap_remove(ready);
        // Parameters whose names users chose take numbers.
        let is_open = || parameters.iter().any(|parameter| parameter.kind == Kind::Open);
        let known =
            parameters.iter().find(|parameter| parameter.name == *name).map(|parameter| parameter.kind);
        let Some(kind) = known.or_else(|| is_open().then_some(Kind::ANY_REAL)) else {
            return Err(unfit(name, "is no parameter"));
        };
        let own = |name: &str| {
            let (_, value) = arguments.iter().find(|(argument, _)| *argument == name)?;
            scalar(value)
        };
        let value = number(formula, &kind, &|name| of(name).or_else(|| own(name)));
        arguments.push((name, value.map_err(|fault| Unfit { parameter: name, fault })?));
    }
    Choice::new(entry, &arguments).map_err(|invalid| unfit(invalid.parameter, invalid.expected))
}

/// The value of a formula, of a kind of numbers.
///
/// # Errors
/// It has none, or not of this kind.
pub(super) fn number(
    formula: &Formula,
    kind: &Kind,
    of: &dyn Fn(&str) -> Option<Scalar>,
) -> Result<Value, Fault> {
    let refused = |value: &dyn Display| Fault {
        message: format!("is {formula} = {value}, but it must be {}", kind.expected()),
        help: matches!(kind, Kind::Whole { .. }).then(|| format!("round({formula}) is an integer")),
    };
    let value = match formula.value(of)? {
        Scalar::Number(x) => x,
        other => return Err(refused(&other)),
    };
    let value = match kind {
        // Every integer up to 2^53 is a double.
        Kind::Whole { .. } if value.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&value) => {
            Value::Whole(value as u64)
        }
        _ => Value::Real(value),
    };
    if kind.accepts(&value) {
        return Ok(value);
    }
    let mut fault = refused(&value);
    fault.help = fault.help.filter(|_| value.real().fract() != 0.0);
    Err(fault)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempered_math::estimator::CATALOGUE;

    fn template(width: &str, n: f64) -> Result<Template, Unfit> {
        let entry = CATALOGUE.iter().find(|entry| entry.name == "relu_network").unwrap();
        let formulas = vec![("width", Formula::parse(width).unwrap())];
        Template::new(entry, &[("steps", Value::Whole(3))], formulas, &|_| Some(Scalar::Number(n)))
    }

    #[test]
    fn follows_the_cell() {
        let template = template("2 * n", 10.0).unwrap();
        assert!(template.to_string().starts_with("relu_network(width=2 * n, "), "{template}");
        assert!(template.fixed().is_none());
        let at = |n: f64| template.at(CATALOGUE, &move |_| Some(Scalar::Number(n))).unwrap().to_string();
        assert!(at(20.0).starts_with("relu_network(width=40, ") && at(20.0).contains("steps=3"));
    }

    #[test]
    fn a_value_that_does_not_fit_is_told() {
        let said = |width: &str| template(width, 5.0).unwrap_err();
        let half = said("n / 2");
        assert_eq!(half.parameter, "width");
        assert!(half.fault.message.starts_with("is n / 2 = 2.5, but it must be an integer"));
        assert_eq!(half.fault.help.as_deref(), Some("round(n / 2) is an integer"));
        assert!(said("n - 9").fault.message.contains("= -4"));
        assert_eq!(said("n - 9").fault.help, None);
        assert!(said("n > 3").fault.message.contains("= true"));
        assert!(said("1 / (n - 5)").fault.message.contains("inf"));
    }
}
