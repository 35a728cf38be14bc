//! `tempered analyze`.

use crate::args::{self, Analyze, Format};
use crate::exit::{Ending, Failure};
use crate::next_steps::next_steps;
use crate::theory::Theory;
use crate::{output, study, told};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use tempered_analysis::{
    Curve, Estimand, Expected, Fits, Options, Order, Performance, Profile, Risk, Series, Statistic, Summary,
    Truth,
};
use tempered_math::catalogue::Choice;
use tempered_math::estimator::Estimator;
use tempered_pipeline::RunDirectory;
use tempered_pipeline::plan::Plan;
use tempered_pipeline::spec::{self, line_estimators};

/// Series in the terminal at most: with the comparisons they fill a screen.
const SERIES: usize = 20;
/// Bootstrap rounds behind every interval.
const BOOTSTRAP: usize = 1000;
/// The relative standard error for which needed trials are stated, unless asked otherwise.
const ERROR: f64 = 0.01;

/// The version of [`Json`]: a field that goes or changes its meaning raises it, one that comes does not.
const JSON_VERSION: u32 = 1;

/// What is read of a study, and along what.
pub struct Reading {
    along: String,
    quantities: Vec<String>,
    statistic: Option<Statistic>,
}

impl Reading {
    /// As the study says.
    pub fn of(plan: &Plan) -> Reading {
        let along = plan.study.along.clone().unwrap_or_else(|| "n".into());
        let statistic = plan.study.statistic.map(|word| match word {
            "mean" => Statistic::Mean,
            _ => Statistic::Median,
        });
        Reading { along, quantities: plan.study.quantities.clone(), statistic }
    }
}

/// What is printed as JSON where quantities are followed, or risks along something other than n: curves, and beside them the
/// series of the risks that were asked for.
#[derive(Serialize)]
struct Json<'a> {
    version: u32,
    along: &'a str,
    quantities: &'a [String],
    curves: &'a [Curve],
    series: Vec<&'a Series>,
    #[serde(skip_serializing_if = "<[Performance]>::is_empty")]
    performance: &'a [Performance],
    #[serde(skip_serializing_if = "<[Profile]>::is_empty")]
    profiles: &'a [Profile],
}

