//! Zonal harmonics: polynomials of the angle with a direction.

use super::direction::{self, Direction};
use super::{Target, Truth};
use crate::catalogue::{Entry, Kind, Parameter};
use crate::space::dense::dot;
use rand_chacha::ChaCha8Rng;

/// The highest degree: each evaluation costs as many steps.
const MOST: u64 = 1000;

pub(super) const ENTRY: Entry<dyn Target> = Entry {
    name: "harmonic",
    summary: "f*(x) = amplitude · P_l(u·x/‖x‖), the zonal harmonic of degree l about a direction u, P_l(1) = 1",
    parameters: || {
        let [direction, weights] = direction::parameters();
        let kind = Kind::Whole { low: 0, high: MOST };
        vec![
            Parameter { name: "degree", summary: "l", kind, default: None },
            Parameter::positive("amplitude", "f* in the direction u"),
            direction,
            weights,
        ]
    },
    build: |values| {
        let direction = direction::build(&values[2], &values[3])?;
        Ok(Box::new(Harmonic { degree: values[0].whole(), amplitude: values[1].real(), direction }))
    },
};

/// f*(x) = amplitude · P_l(t), t = u·x/‖x‖, with the polynomials that are orthogonal under the law of t on a sphere of R^d:
/// those of Legendre for d = 3, of Chebyshev for d = 2, in general of Gegenbauer with parameter (d − 2)/2, over their value at 1.
///
/// On the sphere E P_l(t)² = 1/N_l, N_l the number of independent harmonics of degree l. The origin, which has no direction,
/// counts as one at a right angle to u.
///
/// Source: Müller, Spherical Harmonics, Lecture Notes in Mathematics 17 (1966).
struct Harmonic {
    degree: u64,
    amplitude: f64,
    direction: Direction,
}

impl Target for Harmonic {
    fn draw(&self, rng: &mut ChaCha8Rng, spectrum: &[f64]) -> Truth {
        let u = self.direction.draw(rng, spectrum, 1.0);
        let (degree, amplitude) = (self.degree, self.amplitude);
        Truth::Function(Box::new(move |row| amplitude * zonal(degree, row.len(), cosine(&u, row))))
    }

    fn is_fixed(&self) -> bool {
        self.direction.is_fixed()
    }

    fn check(&self, d: usize) -> Result<(), String> {
        // Of one feature a direction is a sign, which has no harmonics but the constant and itself.
        if d == 1 && self.degree > 1 {
            return Err(format!("d must be 2 or more for degree {}, but is 1", self.degree));
        }
        self.direction.check(d)
    }
}

/// The cosine of the angle between a unit vector and a row, whose numbers may be of any size; 0 for the origin.
fn cosine(u: &[f64], row: &[f64]) -> f64 {
    let most = row.iter().fold(0.0f64, |most, x| most.max(x.abs()));
    if most == 0.0 {
        return 0.0;
    }
    let scaled: Vec<f64> = row.iter().map(|x| x / most).collect();
    (dot(u, &scaled) / dot(&scaled, &scaled).sqrt()).clamp(-1.0, 1.0)
}

/// P_l(t) in R^d: (l + d − 2) P_{l+1} = (2l + d − 2) t P_l − l P_{l−1}, P_0 = 1, P_1 = t.
///
/// |P_l| ≤ 1 on [−1, 1], so that the recurrence loses a few roundings a step at most.
fn zonal(degree: u64, d: usize, t: f64) -> f64 {
    if degree == 0 {
        return 1.0;
    }
    let (mut before, mut here, d) = (1.0, t, d as f64);
    for l in 1..degree {
        let l = l as f64;
        let next = ((2.0 * l + d - 2.0) * t * here - l * before) / (l + d - 2.0);
        (before, here) = (here, next);
    }
    here
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_features_have_the_polynomials_of_old() {
        for t in [-1.0, -0.7, 0.0, 0.3, 0.999, 1.0f64] {
            let angle = libm::acos(t);
            for l in 0..40u64 {
                let chebyshev = libm::cos(l as f64 * angle);
                assert!((zonal(l, 2, t) - chebyshev).abs() < 1e-12, "{l} {t}");
                // d = 4: sin((l + 1)θ)/((l + 1) sin θ), of the second kind.
                let (n, sine) = ((l + 1) as f64, libm::sin(angle));
                if sine > 0.01 {
                    assert!((zonal(l, 4, t) - libm::sin(n * angle) / (n * sine)).abs() < 1e-12, "{l} {t}");
                }
            }
            let legendre = (35.0 * t.powi(4) - 30.0 * t * t + 3.0) / 8.0;
            assert!((zonal(4, 3, t) - legendre).abs() < 1e-15);
            // The more features, the nearer to a power.
            assert!((zonal(3, 1 << 40, t) - t.powi(3)).abs() < 1e-10);
        }
        for d in [2, 3, 7, 100] {
            assert!((zonal(1000, d, 1.0) - 1.0).abs() < 1e-11, "{d}");
        }
    }

    #[test]
    fn angles_have_no_size() {
        let u = [0.6, 0.8];
        for size in [1e-300, 1.0, 1e300] {
            assert!((cosine(&u, &[3.0 * size, 4.0 * size]) - 1.0).abs() < 1e-15, "{size}");
        }
        assert_eq!(cosine(&u, &[0.0, 0.0]), 0.0);
    }
}
