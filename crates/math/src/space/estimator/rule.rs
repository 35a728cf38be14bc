//! What an estimator on R^d is, and what a fit tells.

use super::{Filter, Smoother};
use crate::sample::Degenerate;
use crate::seed::Draws;
use crate::space::{Predictor, Sample};

/// A rule S → f̂ on R^d. Scratch is in `self`, so a worker owns one instance.
///
/// ```
/// use tempered_math::catalogue::Choice;
/// use tempered_math::seed::Draws;
/// use tempered_math::space::estimator::CATALOGUE;
/// use tempered_math::space::{Points, Predictor, Sample};
///
/// let entry = CATALOGUE.iter().find(|entry| entry.name == "least_squares").unwrap();
/// let mut least_squares = Choice::new(entry, &[]).unwrap().build(CATALOGUE).unwrap();
/// // One point and two features: of all planes through it, the one with the least weights.
/// let sample = Sample::new(Points::new(2, &[3.0, 4.0]).unwrap(), &[5.0]).unwrap();
/// let mut plane = Predictor::default();
/// let report = least_squares.fit(sample, &Draws::new(7, "an example", 0), &mut plane).unwrap();
/// assert!((plane.coefficients()[0] - 0.6).abs() < 1e-15 && (plane.value(&[3.0, 4.0]) - 5.0).abs() < 1e-14);
/// assert_eq!(report.rank, Some(1));
/// assert!(least_squares.interpolates(1, 2) && !least_squares.interpolates(3, 2));
/// ```
pub trait Estimator: Send {
    /// Overwrites `out` with f̂, and tells how that went. What is random in it comes from `draws` alone.
    ///
    /// # Errors
    /// The reason why this sample has no predictor; a failed trial is data.
    fn fit(
        &mut self,
        sample: Sample<'_>,
        draws: &Draws<'_>,
        out: &mut Predictor,
    ) -> Result<Report, Degenerate>;

    /// Whether samples of n points with d features are fitted sooner side by side, by [`Estimator::fit_several`].
    fn takes_several(&self, _n: usize, _d: usize) -> bool {
        false
    }

    /// Fits samples of one size side by side: overwrites predictors and reports with those of [`Estimator::fit`], bit for bit, of all
    /// samples but those that are better fitted alone, whose reports stay as they are.
    fn fit_several(
        &mut self,
        _samples: &[Sample<'_>],
        _out: &mut [&mut Predictor],
        _reports: &mut [Option<Report>],
    ) {
    }

    /// Overwrites `out` with the matrix S of ŵ = S y, for estimators that are linear in y; `None` for all others.
    fn smoother(&mut self, _sample: Sample<'_>, _out: &mut Smoother) -> Option<Result<Report, Degenerate>> {
        None
    }

    /// The filter of singular values whose predictor by a [`Decomposition`](super::Decomposition) its fit is, bit for bit; estimators
    /// that have one share the decomposition of a sample.
    fn filter(&self) -> Option<Filter> {
        None
    }

    /// f̂ at the points of the last fit that had a predictor, with the bits that f̂ has there; `None` where nobody has computed it.
    fn fitted(&self) -> Option<&[f64]> {
        None
    }

    /// Whether f̂ depends on the sample by Σ_i x_i x_iᵀ, Σ_i y_i x_i and Σ_i y_i² alone, so that a point that comes c times is one
    /// with the weight √c.
    fn sees_sums_alone(&self) -> bool {
        false
    }

    /// Whether a point that comes several times with one response counts as one, as for rules that meet all responses.
    fn takes_copies_once(&self) -> bool {
        false
    }

    /// The number of the arithmetic that decides the last bits of its predictors and risks, which grows where these change. Files state it,
    /// so that those of an earlier one are not compared bit by bit.
    fn revision(&self) -> u32 {
        1
    }

    /// What a trial of n points and d features costs: drawing the sample, fitting and scoring it, in nanoseconds of a core of
    /// 2026.
    ///
    /// A model; shards are cut by it. It is a function of the arguments, n and d alone, of +, · and / alone.
    fn cost(&self, n: u64, d: u64) -> f64;

    /// Whether it is a rule for labels ±1, which fails where responses are others.
    fn needs_labels(&self) -> bool {
        false
    }

    /// Whether f̂(x_i) = y_i for every point of nearly every sample of n points with d features.
    fn interpolates(&self, n: u64, d: u64) -> bool;
}

/// How a linear system was solved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Cholesky factors of the smaller Gram matrix, and one step of refinement.
    Cholesky,
    /// QR factors of the matrix or its transpose.
    Qr,
    /// Singular values of the matrix.
    Svd,
    /// Eigenvalues of the smaller Gram matrix.
    Eigen,
    /// The smaller Gram matrix, made tridiagonal.
    Tridiagonal,
}

impl Route {
    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Route::Cholesky => "cholesky",
            Route::Qr => "qr",
            Route::Svd => "svd",
            Route::Eigen => "eigen",
            Route::Tridiagonal => "tridiagonal",
        }
    }

    /// The number that is stored: 0 for Cholesky, 1 for QR, 2 for singular values, 3 for eigenvalues, 4 for the
    /// tridiagonal form.
    pub fn code(self) -> u64 {
        match self {
            Route::Cholesky => 0,
            Route::Qr => 1,
            Route::Svd => 2,
            Route::Eigen => 3,
            Route::Tridiagonal => 4,
        }
    }
}

/// What a fit tells of itself, beside its predictor.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Report {
    /// The numerical rank of the points, centred where there is an intercept, where the route decides it.
    pub rank: Option<u64>,
    /// How a linear system was solved, where one was.
    pub route: Option<Route>,
    /// Steps of an iteration, where there was one.
    pub steps: Option<u64>,
    /// The condition of the linear system that was solved, where it is estimated.
    pub condition: Option<f64>,
    /// Whether a stopping rule ended the iteration, rather than the limit of its steps.
    pub converged: Option<bool>,
}
