//! The chain: the least-norm fit of a run of points whose curvatures have one sign, as a convex dual problem.
//!
//! Let the run have points x_0 … x_K, slope changes Δ_i > 0 and gaps h_i; write r_i = √(1 + x_i²),
//! φ_i = arctan x_i, ω_i = φ_{i+1} − φ_i and W_i = Δ_i r_i. The dual of "minimise Σ c √(1 + τ²)" is over
//! polygons with corners at the x_i and below the hyperbola √(1 + x²), q_i = r_i cos ψ_i:
//!
//! ```text
//! minimise Σ W_i (1 − cos ψ_i)   subject to   ψ_i + ψ_{i+1} ≥ ω_i,
//! ```
//!
//! since a line stays below the hyperbola between φ_i and φ_{i+1} if and only if ψ_i + ψ_{i+1} ≥ ω_i. A gap
//! whose constraint is active has a kink at the angle φ_i + ψ_i = φ_{i+1} − ψ_{i+1}, so that the kinks on the two
//! sides of a data point are at the same angular distance from it. The multiplier m_i ≥ 0 of a gap is the depth D_i
//! of its kink below the chord over √(1 + τ_i²), and W_i sin ψ_i = m_{i−1} + m_i. A gap with m_i = 0 is a chord
//! that splits the run. Where biases are not penalised and the area is minimised, the hyperbola becomes a parabola:
//! angles become lengths and sin ψ = ψ.
//!
//! Beyond the outermost data points the affine part is free, so that the polygon ends there at height 0, which is
//! ψ = π/2: an outer gap of more than a right angle requires ψ ≥ ω − π/2 of the point before it, and where this
//! constraint is active the gap has a kink at τ = −1/x, x its outer end. All other outer gaps are chords, and so is
//! every gap between curvatures of opposite sign.
//!
//! [`Newton`] solves such chains. At most one inner gap spans more than a right angle, where the sum of cosines is
//! not concave. Its kink is found by bisection over its angle; the chains on its two sides then end in a point of
//! known ψ.

use super::kink::{Kink, Penalty};
use super::newton::{End, Newton};
use crate::sample::Degenerate;

/// Largest relative residual |ψ_i + ψ_{i+1} − ω_i| / ω_i that counts as solved: a tenth of the 1e-10 that the estimator
/// promises, and far above the few units of roundoff at which Newton's iteration stops.
pub(super) const TOLERANCE: f64 = 1e-11;

/// The solver and its scratch.
#[derive(Default)]
pub(super) struct Chain {
    omega: Vec<f64>,
    weight: Vec<f64>,
    m: Vec<f64>,
    newton: Newton,
}

impl Chain {
    /// Overwrites `kinks` with the kink of every gap, `None` where the fit is the chord.
    ///
    /// Shapes: K + 1 points `x` and slope changes `bend` > 0; K ≥ 2 gaps `gap`, `kinks`.
    /// # Errors
    /// `NotConverged` above [`TOLERANCE`].
    /// # Cost
    /// O(K) a Newton step.
    pub fn solve(
        &mut self,
        penalty: Penalty,
        x: &[f64],
        gap: &[f64],
        bend: &[f64],
        kinks: &mut [Option<Kink>],
    ) -> Result<(), Degenerate> {
        self.measure(penalty, x, gap, bend);
        let biased = penalty == Penalty::Biased;
        let wide = self.omega.iter().position(|w| biased && *w > std::f64::consts::FRAC_PI_2);
        let split = match wide {
            None => {
                let residual = self.newton.minimise(penalty, &self.omega, &self.weight, End::Free);
                self.m.clear();
                self.m.extend_from_slice(&self.newton.m);
                if residual > TOLERANCE {
                    return Err(Degenerate::NotConverged);
                }
                None
            }
            Some(g) => {
                self.m.clear();
                self.m.resize(gap.len(), 0.0);
                Some((g, self.across_wide_gap(g)?))
            }
        };
        for (i, kink) in kinks.iter_mut().enumerate() {
            *kink = match split {
                Some((g, angle)) if g == i && self.m[i] > 0.0 => {
                    let (near, far) = (tangent_length(x[i], angle), gap[i]);
                    Some(place(penalty, x[i], far, near, far - near, self.m[i]))
                }
                _ => self.kink(penalty, x, gap, i),
            };
        }
        Ok(())
    }

    /// The kink of a gap of less than a right angle.
    fn kink(&self, penalty: Penalty, x: &[f64], gap: &[f64], i: usize) -> Option<Kink> {
        if self.m[i] == 0.0 {
            return None;
        }
        let sine = |k: usize| {
            let before = if k > 0 { self.m[k - 1] } else { 0.0 };
            (before + self.m.get(k).unwrap_or(&0.0)) / self.weight[k]
        };
        let (left, right) = match penalty {
            Penalty::Free => (sine(i), sine(i + 1)),
            Penalty::Biased => {
                let tangent = |s: f64| s / ((1.0 - s) * (1.0 + s)).sqrt();
                let (s, t) = (tangent(sine(i)), tangent(sine(i + 1)));
                let left = (1.0 + x[i] * x[i]) * s / (1.0 - x[i] * s);
                (left, (1.0 + x[i + 1] * x[i + 1]) * t / (1.0 + x[i + 1] * t))
            }
        };
        Some(place(penalty, x[i], gap[i], left, right, self.m[i]))
    }

