//! Data that the user's programs know: of a whole trial a study names coordinates alone.
//!
//! Coordinates are the parameters of a choice that stands in the place of the design, so that cells, seeds, labels, columns and
//! records take them as they take those of a law. There is no target and no noise beside it.

use super::choice::open;
use super::generate::{Alternative, Generate, PARTS, Sizes};
use super::process::PROCESS;
use super::read::{Errors, Field};
use super::sweep::{Context, Given, Slot, slot, takes_lists};
use super::ties::{condition, zip};
use std::sync::LazyLock;
use tempered_math::catalogue::{Choice, Entry, Kind, Parameter, Value};

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

/// What stands in the place of a design where programs know the data: nothing is built of it.
static CATALOGUE: LazyLock<Vec<Entry<()>>> = LazyLock::new(|| {
    let summary = "what whole trials by programs depend on";
    vec![Entry { name: PARAMETERS, summary, parameters, build: |_| Ok(Box::new(())) }]
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
pub(crate) fn own_coordinates(design: &Choice) -> &[(&'static str, Value)] {
    if design.name() == PARAMETERS { design.arguments() } else { &[] }
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

/// Coordinates as a study holds them, real ones with a point: 1.0 is not 1 in all languages.
pub(super) fn source(alternative: &Alternative<'_>) -> serde_yaml::Value {
    let one = |given: &Given<'_>| {
        let value = super::resolved::slot(&given.slot);
        let is_real = matches!(given.kind, Kind::Real { .. }) && !matches!(given.slot, Slot::Formula(_));
        (given.parameter, if is_real { super::process::real(value) } else { value })
    };
    super::resolved::map(alternative.given.iter().map(one))
}
