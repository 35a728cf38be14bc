//! Matérn predictors between and beyond the data points.

use super::process::{FAR, Matrix, Process, Vector, dot, mirrored};
use crate::predictor::reach::{SAFE, SERIES, measure, series};
use crate::predictor::{Expansion, Form, Pieces, Units, length};
use crate::sum::largest;

/// The mean path of a process given its states at the data points.
pub(super) struct Paths<const M: usize> {
    pub process: Process<M>,
    /// √(2ν)/h, by which differences of x become distances.
    pub rate: f64,
    pub x: Vec<f64>,
    /// The states at the points.
    pub states: Vec<Vector<M>>,
    /// The forces on each gap.
    pub forces: Vec<Forces<M>>,
    pub outer: Vec<f64>,
}

/// Q⁻¹ d, with d the state at the far end of a gap minus its mean given the state at the near end.
#[derive(Clone, Copy)]
pub(super) struct Forces<const M: usize> {
    /// In the direction of increasing x.
    pub right: Vector<M>,
    /// In the direction of decreasing x, with mirrored states.
    pub left: Vector<M>,
}

/// A path in the distance from one end of a gap: the polynomials of [`Process::ahead`] and [`Process::behind`].
struct View<const M: usize> {
    free: Vector<M>,
    pulled: [Vector<M>; M],
}

impl<const M: usize> Paths<M> {
    /// The path through the state z with this force at the far end.
    fn view(&self, z: &Vector<M>, force: &Vector<M>) -> View<M> {
        View { free: self.process.ahead(z), pulled: self.process.behind(force) }
    }

    /// The value at the distance `near` from the end of the view and `far` from the other end.
    ///
    /// E(f | both ends) = (e^{F near} z)_0 + Q(near)_0· (e^{F far})ᵀ Q⁻¹ d.
    fn inside(&self, view: &View<M>, near: f64, far: f64) -> f64 {
        let decay = libm::exp(-near);
        let pull = self.process.pull(near, decay);
        let pulled = view.pulled.iter().rev().fold(0.0, |sum, w| sum * far + dot(&pull, w));
        decay * polynomial(&view.free, near) + libm::exp(-far) * pulled
    }
}

impl<const M: usize> Pieces for Paths<M> {
    fn values(&self, piece: usize, x: &[f64], out: &mut [f64]) {
        let (last, distance) = (self.x.len() - 1, |a: f64, b: f64| ((b - a) * self.rate).min(FAR));
        if piece == 0 || piece > last {
            let end = if piece == 0 { 0 } else { last };
            let z = if piece == 0 { mirrored(&self.states[0]) } else { self.states[last] };
            let (free, from) = (self.process.ahead(&z), self.x[end]);
            for (x, out) in x.iter().zip(out) {
                let away = if piece == 0 { distance(*x, from) } else { distance(from, *x) };
                *out = libm::exp(-away) * polynomial(&free, away);
            }
            return;
        }
        let (x0, x1, forces) = (self.x[piece - 1], self.x[piece], &self.forces[piece - 1]);
        let start = self.view(&self.states[piece - 1], &forces.right);
        let end = self.view(&mirrored(&self.states[piece]), &forces.left);
        for (x, out) in x.iter().zip(out) {
            let (to, from) = (distance(x0, *x), distance(*x, x1));
            // Expanded about the nearer end, where the correction by the other end is smallest.
            *out = if to <= from { self.inside(&start, to, from) } else { self.inside(&end, from, to) };
        }
    }

    fn units(&self) -> Units {
        Units {
            outer: self.outer.clone(),
            inner: vec![self.rate; self.x.len()],
            bias: self.x.iter().map(|x| -x * self.rate).collect(),
            ..Units::default()
        }
    }

    fn has_finite_expansion(&self) -> bool {
        let mut rows = self.states.iter().chain(self.forces.iter().map(|forces| &forces.right));
        rows.all(|row| largest(row) <= SAFE) || self.expansion().is_finite()
    }

