//! Choices: a name of a catalogue, or `{name: {parameter: value}}`.

use super::mark::{Node, Yaml, shown};
use super::read::{Errors, Field, quoted, suggestion};
use super::sweep::{Context, Given, Slot, Swept, slot};
use super::value::value;
use tempered_math::catalogue::{Choice, Entry, Invalid, Kind};

/// Reads one choice, each of whose parameters has one value.
pub(super) fn choice<T: ?Sized>(
    field: &Field<'_>,
    catalogue: &'static [Entry<T>],
    errors: &mut Errors,
) -> Option<Choice> {
    let read = |field: &Field<'_>, _: &str, kind: &Kind, errors: &mut Errors| {
        value(field, kind, errors).map(Slot::Value)
    };
    let swept = named(field, catalogue, &read, errors)?;
    let given = swept.given.iter().filter_map(|given| match &given.slot {
        Slot::Value(value) => Some((given.parameter, value.clone())),
        Slot::Axis(_) | Slot::Formula(_) => None,
    });
    match Choice::new(swept.entry, &given.collect::<Vec<_>>()) {
        Ok(choice) => Some(choice),
        Err(invalid) => {
            refuse(&swept, &invalid, errors);
            None
        }
    }
}

/// Reads one choice whose parameters may be axes and formulas.
pub(super) fn swept<'a, T: ?Sized>(
    field: &Field<'a>,
    catalogue: &'static [Entry<T>],
    context: Context<'_>,
    errors: &mut Errors,
) -> Option<Swept<'a, T>> {
    named(field, catalogue, &|field, name, kind, errors| slot(field, name, kind, context, errors), errors)
}

/// Reports a combination of arguments that no build can honour, where the parameter stands.
pub(super) fn refuse<T: ?Sized>(swept: &Swept<'_, T>, invalid: &Invalid, errors: &mut Errors) {
    errors.push(swept.place(invalid.parameter), invalid.expected);
}

/// Reads what is given for a parameter.
type Read<'r> = dyn Fn(&Field<'_>, &str, &Kind, &mut Errors) -> Option<Slot> + 'r;

fn named<'a, T: ?Sized>(
    field: &Field<'a>,
    catalogue: &'static [Entry<T>],
    read: &Read<'_>,
    errors: &mut Errors,
) -> Option<Swept<'a, T>> {
    let names: Vec<&str> = catalogue.iter().map(|entry| entry.name).collect();
    let (name, arguments) = match &field.node.value {
        Yaml::Scalar { .. } if !field.node.is_null() => (field.clone(), None),
        Yaml::Map(pairs) if pairs.len() == 1 => {
            let (name, arguments) = pair(field, &pairs[0].0, &pairs[0].1);
            (name, Some(arguments))
        }
        _ => {
            errors.expected(
                field,
                &format!("one of {}, alone or as {{name: {{parameter: value}}}}", quoted(&names)),
            );
            return None;
        }
    };
    chosen(name, arguments.as_ref(), catalogue, read, errors)
}

/// A name and its arguments.
fn pair<'a>(field: &Field<'a>, key: &'a Node, value: &'a Node) -> (Field<'a>, Field<'a>) {
    let name = key.text().unwrap_or_default();
    (Field { node: key, path: field.path.clone() }, field.child(name, value))
}

/// [`swept`] of a choice that stands beside other keys.
pub(super) fn swept_pair<'a, T: ?Sized>(
    field: &Field<'a>,
    (key, value): (&'a Node, &'a Node),
    catalogue: &'static [Entry<T>],
    context: Context<'_>,
    errors: &mut Errors,
) -> Option<Swept<'a, T>> {
    let (name, arguments) = pair(field, key, value);
    chosen(
        name,
        Some(&arguments),
        catalogue,
        &|field, name, kind, errors| slot(field, name, kind, context, errors),
        errors,
    )
}

fn chosen<'a, T: ?Sized>(
    name: Field<'a>,
    arguments: Option<&Field<'a>>,
    catalogue: &'static [Entry<T>],
    read: &Read<'_>,
    errors: &mut Errors,
) -> Option<Swept<'a, T>> {
    let names: Vec<&str> = catalogue.iter().map(|entry| entry.name).collect();
    let text = name.node.text().unwrap_or_default();
    let Some(entry) = catalogue.iter().find(|entry| entry.name == text) else {
        let help = suggestion(text, names.iter().copied());
        errors.helped(&name, format!("is `{}`, but it must be one of {}", shown(text), quoted(&names)), help);
        return None;
    };
    let given = arguments_of(entry, &name, arguments, read, errors)?;
    Some(Swept { entry, name, given })
}

/// What is given for the parameters of an entry, in the order of the source.
fn arguments_of<'a, T: ?Sized>(
    entry: &Entry<T>,
    name: &Field<'a>,
    arguments: Option<&Field<'a>>,
    read: &Read<'_>,
    errors: &mut Errors,
) -> Option<Vec<Given<'a>>> {
    let parameters = (entry.parameters)();
    let keys: Vec<&str> = parameters.iter().map(|parameter| parameter.name).collect();
    let fields = match arguments {
        Some(arguments) => arguments.map(&keys, errors),
        None => vec![None; keys.len()],
    };
    let (mut given, mut whole) = (Vec::new(), true);
    for (parameter, field) in parameters.iter().zip(fields) {
        match field {
            Some(field) => match read(&field, parameter.name, &parameter.kind, errors) {
                Some(slot) => {
                    given.push(Given { parameter: parameter.name, kind: parameter.kind, slot, field })
                }
                None => whole = false,
            },
            None if parameter.default.is_none() => {
                let expected = parameter.kind.expected();
                let message = format!("lacks `{}` of {}: expected {expected}", parameter.name, entry.name);
                errors.push(name, message);
                whole = false;
            }
            None => {}
        }
    }
    if let Some(Yaml::Map(pairs)) = arguments.map(|arguments| &arguments.node.value) {
        given.sort_by_key(|given| pairs.iter().position(|(key, _)| key.text() == Some(given.parameter)));
    }
    whole.then_some(given)
}
