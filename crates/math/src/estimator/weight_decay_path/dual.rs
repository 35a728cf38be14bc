//! The dual problem, by an augmented Lagrangian with semismooth Newton steps.
//!
//! Let m_i points share x_i, y_i be the mean of their labels, and M = diag m. With ρ = M (y − f(x)) and
//! h(τ) = 2 Σ ρ_i (x_i − τ)₊, f is optimal if and only if ρ is orthogonal to affine functions, |h(τ)| ≤ λ √(1 + τ²)
//! everywhere, and h = ± λ √(1 + τ²) at kinks with slope changes of sign ±. Let u_i be h(x_i)/(λ √(1 + x_i²)); then
//! ρ = (λ/2) Dᵀ S u with D the slope changes of a spline through the data and S = diag √(1 + x_i²), and u minimises
//! fᵀ M f/λ, f = y − M⁻¹ρ, subject to |u(θ)| ≤ 1 on the arc of every gap ([`Arc`]). The multipliers of a gap are its
//! kinks: vectors m e(φ), m = |c| √(1 + τ²).

use super::arc::{Arc, Excess};
use super::band::Band;
use crate::sample::Degenerate;
use crate::sum::all_finite;
use crate::ties::Distinct;

/// Largest relative violation of a constraint, and largest relative slack of a constraint with a kink: a third of the 1e-9
/// that the estimator promises.
const TOLERANCE: f64 = 3e-10;
/// The gradient of the augmented Lagrangian, relative to its terms, at which Newton's iteration stops: 45 ε.
const RESIDUAL: f64 = 1e-14;
/// A residual below this that has not halved in `STALE` steps is taken for rounding error.
const ROUNDING: f64 = 2e-12;
const STALE: usize = 5;
/// The most updates of the multipliers, and the most Newton steps between two of them.
const OUTER: usize = 300;
const NEWTON: usize = 1000;
/// A step is shortened where the slope at its end is upward and more than this share of the initial slope, unless its
/// length is below `SHORTEST`.
const OVERSHOOT: f64 = 0.1;
const SHORTEST: f64 = 1e-9;
/// The factor by which the penalty parameter grows from one round to the next, and its limit.
const GROWTH: f64 = 10.0;
const STIFFEST: f64 = 1e7;
/// The penalty parameter of the first round and of the last one. The rounding error of u times the parameter is an error
/// of the kinks, 1e-9 at `STIFFEST` and 1e-12 here: rounds of large penalty identify the kinks, the last one gives them
/// their digits.
const SOFT: f64 = 1e4;

/// The two signs of a kink.
pub(super) const SIGNS: [f64; 2] = [1.0, -1.0];

/// The solver with its buffers, and the solution.
#[derive(Default)]
pub(super) struct Dual {
    lambda: f64,
    gap: Vec<f64>,
    arc: Vec<Arc>,
    /// √(1 + x_i²).
    root: Vec<f64>,
    /// 1/m_i.
    share: Vec<f64>,
    /// u, which is zero at the outer points.
    u: Vec<f64>,
    step: Vec<f64>,
    start: Vec<f64>,
    /// y − f(x).
    pub residual: Vec<f64>,
    /// The sum of the sizes of the terms of y − f(x).
    reach: Vec<f64>,
    gradient: Vec<f64>,
    /// The sum of the sizes of the terms of the gradient.
    size: Vec<f64>,
    /// The scale of the penalty parameter of each gap: the size of the spline's kinks at its ends.
    scale: Vec<f64>,
    /// Multipliers by gap and sign.
    kinks: Vec<[[f64; 2]; 2]>,
    quadratic: Band,
    hessian: Band,
}

