//! Random projections: λ_i = v_i = i^−1.5, σ² = ½ (arXiv 2311.14646).

use crate::formulas::{power, projected};
use crate::run::Run;

/// Runs ridges δ for one number of features, and compares means with the formula and that with its published values.
fn check(n: u32, d: usize, k: u32, cases: &[(f64, f64)], trials: u64, off: f64) {
    let spectrum = power(d, 1.5);
    let norm = (d as f64).sqrt();
    let generate = format!(
        "n: {n}, d: {d}, design: {{gaussian: {{spectrum: {{power: {{exponent: 1.5}}}}}}}}, \
         target: {{linear: {{norm: {norm}, direction: ones}}}}, noise: {{normal: {{sd: 0.7071067811865476}}}}"
    );
    let ridges: Vec<String> = cases.iter().map(|(ridge, _)| ridge.to_string()).collect();
    let train = format!("rf: {{random_features: {{features: {k}, ridge: [{}]}}}}", ridges.join(", "));
    let run = Run::new(trials, &generate, &train, "risks: [2]");
    for (ridge, published) in cases {
        let told = projected(&spectrum, &spectrum, [f64::from(n), f64::from(k)], *ridge, 0.5);
        assert!((told / published - 1.0).abs() < 0.002, "k {k}, δ {ridge}: {told}, published {published}");
        let mut mean = run.risk(&format!("rf[ridge={ridge}]"), &[]);
        // The published errors count the noise of the label.
        mean.value += 0.5;
        mean.is(&format!("n {n}, k {k}, δ {ridge}"), told, off);
    }
}

/// The stored experiment: 10⁴ modes, 256 points.
#[test]
#[ignore = "slow"]
fn projections_have_their_published_errors() {
    for (k, figures) in
        [(63, [1.244, 1.197, 1.087]), (251, [5.56, 1.137, 0.919]), (1000, [1.224, 0.954, 0.867])]
    {
        let cases: Vec<(f64, f64)> = [0.001, 0.1, 1.0].into_iter().zip(figures).collect();
        check(256, 10_000, k, &cases, 45, 0.02);
    }
}

/// As many features as modes: 800 MB a trial.
#[test]
#[ignore = "slow"]
fn ten_thousand_projections_have_their_published_errors() {
    for case in [(0.001, 1.007), (0.1, 0.891), (1.0, 0.850)] {
        check(256, 10_000, 10_000, &[case], 8, 0.02);
    }
}

/// A small cell, through the peak at k = n.
#[test]
#[ignore = "slow"]
fn the_peak_of_projections_is_at_as_many_as_points() {
    for (k, figures) in
        [(32, [2.157, 1.385]), (64, [9.64, 1.244]), (128, [2.058, 1.164]), (512, [1.310, 1.101])]
    {
        let cases: Vec<(f64, f64)> = [0.001, 1.0].into_iter().zip(figures).collect();
        check(64, 2000, k, &cases, 300, 0.03);
    }
}

/// The least error over ridges falls in the number of features: 1.008, .893, .862 and .840.
#[test]
#[ignore = "slow"]
fn more_features_are_better_with_the_best_ridge() {
    let spectrum = power(10_000, 1.5);
    let ridges: Vec<f64> = (0..41).map(|k| 10f64.powf(-2.0 + 0.1 * f64::from(k))).collect();
    for (k, published) in [(100u32, 1.008), (398, 0.893), (1000, 0.862), (10_000, 0.840)] {
        let told = |ridge: f64| projected(&spectrum, &spectrum, [256.0, f64::from(k)], ridge, 0.5);
        let best = ridges.iter().copied().min_by(|a, b| told(*a).total_cmp(&told(*b))).unwrap();
        assert!((told(best) / published - 1.0).abs() < 0.002, "k {k}: {} at {best}", told(best));
        if k <= 1000 {
            let best = (best * 1000.0).round() / 1000.0;
            check(256, 10_000, k, &[(best, published)], 45, 0.02);
        }
    }
}
