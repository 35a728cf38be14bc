//! The median and the worst trial of a series.

use std::path::Path;

use crate::coordinates::split;
use crate::error::Error;
use crate::options::Options;
use crate::read::belongs::Expected;
use crate::read::blocks::groups;
use crate::read::scan::{Scan, Wanted};
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

/// The median and the worst trial of a series at this n, in the cell with this key; `None` where no trial of it has a risk.
/// Of the directory only the files of that cell are opened.
///
/// # Errors
/// Files that cannot be read or are not as expected; [`Error::Threads`] where threads cannot be started.
pub fn notable(
    dir: &Path,
    options: &Options,
    series: &Series,
    (n, cell): (u64, &str),
) -> Result<Option<Notable>, Error> {
    options.pool()?.install(|| find(dir, &options.expected, series, (n, cell)))
}

/// [`notable`] on the threads of the pool that calls it.
fn find(
    dir: &Path,
    expected: &Expected,
    series: &Series,
    (n, cell): (u64, &str),
) -> Result<Option<Notable>, Error> {
    let label = split(0, &series.estimator).0;
    let wanted =
        Wanted { folder: &|estimator, size| estimator == label && size == n, cell: &|key| key == cell };
    let scan = match Scan::some(dir, expected, wanted) {
        Err(Error::Empty { .. }) => return Ok(None),
        scan => scan?,
    };
    let here = scan.partitions.iter().find(|partition| partition.names() == series.labels());
    let column = scan.risks.iter().find(|risk| risk.risk == series.p).map(|risk| risk.value.as_str());
    let level = series.levels.iter().find(|level| level.n == n).and_then(|level| level.median);
    let (Some(partition), Some(column), Some(median)) = (here, column, level) else { return Ok(None) };
    let (mut nearest, mut largest) = ((f64::INFINITY, None), (f64::NEG_INFINITY, None));
    for group in groups(&partition.files) {
        let (file, group) = group?;
        let block = file.numbered(group, &[column])?;
        for (trial, risk) in block.trials.zip(block.columns.into_iter().flatten().flatten()) {
            // Missing risks are NaN, for which both comparisons are false.
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
