//! The length of a vector, and how far two are apart at most.

use crate::sum::{largest, largest_difference};
use crate::wide::{Kernel, wide};

/// Squares that are computed at a time, before they are added.
const BLOCK: usize = 64;

struct Length<'a>(&'a [f64]);

impl Kernel for Length<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let most = largest(self.0);
        if most == 0.0 || !most.is_finite() {
            return most;
        }
        let mut sum = 0.0;
        for block in self.0.chunks(BLOCK) {
            // Quotients fill registers, while their squares are added one after the other.
            let mut squares = [0.0; BLOCK];
            for (square, c) in squares.iter_mut().zip(block) {
                *square = (c / most) * (c / most);
            }
            for square in &squares[..block.len()] {
                sum += square;
            }
        }
        most * sum.sqrt()
    }
}

/// The length of a vector, whose numbers may be of any size.
///
/// ```
/// use tempered_math::space::length;
///
/// assert_eq!(length(&[3.0, -4.0]), 5.0);
/// assert!((length(&[3e200, -4e200]) / 5e200 - 1.0).abs() < 1e-15);
/// ```
pub fn length(v: &[f64]) -> f64 {
    wide(Length(v))
}

struct Apart<'a>(&'a [f64], &'a [f64]);

impl Kernel for Apart<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        largest_difference(self.0, self.1)
    }
}

/// max |a_i − b_i| of two vectors of one length, 0 where they have no numbers. NaN counts as absent.
///
/// ```
/// assert_eq!(tempered_math::space::apart(&[1.0, 2.0], &[1.5, 0.0]), 2.0);
/// ```
pub fn apart(a: &[f64], b: &[f64]) -> f64 {
    wide(Apart(a, b))
}
