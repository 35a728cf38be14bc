//! What stands under `aggregate.estimands`: which metrics of programs estimate what, and what is true of it.

use super::formula::{Formula, Scalar, scalar};
use super::label::identifier;
use super::mark::Yaml;
use super::read::{Errors, Field, quoted, suggestion};
use super::space::coordinate;
use super::study::Study;
use serde_yaml::Value as Resolved;
use tempered_math::catalogue::Choice;

/// The keys of an estimand.
const KEYS: [&str; 4] = ["estimate", "truth", "interval", "standard_error"];

/// What metrics of programs estimate.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimand {
    /// Its name.
    pub name: String,
    /// The metric that estimates it.
    pub estimate: String,
    /// Its true value.
    pub truth: Truth,
    /// The metrics that are the ends of an interval for it.
    pub interval: Option<[String; 2]>,
    /// The metric that is the stated standard error of the estimate.
    pub standard_error: Option<String>,
}

/// The true value of an estimand.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    /// A function of the coordinates of a cell, a number among them.
    Formula(Formula),
    /// A metric: one in each trial.
    Metric(String),
}

/// Reads estimands, whose names are told from columns when all else is read.
pub(super) fn estimands(field: &Field<'_>, errors: &mut Errors) -> Option<Vec<Estimand>> {
    let Yaml::Map(pairs) = &field.node.value else {
        errors.expected(field, "a mapping such as {mean: {estimate: mean, truth: 0}}");
        return None;
    };
    let one = |(key, value): &_| {
        let name = identifier(&Field { node: key, path: field.path.clone() }, Some("an estimand"), errors);
        let child = field.child(key.text().unwrap_or_default(), value);
        estimand(&child, name?, errors)
    };
    let all: Vec<Option<Estimand>> = pairs.iter().map(one).collect();
    all.into_iter().collect()
}

fn estimand(field: &Field<'_>, name: String, errors: &mut Errors) -> Option<Estimand> {
    let fields = field.map(&KEYS, errors);
    let [estimate, truth, interval, standard_error] = &fields[..] else { return None };
    for (key, there) in KEYS.iter().zip(&fields).take(2) {
        if there.is_none() {
            errors.push(field, format!("lacks `{key}`"));
        }
    }
    let estimate = estimate.as_ref().and_then(|field| word(field, errors));
    // Whether a single name is a metric or a coordinate is known when all else is read.
    let truth =
        truth.as_ref().and_then(|field| match Formula::parse(field.node.text().unwrap_or_default()) {
            Ok(formula) => Some(Truth::Formula(formula)),
            Err(fault) => {
                errors.helped(field, fault.message, fault.help);
                None
            }
        });
    let interval = match interval {
        None => Some(None),
        Some(field) => {
            let items = field.items(errors);
            let names: Vec<Option<String>> = items.iter().map(|item| word(item, errors)).collect();
            let names: Option<[String; 2]> =
                names.into_iter().collect::<Option<Vec<_>>>().and_then(|all| all.try_into().ok());
            if names.is_none() {
                errors.expected(
                    field,
                    "the two metrics that are the ends of the interval, such as [lower, upper]",
                );
            }
            names.map(Some)
        }
    };
    let standard_error = match standard_error {
        None => Some(None),
        Some(field) => word(field, errors).map(Some),
    };
    let (interval, standard_error) = (interval?, standard_error?);
    Some(Estimand { name, estimate: estimate?, truth: truth?, interval, standard_error })
}

fn word(field: &Field<'_>, errors: &mut Errors) -> Option<String> {
    let text = field.node.text().filter(|text| !text.is_empty() && !field.node.is_null());
    if text.is_none() {
        errors.expected(field, "the name of a metric");
    }
    text.map(str::to_owned)
}

