//! The eigenframework: R_2 of ridge regression from a spectrum, at finite n.

use super::root::root;

/// What a spectrum, n and a ridge decide.
///
/// # Formula
/// κ > 0 solves Σ_i λ_i/(λ_i + κ) + Λ/κ = n; the learnabilities are L_i = λ_i/(λ_i + κ), and E_0 = n/(n − Σ L_i²). Then
///     E R_2 ≈ E_0 (Σ (1 − L_i)² v_i + σ²) − σ², v_i = λ_i w*_i².
/// Without a ridge κ = 0 for n ≥ d: then E_0 = n/(n − d), infinite at n = d.
/// # Shapes, units
/// Λ is added to XᵀX, as that of `ridge`; κ has units of x².
/// # Cost
/// 70 sums over the spectrum.
/// # Accuracy
/// κ to rounding. Means over training sets are within 2 to 3 % for n of 100 and more and spectra that fall slowly, 5 % at n = 50; where
/// the mean does not exist, next to n = d, it says nothing.
/// # Source
/// Simon, Dickens, Karkada & DeWeese, arXiv 2110.03922 (2023).
///
/// ```
/// use tempered_math::space::theory::Eigenframework;
///
/// // Isotropic points, d = 2 n, no ridge: σ² n/(d − n).
/// let theory = Eigenframework::new(&[1.0; 200], 100, 0.0);
/// assert!((theory.risk(&[0.0; 200], 1.0) - 1.0).abs() < 1e-12);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Eigenframework {
    /// κ: directions of less variance are not learned.
    pub kappa: f64,
    /// L_i: the share of the target that is learned in each direction.
    pub learnabilities: Vec<f64>,
    /// E_0: how noise is multiplied.
    pub overfitting: f64,
}

impl Eigenframework {
    /// For these variances, none below 0, n ≥ 1 points and a ridge Λ ≥ 0.
    pub fn new(spectrum: &[f64], n: usize, ridge: f64) -> Eigenframework {
        let n = n as f64;
        let positive = spectrum.iter().filter(|lambda| **lambda > 0.0).count() as f64;
        let kappa = if ridge == 0.0 && positive <= n { 0.0 } else { kappa(spectrum, n, ridge) };
        let learned = |lambda: &f64| if *lambda == 0.0 { 0.0 } else { lambda / (lambda + kappa) };
        let learnabilities: Vec<f64> = spectrum.iter().map(learned).collect();
        let squares: f64 = learnabilities.iter().map(|l| l * l).sum();
        let overfitting = if squares < n { n / (n - squares) } else { f64::INFINITY };
        Eigenframework { kappa, learnabilities, overfitting }
    }

    /// The expectation of R_2 for a target with these variances v_i = λ_i w*_i² along the directions, and noise of variance σ².
    pub fn risk(&self, target: &[f64], noise: f64) -> f64 {
        let missed = |(l, v): (&f64, &f64)| (1.0 - l) * (1.0 - l) * v;
        let bias: f64 = self.learnabilities.iter().zip(target).map(missed).sum();
        if bias + noise == 0.0 { 0.0 } else { self.overfitting * (bias + noise) - noise }
    }
}

/// The κ at which the effective number of directions is n: what is left of n falls from above to below 0 as κ grows.
fn kappa(spectrum: &[f64], n: f64, ridge: f64) -> f64 {
    let excess = |kappa: f64| {
        let learned: f64 = spectrum.iter().map(|lambda| lambda / (lambda + kappa)).sum();
        learned + ridge / kappa - n
    };
    // λ/(λ + κ) ≤ λ/κ, so that κ is no larger than this.
    let most = libm::log((spectrum.iter().sum::<f64>() + ridge) / n);
    root(excess, most)
}
