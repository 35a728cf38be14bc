//! How often the intervals of the tables hold what they are about.

use crate::count::Share;
use crate::run::Row;
use crate::setting::Setting;
use crate::truth::{self, Class, Truth};
use std::collections::BTreeMap;

/// The table that has an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    Verdicts,
    Levels,
    Pairs,
}

/// The columns of an interval.
#[derive(Clone, Copy, Debug)]
pub enum Ends {
    /// Its lower and upper end.
    Columns(&'static str, &'static str),
    /// A value and its standard error, of which 1.96 on either side are 95 % of a normal law.
    Error(&'static str, &'static str),
}

/// What an interval should hold.
#[derive(Clone, Copy, Debug)]
pub enum About {
    /// What R tends to, where the class is tempered.
    Limit,
    /// The γ of R ~ n^γ.
    Exponent,
    /// The same of a slope over the n at hand, which is no exponent: how far the two are apart is only counted.
    Slope,
    /// The tail index of a gap's contribution, where it is finite.
    Gaps,
    /// The same beyond the data.
    Edges,
    /// The tail index of R at one n, where it is finite.
    Risk,
    /// The index of R where its tail is lighter than any power: an upper end denies that.
    LightRisk,
    /// The same of a gap's contribution.
    LightGaps,
    /// E R where it is exact, else by many more trials.
    Mean,
    /// A column of the same cell with many more trials.
    Column(&'static str),
    /// The same, a mean: where there is a variance.
    MeanColumn(&'static str),
}

/// When an interval is looked at.
#[derive(Clone, Copy, Debug)]
pub enum When {
    Always,
    /// Where a column says this.
    Says(&'static str, &'static str),
}

/// An interval of the tables. A new one is a line of [`INTERVALS`].
pub struct Interval {
    pub name: &'static str,
    pub table: Table,
    ends: Ends,
    about: About,
    when: When,
}

const fn line(name: &'static str, table: Table, ends: Ends, about: About, when: When) -> Interval {
    Interval { name, table, ends, about, when }
}

use About::{Column, Edges, Exponent, Gaps, LightGaps, LightRisk, Limit, Mean, MeanColumn, Risk, Slope};
use Ends::{Columns, Error};
use Table::{Levels, Pairs, Verdicts};
use When::{Always, Says};

const TRUSTED: When = Says("mean_trusted", "true");
const TEMPERED: When = Says("in_probability", "tempered");

/// Every interval that is judged; one whose columns are not in the table is told as absent.
#[rustfmt::skip]
pub const INTERVALS: &[Interval] = &[
    line("median", Levels, Columns("median_low", "median_high"), Column("median"), Always),
    line("quantile .05", Levels, Columns("quantile_0_05_low", "quantile_0_05_high"), Column("quantile_0_05"), Always),
    line("quantile .25", Levels, Columns("quantile_0_25_low", "quantile_0_25_high"), Column("quantile_0_25"), Always),
    line("quantile .75", Levels, Columns("quantile_0_75_low", "quantile_0_75_high"), Column("quantile_0_75"), Always),
    line("quantile .95", Levels, Columns("quantile_0_95_low", "quantile_0_95_high"), Column("quantile_0_95"), Always),
    line("mean, trusted", Levels, Error("mean", "mean_se"), Mean, TRUSTED),
    line("tail index of R at one n", Levels, Columns("tail_index_low", "tail_index_high"), Risk, Always),
    line("tail index of R at one n, light tails", Levels, Columns("tail_index_low", "tail_index_high"), LightRisk, Always),
    line("limit", Verdicts, Columns("limit_low", "limit_high"), Limit, Always),
    line("limit, verdict tempered", Verdicts, Columns("limit_low", "limit_high"), Limit, TEMPERED),
    line("exponent of a power", Verdicts, Columns("exponent_low", "exponent_high"), Exponent, Says("growth", "power")),
    line("late slope as exponent", Verdicts, Columns("late_slope_low", "late_slope_high"), Slope, Always),
    line("gap index", Verdicts, Columns("tail_index_low", "tail_index_high"), Gaps, Always),
    line("gap index, light tails", Verdicts, Columns("tail_index_low", "tail_index_high"), LightGaps, Always),
    line("edge index", Verdicts, Columns("tail_index_edge_low", "tail_index_edge_high"), Edges, Always),
    line("ratio of two risks", Pairs, Columns("ratio_low", "ratio_high"), Column("ratio"), Always),
    line("wins", Pairs, Columns("wins_low", "wins_high"), Column("wins"), Always),
    line("mean difference, trusted", Pairs, Error("difference", "difference_se"), MeanColumn("difference"), Says("trusted", "true")),
];

/// What is known where an interval is looked at.
pub struct Place<'a> {
    pub setting: &'a Setting,
    pub truth: &'a Truth,
    /// The same cell, and pair, with many more trials; none where they were not run.
    pub reference: Option<&'a Row>,
}

/// A reference mean must be known to a fifth of the error that it judges: then it adds 2 % to it.
const SHARP: f64 = 0.2;

impl Interval {
    /// What it should hold; none where that is not known.
    fn target(&self, row: &Row, place: &Place<'_>) -> Option<f64> {
        let Place { setting, truth, reference } = place;
        let finite = |index: Option<f64>| index.filter(|index| index.is_finite());
        let light = |index: Option<f64>| index.filter(|index| index.is_infinite());
        match self.about {
            Limit => truth
                .limit
                .filter(|_| truth.in_probability.is_some_and(|known| known.class == Class::Tempered)),
            Exponent | Slope => truth.exponent,
            Gaps => finite(truth.gaps),
            LightGaps => light(truth.gaps),
            Edges => finite(truth.edges),
            Risk => finite(truth.risk),
            LightRisk => light(truth.risk),
            Mean => truth::mean(setting, row.number("n")?).or_else(|| {
                // Without a variance the mean of many trials is no reference.
                let reference = reference.filter(|_| truth.risk > Some(2.0))?;
                let sharp = reference.number("mean_se")? <= SHARP * row.number("mean_se")?;
                reference.number("mean").filter(|_| sharp)
            }),
            Column(name) => reference.and_then(|reference| reference.number(name)),
            MeanColumn(name) => reference.filter(|_| truth.risk > Some(2.0))?.number(name),
        }
    }