impl Dual {
    /// Solves the dual for at least three points, with labels `y` of size about 1 in place of those of `points`.
    ///
    /// Errors: `NotConverged` where the constraints are violated by more than [`TOLERANCE`] after all rounds, `Overflow`
    /// where u or a multiplier is not finite.
    pub fn solve(&mut self, points: &Distinct<'_>, y: &[f64], lambda: f64) -> Result<(), Degenerate> {
        self.begin(points, y, lambda);
        let mut stiffness = SOFT;
        for _ in 0..OUTER {
            self.minimise(y, stiffness);
            let moved = self.update(stiffness);
            stiffness = match moved <= TOLERANCE {
                true if stiffness <= SOFT && self.is_finite() => return Ok(()),
                true if stiffness <= SOFT => return Err(Degenerate::Overflow),
                true => SOFT,
                false => (stiffness * GROWTH).min(STIFFEST),
            };
        }
        Err(Degenerate::NotConverged)
    }

    fn is_finite(&self) -> bool {
        all_finite(&self.u) && self.kinks.as_flattened().as_flattened().iter().all(|m| m.is_finite())
    }

    /// The kink of a gap and sign as slope changes at the two ends of the gap, which have the same effect on the data.
    pub fn ends(&self, gap: usize, sign: usize) -> [f64; 2] {
        let [left, right] = self.arc[gap].shares(self.kinks[gap][sign]);
        [left / self.root[gap], right / self.root[gap + 1]]
    }

    /// The largest relative excess over its bound of the certificate of the residuals y − f, in units of `size`.
    pub fn violation(&self, x: &[f64], residual: &[f64], size: f64) -> f64 {
        let (mut h, mut sum, mut right, mut most) = (0.0, 0.0, 0.0, 0.0f64);
        for k in (0..x.len() - 1).rev() {
            sum += residual[k + 1] / self.share[k + 1] / size;
            h += 2.0 * sum * (x[k + 1] - x[k]);
            let left = h / (self.lambda * self.root[k]);
            let [even, odd] = self.arc[k].vector(left, right);
            most = most
                .max(self.arc[k].excess([even, odd]).amount)
                .max(self.arc[k].excess([-even, -odd]).amount);
            right = left;
        }
        // h(x_0) = 2 Σ m_i r_i (x_i − x_0) must be zero, and is a violation otherwise.
        most.max(right.abs())
    }

    fn begin(&mut self, points: &Distinct<'_>, y: &[f64], lambda: f64) {
        let (x, n) = (&*points.x, y.len());
        self.lambda = lambda;
        self.gap.clear();
        self.gap.extend(x.windows(2).map(|pair| pair[1] - pair[0]));
        self.arc.clear();
        self.arc.extend(x.windows(2).map(|pair| Arc::new(pair[0], pair[1])));
        self.root.clear();
        self.root.extend(x.iter().map(|x| (1.0 + x * x).sqrt()));
        self.share.clear();
        self.share.extend((0..n).map(|i| 1.0 / points.count(i)));
        let lists = [&mut self.u, &mut self.step, &mut self.start, &mut self.residual];
        for list in lists.into_iter().chain([&mut self.reach, &mut self.gradient, &mut self.size]) {
            list.clear();
            list.resize(n, 0.0);
        }
        self.kinks.clear();
        self.kinks.resize(n - 1, [[0.0; 2]; 2]);
        let inverse: Vec<f64> = self.gap.iter().map(|gap| 1.0 / gap).collect();
        let bend: Vec<f64> = (0..n)
            .map(|i| {
                if i == 0 || i == n - 1 {
                    return 0.0;
                }
                ((y[i + 1] - y[i]) * inverse[i] - (y[i] - y[i - 1]) * inverse[i - 1]) * self.root[i]
            })
            .collect();
        let most = bend.iter().fold(0.0f64, |most, bend| most.max(bend.abs()));
        self.scale.clear();
        self.scale.extend(bend.windows(2).map(|pair| pair[0].abs().max(pair[1].abs()).max(1e-6 * most)));
        // The initial guess is the linear spline, with half of each of its kinks in either gap: without multipliers the
        // first step of u would have the length 1/λ.
        for (i, bend) in bend.iter().enumerate().take(n - 1).skip(1) {
            self.u[i] = bend.signum();
            let sign = usize::from(*bend < 0.0);
            for (k, end) in [(i - 1, 1), (i, 0)] {
                let [even, odd] = self.arc[k].end(end);
                self.kinks[k][sign][0] += 0.5 * bend.abs() * even;
                self.kinks[k][sign][1] += 0.5 * bend.abs() * odd;
            }
        }
        self.fill_quadratic(&inverse);
    }

