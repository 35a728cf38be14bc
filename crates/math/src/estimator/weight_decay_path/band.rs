//! Symmetric positive definite systems with two diagonals on either side.

/// A matrix by its diagonals: `diagonal`[i] = A_ii, `near`[i] = A_{i,i+1}, `far`[i] = A_{i,i+2}.
#[derive(Clone, Default)]
pub(super) struct Band {
    pub diagonal: Vec<f64>,
    pub near: Vec<f64>,
    pub far: Vec<f64>,
}

impl Band {
    /// Sets the matrix to zero, of this order.
    pub fn reset(&mut self, order: usize) {
        for list in [&mut self.diagonal, &mut self.near, &mut self.far] {
            list.clear();
            list.resize(order, 0.0);
        }
    }

    pub fn copy_from(&mut self, other: &Band) {
        self.diagonal.clone_from(&other.diagonal);
        self.near.clone_from(&other.near);
        self.far.clone_from(&other.far);
    }

    /// Overwrites `b` with A⁻¹ b, and A with its factors L D Lᵀ. A pivot that is not positive counts as infinite, which
    /// sets its unknown to zero. Cost: O(order).
    pub fn solve(&mut self, b: &mut [f64]) {
        let n = b.len();
        let Band { diagonal, near, far } = self;
        for i in 0..n {
            let pivot = if diagonal[i] > 0.0 { diagonal[i] } else { f64::INFINITY };
            diagonal[i] = pivot;
            let (l1, l2) = (near[i] / pivot, far[i] / pivot);
            if i + 1 < n {
                diagonal[i + 1] -= l1 * near[i];
                near[i + 1] -= l1 * far[i];
                b[i + 1] -= l1 * b[i];
            }
            if i + 2 < n {
                diagonal[i + 2] -= l2 * far[i];
                b[i + 2] -= l2 * b[i];
            }
            (near[i], far[i]) = (l1, l2);
        }
        for i in (0..n).rev() {
            let next = if i + 1 < n { near[i] * b[i + 1] } else { 0.0 };
            let after = if i + 2 < n { far[i] * b[i + 2] } else { 0.0 };
            b[i] = b[i] / diagonal[i] - next - after;
        }
    }
}
