//! What stands under `generate`: the axes of the data, and the cells that they make.
//!
//! Cells come in the order n, design, target, noise, and within a choice its axes in the order of the source; the last one
//! varies fastest. They are counted before they are made. Coordinates have the names of their columns: `n`, `design`,
//! `target`, `noise`, and parameters as `noise_sd`.

use super::choice::swept;
use super::combine::Walk;
use super::counts::counts;
use super::formula::Formula;
use super::limits::{CELLS, LARGEST_N};
use super::mark::{Yaml, shown};
use super::read::{Errors, Field, suggestion};
use super::study::Data;
use super::sweep::{Context, Given, Slot, Swept, combinations, formula, slot, takes_lists};
use std::collections::BTreeSet;
use tempered_math::catalogue::{Choice, Entry, Invalid, Kind, Value};
use tempered_math::{design, noise, target};

/// Points a trial.
pub(super) const SIZE: Kind = Kind::Whole { low: 2, high: LARGEST_N };
/// The parts of the data in their order.
pub(super) const PARTS: [&str; 3] = ["design", "target", "noise"];

/// Makes a choice of some arguments.
pub(super) type Make<'a> = dyn Fn(&[(&'static str, Value)]) -> Result<Choice, Invalid> + 'a;

/// One of the choices that a part of the data is made from, whatever its catalogue.
pub(super) struct Alternative<'a> {
    pub name: &'static str,
    /// Where the name stands.
    pub place: Field<'a>,
    /// The entry of the list that it is, or what stands alone.
    pub item: Field<'a>,
    pub given: Vec<Given<'a>>,
    /// Every parameter that formulas may mention.
    pub coordinates: Vec<&'static str>,
    /// What is left at its default.
    pub defaults: Vec<(&'static str, Value)>,
    pub make: Box<Make<'a>>,
}

/// The sizes of training sets.
pub(super) enum Sizes {
    Values(Vec<u64>),
    Formula(Formula),
}

