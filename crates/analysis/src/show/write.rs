//! The summary as files.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use polars_core::prelude::*;
use tempered_store::{TableColumn, TableWriter, write_beside};

use crate::error::Error;
use crate::fits::reasons;
use crate::label::short;
use crate::level::Level;
use crate::pair::Pair;
use crate::performance::Performance;
use crate::sample::quantile::Quantile;
use crate::series::Series;
use crate::show::columns::{Named, Table, integers, reals, text, truths};
use crate::show::curve_files::{columns, rows};
use crate::show::parameters::Parameters;
use crate::show::performances::columns as performances;
use crate::summary::Summary;
use crate::tail::index::TailIndex;

impl Summary {
    /// Writes `summary/levels` (one row per series and n), `summary/verdicts` (one row per series) and `summary/pairs`
    /// (one row per pair of estimators, risk and cell), `summary/curves` (one row per place of a curve) and, where there are estimands,
    /// `summary/performance` (one row per estimand, estimator and cell) below a run
    /// directory, each as `.parquet` and `.csv`. Files are renamed when they are complete. Everything is done by the calling
    /// thread, some rows at a time.
    ///
    /// # Errors
    /// A folder or file that cannot be written.
    pub fn write(&self, dir: &Path) -> Result<(), Error> {
        let folder = dir.join("summary");
        fs::create_dir_all(&folder).map_err(|source| Error::Folder { path: folder.clone(), source })?;
        let levels: Vec<(&Series, &Level)> = self
            .series
            .iter()
            .flat_map(|series| series.levels.iter().map(move |level| (series, level)))
            .collect();
        let of_series = Parameters::of(self.series.iter().map(|series| &series.coordinates));
        tables(&folder.join("levels"), &levels, |rows| self.levels(rows, &of_series))?;
        tables(&folder.join("verdicts"), &self.series, |series| verdicts(series, &of_series))?;
        let of_curves = Parameters::of(self.curves.iter().map(|curve| &curve.coordinates));
        tables(&folder.join("curves"), &rows(&self.curves), |rows| columns(rows, &of_curves))?;
        if !self.options.estimands.is_empty() {
            let of_estimates = Parameters::of(self.performances.iter().map(|one| &one.coordinates));
            let columns = |rows: &[Performance]| performances(rows, &of_estimates);
            tables(&folder.join("performance"), &self.performances, columns)?;
        }
        tables(&folder.join("pairs"), &self.pairs, pairs)
    }

    fn levels(&self, rows: &[(&Series, &Level)], parameters: &Parameters) -> Table {
        let mut table = keys(rows.iter().map(|(series, _)| *series));
        for (name, get) in COUNTS {
            table.push(integers(name, rows.iter().map(|(_, level)| get(level))));
        }
        table.push(text("reasons", rows.iter().map(|(_, level)| Some(reasons(&level.reasons)))));
        for (name, get) in STATISTICS {
            table.push(reals(name, rows.iter().map(|(_, level)| get(level))));
        }
        table.push(truths("mean_trusted", rows.iter().map(|(_, level)| Some(level.mean_trusted))));
        for (index, quantile) in self.options.quantiles.iter().enumerate() {
            let name = format!("quantile_{}", short(&quantile.to_string())).replace('.', "_");
            for (ending, get) in QUANTILE {
                let values = rows.iter().map(|(_, level)| level.quantiles.get(index).and_then(get));
                table.push(reals(&format!("{name}{ending}"), values));
            }
        }
        parameters.columns(&mut table, rows.iter().map(|(series, _)| &series.coordinates));
        table
    }
}

fn verdicts(series: &[Series], parameters: &Parameters) -> Table {
    let mut table = keys(series.iter());
    for (name, get) in WORDS {
        table.push(text(name, series.iter().map(get)));
    }
    table.push(truths("agrees", series.iter().map(|s| s.agrees)));
    table.push(truths("decided_by_tail", series.iter().map(|s| Some(s.decided_by_tail))));
    table.push(truths("mean_exists", series.iter().map(|s| s.mean_exists)));
    for (name, get) in FIGURES {
        table.push(reals(name, series.iter().map(get)));
    }
    for (name, get) in TAILS {
        let ends: [Named<TailIndex, f64>; 3] =
            [("", |t| t.value), ("_low", |t| t.low), ("_high", |t| t.high)];
        for (ending, end) in ends {
            let values = series.iter().map(|s| get(s).as_ref().map(end));
            table.push(reals(&format!("{name}{ending}"), values));
        }
    }
    table.push(integers("levels", series.iter().map(|s| s.levels.len() as u64)));
    parameters.columns(&mut table, series.iter().map(|s| &s.coordinates));
    table
}

