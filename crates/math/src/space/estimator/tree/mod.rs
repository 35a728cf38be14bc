//! Points in boxes within boxes: the nearest points without a look at all others.

mod search;
#[cfg(test)]
mod tests;

pub(super) use search::Scratch;

use crate::space::Points;
use crate::space::kernel::LANES;

/// A k-d tree with three halvings a level: nodes have eight children and leaves eight points, which are computed side by side.
///
/// # Formula
/// Halvings are across the longest side of the smallest box around the points. The squared distance of x from the box between l and h
/// is Σ_j max(l_j − x_j, x_j − h_j, 0)², in the order in which squared distances of points are summed: differences, squares and sums
/// are monotone however they are rounded, so that it is not above that of any point in the box.
/// # Cost
/// n d log n to make, with a memory of some n d numbers; a search in few dimensions meets some leaves beyond those of its k points.
/// # Accuracy
/// Exact: all points at or below a bound of the k-th of the least squared distances are found, with the bits that these have in rows.
/// # Source
/// Bentley, Comm. ACM 18 (1975); Friedman, Bentley & Finkel, ACM Trans. Math. Software 3 (1977).
pub(super) struct Tree {
    d: usize,
    /// Points in blocks, coordinate by coordinate; the last block is filled up with points at infinity.
    leaves: Vec<f64>,
    /// Which points these are.
    places: Vec<[usize; LANES]>,
    /// The boxes of leaves, those around these, and so on to the children of one root: of each coordinate the lowest numbers of the
    /// children of a node and the highest ones, ∞ and −∞ where there is no child.
    levels: Vec<Vec<[[f64; LANES]; 2]>>,
}

/// Features up to which a tree pays. Of the time of rows, for 4096 points and uniform ones in a cube, searches of ten neighbours took, with
/// the making of the tree: in two dimensions 0.4 at n = 200, 0.2 at 1000 and 0.08 at 5000, in six 0.8, 0.5 and 0.3, in eight 0.9, 0.9 and
/// 0.5, in ten 0.9 to 1.3.
const FEATURES: usize = 6;
/// Points from which on a tree pays: 32 points are four leaves, of which ten neighbours take as long as by rows.
const POINTS: usize = 64;
/// Points for each neighbour from which on a tree pays: with two, most leaves are met, and rows are quicker by up to a third.
const PER_NEIGHBOUR: usize = 4;

impl Tree {
    /// Whether searches of k neighbours take less than rows of squared distances do: a function of n, d and k alone.
    pub fn pays(n: usize, d: usize, k: usize) -> bool {
        d <= FEATURES && n >= POINTS && n / PER_NEIGHBOUR >= k
    }

    /// The tree of these points.
    pub fn new(x: Points<'_>) -> Tree {
        let mut order: Vec<usize> = (0..x.n()).collect();
        halve(x, &mut order);
        let (d, mut leaves, mut places) = (x.d(), Vec::new(), Vec::new());
        for leaf in order.chunks(LANES) {
            for j in 0..d {
                leaves.extend((0..LANES).map(|lane| leaf.get(lane).map_or(f64::INFINITY, |i| x.row(*i)[j])));
            }
            places.push(std::array::from_fn(|lane| leaf.get(lane).copied().unwrap_or(0)));
        }
        let mut sides: Vec<_> = leaves.as_chunks().0.iter().map(|column| ends(column, column)).collect();
        let mut levels = Vec::new();
        while levels.is_empty() || sides.len() > d {
            let nodes = sides.chunks(LANES * d);
            let level: Vec<_> = nodes.flat_map(|node| (0..d).map(move |j| beside(node, j, d))).collect();
            sides = level.iter().map(|[low, high]| ends(low, high)).collect();
            levels.push(level);
        }
        Tree { d, leaves, places, levels }
    }
}

/// The least of some numbers and the largest of others, of those that are finite.
fn ends(low: &[f64; LANES], high: &[f64; LANES]) -> [f64; 2] {
    let finite = high.iter().copied().filter(|high| *high < f64::INFINITY);
    [low.iter().copied().fold(f64::INFINITY, f64::min), finite.fold(f64::NEG_INFINITY, f64::max)]
}

/// The j-th sides of the children of a node.
fn beside(node: &[[f64; 2]], j: usize, d: usize) -> [[f64; LANES]; 2] {
    let none = [f64::INFINITY, f64::NEG_INFINITY];
    [0, 1].map(|end| std::array::from_fn(|lane| node.get(lane * d + j).unwrap_or(&none)[end]))
}

/// Brings points into the order of the leaves.
fn halve(x: Points<'_>, order: &mut [usize]) {
    if order.len() <= LANES {
        return;
    }
    let length = |j: usize| {
        let numbers = order.iter().map(|i| x.row(*i)[j]);
        let ends =
            numbers.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], x| [low.min(x), high.max(x)]);
        ends[1] - ends[0]
    };
    let longest = (0..x.d()).map(|j| (length(j), j)).max_by(|a, b| a.0.total_cmp(&b.0)).map_or(0, |(_, j)| j);
    // Nodes to the left are full.
    let left = order.len().div_ceil(LANES).next_power_of_two() / 2 * LANES;
    order.select_nth_unstable_by(left, |a, b| x.row(*a)[longest].total_cmp(&x.row(*b)[longest]));
    let (left, right) = order.split_at_mut(left);
    halve(x, left);
    halve(x, right);
}
