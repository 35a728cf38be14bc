//! What lies in the place of one table, judged by its footer alone. Damage inside a file is for `check` to find.

use crate::error::Error;
use crate::plan::{
    self, COLUMNS, ESTIMATOR_KEY, Plan, Shard, TEMPLATE, VARIANT_KEY, extends, is_constant, trials,
};
use crate::spec::Weights;
use std::collections::BTreeSet;
use std::ops::Range;
use tempered_store::{Footer, Found, Place, RunDirectory, Table, read_footer};

/// What is on disk in a shard's place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum State {
    /// All trials of the shard, perhaps more: a study that asks for fewer trials loses none.
    Complete,
    /// The shard as it was when the study asked for fewer trials. The longer one takes its place.
    Shorter,
    /// The same numbers, but less of them than the plan asks for: a risk is new, or more weights are to be stored.
    Outdated,
    /// The same numbers, with some beside them that the plan does not ask for: a change was taken back.
    Excess,
    /// No file.
    Missing,
    /// Something else; says what.
    Damaged(String),
}

/// What a plan expects in the places of (estimator, shard).
pub(super) struct Expected<'a> {
    pub place: Place,
    /// The footer that the plan would write.
    footer: Vec<(String, String)>,
    shard: &'a Shard,
    /// Trials of a full shard.
    size: u64,
    /// The tables that there are to be, with the rows of a trial where all have as many.
    tables: Vec<(Table, Option<u64>)>,
    /// Whether the estimator is one of the study: what lies besides keeps the names that it has.
    is_asked: bool,
}

/// What lies in the place of one table.
pub(super) struct Looked {
    pub table: Table,
    pub state: State,
    /// The end of its trials, where they begin with the shard and are no more than a full one has; that of the shard
    /// otherwise.
    pub end: u64,
    /// Whether it differs from what the plan would write in nothing but columns in which all its rows agree.
    pub has_rows: bool,
}

impl<'a> Expected<'a> {
    pub fn of(plan: &Plan, estimator: usize, shard: &'a Shard) -> Expected<'a> {
        let full = plan.full(shard);
        Expected {
            place: plan::place(plan, estimator, shard),
            footer: plan.footer(estimator, shard),
            shard,
            size: full.end - full.start,
            tables: tables(plan, estimator).collect(),
            is_asked: estimator < plan.asked().estimators.len(),
        }
    }

    /// Looks at every table that is expected.
    pub fn look_at_all(&self, directory: &RunDirectory) -> Result<Vec<Looked>, Error> {
        self.tables.iter().map(|(table, rows)| self.look(directory, *table, *rows)).collect()
    }

    /// Looks at one table; `None` where the plan asks for no such table of the estimator.
    pub fn look_at(&self, directory: &RunDirectory, table: Table) -> Result<Option<Looked>, Error> {
        let asked = self.tables.iter().find(|(asked, _)| *asked == table);
        asked.map(|(_, rows)| self.look(directory, table, *rows)).transpose()
    }

    fn look(&self, directory: &RunDirectory, table: Table, rows: Option<u64>) -> Result<Looked, Error> {
        let found = read_footer(&directory.root().join(self.place.path(table)))?;
        let (end, has_rows) = (longer(&found, self.shard, self.size), has_rows(&found, &self.footer));
        Ok(Looked { table, state: state(found, &self.footer, (self.shard, self.size), rows), end, has_rows })
    }

    /// The same of the place that the files had when other parameters were swept, where there are files of the same
    /// estimator: of names with variants file names tell what these are, of others they do not.
    pub fn twin(&self, directory: &RunDirectory) -> Result<Option<Expected<'a>>, Error> {
        let Some(rule) = wanted(&self.footer, ESTIMATOR_KEY).filter(|_| self.is_asked) else {
            return Ok(None);
        };
        let variant = if self.place.variant.is_none() { Some(tempered_store::key(rule)) } else { None };
        let place = Place { variant, ..self.place.clone() };
        for table in Table::ALL {
            let Found::File(footer) = read_footer(&directory.root().join(place.path(table)))? else {
                continue;
            };
            if footer.get(ESTIMATOR_KEY) != Some(rule) {
                return Ok(None);
            }
            // It names variants in its own way.
            let mut wanted = self.footer.clone();
            wanted.retain(|(key, _)| key != VARIANT_KEY);
            let variant = footer.get(VARIANT_KEY);
            wanted.extend(variant.map(|variant| (VARIANT_KEY.to_owned(), variant.to_owned())));
            let (shard, size, tables, is_asked) = (self.shard, self.size, self.tables.clone(), true);
            return Ok(Some(Expected { place, footer: wanted, shard, size, tables, is_asked }));
        }
        Ok(None)
    }
}

