//! Reading typed values from marked nodes, collecting every error on the way.

use super::diagnostic::{Diagnostic, SpecError};
use super::mark::{Node, Yaml, shown};
use std::collections::HashSet;
use std::fmt::Display;

/// The errors found so far.
#[derive(Default)]
pub(super) struct Errors(Vec<Diagnostic>);

/// A node and the path that leads to it.
#[derive(Clone)]
pub(super) struct Field<'a> {
    pub node: &'a Node,
    pub path: String,
}

impl Errors {
    pub fn push(&mut self, field: &Field<'_>, message: impl Into<String>) {
        self.helped(field, message, None);
    }

    pub fn helped(&mut self, field: &Field<'_>, message: impl Into<String>, help: Option<String>) {
        let at = field.node.at.clone();
        let mut message = message.into();
        if field.path.is_empty() {
            message.insert_str(0, "the study ");
        }
        self.0.push(Diagnostic { at, field: field.path.clone(), message, help });
    }

    /// "is …, but it must be …".
    pub fn expected(&mut self, field: &Field<'_>, expected: &str) {
        self.push(field, format!("is {}, but it must be {expected}", field.node.found()));
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Adds others.
    pub fn extend(&mut self, others: Errors) {
        self.0.extend(others.0);
    }

    pub fn into_result<T>(mut self, value: Option<T>) -> Result<T, SpecError> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => {
                self.0.sort_by(|a, b| a.at.cmp(&b.at));
                Err(SpecError { diagnostics: self.0 })
            }
        }
    }
}

/// ` (did you mean …?)` where a known name is near.
pub(super) fn suggestion<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // A long text is no misprint, and distances cost its length.
    if name.len() > 64 {
        return None;
    }
    let near = known.into_iter().map(|known| (strsim::damerau_levenshtein(name, known), known));
    let (distance, known) = near.min()?;
    (distance <= 1 + name.len() / 4).then(|| format!("did you mean `{known}`?"))
}

/// Names as a list for a message.
pub(super) fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

impl<'a> Field<'a> {
    pub fn child(&self, key: &str, node: &'a Node) -> Field<'a> {
        let dot = if self.path.is_empty() { "" } else { "." };
        Field { node, path: format!("{}{dot}{}", self.path, shown(key)) }
    }

    /// The keys of a mapping that are words.
    pub fn keys(&self) -> Vec<&'a str> {
        let Yaml::Map(pairs) = &self.node.value else { return Vec::new() };
        pairs.iter().filter_map(|(name, _)| name.text()).collect()
    }

    /// The child of a mapping with this key.
    pub fn get(&self, key: &str) -> Option<Field<'a>> {
        let Yaml::Map(pairs) = &self.node.value else { return None };
        let (_, value) = pairs.iter().find(|(name, _)| name.text() == Some(key))?;
        Some(self.child(key, value))
    }

    /// The children of a mapping with these keys, `None` where absent; other keys are errors.
    pub fn map(&self, keys: &[&str], errors: &mut Errors) -> Vec<Option<Field<'a>>> {
        let mut found = vec![None; keys.len()];
        let Yaml::Map(pairs) = &self.node.value else {
            if !self.node.is_null() {
                errors.expected(self, &format!("a mapping with {}", quoted(keys)));
            }
            return found;
        };
        for (key, value) in pairs {
            let name = key.text().unwrap_or_default();
            match keys.iter().position(|known| *known == name) {
                Some(position) => found[position] = Some(self.child(name, value)),
                None => {
                    let field = Field { node: key, path: self.path.clone() };
                    let help = suggestion(name, keys.iter().copied());
                    let known = if keys.is_empty() { "none".into() } else { quoted(keys) };
                    let name = shown(name);
                    errors.helped(&field, format!("has an unknown key `{name}`, expected {known}"), help);
                }
            }
        }
        found
    }

    /// The items of a list, or the node itself as its only item.
    pub fn items(&self, errors: &mut Errors) -> Vec<Field<'a>> {
        match &self.node.value {
            Yaml::List(items) if items.is_empty() => {
                errors.push(self, "is an empty list, but it must hold at least one entry");
                Vec::new()
            }
            Yaml::List(items) => items
                .iter()
                .enumerate()
                .map(|(i, node)| Field { node, path: format!("{}[{i}]", self.path) })
                .collect(),
            _ => vec![self.clone()],
        }
    }

    /// An integer in [low, high].
    pub fn integer(&self, low: u64, high: u64, errors: &mut Errors) -> Option<u64> {
        let expected = if high == u64::MAX {
            format!("an integer of at least {low}")
        } else {
            format!("an integer from {low} to {high}")
        };
        let plain = match &self.node.value {
            Yaml::Scalar { text, plain: true } => text,
            _ => {
                errors.expected(self, &expected);
                return None;
            }
        };
        match plain.parse::<u64>() {
            Ok(value) if (low..=high).contains(&value) => Some(value),
            Ok(_) => {
                errors.expected(self, &expected);
                None
            }
            Err(_) => {
                let real = plain.parse::<f64>().ok().filter(|x| x.fract() == 0.0 && *x >= 0.0 && *x < 1e18);
                let help = real.map(|x| format!("write {x}"));
                errors.helped(self, format!("is {}, but it must be {expected}", shown(plain)), help);
                None
            }
        }
    }

    /// A finite real number that `accept` takes.
    pub fn real(&self, expected: &str, accept: impl Fn(f64) -> bool, errors: &mut Errors) -> Option<f64> {
        let value = match &self.node.value {
            Yaml::Scalar { text, plain: true }
                if text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) =>
            {
                text.parse::<f64>().ok()
            }
            _ => None,
        };
        match value {
            Some(value) if value.is_finite() && accept(value) => Some(value),
            _ => {
                errors.expected(self, expected);
                None
            }
        }
    }
}

/// Position of the field's word in a list of words.
pub(super) fn word(field: &Field<'_>, words: &[&str], errors: &mut Errors) -> Option<usize> {
    let position = words.iter().position(|word| field.node.text() == Some(*word));
    if position.is_none() {
        let help = field.node.text().and_then(|text| suggestion(text, words.iter().copied()));
        errors.helped(
            field,
            format!("is {}, but it must be one of {}", field.node.found(), quoted(words)),
            help,
        );
    }
    position
}

/// Reports entries that appear before. Entries are equal where they look the same.
pub(super) fn distinct<T: Display>(items: &[Field<'_>], values: &[Option<T>], errors: &mut Errors) {
    let mut known = HashSet::new();
    for (i, value) in values.iter().enumerate() {
        if let Some(value) = value
            && !known.insert(value.to_string())
        {
            let value = shown(&value.to_string()).into_owned();
            errors
                .push(&items[i], format!("is {value}, which is in this list before; leave one of them out"));
        }
    }
}
