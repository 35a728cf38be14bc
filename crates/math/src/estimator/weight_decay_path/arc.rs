//! The dual certificate between two neighbouring data points.
//!
//! In the angle θ = arctan τ, a function h that is linear in τ becomes u(θ) = h(τ)/√(1 + τ²) = U cos φ + W sin φ, with φ
//! the angle from the middle of the gap, |φ| ≤ δ. Its maximum is |(U, W)| where the direction of (U, W) lies in the gap,
//! and the value at an end otherwise. The unit vectors e(φ) = (cos φ, sin φ) represent the possible kinks of the gap.

/// A gap, as cosine and sine of half the angle δ that it subtends from (0, 1).
#[derive(Clone, Copy, Default)]
pub(super) struct Arc {
    cosine: f64,
    sine: f64,
}

/// The excess of the maximum of u over 1, and the direction of the maximum.
#[derive(Clone, Copy, Default)]
pub(super) struct Excess {
    /// max u − 1; may be negative.
    pub amount: f64,
    /// e(φ).
    pub unit: [f64; 2],
    /// |(U, W)| where the maximum lies inside the gap, 0 where it is at an end.
    pub radius: f64,
}

impl Arc {
    /// The gap between x0 and x1.
    pub fn new(x0: f64, x1: f64) -> Arc {
        let half = 0.5 * libm::atan2(x1 - x0, 1.0 + x0 * x1);
        Arc { cosine: libm::cos(half), sine: libm::sin(half) }
    }

    /// e(φ) at the left end (`end` = 0) or at the right one (`end` = 1).
    pub fn end(&self, end: usize) -> [f64; 2] {
        [self.cosine, if end == 0 { -self.sine } else { self.sine }]
    }

    /// (U, W) of the u with these end values.
    #[inline(always)]
    pub fn vector(&self, u0: f64, u1: f64) -> [f64; 2] {
        [(u0 + u1) / (2.0 * self.cosine), (u1 - u0) / (2.0 * self.sine)]
    }

    /// The transpose of [`Arc::vector`]. A kink m e(φ) has the same effect on the data as kinks of these sizes at the two
    /// ends.
    #[inline(always)]
    pub fn shares(&self, v: [f64; 2]) -> [f64; 2] {
        let (even, odd) = (v[0] / (2.0 * self.cosine), v[1] / (2.0 * self.sine));
        [even - odd, even + odd]
    }

    /// The maximum of u on the gap.
    #[inline(always)]
    pub fn excess(&self, v: [f64; 2]) -> Excess {
        let [even, odd] = v;
        if even > 0.0 && odd.abs() * self.cosine < even * self.sine {
            let radius = (even * even + odd * odd).sqrt();
            return Excess { amount: radius - 1.0, unit: [even / radius, odd / radius], radius };
        }
        let unit = [self.cosine, self.sine.copysign(odd)];
        Excess { amount: even * unit[0] + odd * unit[1] - 1.0, unit, radius: 0.0 }
    }
}
