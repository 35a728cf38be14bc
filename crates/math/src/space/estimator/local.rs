//! Local averages: what the nearest points say.

use super::tree::{self, Tree};
use super::{Averages, cost};
use crate::sample::Degenerate;
use crate::space::kernel::{Blocks, Embedded, scaled, squared_distances};
use crate::space::{Function, Points, Predictor};
use crate::sum::largest;
use crate::wide::{Kernel, wide, widest};
use std::sync::Arc;

/// The points of a sample, ready for distances from them.
pub(super) struct Places {
    pub d: usize,
    pub n: usize,
    pub x: Vec<f64>,
    blocks: Blocks,
    tree: Option<Tree>,
}

impl Places {
    /// # Errors
    /// `Overflow` where a squared distance may not be finite.
    pub fn new(x: Points<'_>) -> Result<Places, Degenerate> {
        let most = 2.0 * largest(x.values());
        if !(most * most * x.d() as f64).is_finite() {
            return Err(Degenerate::Overflow);
        }
        let blocks = Blocks::new(&as_they_are(x));
        Ok(Places { d: x.d(), n: x.n(), x: x.values().to_vec(), blocks, tree: None })
    }

    /// The same for searches of k neighbours, of which a tree makes short work where it pays.
    ///
    /// # Errors
    /// `Overflow` where a squared distance may not be finite.
    pub fn searched(x: Points<'_>, k: usize) -> Result<Places, Degenerate> {
        if Tree::pays(x.n(), x.d(), k) { Places::with_tree(x) } else { Places::new(x) }
    }

    /// # Errors
    /// `Overflow` where a squared distance may not be finite.
    pub fn with_tree(x: Points<'_>) -> Result<Places, Degenerate> {
        Places::new(x).map(|places| Places { tree: Some(Tree::new(x)), ..places })
    }

    /// Hands on each point with the k places nearest to it, of which there are so many.
    pub fn each_nearest(&self, x: Points<'_>, k: usize, mut take: impl FnMut(usize, &Nearest)) {
        let mut nearest = Nearest::default();
        let Some(tree) = &self.tree else {
            return self.each(x, |i, squares| {
                nearest.search(squares, k);
                take(i, &nearest);
            });
        };
        for (i, at) in x.rows().enumerate() {
            tree.search(at, k, &mut nearest.scratch, &mut nearest.found);
            nearest.settle(k);
            take(i, &nearest);
        }
    }

    /// Hands on each point with its squared distances from all places.
    pub fn each(&self, x: Points<'_>, mut take: impl FnMut(usize, &[f64])) {
        let mut squares = Vec::new();
        // So many rows that their distances stay in the second-level cache.
        let rows = (16_384 / self.n).clamp(1, 64);
        for (start, part) in x.values().chunks(rows * self.d).enumerate() {
            let Ok(part) = Points::new(self.d, part) else { return };
            squared_distances(&as_they_are(part), &self.blocks, &mut squares);
            squares.chunks_exact(self.n).enumerate().for_each(|(i, row)| take(start * rows + i, row));
        }
    }
}

fn as_they_are(x: Points<'_>) -> Embedded {
    scaled(x, 1.0)
}

/// The k places nearest to a point, in their order; of equal distances the earlier place counts.
#[derive(Default)]
pub(super) struct Nearest {
    /// Squared distances with their places.
    found: Vec<(f64, usize)>,
    /// The places.
    pub places: Vec<usize>,
    scratch: tree::Scratch,
}

/// Up to so many neighbours a bound is found first; more are partitioned.
const FEW: usize = 64;

impl Nearest {
    /// Searches a row of squared distances, of which there are at least k that are finite.
    ///
    /// # Cost
    /// Two comparisons a place, four or eight at a time, and about k ln k; O(n) for more than 64.
    pub fn search(&mut self, squares: &[f64], k: usize) {
        let bound = match k {
            0..=16 => wide(Bound::<32>(squares, k)),
            17..=FEW => wide(Bound::<128>(squares, k)),
            _ => f64::INFINITY,
        };
        self.found.clear();
        let mut place = 0;
        while place < squares.len() {
            // Nearly all blocks have nothing.
            place += wide(Beyond(&squares[place..], bound.next_up()));
            for square in squares[place..].iter().take(LANES) {
                if *square <= bound {
                    self.found.push((*square, place));
                }
                place += 1;
            }
        }
        self.settle(k);
    }