    /// The Hessian of fᵀ M f/λ, (λ/2) S D M⁻¹ Dᵀ S, given the inverses of the gaps.
    fn fill_quadratic(&mut self, inverse: &[f64]) {
        let (n, lambda) = (inverse.len() + 1, self.lambda);
        self.quadratic.reset(n - 2);
        for i in 1..n - 1 {
            let (a, b) = (inverse[i - 1], inverse[i]);
            let (before, here, after) = (self.share[i - 1], self.share[i], self.share[i + 1]);
            let half = 0.5 * lambda * self.root[i];
            self.quadratic.diagonal[i - 1] =
                half * self.root[i] * (a * a * before + (a + b) * (a + b) * here + b * b * after);
            if i + 2 < n {
                let c = inverse[i + 1];
                self.quadratic.near[i - 1] =
                    -half * self.root[i + 1] * b * (a * here + (here + after) * b + c * after);
            }
            if i + 3 < n {
                self.quadratic.far[i - 1] = half * self.root[i + 2] * b * inverse[i + 1] * after;
            }
        }
    }

    /// The excess of s u + multiplier/penalty in gap k for the sign s, whose square the augmented Lagrangian penalises.
    #[inline(always)]
    fn excess(&self, k: usize, sign: usize, penalty: f64) -> Excess {
        let [even, odd] = self.arc[k].vector(self.u[k], self.u[k + 1]);
        let (s, [m_even, m_odd]) = (SIGNS[sign], self.kinks[k][sign]);
        self.arc[k].excess([s * even + m_even / penalty, s * odd + m_odd / penalty])
    }

    /// Computes y − f(x) at u, which is M⁻¹ times half the slope changes of h, and the sizes of its terms.
    fn place(&mut self) {
        let n = self.u.len();
        let (mut slope, mut steep) = (0.0, 0.0);
        for i in 0..n {
            let (mut next, mut next_steep) = (0.0, 0.0);
            if i + 1 < n {
                let (h0, h1) = (self.root[i] * self.u[i], self.root[i + 1] * self.u[i + 1]);
                (next, next_steep) = ((h1 - h0) / self.gap[i], (h1.abs() + h0.abs()) / self.gap[i]);
            }
            self.residual[i] = 0.5 * self.lambda * (next - slope) * self.share[i];
            self.reach[i] = 0.5 * self.lambda * (next_steep + steep) * self.share[i];
            (slope, steep) = (next, next_steep);
        }
    }

