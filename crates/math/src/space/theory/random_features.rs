//! R_2 of ridge regression on random projections.

use super::root::root;

/// The expectation of R_2 of ridge regression on k Gaussian random features of x ~ N(0, diag(λ)), by the eigenframework.
///
/// # Formula
/// For the kernel matrix FFᵀ/k with a ridge δ on its diagonal, κ and g solve
///     n = Σ L_i + δ/κ,  k = Σ L_i + k κ/g,  L_i = λ_i/(λ_i + g);
/// with z = Σ L_i, q = Σ L_i² and v_i = λ_i w*_i²,
///     R_2 = (Σ (1 − L_i − κ λ_i k/((λ_i + g)² (k − q))) v_i + σ²)/(1 − (q (k − 2z) + z²)/(n (k − q))) − σ².
/// Infinite at n = k without a ridge.
/// # Shapes, units
/// `target` has the v_i; noise is σ².
/// # Cost
/// 70 sums over the spectrum.
/// # Accuracy
/// Means over training sets are within 3 % at n = 64 and more.
/// # Source
/// Simon, Karkada, Ghosh & Belkin, arXiv 2311.14646 (2024).
///
/// ```
/// use tempered_math::space::theory::random_features;
///
/// // 10⁴ modes, 256 points, 1000 features, noise of variance ½.
/// let spectrum: Vec<f64> = (1..=10_000).map(|i| f64::from(i).powf(-1.5)).collect();
/// let risk = random_features(&spectrum, &spectrum, (256, 1000), 0.1, 0.5);
/// assert!((risk + 0.5 - 0.954).abs() < 0.001);
/// ```
pub fn random_features(
    spectrum: &[f64],
    target: &[f64],
    (n, k): (usize, usize),
    ridge: f64,
    noise: f64,
) -> f64 {
    let (points, features) = (n as f64, k as f64);
    let learned = |g: f64| -> f64 { spectrum.iter().map(|lambda| learnability(*lambda, g)).sum() };
    let excess = |g: f64| {
        let z = learned(g);
        if ridge == 0.0 {
            // Then either κ or what is left of the features is 0.
            return z - points.min(features);
        }
        if z >= features { f64::INFINITY } else { z + ridge * features / (g * (features - z)) - points }
    };
    let positive = spectrum.iter().filter(|lambda| **lambda > 0.0).count();
    let g =
        if ridge == 0.0 && positive <= n.min(k) { 0.0 } else { root(excess, most(spectrum, ridge, points)) };
    let z = learned(g);
    let kappa = if ridge == 0.0 && k <= n { 0.0 } else { g * (features - z) / features };
    let q: f64 = spectrum.iter().map(|lambda| learnability(*lambda, g).powi(2)).sum();
    let missed = |(lambda, v): (&f64, &f64)| {
        let l = learnability(*lambda, g);
        let more = if kappa == 0.0 {
            0.0
        } else {
            kappa * lambda * features / ((lambda + g).powi(2) * (features - q))
        };
        (1.0 - l - more) * v
    };
    let bias: f64 = spectrum.iter().zip(target).map(missed).sum();
    // With z = k, where q may be k as well, the second term is k/n.
    let share = if kappa == 0.0 && ridge == 0.0 {
        z.min(features) / points
    } else {
        (q * (features - 2.0 * z) + z * z) / (points * (features - q))
    };
    if share < 1.0 { (bias + noise) / (1.0 - share) - noise } else { f64::INFINITY }
}

fn learnability(lambda: f64, g: f64) -> f64 {
    if lambda == 0.0 { 0.0 } else { lambda / (lambda + g) }
}

/// No less than ln g: there L sums to less than half a feature, and the ridge's part is below half a point.
fn most(spectrum: &[f64], ridge: f64, points: f64) -> f64 {
    let total: f64 = spectrum.iter().sum();
    libm::log(2.0 * total + 2.0 * total / points + 4.0 * ridge / points + 4.0 * ridge)
}
