//! Samples made ready for linear systems.

use crate::space::Sample;
use crate::space::dense::{Matrix, norm};
use crate::sum::largest;
use crate::wide::{Kernel, wide};
use std::borrow::Cow;

/// Numbers beyond 2^±LARGE are brought to size one by a power of two, so that products and sums of their squares are finite.
const LARGE: i32 = 200;

/// A sample as the matrix A and the responses y of a linear system.
///
/// With an intercept, which nothing penalises, x and y are deviations from their means: the weights of least norm among all
/// that minimise ‖X w + b 1 − y‖ over w and b are those of the deviations, and so are those of a ridge. The deviations
/// of n ≤ d points are linearly dependent, as they sum to 0; a further column s·1 makes their Gram matrix regular and
/// changes no weight, since the deviations of y sum to 0 as well. (A column of ones beside X itself is something else: it puts
/// b² into the norm.)
pub(super) struct Centred<'a> {
    pub values: Cow<'a, [f64]>,
    pub columns: usize,
    pub y: Cow<'a, [f64]>,
    /// The number of features: columns without the one of the intercept.
    pub d: usize,
    /// The means of x and y, where there is an intercept, in units of their powers of two.
    means: Option<(Vec<f64>, f64)>,
    /// The powers of two that x and y were divided by.
    powers: (i32, i32),
}

struct Largest<'a>(&'a [f64]);

impl Kernel for Largest<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        largest(self.0)
    }
}

/// Whether numbers up to this absolute value stay as they are.
pub(super) fn is_tame(most: f64) -> bool {
    power(most).abs() <= LARGE
}

fn power(most: f64) -> i32 {
    if most > 0.0 { libm::ilogb(most) } else { 0 }
}

/// The numbers, brought to size one where they are very large or very small, and the power of two that they were divided by.
fn tamed(values: &[f64]) -> (Cow<'_, [f64]>, i32) {
    let most = wide(Largest(values));
    if is_tame(most) {
        return (Cow::Borrowed(values), 0);
    }
    let power = power(most);
    (values.iter().map(|x| libm::scalbn(*x, -power)).collect(), power)
}

impl<'a> Centred<'a> {
    /// The sample as it is, or its deviations from its means with what makes their Gram matrix regular.
    pub fn new(sample: Sample<'a>, intercept: bool) -> Centred<'a> {
        let centred = Centred::singular(sample, intercept);
        if intercept && sample.n() <= sample.d() { centred.regular() } else { centred }
    }

    /// The sample as it is, or its deviations from its means, whose rank is below n.
    pub fn singular(sample: Sample<'a>, intercept: bool) -> Centred<'a> {
        let d = sample.d();
        let (values, power_x) = tamed(sample.x().values());
        let (y, power_y) = tamed(sample.y());
        let powers = (power_x, power_y);
        if !intercept {
            return Centred { values, columns: d, y, d, means: None, powers };
        }
        let n = sample.n();
        let mean_x = column_means(&values, d);
        let mean_y = y.iter().sum::<f64>() / n as f64;
        let y = y.iter().map(|y| y - mean_y).collect();
        let mut deviations: Vec<f64> = values.to_vec();
        for row in deviations.chunks_exact_mut(d) {
            row.iter_mut().zip(&mean_x).for_each(|(x, mean)| *x -= mean);
        }
        let means = Some((mean_x, mean_y));
        Centred { values: deviations.into(), columns: d, y, d, means, powers }
    }

    /// The same with a column s·1, s² n like the mean of the other eigenvalues, which leaves the condition as it is.
    fn regular(self) -> Centred<'a> {
        let (n, d) = (self.y.len(), self.d);
        let size = norm(&self.values);
        let s = if size > 0.0 { size / n as f64 } else { 1.0 };
        let columns = d + 1;
        let mut values = vec![s; n * columns];
        for (to, from) in values.chunks_exact_mut(columns).zip(self.values.chunks_exact(d)) {
            to[..d].copy_from_slice(from);
        }
        Centred { values: values.into(), columns, ..self }
    }

    /// A.
    pub fn matrix(&self) -> Matrix<'_> {
        Matrix::new(&self.values, self.columns)
    }

    /// A ridge in units of A; infinite where no weight is above the least double.
    pub fn ridge(&self, lambda: f64) -> f64 {
        libm::scalbn(lambda, -2 * self.powers.0)
    }

    /// A penalty of |w|, in units of A and y.
    pub fn penalty(&self, lambda: f64) -> f64 {
        libm::scalbn(lambda, -self.powers.0 - self.powers.1)
    }

    /// The power of two that x was divided by.
    pub fn power(&self) -> i32 {
        self.powers.0
    }

    /// The rank of the points themselves, of the rank of A.
    pub fn rank(&self, rank: u64) -> u64 {
        if self.columns > self.d { rank - 1 } else { rank }
    }

    /// Weights of A as those of the sample, in their place; the intercept that goes with them.
    pub fn restore(&self, weights: &mut Vec<f64>) -> f64 {
        weights.truncate(self.d);
        let (power_x, power_y) = self.powers;
        let intercept = match &self.means {
            Some((x, y)) => y - crate::space::dense::dot(x, weights),
            None => 0.0,
        };
        if self.powers != (0, 0) {
            weights.iter_mut().for_each(|w| *w = libm::scalbn(*w, power_y - power_x));
        }
        libm::scalbn(intercept, power_y)
    }

    /// Rows of S as those of the sample: without the column of the intercept, in units of x.
    pub fn restore_rows(&self, rows: &mut Vec<f64>) {
        if self.columns > self.d {
            let n = rows.len() / self.columns;
            for j in 0..n {
                rows.copy_within(j * self.columns..j * self.columns + self.d, j * self.d);
            }
            rows.truncate(n * self.d);
        }
        if self.powers.0 != 0 {
            rows.iter_mut().for_each(|s| *s = libm::scalbn(*s, -self.powers.0));
        }
    }

    /// The mean of the points, where there is an intercept.
    pub fn centre(&self) -> Option<Vec<f64>> {
        let (x, _) = self.means.as_ref()?;
        Some(x.iter().map(|x| libm::scalbn(*x, self.powers.0)).collect())
    }
}

fn column_means(values: &[f64], d: usize) -> Vec<f64> {
    let mut means = vec![0.0; d];
    for row in values.chunks_exact(d) {
        means.iter_mut().zip(row).for_each(|(mean, x)| *mean += x);
    }
    let n = (values.len() / d) as f64;
    means.iter_mut().for_each(|mean| *mean /= n);
    means
}
