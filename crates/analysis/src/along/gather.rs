//! Gathering the values of quantities, for a partition or for each checkpoint in one.

use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tempered_store::Table;

use super::compare::HELD;
use crate::error::{Error, near};
use crate::read::blocks::{Opened, read_ahead};
use crate::read::samples::{MISSING, OK, OVERFLOW, Reasons};
use crate::read::scan::{Partition, Scan, Shard};
use crate::risk::Risk;
use crate::sample::collect::{Gather, Sample, collect};

/// The share of failed trials, a quantity without a column.
const FAILED: &str = "failed";
/// Columns of numbers that are keys and not quantities.
const KEYS: [&str; 3] = ["n", "trial", "checkpoint"];

/// The quantity of a curve.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Quantity {
    /// Its column, or `failed`.
    pub name: String,
    /// The risk that it is, if it is one.
    pub risk: Option<Risk>,
    /// Whether it is a metric of a program.
    pub own: bool,
}

impl Quantity {
    fn of(name: &str, metrics: &BTreeSet<String>) -> Quantity {
        Quantity { name: name.to_owned(), risk: Risk::of_column(name), own: metrics.contains(name) }
    }

    /// Whether it is the share of failed trials.
    pub fn is_share(&self) -> bool {
        self.name == FAILED
    }

    /// Whether it is a norm of a difference, whose overflows are larger than all other values and whose tail may be heavy.
    pub fn is_error(&self) -> bool {
        self.risk.is_some() || self.name.starts_with("distance_")
    }

    /// The quantities of these names, or the risks where there are none; where there are no risks either, these metrics.
    ///
    /// # Errors
    /// [`Error::Quantity`] with the names there are.
    pub fn all(names: &[String], metrics: &BTreeSet<String>, scan: &Scan) -> Result<Vec<Quantity>, Error> {
        if names.is_empty() {
            let risks = scan.risks.iter().map(|risk| &risk.value);
            let own = metrics.iter().filter(|_| scan.risks.is_empty());
            return Ok(risks.chain(own).map(|name| Quantity::of(name, metrics)).collect());
        }
        // Parameters of the data are coordinates.
        let is_axis = |name: &str| ["design_", "target_", "noise_"].iter().any(|axis| name.starts_with(axis));
        let columns = scan.numeric.iter().map(String::as_str);
        let columns = columns.filter(|name| !KEYS.contains(name) && !is_axis(name));
        let known: Vec<&str> = columns.chain([FAILED]).collect();
        let mut quantities: Vec<Quantity> = Vec::new();
        for name in names {
            if !known.contains(&name.as_str()) {
                let help = near(name, known.iter().copied());
                return Err(Error::Quantity { name: name.clone(), known: known.join(", "), help });
            }
            let quantity = Quantity::of(name, metrics);
            if !quantities.contains(&quantity) {
                quantities.push(quantity);
            }
        }
        Ok(quantities)
    }
}

/// The values of one quantity at one position.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gathered {
    pub sample: Sample,
    /// Reasons of missing values.
    pub reasons: Reasons,
    /// Values of the first trials by their number, NaN for missing ones.
    pub head: Vec<f64>,
}

/// Rows of a table, and the position of each.
struct Rows {
    trials: Vec<u64>,
    places: Vec<usize>,
    /// One entry a quantity; `None` where the file does not have the column.
    columns: Vec<Option<Vec<f64>>>,
}

/// Row groups with the status of their rows, which is read where a value is missing.
type Groups<'a> = Box<dyn Iterator<Item = Result<(Rows, Vec<String>), Error>> + Send + 'a>;

/// The source of rows.
pub(crate) struct Source<'a> {
    shards: Vec<Shard>,
    trials: u64,
    /// One more than the number of the last trial.
    end: u64,
    /// Steps of training, where each is a position.
    pub checkpoints: Vec<u64>,
    quantities: &'a [Quantity],
}

impl<'a> Source<'a> {
    /// The metrics of a partition.
    pub fn metrics(partition: &Partition, quantities: &'a [Quantity]) -> Source<'a> {
        let (shards, checkpoints) = (partition.files.clone(), Vec::new());
        Source { shards, trials: partition.rows(), end: end(partition), checkpoints, quantities }
    }

    /// The checkpoints of a partition; none where its estimator has none.
    ///
    /// # Errors
    /// A file that cannot be read, or one that is not of the partition.
    pub fn checkpoints(
        partition: &Partition,
        quantities: &'a [Quantity],
    ) -> Result<Option<Source<'a>>, Error> {
        let (mut shards, mut steps, mut trials) = (Vec::new(), None, 0);
        for shard in &partition.files {
            let Some(path) = beside(&shard.path).filter(|path| path.exists()) else { continue };
            let file = tempered_store::MetricsFile::open(&path).map_err(Error::read(&path))?;
            let footer = file.footer();
            let says = |name: &str| footer.get(&format!("tempered.{name}")).unwrap_or_default().to_owned();
            let here: Vec<u64> =
                says("checkpoints").split(", ").filter_map(|step| step.parse().ok()).collect();
            let wanted = format!("{}..{}", shard.trials.start, shard.trials.end);
            if says("trials") != wanted || tempered_store::key(&says("cell")) != partition.cell {
                return Err(Error::foreign(&path, "trials", Some(&says("trials")), &wanted));
            }
            if *steps.get_or_insert_with(|| here.clone()) != here || here.is_empty() {
                let wanted = "the same as in the other files of its estimator and cell";
                return Err(Error::foreign(&path, "checkpoints", Some(&says("checkpoints")), wanted));
            }
            trials += shard.rows();
            let rows = 0..shard.rows().saturating_mul(here.len() as u64);
            shards.push(Shard { path, trials: rows });
        }
        let end = end(partition);
        Ok(steps.map(|checkpoints| Source { shards, trials, end, checkpoints, quantities }))
    }

