//! The rules that turn growth and tails into *benign*, *tempered* or *catastrophic*.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::growth::Growth;
use crate::tail::TailIndex;
use crate::text::{interval, number};

/// What becomes of a risk as n grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It vanishes.
    Benign,
    /// It tends to a finite positive limit.
    Tempered,
    /// It grows without bound.
    Catastrophic,
    /// The data do not say.
    Undecided,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Benign => "benign",
            Verdict::Tempered => "tempered",
            Verdict::Catastrophic => "catastrophic",
            Verdict::Undecided => "undecided",
        })
    }
}

/// The rules in words, as printed under the table.
pub const RULE: &str = "\
In probability: five laws of the median, c, c + b n^-g, a + b ln n, b n^g and 1/(a + b ln n), are weighed by their \
evidence; a class is named where its laws together reach the stated confidence, and a limit lies within half of the \
last median. Where only a limit and growth are left, the tail index of the gaps' contributions decides (marked α): \
an interval above 1 gives their sum a limit, one that ends below 1.05 lets it grow, at least as far as n = e^20. In \
expectation: catastrophic if so in probability, or if a tail index says that the mean is infinite; else as in \
probability, if the mean exists. Undecided otherwise.";

/// A tail index whose interval ends below this counts as at most 1 for growth: a limit, if there is one, is then
/// approached no faster than n^(−(1 − 1/1.05)), which is growth up to n = e^20.
const AT_MOST_ONE: f64 = 1.05;
/// A limit further from the last median than this factor is carried on too far from what was seen.
const IN_SIGHT: f64 = 1.5;

/// A verdict with the sentence that gives its reason.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Judgement {
    pub verdict: Verdict,
    pub reason: String,
    /// Whether a tail index decided.
    pub by_tail: bool,
}

fn judged(verdict: Verdict, reason: impl Into<String>) -> Judgement {
    Judgement { verdict, reason: reason.into(), by_tail: false }
}

/// What the levels say of the median: by its growth, and where that leaves a limit and growth alike, by the tail index of
/// the contributions of gaps.
pub(crate) fn in_probability(growth: Option<&Growth>, tails: &Tails, confidence: f64) -> Judgement {
    let Some(growth) = growth else { return no_growth(tails) };
    let odds = growth.probabilities;
    let class = odds.class(confidence);
    if class == Verdict::Tempered
        && let Some(gaps) = tails.gaps.filter(|gaps| gaps.high < 1.0)
    {
        let says =
            format!("the median settles, but the tail index {} of gaps says it must grow", text(&gaps));
        return judged(Verdict::Undecided, says);
    }
    let far = growth
        .limit
        .zip(growth.curve.last())
        .filter(|(limit, (_, last))| !(last / IN_SIGHT..last * IN_SIGHT).contains(&limit.value));
    let open = class == Verdict::Undecided || (class == Verdict::Tempered && far.is_some());
    if !open {
        let sure = 100.0 * odds.benign.max(odds.tempered).max(odds.catastrophic);
        return judged(class, format!("{sure:.1} % by the growth of the median, {}", growth.model.formula()));
    }
    if odds.tempered + odds.catastrophic >= confidence
        && let Some(judgement) = by_tail(tails)
    {
        return judgement;
    }
    if let Some((limit, _)) = far.filter(|_| class == Verdict::Tempered) {
        let says =
            format!("the limit that fits, {}, is out of sight of the last median", number(limit.value));
        return judged(Verdict::Undecided, says);
    }
    let says = format!(
        "benign {:.0} %, tempered {:.0} %, catastrophic {:.0} % by the growth of the median",
        100.0 * odds.benign,
        100.0 * odds.tempered,
        100.0 * odds.catastrophic
    );
    judged(class, says)
}

/// Why there is no growth to judge.
fn no_growth(tails: &Tails) -> Judgement {
    let says = match &tails.censored {
        Some(censored) => format!("too few medians are finite: {censored}"),
        None => "growth needs three levels over a factor of ten in n, each with twenty positive values and at most 5 % \
                 failed"
            .into(),
    };
    judged(Verdict::Undecided, says)
}