impl<'a> Json<'a> {
    fn of(summary: &'a Summary) -> Json<'a> {
        Json {
            version: JSON_VERSION,
            along: &summary.options.along,
            quantities: &summary.options.quantities,
            curves: &summary.curves,
            series: summary.asked_series().collect(),
            performance: &summary.performances,
            profiles: &summary.profiles,
        }
    }
}

/// Computes, writes and prints the tables.
pub fn analyze(options: &Analyze) -> Result<Ending, Failure> {
    let (plan, directory) = study::recorded(&options.directory)?;
    let mut reading = Reading::of(&plan);
    reading.along = options.along.clone().unwrap_or(reading.along);
    if !options.quantities.is_empty() {
        reading.quantities.clone_from(&options.quantities);
    }
    reading.statistic = match options.statistic {
        Some(args::Statistic::Mean) => Some(Statistic::Mean),
        Some(args::Statistic::Median) => Some(Statistic::Median),
        None => reading.statistic,
    };
    let summary = summarise(&directory, &plan, &reading, options.error, options.threads.count())?;
    match options.format {
        Format::Human => {
            output::print(&table(&summary, options.explain, options.all))?;
            if options.explain {
                output::print(&next_steps(&options.directory, &swept(&plan), alone(&plan)))?;
            }
        }
        Format::Json
            if summary.curves.is_empty()
                && summary.performances.is_empty()
                && reading.quantities.is_empty() =>
        {
            output::json(&summary.series)?
        }
        Format::Json => output::json(&Json::of(&summary))?,
    }
    Ok(ending(&summary))
}

/// The metrics of trials that have nothing else.
pub fn alone(plan: &Plan) -> &[String] {
    if plan.study.space() == spec::Space::Program { &plan.study.metrics } else { &[] }
}

/// The columns of swept parameters.
pub fn swept(plan: &Plan) -> Vec<&str> {
    plan.parameters().iter().map(|(name, _)| name.as_str()).collect()
}

/// How a command ends that has shown a summary: tables without a single risk are no success, and it is said why.
pub fn ending(summary: &Summary) -> Ending {
    // Of whole trials there are curves alone.
    let alone = summary.curves.iter().filter(|_| summary.series.is_empty());
    let curves = alone.flat_map(|curve| curve.points.iter().map(|point| &point.level));
    let mut levels = summary.series.iter().flat_map(|series| &series.levels).chain(curves);
    if levels.any(|level| level.failed < level.trials) {
        return Ending::Done;
    }
    if summary.fits.iter().all(|fits| fits.failed() == 0) {
        eprintln!(
            "none of the risks that were asked for applies to these estimators, so there is nothing to judge"
        );
        return Ending::TooManyFailed;
    }
    eprintln!("every trial failed, so there is nothing to judge:");
    summary.fits.iter().filter_map(Fits::line).for_each(|line| eprintln!("  {line}"));
    Ending::TooManyFailed
}

/// The tables for the terminal at hand, of `all` series or of those that say most, with two lines on how to read them or
/// all there is to say.
pub fn table(summary: &Summary, explain: bool, all: bool) -> String {
    let width = output::width();
    summary.table(width, if all { usize::MAX } else { SERIES })
        + &if explain { summary.explanation(width) } else { summary.legend() }
}

/// Summarises a run directory and writes `summary/` where that can be done; `error` is the relative standard error for
/// which needed trials are stated.
pub fn summarise(
    directory: &RunDirectory,
    plan: &Plan,
    reading: &Reading,
    error: Option<f64>,
    threads: usize,
) -> Result<Summary, Failure> {
    // The report shows these whatever the study asks for.
    let mut quantiles = plan.study.quantiles.clone();
    quantiles.extend([0.05, 0.95].into_iter().filter(|q| !plan.study.quantiles.contains(q)));
    let options = Options {
        quantiles,
        confidence: 0.95,
        bootstrap: BOOTSTRAP,
        seed: plan.study.seed,
        domain: plan.study.criteria.domain.to_string(),
        error: error.unwrap_or(ERROR),
        threads,
        expected: expected(plan),
        along: reading.along.clone(),
        quantities: reading.quantities.clone(),
        statistic: reading.statistic,
        zip: zip(plan),
        metrics: plan.study.metrics.iter().cloned().collect(),
        estimands: plan.asked().estimands.iter().map(|one| estimand(plan, one)).collect(),
        order: order(plan),
        global: labels(plan, |estimator| !estimator.is_local()),
        level: labels(plan, |estimator| estimator.levels_off()),
        parameters: parameters(plan),
    };
    let theory = Theory::of(plan);
    let known = |label: &str, design: &str, target: &str, noise: &str, risk: Risk| {
        theory.known(label, [design, target, noise], risk)
    };
    let path = directory.root();
    let mut summary = tempered_analysis::analyze(path, &options, &known)?;
    summary.curves.iter_mut().for_each(|curve| theory.note(curve));
    told::forget(directory);
    // Looking needs no writing: on a full or read-only disk there is a table all the same.
    if let Err(error) = summary.write(path) {
        eprintln!("warning: the files of summary/ are not written: {error}");
    }
    Ok(summary)
}

/// What the files of a plan say of themselves, whatever is recorded beside their numbers.
pub fn expected(plan: &Plan) -> Expected {
    let mut expected =
        Expected { without_risks: plan.study.space() == spec::Space::Program, ..Expected::default() };
    for (place, estimator) in plan.study.estimators.iter().enumerate() {
        for (name, value) in plan.identity(place) {
            match name.as_str() {
                "estimator" => drop(expected.estimators.insert(estimator.label.clone(), value)),
                "generator" | "seed" | "domain" if place == 0 => expected.study.push((name, value)),
                _ => {}
            }
        }
    }
    expected
}

/// An estimand with its true values.
fn estimand(plan: &Plan, estimand: &spec::Estimand) -> Estimand {
    Estimand {
        name: estimand.name.clone(),
        estimate: estimand.estimate.clone(),
        truth: match &estimand.truth {
            spec::Truth::Formula(formula) => Truth::Cells(plan.truths(formula)),
            spec::Truth::Metric(name) => Truth::Metric(name.clone()),
        },
        interval: estimand.interval.clone(),
        standard_error: estimand.standard_error.clone(),
    }
}

/// Swept parameters that go in step, by the name of the estimator.
fn zip(plan: &Plan) -> BTreeMap<String, Vec<Vec<String>>> {
    let zipped = plan.study.estimators.iter().filter(|estimator| !estimator.zip.is_empty());
    zipped.map(|estimator| (estimator.name.to_string(), estimator.zip.clone())).collect()
}

/// Labels of estimators of which this is true.
fn labels(plan: &Plan, is_true: impl Fn(&dyn Estimator) -> bool) -> BTreeSet<String> {
    let wanted =
        |choice: &Choice| choice.build(line_estimators()).is_ok_and(|estimator| is_true(estimator.as_ref()));
    let estimators = plan.study.estimators.iter().filter(|estimator| wanted(estimator.rule.sample()));
    estimators.map(|estimator| estimator.label.clone()).collect()
}

/// The number of parameters of each estimator on the line that has one.
fn parameters(plan: &Plan) -> BTreeMap<String, u64> {
    let of = |choice: &Choice| choice.build(line_estimators()).ok()?.parameters();
    let estimators = plan.study.estimators.iter();
    estimators.filter_map(|one| Some((one.label.clone(), of(one.rule.sample())?))).collect()
}

/// Labels in the order of the study.
fn order(plan: &Plan) -> Order {
    let study = &plan.study;
    let labels = |choices: &[Choice]| choices.iter().map(ToString::to_string).collect();
    Order {
        estimators: study.estimators.iter().map(|estimator| estimator.label.clone()).collect(),
        designs: labels(&study.designs),
        targets: labels(&study.targets),
        noises: labels(&study.noises),
    }
}