    fn expansion(&self) -> Expansion {
        let mut sums = Expansion::new(Form::Exponentials);
        let last = self.x.len() - 1;
        sums.push(self.x[0], -self.rate, &self.process.ahead(&mirrored(&self.states[0])));
        (0..last).for_each(|gap| self.gap(gap, &mut sums));
        sums.push(self.x[last], self.rate, &self.process.ahead(&self.states[last]));
        sums
    }
}

impl<const M: usize> Paths<M> {
    /// Appends the entries of a gap.
    fn gap(&self, gap: usize, sums: &mut Expansion) {
        let (x0, x1) = (self.x[gap], self.x[gap + 1]);
        let a = ((x1 - x0) * self.rate).min(FAR);
        if a > SERIES {
            let (left, right) = (self.states[gap], mirrored(&self.states[gap + 1]));
            sums.push(x0, self.rate, &self.process.ahead(&self.decaying(a, &left, &right)));
            sums.push(x1, -self.rate, &self.process.ahead(&self.decaying(a, &right, &left)));
        } else {
            let b = measure(a);
            sums.push(x0, b / length(x0, x1), &self.series(gap, a, b));
        }
    }

    /// The state at one end of a gap of the part of f̂ that decays from there, given the states at both ends, each in the
    /// direction of the other end.
    ///
    /// With T the mirrored transition over the gap, the states are z = p + T r and z' = r + T p, where p and r decay from
    /// their ends, so that (1 − T²) p = z − T z'.
    fn decaying(&self, a: f64, here: &Vector<M>, there: &Vector<M>) -> Vector<M> {
        let ahead = self.process.transition(a);
        let way: Matrix<M> =
            std::array::from_fn(|i| if i % 2 == 0 { ahead[i] } else { ahead[i].map(|t| -t) });
        let system = std::array::from_fn(|i| {
            std::array::from_fn(|j| {
                let twice: f64 = (0..M).map(|k| way[i][k] * way[k][j]).sum();
                if i == j { 1.0 - twice } else { -twice }
            })
        });
        eliminated(system, std::array::from_fn(|i| here[i] - dot(&way[i], there)))
    }

    /// The coefficients of t^k in f e^t on a gap of length a in units of decay lengths, on which t goes from 0 to b.
    ///
    /// From Q' = F Q + Q Fᵀ + q e eᵀ the state z and the adjoint λ of the condition at the far end satisfy
    /// z' = F z + q e λ_M and λ' = −Fᵀ λ, linear equations whose power series, also times e^t, follow term by term.
    fn series(&self, gap: usize, a: f64, b: f64) -> Vec<f64> {
        let pulled = self.process.behind(&self.forces[gap].right);
        let sum = |i: usize| pulled.iter().rev().fold(0.0, |sum, w| sum * a + w[i]);
        let mut pull: Vector<M> = std::array::from_fn(|i| libm::exp(-a) * sum(i));
        let (mut z, mut k) = (self.states[gap], 0.0);
        series(b, || {
            let term = z[0];
            k += 1.0;
            (z, pull) = self.process.next_terms(&z, &pull, (a / k, b / k));
            term
        })
    }
}

/// The solution of A p = b by elimination with partial pivoting.
fn eliminated<const M: usize>(mut a: Matrix<M>, mut b: Vector<M>) -> Vector<M> {
    for j in 0..M {
        let pivot = (j..M).fold(j, |best, i| if a[i][j].abs() > a[best][j].abs() { i } else { best });
        a.swap(j, pivot);
        b.swap(j, pivot);
        for i in j + 1..M {
            let share = a[i][j] / a[j][j];
            (j..M).for_each(|l| a[i][l] -= share * a[j][l]);
            b[i] -= share * b[j];
        }
    }
    for i in (0..M).rev() {
        let known: f64 = (i + 1..M).map(|l| a[i][l] * b[l]).sum();
        b[i] = (b[i] - known) / a[i][i];
    }
    b
}

/// Σ_k p_k t^k.
fn polynomial(p: &[f64], t: f64) -> f64 {
    p.iter().rev().fold(0.0, |sum, p| sum * t + p)
}
