//! Small systems of several samples, solved side by side.

use super::centred::is_tame;
use super::solver::{CORRECTION, PIVOTS};
use super::{Report, Route};
use crate::space::dense::{Accuracy, Eight, Matrix};
use crate::space::{Predictor, Sample};

/// The first way of a [`Solver`](super::solver::Solver), by Cholesky factors, for eight samples at a time that need no scaling and have no
/// intercept; what it does not take is left to the solver.
#[derive(Default)]
pub(super) struct SideBySide(Eight);

impl SideBySide {
    /// Whether it is quicker for samples of this size.
    pub fn takes(n: usize, d: usize) -> bool {
        Eight::takes(n, d)
    }

    /// Overwrites predictors, and says of which.
    pub fn fit(
        &mut self,
        samples: &[Sample<'_>],
        ridge: f64,
        out: &mut [&mut Predictor],
        reports: &mut [Option<Report>],
    ) {
        for ((samples, out), reports) in samples.chunks(8).zip(out.chunks_mut(8)).zip(reports.chunks_mut(8)) {
            let (first, last) = (samples[0], samples[samples.len() - 1]);
            let ridge = ridge + first.tail();
            if samples.iter().any(|sample| sample.tail() != first.tail()) || !ridge.is_finite() {
                continue;
            }
            let systems = std::array::from_fn(|place| {
                let sample = samples.get(place).copied().unwrap_or(last);
                (Matrix::new(sample.x().values(), sample.d()), sample.y())
            });
            let Some(accuracy) = self.0.solve(systems, ridge) else { continue };
            let rank = (ridge == 0.0).then_some(first.n().min(first.d()) as u64);
            for (place, (out, report)) in out.iter_mut().zip(reports).enumerate() {
                if is_accurate(&accuracy, place) {
                    out.set_linear(self.0.weights(place), 0.0);
                    *report = Some(Report { rank, route: Some(Route::Cholesky), ..Report::default() });
                }
            }
        }
    }
}

/// Whether the solver would be content; a length that is finite is one of finite weights.
fn is_accurate(Accuracy { largest, pivot_ratio, norms: [moved, length] }: &Accuracy, place: usize) -> bool {
    largest.iter().all(|most| is_tame(most[place]))
        && pivot_ratio[place] >= PIVOTS
        && moved[place] <= CORRECTION * length[place]
        && length[place].is_finite()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::{Key, Purpose};
    use crate::space::Points;
    use crate::space::estimator::Linear;
    use crate::ziggurat::fill_normal;

    /// Normal samples of one size; in some places one that is singular, very large or hardly regular.
    fn data(count: usize, n: usize, d: usize) -> Vec<(Vec<f64>, Vec<f64>)> {
        let one = |trial: usize| {
            let (mut x, mut y) = (vec![0.0; n * d], vec![0.0; n]);
            let mut rng =
                Key::new(1, "side by side", Purpose::Design).trial((1000 * n + 50 * d + trial) as u64);
            fill_normal(&mut rng, 1.0, &mut x);
            fill_normal(&mut rng, 1.0, &mut y);
            match trial % 11 {
                3 if n > 1 => x.copy_within(..d, d),
                5 => x.iter_mut().for_each(|x| *x *= 1e80),
                7 if n > 1 => (0..d).for_each(|k| x[d + k] = x[k] * (1.0 + 1e-7 * k as f64)),
                9 => x.fill(0.0),
                _ => {}
            }
            (x, y)
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn every_bit_is_that_of_a_sample_alone() {
        let mut fitted = 0;
        let sizes = (1..=33).flat_map(|n| [1, 2, 3, 5, 8, 13, 20, 31, 32, 33, 40, 67].map(|d| (n, d)));
        for (n, d) in sizes.chain([(20, 128), (128, 7), (128, 32), (32, 129)]) {
            for (ridge, count) in [(0.0, 13), (0.5, 8), (1e300, 3)] {
                let data = data(count, n, d);
                let sample = |(x, y)| Sample::new(Points::new(d, x).unwrap(), y).unwrap();
                let samples: Vec<_> = data.iter().map(|(x, y)| sample((x, y))).collect();
                let mut found: Vec<_> = samples.iter().map(|_| Predictor::default()).collect();
                let mut reports = vec![None; count];
                let mut out: Vec<_> = found.iter_mut().collect();
                SideBySide::default().fit(&samples, ridge, &mut out, &mut reports);
                let mut alone = Linear::new(ridge, false);
                for (place, (sample, report)) in samples.iter().zip(reports).enumerate() {
                    let mut expected = Predictor::default();
                    let Some(report) = report else { continue };
                    assert_eq!(alone.fit(*sample, &mut expected), Ok(report), "{n} {d} {ridge} {place}");
                    let bits =
                        |of: &Predictor| of.coefficients().iter().map(|w| w.to_bits()).collect::<Vec<_>>();
                    assert_eq!(bits(&found[place]), bits(&expected), "{n} {d} {ridge} {place}");
                    fitted += 1;
                }
                // What nothing is wrong with is fitted here.
                let plain = ridge == 0.5 && SideBySide::takes(n, d);
                assert!(
                    !plain || [0, 1, 2, 4, 6].iter().all(|place| !found[*place].coefficients().is_empty())
                );
            }
        }
        assert!(fitted > 5000 || !SideBySide::takes(1, 1), "{fitted}");
    }
}
