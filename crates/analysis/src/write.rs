//! The summary as files.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

use polars::prelude::*;

use crate::error::Error;
use crate::level::Level;
use crate::pair::Pair;
use crate::quantile::Quantile;
use crate::series::Series;
use crate::summary::Summary;
use crate::tail::TailIndex;

impl Summary {
    /// Writes `summary/levels` (one row per series and n), `summary/verdicts` (one row per series) and `summary/pairs`
    /// (one row per pair of estimators, risk and cell) below a run directory, each as `.parquet` and `.csv`. A file is complete from the moment it has its name.
    ///
    /// # Errors
    /// A folder or file that cannot be written.
    pub fn write(&self, dir: &Path) -> Result<(), Error> {
        let folder = dir.join("summary");
        fs::create_dir_all(&folder).map_err(|source| Error::Folder { path: folder.clone(), source })?;
        for (name, frame) in
            [("levels", self.levels()), ("verdicts", self.verdicts()), ("pairs", self.pairs())]
        {
            let mut frame = frame.map_err(|source| Error::Write { path: folder.join(name), source })?;
            place(&folder.join(name).with_extension("parquet"), |file| {
                ParquetWriter::new(file).finish(&mut frame).map(drop)
            })?;
            place(&folder.join(name).with_extension("csv"), |file| CsvWriter::new(file).finish(&mut frame))?;
        }
        Ok(())
    }

    fn levels(&self) -> PolarsResult<DataFrame> {
        let rows: Vec<(&Series, &Level)> = self
            .series
            .iter()
            .flat_map(|series| series.levels.iter().map(move |level| (series, level)))
            .collect();
        let mut columns = keys(rows.iter().map(|(series, _)| *series));
        for (name, get) in COUNTS {
            columns.push(Column::new(
                name.into(),
                rows.iter().map(|(_, level)| get(level) as i64).collect::<Vec<_>>(),
            ));
        }
        for (name, get) in STATISTICS {
            columns
                .push(Column::new(name.into(), rows.iter().map(|(_, level)| get(level)).collect::<Vec<_>>()));
        }
        let trusted = rows.iter().map(|(_, level)| level.mean_trusted).collect::<Vec<_>>();
        columns.push(Column::new("mean_trusted".into(), trusted));
        let quantiles = rows.first().map_or(&[][..], |(_, level)| &level.quantiles);
        for (index, quantile) in quantiles.iter().enumerate() {
            let name = format!("quantile_{}", quantile.level).replace('.', "_");
            for (ending, get) in QUANTILE {
                let values: Vec<Option<f64>> =
                    rows.iter().map(|(_, level)| level.quantiles.get(index).and_then(get)).collect();
                columns.push(Column::new(format!("{name}{ending}").into(), values));
            }
        }
        DataFrame::new_infer_height(columns)
    }

    fn verdicts(&self) -> PolarsResult<DataFrame> {
        let mut columns = keys(self.series.iter());
        for (name, get) in WORDS {
            columns.push(text(name, self.series.iter().map(get)));
        }
        columns.push(Column::new("agrees".into(), self.series.iter().map(|s| s.agrees).collect::<Vec<_>>()));
        columns.push(Column::new(
            "decided_by_tail".into(),
            self.series.iter().map(|s| s.decided_by_tail).collect::<Vec<_>>(),
        ));
        columns.push(Column::new(
            "mean_exists".into(),
            self.series.iter().map(|s| s.mean_exists).collect::<Vec<_>>(),
        ));
        for (name, get) in FIGURES {
            columns.push(Column::new(name.into(), self.series.iter().map(get).collect::<Vec<_>>()));
        }
        for (name, get) in TAILS {
            let ends: [Named<TailIndex, f64>; 3] =
                [("", |t| t.value), ("_low", |t| t.low), ("_high", |t| t.high)];
            for (ending, end) in ends {
                let values: Vec<Option<f64>> = self.series.iter().map(|s| get(s).as_ref().map(end)).collect();
                columns.push(Column::new(format!("{name}{ending}").into(), values));
            }
        }
        let count = self.series.iter().map(|s| s.levels.len() as i64).collect::<Vec<_>>();
        columns.push(Column::new("levels".into(), count));
        DataFrame::new_infer_height(columns)
    }

