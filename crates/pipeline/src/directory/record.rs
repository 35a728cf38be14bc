//! The record of what decided the numbers in a run directory, and of the plan it was made by.

use super::change::Change;
use super::read::read;
use super::recorded::{PLAN_RECORD, Recorded, STUDY_RECORD, generator, name_and_key};
use super::seal;
use crate::error::Error;
use crate::generator::Generator;
use crate::plan::{self, COLUMNS, Contents, Identity, Numbers, Plan};
use serde::Serialize;
use std::collections::BTreeMap;
use tempered_store::RunDirectory;

/// The plan as it is recorded, and what decides the numbers in the directory.
#[derive(Serialize)]
struct Written<'a> {
    plan: serde_json::Value,
    /// By label, estimators of earlier plans included: names and values of what decides their numbers.
    numbers: &'a Numbers,
    /// The contents of users' files that rows were drawn from, by the names of the files.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    contents: &'a Contents,
    /// The same for the files that have not been brought along yet, while columns are added.
    #[serde(skip_serializing_if = "Option::is_none")]
    settled: Option<&'a Numbers>,
}

/// Refuses a directory whose numbers this plan would alter; otherwise records the plan.
///
/// Levels, estimators, trials, risks and stored weights may be added and left out; seed, domain and the parameters of an
/// estimator that keeps its label may not change. What is left out stays, and columns that are added are added to it too.
pub fn agree(plan: &Plan, directory: &RunDirectory) -> Result<(), Error> {
    let recorded = read(directory)?;
    let change = Change::between(plan, recorded.as_ref(), directory)?;
    if change.alters() {
        let directory = directory.root().to_path_buf();
        return Err(Error::PlanDiffers { directory, differences: change.lines().join("\n") });
    }
    let mut numbers: Numbers = BTreeMap::new();
    let mut settled = None;
    let mut contents = plan.contents();
    if let Some(recorded) = recorded {
        for (name, digests) in &recorded.contents {
            contents.entry(name.clone()).or_default().extend(digests.iter().cloned());
        }
        // Labels without files decide nothing.
        for (label, identity) in recorded.numbers.iter().filter(|(label, _)| change.left.contains(*label)) {
            numbers.insert(label.clone(), with_columns(plan, identity));
        }
        if change.extends() && !recorded.is_growing() {
            keep_former(directory)?;
            // It would be of what was there before.
            directory.remove_record(seal::RECORD)?;
        }
        if change.extends() || recorded.is_growing() {
            settled = Some(recorded.base().clone());
        }
    }
    for (estimator, planned) in plan.study.estimators.iter().enumerate() {
        numbers.insert(planned.label.clone(), plan.identity(estimator).into_iter().collect());
    }
    write(plan, directory, (&numbers, &contents), settled.as_ref())?;
    write_changed(directory, STUDY_RECORD, &study_text(plan))
}

/// The identity of an estimator that is not planned, with the columns that are.
fn with_columns(plan: &Plan, identity: &Identity) -> Identity {
    let choice = identity.get("estimator").and_then(|label| plan::estimator(label));
    // What this program cannot compute again stays as it is.
    let Some(choice) = choice else { return identity.clone() };
    let is_column = |name: &String| COLUMNS.contains(&name.as_str());
    let mut with = identity.clone();
    with.retain(|name, _| !is_column(name));
    with.extend(plan.identity_of(&choice).into_iter().filter(|(name, _)| is_column(name)));
    with
}

fn write(
    plan: &Plan,
    directory: &RunDirectory,
    (numbers, contents): (&Numbers, &Contents),
    settled: Option<&Numbers>,
) -> Result<(), Error> {
    let written = Written { plan: plan.to_json(), numbers, contents, settled };
    write_changed(directory, PLAN_RECORD, &serde_json::to_vec_pretty(&written)?)
}

/// Writes a record that does not say the same yet.
fn write_changed(directory: &RunDirectory, name: &str, bytes: &[u8]) -> Result<(), Error> {
    if directory.read_record(name).is_ok_and(|there| there.as_deref() == Some(bytes)) {
        return Ok(());
    }
    Ok(directory.write_record(name, bytes)?)
}

/// Keeps the records of the state that is about to grow; those of an earlier growth, and its files, go.
fn keep_former(directory: &RunDirectory) -> Result<(), Error> {
    directory.drop_former()?;
    for name in [STUDY_RECORD, PLAN_RECORD, seal::RECORD] {
        if let Some(bytes) = directory.read_record(name)? {
            directory.former().write_record(name, &bytes)?;
        }
    }
    Ok(())
}

/// Records that a growth is taken back: what `former` says, and that files may still have more.
pub(crate) fn begin_undo(directory: &RunDirectory, former: &[u8]) -> Result<(), Error> {
    let mut record: serde_json::Value = serde_json::from_slice(former)?;
    if record.get("settled").is_none() {
        record["settled"] = record["numbers"].clone();
    }
    Ok(directory.write_record(PLAN_RECORD, &serde_json::to_vec_pretty(&record)?)?)
}

/// Records that all files of a directory have the same columns; former files stay as long as they differ.
pub(crate) fn settle(plan: &Plan, directory: &RunDirectory) -> Result<(), Error> {
    let Some(recorded) = read(directory)?.filter(Recorded::is_growing) else { return Ok(()) };
    write(plan, directory, (&recorded.numbers, &recorded.contents), None)?;
    // A label that is gone had no files, or its estimator has gained or lost swept parameters since.
    let is_renamed = |label: &str, identity: &Identity| {
        let (name, _) = name_and_key(label, identity);
        let same_rule = |other: &Identity| other.get("estimator") == identity.get("estimator");
        recorded.numbers.iter().any(|(other, is)| name_and_key(other, is).0 == name && same_rule(is))
    };
    let same = |(label, identity): (&String, &Identity)| match recorded.numbers.get(label) {
        Some(numbers) => numbers == identity,
        None => !is_renamed(label, identity),
    };
    if recorded.base().iter().all(same) {
        directory.drop_former()?;
    }
    Ok(())
}

/// Whether the study that is recorded is the one of this plan: those who share a directory work on the same.
pub(crate) fn is_recorded(plan: &Plan, directory: &RunDirectory) -> Result<bool, Error> {
    Ok(directory.read_record(STUDY_RECORD)?.is_some_and(|bytes| bytes == study_text(plan)))
}

/// Ends the text of a study with a line that says what its bytes before sum to.
const SUM_LINE: &str = "# blake3 of the text above: ";

/// The resolved study as it is recorded.
fn study_text(plan: &Plan) -> Vec<u8> {
    let mut text = plan.asked().to_yaml();
    if plan.generator >= Generator::Four {
        let sum = blake3::hash(text.as_bytes()).to_hex();
        text += &format!("{SUM_LINE}{sum}\n");
    }
    text.into_bytes()
}

/// Whether the recorded study is as it was written; `true` too where it has no sum to compare with.
pub(crate) fn study_is_whole(directory: &RunDirectory) -> Result<bool, Error> {
    let bytes = directory.read_record(STUDY_RECORD)?.unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let Some(recorded) = read(directory)? else { return Ok(true) };
    if generator(&recorded).is_none_or(|generator| generator < Generator::Four) {
        return Ok(true);
    }
    let Some((before, sum)) = text.rsplit_once(SUM_LINE) else { return Ok(false) };
    Ok(sum.trim_end() == blake3::hash(before.as_bytes()).to_hex().as_str())
}
