//! Means of R_2 in closed form, and those of the eigenframework, as papers write them.

/// σ² d/(n − d − 1), or σ² n/(d − n − 1): what noise of variance 1 adds to R_2 of least squares on isotropic normal points.
pub fn variance(n: f64, d: f64) -> f64 {
    n.min(d) / ((n - d).abs() - 1.0)
}

/// R_2 of least squares on isotropic normal points, for ‖w*‖ = σ = 1.
pub fn least_squares(n: f64, d: f64) -> f64 {
    (1.0 - n / d).max(0.0) + variance(n, d)
}

/// The limit of R_2 of ridge regression with Λ = l n and γ = d/n, for ‖w*‖ = σ = 1 (Hastie et al., arXiv 1903.08560).
pub fn ridge(n: f64, d: f64, lambda: f64) -> f64 {
    let (g, l) = (d / n, lambda / n);
    let m = |l: f64| (((1.0 - g + l).powi(2) + 4.0 * g * l).sqrt() - (1.0 - g + l)) / (2.0 * g * l);
    let step = 1e-5 * l;
    let slope = (m(l + step) - m(l - step)) / (2.0 * step);
    -l * l * slope + g * (m(l) + l * slope)
}

/// Where a function that falls from above to below 0 is 0, by bisection of the logarithm.
fn root(falls: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (-80.0f64, 80.0f64);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if falls(middle.exp()) > 0.0 { low = middle } else { high = middle }
    }
    (0.5 * (low + high)).exp()
}

/// The eigenframework (Simon et al., arXiv 2110.03922): R_2 of ridge regression with Λ, v_i = λ_i w*_i².
pub fn framework(spectrum: &[f64], target: &[f64], n: f64, lambda: f64, noise: f64) -> f64 {
    let kappa = root(|k| spectrum.iter().map(|s| s / (s + k)).sum::<f64>() + lambda / k - n);
    let learned = |s: &f64| s / (s + kappa);
    let overfitting = n / (n - spectrum.iter().map(|s| learned(s).powi(2)).sum::<f64>());
    let missed: f64 = spectrum.iter().zip(target).map(|(s, v)| (1.0 - learned(s)).powi(2) * v).sum();
    overfitting * (missed + noise) - noise
}

/// The test error, noise included, of ridge regression with δ on FFᵀ/k for k random features (Simon et al., arXiv 2311.14646).
pub fn projected(spectrum: &[f64], target: &[f64], [n, k]: [f64; 2], ridge: f64, noise: f64) -> f64 {
    let sum = |g: f64| spectrum.iter().map(|s| s / (s + g)).sum::<f64>();
    // κ = g (k − z)/k from the second equation, put into the first.
    let g = root(|g| {
        let z = sum(g);
        if z >= k { f64::INFINITY } else { z + ridge * k / (g * (k - z)) - n }
    });
    let z = sum(g);
    let q: f64 = spectrum.iter().map(|s| (s / (s + g)).powi(2)).sum();
    let kappa = g * (k - z) / k;
    let part = |(s, v): (&f64, &f64)| v * (1.0 - s / (s + g) - kappa * s * k / ((s + g).powi(2) * (k - q)));
    let missed: f64 = spectrum.iter().zip(target).map(part).sum();
    (missed + noise) / (1.0 - (q * (k - 2.0 * z) + z * z) / (n * (k - q)))
}

/// ln Γ by Stirling's series, after raising the argument above 20: 1e-14.
pub fn ln_gamma(x: f64) -> f64 {
    if x < 20.0 {
        return ln_gamma(x + 1.0) - x.ln();
    }
    let z = 1.0 / (x * x);
    let series = (1.0 / 12.0 - z * (1.0 / 360.0 - z * (1.0 / 1260.0 - z / 1680.0))) / x;
    (x - 0.5) * x.ln() - x + 0.5 * std::f64::consts::TAU.ln() + series
}

/// E |ε|^p of a standard normal number.
pub fn moment(p: f64) -> f64 {
    (0.5 * p * 2f64.ln() + ln_gamma(0.5 * (p + 1.0)) - 0.5 * std::f64::consts::PI.ln()).exp()
}

/// i^−α for i = 1, …, d.
pub fn power(d: usize, alpha: f64) -> Vec<f64> {
    (1..=d).map(|i| (i as f64).powf(-alpha)).collect()
}
