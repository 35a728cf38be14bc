//! Checking: from marked trees to studies, all errors at once.

use super::aggregate::{self, Aggregate, aggregate};
use super::choice::choice;
use super::columns::{self, parameters};
use super::data::data;
use super::diagnostic::SpecError;
use super::edit::{self, Edit};
use super::estimands;
use super::estimator::{Estimator, check_formulas};
use super::estimators::{ReadName, estimators, rule};
use super::evaluation::{Evaluation, evaluate, nothing};
use super::label::{identifier, label};
use super::labels::{self, Responses};
use super::limits::{FILES, SHARDS, TRIALS};
use super::mark::{self, Yaml};
use super::own_data::{PARAMETERS, is_generator, own_coordinates};
use super::process::{PROCESS, own_metrics, own_parameters};
use super::read::{Errors, Field};
use super::rows::ROWS;
use super::shards;
use super::source::Source;
use super::space::{Space, dimension};
use super::storage::{Storage, store};
use super::study::{Data, Study};
use super::template::Template;
use tempered_math::catalogue::{Choice, Entry};
use tempered_math::risk::Risk;
use tempered_math::score::Diagnostic;
use tempered_math::seed::{Key, Purpose};
use tempered_math::{noise, space};

/// Parses, edits and checks a study.
///
/// # Errors
/// Everything that is wrong with it, in order of position.
pub fn parse<'a>(bytes: &[u8], file: impl Into<Source<'a>>, edits: &[Edit]) -> Result<Study, SpecError> {
    read(bytes, file.into(), edits, label)
}

/// The same for a directory that exists: estimators keep the labels that they have there.
///
/// # Errors
/// Those of [`parse`], but labels that new directories do not have are none.
pub fn parse_recorded<'a>(
    bytes: &[u8],
    file: impl Into<Source<'a>>,
    edits: &[Edit],
) -> Result<Study, SpecError> {
    read(bytes, file.into(), edits, |field, errors| {
        identifier(field, Some("an estimator with the label"), errors)
    })
}

