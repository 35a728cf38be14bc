//! Domains split so that an error is analytic on each interval.

use super::difference::Cuts;
use crate::risk::Domain;

/// The most extrema of a sine at which a domain is split, half a megabyte of positions; with more, it is not split at any
/// and extrema may be missed.
pub(super) const TURNS: f64 = 65_536.0;

/// A domain split at the breakpoints of f̂, the knots or extrema of f*, and the data points.
#[derive(Default)]
pub(super) struct Intervals {
    at: Vec<f64>,
    joints: Vec<usize>,
}

impl Intervals {
    /// Splits the domain at breakpoints and data points.
    pub fn cut(&mut self, x: &[f64], breaks: impl Iterator<Item = f64>, domain: Domain) -> Cuts<'_> {
        let (first, last) = (x[0], x[x.len() - 1]);
        let (low, high) = domain.ends(x);
        self.at.clear();
        self.at.extend([low, high]);
        let inside = |at: &f64| *at > low && *at < high;
        self.at.extend(breaks.chain(x.iter().copied()).filter(inside));
        self.at.sort_unstable_by(f64::total_cmp);
        self.at.dedup();
        let position = |point: f64| self.at.partition_point(|at| *at < point);
        let hull = position(first)..position(last);
        self.joints.clear();
        let mut data = x.iter().peekable();
        for (k, at) in self.at.iter().enumerate().take(hull.end).skip(hull.start) {
            if data.next_if(|x| *x == at).is_none() {
                self.joints.push(k);
            }
        }
        Cuts { at: &self.at, joints: &self.joints, hull }
    }
}

/// The extrema of a sine of this rate between two points; between them it is monotone.
pub(super) fn turns(rate: f64, low: f64, high: f64) -> impl Iterator<Item = f64> {
    let half = std::f64::consts::PI / rate;
    let (first, last) = (libm::ceil(low / half - 0.5), libm::floor(high / half - 0.5));
    let count = if last - first < TURNS { (last - first + 1.0).max(0.0) as usize } else { 0 };
    (0..count).map(move |turn| (first + turn as f64 + 0.5) * half)
}
