//! The gaps of a sample and the kink, if any, that the fit has in each.

use super::chain::Kink;
use super::{meeting, slope_change};
use crate::predictor::Knots;
use crate::sum::all_finite;
use crate::wide::Kernel;
use std::ops::Range;

/// One entry a gap, beside the slope changes of the chords at the points.
///
/// On noise a quarter of the gaps have a kink, at random. So everything is computed for every gap, in loops
/// without branches, and what is not kept is dropped when the knots are written: cheaper than branches that
/// cannot be predicted.
#[derive(Default)]
pub(super) struct Gaps {
    /// Slope change of the chords at each point; 0 at the outermost.
    pub change: Vec<f64>,
    /// Whether the gap has a kink.
    pub kept: Vec<bool>,
    /// Slope of the chord.
    slope: Vec<f64>,
    /// Position, value and slope change of the kink.
    x: Vec<f64>,
    y: Vec<f64>,
    bend: Vec<f64>,
    /// Slope left of every knot.
    first_slope: f64,
    /// Whether rounding puts a kink on a data point.
    some_outside: bool,
}

impl Gaps {
    /// Chords and slope changes of a sample; no gap has a kink.
    #[inline(always)]
    fn begin(&mut self, x: &[f64], y: &[f64]) {
        let n = x.len();
        for list in [&mut self.slope, &mut self.x, &mut self.y, &mut self.bend] {
            list.resize(n - 1, 0.0);
        }
        let ends = x.iter().zip(&x[1..]).zip(y.iter().zip(&y[1..]));
        for (slope, ((x0, x1), (y0, y1))) in self.slope.iter_mut().zip(ends) {
            *slope = (y1 - y0) / (x1 - x0);
        }
        self.change.resize(n, 0.0);
        for (change, pair) in self.change[1..].iter_mut().zip(self.slope.windows(2)) {
            *change = slope_change(pair[0], pair[1]);
        }
        (self.change[0], self.change[n - 1]) = (0.0, 0.0);
        self.first_slope = self.slope[0];
        self.some_outside = false;
        self.kept.clear();
        self.kept.resize(n - 1, false);
    }

    /// Keeps, in every gap between points of equal curvature, the kink where its outer lines meet: the fit
    /// of a run of two points, and a mark for longer ones.
    #[inline(always)]
    fn propose_meetings(&mut self, x: &[f64], y: &[f64]) {
        let data = x.windows(2).zip(y.windows(2)).zip(&self.slope).zip(self.change.windows(2));
        let kinks = self.x.iter_mut().zip(&mut self.y).zip(&mut self.bend);
        for ((((x, y), slope), change), ((at, value), bend)) in data.zip(kinks) {
            let kink = meeting(x[1] - x[0], change[0].abs(), change[1].abs());
            (*at, *value, *bend) = knot((x[0], x[1]), (y[0], y[1]), *slope, change[0], kink);
        }
        let mut some_outside = false;
        let ends = x.iter().zip(&x[1..]).zip(&self.x).zip(self.change.iter().zip(&self.change[1..]));
        for ((((x0, x1), at), (c0, c1)), kept) in ends.zip(&mut self.kept) {
            *kept = ((*c0 > 0.0) & (*c1 > 0.0)) | ((*c0 < 0.0) & (*c1 < 0.0));
            some_outside |= *kept & !((x0 < at) & (at < x1));
        }
        self.some_outside = some_outside;
    }

    /// The next run of three or more points that starts at `from` or later: its gaps.
    pub fn long_run(&self, from: usize) -> Option<Range<usize>> {
        let start = from + self.kept[from..].windows(2).position(|pair| pair[0] & pair[1])?;
        let count = self.kept[start..].iter().take_while(|kept| **kept).count();
        Some(start..start + count)
    }

    /// Gives a gap of a run this kink, or none.
    pub fn set(&mut self, x: &[f64], y: &[f64], gap: usize, kink: Option<Kink>) {
        self.kept[gap] = kink.is_some();
        if let Some(kink) = kink {
            let (ends, labels) = ((x[gap], x[gap + 1]), (y[gap], y[gap + 1]));
            // The outermost points have no curvature of their own.
            let sign = if gap == 0 { self.change[1] } else { self.change[gap] };
            (self.x[gap], self.y[gap], self.bend[gap]) = knot(ends, labels, self.slope[gap], sign, kink);
            if gap == 0 {
                self.first_slope = self.slope[0] - (kink.depth / kink.left).copysign(sign);
            }
            self.some_outside |= !inside(&x[gap..], self.x[gap]);
        }
    }

