//! What a plan would change in a run directory: nothing, more of the same, or numbers that are stored.

use super::read::read;
use super::recorded::{Recorded, name_and_key};
use crate::error::Error;
use crate::plan::{self, Identity, Plan, extends};
use std::collections::{BTreeMap, BTreeSet};
use tempered_store::RunDirectory;

/// One thing that decides numbers, then and now.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Label of the estimator.
    pub label: String,
    /// What it is.
    pub name: String,
    /// As stored; `None` where there was none.
    pub was: Option<String>,
    /// As planned; `None` where there is none.
    pub is: Option<String>,
    /// Whether stored numbers stay as they are, with others beside them.
    pub extends: bool,
}

/// What a plan would change in what is stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// What differs, by estimator: those of the plan, and those that are stored and no longer planned.
    pub differences: Vec<Difference>,
    /// Labels that are stored and no longer planned.
    pub left: Vec<String>,
    /// Whether files of a change that has begun may still lack its columns.
    pub under_way: bool,
}

impl Change {
    /// Compares a plan with what decided the numbers in a directory. The plan must be of that directory.
    ///
    /// # Errors
    /// The file system refuses, or the record is lost and the footers contradict each other.
    pub fn new(plan: &Plan, directory: &RunDirectory) -> Result<Change, Error> {
        Change::between(plan, read(directory)?.as_ref(), directory)
    }

    pub(crate) fn between(
        plan: &Plan,
        recorded: Option<&Recorded>,
        directory: &RunDirectory,
    ) -> Result<Change, Error> {
        let Some(recorded) = recorded else { return Ok(Change::default()) };
        let mut change = Change { under_way: recorded.is_growing(), ..Change::default() };
        let labels: BTreeMap<&str, usize> =
            plan.study.estimators.iter().enumerate().map(|(e, known)| (known.label.as_str(), e)).collect();
        let planned = |label: &String| labels.get(label.as_str()).copied();
        if recorded.numbers.keys().any(|label| planned(label).is_none()) {
            let files = directory.listing()?.files;
            let there: BTreeSet<(&str, Option<&str>)> = files
                .iter()
                .map(|file| (file.place.estimator.as_str(), file.place.variant.as_deref()))
                .collect();
            let left = recorded.numbers.iter().filter(|(label, _)| planned(label).is_none());
            let has_files = |(label, identity): &(&String, &Identity)| {
                let (name, key) = name_and_key(label, identity);
                there.contains(&(name, key.as_deref()))
            };
            change.left = left.filter(has_files).map(|(label, _)| label.clone()).collect();
            change.resweeps(plan, recorded);
        }
        for (label, was) in recorded.base() {
            match planned(label) {
                Some(estimator) => change.compare(label, was, plan.identity(estimator)),
                None if change.left.contains(label) => {
                    let named = was.get("estimator").and_then(|label| plan::estimator(label));
                    // An estimator that is not known here cannot be computed again for what is new.
                    let is = named.map_or_else(
                        || plan.identity(0).into_iter().filter(|(name, _)| name != "estimator").collect(),
                        |choice| plan.identity_of(&choice),
                    );
                    change.compare(label, was, is);
                }
                None => {}
            }
        }
        Ok(change)
    }

    /// Notes labels whose estimators the plan has under the same name with other swept parameters: their files would say
    /// less, or more, than the others.
    fn resweeps(&mut self, plan: &Plan, recorded: &Recorded) {
        let by_place: BTreeMap<(&str, String), &str> = plan
            .study
            .estimators
            .iter()
            .filter_map(|known| Some(((&*known.name, known.key()?), known.label.as_str())))
            .collect();
        for label in &self.left {
            let Some(identity) = recorded.numbers.get(label) else { continue };
            let (name, Some(key)) = name_and_key(label, identity) else { continue };
            if let Some(is) = by_place.get(&(name, key)) {
                self.differences.push(Difference {
                    label: label.clone(),
                    name: "swept parameters".into(),
                    was: Some(label.clone()),
                    is: Some((*is).to_owned()),
                    extends: false,
                });
            }
        }
    }

    fn compare(&mut self, label: &str, was: &Identity, is: Vec<(String, String)>) {
        let is: Identity = is.into_iter().collect();
        let names: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
        for name in names {
            let (was, is) = (was.get(name), is.get(name));
            if was != is {
                self.differences.push(Difference {
                    label: label.into(),
                    name: name.clone(),
                    was: was.cloned(),
                    is: is.cloned(),
                    extends: extends(name, was.map(String::as_str), is.map(String::as_str)),
                });
            }
        }
    }

    /// Whether numbers that are stored would be altered or lost.
    pub fn alters(&self) -> bool {
        self.differences.iter().any(|difference| !difference.extends)
    }

    /// Whether files that are stored have to be computed again for what is new.
    pub fn extends(&self) -> bool {
        !self.alters() && !self.differences.is_empty()
    }

    /// One line a difference; where numbers would be altered, those alone.
    pub fn lines(&self) -> Vec<String> {
        let alters = self.alters();
        let told = self.differences.iter().filter(|difference| !alters || !difference.extends);
        told.map(Difference::line).collect()
    }
}

impl Difference {
    fn line(&self) -> String {
        let said = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".into());
        format!("  {}: {} was {}, is {}", self.label, self.name, said(&self.was), said(&self.is))
    }
}
