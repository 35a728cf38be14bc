//! Laws of the risk over training sets, by their quantiles.

/// A law.
#[derive(Clone, Copy)]
pub enum Law {
    /// Nearly normal, with a spread of order n^(−1/2).
    Light { centre: f64, spread: f64 },
    /// `base + scale · L^power`, with L of the Lévy law (tail index 1/2).
    Heavy { base: f64, scale: f64, power: f64 },
}

impl Law {
    /// That of R_p for normal noise with standard deviation one on a zero target.
    pub fn of(estimator: &str, design: &str, p: f64, n: f64) -> Law {
        let at = [1.0, 1.5, 2.0, 3.0, 4.0].iter().position(|&other| other == p).unwrap_or(0);
        let limit = |limits: [f64; 5]| limits[at];
        if estimator == "spline" {
            let centre = limit([0.647573, 0.631666, 2.0 / 3.0, 0.884622, 1.4]) * (n - 1.0) / (n + 1.0);
            return Law::Light { centre, spread: centre * 0.9 * p / n.sqrt() };
        }
        if design == "grid" {
            let centre = limit([0.693, 0.712, 0.775, 1.09, 1.83]);
            return Law::Light { centre, spread: centre * p / n.sqrt() };
        }
        // Gaps contribute with tail index 2/p, so the sum scales like n^(p/2 − 1).
        let power = p / 4.0;
        let level = n.powf(p / 2.0 - 1.0);
        match p {
            p if p < 2.0 => {
                let limit = limit([1.041, 1.9, 0.0, 0.0, 0.0]);
                Law::Heavy { base: limit * (1.0 - level), scale: 0.3 * level, power }
            }
            2.0 => Law::Heavy { base: 2.0 / std::f64::consts::PI * n.ln() - 1.7, scale: 0.26, power },
            _ => Law::Heavy { base: 0.0, scale: limit([0.0, 0.0, 0.0, 0.82, 0.3518]) * level, power },
        }
    }

    /// The quantile at u.
    pub fn quantile(self, u: f64) -> f64 {
        match self {
            Law::Light { centre, spread } => centre + spread * normal(u),
            Law::Heavy { base, scale, power } => base + scale * normal(1.0 - u / 2.0).powi(-2).powf(power),
        }
    }

    /// The slope of the upper tail where there is a power law.
    pub fn tail_index(self) -> Option<f64> {
        let slope = (100.0_f64).ln() / (self.quantile(0.999) / self.quantile(0.9)).ln();
        matches!(self, Law::Heavy { .. }).then_some(slope)
    }
}

/// The standard normal quantile: Newton's method on logit Φ(z) ≈ 1.5976 z + 0.07056 z³, good to 1e-4 in Φ.
pub fn normal(u: f64) -> f64 {
    let logit = (u / (1.0 - u)).ln();
    let step = |z: f64, _| z - (1.5976 * z + 0.070_56 * z.powi(3) - logit) / (1.5976 + 0.211_68 * z * z);
    (0..12).fold(logit / 1.7, step)
}
