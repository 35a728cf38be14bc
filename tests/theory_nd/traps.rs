//! Where programs go wrong: cut-offs at the peak, and intercepts.

use crate::kin::solved;
use crate::law::Law;
use crate::run::Run;

/// A relative cut-off of singular values hides the peak: at n = d so many trials must lie beyond 10⁴, 10⁶ and 10⁸ as the law says.
#[test]
#[ignore = "slow"]
fn no_cut_off_hides_the_peak() {
    let trials = 40_000;
    let generate = "n: 20, d: 20, design: gaussian, target: zero, noise: {normal: {sd: 1}}";
    let run = Run::new(trials, generate, "ls: least_squares", "risks: [2]");
    let values = run.column("ls", &[], "risk_l2");
    assert_eq!(values.len() as u64, trials, "every trial has an answer");
    let law = Law::new(20, 20, 0.0);
    for bound in [1e4, 1e6, 1e8] {
        let told = law.beyond(bound) * trials as f64;
        let found = values.iter().filter(|value| **value > bound).count() as f64;
        println!("beyond {bound:e}: {found}, {told:.1} by the law");
        assert!((found - told).abs() < 4.0 * told.sqrt() + 1.0, "beyond {bound}: {found}, {told}");
    }
}

/// Nothing penalises an intercept: ridge regression and the minimum norm with one are those of deviations from the means.
///
/// Xᵀ(XXᵀ + 11ᵀ)⁻¹y has a column of ones among the features, and puts the square of the intercept into the norm.
#[test]
#[ignore = "slow"]
fn intercepts_are_means() {
    let (n, d) = (6, 9);
    let generate = format!(
        "n: {n}, d: {d}, design: gaussian, target: {{linear: {{norm: 1}}}}, noise: {{normal: {{sd: 3}}}}"
    );
    let train = "minimum: {least_squares: {intercept: true}}, ridge: {ridge: {lambda: 0.7, intercept: true}}";
    let run = Run::new(5, &generate, train, "risks: [2]");
    for (label, lambda) in [("minimum", 0.0), ("ridge", 0.7)] {
        for trial in ["0", "3"] {
            let told = run.json("replay", &["--estimator", label, "--n", "6", "--trial", trial]);
            let list = |value: &serde_json::Value| -> Vec<f64> {
                value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
            };
            let (x, y) = (list(&told[0]["x"]), list(&told[0]["y"]));
            let (weights, stored) =
                (list(&told[0]["weights"]["coefficient"]), list(&told[0]["weights"]["skip_intercept"]));
            let near =
                |own: &[f64], within: f64| weights.iter().zip(own).all(|(a, b)| (a - b).abs() < within);
            let (centred, intercept) = centred(d, &x, &y, lambda);
            assert!(near(&centred, 1e-9) && (stored[0] - intercept).abs() < 1e-9, "{label}, trial {trial}");
            let ones = dual(d, &x, &y, |i, j| 1.0 + if i == j { lambda } else { 0.0 });
            assert!(!near(&ones, 1e-3), "{label}, trial {trial}: the intercept is in the norm");
        }
    }
}

/// Xᵀ (XXᵀ + M)⁻¹ y.
fn dual(d: usize, x: &[f64], y: &[f64], more: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let row = |i: usize| &x[i * d..(i + 1) * d];
    let n = y.len();
    let dot = |i: usize, j: usize| row(i).iter().zip(row(j)).map(|(a, b)| a * b).sum::<f64>();
    let gram = (0..n).map(|i| (0..n).map(|j| dot(i, j) + more(i, j)).collect()).collect();
    let alpha = solved(gram, y.to_vec());
    (0..d).map(|k| (0..n).map(|i| alpha[i] * row(i)[k]).sum()).collect()
}

/// Weights and intercept by deviations from the means. Deviations of y sum to 0, so that 11ᵀ, which makes their Gram matrix
/// regular, moves no weight.
fn centred(d: usize, x: &[f64], y: &[f64], lambda: f64) -> (Vec<f64>, f64) {
    let n = y.len() as f64;
    let means: Vec<f64> = (0..d).map(|k| x.iter().skip(k).step_by(d).sum::<f64>() / n).collect();
    let mean = y.iter().sum::<f64>() / n;
    let deviations: Vec<f64> = x.iter().enumerate().map(|(i, x)| x - means[i % d]).collect();
    let responses: Vec<f64> = y.iter().map(|y| y - mean).collect();
    let weights = dual(d, &deviations, &responses, |i, j| 1.0 + if i == j { lambda } else { 0.0 });
    let intercept = mean - weights.iter().zip(&means).map(|(w, m)| w * m).sum::<f64>();
    (weights, intercept)
}
