//! Regression with the Laplace kernel: the posterior mean of an Ornstein–Uhlenbeck process.

use super::{Estimator, Report, bandwidth, cost, linear_spline, ridge};
use crate::catalogue::{Choice, Entry};
use crate::predictor::reach::{SAFE, SERIES, measure, series};
use crate::predictor::{Expansion, Form, Pieces, Predictor, Units, length};
use crate::sample::{Degenerate, Sample};
use crate::seed::Draws;
use crate::sum::{all_finite, largest};
use crate::theory::{Class, Known, Setting};
use crate::ties::Distinct;

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "laplace_kernel",
    summary: "kernel regression with k(x, x') = exp(−|x − x'|/h)",
    parameters: || vec![bandwidth(), ridge()],
    build: |values| {
        let (h, ridge) = (values[0].real(), values[1].real());
        Ok(Box::new(LaplaceKernel { h, ridge, past: Vec::new() }))
    },
};

/// Without ridge the estimator is tempered for every p, in probability and in expectation, with the limits of the linear
/// spline.
///
/// On a gap of length ℓ, with a = ℓ/h and u = t/h, f̂ is (y_0 sinh(a − u) + y_1 sinh u)/sinh a, so that noise of variance
/// σ² has E ∫ f̂² = σ² (h coth a − ℓ csch² a) → (2/3) σ² ℓ as a → 0. The largest gap of a design vanishes as n grows, so
/// that all a tend to 0, the weights of y_0 and y_1 tend to those of the chord, and the bias vanishes for continuous f*. The
/// weights are at most one and f̂ decays beyond the data, so that neither a gap nor an end gives the risk a heavy tail.
///
/// Source: this derivation; the limits are those of [`linear_spline::known`].
pub(super) fn known(estimator: &Choice, setting: &Setting<'_>) -> Option<Known> {
    let ridgeless = estimator.arguments().iter().any(|(name, value)| *name == "ridge" && value.real() == 0.0);
    if !ridgeless {
        return None;
    }
    let chords = linear_spline::known(estimator, setting)?;
    Some(Known {
        in_probability: Some(Class::Tempered),
        in_expectation: Some(Class::Tempered),
        exponent: None,
        source: "closed form on each gap",
        ..chords
    })
}

/// f̂ = Σ α_i k(·, x_i) with (K + ridge I) α = y and k(x, x') = exp(−|x − x'|/h).
///
/// # Formula
/// K⁻¹ is tridiagonal. With a_i = (x_{i+1} − x_i)/h its off-diagonal entries are −c_i, c_i = 1/(2 sinh a_i), and its row
/// sums e_i = ½ (tanh ½a_{i−1} + tanh ½a_i), with infinite gaps beyond the ends. The values at the data solve
/// (I + ridge K⁻¹) v = y, and α = K⁻¹ v. With a ridge, points that share an x are one unit whose α is the sum of theirs: for
/// m points with the mean label ȳ the entry of I is m and that of y is m ȳ. On a gap, with t and s the distances from its
/// ends in units of h,
///     f̂ = v_i e^{−t} (1 − e^{−2s})/(1 − e^{−2a}) + v_{i+1} e^{−s} (1 − e^{−2t})/(1 − e^{−2a}),
/// and beyond the data f̂ decays like e^{−t}.
/// # Shapes, units
/// h in units of x; the breakpoints are the data. Units: φ(z) = e^{−|z|}, outer α, inner 1/h, bias −x_i/h. Expansion:
/// `exponentials` of t and s, on gaps below 1.5 h of t alone.
/// # Errors
/// `Overflow` where a stored weight is not finite, as without ridge for gaps below 1e-308 |y| h; |f̂| is at most max |y|.
/// # Cost
/// O(n) a fit, two exponentials an evaluation.
/// # Accuracy
/// f̂ to a few units of roundoff of max |y| for any gaps and any ridge: all quantities of the elimination are positive and
/// none is a difference. Without ridge v = y to the bit. Weights to a few units of roundoff of |y| (e_i + c_{i−1} + c_i).
/// # Source
/// Uhlenbeck & Ornstein, Phys. Rev. 36 (1930); Rybicki & Press, Phys. Rev. Lett. 74 (1995), for the inverse;
/// Alfa, Xue & Ye, Math. Comp. 71 (2002), for elimination with row sums.
struct LaplaceKernel {
    h: f64,
    ridge: f64,
    past: Vec<Past>,
}

