//! Studies of regressions: risks and variances against their formulas.

use crate::study::Study;

#[test]
#[ignore = "slow"]
fn multi_task_ridge() {
    let study = Study::ran("multi-task-ridge", &["numpy"]);
    for shared in [0.0, 0.5, 0.9] {
        for estimand in ["first", "second"] {
            let bias = study.performance(estimand, "bias", &[("shared", shared.into())]);
            bias.is(0.0, 0.01, &format!("{estimand} {shared}"));
        }
    }
}

/// Errors of directions to first order in 1/n; of an even function the first moment is noise, (3 + σ²) across the direction and 15 + σ²
/// along it, whose mean 1 − cos² is 0.8358 with 20 features (4 · 10⁶ draws).
#[test]
#[ignore = "slow"]
fn stein_directions() {
    let study = Study::ran("stein-directions", &["numpy"]);
    for n in [400.0, 1600.0, 6400.0] {
        let error = |link: &str, order: f64| {
            study.mean("error", n, &[("link", link.into()), ("order", order.into())])
        };
        // The next order in 1/n is about the square of the first.
        let first = 19.0 * 1.25 / n;
        error("linear", 1.0).is(first, 2.0 * first * first, &format!("first order, n = {n}"));
        let second = 19.0 * 15.25 / (4.0 * n);
        error("square", 2.0).is(second, 2.0 * second * second, &format!("second order, n = {n}"));
        error("square", 1.0).is(0.8358, 0.0, &format!("first order of an even function, n = {n}"));
    }
}

/// Equal weights: 2.05 d/(2n − d − 1), exactly. Known variances: the inverse of a sum of two Wishart matrices of n points, by the one of
/// the same mean and variance, of 1.05 n points. Learned variances are too small by d_t/n, where the weights take d_t of their d
/// degrees of freedom from task t.
#[test]
#[ignore = "slow"]
fn task_weights() {
    let study = Study::ran("task-weights", &["numpy"]);
    for n in [25.0, 50.0, 100.0, 200.0, 400.0] {
        let risk = |losses: &str| study.mean("risk", n, &[("losses", losses.into())]);
        risk("equal").is(2.05 * 5.0 / (2.0 * n - 6.0), 0.0, &format!("equal, n = {n}"));
        let points = n * 10.25f64.powi(2) / (10.0f64.powi(2) + 0.25f64.powi(2));
        let known = 5.0 / (10.25 * n) * points / (points - 6.0);
        risk("known").is_about(known, 0.005, &format!("known, n = {n}"));
        risk("learned").is_about(known, 0.015, &format!("learned, n = {n}"));
        let taken = 5.0 * 10.0 / 10.25;
        let of = [("losses", "learned".into()), ("n", (n as u64).into())];
        let bias = study.performance("first_variance", "bias", &of);
        bias.is(-0.1 * taken / n, 0.1 / (n * n), &format!("variance, n = {n}"));
    }
}

/// Variances of lines at x = 0 as n grows; only lines fitted one by one cross, and sorting lowers the risk of each sample.
#[test]
#[ignore = "slow"]
fn quantiles() {
    let study = Study::ran("quantiles", &["numpy", "scipy"]);
    let mean = |quantity: &str, n: f64, method: &str| study.mean(quantity, n, &[("method", method.into())]);
    for n in [25.0, 50.0, 100.0] {
        for method in ["separate", "sorted", "joint"] {
            let what = format!("{method}, n = {n}");
            for (estimand, limit) in [("median", std::f64::consts::FRAC_PI_2), ("upper", 2.9222)] {
                let of = [("method", method.into()), ("n", (n as u64).into())];
                let found = study.performance(estimand, "empirical_se", &of);
                found.is_about(f64::sqrt(limit / n), 1.0 / n, &format!("{estimand}, {what}"));
            }
            let crosses = mean("crosses", n, method).value;
            assert_eq!(crosses > 0.0, method == "separate", "{what}: {crosses}");
        }
        assert!(mean("risk", n, "sorted").value < mean("risk", n, "separate").value, "n = {n}");
    }
    // Few points cross more.
    assert!(mean("crosses", 25.0, "separate").value > mean("crosses", 100.0, "separate").value + 0.2);
}
