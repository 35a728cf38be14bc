//! Tables: points with their responses.

use crate::sample::Degenerate;
use crate::space::Points;
use crate::sum::all_finite;

/// N rows of d features, and a response beside each; every number is finite.
///
/// ```
/// use tempered_math::space::rows::Table;
///
/// let table = Table::new(2, vec![1.0, 2.0, 3.0, 4.0], vec![0.5, -0.5]).unwrap();
/// assert_eq!((table.rows(), table.d(), table.row(1), table.y()[1]), (2, 2, &[3.0, 4.0][..], -0.5));
/// ```
#[derive(Clone, Debug)]
pub struct Table {
    d: usize,
    x: Vec<f64>,
    y: Vec<f64>,
}

impl Table {
    /// The table with these features, row by row, and these responses.
    ///
    /// # Errors
    /// `Lengths` where d is 0 or the numbers are not N · d and N; `NotFinite` with the first row that has a number that is not finite.
    pub fn new(d: usize, x: Vec<f64>, y: Vec<f64>) -> Result<Table, Degenerate> {
        if Points::new(d, &x)?.n() != y.len() {
            return Err(Degenerate::Lengths);
        }
        if !all_finite(&x) || !all_finite(&y) {
            let is_bad = |(row, y): (&[f64], &f64)| !y.is_finite() || row.iter().any(|x| !x.is_finite());
            return Err(Degenerate::NotFinite(x.chunks_exact(d).zip(&y).position(is_bad).unwrap_or(0)));
        }
        Ok(Table { d, x, y })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.y.len()
    }

    /// The number of features.
    pub fn d(&self) -> usize {
        self.d
    }

    /// The features of a row, which must be below [`Table::rows`].
    pub fn row(&self, row: usize) -> &[f64] {
        &self.x[row * self.d..(row + 1) * self.d]
    }

    /// The responses.
    pub fn y(&self) -> &[f64] {
        &self.y
    }
}
