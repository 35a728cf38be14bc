//! One data file: sound in itself, of this study, in its place, and as it was sealed.

use super::finding::Fault;
use crate::directory::recorded::Recorded;
use crate::directory::seal::{self, Seal};
use crate::error::Error;
use crate::generator::Generator;
use crate::plan::{COLUMNS, Identity, SIZE_KEY, trials};
use crate::spec::{Cut, Weights, most_trials};
use std::ops::Range;
use tempered_store::{Footer, Inspected, Listed, Outcome, RunDirectory, Table, inspect, key};

/// A sound file.
pub(crate) struct Checked {
    /// Trials it says it holds.
    pub range: Range<u64>,
    /// Trials of its rows.
    pub trials: Vec<u64>,
    /// Of metrics: what each row holds.
    outcomes: Vec<Outcome>,
    weights: Weights,
    /// Checkpoints a trial.
    checkpoints: usize,
    /// Whether it has the columns that all files of the directory are to have.
    pub is_even: bool,
}

/// Checks a file by itself; the inner error is what is wrong with it.
pub(super) fn check(
    directory: &RunDirectory,
    file: &Listed,
    recorded: &Recorded,
    seal: Option<&Seal>,
) -> Result<Result<Checked, Fault>, Error> {
    let path = directory.root().join(file.place.path(file.table));
    let inspected = match inspect(&path, generator(file, recorded).format(), file.table, &file.place) {
        Ok(inspected) => inspected,
        Err(error) if error.is_damage() => return Ok(Err(Fault::Damaged(error))),
        Err(error) => return Err(error.into()),
    };
    Ok(belongs(&inspected.footer, file, recorded).and_then(
        |Belongs { range, weights, checkpoints, is_even }| {
            if let Some(seal) = seal {
                let sealed = seal.files.get(&seal::name(file)).ok_or(Fault::Added)?;
                if sealed.bytes != inspected.bytes || sealed.checksum != inspected.checksum {
                    return Err(Fault::Changed);
                }
            }
            let Inspected { trials, outcomes, .. } = inspected;
            match file.table {
                Table::Metrics => every_trial(&trials, range.clone(), 1)?,
                Table::Checkpoints => every_trial(&trials, range.clone(), checkpoints)?,
                Table::Weights => ascending(&trials, &range)?,
            }
            Ok(Checked { range, trials, outcomes, weights, checkpoints, is_even })
        },
    ))
}

/// The rules by which the files of this estimator were made; of one that nobody recorded, those of new directories.
fn generator(file: &Listed, recorded: &Recorded) -> Generator {
    let number = recorded.known(&file.place).and_then(|known| known.identity.get("generator"));
    number.and_then(|number| Generator::of(number)).unwrap_or(Generator::NEWEST)
}

/// What the records say of a file.
struct Belongs {
    range: Range<u64>,
    weights: Weights,
    /// Checkpoints a trial.
    checkpoints: usize,
    /// Whether it has the columns that all files of the directory are to have.
    is_even: bool,
}

/// Compares a footer with what the records say of its estimator and with the name of its file. Whether the study still
/// asks for the file does not matter.
fn belongs(footer: &Footer, file: &Listed, recorded: &Recorded) -> Result<Belongs, Fault> {
    let place = &file.place;
    let says = |name: &str| footer.get(&format!("tempered.{name}")).unwrap_or("missing").to_string();
    let (identity, is_even) = of_estimator(footer, file, recorded)?;
    let cell = says("cell");
    agree("cell", &key(&cell), &place.cell)?;
    agree("n", cell.split(';').next().unwrap_or_default(), &format!("n={}", place.n))?;
    let full = cut(footer, file, identity).shard(place.index.into());
    let range = trials(footer)
        .filter(|range| range.start == full.start && range.start < range.end && range.end <= full.end)
        .ok_or_else(|| Fault::Foreign {
            key: "trials".into(),
            found: says("trials"),
            expected: format!("{} from {} at most", full.end - full.start, full.start),
        })?;
    let stated = |name: &str| footer.get(&format!("tempered.{name}"));
    let weights = stated("weights").and_then(Weights::of).unwrap_or(Weights::All);
    let checkpoints = stated("checkpoints").map_or(0, |steps| steps.split(',').count());
    match file.table {
        Table::Weights if weights == Weights::None => Err(Fault::Stray),
        Table::Checkpoints if checkpoints == 0 => Err(Fault::Stray),
        _ => Ok(Belongs { range, weights, checkpoints, is_even }),
    }
}