/// The tables that a plan asks for of an estimator, with the rows of a trial where all have as many.
pub(crate) fn tables(plan: &Plan, estimator: usize) -> impl Iterator<Item = (Table, Option<u64>)> {
    let checkpoints = plan.checkpoints(estimator).len() as u64;
    let weights = (plan.study.weights != Weights::None).then_some((Table::Weights, None));
    let checkpoints = (checkpoints > 0).then_some((Table::Checkpoints, Some(checkpoints)));
    [Some((Table::Metrics, Some(1))), weights, checkpoints].into_iter().flatten()
}

fn has_rows(found: &Found, expected: &[(String, String)]) -> bool {
    let Found::File(footer) = found else { return false };
    let keys = footer.pairs.iter().map(|(key, _)| key).filter(|key| plan::decides(key));
    let mut keys = keys.chain(expected.iter().map(|(key, _)| key));
    keys.all(|key| is_free(key) || is_constant(plan::bare(key)) || footer.get(key) == wanted(expected, key))
}

fn wanted<'a>(expected: &'a [(String, String)], key: &str) -> Option<&'a str> {
    expected.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
}

/// Whether a footer key decides nothing in a file, or may differ: the version that wrote it, the processor that computed it, and
/// trials may be more or fewer.
fn is_free(key: &str) -> bool {
    [plan::VERSION_KEY, plan::TRIALS_KEY, plan::HASH_KEY, plan::PROCESSOR_KEY].contains(&key)
}

/// The end of the trials in a file that begins where the shard does, and holds no more than a full one.
fn longer(found: &Found, shard: &Shard, size: u64) -> u64 {
    let trials = if let Found::File(footer) = found { trials(footer) } else { None };
    let fits = |trials: &Range<u64>| trials.start == shard.trials.start && trials.end <= trials.start + size;
    trials.filter(fits).map_or(shard.trials.end, |trials| trials.end)
}

/// Compares what was found with the footer that the plan would write, with the size of its shards, and with the rows a trial
/// has. Nobody computes what a footer states beyond that size.
fn state(
    found: Found,
    expected: &[(String, String)],
    (shard, size): (&Shard, u64),
    rows: Option<u64>,
) -> State {
    let footer = match found {
        Found::Missing => return State::Missing,
        Found::Unreadable(why) => return State::Damaged(why),
        Found::File(footer) => footer,
    };
    let columns = match columns(&footer, expected) {
        Ok(columns) => columns,
        Err(why) => return State::Damaged(why),
    };
    let Some(trials) = trials(&footer).filter(|trials| trials.start == shard.trials.start) else {
        return State::Damaged(format!("no range of trials from {}", shard.trials.start));
    };
    let count = trials.end.checked_sub(trials.start);
    if count.is_some_and(|count| count > size) {
        return State::Damaged(format!("trials {trials:?}, expected {size} at most"));
    }
    match columns {
        Columns::More => return State::Excess,
        Columns::Fewer => return State::Outdated,
        Columns::Same => {}
    }
    if let Some(each) = rows
        && count.and_then(|count| count.checked_mul(each)) != Some(footer.rows)
    {
        return State::Damaged(format!("{} rows for trials {trials:?}", footer.rows));
    }
    if trials.end >= shard.trials.end { State::Complete } else { State::Shorter }
}

/// How the columns of a file compare with those that are expected.
enum Columns {
    Same,
    /// Some are lacking, or labels are told in other words.
    Fewer,
    /// Some are there that the plan does not ask for.
    More,
}

