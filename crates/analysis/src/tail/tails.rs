//! What is known of the tails of one series, and what follows for its mean and its variance.

use crate::tail::excesses::Excesses;
use crate::tail::hill::hill;
use crate::tail::index::{AT_MOST_ONE, Index, TailIndex};
use crate::tail::pareto::Shape;
use crate::tail::parts::Parts;
use crate::tail::spread::{is_constant, spread};
use crate::text::interval;

/// A law of this tail index and below has no variance.
const VARIANCE: f64 = 2.0;
/// What lies outside the hull leaves no mean where the interval of its index holds 1 or is below it, and ends below this. The
/// interval has the doubt of its bias in it and is never short; a law of index 1.1, which has a mean, has one that N trials miss
/// by N^(1/1.1 − 1) = N^(−0.09) of itself.
const EDGE_AT_MOST_ONE: f64 = 1.1;
/// How much lighter excesses of the root of what lies outside the hull may look than they are, and some more: of 4·10⁵ values of
/// extended lines an index of 1 shows as 1.00 to 1.43, and one of 2, of points that fill their cells, as up to 3.1.
const LIGHTER: f64 = 2.0;
/// Excesses at finite n look lighter than their limit, by about a tenth of an index near 1.
const CLEAR: f64 = 1.1;
/// What is known of the tails of one series.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tails {
    /// Of the largest contribution of a gap, carried on to n = ∞.
    pub gaps: Option<Index>,
    /// The same from excesses at all levels: many of them, which tell an index from 1.
    pub excesses: Option<Index>,
    /// The same from excesses of their root.
    pub gap_roots: Option<Index>,
    /// The same further out, to tell it from 2.
    pub far_excesses: Option<Index>,
    /// Of what lies outside the hull.
    pub edges: Option<Index>,
    /// The same from excesses, and from those of its root.
    pub edge_excesses: [Option<Index>; 2],
    /// The exponent of the risk, 1 for a supremum.
    pub p: f64,
    /// Whether it has no heavier tail than a gap, whatever is seen of it.
    pub level_edges: bool,
    /// Of the risk itself, from excesses over its upper quartile and over its .9-quantile.
    pub own: [Option<Index>; 2],
    /// The same from excesses of its root.
    pub roots: [Option<Index>; 2],
    /// Whether the contributions of gaps are known and are, with the edges, all there is.
    pub has_gaps: bool,
    /// Whether they do not vary.
    pub constant_gaps: bool,
    /// Whether what lies outside the hull was measured.
    pub has_edges: bool,
    /// Whether the growth of the median has a limit rather than none.
    pub settles: bool,
    /// Where trials overflowed, in words: the indices above are those of the other levels.
    pub censored: Option<String>,
}

impl Tails {
    /// Estimates the indices of parts; p is the exponent of the risk, `censored` says where trials overflowed.
    pub fn of(parts: &Parts, p: f64, censored: Option<String>, reach: f64) -> Tails {
        let shape =
            |excesses: &[Excesses]| Shape::of(excesses.iter().collect()).map(|shape| shape.sure(reach));
        let gaps = |reach| spread(&parts.gap_logs, p, reach);
        Tails {
            gaps: gaps(reach).zip(gaps(Index::SURE)).map(|(stated, sure)| Index { stated, sure }),
            excesses: shape(&parts.gap_excesses[0]),
            gap_roots: shape(&parts.gap_roots).map(|index| index.of_power(p)),
            far_excesses: shape(&parts.gap_excesses[1]),
            edges: hill(&parts.edge_tops, reach),
            edge_excesses: [
                shape(&parts.edge_excesses[0]),
                shape(&parts.edge_excesses[1]).map(|index| index.of_power(p)),
            ],
            p,
            level_edges: false,
            own: parts.own.each_ref().map(|own| shape(own)),
            roots: parts.roots.each_ref().map(|roots| Some(shape(roots)?.of_power(p))),
            has_gaps: parts.has_gaps,
            constant_gaps: is_constant(&parts.gap_logs),
            has_edges: parts.has_edges,
            settles: false,
            censored,
        }
    }

