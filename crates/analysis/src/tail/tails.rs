//! The tail indices of one series, and their consequences for its mean and its variance.

use crate::tail::excesses::Excesses;
use crate::tail::growing::{is_above, one_sided};
use crate::tail::hill::hill;
use crate::tail::index::{AT_MOST_ONE, Index, TailIndex};
use crate::tail::maxima::Law;
use crate::tail::pareto::Shape;
use crate::tail::parts::Parts;
use crate::tail::spread::{is_constant, spread};
use crate::text::interval;
use std::cell::LazyCell;

/// A law with at most this tail index has no variance.
const VARIANCE: f64 = 2.0;
/// The contribution from outside the hull excludes a mean where the interval of its index contains 1 or lies below it, and
/// ends below this. The interval includes a bound on the bias, so that it is never short. A law of index 1.1 has a mean, but
/// the mean of N trials has a relative error of N^(1/1.1 − 1) = N^(−0.09).
const EDGE_AT_MOST_ONE: f64 = 1.1;
/// A bound on the factor by which the index from excesses of the root of the contribution from outside the hull is too
/// large: for 4·10⁵ values of extended lines an index of 1 is estimated as 1.00 to 1.43, and one of 2, for a grid with
/// jitter 1, as up to 3.1.
const LIGHTER: f64 = 2.0;
/// The index from excesses at finite n is too large, by about a tenth for an index near 1.
const CLEAR: f64 = 1.1;
/// The tail indices of one series.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tails {
    /// Of the largest contribution of a gap, extrapolated to n = ∞.
    pub gaps: Option<Index>,
    /// The same from excesses at all levels, which are numerous enough to distinguish an index from 1.
    pub excesses: Option<Index>,
    /// The same from excesses of their root.
    pub gap_roots: Option<Index>,
    /// The same from the growth of their maxima, with an interval of three standard errors, where the others leave open on which
    /// side of 1 it is.
    pub maxima: Option<TailIndex>,
    /// The same further out, to distinguish the index from 2.
    pub far_excesses: Option<Index>,
    /// Of the contribution from outside the hull.
    pub edges: Option<Index>,
    /// The same from excesses, and from those of its root.
    pub edge_excesses: [Option<Index>; 2],
    /// The exponent of the risk, 1 for a supremum.
    pub p: f64,
    /// Whether the estimator bounds that contribution, so that its tail is no heavier than that of a gap.
    pub level_edges: bool,
    /// Of the risk itself, from excesses over its upper quartile and over its .9-quantile.
    pub own: [Option<Index>; 2],
    /// The same from excesses of its root.
    pub roots: [Option<Index>; 2],
    /// Whether the contributions of gaps are known, and the risk consists of them and of the contribution from outside
    /// the hull.
    pub has_gaps: bool,
    /// Whether they do not vary.
    pub constant_gaps: bool,
    /// Whether the growth of the largest contributions says that they have a variance, where the others leave it open.
    pub maxima_have_variance: bool,
    /// Whether the contribution from outside the hull is known.
    pub has_edges: bool,
    /// Whether values are probabilities, so that all moments exist.
    pub bounded: bool,
    /// Whether the growth of the median favours a limit.
    pub settles: bool,
    /// Whether the quartiles close in on the median, where there are no gaps.
    pub closes_in: bool,
    /// The levels where trials overflowed, as text; the indices above are those of the other levels.
    pub censored: Option<String>,
}

