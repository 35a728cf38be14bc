//! Summaries: one series per (estimator, design, target, noise, p), one level per n.

use crate::error::Error;
use crate::growth::{Growth, growth, points};
use crate::quantile::{Quantile, normal_quantile, quantile};
use crate::scan::{Group, partitions, read};
use crate::verdict::{Verdict, verdict};
use polars::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

/// How to summarise.
#[derive(Clone, Debug)]
pub struct Options {
    /// Levels of the quantiles.
    pub quantiles: Vec<f64>,
    /// Confidence of intervals.
    pub confidence: f64,
    /// Bootstrap rounds.
    pub bootstrap: usize,
    /// Seed of the bootstrap.
    pub seed: u64,
    /// Where risks were evaluated, as shown.
    pub domain: String,
}

/// What is known of one n.
#[derive(Clone, Debug, Serialize)]
pub struct Level {
    /// Points a trial.
    pub n: u64,
    /// Trials, failed ones included.
    pub trials: u64,
    /// Failed trials.
    pub failed: u64,
    /// Mean over the trials that did not fail; of a law without a mean it is an accident.
    pub mean: f64,
    /// Monte Carlo standard error of the mean, standard deviation over √trials.
    pub mean_se: f64,
    /// Median.
    pub median: f64,
    /// Lower end of its confidence interval.
    pub median_low: f64,
    /// Upper end of its confidence interval.
    pub median_high: f64,
    /// Lower quartile.
    pub q25: f64,
    /// Upper quartile.
    pub q75: f64,
    /// Largest value.
    pub max: f64,
    /// The quantiles asked for.
    pub quantiles: Vec<Quantile>,
}

/// A risk of an estimator as n grows.
#[derive(Clone, Debug, Serialize)]
pub struct Series {
    /// The estimator's label.
    pub estimator: String,
    /// Label of the design.
    pub design: String,
    /// Label of the target.
    pub target: String,
    /// Label of the noise.
    pub noise: String,
    /// The exponent, or `sup`.
    pub p: String,
    /// Where the risk was evaluated.
    pub domain: String,
    /// What the medians do.
    pub in_probability: Verdict,
    /// What is proven.
    pub theory_in_probability: Option<Verdict>,
    /// Whether they agree; nothing where the verdict is undecided or nothing is proven.
    pub agrees: Option<bool>,
    /// Growth of the median.
    pub growth: Option<Growth>,
    /// Ascending in n.
    pub levels: Vec<Level>,
}

/// All series of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// In order of estimator, design, target, noise, p.
    pub series: Vec<Series>,
}

/// What is proven of (estimator, design, target, p); p is none for the supremum.
pub type Theory<'a> = &'a dyn Fn(&str, &str, &str, Option<f64>) -> Option<Verdict>;

/// Summarises the finished files of a run.
///
/// # Errors
/// No finished files; files that cannot be read.
/// # Cost
/// Memory of one (estimator, n) partition's risks.
pub fn analyze(directory: &Path, options: &Options, theory: Theory<'_>) -> Result<Summary, Error> {
    type Key = (String, String, String, String, usize);
    let mut series: BTreeMap<Key, (String, Vec<Level>)> = BTreeMap::new();
    for (estimator, n, folder) in partitions(directory)? {
        for group in read(&estimator, n, &folder)? {
            for (order, (column, values)) in group.risks.iter().enumerate() {
                if !values.is_empty() {
                    let key = (
                        group.estimator.clone(),
                        group.design.clone(),
                        group.target.clone(),
                        group.noise.clone(),
                    );
                    let entry = series.entry((key.0, key.1, key.2, key.3, order)).or_default();
                    entry.0 = exponent(column);
                    entry.1.push(level(&group, values, options));
                }
            }
        }
    }
    if series.is_empty() {
        return Err(Error::Nothing(directory.to_path_buf()));
    }
    let z = normal_quantile(0.5 + 0.5 * options.confidence);
    let finish = |((estimator, design, target, noise, _), (p, levels)): (Key, (String, Vec<Level>))| {
        let points = points(&levels, z);
        let decided = verdict(&points);
        let known = theory(&estimator, &design, &target, p.parse().ok());
        Series {
            growth: growth(&points, options.bootstrap, options.confidence, options.seed),
            in_probability: decided,
            theory_in_probability: known,
            agrees: known.filter(|_| decided != Verdict::Undecided).map(|known| known == decided),
            domain: options.domain.clone(),
            estimator,
            design,
            target,
            noise,
            p,
            levels,
        }
    };
    Ok(Summary { series: series.into_iter().map(finish).collect() })
}

