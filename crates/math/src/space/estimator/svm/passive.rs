//! Cholesky factors of a Gram matrix whose rows come and go.

use crate::space::dense::dot;

/// A row whose squared distance from the span of those within is less than this share of its square is not independent of them.
const INDEPENDENT: f64 = 1e-13;

/// G = L Lᵀ of the points within, in the order in which they came.
#[derive(Default)]
pub(super) struct Passive {
    places: Vec<usize>,
    /// The rows of L, each up to its diagonal.
    lower: Vec<Vec<f64>>,
}

impl Passive {
    /// The points within.
    pub fn places(&self) -> &[usize] {
        &self.places
    }

    /// Takes in a point with this row of G; false where it depends on those within.
    ///
    /// Cost: m²/2 multiplications and additions.
    pub fn enter(&mut self, place: usize, row: &[f64]) -> bool {
        let mut new = Vec::with_capacity(self.places.len() + 1);
        for (within, lower) in self.places.iter().zip(&self.lower) {
            let known = dot(&lower[..new.len()], &new);
            new.push((row[*within] - known) / lower[lower.len() - 1]);
        }
        let pivot = row[place] - dot(&new, &new);
        if pivot <= INDEPENDENT * row[place] || pivot.is_nan() {
            return false;
        }
        new.push(pivot.sqrt());
        self.places.push(place);
        self.lower.push(new);
        true
    }

    /// Lets the point at this position go, by rotations that make what is below it triangular again.
    ///
    /// Cost: 3 (m − at)²  multiplications and additions.
    pub fn leave(&mut self, at: usize) {
        self.places.remove(at);
        self.lower.remove(at);
        for k in at..self.lower.len() {
            // Row k has its diagonal at k + 1 and one number at k before it.
            let (a, b) = (self.lower[k][k], self.lower[k][k + 1]);
            let length = libm::hypot(a, b);
            let (cos, sin) = (a / length, b / length);
            for row in &mut self.lower[k..] {
                let (p, q) = (row[k], row[k + 1]);
                (row[k], row[k + 1]) = (cos * p + sin * q, cos * q - sin * p);
            }
            self.lower[k].pop();
        }
    }

    /// G⁻¹ 1.
    pub fn solve(&self) -> Vec<f64> {
        let m = self.lower.len();
        let mut z = Vec::with_capacity(m);
        for row in &self.lower {
            let known = dot(&row[..z.len()], &z);
            z.push((1.0 - known) / row[row.len() - 1]);
        }
        for i in (0..m).rev() {
            let row = &self.lower[i];
            let value = z[i] / row[i];
            z[i] = value;
            z[..i].iter_mut().zip(row).for_each(|(z, l)| *z -= l * value);
        }
        z
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A matrix that is dominated by its diagonal.
    fn gram(n: usize) -> Vec<f64> {
        (0..n * n)
            .map(|at| if at / n == at % n { 3.0 } else { 1.0 / (2.0 + (at / n + at % n) as f64) })
            .collect()
    }

    #[test]
    fn solutions_stay_right_while_points_come_and_go() {
        let (n, g) = (9, gram(9));
        let mut passive = Passive::default();
        for i in [4, 0, 7, 2, 8, 1] {
            assert!(passive.enter(i, &g[i * n..][..n]));
        }
        passive.leave(1);
        passive.leave(3);
        assert!(passive.enter(5, &g[5 * n..][..n]));
        passive.leave(4);
        assert_eq!(passive.places(), [4, 7, 2, 1]);
        let z = passive.solve();
        for i in passive.places() {
            let row = &g[i * n..][..n];
            let sum: f64 = passive.places().iter().zip(&z).map(|(j, z)| row[*j] * z).sum();
            assert!((sum - 1.0).abs() < 1e-14, "{sum}");
        }
        // The same point again depends on itself.
        assert!(!passive.enter(7, &g[7 * n..][..n]));
    }
}