impl Tails {
    /// Estimates the indices of parts; p is the exponent of the risk, `censored` says where trials overflowed.
    pub fn of(parts: &Parts, p: f64, censored: Option<String>, reach: f64) -> Tails {
        let shape =
            |excesses: &[Excesses]| Shape::of(excesses.iter().collect()).map(|shape| shape.sure(reach));
        let gaps = |reach| spread(&parts.gap_logs, p, reach);
        let mut tails = Tails {
            gaps: gaps(reach).zip(gaps(Index::SURE)).map(|(stated, sure)| Index { stated, sure }),
            maxima: None,
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
            maxima_have_variance: false,
            has_edges: parts.has_edges,
            bounded: false,
            settles: false,
            closes_in: false,
            censored,
        };
        // Its fit costs more than all others: only where it matters.
        let law = LazyCell::new(|| Law::of(&parts.maxima));
        if tails.has_gaps && !tails.gaps_are_above() && !tails.gaps_are_below(1.0) {
            tails.maxima = law.as_ref().and_then(|law| one_sided(&parts.maxima, law, p));
        }
        if !tails.has_variance() {
            tails.maxima_have_variance = true;
            tails.maxima_have_variance =
                tails.has_variance() && law.as_ref().is_some_and(|law| is_above(law, p, VARIANCE, reach));
        }
        tails
    }

    /// Whether the mean over training sets is finite, and why.
    ///
    /// A risk is a sum of contributions, and its tail is that of the heaviest. Where the contributions are known they
    /// alone decide: the tail of the risk itself appears only in large samples where the heavy contribution is rare,
    /// and looks heavy where a light one is raised to a large power. Where they are not known, a light tail of the risk
    /// is evidence for a mean, and a heavy tail of its root evidence against one, if the largest quarter and the
    /// largest tenth agree; for p above 2 a mean requires the index of a variance. Extended lines have the index
    /// 1/p ≤ 1, or no heavy tail: an interval around 1 is that of p = 1.
    pub fn mean_exists(&self) -> (Option<bool>, String) {
        if self.bounded {
            return (Some(true), "a probability has all moments".into());
        }
        if let Some((name, index)) = self.without_mean() {
            return (Some(false), format!("the tail index {} of {name} leaves no mean", text(&index)));
        }
        if let Some(censored) = &self.censored {
            return (None, censored.clone());
        }
        let inside = if self.has_gaps {
            self.constant_gaps || self.gaps_are_above()
        } else {
            // A mean of many labels with a variance looks normal except far out, for any tail.
            let seen = if self.p > VARIANCE { VARIANCE } else { 1.0 };
            let [quarter, tenth] = self.own;
            quarter.is_some_and(|own| own.sure.low > seen) && tenth.is_some_and(|own| own.stated.low > seen)
        };
        if inside && self.edges_are(LIGHTER, |edges| edges.sure.low > 1.0) {
            return (Some(true), "tail indices above 1 leave a mean".into());
        }
        (None, "no tail index says on which side of 1 it is".into())
    }

    /// The contribution that excludes a mean, with its index.
    fn without_mean(&self) -> Option<(&'static str, TailIndex)> {
        let gaps = self.gaps_below(1.0).filter(|_| self.has_gaps);
        // A light-tailed variable raised to p > 1 looks heavy-tailed; its root does not.
        let root = self.p <= 1.0 || self.edge_excesses[1].is_none_or(|root| root.stated.value <= 1.0);
        let heavy = |edges: &Index| root && edges.stated.low <= 1.0 && edges.stated.high <= EDGE_AT_MOST_ONE;
        let edges = self.edges.filter(heavy).filter(|_| self.edges_matter());
        let [quarter, tenth] = self.roots;
        let agrees = tenth.is_some_and(|root| root.stated.high < 1.0);
        let own = quarter.filter(|root| agrees && root.sure.high < 1.0 && !self.has_gaps);
        let [edges, own] = [edges, own].map(|index| index.map(|index| index.sure));
        let parts = [("gaps", gaps), ("what lies outside the data", edges), ("the risk", own)];
        parts.into_iter().find_map(|(name, index)| Some((name, index?)))
    }

    /// The index of the contributions of gaps that is below this, by their spread, by the excesses of their root or by the growth of
    /// their maxima, unless the interval of one estimator is above 1.
    pub fn gaps_below(&self, most: f64) -> Option<TailIndex> {
        let below = |index: &TailIndex| if most > 1.0 { index.high <= most } else { index.high < most };
        let sure = |index: Option<Index>| index.map(|index| index.sure);
        let [spread, excesses, roots] = [self.gaps, self.excesses, self.gap_roots].map(sure);
        let above = [spread, excesses, self.maxima].into_iter().flatten().any(|index| index.low > 1.0);
        [spread, roots, self.maxima].into_iter().flatten().find(below).filter(|_| !above)
    }

