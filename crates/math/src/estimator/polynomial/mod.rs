//! Polynomials: least squares, interpolation, and the interpolant of least size, by degree.

mod legendre;
mod qr;

pub(super) use legendre::ENTRY as LEGENDRE;

use super::{Estimator, Report, cost};
use crate::catalogue::{Choice, Entry, Kind, Parameter};
use crate::predictor::{Expansion, Form, Pieces, Predictor, Units};
use crate::risk::Domain;
use crate::sample::{Degenerate, Sample};
use crate::seed::Draws;
use crate::sum::largest;
use crate::theory::{Class, Known, Setting};
use qr::Qr;

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "polynomial",
    summary: "least squares below n − 1 degrees, else the interpolating polynomial with the least ∫ f²",
    parameters: || {
        vec![Parameter {
            name: "degree",
            summary: "n − 1 interpolates; from there on, of all interpolants the one that is least on the hull",
            kind: Kind::Whole { low: 0, high: 10_000 },
            default: None,
        }]
    },
    build: |values| Ok(Box::new(Polynomial { degree: values[0].whole() as usize, qr: Qr::default() })),
};

/// A polynomial of fixed degree is benign for f* = 0: its least-squares coefficients average over n labels.
///
/// Given the x, f̂(x) has the variance σ² h(x), h = φ(x)ᵀ (AᵀA)⁻¹ φ(x) = O(1/n) where AᵀA/n tends to the Gram matrix of φ
/// on [0, 1], as on random designs and grids; hence R_p = O(n^(−p/2)) in probability. This holds in expectation where h is
/// bounded: on grids and jittered grids, which have a point in each cell, and on the hull for degrees 0 and 1, where h ≤ 2,
/// as (x − x̄)² is at most Σ (x_i − x̄)². Random points may nearly coincide, so that for other degrees, or beyond the hull,
/// E h^(p/2) is left open. By the central limit theorem for the coefficients, √n f̂ tends in law to a Gaussian random
/// polynomial, and n^(p/2) R_p to the p-th power of its L_p norm.
///
/// Source: Györfi, Kohler, Krzyżak & Walk (2002), "A distribution-free theory of nonparametric regression", chapter 11,
/// for σ² (degree + 1)/n; Rosenthal (1970), Israel J. Math. 8, for the moments of sums that p ≠ 2 requires.
pub(super) fn known(estimator: &Choice, setting: &Setting<'_>) -> Option<Known> {
    if setting.target.name() != "zero" || !setting.fills() {
        return None;
    }
    let degree = estimator.arguments().iter().find(|(name, _)| *name == "degree")?.1.whole();
    let bounded =
        setting.jitter().is_some() || degree == 0 || (degree == 1 && setting.domain == Domain::Hull);
    Some(Known {
        in_probability: Some(Class::Benign),
        in_expectation: bounded.then_some(Class::Benign),
        limit: Some(0.0),
        exponent: Some(-setting.p / 2.0),
        source: "Györfi et al. (2002)",
    })
}

/// Systems with a pivot below this share of the largest are refused: roundoff over this is 1e-6, so that f̂ would have fewer
/// than six correct digits.
const CONDITION: f64 = 1e-10;
/// The largest residual of an interpolant, relative to the largest label.
const MISS: f64 = 1e-8;