    /// [`Chain::solve`] with penalised biases, for a run whose last point is followed by an outer gap of more than
    /// a right angle that ends at `beyond`. The kink of that gap comes last.
    ///
    /// Shapes: L points `x` and `bend`, L − 1 gaps, L `kinks`.
    pub fn solve_before(
        &mut self,
        x: &[f64],
        gap: &[f64],
        bend: &[f64],
        beyond: f64,
        kinks: &mut [Option<Kink>],
    ) -> Result<(), Degenerate> {
        let last = x.len() - 1;
        self.measure(Penalty::Biased, x, gap, bend);
        let outer = beyond - x[last];
        let bound = libm::atan2(outer, 1.0 + x[last] * beyond) - std::f64::consts::FRAC_PI_2;
        let end = End::AtLeast(bound);
        if self.newton.minimise(Penalty::Biased, &self.omega, &self.weight, end) > TOLERANCE {
            return Err(Degenerate::NotConverged);
        }
        self.m.clone_from(&self.newton.m);
        for (i, kink) in kinks.iter_mut().take(last).enumerate() {
            *kink = self.kink(Penalty::Biased, x, gap, i);
        }
        let left = -(1.0 + x[last] * beyond) / beyond;
        let right = (1.0 + beyond * beyond) / beyond;
        kinks[last] =
            (self.m[last] > 0.0).then(|| place(Penalty::Biased, x[last], outer, left, right, self.m[last]));
        Ok(())
    }

    /// Angles and weights of a run.
    fn measure(&mut self, penalty: Penalty, x: &[f64], gap: &[f64], bend: &[f64]) {
        let biased = penalty == Penalty::Biased;
        let angle = |(h, x): (&f64, &[f64])| if biased { libm::atan2(*h, 1.0 + x[0] * x[1]) } else { *h };
        self.omega.clear();
        self.omega.extend(gap.iter().zip(x.windows(2)).map(angle));
        let weight = |(d, x): (&f64, &f64)| if biased { d * (1.0 + x * x).sqrt() } else { *d };
        self.weight.clear();
        self.weight.extend(bend.iter().zip(x).map(weight));
    }

    /// Bisects the kink's angle in a gap of more than a right angle; returns it.
    ///
    /// The difference between W_g sin ψ − m_{g−1} and the corresponding term on the right changes sign once, at the
    /// minimum of a problem that is convex in (q_g, q_{g+1}). The loop ends when no double lies between the bounds, which
    /// takes fewer than 200 halvings for every angle above 1e-44 of the gap's.
    fn across_wide_gap(&mut self, g: usize) -> Result<f64, Degenerate> {
        let omega = self.omega[g];
        let (mut low, mut high) = (0.0, omega);
        let mut middle = 0.5 * omega;
        for _ in 0..200 {
            middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            let (left, right) = self.forces(g, middle)?;
            if left < right { low = middle } else { high = middle }
        }
        let (left, right) = self.forces(g, middle)?;
        self.m[g] = (0.5 * (left + right)).max(0.0);
        Ok(middle)
    }

    /// The multiplier of gap g by the optimality condition of either side, for a kink at this angle.
    fn forces(&mut self, g: usize, angle: f64) -> Result<(f64, f64), Degenerate> {
        let rest = self.omega[g] - angle;
        // The chain right of the gap is solved from its far end, so that the point of known ψ is last.
        let reversed = |list: &[f64]| list.iter().rev().copied().collect::<Vec<f64>>();
        let (omega, weight) = (reversed(&self.omega[g + 1..]), reversed(&self.weight[g + 2..]));
        let right = self.side(&omega, &weight, rest)?;
        let (omega, weight) = (self.omega[..g].to_vec(), self.weight[..g].to_vec());
        let left = self.side(&omega, &weight, angle)?;
        let (pull, push) = (left.last().copied().unwrap_or(0.0), right.last().copied().unwrap_or(0.0));
        self.m[..g].copy_from_slice(&left);
        self.m[g + 1..].iter_mut().zip(right.iter().rev()).for_each(|(m, right)| *m = *right);
        Ok((self.weight[g] * libm::sin(angle) - pull, self.weight[g + 1] * libm::sin(rest) - push))
    }

    /// The multipliers of a chain whose last gap ends in a point with this ψ.
    fn side(&mut self, omega: &[f64], weight: &[f64], angle: f64) -> Result<Vec<f64>, Degenerate> {
        let Some((last, omega)) = omega.split_last() else { return Ok(Vec::new()) };
        let end = End::AtLeast(last - angle);
        let residual = self.newton.minimise(Penalty::Biased, omega, weight, end);
        if residual > TOLERANCE { Err(Degenerate::NotConverged) } else { Ok(self.newton.m.clone()) }
    }
}

/// tan(φ + ψ) − tan φ with x = tan φ, the distance between x and the position at the angle φ + ψ < π/2.
fn tangent_length(x: f64, psi: f64) -> f64 {
    let (sine, cosine) = (libm::sin(psi), libm::cos(psi));
    (1.0 + x * x) * sine / (cosine - x * sine)
}

/// The kink at the distance `left` right of x, with the multiplier m.
fn place(penalty: Penalty, x: f64, h: f64, left: f64, right: f64, m: f64) -> Kink {
    let tau = x + left;
    let depth = if penalty == Penalty::Biased { m * (1.0 + tau * tau).sqrt() } else { m };
    Kink { left, right, depth, change: depth / left * (h / right) }
}