fn pairs(pairs: &[Pair]) -> Table {
    let names: [Named<Pair, String>; 6] = [
        ("estimator", |p| p.estimator.clone()),
        ("against", |p| p.against.clone()),
        ("design", |p| p.design.clone()),
        ("target", |p| p.target.clone()),
        ("noise", |p| p.noise.clone()),
        ("p", |p| p.p.to_string()),
    ];
    let mut table: Table =
        names.iter().map(|(name, get)| text(name, pairs.iter().map(|p| Some(get(p))))).collect();
    table.push(integers("n", pairs.iter().map(|p| p.n)));
    table.push(integers("trials", pairs.iter().map(|p| p.trials)));
    table.push(integers("censored", pairs.iter().map(|p| p.censored)));
    table.push(truths("trusted", pairs.iter().map(|p| Some(p.trusted))));
    let figures: [Named<Pair, Option<f64>>; 10] = [
        ("ratio", |p| p.ratio.value()),
        ("ratio_low", |p| p.ratio.low()),
        ("ratio_high", |p| p.ratio.high()),
        ("wins", |p| Some(p.wins)),
        ("wins_low", |p| Some(p.wins_low)),
        ("wins_high", |p| Some(p.wins_high)),
        ("difference", |p| p.difference),
        ("difference_se", |p| p.difference_se),
        ("saved", |p| p.saved),
        ("saved_log", |p| p.saved_log),
    ];
    for (name, get) in figures {
        table.push(reals(name, pairs.iter().map(get)));
    }
    table
}

/// Columns of words of a series.
const WORDS: [Named<Series, Option<String>>; 9] = [
    ("in_probability", |s| Some(s.in_probability.to_string())),
    ("in_expectation", |s| Some(s.in_expectation.to_string())),
    ("theory_in_probability", |s| s.theory_in_probability.map(|theory| theory.to_string())),
    ("theory_in_expectation", |s| s.theory_in_expectation.map(|theory| theory.to_string())),
    ("theory_source", |s| s.theory_source.clone()),
    ("growth", |s| s.growth.as_ref().map(|growth| growth.model.name().to_owned())),
    ("runner_up", |s| s.growth.as_ref()?.runner_up.map(|model| model.name().to_owned())),
    ("reason_in_probability", |s| Some(s.reason_in_probability.clone())),
    ("reason_in_expectation", |s| Some(s.reason_in_expectation.clone())),
];

/// Real columns of a series.
const FIGURES: [Named<Series, Option<f64>>; 14] = [
    ("benign", |s| Some(s.growth.as_ref()?.probabilities.benign)),
    ("tempered", |s| Some(s.growth.as_ref()?.probabilities.tempered)),
    ("catastrophic", |s| Some(s.growth.as_ref()?.probabilities.catastrophic)),
    ("evidence", |s| s.growth.as_ref()?.evidence),
    ("exponent", |s| s.growth.as_ref()?.exponent),
    ("exponent_low", |s| s.growth.as_ref()?.low),
    ("exponent_high", |s| s.growth.as_ref()?.high),
    ("limit", |s| Some(s.growth.as_ref()?.limit?.value)),
    ("limit_low", |s| Some(s.growth.as_ref()?.limit?.low)),
    ("limit_high", |s| Some(s.growth.as_ref()?.limit?.high)),
    ("theory_limit", |s| s.theory_limit),
    ("late_slope", |s| Some(s.growth.as_ref()?.late_slope.value)),
    ("late_slope_low", |s| Some(s.growth.as_ref()?.late_slope.low)),
    ("late_slope_high", |s| Some(s.growth.as_ref()?.late_slope.high)),
];

/// Tail indices of a series.
const TAILS: [Named<Series, Option<TailIndex>>; 2] =
    [("tail_index", |s| s.tail_index), ("tail_index_edge", |s| s.tail_index_edge)];

/// Integer columns of a level.
const COUNTS: [Named<Level, u64>; 4] =
    [("n", |l| l.n), ("trials", |l| l.trials), ("failed", |l| l.failed), ("censored", |l| l.censored)];

