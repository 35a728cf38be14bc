//! Copying what workers published into a run directory, where every command can look at it.

use crate::at_once::at_once;
use crate::directory::STUDY_RECORD;
use crate::error::Error;
use crate::run::MANIFEST;
use std::collections::BTreeMap;
use tempered_depot::{Depot, Object};
use tempered_store::{Place, RunDirectory, Table};

/// Records that a directory needs.
const RECORDS: [&str; 3] = [STUDY_RECORD, "plan.json", "workers.json"];
/// What a directory remembers of objects it has, by name: their sizes and tags.
const PULLED: &str = "pulled.json";

/// What was copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pulled {
    /// Data files that were copied.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Data files that were there already.
    pub kept: u64,
}

/// Copies the data files that a directory lacks, or has of another size or tag, and the records.
///
/// # Errors
/// The depot holds no study; it or the disk refuses.
///
/// # Cost
/// A request a thousand objects, and one for each file that is copied; those of a folder of one table go side by side, metrics last.
pub fn pull(depot: &dyn Depot, directory: &RunDirectory) -> Result<Pulled, Error> {
    let records = RECORDS.map(|record| (record, depot.read(&format!("_tempered/{record}"))));
    for (record, bytes) in records {
        match bytes? {
            Some(bytes) => directory.write_record(record, &bytes)?,
            None if record == STUDY_RECORD => return Err(Error::NoStudyThere(depot.address())),
            None => {}
        }
    }
    let known = directory.read_record(PULLED)?.unwrap_or_default();
    // A note that cannot be read says nothing: files are copied again.
    let known: BTreeMap<String, (u64, Option<String>)> = serde_json::from_slice(&known).unwrap_or_default();
    let mut has = known.clone();
    let mut pulled = Pulled::default();
    // Metrics are the commit mark: what is beside them comes first. What workers publish meanwhile is for the next time, so metrics
    // are listed first.
    let mut tables = Table::ALL.map(|table| (table, Vec::new()));
    for (table, objects) in &mut tables {
        *objects = depot.list(table.name())?;
    }
    // A listing may lag behind what the manifest of a complete study names.
    let manifest = depot.read(MANIFEST)?.unwrap_or_default();
    let mut unlisted: BTreeMap<String, u64> = serde_json::from_slice(&manifest).unwrap_or_default();
    for object in tables.iter().flat_map(|(_, objects)| objects) {
        unlisted.remove(&object.name);
    }
    for (name, bytes) in unlisted {
        let table = Place::named(&name).map(|(table, _)| table);
        if let Some((_, objects)) = tables.iter_mut().find(|(known, _)| Some(*known) == table) {
            objects.push(Object { name, bytes, tag: None });
        }
    }
    for (table, objects) in tables.into_iter().rev() {
        let mut lacking: Vec<(Object, Place)> = Vec::new();
        for object in objects {
            let Some((_, place)) = Place::named(&object.name).filter(|(named, _)| *named == table) else {
                continue;
            };
            let there = std::fs::metadata(directory.root().join(place.path(table)));
            let is_same = known.get(&object.name) == Some(&(object.bytes, object.tag.clone()));
            if is_same && there.is_ok_and(|file| file.len() == object.bytes) {
                pulled.kept += 1;
            } else {
                lacking.push((object, place));
            }
        }
        at_once(&lacking, |(object, place)| {
            // Removed since it was listed: whoever does that has reasons.
            let Some(bytes) = depot.read(&object.name)? else { return Ok(()) };
            Ok(directory.adopt_bytes(place, table, &bytes)?)
        })?;
        for (object, _) in lacking {
            pulled.files += 1;
            pulled.bytes += object.bytes;
            has.insert(object.name, (object.bytes, object.tag));
        }
    }
    directory.write_record(PULLED, &serde_json::to_vec(&has)?)?;
    Ok(pulled)
}