/// f̂ = Σ_{j ≤ degree} c_j φ_j(t), with the hull of the data mapped to t ∈ [−1, 1] and φ_j = √(2j + 1) P_j, the Legendre
/// polynomials with mean square 1 over the hull.
///
/// With A_ij = φ_j(t_i): for degree < n − 1 the c that minimises |A c − y|; for degree ≥ n − 1, of all c with A c = y, the
/// one with the least |c|, which is the interpolant with the least ∫ f² over the hull. Both follow from Householder's QR
/// decomposition with column pivoting, of A or of its transpose. The rank reported is the number of pivots above
/// (n + degree) units of roundoff of the largest.
///
/// No breakpoints. Units: φ_j(inner_j x + bias_j), outer weights c_j. Units of c and f̂ are those of y.
///
/// Errors: `IllConditioned` where a pivot is below 1e-10 of the largest, or where an interpolant misses a label by more
/// than 1e-8 of the largest one; for uniform points this happens from n ≈ 30 on at degree n − 1, and for higher degrees
/// unless they are of order n². `Overflow` where a number is not finite. Cost: O(n · degree · min(n, degree)) to fit,
/// O(degree) an evaluation. Accuracy: c is exact for labels perturbed by degree² units of roundoff of |c|, hence f̂ to 1e-6
/// of max |f̂| at worst; beyond the hull rounding errors grow like φ_degree.
///
/// Source: Golub & Van Loan (2013), "Matrix computations", 5.4 and 5.5; Clenshaw (1955) for the evaluation.
struct Polynomial {
    degree: usize,
    qr: Qr,
}

impl Estimator for Polynomial {
    fn fit(
        &mut self,
        sample: Sample<'_>,
        _: &Draws<'_>,
        predictor: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        let (low, high) = (sample.x()[0], sample.x()[sample.n() - 1]);
        if !(high - low).is_finite() || 2.0 / (high - low) == f64::INFINITY {
            return Err(Degenerate::Overflow);
        }
        let weight = (0..=self.degree).map(normalised).collect();
        let series = Series { low, high, first: 0, outer: vec![0.0; self.degree + 1], weight };
        series.fit(&mut self.qr, sample, predictor)
    }

    fn interpolates(&self) -> bool {
        false
    }

    fn takes_ties(&self) -> bool {
        true
    }

    fn parameters(&self) -> Option<u64> {
        Some(self.degree as u64 + 1)
    }

    fn cost(&self, n: u64) -> f64 {
        cost_of(n, self.degree)
    }
}

/// A QR factorisation, and evaluations by a recurrence of `degree` steps, in number proportional to the pieces between data points and
/// to the zeros of f̂, of which there are up to `degree`.
fn cost_of(n: u64, degree: usize) -> f64 {
    let (n, degree) = (n as f64, degree as f64);
    let factor = 0.8 * n * degree * n.min(degree);
    cost::TRIAL + (cost::POINT + cost::PIECE) * n + factor + degree * (45.0 * n + 130.0 * degree)
}

/// √(2j + 1), with which P_j has mean square 1.
fn normalised(j: usize) -> f64 {
    (2.0 * j as f64 + 1.0).sqrt()
}

/// A series in multiples of Legendre polynomials over [low, high].
struct Series {
    low: f64,
    high: f64,
    /// Terms before this one stay 0.
    first: usize,
    outer: Vec<f64>,
    /// The factor of each polynomial.
    weight: Vec<f64>,
}

impl Series {
    /// Makes it the one with the least sum of squares, or of those that interpolate the one with the least coefficients, and hands it
    /// out as a predictor.
    fn fit(
        mut self,
        qr: &mut Qr,
        sample: Sample<'_>,
        predictor: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        let (x, y, n, first) = (sample.x(), sample.y(), sample.n(), self.first);
        let (degree, terms) = (self.outer.len() - 1, self.outer.len() - first);
        let size = largest(y);
        // Labels are divided by the largest, so that their squares do not overflow.
        let unit = if size > 0.0 { size } else { 1.0 };
        let labels: Vec<f64> = y.iter().map(|y| y / unit).collect();
        let tall = terms <= n;
        let matrix = qr.matrix(if tall { (n, terms) } else { (terms, n) });
        for (i, x) in x.iter().enumerate() {
            let put = |j: usize, value: f64| {
                if let Some(j) = j.checked_sub(first) {
                    matrix[if tall { j * n + i } else { i * terms + j }] = value;
                }
            };
            legendre(self.scaled(*x), &self.weight, put);
        }
        qr.decompose();
        let (smallest, rank) = qr.pivots((n + degree) as f64 * f64::EPSILON);
        if smallest < CONDITION {
            return Err(Degenerate::IllConditioned);
        }
        if tall {
            qr.least_squares(&labels, &mut self.outer[first..]);
        } else {
            qr.least_norm(&labels, &mut self.outer[first..]);
        }
        if n <= terms && self.miss(x, &labels) > MISS {
            return Err(Degenerate::IllConditioned);
        }
        self.outer.iter_mut().for_each(|c| *c *= unit);
        // A bound on the intermediate results of the evaluation anywhere on the hull.
        let steps = |j: usize| (2.0 * j as f64 + 1.0) * normalised(j);
        let terms = self.outer.iter().zip(&self.weight).enumerate();
        let reach: f64 = terms.map(|(j, (c, weight))| (c * weight).abs() * steps(j)).sum();
        if !reach.is_finite() || !self.scaled(0.0).is_finite() {
            return Err(Degenerate::Overflow);
        }
        let smooth = predictor.smooth();
        smooth.breaks.clear();
        smooth.pieces = Box::new(self);
        Ok(Report { rank: Some(rank), ..Report::default() })
    }

