//! Studies of effects and slopes: what is off, by how much, and which weights are best.

use crate::study::Study;

/// n times the variance of a constant effect: 1/E[e(1 − e)] for the R-learner and for doubly robust scores with its weights.
#[test]
#[ignore = "slow"]
fn r_learner() {
    let study = Study::ran("r-learner", &["numpy"]);
    for (score, weighted, expected) in
        [("r", "true", 5.085), ("r", "false", 16.73), ("dr", "true", 5.085), ("dr", "false", 5.493)]
    {
        let of = [("score", score.into()), ("weighted", weighted.into())];
        // Of order 1/n off the limit.
        let expected = f64::sqrt(expected / 500.0);
        study.performance("effect", "empirical_se", &of).is_about(expected, 0.015, score);
        study.performance("effect", "bias", &of).is(0.0, 0.0, score);
    }
}

#[test]
#[ignore = "slow"]
fn target_shift() {
    let study = Study::ran("target-shift", &["numpy"]);
    for shift in [0.35f64, 0.7, 1.0] {
        let bias = |weighted: &str| {
            let of = [("shift", shift.into()), ("weighted", weighted.into()), ("n", 2000.into())];
            study.performance("mean", "bias", &of)
        };
        bias("false").is(-shift, 0.0, "unweighted");
        // A ratio of means is off by 1/n.
        bias("true").is(0.0, 0.01, "weighted");
        let of = [("n", 2000.into()), ("weighted", "true".into())];
        study.mean("effective", shift, &of).is((-shift * shift).exp(), 0.015, "effective");
    }
}

/// Least squares is unbiased for the regression of y on x, in which x₂ has the effect 1/(2 + spread) where it is moved by this variance,
/// and 1/(2 + (1 + w) spread) where the moves are an instrument of weight w.
#[test]
#[ignore = "slow"]
fn outcome_invariant_augmentation() {
    let study = Study::ran("outcome-invariant-augmentation", &["numpy"]);
    for spread in [0.0, 1.0, 4.0, 16.0] {
        for weight in [0.0, 3.0] {
            let what = format!("spread {spread}, weight {weight}");
            let of = [("spread", spread.into()), ("weight", weight.into())];
            let expected = 1.0 / (2.0 + (1.0 + weight) * spread);
            // A ratio of means over 500 points and their copies is off by 1/n.
            study.performance("false_cause", "bias", &of).is_about(expected, 0.005, &what);
            study.performance("true_cause", "bias", &of).is(0.0, 0.0, &what);
        }
    }
}

/// Slopes are the reliability ρ of a raw score, √ρ of a standardised one, 1 of the expected trait and of a standardised one by √alpha.
/// Intervals of least squares cover what they estimate, so those of the expected trait cover 1.
#[test]
#[ignore = "slow"]
fn latent_predictors() {
    let study = Study::ran("latent-predictors", &[]);
    for items in [4.0, 16.0] {
        let reliability: f64 = 0.3 * items / (1.0 + 0.3 * (items - 1.0));
        for n in [100, 400] {
            for (score, slope, more) in [
                ("raw", reliability, 0.0),
                // A standard deviation and an alpha of n points are off by 1/n.
                ("standardised", reliability.sqrt(), 0.3 / f64::from(n)),
                ("expected", 1.0, 0.0),
                ("corrected", 1.0, 1.0 / f64::from(n)),
            ] {
                let what = format!("{score}, {items} items, n = {n}");
                let of = [("score", score.into()), ("items", items.into()), ("n", n.into())];
                study.performance("slope", "bias", &of).is(slope - 1.0, more, &what);
                if score == "expected" {
                    study.performance("slope", "coverage", &of).is(0.95, 0.0, &what);
                }
            }
        }
    }
}