    fn pairs(&self) -> PolarsResult<DataFrame> {
        let names: [Named<Pair, String>; 6] = [
            ("estimator", |p| p.estimator.clone()),
            ("against", |p| p.against.clone()),
            ("design", |p| p.design.clone()),
            ("target", |p| p.target.clone()),
            ("noise", |p| p.noise.clone()),
            ("p", |p| p.p.to_string()),
        ];
        let mut columns: Vec<Column> =
            names.iter().map(|(name, get)| text(name, self.pairs.iter().map(|p| Some(get(p))))).collect();
        let counts: [Named<Pair, u64>; 2] = [("n", |p| p.n), ("trials", |p| p.trials)];
        for (name, get) in counts {
            let values = self.pairs.iter().map(|p| get(p) as i64).collect::<Vec<_>>();
            columns.push(Column::new(name.into(), values));
        }
        let trusted = self.pairs.iter().map(|p| p.trusted).collect::<Vec<_>>();
        columns.push(Column::new("trusted".into(), trusted));
        let figures: [Named<Pair, Option<f64>>; 8] = [
            ("ratio", |p| p.ratio.value),
            ("ratio_low", |p| p.ratio.low),
            ("ratio_high", |p| p.ratio.high),
            ("wins", |p| Some(p.wins)),
            ("difference", |p| p.difference),
            ("difference_se", |p| p.difference_se),
            ("saved", |p| p.saved),
            ("saved_log", |p| p.saved_log),
        ];
        for (name, get) in figures {
            columns.push(Column::new(name.into(), self.pairs.iter().map(get).collect::<Vec<_>>()));
        }
        DataFrame::new_infer_height(columns)
    }
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
const TAILS: [Named<Series, Option<TailIndex>>; 3] = [
    ("tail_index", |s| s.tail_index),
    ("tail_index_hill", |s| s.tail_index_hill),
    ("tail_index_edge", |s| s.tail_index_edge),
];

/// A name, or an ending of one, and how to read its column.
type Named<T, V> = (&'static str, fn(&T) -> V);

/// Integer columns of a level.
const COUNTS: [Named<Level, u64>; 3] = [("n", |l| l.n), ("trials", |l| l.trials), ("failed", |l| l.failed)];

/// Real columns of a level.
const STATISTICS: [Named<Level, Option<f64>>; 17] = [
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
    ("tail_index", |l| l.tail_index.map(|index| index.value)),
    ("tail_index_low", |l| l.tail_index.map(|index| index.low)),
    ("tail_index_high", |l| l.tail_index.map(|index| index.high)),
    ("tail_index_maxima", |l| l.tail_index_maxima.map(|index| index.value)),
    ("tail_index_maxima_low", |l| l.tail_index_maxima.map(|index| index.low)),
    ("tail_index_maxima_high", |l| l.tail_index_maxima.map(|index| index.high)),
];

/// Columns of a quantile, by the ending of their names.
const QUANTILE: [Named<Quantile, Option<f64>>; 3] =
    [("", |q| q.value), ("_low", |q| q.low), ("_high", |q| q.high)];

/// The columns that name a series.
fn keys<'a>(series: impl Iterator<Item = &'a Series> + Clone) -> Vec<Column> {
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

fn text(name: &str, values: impl Iterator<Item = Option<String>>) -> Column {
    Column::new(name.into(), values.collect::<Vec<_>>())
}

/// Writes a file beside its place and gives it its name when it is complete.
fn place(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> PolarsResult<()>) -> Result<(), Error> {
    // Others may be at the same file.
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let unfinished = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let failed = |source| Error::Folder { path: path.to_owned(), source };
    // Polars writes a Parquet footer byte by byte.
    let mut file = File::create(&unfinished).map(BufWriter::new).map_err(failed)?;
    write(&mut file).map_err(|source| Error::Write { path: path.to_owned(), source })?;
    file.into_inner().map_err(|error| failed(error.into_error()))?.sync_all().map_err(failed)?;
    fs::rename(&unfinished, path).map_err(failed)
}
