//! How risks are evaluated: by formula where one is known, else by test points that are fresh for every trial.

use crate::formulas::{ln_gamma, moment};
use crate::run::{Mean, Run, power_column};

/// A linear error e·x of normal x has R_p = m_p R_2^{p/2}.
#[test]
#[ignore = "slow"]
fn powers_of_planes_are_exact() {
    let generate = "n: 15, d: 25, design: {gaussian: {spectrum: {power: {exponent: 1}}}}, \
                    target: {linear: {norm: 2, direction: random}}, noise: {normal: {sd: 1}}";
    let run = Run::new(50, generate, "ls: least_squares", "risks: [1, 1.5, 2, 4]");
    let square = run.column("ls", &[], "risk_l2");
    for p in [1.0, 1.5, 4.0] {
        let found = run.column("ls", &[], &power_column(p));
        let same = found
            .iter()
            .zip(&square)
            .all(|(r, two)| (r / (moment(p) * two.powf(0.5 * p)) - 1.0).abs() < 1e-10);
        assert!(same, "p {p}: {found:?}");
    }
}

/// R_2 of ReLU networks and of sums of them is exact on normal points: it is what test points find for an exponent next to 2, up to
/// the standard error that they state.
#[test]
#[ignore = "slow"]
fn squares_of_networks_are_exact() {
    let generate = |target: &str| {
        format!(
            "n: 40, d: 6, design: {{gaussian: {{spectrum: {{power: {{exponent: 1}}}}}}}}, target: {target}, \
             noise: {{normal: {{sd: 0.5}}}}"
        )
    };
    let train = "net: {random_features: {features: 30, map: relu, ridge: 0.1}}, \
                 nets: {ensemble: {members: 2, member: {random_features: {features: 8, map: relu, ridge: 0.1}}}}, \
                 plane: least_squares";
    for target in ["{teacher: {width: 5}}", "zero", "{linear: {norm: 1}}"] {
        let run = Run::new(400, &generate(target), train, "risks: [2, 2.000001]");
        let labels: &[&str] =
            if target == "{teacher: {width: 5}}" { &["net", "nets", "plane"] } else { &["net", "nets"] };
        for label in labels {
            let [exact, near, stated] =
                ["risk_l2", "risk_l2_000001", "error_l2_000001"].map(|column| run.column(label, &[], column));
            let of = exact.iter().zip(&near).zip(&stated);
            let ratios: Vec<f64> = of.map(|((exact, near), stated)| (near - exact) / stated).collect();
            Mean::of(&ratios).is(&format!("{label} of {target}"), 0.0, 0.0);
            // Student's with 7 degrees of freedom has the variance 7/5.
            let squares: Vec<f64> = ratios.iter().map(|ratio| ratio * ratio).collect();
            let mean = Mean::of(&squares);
            assert!((mean.value - 1.4).abs() < 4.0 * mean.error + 0.1, "{label} of {target}: {mean:?}");
        }
    }
}

/// On a sphere E |e·x| = ‖e‖ √d Γ(d/2)/(√π Γ((d + 1)/2)), which test points must find, up to the standard error that they state.
///
/// The error function is the same in all trials, f̂ = 0: points that trials share would make equal risks, and their mean would be
/// off by as much as each of them.
#[test]
#[ignore = "slow"]
fn test_points_are_fresh_and_know_their_error() {
    let d = 6;
    let generate = format!(
        "n: 4, d: {d}, design: sphere, target: {{linear: {{norm: 1}}}}, noise: {{normal: {{sd: 1}}}}"
    );
    let run = Run::new(1000, &generate, "none: {spectral: {shrinkage: 1}}", "risks: [1, 2]");
    let found = run.column("none", &[], "risk_l1");
    let d = f64::from(d);
    let exact =
        (0.5 * d.ln() + ln_gamma(0.5 * d) - ln_gamma(0.5 * (d + 1.0)) - 0.5 * std::f64::consts::PI.ln())
            .exp();
    assert!(run.column("none", &[], "risk_l2").iter().all(|risk| (risk - 1.0).abs() < 1e-12));
    let mut sorted = found.clone();
    sorted.sort_by(f64::total_cmp);
    assert!(sorted.windows(2).all(|pair| pair[0] < pair[1]), "two trials have the same test points");
    Mean::of(&found).is("E|x_1| on a sphere", exact, 0.0);
    // Errors of neighbouring trials are uncorrelated.
    let apart: Vec<f64> = found.iter().map(|risk| risk - exact).collect();
    let square = apart.iter().map(|a| a * a).sum::<f64>() / apart.len() as f64;
    let products: Vec<f64> = apart.windows(2).map(|pair| pair[0] * pair[1] / square).collect();
    Mean::of(&products).is("correlation of neighbours", 0.0, 0.0);
    // Eight replicates leave a ratio of squares with the mean 7/5, as Student's with 7 degrees of freedom.
    let stated = run.column("none", &[], "error_l1");
    let ratios: Vec<f64> = apart.iter().zip(&stated).map(|(a, se)| (a / se).powi(2)).collect();
    let ratio = Mean::of(&ratios);
    println!("squared error over what is stated: {ratio:?}, 1.4");
    assert!((ratio.value - 1.4).abs() < 4.0 * ratio.error, "{ratio:?}");
}
