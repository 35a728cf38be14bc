//! Estimators that are programs of the user: what a study says of them, and what their files add to it.
//!
//! The command, the parameters and the content of the files that are listed decide what such an estimator is: the digest of the
//! files is a parameter that follows from them, so that the study that a run records reads no file.

use super::mark::Yaml;
use super::read::{Errors, Field};
use super::space::DIMENSION;
use serde_yaml::Value as Resolved;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tempered_math::catalogue::{Choice, Entry, FileName, Invalid, Kind, Parameter, Value};
use tempered_math::predictor::{self, Form};
use tempered_math::sample::{Degenerate, Sample};
use tempered_math::seed::Draws;
use tempered_math::{estimator, space};

/// The name of such estimators.
pub(crate) const PROCESS: &str = "process";
const SUMMARY: &str = "a program in any language that fits batches of samples over its standard streams";
pub(super) const DIGEST: &str = "digest";
const ANSWERS: &[&str] = &["values", "knots", "weights"];
const METRICS: &[&str] = &["metrics"];
const REPRODUCIBLE: &[&str] = &["bits", "1e-9", "no"];
/// What a trial is taken to cost where the study does not say: a fit by a library of Python.
const SECONDS: f64 = 0.001;

pub(super) fn parameters() -> Vec<Parameter> {
    let optional = |name, summary, kind| Parameter { name, summary, kind, default: Some(Value::Unset) };
    let word = |name, summary, words: &'static [&'static str]| Parameter {
        name,
        summary,
        kind: Kind::Word(words),
        default: Some(Value::Word(words[0])),
    };
    let seconds = Kind::POSITIVE;
    vec![
        Parameter {
            name: "command",
            summary: "the program and its arguments",
            kind: Kind::Files,
            default: None,
        },
        optional("files", "files whose content decides the numbers: code, and data of its own", Kind::Files),
        optional(DIGEST, "the BLAKE3 digest of these files, which follows from them", Kind::Text),
        word(
            "answers",
            "what it answers: values of f̂ at points, knots of f̂ on the line, or weights of a plane",
            ANSWERS,
        ),
        optional("metrics", "numbers of its own that it answers for each trial: a column each", Kind::Texts),
        word("reproducible", "how equal its answers are when a trial is computed again", REPRODUCIBLE),
        Parameter {
            name: "seconds",
            summary: "what a trial takes, about: shards are cut by it",
            kind: seconds,
            default: Some(Value::Real(SECONDS)),
        },
        optional("parameters", "parameters of its own", Kind::Open),
    ]
}

/// The same of a program that computes whole trials: it answers metrics, and has some.
fn parameters_of_trials() -> Vec<Parameter> {
    let mut all = parameters();
    for parameter in &mut all {
        match parameter.name {
            "answers" => {
                *parameter = Parameter {
                    summary: "what it answers",
                    kind: Kind::Word(METRICS),
                    default: Some(Value::Word(METRICS[0])),
                    ..parameter.clone()
                }
            }
            "metrics" => {
                parameter.summary = "the numbers that it answers for each trial: a column each";
                parameter.default = None;
            }
            _ => {}
        }
    }
    all
}

/// What the catalogues know of a program: its cost.
struct Stated {
    seconds: f64,
}

impl Stated {
    fn of(values: &[Value]) -> Result<Stated, Invalid> {
        Ok(Stated { seconds: values.get(6).map_or(SECONDS, Value::real) })
    }
}

impl estimator::Estimator for Stated {
    /// Programs fit batches, which this trait knows nothing of.
    fn fit(
        &mut self,
        _: Sample<'_>,
        _: &Draws<'_>,
        _: &mut predictor::Predictor,
    ) -> Result<estimator::Report, Degenerate> {
        Err(Degenerate::Crashed)
    }

    fn interpolates(&self) -> bool {
        false
    }

    fn cost(&self, _: u64) -> f64 {
        1e9 * self.seconds
    }
}

impl space::estimator::Estimator for Stated {
    /// Programs fit batches, which this trait knows nothing of.
    fn fit(
        &mut self,
        _: space::Sample<'_>,
        _: &Draws<'_>,
        _: &mut space::Predictor,
    ) -> Result<space::estimator::Report, Degenerate> {
        Err(Degenerate::Crashed)
    }

