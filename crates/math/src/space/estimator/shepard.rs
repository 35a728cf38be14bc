//! Shepard's interpolant: means weighted by inverse powers of the distance.

use super::local::{self, Averaging, Places, Rule};
use super::{Averages, Estimator, Report, Smoother};
use crate::catalogue::{Entry, Kind, Parameter};
use crate::exponential::{exp, log_one_plus};
use crate::sample::Degenerate;
use crate::seed::Draws;
use crate::space::dense::dot;
use crate::space::{Points, Predictor, Sample};
use crate::wide::{Kernel, widest};

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "shepard",
    summary: "the mean of all responses, weighted by ‖x − x_i‖^−β",
    parameters: || {
        let summary = "β; above d the nearest points decide, below d all of them do";
        vec![Parameter { name: "beta", summary, kind: Kind::POSITIVE, default: None }]
    },
    build: |values| Ok(Box::new(Shepard(Powers { beta: values[0].real() }))),
};

/// f̂(x) = Σ w_i y_i / Σ w_i with w_i = ‖x − x_i‖^−β, and f̂(x_i) the mean of the responses at x_i.
///
/// # Formula
/// w_i = (r²/‖x − x_i‖²)^{β/2} with r the distance of the nearest point, so that weights are at most 1, and f̂ = m + Σ w_i (y_i − m)/Σ w_i
/// with m its response.
/// # Errors
/// `Overflow` where distances or 2 Σ |y_i| may not be finite.
/// # Cost
/// n d for a fit; n distances and powers a value: by products and roots where 2β is one of 2, 4, …, 12, 9, 16 and 24, else by an exponential
/// and a logarithm.
/// # Accuracy
/// β + 10 units of roundoff of max |y_i − m|; exact at the points.
/// # Source
/// Shepard, ACM National Conference (1968); Devroye, Györfi & Krzyżak, J. Multivariate Analysis 65 (1998).
struct Shepard(Powers);

impl Estimator for Shepard {
    fn fit(&mut self, sample: Sample<'_>, _: &Draws<'_>, out: &mut Predictor) -> Result<Report, Degenerate> {
        Averaging::new(sample.x(), self.0.clone())?.apply(sample.y(), out)?;
        Ok(Report::default())
    }

    fn smoother(&mut self, sample: Sample<'_>, out: &mut Smoother) -> Option<Result<Report, Degenerate>> {
        Some(Averaging::new(sample.x(), self.0.clone()).map(|averaging| {
            out.set_averages(sample.d(), Box::new(averaging));
            Report::default()
        }))
    }

    fn cost(&self, n: u64, d: u64) -> f64 {
        local::cost(n, d, if self.0.quarters().is_some() { 1.5 } else { 5.0 })
    }

    fn interpolates(&self, _: u64, _: u64) -> bool {
        true
    }
}

/// ‖x − x_i‖^−β.
#[derive(Clone)]
struct Powers {
    beta: f64,
}

/// Weights of the responses at a point, the largest being 1.
#[derive(Default)]
struct Weights(Vec<f64>);

impl Powers {
    /// 2β, where powers of a squared share are products of its roots.
    fn quarters(&self) -> Option<u32> {
        let quarters = 2.0 * self.beta;
        let known = [2, 4, 6, 8, 9, 10, 12, 16, 24];
        known.into_iter().find(|known| f64::from(*known) == quarters)
    }

    /// Fills the weights; the place of the nearest point, which has the weight 1.
    fn fill(&self, squares: &[f64], weights: &mut Weights) -> usize {
        let (nearest, least) = local::nearest(squares);
        let weights = &mut weights.0;
        weights.resize(squares.len(), 0.0);
        if least == 0.0 {
            weights.iter_mut().zip(squares).for_each(|(w, s)| *w = f64::from(u8::from(*s == 0.0)));
            return nearest;
        }
        match self.quarters() {
            Some(2) => widest(Fill(Quarters::<2>, least, squares, weights)),
            Some(4) => widest(Fill(Quarters::<4>, least, squares, weights)),
            Some(6) => widest(Fill(Quarters::<6>, least, squares, weights)),
            Some(8) => widest(Fill(Quarters::<8>, least, squares, weights)),
            Some(9) => widest(Fill(Quarters::<9>, least, squares, weights)),
            Some(10) => widest(Fill(Quarters::<10>, least, squares, weights)),
            Some(12) => widest(Fill(Quarters::<12>, least, squares, weights)),
            Some(16) => widest(Fill(Quarters::<16>, least, squares, weights)),
            Some(24) => widest(Fill(Quarters::<24>, least, squares, weights)),
            _ => widest(Fill(Real(0.5 * self.beta), least, squares, weights)),
        }
        nearest
    }
}

