//! What stands under `train`: estimators by name, each with its variants.

use super::choice::{swept, swept_pair};
use super::estimator::Estimator;
use super::formula::{Formula, Scalar, scalar};
use super::limits::ESTIMATORS;
use super::mark::{Node, Yaml};
use super::process::{self, PROCESS, feature_estimators, line_estimators, whole_trials};
use super::program_files;
use super::read::{Errors, Field};
use super::resolved;
use super::source::Source;
use super::space::{DIMENSION, Size, Space};
use super::sweep::{Context, Slot, Swept, combinations};
use super::template::{Template, Unfit, number};
use super::ties::{check_zip, condition, zip};
use serde_yaml::Value as Resolved;
use std::collections::HashSet;
use std::sync::Arc;
use tempered_math::catalogue::{Entry, Kind, Value};

/// Values by parameter.
type Arguments = Vec<(&'static str, Value)>;
/// Formulas by parameter.
type Formulas = Vec<(&'static str, Formula)>;

/// Reads the name of an estimator.
pub(super) type ReadName = fn(&Field<'_>, &mut Errors) -> Option<String>;

/// What the reader of an estimator knows of the data: where x lives, and a size of training sets at which formulas are
/// tried, if there is one.
pub(super) type About<'s> = (Space, Option<Size>, Source<'s>);

/// Reads estimators in the order of the source.
pub(super) fn estimators(
    field: &Field<'_>,
    name: ReadName,
    (space, size, home): About<'_>,
    errors: &mut Errors,
) -> Option<Vec<Estimator>> {
    match space {
        Space::Line => of_catalogue(field, name, (line_estimators(), size, Some(home)), errors),
        Space::Features => of_catalogue(field, name, (feature_estimators(), size, Some(home)), errors),
        Space::Program => of_catalogue(field, name, (whole_trials(), size, Some(home)), errors),
    }
}

/// A catalogue of estimators, a size of training sets at which formulas are tried, and where paths count from; records state
/// what follows from files.
type Among<'s, T> = (&'static [Entry<T>], Option<Size>, Option<Source<'s>>);

fn of_catalogue<T: ?Sized>(
    field: &Field<'_>,
    name: ReadName,
    among: Among<'_, T>,
    errors: &mut Errors,
) -> Option<Vec<Estimator>> {
    let Yaml::Map(pairs) = &field.node.value else {
        errors.expected(field, "a mapping `label: estimator`");
        return None;
    };
    if pairs.is_empty() {
        errors.push(field, "is empty, but it must name at least one estimator");
        return None;
    }
    let mut all = Some(Vec::new());
    for (key, value) in pairs {
        let label = name(&Field { node: key, path: field.path.clone() }, errors);
        let child = field.child(key.text().unwrap_or_default(), value);
        let variants = variants(&child, label.as_deref(), among, errors);
        all = all.zip(variants).map(|(mut all, variants)| {
            all.extend(variants);
            all
        });
        let count = all.as_ref().map_or(0, Vec::len).max(pairs.len());
        if count > ESTIMATORS {
            let message = format!("has {count} entries, but there may be at most {ESTIMATORS}");
            errors.push(field, message);
            return None;
        }
    }
    all
}

/// The rule of an estimator, with keys of its own beside the choice.
struct Written<'a, T: ?Sized + 'static> {
    swept: Swept<'a, T>,
    zip: Vec<Vec<String>>,
    zip_field: Option<Field<'a>>,
    filter: Option<(Formula, Field<'a>)>,
}

/// The variants of one name.
fn variants<T: ?Sized>(
    field: &Field<'_>,
    name: Option<&str>,
    (catalogue, size, home): Among<'_, T>,
    errors: &mut Errors,
) -> Option<Vec<Estimator>> {
    let mut written = written(field, catalogue, errors)?;
    if let Some(home) = home.filter(|_| written.swept.entry.name == PROCESS) {
        program_files::complete(&mut written.swept.given, field, home, errors)?;
    }
    written.check(size, errors)?;
    let count = written.count();
    if count > ESTIMATORS as u128 {
        let message = format!("makes {count} variants, but there may be at most {ESTIMATORS}");
        errors.push(field, message);
        return None;
    }
    let mut list = Vec::new();
    for given in combinations(&written.swept.given, &written.zip) {
        if written.is_wanted(&given, errors)? {
            list.push(written.estimator(name.unwrap_or_default(), &given, size, errors)?);
        }
    }
    if list.is_empty() {
        errors.push(field, "leaves no estimator: `where` holds for none");
        return None;
    }
    let mut rules = HashSet::new();
    if let Some(twice) = list.iter().find(|estimator| !rules.insert(estimator.rule.to_string())) {
        errors.push(field, format!("makes {} twice", twice.rule));
        return None;
    }
    let is_plain = list.len() == 1 && list[0].swept.is_empty() && list[0].rule.formulas().is_empty();
    if !is_plain {
        let source = Arc::new(written.source(list[0].rule.sample().arguments()));
        for estimator in &mut list {
            estimator.source = Some(source.clone());
            estimator.zip.clone_from(&written.zip);
        }
    }
    name.map(|_| list)
}

fn written<'a, T: ?Sized>(
    field: &Field<'a>,
    catalogue: &'static [Entry<T>],
    errors: &mut Errors,
) -> Option<Written<'a, T>> {
    let is_tie = |node: &Node| matches!(node.text(), Some("zip" | "where"));
    let of = |name: &str| match &field.node.value {
        Yaml::Map(pairs) => pairs.iter().find(|(key, _)| key.text() == Some(name)),
        _ => None,
    };
    let zip_field = of("zip").map(|(_, value)| field.child("zip", value));
    let filter_field = of("where").map(|(_, value)| field.child("where", value));
    let zip = zip_field.as_ref().map_or(Some(Vec::new()), |field| zip(field, errors))?;
    let filter = match filter_field {
        None => None,
        Some(field) => Some((condition(&field, errors)?, field)),
    };
    let known = |name: &str| {
        let entries = catalogue.iter();
        ["n", DIMENSION].contains(&name)
            || entries.flat_map(|entry| (entry.parameters)()).any(|parameter| parameter.name == name)
    };
    let is_zipped = |parameter: &str| zip.iter().flatten().any(|name| name == parameter);
    let context = Context { is_known: &known, is_zipped: &is_zipped, elsewhere: &[] };
    let swept = match &field.node.value {
        Yaml::Map(pairs) if pairs.iter().any(|(key, _)| is_tie(key)) => {
            let rest: Vec<&(Node, Node)> = pairs.iter().filter(|(key, _)| !is_tie(key)).collect();
            let [(key, value)] = rest[..] else {
                errors.push(field, "has `zip` or `where` beside it, and needs one estimator as {name: {…}}");
                return None;
            };
            swept_pair(field, (key, value), catalogue, context, errors)?
        }
        _ => swept(field, catalogue, context, errors)?,
    };
    Some(Written { swept, zip, zip_field, filter })
}

impl<T: ?Sized> Written<'_, T> {
    /// How many combinations the axes make.
    fn count(&self) -> u128 {
        let follows = |axis: &str, before: &[&str]| {
            let group = self.zip.iter().find(|group| group.iter().any(|name| name == axis));
            group.is_some_and(|group| before.iter().any(|other| group.iter().any(|name| name == other)))
        };
        let (mut count, mut before) = (1u128, Vec::new());
        for (axis, values) in self.swept.axes() {
            let free = if follows(axis.parameter, &before) { 1 } else { values.len() as u128 };
            count = count.saturating_mul(free);
            before.push(axis.parameter);
        }
        count
    }

    /// Checks names in formulas, conditions and groups.
    fn check(&self, size: Option<Size>, errors: &mut Errors) -> Option<()> {
        let own: Vec<&str> = self.swept.coordinates().collect();
        // Where the data are wrong, who knows where they live.
        let of_size = size.map_or(&["n", DIMENSION][..], Size::names);
        let with_size: Vec<&str> = of_size.iter().copied().chain(own.iter().copied()).collect();
        let mut sound = Some(());
        for given in &self.swept.given {
            if let Slot::Formula(formula) = &given.slot
                && let Err(fault) = formula.check_names(&with_size)
            {
                errors.helped(&given.field, fault.message, fault.help);
                sound = None;
            }
        }
        if let Some((filter, field)) = &self.filter
            && let Err(fault) = filter.check_names(&own)
        {
            errors.helped(field, fault.message, fault.help);
            sound = None;
        }
        let axes: Vec<(String, usize)> =
            self.swept.axes().map(|(given, values)| (given.parameter.to_owned(), values.len())).collect();
        if let Some(field) = &self.zip_field {
            check_zip(field, &self.zip, &axes, errors)?;
        }
        sound
    }

    /// Whether a combination of the axes is asked for.
    fn is_wanted(&self, given: &[(&'static str, Value)], errors: &mut Errors) -> Option<bool> {
        let Some((filter, field)) = &self.filter else { return Some(true) };
        let followed = self.followed(given);
        let of = |name: &str| {
            let value = followed.iter().find(|(parameter, _)| *parameter == name);
            value.map_or_else(|| self.own(given, name), |(_, value)| Some(value.clone()))
        };
        match filter.value(&of) {
            Ok(Scalar::Truth(truth)) => Some(truth),
            Ok(other) => {
                errors.push(field, format!("is {other}, but a condition must be true or false"));
                None
            }
            Err(fault) => {
                errors.helped(field, fault.message, fault.help);
                None
            }
        }
    }

    /// The values of formulas that follow from other parameters and not from the cell; those that have none are left out.
    fn followed(&self, given: &[(&'static str, Value)]) -> Vec<(&'static str, Scalar)> {
        let mut known: Vec<(&'static str, Scalar)> = Vec::new();
        let mut open: Vec<(&'static str, &Formula)> = self.swept.formulas().collect();
        loop {
            let of = |name: &str| {
                let followed = known.iter().find(|(parameter, _)| *parameter == name);
                followed.map_or_else(|| self.own(given, name), |(_, value)| Some(value.clone()))
            };
            let next = open.iter().enumerate().find_map(|(place, (parameter, formula))| {
                Some((place, (*parameter, formula.value(&of).ok()?)))
            });
            let Some((place, value)) = next else { return known };
            open.swap_remove(place);
            known.push(value);
        }
    }

    /// The value of a parameter that is no formula.
    fn own(&self, given: &[(&'static str, Value)], name: &str) -> Option<Scalar> {
        if let Some((_, value)) = given.iter().find(|(parameter, _)| *parameter == name) {
            return scalar(value);
        }
        let is_formula = self.swept.given.iter().any(|given| given.parameter == name);
        let parameters = self.swept.parameters();
        let parameter = parameters.into_iter().find(|parameter| parameter.name == name && !is_formula)?;
        parameter.default.as_ref().and_then(scalar)
    }

    /// The estimator with these arguments. Formulas that mention no cell become values.
    fn estimator(
        &self,
        name: &str,
        given: &[(&'static str, Value)],
        size: Option<Size>,
        errors: &mut Errors,
    ) -> Option<Estimator> {
        let (given, open) = self.closed(given, errors)?;
        // What is left follows from the cell; names of parameters in it have their values by now.
        let axes: Vec<&str> = self.swept.axes().map(|(axis, _)| axis.parameter).collect();
        let parameters = self.swept.parameters();
        let swept: Vec<(&'static str, Value)> = parameters
            .iter()
            .filter(|parameter| axes.contains(&parameter.name))
            .filter_map(|parameter| given.iter().find(|(name, _)| *name == parameter.name).cloned())
            .collect();
        let at = size.unwrap_or(Size::new(2, Some(2)));
        let of = |name: &str| at.coordinate(name).or_else(|| self.own(&given, name));
        match Template::new(self.swept.entry, &given, open, &of) {
            Ok(rule) => Some(Estimator::variant(name, swept, rule)),
            Err(unfit) => {
                self.report(&unfit, size, errors);
                None
            }
        }
    }

    /// The arguments with the values of formulas that mention no cell, and the formulas that do.
    fn closed(&self, given: &[(&'static str, Value)], errors: &mut Errors) -> Option<(Arguments, Formulas)> {
        let mut given = given.to_vec();
        let formulas = self.swept.given.iter().filter_map(|one| match &one.slot {
            Slot::Formula(formula) => Some((one.parameter, one.kind, formula)),
            Slot::Value(_) | Slot::Axis(_) => None,
        });
        let mut open: Vec<(&'static str, Kind, &Formula)> = formulas.collect();
        while let Some(ready) = open.iter().position(|(_, _, formula)| {
            let is_own = |name: &&str| !["n", DIMENSION].contains(name) && self.own(&given, name).is_some();
            formula.names().iter().all(is_own)
        }) {
            let (parameter, kind, formula) = open.swap_remove(ready);
            match number(formula, &kind, &|name| self.own(&given, name)) {
                Ok(value) => given.push((parameter, value)),
                Err(fault) => {
                    self.report(&Unfit { parameter, fault }, None, errors);
                    return None;
                }
            }
        }
        let open = open.into_iter().map(|(parameter, _, formula)| (parameter, formula.clone())).collect();
        Some((given, open))
    }

    fn report(&self, Unfit { parameter, fault }: &Unfit, size: Option<Size>, errors: &mut Errors) {
        let place = self.swept.place(parameter);
        let is_formula = self
            .swept
            .given
            .iter()
            .any(|given| given.parameter == *parameter && matches!(given.slot, Slot::Formula(_)));
        let cell = size.filter(|_| is_formula).map_or(String::new(), |size| format!(" at {size}"));
        errors.helped(place, format!("{}{cell}", fault.message), fault.help.clone());
    }

    /// What stands under the name, with every default spelled out: `arguments` are those of one of the variants.
    fn source(&self, arguments: &[(&'static str, Value)]) -> Resolved {
        let argument = |(name, value): &(&'static str, Value)| {
            let given = self.swept.given.iter().find(|given| given.parameter == *name);
            (*name, given.map_or_else(|| resolved::value(value), |given| resolved::slot(&given.slot)))
        };
        let is_real = |name: &str| {
            self.swept
                .given
                .iter()
                .any(|given| given.parameter == name && matches!(given.kind, Kind::Real { .. }))
        };
        // Axes in the order of the source, which is the order of the variants; then what is not given.
        let place = |name: &str| self.swept.given.iter().position(|given| given.parameter == name);
        let mut arguments: Vec<&(&'static str, Value)> = arguments.iter().collect();
        arguments.sort_by_key(|(name, _)| place(name).unwrap_or(usize::MAX));
        let arguments =
            process::nested(self.swept.entry.name, arguments.into_iter().map(argument).collect(), &is_real);
        let choice = (self.swept.entry.name, resolved::map(arguments));
        let filter = self.filter.as_ref().map(|(filter, _)| filter);
        resolved::map([choice].into_iter().chain(resolved::ties(&self.zip, filter)))
    }
}

/// Reads an estimator that has no axes.
pub(super) fn rule(field: &Field<'_>, space: Space, errors: &mut Errors) -> Option<Template> {
    match space {
        Space::Line => rule_of(field, (line_estimators(), None, space), errors),
        Space::Features => rule_of(field, (feature_estimators(), Some(2), space), errors),
        Space::Program => rule_of(field, (whole_trials(), None, space), errors),
    }
}

/// [`rule`] of a catalogue, whose formulas are tried with so many features.
fn rule_of<T: ?Sized>(
    field: &Field<'_>,
    (catalogue, d, space): (&'static [Entry<T>], Option<u64>, Space),
    errors: &mut Errors,
) -> Option<Template> {
    let written = written(field, catalogue, errors)?;
    written.check(Some(Size { n: 2, d, space }), errors)?;
    if let Some((axis, _)) = written.swept.axes().next() {
        errors.expected(&axis.field, "one value");
        return None;
    }
    let given = combinations(&written.swept.given, &[]).pop()?;
    // A formula is tried at sizes of all magnitudes: it need not have a value at each.
    let sizes = (1..=27).map(|power| Size { n: 1 << power, d, space });
    let read = sizes.map(|size| {
        let mut tried = Errors::default();
        written.estimator("", &given, Some(size), &mut tried).ok_or(tried)
    });
    let mut last = None;
    for one in read {
        match one {
            Ok(estimator) => return Some(estimator.rule),
            Err(tried) => last = Some(tried),
        }
    }
    errors.extend(last?);
    None
}
