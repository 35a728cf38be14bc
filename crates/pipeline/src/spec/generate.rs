//! What is written under `generate`: sizes, laws and targets with their axes, and what ties these.

use super::formula::Formula;
use super::limits::LARGEST_N;
use super::own_data::is_own_name;
use super::process::PROCESS;
use super::read::{Errors, Field, distinct};
use super::space::coordinate;
use super::study::Data;
use super::sweep::{Given, Slot, combinations};
use super::ties::check_zip;
use std::collections::BTreeSet;
use tempered_math::catalogue::{Choice, Invalid, Kind, Value};
use tempered_math::space::design::MOST_FEATURES;

/// Keys under `generate`.
pub(super) const KEYS: [&str; 8] = ["n", "d", "design", "target", "noise", "zip", "where", PROCESS];

/// Points a trial.
pub(super) const SIZE: Kind = Kind::Whole { low: 2, high: LARGEST_N };

/// Features of a point.
pub(super) const FEATURES: Kind = Kind::Whole { low: 1, high: MOST_FEATURES };

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
            let all = alternatives.iter();
            for (alternative, given) in all.flat_map(|one| one.given.iter().map(move |given| (one, given))) {
                if let Slot::Axis(values) = &given.slot {
                    axes.push((coordinate(part, alternative.name, given.parameter), values.len()));
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
            let all = alternatives.iter();
            for (alternative, parameter) in
                all.flat_map(|one| one.coordinates.iter().map(move |name| (one, name)))
            {
                let name = coordinate(part, alternative.name, parameter);
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// Checks names in formulas, conditions and groups.
    pub fn check_names(&self, errors: &mut Errors) -> Option<()> {
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
            let place = self.field.get("zip");
            check_zip(place.as_ref().unwrap_or(&self.field), &self.zip, &self.axes(), errors)?;
        }
        sound
    }

    /// How many cells there are before conditions; where axes are tied to others that only some alternatives have, at most.
    pub fn count(&self) -> u128 {
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
                    let group = self.group(&coordinate(part, alternative.name, given.parameter));
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
    pub fn is_product(&self) -> bool {
        let given = self.parts.iter().flatten().flat_map(|alternative| &alternative.given);
        self.parts[0].iter().all(|design| !is_own_name(design.name))
            && self.zip.is_empty()
            && self.filter.is_none()
            && matches!(self.sizes, Sizes::Values(_))
            && given.into_iter().all(|given| !matches!(given.slot, Slot::Formula(_)))
    }

    /// The data whose cells are a product.
    pub fn product(&self, errors: &mut Errors) -> Option<Data> {
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
            distinct(&places, &list, errors);
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