    /// Leaves the k nearest of those found.
    fn settle(&mut self, k: usize) {
        let order = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        if self.found.len() > k {
            self.found.select_nth_unstable_by(k - 1, order);
            self.found.truncate(k);
        }
        self.places.clear();
        self.places.extend(self.found.iter().map(|(_, place)| *place));
        self.places.sort_unstable();
    }

    /// The largest squared distance of those found.
    pub fn radius(&self) -> f64 {
        self.found.iter().fold(0.0, |most, (square, _)| most.max(*square))
    }
}

/// Numbers that are compared at a time: four registers, in which comparisons do not wait for one another.
const LANES: usize = 16;

/// A number that at least k of these are not above, and hardly more: the k-th of the least of G groups, each of which has every
/// G-th of them. Of the places that it does not exclude there are about G ln(G/(G − k)) in a random order. Infinite where there
/// are fewer than k groups.
struct Bound<'a, const G: usize>(&'a [f64], usize);

impl<const G: usize> Kernel for Bound<'_, G> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let Bound(values, k) = self;
        let mut groups = [f64::INFINITY; G];
        for row in values.chunks(G) {
            for (least, value) in groups.iter_mut().zip(row) {
                *least = if *value < *least { *value } else { *least };
            }
        }
        *groups.select_nth_unstable_by(k - 1, f64::total_cmp).1
    }
}

/// How many numbers there are in the whole blocks before the first that has one below a bound.
struct Beyond<'a>(&'a [f64], f64);

impl Kernel for Beyond<'_> {
    type Output = usize;

    #[inline(always)]
    fn call(self) -> usize {
        let Beyond(values, bound) = self;
        let blocks = values.as_chunks::<LANES>().0;
        for (count, block) in blocks.iter().enumerate() {
            let mut has = false;
            for value in block {
                has |= *value < bound;
            }
            if has {
                return count * LANES;
            }
        }
        blocks.len() * LANES
    }
}

/// The place of the first of the least numbers, and what it is: 0 and infinite where there are none.
pub(super) fn nearest(values: &[f64]) -> (usize, f64) {
    let least = widest(Least(values));
    let start = wide(Beyond(values, least.next_up()));
    let place = values[start..].iter().position(|value| *value == least);
    (place.map_or(0, |place| start + place), least)
}

struct Least<'a>(&'a [f64]);

impl Kernel for Least<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let (blocks, rest) = self.0.as_chunks::<LANES>();
        let mut lanes = [f64::INFINITY; LANES];
        for block in blocks {
            for (least, value) in lanes.iter_mut().zip(block) {
                *least = if *value < *least { *value } else { *least };
            }
        }
        let mut all = f64::INFINITY;
        for value in lanes.iter().chain(rest) {
            all = if *value < all { *value } else { all };
        }
        all
    }
}

/// A rule that gives each response a weight in f̂(x), by the squared distances of the points from x.
pub(super) trait Rule: Clone + Send + Sync + 'static {
    /// Scratch.
    type Scratch: Default;

    /// f̂ at a point with these squared distances.
    fn value(&self, squares: &[f64], y: &[f64], scratch: &mut Self::Scratch) -> f64;

    /// Hands on f̂ at each of these points.
    fn each(&self, places: &Places, x: Points<'_>, y: &[f64], mut take: impl FnMut(usize, f64)) {
        let mut scratch = Self::Scratch::default();
        places.each(x, |i, squares| take(i, self.value(squares, y, &mut scratch)));
    }

    /// How many points it needs.
    fn least(&self) -> usize {
        1
    }

    /// The sum over these points of Σ_j v_j s_j².
    fn spread(&self, places: &Places, x: Points<'_>, variances: &[f64]) -> f64;
}

