//! What stands under `generate`: the axes of the data, and the cells that they make.
//!
//! Cells come in the order n, design, target, noise, and within a choice its axes in the order of the source; the last one
//! varies fastest. They are counted before they are made. Coordinates have the names of their columns: `n`, `design`,
//! `target`, `noise`, and parameters as `noise_sd`.

use super::choice::swept;
use super::combine::Walk;
use super::counts::counts;
use super::generate::{Alternative, Generate, PARTS, SIZE, Sizes};
use super::limits::{CELLS, LARGEST_N};
use super::mark::{Node, Yaml};
use super::read::{Errors, Field};
use super::study::Data;
use super::sweep::{Context, Slot, Swept, slot, takes_lists};
use super::ties::{condition, zip};
use tempered_math::catalogue::{Choice, Entry, Value};
use tempered_math::{design, noise, target};

/// Reads the data of a study.
pub(super) fn data(field: &Field<'_>, errors: &mut Errors) -> Option<Data> {
    let generate = read(field, errors)?;
    generate.check_names(errors)?;
    let count = generate.count();
    if count > CELLS {
        errors.push(field, format!("makes {count} cells, but there may be at most {CELLS}"));
        return None;
    }
    if generate.is_product() { generate.product(errors) } else { Walk::new(&generate, errors).cells() }
}

fn read<'a>(field: &Field<'a>, errors: &mut Errors) -> Option<Generate<'a>> {
    let fields = field.map(&["n", "design", "target", "noise", "zip", "where"], errors);
    let zip = fields[4].as_ref().map_or(Some(Vec::new()), |field| zip(field, errors));
    let groups = zip.clone().unwrap_or_default();
    let sizes = match &fields[0] {
        Some(n) => sizes(n, errors),
        None => {
            errors.push(field, "lacks `n`");
            None
        }
    };
    let at = |place: usize| (fields[place].as_ref(), field, PARTS[place - 1], &groups[..]);
    let designs = part(at(1), design::CATALOGUE, "uniform", errors);
    let targets = part(at(2), target::CATALOGUE, "zero", errors);
    let noises = part(at(3), noise::CATALOGUE, "normal", errors);
    let filter = match &fields[5] {
        None => Some(None),
        Some(field) => condition(field, errors).map(|formula| Some((formula, field.clone()))),
    };
    let (sizes, parts) = (sizes?, [designs?, targets?, noises?]);
    let sizes_field = fields[0].clone()?;
    Some(Generate { field: field.clone(), sizes, sizes_field, parts, zip: zip?, filter: filter? })
}

/// Whether a name is a coordinate of some data.
fn is_coordinate(name: &str) -> bool {
    fn has<T: ?Sized>(catalogue: &[Entry<T>], parameter: &str) -> bool {
        catalogue.iter().any(|entry| (entry.parameters)().iter().any(|one| one.name == parameter))
    }
    let of = |part: &str| name.strip_prefix(part).and_then(|rest| rest.strip_prefix('_'));
    name == "n"
        || of("design").is_some_and(|parameter| has(design::CATALOGUE, parameter))
        || of("target").is_some_and(|parameter| has(target::CATALOGUE, parameter))
        || of("noise").is_some_and(|parameter| has(noise::CATALOGUE, parameter))
}

fn sizes(field: &Field<'_>, errors: &mut Errors) -> Option<Sizes> {
    let context = Context { is_known: &is_coordinate, is_zipped: &|_| false };
    let is_linear = |pairs: &[(Node, Node)]| pairs.iter().any(|(key, _)| key.text() == Some("linear"));
    let slot = match &field.node.value {
        Yaml::Scalar { .. } => slot(field, "n", &SIZE, context, errors)?,
        Yaml::Map(pairs) if is_linear(pairs) => slot(field, "n", &SIZE, context, errors)?,
        _ => return counts(field, (2, LARGEST_N), errors).map(Sizes::Values),
    };
    Some(match slot {
        Slot::Value(value) => Sizes::Values(vec![value.whole()]),
        Slot::Axis(values) => Sizes::Values(values.iter().map(Value::whole).collect()),
        Slot::Formula(formula) => Sizes::Formula(formula),
    })
}

fn part<'a, T: ?Sized>(
    (field, parent, name, zip): (Option<&Field<'a>>, &Field<'a>, &str, &[Vec<String>]),
    catalogue: &'static [Entry<T>],
    default: &str,
    errors: &mut Errors,
) -> Option<Vec<Alternative<'a>>> {
    let Some(field) = field else {
        let entry = catalogue.iter().find(|entry| entry.name == default)?;
        let swept = Swept { entry, name: parent.clone(), given: Vec::new() };
        return Some(vec![alternative(swept, parent)]);
    };
    let is_zipped = |parameter: &str| zip.iter().flatten().any(|axis| *axis == format!("{name}_{parameter}"));
    let context = Context { is_known: &is_coordinate, is_zipped: &is_zipped };
    let items = field.items(errors);
    let read: Vec<Option<Alternative<'a>>> =
        items.iter().map(|item| Some(alternative(swept(item, catalogue, context, errors)?, item))).collect();
    let all: Option<Vec<Alternative<'a>>> = read.into_iter().collect();
    all.filter(|all| !all.is_empty())
}

fn alternative<'a, T: ?Sized>(swept: Swept<'a, T>, item: &Field<'a>) -> Alternative<'a> {
    let Swept { entry, name, given } = swept;
    let is_given = |name: &str| given.iter().any(|given| given.parameter == name);
    let parameters = (entry.parameters)();
    let numbers = parameters.iter().filter(|parameter| !takes_lists(&parameter.kind));
    let coordinates = numbers.map(|parameter| parameter.name).collect();
    let left = parameters.iter().filter(|parameter| !is_given(parameter.name));
    let defaults = left.filter_map(|one| Some((one.name, one.default.clone()?))).collect();
    let make = Box::new(|given: &[(&'static str, Value)]| Choice::new(entry, given));
    Alternative { name: entry.name, place: name, item: item.clone(), given, coordinates, defaults, make }
}