    /// Whether there is one.
    pub fn gaps_are_below(&self, most: f64) -> bool {
        self.gaps_below(most).is_some()
    }

    /// Whether they have an index above 1, by more than the margin [`AT_MOST_ONE`]. Excesses miss rare contributions,
    /// so that they count only where the interval of the other estimator contains their index. Where the growth of the
    /// median favours a limit too, the stated interval suffices: at an index of 1 one study in forty is above it and
    /// one in twenty has such growth, both together as rarely as an interval of three standard errors fails.
    pub fn gaps_are_above(&self) -> bool {
        let [spread, excesses] = [self.gaps, self.excesses].map(|index| index.map(|index| index.sure));
        let above = |index: TailIndex| index.low > AT_MOST_ONE;
        let holds = |value: f64| spread.is_none_or(|spread| spread.low <= value && value <= spread.high);
        let stated = self.settles && self.gaps.is_some_and(|index| above(index.stated));
        let excesses_are = excesses.is_some_and(|index| index.low > CLEAR && holds(index.value));
        (stated || spread.is_some_and(above) || excesses_are || self.maxima.is_some_and(above))
            && ![spread, excesses, self.maxima].into_iter().flatten().any(|index| index.high < 1.0)
    }

    /// Whether the index of gaps, which alone decides whether their sum has a limit, may be on either side of 1: at
    /// finite n a sum with rare large terms grows like a power whether it has a limit or not.
    pub fn may_settle(&self) -> bool {
        let both = |gaps: &Index| gaps.stated.low < 1.0 && gaps.stated.high > AT_MOST_ONE;
        self.has_gaps
            && !self.has_edges
            && self.gaps.is_some_and(|gaps| both(&gaps))
            && !self.gaps_are_below(1.0)
    }

    /// Whether the contribution from outside the hull may have a heavier tail than those of gaps, or the latter are not
    /// known.
    fn edges_matter(&self) -> bool {
        self.has_edges && !(self.has_gaps && self.level_edges)
    }

    /// Whether `says` holds for the index of the contribution from outside the hull, or this does not matter. There is
    /// no tail where the excesses have an upper end that is attained, and no relevant one where excesses of the root
    /// have an index above `light`: Hill's interval, which covers the bias of a few hundred values, distinguishes light
    /// tails from an index of 1 only from thousands of values on.
    fn edges_are(&self, light: f64, says: impl Fn(&Index) -> bool) -> bool {
        let ends = self.edge_excesses[0].is_some_and(|index| index.sure.low == f64::INFINITY);
        let light = self.edge_excesses[1].is_some_and(|root| root.sure.low > light);
        !self.has_edges
            || (self.has_gaps && self.level_edges)
            || ends
            || light
            || self.edges.as_ref().is_some_and(says)
    }

    /// Whether the law has a variance by its tail indices; false without an index.
    pub fn has_variance(&self) -> bool {
        if self.bounded {
            return true;
        }
        let light = |index: &Option<Index>| index.is_some_and(|index| index.stated.low > VARIANCE);
        let [quarter, tenth] = self.own.each_ref().map(light);
        // Excesses of a hundred values cannot tell an index of 2 from a light tail, but their estimate must not be below 2.
        let by_maxima =
            self.maxima_have_variance && self.own[0].is_some_and(|own| own.stated.value > VARIANCE);
        let parts = if self.has_gaps {
            // A constant risk has no excesses.
            let own = quarter || (self.constant_gaps && self.own[0].is_none());
            // One of two decides, with which the other agrees: each alone is above an index of 2 once in forty studies.
            let [gaps, far] = [&self.gaps, &self.far_excesses];
            let agree = [gaps, far].into_iter().flatten().all(|index| index.stated.value > VARIANCE);
            let far_is = far.is_some_and(|far| far.stated.low > CLEAR * VARIANCE);
            let decided = own && (light(gaps) || far_is);
            (own && self.constant_gaps) || (agree && (decided || by_maxima))
        } else {
            (quarter && tenth) || by_maxima
        };
        let edges = self.edges_are(LIGHTER * VARIANCE, |edges| edges.stated.low > VARIANCE);
        parts && edges && self.mean_exists().0 != Some(false)
    }

