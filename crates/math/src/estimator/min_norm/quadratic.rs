//! The quadratic chain: minimise Σ ½ w_i (ψ_i − c_i)² subject to ψ_i + ψ_{i+1} ≥ ω_i, exactly.
//!
//! The method is dynamic programming from the left. Let V_i(ψ) be the least cost of the points up to i given
//! ψ_i = ψ, and z_i its minimiser. Given ψ_{i+1}, the best ψ_i is max(z_i, ω_i − ψ_{i+1}), so that
//!
//! ```text
//! V'_{i+1}(ψ) = w_{i+1} (ψ − c_{i+1}) − max(0, V'_i(ω_i − ψ)):
//! ```
//!
//! which is increasing and piecewise linear. Its pieces are visited from the right until it crosses zero at
//! z_{i+1}; those left of it are dropped, so that few pieces exist at a time. The angles then follow from the last
//! point to the first.

/// The solver and its scratch.
#[derive(Default)]
pub(super) struct Quadratic {
    /// Whether the constraint of each gap is active; one more entry where the last point has a bound.
    pub tight: Vec<bool>,
    /// The angles.
    pub psi: Vec<f64>,
    least: Vec<f64>,
    /// max(0, V') as pairs (position, slope), ascending: from each position on it has this slope.
    pieces: Vec<(f64, f64)>,
    next: Vec<(f64, f64)>,
    #[cfg(test)]
    alive: usize,
}

impl Quadratic {
    /// Finds the angles and the gaps whose constraint is active.
    ///
    /// Shapes: K gaps `omega`, K + 1 = `points`; the last ψ is at least `bound`.
    /// # Cost
    /// O(K P), P the number of pieces at a time.
    pub fn solve(
        &mut self,
        omega: &[f64],
        points: usize,
        stiffness: impl Fn(usize) -> f64,
        centre: impl Fn(usize) -> f64,
        bound: f64,
    ) {
        self.least.clear();
        self.pieces.clear();
        for i in 0..points {
            let z = if i == 0 {
                self.pieces.push((centre(0), stiffness(0)));
                centre(0)
            } else {
                self.advance(omega[i - 1], stiffness(i), centre(i))
            };
            self.least.push(z);
        }
        self.tight.clear();
        self.tight.resize(omega.len(), false);
        self.psi.clear();
        self.psi.extend_from_slice(&self.least);
        self.psi[points - 1] = self.least[points - 1].max(bound);
        for i in (0..omega.len()).rev() {
            let needed = omega[i] - self.psi[i + 1];
            self.tight[i] = needed > self.least[i];
            self.psi[i] = self.least[i].max(needed);
        }
        if bound > f64::NEG_INFINITY {
            self.tight.push(bound > self.least[points - 1]);
        }
    }

    /// The most pieces there have been at a time.
    #[cfg(test)]
    pub fn alive(&self) -> usize {
        self.alive
    }

    /// Advances V' over a gap to the next point; returns its zero.
    fn advance(&mut self, omega: f64, stiffness: f64, centre: f64) -> f64 {
        self.next.clear();
        // Right of every piece V' is the derivative of the point's own cost.
        let (mut right, mut value, mut slope) = (f64::INFINITY, f64::INFINITY, stiffness);
        let mut zero = centre;
        for (position, own) in &self.pieces {
            let here = omega - position;
            value = if right == f64::INFINITY {
                stiffness * (here - centre)
            } else {
                value - slope * (right - here)
            };
            if value <= 0.0 {
                break;
            }
            self.next.push((here, slope));
            (right, slope) = (here, stiffness + own);
            zero = here - value / slope;
        }
        self.next.push((zero, slope));
        self.next.reverse();
        #[cfg(test)]
        (self.alive = self.alive.max(self.next.len()));
        std::mem::swap(&mut self.pieces, &mut self.next);
        zero
    }
}
