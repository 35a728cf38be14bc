//! The rules that turn growth and tails into *benign*, *tempered* or *catastrophic*.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::growth::Growth;
use crate::tail::TailIndex;

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
evidence; a class is named where its laws together reach the stated confidence. Where only a limit and growth \
are left, the tail index of the gaps' contributions decides: above 1 their sum has a limit, up to 1.05 it \
grows at least as far as n = e^20. In expectation: catastrophic if so in probability, or if a tail index \
says that the mean is infinite; else as in probability, if the mean exists. Undecided otherwise.";

/// A tail index whose interval ends below this counts as at most 1: a limit, if there is one, is then approached no
/// faster than n^(−(1 − 1/1.05)), and no growth stops before n = e^20.
const AT_MOST_ONE: f64 = 1.05;

/// A verdict with the sentence that gives its reason.
pub(crate) type Judgement = (Verdict, String);

/// What the levels say of the median: by its growth, and where that leaves a limit and growth alike, by the tail index of
/// the contributions of gaps.
pub(crate) fn in_probability(
    growth: Option<&Growth>,
    gaps: Option<&TailIndex>,
    confidence: f64,
) -> Judgement {
    let Some(growth) = growth else {
        return (Verdict::Undecided, "fewer than three levels have twenty positive values".into());
    };
    let odds = growth.probabilities;
    let class = odds.class(confidence);
    match (class, gaps) {
        (Verdict::Tempered, Some(gaps)) if gaps.high < 1.0 => {
            let reason =
                format!("the median settles, but the tail index {} of gaps says it must grow", text(gaps));
            (Verdict::Undecided, reason)
        }
        (Verdict::Undecided, Some(gaps)) if odds.tempered + odds.catastrophic >= confidence => {
            let (verdict, says) = match gaps {
                gaps if gaps.low > 1.0 => (Verdict::Tempered, "is above 1, so the sum over gaps has a limit"),
                gaps if gaps.high < 1.0 => (Verdict::Catastrophic, "is below 1, so the sum over gaps grows"),
                gaps if gaps.high <= AT_MOST_ONE => (
                    Verdict::Catastrophic,
                    "is at most 1.05, so the sum over gaps grows at least as far as n = e^20",
                ),
                _ => (Verdict::Undecided, "does not say on which side of 1 it is"),
            };
            (
                verdict,
                format!(
                    "slopes cannot tell growth from a slow limit; the tail index {} of gaps {says}",
                    text(gaps)
                ),
            )
        }
        (Verdict::Undecided, _) => {
            let reason = format!(
                "benign {:.0} %, tempered {:.0} %, catastrophic {:.0} % by the growth of the median",
                100.0 * odds.benign,
                100.0 * odds.tempered,
                100.0 * odds.catastrophic
            );
            (class, reason)
        }
        _ => {
            let sure = 100.0 * odds.benign.max(odds.tempered).max(odds.catastrophic);
            (class, format!("{sure:.1} % by the growth of the median, {}", growth.model.formula()))
        }
    }
}

/// What is known of the tails of one series.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tails {
    /// Of the largest contribution of a gap.
    pub gaps: Option<TailIndex>,
    /// Of what lies outside the hull.
    pub edges: Option<TailIndex>,
    /// Of the risk, level by level.
    pub risks: Vec<TailIndex>,
    /// Whether gaps and edges were measured at all.
    pub has_gaps: bool,
    pub has_edges: bool,
}

impl Tails {
    /// Whether the mean over training sets is finite, and why.
    ///
    /// A risk is a sum of contributions, and its tail that of the heaviest. The tail of the risk itself shows late, where
    /// the heavy part is a rare one: it speaks against a mean at any level, and for one only if nothing else is known.
    pub fn mean_exists(&self) -> (Option<bool>, String) {
        let parts = [("gaps", &self.gaps), ("what lies outside the data", &self.edges)];
        for (name, part) in parts {
            if let Some(index) = part.as_ref().filter(|index| index.low <= 1.0 && index.high <= AT_MOST_ONE) {
                return (Some(false), format!("the tail index {} of {name} leaves no mean", text(index)));
            }
        }
        if let Some(index) = self.risks.iter().find(|index| index.high < 1.0) {
            return (Some(false), format!("the tail index {} of the risk leaves no mean", text(index)));
        }
        let above = |part: &Option<TailIndex>| part.as_ref().is_some_and(|index| index.low > 1.0);
        let exists = if self.has_gaps {
            above(&self.gaps) && (!self.has_edges || above(&self.edges))
        } else {
            !self.risks.is_empty() && self.risks.iter().all(|index| index.low > AT_MOST_ONE)
        };
        if exists {
            return (Some(true), "tail indices above 1 leave a mean".into());
        }
        (None, "no tail index says on which side of 1 it is".into())
    }
}

