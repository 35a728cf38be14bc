//! Filters of singular values.

/// A linear estimator ŵ = V diag(ℓ(s)) Uᵀ y of X = U diag(s) Vᵀ, of deviations from the means where it has an intercept.
///
/// All filters of a sample with one intercept share a [`Decomposition`](super::Decomposition).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Filter {
    /// Whether f̂ has an intercept.
    pub intercept: bool,
    /// ℓ.
    pub gain: Gain,
}

/// ℓ(s), as a function of the singular values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gain {
    /// s/(s² + Λ).
    Ridge(f64),
    /// min(1/s, s/Λ).
    Nuclear(f64),
    /// (1 − c)/s.
    Spectral(f64),
    /// (1 − (1 − a s²)^t)/s: t steps of size a from 0 on ½ ‖Xw − y‖².
    Descent {
        /// a.
        size: f64,
        /// t.
        steps: u64,
    },
    /// (1 − e^{−t s²})/s: descent in continuous time.
    Flow(f64),
    /// 1/s for the largest singular values, so many.
    Principal(u64),
}

impl Gain {
    /// ℓ(s)/s as a function of λ = s² ≥ 0, for the singular value that so many are above; infinite where ℓ is 1/s at 0.
    pub(super) fn of_square(self, lambda: f64, above: usize) -> f64 {
        match self {
            Gain::Ridge(ridge) => 1.0 / (lambda + ridge),
            Gain::Nuclear(penalty) => 1.0 / lambda.max(penalty),
            Gain::Spectral(shrinkage) => (1.0 - shrinkage) / lambda,
            Gain::Descent { size, steps } if lambda == 0.0 => size * steps as f64,
            Gain::Descent { size, steps } => descended(size * lambda, steps) / lambda,
            Gain::Flow(time) if lambda == 0.0 => time,
            Gain::Flow(time) => -libm::expm1(-time * lambda) / lambda,
            Gain::Principal(count) if above as u64 >= count => 0.0,
            Gain::Principal(_) => 1.0 / lambda,
        }
    }

    /// The same gain where X is divided by 2^power.
    pub(super) fn scaled(self, power: i32) -> Gain {
        let down = |value| libm::scalbn(value, -2 * power);
        let up = |value| libm::scalbn(value, 2 * power);
        match self {
            Gain::Ridge(ridge) => Gain::Ridge(down(ridge)),
            Gain::Nuclear(penalty) => Gain::Nuclear(down(penalty)),
            Gain::Descent { size, steps } => Gain::Descent { size: up(size), steps },
            Gain::Flow(time) => Gain::Flow(up(time)),
            other => other,
        }
    }

    /// The gain with a ridge added, where there is one to add to; others have none.
    pub(super) fn with_tail(self, tail: f64) -> Gain {
        match self {
            Gain::Ridge(ridge) => Gain::Ridge(ridge + tail),
            other => other,
        }
    }
}

/// 1 − (1 − z)^t for z > 0, to rounding of itself.
fn descended(z: f64, steps: u64) -> f64 {
    let t = steps as f64;
    if z < 1.0 {
        return -libm::expm1(t * libm::log1p(-z));
    }
    let size = libm::pow(z - 1.0, t);
    if steps.is_multiple_of(2) { 1.0 - size } else { 1.0 + size }
}