impl Rule for Powers {
    type Scratch = Weights;

    fn value(&self, squares: &[f64], y: &[f64], weights: &mut Weights) -> f64 {
        let nearest = self.fill(squares, weights);
        let label = y[nearest];
        let [above, below] = widest(Mean(&weights.0, y, label));
        label + above / below
    }

    fn spread(&self, places: &Places, x: Points<'_>, variances: &[f64]) -> f64 {
        let (mut weights, mut spread) = (Weights::default(), 0.0);
        places.each(x, |_, squares| {
            self.fill(squares, &mut weights);
            let weights = &mut weights.0;
            let total: f64 = weights.iter().sum();
            weights.iter_mut().for_each(|w| *w = (*w / total) * (*w / total));
            spread += dot(weights, variances);
        });
        spread
    }
}

/// A way to raise a squared share ρ ∈ [0, 1] to the power β/2.
trait Power: Copy {
    fn of(self, share: f64) -> f64;
}

/// β = M/2: ρ^{M/4} by products and roots.
#[derive(Clone, Copy)]
struct Quarters<const M: u32>;

impl<const M: u32> Power for Quarters<M> {
    #[inline(always)]
    fn of(self, share: f64) -> f64 {
        let mut power = 1.0;
        if !M.is_multiple_of(4) {
            let root = share.sqrt();
            if M & 2 != 0 {
                power = root;
            }
            if M & 1 != 0 {
                power *= root.sqrt();
            }
        }
        let (mut square, mut left) = (share, M / 4);
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

/// Any half of β.
#[derive(Clone, Copy)]
struct Real(f64);

impl Power for Real {
    #[inline(always)]
    fn of(self, share: f64) -> f64 {
        exp(self.0 * logarithm(share))
    }
}

/// ln ρ for a normal number ρ > 0; far below 0 for ρ = 0, whose power is 0.
///
/// ρ = 2^k (1 + e): k and e are read from the bits, which vectorises.
#[inline(always)]
fn logarithm(share: f64) -> f64 {
    let bits = share.to_bits();
    // 2⁵² + k + 1023, as its bits.
    let power = f64::from_bits((bits >> 52) | 0x4330_0000_0000_0000) - (4_503_599_627_370_496.0 + 1023.0);
    let rest = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000) - 1.0;
    power * std::f64::consts::LN_2 + log_one_plus(rest)
}

struct Fill<'a, P>(P, f64, &'a [f64], &'a mut [f64]);

impl<P: Power> Kernel for Fill<'_, P> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Fill(power, least, squares, weights) = self;
        for (weight, square) in weights.iter_mut().zip(squares) {
            *weight = power.of(least / square);
        }
    }
}

/// Σ w_i (y_i − m) and Σ w_i.
struct Mean<'a>(&'a [f64], &'a [f64], f64);

impl Kernel for Mean<'_> {
    type Output = [f64; 2];

    #[inline(always)]
    fn call(self) -> [f64; 2] {
        const LANES: usize = 8;
        let Mean(weights, y, label) = self;
        let (mut above, mut below) = ([0.0; LANES], [0.0; LANES]);
        let ((rows, rest), (labels, last)) = (weights.as_chunks::<LANES>(), y.as_chunks::<LANES>());
        for (w, y) in rows.iter().zip(labels) {
            for lane in 0..LANES {
                above[lane] += w[lane] * (y[lane] - label);
                below[lane] += w[lane];
            }
        }
        for (lane, (w, y)) in rest.iter().zip(last).enumerate() {
            above[lane] += w * (y - label);
            below[lane] += w;
        }
        [above, below].map(|[a, b, c, d, e, f, g, h]| ((a + b) + (c + d)) + ((e + f) + (g + h)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_those_of_libm() {
        for k in 1..=2000 {
            let share = libm::pow(f64::from(k) / 2000.0, 7.0);
            let is = |power: f64, told: f64| {
                assert!((power / told - 1.0).abs() < 2e-14, "{share}: {power} {told}")
            };
            is(Quarters::<2>.of(share), share.sqrt());
            is(Quarters::<9>.of(share), libm::pow(share, 2.25));
            is(Quarters::<24>.of(share), libm::pow(share, 6.0));
            is(Real(0.85).of(share), libm::pow(share, 0.85));
        }
        assert_eq!((Real(1.3).of(1.0), Real(2.0).of(0.0)), (1.0, 0.0));
    }
}