    /// Computes gradient and Hessian of the augmented Lagrangian at u; returns the largest entry of the gradient relative
    /// to its terms.
    fn differentiate(&mut self, y: &[f64], stiffness: f64) -> f64 {
        let n = y.len();
        self.place();
        self.gradient.fill(0.0);
        self.size.fill(0.0);
        self.hessian.copy_from(&self.quadratic);
        // −S D (y − M⁻¹ρ): the slope changes of f.
        let chord = |residual: &[f64], k: usize, gap: f64| {
            ((y[k + 1] - residual[k + 1]) - (y[k] - residual[k])) / gap
        };
        for i in 1..n - 1 {
            let before = chord(&self.residual, i - 1, self.gap[i - 1]);
            let after = chord(&self.residual, i, self.gap[i]);
            self.gradient[i] = -self.root[i] * (after - before);
            let reach =
                |k: usize| (y[k].abs() + self.reach[k] + y[k + 1].abs() + self.reach[k + 1]) / self.gap[k];
            self.size[i] = self.root[i] * (reach(i - 1) + reach(i));
        }
        for k in 0..n - 1 {
            let penalty = stiffness * self.scale[k];
            for (sign, s) in SIGNS.iter().enumerate() {
                let Excess { amount, unit, radius } = self.excess(k, sign, penalty);
                if amount <= 0.0 {
                    continue;
                }
                let along = self.arc[k].shares(unit);
                let bend = if radius > 0.0 { amount / radius } else { 0.0 };
                let across = self.arc[k].shares([-unit[1], unit[0]]);
                for end in 0..2 {
                    // The size of the penalty's term, by which its rounding error is measured.
                    self.size[k + end] += 0.25 * penalty * along[end].abs();
                    self.gradient[k + end] += s * penalty * amount * along[end];
                    if (1..n - 1).contains(&(k + end)) {
                        self.hessian.diagonal[k + end - 1] +=
                            penalty * (along[end] * along[end] + bend * across[end] * across[end]);
                    }
                }
                if k > 0 && k + 2 < n {
                    self.hessian.near[k - 1] +=
                        penalty * (along[0] * along[1] + bend * across[0] * across[1]);
                }
            }
        }
        let residuals = self.gradient[1..n - 1].iter().zip(&self.size[1..n - 1]);
        residuals.map(|(g, size)| g.abs() / size.max(f64::MIN_POSITIVE)).fold(0.0, f64::max)
    }

    /// Minimises the augmented Lagrangian over u by Newton steps. As it is convex, the line search uses its slope along the
    /// step, which near the minimum has more correct digits than differences of values.
    fn minimise(&mut self, y: &[f64], stiffness: f64) {
        let inner = 1..y.len() - 1;
        let mut residual = self.differentiate(y, stiffness);
        let (mut best, mut stale) = (residual, 0);
        for _ in 0..NEWTON {
            self.step.copy_from_slice(&self.gradient);
            (self.step[0], self.step[inner.end]) = (0.0, 0.0);
            self.hessian.solve(&mut self.step[inner.clone()]);
            self.start.copy_from_slice(&self.u);
            let slope = self.descent();
            if !slope.is_finite() {
                return;
            }
            let mut length = 1.0;
            loop {
                for i in inner.clone() {
                    self.u[i] = self.start[i] - length * self.step[i];
                }
                residual = self.differentiate(y, stiffness);
                // The slope is negative beyond the minimum along the step.
                let here = self.descent();
                // The comparison is false for NaN, which ends the search.
                let too_long = here < -OVERSHOOT * slope && length >= SHORTEST;
                if !too_long {
                    break;
                }
                length *= (slope / (slope - here)).clamp(0.1, 0.5);
            }
            stale += 1;
            if residual < 0.5 * best {
                (best, stale) = (residual, 0);
            }
            if residual <= RESIDUAL || (residual <= ROUNDING && stale > STALE) {
                return;
            }
        }
    }

    /// The rate at which the augmented Lagrangian decreases along the step.
    fn descent(&self) -> f64 {
        self.gradient.iter().zip(&self.step).map(|(g, s)| g * s).sum()
    }

    /// Updates the multipliers; returns their largest change over the penalty, which bounds violations and slack.
    fn update(&mut self, stiffness: f64) -> f64 {
        let mut moved = 0.0f64;
        for k in 0..self.gap.len() {
            let penalty = stiffness * self.scale[k];
            for sign in 0..2 {
                let Excess { amount, unit, .. } = self.excess(k, sign, penalty);
                let size = penalty * amount.max(0.0);
                let next = [size * unit[0], size * unit[1]];
                let [even, odd] = self.kinks[k][sign];
                moved = moved.max((next[0] - even).abs().max((next[1] - odd).abs()) / penalty);
                self.kinks[k][sign] = next;
            }
        }
        moved
    }
}
