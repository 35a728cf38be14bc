//! Sweeps: values, lists of values and formulas where a choice takes one value.

use super::formula::Formula;
use super::mark::{Node, Yaml};
use super::progression::progression;
use super::read::{Errors, Field, distinct};
use super::value::value;
use tempered_math::catalogue::{Entry, Kind, Parameter, Value};

/// What is given for a parameter.
#[derive(Clone, Debug)]
pub(super) enum Slot {
    /// One value.
    Value(Value),
    /// An axis: several values, in their order.
    Axis(Vec<Value>),
    /// What follows from other coordinates.
    Formula(Formula),
}

/// A parameter with what is given for it.
#[derive(Clone)]
pub(super) struct Given<'a> {
    pub parameter: &'static str,
    pub kind: Kind,
    pub slot: Slot,
    pub field: Field<'a>,
}

/// A choice as it is written, with its axes.
pub(super) struct Swept<'a, T: ?Sized + 'static> {
    pub entry: &'static Entry<T>,
    /// Where its name stands.
    pub name: Field<'a>,
    /// What is given, in the order of the source.
    pub given: Vec<Given<'a>>,
}

/// What the reader of a parameter knows of its surroundings.
#[derive(Clone, Copy)]
pub(super) struct Context<'r> {
    /// Which names are coordinates.
    pub is_known: &'r dyn Fn(&str) -> bool,
    /// Which parameters go in step with others: these may have a value several times.
    pub is_zipped: &'r dyn Fn(&str) -> bool,
    /// Parameters that stand elsewhere, so that the choice need not give them.
    pub elsewhere: &'r [&'r str],
}

/// Reads what is given for a parameter: a value, an axis or a formula.
pub(super) fn slot(
    field: &Field<'_>,
    parameter: &str,
    kind: &Kind,
    context: Context<'_>,
    errors: &mut Errors,
) -> Option<Slot> {
    match &field.node.value {
        // Each member has parameters of its own: of two, one estimator each is made.
        _ if matches!(kind, Kind::Member(_)) => value(field, kind, errors).map(Slot::Value),
        Yaml::Map(_) => progression(field, kind, errors).map(Slot::Axis),
        Yaml::List(items) if !takes_lists(kind) || items.iter().all(is_list) => {
            let items = field.items(errors);
            let values: Vec<Option<Value>> = items.iter().map(|item| value(item, kind, errors)).collect();
            if !(context.is_zipped)(parameter) {
                distinct(&items, &values, errors);
            }
            let values: Option<Vec<Value>> = values.into_iter().collect();
            values.filter(|values| !values.is_empty()).map(Slot::Axis)
        }
        Yaml::Scalar { text, .. } if is_formula(text, kind, context.is_known) => {
            formula(field, text, errors).map(Slot::Formula)
        }
        _ => value(field, kind, errors).map(Slot::Value),
    }
}

/// Whether the value itself is a list.
pub(super) fn takes_lists(kind: &Kind) -> bool {
    matches!(kind, Kind::Reals | Kind::Wholes { .. } | Kind::Texts | Kind::Files)
}

fn is_list(node: &Node) -> bool {
    matches!(node.value, Yaml::List(_))
}

fn is_formula(text: &str, kind: &Kind, is_known: &dyn Fn(&str) -> bool) -> bool {
    let takes = matches!(kind, Kind::Real { .. } | Kind::Whole { .. });
    takes && text.trim().parse::<f64>().is_err() && Formula::looks_like_one(text, is_known)
}

/// Reads a formula, and reports what is wrong with it.
pub(super) fn formula(field: &Field<'_>, text: &str, errors: &mut Errors) -> Option<Formula> {
    match Formula::parse(text) {
        Ok(formula) => Some(formula),
        Err(fault) => {
            errors.helped(field, fault.message, fault.help);
            None
        }
    }
}

/// Arguments of one combination, and the place on each axis.
type Combined = (Vec<(&'static str, Value)>, Vec<(&'static str, usize)>);

