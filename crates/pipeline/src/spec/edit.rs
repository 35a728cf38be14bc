//! Edits from the command line: `--set path=value` and `--unset path`.

use super::diagnostic::{Diagnostic, Location, SpecError};
use super::mark::{DEPTH, Node, Yaml, parse, shown};
use std::sync::Arc;

/// A change of one node of a study.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// Keys joined by dots, and places in lists: `generate.noise[1].normal.sd`.
    pub path: String,
    /// The new value as YAML; none removes the entry.
    pub value: Option<String>,
}

impl Edit {
    /// Gives the node at a path a value.
    pub fn set(path: &str, value: &str) -> Edit {
        Edit { path: path.into(), value: Some(value.into()) }
    }

    /// Removes the entry at a path.
    pub fn unset(path: &str) -> Edit {
        Edit { path: path.into(), value: None }
    }
}

/// One step of a path.
enum Step<'a> {
    Key(&'a str),
    Place(usize),
}

/// Where an edit comes from, for messages.
struct Origin<'a> {
    flag: Arc<str>,
    path: &'a str,
}

impl Origin<'_> {
    fn at(&self) -> Location {
        Location { file: self.flag.clone(), line: 1, column: 1 }
    }

    fn refuse(&self, message: impl Into<String>) -> SpecError {
        let diagnostic =
            Diagnostic { at: self.at(), field: self.path.into(), message: message.into(), help: None };
        SpecError { diagnostics: vec![diagnostic] }
    }
}

/// Applies an edit. The location of what is new is the flag, so that errors point there.
pub(super) fn apply(root: &mut Node, Edit { path, value }: &Edit) -> Result<(), SpecError> {
    let flag = match value {
        Some(value) => format!("--set {}={}", shown(path), shown(value)),
        None => format!("--unset {}", shown(path)),
    };
    let origin = Origin { flag: flag.into(), path };
    if value.as_ref().is_some_and(|value| value.trim().is_empty()) {
        return Err(origin.refuse("has no value: write PATH=VALUE, or --unset PATH"));
    }
    let steps = steps(path).ok_or_else(|| origin.refuse("is no path: write a.b or a[0].b"))?;
    if steps.len() > DEPTH {
        let diagnostic = Diagnostic {
            at: origin.at(),
            field: String::new(),
            message: format!("--set has a path of more than {DEPTH} keys"),
            help: None,
        };
        return Err(SpecError { diagnostics: vec![diagnostic] });
    }
    match value {
        Some(value) => {
            let new = parse(value.as_bytes(), &origin.flag)?;
            let mut node = root;
            for step in &steps {
                node = enter(node, step, &origin)?;
            }
            *node = new;
            Ok(())
        }
        None => remove(root, &steps, &origin),
    }
}

fn steps(path: &str) -> Option<Vec<Step<'_>>> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (key, mut rest) = part.split_at(part.find('[').unwrap_or(part.len()));
        steps.push(Step::Key(key));
        while !rest.is_empty() {
            let (place, more) = rest.strip_prefix('[')?.split_once(']')?;
            steps.push(Step::Place(place.parse().ok()?));
            rest = more;
        }
    }
    Some(steps)
}

/// The child of a node, which is made where a key is new. A name alone, `linear_spline`, becomes `{linear_spline: }` where
/// the path goes on with it.
fn enter<'n>(node: &'n mut Node, step: &Step<'_>, origin: &Origin<'_>) -> Result<&'n mut Node, SpecError> {
    let found = node.found();
    let key = match step {
        Step::Key(key) => *key,
        Step::Place(place) => {
            let Yaml::List(items) = &mut node.value else {
                return Err(
                    origin.refuse(format!("--set goes through {found}, expected a list above [{place}]"))
                );
            };
            let count = items.len();
            let missing =
                || origin.refuse(format!("has no entry [{place}]: the list has {count}, from [0] on"));
            return items.get_mut(*place).ok_or_else(missing);
        }
    };
    let scalar =
        |text: &str| Node { at: origin.at(), value: Yaml::Scalar { text: text.into(), plain: true } };
    if node.is_null() {
        node.value = Yaml::Map(Vec::new());
    } else if node.text() == Some(key) {
        node.value = Yaml::Map(vec![(scalar(key), scalar(""))]);
    }
    let Yaml::Map(pairs) = &mut node.value else {
        return Err(origin.refuse(format!("--set goes through {found}, expected a mapping above `{key}`")));
    };
    let position = pairs.iter().position(|(name, _)| name.text() == Some(key)).unwrap_or_else(|| {
        pairs.push((scalar(key), scalar("")));
        pairs.len() - 1
    });
    Ok(&mut pairs[position].1)
}

/// Removes an entry that must be there.
fn remove(root: &mut Node, steps: &[Step<'_>], origin: &Origin<'_>) -> Result<(), SpecError> {
    let missing = || origin.refuse("is not in the study, so it cannot be removed");
    let Some((last, above)) = steps.split_last() else { return Err(missing()) };
    let mut node = root;
    for step in above {
        node = match (step, &mut node.value) {
            (Step::Key(key), Yaml::Map(pairs)) => {
                let child = pairs.iter_mut().find(|(name, _)| name.text() == Some(*key));
                &mut child.ok_or_else(missing)?.1
            }
            (Step::Place(place), Yaml::List(items)) => items.get_mut(*place).ok_or_else(missing)?,
            _ => return Err(missing()),
        };
    }
    match (last, &mut node.value) {
        (Step::Key(key), Yaml::Map(pairs)) => {
            let position =
                pairs.iter().position(|(name, _)| name.text() == Some(*key)).ok_or_else(missing)?;
            pairs.remove(position);
            Ok(())
        }
        (Step::Place(place), Yaml::List(items)) if *place < items.len() => {
            items.remove(*place);
            Ok(())
        }
        _ => Err(missing()),
    }
}