fn read(bytes: &[u8], file: Source<'_>, edits: &[Edit], label: ReadName) -> Result<Study, SpecError> {
    let mut root = mark::parse(bytes, file.name)?;
    for edit in edits {
        edit::apply(&mut root, edit)?;
    }
    let mut errors = Errors::default();
    let study = study(&Field { node: &root, path: String::new() }, (file, label), &mut errors);
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
pub(crate) fn parse_rule(text: &str, origin: &str, space: Space) -> Result<Template, SpecError> {
    let root = mark::parse(text.as_bytes(), origin)?;
    let mut errors = Errors::default();
    let rule = rule(&Field { node: &root, path: "estimator".into() }, space, &mut errors);
    errors.into_result(rule)
}

const KEYS: [&str; 10] =
    ["version", "name", "seed", "trials", "generate", "train", "evaluate", "store", "aggregate", "trial"];
/// How many of them, from the first one on, a study cannot do without.
const REQUIRED: usize = 5;

fn study(root: &Field<'_>, (file, label): (Source<'_>, ReadName), errors: &mut Errors) -> Option<Study> {
    let fields = root.map(&KEYS, errors);
    if !matches!(root.node.value, Yaml::Map(_)) {
        if root.node.is_null() {
            errors.push(root, "is empty, expected a mapping; `tempered init` writes one");
        }
        return None;
    }
    for (key, field) in KEYS.iter().zip(&fields).take(REQUIRED) {
        if field.is_none() {
            errors.push(root, format!("lacks `{key}`"));
        }
    }
    let [version, name, seed, trials, generate, train, evaluated, stored, read, whole] = &fields[..] else {
        return None;
    };
    match (train, whole) {
        (None, None) => errors.push(root, "lacks `train`, or `trial` where programs compute whole trials"),
        (Some(_), Some(whole)) => {
            let message = "stands beside `train`, but a trial is computed by a program or by estimators";
            errors.helped(whole, message, Some("write two studies".into()));
            return None;
        }
        _ => {}
    }
    let (is_whole, train) = (whole.is_some(), whole.as_ref().or(train.as_ref()));
    if let Some(version) = version.as_ref().filter(|version| version.node.text() != Some("1")) {
        errors.expected(version, "1, the only version there is");
    }
    let name = name.as_ref().and_then(|field| identifier(field, None, errors));
    let seed = seed.as_ref().and_then(|field| field.integer(0, u64::MAX, errors));
    let count = trials.as_ref().and_then(|field| field.integer(1, TRIALS, errors));
    let data = generate.as_ref().and_then(|field| data(field, file, is_whole, errors));
    let sizes = data.as_ref().map_or(Vec::new(), Data::sizes);
    // Where the data are wrong, formulas are tried at some size.
    let meant = || match is_whole {
        true => Space::Program,
        false => generate.as_ref().map_or(Space::Line, Space::meant),
    };
    let space = sizes.first().map_or_else(meant, |size| size.space);
    let about = (space, sizes.first().copied(), file);
    let estimators = train.and_then(|field| estimators(field, label, about, errors));
    if let (Some(field), Some(estimators)) = (train, &estimators) {
        check_formulas(field, estimators, &sizes, errors);
    }
    if let (Some(field), Some(data)) = (generate, &data) {
        check_features(field, data, errors);
        check_own_names(field, data, estimators.as_deref().unwrap_or_default(), errors);
    }
    if let (Some(field), Some(data), Some(estimators)) = (train, &data, &estimators) {
        labels::check_estimators(field, data, estimators, errors);
    }
    let named = estimators.as_deref().unwrap_or_default();
    let responses = data.as_ref().map_or(Responses::Real, Responses::of_data);
    let evaluation = match is_whole {
        true => nothing(evaluated.as_ref(), errors),
        false => evaluate(evaluated.as_ref(), named, (space, responses), errors),
    };
    if let (Some(field), Some(data), Some(evaluation)) = (evaluated, &data, &evaluation) {
        check_parts_of_risks(field, data, evaluation, errors);
        labels::check_risks(field, data, &evaluation.criteria.risks, errors);
        check_detection(field, data, &evaluation.criteria.diagnostics, errors);
    }
    let storage = store(stored.as_ref(), is_whole, errors);
    let reading = aggregate(read.as_ref(), errors);
    let head = (name?, seed?, count?);
    let mut study = assembled(head, data?, estimators?, (evaluation?, storage?, reading?));
    aggregate::check(read.as_ref(), &study, errors);
    estimands::resolve(read.as_ref(), &mut study, errors);
    check_files(root, trials.as_ref(), &study, errors);
    Some(study)
}

fn assembled(
    (name, seed, trials): (String, u64, u64),
    Data { n, designs, targets, noises, cells }: Data,
    estimators: Vec<Estimator>,
    (evaluation, storage, reading): (Evaluation, Storage, Aggregate),
) -> Study {
    let Evaluation { criteria, reference, checkpoints } = evaluation;
    let Storage { weights, shard_points, shard_trials } = storage;
    let Aggregate { quantiles, max_failed, along, quantities, statistic, estimands } = reading;
    Study {
        metrics: columns::metrics(&estimators),
        parameters: parameters(&designs, &estimators),
        data_parameters: columns::beyond([("design", &designs), ("target", &targets), ("noise", &noises)]),
        name,
        seed,
        trials,
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
        statistic,
        estimands,
    }
}

/// Reports designs and targets that do not exist with as many features as are asked for.
fn check_features(field: &Field<'_>, data: &Data, errors: &mut Errors) {
    let place = |part: &str| field.get(part).unwrap_or_else(|| field.clone());
    for design in &data.designs {
        let Some(d) = dimension(design).filter(|_| design.name() != ROWS) else { continue };
        let features = usize::try_from(d).unwrap_or(usize::MAX);
        if let Ok(law) = design.build(space::design::CATALOGUE)
            && let Err(why) = law.check(features)
        {
            errors.push(&place("design"), format!("has {}: {why}", design.name()));
            return;
        }
        let targets = data.targets.iter().filter_map(|target| {
            let built = target.build(space::target::CATALOGUE).ok()?;
            Some((target.name(), built.check(features).err()?))
        });
        if let Some((name, why)) = targets.into_iter().next() {
            errors.push(&place("target"), format!("has {name}: {why}"));
            return;
        }
    }
    check_local_noise(&place("noise"), data, errors);
}

