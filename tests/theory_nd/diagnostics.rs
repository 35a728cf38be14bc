//! Residuals of points that are left out, gradients, and what their pipelines say.

use crate::run::{Mean, Run};

/// Of least squares on normal points with d > n, y_i − f̂^{(−i)}(x_i) is the error of a fit of n − 1 points at a new one: its mean square is
/// σ² + E R_2(n − 1), which is what an estimate of R_2 + σ² should say; with d < n likewise.
#[test]
#[ignore = "slow"]
fn left_out_points_tell_the_risk() {
    let generate = "n: 41, d: [10, 80], design: gaussian, target: {linear: {norm: 2, direction: random}}, \
                    noise: {normal: {sd: 1}}";
    let train = "plane: least_squares, centred: {least_squares: {intercept: true}}, smooth: {ridge: {lambda: 5}}, one: nearest, \
                 kernel: {kernel: {function: laplace, bandwidth: 3}}";
    let run = Run::new(2000, generate, train, "risks: [2], diagnostics: [condition, leave_one_out]");
    let fewer = Run::new(2000, &generate.replace("41", "40"), train, "risks: [2]");
    for label in ["plane", "centred", "smooth", "one", "kernel"] {
        for d in ["d=10", "d=80"] {
            let found = run.mean(label, &[d], "leave_one_out");
            let risk = fewer.risk(label, &[d]);
            let told = Mean { value: risk.value + 1.0, error: risk.error };
            let error = 4.0 * found.error.hypot(told.error);
            println!("{label}, {d}: {found:?}, σ² + R_2 of 40 points {told:?}");
            assert!((found.value - told.value).abs() < error, "{label} {d}: {found:?} {told:?}");
        }
    }
    assert!(
        run.column("kernel", &["d=10"], "condition").iter().all(|condition| (1.0..1e6).contains(condition))
    );
}

#[test]
#[ignore = "slow"]
fn error_detection() {
    let run = Run::pipeline("error-detection", &[]);
    let area = |label: &str, d: u32| run.mean(label, &[&format!("d={d}")], "detection");
    let [few, peak, many] = [10, 50, 300].map(|d| area("least_squares", d).value);
    println!("least squares: {few} at 10, {peak} at 50, {many} at 300");
    // At the peak residuals are those of an interpolant without a mean.
    assert!(few > 0.9 && many > 0.9 && peak < 0.8, "{few} {peak} {many}");
    for d in [45, 50, 55, 65] {
        assert!(area("ridge", d).value > area("least_squares", d).value + 0.01, "{d}");
    }
    // Interpolants have no residuals of their own.
    let met = run.column("least_squares", &["d=150"], "train_error");
    assert!(met.iter().all(|miss| *miss < 1e-10));
    // Without a signal: .954 ± .002 where five of fifty labels are wrong.
    let noise = Run::pipeline("error-detection", &["generate.target=zero", "generate.d=150", "trials=800"]);
    let plane = noise.mean("least_squares", &[], "detection");
    println!("(50, 150): {plane:?}, .954 ± .002");
    assert!((plane.value - 0.954).abs() < 4.0 * plane.error.hypot(0.002) + 0.005, "{plane:?}");
}

/// E ‖∇̂ − ∇f‖² = σ² d (d + 2)/(k r²) with v_d r^d n = k, to leading order in k and but for points near the boundary, whose neighbourhoods
/// are cut.
#[test]
#[ignore = "slow"]
fn nearest_gradients() {
    let run = Run::pipeline("nearest-gradients", &[]);
    let at = |k: u32, d: u32, target: &str| {
        run.mean(&format!("local[k={k}]"), &[&format!("d={d}"), target], "risk_gradient")
    };
    for (d, unit) in [(2, std::f64::consts::PI), (3, 4.0 * std::f64::consts::PI / 3.0)] {
        let wide = f64::from(d);
        for k in [50, 100, 200] {
            let radius = (f64::from(k) / (4000.0 * unit)).powf(1.0 / wide);
            let told = 0.25 * wide * (wide + 2.0) / (f64::from(k) * radius * radius);
            let found = at(k, d, "target=linear");
            println!("d = {d}, k = {k}: {found:?}, {told}");
            assert!((found.value / told - 1.0).abs() < 0.2, "{d} {k}: {found:?} {told}");
        }
        let linear = [10, 100, 1000].map(|k| at(k, d, "target=linear").value);
        assert!(linear[0] > 5.0 * linear[1] && linear[1] > 5.0 * linear[2], "{linear:?}");
        let cubic = [50, 200, 500, 2000].map(|k| at(k, d, "target=polynomial").value);
        println!("d = {d}, cubic: {cubic:?}");
        assert!(cubic[1].min(cubic[2]) < cubic[0].min(cubic[3]), "{cubic:?}");
    }
}