/// Every combination of the axes among what is given, the last one varying fastest, with the values that are no axes. Axes of
/// a group of `zip` go in step.
pub(super) fn combinations(given: &[Given<'_>], zip: &[Vec<String>]) -> Vec<Vec<(&'static str, Value)>> {
    let mut all: Vec<Combined> = vec![(Vec::new(), Vec::new())];
    for Given { parameter, slot, .. } in given {
        let values: &[Value] = match slot {
            Slot::Value(value) => std::slice::from_ref(value),
            Slot::Axis(values) => values,
            Slot::Formula(_) => continue,
        };
        let is_axis = matches!(slot, Slot::Axis(_));
        let with = |(one, places): &Combined| -> Vec<Combined> {
            let range = leader(parameter, places, zip).map_or(0..values.len(), |place| place..place + 1);
            let next = |place: usize| {
                let (mut one, mut places) = (one.clone(), places.clone());
                one.push((*parameter, values[place].clone()));
                places.extend(is_axis.then_some((*parameter, place)));
                (one, places)
            };
            // Groups have axes of one length; what is longer was reported.
            range.filter(|place| *place < values.len()).map(next).collect()
        };
        all = all.iter().flat_map(with).collect();
    }
    all.into_iter().map(|(one, _)| one).collect()
}

/// The place that an axis has because it goes in step with one before it.
fn leader(parameter: &str, places: &[(&'static str, usize)], zip: &[Vec<String>]) -> Option<usize> {
    let group = zip.iter().find(|group| group.iter().any(|name| name == parameter))?;
    let (_, place) = places.iter().find(|(name, _)| group.iter().any(|other| other == name))?;
    Some(*place)
}

impl<T: ?Sized> Swept<'_, T> {
    /// The parameters that are axes, in the order of the source, with their values.
    pub fn axes(&self) -> impl Iterator<Item = (&Given<'_>, &[Value])> {
        self.given.iter().filter_map(|given| match &given.slot {
            Slot::Axis(values) => Some((given, values.as_slice())),
            Slot::Value(_) | Slot::Formula(_) => None,
        })
    }

    /// The parameters that follow from others.
    pub fn formulas(&self) -> impl Iterator<Item = (&'static str, &Formula)> {
        self.given.iter().filter_map(|given| match &given.slot {
            Slot::Formula(formula) => Some((given.parameter, formula)),
            Slot::Value(_) | Slot::Axis(_) => None,
        })
    }

    /// Where a parameter stands; the name of the choice where it is not given.
    pub fn place(&self, parameter: &str) -> &Field<'_> {
        let given = self.given.iter().find(|given| given.parameter == parameter);
        given.map_or(&self.name, |given| &given.field)
    }

    /// All its parameters: those of its entry, of a member among them, then those whose names the user chose.
    pub fn parameters(&self) -> Vec<Parameter> {
        let words = |name: &str| {
            let given = self.given.iter().find(|given| given.parameter == name)?;
            if let Slot::Value(value) = &given.slot { Some(value.word()) } else { None }
        };
        let mut all = self.entry.parameters_given(words);
        if all.iter().any(|parameter| parameter.kind == Kind::Open) {
            let own = self.given.iter().filter(|given| all.iter().all(|known| known.name != given.parameter));
            let of = |given: &Given<'_>| Parameter {
                name: given.parameter,
                summary: "",
                kind: given.kind,
                default: None,
            };
            let own: Vec<Parameter> = own.map(of).collect();
            all.extend(own);
        }
        all
    }

    /// The parameters that can be coordinates of formulas and conditions: numbers, words and truth values.
    pub fn coordinates(&self) -> impl Iterator<Item = &'static str> {
        self.parameters()
            .into_iter()
            .filter(|parameter| !takes_lists(&parameter.kind) && parameter.kind != Kind::Open)
            .map(|parameter| parameter.name)
    }
}