/// All that is written under `generate`.
pub(super) struct Generate<'a> {
    pub field: Field<'a>,
    pub sizes: Sizes,
    pub sizes_field: Field<'a>,
    /// Designs, targets and noises.
    pub parts: [Vec<Alternative<'a>>; 3],
    /// Groups of axes that go in step.
    pub zip: Vec<Vec<String>>,
    pub filter: Option<(Formula, Field<'a>)>,
}

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
    let is_linear = |pairs: &[(super::mark::Node, super::mark::Node)]| {
        pairs.iter().any(|(key, _)| key.text() == Some("linear"))
    };
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

/// Lists of names of axes.
pub(super) fn zip(field: &Field<'_>, errors: &mut Errors) -> Option<Vec<Vec<String>>> {
    let expected = "a list of lists of names of axes, such as [[n, noise_sd]]";
    let mut groups = Vec::new();
    for group in field.items(errors) {
        let Yaml::List(names) = &group.node.value else {
            errors.expected(&group, expected);
            return None;
        };
        let names: Option<Vec<String>> = names.iter().map(|name| name.text().map(str::to_owned)).collect();
        match names.filter(|names| names.len() > 1) {
            Some(names) => groups.push(names),
            None => {
                errors.expected(&group, "a list of at least two names of axes");
                return None;
            }
        }
    }
    Some(groups)
}

/// A formula that says which combinations are wanted.
pub(super) fn condition(field: &Field<'_>, errors: &mut Errors) -> Option<Formula> {
    match field.node.text() {
        Some(text) if !field.node.is_null() => formula(field, text, errors),
        _ => {
            errors.expected(field, "a condition, such as \"n != 50\"");
            None
        }
    }
}

/// Checks that groups name axes that are as long as each other, each once; `axes` are their names and lengths.
pub(super) fn check_zip(
    field: &Field<'_>,
    groups: &[Vec<String>],
    axes: &[(String, usize)],
    errors: &mut Errors,
) -> Option<()> {
    let mut seen = BTreeSet::new();
    for group in groups {
        let mut length = None;
        for name in group {
            let found: Vec<usize> =
                axes.iter().filter(|(axis, _)| axis == name).map(|(_, len)| *len).collect();
            let wrong = if found.is_empty() {
                Some(format!("zips `{}`, which is no axis", shown(name)))
            } else if !seen.insert(name) {
                Some(format!("zips `{name}` twice"))
            } else {
                let other = found.iter().find(|len| length.is_some_and(|(_, wanted)| wanted != **len));
                other.zip(length).map(|(len, (first, wanted))| {
                    format!("zips `{first}`, which has {wanted} values, with `{name}`, which has {len}")
                })
            };
            if let Some(message) = wrong {
                let help = found.is_empty().then(|| suggestion(name, axes.iter().map(|(axis, _)| &**axis)));
                errors.helped(field, message, help.flatten());
                return None;
            }
            length = length.or(Some((name, found[0])));
        }
    }
    Some(())
}

impl Generate<'_> {
    /// Names and lengths of all axes in the order in which they vary, the slowest first; an axis of several alternatives of
    /// a part is there once for each.
    pub fn axes(&self) -> Vec<(String, usize)> {
        let mut axes = Vec::new();
        if let Sizes::Values(values) = &self.sizes {
            axes.push(("n".to_owned(), values.len()));
        }
        for (part, alternatives) in PARTS.iter().zip(&self.parts) {
            if alternatives.len() > 1 {
                axes.push(((*part).to_owned(), alternatives.len()));
            }
            for given in alternatives.iter().flat_map(|alternative| &alternative.given) {
                if let Slot::Axis(values) = &given.slot {
                    axes.push((format!("{part}_{}", given.parameter), values.len()));
                }
            }
        }
        axes
    }

    /// Names that formulas and conditions may mention.
    fn names(&self) -> Vec<String> {
        let mut names = vec!["n".to_owned()];
        for (part, alternatives) in PARTS.iter().zip(&self.parts) {
            names.push((*part).to_owned());
            for parameter in alternatives.iter().flat_map(|alternative| &alternative.coordinates) {
                let name = format!("{part}_{parameter}");
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// Checks names in formulas, conditions and groups.
    fn check_names(&self, errors: &mut Errors) -> Option<()> {
        let names = self.names();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut formulas: Vec<(&Formula, &Field<'_>)> = Vec::new();
        if let Sizes::Formula(formula) = &self.sizes {
            formulas.push((formula, &self.sizes_field));
        }
        let given = self.parts.iter().flatten().flat_map(|alternative| &alternative.given);
        formulas.extend(given.filter_map(|given| match &given.slot {
            Slot::Formula(formula) => Some((formula, &given.field)),
            Slot::Value(_) | Slot::Axis(_) => None,
        }));
        formulas.extend(self.filter.iter().map(|(formula, field)| (formula, field)));
        let mut sound = Some(());
        for (formula, field) in formulas {
            if let Err(fault) = formula.check_names(&names) {
                errors.helped(field, fault.message, fault.help);
                sound = None;
            }
        }
        if !self.zip.is_empty() {
            let place = self.field.map(&["n", "design", "target", "noise", "zip", "where"], errors);
            check_zip(place[4].as_ref().unwrap_or(&self.field), &self.zip, &self.axes(), errors)?;
        }
        sound
    }

    /// How many cells there are before conditions; where axes are tied to others that only some alternatives have, at most.
    fn count(&self) -> u128 {
        let sizes = if let Sizes::Values(values) = &self.sizes { values.len() as u128 } else { 1 };
        let mut led: BTreeSet<usize> = self.group("n").filter(|_| sizes > 1).into_iter().collect();
        let mut count = sizes;
        for (part, alternatives) in PARTS.iter().zip(&self.parts) {
            let only = alternatives.len() == 1;
            let mut sum: u128 = 0;
            let tied = !only && self.group(part).is_some_and(|group| !led.insert(group));
            for alternative in alternatives {
                let mut product: u128 = 1;
                for given in &alternative.given {
                    let Slot::Axis(values) = &given.slot else { continue };
                    let group = self.group(&format!("{part}_{}", given.parameter));
                    let follows = group.is_some_and(|group| led.contains(&group));
                    product = product.saturating_mul(if follows { 1 } else { values.len() as u128 });
                    // What only some alternatives have leads nobody for certain.
                    led.extend(group.filter(|_| only));
                }
                sum = if tied { sum.max(product) } else { sum.saturating_add(product) };
            }
            count = count.saturating_mul(sum);
        }
        count
    }

    /// The group of axes that one goes in step with.
    pub fn group(&self, axis: &str) -> Option<usize> {
        self.zip.iter().position(|group| group.iter().any(|name| name == axis))
    }

    /// Whether the cells are the product of n, designs, targets and noises.
    fn is_product(&self) -> bool {
        let given = self.parts.iter().flatten().flat_map(|alternative| &alternative.given);
        self.zip.is_empty()
            && self.filter.is_none()
            && matches!(self.sizes, Sizes::Values(_))
            && given.into_iter().all(|given| !matches!(given.slot, Slot::Formula(_)))
    }

    /// The data whose cells are a product.
    fn product(&self, errors: &mut Errors) -> Option<Data> {
        let Sizes::Values(n) = &self.sizes else { return None };
        let mut lists = Vec::new();
        for alternatives in &self.parts {
            let (mut list, mut places, mut whole) = (Vec::new(), Vec::new(), true);
            for alternative in alternatives {
                for given in combinations(&alternative.given, &[]) {
                    match (alternative.make)(&given) {
                        Ok(choice) => list.push(Some(choice)),
                        Err(invalid) => {
                            alternative.refuse(&invalid, errors);
                            whole = false;
                        }
                    }
                    places.push(alternative.item.clone());
                }
            }
            let before = errors.count();
            super::check::distinct(&places, &list, errors);
            whole &= errors.count() == before;
            lists.push(list.into_iter().collect::<Option<Vec<Choice>>>().filter(|_| whole));
        }
        let mut lists = lists.into_iter();
        let [designs, targets, noises] = std::array::from_fn(|_| lists.next().flatten());
        Some(Data { n: n.clone(), designs: designs?, targets: targets?, noises: noises?, cells: None })
    }
}

impl Alternative<'_> {
    /// Reports a combination of arguments that no build can honour, where the parameter stands.
    pub fn refuse(&self, invalid: &Invalid, errors: &mut Errors) {
        let given = self.given.iter().find(|given| given.parameter == invalid.parameter);
        errors.push(given.map_or(&self.place, |given| &given.field), invalid.expected);
    }
}
