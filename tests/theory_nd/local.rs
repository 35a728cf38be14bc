//! Local averages in d dimensions.

use crate::run::Run;

fn noise(sizes: &str, train: &str, trials: u64, risks: &str) -> Run {
    let generate = format!("{sizes}, design: cube, target: zero, noise: {{normal: {{sd: 1}}}}");
    Run::new(trials, &generate, train, &format!("risks: [{risks}]"))
}

/// 1 − d/β from above, and in the mean of squares of squares (1 − α)(3 − 2α); β = d falls like 1/ln n.
#[test]
#[ignore = "slow"]
fn shepard_has_its_limits_by_dimension() {
    for (d, betas) in
        [(2, [(3.0, 0.352), (4.0, 0.511), (8.0, 0.757)]), (3, [(4.5, 0.363), (6.0, 0.521), (12.0, 0.762)])]
    {
        let list: Vec<String> = betas.iter().map(|(beta, _)| beta.to_string()).collect();
        let train = format!("shepard: {{shepard: {{beta: [{}]}}}}", list.join(", "));
        let run = noise(&format!("n: 8000, d: {d}"), &train, 8, "2, 4, variance");
        for (beta, figure) in betas {
            let label = format!("shepard[beta={beta}]");
            let share = f64::from(d) / beta;
            // The figure's own error.
            run.mean(&label, &[], "risk_variance").is(&format!("d = {d}, β = {beta}"), figure, 0.02);
            run.risk(&label, &[]).is(&format!("d = {d}, β = {beta}, one draw of noise"), figure, 0.02);
            let fourth = run.mean(&label, &[], "risk_l4");
            let limit = (1.0 - share) * (3.0 - 2.0 * share);
            println!("d = {d}, β = {beta}: R_4 {fourth:?}, limit {limit}");
            // From above, as R_2 is by figure/(1 − α).
            let above = figure / (1.0 - share);
            fourth.is("fourth powers", limit * above * above, 0.06);
        }
    }
    let run = noise("n: [1000, 8000], d: 2", "shepard: {shepard: {beta: 2}}", 16, "variance");
    // Plain NumPy, 60 and 24 designs with 2000 points each: ± .0005 and ± .0008.
    for (n, figure) in [(1000, 0.1278), (8000, 0.0988)] {
        run.mean("shepard", &[&format!("n={n}")], "risk_variance").is(
            &format!("β = d, n = {n}"),
            figure,
            0.01,
        );
    }
}

/// σ²/k, whatever the points.
#[test]
#[ignore = "slow"]
fn neighbours_leave_their_share_of_noise() {
    let run = noise("n: 400, d: [2, 5]", "nearest: {nearest: {k: [1, 3, 10]}}", 200, "2, variance");
    for d in ["d=2", "d=5"] {
        for k in [1.0, 3.0, 10.0] {
            let label = format!("nearest[k={k}]");
            run.risk(&label, &[d]).is(&format!("{d}, k = {k}"), 1.0 / k, 0.0);
            let parts = run.column(&label, &[d], "risk_variance");
            assert!(parts.iter().all(|part| (part * k - 1.0).abs() < 1e-12));
        }
    }
    // The program says the same beside its means.
    let curves = run.json("analyze", &["--along", "k"]);
    assert!(curves.to_string().contains("\"theory\""), "{curves:#}");
}

/// Verdicts: tempered above β = d, and benign or not yet decided at it.
#[test]
#[ignore = "slow"]
fn verdicts_follow_the_exponent() {
    let train = "at: {shepard: {beta: 2}}, above: {shepard: {beta: 6}}, one: nearest";
    let run = noise("n: [50, 100, 200, 400, 800, 1600], d: 2", train, 200, "2");
    let series = run.json("analyze", &[]);
    for (name, told, allowed) in [
        ("at", "benign", vec!["benign", "undecided"]),
        ("above", "tempered", vec!["tempered", "undecided"]),
        ("one", "tempered", vec!["tempered"]),
    ] {
        let one = series.as_array().unwrap().iter().find(|s| s["estimator"] == name).unwrap();
        println!("{name}: {} in probability", one["in_probability"]);
        assert_eq!(one["theory_in_probability"], told, "{one:#}");
        assert!(allowed.iter().any(|word| one["in_probability"] == *word), "{one:#}");
    }
}
