//! Choices: a name of a catalogue, or `{name: {parameter: value}}`.

use super::mark::{Yaml, shown};
use super::read::{Errors, Field, quoted, suggestion};
use tempered_math::catalogue::{Choice, Entry, Kind, Value};

/// Reads one choice.
pub(super) fn choice<T: ?Sized>(
    field: &Field<'_>,
    catalogue: &[Entry<T>],
    errors: &mut Errors,
) -> Option<Choice> {
    let names: Vec<&str> = catalogue.iter().map(|entry| entry.name).collect();
    let (name, arguments) = match &field.node.value {
        Yaml::Scalar { .. } if !field.node.is_null() => (field.clone(), None),
        Yaml::Map(pairs) if pairs.len() == 1 => {
            let (key, value) = &pairs[0];
            let name = key.text().unwrap_or_default();
            (Field { node: key, path: field.path.clone() }, Some(field.child(name, value)))
        }
        _ => {
            errors.expected(
                field,
                &format!("one of {}, alone or as {{name: {{parameter: value}}}}", quoted(&names)),
            );
            return None;
        }
    };
    let text = name.node.text().unwrap_or_default();
    let Some(entry) = catalogue.iter().find(|entry| entry.name == text) else {
        let help = suggestion(text, names.iter().copied());
        errors.helped(&name, format!("is `{}`, but it must be one of {}", shown(text), quoted(&names)), help);
        return None;
    };
    let parameters = (entry.parameters)();
    let keys: Vec<&str> = parameters.iter().map(|parameter| parameter.name).collect();
    let fields = match &arguments {
        Some(arguments) => arguments.map(&keys, errors),
        None => vec![None; keys.len()],
    };
    let mut given: Vec<(&str, Value)> = Vec::new();
    let mut whole = true;
    for (parameter, argument) in parameters.iter().zip(&fields) {
        match argument {
            Some(argument) => match value(argument, &parameter.kind, errors) {
                Some(value) => given.push((parameter.name, value)),
                None => whole = false,
            },
            None if parameter.default.is_none() => {
                let expected = parameter.kind.expected();
                errors.push(&name, format!("lacks `{}` of {text}: expected {expected}", parameter.name));
                whole = false;
            }
            None => {}
        }
    }
    if !whole {
        return None;
    }
    match Choice::new(entry, &given) {
        Ok(choice) => Some(choice),
        Err(invalid) => {
            let place = keys.iter().position(|key| *key == invalid.parameter);
            let place = place.and_then(|position| fields[position].clone()).unwrap_or(name);
            errors.push(&place, invalid.expected);
            None
        }
    }
}

fn value(field: &Field<'_>, kind: &Kind, errors: &mut Errors) -> Option<Value> {
    let expected = kind.expected();
    match kind {
        Kind::Real { .. } => {
            field.real(&expected, |x| kind.accepts(&Value::Real(x)), errors).map(Value::Real)
        }
        Kind::Whole { low, high } => field.integer(*low, *high, errors).map(Value::Whole),
        Kind::Flag => match field.node.text() {
            Some("true") => Some(Value::Flag(true)),
            Some("false") => Some(Value::Flag(false)),
            _ => {
                errors.expected(field, &expected);
                None
            }
        },
        Kind::Word(words) => {
            let word = words.iter().find(|word| field.node.text() == Some(**word));
            if word.is_none() {
                let help = field.node.text().and_then(|text| suggestion(text, words.iter().copied()));
                errors.helped(field, format!("is {}, but it must be {expected}", field.node.found()), help);
            }
            word.map(|word| Value::Word(word))
        }
        Kind::Reals => {
            let Yaml::List(_) = &field.node.value else {
                errors.expected(field, &expected);
                return None;
            };
            let items = field.items(errors);
            let values: Vec<Option<f64>> =
                items.iter().map(|item| item.real("a finite number", |_| true, errors)).collect();
            values.into_iter().collect::<Option<Vec<f64>>>().map(Value::Reals)
        }
        Kind::Wholes { low, high } => {
            let items = match &field.node.value {
                Yaml::List(items) if !items.is_empty() => field.items(errors),
                _ => {
                    errors.expected(field, &expected);
                    return None;
                }
            };
            let values: Vec<Option<u64>> =
                items.iter().map(|item| item.integer(*low, *high, errors)).collect();
            values.into_iter().collect::<Option<Vec<u64>>>().map(Value::Wholes)
        }
    }
}