/// What the levels say of the mean over training sets.
pub(crate) fn in_expectation(
    in_probability: Verdict,
    tails: &Tails,
    means: Option<&Growth>,
    confidence: f64,
) -> Judgement {
    let (exists, reason) = tails.mean_exists();
    match (in_probability, exists) {
        (_, Some(false)) => (Verdict::Catastrophic, reason),
        (Verdict::Catastrophic, _) => (Verdict::Catastrophic, "the mean is at least half the median".into()),
        (Verdict::Undecided, _) | (_, None) => (Verdict::Undecided, reason),
        (class, Some(true)) => match means.map(|means| means.probabilities.class(confidence)) {
            Some(Verdict::Catastrophic) => (Verdict::Catastrophic, "the sample means grow".into()),
            _ => (class, format!("{reason}, and the sample means do not grow away from the medians")),
        },
    }
}

fn text(index: &TailIndex) -> String {
    format!("{:.3} ({:.3} to {:.3})", index.value, index.low, index.high)
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

    fn growth(law: impl Fn(f64) -> f64) -> Option<Growth> {
        let points: Vec<Point> =
            HALVES.iter().map(|n| synthetic(*n, law(*n as f64), 0.01 * law(*n as f64))).collect();
        grow(&points, &Bootstrap { rounds: 200, confidence: 0.95 })
    }

    #[test]
    fn the_tail_decides_where_slopes_cannot() {
        let log = growth(|n| 2.0 / std::f64::consts::PI * (n.ln() - 1.45));
        let judge = |index: Option<TailIndex>| in_probability(log.as_ref(), index.as_ref(), 0.95).0;
        assert_eq!(judge(None), Verdict::Undecided);
        assert_eq!(judge(Some(index(1.0, 0.02))), Verdict::Catastrophic);
        assert_eq!(judge(Some(index(0.9, 0.02))), Verdict::Catastrophic);
        assert_eq!(judge(Some(index(1.053, 0.02))), Verdict::Tempered);
        assert_eq!(judge(Some(index(1.0, 0.1))), Verdict::Undecided);
    }

    #[test]
    fn the_tail_leaves_clear_growth_alone_and_doubts_a_limit_that_cannot_be() {
        let root = growth(f64::sqrt);
        assert_eq!(in_probability(root.as_ref(), Some(&index(3.0, 0.1)), 0.95).0, Verdict::Catastrophic);
        let flat = growth(|_| 0.7);
        assert_eq!(in_probability(flat.as_ref(), Some(&index(3.0, 0.1)), 0.95).0, Verdict::Tempered);
        assert_eq!(in_probability(flat.as_ref(), Some(&index(0.7, 0.1)), 0.95).0, Verdict::Undecided);
        assert_eq!(in_probability(None, None, 0.95).0, Verdict::Undecided);
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
            };
            tails.mean_exists().0
        };
        assert_eq!(of(4.0, None, 30.0), Some(true));
        assert_eq!(of(1.0, None, 1.4), Some(false));
        assert_eq!(of(4.0, Some(0.5), 2.0), Some(false));
        assert_eq!(of(4.0, Some(1.04), 2.0), Some(true));
        assert_eq!(of(4.0, None, 0.5), Some(false));
        assert_eq!(of(1.04, None, 1.1), Some(true));
        assert_eq!(of(1.0, Some(2.0), 1.1), Some(false));
        assert_eq!(Tails { has_gaps: true, ..Tails::default() }.mean_exists().0, None);
        // The supremum has no contributions: only its own tail speaks.
        let own = |value: f64| Tails { risks: vec![index(value, 0.2)], ..Tails::default() }.mean_exists().0;
        assert_eq!((own(3.0), own(1.1), own(0.5)), (Some(true), None, Some(false)));
    }

    #[test]
    fn expectation_follows_probability_where_the_mean_exists() {
        let tails = Tails { gaps: Some(index(4.0, 0.1)), has_gaps: true, ..Tails::default() };
        let judge = |verdict, means: Option<&Growth>| in_expectation(verdict, &tails, means, 0.95).0;
        assert_eq!(judge(Verdict::Tempered, None), Verdict::Tempered);
        assert_eq!(judge(Verdict::Catastrophic, None), Verdict::Catastrophic);
        assert_eq!(judge(Verdict::Undecided, None), Verdict::Undecided);
        assert_eq!(judge(Verdict::Tempered, growth(f64::sqrt).as_ref()), Verdict::Catastrophic);
        assert_eq!(judge(Verdict::Tempered, growth(|_| 1.0).as_ref()), Verdict::Tempered);
    }

    #[test]
    fn is_lower_case_everywhere() {
        assert_eq!(format!("[{:<10}]", Verdict::Tempered), "[tempered  ]");
        assert_eq!(serde_json::to_string(&Verdict::Catastrophic).unwrap(), "\"catastrophic\"");
    }
}
