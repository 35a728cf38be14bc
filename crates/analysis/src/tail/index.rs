//! Tail indices: the α of P(X > t) ~ c t^(−α).
//!
//! A law has a mean where α > 1 and a variance where α > 2. Four estimators use different parts of samples: `spread` the
//! whole law of maxima over many contributions, `maxima` that and their growth with n, `pareto` excesses, which an added constant
//! does not change, and `hill` the largest values of laws that are approximately powers.

use serde::Serialize;

/// A tail index with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TailIndex {
    /// The estimate of α; infinite where the estimated tail is lighter than any power.
    pub value: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end of its interval, which may be infinite.
    pub high: f64,
    /// The number of values of the estimate.
    pub values: u64,
}

/// A tail index whose interval ends below this counts as at most 1 for growth: a limit, if there is one, is then
/// approached no faster than n^(−(1 − 1/1.05)) = n^(−1/21), that is by a factor of e up to n = e^21.
pub(crate) const AT_MOST_ONE: f64 = 1.05;

/// A tail index with the interval that is stated and with the interval for verdicts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Index {
    /// With the interval of the options' confidence.
    pub stated: TailIndex,
    /// With an interval of three standard errors.
    pub sure: TailIndex,
}

impl Index {
    /// The standard errors of intervals for verdicts: an interval of 95 % excludes a true index of 1 on the side of a wrong
    /// verdict once in forty studies, one of three standard errors once in seven hundred.
    pub const SURE: f64 = 3.0;

    /// The index of the p-th power of a variable with this index, α/p.
    pub fn of_power(self, p: f64) -> Index {
        let of = |index: TailIndex| TailIndex {
            value: index.value / p,
            low: index.low / p,
            high: index.high / p,
            ..index
        };
        Index { stated: of(self.stated), sure: of(self.sure) }
    }
}

/// The least number of values for an estimate of a tail.
pub(crate) const LEAST: usize = 30;
