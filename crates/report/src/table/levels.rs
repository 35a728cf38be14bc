//! Every risk at every sample size.

use super::cells::{Cell, Column, Table};
use crate::setting::Settings;
use crate::{Level, Report, Series};

impl Table {
    /// Every risk at every sample size with its errors.
    pub fn levels(report: &Report) -> Table {
        table(report)
    }
}

/// The table, series by series.
fn table(report: &Report) -> Table {
    let shared = Settings::of(report).shared();
    let varies = |part: &str| !shared.iter().any(|shared| shared.starts_with(part));
    let columns = [
        ("estimator", true),
        ("design", true),
        ("target", varies("target")),
        ("noise", varies("noise")),
        ("p", true),
        ("domain", false),
        ("n", true),
        ("trials", true),
        ("failed", true),
        ("censored", false),
        ("reasons", false),
        ("median", true),
        ("median_low", true),
        ("median_high", true),
        ("q05", false),
        ("q25", true),
        ("q75", true),
        ("q95", false),
        ("max", false),
        ("mean", true),
        ("mean_se", true),
        ("mean_trusted", false),
    ];
    let rows = report.series.iter().flat_map(|series| series.levels.iter().map(|level| row(series, level)));
    Table {
        name: "levels",
        caption: "Risks over training sets. † Not to be trusted: the law has no mean, or no variance, or the sample does not show it."
            .to_owned(),
        columns: columns.map(|(name, shown)| Column { name, shown }).to_vec(),
        rows: rows.collect(),
    }
}

fn row(series: &Series, level: &Level) -> Vec<Cell> {
    let text = |text: &str| Cell::Text(text.to_owned());
    let mean = match level.mean {
        Some(mean) if !level.mean_trusted => Cell::Untrusted(mean),
        mean => Cell::Number(mean),
    };
    vec![
        text(&series.estimator),
        text(&series.design),
        text(&series.target),
        text(&series.noise),
        text(&series.p),
        text(&series.domain),
        Cell::Whole(level.n),
        Cell::Whole(level.trials),
        Cell::Whole(level.failed),
        Cell::Whole(level.censored),
        text(&level.reasons),
        Cell::Number(level.median),
        Cell::Number(level.median_low),
        Cell::Number(level.median_high),
        Cell::Number(level.q05),
        Cell::Number(level.q25),
        Cell::Number(level.q75),
        Cell::Number(level.q95),
        Cell::Number(level.max),
        mean,
        Cell::Number(level.mean_se),
        Cell::Text(level.mean_trusted.to_string()),
    ]
}
