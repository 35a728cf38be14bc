//! What stands under `generate`: the axes of the data, and the cells that they make.
//!
//! Cells come in the order n, design, target, noise, and within a choice its axes in the order of the source; the last one
//! varies fastest. They are counted before they are made. Coordinates have the names of their columns: `n`, `d`, `design`,
//! `target`, `noise`, and parameters as `noise_sd`. The number of features d is a parameter of each design of R^d: what stands
//! beside the designs is given to all of them.

use super::choice::swept;
use super::combine::Walk;
use super::counts::counts;
use super::generate::{Alternative, FEATURES, Generate, KEYS, PARTS, SIZE, Sizes};
use super::labels::{self, Responses};
use super::limits::{CELLS, LARGEST_N};
use super::mark::{Node, Yaml};
use super::own_data;
use super::process::PROCESS;
use super::read::{Errors, Field};
use super::rows::{self, Counts, ROWS};
use super::source::Source;
use super::space::{DIMENSION, Space, coordinate};
use super::study::Data;
use super::sweep::{Context, Given, Slot, Swept, slot, takes_lists};
use super::ties::{condition, zip};
use tempered_math::catalogue::{Choice, Entry, Value};
use tempered_math::{design, noise, space, target};

/// Reads the data of a study; `is_whole` where whole trials are computed by programs, which know the data.
pub(super) fn data(field: &Field<'_>, file: Source<'_>, is_whole: bool, errors: &mut Errors) -> Option<Data> {
    let mut counts = Counts::new();
    let generate = match is_whole {
        true => own_data::read(field, sizes, |name, errors| nothing(field, name, errors), errors)?,
        false => read(field, (file, &mut counts), errors)?,
    };
    generate.check_names(errors)?;
    let count = generate.count();
    if count > CELLS {
        errors.push(field, format!("makes {count} cells, but there may be at most {CELLS}"));
        return None;
    }
    let data =
        if generate.is_product() { generate.product(errors) } else { Walk::new(&generate, errors).cells() };
    data.filter(|data| {
        rows::check_sizes(data.tables().into_iter(), &counts, &generate.sizes_field, errors).is_some()
    })
}

/// No target, or no noise.
fn nothing<'a>(field: &Field<'a>, name: &'static str, errors: &mut Errors) -> Option<Vec<Alternative<'a>>> {
    let part = Part { field: None, parent: field.clone(), name, zip: &[] };
    match name {
        "target" => part.read((target::CATALOGUE, "zero"), &[], errors),
        _ => part.read((noise::CATALOGUE, "none"), &[], errors),
    }
}

fn read<'a>(
    field: &Field<'a>,
    (file, counts): (Source<'_>, &mut Counts),
    errors: &mut Errors,
) -> Option<Generate<'a>> {
    let fields = field.map(&KEYS, errors);
    let [size, features, design, target, noise, tied, filter, program] = &fields[..] else { return None };
    let zip = tied.as_ref().map_or(Some(Vec::new()), |field| zip(field, errors));
    let groups = zip.clone().unwrap_or_default();
    if size.is_none() {
        errors.push(field, "lacks `n`");
    }
    let sizes = size.as_ref().and_then(|n| sizes(n, errors));
    let part = |place: &Option<Field<'a>>, name| Part {
        field: place.clone(),
        parent: field.clone(),
        name,
        zip: &groups,
    };
    let designs = match program {
        Some(program) => {
            let beside = [design, target, noise].into_iter().flatten().next();
            if let Some(law) = beside {
                let message = format!("stands beside {}, whose samples are its own", program.path);
                errors.helped(law, message, Some("leave design, target and noise out".into()));
                return None;
            }
            own_samples((field, program), features.as_ref(), (file, &groups), errors)
        }
        None => {
            let designs = designs(&part(design, PARTS[0]), features.as_ref(), errors);
            designs.and_then(|designs| completed(designs, (file, counts), errors))
        }
    };
    let space = designs.as_ref().map_or_else(|| Space::meant(field), |(_, space)| *space);
    let target = part(target, PARTS[1]);
    let targets = match space {
        Space::Line | Space::Program => target.read((target::CATALOGUE, "zero"), &[], errors),
        Space::Features => target.read((space::target::CATALOGUE, "zero"), &[], errors),
    };
    // A table has responses of its own, and labels are right unless they are flipped.
    fn names<'n>(part: &'n [Alternative<'_>]) -> impl Iterator<Item = &'n str> {
        part.iter().map(|one| one.name)
    }
    let law = match (&designs, &targets) {
        (Some((designs, _)), _) if names(designs).any(|name| [ROWS, PROCESS].contains(&name)) => "none",
        (Some((designs, _)), Some(targets))
            if Responses::of(names(designs), names(targets)) != Responses::Real =>
        {
            "none"
        }
        _ => "normal",
    };
    let noises = part(noise, PARTS[2]).read((noise::CATALOGUE, law), &[], errors);
    let read = |field: &Field<'a>, errors| condition(field, errors).map(|formula| (formula, field.clone()));
    let filter = filter.as_ref().map_or(Some(None), |field| read(field, errors).map(Some));
    let (sizes, parts) = (sizes?, [designs?.0, targets?, noises?]);
    rows::check_parts([&parts[0], &parts[1], &parts[2]], errors)?;
    labels::check_parts([&parts[0], &parts[1], &parts[2]], errors)?;
    Some(Generate {
        field: field.clone(),
        sizes,
        sizes_field: size.clone()?,
        parts,
        zip: zip?,
        filter: filter?,
    })
}

