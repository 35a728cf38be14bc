//! Joining run directories of one study, with proof: the same plan, every file sound, and what several of them hold equal.

use crate::directory::check::faults_of;
use crate::directory::{Change, Recorded, complete, no_record, read, seal};
use crate::error::Error;
use crate::plan::{PROCESSOR_KEY, Plan, trials};
use crate::run::begin;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tempered_flow::Pool;
use tempered_store::{CHECKSUM_KEY, Footer, Found, Place, RunDirectory, Table, read_footer};

/// What joining directories did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Files of (estimator, shard) that were copied.
    pub copied: u64,
    /// Those that the target had, or that several directories had with the same bytes.
    pub equal: u64,
    /// Those of which another directory had more trials, which were taken.
    pub shorter: u64,
    /// Those that several directories had from different processors, whose last bits may differ; the first was taken.
    pub elsewhere: u64,
    /// Whether no shard of the study is missing now.
    pub complete: bool,
}

/// Where the files of a place are taken from.
struct Chosen<'a> {
    directory: &'a RunDirectory,
    tables: Vec<Table>,
    footer: Footer,
}

/// Copies what `target` lacks of the study of `plan` from run directories of the same study. All are looked at before anything is copied.
///
/// # Errors
/// A directory holds another study, a damaged file, or other bytes than another directory in the same place; the disk refuses.
///
/// # Cost
/// Reads and checks every file of the sources, as verifying does, and copies those that are lacking.
pub fn merge(
    plan: &Plan,
    target: &RunDirectory,
    sources: &[RunDirectory],
    threads: usize,
) -> Result<Merged, Error> {
    let _hold = begin(plan, target)?;
    let pool = Pool::new(threads).map_err(|error| Error::Pool(error.to_string()))?;
    let mut merged = Merged::default();
    let mut chosen: BTreeMap<Place, Chosen<'_>> = BTreeMap::new();
    // The target comes first: what it holds stays where others hold the same.
    for directory in std::iter::once(target).chain(sources) {
        let recorded = same_study(plan, directory)?;
        let places = sound(directory, &recorded, &pool)?;
        for (place, tables) in places {
            let footer = footer(directory, &place)?;
            let found = Chosen { directory, tables, footer };
            match chosen.get(&place) {
                None => {
                    chosen.insert(place, found);
                }
                Some(held) => {
                    if prefer(held, &found, &place, &mut merged)? {
                        chosen.insert(place, found);
                    }
                }
            }
        }
    }
    for source in sources {
        let lacking = chosen.iter().filter(|(_, chosen)| chosen.directory.root() == source.root());
        let files: Vec<(Place, Table)> = lacking
            .clone()
            .flat_map(|(place, chosen)| chosen.tables.iter().map(|table| (place.clone(), *table)))
            .collect();
        merged.copied += lacking.count() as u64;
        target.adopt(source, &files)?;
    }
    if merged.copied > 0 {
        // It would be of what was there before.
        target.remove_record(seal::RECORD)?;
    }
    merged.complete = complete(plan, target)?;
    if merged.complete {
        seal::seal(target)?;
    }
    Ok(merged)
}

/// The records of a directory, which must be those of the plan.
fn same_study(plan: &Plan, directory: &RunDirectory) -> Result<Recorded, Error> {
    let recorded = read(directory)?.ok_or_else(|| no_record(directory, "is missing".into()))?;
    let here = || directory.root().to_path_buf();
    if recorded.is_growing() {
        return Err(Error::Grows { directory: here() });
    }
    let change = Change::between(plan, Some(&recorded), directory)?;
    if !change.differences.is_empty() {
        return Err(Error::OtherPlan { directory: here(), differences: change.lines().join("\n") });
    }
    Ok(recorded)
}

/// The finished places of a directory with their tables, each file read whole and checked.
fn sound(
    directory: &RunDirectory,
    recorded: &Recorded,
    pool: &Pool,
) -> Result<BTreeMap<Place, Vec<Table>>, Error> {
    let mut places: BTreeMap<Place, Vec<Table>> = BTreeMap::new();
    for file in directory.listing()?.files {
        places.entry(file.place).or_default().push(file.table);
    }
    // Metrics are the commit mark: what lies beside none was not finished.
    places.retain(|_, tables| tables.contains(&Table::Metrics));
    let faults = pool.install(|| {
        let of = |place: &Place| faults_of(directory, recorded, place);
        places.par_iter().map(|(place, _)| of(place)).collect::<Result<Vec<_>, Error>>()
    })?;
    match faults.into_iter().flatten().next() {
        None => Ok(places),
        Some(finding) => Err(Error::Unsound {
            path: directory.root().join(&finding.path),
            what: finding.fault.to_string(),
            directory: directory.root().to_path_buf(),
        }),
    }
}

fn footer(directory: &RunDirectory, place: &Place) -> Result<Footer, Error> {
    let path = directory.metrics_path(place);
    let unsound =
        |path: PathBuf, what| Error::Unsound { path, what, directory: directory.root().to_path_buf() };
    match read_footer(&path)? {
        Found::File(footer) => Ok(footer),
        Found::Missing => Err(unsound(path, "has gone meanwhile".into())),
        Found::Unreadable(why) => Err(unsound(path, why)),
    }
}

/// Whether what was found is to be taken instead of what is held.
fn prefer(held: &Chosen<'_>, found: &Chosen<'_>, place: &Place, merged: &mut Merged) -> Result<bool, Error> {
    let end = |chosen: &Chosen<'_>| trials(&chosen.footer).map_or(0, |trials| trials.end);
    if end(held) != end(found) {
        merged.shorter += 1;
        return Ok(end(found) > end(held));
    }
    let says = |key: &str| (held.footer.get(key), found.footer.get(key));
    let (one, other) = says(PROCESSOR_KEY);
    if one != other {
        merged.elsewhere += 1;
        return Ok(false);
    }
    for table in &held.tables {
        let (one, other) = (held.directory.root(), found.directory.root());
        let (one, other) = (one.join(place.path(*table)), other.join(place.path(*table)));
        if checksum(&one)? != checksum(&other)? {
            return Err(Error::Contradicts { one, other });
        }
    }
    merged.equal += 1;
    Ok(false)
}

/// The checksum in the footer of a file that was found sound: equal ones are of equal bytes.
fn checksum(path: &std::path::Path) -> Result<Option<String>, Error> {
    Ok(match read_footer(path)? {
        Found::File(footer) => footer.get(CHECKSUM_KEY).map(str::to_owned),
        Found::Missing | Found::Unreadable(_) => None,
    })
}
