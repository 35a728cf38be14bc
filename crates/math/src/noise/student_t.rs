//! Student's t noise.

use super::Noise;
use crate::catalogue::{Entry, Kind, Parameter};
use crate::seed::unit;
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Noise> = Entry {
    name: "student_t",
    summary: "scale × Student's t with df degrees of freedom (heavy tails: no variance for df ≤ 2)",
    parameters: || {
        vec![
            Parameter { name: "df", summary: "degrees of freedom", kind: Kind::POSITIVE, default: None },
            Parameter::positive("scale", "factor before t"),
        ]
    },
    build: |values| Ok(Box::new(StudentT { df: values[0].real(), scale: values[1].real() })),
};

/// scale × t_df by the polar method: with (u, v) uniform on the disc and w = u² + v²,
/// t = u √(df (w^{−2/df} − 1) / w).
///
/// Cost: 8/π uniform numbers a draw in the mean, since a point of the square is in the disc with probability π/4.
///
/// Source: Bailey, "Polar generation of random variates with the t-distribution", Math. Comp. 62 (1994).
struct StudentT {
    df: f64,
    scale: f64,
}

impl Noise for StudentT {
    fn fill(&self, rng: &mut ChaCha8Rng, out: &mut [f64]) {
        for value in out {
            *value = self.scale * self.draw(rng);
        }
    }

    /// scale^p df^{p/2} Γ((p+1)/2) Γ((df−p)/2) / (√π Γ(df/2)) for p < df, infinite otherwise.
    fn absolute_moment(&self, p: f64) -> f64 {
        if p >= self.df {
            return f64::INFINITY;
        }
        let log =
            libm::lgamma((p + 1.0) / 2.0) + libm::lgamma((self.df - p) / 2.0) - libm::lgamma(self.df / 2.0);
        libm::pow(self.scale * self.df.sqrt(), p) * libm::exp(log) / std::f64::consts::PI.sqrt()
    }
}

impl StudentT {
    fn draw(&self, rng: &mut ChaCha8Rng) -> f64 {
        loop {
            let (u, v) = (2.0 * unit(rng) - 1.0, 2.0 * unit(rng) - 1.0);
            let w = u * u + v * v;
            if w > 0.0 && w <= 1.0 {
                // `expm1` computes w^{−2/df} − 1 without cancellation for large df.
                return u * (self.df * libm::expm1(-2.0 / self.df * libm::log(w)) / w).sqrt();
            }
        }
    }
}
