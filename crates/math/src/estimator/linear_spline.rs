//! The linear spline: neighbouring points joined by chords.

use super::{Estimator, Report, cost, ends, slope_change};
use crate::catalogue::{Choice, Entry};
use crate::predictor::{Knots, Predictor};
use crate::risk::integrate;
use crate::sample::{Degenerate, Sample};
use crate::seed::Draws;
use crate::sum::all_finite;
use crate::theory::{Class, Known, Setting, explodes, moment};
use crate::wide::{Kernel, wide};

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "linear_spline",
    summary: "joins neighbouring points by straight lines",
    parameters: || vec![ends()],
    build: |values| Ok(Box::new(LinearSpline { clamp: values[0].word() == "clamp" })),
};

/// In probability the spline is tempered for every p, on random designs, grids and jittered grids. In expectation it is
/// catastrophic where outer lines are extended, for every p on a random design and for p ≥ 2 on a grid with jitter 1, and
/// tempered otherwise.
///
/// At the fraction t of a gap the error is (1 − t) ε + t ε', so that R_p → E ∫_0^1 |(1 − t) ε + t ε'|^p dt: for normal
/// noise m_p ∫ (1 − 2t + 2t²)^{p/2} dt with m_p = E|ε|^p, and (2/3) E ε² for p = 2 and any noise. The risk is the mean of
/// these integrals weighted by the gaps, which are independent of the noise and vanish, so that the limit is the same for
/// every design that fills the interval.
///
/// Source: Joshi, Vardi & Srebro (2024), arXiv 2307.15396, for f* Lipschitz; on the hull E R_p is the limit times
/// the mean length of the hull, (n − 1)/(n + 1) on a random design, by the same integral.
pub(super) fn known(estimator: &Choice, setting: &Setting<'_>) -> Option<Known> {
    if !setting.fills() {
        return None;
    }
    let share = match (setting.noise.name(), setting.p) {
        (_, 2.0) => Some(2.0 / 3.0),
        ("normal", p) => Some(integrate(&|t| libm::pow(1.0 - 2.0 * t + 2.0 * t * t, p / 2.0), 0.0, 1.0)),
        _ => None,
    };
    Some(Known {
        in_probability: Some(Class::Tempered),
        in_expectation: Some(if explodes(estimator, setting) {
            Class::Catastrophic
        } else {
            Class::Tempered
        }),
        limit: share.map(|share| share * moment(setting.noise, setting.p)),
        exponent: None,
        source: "arXiv 2307.15396",
    })
}

/// f̂ is the chord on every gap.
///
/// Errors: `Overflow` where a slope is not finite. Cost: O(n), one pass. Accuracy: interpolates exactly; slope changes to
/// three units of roundoff of the slopes.
struct LinearSpline {
    clamp: bool,
}

impl Estimator for LinearSpline {
    fn fit(
        &mut self,
        sample: Sample<'_>,
        _: &Draws<'_>,
        predictor: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        let knots = predictor.piecewise_linear();
        if !wide(Join { sample, knots }) {
            return Err(Degenerate::Overflow);
        }
        if self.clamp {
            knots.clamp_ends();
        }
        Ok(Report::default())
    }

    fn is_local(&self) -> bool {
        true
    }

    fn levels_off(&self) -> bool {
        self.clamp
    }

    fn cost(&self, n: u64) -> f64 {
        cost::TRIAL + cost::POINT * n as f64
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
        (knots.clamp, knots.left, knots.right) = (false, 0, 0);
        // First the slope of the gap before each point; then the slope change at the point in its place.
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