    /// The number of positions.
    fn places(&self) -> usize {
        self.checkpoints.len().max(1)
    }

    /// Gathers every quantity at every position, keeping the values that quantiles at these levels need.
    pub fn gathered(&self, levels: &[f64]) -> Result<Vec<Vec<Gathered>>, Error> {
        let (places, count) = (self.places(), self.quantities.len());
        let gather = vec![Gather { order: true, ..Gather::default() }; places * count];
        let mut beside: Vec<Gathered> = Vec::new();
        let samples = collect(self.trials, &gather, levels, &mut |columns| {
            // Each pass meets all rows again.
            beside = vec![Gathered { head: head(self.end), ..Gathered::default() }; places * count];
            let blocks = self.shards.iter().flat_map(|shard| self.rows(shard));
            read_ahead(blocks, |(rows, status): (Rows, Vec<String>)| {
                let slots = columns.par_iter_mut().zip(&mut beside).enumerate();
                slots.for_each(|(slot, (column, beside))| {
                    let (place, quantity) = (slot / count, slot % count);
                    let values =
                        rows.of(place, quantity, &status, self.quantities[quantity].is_error(), beside);
                    column.add(&values);
                });
                Ok(())
            })
        })?;
        let all = samples.into_iter().zip(beside).map(|(sample, beside)| Gathered { sample, ..beside });
        let all: Vec<Gathered> = all.collect();
        Ok(all.chunks(count).map(<[Gathered]>::to_vec).collect())
    }

    /// The row groups of a file. Those of a partition are in order of trials, those of checkpoints as well.
    fn rows(&self, shard: &'a Shard) -> Groups<'_> {
        match Opened::of(shard) {
            Err(error) => Box::new(std::iter::once(Err(error))),
            Ok(file) => Box::new((0..file.groups().len()).map(move |group| self.group(&file, group))),
        }
    }

    fn group(&self, file: &Opened<'_>, group: usize) -> Result<(Rows, Vec<String>), Error> {
        let names: Vec<&str> =
            self.quantities.iter().filter(|q| !q.is_share()).map(|q| q.name.as_str()).collect();
        let mut read = file.numbers(group, &names)?.into_iter();
        let trials: Vec<u64> =
            file.integers(group, "trial")?.iter().map(|trial| trial.cast_unsigned()).collect();
        let places = match self.checkpoints.is_empty() {
            true => vec![0; trials.len()],
            false => self.steps(file, group)?,
        };
        let lacks = |values: &Option<Vec<f64>>| values.iter().flatten().any(|value| value.is_nan());
        let shares = self.quantities.iter().any(Quantity::is_share);
        let status =
            if shares || read.as_slice().iter().any(lacks) { file.status(group)? } else { Vec::new() };
        let failed = || status.iter().map(|word| f64::from(u8::from(word != OK))).collect();
        let column = |quantity: &Quantity| {
            if quantity.is_share() { Some(failed()) } else { read.next().unwrap_or_default() }
        };
        let columns = self.quantities.iter().map(column).collect();
        Ok((Rows { trials, places, columns }, status))
    }

    /// The position of each row's checkpoint.
    fn steps(&self, file: &Opened<'_>, group: usize) -> Result<Vec<usize>, Error> {
        let steps = file.integers(group, "checkpoint")?;
        let place = |step: &i64| {
            let place = self.checkpoints.iter().position(|known| known.cast_signed() == *step);
            let wanted = || "one of the checkpoints in its footer";
            place.ok_or_else(|| {
                Error::foreign(file.path(), "column `checkpoint`", Some(&step.to_string()), wanted())
            })
        };
        steps.iter().map(place).collect()
    }
}

impl Rows {
    /// The values of one quantity at one position; missing ones are counted, and kept as NaN among the first trials.
    fn of(
        &self,
        place: usize,
        quantity: usize,
        status: &[String],
        is_error: bool,
        beside: &mut Gathered,
    ) -> Vec<f64> {
        let Some(column) = &self.columns[quantity] else { return Vec::new() };
        let mut values = Vec::with_capacity(column.len());
        for (row, value) in column.iter().enumerate().filter(|(row, _)| self.places[*row] == place) {
            let mut value = *value;
            if value.is_nan() {
                let word = status.get(row).map_or(MISSING, |word| if word == OK { MISSING } else { word });
                *beside.reasons.entry(word.to_owned()).or_default() += 1;
                if word == OVERFLOW && is_error {
                    value = f64::INFINITY;
                }
            }
            if let Some(held) =
                usize::try_from(self.trials[row]).ok().and_then(|trial| beside.head.get_mut(trial))
            {
                *held = value;
            }
            values.push(value);
        }
        values
    }
}

/// One more than the number of the last trial of a partition.
fn end(partition: &Partition) -> u64 {
    partition.files.last().map_or(0, |shard| shard.trials.end)
}

/// The file of checkpoints that belongs to a file of metrics.
fn beside(metrics: &Path) -> Option<PathBuf> {
    let mut parts = metrics.components().rev();
    let (name, n, estimator) = (parts.next()?, parts.next()?, parts.next()?);
    parts.next().filter(|table| table.as_os_str() == Table::Metrics.name())?;
    let run: PathBuf = parts.rev().collect();
    Some(run.join(Table::Checkpoints.name()).join(estimator).join(n).join(name))
}

/// Room for the first trials of a partition.
pub(crate) fn head(trials: u64) -> Vec<f64> {
    vec![f64::NAN; HELD.min(usize::try_from(trials).unwrap_or(HELD))]
}
