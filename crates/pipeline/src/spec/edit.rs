//! Edits from the command line: `--set path=value`.

use super::diagnostic::{Diagnostic, Location, SpecError};
use super::mark::{DEPTH, Node, Yaml, parse, shown};
use std::sync::Arc;

/// Replaces or adds the node at a dotted path. Its location becomes the flag, so errors point there.
pub(super) fn set(root: &mut Node, path: &str, value: &str) -> Result<(), SpecError> {
    let origin: Arc<str> = format!("--set {}={}", shown(path), shown(value)).into();
    if value.trim().is_empty() {
        let at = Location { file: origin, line: 1, column: 1 };
        let message = "has no value: write PATH=VALUE".into();
        return Err(SpecError {
            diagnostics: vec![Diagnostic { at, field: path.into(), message, help: None }],
        });
    }
    if path.split('.').count() > DEPTH {
        let at = Location { file: origin, line: 1, column: 1 };
        let message = "--set has a path of more than 16 keys".into();
        return Err(SpecError {
            diagnostics: vec![Diagnostic { at, field: String::new(), message, help: None }],
        });
    }
    let new = parse(value.as_bytes(), &origin)?;
    let mut node = root;
    for key in path.split('.') {
        if node.is_null() {
            node.value = Yaml::Map(Vec::new());
        }
        let found = node.found();
        let Yaml::Map(pairs) = &mut node.value else {
            let message = format!("--set goes through {found}, expected a mapping above `{key}`");
            let at = Location { file: origin, line: 1, column: 1 };
            return Err(SpecError {
                diagnostics: vec![Diagnostic { at, field: path.into(), message, help: None }],
            });
        };
        let position = pairs.iter().position(|(name, _)| name.text() == Some(key)).unwrap_or_else(|| {
            let scalar = |text: &str| Node {
                at: Location { file: origin.clone(), line: 1, column: 1 },
                value: Yaml::Scalar { text: text.into(), plain: true },
            };
            pairs.push((scalar(key), scalar("")));
            pairs.len() - 1
        });
        node = &mut pairs[position].1;
    }
    *node = new;
    Ok(())
}
