//! Merged and averaged fits, learners in context, pursuits, and random layers.

use crate::formulas::{framework, variance};
use crate::run::{Mean, Run};

const NOISE: &str = "design: gaussian, target: zero, noise: {normal: {sd: 1}}";
const TARGET: &str =
    "design: gaussian, target: {linear: {norm: 1, direction: random}}, noise: {normal: {sd: 1}}";

/// Merging by Gram matrices is least squares of all points, whether parts interpolate or not; a mean of M fits keeps 1/M of the
/// variance of one.
#[test]
#[ignore = "slow"]
fn merged_fits_are_pooled_ones() {
    let train = "merged: {regmean: {parts: 4}}, pooled: least_squares, mean: {ensemble: {members: 4}}";
    for (n, d, figures) in [(120, 10, [0.0917, 0.1316]), (40, 20, [1.053, 0.278])] {
        let run = Run::new(3000, &format!("n: {n}, d: {d}, {NOISE}"), train, "risks: [2]");
        let [merged, pooled] = ["merged", "pooled"].map(|label| run.column(label, &[], "risk_l2"));
        // Weights agree to the condition of the points times rounding.
        assert!(merged.iter().zip(&pooled).all(|(a, b)| (a / b - 1.0).abs() < 1e-8));
        let (n, d) = (f64::from(n), f64::from(d));
        let told = [variance(n, d), variance(n / 4.0, d) / 4.0];
        for ((label, told), figure) in ["merged", "mean"].into_iter().zip(told).zip(figures) {
            assert!((told / figure - 1.0).abs() < 2e-3, "{told} {figure}");
            run.risk(label, &[]).is(&format!("{label}, 4 × ({}, {d})", n / 4.0), told, 0.0);
        }
    }
}

/// M disjoint fits of j points, e = j/d: ‖w*‖² ((1 − e)² + e (1 − e)/M) + variance/M.
#[test]
#[ignore = "slow"]
fn disjoint_ensembles_have_their_risk() {
    let train = "mean: {ensemble: {members: [1, 4, 10], points: 20}}";
    let run = Run::new(2000, &format!("n: 200, d: 50, {TARGET}"), train, "risks: [2]");
    for (members, figure) in [(1.0, 1.290), (4.0, 0.592), (10.0, 0.453)] {
        let e = 0.4;
        let told = (1.0 - e) * (1.0 - e) + e * (1.0 - e) / members + variance(20.0, 50.0) / members;
        assert!((told - figure).abs() < 1e-3, "{told} {figure}");
        run.risk(&format!("mean[members={members}]"), &[]).is(&format!("{members} fits"), told, 0.0);
    }
}

/// Infinitely many bags of j of n points are ridge regression with Λ = (d/j − 1)(n − j); a hundred leave e/100 of what differs.
#[test]
#[ignore = "slow"]
fn bags_are_a_ridge() {
    let train = "bags: {ensemble: {members: 100, points: [10, 20, 30, 40], scheme: subsample}}, \
                 ridge: {ridge: {lambda: [550, 200, 90, 40]}}";
    let run = Run::new(400, &format!("n: 60, d: 120, {TARGET}"), train, "risks: [2]");
    for (points, lambda, figures) in [
        (10.0, 550.0, [0.866, 0.868]),
        (20.0, 200.0, [0.793, 0.797]),
        (30.0, 90.0, [0.790, 0.789]),
        (40.0, 40.0, [0.872, 0.860]),
    ] {
        assert_eq!((120.0 / points - 1.0) * (60.0 - points), lambda);
        let labels = [format!("bags[points={points}]"), format!("ridge[lambda={lambda}]")];
        let [bags, ridge] = labels.map(|label| run.column(&label, &[], "risk_l2"));
        // The figures' own errors are those of a few hundred trials, and so are these.
        Mean::of(&bags).is(&format!("bags of {points}"), figures[0], 0.01);
        Mean::of(&ridge).is(&format!("Λ = {lambda}"), figures[1], 0.01);
        // The same samples: what a hundred bags differ from infinitely many, and what d/j is off the law of n and d.
        let apart = Mean::of(&bags.iter().zip(&ridge).map(|(a, b)| a / b).collect::<Vec<_>>());
        println!("bags of {points} over ridge: {apart:?}");
        assert!((apart.value - 1.0).abs() < 0.03, "{apart:?}");
        let told = framework(&[1.0; 120], &[1.0 / 120.0; 120], 60.0, lambda, 1.0);
        Mean::of(&ridge).is(&format!("Λ = {lambda}, framework"), told, 0.02);
    }
}