/// `risk_l1_5` → `1.5`, `risk_sup` → `sup`.
fn exponent(column: &str) -> String {
    let suffix = column.trim_start_matches("risk_");
    suffix.strip_prefix('l').map_or(suffix.to_string(), |p| p.replace('_', "."))
}

fn level(group: &Group, sorted: &[f64], options: &Options) -> Level {
    let count = sorted.len() as f64;
    let mean = sorted.iter().sum::<f64>() / count;
    let squares: f64 = sorted.iter().map(|value| (value - mean) * (value - mean)).sum();
    let at = |level| quantile(sorted, level, options.confidence);
    let median = at(0.5);
    Level {
        n: group.n,
        trials: group.trials,
        failed: group.failed,
        mean,
        mean_se: (squares / (count - 1.0).max(1.0) / count).sqrt(),
        median: median.value,
        median_low: median.low,
        median_high: median.high,
        q25: at(0.25).value,
        q75: at(0.75).value,
        max: sorted[sorted.len() - 1],
        quantiles: options.quantiles.iter().map(|q| at(*q)).collect(),
    }
}

impl Summary {
    /// As JSON: a list with one object a series.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(&self.series)
    }

    /// Writes `summary/levels` and `summary/verdicts` as Parquet and CSV.
    pub fn write(&self, directory: &Path) -> Result<(), Error> {
        let folder = directory.join("summary");
        fs::create_dir_all(&folder).map_err(|source| Error::Io { path: folder.clone(), source })?;
        let failed = |source| Error::Polars { path: folder.clone(), source };
        for (name, mut frame) in
            [("levels", self.levels().map_err(failed)?), ("verdicts", self.verdicts().map_err(failed)?)]
        {
            let create = |ending: &str| {
                let path = folder.join(format!("{name}.{ending}"));
                File::create(&path).map_err(|source| Error::Io { path, source })
            };
            ParquetWriter::new(create("parquet")?).finish(&mut frame).map_err(failed)?;
            CsvWriter::new(create("csv")?).finish(&mut frame).map_err(failed)?;
        }
        Ok(())
    }

    fn levels(&self) -> PolarsResult<DataFrame> {
        let rows: Vec<(&Series, &Level)> = self
            .series
            .iter()
            .flat_map(|series| series.levels.iter().map(move |level| (series, level)))
            .collect();
        let text = |f: fn(&Series) -> &str| rows.iter().map(|(series, _)| f(series)).collect::<Vec<_>>();
        let integer = |f: fn(&Level) -> u64| rows.iter().map(|(_, level)| f(level)).collect::<Vec<_>>();
        let real = |f: fn(&Level) -> f64| rows.iter().map(|(_, level)| f(level)).collect::<Vec<_>>();
        df!(
            "estimator" => text(|s| &s.estimator), "design" => text(|s| &s.design), "target" => text(|s| &s.target),
            "noise" => text(|s| &s.noise), "p" => text(|s| &s.p), "n" => integer(|l| l.n),
            "trials" => integer(|l| l.trials), "failed" => integer(|l| l.failed), "mean" => real(|l| l.mean),
            "mean_se" => real(|l| l.mean_se), "median" => real(|l| l.median), "median_low" => real(|l| l.median_low),
            "median_high" => real(|l| l.median_high), "q25" => real(|l| l.q25), "q75" => real(|l| l.q75),
            "max" => real(|l| l.max),
        )
    }

    fn verdicts(&self) -> PolarsResult<DataFrame> {
        let text = |f: fn(&Series) -> &str| self.series.iter().map(f).collect::<Vec<_>>();
        let growth =
            |f: fn(&Growth) -> f64| self.series.iter().map(|s| s.growth.as_ref().map(f)).collect::<Vec<_>>();
        let theory =
            self.series.iter().map(|s| s.theory_in_probability.map(|v| v.to_string())).collect::<Vec<_>>();
        df!(
            "estimator" => text(|s| &s.estimator), "design" => text(|s| &s.design), "target" => text(|s| &s.target),
            "noise" => text(|s| &s.noise), "p" => text(|s| &s.p), "domain" => text(|s| &s.domain),
            "in_probability" => self.series.iter().map(|s| s.in_probability.to_string()).collect::<Vec<_>>(),
            "theory_in_probability" => theory,
            "agrees" => self.series.iter().map(|s| s.agrees).collect::<Vec<_>>(),
            "exponent" => growth(|g| g.exponent), "exponent_low" => growth(|g| g.low), "exponent_high" => growth(|g| g.high),
        )
    }
}