/// Real columns of a level.
const STATISTICS: [Named<Level, Option<f64>>; 14] = [
    ("mean", |l| l.mean),
    ("mean_se", |l| l.mean_se),
    ("median", |l| l.median),
    ("median_low", |l| l.median_low),
    ("median_high", |l| l.median_high),
    ("q25", |l| l.q25),
    ("q75", |l| l.q75),
    ("max", |l| l.max),
    ("kurtosis", |l| l.kurtosis),
    ("trials_for_median", |l| l.trials_for_median.map(|trials| trials as f64)),
    ("trials_for_mean", |l| l.trials_for_mean.map(|trials| trials as f64)),
    ("tail_index", |l| l.tail_index.as_ref().map(|index| index.value)),
    ("tail_index_low", |l| l.tail_index.as_ref().map(|index| index.low)),
    ("tail_index_high", |l| l.tail_index.as_ref().map(|index| index.high)),
];

/// Columns of a quantile, by the suffix of their names.
const QUANTILE: [Named<Quantile, Option<f64>>; 3] =
    [("", Quantile::value), ("_low", Quantile::low), ("_high", Quantile::high)];

/// The columns that identify a series.
fn keys<'a>(series: impl Iterator<Item = &'a Series> + Clone) -> Table {
    let names: [Named<Series, String>; 6] = [
        ("estimator", |s| s.estimator.clone()),
        ("design", |s| s.design.clone()),
        ("target", |s| s.target.clone()),
        ("noise", |s| s.noise.clone()),
        ("p", |s| s.p.to_string()),
        ("domain", |s| s.domain.clone()),
    ];
    names.iter().map(|(name, get)| text(name, series.clone().map(|s| Some(get(s))))).collect()
}

/// Rows that are converted to columns at a time: two megabytes, and a row group of usual size.
const ROWS: usize = 1 << 12;

/// Writes a table as Parquet and as CSV, on the calling thread: the pool of polars, which its CSV writer always starts, has
/// one thread a core, independently of `--threads`.
fn tables<R>(path: &Path, rows: &[R], table: impl Fn(&[R]) -> Table) -> Result<(), Error> {
    let frame = |rows: &[R]| DataFrame::new_infer_height(table(rows)).map_err(std::io::Error::from);
    // The columns are known also for a table without rows.
    place(&path.with_extension("parquet"), |file| {
        let mut writer =
            TableWriter::begin(path, file, &stored(&frame(&[])?)?).map_err(std::io::Error::other)?;
        rows.chunks(ROWS)
            .try_for_each(|rows| writer.append(stored(&frame(rows)?)?).map_err(std::io::Error::other))?;
        writer.finish().map_err(std::io::Error::other)
    })?;
    place(&path.with_extension("csv"), |file| {
        file.write_all(header(&frame(&[])?).as_bytes())?;
        rows.chunks(ROWS).try_for_each(|rows| file.write_all(csv(&frame(rows)?).as_bytes()))
    })
}

/// The columns of a frame as they are stored.
fn stored(frame: &DataFrame) -> std::io::Result<Vec<(String, TableColumn)>> {
    let one = |column: &Column| -> PolarsResult<(String, TableColumn)> {
        let values = match column.dtype() {
            DataType::String => {
                let texts = column.str()?.iter();
                TableColumn::Text(texts.map(|text| text.map(str::to_owned)).collect())
            }
            DataType::Int64 => TableColumn::Whole(column.i64()?.iter().collect()),
            DataType::Boolean => TableColumn::Truth(column.bool()?.iter().collect()),
            _ => TableColumn::Real(column.f64()?.iter().collect()),
        };
        Ok((column.name().to_string(), values))
    };
    frame.columns().iter().map(one).collect::<PolarsResult<_>>().map_err(std::io::Error::from)
}

fn header(frame: &DataFrame) -> String {
    frame.columns().iter().map(|column| quoted(column.name())).collect::<Vec<_>>().join(",") + "\n"
}

/// Rows as CSV: missing values are empty, and an empty text is quoted.
fn csv(frame: &DataFrame) -> String {
    let columns = frame.columns();
    let mut out = String::new();
    for row in 0..frame.height() {
        for (place, column) in columns.iter().enumerate() {
            if place > 0 {
                out.push(',');
            }
            // Writing to a string does not fail.
            let _ = match column.get(row) {
                Ok(AnyValue::String(text)) => out.write_str(&quoted(text)),
                Ok(AnyValue::Int64(value)) => write!(out, "{value}"),
                // The shortest digits that parse to the same number.
                Ok(AnyValue::Float64(value)) => write!(out, "{value:?}"),
                Ok(AnyValue::Boolean(value)) => write!(out, "{value}"),
                _ => Ok(()),
            };
        }
        out.push('\n');
    }
    out
}

fn quoted(text: &str) -> String {
    if text.is_empty() || text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// Writes a file, which replaces an existing one when it is complete.
fn place(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>) -> Result<(), Error> {
    write_beside(path, write).map_err(|source| Error::Folder { path: path.to_owned(), source })
}
