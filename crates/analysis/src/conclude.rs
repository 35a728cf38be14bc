//! From all levels of a series to its verdicts.

use crate::coordinates::Coordinates;
use crate::draft::Draft;
use crate::growth::weigh::{Growth, Of, Probabilities, grow};
use crate::judge::{Judgement, closes_in, in_expectation, in_probability, of_signs};
use crate::level::{Level, censored};
use crate::options::{Options, POPULATION, UNIT};
use crate::risk::Risk;
use crate::sample::confidence::Confidence;
use crate::series::{Series, agreement, outlined};
use crate::tail::tails::Tails;
use crate::verdict::Verdict;

/// Theoretical results on a series; `None` where there is no statement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// The class of the median.
    pub in_probability: Option<Verdict>,
    /// The class of the mean.
    pub in_expectation: Option<Verdict>,
    /// The limit of the risk in probability.
    pub limit: Option<f64>,
    /// The power of n that the risk follows in probability, where its limit is 0.
    pub exponent: Option<f64>,
    /// The source of the proof.
    pub source: Option<String>,
}

/// The theoretical results for (estimator, design, target, noise, p), with no p for the sup norm.
pub type Theory<'a> = dyn Fn(&str, &str, &str, &str, Risk) -> Known + Sync + 'a;

/// The conclusions from all levels of a series.
struct Concluded {
    levels: Vec<Level>,
    /// Of the median and the two quartiles.
    growth: [Option<Growth>; 3],
    tails: Tails,
    in_probability: Judgement,
    in_expectation: Judgement,
}

fn conclude(estimator: &String, p: Risk, draft: Draft, options: &Options) -> Concluded {
    let Draft { mut levels, points, means, mut parts } = draft;
    let confidence = Confidence(options.confidence);
    let of = match p {
        Risk::Sup => Of::Suprema,
        _ if parts.has_gaps => Of::Local,
        // Of d features, and as many as a rule may make of them.
        _ if options.domain == POPULATION => Of::Fitted(f64::INFINITY),
        _ => options.parameters.get(estimator).map_or(Of::Means, |count| Of::Fitted(*count as f64)),
    };
    let [mut growth, low, high]: [Option<Growth>; 3] = points.map(|points| grow(&points, of, confidence));
    let mut tails = {
        // On the unit interval the risk has contributions from beyond the hull too.
        parts.has_gaps &= parts.has_edges || options.domain != UNIT;
        if !parts.has_gaps && p != Risk::Sup {
            parts.maxima.clear();
        }
        let exponent = p.exponent().unwrap_or(1.0);
        Tails::of(&parts, exponent, censored(&levels), confidence.errors())
    };
    drop(parts);
    tails.level_edges = options.level.contains(estimator);
    tails.bounded = p.is_of_signs();
    tails.settles = growth.as_ref().is_some_and(|growth| growth.probabilities.settles());
    // On the line gaps decide, and quartiles of sums with heavy tails move for long.
    tails.closes_in =
        options.domain == POPULATION && closes_in([growth.as_ref(), low.as_ref(), high.as_ref()]);
    if let (Some(median), Some(low), Some(high)) = (&mut growth, &low, &high) {
        let all = [&*median, low, high].map(|growth| growth.probabilities);
        median.with_quartiles = Some(Probabilities::pooled(all));
    }
    note_tails(&mut levels, &tails);
    let levels = outlined(levels);
    let growth = growth.map(|growth| growth.with_tail(tails.gaps.map(|gaps| gaps.stated)));
    let mut probable =
        vanished(&levels).unwrap_or_else(|| in_probability(growth.as_ref(), &tails, options.confidence));
    if p.is_of_signs() {
        probable = of_signs(p, probable, growth.as_ref());
    }
    let mean_growth = if tails.has_variance() { grow(&means, of, confidence) } else { None };
    let expected = in_expectation(probable.verdict, &tails, mean_growth.as_ref(), options.confidence);
    let growth = [growth, low, high];
    Concluded { levels, growth, tails, in_probability: probable, in_expectation: expected }
}

/// A complete series.
pub(crate) fn finish(
    labels: [String; 4],
    p: Risk,
    draft: Draft,
    options: &Options,
    theory: &Theory<'_>,
) -> Series {
    let [estimator, design, target, noise] = labels;
    let Concluded { levels, growth, tails, in_probability, in_expectation } =
        conclude(&estimator, p, draft, options);
    let [growth, growth_q25, growth_q75] = growth;
    let Judgement { verdict, reason, by_tail } = in_probability;
    let Judgement { verdict: mean_verdict, reason: mean_reason, .. } = in_expectation;
    let known = theory(&estimator, &design, &target, &noise, p);
    Series {
        // Set later, where coordinates are shared between series.
        coordinates: Coordinates::default(),
        agrees: agreement([(verdict, known.in_probability), (mean_verdict, known.in_expectation)]),
        domain: options.domain.clone(),
        estimator,
        design,
        target,
        noise,
        p,
        in_probability: verdict,
        in_expectation: mean_verdict,
        theory_in_probability: known.in_probability,
        theory_in_expectation: known.in_expectation,
        theory_limit: known.limit,
        theory_exponent: known.exponent,
        theory_source: known.source,
        reason_in_probability: reason,
        reason_in_expectation: mean_reason,
        mean_exists: tails.mean_exists().0,
        growth,
        growth_q25,
        growth_q75,
        tail_index: tails.gaps.map(|gaps| gaps.stated),
        decided_by_tail: by_tail,
        tail_index_edge: tails.stated_edges(),
        levels,
    }
}

/// Sets for each level, from the tails of its series, whether its mean is trusted, and the tail index of its risk.
fn note_tails(levels: &mut [Level], tails: &Tails) {
    let variance = tails.has_variance();
    for level in levels {
        level.mean_trusted &= variance;
        level.trials_for_mean = level.trials_for_mean.filter(|_| variance);
        level.tail_index = tails.risk().filter(|_| level.censored == 0).map(Box::new);
    }
}

/// The judgement where the median is exactly zero at the last three levels, for which ln R does not exist.
fn vanished(levels: &[Level]) -> Option<Judgement> {
    const LEAST: usize = 3;
    if levels.iter().rev().take_while(|level| level.median_high == Some(0.0)).count() < LEAST {
        return None;
    }
    let (verdict, reason) = if levels.iter().any(|level| level.median > Some(0.0)) {
        (Verdict::Benign, "the median is zero at the last levels")
    } else {
        (Verdict::Undecided, "the median is zero at every level: no noise, or too little for the numbers")
    };
    Some(Judgement { verdict, reason: reason.into(), by_tail: false })
}