    /// Whether the mean over training sets is finite, and why.
    ///
    /// A risk is a sum of contributions, and its tail that of the heaviest. Where the contributions are known they speak
    /// alone: the tail of the risk itself shows late, where the heavy part is a rare one, and looks heavy where a light one is
    /// raised to a large power. Where they are not known, the tail of the risk speaks for a mean, and that of its root against
    /// one, if the quarter and the tenth of the largest values agree; for a mean of a power above 2 they must look as if it had a
    /// variance too. Lines extended beyond the data have the index 1/p ≤ 1, or none: an interval around 1 is that of
    /// p = 1.
    pub fn mean_exists(&self) -> (Option<bool>, String) {
        if let Some((name, index)) = self.without_mean() {
            return (Some(false), format!("the tail index {} of {name} leaves no mean", text(&index.sure)));
        }
        if let Some(censored) = &self.censored {
            return (None, censored.clone());
        }
        let inside = if self.has_gaps {
            self.constant_gaps || self.gaps_are_above()
        } else {
            // A mean of many labels with a variance looks normal until far out, whatever its tail.
            let seen = if self.p > VARIANCE { VARIANCE } else { 1.0 };
            let [quarter, tenth] = self.own.map(|own| own.is_some_and(|own| own.sure.low > seen));
            quarter && tenth
        };
        if inside && self.edges_are(LIGHTER, |edges| edges.sure.low > 1.0) {
            return (Some(true), "tail indices above 1 leave a mean".into());
        }
        (None, "no tail index says on which side of 1 it is".into())
    }

    /// The part that leaves no mean, with its index.
    fn without_mean(&self) -> Option<(&'static str, Index)> {
        let gaps = self.gaps.filter(|_| self.has_gaps && self.gaps_are_below(1.0));
        // A power above the first of a light law looks heavy; its root does not.
        let root = self.p <= 1.0 || self.edge_excesses[1].is_none_or(|root| root.stated.value <= 1.0);
        let heavy = |edges: &Index| root && edges.stated.low <= 1.0 && edges.stated.high <= EDGE_AT_MOST_ONE;
        let edges = self.edges.filter(heavy).filter(|_| self.edges_matter());
        let [quarter, tenth] = self.roots.map(|root| root.filter(|root| root.sure.high < 1.0));
        let own = quarter.and(tenth).filter(|_| !self.has_gaps);
        let parts = [("gaps", gaps), ("what lies outside the data", edges), ("the risk", own)];
        parts.into_iter().find_map(|(name, index)| Some((name, index?)))
    }

    /// Whether the contributions of gaps have an index below this: their spread may say so, or the excesses of their root, unless
    /// one estimator is sure that it is above 1.
    pub fn gaps_are_below(&self, most: f64) -> bool {
        let below = |index: &TailIndex| if most > 1.0 { index.high <= most } else { index.high < most };
        let sure = |index: Option<Index>| index.map(|index| index.sure);
        let [spread, excesses, roots] = [self.gaps, self.excesses, self.gap_roots].map(sure);
        spread.iter().chain(&roots).any(below) && !spread.iter().chain(&excesses).any(|index| index.low > 1.0)
    }

    /// Whether they have one above 1, by more than what lets a sum grow as far as anyone sees. What is rare, excesses do not see:
    /// they may say so where the other estimator holds their value. Where the median settles too, the stated interval is enough: on the boundary one study in forty is above it, and one
    /// in twenty grows like this, together as few as are outside of three standard errors.
    pub fn gaps_are_above(&self) -> bool {
        let [spread, excesses] = [self.gaps, self.excesses].map(|index| index.map(|index| index.sure));
        let above = |index: TailIndex| index.low > AT_MOST_ONE;
        let holds = |value: f64| spread.is_none_or(|spread| spread.low <= value && value <= spread.high);
        let stated = self.settles && self.gaps.is_some_and(|index| above(index.stated));
        let excesses_are = excesses.is_some_and(|index| index.low > CLEAR && holds(index.value));
        (stated || spread.is_some_and(above) || excesses_are)
            && ![spread, excesses].into_iter().flatten().any(|index| index.high < 1.0)
    }

