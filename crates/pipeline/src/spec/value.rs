//! Values of parameters, as their kinds ask for them.

use super::mark::Yaml;
use super::read::{Errors, Field, distinct, suggestion};
use tempered_math::catalogue::{FileName, Kind, Value};

/// Reads one value of a kind.
pub(super) fn value(field: &Field<'_>, kind: &Kind, errors: &mut Errors) -> Option<Value> {
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
        Kind::Word(words) => word(field, words, &expected, errors),
        Kind::Member(members) => word(field, &members.names().collect::<Vec<_>>(), &expected, errors),
        Kind::Reals => {
            list(field, &expected, errors, |item, errors| item.real("a finite number", |_| true, errors))
                .map(Value::Reals)
        }
        Kind::Wholes { .. } if matches!(&field.node.value, Yaml::List(items) if items.is_empty()) => {
            errors.expected(field, &expected);
            None
        }
        Kind::Wholes { low, high } => {
            list(field, &expected, errors, |item, errors| item.integer(*low, *high, errors))
                .map(Value::Wholes)
        }
        Kind::Text => text(field, &expected, errors).map(Value::Text),
        Kind::Texts => texts(field, &expected, errors).map(Value::Texts),
        Kind::File => file(field, &expected, errors).map(Value::File),
        Kind::Files => {
            let words = list(field, &expected, errors, |item, errors| text(item, "a path or a word", errors));
            let files = words.filter(|words| !words.is_empty());
            if files.is_none() && matches!(&field.node.value, Yaml::List(items) if items.is_empty()) {
                errors.expected(field, &expected);
            }
            files.map(|words| Value::Files(words.into_iter().map(FileName::new).collect()))
        }
        // Its entries are parameters of their own.
        Kind::Open => {
            errors.expected(field, &expected);
            None
        }
    }
}

/// Reads one of these words.
fn word(field: &Field<'_>, words: &[&'static str], expected: &str, errors: &mut Errors) -> Option<Value> {
    let word = words.iter().find(|word| field.node.text() == Some(**word));
    if word.is_none() {
        let help = field.node.text().and_then(|text| suggestion(text, words.iter().copied()));
        errors.helped(field, format!("is {}, but it must be {expected}", field.node.found()), help);
    }
    word.map(|word| Value::Word(word))
}

/// Reads a list of texts, each once.
fn texts(field: &Field<'_>, expected: &str, errors: &mut Errors) -> Option<Vec<String>> {
    let texts = list(field, expected, errors, |item, errors| text(item, "a text", errors))?;
    let items = field.items(errors);
    let known: Vec<Option<&String>> = texts.iter().map(Some).collect();
    let before = errors.count();
    distinct(&items, &known, errors);
    (!texts.is_empty() && errors.count() == before).then_some(texts)
}

/// Reads a path that ends with a name.
fn file(field: &Field<'_>, expected: &str, errors: &mut Errors) -> Option<FileName> {
    let file = text(field, expected, errors).map(FileName::new)?;
    if file.name().is_empty() {
        errors.expected(field, expected);
        return None;
    }
    Some(file)
}

/// Reads a text that is not empty.
fn text(field: &Field<'_>, expected: &str, errors: &mut Errors) -> Option<String> {
    match field.node.text() {
        Some(text) if !text.is_empty() && !field.node.is_null() => Some(text.to_owned()),
        _ => {
            errors.expected(field, expected);
            None
        }
    }
}

/// Reads every entry of a list, and reports all that are wrong.
fn list<T>(
    field: &Field<'_>,
    expected: &str,
    errors: &mut Errors,
    read: impl Fn(&Field<'_>, &mut Errors) -> Option<T>,
) -> Option<Vec<T>> {
    let Yaml::List(_) = &field.node.value else {
        errors.expected(field, expected);
        return None;
    };
    let values: Vec<Option<T>> = field.items(errors).iter().map(|item| read(item, errors)).collect();
    values.into_iter().collect()
}
