//! Test points: scrambled Sobol points, fresh for every trial.

use crate::seed::unit;
use crate::space::design::Design;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use sobol_burley::NUM_DIMENSIONS;
use sobol_burley::parts::{owen_scramble_rev, sobol_rev};

/// Points of one replicate: a power of two, which is what Sobol's sequence is even for.
pub(super) const POINTS: usize = 512;
/// Replicates, each scrambled by itself, whose means tell the standard error of their mean.
pub(super) const REPLICATES: usize = 8;
/// Numbers of a scrambled point are the middles of 2^32 cells: never 0 or 1, which have no normal quantile.
const CELL: f64 = 1.0 / 4_294_967_296.0;

/// Fills [`POINTS`] rows of d numbers with points of the design's law: a replicate of a Sobol net, mapped by its quantiles.
///
/// The first 256 coordinates have the direction numbers of Joe and Kuo and a scramble each, drawn from `rng`, by a hash
/// that is close to Owen's; all others are independent uniform numbers: features are in the order of their variances where these
/// fall, and what is left to the others is little. A design that has no map from uniform numbers draws its points.
///
/// Source: Joe & Kuo, SIAM J. Sci. Comput. 30 (2008); Owen, J. Complexity 14 (1998); Burley, J. Comp. Graph. Tech. 9 (2020).
pub(super) fn fill(rng: &mut ChaCha8Rng, design: &dyn Design, d: usize, x: &mut [f64]) {
    let even = d.min(NUM_DIMENSIONS as usize);
    for k in 0..even {
        // Both halves of a word, so that a scramble of 0, which leaves some hashes idle, is no likelier than any other.
        let scramble = (rng.next_u64() >> 32) as u32;
        let mut here = 0;
        for i in 0..POINTS {
            let bits = owen_scramble_rev(here, scramble).reverse_bits();
            x[i * d + k] = (f64::from(bits) + 0.5) * CELL;
            // In the order of Gray's code neighbours differ in one direction number.
            let direction = (i as u32 + 1).trailing_zeros();
            here ^= sobol_rev((1u32 << direction).reverse_bits(), k as u32);
        }
    }
    for row in x.chunks_exact_mut(d) {
        row[even..].iter_mut().for_each(|u| *u = unit(rng).max(CELL));
    }
    if !design.map_uniform(d, x) {
        design.fill(rng, d, x);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Choice;
    use crate::seed::{Key, Purpose};
    use crate::space::design::CATALOGUE;

    #[test]
    fn every_interval_has_its_share_in_every_coordinate_and_every_square_in_the_first_two() {
        let cube = CATALOGUE.iter().find(|entry| entry.name == "cube").unwrap();
        let cube = Choice::new(cube, &[]).unwrap().build(CATALOGUE).unwrap();
        let d = 300;
        let mut x = vec![0.0; POINTS * d];
        fill(&mut Key::new(1, "sobol", Purpose::Design).trial(0), &*cube, d, &mut x);
        for k in 0..256 {
            let mut counts = [0; POINTS];
            x.iter().skip(k).step_by(d).for_each(|u| counts[(u * POINTS as f64) as usize] += 1);
            assert!(counts.iter().all(|count| *count == 1), "{k}");
        }
        for (across, down) in [(16, 32), (2, 256), (128, 4)] {
            let mut counts = vec![0; POINTS];
            for row in x.chunks_exact(d) {
                let cell = (row[0] * across as f64) as usize * down + (row[1] * down as f64) as usize;
                counts[cell] += 1;
            }
            assert!(counts.iter().all(|count| *count == 1), "{across}");
        }
        let mean = |k: usize| x.iter().skip(k).step_by(d).sum::<f64>() / POINTS as f64;
        assert!((256..300).all(|k| (mean(k) - 0.5).abs() < 5.0 / (12.0 * POINTS as f64).sqrt()));
    }

    #[test]
    fn first_points_are_pinned() {
        let cube = Choice::new(&CATALOGUE[2], &[]).unwrap().build(CATALOGUE).unwrap();
        let mut x = vec![0.0; POINTS * 2];
        fill(&mut Key::new(1, "sobol", Purpose::Design).trial(0), &*cube, 2, &mut x);
        assert_eq!(x[..4], PINNED);
    }

    const PINNED: [f64; 4] =
        [0.33504951011855155, 0.2897633843822405, 0.5791274294024333, 0.5665450122905895];
}
