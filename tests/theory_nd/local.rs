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

/// Bags of one neighbour: σ² (S + (1 − S)/B), tanh(a/2) for S at j/n = a with replacement, a/(2 − a) without, and 0 of disjoint parts; the
/// program has it below its curves.
#[test]
#[ignore = "slow"]
fn bags_of_neighbours_share_their_noise() {
    let bags = |scheme: &str, points: u32| {
        format!("{{ensemble: {{members: 50, scheme: {scheme}, points: {points}, member: nearest}}}}")
    };
    let of = [
        ("all", bags("bootstrap", 200), (0.5f64).tanh()),
        ("half", bags("bootstrap", 100), (0.25f64).tanh()),
        ("few", bags("bootstrap", 14), (0.035f64).tanh()),
        ("distinct", bags("subsample", 100), 1.0 / 3.0),
        ("disjoint", bags("disjoint", 4), 0.0),
    ];
    let train: Vec<String> = of.iter().map(|(name, rule, _)| format!("{name}: {rule}")).collect();
    let run = noise("n: 200, d: [2, 5]", &train.join(", "), 200, "2");
    let curves = run.json("analyze", &["--along", "d", "--statistic", "mean"]);
    for (name, _, shared) in of {
        let told = shared + (1.0 - shared) / 50.0;
        for d in ["d=2", "d=5"] {
            // The limit is within 1/n of the mean at n points.
            run.risk(name, &[d]).is(&format!("{name}, {d}"), told, if shared > 0.0 { 0.03 } else { 0.0 });
        }
        let curve = curves["curves"].as_array().unwrap().iter().find(|curve| curve["estimator"] == name);
        for point in curve.unwrap()["points"].as_array().unwrap() {
            let theory = point["theory"].as_f64().unwrap();
            assert!((theory / told - 1.0).abs() < 0.03, "{name}: {theory} {told}");
        }
    }
}

/// Any estimator may be bagged: the mean of rules that interpolate is what each of its members makes of its part.
#[test]
#[ignore = "slow"]
fn bags_of_interpolants_are_tempered_and_quieter() {
    let bag = |member: &str| format!("{{ensemble: {{members: 30, scheme: bootstrap, member: {member}}}}}");
    let train = format!(
        "shepard: {{shepard: {{beta: 4}}}}, shepards: {}, averages: {}, planes: {}, sub: {{ensemble: {{members: 30, \
         scheme: subsample, points: 100, member: {{kernel: {{function: laplace}}}}}}}}, laplace: kernel",
        bag("{shepard: {beta: 4}}"),
        bag("averaging"),
        bag("{local_linear: {k: 20}}")
    );
    let run = noise("n: 200, d: 2", &train, 200, "2");
    let [one, many, kernel, kernels] =
        ["shepard", "shepards", "laplace", "sub"].map(|label| run.risk(label, &[]).value);
    println!("shepard {one}, bagged {many}; laplace {kernel}, bagged {kernels}");
    assert!(many < 0.8 * one && kernels < 0.8 * kernel, "{one} {many} {kernel} {kernels}");
}

/// Verdicts: tempered above β = d, and benign or not yet decided at it.
#[test]
#[ignore = "slow"]
fn verdicts_follow_the_exponent() {
    let train = "at: {shepard: {beta: 2}}, above: {shepard: {beta: 6}}, one: nearest, \
                 bags: {ensemble: {members: 20, scheme: bootstrap, member: nearest}}, \
                 roots: {ensemble: {members: 'round(4 * sqrt(n))', points: 'round(sqrt(n))', scheme: bootstrap, \
                 member: nearest}}";
    let run = noise("n: [50, 100, 200, 400, 800, 1600], d: 2", train, 200, "2");
    let series = run.json("analyze", &[]);
    for (name, told, allowed) in [
        ("at", "benign", vec!["benign", "undecided"]),
        ("above", "tempered", vec!["tempered", "undecided"]),
        ("one", "tempered", vec!["tempered"]),
        ("bags", "tempered", vec!["tempered"]),
        ("roots", "benign", vec!["benign"]),
    ] {
        let one = series.as_array().unwrap().iter().find(|s| s["estimator"] == name).unwrap();
        println!("{name}: {} in probability", one["in_probability"]);
        assert_eq!(one["theory_in_probability"], told, "{one:#}");
        assert!(allowed.iter().any(|word| one["in_probability"] == *word), "{one:#}");
    }
}
