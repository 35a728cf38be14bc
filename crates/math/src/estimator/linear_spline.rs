//! The linear spline: neighbouring points joined by chords.

use super::{Estimator, ends, slope_change};
use crate::catalogue::Entry;
use crate::predictor::Knots;
use crate::sample::{Degenerate, Sample};

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
        let (x, y, n) = (sample.x(), sample.y(), sample.n());
        knots.clear();
        knots.x.extend_from_slice(x);
        knots.y.extend_from_slice(y);
        knots.change.resize(n, 0.0);
        let mut slope = (y[1] - y[0]) / (x[1] - x[0]);
        knots.first_slope = slope;
        for i in 1..n - 1 {
            let next = (y[i + 1] - y[i]) / (x[i + 1] - x[i]);
            knots.change[i] = slope_change(slope, next);
            slope = next;
        }
        if self.clamp {
            knots.clamp_ends();
        }
        Ok(())
    }
}
