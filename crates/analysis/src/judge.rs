//! The rules for the verdicts *benign*, *tempered* and *catastrophic* from growth and tails.

use crate::growth::weigh::Growth;
use crate::risk::Risk;
use crate::tail::index::{AT_MOST_ONE, TailIndex};
use crate::tail::tails::{Tails, text};
use crate::text::number;
use crate::verdict::Verdict;

/// The rules as text, printed below the table.
pub const RULE: &str = "\
In probability: five laws of the median, c, c + b n^-g, a + b ln n, b n^g and 1/(a + b ln n), and for a supremum \
sqrt(a + b ln n), are weighed by their evidence, b (n - e)^g among them where parameters may be as many as points; a class is named where its laws together reach the stated confidence (decay also where those of median and quartiles do, which count \
as one and a half), and a limit lies within half of the last median. Where only a limit and growth are left, the tail index of the gaps' \
contributions decides (marked α), if the estimator is local: an interval of three standard errors above 1 gives their \
sum a limit, one that ends below 1.05 lets it grow, at least as far as n = e^20; growth alone decides nothing where \
the interval holds both. For x in R^d, where there are no gaps, quartiles of which the lower one rises and the upper one \
falls while the median hardly moves close in on a limit. In expectation: catastrophic if so in \
probability, or if a tail index says that the mean is infinite; else as in probability, if the mean exists. Undecided \
otherwise.";

/// The rule for probabilities of a wrong sign as text, printed below tables that have some.
pub const RULE_OF_SIGNS: &str = "\
Of labels (Mallinar et al.): benign where the error vanishes, tempered where it settles below a half, catastrophic where it \
settles at a half, as a guess has; where clusters overlap, `excess_error` is what can vanish. A noisy error has no class.";

/// A limit that differs from the last median by more than this factor is too far an extrapolation for a verdict.
const IN_SIGHT: f64 = 1.5;

/// The error of a guess.
const GUESS: f64 = 0.5;

/// A limit whose interval holds a half and nothing below it by more than this is a half: what is left is no use to anybody.
const NEAR: f64 = 0.02;

/// The steepest late slope of a median that quartiles may close in on: a + b ln n has a slope above it unless the constant is at least five
/// times the logarithm at n = 150, the usual end of such studies.
const FLAT: f64 = 0.1;

/// A verdict and the sentence that states its reason.
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

