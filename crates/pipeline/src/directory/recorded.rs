//! What is recorded of a directory: the plan that its files were made by, and what decided their numbers.

use crate::error::Error;
use crate::generator::Generator;
use crate::plan::{Contents, Identity, Numbers};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use tempered_store::{Place, RunDirectory};

pub(crate) const PLAN_RECORD: &str = "plan.json";
pub(crate) const STUDY_RECORD: &str = "study.yaml";

/// What is read of a record.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Recorded {
    #[serde(rename = "plan")]
    _plan: IgnoredAny,
    pub numbers: Numbers,
    /// The contents of users' files that rows were drawn from.
    #[serde(default)]
    pub contents: Contents,
    /// What all files had before columns were added; `None` where all have the same.
    #[serde(default)]
    pub settled: Option<Numbers>,
    /// Why it was made again from the footers, where it was.
    #[serde(skip)]
    pub rebuilt: Option<String>,
    /// Labels by name and key of the variant.
    #[serde(skip)]
    labels: OnceLock<BTreeMap<(String, Option<String>), String>>,
}

impl Recorded {
    /// A record that was made again.
    pub fn again(numbers: Numbers, contents: Contents, settled: Option<Numbers>, why: String) -> Recorded {
        Recorded {
            _plan: IgnoredAny,
            numbers,
            contents,
            settled,
            rebuilt: Some(why),
            labels: OnceLock::new(),
        }
    }

    /// The estimator whose files lie in such places. While files change there are those of before too, whose estimators may
    /// have gained or lost swept parameters: their files lie in other places then.
    pub fn known(&self, place: &Place) -> Option<Known<'_>> {
        let index = || {
            let mut index = BTreeMap::new();
            for (label, identity) in self.settled.iter().flatten().chain(&self.numbers) {
                let (name, key) = name_and_key(label, identity);
                index.insert((name.to_owned(), key), label.clone());
            }
            index
        };
        let index = self.labels.get_or_init(index);
        let (label, is_current) = match index.get(&(place.estimator.clone(), place.variant.clone())) {
            Some(label) => (label, self.numbers.contains_key(label)),
            None if self.is_growing() => (index.get(&(place.estimator.clone(), None))?, false),
            None => return None,
        };
        let (label, identity) =
            self.numbers.get_key_value(label).or_else(|| self.settled.as_ref()?.get_key_value(label))?;
        let variant = label.split_once('[').and_then(|(_, rest)| rest.strip_suffix(']'));
        let own_key = || identity.get("estimator").map(|rule| tempered_store::key(rule));
        let is_of_name = name_and_key(label, identity).1 == place.variant;
        (is_of_name || place.variant == own_key()).then_some(Known {
            identity,
            variant,
            is_of_name,
            is_current,
        })
    }

    /// What every file has at least.
    pub fn base(&self) -> &Numbers {
        self.settled.as_ref().unwrap_or(&self.numbers)
    }

    /// Whether files may still lack columns.
    pub fn is_growing(&self) -> bool {
        self.settled.is_some()
    }
}

/// What is recorded of the estimator of a file.
pub(crate) struct Known<'a> {
    pub identity: &'a Identity,
    /// The swept parameters that tell it from others of its name.
    pub variant: Option<&'a str>,
    /// Whether its files have such names; otherwise a change that was taken back named them by what the estimator is.
    pub is_of_name: bool,
    /// Whether its files are to stay in such places.
    pub is_current: bool,
}

/// The name of the estimator of this label and identity, and the key in the names of its files where there are variants.
pub(crate) fn name_and_key<'a>(label: &'a str, identity: &Identity) -> (&'a str, Option<String>) {
    match label.split_once('[') {
        None => (label, None),
        Some((name, _)) => (name, identity.get("estimator").map(|rule| tempered_store::key(rule))),
    }
}

/// The rules by which a directory was begun; `None` where nothing is recorded, or rules that this program does not know,
/// which comparing the plan with the record then tells.
pub(crate) fn generator(recorded: &Recorded) -> Option<Generator> {
    recorded.numbers.values().filter_map(|numbers| Generator::of(numbers.get("generator")?)).min()
}

pub(crate) fn no_record(directory: &RunDirectory, why: String) -> Error {
    Error::NoRecord { path: directory.root().join("_tempered").join(PLAN_RECORD), why }
}
