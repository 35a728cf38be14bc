//! One risk of one estimator on one kind of data, as n grows.

use serde::Serialize;

use crate::coordinates::Coordinates;
use crate::growth::weigh::Growth;
use crate::level::Level;
use crate::risk::Risk;
use crate::tail::index::TailIndex;
use crate::verdict::Verdict;

/// The levels of one (estimator, design, target, noise, risk) with growth, tails and verdicts.
///
/// As JSON an object with its fields: `p` a number or `"sup"`, verdicts in lower case, missing and infinite values `null`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// The estimator's full name: its label and, where parameters are swept, their values: `relu[width=50]`.
    pub estimator: String,
    /// The design's label.
    pub design: String,
    /// The target's label.
    pub target: String,
    /// The noise's label.
    pub noise: String,
    /// The risk: a number p or `sup`.
    pub p: Risk,
    /// The domain of the risk.
    pub domain: String,
    /// The verdict on the median.
    pub in_probability: Verdict,
    /// The verdict on the mean over training sets.
    pub in_expectation: Verdict,
    /// The class of the median by theory.
    pub theory_in_probability: Option<Verdict>,
    /// The class of the mean by theory.
    pub theory_in_expectation: Option<Verdict>,
    /// The limit of the median by theory.
    pub theory_limit: Option<f64>,
    /// The power of n that the median follows, by theory, where the limit is 0.
    pub theory_exponent: Option<f64>,
    /// The source of the proof.
    pub theory_source: Option<String>,
    /// Whether verdicts agree with theory; `None` where theory has no statement, or a verdict is undecided.
    pub agrees: Option<bool>,
    /// Whether the tail index decided the verdict on the median, where growth did not.
    pub decided_by_tail: bool,
    /// The reason for the verdict on the median.
    pub reason_in_probability: String,
    /// The reason for the verdict on the mean.
    pub reason_in_expectation: String,
    /// Whether the mean over training sets is finite.
    pub mean_exists: Option<bool>,
    /// The growth of the median; `None` for fewer than three usable levels.
    pub growth: Option<Growth>,
    /// The growth of the lower quartile.
    pub growth_q25: Option<Growth>,
    /// The growth of the upper quartile.
    pub growth_q75: Option<Growth>,
    /// The tail index of the contributions of gaps, from the spread of their maxima, as n → ∞.
    pub tail_index: Option<TailIndex>,
    /// The tail index of the contribution from outside the data, by Hill's estimator over all levels.
    pub tail_index_edge: Option<TailIndex>,
    /// The coordinates that distinguish this series from others, by name.
    pub coordinates: Coordinates,
    /// The levels, n ascending.
    pub levels: Vec<Level>,
}

/// The positions of the first, the middle and the last of so many levels, which figures of distributions show. An outline
/// of each of a million levels would take six gigabytes.
fn places(count: usize) -> Vec<usize> {
    let mut places = vec![0, count / 2, count.saturating_sub(1)];
    places.dedup();
    places
}

/// The levels of a complete series, of which no others keep their outlines.
pub(crate) fn outlined(mut levels: Vec<Level>) -> Vec<Level> {
    let kept = places(levels.len());
    for (_, level) in levels.iter_mut().enumerate().filter(|(place, _)| !kept.contains(place)) {
        level.outline = Vec::new();
    }
    // Copied once the other data of each level are freed, so that the levels are contiguous in memory.
    levels.to_vec()
}

impl Series {
    /// The levels whose [`Level::outline`] is kept: the first, the middle and the last.
    pub fn outlined(&self) -> impl Iterator<Item = &Level> {
        places(self.levels.len()).into_iter().filter_map(|place| self.levels.get(place))
    }

    /// The labels of this series, in the order by which series are sorted.
    pub(crate) fn labels(&self) -> [&str; 4] {
        [&self.estimator, &self.design, &self.target, &self.noise]
    }

    /// Whether each verdict agrees with theory: in probability, in expectation.
    pub fn agreements(&self) -> [Option<bool>; 2] {
        let of = |verdict: Verdict, theory: Option<Verdict>| {
            theory.filter(|_| verdict != Verdict::Undecided).map(|theory| verdict == theory)
        };
        [
            of(self.in_probability, self.theory_in_probability),
            of(self.in_expectation, self.theory_in_expectation),
        ]
    }
}

/// Whether verdicts and theory agree: false if any pair contradicts, true if all pairs with a theory agree.
pub(crate) fn agreement(pairs: [(Verdict, Option<Verdict>); 2]) -> Option<bool> {
    let spoken: Vec<(Verdict, Verdict)> =
        pairs.into_iter().filter_map(|(verdict, theory)| Some((verdict, theory?))).collect();
    if spoken.iter().any(|(verdict, theory)| *verdict != Verdict::Undecided && verdict != theory) {
        return Some(false);
    }
    (!spoken.is_empty() && spoken.iter().all(|(verdict, theory)| verdict == theory)).then_some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outlines_are_those_of_the_first_the_middle_and_the_last_level() {
        for (count, places_of) in
            [(0, [].as_slice()), (1, &[0]), (2, &[0, 1]), (3, &[0, 1, 2]), (7, &[0, 3, 6])]
        {
            let there: Vec<usize> = places(count).into_iter().filter(|place| *place < count).collect();
            assert_eq!(there, places_of, "{count} levels");
        }
    }

    #[test]
    fn agreement_needs_every_statement() {
        use Verdict::{Catastrophic, Tempered, Undecided};
        assert_eq!(agreement([(Tempered, Some(Tempered)), (Tempered, Some(Tempered))]), Some(true));
        assert_eq!(agreement([(Tempered, Some(Tempered)), (Undecided, None)]), Some(true));
        assert_eq!(agreement([(Tempered, Some(Tempered)), (Undecided, Some(Tempered))]), None);
        assert_eq!(agreement([(Undecided, Some(Tempered)), (Tempered, Some(Catastrophic))]), Some(false));
        assert_eq!(agreement([(Tempered, None), (Tempered, None)]), None);
    }
}