/// The verdict on the median: by its growth, and where that does not distinguish a limit from growth, by the tail index
/// of the contributions of gaps.
pub(crate) fn in_probability(growth: Option<&Growth>, tails: &Tails, confidence: f64) -> Judgement {
    let Some(growth) = growth else { return no_growth(tails) };
    let odds = growth.probabilities;
    let class = odds.class(confidence);
    if let Some(says) = contradiction(class, tails) {
        return judged(Verdict::Undecided, says);
    }
    let far = out_of_sight(growth);
    let open = class == Verdict::Undecided || (class == Verdict::Tempered && far.is_some());
    if !open {
        let sure = 100.0 * odds.benign.max(odds.tempered).max(odds.catastrophic);
        return judged(class, format!("{sure:.1} % by the growth of the median, {}", growth.model.formula()));
    }
    // Gaps tell more of local estimators than quartiles do.
    let quartiles = growth.with_quartiles.filter(|_| class == Verdict::Undecided && !tails.has_gaps);
    if let Some(odds) = quartiles.filter(|odds| odds.class(confidence) == Verdict::Benign) {
        let sure = 100.0 * odds.benign;
        let formula = growth.model.formula();
        return judged(
            Verdict::Benign,
            format!("{sure:.1} % by the growth of the median and of both quartiles, {formula}"),
        );
    }
    if tails.closes_in && far.is_none() {
        let reason = "slopes cannot tell a limit from slow growth or decay; the lower quartile rises and the upper one falls, so \
                      that they close in on a limit";
        return judged(Verdict::Tempered, reason);
    }
    if odds.tempered + odds.catastrophic >= confidence
        && let Some(judgement) = by_tail(tails)
    {
        return judgement;
    }
    if let Some(limit) = far.filter(|_| class == Verdict::Tempered) {
        let says = format!("the limit that fits, {}, is out of sight of the last median", number(limit));
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

/// The limit that fits, if it is too far from the last value for a verdict.
fn out_of_sight(growth: &Growth) -> Option<f64> {
    let (limit, (_, last)) = growth.limit.zip(growth.curve.last())?;
    Some(limit.value).filter(|limit| !(last / IN_SIGHT..last * IN_SIGHT).contains(limit))
}

/// The verdict on a probability of a wrong sign, which grows to a half at most.
///
/// # Source
/// Mallinar et al., arXiv 2207.06569 (2022): classes of classification errors are those of their excess, and what a
/// guess has is the worst of them.
pub(crate) fn of_signs(risk: Risk, growing: Judgement, growth: Option<&Growth>) -> Judgement {
    if risk == Risk::NoisyError {
        return judged(
            Verdict::Undecided,
            "labels with noise are wrong themselves; the class is that of `error`",
        );
    }
    let limit = growth.and_then(|growth| growth.limit);
    match growing.verdict {
        Verdict::Catastrophic => judged(
            Verdict::Undecided,
            "the error grows over these n, but no further than to a half; its limit is not seen",
        ),
        Verdict::Tempered if risk == Risk::Error => match limit {
            Some(limit) if limit.low >= GUESS - NEAR && limit.high >= GUESS => {
                judged(Verdict::Catastrophic, "the error settles at a half, as a guess has")
            }
            Some(limit) if limit.high >= GUESS => judged(
                Verdict::Undecided,
                "the error settles, but its limit may be the half that a guess has",
            ),
            _ => growing,
        },
        _ => growing,
    }
}

/// Whether the quartiles close in on the median from both sides while it hardly moves, over the later levels.
///
/// Growth or decay without end takes all quantiles along; where a law concentrates about a limit, quartiles come to it from two sides. Each
/// of the four slopes has an interval at the stated confidence.
pub(crate) fn closes_in([median, low, high]: [Option<&Growth>; 3]) -> bool {
    let (Some(median), Some(low), Some(high)) = (median, low, high) else { return false };
    let flat = median.late_slope.low >= -FLAT && median.late_slope.high <= FLAT;
    flat && low.late_slope.low > 0.0 && high.late_slope.high < 0.0
}

/// The contradiction between the tail index of gaps and the class by growth, if there is one.
fn contradiction(class: Verdict, tails: &Tails) -> Option<String> {
    let gaps = tails.gaps.as_ref()?;
    let may_be_one = || gaps.stated.low <= 1.0 && gaps.stated.high.is_finite() && !tails.gaps_are_above();
    match class {
        Verdict::Tempered if tails.gaps_are_below(1.0) => Some(format!(
            "the median settles, but the tail index {} of gaps says it must grow",
            text(&tails.gaps_below(1.0)?)
        )),
        Verdict::Tempered if may_be_one() => Some(format!(
            "the median settles, but the tail index {} of gaps may be 1, where it grows",
            text(&gaps.stated)
        )),
        Verdict::Catastrophic if tails.may_settle() => Some(format!(
            "the median grows over these n, but the tail index {} of gaps may be above 1, where it settles later",
            text(&gaps.stated)
        )),
        _ => None,
    }
}

/// The reason for a verdict without growth.
fn no_growth(tails: &Tails) -> Judgement {
    let says = match &tails.censored {
        Some(censored) => format!("too few medians are finite: {censored}"),
        None => "growth needs three levels over a factor of ten in n, each with twenty positive values and at most 5 % \
                 failed"
            .into(),
    };
    judged(Verdict::Undecided, says)
}

/// The verdict by the tail index of the gaps' contributions, whose sum either grows or has a limit, at three standard
/// errors. The two estimators must not contradict each other.
fn by_tail(tails: &Tails) -> Option<Judgement> {
    if let Some(censored) = &tails.censored {
        let says = format!("slopes cannot tell growth from a slow limit, and no tail index may: {censored}");
        return Some(judged(Verdict::Undecided, says));
    }
    if tails.has_gaps && tails.constant_gaps {
        let reason = "slopes cannot tell growth from a slow limit; the contributions of gaps are bounded, so their sum has a limit";
        return Some(Judgement { verdict: Verdict::Tempered, reason: reason.into(), by_tail: true });
    }
    let [gaps, excesses] = [tails.gaps, tails.excesses].map(|index| index.map(|index| index.sure));
    let stated = tails.gaps.map(|index| index.stated);
    let shown = gaps.or(excesses).or(tails.maxima)?;
    const WITHIN: &str = "within three standard errors";
    const BY_MAXIMA: &str = "by the growth of their maxima, within three standard errors";
    let (verdict, says) = if tails.gaps_are_above() {
        (Verdict::Tempered, "is above 1, so the sum over gaps has a limit")
    } else if tails.gaps_are_below(1.0) {
        (Verdict::Catastrophic, "is below 1, so the sum over gaps grows")
    } else if tails.gaps_are_below(AT_MOST_ONE) {
        (Verdict::Catastrophic, "ends below 1.05, so the sum over gaps grows at least as far as n = e^20")
    } else {
        (Verdict::Undecided, "does not say on which side of 1 it is")
    };
    // The estimator that decides.
    let decides = |index: &TailIndex| match verdict {
        Verdict::Tempered => index.low > 1.0,
        Verdict::Catastrophic => index.high <= AT_MOST_ONE,
        _ => true,
    };
    let all = [gaps, excesses, tails.gaps_below(AT_MOST_ONE), tails.maxima];
    let sure = all.into_iter().flatten().find(decides);
    let sure = sure.map(|index| (index, if tails.maxima == Some(index) { BY_MAXIMA } else { WITHIN }));
    let both = stated.filter(decides).map(|index| (index, "beside a median that settles"));
    let (shown, within) = sure.or(both).unwrap_or((shown, WITHIN));
    let reason = format!(
        "slopes cannot tell growth from a slow limit; the tail index {} of gaps, {within}, {says}",
        text(&shown)
    );
    Some(Judgement { verdict, reason, by_tail: verdict != Verdict::Undecided })
}

/// The verdict on the mean over training sets; `means` is the growth of sample means, where they are trusted.
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
        (class, Some(true)) => match means.map(|means| {
            let found = means.probabilities.class(confidence);
            let far = found == Verdict::Tempered && out_of_sight(means).is_some();
            if far { Verdict::Undecided } else { found }
        }) {
            None => judged(class, format!("{reason}; sample means have no variance to be weighed by")),
            Some(Verdict::Undecided) => {
                judged(class, format!("{reason}; the growth of the sample means says no more"))
            }
            Some(found) => judged(found, format!("{reason}, by the growth of the sample means")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::growth::weigh::{Of, Probabilities, grow};
    use crate::sample::confidence::Confidence;
    use crate::sample::point::{Point, synthetic};
    use crate::tail::index::Index;

    const HALVES: [u64; 7] = [100, 316, 1000, 3162, 10_000, 31_623, 100_000];

    fn index(value: f64, reach: f64) -> Index {
        let index = TailIndex { value, low: value - reach, high: value + reach, values: 1000 };
        Index { stated: index, sure: index }
    }

    fn gaps(index: Option<Index>) -> Tails {
        Tails { gaps: index, has_gaps: true, ..Tails::default() }
    }

    fn growth(law: impl Fn(f64) -> f64) -> Option<Growth> {
        let points: Vec<Point> =
            HALVES.iter().map(|n| synthetic(*n, law(*n as f64), 0.01 * law(*n as f64))).collect();
        grow(&points, Of::Means, Confidence(0.95))
    }

    #[test]
    fn the_tail_decides_where_slopes_cannot() {
        let log = growth(|n| 2.0 / std::f64::consts::PI * (n.ln() - 1.45));
        let judge = |index: Option<Index>| in_probability(log.as_ref(), &gaps(index), 0.95).verdict;
        assert_eq!(judge(None), Verdict::Undecided);
        assert_eq!(judge(Some(index(1.0, 0.02))), Verdict::Catastrophic);
        assert_eq!(judge(Some(index(0.9, 0.02))), Verdict::Catastrophic);
        assert_eq!(judge(Some(index(1.1, 0.02))), Verdict::Tempered);
        assert_eq!(judge(Some(index(1.0, 0.1))), Verdict::Undecided);
        let bounded = Tails { has_gaps: true, constant_gaps: true, ..Tails::default() };
        assert_eq!(in_probability(log.as_ref(), &bounded, 0.95).verdict, Verdict::Tempered);
        // Two estimators on different sides of 1 leave the verdict undecided.
        for (spread, excesses) in [(1.2, 0.8), (0.8, 1.2)] {
            let tails = Tails { excesses: Some(index(excesses, 0.02)), ..gaps(Some(index(spread, 0.02))) };
            assert_eq!(in_probability(log.as_ref(), &tails, 0.95).verdict, Verdict::Undecided);
        }
    }

    /// Medians of a law that settles like 1/√n, or grows or falls like a logarithm, with spreads that shrink like 1/√n.
    #[test]
    fn quartiles_close_in_on_limits_alone() {
        let closing = |median: fn(f64) -> f64| {
            let quartile = |sign: f64| growth(move |n| median(n) * (1.0 + sign * 5.0 / n.sqrt()));
            let [middle, low, high] = [growth(median), quartile(-1.0), quartile(1.0)];
            closes_in([middle.as_ref(), low.as_ref(), high.as_ref()])
        };
        assert!(closing(|_| 0.7));
        assert!(closing(|n| 0.7 * (1.0 + 0.1 / n.sqrt())));
        assert!(!closing(|n| n.ln()) && !closing(|n| 1.0 / n.ln()) && !closing(|n| (2.0 * n.ln()).sqrt()));
        assert!(!closing(|n| n.powf(0.2)) && !closing(|n| n.powf(-0.2)));
        let far = Tails { closes_in: true, ..Tails::default() };
        let slow = growth(|n| 1.0 + 0.02 * n.ln());
        assert_eq!(in_probability(slow.as_ref(), &far, 0.95).verdict, Verdict::Tempered);
    }

    /// The median of the maximum of n normals grows like √(2 ln n), which a distant limit fits as well.
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
        // A sum with rare large terms grows over a long range of n before it tends to its limit.
        assert_eq!(judge(&root, Some(index(1.5, 0.6))), Verdict::Undecided);
        assert_eq!(judge(&root, Some(index(0.7, 0.2))), Verdict::Catastrophic);
        let flat = growth(|_| 0.7);
        assert_eq!(judge(&flat, Some(index(3.0, 0.1))), Verdict::Tempered);
        assert_eq!(judge(&flat, Some(index(0.7, 0.1))), Verdict::Undecided);
        assert_eq!(judge(&None, None), Verdict::Undecided);
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
        // n/(d − n − 1) with d = n^1.5: three exact means fit a limit of a fifth of the last one, which says nothing.
        let left = |n: u64| (n as f64) / ((n as f64).powf(1.5) - n as f64 - 1.0);
        let points = [25, 100, 400].map(|n| synthetic(n, left(n), 0.002 * left(n)));
        let means = grow(&points, Of::Means, Confidence(0.95));
        assert_eq!(means.as_ref().map(|means| means.probabilities.class(0.95)), Some(Verdict::Tempered));
        assert_eq!(judge(Verdict::Benign, means.as_ref()), Verdict::Benign);
    }

    /// The growth of known medians decides; tails and means of censored samples do not.
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
        // Levels without overflow may show that there is no mean; a growing median needs no mean.
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

    /// The growth of maxima decides where the spread does not, and contradicts neither of the others silently.
    #[test]
    fn maxima_decide_where_the_spread_does_not() {
        let log = growth(|n| 2.0 / std::f64::consts::PI * (n.ln() - 1.45));
        let judge = |spread: Index, found: f64| {
            let maxima = Some(TailIndex { value: found, low: found - 0.1, high: found + 0.1, values: 300 });
            in_probability(log.as_ref(), &Tails { maxima, ..gaps(Some(spread)) }, 0.95)
        };
        let open = index(1.1, 0.3);
        let (below, above) = (judge(open, 0.75), judge(open, 1.4));
        assert!(
            below.verdict == Verdict::Catastrophic && below.by_tail && below.reason.contains("0.75"),
            "{below:?}"
        );
        assert!(
            above.verdict == Verdict::Tempered && above.by_tail && above.reason.contains("1.4"),
            "{above:?}"
        );
        assert_eq!(judge(index(1.2, 0.05), 0.75).verdict, Verdict::Undecided);
    }

    /// Three quantiles that say the same say more than one, where there are no gaps.
    #[test]
    fn quartiles_support_decay() {
        let slow = growth(|n| n.powf(-0.05));
        let odds = |benign: f64| Some(Probabilities { benign, tempered: 1.0 - benign, catastrophic: 0.0 });
        let judge = |odds: Option<Probabilities>, tails: Tails| {
            let growth = slow.clone().map(|slow| Growth { with_quartiles: odds, ..slow });
            in_probability(growth.as_ref(), &tails, 0.999_999).verdict
        };
        assert_eq!(judge(odds(1.0), Tails::default()), Verdict::Benign);
        assert_eq!(judge(odds(0.9), Tails::default()), Verdict::Undecided);
        assert_eq!(judge(odds(1.0), gaps(None)), Verdict::Undecided);
    }
}
