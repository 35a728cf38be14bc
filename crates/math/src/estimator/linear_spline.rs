//! The linear spline: neighbouring points joined by chords.

use super::{Estimator, ends, slope_change};
use crate::catalogue::Entry;
use crate::predictor::Knots;
use crate::sample::{Degenerate, Sample};
use crate::sum::all_finite;
use crate::wide::{Kernel, wide};

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "linear_spline",
    summary: "joins neighbouring points by straight lines",
    parameters: || vec![ends()],
    build: |values| Ok(Box::new(LinearSpline { clamp: values[0].word() == "clamp" })),
};

/// f̂ is the chord on every gap.
///
/// Cost: one pass. Accuracy: interpolates exactly; slope changes to three units of roundoff of the slopes.
struct LinearSpline {
    clamp: bool,
}

impl Estimator for LinearSpline {
    fn fit(&mut self, sample: Sample<'_>, knots: &mut Knots) -> Result<(), Degenerate> {
        if !wide(Join { sample, knots }) {
            return Err(Degenerate::Overflow);
        }
        if self.clamp {
            knots.clamp_ends();
        }
        Ok(())
    }
}

/// Chords and their slope changes.
struct Join<'a> {
    sample: Sample<'a>,
    knots: &'a mut Knots,
}

impl Kernel for Join<'_> {
    /// Whether all slopes are finite.
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        let Join { sample, knots } = self;
        let (x, y, n) = (sample.x(), sample.y(), sample.n());
        let (at, value) = (&mut knots.x, &mut knots.y);
        at.clear();
        at.extend_from_slice(x);
        value.clear();
        value.extend_from_slice(y);
        knots.inner.clear();
        knots.clamp = false;
        // Slopes first, that of the gap before each point; then each becomes the difference to the next one.
        knots.change.resize(n, 0.0);
        let change = &mut knots.change[..n];
        let ends = x.iter().zip(&x[1..]).zip(y.iter().zip(&y[1..]));
        for (slope, ((x0, x1), (y0, y1))) in change[1..].iter_mut().zip(ends) {
            *slope = (y1 - y0) / (x1 - x0);
        }
        let finite = all_finite(&change[1..]);
        knots.first_slope = change[1];
        for i in 1..n - 1 {
            change[i] = slope_change(change[i], change[i + 1]);
        }
        (change[0], change[n - 1]) = (0.0, 0.0);
        finite
    }
}
