//! Curves as a table with one row a position.

use crate::along::{Curve, Point};
use crate::fits::reasons;
use crate::show::columns::{Named, Table, integers, reals, text, truths};
use crate::show::parameters::Parameters;

/// A position of a curve.
pub(crate) struct Row<'a> {
    curve: &'a Curve,
    point: &'a Point,
    place: usize,
}

/// Every position of every curve.
pub(crate) fn rows(curves: &[Curve]) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for curve in curves {
        rows.extend(curve.points.iter().enumerate().map(|(place, point)| Row { curve, point, place }));
    }
    rows
}

/// Columns of some rows.
pub(crate) fn columns(rows: &[Row<'_>], parameters: &Parameters) -> Table {
    let mut table = named(rows);
    table.extend(values(rows));
    parameters.columns(&mut table, rows.iter().map(|row| &row.curve.coordinates));
    table
}

/// The columns that identify a row.
fn named(rows: &[Row<'_>]) -> Table {
    let words: [Named<Row<'_>, String>; 6] = [
        ("quantity", |row| row.curve.quantity.clone()),
        ("along", |row| row.curve.along.clone()),
        ("estimator", |row| row.curve.estimator.clone()),
        ("design", |row| row.curve.design.clone()),
        ("target", |row| row.curve.target.clone()),
        ("noise", |row| row.curve.noise.clone()),
    ];
    let mut table: Table =
        words.iter().map(|(name, get)| text(name, rows.iter().map(|row| Some(get(row))))).collect();
    table.push(integers("n", rows.iter().map(|row| row.point.level.n)));
    table.push(reals("at", rows.iter().map(|row| row.point.at.as_ref()?.number())));
    table.push(text("at_word", rows.iter().map(|row| Some(row.point.at.as_ref()?.word()?.to_owned()))));
    table
}

/// The columns of statistics of a position.
fn values(rows: &[Row<'_>]) -> Table {
    let mut table =
        vec![text("statistic", rows.iter().map(|row| Some(row.curve.statistic.name().to_owned())))];
    let figures: [Named<Point, Option<f64>>; 11] = [
        ("value", |p| p.value),
        ("value_low", |p| p.low),
        ("value_high", |p| p.high),
        ("theory", |p| p.theory),
        ("mean", |p| p.level.mean),
        ("mean_se", |p| p.level.mean_se),
        ("median", |p| p.level.median),
        ("median_low", |p| p.level.median_low),
        ("median_high", |p| p.level.median_high),
        ("q25", |p| p.level.q25),
        ("q75", |p| p.level.q75),
    ];
    table.extend(figures.iter().map(|(name, get)| reals(name, rows.iter().map(|row| get(row.point)))));
    let counts: [Named<Point, u64>; 3] =
        [("trials", |p| p.level.trials), ("failed", |p| p.level.failed), ("censored", |p| p.level.censored)];
    table.extend(counts.iter().map(|(name, get)| integers(name, rows.iter().map(|row| get(row.point)))));
    table.push(text("reasons", rows.iter().map(|row| Some(reasons(&row.point.level.reasons)))));
    let flags: [Named<Row<'_>, Option<bool>>; 8] = [
        ("mean_trusted", |row| Some(row.point.level.mean_trusted)),
        ("paired", |row| Some(row.curve.paired)),
        ("is_minimum", |row| Some(row.curve.minimum.as_ref()?.place == row.place)),
        ("may_be_minimum", |row| Some(row.curve.minimum.as_ref()?.among.contains(&row.place))),
        ("is_maximum", |row| Some(row.curve.maximum.as_ref()?.place == row.place)),
        ("may_be_maximum", |row| Some(row.curve.maximum.as_ref()?.among.contains(&row.place))),
        ("valley", |row| Some(row.curve.minimum.as_ref()?.inside)),
        ("peak", |row| Some(row.curve.maximum.as_ref()?.inside)),
    ];
    table.extend(flags.iter().map(|(name, get)| truths(name, rows.iter().map(get))));
    table.push(text("course", rows.iter().map(|row| Some(row.curve.course?.name().to_owned()))));
    table
}
