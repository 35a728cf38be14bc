//! Loss and gradient in O(n + m).
//!
//! With x sorted, a neuron is active on a suffix of the data (w ≥ 0) or on a prefix (w < 0), which is given by its
//! *place*: one of n + 1 numbers for each side. Predictions are cumulative sums over places of the contributions of
//! neurons, and the gradient is in cumulative sums of r_i and r_i x_i at the places. Places are kept from step to step.
//!
//! A place remains valid while the neuron is inactive at one of the two points around its kink and active at the other.
//! The x of these two points are stored next to the weights: the test has no branches, and few neurons fail it in a step.

use crate::network::{Decay, Parts, PartsMut, Weights, parts, parts_mut};
use crate::sum::sum_of_pairs;

/// Neurons that are tested together: eight numbers fill two registers of 256 bits.
const LANES: usize = 8;
/// Copies of the sums at places. Consecutive neurons add to different copies, so that an addition to a place does not wait
/// for the one before, which takes four cycles where one addition can begin in each.
const COPIES: usize = 4;
/// The most points for which there are copies: with more points consecutive neurons are rarely at one place, one time in
/// 64 if places are drawn evenly, while the copies have to be cleared and added up at every step.
const FEW_POINTS: usize = 64;
/// Steps of the linear search for a place, from the last one, before a binary search. A step of training moves a neuron by
/// few places at most; a binary search among thousands mispredicts about half of a dozen branches, the cost of these
/// steps.
const WALK: usize = 16;

/// The data, and the places of the neurons.
#[derive(Default)]
pub(super) struct Sweep {
    /// The data.
    x: Vec<f64>,
    /// By place: the x next to the kink of a neuron at which it is inactive, and at which it is active.
    ends: Vec<[f64; 2]>,
    /// By neuron: p where it is active on x_p …, n + 1 + p where it is active on … x_{p−1}.
    place: Vec<u32>,
    /// By neuron: the `ends` of its place.
    off: Vec<f64>,
    on: Vec<f64>,
    /// By place: Σ a w and Σ a b of the neurons there, in copies.
    sums: Vec<[f64; 2]>,
    /// By place: Σ r x and Σ r over the points where a neuron there is active.
    moments: Vec<[f64; 2]>,
    /// The moments Σ r x and Σ r at each neuron's place.
    slope: Vec<f64>,
    level: Vec<f64>,
    /// f(x_i), then the residual r_i.
    value: Vec<f64>,
    /// r_i times the point's share in the gradient.
    pull: Vec<f64>,
    /// (∂loss/∂r_i)/r_i: 2/n with all points; with a batch 2/batch for its points and 0 for others.
    pub share: Vec<f64>,
}

impl Sweep {
    /// Starts training on these data with these weights, every point with the share 2/n.
    pub fn begin(&mut self, x: &[f64], weights: &Weights) {
        let (n, m) = (x.len(), weights.width);
        self.x.clear();
        self.x.extend_from_slice(x);
        // ±f64::MAX as outermost neighbours, so that every kink lies between two points.
        let point = |i: usize| if i == 0 { -f64::MAX } else { x.get(i - 1).copied().unwrap_or(f64::MAX) };
        self.ends.clear();
        self.ends.extend((0..=n).map(|p| [point(p), point(p + 1)]));
        self.ends.extend((0..=n).map(|p| [point(p + 1), point(p)]));
        for list in [&mut self.off, &mut self.on, &mut self.slope, &mut self.level] {
            list.clear();
            list.resize(m, 0.0);
        }
        self.place.clear();
        self.place.resize(m, 0);
        self.sums.clear();
        self.sums.resize(2 * (n + 1) * if n <= FEW_POINTS { COPIES } else { 1 }, [0.0; 2]);
        self.moments.clear();
        self.moments.resize(2 * (n + 1), [0.0; 2]);
        for list in [&mut self.value, &mut self.pull] {
            list.clear();
            list.resize(n, 0.0);
        }
        self.share.clear();
        self.share.resize(n, 2.0 / n as f64);
        for j in 0..m {
            self.relocate(j, weights.theta[m + j], weights.theta[2 * m + j]);
        }
    }