    /// Writes data points and kinks in order. A data point keeps its slope change unless a kink beside it
    /// took it over; a kink that rounding puts on a data point is that point's.
    #[inline(always)]
    fn write(&mut self, x: &[f64], y: &[f64], knots: &mut Knots) {
        let absorbed = if self.some_outside { self.absorb(x) } else { Vec::new() };
        let n = x.len();
        let kinks: usize = self.kept.iter().map(|kept| usize::from(*kept)).sum();
        // One place more than needed: a kink is written before it is known whether it is kept.
        let room = n + kinks + 1;
        for list in [&mut knots.x, &mut knots.y, &mut knots.change] {
            list.resize(room, 0.0);
        }
        knots.inner.resize(kinks + 1, 0);
        let (at, value, bend) = (&mut knots.x[..room], &mut knots.y[..room], &mut knots.change[..room]);
        let places = &mut knots.inner[..kinks + 1];
        let (mut count, mut inner, mut behind) = (0, 0, false);
        let points = x.iter().zip(y).zip(&self.change);
        let gaps = self.x.iter().zip(&self.y).zip(&self.bend).zip(&self.kept);
        for (((x, y), own), (((kink, depth), change), kept)) in points.zip(gaps) {
            // A factor, since a choice would be compiled to a branch.
            let own = own * f64::from(u8::from(!(behind | kept)));
            at[count..count + 2].copy_from_slice(&[*x, *kink]);
            value[count..count + 2].copy_from_slice(&[*y, *depth]);
            bend[count..count + 2].copy_from_slice(&[own, *change]);
            places[inner] = count + 1;
            count += 1 + usize::from(*kept);
            inner += usize::from(*kept);
            behind = *kept;
        }
        (at[count], value[count], bend[count]) = (x[n - 1], y[n - 1], 0.0);
        // A point's place is its number plus the kinks before it; both lists ascend.
        let (mut before, mut counted) = (0, 0);
        for (point, change) in absorbed {
            before += self.kept[counted..point].iter().filter(|kept| **kept).count();
            counted = point;
            bend[point + before] += change;
        }
        knots.first_slope = self.first_slope;
        for list in [&mut knots.x, &mut knots.y, &mut knots.change] {
            list.truncate(count + 1);
        }
        knots.inner.truncate(inner);
    }

    /// Drops the kinks that rounding puts on data points; returns those points and the slope changes.
    #[cold]
    fn absorb(&mut self, x: &[f64]) -> Vec<(usize, f64)> {
        let mut absorbed = Vec::new();
        for i in 0..self.kept.len() {
            if self.kept[i] && !inside(&x[i..], self.x[i]) {
                self.kept[i] = false;
                (self.change[i], self.change[i + 1]) = (0.0, 0.0);
                absorbed.push((if self.x[i] <= x[i] { i } else { i + 1 }, self.bend[i]));
            }
        }
        absorbed
    }
}

/// [`Gaps::begin`], then [`Gaps::propose_meetings`] if asked for, as a kernel.
pub(super) struct Begin<'a> {
    pub gaps: &'a mut Gaps,
    pub x: &'a [f64],
    pub y: &'a [f64],
    pub meet: bool,
}

impl Kernel for Begin<'_> {
    /// Whether all slopes are finite.
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        self.gaps.begin(self.x, self.y);
        if self.meet {
            self.gaps.propose_meetings(self.x, self.y);
        }
        all_finite(&self.gaps.slope)
    }
}

/// [`Gaps::write`] as a kernel.
pub(super) struct Write<'a> {
    pub gaps: &'a mut Gaps,
    pub x: &'a [f64],
    pub y: &'a [f64],
    pub knots: &'a mut Knots,
}

impl Kernel for Write<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.gaps.write(self.x, self.y, self.knots);
    }
}

/// Whether a position is strictly between the first two of these.
#[inline(always)]
fn inside(ends: &[f64], at: f64) -> bool {
    (ends[0] < at) & (at < ends[1])
}

/// Position, value and slope change of a kink, each measured from the nearer data point.
#[inline(always)]
fn knot((x0, x1): (f64, f64), (y0, y1): (f64, f64), slope: f64, sign: f64, kink: Kink) -> (f64, f64, f64) {
    let near_left = kink.left <= kink.right;
    let (from_left, from_right) = (x0 + kink.left, x1 - kink.right);
    let (chord_left, chord_right) = (y0 + slope * kink.left, y1 - slope * kink.right);
    let (at, chord) = if near_left { (from_left, chord_left) } else { (from_right, chord_right) };
    (at, chord - kink.depth.copysign(sign), kink.change.copysign(sign))
}
