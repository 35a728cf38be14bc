//! Series and levels as the report shows them.

use tempered_analysis as analysis;
use tempered_analysis::{Model, Verdict};
use tempered_report::{Bin, Class, Conclusion, Distribution, Growth, Interval, Level, Scaling, Series, Tail};

/// Bins of a histogram.
const BINS: usize = 40;

pub fn view(series: &analysis::Series) -> Series {
    let [in_probability, in_expectation] = series.agreements();
    let tail = |index: &analysis::TailIndex| interval(index.value, index.low, index.high);
    let indices =
        [("contributions of gaps", &series.tail_index), ("outside the data", &series.tail_index_edge)];
    Series {
        estimator: series.estimator.clone(),
        design: label(&series.design),
        target: label(&series.target),
        noise: label(&series.noise),
        p: label(&series.p.to_string()),
        domain: series.domain.clone(),
        in_probability: Conclusion {
            class: class(series.in_probability),
            theory: series.theory_in_probability.map(class),
            agrees: in_probability,
        },
        in_expectation: Conclusion {
            class: class(series.in_expectation),
            theory: series.theory_in_expectation.map(class),
            agrees: in_expectation,
        },
        theory_source: series.theory_source.clone(),
        theory_limit: series.theory_limit,
        theory_exponent: series.theory_exponent,
        reason: format!(
            "In probability: {}. In expectation: {}.",
            series.reason_in_probability, series.reason_in_expectation
        ),
        growth: series.growth.as_ref().map(growth),
        tail_indices: indices
            .into_iter()
            .filter_map(|(name, index)| Some((name.to_owned(), tail(index.as_ref()?))))
            .collect(),
        scaling: scaling(series),
        levels: series.levels.iter().map(level).collect(),
        distributions: series.outlined().map(distribution).collect(),
    }
}

/// A label with no more digits than a page has room for.
pub fn label(label: &str) -> String {
    analysis::short(label).into_owned()
}

pub fn class(verdict: Verdict) -> Class {
    match verdict {
        Verdict::Benign => Class::Benign,
        Verdict::Tempered => Class::Tempered,
        Verdict::Catastrophic => Class::Catastrophic,
        Verdict::Undecided => Class::Undecided,
    }
}

fn interval(value: f64, low: f64, high: f64) -> Interval {
    Interval { value, low: Some(low), high: Some(high) }
}

fn growth(growth: &analysis::Growth) -> Growth {
    let exponent = growth.exponent.map(|value| Interval { value, low: growth.low, high: growth.high });
    Growth {
        formula: growth.model.formula().into(),
        exponent,
        runner_up: growth.runner_up.map(|model| model.formula().into()),
        evidence: growth.evidence.map(f64::exp),
        curve: growth.curve.clone(),
    }
}

/// The quotient that settles where the contributions of gaps have the index 2/p: R_p/n^(p/2 − 1) for p > 2.
fn scaling(series: &analysis::Series) -> Option<Scaling> {
    let p = series.p.exponent().filter(|p| *p > 2.0)?;
    let grows = series.growth.as_ref().is_some_and(|growth| growth.model == Model::Power);
    let exponent = p / 2.0 - 1.0;
    let power = if exponent == 1.0 { "n".into() } else { format!("n^{exponent}") };
    (grows && series.in_probability == Verdict::Catastrophic)
        .then(|| Scaling { label: label(&format!("R_{p} / {power}")), exponent })
}

fn level(level: &analysis::Level) -> Level {
    let quantile = |q: f64| level.quantiles.iter().find(|quantile| quantile.level() == q)?.value();
    Level {
        n: level.n,
        trials: level.trials,
        failed: level.failed,
        censored: level.censored,
        reasons: analysis::reasons(&level.reasons),
        mean: level.mean,
        mean_se: level.mean_se,
        mean_trusted: level.mean_trusted,
        median: level.median,
        median_low: level.median_low,
        median_high: level.median_high,
        q05: quantile(0.05),
        q25: level.q25,
        q75: level.q75,
        q95: quantile(0.95),
        max: level.max,
        trials_needed: level.trials_for_median,
    }
}

fn distribution(level: &analysis::Level) -> Distribution {
    let outline = &level.outline;
    let survival: Vec<(f64, f64)> = outline
        .iter()
        .map(|(value, share)| (*value, 1.0 - share))
        .filter(|(_, share)| *share > 0.0)
        .collect();
    // A power, where it is one, is there by the upper tenth.
    let tail = level.tail_index.as_ref().filter(|index| index.value.is_finite()).and_then(|index| {
        let from = survival.iter().find(|(_, share)| *share <= 0.1)?;
        Some(Tail { index: index.value, from: from.0, probability: from.1 })
    });
    Distribution { n: level.n, histogram: histogram(outline), survival, tail }
}

/// Shares between evenly spaced edges: on a logarithmic scale where the middle nine tenths span a factor of four.
fn histogram(outline: &[(f64, f64)]) -> Vec<Bin> {
    let at = |share: f64| outline.iter().find(|(_, below)| *below >= share).map(|(value, _)| *value);
    // One trial in a hundred lies beyond the edges: a heavy tail would leave all others in one bin.
    let (Some(low), Some(high)) = (at(0.005), at(0.995)) else { return Vec::new() };
    if !(low < high && high.is_finite()) {
        return Vec::new();
    }
    let logarithmic = low > 0.0 && high / low > 4.0;
    let edge = |k: usize| {
        let t = k as f64 / BINS as f64;
        if logarithmic { low * (high / low).powf(t) } else { low + t * (high - low) }
    };
    let below = |x: f64| {
        let after = outline.partition_point(|(value, _)| *value <= x);
        let before = after.checked_sub(1).map_or((outline[0].0, 0.0), |place| outline[place]);
        let Some(next) = outline.get(after) else { return 1.0 };
        if next.0 > before.0 {
            before.1 + (next.1 - before.1) * (x - before.0) / (next.0 - before.0)
        } else {
            before.1
        }
    };
    (0..BINS)
        .map(|k| Bin { low: edge(k), high: edge(k + 1), share: below(edge(k + 1)) - below(edge(k)) })
        .collect()
}
