//! The record of what decided the numbers in a run directory, and of the plan it was made by.

use crate::change::Change;
use crate::columns::COLUMNS;
use crate::error::Error;
use crate::generator::Generator;
use crate::named;
use crate::plan::Plan;
use crate::rebuild::rebuild;
use crate::seal;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::OnceLock;
use tempered_store::{Place, RunDirectory};

pub(crate) const PLAN_RECORD: &str = "plan.json";
pub(crate) const STUDY_RECORD: &str = "study.yaml";

/// What decided the numbers in a directory, by label: names and values.
pub(crate) type Numbers = BTreeMap<String, BTreeMap<String, String>>;

/// The plan as it is recorded, and what decides the numbers in the directory.
#[derive(Serialize)]
struct Written<'a> {
    plan: serde_json::Value,
    /// By label, estimators of earlier plans included: names and values of what decides their numbers.
    numbers: &'a Numbers,
    /// The same for the files that have not been brought along yet, while columns are added.
    #[serde(skip_serializing_if = "Option::is_none")]
    settled: Option<&'a Numbers>,
}

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
            let of = |(label, identity): (&String, &BTreeMap<String, String>)| {
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

/// Reads the record of a directory, or makes it again from the footers of its files where it is lost or damaged; `None`
/// where there are neither.
///
/// # Errors
/// The file system refuses, or the footers contradict each other.
pub(crate) fn read(directory: &RunDirectory) -> Result<Option<Recorded>, Error> {
    match directory.read_record(PLAN_RECORD)?.map(|bytes| serde_json::from_slice::<Recorded>(&bytes)) {
        Some(Ok(recorded)) => Ok(Some(recorded)),
        Some(Err(error)) => rebuild(directory, format!("is damaged ({error})")),
        None => rebuild(directory, "is missing beside finished files".into()),
    }
}

/// The name of the estimator of this label and identity, and the key in the names of its files where there are variants.
pub(crate) fn name_and_key<'a>(
    label: &'a str,
    identity: &BTreeMap<String, String>,
) -> (&'a str, Option<String>) {
    match label.split_once('[') {
        None => (label, None),
        Some((name, _)) => (name, identity.get("estimator").map(|rule| tempered_store::key(rule))),
    }
}

/// What to tell about a record that was made again from the footers; nothing where it was read.
///
/// # Errors
/// Those of reading it.
pub fn warning(directory: &RunDirectory) -> Result<Option<String>, Error> {
    let recorded = read(directory)?;
    let path = directory.root().join("_tempered").join(PLAN_RECORD);
    let tell = |why| format!("{} {why}; what it said is taken from the footers of the files", path.display());
    Ok(recorded.and_then(|recorded| recorded.rebuilt).map(tell))
}

/// The rules by which a directory was begun; `None` where nothing is recorded, or rules that this program does not know,
/// which comparing the plan with the record then tells.
pub(crate) fn generator(recorded: &Recorded) -> Option<Generator> {
    recorded.numbers.values().filter_map(|numbers| Generator::of(numbers.get("generator")?)).min()
}

pub(crate) fn no_record(directory: &RunDirectory, why: String) -> Error {
    Error::NoRecord { path: directory.root().join("_tempered").join(PLAN_RECORD), why }
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
    if let Some(recorded) = recorded {
        // Labels without files decide nothing.
        for (label, identity) in recorded.numbers.iter().filter(|(label, _)| change.left.contains(*label)) {
            numbers.insert(label.clone(), with_columns(plan, identity));
        }
        if change.extends() && !recorded.is_growing() {
            keep_former(directory)?;
        }
        if change.extends() || recorded.is_growing() {
            settled = Some(recorded.base().clone());
        }
    }
    for (estimator, planned) in plan.study.estimators.iter().enumerate() {
        numbers.insert(planned.label.clone(), plan.identity(estimator).into_iter().collect());
    }
    write(plan, directory, &numbers, settled.as_ref())?;
    write_changed(directory, STUDY_RECORD, &study_text(plan))
}

/// The identity of an estimator that is not planned, with the columns that are.
fn with_columns(plan: &Plan, identity: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let choice = identity.get("estimator").and_then(|label| named::estimator(label));
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
    numbers: &Numbers,
    settled: Option<&Numbers>,
) -> Result<(), Error> {
    let written = Written { plan: plan.to_json(), numbers, settled };
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
    write(plan, directory, &recorded.numbers, None)?;
    let same = |(label, identity): (&String, &BTreeMap<String, String>)| {
        recorded.numbers.get(label).is_none_or(|numbers| numbers == identity)
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
