//! The error rates of statements on curves, for simulated samples with known answers.

use super::axis::Key;
use super::compare::Chances;
use super::curve::{Course, Curve, Draft};
use super::gather::{Gathered, Quantity, head};
use crate::coordinates::{Coordinate, Coordinates};
use crate::options::Options;
use crate::sample::collect::{Column, Gather, collect};
use crate::sample::point::{generator, normal, uniform};
use crate::sample::statistic::Statistic;
use rand_chacha::ChaCha8Rng;

/// Simulated studies for each statement.
const STUDIES: usize = 400;
const TRIALS: usize = 60;

fn gathered(values: &[f64]) -> Gathered {
    let mut pass = |columns: &mut [Column]| {
        columns[0].add(values);
        Ok(())
    };
    let gather = Gather { order: true, ..Gather::default() };
    let sample = collect(values.len() as u64, &[gather], &[0.5], &mut pass).unwrap().remove(0);
    let mut first = head(values.len() as u64);
    let held = first.len();
    first.copy_from_slice(&values[..held]);
    Gathered { sample, head: first, ..Gathered::default() }
}

/// A curve of these samples; paired ones are of one cell.
fn curve(name: &str, samples: &[Vec<f64>], paired: bool) -> Curve {
    let quantity = Quantity { name: name.into(), risk: None, own: false };
    let chances = Chances::of(0.95, samples.len());
    let draft = |(place, values): (usize, &Vec<f64>)| {
        let cell = if paired { "one".to_owned() } else { place.to_string() };
        let at = Some(Coordinate::Number(place as f64));
        Draft::of((20, cell.into(), at), &quantity, gathered(values), &chances, &Options::default()).unwrap()
    };
    let drafts = samples.iter().enumerate().map(draft).collect();
    let key = Key { labels: ["a", "b", "c", "d"].map(Into::into), n: Some(20) };
    Curve::of(&key, "width", Coordinates::default(), (&quantity, None), drafts)
}

/// Samples with these medians: log-normal, of which a part is common to all places where they are paired.
fn medians(medians: &[f64], paired: bool, rng: &mut ChaCha8Rng) -> Vec<Vec<f64>> {
    let common: Vec<f64> = (0..TRIALS).map(|_| normal(rng)).collect();
    let mut one = |median: &f64| {
        let mut value = |trial: usize| {
            let shock = if paired { common[trial] } else { normal(rng) };
            median * (shock + 0.3 * normal(rng)).exp()
        };
        (0..TRIALS).map(&mut value).collect()
    };
    medians.iter().map(&mut one).collect()
}

/// Samples of zeros and ones with these means.
fn shares(means: &[f64], paired: bool, rng: &mut ChaCha8Rng) -> Vec<Vec<f64>> {
    let common: Vec<f64> = (0..TRIALS).map(|_| uniform(rng)).collect();
    let mut one = |mean: &f64| {
        let mut value = |trial: usize| {
            let u = if paired && uniform(rng) < 0.7 { common[trial] } else { uniform(rng) };
            f64::from(u8::from(u < *mean))
        };
        (0..TRIALS).map(&mut value).collect()
    };
    means.iter().map(&mut one).collect()
}

/// The share of studies in which a statement is made.
fn rate(says: impl FnMut(&mut ChaCha8Rng) -> bool, purpose: &str) -> f64 {
    let mut rng = generator(11, &["curves", purpose]);
    let mut says = says;
    (0..STUDIES).filter(|_| says(&mut rng)).count() as f64 / STUDIES as f64
}

/// The probability of excluding the least position is greatest where it is only slightly below all others.
#[test]
fn the_least_place_is_among_those_that_are_stated() {
    for paired in [false, true] {
        for places in [2, 3, 8, 30] {
            let mut truth = vec![0.5; places];
            truth[places / 2] = 0.499;
            let holds = |samples: &[Vec<f64>], name: &str| {
                curve(name, samples, paired).minimum.unwrap().among.contains(&(places / 2))
            };
            let found = rate(|rng| holds(&medians(&truth, paired, rng), "distance_l2"), "least");
            assert!(found >= 0.93, "medians, paired {paired}, {places} places: {found}");
            let found = rate(|rng| holds(&shares(&truth, paired, rng), "kinks"), "share");
            assert!(found >= 0.93, "means, paired {paired}, {places} places: {found}");
        }
    }
}

