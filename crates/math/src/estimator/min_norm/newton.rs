//! Newton steps on the dual of a [chain](super::chain), each an exact quadratic program.
//!
//! A step replaces W (1 − cos ψ) by its second-order expansion, finds the active constraints of the
//! [quadratic](super::quadratic) chain, and solves tridiagonal systems for their multipliers.

use super::kink::Penalty;
use super::quadratic::Quadratic;

/// The residual at which the iteration stops: 18 ε, a few units of roundoff of the sum of two angles.
const TARGET: f64 = 4e-15;
/// The most steps; 2 to 5 are usual, and a few more for angles near π/2. The limit is twenty times that, so that only an
/// iteration that does not converge meets it.
const STEPS: usize = 100;
/// The most consecutive steps without a smaller residual.
const PATIENCE: usize = 10;

/// The condition on the last point of a chain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum End {
    /// None.
    Free,
    /// ψ is at least this: the chain is followed by a gap to a point of known ψ. Its multiplier comes last.
    AtLeast(f64),
}

/// The solver and its scratch.
#[derive(Default)]
pub(super) struct Newton {
    /// The multipliers of the last call's solution: K, or K + 1 where the end is bounded.
    pub m: Vec<f64>,
    /// Steps that the last call took.
    pub steps: usize,
    quadratic: Quadratic,
    trial: Vec<f64>,
    /// sin ψ, cos ψ and ψ at each point.
    sine: Vec<f64>,
    cosine: Vec<f64>,
    psi: Vec<f64>,
    pivot: Vec<f64>,
}

impl Newton {
    /// Solves a chain and stores its multipliers in `m`; returns the largest relative residual.
    ///
    /// Shapes: K gaps `omega`, K + 1 points `weight`.
    /// # Cost
    /// O(K) a step.
    /// # Accuracy
    /// A residual of a few units of roundoff, unless the limits on steps are reached.
    pub fn minimise(&mut self, penalty: Penalty, omega: &[f64], weight: &[f64], end: End) -> f64 {
        for list in [&mut self.sine, &mut self.psi] {
            list.clear();
            list.resize(weight.len(), 0.0);
        }
        self.cosine.clear();
        self.cosine.resize(weight.len(), 1.0);
        let (mut best, mut patience) = (f64::INFINITY, PATIENCE);
        self.steps = 0;
        loop {
            self.steps += 1;
            self.step(omega, weight, end);
            let residual = self.angles(penalty, omega, weight, end);
            if residual < best {
                best = residual;
                patience = PATIENCE;
                std::mem::swap(&mut self.m, &mut self.trial);
            }
            if best <= TARGET || patience == 0 || self.steps == STEPS {
                return best;
            }
            patience -= 1;
        }
    }

    /// The multipliers of the chain expanded at the current angles.
    fn step(&mut self, omega: &[f64], weight: &[f64], end: End) {
        let Newton { quadratic, trial, sine, cosine, psi, pivot, .. } = self;
        let stiffness = |i: usize| weight[i] * cosine[i];
        // The minimiser of the expansion of W (1 − cos ψ).
        let centre = |i: usize| psi[i] - sine[i] / cosine[i];
        let bound = match end {
            End::Free => f64::NEG_INFINITY,
            End::AtLeast(bound) => bound,
        };
        quadratic.solve(omega, weight.len(), stiffness, centre, bound);
        let tight = &quadratic.tight;
        // In a gap with an active constraint, centre + (m_{i−1} + m_i)/stiffness at its two ends add up to ω_i.
        trial.clear();
        trial.resize(tight.len(), 0.0);
        pivot.clear();
        pivot.resize(tight.len(), 1.0);
        for i in (0..tight.len()).filter(|i| tight[*i]) {
            let left = 1.0 / stiffness(i);
            let (mut diagonal, mut right) = match omega.get(i) {
                Some(omega) => (left + 1.0 / stiffness(i + 1), omega - centre(i) - centre(i + 1)),
                None => (left, bound - centre(i)),
            };
            if i > 0 && tight[i - 1] {
                let link = left / pivot[i - 1];
                diagonal -= link * left;
                right -= link * trial[i - 1];
            }
            pivot[i] = diagonal;
            trial[i] = right;
        }
        for i in (0..tight.len()).rev().filter(|i| tight[*i]) {
            let next = if tight.get(i + 1) == Some(&true) { trial[i + 1] / stiffness(i + 1) } else { 0.0 };
            trial[i] = ((trial[i] - next) / pivot[i]).max(0.0);
        }
    }