/// w* ~ N(0, I): one step of size η* = n/(n + d + 1 + σ²) is the best layer of linear attention; ridge regression with Λ = σ² is Bayes.
#[test]
#[ignore = "slow"]
fn one_step_is_the_best_attention() {
    let generate = "n: 20, d: 10, design: gaussian, noise: {normal: {sd: 0.7071067811865476}}, \
                    target: {linear: {norm: 3.1622776601683795, direction: random, length: normal}}";
    let rates = [0.3, 0.6, 0.9, 20.0 / 31.5];
    let train = format!(
        "step: {{one_step: {{rate: [0.3, 0.6, 0.9, {}]}}}}, ridge: {{ridge: {{lambda: 0.5}}}}, ls: least_squares",
        rates[3]
    );
    let run = Run::new(8000, generate, &train, "risks: [2]");
    let step = |rate: f64| run.column(&format!("step[rate={rate}]"), &[], "risk_l2");
    // Losses of the page count the noise of the query, ½.
    Mean::of(&step(rates[3])).is("best step", 10.0 - 200.0 / 31.5, 0.0);
    run.risk("ls", &[]).is("least squares", 0.5 * variance(20.0, 10.0), 0.0);
    run.risk("ridge", &[]).is("ridge", 0.493, 0.01);
    // The risk is a parabola a η² + b η + c in every trial: its vertex in the mean is the fitted rate.
    let [low, middle, high] = [0.3, 0.6, 0.9].map(step);
    let parts: Vec<(f64, f64)> = (0..low.len())
        .map(|trial| {
            let a = (low[trial] - 2.0 * middle[trial] + high[trial]) / (2.0 * 0.09);
            (a, (high[trial] - low[trial]) / 0.6 - 2.0 * a * 0.6)
        })
        .collect();
    let mean = |of: fn(&(f64, f64)) -> f64| parts.iter().map(of).sum::<f64>() / parts.len() as f64;
    let (a, b) = (mean(|part| part.0), mean(|part| part.1));
    let vertex = -b / (2.0 * a);
    let moved: Vec<f64> =
        parts.iter().map(|(own, slope)| vertex - (slope + 2.0 * vertex * own) / (2.0 * a)).collect();
    Mean::of(&moved).is("fitted rate", rates[3], 0.0);
}

/// On x ~ N(0, diag λ), λ_i = 1/i, the best layer is A = n ((n + 1) Λ + (tr Λ + σ²) I)⁻¹.
///
/// f̂(x) = (1/n) Σ y_i x_iᵀ A x is one step of size 1 in the features A^½ x, where w* is A^{−½} w. The mean of R_2 depends on the
/// squares of weights alone, so that w_i = 1 stands for w ~ N(0, I).
#[test]
#[ignore = "slow"]
fn one_step_with_the_best_matrix() {
    let (n, noise) = (20.0, 0.5);
    let lambda: Vec<f64> = (1..=10).map(|i| 1.0 / f64::from(i)).collect();
    let trace: f64 = lambda.iter().sum();
    let matrix: Vec<f64> = lambda.iter().map(|l| n / ((n + 1.0) * l + trace + noise)).collect();
    let variances: Vec<String> = lambda.iter().zip(&matrix).map(|(l, a)| (l * a).to_string()).collect();
    let weights: Vec<String> = matrix.iter().map(|a| a.powf(-0.5).to_string()).collect();
    let norm = matrix.iter().map(|a| 1.0 / a).sum::<f64>().sqrt();
    let generate = format!(
        "n: 20, d: 10, design: {{gaussian: {{spectrum: {{listed: {{values: [{}]}}}}}}}}, \
         target: {{linear: {{norm: {norm}, direction: given, weights: [{}]}}}}, noise: {{normal: {{sd: 0.7071067811865476}}}}",
        variances.join(", "),
        weights.join(", ")
    );
    let run = Run::new(8000, &generate, "step: {one_step: {rate: 1}}", "risks: [2]");
    let told = trace - n * lambda.iter().map(|l| l * l / ((n + 1.0) * l + trace + noise)).sum::<f64>();
    assert!((told + noise - 1.515).abs() < 1e-3, "{told}");
    run.risk("step", &[]).is("best matrix", told, 0.0);
}

