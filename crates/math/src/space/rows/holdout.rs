//! Risks over the rows left out.

use super::{Scale, Split, Table};
use crate::sample::Degenerate;
use crate::space::risk::Estimate;
use crate::space::{Points, Predictor};
use crate::sum::sum;

/// Rows that a predictor is asked for at a time: their features stay in a second-level cache.
const BLOCK: usize = 512;

/// The errors f̂(x) − y of a predictor at all rows left out, and risks that follow from them.
///
/// # Formula
/// R_p = (1/m) Σ |f̂(x_j) − y_j|^p over the m rows left out: exact for these rows. Its standard error, √(Σ (|e_j|^p − R_p)²/(m (m − 1))),
/// is that of an estimate of E |f̂(x) − y|^p, were the rows left out independent draws of the law that the table is from.
///
/// ```
/// use tempered_math::seed::{Key, Purpose};
/// use tempered_math::space::Predictor;
/// use tempered_math::space::rows::{Holdout, Split, Table};
///
/// let table = Table::new(1, vec![1.0; 4], vec![0.0, 0.0, 0.0, 4.0]).unwrap();
/// let mut split = Split::default();
/// split.draw(&mut Key::new(7, "an example", Purpose::Design).trial(0), 4, 0);
/// let mut holdout = Holdout::default();
/// holdout.judge(&table, &split, None, &Predictor::Linear { weights: vec![0.0], intercept: 1.0 }).unwrap();
/// let risk = holdout.risk(2.0);
/// assert_eq!((risk.value, risk.standard_error, holdout.supremum()), (3.0, Some(2.0), 3.0));
/// ```
#[derive(Debug, Default)]
pub struct Holdout {
    errors: Vec<f64>,
    x: Vec<f64>,
}

impl Holdout {
    /// Overwrites the errors with those of a predictor, whose features are scaled where its training set was.
    ///
    /// Cost: O(m d) and the predictor at m points.
    ///
    /// # Errors
    /// `Lengths` where a plane has weights of another number than there are features.
    pub fn judge(
        &mut self,
        table: &Table,
        split: &Split,
        scale: Option<&Scale>,
        predictor: &Predictor,
    ) -> Result<(), Degenerate> {
        let d = table.d();
        if let Predictor::Linear { weights, .. } = predictor
            && weights.len() != d
        {
            return Err(Degenerate::Lengths);
        }
        self.errors.resize(split.left_out().len(), 0.0);
        for (block, (rows, errors)) in
            split.left_out().chunks(BLOCK).zip(self.errors.chunks_mut(BLOCK)).enumerate()
        {
            self.x.resize(rows.len() * d, 0.0);
            for (row, x) in rows.iter().zip(self.x.chunks_exact_mut(d)) {
                match scale {
                    Some(scale) => scale.apply(table.row(*row), x),
                    None => x.copy_from_slice(table.row(*row)),
                }
            }
            predictor.test_values(block * BLOCK, Points::new(d, &self.x)?, errors);
            rows.iter().zip(errors).for_each(|(row, error)| *error -= table.y()[*row]);
        }
        Ok(())
    }

    /// Overwrites the errors with those of a predictor at the test points of a trial, where `truth` is given.
    ///
    /// Cost: the predictor at m points.
    ///
    /// # Errors
    /// `Lengths` where a plane has weights of another number than there are features, or there are not as many truths as points.
    pub fn judge_at(
        &mut self,
        at: Points<'_>,
        truth: &[f64],
        predictor: &Predictor,
    ) -> Result<(), Degenerate> {
        let is_other = matches!(predictor, Predictor::Linear { weights, .. } if weights.len() != at.d());
        if is_other || at.n() != truth.len() {
            return Err(Degenerate::Lengths);
        }
        self.errors.resize(truth.len(), 0.0);
        predictor.test_values(0, at, &mut self.errors);
        self.errors.iter_mut().zip(truth).for_each(|(error, truth)| *error -= truth);
        Ok(())
    }

    /// R_p and its standard error, which one row alone has none of.
    pub fn risk(&self, p: f64) -> Estimate {
        let power = |error: &f64| match p {
            1.0 => error.abs(),
            2.0 => error * error,
            _ => libm::pow(error.abs(), p),
        };
        let powers: Vec<f64> = self.errors.iter().map(power).collect();
        let count = powers.len() as f64;
        let value = sum(&powers) / count;
        let squares: Vec<f64> = powers.iter().map(|power| (power - value) * (power - value)).collect();
        let standard_error = (powers.len() > 1).then(|| (sum(&squares) / (count * (count - 1.0))).sqrt());
        Estimate { value, standard_error }
    }

    /// The largest |f̂(x_j) − y_j|; NaN where one of them is.
    pub fn supremum(&self) -> f64 {
        let larger = |most: f64, error: &f64| if error.abs() <= most { most } else { error.abs() };
        self.errors.iter().fold(0.0, |most, error| if most.is_nan() { most } else { larger(most, error) })
    }
}
