//! Least squares and the minimum norm on x ~ N(0, I).

use crate::formulas::{least_squares, ln_gamma, moment, variance};
use crate::law::Law;
use crate::run::{Mean, Run, power_column, share_below};

const TARGET: &str =
    "design: gaussian, target: {linear: {norm: 1, direction: random}}, noise: {normal: {sd: 1}}";
const NOISE: &str = "design: gaussian, target: zero, noise: {normal: {sd: 1}}";
const TRAIN: &str = "ls: least_squares";

/// R_2 has the law of a Beta and a ratio of χ², with the published quartiles and means.
#[test]
#[ignore = "slow"]
fn trials_have_the_law() {
    for (n, d, quartiles) in [
        (20, 40, [1.197, 1.456, 1.797]),
        (40, 20, [0.702, 0.951, 1.286]),
        (50, 55, [6.23, 9.31, 14.6]),
        (60, 100, [1.610, 1.873, 2.192]),
    ] {
        let run = Run::new(6000, &format!("n: {n}, d: {d}, {TARGET}"), TRAIN, "risks: [2]");
        let (what, values) = (format!("({n}, {d})"), run.column("ls", &[], "risk_l2"));
        Law::new(n, d, 1.0).has(&what, &values);
        for (quartile, share) in quartiles.into_iter().zip([0.25, 0.5, 0.75]) {
            share_below(&what, &values, quartile, share);
        }
        let (n, d) = (f64::from(n), f64::from(d));
        Mean::of(&values).is(&what, least_squares(n, d), 0.0);
    }
}

/// Around n = d there is no mean, and medians are those of the law.
#[test]
#[ignore = "slow"]
fn the_peak_has_the_law() {
    let run = Run::new(20_000, &format!("n: 20, d: [20, 21, 22], {NOISE}"), TRAIN, "risks: [1, 2]");
    for (d, middle) in [(20, 42.4), (21, 13.93), (22, 8.17)] {
        let (what, word) = (format!("(20, {d})"), format!("d={d}"));
        let law = Law::new(20, d, 0.0);
        let values = run.column("ls", &[&word], "risk_l2");
        law.has(&what, &values);
        assert!((law.below(middle) - 0.5).abs() < 0.003, "{what}: {}", law.below(middle));
        share_below(&what, &values, middle, law.below(middle));
        // R_1 = √(2/π R_2) of a normal error.
        let first = run.column("ls", &[&word], "risk_l1");
        let same = values
            .iter()
            .zip(&first)
            .all(|(two, one)| (one / (two * std::f64::consts::FRAC_2_PI).sqrt() - 1.0).abs() < 1e-12);
        assert!(same, "{what}");
    }
}

/// E R_p = m_p Γ((m + p)/2) Γ((k − p)/2)/(Γ(m/2) Γ(k/2)) without a target.
#[test]
#[ignore = "slow"]
fn powers_have_their_means() {
    let run = Run::new(20_000, &format!("n: 20, d: [26, 30], {NOISE}"), TRAIN, "risks: [1, 1.5, 2, 3]");
    for (d, k) in [(26, 7.0), (30, 11.0)] {
        for p in [1.0, 1.5, 2.0, 3.0] {
            let log =
                ln_gamma(0.5 * (20.0 + p)) + ln_gamma(0.5 * (k - p)) - ln_gamma(10.0) - ln_gamma(0.5 * k);
            let mean = run.mean("ls", &[&format!("d={d}")], &power_column(p));
            mean.is(&format!("(20, {d}), p {p}"), moment(p) * log.exp(), 0.0);
        }
    }
}

/// R_2/n → σ²/χ²_1 at n = d, and σ²/χ²_{c + 1} at d = n + c: shares below the quartiles of the limit are off by the order of 1/n.
#[test]
#[ignore = "slow"]
fn the_peak_tends_to_a_levy_law() {
    let n = 200;
    let run = Run::new(4000, &format!("n: {n}, d: {n}, {NOISE}"), TRAIN, "risks: [2]");
    let values: Vec<f64> = run.column("ls", &[], "risk_l2").iter().map(|risk| risk / f64::from(n)).collect();
    for (quartile, share) in [(0.756, 0.25), (2.198, 0.5), (9.849, 0.75)] {
        share_below("R_2/n at n = d", &values, quartile, share);
    }
}