    /// Sets the angles that belong to the multipliers; returns the largest violation of the constraints,
    /// "ψ_i + ψ_{i+1} = ω_i where m_i > 0, ≥ ω_i where m_i = 0", relative to ω_i.
    fn angles(&mut self, penalty: Penalty, omega: &[f64], weight: &[f64], end: End) -> f64 {
        let m = &self.trial;
        let mut steep = false;
        let mut outside = false;
        for (i, weight) in weight.iter().enumerate() {
            let before = if i > 0 { m[i - 1] } else { 0.0 };
            let z = (before + m.get(i).unwrap_or(&0.0)) / weight;
            let free = penalty == Penalty::Free;
            steep |= !free && z > STEEP;
            outside |= !free && z > 1.0;
            self.sine[i] = z;
            self.cosine[i] = if free { 1.0 } else { ((1.0 - z) * (1.0 + z)).max(0.0).sqrt() };
            self.psi[i] = if free { z } else { arcsine(z.min(1.0)) };
        }
        let miss = |sum: f64, omega: f64, m: f64| {
            let miss = if m > 0.0 { (sum - omega).abs() } else { (omega - sum).max(0.0) };
            miss / omega.abs().max(f64::MIN_POSITIVE)
        };
        let mut worst = 0.0f64;
        for (i, omega) in omega.iter().enumerate() {
            worst = worst.max(miss(self.psi[i] + self.psi[i + 1], *omega, m[i]));
        }
        if let (End::AtLeast(bound), Some(m), Some(psi)) = (end, m.last(), self.psi.last()) {
            worst = worst.max(miss(*psi, bound, *m));
        }
        if steep {
            for (i, psi) in self.quadratic.psi.iter().enumerate() {
                self.psi[i] = psi.max(0.0);
                self.sine[i] = libm::sin(self.psi[i]);
                self.cosine[i] = libm::cos(self.psi[i]).max(FLAT);
            }
        }
        if outside { f64::INFINITY } else { worst }
    }
}

/// Where sin ψ exceeds this (ψ > 44°), the derivative 1/cos ψ > 1.4 of arcsin magnifies errors, and the next expansion is
/// about the angles of the quadratic chain, which satisfy every constraint.
const STEEP: f64 = 0.7;
/// The least cos ψ in an expansion: the curvature of W (1 − cos ψ), by which steps are divided, vanishes at ψ = π/2.
const FLAT: f64 = 1e-7;

/// arcsin z for 0 ≤ z ≤ 1, for the small angles of dense samples by its series: for z² ≤ 1e-3 the first term left out is
/// below 2e-23 z.
#[inline]
fn arcsine(z: f64) -> f64 {
    let s = z * z;
    if s > 1e-3 {
        return libm::asin(z);
    }
    let tail = 15.0 / 336.0 + s * (105.0 / 3456.0 + s * (945.0 / 42240.0 + s * (10395.0 / 599_040.0)));
    z + z * s * (1.0 / 6.0 + s * (3.0 / 40.0 + s * tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arcsine_meets_the_library_where_they_change_over() {
        for k in 0..=1000 {
            let z = f64::from(k) * 4e-5;
            let (got, want) = (arcsine(z), libm::asin(z));
            assert!((got - want).abs() <= 2.3e-16 * want, "{z}: {got} {want}");
        }
    }

    /// A run that is difficult for the solver: gaps and weights range over many orders of magnitude.
    fn adversary(count: usize, spread: f64, seed: u64) -> (Vec<f64>, Vec<f64>) {
        let mut state = seed;
        let mut unit = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let gaps: Vec<f64> = (0..count).map(|_| libm::exp2(-spread * unit())).collect();
        // All gaps together span less than two right angles, each less than one.
        let span = 0.5 * std::f64::consts::PI * unit() / gaps.iter().copied().fold(0.0, f64::max);
        let span = span.min(std::f64::consts::PI / gaps.iter().sum::<f64>());
        let omega = gaps.iter().map(|gap| gap * span).collect();
        let weight = (0..=count).map(|_| libm::exp2(spread * (unit() - 0.5))).collect();
        (omega, weight)
    }

    #[test]
    fn few_steps_solve_runs_of_any_length_and_spread() {
        let mut newton = Newton::default();
        for count in [3, 4, 10, 100, 1000, 10_000] {
            for spread in [0.0, 3.0, 10.0, 40.0] {
                for seed in 0..if count > 100 { 3 } else { 100 } {
                    let (omega, weight) = adversary(count, spread, seed);
                    for penalty in [Penalty::Biased, Penalty::Free] {
                        let residual = newton.minimise(penalty, &omega, &weight, End::Free);
                        let case = (count, spread, seed, penalty);
                        assert!(residual <= 1e-14, "{case:?}: {residual:e}");
                        assert!(newton.steps <= 20, "{case:?}: {} steps", newton.steps);
                        assert!(newton.quadratic.alive() <= 40, "{case:?}: {}", newton.quadratic.alive());
                        assert!(newton.m.iter().all(|m| *m >= 0.0), "{case:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_quadratic_chain_meets_a_slow_twin() {
        for seed in 0..200 {
            let count = 3 + seed as usize % 6;
            let (omega, weight) = adversary(count, 3.0, seed);
            let mut quadratic = Quadratic::default();
            quadratic.solve(&omega, count + 1, |i| weight[i], |_| 0.0, f64::NEG_INFINITY);
            // Coordinate ascent on the multipliers.
            let mut m = vec![0.0f64; count];
            for _ in 0..20_000 {
                for i in 0..count {
                    let before = if i > 0 { m[i - 1] } else { 0.0 };
                    let after = m.get(i + 1).copied().unwrap_or(0.0);
                    let rest = before / weight[i] + after / weight[i + 1];
                    m[i] = ((omega[i] - rest) / (1.0 / weight[i] + 1.0 / weight[i + 1])).max(0.0);
                }
            }
            for i in 0..=count {
                let pull = if i > 0 { m[i - 1] } else { 0.0 } + m.get(i).unwrap_or(&0.0);
                let (got, want) = (quadratic.psi[i], pull / weight[i]);
                assert!((got - want).abs() <= 1e-9 * want.max(1e-3), "{seed} {i}: {got} {want}");
            }
        }
    }
}
