//! Shepard's interpolant: means weighted by inverse powers of the distance.

use super::{Estimator, Report, cost};
use crate::catalogue::{Choice, Entry, Kind, Parameter};
use crate::predictor::{Expansion, Form, Pieces, Predictor, Units};
use crate::sample::{Degenerate, Sample};
use crate::seed::Draws;
use crate::sum::{row, sum_of_pairs, sums_of_rows};
use crate::theory::{Class, Known, Setting, moment};
use crate::wide::{Kernel, wide};

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "shepard",
    summary: "the mean of all labels, weighted by |x − x_i|^−β",
    parameters: || {
        vec![Parameter {
            name: "beta",
            summary: "β; above 1 the nearest points decide, below 1 all of them do",
            kind: Kind::POSITIVE,
            default: None,
        }]
    },
    build: |values| Ok(Box::new(Shepard { beta: values[0].real() })),
};

/// For continuous f* the estimator is benign for β = 1 on a random design, and tempered for β > 1 and every p on random
/// designs and grids, in probability and in expectation.
///
/// On a random design the normalised weights of a point tend to the Poisson–Dirichlet law with index 1/β, since those
/// of a Poisson process are its normalised jumps; hence R_2 → E ε² · E Σ w_i² = E ε² (1 − 1/β). On the grid,
/// R_2 → E ε² ∫_0^1 Σ |t + k|^−2β / (Σ |t + k|^−β)² dt, which for β = 2 is the mean of 1 − (2/3) sin² πt, hence (2/3) E ε².
/// The moments E R_p stay below E |ε|^p, as f̂ is a mean of labels.
///
/// Source: Devroye, Györfi & Krzyżak (1998), "The Hilbert kernel regression estimate", for β = 1: f̂ → f* in
/// probability; means of noise are uniformly integrable, hence R_p → 0. Pitman & Yor (1997) for E Σ w_i² = 1 − 1/β.
pub(super) fn known(estimator: &Choice, setting: &Setting<'_>) -> Option<Known> {
    let beta = estimator.arguments().iter().find(|(name, _)| *name == "beta")?.1.real();
    let variance = || moment(setting.noise, 2.0);
    let (class, limit, source) = match beta {
        1.0 if setting.is_uniform() => (Class::Benign, Some(0.0), "Devroye, Györfi & Krzyżak (1998)"),
        _ if beta > 1.0 && setting.is_uniform() => {
            let limit = (setting.p == 2.0).then(|| variance() * (1.0 - 1.0 / beta));
            (Class::Tempered, limit, "Pitman & Yor (1997)")
        }
        _ if beta > 1.0 && setting.is_grid() => {
            let limit = (setting.p == 2.0 && beta == 2.0).then(|| variance() * (2.0 / 3.0));
            (Class::Tempered, limit, "sums over a lattice")
        }
        _ => return None,
    };
    Some(Known { in_probability: Some(class), in_expectation: Some(class), limit, exponent: None, source })
}

/// f̂(x) = Σ w_i y_i / Σ w_i with w_i = |x − x_i|^−β, and f̂(x_i) = y_i.
///
/// It is computed as f̂ = m + Σ r_i^β (y_i − m) / Σ r_i^β with m the label of the nearest point, at distance d, and
/// r_i = d/|x − x_i| ≤ 1, so that weights do not overflow and f̂ tends to m as d → 0, for any β.
///
/// Breakpoints are the data points, where |x − x_i|^β is not analytic unless β is even. Units: outer weights y_i and
/// biases −x_i of the *normalised* sum Σ y_i φ(x − x_i) / Σ φ(x − x_i), φ(z) = |z|^−β. Units of f̂ are those of y.
///
/// Errors: `Overflow` where the range of x or 2 Σ |y_i| is not finite. Cost: O(n) to fit, O(n) an evaluation: for each data
/// point a division and, for 2β = 1 … 6, 8, 12, 16 and 20, products and a root, else a `pow`. Accuracy: β + 10 units of
/// roundoff of max |y_i − m|; exact at data points.
///
/// Source: Shepard (1968); as an estimator from noisy data Devroye, Györfi & Krzyżak (1998), and Belkin, Rakhlin &
/// Tsybakov (2019).
struct Shepard {
    beta: f64,
}

impl Estimator for Shepard {
    fn fit(
        &mut self,
        sample: Sample<'_>,
        _: &Draws<'_>,
        predictor: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        let (x, y) = (sample.x(), sample.y());
        let sizes = sum_of_pairs(y, y, |y, _| 2.0 * y.abs());
        if !sizes.is_finite() || !(x[x.len() - 1] - x[0]).is_finite() {
            return Err(Degenerate::Overflow);
        }
        let smooth = predictor.smooth();
        smooth.breaks.clear();
        smooth.breaks.extend_from_slice(x);
        smooth.pieces = Box::new(Means { beta: self.beta, x: x.to_vec(), y: y.to_vec() });
        Ok(Report::default())
    }

