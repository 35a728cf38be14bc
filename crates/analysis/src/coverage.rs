//! The coverage of intervals over a thousand simulated studies each: nominal 95 %, measured 90 to 98 %, and more of exponents and limits
//! where their law is exact, since their intervals hold what approaches may still move.

use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::growth::model::Model;
use crate::growth::weigh::{Growth, Of, grow};
use crate::sample::confidence::Confidence;
use crate::sample::logs::Logs;
use crate::sample::moments::Moments;
use crate::sample::ordered::Ordered;
use crate::sample::point::{Point, generator, normal, uniform};
use crate::sample::quantile::Quantile;
use crate::sample::replicates::Replicates;
use crate::tail::excesses::Excesses;
use crate::tail::pareto::Shape;
use crate::tail::spread::spread;

const STUDIES: u64 = 1000;
/// Bootstrap replicates of each level.
const REPLICATES: usize = 400;
const OPTIONS: Confidence = Confidence(0.95);

/// The share of studies whose interval holds the truth, between 90 and 98 %. A study without an interval counts as a miss.
fn coverage(name: &str, truth: f64, interval: impl Fn(&mut ChaCha8Rng) -> Option<(f64, f64)> + Sync) {
    let share = share(name, truth, interval);
    assert!((0.90..=0.98).contains(&share), "{name}: {share}");
}

/// The same of intervals that are wide where the law is exact: at least 95 %.
fn wide(name: &str, truth: f64, interval: impl Fn(&mut ChaCha8Rng) -> Option<(f64, f64)> + Sync) {
    let share = share(name, truth, interval);
    assert!(share >= 0.95, "{name}: {share}");
}

fn share(name: &str, truth: f64, interval: impl Fn(&mut ChaCha8Rng) -> Option<(f64, f64)> + Sync) -> f64 {
    let hits = (0..STUDIES)
        .into_par_iter()
        .filter(|study| {
            let mut rng = generator(11, &[name, &study.to_string()]);
            interval(&mut rng).is_some_and(|(low, high)| low <= truth && truth <= high)
        })
        .count();
    let share = hits as f64 / STUDIES as f64;
    println!("{name}: {:.1} %", 100.0 * share);
    share
}

fn pareto(count: usize, alpha: f64, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let mut values: Vec<f64> = (0..count).map(|_| (1.0 - uniform(rng)).powf(-1.0 / alpha)).collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}

fn frechet(alpha: f64, rng: &mut ChaCha8Rng) -> f64 {
    (-1.0 / (1.0 - uniform(rng)).ln()).powf(1.0 / alpha)
}

fn logs(values: impl Iterator<Item = f64>) -> Logs {
    let mut logs = Logs::default();
    logs.extend(&values.collect::<Vec<_>>());
    logs
}

#[test]
#[ignore = "slow"]
fn of_quantiles_and_means() {
    for (q, truth) in [(0.25f64, 0.75f64.powf(-1.0)), (0.5, 2.0), (0.9, 10.0)] {
        coverage(&format!("quantile {q} of a Pareto law of index 1"), truth, |rng| {
            let quantile = Quantile::of(&Ordered::all(pareto(300, 1.0, rng)), q, 0.95);
            quantile.low().zip(quantile.high())
        });
    }
    coverage("mean of an exponential law", 1.0, |rng| {
        let mut moments = Moments::default();
        moments.extend(&(0..400).map(|_| -(1.0 - uniform(rng)).ln()).collect::<Vec<_>>());
        let mean = moments.mean()?;
        Some((mean.value - 1.96 * mean.error?, mean.value + 1.96 * mean.error?))
    });
}

#[test]
#[ignore = "slow"]
fn of_tail_indices() {
    for alpha in [0.5, 1.0, 1.5, 2.0] {
        coverage(&format!("spread of maxima, Fréchet laws of index {alpha}"), alpha, |rng| {
            let levels: Vec<(f64, Logs)> =
                [100.0, 1000.0, 1e4, 1e5].map(|n| (n, logs((0..1000).map(|_| frechet(alpha, rng))))).into();
            spread(&levels, 1.0, 1.96).map(|index| (index.low, index.high))
        });
        coverage(&format!("excesses of Fréchet laws of index {alpha}"), alpha, |rng| {
            let samples: Vec<Excesses> = (0..3)
                .filter_map(|_| {
                    let values = (0..1000).map(|_| frechet(alpha, rng)).collect();
                    Excesses::of(&Ordered::all(values), 0.25, 1.0)
                })
                .collect();
            let index = Shape::of(samples.iter().collect())?.sure(1.96).stated;
            Some((index.low, index.high))
        });
    }
}

/// A study whose median follows a law, with lognormal risks.
fn study(law: impl Fn(f64) -> f64, rng: &mut ChaCha8Rng) -> Option<Growth> {
    let (mut points, normals) = (Vec::new(), Replicates::new(REPLICATES));
    for n in [100.0f64, 316.0, 1000.0, 3162.0, 10_000.0, 31_623.0] {
        let values = (0..500).map(|_| law(n) * (0.3 * normal(rng)).exp()).collect();
        points.push(Point::of(n as u64, &Ordered::all(values), 0.5, &normals, rng)?);
    }
    grow(&points, Of::Means, OPTIONS)
}

#[test]
#[ignore = "slow"]
fn of_exponents_and_limits() {
    for gamma in [0.5, 1.0, -0.5] {
        wide(&format!("exponent of n^{gamma}"), gamma, |rng| {
            let growth = study(|n| 2.0 * n.powf(gamma), rng).filter(|growth| growth.model == Model::Power)?;
            growth.low.zip(growth.high)
        });
    }
    wide("limit of a constant", 0.7, |rng| study(|_| 0.7, rng)?.limit.map(|limit| (limit.low, limit.high)));
    wide("limit of 2 − 15/√n", 2.0, |rng| {
        study(|n| 2.0 - 15.0 / n.sqrt(), rng)?.limit.map(|limit| (limit.low, limit.high))
    });
    coverage("late slope of a constant", 0.0, |rng| {
        study(|_| 0.7, rng).map(|growth| (growth.late_slope.low, growth.late_slope.high))
    });
}