    /// Updates the places after a change of the weights.
    #[inline(always)]
    pub fn locate(&mut self, weights: &Weights) {
        let Parts { w, b, .. } = weights.parts();
        let (rows_w, rest_w) = w.as_chunks::<LANES>();
        let (rows_b, rest_b) = b.as_chunks::<LANES>();
        for (row, (w, b)) in rows_w.iter().zip(rows_b).enumerate() {
            let lanes = row * LANES..(row + 1) * LANES;
            let mut still = true;
            for (((w, b), off), on) in w.iter().zip(b).zip(&self.off[lanes.clone()]).zip(&self.on[lanes]) {
                still &= stays(*w, *b, *off, *on);
            }
            if !still {
                self.shift(row * LANES, w, b);
            }
        }
        self.shift(rows_w.len() * LANES, rest_w, rest_b);
    }

    /// Updates the places of consecutive neurons. Kinks near a data point often cross it in consecutive steps, so that moves
    /// by one place are computed without branches.
    #[inline(always)]
    fn shift(&mut self, start: usize, w: &[f64], b: &[f64]) {
        let (n, lanes) = (self.x.len(), start..start + w.len());
        let (place, off, on) =
            (&mut self.place[lanes.clone()], &mut self.off[lanes.clone()], &mut self.on[lanes]);
        let mut lost = false;
        for (((w, b), place), (off, on)) in w.iter().zip(b).zip(place).zip(off.iter_mut().zip(on)) {
            let past = i32::from(w * *on + b <= 0.0) - i32::from(w * *off + b > 0.0);
            let side = 1 - 2 * i32::from(*place as usize > n);
            let next = place.wrapping_add_signed(past * side);
            let ends = self.ends.get(next as usize);
            *place = if ends.is_some() { next } else { *place };
            [*off, *on] = *ends.unwrap_or(&[f64::NAN; 2]);
            lost |= !stays(*w, *b, *off, *on);
        }
        if lost {
            for (j, (w, b)) in (start..).zip(w.iter().zip(b)) {
                self.relocate(j, *w, *b);
            }
        }
    }

    /// Finds the place of neuron j, starting the search at the last one.
    #[cold]
    fn relocate(&mut self, j: usize, w: f64, b: f64) {
        let (n, place) = (self.x.len(), self.place[j] as usize);
        // True on a prefix of x, as w x + b is monotone in x after rounding too.
        let before = |x: f64| (w * x + b > 0.0) == (w < 0.0);
        let p = seek(&self.x, if place > n { place - n - 1 } else { place }, before);
        let place = if w < 0.0 { n + 1 + p } else { p };
        // Places count to 2 n + 1, and samples have fewer than 2³⁰ points.
        self.place[j] = place as u32;
        [self.off[j], self.on[j]] = self.ends[place];
    }

