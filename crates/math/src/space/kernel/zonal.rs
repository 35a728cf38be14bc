//! Kernels on a sphere, degree by degree.

use super::profile::Profile;
use super::{Kernel, Shape, Visit};
use crate::wide::{Kernel as Wide, wide};

/// The degrees of a kernel on the sphere of R^d, d ≥ 2: k(x, x') = Σ_l λ_l N_l P_l(cos θ).
///
/// # Formula
/// λ_l = ∫ κ(θ) P_l(cos θ) sin^{d−2} θ dθ / ∫ sin^{d−2} θ dθ for the angle θ between x and x', by Gauss–Legendre rules of 16 points
/// on panels over [0, π]: eigenvalues of the kernel under the uniform law. N_l is the number of independent harmonics of degree l, P_l
/// the polynomial of Gegenbauer with P_l(1) = 1.
/// # Cost
/// 5 L² operations for degrees up to L.
/// # Accuracy
/// 1e-15 of κ(0), for kernels whose bandwidth is not far below 1/L.
/// # Source
/// Müller, Spherical Harmonics, Lecture Notes in Mathematics 17 (1966), theorem 6 (Funk and Hecke).
#[derive(Clone, Debug, PartialEq)]
pub(in crate::space) struct Degrees {
    /// d.
    pub d: usize,
    /// λ_l, l = 0, 1, …; 0 where rounding would decide them.
    pub values: Vec<f64>,
    /// N_l.
    pub multiplicities: Vec<f64>,
    /// k(x, x).
    pub total: f64,
}

/// Points of a rule of Gauss and Legendre.
const RULE: usize = 16;
/// A panel holds this many radians of the highest degree: the rule is then exact to rounding.
const RADIANS: f64 = 10.0;
/// Eigenvalues below this share of k(x, x) are rounding: each is a sum of numbers of both signs, of the size of k.
const ROUNDING: f64 = 2e-15;

impl Kernel {
    /// The kernel at unit vectors of squared distance s², times the radius, as (a, b) with k = b φ(a s²); `None` where the kernel is
    /// no function of the angle, or has a spike, which no degree resolves.
    fn on_sphere(&self, radius: f64) -> Option<(f64, f64)> {
        let square = (radius / self.bandwidth) * (radius / self.bandwidth);
        match self.shape {
            _ if self.spike.is_some() || self.periodic => None,
            Shape::Tangent => Some((square / (square + 1.0), 0.5 * (square + 1.0))),
            Shape::ArcCosine => Some((1.0, square)),
            _ => Some((square, 1.0)),
        }
    }

    /// The kernel on a circle of length 1 of which this one is a product over the coordinates of a torus in R^d; `None` where it is no
    /// function of the chord, no product or has a spike.
    pub fn on_circles(&self, d: usize) -> Option<Kernel> {
        let is_product = d == 1 || self.shape == Shape::Gaussian;
        (self.periodic && self.spike.is_none() && is_product).then_some(Kernel { periodic: false, ..*self })
    }

    /// The degrees up to `last` on the sphere of this radius in R^d; `None` where there are none.
    pub fn degrees(&self, d: usize, radius: f64, last: usize) -> Option<Degrees> {
        let (inner, outer) = self.on_sphere(radius).filter(|_| d >= 2)?;
        let panels = (std::f64::consts::PI * last as f64 / RADIANS).ceil().max(8.0) as usize;
        let (angles, mut weights) = nodes(panels);
        let mut values: Vec<f64> = angles
            .iter()
            .map(|angle| {
                let half = libm::sin(0.5 * angle);
                4.0 * half * half * inner
            })
            .collect();
        self.visit(Values(&mut values));
        for (weight, angle) in weights.iter_mut().zip(&angles) {
            *weight *= libm::pow(libm::sin(*angle), d as f64 - 2.0);
        }
        let whole: f64 = weights.iter().sum();
        weights.iter_mut().zip(&values).for_each(|(weight, value)| *weight *= outer * value / whole);
        let cosines: Vec<f64> = angles.iter().map(|angle| libm::cos(*angle)).collect();
        let mut integrals = Vec::with_capacity(last + 1);
        each_degree(d, &cosines, last, |here| {
            let sum: f64 = here.iter().zip(&weights).map(|(p, weight)| p * weight).sum();
            integrals.push(sum);
        });
        let mut total = [0.0];
        self.visit(Values(&mut total));
        // In many dimensions there are so many harmonics that what rounding leaves would be most of the kernel.
        let least = ROUNDING * outer * total[0];
        integrals.iter_mut().filter(|value| **value < least).for_each(|value| *value = 0.0);
        Some(Degrees {
            d,
            values: integrals,
            multiplicities: multiplicities(d, last),
            total: outer * total[0],
        })
    }
}