/// Compares names with the metrics of the study, and takes truths that are one for that.
pub(super) fn resolve(field: Option<&Field<'_>>, study: &mut Study, errors: &mut Errors) {
    let Some(field) = field.and_then(|aggregate| aggregate.get("estimands")) else { return };
    let metrics: Vec<String> = study.metrics.clone();
    let known: Vec<&str> = metrics.iter().map(String::as_str).collect();
    let of_data = of_cells(study);
    let mut estimands = std::mem::take(&mut study.estimands);
    for estimand in &mut estimands {
        let place = field.get(&estimand.name).unwrap_or_else(|| field.clone());
        let named = [Some(&estimand.estimate), estimand.standard_error.as_ref()];
        let named = named.into_iter().flatten().chain(estimand.interval.iter().flatten());
        for name in named.filter(|name| !known.contains(&name.as_str())) {
            let help = suggestion(name, known.iter().copied());
            let metrics =
                if known.is_empty() { "of which programs here have none".to_owned() } else { quoted(&known) };
            errors.helped(&place, format!("names `{name}`, but it must be a metric: {metrics}"), help);
        }
        let Truth::Formula(formula) = &estimand.truth else { continue };
        let text = formula.to_string();
        let is_coordinate = of_data.contains(&text);
        if known.contains(&text.as_str()) && !is_coordinate {
            estimand.truth = Truth::Metric(text);
            continue;
        }
        let place = place.get("truth").unwrap_or(place);
        let names: Vec<&str> = of_data.iter().map(String::as_str).collect();
        if let Err(fault) = formula.check_names(&names) {
            errors.helped(&place, fault.message, fault.help);
        } else if let Some(why) = study.first_cell().and_then(|cell| number(formula, &cell).err()) {
            errors.push(&place, why);
        }
    }
    study.estimands = estimands;
}

/// The size and the choices of a cell.
pub(crate) type Parts<'a> = (u64, [&'a Choice; 3]);

/// The value of a formula in a cell, or what is wrong with it.
pub(crate) fn number(formula: &Formula, (n, parts): &Parts<'_>) -> Result<f64, String> {
    let of = |name: &str| {
        if name == "n" {
            return Some(Scalar::Number(*n as f64));
        }
        ["design", "target", "noise"].into_iter().zip(parts).find_map(|(part, choice)| {
            if name == part {
                return Some(Scalar::Word(choice.name().into()));
            }
            let mut arguments = choice.arguments().iter();
            arguments
                .find(|(own, _)| coordinate(part, choice.name(), own) == name)
                .and_then(|(_, value)| scalar(value))
        })
    };
    match formula.value(&of) {
        Ok(Scalar::Number(x)) if x.is_finite() => Ok(x),
        Ok(other) => Err(format!("is {formula} = {other}, but it must be a finite number")),
        Err(fault) => Err(fault.message),
    }
}

impl Study {
    /// The first of its cells.
    fn first_cell(&self) -> Option<Parts<'_>> {
        match self.cells.as_ref().and_then(|cells| cells.list.first()) {
            Some(cell) => Some((cell.n, cell.choices.each_ref().map(|choice| &**choice))),
            None => {
                Some((*self.n.first()?, [self.designs.first()?, self.targets.first()?, self.noises.first()?]))
            }
        }
    }
}

/// Estimands as a study holds them.
pub(super) fn source(all: &[Estimand]) -> Resolved {
    fn one(estimand: &Estimand) -> (&str, Resolved) {
        let truth = match &estimand.truth {
            Truth::Formula(formula) => formula.to_string(),
            Truth::Metric(name) => name.clone(),
        };
        let mut pairs =
            vec![("estimate", Resolved::from(estimand.estimate.as_str())), ("truth", truth.into())];
        let ends = estimand
            .interval
            .iter()
            .map(|ends| Resolved::Sequence(ends.iter().map(|end| end.as_str().into()).collect()));
        pairs.extend(ends.map(|ends| ("interval", ends)));
        pairs.extend(estimand.standard_error.iter().map(|name| ("standard_error", name.as_str().into())));
        (estimand.name.as_str(), super::resolved::map(pairs))
    }
    super::resolved::map(all.iter().map(one))
}

/// The names of coordinates of cells; those of estimators are none of them.
fn of_cells(study: &Study) -> Vec<String> {
    let mut names: Vec<String> = ["n", "design", "target", "noise"].map(str::to_owned).into();
    let mut add = |name: String| {
        if !names.contains(&name) {
            names.push(name);
        }
    };
    let parts = [("design", &study.designs), ("target", &study.targets), ("noise", &study.noises)];
    for (part, choice) in parts.into_iter().flat_map(|(part, all)| all.iter().map(move |one| (part, one))) {
        choice.arguments().iter().for_each(|(name, _)| add(coordinate(part, choice.name(), name)));
    }
    names
}
