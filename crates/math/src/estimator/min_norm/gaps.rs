//! The gaps of a sample and the kink, if any, that the fit has in each.

use super::interleave::interleave;
use super::kink::{Kink, Penalty, Rule, equal, inside, knot, meeting};
use super::three::Three;
use crate::estimator::slope_change;
use crate::predictor::Knots;
use crate::sum::all_finite;
use crate::wide::{Kernel, wide};

/// Lists with one entry a gap, and the slope changes of the chords at the points.
///
/// For noise a quarter of the gaps have a kink, at random. A kink is computed for every gap, in loops without branches, and
/// those that are not kept are dropped when the knots are written, which costs less than branches that are mispredicted.
#[derive(Default)]
pub(super) struct Gaps {
    /// Slope change of the chords at each point; 0 at the outermost.
    pub change: Vec<f64>,
    /// 1 where the gap has a kink and 0 elsewhere: 64 bits like a real, so that loops over both vectorise.
    pub kept: Vec<u64>,
    /// The first gaps of the runs that are fitted one at a time, ascending.
    pub longer: Vec<usize>,
    /// Slope of the chord.
    slope: Vec<f64>,
    /// Position, value and slope change of the kink.
    x: Vec<f64>,
    y: Vec<f64>,
    bend: Vec<f64>,
    /// The first gaps of runs of three points, ascending.
    threes: Vec<usize>,
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
        self.kept.resize(n - 1, 0);
        self.change.resize(n, 0.0);
        chords(x, y, &mut self.slope);
        for (change, pair) in self.change[1..].iter_mut().zip(self.slope.windows(2)) {
            *change = slope_change(pair[0], pair[1]);
        }
        (self.change[0], self.change[n - 1]) = (0.0, 0.0);
        self.first_slope = self.slope[0];
        self.some_outside = false;
    }

    /// Gives every gap between points of equal curvature the kink where the chords on its two sides meet, which is the fit
    /// of a run of two points. Lists the longer runs.
    #[inline(always)]
    fn propose_meetings(&mut self, x: &[f64], y: &[f64]) {
        let Gaps { slope, change, x: at, y: value, bend, kept, .. } = self;
        self.some_outside = meetings(x, y, slope, change, at, value, bend, kept);
        self.threes.clear();
        self.longer.clear();
        let (mut before, mut words) = (0, words(&self.kept).peekable());
        while let Some((first, here)) = words.next() {
            let next = words.peek().map_or(0, |(_, word)| *word);
            let starts = here & (here >> 1 | next << 63) & !(here << 1 | before >> 63);
            let three_gaps = here >> 2 | next << 62;
            push_ones(&mut self.threes, first, starts & !three_gaps);
            push_ones(&mut self.longer, first, starts & three_gaps);
            before = here;
        }
    }

    /// Fits all runs of three points.
    #[inline(always)]
    fn fit_threes(&mut self, penalty: Penalty, x: &[f64], y: &[f64]) {
        for starts in self.threes.chunks(Three::COUNT) {
            // An incomplete last chunk is filled up with its first run, whose fit is written several times.
            let starts = std::array::from_fn(|k| *starts.get(k).unwrap_or(&starts[0]));
            let three = Three::gather(&starts, x, y, &self.slope, &self.change);
            let (gaps, some_outside) = three.solve(penalty);
            for (second, fitted) in gaps.iter().enumerate() {
                for (k, start) in starts.iter().enumerate() {
                    let gap = start + second;
                    (self.x[gap], self.y[gap], self.bend[gap]) = (fitted.x[k], fitted.y[k], fitted.bend[k]);
                    self.kept[gap] = fitted.kept[k];
                }
            }
            self.some_outside |= some_outside;
        }
    }

    /// Adds the runs of three points to those that are fitted one at a time.
    fn leave_threes(&mut self) {
        self.longer.append(&mut self.threes);
        self.longer.sort_unstable();
    }

    /// Sets the kink of a gap, or none.
    pub fn set(&mut self, x: &[f64], y: &[f64], gap: usize, kink: Option<Kink>) {
        self.kept[gap] = u64::from(kink.is_some());
        if let Some(kink) = kink {
            let (ends, labels) = ((x[gap], x[gap + 1]), (y[gap], y[gap + 1]));
            // The outermost points have no curvature: the first gap takes the sign of the second point.
            let sign = if gap == 0 { self.change[1] } else { self.change[gap] };
            (self.x[gap], self.y[gap], self.bend[gap]) = knot(ends, labels, self.slope[gap], sign, kink);
            if gap == 0 {
                self.first_slope = self.slope[0] - (kink.depth / kink.left).copysign(sign);
            }
            self.some_outside |= !inside(x[gap], self.x[gap], x[gap + 1]);
        }
    }

    /// Writes data points and kinks in order of x. A data point keeps its slope change unless a neighbouring gap has a
    /// kink; a kink that rounding puts on a data point becomes the slope change of that point.
    ///
    /// `before` holds the numbers of knots and of inner knots of the parts written so far, whose last two points are the
    /// first two of this part; returns these numbers with this part. Lists may be longer.
    pub fn write(
        &mut self,
        x: &[f64],
        y: &[f64],
        before: (usize, usize),
        knots: &mut Knots,
    ) -> (usize, usize) {
        let absorbed = if self.some_outside { self.absorb(x) } else { Vec::new() };
        let kinks = wide(HandOver { kept: &self.kept, change: &mut self.change[1..] }) as usize;
        let (start, inner_start) = (before.0.saturating_sub(2), before.1);
        if before.0 > 0 {
            // The first point's slope change is in the part before, where it is not outermost.
            self.change[0] = knots.change[start];
        } else {
            knots.first_slope = self.first_slope;
        }
        let (end, inner_end) = (start + x.len() + kinks, inner_start + kinks);
        // One entry more, for the last kink that is written and not kept.
        for list in [&mut knots.x, &mut knots.y, &mut knots.change] {
            list.resize(list.len().max(end + 1), 0.0);
        }
        knots.inner.resize(knots.inner.len().max(inner_end + 1), 0);
        let to = [&mut knots.x, &mut knots.y, &mut knots.change].map(|list| &mut list[start..=end]);
        let inner = &mut knots.inner[inner_start..=inner_end];
        let (points, kinks_between) = ([x, y, &self.change], [&self.x[..], &self.y, &self.bend]);
        interleave(to, points, kinks_between, &self.kept, inner);
        if start > 0 {
            inner.iter_mut().for_each(|place| *place += start);
        }
        // A point's position among the knots is its number plus the number of kinks before it.
        for (point, change) in absorbed {
            knots.change[start + point + self.kept[..point].iter().sum::<u64>() as usize] += change;
        }
        (end, inner_end)
    }

    /// Drops the kinks that rounding puts on data points; returns these points and the slope changes of the kinks.
    #[cold]
    fn absorb(&mut self, x: &[f64]) -> Vec<(usize, f64)> {
        let mut absorbed = Vec::new();
        for i in 0..self.kept.len() {
            if self.kept[i] == 1 && !inside(x[i], self.x[i], x[i + 1]) {
                self.kept[i] = 0;
                (self.change[i], self.change[i + 1]) = (0.0, 0.0);
                absorbed.push((if self.x[i] <= x[i] { i } else { i + 1 }, self.bend[i]));
            }
        }
        absorbed
    }
}

