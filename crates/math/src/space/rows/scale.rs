//! Features centred and scaled by a training set.

use super::{Split, Table};
use crate::sum::sum;

/// z_k = (x_k − m_k)/s_k with the mean m_k of the training rows and their standard deviation s_k, of divisor n.
///
/// A feature that is the same in all training rows is centred alone, s_k = 1. Left-out rows are moved by the same numbers.
///
/// ```
/// use tempered_math::seed::{Key, Purpose};
/// use tempered_math::space::rows::{Scale, Split, Table};
///
/// let table = Table::new(1, vec![1.0, 3.0], vec![0.0; 2]).unwrap();
/// let mut split = Split::default();
/// split.draw(&mut Key::new(7, "an example", Purpose::Design).trial(0), 2, 2);
/// let mut z = [0.0];
/// Scale::new(&table, &split).apply(&[4.0], &mut z);
/// assert_eq!(z, [2.0]);
/// ```
#[derive(Clone, Debug)]
pub struct Scale {
    mean: Vec<f64>,
    sd: Vec<f64>,
}

impl Scale {
    /// That of a training set. Cost: O(n d).
    pub fn new(table: &Table, split: &Split) -> Scale {
        let n = split.training().len() as f64;
        let (mut mean, mut sd) = (Vec::with_capacity(table.d()), Vec::with_capacity(table.d()));
        for k in 0..table.d() {
            let column: Vec<f64> = split.training().iter().map(|row| table.row(*row)[k]).collect();
            let centre = sum(&column) / n;
            let squares: Vec<f64> = column.iter().map(|x| (x - centre) * (x - centre)).collect();
            let spread = (sum(&squares) / n).sqrt();
            // The mean of equal numbers may be off by rounding, which is no spread.
            let is_constant = column.iter().all(|x| *x == column[0]);
            mean.push(if is_constant { column[0] } else { centre });
            sd.push(if is_constant || spread == 0.0 { 1.0 } else { spread });
        }
        Scale { mean, sd }
    }

    /// Centres and scales a row into `out`.
    pub fn apply(&self, row: &[f64], out: &mut [f64]) {
        for (((out, x), mean), sd) in out.iter_mut().zip(row).zip(&self.mean).zip(&self.sd) {
            *out = (x - mean) / sd;
        }
    }
}