/// Replaces squared distances by the profile there.
struct Values<'a>(&'a mut [f64]);

impl Visit for Values<'_> {
    type Output = ();

    fn visit<P: Profile>(self, profile: P) {
        wide(ValuesOf(profile, self.0));
    }
}

struct ValuesOf<'a, P>(P, &'a mut [f64]);

impl<P: Profile> Wide for ValuesOf<'_, P> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for value in self.1 {
            *value = self.0.of(*value);
        }
    }
}

/// Hands on P_l at these cosines, for l = 0, …, last: (l + d − 2) P_{l+1} = (2l + d − 2) t P_l − l P_{l−1}.
pub(in crate::space) fn each_degree(d: usize, cosines: &[f64], last: usize, mut take: impl FnMut(&[f64])) {
    let (mut before, mut here) = (vec![0.0; cosines.len()], vec![1.0; cosines.len()]);
    take(&here);
    let d = d as f64;
    for l in 0..last {
        let l = l as f64;
        // On the circle the step from P_0 has the weight 0/0: P_1 = t in every dimension.
        let (up, down) =
            if l == 0.0 { (1.0, 0.0) } else { ((2.0 * l + d - 2.0) / (l + d - 2.0), l / (l + d - 2.0)) };
        wide(Step { up, down, cosines, here: &here, before: &mut before });
        std::mem::swap(&mut before, &mut here);
        take(&here);
    }
}

/// Overwrites P_{l−1} by P_{l+1}.
struct Step<'a> {
    up: f64,
    down: f64,
    cosines: &'a [f64],
    here: &'a [f64],
    before: &'a mut [f64],
}

impl Wide for Step<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for ((before, here), t) in self.before.iter_mut().zip(self.here).zip(self.cosines) {
            *before = self.up * t * here - self.down * *before;
        }
    }
}

/// N_l = C(l + d − 1, l) − C(l + d − 3, l − 2): N_0 = 1, and N_l = (2l + d − 2)/(l + d − 2) · C(l + d − 2, l).
fn multiplicities(d: usize, last: usize) -> Vec<f64> {
    let d = d as f64;
    let mut choose = 1.0;
    let mut all = vec![1.0];
    for l in 1..=last {
        let l = l as f64;
        // C(l + d − 3, l), of which N_l is (2l + d − 2)/(d − 2); the circle has 2.
        choose *= (l + d - 3.0) / l;
        all.push(if d == 2.0 { 2.0 } else { (2.0 * l + d - 2.0) / (d - 2.0) * choose });
    }
    all
}

/// Angles and weights of the rule on so many panels of [0, π].
fn nodes(panels: usize) -> (Vec<f64>, Vec<f64>) {
    let (places, shares) = legendre();
    let half = 0.5 * std::f64::consts::PI / panels as f64;
    let middle = |panel: usize| (2 * panel + 1) as f64 * half;
    let angles = (0..panels).flat_map(|panel| places.map(|place| middle(panel) + half * place)).collect();
    let weights = (0..panels).flat_map(|_| shares.map(|share| half * share)).collect();
    (angles, weights)
}

