//! Checking: from marked trees to studies, all errors at once.

use super::aggregate::{self, Aggregate, aggregate};
use super::choice::choice;
use super::columns::{self, parameters};
use super::counts::counts;
use super::data::data;
use super::diagnostic::SpecError;
use super::edit::{self, Edit};
use super::estimator::Estimator;
use super::estimators::{ReadName, check_formulas, estimators, rule};
use super::label::{identifier, label};
use super::limits::{FILES, LAST_CHECKPOINT, RISKS, SHARD_POINTS, SHARDS};
use super::mark::{self, Yaml};
use super::read::{Errors, Field, distinct, quoted, suggestion};
use super::shards;
use super::study::{Data, Study, trains};
use super::template::Template;
use super::weights::Weights;
use tempered_math::catalogue::{Choice, Entry};
use tempered_math::risk::{Domain, Risk};
use tempered_math::score::Criteria;

/// Parses, edits and checks a study.
///
/// # Errors
/// Everything that is wrong with it, in order of position.
pub fn parse(bytes: &[u8], file: &str, edits: &[Edit]) -> Result<Study, SpecError> {
    read(bytes, file, edits, label)
}

/// The same for a directory that exists: estimators keep the labels that they have there.
///
/// # Errors
/// Those of [`parse`], but labels that new directories do not have are none.
pub fn parse_recorded(bytes: &[u8], file: &str, edits: &[Edit]) -> Result<Study, SpecError> {
    read(bytes, file, edits, |field, errors| identifier(field, Some("an estimator with the label"), errors))
}

fn read(bytes: &[u8], file: &str, edits: &[Edit], label: ReadName) -> Result<Study, SpecError> {
    let mut root = mark::parse(bytes, file)?;
    for edit in edits {
        edit::apply(&mut root, edit)?;
    }
    let mut errors = Errors::default();
    let study = study(&Field { node: &root, path: String::new() }, label, &mut errors);
    errors.into_result(study)
}

/// Parses a choice given on the command line, such as `{min_norm: {penalise_bias: false}}`.
pub fn parse_choice<T: ?Sized>(
    text: &str,
    origin: &str,
    catalogue: &'static [Entry<T>],
) -> Result<Choice, SpecError> {
    // Empty text is no document; a null is one, and no choice either.
    let text = if text.trim().is_empty() { "~" } else { text };
    let root = mark::parse(text.as_bytes(), origin)?;
    let mut errors = Errors::default();
    let choice = choice(&Field { node: &root, path: "estimator".into() }, catalogue, &mut errors);
    errors.into_result(choice)
}

/// Parses one estimator as it stands under `train`, with formulas and without axes.
pub(crate) fn parse_rule(text: &str, origin: &str) -> Result<Template, SpecError> {
    let root = mark::parse(text.as_bytes(), origin)?;
    let mut errors = Errors::default();
    let rule = rule(&Field { node: &root, path: "estimator".into() }, &mut errors);
    errors.into_result(rule)
}

fn study(root: &Field<'_>, label: ReadName, errors: &mut Errors) -> Option<Study> {
    let keys = ["version", "name", "seed", "trials", "generate", "train", "evaluate", "store", "aggregate"];
    let fields = root.map(&keys, errors);
    if !matches!(root.node.value, Yaml::Map(_)) {
        if root.node.is_null() {
            errors.push(root, "is empty, expected a mapping; `tempered init` writes one");
        }
        return None;
    }
    let mut required = |position: usize| {
        let field: &Option<Field<'_>> = &fields[position];
        if field.is_none() {
            errors.push(root, format!("lacks `{}`", keys[position]));
        }
        field.clone()
    };
    let (version, name, seed, trials) = (required(0), required(1), required(2), required(3));
    let (generate, train) = (required(4), required(5));
    if let Some(version) = version
        && version.node.text() != Some("1")
    {
        errors.expected(&version, "1, the only version there is");
    }
    let name = name.and_then(|field| identifier(&field, None, errors));
    let seed = seed.and_then(|field| field.integer(0, u64::MAX, errors));
    let count = trials.as_ref().and_then(|field| field.integer(1, 1 << 48, errors));
    let data = generate.and_then(|field| data(&field, errors));
    // Where the data are wrong, formulas are tried at some size.
    let n = data.as_ref().and_then(|data| data.n.first().copied());
    let estimators = train.as_ref().and_then(|field| estimators(field, label, n, errors));
    if let (Some(field), Some(data), Some(estimators)) = (&train, &data, &estimators) {
        check_formulas(field, estimators, &data.n, errors);
    }
    let evaluate = evaluate(fields[6].as_ref(), estimators.as_deref().unwrap_or_default(), errors);
    let store = store(fields[7].as_ref(), errors);
    let reading = aggregate(fields[8].as_ref(), errors);
    let Data { n, designs, targets, noises, cells } = data?;
    let Evaluation { criteria, reference, checkpoints } = evaluate?;
    let Storage { weights, shard_points, shard_trials } = store?;
    let Aggregate { quantiles, max_failed, along, quantities } = reading?;
    let estimators = estimators?;
    let study = Study {
        parameters: parameters(&estimators),
        data_parameters: columns::beyond([("design", &designs), ("target", &targets), ("noise", &noises)]),
        name: name?,
        seed: seed?,
        trials: count?,
        n,
        designs,
        targets,
        noises,
        cells,
        estimators,
        criteria,
        reference,
        checkpoints,
        weights,
        shard_points,
        shard_trials,
        quantiles,
        max_failed,
        along,
        quantities,
    };
    aggregate::check(fields[8].as_ref(), &study, errors);
    let (shards, files) = shards::count(&study);
    if let Some(field) = trials.filter(|_| shards > SHARDS) {
        let message = format!("makes {shards} files of the largest cell, but there may be at most {SHARDS}");
        let advice = "raise store.shard_points or store.shard_trials, or ask for fewer trials";
        errors.helped(&field, message, Some(advice.into()));
    }
    if files > FILES {
        errors.push(root, format!("makes {files} files of a table, but there may be at most {FILES}"));
    }
    Some(study)
}