    fn cost(&self, _: u64, _: u64) -> f64 {
        1e9 * self.seconds
    }

    fn interpolates(&self, _: u64, _: u64) -> bool {
        false
    }
}

/// The entries of a catalogue, and one more.
fn with<T: ?Sized>(catalogue: &[Entry<T>], build: fn(&[Value]) -> Result<Box<T>, Invalid>) -> Vec<Entry<T>> {
    let copy = |entry: &Entry<T>| Entry {
        name: entry.name,
        summary: entry.summary,
        parameters: entry.parameters,
        build: entry.build,
    };
    let own = Entry { name: PROCESS, summary: SUMMARY, parameters, build };
    catalogue.iter().map(copy).chain([own]).collect()
}

static LINE: LazyLock<Vec<Entry<dyn estimator::Estimator>>> =
    LazyLock::new(|| with(estimator::CATALOGUE, |values| Ok(Box::new(Stated::of(values)?))));
fn of_trials(values: &[Value]) -> Result<Box<dyn estimator::Estimator>, Invalid> {
    Ok(Box::new(Stated::of(values)?))
}

/// A program that computes whole trials.
static TRIALS: LazyLock<Vec<Entry<dyn estimator::Estimator>>> = LazyLock::new(|| {
    let summary = "a program in any language that computes whole trials: metrics alone";
    vec![Entry { name: PROCESS, summary, parameters: parameters_of_trials, build: of_trials }]
});
static FEATURES: LazyLock<Vec<Entry<dyn space::estimator::Estimator>>> =
    LazyLock::new(|| with(space::estimator::CATALOGUE, |values| Ok(Box::new(Stated::of(values)?))));

/// The estimators that studies on the line may name: those of the catalogue, and programs.
pub fn line_estimators() -> &'static [Entry<dyn estimator::Estimator>] {
    &LINE
}

/// The same with d features.
pub fn feature_estimators() -> &'static [Entry<dyn space::estimator::Estimator>] {
    &FEATURES
}

/// The programs that studies of whole trials may name.
pub fn whole_trials() -> &'static [Entry<dyn estimator::Estimator>] {
    &TRIALS
}

/// Whether an estimator is a program.
pub(crate) fn is_program(estimator: &Choice) -> bool {
    estimator.name() == PROCESS
}

pub(super) fn argument<'a>(estimator: &'a Choice, name: &str) -> Option<&'a Value> {
    estimator.arguments().iter().find(|(argument, _)| *argument == name).map(|(_, value)| value)
}

/// A word that is stated of a program; empty for other estimators.
pub(crate) fn stated(estimator: &Choice, name: &str) -> &'static str {
    argument(estimator, name).filter(|_| is_program(estimator)).map_or("", Value::word)
}

/// The metrics of its own that a program answers, in their order.
pub(crate) fn own_metrics(estimator: &Choice) -> &[String] {
    argument(estimator, "metrics")
        .filter(|_| is_program(estimator))
        .and_then(Value::texts)
        .unwrap_or_default()
}

/// Seconds that a trial of a program is taken to last.
pub(crate) fn seconds(estimator: &Choice) -> f64 {
    argument(estimator, "seconds").map_or(SECONDS, Value::real)
}

/// The words of its command, and the folder in which it is run: that of its first file, as far as one is known.
pub(crate) fn command(estimator: &Choice) -> (Vec<String>, Option<PathBuf>) {
    let files = |name: &str| argument(estimator, name).map(Value::files).unwrap_or_default();
    let words = files("command").iter().map(|word| word.path().to_string_lossy().into_owned()).collect();
    let all = files("files").iter().chain(files("command").iter().skip(1));
    let folder = all.map(FileName::path).find(|path| path.is_absolute()).and_then(Path::parent);
    (words, folder.map(Path::to_path_buf))
}

/// The user's own parameters of a program.
pub(crate) fn own_parameters(estimator: &Choice) -> impl Iterator<Item = &(&'static str, Value)> {
    let known = parameters();
    estimator
        .arguments()
        .iter()
        .filter(move |(name, _)| known.iter().all(|parameter| parameter.name != *name))
}