/// The rule of Gauss and Legendre on [−1, 1], its points being roots of P_16 by Newton's iteration.
fn legendre() -> ([f64; RULE], [f64; RULE]) {
    let (mut places, mut shares) = ([0.0; RULE], [0.0; RULE]);
    for i in 0..RULE {
        let mut x = libm::cos(std::f64::consts::PI * (i as f64 + 0.75) / (RULE as f64 + 0.5));
        let mut slope = 0.0;
        // From this start Newton's iteration has all digits after four steps.
        for _ in 0..6 {
            let (mut before, mut here) = (1.0, x);
            for l in 1..RULE {
                let l = l as f64;
                (before, here) = (here, ((2.0 * l + 1.0) * x * here - l * before) / (l + 1.0));
            }
            slope = RULE as f64 * (x * here - before) / (x * x - 1.0);
            x -= here / slope;
        }
        (places[i], shares[i]) = (x, 2.0 / ((1.0 - x * x) * slope * slope));
    }
    (places, shares)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn kernel(shape: Shape, bandwidth: f64) -> Kernel {
        Kernel { shape, bandwidth, spike: None, periodic: false }
    }

    #[test]
    fn degrees_add_up_to_the_kernel() {
        for shape in [Shape::Laplace, Shape::Gaussian, Shape::ThreeHalves, Shape::Tangent, Shape::ArcCosine] {
            for (d, radius, last) in [(2, 1.0, 1000), (3, 1.0, 400), (5, 2.0, 100)] {
                let kernel = kernel(shape, 0.8);
                let degrees = kernel.degrees(d, radius, last).unwrap();
                for angle in [1.0f64, 2.0, 3.0] {
                    let mut sum = 0.0;
                    let mut l = 0;
                    each_degree(d, &[angle.cos()], last, |here| {
                        sum += degrees.values[l] * degrees.multiplicities[l] * here[0];
                        l += 1;
                    });
                    let x = vec![0.0; d];
                    let (mut a, mut b) = (x.clone(), x);
                    a[0] = radius;
                    (b[0], b[1]) = (radius * angle.cos(), radius * angle.sin());
                    let pair = |a: &[f64]| kernel.embed(crate::space::Points::new(d, a).unwrap());
                    let (a, b) = (pair(&a), pair(&b));
                    let mut told = Vec::new();
                    kernel.matrix(&a, (&crate::space::kernel::Blocks::new(&b), &b.factors), &mut told);
                    // The series converges like 1/L² on the circle, and faster in higher dimensions.
                    let within = 2e-5 * degrees.total;
                    assert!((sum - told[0]).abs() < within, "{shape:?} {d} {angle}: {sum} {told:?}");
                }
            }
        }
    }

    #[test]
    fn degrees_have_their_numbers() {
        assert_eq!(multiplicities(2, 3), [1.0, 2.0, 2.0, 2.0]);
        assert_eq!(multiplicities(3, 4), [1.0, 3.0, 5.0, 7.0, 9.0]);
        // Quadratic forms without trace in R^5, and cubic ones.
        assert_eq!(multiplicities(5, 3)[1..], [5.0, 14.0, 30.0]);
        let places = legendre();
        assert!((places.1.iter().sum::<f64>() - 2.0).abs() < 1e-14);
        let power: f64 = places.0.iter().zip(&places.1).map(|(x, w)| w * x.powi(30)).sum();
        assert!((power - 2.0 / 31.0).abs() < 1e-14);
    }

    /// e^{cos θ/h² − 1/h²} on S²: λ_0 = (1 − e^{−2/h²}) h²/2.
    #[test]
    fn the_gaussian_has_its_first_eigenvalue() {
        for h in [0.3f64, 1.0, 3.0] {
            let degrees = kernel(Shape::Gaussian, h).degrees(3, 1.0, 20).unwrap();
            let told = 0.5 * h * h * -(-2.0 / (h * h)).exp_m1();
            assert!((degrees.values[0] / told - 1.0).abs() < 1e-13, "{h}");
        }
        let spiky = Kernel {
            spike: Some(crate::space::kernel::Spike { height: 1.0, width: 1e-3 }),
            ..kernel(Shape::Laplace, 1.0)
        };
        assert_eq!(spiky.degrees(3, 1.0, 5), None);
    }
}