/// What stands under `evaluate`.
struct Evaluation {
    criteria: Criteria,
    /// Position of the reference among the estimators.
    reference: Option<usize>,
    checkpoints: Vec<u64>,
}

fn evaluate(field: Option<&Field<'_>>, estimators: &[Estimator], errors: &mut Errors) -> Option<Evaluation> {
    let keys = ["risks", "domain", "reference", "knots_per_gap", "checkpoints"];
    let fields = field.map_or(vec![None; keys.len()], |field| field.map(&keys, errors));
    let risks = match &fields[0] {
        None => [1.0, 2.0].into_iter().map(Risk::lp).collect(),
        Some(field) => {
            let mut items = field.items(errors);
            if items.len() > RISKS {
                errors.push(field, format!("has {} entries, but there may be at most {RISKS}", items.len()));
                items.clear();
            }
            let risks: Vec<Option<Risk>> = items.iter().map(|item| risk(item, errors)).collect();
            distinct(&items, &risks, errors);
            risks.into_iter().collect::<Option<Vec<Risk>>>().filter(|risks| !risks.is_empty())
        }
    };
    let domain = match &fields[1] {
        None => Some(Domain::Hull),
        Some(field) => word(field, &["hull", "unit"], errors).map(|word| match word {
            0 => Domain::Hull,
            _ => Domain::Unit,
        }),
    };
    // Labels that are wrong themselves are reported where they stand.
    let reference = match &fields[2] {
        Some(field) if !estimators.is_empty() => {
            let labels: Vec<&str> = estimators.iter().map(|estimator| estimator.label.as_str()).collect();
            word(field, &labels, errors).map(Some)
        }
        _ => Some(None),
    };
    let share = |x: f64| (0.0..1.0).contains(&x);
    let knots_within = match &fields[3] {
        Some(field) => field.real("a number of at least 0 and below 1", share, errors).map(Some),
        None => Some(None),
    };
    let checkpoints = match &fields[4] {
        Some(field) => checkpoints(field, estimators, errors),
        None => Some(Vec::new()),
    };
    let (risks, domain, reference, knots_within) = (risks?, domain?, reference?, knots_within?);
    let criteria = Criteria { risks, domain, distances: reference.is_some(), knots_within };
    Some(Evaluation { criteria, reference, checkpoints: checkpoints? })
}

fn checkpoints(field: &Field<'_>, estimators: &[Estimator], errors: &mut Errors) -> Option<Vec<u64>> {
    let mut checkpoints = counts(field, (0, LAST_CHECKPOINT), errors)?;
    checkpoints.sort_unstable();
    if !estimators.is_empty() && !estimators.iter().any(|estimator| trains(estimator.rule.sample())) {
        errors.push(field, "asks for checkpoints, but no estimator under `train` is trained step by step");
    }
    Some(checkpoints)
}

fn risk(field: &Field<'_>, errors: &mut Errors) -> Option<Risk> {
    if field.node.text() == Some("sup") {
        return Some(Risk::Sup);
    }
    field.real("a number p of at least 1, or `sup`", |p| p >= 1.0, errors).and_then(Risk::lp)
}

/// Position of the field's word in a list of words.
fn word(field: &Field<'_>, words: &[&str], errors: &mut Errors) -> Option<usize> {
    let position = words.iter().position(|word| field.node.text() == Some(*word));
    if position.is_none() {
        let help = field.node.text().and_then(|text| suggestion(text, words.iter().copied()));
        errors.helped(
            field,
            format!("is {}, but it must be one of {}", field.node.found(), quoted(words)),
            help,
        );
    }
    position
}

/// What stands under `store`.
struct Storage {
    weights: Weights,
    shard_points: u64,
    shard_trials: Option<u64>,
}

fn store(field: Option<&Field<'_>>, errors: &mut Errors) -> Option<Storage> {
    let keys = ["weights", "shard_points", "shard_trials"];
    let fields = field.map_or(vec![None; keys.len()], |field| field.map(&keys, errors));
    let weights = match &fields[0] {
        None => Some(Weights::All),
        Some(field) if matches!(field.node.value, Yaml::Map(_)) => {
            let every = field.map(&["every"], errors);
            if every[0].is_none() {
                errors.push(field, "lacks `every`");
            }
            every[0].as_ref().and_then(|k| k.integer(1, 1 << 48, errors)).map(Weights::Every)
        }
        Some(field) => word(field, &["all", "none"], errors).map(|word| match word {
            0 => Weights::All,
            _ => Weights::None,
        }),
    };
    let points = fields[1].as_ref().map_or(Some(SHARD_POINTS), |field| field.integer(1, 1 << 40, errors));
    let trials = fields[2].as_ref().map_or(Some(None), |field| field.integer(1, 1 << 40, errors).map(Some));
    Some(Storage { weights: weights?, shard_points: points?, shard_trials: trials? })
}
