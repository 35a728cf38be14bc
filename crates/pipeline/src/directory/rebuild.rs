//! Making the record of a directory again: footers say all that decides numbers.

use super::recorded::{Recorded, no_record};
use crate::error::Error;
use crate::plan::{self, Identity, Numbers, TEMPLATE, join};
use std::collections::BTreeMap;
use std::path::PathBuf;
use tempered_store::{Footer, Found, RunDirectory, Table, read_footer};

/// What footers say beyond what decides the numbers of their estimator.
const OTHERS: [&str; 8] = ["cell", "plan", "label", "variant", "trials", "version", "shard_size", "form"];

/// Reads the footer of every metrics file; `None` where there is none. `why` the record cannot be used is kept.
///
/// # Errors
/// Two files of one label contradict each other.
pub(crate) fn rebuild(directory: &RunDirectory, why: String) -> Result<Option<Recorded>, Error> {
    let mut numbers: Numbers = BTreeMap::new();
    let mut first: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut mixed = false;
    for file in directory.listing()?.files.into_iter().filter(|file| file.table == Table::Metrics) {
        let path = file.place.path(file.table);
        let Found::File(footer) = read_footer(&directory.root().join(&path))? else { continue };
        if footer.get("tempered.label") != Some(&file.place.estimator) {
            continue;
        }
        let identity = identity(&footer);
        let label = match footer.get("tempered.variant") {
            Some(variant) => format!("{}[{variant}]", file.place.estimator),
            None => file.place.estimator,
        };
        let Some(known) = numbers.get(&label) else {
            first.insert(label.clone(), path);
            numbers.insert(label, identity);
            continue;
        };
        mixed |= *known != identity;
        let joined = join(known, &identity).map_err(|what| {
            let other = first.get(&label).cloned().unwrap_or_default();
            let (other, path) = (other.display(), path.display());
            no_record(
                directory,
                format!("{why}, and the footers of {other} and {path} contradict each other: {what}"),
            )
        })?;
        numbers.insert(label, joined);
    }
    if numbers.is_empty() {
        return Ok(None);
    }
    let columns = |identity: &Identity| {
        ["risks", "reference", "knots_per_gap", "weights", "parameters", "data_parameters"]
            .map(|name| identity.get(name).cloned())
    };
    let mut all = numbers.values().map(columns);
    let one = all.next();
    mixed |= all.any(|other| Some(other) != one);
    // Files that differ were left by a growth that has not ended.
    let settled = mixed.then(|| numbers.clone());
    Ok(Some(Recorded::again(numbers, settled, why)))
}

fn identity(footer: &Footer) -> Identity {
    let deciding = footer.pairs.iter().filter(|(key, _)| plan::decides(key));
    let named = deciding.map(|(key, value)| (plan::bare(key).to_string(), value.clone()));
    named.filter(|(name, _)| !OTHERS.contains(&name.as_str()) && !name.starts_with(TEMPLATE)).collect()
}
