//! What is recorded of a directory: the plan that its files were made by, and what decided their numbers.

use crate::error::Error;
use crate::generator::Generator;
use crate::plan::{Identity, Numbers};
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
    pub fn again(numbers: Numbers, settled: Option<Numbers>, why: String) -> Recorded {
        Recorded { _plan: IgnoredAny, numbers, settled, rebuilt: Some(why), labels: OnceLock::new() }
    }

    /// The label of the estimator whose files lie in such places.
    pub fn label(&self, place: &Place) -> Option<&String> {
        let index = || {
            let of = |(label, identity): (&String, &Identity)| {
                let (name, key) = name_and_key(label, identity);
                ((name.to_owned(), key), label.clone())
            };
            self.numbers.iter().map(of).collect()
        };
        self.labels.get_or_init(index).get(&(place.estimator.clone(), place.variant.clone()))
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