/// A rule with its points.
pub(super) struct Averaging<R> {
    pub places: Arc<Places>,
    pub rule: R,
}

impl<R: Rule> Averaging<R> {
    pub fn new(x: Points<'_>, rule: R) -> Result<Averaging<R>, Degenerate> {
        Ok(Averaging { places: Arc::new(Places::new(x)?), rule })
    }
}

impl<R: Rule> Averages for Averaging<R> {
    fn n(&self) -> usize {
        self.places.n
    }

    fn apply(&self, y: &[f64], out: &mut Predictor) -> Result<(), Degenerate> {
        // Differences of two responses, and sums of n of them, must be finite.
        if !y.iter().map(|y| 2.0 * y.abs()).sum::<f64>().is_finite() {
            return Err(Degenerate::Overflow);
        }
        let (places, rule, y) = (self.places.clone(), self.rule.clone(), y.to_vec());
        *out = Predictor::Function(Box::new(Averaged { places, rule, y }));
        Ok(())
    }

    fn left_out(&self, y: &[f64]) -> Option<Vec<f64>> {
        let Places { d, n, x, .. } = &*self.places;
        let x = Points::new(*d, x).ok().filter(|_| *n > self.rule.least())?;
        let (mut scratch, mut residuals, mut others) = (R::Scratch::default(), vec![0.0; *n], Vec::new());
        self.places.each(x, |i, squares| {
            others.clear();
            others.extend_from_slice(squares);
            // Beyond all others a point has no part in any average.
            others[i] = f64::INFINITY;
            residuals[i] = y[i] - self.rule.value(&others, y, &mut scratch);
        });
        residuals.iter().all(|residual| residual.is_finite()).then_some(residuals)
    }

    fn spread<'a>(&'a self, variances: &'a [f64]) -> Box<dyn FnMut(Points<'_>) -> f64 + 'a> {
        Box::new(move |x| self.rule.spread(&self.places, x, variances) / x.n() as f64)
    }
}

/// Σ_j s_j(x) y_j.
struct Averaged<R> {
    places: Arc<Places>,
    rule: R,
    y: Vec<f64>,
}

impl<R: Rule> Function for Averaged<R> {
    fn values(&self, x: Points<'_>, out: &mut [f64]) {
        self.rule.each(&self.places, x, &self.y, |i, value| out[i] = value);
    }

    fn coefficients(&self) -> &[f64] {
        &self.y
    }
}

/// A trial of distances from n points, at these and at 4096 others, with so many nanoseconds a pair beside the distance.
pub(super) fn cost(n: u64, d: u64, pair: f64) -> f64 {
    let points = n as f64;
    cost::sample(n, d) + points * (points + 4096.0) * (0.4 + 0.3 * d as f64 + pair)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By sorting, with equal distances among them.
    #[test]
    fn searches_find_the_nearest() {
        let mut nearest = Nearest::default();
        for n in [1, 2, 15, 16, 17, 40, 100, 333, 2000] {
            let squares: Vec<f64> = (0..n).map(|i| f64::from(i * 7919 % 101 % 50)).collect();
            let least = squares.iter().copied().fold(f64::INFINITY, f64::min);
            let first = squares.iter().position(|square| *square == least).unwrap();
            assert_eq!(super::nearest(&squares), (first, least));
            for k in [1, 2, 10, 16, 17, 64, 65, 300].into_iter().filter(|k| *k <= squares.len()) {
                let mut expected: Vec<usize> = (0..squares.len()).collect();
                expected.sort_by(|i, j| squares[*i].total_cmp(&squares[*j]));
                expected.truncate(k);
                expected.sort_unstable();
                nearest.search(&squares, k);
                assert_eq!(nearest.places, expected, "{n} {k}");
                // A point that is left out is in no neighbourhood.
                if k < squares.len() {
                    let mut others = squares.clone();
                    others[expected[0]] = f64::INFINITY;
                    nearest.search(&others, k);
                    assert!(nearest.places.len() == k && !nearest.places.contains(&expected[0]));
                }
            }
        }
        assert_eq!(super::nearest(&[]), (0, f64::INFINITY));
    }
}
