//! Matérn predictors between their points.

use super::process::{FAR, Process, Vector, dot, mirrored};
use crate::predictor::{Pieces, Units};

/// The mean path of a process through states.
pub(super) struct Paths<const M: usize> {
    pub process: Process<M>,
    /// What turns x into distances.
    pub rate: f64,
    pub x: Vec<f64>,
    /// The states at the points.
    pub states: Vec<Vector<M>>,
    /// The forces on each gap.
    pub forces: Vec<Forces<M>>,
    pub outer: Vec<f64>,
}

/// Q⁻¹ times how far the state at the end of a gap is from what the start alone lets expect.
#[derive(Clone, Copy)]
pub(super) struct Forces<const M: usize> {
    /// Walking to the right.
    pub right: Vector<M>,
    /// Walking to the left, the states mirrored.
    pub left: Vector<M>,
}

/// A path seen from one end of a gap, as polynomials.
struct View<const M: usize> {
    free: Vector<M>,
    pulled: [Vector<M>; M],
}

impl<const M: usize> Paths<M> {
    /// The path through the state z with this force at the far end.
    fn view(&self, z: &Vector<M>, force: &Vector<M>) -> View<M> {
        View { free: self.process.ahead(z), pulled: self.process.behind(force) }
    }

    /// The value at the distance `near` from the end seen from, `far` from the other one.
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
            // From the nearer end, where what the other end adds is least.
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
}

/// Σ_k p_k t^k.
fn polynomial(p: &[f64], t: f64) -> f64 {
    p.iter().rev().fold(0.0, |sum, p| sum * t + p)
}