/// V = tr (XXᵀ)⁻¹ has P(V > t) ~ C t^{−k/2}.
#[test]
#[ignore = "slow"]
fn variances_have_their_tail() {
    let trials = 100_000;
    let run = Run::new(trials, &format!("n: 20, d: [20, 21, 22], {NOISE}"), TRAIN, "risks: [variance]");
    for (d, k) in [(20, 1.0f64), (21, 2.0), (22, 3.0)] {
        let mut values = run.column("ls", &[&format!("d={d}")], "risk_variance");
        values.sort_by(|a, b| b.total_cmp(a));
        let m = 20.0;
        let log = 0.5 * std::f64::consts::PI.ln() + ln_gamma(0.5 * (m + k))
            - 0.5 * k * 2f64.ln()
            - ln_gamma(0.5 * k + 1.0)
            - ln_gamma(0.5 * m)
            - ln_gamma(0.5 * (k + 1.0));
        let count = trials as usize / 1000;
        let told = log.exp() * values[count].powf(-0.5 * k);
        println!("k = {k}: the formula has {told:.3e} at the .1 % quantile");
        // A hundred values lie beyond, which is known to 10 %; at k = 3 the power law is short of what it tends to by 10 %.
        assert!((told / 1e-3 - 1.0).abs() < 0.4 + 0.05 * (k - 1.0), "k {k}: {told}");
        let hill = values[..count].iter().map(|v| (v / values[count]).ln()).sum::<f64>() / count as f64;
        // A standard error of 10 %, and a bias that grows with k, as the tail is met later.
        let index = 1.0 / hill;
        println!("k = {k}: Hill's index {index:.3}");
        assert!((index / (0.5 * k) - 1.0).abs() < 0.4 + 0.05 * (k - 1.0), "k {k}: {index}");
    }
}

/// Whatever the law of whitened features, V ≥ n/(p + 1 − n) on average; of features on a sphere its mean is known exactly.
#[test]
#[ignore = "slow"]
fn no_features_are_benign() {
    let designs = ["gaussian", "sphere", "hypercube", "centred_cube", "{student: {df: 5}}"];
    let generate =
        |design: &str| format!("n: 30, d: 60, design: {design}, target: zero, noise: {{normal: {{sd: 1}}}}");
    let mean = |design: &str| {
        Run::new(4000, &generate(design), TRAIN, "risks: [variance]").mean("ls", &[], "risk_variance")
    };
    let [gaussian, sphere, signs, cube, student] = designs.map(mean);
    gaussian.is("gaussian", variance(30.0, 60.0), 0.0);
    sphere.is("sphere", 30.0 * 58.0 / (60.0 * 29.0), 0.0);
    // Simulated figures, each known to .001 as these are.
    signs.is("hypercube", 1.0013, 0.004);
    cube.is("centred cube", 1.0145, 0.004);
    student.is("student", 1.0944, 0.006);
    for mean in [gaussian, sphere, signs, cube, student] {
        assert!(mean.value > 30.0 / 31.0 + 4.0 * mean.error, "{mean:?}");
    }
}

/// The learning curve σ² d/(n − d − 1) has the slope −n/(n − d − 1) in logarithms.
#[test]
#[ignore = "slow"]
fn learning_curves_have_their_slope() {
    let run = Run::new(20_000, &format!("n: [38, 42, 190, 210], d: 20, {NOISE}"), TRAIN, "risks: [variance]");
    let log = |n: u32| {
        let mean = run.mean("ls", &[&format!("n={n}")], "risk_variance");
        (mean.value.ln(), mean.error / mean.value)
    };
    for (low, high) in [(38, 42), (190, 210)] {
        let ([a, b], width) = ([log(low), log(high)], f64::from(high).ln() - f64::from(low).ln());
        let slope = Mean { value: (b.0 - a.0) / width, error: a.1.hypot(b.1) / width };
        let n = 0.5 * f64::from(low + high);
        // The mean slope of an interval is that at its middle up to the square of its width.
        slope.is(&format!("slope at n = {n}"), -n / (n - 21.0), 0.01);
    }
}
