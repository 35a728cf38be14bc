//! The square-root Kalman filter and its backward pass.

use super::process::{Factor, Matrix, Process, Vector, dot};
use crate::sample::Degenerate;

/// The quantities of a point and the gap after it that the backward pass needs.
struct Step<const M: usize> {
    /// The mean of the state given the points so far.
    mean: Vector<M>,
    /// The factor L of the next state's covariance given the points so far.
    spread: Factor<M>,
    /// G with Cov(state, next state) = G Lᵀ.
    gain: Matrix<M>,
}

/// The means of the states of a process given noisy values of f.
///
/// Covariances are kept as factors and updated by Givens rotations, without subtractions of covariances, so that exact
/// observations (noise = 0) and gaps of any size need no special case.
///
/// Errors: `IllConditioned` where a covariance has no Cholesky factor in double precision. Cost: 2M² rotations a point.
/// Source: Park & Kailath, IEEE Trans. Automatic Control 40 (1995).
pub(super) struct Smoother<const M: usize> {
    steps: Vec<Step<M>>,
    /// The change of the state by each point, in units of the first column of its factor.
    news: Vec<f64>,
}

impl<const M: usize> Smoother<M> {
    pub fn new() -> Smoother<M> {
        Smoother { steps: Vec::new(), news: Vec::new() }
    }

    /// Overwrites `states` with the states at the points, given the variance of the noise at each of them.
    ///
    /// Without noise the first entry of each is y to the bit.
    pub fn run(
        &mut self,
        process: &Process<M>,
        (gaps, y, noise): (&[f64], &[f64], impl Fn(usize) -> f64),
        states: &mut Vec<Vector<M>>,
    ) -> Result<(), Degenerate> {
        self.steps.clear();
        let mut expected = [0.0; M];
        self.news.clear();
        let mut spread = process.stationary().ok_or(Degenerate::IllConditioned)?;
        for (i, y) in y.iter().enumerate() {
            let (mean, news) = observe(expected, &mut spread, *y, noise(i));
            self.news.push(news);
            let Some(gap) = gaps.get(i) else {
                states.clear();
                states.push(mean);
                break;
            };
            let transition = process.transition(*gap);
            let way = process.noise(*gap).ok_or(Degenerate::IllConditioned)?;
            let gain;
            (spread, gain) = predict(&transition, &spread, &way);
            expected = std::array::from_fn(|i| dot(&transition[i], &mean));
            self.steps.push(Step { mean, spread, gain });
        }
        // The backward pass carries the change by later points instead of the states: over a short gap the difference of two
        // states would be dominated by rounding.
        let mut change = [0.0; M];
        for (step, news) in self.steps.iter().zip(&self.news[1..]).rev() {
            let mut shift = step.spread.half_solve(change);
            shift[0] += news;
            change = std::array::from_fn(|i| dot(&step.gain[i], &shift));
            states.push(std::array::from_fn(|i| step.mean[i] + change[i]));
        }
        states.reverse();
        Ok(())
    }
}

/// The mean given one more value of f, and its change in units of the first column of `spread`, the factor of the
/// covariance, which is updated.
fn observe<const M: usize>(
    expected: Vector<M>,
    spread: &mut Factor<M>,
    y: f64,
    variance: f64,
) -> (Vector<M>, f64) {
    let Factor(factor) = spread;
    // f depends on the first column of the factor alone, as the factor is lower triangular: one rotation combines that
    // column with the noise of the observation.
    let (signal, noise) = (factor[0][0], variance.sqrt());
    let total = libm::hypot(signal, noise);
    let (know, doubt) = (signal / total, noise / total);
    let miss = y - expected[0];
    let news = know * (miss / total);
    let mut mean: Vector<M> = std::array::from_fn(|i| expected[i] + factor[i][0] * news);
    // Computed from y, so that an observation without noise is reproduced exactly.
    mean[0] = y - doubt * doubt * miss;
    factor.iter_mut().for_each(|row| row[0] *= doubt);
    (mean, news)
}

/// The factor of A S Sᵀ Aᵀ + L Lᵀ, and G with S Sᵀ Aᵀ = G times its transpose.
fn predict<const M: usize>(
    transition: &Matrix<M>,
    Factor(spread): &Factor<M>,
    Factor(noise): &Factor<M>,
) -> (Factor<M>, Matrix<M>) {
    // Rows of (A S, L) above rows of (S, 0); rotations of columns eliminate all entries right of the diagonal above.
    let mut upper: [[Vector<M>; 2]; M] = std::array::from_fn(|i| {
        let moved = std::array::from_fn(|j| (0..M).map(|k| transition[i][k] * spread[k][j]).sum());
        [moved, noise[i]]
    });
    let mut lower: [[Vector<M>; 2]; M] = std::array::from_fn(|i| [spread[i], [0.0; M]]);
    for pivot in 0..M {
        for column in pivot + 1..2 * M {
            let (side, place) = (column / M, column % M);
            let (keep, clear) = (upper[pivot][0][pivot], upper[pivot][side][place]);
            if clear == 0.0 {
                continue;
            }
            let length = libm::hypot(keep, clear);
            let (cosine, sine) = (keep / length, clear / length);
            for row in upper[pivot..].iter_mut().chain(&mut lower) {
                let (a, b) = (row[0][pivot], row[side][place]);
                row[0][pivot] = cosine * a + sine * b;
                row[side][place] = cosine * b - sine * a;
            }
            upper[pivot][side][place] = 0.0;
        }
    }
    (Factor(upper.map(|[factor, _]| factor)), lower.map(|[gain, _]| gain))
}