    /// Whether the index of gaps, which alone decides what becomes of their sum, may be on either side of 1: what is seen of a sum
    /// grows like a power as long as its largest parts are rare, whether it has a limit or not.
    pub fn may_settle(&self) -> bool {
        let both = |gaps: &Index| gaps.stated.low < 1.0 && gaps.stated.high > AT_MOST_ONE;
        self.has_gaps
            && !self.has_edges
            && self.gaps.is_some_and(|gaps| both(&gaps))
            && !self.gaps_are_below(1.0)
    }

    /// Whether what lies outside the hull may have a heavier tail than the contributions of gaps, or these are not known.
    fn edges_matter(&self) -> bool {
        self.has_edges && !(self.has_gaps && self.level_edges)
    }

    /// Whether this is so of what lies outside the hull, as far as it matters. Where excesses have an end that is met there is no
    /// tail. Nor is there one that matters where excesses of the root have an index above `light`: Hill's interval, which holds the
    /// bias of a few hundred values, tells light tails from an index of 1 from thousands of them on.
    fn edges_are(&self, light: f64, says: impl Fn(&Index) -> bool) -> bool {
        let ends = self.edge_excesses[0].is_some_and(|index| index.sure.low == f64::INFINITY);
        let light = self.edge_excesses[1].is_some_and(|root| root.sure.low > light);
        !self.has_edges
            || (self.has_gaps && self.level_edges)
            || ends
            || light
            || self.edges.as_ref().is_some_and(says)
    }

    /// Whether the law has a variance, as far as the tails say; without an index they say nothing.
    pub fn has_variance(&self) -> bool {
        let light = |index: &Option<Index>| index.is_some_and(|index| index.stated.low > VARIANCE);
        let [quarter, tenth] = self.own.each_ref().map(light);
        let parts = if self.has_gaps {
            // A risk that does not vary has no excesses.
            let own = quarter || (self.constant_gaps && self.own[0].is_none());
            own && (self.constant_gaps || light(&self.gaps) || light(&self.far_excesses))
        } else {
            quarter && tenth
        };
        let edges = self.edges_are(LIGHTER * VARIANCE, |edges| edges.stated.low > VARIANCE);
        parts && edges && self.mean_exists().0 != Some(false)
    }

    /// The index of the risk at every n, that of its heaviest part; none where the parts are not known.
    pub fn risk(&self) -> Option<TailIndex> {
        let gaps = self.gaps.filter(|_| self.has_gaps)?.stated;
        if !self.edges_matter() {
            return Some(gaps);
        }
        let edges = self.edges?.stated;
        Some(TailIndex {
            value: gaps.value.min(edges.value),
            low: gaps.low.min(edges.low),
            high: gaps.high.min(edges.high),
            values: gaps.values + edges.values,
        })
    }
}