    fn is_local(&self) -> bool {
        self.beta > 1.0
    }

    fn levels_off(&self) -> bool {
        true
    }

    fn cost(&self, n: u64) -> f64 {
        let (n, beta) = (n as f64, self.beta);
        // Where β is not an integer f̂ has a cusp at every data point, near which quadrature bisects many times.
        let values = if beta.fract() == 0.0 { cost::VALUES } else { 13.0 * cost::VALUES };
        // n weights an evaluation: by products and a root ([`Halves`]), or by `pow`.
        let weight = if (2.0 * beta).fract() == 0.0 && beta <= 10.0 { 3.5 } else { 38.0 };
        cost::TRIAL + (cost::POINT + cost::PIECE) * n + values * weight * n * n
    }
}

/// Means with weights |x − x_i|^−β.
struct Means {
    beta: f64,
    x: Vec<f64>,
    y: Vec<f64>,
}

impl Pieces for Means {
    fn values(&self, piece: usize, x: &[f64], out: &mut [f64]) {
        let halves = 2.0 * self.beta;
        let whole = if halves <= 20.0 && halves == halves.floor() { halves as u32 } else { 0 };
        match whole {
            1 => self.evaluate::<Halves<1>>(piece, x, out),
            2 => self.evaluate::<Halves<2>>(piece, x, out),
            3 => self.evaluate::<Halves<3>>(piece, x, out),
            4 => self.evaluate::<Halves<4>>(piece, x, out),
            5 => self.evaluate::<Halves<5>>(piece, x, out),
            6 => self.evaluate::<Halves<6>>(piece, x, out),
            8 => self.evaluate::<Halves<8>>(piece, x, out),
            12 => self.evaluate::<Halves<12>>(piece, x, out),
            16 => self.evaluate::<Halves<16>>(piece, x, out),
            20 => self.evaluate::<Halves<20>>(piece, x, out),
            _ => self.evaluate::<Real>(piece, x, out),
        }
    }

    fn units(&self) -> Units {
        Units {
            outer: self.y.clone(),
            bias: self.x.iter().map(|x| -x).collect(),
            inner: Vec::new(),
            skip_slope: 0.0,
            skip_intercept: 0.0,
        }
    }

    fn expansion(&self) -> Expansion {
        let scale = vec![self.beta; self.x.len()];
        let (coefficient, at) = (self.y.clone(), self.x.clone());
        Expansion { coefficient, scale, at, ..Expansion::new(Form::InverseDistance) }
    }
}

impl Means {
    fn evaluate<P: Power>(&self, piece: usize, x: &[f64], out: &mut [f64]) {
        let last = self.x.len() - 1;
        let (left, right) = (piece.saturating_sub(1), piece.min(last));
        for (at, out) in x.iter().zip(out) {
            let nearer = if at - self.x[left] <= self.x[right] - at { left } else { right };
            let nearest = if left == right { left } else { nearer };
            let distance = (at - self.x[nearest]).abs();
            let label = self.y[nearest];
            *out = if distance == 0.0 {
                label
            } else {
                wide(Mean::<P> { means: self, at: *at, distance, label, power: std::marker::PhantomData })
            };
        }
    }
}

/// A way to raise a share r ∈ [0, 1] to the power β.
trait Power {
    fn of(r: f64, beta: f64) -> f64;
}

/// β = M/2 by products and a root.
struct Halves<const M: u32>;

impl<const M: u32> Power for Halves<M> {
    #[inline(always)]
    fn of(r: f64, _: f64) -> f64 {
        let (mut power, mut square, mut left) = (if M % 2 == 1 { r.sqrt() } else { 1.0 }, r, M / 2);
        while left > 0 {
            if left % 2 == 1 {
                power *= square;
            }
            square *= square;
            left /= 2;
        }
        power
    }
}

/// Any β.
struct Real;

impl Power for Real {
    #[inline(always)]
    fn of(r: f64, beta: f64) -> f64 {
        libm::pow(r, beta)
    }
}

/// f̂ at a point that is not a data point.
struct Mean<'a, P> {
    means: &'a Means,
    at: f64,
    /// The distance to the nearest data point, and its label.
    distance: f64,
    label: f64,
    power: std::marker::PhantomData<P>,
}

impl<P: Power> Kernel for Mean<'_, P> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let Mean { means, at, distance, label, .. } = self;
        let beta = means.beta;
        let [numerator, denominator] = sums_of_rows(&means.x, &means.y, |x, y| {
            let weight = row(|i| P::of(distance / (at - x[i]).abs(), beta));
            [row(|i| weight[i] * (y[i] - label)), weight]
        });
        label + numerator / denominator
    }
}