/// What its random numbers derive from: the command and its parameters, so that an edit of a file draws no other numbers.
pub(crate) fn essence(estimator: &Choice) -> String {
    let command = argument(estimator, "command").map(ToString::to_string).unwrap_or_default();
    let own: Vec<String> =
        own_parameters(estimator).map(|(name, value)| format!(", {name}={value}")).collect();
    format!("{PROCESS}(command={command}{})", own.concat())
}

/// The form in which its predictors are stored.
pub(crate) fn form(estimator: &Choice) -> Form {
    match stated(estimator, "answers") {
        "knots" => Form::Knots,
        "weights" => Form::Linear,
        _ => Form::Values,
    }
}

/// Arguments as a study holds them: parameters of the user's own stand under `parameters`. Of these, `is_real` says which are
/// real: 1.0 is not 1 in all languages.
pub(super) fn nested<'a>(
    name: &str,
    arguments: Vec<(&'a str, Resolved)>,
    is_real: &dyn Fn(&str) -> bool,
) -> Vec<(&'a str, Resolved)> {
    if name != PROCESS {
        return arguments;
    }
    let known = parameters();
    let is_known = |(name, _): &(&str, Resolved)| known.iter().any(|parameter| parameter.name == *name);
    let (mut fixed, own): (Vec<_>, Vec<_>) = arguments.into_iter().partition(is_known);
    if !own.is_empty() {
        let typed =
            |(name, value): (&'a str, Resolved)| (name, if is_real(name) { real(value) } else { value });
        fixed.push(("parameters", super::resolved::map(own.into_iter().map(typed))));
    }
    fixed
}

/// Numbers with a point.
pub(super) fn real(value: Resolved) -> Resolved {
    match value {
        Resolved::Sequence(items) => Resolved::Sequence(items.into_iter().map(real).collect()),
        Resolved::Number(number) => number.as_f64().map_or(Resolved::Number(number), Resolved::from),
        other => other,
    }
}

/// Whether a parameter of this name stands beside those of the user's own.
pub(crate) fn is_fixed_parameter(name: &str) -> bool {
    name == DIMENSION || parameters().iter().any(|parameter| parameter.name == name)
}

/// The kind of a user's own parameter, by what is given for it: integers, other numbers, truth values or texts. Formulas may mention
/// these names.
pub(super) fn kind(field: &Field<'_>, names: &[&str], errors: &mut Errors) -> Option<Kind> {
    let whole = Kind::Whole { low: 0, high: u64::MAX };
    let of = |text: &str| {
        let is_formula = |formula: super::Formula| formula.check_names(names).is_ok();
        match text.trim() {
            "true" | "false" => Kind::Flag,
            text if text.parse::<u64>().is_ok() => whole,
            text if text.parse::<f64>().is_ok() => Kind::ANY_REAL,
            text if super::Formula::parse(text).is_ok_and(is_formula) => Kind::ANY_REAL,
            _ => Kind::Text,
        }
    };
    let scalars: Vec<&str> = match &field.node.value {
        Yaml::Map(_) => return Some(Kind::ANY_REAL),
        Yaml::Scalar { text, .. } => vec![text],
        Yaml::List(items) => items.iter().filter_map(|item| item.text()).collect(),
    };
    let mut kinds: Vec<Kind> = Vec::new();
    scalars.into_iter().map(of).for_each(|kind| {
        if !kinds.contains(&kind) {
            kinds.push(kind)
        }
    });
    if kinds.contains(&Kind::ANY_REAL) {
        kinds.retain(|kind| *kind != whole);
    }
    match kinds[..] {
        [kind] => Some(kind),
        _ => {
            errors.expected(
                field,
                "a number, a truth value or a text, or a list of values of one of these types",
            );
            None
        }
    }
}

/// Whether a name may be that of a user's own parameter; what is wrong is reported.
pub(super) fn check_name(field: &Field<'_>, name: &str, errors: &mut Errors) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(inner) {
        errors.push(
            field,
            format!(
                "has the name `{name}`, but a parameter has small letters, digits and `_`, a letter first"
            ),
        );
        return false;
    }
    let taken =
        ["n", DIMENSION, "design", "target", "noise", "estimator", "cell", "trial", "status", "kinks"];
    if is_fixed_parameter(name) || taken.contains(&name) {
        errors.push(
            field,
            format!("has the name `{name}`, which stands for something else; expected another one"),
        );
        return false;
    }
    true
}