/// An index with its interval, in words.
pub(crate) fn text(index: &TailIndex) -> String {
    interval(index.value, index.low, index.high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(value: f64, reach: f64) -> Index {
        let index = TailIndex { value, low: value - reach, high: value + reach, values: 1000 };
        Index {
            stated: index,
            sure: TailIndex { low: value - 1.5 * reach, high: value + 1.5 * reach, ..index },
        }
    }

    fn gaps(value: f64) -> Tails {
        Tails { gaps: Some(index(value, 0.02)), has_gaps: true, ..Tails::default() }
    }

    fn own(value: f64) -> [Option<Index>; 2] {
        [Some(index(value, 0.1)); 2]
    }

    #[test]
    fn a_mean_needs_every_part_above_one() {
        let of = |gaps: f64, edges: Option<f64>| {
            let edges = edges.map(|edges| index(edges, 0.02));
            Tails { edges, has_edges: edges.is_some(), ..self::gaps(gaps) }.mean_exists().0
        };
        assert_eq!(
            [4.0, 1.0, 0.9, 1.04, 1.1].map(|gaps| of(gaps, None)),
            [Some(true), None, Some(false), None, Some(true)]
        );
        assert_eq!(
            [1.0, 0.5, 1.04].map(|edges| of(4.0, Some(edges))),
            [Some(false), Some(false), Some(true)]
        );
        assert_eq!(of(1.0, Some(2.0)), None);
        // A few hundred values of a light tail.
        let light = |root: f64| {
            let edges = Tails { edges: Some(index(2.0, 1.2)), has_edges: true, ..self::gaps(4.0) };
            Tails { edge_excesses: [None, Some(index(root, 0.5))], ..edges }.mean_exists().0
        };
        assert_eq!([3.0, 2.0].map(light), [Some(true), None]);
        let bounded = Tails { has_gaps: true, constant_gaps: true, ..Tails::default() };
        assert_eq!(bounded.mean_exists().0, Some(true));
        assert_eq!(Tails { has_gaps: true, ..Tails::default() }.mean_exists().0, None);
    }

    /// Whatever the tail of the risk looks like where its parts are known, and it alone where they are not.
    #[test]
    fn the_risk_itself_speaks_where_parts_are_unknown() {
        assert_eq!(Tails { own: own(0.5), ..gaps(1.5) }.mean_exists().0, Some(true));
        let alone = |own, roots| Tails { own, roots, ..Tails::default() }.mean_exists().0;
        assert_eq!([3.0, 1.1, 0.5].map(|risk| alone(own(risk), own(risk))), [Some(true), None, Some(false)]);
        assert_eq!(alone([Some(index(3.0, 0.1)), None], own(3.0)), None);
        // A power of a light law looks heavy, its root does not; a mean of many looks light.
        assert_eq!((alone(own(0.5), own(1.1)), alone(own(1.1), own(3.0))), (None, None));
        let edges = |edge: f64| Tails {
            edges: Some(index(edge, 0.02)),
            has_edges: true,
            own: own(3.0),
            ..Tails::default()
        };
        assert_eq!([2.0, 1.0].map(|edge| edges(edge).mean_exists().0), [Some(true), Some(false)]);
    }

    /// Each of the two estimators decides alone, unless they contradict each other.
    #[test]
    fn two_estimators_of_gaps_may_contradict_each_other() {
        let both =
            |spread: f64, excesses: Index| Tails { excesses: Some(excesses), ..gaps(spread) }.mean_exists().0;
        assert_eq!((both(1.01, index(1.03, 0.01)), both(1.01, index(3.0, 1.0))), (None, None));
        let wide = Tails { gaps: Some(index(1.15, 0.1)), excesses: Some(index(1.2, 0.02)), ..gaps(1.0) };
        assert_eq!(wide.mean_exists().0, Some(true));
        let settles = |settles| Tails { settles, ..gaps(1.075) }.mean_exists().0;
        assert_eq!((settles(true), settles(false)), (Some(true), None));
        assert_eq!(both(0.86, index(6.3, 1.0)), None);
        assert_eq!(both(0.86, index(2.0, 1.0)), Some(false));
    }

    #[test]
    fn a_variance_needs_an_index_above_two() {
        let light = Tails { own: own(9.0), ..gaps(2.1) };
        assert!(light.has_variance() && !Tails { own: own(9.0), ..gaps(2.01) }.has_variance());
        assert!(!gaps(3.0).has_variance() && !Tails { own: own(2.05), ..gaps(3.0) }.has_variance());
        assert!(
            !Tails::default().has_variance() && Tails { own: own(3.0), ..Tails::default() }.has_variance()
        );
        assert!(!Tails { own: [own(3.0)[0], None], ..Tails::default() }.has_variance());
        assert!(Tails { gaps: None, far_excesses: Some(index(5.0, 1.0)), ..light.clone() }.has_variance());
        assert!(!Tails { has_edges: true, ..light.clone() }.has_variance());
        // An index of 2 may show as 3.1 in excesses of the root.
        let root = |root: f64| {
            let edge_excesses = [None, Some(index(root, 0.5))];
            Tails { has_edges: true, edge_excesses, ..light.clone() }.has_variance()
        };
        assert_eq!([3.1, 5.0].map(root), [false, true]);
        assert!(Tails { has_gaps: true, constant_gaps: true, ..Tails::default() }.has_variance());
    }

    #[test]
    fn a_risk_has_the_index_of_its_heaviest_part() {
        assert_eq!(gaps(2.0).risk().map(|risk| risk.value), Some(2.0));
        let with = |edges: Option<Index>| {
            Tails { edges, has_edges: true, ..gaps(2.0) }.risk().map(|risk| risk.value)
        };
        assert_eq!([with(Some(index(1.0, 0.1))), with(None)], [Some(1.0), None]);
        assert_eq!(Tails { own: own(3.0), ..Tails::default() }.risk(), None);
    }
}
