//! What stands under `aggregate`: how a study is read.

use super::estimands::{Estimand, estimands};
use super::generate::PARTS;
use super::limits::QUANTILES;
use super::read::{Errors, Field, distinct, quoted, suggestion};
use super::space::coordinate;
use super::study::Study;
use tempered_math::catalogue::Choice;

/// How a study is read.
pub(super) struct Aggregate {
    pub quantiles: Vec<f64>,
    pub max_failed: f64,
    pub along: Option<String>,
    pub quantities: Vec<String>,
    pub statistic: Option<&'static str>,
    pub estimands: Vec<Estimand>,
}

/// The places of its keys.
const KEYS: [&str; 6] = ["quantiles", "max_failed", "along", "quantities", "statistic", "estimands"];

/// What curves may compare.
pub(super) const STATISTICS: [&str; 2] = ["median", "mean"];

pub(super) fn aggregate(field: Option<&Field<'_>>, errors: &mut Errors) -> Option<Aggregate> {
    let fields = field.map_or(vec![None; KEYS.len()], |field| field.map(&KEYS, errors));
    let quantiles = match &fields[0] {
        None => Some(QUANTILES.to_vec()),
        Some(field) => {
            let items = field.items(errors);
            let inside = |q: f64| q > 0.0 && q < 1.0;
            let levels: Vec<Option<f64>> =
                items.iter().map(|item| item.real("a number between 0 and 1", inside, errors)).collect();
            distinct(&items, &levels, errors);
            levels.into_iter().collect::<Option<Vec<f64>>>().filter(|levels| !levels.is_empty())
        }
    };
    let share = |x: f64| (0.0..=1.0).contains(&x);
    let failed =
        fields[1].as_ref().map_or(Some(0.0), |field| field.real("a number from 0 to 1", share, errors));
    let along = fields[2].as_ref().map_or(Some(None), |field| name(field, errors).map(Some));
    let quantities = match &fields[3] {
        None => Some(Vec::new()),
        Some(field) => {
            let items = field.items(errors);
            let names: Vec<Option<String>> = items.iter().map(|item| name(item, errors)).collect();
            distinct(&items, &names, errors);
            names.into_iter().collect::<Option<Vec<String>>>().filter(|names| !names.is_empty())
        }
    };
    let statistic = fields[4].as_ref().map_or(Some(None), |field| statistic(field, errors).map(Some));
    let estimands = fields[5].as_ref().map_or(Some(Vec::new()), |field| estimands(field, errors));
    let (quantiles, max_failed, estimands) = (quantiles?, failed?, estimands?);
    let (along, quantities, statistic) = (along?, quantities?, statistic?);
    Some(Aggregate { quantiles, max_failed, along, quantities, statistic, estimands })
}

fn statistic(field: &Field<'_>, errors: &mut Errors) -> Option<&'static str> {
    let known = STATISTICS.into_iter().find(|word| field.node.text() == Some(word));
    if known.is_none() {
        errors.expected(field, &format!("one of {}", quoted(&STATISTICS)));
    }
    known
}

/// The name of a coordinate or a column.
fn name(field: &Field<'_>, errors: &mut Errors) -> Option<String> {
    let text = field.node.text().filter(|text| !text.is_empty() && text.len() <= 128);
    if text.is_none() {
        errors.expected(field, "a name");
    }
    text.map(str::to_owned)
}

/// Compares names with those that the study has, which is known when all else is read.
pub(super) fn check(field: Option<&Field<'_>>, study: &Study, errors: &mut Errors) {
    // What is wrong besides was told before.
    let fields = field.map_or(vec![None; KEYS.len()], |field| field.map(&KEYS, &mut Errors::default()));
    if let Some((field, name)) = fields[2].as_ref().zip(study.along.as_deref()) {
        unknown(field, name, &coordinates(study), errors);
        if name == "checkpoint" && study.checkpoints.is_empty() {
            let message = "is `checkpoint`, but `evaluate.checkpoints` asks for none";
            errors.helped(
                field,
                message,
                Some("add e.g. `checkpoints: [100, 1000]` under `evaluate`".into()),
            );
        }
    }
    if let Some(field) = &fields[3] {
        let known = quantities(study);
        for (item, name) in field.items(&mut Errors::default()).iter().zip(&study.quantities) {
            unknown(item, name, &known, errors);
        }
    }
}

fn unknown(field: &Field<'_>, name: &str, known: &[String], errors: &mut Errors) {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    if !known.contains(&name) {
        let help = suggestion(name, known.iter().copied());
        let message = format!("is {}, but it must be one of {}", field.node.found(), quoted(&known));
        errors.helped(field, message, help);
    }
}

/// The names of coordinates: those of the data have their axis before them, those of estimators are parameters.
fn coordinates(study: &Study) -> Vec<String> {
    let mut names: Vec<String> =
        ["n", "checkpoint", "estimator", "design", "target", "noise"].map(str::to_owned).into();
    let mut add = |choice: &Choice, full: &dyn Fn(&str) -> String| {
        for (name, _) in choice.arguments() {
            let name = full(name);
            if !names.contains(&name) {
                names.push(name);
            }
        }
    };
    for (part, choices) in PARTS.iter().zip([&study.designs, &study.targets, &study.noises]) {
        choices.iter().for_each(|choice| add(choice, &|name| coordinate(part, choice.name(), name)));
    }
    study.estimators.iter().for_each(|estimator| add(estimator.rule.sample(), &str::to_owned));
    names
}

/// The names of columns of numbers, and the share of failed trials.
fn quantities(study: &Study) -> Vec<String> {
    let mut names = study.criteria.columns();
    names.extend(study.metrics.iter().cloned());
    names.extend(["kinks", "failed"].map(str::to_owned));
    names
}
