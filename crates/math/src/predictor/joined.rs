//! Piecewise-linear functions that are given by their own knots.

use super::Knots;
use crate::sample::Degenerate;

impl Knots {
    /// Overwrites the knots with those of the function through the points (`at`, `values`), linear between them and beyond, as a
    /// predictor of a sample at `x`: points of the sample become knots without a kink.
    ///
    /// Shapes: `at` and `values` have one length of at least 2; `x` increases strictly.
    ///
    /// # Errors
    /// `Malformed` where lengths differ or `at` does not increase; `NotFinite` with the first such value; `Overflow` where a slope
    /// is not finite.
    ///
    /// # Cost
    /// O(number of knots and points).
    ///
    /// ```
    /// use tempered_math::predictor::Knots;
    ///
    /// let mut hat = Knots::default();
    /// hat.join(&[0.0, 0.25, 1.0], (&[0.0, 0.5, 1.0], &[0.0, 1.0, 0.0])).unwrap();
    /// assert_eq!((hat.value(0.25), hat.value(0.5), hat.size().kinks), (0.5, 1.0, 1));
    /// ```
    pub fn join(&mut self, x: &[f64], (at, values): (&[f64], &[f64])) -> Result<(), Degenerate> {
        check(at, values)?;
        let slopes: Vec<f64> =
            at.windows(2).zip(values.windows(2)).map(|(x, y)| (y[1] - y[0]) / (x[1] - x[0])).collect();
        if !slopes.iter().all(|slope| slope.is_finite()) {
            return Err(Degenerate::Overflow);
        }
        *self = Knots { first_slope: slopes[0], ..Knots::default() };
        let (low, high) = (x.first().copied().unwrap_or(0.0), x.last().copied().unwrap_or(0.0));
        let (mut own, mut data) = (0, 0);
        while own < at.len() || data < x.len() {
            let is_own = own < at.len() && (data == x.len() || at[own] <= x[data]);
            let is_data = data < x.len() && (own == at.len() || x[data] <= at[own]);
            let place = if is_own { at[own] } else { x[data] };
            let piece = own.clamp(1, at.len() - 1) - 1;
            let value =
                if is_own { values[own] } else { values[piece] + slopes[piece] * (place - at[piece]) };
            let is_kink = is_own && own > 0 && own + 1 < at.len();
            self.change.push(if is_kink { slopes[own] - slopes[own - 1] } else { 0.0 });
            if !is_data {
                self.left += usize::from(place < low);
                self.right += usize::from(place > high);
                self.inner.extend((place > low && place < high).then_some(self.x.len()));
            }
            self.x.push(place);
            self.y.push(value);
            own += usize::from(is_own);
            data += usize::from(is_data);
        }
        Ok(())
    }
}

fn check(at: &[f64], values: &[f64]) -> Result<(), Degenerate> {
    if at.len() != values.len() || at.len() < 2 {
        return Err(Degenerate::Malformed);
    }
    if let Some(place) = at.iter().zip(values).position(|(x, y)| !x.is_finite() || !y.is_finite()) {
        return Err(Degenerate::NotFinite(place));
    }
    if at.windows(2).any(|pair| pair[0] >= pair[1]) { Err(Degenerate::Malformed) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_function_is_that_of_its_own_knots_wherever_the_sample_lies() {
        let (at, values) = ([-0.5, 0.2, 0.4, 0.9, 1.5], [1.0, 0.0, 2.0, -1.0, 3.0]);
        let value = |x: f64| {
            let piece = at[1..4].partition_point(|knot| *knot <= x);
            values[piece]
                + (x - at[piece]) / (at[piece + 1] - at[piece]) * (values[piece + 1] - values[piece])
        };
        for x in [vec![0.0, 0.2, 0.3, 0.5, 1.0], vec![0.25, 0.35], vec![-2.0, 3.0], vec![1.6, 1.7]] {
            let mut knots = Knots::default();
            knots.join(&x, (&at, &values)).unwrap();
            assert_eq!(knots.points(), x.len());
            assert_eq!(knots.size().kinks, 3);
            assert!(knots.x.windows(2).all(|pair| pair[0] < pair[1]));
            for step in -30..30 {
                let x = f64::from(step) / 10.0 + 0.017;
                assert!((knots.value(x) - value(x)).abs() < 1e-13, "{x}");
            }
            let y: Vec<f64> = x.iter().map(|x| value(*x) + 0.25).collect();
            assert!((knots.train_error(&y) - 0.25).abs() < 1e-13);
        }
        let refused =
            |at: &[f64], values: &[f64]| Knots::default().join(&[0.0, 1.0], (at, values)).unwrap_err();
        assert_eq!(refused(&[0.0], &[1.0]), Degenerate::Malformed);
        assert_eq!(refused(&[0.0, 0.0], &[1.0, 2.0]), Degenerate::Malformed);
        assert_eq!(refused(&[0.0, 1.0], &[1.0, f64::NAN]), Degenerate::NotFinite(1));
        assert_eq!(refused(&[0.0, 1e-300], &[0.0, 1e300]), Degenerate::Overflow);
    }
}
