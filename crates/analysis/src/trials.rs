//! Trials worth looking at.

use std::path::Path;

use crate::error::Error;
use crate::scan::{Scan, read, reals};
use crate::series::Series;

/// Trials of one series at one n, by their risk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Notable {
    /// The size of a training set.
    pub n: u64,
    /// The trial whose risk is nearest to the median.
    pub median: u64,
    /// The trial of the largest risk.
    pub worst: u64,
}

/// The median and the worst trial of a series at this n; none where no trial of it has a risk.
///
/// # Errors
/// Files that cannot be read.
pub fn notable(dir: &Path, series: &Series, n: u64) -> Result<Option<Notable>, Error> {
    let scan = Scan::open(dir)?;
    let labels = [&series.design, &series.target, &series.noise];
    let here = scan.partitions.iter().find(|partition| {
        partition.estimator == series.estimator && partition.n == n && partition.labels.each_ref() == labels
    });
    let column = scan.risks.iter().find(|risk| risk.risk == series.p).map(|risk| risk.value.as_str());
    let level = series.levels.iter().find(|level| level.n == n).and_then(|level| level.median);
    let (Some(partition), Some(column), Some(median)) = (here, column, level) else { return Ok(None) };
    let (mut nearest, mut largest) = ((f64::INFINITY, None), (f64::NEG_INFINITY, None));
    for (file, start) in partition.chunks() {
        let frame = read(file, start, &["trial", column])?;
        let trials = frame.column("trial").and_then(|trials| trials.i64()).map_err(Error::read(file))?;
        for (trial, risk) in
            trials.iter().zip(reals(&frame, column).map_err(Error::read(file))?.iter().copied())
        {
            let Some(trial) = trial.and_then(|trial| u64::try_from(trial).ok()) else { continue };
            // Where there is no risk both comparisons are false.
            if (risk - median).abs() < nearest.0 {
                nearest = ((risk - median).abs(), Some(trial));
            }
            if risk > largest.0 {
                largest = (risk, Some(trial));
            }
        }
    }
    Ok(nearest.1.zip(largest.1).map(|(median, worst)| Notable { n, median, worst }))
}