/// Four of 256 features without noise: how often matching pursuit finds them all, and nothing else.
#[test]
#[ignore = "slow"]
fn pursuits_recover_as_often_as_published() {
    let generate = "n: [20, 30, 40, 60], d: 256, design: gaussian, noise: {normal: {sd: 1.0e-9}}, \
                    target: {linear: {norm: 2, direction: ones, support: 4}}";
    let run = Run::new(2000, generate, "omp: {omp: {features: 4}}", "risks: [2]");
    for (n, figure) in [(20, 0.24), (30, 0.77), (40, 0.96), (60, 0.99)] {
        let risks = run.column("omp", &[&format!("n={n}")], "risk_l2");
        let share = risks.iter().filter(|risk| **risk < 1e-12).count() as f64 / risks.len() as f64;
        // Three hundred trials stand behind the figure; at .99 that is one trial in three hundred more or less.
        let error = (figure * (1.0 - figure) * (1.0 / 300.0 + 1.0 / risks.len() as f64)).sqrt();
        println!("n = {n}: {share:.4}, published {figure} ± {error:.4}");
        assert!((share - figure).abs() < 4.0 * error + 0.005, "n {n}: {share}");
    }
}

/// The interpolant of noise of least ℓ1 norm, proven optimal trial by trial. R_2 is .46 at d = 500 and .29 at 2000, within a tenth of
/// σ²/ln(d/n).
///
/// Another simulation has .426 ± .019 and .255 ± .014, 1.4 and 2.1 standard errors below .4535 ± .0052 and .2856 ± .0032 of 400
/// trials here.
#[test]
#[ignore = "slow"]
fn least_l1_norms_keep_noise() {
    let train = "l1: basis_pursuit";
    let run = Run::new(400, &format!("n: 50, d: [500, 2000], {NOISE}"), train, "risks: [2]");
    for (d, figure, error) in [(500.0, 0.464, 0.013), (2000.0, 0.285, 0.006)] {
        let mean = run.risk("l1", &[&format!("d={d}")]);
        println!("d = {d}: {mean:?}, {figure} ± {error}");
        assert!((mean.value - figure).abs() < 4.0 * mean.error.hypot(error), "d {d}: {mean:?}");
        mean.is(&format!("1/ln({d}/50)"), 1.0 / (d / 50.0f64).ln(), 0.1);
    }
    for trial in 0..3 {
        let told = run.json(
            "replay",
            &["--estimator", "l1", "--where", "d=500", "--n", "50", "--trial", &trial.to_string()],
        );
        assert_is_least(&told[0], 500);
    }
}

fn numbers(value: &serde_json::Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// Xw = y, and there is ν with x_k·ν = sign w_k where w_k ≠ 0 and |x_k·ν| ≤ 1 elsewhere: w has the least ℓ1 norm.
fn assert_is_least(told: &serde_json::Value, d: usize) {
    let (x, y) = (numbers(&told["x"]), numbers(&told["y"]));
    let w = numbers(&told["weights"]["coefficient"]);
    let rows = || x.chunks_exact(d);
    let met =
        rows().zip(&y).all(|(row, y)| (row.iter().zip(&w).map(|(x, w)| x * w).sum::<f64>() - y).abs() < 1e-9);
    let used: Vec<usize> = (0..d).filter(|k| w[*k] != 0.0).collect();
    assert!(met && used.len() == y.len(), "{} features are used", used.len());
    let columns: Vec<Vec<f64>> = used.iter().map(|k| rows().map(|row| row[*k]).collect()).collect();
    let nu = solved(columns, used.iter().map(|k| w[*k].signum()).collect());
    let most = (0..d).map(|k| rows().zip(&nu).map(|(row, nu)| row[k] * nu).sum::<f64>().abs());
    assert!(most.fold(0.0, f64::max) < 1.0 + 1e-8);
}

/// A x = b by elimination with pivots.
pub fn solved(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for k in 0..n {
        let pivot = (k..n).max_by(|i, j| a[*i][k].abs().total_cmp(&a[*j][k].abs())).unwrap();
        a.swap(k, pivot);
        b.swap(k, pivot);
        for i in k + 1..n {
            let by = a[i][k] / a[k][k];
            let upper = a[k].clone();
            a[i].iter_mut().zip(&upper).skip(k).for_each(|(a, u)| *a -= by * u);
            b[i] -= by * b[k];
        }
    }
    for k in (0..n).rev() {
        let known: f64 = (k + 1..n).map(|j| a[k][j] * b[j]).sum();
        b[k] = (b[k] - known) / a[k][k];
    }
    b
}
