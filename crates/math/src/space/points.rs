//! Rows of d features.

use crate::sample::Degenerate;

/// n points of R^d, row by row.
///
/// - d ≥ 1, and the values are n · d;
/// - no value is looked at: whether they are finite is a matter of the [`Sample`](super::Sample).
///
/// ```
/// use tempered_math::space::Points;
///
/// let points = Points::new(2, &[1.0, 2.0, 3.0, 4.0]).unwrap();
/// assert_eq!((points.n(), points.d(), points.row(1)), (2, 2, &[3.0, 4.0][..]));
/// assert!(Points::new(3, &[1.0, 2.0]).is_err());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Points<'a> {
    d: usize,
    values: &'a [f64],
}

impl<'a> Points<'a> {
    /// The points with these coordinates, row by row.
    ///
    /// # Errors
    /// `Lengths` where d is 0, or the values are no whole number of rows.
    pub fn new(d: usize, values: &'a [f64]) -> Result<Points<'a>, Degenerate> {
        if d == 0 || !values.len().is_multiple_of(d) {
            return Err(Degenerate::Lengths);
        }
        Ok(Points { d, values })
    }

    /// The number of features.
    pub fn d(&self) -> usize {
        self.d
    }

    /// The number of points.
    pub fn n(&self) -> usize {
        self.values.len() / self.d
    }

    /// The coordinates, row by row.
    pub fn values(&self) -> &'a [f64] {
        self.values
    }

    /// The features of the point at this place, which must be below n.
    pub fn row(&self, place: usize) -> &'a [f64] {
        &self.values[place * self.d..(place + 1) * self.d]
    }

    /// The points in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &'a [f64]> {
        self.values.chunks_exact(self.d)
    }
}