/// The elimination up to a point.
struct Past {
    /// The weighted mean of the labels up to the point.
    mean: f64,
    /// The weight of the next point's value in that of this point, from 0 to 1; the mean has the rest.
    follow: f64,
}

impl Estimator for LaplaceKernel {
    fn fit(
        &mut self,
        sample: Sample<'_>,
        _: &Draws<'_>,
        predictor: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        let points = sample.distinct();
        let (x, h) = (&*points.x, self.h);
        let mut value = points.y.to_vec();
        if self.ridge > 0.0 {
            self.smooth(&points, &mut value);
        }
        let outer = self.weights(&points, &value);
        let far = x[0].abs().max(x[x.len() - 1].abs());
        if !all_finite(&outer) || !all_finite(&value) || !((1.0 + far) / h).is_finite() {
            return Err(Degenerate::Overflow);
        }
        let smooth = predictor.smooth();
        smooth.breaks.clear();
        smooth.breaks.extend_from_slice(x);
        smooth.pieces = Box::new(Bridges { h, x: x.to_vec(), value, outer });
        Ok(Report::default())
    }

    fn interpolates(&self) -> bool {
        self.ridge == 0.0
    }

    fn takes_ties(&self) -> bool {
        self.ridge > 0.0
    }

    fn is_local(&self) -> bool {
        self.ridge == 0.0
    }

    fn levels_off(&self) -> bool {
        true
    }

    fn cost(&self, n: u64) -> f64 {
        // Two exponentials an evaluation.
        cost::TRIAL + (cost::POINT + cost::PIECE + 8.0 * cost::VALUES) * n as f64
    }
}

impl LaplaceKernel {
    /// The gap between points i and i + 1 in units of h.
    fn gap(&self, x: &[f64], i: usize) -> f64 {
        (x[i + 1] - x[i]) / self.h
    }

    /// The row sum e_i of K⁻¹.
    fn row_sum(&self, x: &[f64], i: usize) -> f64 {
        let side = |gap: f64| libm::tanh(0.5 * gap);
        let left = if i > 0 { side(self.gap(x, i - 1)) } else { 1.0 };
        let right = if i + 1 < x.len() { side(self.gap(x, i)) } else { 1.0 };
        0.5 * (left + right)
    }

    /// Solves (m I + ridge K⁻¹) v = m y in place, with y the mean of the m labels at a point.
    fn smooth(&mut self, points: &Distinct<'_>, y: &mut [f64]) {
        let (x, n, ridge) = (&*points.x, y.len(), self.ridge);
        let mut past = std::mem::take(&mut self.past);
        past.clear();
        // The contribution of the eliminated points to the row sum of this one, and their weighted mean.
        let (mut inherited, mut mean) = (0.0, 0.0);
        for (i, y) in y.iter().enumerate() {
            let count = points.count(i);
            let sum = count + ridge * self.row_sum(x, i) + inherited;
            mean = y / (sum / count) + mean * (inherited / sum);
            let follow =
                if i + 1 < n { 1.0 / (1.0 + sum * (2.0 * libm::sinh(self.gap(x, i)) / ridge)) } else { 0.0 };
            inherited = sum * follow;
            past.push(Past { mean, follow });
        }
        let mut next = mean;
        for (value, Past { mean, follow }) in y.iter_mut().zip(&past).rev() {
            *value = mean + follow * (next - mean);
            next = *value;
        }
        self.past = past;
    }

    /// α, from K⁻¹ v or from m (y − v)/ridge, whichever loses less to cancellation.
    fn weights(&self, points: &Distinct<'_>, value: &[f64]) -> Vec<f64> {
        let (x, y) = (&*points.x, &*points.y);
        let conductance = |i: usize| 0.5 / libm::sinh(self.gap(x, i));
        let (mut left, mut flow) = (0.0, 0.0);
        let weight = |i: usize| {
            let right = if i + 1 < x.len() { conductance(i) } else { 0.0 };
            let out = if i + 1 < x.len() { right * (value[i] - value[i + 1]) } else { 0.0 };
            let sum = self.row_sum(x, i);
            let count = points.count(i);
            let steep = self.ridge * (left + right + sum) > count;
            let weight =
                if steep { count * (y[i] - value[i]) / self.ridge } else { sum * value[i] + (out - flow) };
            (left, flow) = (right, out);
            weight
        };
        (0..x.len()).map(weight).collect()
    }
}