    /// The index of the contribution from outside the hull as it is stated: without an upper end where excesses of the root may be those
    /// of a light tail, which Hill's estimator does not tell from a power.
    pub fn stated_edges(&self) -> Option<TailIndex> {
        let edges = self.edges?.stated;
        let may_be_light = self.edge_excesses[1].is_some_and(|root| root.stated.high == f64::INFINITY);
        Some(if may_be_light { TailIndex { high: f64::INFINITY, ..edges } } else { edges })
    }

    /// The index of the risk at every n, that of its heaviest contribution; `None` where the contributions are not known.
    pub fn risk(&self) -> Option<TailIndex> {
        let gaps = self.gaps.filter(|_| self.has_gaps)?.stated;
        if !self.edges_matter() {
            return Some(gaps);
        }
        let edges = self.stated_edges()?;
        Some(TailIndex {
            value: gaps.value.min(edges.value),
            low: gaps.low.min(edges.low),
            high: gaps.high.min(edges.high),
            values: gaps.values + edges.values,
        })
    }
}

/// An index with its interval, as text.
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

    /// The tail of the risk itself decides only where its contributions are not known.
    #[test]
    fn the_risk_itself_speaks_where_parts_are_unknown() {
        assert_eq!(Tails { own: own(0.5), ..gaps(1.5) }.mean_exists().0, Some(true));
        let alone = |own, roots| Tails { own, roots, ..Tails::default() }.mean_exists().0;
        assert_eq!([3.0, 1.1, 0.5].map(|risk| alone(own(risk), own(risk))), [Some(true), None, Some(false)]);
        assert_eq!(alone([Some(index(3.0, 0.1)), None], own(3.0)), None);
        // A power of a light-tailed variable looks heavy-tailed, its root does not; a mean of many labels looks light.
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
        // The growth of maxima decides, unless values of the others are below 2.
        let maxima =
            |own: [Option<Index>; 2], gaps| Tails { own, maxima_have_variance: true, ..gaps }.has_variance();
        let wide = [Some(index(2.5, 1.0)), None];
        assert!(maxima(wide, Tails::default()) && maxima(wide, gaps(2.01)));
        assert!(!maxima(wide, gaps(1.99)) && !maxima([None; 2], gaps(2.01)) && !maxima(own(1.9), gaps(3.0)));
        // An index of 2 may be estimated as 3.1 from excesses of the root.
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

    /// Hill's interval of a light tail has an upper end, that of the root's excesses has none.
    #[test]
    fn edges_that_may_be_light_have_no_upper_end() {
        let light = |high: f64| {
            let root = Index { stated: TailIndex { high, ..index(3.0, 0.5).stated }, ..index(3.0, 0.5) };
            let tails =
                Tails { edges: Some(index(2.0, 0.5)), edge_excesses: [None, Some(root)], ..gaps(4.0) };
            tails.stated_edges().map(|edges| (edges.low, edges.high))
        };
        assert_eq!(light(f64::INFINITY), Some((1.5, f64::INFINITY)));
        assert_eq!(light(9.0), Some((1.5, 2.5)));
        assert_eq!(Tails::default().stated_edges(), None);
    }

    /// The quarter must exclude 1 by three standard errors, the tenth by what is stated.
    #[test]
    fn a_quarter_decides_and_a_tenth_agrees() {
        let alone =
            |quarter, tenth| Tails { own: [Some(quarter), Some(tenth)], ..Tails::default() }.mean_exists().0;
        assert_eq!(alone(index(2.0, 0.5), index(2.0, 0.9)), Some(true));
        assert_eq!(alone(index(2.0, 0.9), index(2.0, 0.5)), None);
        assert_eq!(alone(index(2.0, 0.5), index(2.0, 1.1)), None);
    }
}