/// Reports coordinates of the user's own that have the name of a parameter or of a metric of a program: each has a column.
fn check_own_names(field: &Field<'_>, data: &Data, estimators: &[Estimator], errors: &mut Errors) {
    let names = data.designs.iter().flat_map(own_coordinates).map(|(name, _)| *name);
    let is_taken = |name: &&str| {
        estimators.iter().map(|one| one.rule.sample()).any(|program| {
            own_parameters(program).any(|(own, _)| own == name)
                || own_metrics(program).iter().any(|own| own == name)
        })
    };
    if let Some(name) = names.into_iter().find(is_taken) {
        let program = field.get(PROCESS).unwrap_or_else(|| field.clone());
        let place = program.get(PARAMETERS).unwrap_or(program);
        let message =
            format!("has `{name}`, which a program has as a parameter or metric; expected another name");
        errors.push(&place, message);
    }
}

/// Reports noise that depends on the point beside targets whose labels follow earlier fits: these take the noise as it is drawn.
fn check_local_noise(field: &Field<'_>, data: &Data, errors: &mut Errors) {
    let depends = |noise: &&Choice| noise.build(noise::CATALOGUE).is_ok_and(|law| law.local().is_some());
    let follows = |target: &&Choice| {
        let built = target.build(space::target::CATALOGUE);
        built.is_ok_and(|target| !target.labels_are_of_truth())
    };
    if let (Some(noise), Some(target)) = (data.noises.iter().find(depends), data.targets.iter().find(follows))
    {
        let (noise, target) = (noise.name(), target.name());
        errors.push(
            field,
            format!("has {noise}, which depends on x or f*(x), but labels of {target} follow earlier fits"),
        );
    }
}

/// Reports parts of R_2 where responses are those of a table: how these vary about their mean is not known.
fn check_parts_of_risks(field: &Field<'_>, data: &Data, evaluation: &Evaluation, errors: &mut Errors) {
    let is_of_law = |risk: &&Risk| risk.is_part() || matches!(risk, Risk::Gradient | Risk::Adversarial(_));
    let part = evaluation.criteria.risks.iter().find(is_of_law);
    let is_given = |design: &Choice| design.name() == ROWS || is_generator(design);
    if let (Some(part), true) = (part, data.designs.iter().any(is_given)) {
        let place = field.get("risks").unwrap_or_else(|| field.clone());
        let message =
            format!("has {part}, but tables and programs tell nothing of f* and the noise beside it");
        errors.push(&place, message);
    }
}

/// Refuses to ask which labels are wrong where no noise makes wrong ones.
fn check_detection(field: &Field<'_>, data: &Data, diagnostics: &[Diagnostic], errors: &mut Errors) {
    let knows = |noise: &Choice| {
        let mut rng = Key::new(0, "", Purpose::Noise).trial(0);
        noise.build(noise::CATALOGUE).is_ok_and(|noise| noise.wrong(&mut rng, &mut []))
    };
    let unknown = data.noises.iter().find(|noise| !knows(noise));
    if let (Some(noise), true) = (unknown, diagnostics.contains(&Diagnostic::Detection)) {
        let place = field.get("diagnostics").unwrap_or_else(|| field.clone());
        let message = format!("has detection, but {} makes no label wrong", noise.name());
        let help = "noise: {contaminated: {share: …, shift: …}}, zeroed and flip do";
        errors.helped(&place, message, Some(help.into()));
    }
}

/// Reports a study of more files than a directory can hold.
fn check_files(root: &Field<'_>, trials: Option<&Field<'_>>, study: &Study, errors: &mut Errors) {
    let (shards, files) = shards::count(study);
    if let Some(field) = trials.filter(|_| shards > SHARDS) {
        let message = format!("makes {shards} files of the largest cell, but there may be at most {SHARDS}");
        let advice = "raise store.shard_points or store.shard_trials, or ask for fewer trials";
        errors.helped(field, message, Some(advice.into()));
    }
    if files > FILES {
        errors.push(root, format!("makes {files} files of a table, but there may be at most {FILES}"));
    }
}
