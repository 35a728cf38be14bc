//! Moments of noise, and of the means of noise that predictors are made of.

use crate::setting::Noise;

impl Noise {
    /// The tail index ν of |ε|: P(|ε| > t) ~ c t^(−ν); infinite where the tail is lighter than any power.
    pub fn index(&self) -> f64 {
        if let Noise::StudentT(df) = self { *df } else { f64::INFINITY }
    }

    /// E|ε|^p; infinite for p ≥ ν.
    pub fn moment(&self, p: f64) -> f64 {
        let root = std::f64::consts::PI.sqrt();
        match self {
            Noise::Normal(sd) => sd.powf(p) * 2f64.powf(p / 2.0) * log_gamma((p + 1.0) / 2.0).exp() / root,
            Noise::Laplace => log_gamma(p + 1.0).exp(),
            Noise::StudentT(df) if p >= *df => f64::INFINITY,
            Noise::StudentT(df) => {
                let logs = log_gamma((p + 1.0) / 2.0) + log_gamma((df - p) / 2.0) - log_gamma(df / 2.0);
                df.powf(p / 2.0) * logs.exp() / root
            }
            Noise::Rademacher => 1.0,
        }
    }

    /// E|a ε + b ε'|^p of independent ε and ε', a, b ≥ 0; none where no closed form is at hand.
    fn pair(&self, [a, b]: [f64; 2], p: f64) -> Option<f64> {
        match self {
            // Normal with the variance (a² + b²) sd².
            Noise::Normal(_) => Some((a * a + b * b).powf(p / 2.0) * self.moment(p)),
            // Equal signs or different ones.
            Noise::Rademacher => Some(((a + b).powf(p) + (a - b).abs().powf(p)) / 2.0),
            // The density of the sum is (a e^(−|z|/a) − b e^(−|z|/b))/(2 (a² − b²)), from partial fractions of 1/((1 + a²s²)(1 + b²s²)).
            Noise::Laplace => Some(self.moment(p) * (a.powf(p + 2.0) - b.powf(p + 2.0)) / (a * a - b * b)),
            Noise::StudentT(_) => (p == 2.0).then(|| (a * a + b * b) * self.moment(2.0)),
        }
    }

    /// ∫_0^1 E|(1 − t) ε + t ε'|^p dt, the mean error on a chord; none where no closed form is at hand.
    pub fn chord(&self, p: f64) -> Option<f64> {
        if !self.moment(p).is_finite() {
            return None;
        }
        // The midpoint rule errs by less than 1e-6 of these integrands; an even number of parts leaves out t = ½, where the
        // form for Laplace noise is 0/0.
        const PARTS: usize = 4000;
        let mut sum = 0.0;
        for part in 0..PARTS {
            let t = (part as f64 + 0.5) / PARTS as f64;
            sum += self.pair([1.0 - t, t], p)?;
        }
        Some(sum / PARTS as f64)
    }

    /// E|(ε_1 + … + ε_k)/k|^p; none where no closed form is at hand.
    pub fn mean_of(&self, k: u64, p: f64) -> Option<f64> {
        let count = k as f64;
        match self {
            _ if k == 1 => Some(self.moment(p)).filter(|moment| moment.is_finite()),
            Noise::Normal(_) => Some(self.moment(p) * count.powf(-p / 2.0)),
            Noise::Rademacher => {
                // Over the number of labels +1, whose law is binomial.
                let mut weight = 0.5f64.powf(count);
                let mut sum = 0.0;
                for ups in 0..=k {
                    sum += weight * ((2.0 * ups as f64 - count) / count).abs().powf(p);
                    weight *= (k - ups) as f64 / (ups + 1) as f64;
                }
                Some(sum)
            }
            _ if p == 2.0 => Some(self.moment(2.0) / count).filter(|moment| moment.is_finite()),
            _ => None,
        }
    }
}

/// ln Γ(x) for x > 0, by Stirling's series at x + 10, where three terms leave 1e-11.
fn log_gamma(x: f64) -> f64 {
    let shift: f64 = (0..10).map(|k| (x + f64::from(k)).ln()).sum();
    let z = x + 10.0;
    let series = 1.0 / (12.0 * z) - 1.0 / (360.0 * z.powi(3)) + 1.0 / (1260.0 * z.powi(5));
    (z - 0.5) * z.ln() - z + 0.5 * std::f64::consts::TAU.ln() + series - shift
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a / b - 1.0).abs() < 1e-6
    }

    #[test]
    fn moments_are_the_textbook_s() {
        assert!(close(Noise::Normal(2.0).moment(4.0), 48.0));
        assert!(close(Noise::Normal(1.0).moment(1.0), (2.0 / std::f64::consts::PI).sqrt()));
        assert!(close(Noise::Laplace.moment(3.0), 6.0));
        assert!(close(Noise::StudentT(3.0).moment(2.0), 3.0));
        assert_eq!(Noise::StudentT(3.0).moment(3.0), f64::INFINITY);
    }

    /// (2/3) E ε² whatever the noise; the published figures for normal noise; ½ + ½/(p + 1) for two points.
    #[test]
    fn chords_have_their_known_means() {
        for noise in [Noise::Normal(1.0), Noise::Laplace, Noise::StudentT(3.0), Noise::Rademacher] {
            assert!(close(noise.chord(2.0).unwrap(), 2.0 / 3.0 * noise.moment(2.0)), "{noise}");
        }
        for (p, limit) in [(1.0, 0.647573), (1.5, 0.631666), (3.0, 0.884622), (4.0, 1.4)] {
            assert!((Noise::Normal(1.0).chord(p).unwrap() - limit).abs() < 2e-6, "{p}");
        }
        assert!(close(Noise::Rademacher.chord(3.0).unwrap(), 0.625));
        assert_eq!(Noise::StudentT(1.0).chord(1.0), None);
    }

    #[test]
    fn means_of_labels_have_their_known_moments() {
        assert!(close(Noise::Normal(1.0).mean_of(4, 2.0).unwrap(), 0.25));
        // ±1 in a quarter of all threes, ±1/3 in the others.
        assert!(close(Noise::Rademacher.mean_of(3, 1.0).unwrap(), 0.5));
        assert!(close(Noise::Rademacher.mean_of(3, 2.0).unwrap(), 1.0 / 3.0));
        assert!(close(Noise::StudentT(3.0).mean_of(3, 2.0).unwrap(), 1.0));
    }
}