    fn is_asked(&self, row: &Row) -> bool {
        match self.when {
            Always => true,
            Says(column, value) => row.text(column) == value,
        }
    }

    fn ends(&self, row: &Row) -> Option<(f64, f64)> {
        match self.ends {
            Columns(low, high) => match (row.number(low), row.number(high)) {
                (None, None) => None,
                // An open end reaches as far as there are numbers.
                (low, high) => Some((low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY))),
            },
            Error(value, error) => {
                let (value, error) = (row.number(value)?, 1.96 * row.number(error)?);
                Some((value - error, value + error))
            }
        }
    }

    /// Whether its coverage is bounded: a slope over some n is no exponent, and what it would cover is only counted.
    pub fn is_bounded(&self) -> bool {
        !matches!(self.about, Slope)
    }

    /// Whether the table has its columns.
    fn exists(&self, row: &Row) -> bool {
        let (Columns(a, b) | Error(a, b)) = self.ends;
        row.has(a) && row.has(b)
    }
}

/// What was found of one interval.
#[derive(Clone, Copy, Debug, Default)]
pub struct Found {
    /// Intervals that hold what they are about.
    pub holds: Share,
    /// Intervals that are altogether below it, and above it.
    pub below: u64,
    pub above: u64,
    /// Where the truth is known and none is stated.
    pub none: u64,
}

/// Coverage by interval and trials.
#[derive(Default)]
pub struct Coverage {
    found: BTreeMap<(usize, u64), Found>,
    /// Intervals whose columns were seen.
    seen: Vec<usize>,
}

impl Coverage {
    /// Judges all intervals of a row.
    pub fn add(&mut self, table: Table, trials: u64, row: &Row, place: &Place<'_>) {
        for (index, interval) in INTERVALS.iter().enumerate() {
            if interval.table != table || !interval.exists(row) {
                continue;
            }
            if !self.seen.contains(&index) {
                self.seen.push(index);
            }
            if !interval.is_asked(row) {
                continue;
            }
            let Some(target) = interval.target(row, place) else { continue };
            let found = self.found.entry((index, trials)).or_default();
            match interval.ends(row) {
                None => found.none += 1,
                Some((low, high)) => {
                    // Equal to rounding is inside: atoms and exact constants are values themselves.
                    let slack = if target.is_finite() { 1e-9 * target.abs() } else { 0.0 };
                    found.holds.add(low <= target + slack && target <= high + slack);
                    found.below += u64::from(high + slack < target);
                    found.above += u64::from(low > target + slack);
                }
            }
        }
    }

    /// Whether the columns of an interval were there.
    pub fn is_seen(&self, index: usize) -> bool {
        self.seen.contains(&index)
    }

    /// What was found of an interval, by trials.
    pub fn of(&self, index: usize) -> Vec<(u64, Found)> {
        let ours = self.found.iter().filter(|((of, _), _)| *of == index);
        ours.map(|((_, trials), found)| (*trials, *found)).collect()
    }
}
