//! The summary as files.

use std::fs::{self, File};
use std::path::Path;

use polars::prelude::*;

use crate::error::Error;
use crate::growth::Growth;
use crate::level::Level;
use crate::quantile::Quantile;
use crate::series::Series;
use crate::summary::Summary;

impl Summary {
    /// Writes `summary/levels` (one row per series and n) and `summary/verdicts` (one row per series) below a
    /// run directory, each as `.parquet` and `.csv`. A file is complete from the moment it has its name.
    ///
    /// # Errors
    /// A folder or file that cannot be written.
    pub fn write(&self, dir: &Path) -> Result<(), Error> {
        let folder = dir.join("summary");
        fs::create_dir_all(&folder).map_err(|source| Error::Folder { path: folder.clone(), source })?;
        for (name, frame) in [("levels", self.levels()), ("verdicts", self.verdicts())] {
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
        columns.push(text("verdict", self.series.iter().map(|s| Some(s.verdict.to_string()))));
        columns.push(text("theory", self.series.iter().map(|s| s.theory.map(|theory| theory.to_string()))));
        columns.push(Column::new("agrees".into(), self.series.iter().map(|s| s.agrees).collect::<Vec<_>>()));
        let growths: [Named<Series, Option<Growth>>; 2] =
            [("exponent", |s| s.growth), ("late_exponent", |s| s.late_growth)];
        for (name, growth) in growths {
            let ends: [Named<Growth, f64>; 3] =
                [("", |g| g.exponent), ("_low", |g| g.low), ("_high", |g| g.high)];
            for (ending, get) in ends {
                let values: Vec<Option<f64>> =
                    self.series.iter().map(|s| growth(s).as_ref().map(get)).collect();
                columns.push(Column::new(format!("{name}{ending}").into(), values));
            }
        }
        let count = self.series.iter().map(|s| s.levels.len() as i64).collect::<Vec<_>>();
        columns.push(Column::new("levels".into(), count));
        DataFrame::new_infer_height(columns)
    }
}

/// A name, or an ending of one, and how to read its column.
type Named<T, V> = (&'static str, fn(&T) -> V);

/// Integer columns of a level.
const COUNTS: [Named<Level, u64>; 3] = [("n", |l| l.n), ("trials", |l| l.trials), ("failed", |l| l.failed)];

/// Real columns of a level.
const STATISTICS: [Named<Level, Option<f64>>; 8] = [
    ("mean", |l| l.mean),
    ("mean_se", |l| l.mean_se),
    ("median", |l| l.median),
    ("median_low", |l| l.median_low),
    ("median_high", |l| l.median_high),
    ("q25", |l| l.q25),
    ("q75", |l| l.q75),
    ("max", |l| l.max),
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
fn place(path: &Path, write: impl FnOnce(&File) -> PolarsResult<()>) -> Result<(), Error> {
    let unfinished = path.with_extension("unfinished");
    let failed = |source| Error::Folder { path: path.to_owned(), source };
    let file = File::create(&unfinished).map_err(failed)?;
    write(&file).map_err(|source| Error::Write { path: path.to_owned(), source })?;
    file.sync_all().map_err(failed)?;
    fs::rename(&unfinished, path).map_err(failed)
}
