//! Polynomials: least squares, interpolation, and the interpolant of least size, by degree.

mod qr;

use super::{Estimator, Report, cost};
use crate::catalogue::{Choice, Entry, Kind, Parameter};
use crate::predictor::{Expansion, Form, Pieces, Predictor, Units};
use crate::risk::Domain;
use crate::sample::{Degenerate, Sample};
use crate::seed::Draws;
use crate::sum::{largest, sum_of_pairs};
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
        let (x, y, n, terms) = (sample.x(), sample.y(), sample.n(), self.degree + 1);
        let (low, high) = (x[0], x[n - 1]);
        let size = largest(y);
        if !(high - low).is_finite() || 2.0 / (high - low) == f64::INFINITY {
            return Err(Degenerate::Overflow);
        }
        let weight = (0..terms).map(|j| (2.0 * j as f64 + 1.0).sqrt()).collect();
        let mut series = Series { low, high, outer: vec![0.0; terms], weight };
        // Labels are divided by the largest, so that their squares do not overflow.
        let unit = if size > 0.0 { size } else { 1.0 };
        let labels: Vec<f64> = y.iter().map(|y| y / unit).collect();
        let tall = terms <= n;
        let matrix = self.qr.matrix(if tall { (n, terms) } else { (terms, n) });
        for (i, x) in x.iter().enumerate() {
            let t = series.scaled(*x);
            legendre(t, terms, |j, value| matrix[if tall { j * n + i } else { i * terms + j }] = value);
        }
        self.qr.decompose();
        let (smallest, rank) = self.qr.pivots((n + self.degree) as f64 * f64::EPSILON);
        if smallest < CONDITION {
            return Err(Degenerate::IllConditioned);
        }
        if tall {
            self.qr.least_squares(&labels, &mut series.outer);
        } else {
            self.qr.least_norm(&labels, &mut series.outer);
        }
        let worst = self.miss(&series, x, &labels);
        if n <= terms && worst > MISS {
            return Err(Degenerate::IllConditioned);
        }
        series.outer.iter_mut().for_each(|c| *c *= unit);
        // A bound on the intermediate results of the evaluation anywhere on the hull.
        let reach = sum_of_pairs(&series.outer, &series.weight, |c, weight| {
            (c * weight).abs() * (weight * weight * weight)
        });
        if !reach.is_finite() || !series.scaled(0.0).is_finite() {
            return Err(Degenerate::Overflow);
        }
        let smooth = predictor.smooth();
        smooth.breaks.clear();
        smooth.pieces = Box::new(series);
        Ok(Report { rank: Some(rank), ..Report::default() })
    }

    fn interpolates(&self) -> bool {
        false
    }

    fn takes_ties(&self) -> bool {
        true
    }

    fn cost(&self, n: u64) -> f64 {
        let (n, degree) = (n as f64, self.degree as f64);
        // A QR factorisation, and evaluations by a recurrence of `degree` steps, in number proportional to the pieces
        // between data points and to the zeros of f̂, of which there are up to `degree`.
        let factor = 0.8 * n * degree * n.min(degree);
        cost::TRIAL + (cost::POINT + cost::PIECE) * n + factor + degree * (45.0 * n + 130.0 * degree)
    }
}

impl Polynomial {
    /// The largest |f̂(x_i) − y_i|.
    fn miss(&self, series: &Series, x: &[f64], y: &[f64]) -> f64 {
        let misses = x.iter().zip(y).map(|(x, y)| {
            let mut value = [0.0];
            series.values(0, &[*x], &mut value);
            (value[0] - y).abs()
        });
        misses.fold(0.0, f64::max)
    }
}

/// Passes φ_0(t), φ_1(t), … to `take`, by (j + 1) P_{j+1} = (2j + 1) t P_j − j P_{j−1}.
fn legendre(t: f64, terms: usize, mut take: impl FnMut(usize, f64)) {
    let (mut before, mut here) = (0.0, 1.0);
    for j in 0..terms {
        let degree = j as f64;
        take(j, (2.0 * degree + 1.0).sqrt() * here);
        (before, here) = (here, ((2.0 * degree + 1.0) * t * here - degree * before) / (degree + 1.0));
    }
}

/// A series in normalised Legendre polynomials over [low, high].
struct Series {
    low: f64,
    high: f64,
    outer: Vec<f64>,
    /// √(2j + 1).
    weight: Vec<f64>,
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
            // b_j = c_j √(2j + 1) + (2j + 1)/(j + 1) t b_{j+1} − (j + 1)/(j + 2) b_{j+2}.
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