/// Compares what a footer says of its estimator with what is recorded; gives that, and whether the file has the name and the
/// columns that all files are to have.
fn of_estimator<'a>(
    footer: &Footer,
    file: &Listed,
    recorded: &'a Recorded,
) -> Result<(&'a Identity, bool), Fault> {
    let says = |name: &str| footer.get(&format!("tempered.{name}")).unwrap_or("missing");
    let Some(known) = recorded.known(&file.place) else {
        return Err(Fault::Foreign {
            key: "estimator".into(),
            found: file.place.estimator.clone(),
            expected: format!("one of {}", recorded.numbers.keys().cloned().collect::<Vec<_>>().join(", ")),
        });
    };
    agree("label", says("label"), &file.place.estimator)?;
    if known.is_of_name {
        agree("variant", says("variant"), known.variant.unwrap_or("missing"))?;
    }
    let mut is_even = known.is_current;
    for (name, expected) in known.identity {
        // While columns are added, or taken back, files have those of before or after.
        if recorded.is_growing() && COLUMNS.contains(&name.as_str()) {
            is_even &= says(name) == expected;
        } else {
            agree(name, says(name), expected)?;
        }
    }
    Ok((known.identity, is_even))
}

fn agree(name: &str, found: &str, expected: &str) -> Result<(), Fault> {
    if found == expected {
        return Ok(());
    }
    Err(Fault::Foreign { key: name.into(), found: found.into(), expected: expected.into() })
}

/// Where the trials of the estimator of a file are cut.
fn cut(footer: &Footer, file: &Listed, identity: &Identity) -> Cut {
    let number = |name: &str| identity.get(name).and_then(|text| text.parse::<u64>().ok());
    let most = most_trials(number("shard_points").unwrap_or(0), file.place.n);
    match identity.get("generator").and_then(|number| Generator::of(number)) {
        Some(Generator::Three) | None => Cut::uniform(most),
        // It depends on the estimator, which the study may have left out since; the file knows.
        Some(Generator::Four | Generator::Five) => {
            let stated = footer.get(SIZE_KEY).and_then(Cut::of).filter(|cut| cut.most() <= most);
            stated.unwrap_or(Cut::uniform(1))
        }
    }
}

/// Metrics have a row a trial, in order, and checkpoints so many rows a trial.
fn every_trial(trials: &[u64], range: Range<u64>, rows: usize) -> Result<(), Fault> {
    let count = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
    for row in 0..trials.len().max(count.saturating_mul(rows)) {
        let (found, expected) = (trials.get(row).copied(), range.clone().nth(row / rows));
        if found != expected {
            return Err(Fault::trial(row, found, expected));
        }
    }
    Ok(())
}

/// Weights have a row a stored network, in order.
fn ascending(trials: &[u64], range: &Range<u64>) -> Result<(), Fault> {
    let mut next = range.start;
    for (row, trial) in trials.iter().enumerate() {
        if *trial < next || *trial >= range.end {
            return Err(Fault::trial(row, Some(*trial), Some(next)));
        }
        next = trial + 1;
    }
    Ok(())
}

impl Checked {
    /// Whether there are weights beside these metrics.
    pub fn stores_weights(&self) -> bool {
        self.weights != Weights::None
    }

    /// Whether there are checkpoints beside these metrics.
    pub fn stores_checkpoints(&self) -> bool {
        self.checkpoints > 0
    }

    /// Compares metrics with the weights beside them: a network for each trial that succeeded and whose network is
    /// wanted, and no other, but for trials that overflowed, whose networks may be finite or not. Weights may hold more
    /// trials than metrics: a run that was stopped between the two.
    pub fn lacks_networks(&self, weights: &Checked) -> Option<Fault> {
        let mut stored = weights.trials.iter().copied().peekable();
        for (trial, outcome) in self.trials.iter().zip(&self.outcomes) {
            let there = stored.next_if_eq(trial).is_some();
            let is_wanted = self.weights.stores(*trial);
            let fine = match outcome {
                Outcome::Whole => there == is_wanted,
                Outcome::Partial => is_wanted || !there,
                Outcome::Failed => !there,
            };
            if !fine {
                return Some(Fault::Network { trial: *trial, stored: there });
            }
        }
        None
    }
}
