//! Normal noise with gross errors.

use super::Noise;
use crate::catalogue::{Entry, Kind, Parameter, Value};
use crate::risk::integrate;
use crate::seed::unit;
use crate::ziggurat::fill_normal;
use rand_chacha::ChaCha8Rng;
use std::f64::consts::PI;

pub(super) const ENTRY: Entry<dyn Noise> = Entry {
    name: "contaminated",
    summary: "normal with mean 0, and shifted up or down with a probability: a wrong label",
    parameters: || {
        let kind = Kind::Real { low: 0.0, closed: true, high: 1.0 };
        let summary = "probability that a label is shifted";
        vec![
            Parameter { name: "share", summary, kind, default: Some(Value::Real(0.1)) },
            Parameter { name: "shift", summary: "by how much", kind: Kind::POSITIVE, default: None },
            Parameter::positive("sd", "standard deviation of the normal part"),
        ]
    },
    build: |values| {
        let [share, shift, sd] = [0, 1, 2].map(|place| values[place].real());
        Ok(Box::new(Contaminated { share, shift, sd }))
    },
};

/// sd Z + shift S B with a standard normal Z, a sign S and B = 1 with probability `share`, else 0.
struct Contaminated {
    share: f64,
    shift: f64,
    sd: f64,
}

/// Standard deviations beyond which a normal density is below 1e-310.
const FAR: f64 = 38.0;

impl Contaminated {
    /// S B: one number decides both.
    fn step(&self, rng: &mut ChaCha8Rng) -> f64 {
        match unit(rng) {
            u if u < 0.5 * self.share => -1.0,
            u if u < self.share => 1.0,
            _ => 0.0,
        }
    }

    /// E |sd Z + shift|^p.
    fn shifted(&self, p: f64) -> f64 {
        if p == 2.0 {
            return self.sd * self.sd + self.shift * self.shift;
        }
        let of = |z: f64| {
            let density = libm::exp(-0.5 * z * z) / (2.0 * PI).sqrt();
            libm::pow((self.sd * z + self.shift).abs(), p) * density
        };
        let kink = (-self.shift / self.sd).max(-FAR);
        integrate(&of, -FAR, kink) + integrate(&of, kink, FAR)
    }
}

impl Noise for Contaminated {
    fn fill(&self, rng: &mut ChaCha8Rng, out: &mut [f64]) {
        // The steps come first, so that `wrong` needs no normal numbers.
        let steps: Vec<f64> = out.iter().map(|_| self.step(rng)).collect();
        fill_normal(rng, self.sd, out);
        out.iter_mut().zip(steps).for_each(|(out, step)| *out += self.shift * step);
    }

    /// (1 − share) sd^p 2^{p/2} Γ((p + 1)/2)/√π + share E |sd Z + shift|^p, the latter to the tolerance of quadrature.
    fn absolute_moment(&self, p: f64) -> f64 {
        let normal =
            libm::pow(self.sd * std::f64::consts::SQRT_2, p) * libm::tgamma(0.5 * (p + 1.0)) / PI.sqrt();
        (1.0 - self.share) * normal + self.share * self.shifted(p)
    }

    fn wrong(&self, rng: &mut ChaCha8Rng, out: &mut [bool]) -> bool {
        out.iter_mut().for_each(|out| *out = self.step(rng) != 0.0);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::{Key, Purpose};

    #[test]
    fn moments_are_those_of_draws_and_wrong_labels_are_the_shifted_ones() {
        let noise = Contaminated { share: 0.2, shift: 30.0, sd: 0.5 };
        let rng = || Key::new(1, "contaminated", Purpose::Noise).trial(0);
        let (mut draws, mut wrong) = (vec![0.0; 200_000], vec![false; 200_000]);
        noise.fill(&mut rng(), &mut draws);
        assert!(noise.wrong(&mut rng(), &mut wrong));
        assert!(draws.iter().zip(&wrong).all(|(draw, wrong)| (draw.abs() > 15.0) == *wrong));
        for p in [1.0, 1.5, 2.0, 3.0] {
            let mean = draws.iter().map(|e| e.abs().powf(p)).sum::<f64>() / 2e5;
            let square = draws.iter().map(|e| e.abs().powf(2.0 * p)).sum::<f64>() / 2e5;
            let error = ((square - mean * mean) / 2e5).sqrt();
            assert!((mean - noise.absolute_moment(p)).abs() < 5.0 * error, "{p}: {mean}");
        }
        assert!((draws.iter().sum::<f64>() / 2e5).abs() < 5.0 * (0.2f64 * 900.0 / 2e5).sqrt());
        // E |Z + m|³ = (m³ + 3m)(1 − 2Φ(−m)) + 2(m² + 2) φ(m).
        let one = Contaminated { share: 1.0, shift: 1.0, sd: 1.0 };
        let told =
            4.0 * libm::erf(std::f64::consts::FRAC_1_SQRT_2) + 6.0 * (-0.5f64).exp() / (2.0 * PI).sqrt();
        assert!((one.absolute_moment(3.0) / told - 1.0).abs() < 1e-9);
    }
}
