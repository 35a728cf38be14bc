//! Matérn predictors between their points.

use super::process::{FAR, Process, Vector, dot, mirrored};
use crate::predictor::reach::{between, series, tail};
use crate::predictor::{Expansion, Form, Pieces, Units, length};

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

    fn expansion(&self) -> Expansion {
        let mut powers = Expansion::new(Form::Powers);
        let (last, decay) = (self.x.len() - 1, 1.0 / self.rate);
        let left = tail(self.x[0], -1.0, decay);
        powers.push((left[0] - decay).max(f64::MIN), 1.0, &[0.0]);
        for ends in left.windows(2) {
            // Seen from the data the process goes left; the piece is walked back.
            let there = self.process.transition((self.x[0] - ends[0]) * self.rate);
            let state = std::array::from_fn(|i| dot(&there[i], &mirrored(&self.states[0])));
            self.piece((ends[0], ends[1], -1.0), (&state, &[0.0; M]), &mut powers);
        }
        (0..last).for_each(|gap| self.gap(gap, &mut powers));
        let mut state = self.states[last];
        let right = tail(self.x[last], 1.0, decay);
        for ends in right.windows(2) {
            state = self.piece((ends[0], ends[1], 1.0), (&state, &[0.0; M]), &mut powers);
        }
        powers.push(right[right.len() - 1], 1.0, &[0.0]);
        powers
    }
}

impl<const M: usize> Paths<M> {
    /// Appends the pieces of a gap.
    fn gap(&self, gap: usize, powers: &mut Expansion) {
        let (x0, x1) = (self.x[gap], self.x[gap + 1]);
        let (ends, lives) = between(x0, x1, 1.0 / self.rate);
        let pulled = self.process.behind(&self.forces[gap].right);
        let mut state = self.states[gap];
        for (ends, live) in ends.windows(2).zip(lives) {
            if live {
                let far = ((x1 - ends[0]) * self.rate).min(FAR);
                let sum = |i: usize| pulled.iter().rev().fold(0.0, |sum, w| sum * far + w[i]);
                let pull = std::array::from_fn(|i| libm::exp(-far) * sum(i));
                state = self.piece((ends[0], ends[1], 1.0), (&state, &pull), powers);
            } else {
                powers.push(ends[0], 1.0, &[0.0]);
                state = [0.0; M];
            }
        }
    }

    /// Appends a piece, from the state at its left end, and returns that at its right end. The process goes with the side,
    /// 1, or against it, −1.
    ///
    /// From Q' = F Q + Q Fᵀ + q e eᵀ the state z and the pull λ of the far end obey z' = F z + q e λ_M and λ' = −Fᵀ λ, linear
    /// equations whose power series follow term by term.
    fn piece(
        &self,
        (from, to, side): (f64, f64, f64),
        (state, pull): (&Vector<M>, &Vector<M>),
        powers: &mut Expansion,
    ) -> Vector<M> {
        let width = length(from, to);
        let step = side * (width * self.rate).min(FAR);
        let (mut z, mut pull, mut end, mut k) = (*state, *pull, [0.0; M], 0.0);
        let terms = series(|| {
            let term = z[0];
            (0..M).for_each(|i| end[i] += z[i]);
            k += 1.0;
            (z, pull) = self.process.next_terms(&z, &pull, step / k);
            term
        });
        powers.push(from, 1.0 / width, &terms);
        end
    }
}

/// Σ_k p_k t^k.
fn polynomial(p: &[f64], t: f64) -> f64 {
    p.iter().rev().fold(0.0, |sum, p| sum * t + p)
}
