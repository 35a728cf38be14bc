//! The path of the lasso.

use crate::sample::Degenerate;
use crate::space::dense::{Cholesky, Matrix, dot, gram_of_rows, norm, times, transposed_times};

/// Conditions of optimality hold to this share of the largest correlation.
const OPTIMAL: f64 = 1e-7;
/// Gram matrices of active features with squares of pivots in a smaller ratio have weights that rounding decides.
const PIVOTS: f64 = 1e-20;
/// Corners that are nearer than this share of the penalty are one: a feature that has just left would enter again.
const SAME: f64 = 1e-11;

/// The minimiser of ½ ‖Aw − y‖² + t ‖w‖₁ as t falls.
///
/// # Formula
/// With c = Aᵀ(y − Aw), active features have c_k = t s_k, s_k the sign of w_k, all others |c_k| ≤ t. As t falls, active weights
/// move along u = G⁻¹ s, G the Gram matrix of active columns, until a feature's |c_k| reaches t and it becomes active, or a
/// weight reaches 0 and its feature no longer is. Weights are computed anew at each corner, so that rounding errors do not add up.
pub(super) struct Homotopy<'a> {
    a: Matrix<'a>,
    y: &'a [f64],
    /// The columns of A, one after the other.
    columns: Vec<f64>,
    active: Vec<Active>,
    cholesky: Cholesky,
    /// The active columns, one after the other.
    chosen: Vec<f64>,
}

/// An active feature.
#[derive(Clone, Copy)]
struct Active {
    place: usize,
    sign: f64,
}

/// What ends a part of the path.
#[derive(Clone, Copy)]
enum Corner {
    Enters(Active),
    /// By its place among the active ones.
    Leaves(usize),
    End,
}