    /// Computes predictions, residuals and the moments that the gradient needs; returns the mean of squared residuals.
    #[inline(always)]
    pub fn predict(&mut self, y: &[f64], weights: &Weights) -> f64 {
        self.gather_sums(&weights.parts());
        let n = y.len();
        let x = &self.x[..n];
        let (suffix, prefix) = self.sums[..2 * (n + 1)].split_at(n + 1);
        // A cumulative sum is a chain of dependent additions: both directions share one loop, so that they overlap.
        let (value, pull) = (&mut self.value[..n], &mut self.pull[..n]);
        let (mut s, mut t) = weights.affine();
        let (mut back_s, mut back_t) = (0.0, 0.0);
        for (i, k) in (0..n).zip((0..n).rev()) {
            (s, t) = (s + suffix[i][0], t + suffix[i][1]);
            (back_s, back_t) = (back_s + prefix[k + 1][0], back_t + prefix[k + 1][1]);
            value[i] = s * x[i] + t;
            pull[k] = back_s * x[k] + back_t;
        }
        for (((value, pull), y), share) in value.iter_mut().zip(&mut *pull).zip(y).zip(&self.share) {
            *value = (*value + *pull) - y;
            *pull = *value * share;
        }
        let loss = sum_of_pairs(value, value, |r, s| r * s);
        let (suffix, prefix) = self.moments.split_at_mut(n + 1);
        let (mut rx, mut r, mut back_rx, mut back_r) = (0.0, 0.0, 0.0, 0.0);
        for (i, k) in (0..n).zip((0..n).rev()) {
            (rx, r) = (rx + pull[i] * x[i], r + pull[i]);
            (back_rx, back_r) = (back_rx + pull[k] * x[k], back_r + pull[k]);
            prefix[i + 1] = [rx, r];
            suffix[k] = [back_rx, back_r];
        }
        loss / n as f64
    }

    /// Sums a w and a b by place.
    #[inline(always)]
    fn gather_sums(&mut self, weights: &Parts<'_>) {
        let places = self.moments.len();
        self.sums.fill([0.0; 2]);
        let neurons = self.place.iter().zip(weights.a).zip(weights.w.iter().zip(weights.b));
        if self.sums.len() == places {
            for ((place, a), (w, b)) in neurons {
                let sum = &mut self.sums[*place as usize];
                *sum = [sum[0] + a * w, sum[1] + a * b];
            }
            return;
        }
        for (j, ((place, a), (w, b))) in neurons.enumerate() {
            let sum = &mut self.sums[(j % COPIES) * places + *place as usize];
            *sum = [sum[0] + a * w, sum[1] + a * b];
        }
        let (first, others) = self.sums.split_at_mut(places);
        for copy in others.chunks_exact(places) {
            for (sum, more) in first.iter_mut().zip(copy) {
                *sum = [sum[0] + more[0], sum[1] + more[1]];
            }
        }
    }

    /// Overwrites `gradient` with that of the last predicted loss, weight decay included.
    #[inline(always)]
    pub fn differentiate(&mut self, weights: &Weights, decay: Decay, gradient: &mut [f64]) {
        let m = weights.width;
        for ((slope, level), place) in self.slope.iter_mut().zip(&mut self.level).zip(&self.place) {
            [*slope, *level] = self.moments[*place as usize];
        }
        let Parts { a, w, b, skip } = parts(&weights.theta, m);
        let PartsMut { a: da, w: dw, b: db, skip: dskip } = parts_mut(gradient, m);
        let (slope, level) = (&self.slope[..m], &self.level[..m]);
        for j in 0..m {
            let (a, w, b, slope, level) = (a[j], w[j], b[j], slope[j], level[j]);
            da[j] = (w * slope + b * level) + decay.weights * a;
            dw[j] = a * slope + decay.weights * w;
            db[j] = a * level + decay.biases * b;
        }
        // The affine part is active at all points: the suffix that starts at the first one.
        if !skip.is_empty() {
            dskip.copy_from_slice(&self.moments[0]);
        }
    }
}

/// Whether a neuron is inactive at `off` and active at `on`; false where a weight is NaN.
#[inline(always)]
fn stays(w: f64, b: f64, off: f64, on: f64) -> bool {
    (w * off + b <= 0.0) & (w * on + b > 0.0)
}

/// The length of the prefix on which `before` holds: a linear search from a guess, then a binary search.
fn seek(x: &[f64], from: usize, before: impl Fn(f64) -> bool) -> usize {
    let mut p = from;
    for _ in 0..WALK {
        if p < x.len() && before(x[p]) {
            p += 1;
        } else if p > 0 && !before(x[p - 1]) {
            p -= 1;
        } else {
            return p;
        }
    }
    x.partition_point(|x| before(*x))
}
