//! What ties axes to each other: groups that go in step, and conditions.

use super::formula::Formula;
use super::mark::{Yaml, shown};
use super::read::{Errors, Field, suggestion};
use super::sweep::formula;
use std::collections::BTreeSet;

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
