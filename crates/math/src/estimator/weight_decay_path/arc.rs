//! What the certificate does between two neighbouring data points.
//!
//! In the angle θ = arctan τ, a function that is linear in τ becomes u(θ) = h(τ)/√(1 + τ²) = U cos φ + W sin φ, with φ
//! the angle from the middle of the gap, |φ| ≤ δ. Its largest value is |(U, W)| where that direction lies in the gap,
//! and an end value otherwise. The unit vectors e(φ) = (cos φ, sin φ) are the kinks the gap can hold.

/// A gap seen from (0, 1): half the angle it spans.
#[derive(Clone, Copy, Default)]
pub(super) struct Arc {
    cosine: f64,
    sine: f64,
}

/// By how much u exceeds 1 at its largest, and the direction where it does.
#[derive(Clone, Copy, Default)]
pub(super) struct Excess {
    /// max u − 1; may be negative.
    pub amount: f64,
    /// e(φ).
    pub unit: [f64; 2],
    /// |(U, W)| where the largest value lies within the gap, 0 where it is at an end.
    pub radius: f64,
}

impl Arc {
    /// The gap between x0 and x1.
    pub fn new(x0: f64, x1: f64) -> Arc {
        let half = 0.5 * libm::atan2(x1 - x0, 1.0 + x0 * x1);
        Arc { cosine: libm::cos(half), sine: libm::sin(half) }
    }

    /// e(φ) at the left end, 0, or the right one, 1.
    pub fn end(&self, end: usize) -> [f64; 2] {
        [self.cosine, if end == 0 { -self.sine } else { self.sine }]
    }

    /// (U, W) of the u with these end values.
    #[inline(always)]
    pub fn vector(&self, u0: f64, u1: f64) -> [f64; 2] {
        [(u0 + u1) / (2.0 * self.cosine), (u1 - u0) / (2.0 * self.sine)]
    }

    /// The parts of a vector at the ends of the gap: the transpose of [`Arc::vector`]. A kink m e(φ) acts on the data
    /// like kinks of these sizes at the two ends.
    #[inline(always)]
    pub fn shares(&self, v: [f64; 2]) -> [f64; 2] {
        let (even, odd) = (v[0] / (2.0 * self.cosine), v[1] / (2.0 * self.sine));
        [even - odd, even + odd]
    }

    /// Where u is largest.
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
