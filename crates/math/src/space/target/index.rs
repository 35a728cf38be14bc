//! Functions of one direction.

use crate::space::dense::dot;

/// A function of one number.
pub(super) type Link = dyn Fn(f64) -> f64 + Send + Sync;

/// f*(x) = g(u·x), whose gradient is g'(u·x) u.
pub struct Index {
    direction: Vec<f64>,
    link: Box<Link>,
    /// g', where g has one but for single points.
    slope: Option<Box<Link>>,
}

impl Index {
    pub(super) fn new(direction: Vec<f64>, link: Box<Link>, slope: Option<Box<Link>>) -> Index {
        Index { direction, link, slope }
    }

    /// f* at a point.
    pub(super) fn value(&self, row: &[f64]) -> f64 {
        (self.link)(dot(&self.direction, row))
    }

    /// ∇f* there; false where there is none, and then `out` stays as it is.
    pub(super) fn gradient(&self, row: &[f64], out: &mut [f64]) -> bool {
        let Some(slope) = &self.slope else { return false };
        let slope = slope(dot(&self.direction, row));
        out.iter_mut().zip(&self.direction).for_each(|(out, u)| *out = slope * u);
        true
    }
}
