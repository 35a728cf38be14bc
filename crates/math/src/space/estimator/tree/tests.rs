//! A tree beside rows of squared distances.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::super::local::Places;
use crate::seed::{Key, Purpose, unit};
use crate::space::Points;
use std::hint::black_box;
use std::time::Instant;

/// Places and squared distances of the k nearest, by a tree or by rows.
fn found(places: &Places, at: Points<'_>, k: usize) -> Vec<(Vec<usize>, u64)> {
    let mut all = Vec::new();
    places.each_nearest(at, k, |_, nearest| all.push((nearest.places.clone(), nearest.radius().to_bits())));
    all
}

#[test]
fn a_tree_finds_what_rows_do() {
    let mut rng = Key::new(1, "tree", Purpose::Design).trial(0);
    for d in 1..=6 {
        for n in [1, 2, 7, 8, 9, 63, 64, 65, 130, 513, 3000] {
            for kind in 0..7 {
                let mut points = |n: usize| -> Vec<f64> {
                    let mut row = |along: f64| match kind {
                        // Lattices, with many that are equal and many equally far.
                        0 => (unit(&mut rng) * 4.0).floor(),
                        1 => 1e150 * (unit(&mut rng) - 0.5),
                        2 => 1e-160 * unit(&mut rng),
                        // Lines, and points that are all the same.
                        3 => along,
                        4 => 0.1,
                        // Far tails.
                        5 => 1.0 / (unit(&mut rng) + 1e-9) - 2.0,
                        _ => unit(&mut rng),
                    };
                    (0..n).flat_map(|i| (0..d).map(|_| row(i as f64 / 7.0)).collect::<Vec<_>>()).collect()
                };
                let (x, mut at) = (points(n), points(12));
                // Beside own points and far away.
                at.iter_mut().take(3 * d).for_each(|x| *x *= 1000.0);
                at.extend_from_slice(&x[..d]);
                let (x, at) = (Points::new(d, &x).unwrap(), Points::new(d, &at).unwrap());
                let rows = Places::new(x).unwrap();
                let tree = Places::with_tree(x).unwrap();
                for k in [1, 2, 3, 10, 17, 50, 64, 200].into_iter().filter(|k| *k <= n) {
                    assert_eq!(found(&tree, at, k), found(&rows, at, k), "{d} {n} {kind} {k}");
                }
            }
        }
    }
}

/// Nanoseconds a point of 4096, the least of some rounds: by rows, by a tree, of which so much is the tree itself.
#[test]
#[ignore = "measures time"]
fn time_of_neighbours() {
    const M: usize = 4096;
    let mut rng = Key::new(2, "tree", Purpose::Design).trial(0);
    for (n, d) in [100, 200, 1000, 5000].into_iter().flat_map(|n| [1, 2, 3, 5, 8].map(|d| (n, d))) {
        let mut uniform = |n: usize| (0..n * d).map(|_| unit(&mut rng)).collect::<Vec<_>>();
        let (x, at) = (uniform(n), uniform(M));
        let (x, at) = (Points::new(d, &x).unwrap(), Points::new(d, &at).unwrap());
        for k in [1, 10, 50] {
            let mut least = [f64::INFINITY; 3];
            let mut time = |which: usize, call: &dyn Fn() -> Places| {
                let begun = Instant::now();
                let places = call();
                let made = begun.elapsed().as_nanos() as f64 / M as f64;
                let mut total = 0;
                places.each_nearest(at, k, |_, nearest| total += nearest.places[0]);
                black_box(total);
                least[which] = least[which].min(begun.elapsed().as_nanos() as f64 / M as f64);
                least[2] = if which == 1 { least[2].min(made) } else { least[2] };
            };
            for _ in 0..12 {
                time(0, &|| Places::new(x).unwrap());
                time(1, &|| Places::with_tree(x).unwrap());
            }
            println!("({n}, {d}), k = {k}: {:.0} ns, {:.0}, of which {:.0}", least[0], least[1], least[2]);
        }
    }
}
