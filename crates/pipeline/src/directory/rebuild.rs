//! Making the record of a directory again: footers say all that decides numbers.

use super::recorded::{Recorded, no_record};
use crate::error::Error;
use crate::plan::{self, CELL_KEY, COLUMNS, Contents, Identity, Numbers, TEMPLATE, add_content, join};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use tempered_store::{Footer, Found, RunDirectory, Table, read_footer};

/// What footers say beyond what decides the numbers of their estimator.
const OTHERS: [&str; 8] = ["cell", "plan", "label", "variant", "trials", "version", "shard_size", "form"];

/// Reads the footer of every metrics file; `None` where there is none. `why` the record cannot be used is kept.
///
/// # Errors
/// Two files of one label contradict each other.
pub(super) fn rebuild(directory: &RunDirectory, why: String) -> Result<Option<Recorded>, Error> {
    let mut footers = Footers::default();
    for file in directory.listing()?.files.into_iter().filter(|file| file.table == Table::Metrics) {
        let path = file.place.path(file.table);
        let Found::File(footer) = read_footer(&directory.root().join(&path))? else { continue };
        if footer.get("tempered.label") != Some(&file.place.estimator) {
            continue;
        }
        if let Some(cell) = footer.get(CELL_KEY).filter(|cell| footers.cells.insert((*cell).to_owned())) {
            plan::cell(cell).iter().for_each(|cell| add_content(&cell.design, &mut footers.contents));
        }
        let label = match footer.get("tempered.variant") {
            Some(variant) => format!("{}[{variant}]", file.place.estimator),
            None => file.place.estimator,
        };
        footers
            .add(label, path, identity(&footer))
            .map_err(|contradiction| no_record(directory, format!("{why}, and {contradiction}")))?;
    }
    let Footers { numbers, contents, mut mixed, .. } = footers;
    let columns = |identity: &Identity| {
        COLUMNS
            .iter()
            .filter(|name| **name != "checkpoints")
            .map(|name| identity.get(*name).cloned())
            .collect::<Vec<_>>()
    };
    let mut all = numbers.values().map(columns);
    let Some(one) = all.next() else { return Ok(None) };
    mixed |= all.any(|other| other != one);
    // Files that differ were left by a growth that has not ended.
    let settled = mixed.then(|| numbers.clone());
    Ok(Some(Recorded::again(numbers, contents, settled, why)))
}

/// What footers say so far, by label.
#[derive(Default)]
struct Footers {
    numbers: Numbers,
    /// Cells that were looked at.
    cells: BTreeSet<String>,
    /// The contents of users' files that these cells draw rows from.
    contents: Contents,
    /// The first file of each label.
    first: BTreeMap<String, PathBuf>,
    /// Whether files of one label differ.
    mixed: bool,
}

impl Footers {
    /// Adds what a file says; the error tells how two contradict each other.
    fn add(&mut self, label: String, path: PathBuf, identity: Identity) -> Result<(), String> {
        let Some(known) = self.numbers.get(&label) else {
            self.first.insert(label.clone(), path);
            self.numbers.insert(label, identity);
            return Ok(());
        };
        self.mixed |= *known != identity;
        let joined = join(known, &identity).map_err(|what| {
            let other = self.first.get(&label).cloned().unwrap_or_default();
            let (other, path) = (other.display(), path.display());
            format!("the footers of {other} and {path} contradict each other: {what}")
        })?;
        self.numbers.insert(label, joined);
        Ok(())
    }
}

fn identity(footer: &Footer) -> Identity {
    let deciding = footer.pairs.iter().filter(|(key, _)| plan::decides(key));
    let named = deciding.map(|(key, value)| (plan::bare(key).to_string(), value.clone()));
    named.filter(|(name, _)| !OTHERS.contains(&name.as_str()) && !name.starts_with(TEMPLATE)).collect()
}
