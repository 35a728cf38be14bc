//! Numbers of twice the precision, for twins of ill-conditioned solves.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// An unevaluated sum of two doubles, the second below the rounding of the first: 32 digits.
///
/// Source: Dekker, Numer. Math. 18 (1971).
#[derive(Clone, Copy, Debug)]
pub struct Double(pub f64, pub f64);

impl From<f64> for Double {
    fn from(value: f64) -> Double {
        Double(value, 0.0)
    }
}

/// a + b and what its rounding lost.
fn exact_sum(a: f64, b: f64) -> Double {
    let sum = a + b;
    let part = sum - a;
    Double(sum, (a - (sum - part)) + (b - part))
}

impl Add for Double {
    type Output = Double;

    fn add(self, other: Double) -> Double {
        let (high, low) = (exact_sum(self.0, other.0), exact_sum(self.1, other.1));
        let sum = exact_sum(high.0, high.1 + low.0);
        exact_sum(sum.0, sum.1 + low.1)
    }
}

impl Neg for Double {
    type Output = Double;

    fn neg(self) -> Double {
        Double(-self.0, -self.1)
    }
}

impl Sub for Double {
    type Output = Double;

    fn sub(self, other: Double) -> Double {
        self + -other
    }
}

impl Mul for Double {
    type Output = Double;

    fn mul(self, other: Double) -> Double {
        let product = self.0 * other.0;
        let lost = self.0.mul_add(other.0, -product);
        exact_sum(product, lost + (self.0 * other.1 + self.1 * other.0))
    }
}

impl Div for Double {
    type Output = Double;

    fn div(self, other: Double) -> Double {
        let first = self.0 / other.0;
        let rest = self - other * Double::from(first);
        let second = rest.0 / other.0;
        let rest = rest - other * Double::from(second);
        exact_sum(first, second) + Double::from(rest.0 / other.0)
    }
}

impl Double {
    pub fn sqrt(self) -> Double {
        let root = Double::from(self.0.sqrt());
        root + (self - root * root) / (root + root)
    }

    /// The exponential of a number that is not positive.
    pub fn exp(self) -> Double {
        if self.0 < -700.0 {
            return Double::from(0.0);
        }
        // e^z − 1 of a 2^-12th, by its series; doubled without losing what is small.
        let (mut term, halvings) = (Double(self.0 / 4096.0, self.1 / 4096.0), 12);
        let (z, mut rise) = (term, term);
        for k in 2..20 {
            term = term * z / Double::from(f64::from(k));
            rise = rise + term;
        }
        for _ in 0..halvings {
            rise = rise + rise + rise * rise;
        }
        rise + Double::from(1.0)
    }
}