    /// The largest |f̂(x_i) − y_i|.
    fn miss(&self, x: &[f64], y: &[f64]) -> f64 {
        let misses = x.iter().zip(y).map(|(x, y)| {
            let mut value = [0.0];
            self.values(0, &[*x], &mut value);
            (value[0] - y).abs()
        });
        misses.fold(0.0, f64::max)
    }
}

/// Passes the multiples of P_0(t), P_1(t), … by these weights to `take`, by (j + 1) P_{j+1} = (2j + 1) t P_j − j P_{j−1}.
fn legendre(t: f64, weight: &[f64], mut take: impl FnMut(usize, f64)) {
    let (mut before, mut here) = (0.0, 1.0);
    for (j, weight) in weight.iter().enumerate() {
        let degree = j as f64;
        take(j, weight * here);
        (before, here) = (here, ((2.0 * degree + 1.0) * t * here - degree * before) / (degree + 1.0));
    }
}

/// Points evaluated at a time: each is a chain of dependent operations, which other points hide, and a rule of the
/// quadrature has 15 points and two ends.
const LANES: usize = 8;

impl Series {
    /// The argument t, which is exactly −1 at the lower and 1 at the upper end.
    fn scaled(&self, x: f64) -> f64 {
        ((x - self.low) - (self.high - x)) / (self.high - self.low)
    }
}

impl Pieces for Series {
    fn values(&self, _: usize, x: &[f64], out: &mut [f64]) {
        for (x, out) in x.chunks(LANES).zip(out.chunks_mut(LANES)) {
            let mut t = [0.0; LANES];
            t.iter_mut().zip(x).for_each(|(t, x)| *t = self.scaled(*x));
            // b_j = c_j w_j + (2j + 1)/(j + 1) t b_{j+1} − (j + 1)/(j + 2) b_{j+2}.
            let (mut here, mut after) = ([0.0; LANES], [0.0; LANES]);
            for (j, (c, weight)) in self.outer.iter().zip(&self.weight).enumerate().rev() {
                let (degree, weight) = (j as f64, c * weight);
                let (grow, shrink) = ((2.0 * degree + 1.0) / (degree + 1.0), (degree + 1.0) / (degree + 2.0));
                for lane in 0..LANES {
                    let next = weight + grow * t[lane] * here[lane] - shrink * after[lane];
                    (after[lane], here[lane]) = (here[lane], next);
                }
            }
            out.iter_mut().zip(here).for_each(|(out, value)| *out = value);
        }
    }

    fn units(&self) -> Units {
        Units {
            outer: self.outer.clone(),
            inner: vec![2.0 / (self.high - self.low); self.outer.len()],
            bias: vec![self.scaled(0.0); self.outer.len()],
            skip_slope: 0.0,
            skip_intercept: 0.0,
        }
    }

    fn expansion(&self) -> Expansion {
        let mut legendre = Expansion::new(Form::Legendre);
        let coefficients: Vec<f64> = self.outer.iter().zip(&self.weight).map(|(c, w)| c * w).collect();
        legendre.push(self.low, 1.0 / (self.high - self.low), &coefficients);
        legendre
    }
}
