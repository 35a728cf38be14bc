//! Trials drawn again from their seeds.

use crate::exit::Failure;
use crate::report::series::label;
use std::collections::HashSet;
use std::path::Path;
use tempered_analysis::{Series, Summary, notable};
use tempered_math::predictor::Predictor;
use tempered_math::risk::Risk;
use tempered_math::target;
use tempered_pipeline::plan::{Cell, Plan};
use tempered_pipeline::spec::Space;
use tempered_pipeline::trial::{Predictor as Fitted, compute};
use tempered_report::{DrawnTrial, Fit};

/// Points of a training set that can still be told apart in a figure.
const MOST_POINTS: u64 = 120;
/// Points of a training set that are too many to draw.
const CROWDED: u64 = 1000;
/// Lines that a piece of a smooth predictor is drawn with.
const GAP_POINTS: usize = 24;
/// Points at which a target is drawn.
const TARGET_POINTS: u32 = 200;

/// Estimators that can still be told apart in a figure.
const MOST_FITS: usize = 12;

/// The median and the worst trial of the series with the heaviest risk, at the largest n that can be drawn, with the
/// estimators that the page shows.
pub fn drawn(
    summary: &Summary,
    plan: &Plan,
    path: &Path,
    shown: &HashSet<&str>,
) -> Result<Vec<DrawnTrial>, Failure> {
    // Of points in R^d there is no such picture, nor of trials that programs compute; the target of samples that they make is theirs.
    if plan.study.space() != Space::Line || plan.study.has_generator() {
        return Ok(Vec::new());
    }
    let Some((series, n)) = chosen(summary) else { return Ok(Vec::new()) };
    let labels = [&series.design, &series.target, &series.noise];
    let cell = plan.cells.iter().find(|cell| {
        cell.n == n
            && [cell.design.to_string(), cell.target.to_string(), cell.noise.to_string()].iter().eq(labels)
    });
    let Some(cell) = cell else { return Ok(Vec::new()) };
    let Some(notable) = notable(path, &summary.options, series, (n, &cell.key))? else {
        return Ok(Vec::new());
    };
    let others = plan.study.estimators.iter().map(|known| known.label.as_str());
    let others = others.filter(|known| shown.contains(known) && *known != series.estimator);
    let fitted = others.take(MOST_FITS - 1).chain([series.estimator.as_str()]).collect();
    let of = format!("by {} of {}", label(&Risk::symbol_of(&series.p.to_string())), series.estimator);
    [("Median trial", notable.median), ("Worst trial", notable.worst)]
        .into_iter()
        .map(|(title, trial)| draw(plan, cell, format!("{title} {of}"), trial, path, &fitted))
        .collect()
}

/// The series whose largest risk is most times its median, and the n to draw it at.
fn chosen(summary: &Summary) -> Option<(&Series, u64)> {
    let spread = |series: &Series| {
        let level =
            series.levels.iter().rev().find(|level| level.n <= MOST_POINTS).or(series.levels.first())?;
        if level.n > CROWDED {
            return None;
        }
        let ratio = level.max? / level.median?;
        ratio.is_finite().then_some((level.n, ratio))
    };
    // Higher exponents see nothing but the highest spike.
    let modest = |series: &&Series| series.p.exponent().is_some_and(|p| p <= 2.0);
    let some = summary.series.iter().any(|series| modest(&series));
    let all = summary.series.iter().filter(|series| !some || modest(series));
    all.filter_map(|series| Some((series, spread(series)?)))
        .max_by(|(_, (_, a)), (_, (_, b))| a.total_cmp(b))
        .map(|(series, (n, _))| (series, n))
}

/// A predictor from the first data point to the last: its knots, or as many points as the eye can tell apart.
fn curve(predictor: &Predictor, x: &[f64]) -> Vec<(f64, f64)> {
    match predictor {
        Predictor::PiecewiseLinear(knots) => knots.hull().map(|k| (knots.x[k], knots.y[k])).collect(),
        Predictor::Smooth(smooth) => {
            let (first, last) = (x[0], x[x.len() - 1]);
            let breaks = smooth.breaks.iter().filter(|at| **at > first && **at < last);
            let mut cuts: Vec<f64> = x.iter().chain(breaks).copied().collect();
            cuts.sort_by(f64::total_cmp);
            cuts.dedup();
            let mut curve = Vec::with_capacity((GAP_POINTS + 1) * cuts.len());
            for ends in cuts.windows(2) {
                let place = |k: usize| ends[0] + (ends[1] - ends[0]) * (k as f64 / GAP_POINTS as f64);
                let at: [f64; GAP_POINTS + 1] = std::array::from_fn(place);
                let mut values = [0.0; GAP_POINTS + 1];
                smooth.pieces.values(smooth.piece(ends[0]), &at, &mut values);
                curve.extend(at.into_iter().zip(values));
            }
            curve
        }
    }
}

/// What computes the last of these fits again.
fn command(path: &Path, fits: &[Fit], n: u64, trial: u64) -> String {
    let label = fits.last().map_or("LABEL", |fit| fit.estimator.as_str());
    format!("tempered replay {} --estimator {label} --n {n} --trial {trial}", path.display())
}

/// Risks of a trial by their exponents.
fn risks(plan: &Plan, scores: &[Option<f64>]) -> Vec<(String, f64)> {
    let named = plan.scores().into_iter().zip(scores);
    let risk = |(name, score): (String, &Option<f64>)| {
        let p = name.strip_prefix("risk_")?.trim_start_matches('l').replace('_', ".");
        Some((p, (*score)?))
    };
    named.filter_map(risk).collect()
}

fn draw(
    plan: &Plan,
    cell: &Cell,
    title: String,
    trial: u64,
    path: &Path,
    fitted: &HashSet<&str>,
) -> Result<DrawnTrial, Failure> {
    let mut data = Vec::new();
    let mut fits = Vec::new();
    for planned in plan.study.estimators.iter().filter(|known| fitted.contains(known.label.as_str())) {
        let computed = compute(plan, cell, &*cell.choice(&planned.rule)?, trial)?;
        data = computed.x.iter().copied().zip(computed.y.iter().copied()).collect();
        let Fitted::Line(predictor) = &computed.predictor else { continue };
        if !computed.row.has_weights {
            continue;
        }
        fits.push(Fit {
            estimator: planned.label.clone(),
            curve: curve(predictor, &computed.x),
            risks: risks(plan, &computed.scores),
        });
    }
    let target = cell.target.build(target::CATALOGUE).map_err(tempered_pipeline::Error::from)?;
    let (low, high) = data.first().zip(data.last()).map_or((0.0, 1.0), |(first, last)| (first.0, last.0));
    let place = |k: u32| low + (high - low) * f64::from(k) / f64::from(TARGET_POINTS);
    Ok(DrawnTrial {
        title,
        design: label(&cell.design.to_string()),
        target: label(&cell.target.to_string()),
        noise: label(&cell.noise.to_string()),
        n: cell.n,
        trial,
        command: command(path, &fits, cell.n, trial),
        data,
        target_curve: (0..=TARGET_POINTS).map(|k| (place(k), target.value(place(k)))).collect(),
        fits,
    })
}
