//! Samples: training sets with sorted x.

use crate::sum::{all_finite, ascending};
use crate::ties::Distinct;
use crate::wide::{Kernel, wide};

/// A training set S of n points with sorted x.
///
/// - n ≥ 2, and all values are finite;
/// - x increases strictly, or does not decrease where `is_tied`, in which case two points share an x.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    x: &'a [f64],
    y: &'a [f64],
    is_tied: bool,
}

/// Why data are no training set, or why an estimator has no predictor for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Degenerate {
    /// Fewer than two distinct x.
    #[error("fewer than two distinct x")]
    TooFew,
    /// Fewer points than the estimator's parameters require.
    #[error("fewer points than the estimator's parameters ask for")]
    Scarce,
    /// x and y differ in length.
    #[error("x and y differ in length")]
    Lengths,
    /// A value is NaN or infinite.
    #[error("a value is NaN or infinite (point {0})")]
    NotFinite(usize),
    /// Two neighbouring points have the same x.
    #[error("two points share one x (point {0})")]
    DuplicateX(usize),
    /// x decreases.
    #[error("x is not in increasing order (point {0})")]
    Unsorted(usize),
    /// Arithmetic overflowed: the predictor or a score is not a finite number.
    #[error("the predictor or a score is not a finite number")]
    Overflow,
    /// An iteration did not reach its tolerance.
    #[error("the solver did not reach its tolerance")]
    NotConverged,
    /// Rounding errors would decide the predictor.
    #[error("the linear system is too ill-conditioned for double precision")]
    IllConditioned,
    /// The loss or a weight of a trained network is not finite.
    #[error("training diverged")]
    Diverged,
    /// The estimator panicked.
    #[error("the estimator panicked")]
    Panicked,
    /// A rule for labels met a response that is not ±1.
    #[error("a label is not 1 or −1")]
    NotLabels,
    /// No plane separates the labels.
    #[error("no plane separates the labels")]
    NotSeparable,
    /// The user's program raised an error in this trial.
    #[error("the program raised an error")]
    Raised,
    /// The user's program ended in this trial, or answered no message.
    #[error("the program ended, or answered no message")]
    Crashed,
    /// The user's program answered something else than it was asked for.
    #[error("the program's answer is not what was asked for")]
    Malformed,
}

impl Degenerate {
    /// Every reason; those that hold the index of a point hold 0.
    ///
    /// ```
    /// use tempered_math::sample::{Degenerate, Sample};
    ///
    /// let failed = Sample::new(&[0.0, 1.0, 1.0], &[0.0; 3]).err();
    /// assert_eq!(failed.map(|reason| reason.word()), Some("duplicate_x"));
    /// assert!(Degenerate::ALL.iter().any(|reason| reason.word() == "duplicate_x"));
    /// ```
    pub const ALL: [Degenerate; 16] = [
        Degenerate::TooFew,
        Degenerate::Scarce,
        Degenerate::Lengths,
        Degenerate::NotFinite(0),
        Degenerate::DuplicateX(0),
        Degenerate::Unsorted(0),
        Degenerate::Overflow,
        Degenerate::NotConverged,
        Degenerate::IllConditioned,
        Degenerate::Diverged,
        Degenerate::Panicked,
        Degenerate::NotLabels,
        Degenerate::NotSeparable,
        Degenerate::Raised,
        Degenerate::Crashed,
        Degenerate::Malformed,
    ];

    /// The word stored in the column `status`.
    pub fn word(&self) -> &'static str {
        match self {
            Degenerate::TooFew => "too_few",
            Degenerate::Scarce => "scarce",
            Degenerate::Lengths => "lengths",
            Degenerate::NotFinite(_) => "not_finite",
            Degenerate::DuplicateX(_) => "duplicate_x",
            Degenerate::Unsorted(_) => "unsorted",
            Degenerate::Overflow => "overflow",
            Degenerate::NotConverged => "not_converged",
            Degenerate::IllConditioned => "ill_conditioned",
            Degenerate::Diverged => "diverged",
            Degenerate::Panicked => "panicked",
            Degenerate::NotLabels => "not_labels",
            Degenerate::NotSeparable => "not_separable",
            Degenerate::Raised => "raised",
            Degenerate::Crashed => "crashed",
            Degenerate::Malformed => "malformed",
        }
    }
}

/// Whether all values are finite, and whether x increases strictly, as a kernel without branches on points.
struct Probe<'a> {
    x: &'a [f64],
    y: &'a [f64],
}

impl Kernel for Probe<'_> {
    type Output = (bool, bool);

    #[inline(always)]
    fn call(self) -> (bool, bool) {
        let Probe { x, y } = self;
        (all_finite(x) & all_finite(y), ascending(x))
    }
}

impl<'a> Sample<'a> {
    /// The sample with these points.
    ///
    /// # Errors
    /// `Lengths`; `TooFew` for fewer than two points; `NotFinite`, `DuplicateX` and `Unsorted` with the first such point.
    /// # Cost
    /// One pass; nothing is copied.
    pub fn new(x: &'a [f64], y: &'a [f64]) -> Result<Sample<'a>, Degenerate> {
        Sample::checked(x, y, false)
    }

    /// The sample with these points, some of which may share an x, for estimators that take ties
    /// ([`Estimator::sample`](crate::estimator::Estimator::sample)).
    ///
    /// # Errors
    /// `Lengths`; `TooFew` for fewer than two distinct x; `NotFinite` and `Unsorted` with the first such point.
    pub(crate) fn with_ties(x: &'a [f64], y: &'a [f64]) -> Result<Sample<'a>, Degenerate> {
        Sample::checked(x, y, true)
    }

    fn checked(x: &'a [f64], y: &'a [f64], ties: bool) -> Result<Sample<'a>, Degenerate> {
        if x.len() != y.len() {
            return Err(Degenerate::Lengths);
        }
        if x.len() < 2 {
            return Err(Degenerate::TooFew);
        }
        let (finite, ascending) = wide(Probe { x, y });
        if !finite {
            let bad = x.iter().zip(y).position(|(x, y)| !x.is_finite() || !y.is_finite());
            return Err(Degenerate::NotFinite(bad.unwrap_or(0)));
        }
        if !ascending {
            if ties && x.is_sorted() {
                let distinct = x[0] < x[x.len() - 1];
                return if distinct { Ok(Sample { x, y, is_tied: true }) } else { Err(Degenerate::TooFew) };
            }
            let bad = x.windows(2).position(|pair| pair[0] >= pair[1]).unwrap_or(0);
            let equal = x[bad] == x[bad + 1];
            return Err(if equal { Degenerate::DuplicateX(bad + 1) } else { Degenerate::Unsorted(bad + 1) });
        }
        Ok(Sample { x, y, is_tied: false })
    }

    /// The distinct x with their counts and mean labels.
    pub(crate) fn distinct(&self) -> Distinct<'a> {
        if self.is_tied { Distinct::tied(self.x, self.y) } else { Distinct::untied(self.x, self.y) }
    }

    /// The x in ascending order, distinct unless the sample was made with ties.
    pub fn x(&self) -> &'a [f64] {
        self.x
    }

    /// The labels y.
    pub fn y(&self) -> &'a [f64] {
        self.y
    }

    /// The number of points.
    pub fn n(&self) -> usize {
        self.x.len()
    }
}