/// [`Gaps::begin`], then the fits of all runs of two and, with a penalty, of three points, as a kernel.
pub(super) struct Begin<'a> {
    pub gaps: &'a mut Gaps,
    pub x: &'a [f64],
    pub y: &'a [f64],
    pub rule: Rule,
}

impl Kernel for Begin<'_> {
    /// Whether all slopes are finite.
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        let Begin { gaps, x, y, rule } = self;
        gaps.begin(x, y);
        match rule {
            Rule::Spline => {
                gaps.kept.fill(0);
                gaps.longer.clear();
            }
            Rule::Sparsest => {
                gaps.propose_meetings(x, y);
                gaps.leave_threes();
            }
            Rule::Least(penalty) => {
                gaps.propose_meetings(x, y);
                gaps.fit_threes(penalty, x, y);
            }
        }
        all_finite(&gaps.slope)
    }
}

// The loops below take each slice as a separate argument, so that the compiler knows that they do not overlap.

/// The slope of every chord.
#[inline(always)]
fn chords(x: &[f64], y: &[f64], slope: &mut [f64]) {
    let ends = x.iter().zip(&x[1..]).zip(y.iter().zip(&y[1..]));
    for (slope, ((x0, x1), (y0, y1))) in slope.iter_mut().zip(ends) {
        *slope = (y1 - y0) / (x1 - x0);
    }
}

/// The kink of every gap where the chords on its two sides meet, kept between points of equal curvature; returns whether
/// rounding puts one that is kept outside its gap.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "see above")]
fn meetings(
    x: &[f64],
    y: &[f64],
    slope: &[f64],
    change: &[f64],
    at: &mut [f64],
    value: &mut [f64],
    bend: &mut [f64],
    kept: &mut [u64],
) -> bool {
    let gaps = slope.len();
    let (x0, x1, y0, y1) = (&x[..gaps], &x[1..][..gaps], &y[..gaps], &y[1..][..gaps]);
    let (c0, c1) = (&change[..gaps], &change[1..][..gaps]);
    let (at, value, bend, kept) = (&mut at[..gaps], &mut value[..gaps], &mut bend[..gaps], &mut kept[..gaps]);
    let mut outside = 0;
    for i in 0..gaps {
        let kink = meeting(x1[i] - x0[i], c0[i].abs(), c1[i].abs());
        (at[i], value[i], bend[i]) = knot((x0[i], x1[i]), (y0[i], y1[i]), slope[i], c0[i], kink);
        let equal = equal(c0[i], c1[i]);
        kept[i] = u64::from(equal);
        outside |= u64::from(equal & !inside(x0[i], at[i], x1[i]));
    }
    outside != 0
}

/// Sets the slope changes of the inner points next to kinks to zero, and counts the kinks.
struct HandOver<'a> {
    kept: &'a [u64],
    change: &'a mut [f64],
}

impl Kernel for HandOver<'_> {
    type Output = u64;

    #[inline(always)]
    fn call(self) -> u64 {
        for (change, beside) in self.change.iter_mut().zip(self.kept.windows(2)) {
            *change *= if beside[0] | beside[1] == 0 { 1.0 } else { 0.0 };
        }
        self.kept.iter().sum()
    }
}

/// Flags in words of 64 bits: the index of the first flag and the word.
#[inline(always)]
fn words(flags: &[u64]) -> impl Iterator<Item = (usize, u64)> {
    let word = |flags: &[u64]| flags.iter().enumerate().fold(0, |word, (i, flag)| word | flag << i);
    flags.chunks(64).enumerate().map(move |(k, flags)| (64 * k, word(flags)))
}

/// Appends `first` + k for every bit k of a word that is 1, ascending.
#[inline(always)]
fn push_ones(list: &mut Vec<usize>, first: usize, mut word: u64) {
    while word != 0 {
        list.push(first + word.trailing_zeros() as usize);
        word &= word - 1;
    }
}
