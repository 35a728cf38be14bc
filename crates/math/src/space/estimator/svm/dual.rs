//! The least plane that keeps points at a distance of 1.

use super::passive::Passive;
use crate::sample::Degenerate;
use crate::space::dense::{Matrix, dot, gram_of_rows};

/// A point is taken in where its constraint is violated by more than this: a hundred times what rounding leaves of a sum of a
/// thousand terms of size 1.
const VIOLATED: f64 = 1e-11;
/// Constraints that a solution may miss by this much, in units in which points have length 1 on the average.
const OPTIMAL: f64 = 1e-9;
/// The distance from 0 of the hull of the points, squared and relative to their size, below which rounding decides it: no plane is
/// said to separate them.
const SEPARATE: f64 = 1e-12;

/// The multipliers α of the constraints, and how often a point has entered or left.
pub(super) struct Solution {
    pub multipliers: Vec<f64>,
    pub steps: u64,
}

/// α ≥ 0 with Q α ≥ 1 and α_i (Q α − 1)_i = 0, Q the Gram matrix of rows y_i x_i.
///
/// # Formula
/// With G = Q + 11ᵀ the problem min ½ uᵀGu − 1ᵀu, u ≥ 0, has a solution whether or not there is an α, and α = u/(1 − 1ᵀu), while
/// 1 − 1ᵀu = 0 says that there is none: it is 1/(1 + 1/δ²), δ the distance of the hull of the rows from 0. Points enter one by one,
/// the most violated one first, and leave where a multiplier falls to 0. The first guess is that all support: those with a
/// negative multiplier leave together until there is none, which leaves little to do where nearly all support.
pub(super) fn solve(rows: Matrix<'_>) -> Result<Solution, Degenerate> {
    let n = rows.rows;
    let mut gram = vec![0.0; n * n];
    gram_of_rows(rows, &mut gram);
    let symmetric = |i: usize, j: usize| gram[i.max(j) + i.min(j) * n] + 1.0;
    let mut active =
        Active { n, gram: (0..n * n).map(|at| symmetric(at / n, at % n)).collect(), ..Active::default() };
    active.guess(rows.columns);
    active.improve()?;
    let free = 1.0 - active.u.iter().sum::<f64>();
    if free <= SEPARATE {
        return Err(Degenerate::NotSeparable);
    }
    let multipliers = active.multipliers().unwrap_or_else(|| active.u.iter().map(|u| u / free).collect());
    // Whichever way they were found, the constraints tell.
    for row in active.gram.chunks_exact(n) {
        let slack = dot(row, &multipliers) - multipliers.iter().sum::<f64>() - 1.0;
        if slack < -OPTIMAL || slack.is_nan() {
            return Err(Degenerate::NotConverged);
        }
    }
    Ok(Solution { multipliers, steps: active.steps })
}

/// The points that are taken in, and their u.
#[derive(Default)]
struct Active {
    n: usize,
    /// G, both halves.
    gram: Vec<f64>,
    u: Vec<f64>,
    passive: Passive,
    steps: u64,
}

impl Active {
    fn row(&self, i: usize) -> &[f64] {
        &self.gram[i * self.n..][..self.n]
    }

    /// Takes in all points, as long as there are not more than independent ones, and lets those with negative u go until no u is
    /// negative.
    fn guess(&mut self, d: usize) {
        self.u = vec![0.0; self.n];
        if self.n > d {
            return;
        }
        let mut kept: Vec<usize> = (0..self.n).collect();
        loop {
            let mut passive = Passive::default();
            let regular = kept.iter().all(|i| passive.enter(*i, self.row(*i)));
            if !regular {
                return;
            }
            let u = passive.solve();
            self.steps += 1;
            let positive: Vec<usize> =
                kept.iter().zip(&u).filter(|(_, u)| **u > 0.0).map(|(i, _)| *i).collect();
            if positive.len() == kept.len() {
                kept.iter().zip(&u).for_each(|(i, u)| self.u[*i] = *u);
                self.passive = passive;
                return;
            }
            kept = positive;
        }
    }

    /// Lets points enter and leave until no constraint is violated.
    fn improve(&mut self) -> Result<(), Degenerate> {
        // What cannot enter, since it depends on those within, until one of these leaves.
        let mut shut = vec![false; self.n];
        // Every point enters a few times at most; many more are a circle that rounding has made.
        for _ in 0..10 * self.n + 100 {
            let gains = self.row_gains();
            let outside = (0..self.n).filter(|i| self.u[*i] == 0.0 && !shut[*i]);
            let Some(most) =
                outside.max_by(|i, j| gains[*i].total_cmp(&gains[*j])).filter(|i| gains[*i] > VIOLATED)
            else {
                return Ok(());
            };
            let row = self.gram[most * self.n..][..self.n].to_vec();
            if !self.passive.enter(most, &row) {
                shut[most] = true;
                continue;
            }
            self.steps += 1;
            if self.settle() {
                shut.fill(false);
            }
        }
        Err(Degenerate::NotConverged)
    }

    /// α from the points within alone, Q α = 1 there: what is left of 1 where a margin is small has few digits. `None` where Q is singular
    /// on them, or rounding makes a multiplier negative.
    fn multipliers(&self) -> Option<Vec<f64>> {
        let mut within = Passive::default();
        for place in self.passive.places() {
            let row: Vec<f64> = self.row(*place).iter().map(|g| g - 1.0).collect();
            within.enter(*place, &row).then_some(())?;
        }
        let mut multipliers = vec![0.0; self.n];
        within.places().iter().zip(within.solve()).for_each(|(i, a)| multipliers[*i] = a);
        multipliers.iter().all(|a| *a >= 0.0).then_some(multipliers)
    }

    /// 1 − G u.
    fn row_gains(&self) -> Vec<f64> {
        self.gram.chunks_exact(self.n).map(|row| 1.0 - dot(row, &self.u)).collect()
    }

    /// Moves u to the solution of the points within, which leave on the way where theirs falls to 0; whether one has left.
    fn settle(&mut self) -> bool {
        let mut left = false;
        loop {
            let goal = self.passive.solve();
            let places = self.passive.places().to_vec();
            let step = |(i, goal): (&usize, &f64)| {
                let here = self.u[*i];
                (*goal <= 0.0).then(|| if here > 0.0 { here / (here - goal) } else { 0.0 })
            };
            let Some(share) = places.iter().zip(&goal).filter_map(step).min_by(f64::total_cmp) else {
                places.iter().zip(&goal).for_each(|(i, goal)| self.u[*i] = *goal);
                return left;
            };
            left = true;
            for (at, (i, goal)) in places.iter().zip(&goal).enumerate().rev() {
                let here = self.u[*i];
                let is_last = *goal <= 0.0 && (here <= 0.0 || here / (here - goal) <= share);
                self.u[*i] = if is_last { 0.0 } else { here + share * (goal - here) };
                if is_last {
                    self.passive.leave(at);
                    self.steps += 1;
                }
            }
        }
    }
}
