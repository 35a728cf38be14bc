//! The record of what decided the numbers in a run directory, and of the plan it was made by.

use crate::change::Change;
use crate::error::Error;
use crate::generator::Generator;
use crate::plan::Plan;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tempered_store::RunDirectory;

const PLAN_RECORD: &str = "plan.json";

/// The plan as it is recorded, and what decides the numbers in the directory.
#[derive(Serialize, Deserialize)]
struct Record {
    plan: serde_json::Value,
    /// By label, estimators of earlier plans included: names and values of what decides their numbers.
    numbers: Numbers,
}

/// What decided the numbers in a directory, by label: names and values.
pub(crate) type Numbers = BTreeMap<String, BTreeMap<String, String>>;

/// Reads what decided the numbers in a directory; `None` where no run recorded it.
pub(crate) fn numbers(directory: &RunDirectory) -> Result<Option<Numbers>, Error> {
    let Some(bytes) = directory.read_record(PLAN_RECORD)? else { return Ok(None) };
    match serde_json::from_slice::<Record>(&bytes) {
        Ok(record) => Ok(Some(record.numbers)),
        Err(error) => Err(no_record(directory, format!("is damaged ({error})"))),
    }
}

/// The rules by which a directory was begun; `None` where nothing is recorded, or rules that this program does not know,
/// which comparing the plan with the record then tells.
pub(crate) fn generator(directory: &RunDirectory) -> Result<Option<Generator>, Error> {
    let numbers = numbers(directory)?.unwrap_or_default();
    let oldest = numbers.values().filter_map(|numbers| Generator::of(numbers.get("generator")?)).min();
    Ok(oldest)
}

pub(crate) fn no_record(directory: &RunDirectory, why: String) -> Error {
    Error::NoRecord { path: directory.root().join("_tempered").join(PLAN_RECORD), why }
}

/// Refuses a directory whose numbers this plan would alter; otherwise records the plan.
///
/// Levels, estimators, trials, risks and stored weights may be added, and estimators and levels left out; seed,
/// domain and the parameters of an estimator that keeps its label may not change.
pub fn agree(plan: &Plan, directory: &RunDirectory) -> Result<(), Error> {
    let change = Change::new(plan, directory)?;
    if change.alters() {
        let directory = directory.root().to_path_buf();
        return Err(Error::PlanDiffers { directory, differences: change.lines().join("\n") });
    }
    let mut numbers = numbers(directory)?.unwrap_or_default();
    for (estimator, (label, _)) in plan.study.estimators.iter().enumerate() {
        numbers.insert(label.clone(), plan.identity(estimator).into_iter().collect());
    }
    let study = plan.study.to_yaml();
    directory.write_record("study.yaml", study.as_bytes())?;
    directory
        .write_record(PLAN_RECORD, &serde_json::to_vec_pretty(&Record { plan: plan.to_json(), numbers })?)?;
    Ok(())
}