/// The program that makes samples, and where their x lives.
fn own_samples<'a>(
    fields: (&Field<'a>, &Field<'a>),
    features: Option<&Field<'a>>,
    (file, zip): (Source<'_>, &[Vec<String>]),
    errors: &mut Errors,
) -> Option<(Vec<Alternative<'a>>, Space)> {
    let beside = match features {
        Some(field) => {
            let is_zipped = |_: &str| zip.iter().flatten().any(|axis| axis == DIMENSION);
            let context = Context { is_known: &is_coordinate, is_zipped: &is_zipped, elsewhere: &[] };
            Some((slot(field, DIMENSION, &FEATURES, context, errors)?, field.clone()))
        }
        None => None,
    };
    let program = own_data::generator(fields, beside, (file, zip), errors)?;
    let counts = program.given.iter().any(|given| given.parameter == DIMENSION);
    Some((vec![program], if counts { Space::Features } else { Space::Line }))
}

/// The designs with what files add to those that are rows of tables.
fn completed<'a>(
    (mut designs, space): (Vec<Alternative<'a>>, Space),
    (file, counts): (Source<'_>, &mut Counts),
    errors: &mut Errors,
) -> Option<(Vec<Alternative<'a>>, Space)> {
    let mut whole = true;
    for design in designs.iter_mut().filter(|design| design.name == ROWS) {
        whole &= rows::complete(design, file, counts, errors).is_some();
    }
    whole.then_some((designs, space))
}

/// Whether a name is a coordinate of some data.
fn is_coordinate(name: &str) -> bool {
    fn has<T: ?Sized>(catalogue: &[Entry<T>], parameter: &str) -> bool {
        catalogue.iter().any(|entry| (entry.parameters)().iter().any(|one| one.name == parameter))
    }
    let of = |part: &str| name.strip_prefix(part).and_then(|rest| rest.strip_prefix('_'));
    ["n", DIMENSION].contains(&name)
        || of("design").is_some_and(|one| has(design::CATALOGUE, one) || has(space::design::CATALOGUE, one))
        || of("target").is_some_and(|one| has(target::CATALOGUE, one) || has(space::target::CATALOGUE, one))
        || of("noise").is_some_and(|parameter| has(noise::CATALOGUE, parameter))
}

fn sizes(field: &Field<'_>, errors: &mut Errors) -> Option<Sizes> {
    let context = Context { is_known: &is_coordinate, is_zipped: &|_| false, elsewhere: &[] };
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

/// What stands under `generate` for one part of the data.
struct Part<'a, 'g> {
    field: Option<Field<'a>>,
    /// `generate` itself.
    parent: Field<'a>,
    name: &'static str,
    zip: &'g [Vec<String>],
}

impl<'a> Part<'a, '_> {
    /// The choices of the part; without any the default. Some parameters may stand `elsewhere`.
    fn read<T: ?Sized>(
        &self,
        (catalogue, default): (&'static [Entry<T>], &str),
        elsewhere: &[&str],
        errors: &mut Errors,
    ) -> Option<Vec<Alternative<'a>>> {
        let Some(field) = &self.field else {
            let entry = catalogue.iter().find(|entry| entry.name == default)?;
            let swept = Swept { entry, name: self.parent.clone(), given: Vec::new() };
            return Some(vec![alternative(swept, &self.parent)]);
        };
        let items = field.items(errors);
        let one = |item: &Field<'a>| self.one(item, catalogue, elsewhere, errors);
        let read: Vec<Option<Alternative<'a>>> = items.iter().map(one).collect();
        let all: Option<Vec<Alternative<'a>>> = read.into_iter().collect();
        all.filter(|all| !all.is_empty())
    }

    fn one<T: ?Sized>(
        &self,
        item: &Field<'a>,
        catalogue: &'static [Entry<T>],
        elsewhere: &[&str],
        errors: &mut Errors,
    ) -> Option<Alternative<'a>> {
        let name = self.name;
        let is_zipped =
            |parameter: &str| self.zip.iter().flatten().any(|axis| *axis == coordinate(name, "", parameter));
        let context = Context { is_known: &is_coordinate, is_zipped: &is_zipped, elsewhere };
        Some(alternative(swept(item, catalogue, context, errors)?, item))
    }
}

