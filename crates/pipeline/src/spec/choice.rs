//! Choices: a name of a catalogue, or `{name: {parameter: value}}`.

use super::mark::{Node, Yaml, shown};
use super::read::{Errors, Field, quoted, suggestion};
use super::sweep::{Context, Given, Slot, Swept, slot};
use super::value::value;
use tempered_math::catalogue::{Choice, Entry, Invalid, Kind, Parameter, Value};

/// Reads one choice, each of whose parameters has one value.
pub(super) fn choice<T: ?Sized>(
    field: &Field<'_>,
    catalogue: &'static [Entry<T>],
    errors: &mut Errors,
) -> Option<Choice> {
    let read = |field: &Field<'_>, _: &str, kind: &Kind, errors: &mut Errors| {
        value(field, kind, errors).map(Slot::Value)
    };
    let swept = named(field, catalogue, (&read, &[]), errors)?;
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
    let read = |field: &Field<'_>, name: &str, kind: &Kind, errors: &mut Errors| {
        slot(field, name, kind, context, errors)
    };
    named(field, catalogue, (&read, context.elsewhere), errors)
}

/// Reports a combination of arguments that no build can honour, where the parameter stands.
pub(super) fn refuse<T: ?Sized>(swept: &Swept<'_, T>, invalid: &Invalid, errors: &mut Errors) {
    errors.push(swept.place(invalid.parameter), invalid.expected);
}

/// Reads what is given for a parameter.
type Read<'r> = dyn Fn(&Field<'_>, &str, &Kind, &mut Errors) -> Option<Slot> + 'r;

/// How parameters are read, and which of them stand elsewhere.
type Reading<'r> = (&'r Read<'r>, &'r [&'r str]);

fn named<'a, T: ?Sized>(
    field: &Field<'a>,
    catalogue: &'static [Entry<T>],
    reading: Reading<'_>,
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
    chosen(name, arguments.as_ref(), catalogue, reading, errors)
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
    let read = |field: &Field<'_>, name: &str, kind: &Kind, errors: &mut Errors| {
        slot(field, name, kind, context, errors)
    };
    chosen(name, Some(&arguments), catalogue, (&read, context.elsewhere), errors)
}

fn chosen<'a, T: ?Sized>(
    name: Field<'a>,
    arguments: Option<&Field<'a>>,
    catalogue: &'static [Entry<T>],
    reading: Reading<'_>,
    errors: &mut Errors,
) -> Option<Swept<'a, T>> {
    let names: Vec<&str> = catalogue.iter().map(|entry| entry.name).collect();
    let text = name.node.text().unwrap_or_default();
    let Some(entry) = catalogue.iter().find(|entry| entry.name == text) else {
        let help = suggestion(text, names.iter().copied());
        errors.helped(&name, format!("is `{}`, but it must be one of {}", shown(text), quoted(&names)), help);
        return None;
    };
    let given = arguments_of(entry, &name, arguments, reading, errors)?;
    Some(Swept { entry, name, given })
}

/// What is given for the parameters of an entry, in the order of the source.
fn arguments_of<'a, T: ?Sized>(
    entry: &Entry<T>,
    name: &Field<'a>,
    arguments: Option<&Field<'a>>,
    reading: Reading<'_>,
    errors: &mut Errors,
) -> Option<Vec<Given<'a>>> {
    let (read, elsewhere) = reading;
    let mut parameters = (entry.parameters)();
    parameters.retain(|parameter| !elsewhere.contains(&parameter.name));
    let keys: Vec<&str> = parameters.iter().map(|parameter| parameter.name).collect();
    let mut fields = match arguments {
        Some(arguments) => arguments.map(&keys, errors),
        None => vec![None; keys.len()],
    };
    let places = unfold(&parameters, &mut fields, errors);
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
        let place = |name: &str| {
            let outer = places.iter().find(|(inner, _)| *inner == name).map_or(name, |(_, outer)| outer);
            pairs.iter().position(|(key, _)| key.text() == Some(outer))
        };
        given.sort_by_key(|given| place(given.parameter));
    }
    whole.then_some(given)
}

/// Unfolds words with parameters of their own, `spectrum: {power: {exponent: 2}}`, into parameters side by side, `spectrum:
/// power` and `exponent: 2`. Gives the parameters that stood within another one, each with that.
fn unfold<'a>(
    parameters: &[Parameter],
    fields: &mut [Option<Field<'a>>],
    errors: &mut Errors,
) -> Vec<(&'static str, &'static str)> {
    let mut places = Vec::new();
    for (place, parameter) in parameters.iter().enumerate() {
        let (Kind::Word(words), Some(field)) = (&parameter.kind, &fields[place]) else { continue };
        let Yaml::Map(pairs) = &field.node.value else { continue };
        let [(key, value)] = &pairs[..] else { continue };
        if !words.iter().any(|word| key.text() == Some(word)) {
            continue;
        }
        let (word, inner) = pair(field, key, value);
        // What need not be given is what single words use.
        let used: Vec<&str> =
            parameters.iter().filter(|one| one.default == Some(Value::Unset)).map(|one| one.name).collect();
        let found = inner.map(&used, errors);
        fields[place] = Some(word);
        for (name, field) in used.iter().zip(found) {
            let Some(at) = parameters.iter().position(|one| one.name == *name).filter(|_| field.is_some()) else {
                continue;
            };
            places.push((parameters[at].name, parameter.name));
            fields[at] = field;
        }
    }
    places
}
