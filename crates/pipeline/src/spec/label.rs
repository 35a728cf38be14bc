//! Names of studies and labels of estimators.

use super::limits::NAME;
use super::read::{Errors, Field};

/// Words that readers of Parquet take for values of other types in the names of folders: DuckDB reads `inf` and `epoch` as
/// dates, Polars `true` as a truth value and `inf` as a number. The others mean no text to readers of CSV and JSON.
pub(super) const RESERVED: [&str; 7] = ["epoch", "false", "inf", "infinity", "nan", "null", "true"];

/// Whether new directories have no estimator of this label.
pub fn is_reserved(label: &str) -> bool {
    RESERVED.contains(&label)
}

/// Small letters, digits and underscores; the name of a study may also hold `-` and `.` inside. That of an estimator is a
/// key, and the message says what it names.
pub(super) fn identifier(field: &Field<'_>, label: Option<&str>, errors: &mut Errors) -> Option<String> {
    let dashes = label.is_none();
    let text = field.node.text().unwrap_or_default();
    let inner =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || (dashes && "-.".contains(c));
    let first = |c: char| c.is_ascii_lowercase() || (dashes && c.is_ascii_digit());
    let valid = text.len() <= NAME && text.starts_with(first) && text.chars().all(inner);
    if !valid {
        let rest =
            if dashes { ", `-`, `.`, starting with a letter or a digit" } else { ", starting with a letter" };
        let expected = format!("a name of at most {NAME} small letters, digits, `_`{rest}");
        match label {
            Some(what) => {
                let found = field.node.found();
                errors.push(field, format!("has {what} {found}, but it must be {expected}"));
            }
            None => errors.expected(field, &expected),
        }
    }
    valid.then(|| text.to_string())
}

/// The label of an estimator.
pub(super) fn label(field: &Field<'_>, errors: &mut Errors) -> Option<String> {
    let label = identifier(field, Some("an estimator with the label"), errors)?;
    if is_reserved(&label) {
        let message = format!(
            "has an estimator with the label `{label}`, which readers of its files take for a value that is no text"
        );
        errors.helped(field, message, Some(format!("another label will do, such as `{label}_1`")));
    }
    Some(label)
}