/// f̂ from its values at the data: on each gap a combination of two hyperbolic sines.
struct Bridges {
    h: f64,
    x: Vec<f64>,
    value: Vec<f64>,
    outer: Vec<f64>,
}

/// The shortest gap, in units of h: on a shorter one f̂ differs from the chord by less than its square, 1e-18 of max |y|.
const SHORTEST: f64 = 1e-9;

impl Pieces for Bridges {
    fn values(&self, piece: usize, x: &[f64], out: &mut [f64]) {
        let last = self.x.len() - 1;
        if piece == 0 || piece > last {
            let end = if piece == 0 { 0 } else { last };
            let (from, value) = (self.x[end], self.value[end]);
            x.iter().zip(out).for_each(|(x, out)| *out = value * libm::exp(-(x - from).abs() / self.h));
            return;
        }
        let (x0, x1) = (self.x[piece - 1], self.x[piece]);
        let (v0, v1) = (self.value[piece - 1], self.value[piece]);
        let h = self.h.min((x1 - x0) / SHORTEST);
        let (_, whole) = decay((x1 - x0) / h);
        for (x, out) in x.iter().zip(out) {
            let ((near, from), (far, to)) = (decay((x - x0) / h), decay((x1 - x) / h));
            *out = v0 * (near * (to / whole)) + v1 * (far * (from / whole));
        }
    }

    fn expansion(&self) -> Expansion {
        let mut sums = Expansion::new(Form::Exponentials);
        let last = self.x.len() - 1;
        let rate = 1.0 / self.h;
        sums.push(self.x[0], -rate, &self.value[..1]);
        for gap in 0..last {
            let (x0, x1, v0, v1) = (self.x[gap], self.x[gap + 1], self.value[gap], self.value[gap + 1]);
            let a = (x1 - x0) / self.h;
            if a > SERIES {
                let (near, whole) = decay(a);
                sums.push(x0, rate, &[(v0 - v1 * near) / whole]);
                sums.push(x1, -rate, &[(v1 - v0 * near) / whole]);
            } else {
                let b = measure(a);
                sums.push(x0, b / length(x0, x1), &bridge(a, b, v0, v1));
            }
        }
        sums.push(self.x[last], rate, &self.value[last..]);
        sums
    }

    fn has_finite_expansion(&self) -> bool {
        largest(&self.value) <= SAFE || self.expansion().is_finite()
    }

    fn units(&self) -> Units {
        Units {
            outer: self.outer.clone(),
            inner: vec![1.0 / self.h; self.x.len()],
            bias: self.x.iter().map(|x| -x / self.h).collect(),
            ..Units::default()
        }
    }
}

/// The coefficients of z^k in f e^z on a gap of length a in units of h, on which z goes from 0 to b.
///
/// With u = z/b, f = v_0 cosh au + (v_1 − v_0 cosh a) sinh au/sinh a solves f'' = a² f, and g = f e^{bu} solves
/// g'' = 2b g' − (b² − a²) g.
fn bridge(a: f64, b: f64, v0: f64, v1: f64) -> Vec<f64> {
    let stretch = if a < SHORTEST { 1.0 } else { a / libm::sinh(a) };
    let slope = (v1 - v0) * stretch - v0 * a * libm::tanh(0.5 * a);
    let (mut here, mut next, mut k) = (v0, slope + b * v0, 0.0);
    series(b, || {
        let term = here;
        let after = (2.0 * b * (k + 1.0) * next - (b - a) * (b + a) * here) / ((k + 1.0) * (k + 2.0));
        (here, next, k) = (next, after, k + 1.0);
        term
    })
}

/// e^{−u} and 1 − e^{−2u} for u ≥ 0, both to a few units of roundoff of themselves.
#[inline]
fn decay(u: f64) -> (f64, f64) {
    // From 0.35 on e^{−2u} < 1/2, so that the subtraction from 1 loses no digit.
    if u < 0.35 {
        let fall = libm::expm1(-u);
        (1.0 + fall, -fall * (2.0 + fall))
    } else {
        let rest = libm::exp(-u);
        (rest, 1.0 - rest * rest)
    }
}
