//! Data that the user's programs know: of a whole trial a study names coordinates alone, and a program may make the samples of estimators.
//!
//! Coordinates are the parameters of a choice that stands in the place of the design, so that cells, seeds, labels, columns and
//! records take them as they take those of a law. There is no target and no noise beside it. A program that makes samples is such a
//! choice itself, with its command and the digest of its files, as an estimator is.

use super::choice::open;
use super::choice::swept_pair;
use super::generate::{Alternative, FEATURES, Generate, PARTS, Sizes};
use super::mark::Yaml;
use super::process::{self, DIGEST, PROCESS};
use super::program_files;
use super::read::{Errors, Field};
use super::source::Source;
use super::space::DIMENSION;
use super::sweep::{Context, Given, Slot, slot, takes_lists};
use super::ties::{condition, zip};
use std::sync::LazyLock;
use tempered_math::catalogue::{Choice, Entry, Invalid, Kind, Parameter, Value};

/// The choice that holds the coordinates of whole trials, and their key under `generate`.
pub(crate) const PARAMETERS: &str = "parameters";
/// Keys under `generate` of such studies.
pub(super) const KEYS: [&str; 4] = ["n", PARAMETERS, "zip", "where"];

fn parameters() -> Vec<Parameter> {
    vec![Parameter {
        name: PARAMETERS,
        summary: "coordinates of the user's own",
        kind: Kind::Open,
        default: Some(Value::Unset),
    }]
}

/// Parameters of programs that make samples.
fn parameters_of_generators() -> Vec<Parameter> {
    let features = Parameter {
        name: DIMENSION,
        summary: "the number of features; without it samples are on the line",
        kind: FEATURES,
        default: Some(Value::Unset),
    };
    let kept = |parameter: &Parameter| GENERATORS.contains(&parameter.name);
    let mut all: Vec<Parameter> = process::parameters().into_iter().filter(kept).collect();
    all.insert(all.len() - 1, features);
    all
}

/// Parameters that such programs share with estimators.
const GENERATORS: [&str; 4] = ["command", "files", DIGEST, PARAMETERS];

/// What stands in the place of a design where programs know the data: nothing is built of it.
static CATALOGUE: LazyLock<Vec<Entry<()>>> = LazyLock::new(|| {
    let build: fn(&[Value]) -> Result<Box<()>, Invalid> = |_| Ok(Box::new(()));
    let summary = "what whole trials by programs depend on";
    let of_trials = Entry { name: PARAMETERS, summary, parameters, build };
    let summary = "a program in any language that makes the samples of trials";
    vec![of_trials, Entry { name: PROCESS, summary, parameters: parameters_of_generators, build }]
});

/// The choices in the place of designs that are none.
pub(crate) fn own_designs() -> &'static [Entry<()>] {
    &CATALOGUE
}

/// Whether parameters of a choice of this name are the user's own, which have no axis before their names.
pub(crate) fn is_own_name(choice: &str) -> bool {
    [PARAMETERS, PROCESS].contains(&choice)
}

/// The coordinates of the user's own in a cell of this design: names and values.
pub(crate) fn own_coordinates(design: &Choice) -> impl Iterator<Item = &(&'static str, Value)> {
    let is_generator = is_generator(design);
    let all = design.arguments().iter().filter(|_| is_own_name(design.name()));
    all.filter(move |(name, _)| !is_generator || !is_of_generators(name))
}

/// Whether a program makes the samples of this design.
pub(crate) fn is_generator(design: &Choice) -> bool {
    design.name() == PROCESS
}

/// Whether a program that makes samples has a parameter of this name beside those of the user's own.
fn is_of_generators(name: &str) -> bool {
    name == DIMENSION || GENERATORS.contains(&name)
}

/// Reads what stands under `generate` beside whole trials, with the alternatives that stand for no target and no noise.
pub(super) fn read<'a>(
    field: &Field<'a>,
    sizes: impl FnOnce(&Field<'a>, &mut Errors) -> Option<Sizes>,
    none: impl Fn(&'static str, &mut Errors) -> Option<Vec<Alternative<'a>>>,
    errors: &mut Errors,
) -> Option<Generate<'a>> {
    let fields = field.map(&KEYS, errors);
    let [size, own, tied, filter] = &fields[..] else { return None };
    let groups = tied.as_ref().map_or(Some(Vec::new()), |field| zip(field, errors));
    if size.is_none() {
        errors.push(field, "lacks `n`");
    }
    let sizes = size.as_ref().and_then(|size| sizes(size, errors));
    let given = own
        .as_ref()
        .map_or(Some(Vec::new()), |own| coordinates(own, groups.as_deref().unwrap_or_default(), errors));
    let filter = match filter {
        None => Some(None),
        Some(field) => condition(field, errors).map(|formula| Some((formula, field.clone()))),
    };
    let [_, target, noise] = PARTS;
    let (targets, noises) = (none(target, errors), none(noise, errors));
    let place = own.clone().unwrap_or_else(|| field.clone());
    Some(Generate {
        field: field.clone(),
        sizes: sizes?,
        sizes_field: size.clone()?,
        parts: [vec![alternative(given?, place)], targets?, noises?],
        zip: groups?,
        filter: filter?,
    })
}