/// A false step is found in at most one study of twenty.
#[test]
fn a_flat_curve_is_undecided() {
    for paired in [false, true] {
        for places in [2, 5, 20] {
            let truth = vec![0.5; places];
            for name in ["distance_l2", "kinks"] {
                let open = rate(
                    |rng| {
                        let samples = match name {
                            "kinks" => shares(&truth, paired, rng),
                            _ => medians(&truth, paired, rng),
                        };
                        curve(name, &samples, paired).course == Some(Course::Undecided)
                    },
                    "flat",
                );
                assert!(open >= 0.93, "{name}, paired {paired}, {places} places: {open}");
            }
        }
    }
}

/// A minimum of half the spread is found in paired samples, and seldom in independent ones.
#[test]
fn pairs_find_what_independent_samples_cannot() {
    let truth = [1.0, 0.6, 0.4, 0.6, 1.0];
    let alone = |paired: bool| {
        let inside = |rng: &mut ChaCha8Rng| {
            let curve = curve("distance_l2", &medians(&truth, paired, rng), paired);
            let minimum = curve.minimum.as_ref().unwrap();
            curve.paired == paired && minimum.among == [2] && minimum.inside
        };
        rate(inside, "valley")
    };
    let (paired, apart) = (alone(true), alone(false));
    assert!(paired > 0.4 && apart < 0.2 && paired > 3.0 * apart, "{paired} against {apart}");
}

#[test]
fn what_is_plain_is_said() {
    let mut rng = generator(3, &["plain"]);
    let mut of = |truth: &[f64]| curve("distance_l2", &medians(truth, true, &mut rng), true);
    let valley = of(&[9.0, 3.0, 1.0, 3.0, 9.0]);
    assert_eq!((valley.course, valley.statistic), (Some(Course::NotMonotone), Statistic::Median));
    let minimum = valley.minimum.unwrap();
    assert_eq!((minimum.place, minimum.among.as_slice(), minimum.inside), (2, &[2][..], true));
    assert!(!valley.maximum.unwrap().inside);
    let peak = of(&[1.0, 3.0, 9.0, 3.0, 1.0]);
    assert!(peak.maximum.as_ref().unwrap().inside && peak.maximum.unwrap().place == 2);
    assert_eq!(of(&[1.0, 3.0, 9.0]).course, Some(Course::Increasing));
    assert_eq!(of(&[9.0, 3.0, 1.0]).course, Some(Course::Decreasing));
    assert_eq!(of(&[9.0, 3.0, 2.999, 1.0]).course, Some(Course::Falling));
    // Two equal positions are not distinguished, and a single position has no extremes.
    let tie = of(&[9.0, 1.0, 1.0]);
    assert_eq!(tie.minimum.unwrap().among, [1, 2]);
    let one = of(&[2.0]);
    assert_eq!((one.minimum, one.maximum, one.course), (None, None, None));
}

/// Few trials are not compared, for any values.
#[test]
fn few_trials_are_not_compared() {
    let samples: Vec<Vec<f64>> =
        (1..4).map(|k| (0..19).map(|trial| f64::from(k * 1000 + trial)).collect()).collect();
    let curve = curve("distance_l2", &samples, false);
    assert_eq!(curve.minimum.unwrap().among, [0, 1, 2]);
    assert_eq!(curve.course, Some(Course::Undecided));
}

/// Counts are compared by means, since their medians change in jumps.
#[test]
fn counts_are_judged_by_their_means() {
    let mut rng = generator(5, &["counts"]);
    let samples = shares(&[0.1, 0.5, 0.9], true, &mut rng);
    let counts = curve("kinks", &samples, true);
    assert_eq!((counts.statistic, counts.course), (Statistic::Mean, Some(Course::Increasing)));
    assert_eq!(curve("distance_l2", &samples, true).statistic, Statistic::Median);
    let share = samples[1].iter().sum::<f64>() / TRIALS as f64;
    assert!((counts.points[1].value.unwrap() - share).abs() < 1e-12 && counts.points[1].level.mean_trusted);
}