impl<'a> Homotopy<'a> {
    pub fn new(a: Matrix<'a>, y: &'a [f64]) -> Homotopy<'a> {
        let mut columns = Vec::with_capacity(a.values.len());
        (0..a.columns).for_each(|k| columns.extend(a.values.iter().skip(k).step_by(a.columns)));
        let cholesky = Cholesky::default();
        Homotopy { a, y, columns, active: Vec::new(), cholesky, chosen: Vec::new() }
    }

    fn column(&self, k: usize) -> &[f64] {
        &self.columns[k * self.a.rows..][..self.a.rows]
    }

    /// The weights at this penalty, and how many corners there were before.
    pub fn run(&mut self, penalty: f64) -> Result<(Vec<f64>, u64), Degenerate> {
        let d = self.a.columns;
        let mut correlations = vec![0.0; d];
        transposed_times(self.a, self.y, &mut correlations);
        let first = largest_of(&correlations);
        let (mut t, mut left, mut corners) = (correlations[first].abs(), None, 0);
        let top = t;
        if t <= penalty || t == 0.0 {
            return Ok((vec![0.0; d], 0));
        }
        self.active.push(Active { place: first, sign: correlations[first].signum() });
        // Corners are finite in number; far more than features and points are a circle that rounding has made.
        let limit = 20 * (self.a.rows + d) as u64 + 1000;
        loop {
            let (at_zero, along) = self.factor()?;
            let (step, corner) = self.next(t, penalty, &at_zero, &along, left);
            t -= step;
            left = None;
            match corner {
                Corner::End => break,
                Corner::Enters(feature) => self.active.push(feature),
                Corner::Leaves(place) => left = Some(self.active.remove(place)),
            }
            corners += 1;
            if corners > limit {
                return Err(Degenerate::NotConverged);
            }
            if self.active.is_empty() {
                return Err(Degenerate::NotConverged);
            }
        }
        let (at_zero, along) = self.factor()?;
        let mut weights = vec![0.0; d];
        for ((feature, w), u) in self.active.iter().zip(&at_zero).zip(&along) {
            weights[feature.place] = w - penalty * u;
        }
        self.is_optimal(&weights, penalty, top)?;
        Ok((weights, corners))
    }

    /// G⁻¹ A_Sᵀ y and u = G⁻¹ s: weights at the penalty t are the first less t times the second.
    fn factor(&mut self) -> Result<(Vec<f64>, Vec<f64>), Degenerate> {
        let (n, count) = (self.a.rows, self.active.len());
        self.chosen.clear();
        for feature in &self.active {
            self.chosen.extend_from_slice(&self.columns[feature.place * n..][..n]);
        }
        let chosen = Matrix::new(&self.chosen, n);
        gram_of_rows(chosen, self.cholesky.matrix());
        if count > n || !self.cholesky.factor(count) || self.cholesky.pivot_ratio() < PIVOTS {
            return Err(Degenerate::IllConditioned);
        }
        let mut along: Vec<f64> = self.active.iter().map(|feature| feature.sign).collect();
        self.cholesky.solve(&mut along);
        let mut at_zero = vec![0.0; count];
        times(chosen, self.y, &mut at_zero);
        self.cholesky.solve(&mut at_zero);
        // One step of refinement, as residuals of interpolants are all rounding.
        let (mut fitted, mut correction) = (vec![0.0; n], vec![0.0; count]);
        transposed_times(chosen, &at_zero, &mut fitted);
        fitted.iter_mut().zip(self.y).for_each(|(f, y)| *f = y - *f);
        times(chosen, &fitted, &mut correction);
        self.cholesky.solve(&mut correction);
        at_zero.iter_mut().zip(&correction).for_each(|(w, by)| *w += by);
        Ok((at_zero, along))
    }

    /// How far t falls until the next corner, and which one it is.
    fn next(
        &self,
        t: f64,
        penalty: f64,
        at_zero: &[f64],
        along: &[f64],
        left: Option<Active>,
    ) -> (f64, Corner) {
        let (n, d) = (self.a.rows, self.a.columns);
        let chosen = Matrix::new(&self.chosen, n);
        let (mut residual, mut direction) = (vec![0.0; n], vec![0.0; n]);
        let weights: Vec<f64> = at_zero.iter().zip(along).map(|(w, u)| w - t * u).collect();
        transposed_times(chosen, &weights, &mut residual);
        residual.iter_mut().zip(self.y).for_each(|(r, y)| *r = y - *r);
        transposed_times(chosen, along, &mut direction);
        let (mut correlations, mut rates) = (vec![0.0; d], vec![0.0; d]);
        transposed_times(self.a, &residual, &mut correlations);
        transposed_times(self.a, &direction, &mut rates);
        let (mut step, mut corner) = (t - penalty, Corner::End);
        for (place, ((w, u), feature)) in weights.iter().zip(along).zip(&self.active).enumerate() {
            // A weight moves away from 0 where u has its sign, and has reached it where it has crossed.
            let until = if u * feature.sign < 0.0 { (-w / u).max(0.0) } else { f64::INFINITY };
            if until < step {
                (step, corner) = (until, Corner::Leaves(place));
            }
        }
        let mut is_active = vec![false; d];
        self.active.iter().for_each(|feature| is_active[feature.place] = true);
        // As many active features as points leave no residual, and no correlation that is more than rounding.
        let open = (0..d).filter(|k| self.active.len() < n && !is_active[*k]);
        for k in open {
            for sign in [1.0, -1.0] {
                let (c, rate) = (sign * correlations[k], sign * rates[k]);
                let until = (t - c).max(0.0) / (1.0 - rate);
                let again = left.is_some_and(|left| left.place == k && left.sign == sign);
                if rate >= 1.0 || (again && until <= SAME * t) {
                    continue;
                }
                if until < step {
                    (step, corner) = (until, Corner::Enters(Active { place: k, sign }));
                }
            }
        }
        (step, corner)
    }

    /// Whether no change of the weights would lower the objective, to rounding.
    fn is_optimal(&self, weights: &[f64], penalty: f64, top: f64) -> Result<(), Degenerate> {
        let mut residual = vec![0.0; self.a.rows];
        times(self.a, weights, &mut residual);
        residual.iter_mut().zip(self.y).for_each(|(r, y)| *r = y - *r);
        for (k, w) in weights.iter().enumerate() {
            let c = dot(self.column(k), &residual);
            let off = if *w == 0.0 { (c.abs() - penalty).max(0.0) } else { (c - penalty * w.signum()).abs() };
            if off.is_nan() || off > OPTIMAL * top {
                return Err(Degenerate::NotConverged);
            }
        }
        // At the end of the path the residual is that of least squares: 0 where active features are as many as points.
        let met =
            self.active.len() < self.a.rows || penalty > 0.0 || norm(&residual) <= OPTIMAL * norm(self.y);
        if met { Ok(()) } else { Err(Degenerate::IllConditioned) }
    }
}

/// The place of the largest absolute value.
fn largest_of(values: &[f64]) -> usize {
    let larger = |best: usize, k: usize| if values[k].abs() > values[best].abs() { k } else { best };
    (0..values.len()).fold(0, larger)
}
