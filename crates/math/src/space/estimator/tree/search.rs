//! Searches of a tree.

use super::Tree;
use crate::space::kernel::{LANES, squares};
use crate::wide::{Kernel, wide};

/// More levels than the points of any memory have: 8¹³ points.
const DEPTH: usize = 12;

/// Points that a search has met.
#[derive(Default)]
pub(in crate::space::estimator) struct Scratch {
    squares: Vec<f64>,
    places: Vec<usize>,
}

impl Tree {
    /// Finds the k points nearest to a point, and those that are as far as the last of them, with their squared distances.
    ///
    /// # Errors
    /// Fewer where fewer than k squared distances are finite.
    /// # Cost
    /// For uniform points in a cube and k = 10 about five leaves in two dimensions and ten in three, however many points there are, and
    /// the boxes around them.
    pub fn search(&self, at: &[f64], k: usize, scratch: &mut Scratch, found: &mut Vec<(f64, usize)>) {
        // A leaf is written whole.
        let most = (self.places.len() + 1) * LANES;
        scratch.squares.resize(most, 0.0);
        scratch.places.resize(most, 0);
        found.clear();
        wide(Search { tree: self, at, least: Least { k, bound: f64::MAX, full: full(k) }, scratch, found });
    }
}

/// A bound that at least k of the numbers so far are not above, and not many more.
struct Least {
    k: usize,
    bound: f64,
    /// The bound is lowered when there are so many numbers.
    full: usize,
}

/// Twice as many as were kept, so that bounds take a constant time a number; and of few at least 16 more, two leaves: with 8, 10 or 24
/// more, searches of ten neighbours took up to a tenth longer.
#[inline(always)]
fn full(kept: usize) -> usize {
    kept + kept.max(16)
}

impl Least {
    /// Lowers the bound when there are enough numbers, of which those from a start on are new; how many remain.
    #[inline(always)]
    fn lower(&mut self, squares: &mut [f64], places: &mut [usize], start: usize) -> usize {
        if self.k == 1 {
            for square in &squares[start..] {
                self.bound = if *square < self.bound { *square } else { self.bound };
            }
        }
        if self.k == 1 || squares.len() < self.full {
            return squares.len();
        }
        // To leave k alone takes more halves, and searches of ten neighbours a tenth longer.
        let kept = self.drop(squares, places, self.k / 4);
        self.full = full(kept);
        kept
    }

    /// Lowers the bound until k and so many others are left at most, or more that are equal, and drops all above it; how many remain.
    #[inline(always)]
    fn drop(&mut self, squares: &mut [f64], places: &mut [usize], others: usize) -> usize {
        let (mut least, mut most) = (f64::MAX, 0.0);
        for square in squares.iter() {
            least = if *square < least { *square } else { least };
            most = if *square > most { *square } else { most };
        }
        let (mut low, mut high) = (least.to_bits(), most.to_bits());
        // By halves of the bits, whose order is that of the numbers: few halves whatever the scale.
        while low < high {
            let middle = low + (high - low) / 2;
            let (bound, mut count) = (f64::from_bits(middle), 0);
            for square in squares.iter() {
                count += u64::from(*square <= bound);
            }
            if count < self.k as u64 {
                low = middle + 1;
            } else {
                high = middle;
                if count <= (self.k + others) as u64 {
                    break;
                }
            }
        }
        self.bound = f64::from_bits(high);
        let mut kept = 0;
        for i in 0..squares.len() {
            let square = squares[i];
            (squares[kept], places[kept]) = (square, places[i]);
            kept += usize::from(square <= self.bound);
        }
        kept
    }
}

struct Search<'a> {
    tree: &'a Tree,
    at: &'a [f64],
    least: Least,
    scratch: &'a mut Scratch,
    found: &'a mut Vec<(f64, usize)>,
}

impl Kernel for Search<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Search { tree, at, mut least, scratch: Scratch { squares: near, places }, found } = self;
        let (k, size, top, mut len) = (least.k, tree.d * LANES, tree.levels.len() - 1, 0);
        // Nodes on the way to here, with their children and how many of these were visited.
        let mut way = [(0, [0; LANES], 0); DEPTH];
        let mut level = top;
        way[level].1 = children(&tree.levels[level], 0, at);
        loop {
            let (node, children_of, visited) = &mut way[level];
            let next = children_of.get(*visited).map_or(f64::NAN, |key| f64::from_bits(key & !7));
            // What is no number is not near.
            let is_near = next <= least.bound;
            if !is_near {
                if level == top {
                    break;
                }
                level += 1;
                continue;
            }
            let child = *node * LANES + (children_of[*visited] & 7) as usize;
            *visited += 1;
            if level > 0 {
                level -= 1;
                way[level] = (child, children(&tree.levels[level], child, at), 0);
                continue;
            }
            let (mut count, start) = (0, len);
            let (near_here, places_here) = (&mut near[len..len + LANES], &mut places[len..len + LANES]);
            let squares = squares(&tree.leaves[child * size..(child + 1) * size], at);
            for (square, place) in squares.iter().zip(&tree.places[child]) {
                (near_here[count % LANES], places_here[count % LANES]) = (*square, *place);
                count += usize::from(*square <= least.bound);
            }
            if count > 0 {
                len = least.lower(&mut near[..start + count], &mut places[..start + count], start);
            }
        }
        if k > 1 && len > k {
            len = least.drop(&mut near[..len], &mut places[..len], 0);
        }
        let all = near[..len].iter().copied().zip(places.iter().copied());
        found.extend(all.filter(|(square, _)| *square <= least.bound));
    }
}

/// The children of a node, the nearest first: the bits of their squared distances, whose last three bits are which child it is.
#[inline(always)]
fn children(level: &[[[f64; LANES]; 2]], node: usize, at: &[f64]) -> [u64; LANES] {
    let d = at.len();
    let mut sums = [0.0; LANES];
    for ([low, high], at) in level[node * d..(node + 1) * d].iter().zip(at) {
        for lane in 0..LANES {
            let (below, above) = (low[lane] - at, at - high[lane]);
            let off = if below > above { below } else { above };
            // What is no number stays so.
            let off = if 0.0 > off { 0.0 } else { off };
            sums[lane] += off * off;
        }
    }
    let mut keys = [0; LANES];
    for lane in 0..LANES {
        keys[lane] = sums[lane].to_bits() & !7 | lane as u64;
    }
    sorted(keys)
}

/// Nineteen comparisons that sort eight numbers without a branch.
#[inline(always)]
fn sorted([a, b, c, d, e, f, g, h]: [u64; LANES]) -> [u64; LANES] {
    let ([a, c], [b, d], [e, g], [f, h]) = (pair(a, c), pair(b, d), pair(e, g), pair(f, h));
    let ([a, e], [b, f], [c, g], [d, h]) = (pair(a, e), pair(b, f), pair(c, g), pair(d, h));
    let ([a, b], [c, d], [e, f], [g, h]) = (pair(a, b), pair(c, d), pair(e, f), pair(g, h));
    let ([c, e], [d, f]) = (pair(c, e), pair(d, f));
    let ([b, e], [d, g]) = (pair(b, e), pair(d, g));
    let ([b, c], [d, e], [f, g]) = (pair(b, c), pair(d, e), pair(f, g));
    [a, b, c, d, e, f, g, h]
}

#[inline(always)]
fn pair(a: u64, b: u64) -> [u64; 2] {
    [a.min(b), a.max(b)]
}
