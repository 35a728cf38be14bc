//! Samples with d features.

use super::Points;
use crate::sample::Degenerate;
use crate::sum::all_finite;
use crate::wide::{Kernel, widest};

/// One training set: n points of R^d, and a response beside each.
///
/// - n ≥ 1, as many responses as points, every number finite;
/// - points may be equal, and their order means nothing.
///
/// ```
/// use tempered_math::space::{Points, Sample};
///
/// let x = Points::new(2, &[1.0, 2.0, 3.0, 4.0]).unwrap();
/// assert_eq!(Sample::new(x, &[0.5, -0.5]).unwrap().n(), 2);
/// assert!(Sample::new(x, &[0.5, f64::NAN]).is_err());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    x: Points<'a>,
    y: &'a [f64],
    tail: f64,
}

struct Finite<'a>(&'a [f64]);

impl Kernel for Finite<'_> {
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        all_finite(self.0)
    }
}

impl<'a> Sample<'a> {
    /// The sample with these points and responses.
    ///
    /// # Errors
    /// `Scarce` without points, `Lengths` where the responses are not as many as the points, `NotFinite` with the first
    /// point that has a number that is not finite.
    pub fn new(x: Points<'a>, y: &'a [f64]) -> Result<Sample<'a>, Degenerate> {
        if x.n() == 0 {
            return Err(Degenerate::Scarce);
        }
        if x.n() != y.len() {
            return Err(Degenerate::Lengths);
        }
        if !widest(Finite(x.values())) || !widest(Finite(y)) {
            let bad =
                x.rows().zip(y).position(|(row, y)| !y.is_finite() || row.iter().any(|x| !x.is_finite()));
            return Err(Degenerate::NotFinite(bad.unwrap_or(0)));
        }
        Ok(Sample { x, y, tail: 0.0 })
    }

    /// The same points with further features beyond d, of which only the sum of their variances is known: many of little variance
    /// each, which add that sum to the diagonal of XXᵀ and nothing else that is to be seen. Linear estimators add it to
    /// their ridge.
    pub fn with_tail(self, tail: f64) -> Sample<'a> {
        Sample { tail, ..self }
    }

    /// The sum of the variances of the features beyond d.
    pub fn tail(&self) -> f64 {
        self.tail
    }

    /// The points.
    pub fn x(&self) -> Points<'a> {
        self.x
    }

    /// The responses.
    pub fn y(&self) -> &'a [f64] {
        self.y
    }

    /// The number of points.
    pub fn n(&self) -> usize {
        self.y.len()
    }

    /// The number of features.
    pub fn d(&self) -> usize {
        self.x.d()
    }
}