/// What the tail of the gaps' contributions says of a sum that either grows or has a limit. The two estimators must not
/// contradict each other.
fn by_tail(tails: &Tails) -> Option<Judgement> {
    if let Some(censored) = &tails.censored {
        let says = format!("slopes cannot tell growth from a slow limit, and no tail index may: {censored}");
        return Some(judged(Verdict::Undecided, says));
    }
    let gaps = tails.gaps?;
    let (verdict, says) = match gaps {
        gaps if gaps.low > 1.0 => (Verdict::Tempered, "is above 1, so the sum over gaps has a limit"),
        gaps if gaps.high < 1.0 => (Verdict::Catastrophic, "is below 1, so the sum over gaps grows"),
        gaps if gaps.high <= AT_MOST_ONE => {
            (Verdict::Catastrophic, "ends below 1.05, so the sum over gaps grows at least as far as n = e^20")
        }
        _ => (Verdict::Undecided, "does not say on which side of 1 it is"),
    };
    let contradicts = tails.hill.is_some_and(|hill| match verdict {
        Verdict::Tempered => hill.high < 1.0,
        Verdict::Catastrophic => hill.low > AT_MOST_ONE,
        _ => false,
    });
    let (verdict, says) = if contradicts {
        (Verdict::Undecided, "and Hill's estimator contradict each other")
    } else {
        (verdict, says)
    };
    let reason =
        format!("slopes cannot tell growth from a slow limit; the tail index {} of gaps {says}", text(&gaps));
    Some(Judgement { verdict, reason, by_tail: verdict != Verdict::Undecided })
}

/// What is known of the tails of one series.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tails {
    /// Of the largest contribution of a gap.
    pub gaps: Option<TailIndex>,
    /// The same by Hill's estimator.
    pub hill: Option<TailIndex>,
    /// Of what lies outside the hull.
    pub edges: Option<TailIndex>,
    /// Of the risk, level by level.
    pub risks: Vec<TailIndex>,
    /// Whether the contributions of gaps are known and are, with the edges, all there is.
    pub has_gaps: bool,
    /// Whether they do not vary.
    pub constant_gaps: bool,
    /// Whether what lies outside the hull was measured.
    pub has_edges: bool,
    /// Where trials overflowed, in words: the indices above are those of the other levels.
    pub censored: Option<String>,
}

impl Tails {
    /// Whether the mean over training sets is finite, and why.
    ///
    /// A risk is a sum of contributions, and its tail that of the heaviest. The tail of the risk itself shows late, where
    /// the heavy part is a rare one: it speaks against a mean at any level, and for one only if nothing else is known.
    /// Extended lines have the index 1/p ≤ 1, or none: an interval around 1 is that of p = 1. Where the two estimators of
    /// gaps contradict each other, nothing is known of gaps: the largest contribution of a global fit is no maximum of many,
    /// and its logarithm spreads by values near 0.
    pub fn mean_exists(&self) -> (Option<bool>, String) {
        let below = self.gaps.filter(|index| index.high < 1.0);
        let contradicted = below.is_some() && self.hill.is_some_and(|hill| hill.low > AT_MOST_ONE);
        let infinite = [
            ("gaps", below.filter(|_| !contradicted)),
            ("what lies outside the data", self.edges.filter(|i| i.low <= 1.0 && i.high <= AT_MOST_ONE)),
            ("the risk", self.risks.iter().copied().find(|index| index.high < 1.0)),
        ];
        if let Some((name, index)) = infinite.into_iter().find_map(|(name, index)| Some((name, index?))) {
            return (Some(false), format!("the tail index {} of {name} leaves no mean", text(&index)));
        }
        if let Some(censored) = &self.censored {
            return (None, censored.clone());
        }
        let above = |part: Option<TailIndex>| part.is_some_and(|index| index.low > 1.0);
        let inside = if self.has_gaps && !contradicted {
            above(self.gaps) || self.constant_gaps
        } else {
            !self.risks.is_empty() && self.risks.iter().all(|index| index.low > AT_MOST_ONE)
        };
        if inside && (!self.has_edges || above(self.edges)) {
            return (Some(true), "tail indices above 1 leave a mean".into());
        }
        (None, "no tail index says on which side of 1 it is".into())
    }
}

/// What the levels say of the mean over training sets; `means` is the growth of sample means, where they can be trusted.
pub(crate) fn in_expectation(
    in_probability: Verdict,
    tails: &Tails,
    means: Option<&Growth>,
    confidence: f64,
) -> Judgement {
    let (exists, reason) = tails.mean_exists();
    match (in_probability, exists) {
        (_, Some(false)) => judged(Verdict::Catastrophic, reason),
        (Verdict::Catastrophic, _) => judged(Verdict::Catastrophic, "the mean is at least half the median"),
        (Verdict::Undecided, _) | (_, None) => judged(Verdict::Undecided, reason),
        (class, Some(true)) => match means.map(|means| means.probabilities.class(confidence)) {
            None => judged(class, format!("{reason}; sample means have no variance to be weighed by")),
            Some(Verdict::Undecided) => {
                judged(class, format!("{reason}; the growth of the sample means says no more"))
            }
            Some(found) => judged(found, format!("{reason}, by the growth of the sample means")),
        },
    }
}

