//! Publishing finished files into a depot.
//!
//! Weights and checkpoints are put first, where they replace what is there; metrics are the commit mark, and are created where there are none. Where
//! there are some, their bytes must be these: two machines that compute different numbers are found out.

use crate::at_once::at_once;
use crate::error::Error;
use crate::plan::{PROCESSOR_KEY, Plan, Shard, place};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempered_depot::Depot;
use tempered_store::{Found, Place, RunDirectory, Table, read_footer};

/// Takes files from a directory of this process alone into a depot.
pub struct Publisher {
    /// Where to.
    pub depot: Arc<dyn Depot>,
    /// Where shards are made.
    pub scratch: RunDirectory,
}

/// The name of a file in a depot: its path below the run directory.
pub(crate) fn name(place: &Place, table: Table) -> String {
    let path = place.path(table);
    let parts = path.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
    parts.collect::<Vec<_>>().join("/")
}

impl Publisher {
    /// Publishes the files of finished shards, side by side, and removes them from the directory.
    ///
    /// # Errors
    /// [`Error::Contradicts`] where the depot has other numbers; the depot or the disk refuses.
    pub fn publish(&self, plan: &Plan, parts: &[(Arc<Shard>, Arc<[usize]>)]) -> Result<(), Error> {
        let of = |(shard, estimators): &(Arc<Shard>, Arc<[usize]>)| {
            estimators.iter().map(|estimator| place(plan, *estimator, shard)).collect::<Vec<_>>()
        };
        let places: Vec<Place> = parts.iter().flat_map(of).collect();
        at_once(&places, |place| self.publish_one(place))
    }

    fn publish_one(&self, place: &Place) -> Result<(), Error> {
        let path = |table: Table| self.scratch.root().join(place.path(table));
        let metrics = path(Table::Metrics);
        let bytes = read(&metrics)?;
        let mark = name(place, Table::Metrics);
        let beside: Vec<Table> =
            Table::ALL.into_iter().skip(1).filter(|table| path(*table).is_file()).collect();
        // What somebody else has finished stays as it is: on another processor it may have other last bits.
        if !self.depot.has(&mark)? {
            for table in &beside {
                self.depot.put(&name(place, *table), &path(*table))?;
            }
        }
        if !self.depot.create(&mark, &bytes)? {
            self.agree(&mark, &metrics, &bytes)?;
        }
        for path in std::iter::once(metrics).chain(beside.into_iter().map(path)) {
            std::fs::remove_file(&path).map_err(told(&path))?;
        }
        Ok(())
    }

    /// Compares metrics with those that the depot has.
    fn agree(&self, mark: &str, metrics: &Path, bytes: &[u8]) -> Result<(), Error> {
        let Some(there) = self.depot.read(mark)?.filter(|there| there != bytes) else { return Ok(()) };
        let copy = metrics.with_extension("other");
        std::fs::write(&copy, there).map_err(told(&copy))?;
        let says = |path: &Path| -> Result<Option<String>, Error> {
            Ok(match read_footer(path)? {
                Found::File(footer) => footer.get(PROCESSOR_KEY).map(str::to_owned),
                Found::Missing | Found::Unreadable(_) => None,
            })
        };
        let processors = (says(metrics)?, says(&copy)?);
        std::fs::remove_file(&copy).map_err(told(&copy))?;
        match processors {
            (Some(here), Some(there)) if here != there => Ok(()),
            _ => Err(Error::Contradicts {
                one: metrics.to_path_buf(),
                other: PathBuf::from(format!("{}/{mark}", self.depot.address())),
            }),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(told(path))
}

fn told(path: &Path) -> impl Fn(std::io::Error) -> Error + '_ {
    |source| tempered_store::Error::Io { path: path.to_path_buf(), source }.into()
}
