//! Risks of linear predictors of linear targets.

use crate::space::design::Support;

/// The law of the error e = δ·x + b of a plane, as far as means and variances tell it.
///
/// ```
/// use tempered_math::space::risk::Error;
///
/// // ŵ − w* = (3, 4), intercept 2, x with mean 0 and variances 1 and 4.
/// let error = Error::new(&[3.0, 4.0], 2.0, &[], &[1.0, 4.0], 0.0);
/// assert_eq!(error.square(), 9.0 + 64.0 + 4.0);
/// // E |e|^p of a normal e; p = 4: 3 s⁴ + 6 s² m² + m⁴.
/// assert!((error.normal_moment(4.0) - (3.0 * 73.0 * 73.0 + 6.0 * 73.0 * 4.0 + 16.0)).abs() < 1e-9);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Error {
    /// E e.
    pub mean: f64,
    /// Var e.
    pub variance: f64,
}

impl Error {
    /// The error of ŵ·x + b̂ for the target w*·x, of which no weights mean 0, where x has this covariance diagonal and this mean
    /// in every coordinate.
    ///
    /// # Formula
    /// E e = b̂ + μ Σ_k δ_k, Var e = Σ_k λ_k δ_k², δ = ŵ − w*.
    pub fn new(weights: &[f64], intercept: f64, truth: &[f64], spectrum: &[f64], mean: f64) -> Error {
        let (mut variance, mut total) = (0.0, 0.0);
        for (k, (w, lambda)) in weights.iter().zip(spectrum).enumerate() {
            let off = w - truth.get(k).copied().unwrap_or(0.0);
            variance += lambda * off * off;
            total += off;
        }
        Error { mean: if mean == 0.0 { intercept } else { intercept + mean * total }, variance }
    }

    /// R_2 = E e², whatever the law of x.
    pub fn square(&self) -> f64 {
        self.variance + self.mean * self.mean
    }

    /// E |e|^p for a normal e, p > 0.
    ///
    /// # Formula
    /// s^p m_p e^{−z} ₁F₁((1 + p)/2; ½; z) with z = m²/(2 s²), m_p = 2^{p/2} Γ((p + 1)/2)/√π: a series of positive terms, by
    /// Kummer's transformation. For z > 40 the expansion in s²/m² around |m|^p.
    /// # Accuracy
    /// 1e-13, relative, for p ≤ 10: the expansion is summed to its least term, about e^{−z}.
    /// # Source
    /// Winkelbauer, arXiv 1209.4340 (2012); NIST Digital Library of Mathematical Functions, 13.2.39 and 13.7.
    pub fn normal_moment(&self, p: f64) -> f64 {
        let (m, s) = (self.mean.abs(), self.variance.sqrt());
        if s == 0.0 {
            return libm::pow(m, p);
        }
        let ratio = m / s;
        let z = 0.5 * ratio * ratio;
        if z > 40.0 {
            return libm::pow(m, p) * around_mean(p, 1.0 / (ratio * ratio));
        }
        libm::pow(s, p) * normal_moment(p) * libm::exp(-z) * confluent(0.5 * (1.0 + p), z)
    }

    /// The largest |e| over the support of x; `None` where it is unbounded, unless e is constant.
    pub fn supremum(
        weights: &[f64],
        intercept: f64,
        truth: &[f64],
        support: Option<Support>,
        mean: f64,
    ) -> Option<f64> {
        let off = |(k, w): (usize, &f64)| w - truth.get(k).copied().unwrap_or(0.0);
        let offs = || weights.iter().enumerate().map(off);
        let centre = intercept + mean * offs().sum::<f64>();
        match support {
            Some(Support::Sphere(r)) => Some(centre.abs() + r * offs().map(|w| w * w).sum::<f64>().sqrt()),
            Some(Support::Cube(half)) => Some(centre.abs() + half * offs().map(f64::abs).sum::<f64>()),
            None => offs().all(|w| w == 0.0).then_some(centre.abs()),
        }
    }
}

/// E |Z|^p for a standard normal Z: 2^{p/2} Γ((p + 1)/2)/√π.
pub fn normal_moment(p: f64) -> f64 {
    libm::pow(2.0, 0.5 * p) * libm::tgamma(0.5 * (p + 1.0)) / std::f64::consts::PI.sqrt()
}

/// ₁F₁(a; ½; z) for a, z ≥ 0.
fn confluent(a: f64, z: f64) -> f64 {
    let (mut term, mut sum, mut k) = (1.0, 1.0, 0.0);
    // Terms fall by more than a factor of two once k is above 2 z + a, which is where they are far below the sum.
    while term > 1e-18 * sum {
        term *= (a + k) * z / ((0.5 + k) * (k + 1.0));
        sum += term;
        k += 1.0;
    }
    sum
}

/// E |1 + √v Z|^p for a small v: Σ_k p (p − 1) … (p − 2k + 1)/(2^k k!) v^k, to its least term.
fn around_mean(p: f64, v: f64) -> f64 {
    let (mut term, mut sum, mut k) = (1.0f64, 1.0, 0.0);
    loop {
        let next = term * (p - 2.0 * k) * (p - 2.0 * k - 1.0) * v / (2.0 * (k + 1.0));
        if next == 0.0 || next.abs() >= term.abs() || next.abs() < 1e-18 {
            return sum;
        }
        sum += next;
        (term, k) = (next, k + 1.0);
    }
}