fn text(index: &TailIndex) -> String {
    interval(index.value, index.low, index.high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::growth::grow;
    use crate::point::{Point, synthetic};
    use crate::tail::Bootstrap;

    const HALVES: [u64; 7] = [100, 316, 1000, 3162, 10_000, 31_623, 100_000];

    fn index(value: f64, reach: f64) -> TailIndex {
        TailIndex { value, low: value - reach, high: value + reach, values: 1000 }
    }

    fn gaps(index: Option<TailIndex>) -> Tails {
        Tails { gaps: index, has_gaps: true, ..Tails::default() }
    }

    fn growth(law: impl Fn(f64) -> f64) -> Option<Growth> {
        let points: Vec<Point> =
            HALVES.iter().map(|n| synthetic(*n, law(*n as f64), 0.01 * law(*n as f64))).collect();
        grow(&points, &Bootstrap { rounds: 200, confidence: 0.95 })
    }

    #[test]
    fn the_tail_decides_where_slopes_cannot() {
        let log = growth(|n| 2.0 / std::f64::consts::PI * (n.ln() - 1.45));
        let judge = |index: Option<TailIndex>| in_probability(log.as_ref(), &gaps(index), 0.95).verdict;
        assert_eq!(judge(None), Verdict::Undecided);
        assert_eq!(judge(Some(index(1.0, 0.02))), Verdict::Catastrophic);
        assert_eq!(judge(Some(index(0.9, 0.02))), Verdict::Catastrophic);
        assert_eq!(judge(Some(index(1.053, 0.02))), Verdict::Tempered);
        assert_eq!(judge(Some(index(1.0, 0.1))), Verdict::Undecided);
        // Two estimators on different sides of 1 say nothing.
        for (spread, hill) in [(1.2, 0.8), (0.8, 1.2)] {
            let tails = Tails { hill: Some(index(hill, 0.02)), ..gaps(Some(index(spread, 0.02))) };
            assert_eq!(in_probability(log.as_ref(), &tails, 0.95).verdict, Verdict::Undecided);
        }
    }

    /// The median of the largest of n normals grows like √(2 ln n), and looks as if it had a limit far away.
    #[test]
    fn a_limit_out_of_sight_is_none() {
        let supremum = growth(|n| (2.0 * n.ln()).sqrt());
        let found = in_probability(supremum.as_ref(), &Tails::default(), 0.95);
        assert_eq!(found.verdict, Verdict::Undecided, "{found:?}");
    }

    #[test]
    fn the_tail_leaves_clear_growth_alone_and_doubts_a_limit_that_cannot_be() {
        let root = growth(f64::sqrt);
        let judge =
            |growth: &Option<Growth>, index| in_probability(growth.as_ref(), &gaps(index), 0.95).verdict;
        assert_eq!(judge(&root, Some(index(3.0, 0.1))), Verdict::Catastrophic);
        let flat = growth(|_| 0.7);
        assert_eq!(judge(&flat, Some(index(3.0, 0.1))), Verdict::Tempered);
        assert_eq!(judge(&flat, Some(index(0.7, 0.1))), Verdict::Undecided);
        assert_eq!(judge(&None, None), Verdict::Undecided);
    }

    #[test]
    fn a_mean_needs_every_tail_above_one() {
        let of = |gaps: f64, edges: Option<f64>, risk: f64| {
            let tails = Tails {
                gaps: Some(index(gaps, 0.02)),
                edges: edges.map(|edges| index(edges, 0.02)),
                risks: vec![index(risk, 0.2)],
                has_gaps: true,
                has_edges: edges.is_some(),
                ..Tails::default()
            };
            tails.mean_exists().0
        };
        assert_eq!(of(4.0, None, 30.0), Some(true));
        assert_eq!(of(1.0, None, 1.4), None);
        assert_eq!(of(0.9, None, 1.4), Some(false));
        assert_eq!(of(4.0, Some(1.0), 2.0), Some(false));
        assert_eq!(of(4.0, Some(0.5), 2.0), Some(false));
        assert_eq!(of(4.0, Some(1.04), 2.0), Some(true));
        assert_eq!(of(4.0, None, 0.5), Some(false));
        assert_eq!(of(1.04, None, 1.1), Some(true));
        assert_eq!(of(1.0, Some(2.0), 1.1), None);
        let bounded = Tails { has_gaps: true, constant_gaps: true, ..Tails::default() };
        assert_eq!(bounded.mean_exists().0, Some(true));
        let contradicted = Tails { hill: Some(index(6.3, 1.0)), ..gaps(Some(index(0.86, 0.1))) };
        assert_eq!(contradicted.mean_exists().0, None);
        // Then the risk's own tail is left, and what lies outside the data.
        let own = |risk: f64| Tails { risks: vec![index(risk, 0.2)], ..contradicted.clone() };
        assert_eq!([3.0, 1.1, 0.5].map(|risk| own(risk).mean_exists().0), [Some(true), None, Some(false)]);
        let edges = |edge: f64| Tails { edges: Some(index(edge, 0.02)), has_edges: true, ..own(3.0) };
        assert_eq!([2.0, 1.0].map(|edge| edges(edge).mean_exists().0), [Some(true), Some(false)]);
        assert_eq!(Tails { has_gaps: true, ..Tails::default() }.mean_exists().0, None);
        // The supremum has no contributions: only its own tail speaks.
        let own = |value: f64| Tails { risks: vec![index(value, 0.2)], ..Tails::default() }.mean_exists().0;
        assert_eq!((own(3.0), own(1.1), own(0.5)), (Some(true), None, Some(false)));
    }

    #[test]
    fn expectation_follows_probability_where_the_mean_exists() {
        let tails = Tails { gaps: Some(index(4.0, 0.1)), has_gaps: true, ..Tails::default() };
        let judge = |verdict, means: Option<&Growth>| in_expectation(verdict, &tails, means, 0.95).verdict;
        assert_eq!(judge(Verdict::Tempered, None), Verdict::Tempered);
        assert_eq!(judge(Verdict::Catastrophic, None), Verdict::Catastrophic);
        assert_eq!(judge(Verdict::Undecided, None), Verdict::Undecided);
        assert_eq!(judge(Verdict::Tempered, growth(f64::sqrt).as_ref()), Verdict::Catastrophic);
        assert_eq!(judge(Verdict::Tempered, growth(|_| 1.0).as_ref()), Verdict::Tempered);
    }

    /// The growth of medians that are known decides; tails and means of what is left do not.
    #[test]
    fn censored_tails_decide_nothing() {
        let censored = |tails: Tails| Tails { censored: Some("66 of 400 trials overflowed".into()), ..tails };
        let log = growth(|n| 2.0 / std::f64::consts::PI * (n.ln() - 1.45));
        let light = gaps(Some(index(2.0, 0.1)));
        assert_eq!(in_probability(log.as_ref(), &light, 0.95).verdict, Verdict::Tempered);
        let found = in_probability(log.as_ref(), &censored(light.clone()), 0.95);
        assert!(found.verdict == Verdict::Undecided && found.reason.contains("66 of 400"), "{found:?}");
        let none = in_probability(None, &censored(Tails::default()), 0.95);
        assert!(none.verdict == Verdict::Undecided && none.reason.contains("66 of 400"), "{none:?}");
        assert_eq!(light.mean_exists().0, Some(true));
        let flat = growth(|_| 1.0);
        let mean = in_expectation(Verdict::Tempered, &censored(light), flat.as_ref(), 0.95);
        assert!(mean.verdict == Verdict::Undecided && mean.reason.contains("66 of 400"), "{mean:?}");
        // Levels where nothing overflowed may show that there is no mean, and a median that grows needs none.
        let heavy = censored(gaps(Some(index(0.7, 0.1))));
        assert_eq!(in_expectation(Verdict::Tempered, &heavy, None, 0.95).verdict, Verdict::Catastrophic);
        let root = growth(f64::sqrt);
        let grows = in_probability(root.as_ref(), &heavy, 0.95).verdict;
        assert_eq!(grows, Verdict::Catastrophic);
        let mean = in_expectation(grows, &censored(Tails::default()), None, 0.95).verdict;
        assert_eq!(mean, Verdict::Catastrophic);
    }

    #[test]
    fn is_lower_case_everywhere() {
        assert_eq!(format!("[{:<10}]", Verdict::Tempered), "[tempered  ]");
        assert_eq!(serde_json::to_string(&Verdict::Catastrophic).unwrap(), "\"catastrophic\"");
    }
}
