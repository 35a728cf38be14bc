//! The files of one place: each sound, and fit for each other.

use super::file::{Checked, check};
use super::finding::{Fault, Finding};
use crate::directory::recorded::Recorded;
use crate::directory::seal::Seal;
use crate::error::Error;
use tempered_store::{Listed, Place, RunDirectory, Table};

/// The files of one place.
#[derive(Default)]
pub(crate) struct Files<'a> {
    pub metrics: Option<&'a Listed>,
    pub weights: Option<&'a Listed>,
    pub checkpoints: Option<&'a Listed>,
}

impl Files<'_> {
    /// The metrics file where it is sound, and what is wrong with any.
    pub fn check(
        &self,
        directory: &RunDirectory,
        recorded: &Recorded,
        seal: Option<&Seal>,
    ) -> Result<(Option<Checked>, Vec<Finding>), Error> {
        let mut findings = Vec::new();
        let mut one = |file: Option<&Listed>| -> Result<Option<Checked>, Error> {
            let Some(file) = file else { return Ok(None) };
            match check(directory, file, recorded, seal)? {
                Ok(checked) => Ok(Some(checked)),
                Err(fault) => {
                    findings.push(Finding { path: file.place.path(file.table), fault });
                    Ok(None)
                }
            }
        };
        let (metrics, weights) = (one(self.metrics)?, one(self.weights)?);
        one(self.checkpoints)?;
        if let Some(checked) = &metrics {
            let fault = match (&weights, self.weights) {
                (Some(weights), _) => checked.lacks_networks(weights),
                (None, None) if checked.stores_weights() => Some(Fault::NoWeights),
                (None, _) => None,
            };
            // Weights are at fault: metrics come last and are the commit mark.
            let file = self.metrics.into_iter();
            let path = |file: &Listed| file.place.path(Table::Weights);
            findings.extend(file.zip(fault).map(|(file, fault)| Finding { path: path(file), fault }));
            if let (Some(file), None, true) = (self.metrics, self.checkpoints, checked.stores_checkpoints()) {
                let path = file.place.path(Table::Checkpoints);
                findings.push(Finding { path, fault: Fault::NoCheckpoints });
            }
        }
        Ok((metrics, findings))
    }
}

/// What is wrong with the files of a place, each read whole: nothing where they are sound and belong together.
pub(crate) fn faults_of(
    directory: &RunDirectory,
    recorded: &Recorded,
    place: &Place,
) -> Result<Vec<Finding>, Error> {
    let there = |table: Table| {
        let bytes = std::fs::metadata(directory.root().join(place.path(table))).ok()?.len();
        Some(Listed { table, place: place.clone(), bytes })
    };
    let [metrics, weights, checkpoints] = [Table::Metrics, Table::Weights, Table::Checkpoints].map(there);
    let files =
        Files { metrics: metrics.as_ref(), weights: weights.as_ref(), checkpoints: checkpoints.as_ref() };
    Ok(files.check(directory, recorded, None)?.1)
}
