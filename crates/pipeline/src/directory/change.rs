//! What a plan would change in a run directory: nothing, more of the same, or numbers that are stored.

use super::read::read;
use super::recorded::{Recorded, name_and_key};
use crate::error::Error;
use crate::plan::{self, Contents, Identity, Plan, extends};
use crate::spec::Estimator;
use std::collections::{BTreeMap, BTreeSet};
use tempered_store::RunDirectory;

/// One thing that decides numbers, then and now.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Label of the estimator, or the name of a user's file.
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
        change.compare_contents(&recorded.contents, &plan.contents());
        let planned = Planned::of(plan);
        let unplanned = |label: &String| !planned.labels.contains_key(label.as_str());
        let stored = if recorded.numbers.keys().chain(recorded.base().keys()).any(unplanned) {
            Stored::in_directory(directory)?
        } else {
            Stored::default()
        };
        let without_plan = recorded.numbers.iter().filter(|(label, _)| unplanned(label));
        for (label, identity) in without_plan.filter(|(label, identity)| stored.has(label, identity)) {
            match planned.twin(label, identity) {
                None => change.left.push(label.clone()),
                // Their files would say less, or more, than the others.
                Some(twin) if twin.key().is_some() && label.contains('[') => {
                    change.resweeps(label, twin, false)
                }
                Some(_) => {}
            }
        }
        for (label, was) in recorded.base() {
            if let Some(estimator) = planned.labels.get(label.as_str()) {
                change.compare(label, was, plan.identity(*estimator));
            } else if change.left.contains(label) {
                change.compare(label, was, identity_of_left(plan, was));
            } else if let Some(twin) = planned.twin(label, was).filter(|_| stored.has(label, was))
                && (twin.key().is_none() || !label.contains('['))
            {
                change.resweeps(label, twin, true);
            }
        }
        Ok(change)
    }

    /// Notes files that hold something else than when rows were drawn from them. Two files of one name are none such.
    fn compare_contents(&mut self, was: &Contents, is: &Contents) {
        for (name, is) in is {
            let Some(was) = was.get(name).filter(|was| was.is_disjoint(is)) else { continue };
            let digests = |digests: &BTreeSet<String>| digests.iter().cloned().collect::<Vec<_>>().join(", ");
            self.differences.push(Difference {
                label: name.clone(),
                name: "the digest of its content".into(),
                was: Some(digests(was)),
                is: Some(digests(is)),
                extends: false,
            });
        }
    }

    /// Notes that the plan has an estimator under the same name with other swept parameters.
    fn resweeps(&mut self, label: &str, is: &Estimator, extends: bool) {
        self.differences.push(Difference {
            label: label.into(),
            name: "swept parameters".into(),
            was: Some(label.into()),
            is: Some(is.label.clone()),
            extends,
        });
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

/// What decides the numbers of an estimator that is stored and not planned, as this plan has it.
fn identity_of_left(plan: &Plan, was: &Identity) -> Vec<(String, String)> {
    let named = was.get("estimator").and_then(|label| plan::estimator(label));
    // An estimator that is not known here cannot be computed again for what is new.
    named.map_or_else(
        || plan.identity(0).into_iter().filter(|(name, _)| name != "estimator").collect(),
        |choice| plan.identity_of(&choice),
    )
}

/// The estimators of a plan, by what records call them.
struct Planned<'a> {
    plan: &'a Plan,
    labels: BTreeMap<&'a str, usize>,
    /// By name and rule.
    rules: BTreeMap<(&'a str, String), usize>,
}

impl<'a> Planned<'a> {
    fn of(plan: &'a Plan) -> Planned<'a> {
        let all = || plan.study.estimators.iter().enumerate();
        Planned {
            plan,
            labels: all().map(|(e, known)| (known.label.as_str(), e)).collect(),
            rules: all().map(|(e, known)| ((&*known.name, known.rule.to_string()), e)).collect(),
        }
    }

    /// The estimator of the plan that is the one of this label and identity, under its name and with other swept parameters:
    /// its numbers are the same.
    fn twin(&self, label: &str, identity: &Identity) -> Option<&'a Estimator> {
        let (name, _) = name_and_key(label, identity);
        let known = self.rules.get(&(name, identity.get("estimator")?.clone()))?;
        Some(&self.plan.study.estimators[*known]).filter(|known| known.label != label)
    }
}

/// Names and keys of variants of which there are files.
#[derive(Default)]
struct Stored(BTreeSet<(String, Option<String>)>);

impl Stored {
    fn in_directory(directory: &RunDirectory) -> Result<Stored, Error> {
        let files = directory.listing()?.files.into_iter();
        Ok(Stored(files.map(|file| (file.place.estimator, file.place.variant)).collect()))
    }

    fn has(&self, label: &str, identity: &Identity) -> bool {
        let (name, key) = name_and_key(label, identity);
        self.0.contains(&(name.to_owned(), key))
    }
}