/// The coordinates with their axes and formulas.
fn coordinates<'a>(field: &Field<'a>, zip: &[Vec<String>], errors: &mut Errors) -> Option<Vec<Given<'a>>> {
    let names = field.keys();
    let is_known = |name: &str| name == "n" || names.contains(&name);
    let is_zipped = |name: &str| zip.iter().flatten().any(|axis| axis == name);
    let context = Context { is_known: &is_known, is_zipped: &is_zipped, elsewhere: &[] };
    let read = |field: &Field<'_>, name: &str, kind: &Kind, errors: &mut Errors| {
        slot(field, name, kind, context, errors)
    };
    let known: Vec<&str> = names.iter().copied().chain(["n"]).collect();
    open(field, (&read, &known), errors)
}

fn alternative<'a>(given: Vec<Given<'a>>, place: Field<'a>) -> Alternative<'a> {
    let numbers = given.iter().filter(|given| !takes_lists(&given.kind));
    Alternative {
        name: PARAMETERS,
        place: place.clone(),
        item: place,
        coordinates: numbers.map(|given| given.parameter).collect(),
        defaults: Vec::new(),
        make: Box::new(|given: &[(&'static str, Value)]| Choice::new(&CATALOGUE[0], given)),
        given,
    }
}

/// Reads the program under `generate.process`, with the number of features that stands beside it.
pub(super) fn generator<'a>(
    (generate, field): (&Field<'a>, &Field<'a>),
    features: Option<(Slot, Field<'a>)>,
    (home, zip): (Source<'_>, &[Vec<String>]),
    errors: &mut Errors,
) -> Option<Alternative<'a>> {
    let own = field.get(PARAMETERS).map_or_else(Vec::new, |own| own.keys());
    let is_known = |name: &str| ["n", DIMENSION].contains(&name) || own.contains(&name);
    let is_zipped = |name: &str| zip.iter().flatten().any(|axis| axis == name);
    let elsewhere: &[&str] = if features.is_some() { &[DIMENSION] } else { &[] };
    let context = Context { is_known: &is_known, is_zipped: &is_zipped, elsewhere };
    let Yaml::Map(pairs) = &generate.node.value else { return None };
    let (key, value) = pairs.iter().find(|(key, _)| key.text() == Some(PROCESS))?;
    let mut swept = swept_pair(generate, (key, value), &CATALOGUE, context, errors)?;
    program_files::complete(&mut swept.given, field, home, errors)?;
    if let Some((slot, field)) = features {
        swept.given.push(Given { parameter: DIMENSION, kind: FEATURES, slot, field });
    }
    let numbers = swept.given.iter().filter(|given| !takes_lists(&given.kind));
    Some(Alternative {
        name: PROCESS,
        place: field.clone(),
        item: field.clone(),
        coordinates: numbers.map(|given| given.parameter).collect(),
        defaults: Vec::new(),
        make: Box::new(|given: &[(&'static str, Value)]| Choice::new(&CATALOGUE[1], given)),
        given: swept.given,
    })
}

/// Coordinates as a study holds them, real ones with a point: 1.0 is not 1 in all languages. Of a program they stand under `parameters`.
pub(super) fn source(alternative: &Alternative<'_>) -> serde_yaml::Value {
    if alternative.name == PROCESS {
        let (fixed, own): (Vec<&Given<'_>>, Vec<&Given<'_>>) =
            alternative.given.iter().partition(|given| is_of_generators(given.parameter));
        let mut all: Vec<(&str, serde_yaml::Value)> =
            fixed.iter().map(|given| (given.parameter, super::resolved::slot(&given.slot))).collect();
        if !own.is_empty() {
            all.push((PARAMETERS, typed(own.into_iter())));
        }
        return super::resolved::map(all);
    }
    typed(alternative.given.iter())
}

fn typed<'g>(given: impl Iterator<Item = &'g Given<'g>>) -> serde_yaml::Value {
    let one = |given: &Given<'_>| {
        let value = super::resolved::slot(&given.slot);
        let is_real = matches!(given.kind, Kind::Real { .. }) && !matches!(given.slot, Slot::Formula(_));
        (given.parameter, if is_real { super::process::real(value) } else { value })
    };
    super::resolved::map(given.map(one))
}