/// The designs, and where their x lives. The number of features stands beside the designs, for all of them, or in each.
fn designs<'a>(
    part: &Part<'a, '_>,
    features: Option<&Field<'a>>,
    errors: &mut Errors,
) -> Option<(Vec<Alternative<'a>>, Space)> {
    let mut tried = Errors::default();
    let items = part.field.as_ref().map_or(Vec::new(), |field| field.items(&mut tried));
    let (of_space, of_line): (Vec<&Field<'a>>, Vec<&Field<'a>>) =
        items.iter().partition(|item| is_of_space(&shown_name(item)));
    if let (Some(one), false) = (of_space.first(), of_line.is_empty()) {
        errors.push(
            of_line[0],
            format!("is a design of the line beside `{}`, a design of R^d", shown_name(one)),
        );
        return None;
    }
    let Some(features) = features else {
        return match of_space.is_empty() {
            true => Some((part.read((design::CATALOGUE, "uniform"), &[], errors)?, Space::Line)),
            false => {
                let alternatives = part.read((space::design::CATALOGUE, "gaussian"), &[], errors)?;
                let counts = |one: &Alternative<'a>| {
                    one.name == ROWS || one.given.iter().any(|given| given.parameter == DIMENSION)
                };
                if let Some(one) = alternatives.iter().find(|one| !counts(one)) {
                    let message =
                        format!("lacks `d`, the number of features, here or beside the design: {}", one.name);
                    errors.push(&one.item, message);
                    return None;
                }
                Some((alternatives, Space::Features))
            }
        };
    };
    if let Some(rows) = of_space.iter().find(|item| shown_name(item) == ROWS) {
        let message = "is given beside `rows`, whose number of features follows from the columns of its file";
        errors.helped(features, message, Some(format!("leave `d` out; {} has its own", rows.path)));
        return None;
    }
    let is_zipped = |_: &str| part.zip.iter().flatten().any(|axis| axis == DIMENSION);
    let context = Context { is_known: &is_coordinate, is_zipped: &is_zipped, elsewhere: &[] };
    let slot = slot(features, DIMENSION, &FEATURES, context, errors);
    let mut alternatives = part.read((space::design::CATALOGUE, "gaussian"), &[DIMENSION], errors)?;
    let given = Given { parameter: DIMENSION, kind: FEATURES, slot: slot?, field: features.clone() };
    // The slowest of their axes.
    alternatives.iter_mut().for_each(|alternative| alternative.given.insert(0, given.clone()));
    Some((alternatives, Space::Features))
}

/// Whether a design of this name is one of R^d.
fn is_of_space(name: &str) -> bool {
    space::design::CATALOGUE.iter().any(|entry| entry.name == name)
}

fn shown_name(item: &Field<'_>) -> String {
    match &item.node.value {
        Yaml::Map(pairs) => pairs.first().and_then(|(key, _)| key.text()).unwrap_or_default().to_owned(),
        _ => item.node.text().unwrap_or_default().to_owned(),
    }
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