/// Compares a footer with the one that is expected, key by key; `Err` says what belongs elsewhere.
fn columns(footer: &Footer, expected: &[(String, String)]) -> Result<Columns, String> {
    let known = footer.pairs.iter().map(|(key, _)| key.as_str()).filter(|key| plan::decides(key));
    let keys: BTreeSet<&str> = expected.iter().map(|(key, _)| key.as_str()).chain(known).collect();
    let (mut fewer, mut more) = (false, false);
    for key in keys {
        let (stored, wanted, name) = (footer.get(key), wanted(expected, key), plan::bare(key));
        if is_free(key) || stored == wanted {
            continue;
        }
        // What series call the parts of a cell: the study says it in other words.
        if name.starts_with(TEMPLATE) || extends(name, stored, wanted) {
            fewer = true;
        } else if COLUMNS.contains(&name) {
            more = true;
        } else {
            let say = |value: Option<&str>| value.unwrap_or("missing").to_string();
            return Err(format!("{key} is {}, expected {}", say(stored), say(wanted)));
        }
    }
    Ok(match (fewer, more) {
        (_, true) => Columns::More,
        (true, false) => Columns::Fewer,
        (false, false) => Columns::Same,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARD: Shard = Shard { cell: 0, group: 0, index: 2, trials: 200..300 };

    fn pairs(version: &str, trials: &str) -> Vec<(String, String)> {
        let pairs = [
            ("tempered.risks", "1, 2"),
            ("tempered.seed", "7"),
            (plan::VERSION_KEY, version),
            (plan::TRIALS_KEY, trials),
        ];
        pairs.map(|(key, value)| (key.to_string(), value.to_string())).into()
    }

    fn judged(stored: Vec<(String, String)>, rows: u64) -> State {
        let found = Found::File(Footer { pairs: stored, rows });
        state(found, &pairs("2", "200..300"), (&SHARD, 140), Some(1))
    }

    #[test]
    fn files_of_other_versions_and_longer_shards_are_complete() {
        assert_eq!(judged(pairs("2", "200..300"), 100), State::Complete);
        assert_eq!(judged(pairs("1", "200..300"), 100), State::Complete);
        assert_eq!(judged(pairs("2", "200..340"), 140), State::Complete);
        assert_eq!(judged(pairs("2", "200..260"), 60), State::Shorter);
    }

    #[test]
    fn files_of_fewer_risks_are_outdated() {
        let stored = |risks: &str| {
            let mut stored = pairs("2", "200..300");
            stored[0].1 = risks.into();
            judged(stored, 100)
        };
        assert_eq!(stored("1"), State::Outdated);
        assert_eq!(stored("2, 1"), State::Outdated);
        assert_eq!(stored("1, 2, 3"), State::Excess);
        assert_eq!(stored("1, 3"), State::Excess);
    }

    #[test]
    fn what_does_not_belong_is_damage_and_says_why() {
        let damaged = |state: State| match state {
            State::Damaged(why) => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(damaged(judged(pairs("2", "200..300"), 99)), "99 rows for trials 200..300");
        assert_eq!(damaged(judged(pairs("2", "0..100"), 100)), "no range of trials from 200");
        assert_eq!(damaged(judged(pairs("2", "200..100"), 100)), "100 rows for trials 200..100");
        assert_eq!(damaged(judged(pairs("2", "x"), 100)), "no range of trials from 200");
        // Whatever else differs, nobody sets about so many trials.
        let mut absurd = pairs("2", "200..1000000000000000000");
        let why = "trials 200..1000000000000000000, expected 140 at most";
        assert_eq!(damaged(judged(absurd.clone(), 100)), why);
        absurd[0].1 = "1".into();
        assert_eq!(damaged(judged(absurd, 100)), why);
        let mut other = pairs("2", "200..300");
        other[1].1 = "8".into();
        assert_eq!(damaged(judged(other, 100)), "tempered.seed is 8, expected 7");
        assert_eq!(damaged(judged(Vec::new(), 100)), "tempered.seed is missing, expected 7");
        let mut other = pairs("2", "200..300");
        other.push(("tempered.reference".into(), "min_norm".into()));
        assert_eq!(judged(other, 100), State::Excess);
        assert_eq!(state(Found::Missing, &[], (&SHARD, 140), Some(1)), State::Missing);
        assert_eq!(damaged(state(Found::Unreadable("torn".into()), &[], (&SHARD, 140), Some(1))), "torn");
    }
}
