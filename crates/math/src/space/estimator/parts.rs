//! Samples that are cut into parts, and parts that are drawn.

use super::{Estimator, Report};
use crate::sample::Degenerate;
use crate::seed::{Draws, unit};
use crate::space::{Points, Predictor, Sample};
use rand_chacha::ChaCha8Rng;

/// How a part of a sample is chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scheme {
    /// The points one after the other.
    Disjoint,
    /// Distinct points, at random.
    Subsample,
    /// Points at random, any of them again.
    Bootstrap,
}

/// The places of one of `members` parts of `size` of n points.
pub(super) fn places(
    scheme: Scheme,
    member: usize,
    size: usize,
    n: usize,
    rng: &mut ChaCha8Rng,
) -> Vec<usize> {
    // 53 bits against n: no place is favoured by more than n/2^53.
    let below = |rng: &mut ChaCha8Rng, n: usize| ((unit(rng) * n as f64) as usize).min(n - 1);
    match scheme {
        Scheme::Disjoint => (member * size..(member + 1) * size).collect(),
        Scheme::Bootstrap => {
            let mut places: Vec<usize> = (0..size).map(|_| below(rng, n)).collect();
            places.sort_unstable();
            places
        }
        Scheme::Subsample => {
            // The first places of a shuffle.
            let mut order: Vec<usize> = (0..n).collect();
            for i in 0..size {
                let j = i + below(rng, n - i);
                order.swap(i, j);
            }
            order.truncate(size);
            order.sort_unstable();
            order
        }
    }
}

/// Fits the points of a sample at these places, in ascending order.
///
/// Points that come several times are one with the root of that number as weight, for estimators that see sums over points alone:
/// that leaves the sums as they are, and the Gram matrix regular. For rules that take copies once they are one point as it is.
pub(super) fn fit(
    estimator: &mut dyn Estimator,
    (sample, places): (Sample<'_>, &[usize]),
    draws: &Draws<'_>,
    out: &mut Predictor,
) -> Result<Report, Degenerate> {
    let (d, sums, once) = (sample.d(), estimator.sees_sums_alone(), estimator.takes_copies_once());
    let (mut x, mut y) = (Vec::with_capacity(places.len() * d), Vec::with_capacity(places.len()));
    for same in places.chunk_by(|a, b| a == b && (sums || once)) {
        let weight = if sums { (same.len() as f64).sqrt() } else { 1.0 };
        let row = sample.x().row(same[0]);
        x.extend(row.iter().map(|x| weight * x));
        y.push(weight * sample.y()[same[0]]);
    }
    // The sample is finite: what is not has been multiplied.
    let part =
        Sample::new(Points::new(d, &x)?, &y).map_err(|_| Degenerate::Overflow)?.with_tail(sample.tail());
    estimator.fit(part, draws, out)
}
