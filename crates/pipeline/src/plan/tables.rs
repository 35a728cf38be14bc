//! Tables that designs draw rows from, each read once.

use super::cell::Cell;
use crate::error::Error;
use crate::spec::{Wanted, dimension};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use tempered_math::catalogue::Choice;
use tempered_math::space::rows::Table;

/// The contents of files that designs read, as digests by the names of the files.
pub(crate) type Contents = BTreeMap<String, BTreeSet<String>>;

/// Adds the content that a design reads, if it reads one.
pub(crate) fn add_content(design: &Choice, contents: &mut Contents) {
    let Some(Wanted { name, digest: Some(digest), .. }) = Wanted::of(design) else { return };
    contents.entry(name).or_default().insert(digest.to_owned());
}

/// The tables of a plan by content and columns.
#[derive(Debug, Default)]
pub struct Tables(Mutex<HashMap<String, Arc<Table>>>);

impl Tables {
    /// The table of a cell, read at the first call; `None` where its design is a law.
    ///
    /// # Errors
    /// No file of this content lies where the study says, or in the current folder; it has another number of features than the
    /// cell, or too few rows.
    pub fn of(&self, cell: &Cell) -> Result<Option<Arc<Table>>, Error> {
        let Some(wanted) = Wanted::of(&cell.design) else { return Ok(None) };
        let refused = |message| Error::Table { design: cell.design.to_string(), message };
        let table = self.read(&wanted).map_err(refused)?;
        let (rows, d) = (table.rows() as u64, table.d() as u64);
        if dimension(&cell.design) != Some(d) {
            return Err(refused(format!("its table has {d} features; leave `d` out of the design")));
        }
        if rows <= cell.n {
            let most = rows.saturating_sub(1);
            return Err(refused(format!(
                "its table has {rows} rows; expected n of at most {most}, but it is {}",
                cell.n
            )));
        }
        Ok(Some(table))
    }

    fn read(&self, wanted: &Wanted<'_>) -> Result<Arc<Table>, String> {
        let key = wanted.key();
        // Others wait for the one that reads: each would read the same file.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = known.get(&key) {
            return Ok(table.clone());
        }
        let table = Arc::new(wanted.read()?);
        known.insert(key, table.clone());
        Ok(table)
    }
}
