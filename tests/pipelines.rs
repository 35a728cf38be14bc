//! The pipelines: what each file says it shows, within Monte Carlo error. Slow: run with `make test-slow`.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod finished;

use finished::{Mean, Run, named};
use serde_json::Value;
use std::collections::BTreeMap;
use tempered_store::{Found, Table, read_footer, read_metrics};

impl Run {
    /// The series of the analysis, beside curves where the study names quantities.
    fn series(&self) -> Vec<Value> {
        let mut document = self.json("analyze", &["--along", "n"]);
        let series = document.get_mut("series").map(Value::take);
        serde_json::from_value(series.unwrap_or(document)).unwrap()
    }

    /// The values of a column of one estimator by cell and trial, failed trials left out. `label` is a name, or that of a
    /// variant, `net[width=50, lr=0.1]`.
    fn by_trial(&self, label: &str, n: u64, column: &str) -> BTreeMap<(String, u64), f64> {
        let (name, variant) = named(label);
        let directory = self.directory();
        let mut values = BTreeMap::new();
        for file in directory.listing().unwrap().files {
            if file.table != Table::Metrics || file.place.estimator != name || file.place.n != n {
                continue;
            }
            let path = directory.metrics_path(&file.place);
            let Found::File(footer) = read_footer(&path).unwrap() else { panic!("{}", path.display()) };
            if footer.get("tempered.variant") != variant {
                continue;
            }
            let table = read_metrics(&path).unwrap();
            let score = table.names.iter().position(|name| name == column);
            for (row, trial) in table.trial.iter().enumerate().filter(|(row, _)| table.status[*row] == "ok") {
                let value = match score {
                    Some(score) => table.scores[score][row],
                    None => table.kinks[row].map(|kinks| kinks as f64).filter(|_| column == "kinks"),
                };
                values.insert((file.place.cell.clone(), *trial), value.unwrap());
            }
        }
        assert!(!values.is_empty(), "{label} at n = {n} has no {column}");
        values
    }

    /// One column of one estimator, at one n, in the order of trials.
    fn column(&self, label: &str, n: u64, column: &str) -> Vec<f64> {
        self.by_trial(label, n, column).into_values().collect()
    }

    /// How far a column of one estimator is above that of another on the same samples.
    fn above(&self, [one, other]: [&str; 2], n: u64, column: &str) -> Mean {
        let [one, other] = [one, other].map(|label| self.by_trial(label, n, column));
        let both = one.iter().filter_map(|(trial, a)| Some(a - other.get(trial)?));
        Mean::of(&both.collect::<Vec<_>>())
    }

    /// A quantile of a column.
    fn quantile(&self, estimator: &str, n: u64, column: &str, share: f64) -> f64 {
        let mut values = self.column(estimator, n, column);
        values.sort_by(f64::total_cmp);
        values[(share * values.len() as f64) as usize]
    }

    /// The median of a column.
    fn median(&self, estimator: &str, n: u64, column: &str) -> f64 {
        self.quantile(estimator, n, column, 0.5)
    }

    /// The mean of a column.
    fn mean(&self, estimator: &str, n: u64, column: &str) -> Mean {
        Mean::of(&self.column(estimator, n, column))
    }
}

/// One series of an analysis.
fn find<'a>(all: &'a [Value], estimator: &str, design: &str, p: f64) -> &'a Value {
    all.iter().find(|s| s["estimator"] == estimator && s["design"] == design && s["p"] == p).unwrap()
}

/// A figure of the level of one n.
fn figure(series: &Value, n: u64, name: &str) -> f64 {
    let level = series["levels"].as_array().unwrap().iter().find(|level| level["n"] == n).unwrap();
    level[name].as_f64().unwrap()
}

/// A first study shows every class, all of it decided and as it is proven, whatever the seed.
#[test]
#[ignore = "slow"]
fn quickstart() {
    for seed in 1..=20 {
        let all = Run::pipeline("quickstart", &[&format!("seed={seed}")]).series();
        assert_eq!(all.len(), 12);
        for series in &all {
            // Theory speaks of both summaries of every series, so that both are decided where it is agreed with.
            assert!(
                !series["theory_in_expectation"].is_null() && series["agrees"] == true,
                "seed {seed}: {series:#}"
            );
        }
        let class = |estimator: &str, p: f64| find(&all, estimator, "uniform", p)["in_probability"].clone();
        let classes = [("line", 3.0), ("spline", 3.0), ("min_norm", 1.0), ("min_norm", 3.0)];
        let classes = classes.map(|(estimator, p)| class(estimator, p));
        assert_eq!(classes, ["benign", "tempered", "tempered", "catastrophic"], "seed {seed}");
    }
}

/// Chords, neighbours, Shepard weights and kernels are tempered, at limits in closed form; what averages is benign; the
/// cubic spline is tempered on the grid and grows like n at random.
#[test]
#[ignore = "slow"]
fn taxonomy() {
    let n = 200;
    let all = Run::pipeline("taxonomy", &[]).series();
    assert_eq!(all.len(), 44);
    for series in all.iter().filter(|series| !series["theory_in_probability"].is_null()) {
        // Growth like ln n may stay undecided at small n.
        let slow = series["estimator"] == "min_norm" && series["design"] == "uniform" && series["p"] == 2.0;
        assert!(series["agrees"] == true || slow && series["agrees"] != false, "{series:#}");
        // What is benign is on its way to 0, at rates that are looked at below.
        if let Some(limit) = series["theory_limit"].as_f64().filter(|limit| *limit > 0.0) {
            // The hull is 1/n or 2/(n + 1) short of [0, 1], and Shepard weights near their limit like 1/n.
            let mean = figure(series, n, "mean");
            let slack = 4.5 * figure(series, n, "mean_se") + 4.0 * limit / n as f64;
            assert!((mean - limit).abs() < slack, "{mean}, limit {limit}: {series:#}");
        }
    }
    for design in ["uniform", "grid"] {
        // d + 1 coefficients each keep a variance of 1/n.
        for (estimator, coefficients) in [("line", 2.0), ("cubic_polynomial", 4.0)] {
            let series = find(&all, estimator, design, 2.0);
            assert_eq!(series["in_probability"], "benign", "{series:#}");
            let limit = coefficients / n as f64;
            let (mean, error) = (figure(series, n, "mean"), figure(series, n, "mean_se"));
            assert!((mean - limit).abs() < 4.5 * error + 0.05 * limit, "{design}: {mean}, expected {limit}");
        }
        // The Matérn kernel of ν = 3/2 interpolates by cubic splines under tension, which short gaps do not feel.
        for p in [1.0, 2.0] {
            let [cubic, matern] =
                ["cubic_spline", "matern"].map(|name| figure(find(&all, name, design, p), n, "median"));
            assert!((matern / cubic - 1.0).abs() < 0.01, "{design}, p {p}: {matern}, {cubic}");
        }
    }
    let cubic = find(&all, "cubic_spline", "uniform", 2.0);
    assert_eq!(cubic["in_probability"], "catastrophic", "{cubic:#}");
    let growth = (figure(cubic, n, "median") / figure(cubic, 16, "median")).ln() / (n as f64 / 16.0).ln();
    assert!((growth - 1.0).abs() < 0.15, "n^{growth}");
}

/// Medians of least squares along d lie in their intervals around the exact law, the peak is at n = d, and ridge regression with
/// the best penalty has none.
#[test]
#[ignore = "slow"]
fn double_descent() {
    let output: Value = Run::pipeline("double-descent", &[]).json("analyze", &[]);
    let curves = output["curves"].as_array().unwrap();
    let curve = |estimator: &str, quantity: &str| {
        curves.iter().find(|c| c["estimator"] == estimator && c["quantity"] == quantity).unwrap()
    };
    for quantity in ["risk_l1", "risk_l2"] {
        let (mut inside, mut all) = (0, 0);
        let found = curve("least_squares", quantity);
        for point in found["points"].as_array().unwrap() {
            let number = |name: &str| point[name].as_f64().unwrap();
            all += 1;
            inside += usize::from(number("low") <= number("theory") && number("theory") <= number("high"));
        }
        // Of 15 intervals with 95 % each 12 or more, but for one study in 200.
        assert!(all == 15 && inside >= 12, "{quantity}: {inside} of {all}");
        let peak = &found["maximum"];
        // d = 40 is the seventh of the places.
        assert_eq!((&peak["place"], &peak["inside"]), (&Value::from(6), &Value::from(true)), "{peak}");
        let ridge = curve("ridge", quantity);
        // No step goes down, and the largest place is the last.
        assert!(
            ridge["course"] == "rising" || ridge["course"] == "increasing",
            "{quantity}: {}",
            ridge["course"]
        );
        assert_eq!(ridge["maximum"]["place"], 14, "{quantity}");
    }
}

/// Each generation adds its variance where it replaces the data, and interpolants forget; where data accumulate the error stays below
/// π²/6 of that of one part.
#[test]
#[ignore = "slow"]
fn model_collapse() {
    let output: Value = Run::pipeline("model-collapse", &[]).json("analyze", &[]);
    let curves = output["curves"].as_array().unwrap();
    let (mut checked, mut inside) = (0, 0);
    for (design, labels, formula) in [
        // d σ²/(n − d − 1), and d/4/(60 − d − 1) a generation.
        ("gaussian(d=20)", "replaced", (|g: i32| 20.0 / 29.0 + f64::from(g) * 5.0 / 39.0) as fn(i32) -> f64),
        // Of interpolants what is kept of the target, 5/8 · (3/4)^g, and the noise of each generation, of which later ones keep a part.
        ("gaussian(d=80)", "replaced", |g| {
            let kept = 0.75f64.powi(g);
            1.0 - 0.625 * kept + 0.625 * 0.25 * 60.0 / 19.0 * (1.0 - kept) / 0.25 + 50.0 / 29.0
        }),
        // Parts of m = 660/(g + 1) points: Σ_i 20/(i (i m − 21)).
        ("gaussian(d=20)", "accumulated", |g| {
            let m = 660.0 / f64::from(g + 1);
            (1..=g + 1).map(f64::from).map(|i| 20.0 / (i * (i * m - 21.0))).sum()
        }),
    ] {
        let is = |curve: &&Value| {
            curve["design"].as_str().unwrap().starts_with(design.trim_end_matches(')'))
                && curve["target"].as_str().unwrap().contains(labels)
        };
        let curve = curves.iter().find(is).unwrap();
        assert_eq!((&curve["statistic"], &curve["course"]), (&"mean".into(), &"increasing".into()));
        for (point, generations) in curve["points"].as_array().unwrap().iter().zip([0, 1, 2, 5, 10]) {
            let number = |name: &str| point[name].as_f64().unwrap();
            let exact = formula(generations);
            assert!((number("theory") / exact - 1.0).abs() < 1e-9, "{design} {labels} {generations}");
            checked += 1;
            inside += usize::from(number("low") <= exact && exact <= number("high"));
        }
    }
    // Of 15 intervals with 95 % each 12 or more, but for one study in 200.
    assert!(checked == 15 && inside >= 12, "{inside} of {checked}");
    let last = |curve: &Value| curve["points"][4]["value"].as_f64().unwrap();
    let of = |labels: &str| {
        curves.iter().find(|curve| curve["target"].as_str().unwrap().contains(labels)).map(last).unwrap()
    };
    assert!(of("accumulated") < 20.0 / 39.0 * std::f64::consts::PI.powi(2) / 6.0 && of("replaced") > 1.9);
}

/// The peak at as many terms as points, and its decline: medians of 8,000 trials by NumPy (1,500 of p = 200, 20,000 of p = 15).
#[test]
#[ignore = "slow"]
fn polynomial_double_descent() {
    let output: Value = Run::pipeline("polynomial-double-descent", &[]).json("analyze", &[]);
    let curve = &output["curves"][0];
    assert_eq!(
        (&curve["course"], &curve["maximum"]["place"]),
        (&"not_monotone".into(), &8.into()),
        "{curve}"
    );
    let points = curve["points"].as_array().unwrap();
    for (degree, median) in
        [(5, 0.8), (10, 15.5), (15, 2.08e6), (20, 31.7), (25, 0.558), (30, 0.378), (200, 0.575)]
    {
        let point = points.iter().find(|point| point["at"].as_f64() == Some(f64::from(degree))).unwrap();
        let value = point["value"].as_f64().unwrap();
        let half = 0.5 * (point["high"].as_f64().unwrap() - point["low"].as_f64().unwrap());
        // Their error is .2 to .8 of that of these 1,000 trials: four errors of the difference, as there are seven, are two
        // and a half half widths. Intervals of heavy tails are skew.
        assert!((value - median).abs() < 2.5 * half, "{degree}: {value} ± {half}, {median}");
    }
    let at = |place: usize| points[place]["value"].as_f64().unwrap();
    // Two hundred terms are worse than one, and better than five.
    assert!(at(17) > at(0) && at(17) < at(3) && at(13) < at(0));
}

/// Least squares with an intercept peaks where years are as many as its coefficients; a ridge has no peak there.
#[test]
#[ignore = "slow"]
fn own_table() {
    let all = Run::pipeline("own-table", &[]).series();
    let of = |name: &str| {
        let is_meant = |one: &&Value| one["estimator"] == name && one["p"].as_f64() == Some(2.0);
        all.iter().find(is_meant).unwrap()
    };
    let (least, ridge) = (of("least_squares"), of("ridge"));
    for neighbour in [6, 8] {
        assert!(figure(least, 7, "median") > 1.2 * figure(least, neighbour, "median"), "{neighbour}");
    }
    let medians = [4, 5, 6, 7, 8, 9, 10].map(|n| figure(ridge, n, "median"));
    assert!(medians.windows(2).all(|pair| pair[1] < pair[0]), "{medians:?}");
    assert!(figure(least, 7, "median") > 3.0 * figure(ridge, 7, "median"));
}

/// Every class in one study, as it is proven; spectra at limits that the eigenframework knows within some percent.
#[test]
#[ignore = "slow"]
fn spectra() {
    let all = Run::pipeline("spectra", &[]).series();
    let of = |design: &str| find(&all, "least_squares", design, 2.0);
    for (design, class) in [
        ("gaussian(d=n^2, spectrum=identity)", "benign"),
        ("gaussian(d=n^2, spectrum=spiked, spikes=2, height=1, mass=1)", "benign"),
        ("gaussian(d=2 * n, spectrum=identity)", "tempered"),
        ("gaussian(d=10 * n, spectrum=power, exponent=1.5)", "tempered"),
        ("gaussian(d=n + 1, spectrum=identity)", "catastrophic"),
        ("gaussian(d=n + 600, spectrum=exponential, rate=0.1)", "catastrophic"),
    ] {
        let series = of(design);
        assert_eq!(series["theory_in_probability"], class, "{design}");
        assert_eq!(series["in_probability"], class, "{series:#}");
    }
    // d = 2 n: σ² n/(d − n − 1).
    let wide = of("gaussian(d=2 * n, spectrum=identity)");
    let (mean, error) = (figure(wide, 144, "mean"), figure(wide, 144, "mean_se"));
    assert!((mean - 144.0 / 143.0).abs() < 4.0 * error, "{mean} ± {error}");
    // d = 10 n truncates i^-1.5: .69 rather than ½.
    let power = of("gaussian(d=10 * n, spectrum=power, exponent=1.5)");
    assert!((figure(power, 144, "mean") - 0.69).abs() < 0.03, "{}", figure(power, 144, "mean"));
}

/// The risk is U-shaped in λ: λ → 0 is the minimum norm, large λ the least-squares line.
#[test]
#[ignore = "slow"]
fn weight_decay_path() {
    let run = Run::pipeline("weight-decay-path", &[]);
    let all = run.series();
    let lambdas = ["0.000001", "0.00001", "0.0001", "0.001", "0.01", "0.1", "1", "10", "100"];
    let path = lambdas.map(|lambda| format!("path[lambda={lambda}]"));
    let path = path.each_ref().map(String::as_str);
    let [first, .., last] = path;
    for n in [50, 200] {
        let risk = |label: &str, name: &str| figure(find(&all, label, "uniform", 2.0), n, name);
        let best = (0..path.len())
            .min_by(|a, b| risk(path[*a], "median").total_cmp(&risk(path[*b], "median")))
            .unwrap();
        for (i, pair) in path.windows(2).enumerate() {
            let [left, right] = [pair[0], pair[1]].map(|label| risk(label, "median"));
            // The line is the minimiser for all λ from some λ on.
            let falls = if i < best { left > right } else { left <= right + 1e-9 };
            assert!(falls, "n {n}, {pair:?}: {left}, {right}, least at {}", path[best]);
        }
        for end in [first, "line"] {
            let (best, end) = (risk(path[best], "median_high"), risk(end, "median_low"));
            assert!(2.0 * best < end, "n {n}: {best}, {end}");
        }
        // Ten times less λ, ten times nearer, once λ is small.
        let distances: Vec<f64> = path[..4].iter().map(|label| run.median(label, n, "distance_l1")).collect();
        assert!(distances.is_sorted(), "n {n}: {distances:?}");
        let share = distances[0] / distances[1];
        assert!((0.05..0.2).contains(&share), "n {n}: {distances:?}");
        let [scale, least] = ["norm", "risk_l1"].map(|column| run.median("min_norm", n, column));
        assert!(distances[0] < 0.01 * least, "n {n}: {distances:?}, {least}");
        let norm = run.median(first, n, "norm");
        assert!(norm < scale, "n {n}: {norm}, {scale}");
        // Each trial is the line, and has no kink.
        let [line, straight] = ["line", last].map(|label| run.column(label, n, "risk_l2"));
        assert_eq!(line.len(), straight.len());
        assert!(line.iter().zip(&straight).all(|(line, last)| (line - last).abs() < 1e-9));
        assert!(run.column(last, n, "kinks").iter().all(|kinks| *kinks == 0.0));
    }
}

/// Trained networks near the minimum norm with more steps, more neurons and less decay; those that training does not
/// leave in a worse minimum are the exact minimisers of their loss.
#[test]
#[ignore = "slow"]
fn gd_to_min_norm() {
    let run = Run::pipeline("gd-to-min-norm", &[]);
    let net = |width: u64, steps: u64, decay: &str| {
        format!("net[width={width}, steps={steps}, weight_decay={decay}]")
    };
    let chains = [
        vec![net(200, 1000, "0.0001"), net(200, 10_000, "0.0001"), net(200, 1_000_000, "0.0001")],
        [10, 50, 200, 1000].map(|width| net(width, 100_000, "0.0001")).to_vec(),
        vec![net(200, 100_000, "0.01"), net(200, 100_000, "0.001"), net(200, 1_000_000, "0.0001")],
    ];
    for chain in &chains {
        let distances: Vec<f64> = chain.iter().map(|label| run.median(label, 5, "distance_sup")).collect();
        assert!(distances.is_sorted_by(|far, near| far > near), "{chain:?}: {distances:?}");
        let above = run.above([&chain[0], &chain[chain.len() - 1]], 5, "distance_sup");
        assert!(above.value > 3.0 * above.error, "{chain:?}: {above:?}");
    }
    // All trials find the minimiser of a large decay, the luckier half that of a small one.
    let [large, small, least] = ["0.05", "0.005", "0.0005"].map(|lambda| format!("path[lambda={lambda}]"));
    let decayed = &chains[2];
    for (network, path, share, slack) in [
        (&decayed[0], &large, 0.5, 0.01),
        (&decayed[0], &large, 0.75, 0.01),
        (&decayed[1], &small, 0.25, 0.1),
        (&decayed[2], &least, 0.25, 0.1),
    ] {
        let [network, path] = [network, path].map(|label| run.quantile(label, 5, "distance_sup", share));
        assert!((network / path - 1.0).abs() < slack, "{network}, {path}");
    }
    let norms = [&decayed[0], &large].map(|label| run.median(label, 5, "norm"));
    assert!((norms[0] / norms[1] - 1.0).abs() < 0.01, "{norms:?}");
    // The bias of the decay is of first order.
    let share = run.median(&small, 5, "distance_sup") / run.median(&least, 5, "distance_sup");
    assert!((share - 10.0).abs() < 1.0, "{share}");
}

/// The larger the step, the more of the noise is left unfitted, the flatter the network and the smaller its risk.
#[test]
#[ignore = "slow"]
fn stable_minima() {
    let run = Run::pipeline("stable-minima", &[]);
    let steps = [
        "min_norm",
        "net[steps=3000000, lr=0.01]",
        "net[steps=1000000, lr=0.04]",
        "net[steps=500000, lr=0.1]",
        "net[steps=300000, lr=0.2]",
        "net[steps=300000, lr=0.4]",
    ];
    for (smaller, larger) in steps.iter().zip(&steps[1..]) {
        let above = run.above([smaller, larger], 30, "variation");
        assert!(above.value > 3.0 * above.error, "{smaller}, {larger}: {above:?}");
        let missed = [smaller, larger].map(|label| run.median(label, 30, "train_error"));
        assert!(missed[0] < missed[1], "{smaller}, {larger}: {missed:?}");
    }
    let large = steps[5];
    for label in &steps[..5] {
        for column in ["risk_l1", "risk_l2"] {
            let above = run.above([label, large], 30, column);
            assert!(above.value > 3.0 * above.error, "{label}, {column}: {above:?}");
        }
    }
    // Of thirty residuals with standard deviation 1/2, the largest is 1.1 or so where nothing is fitted.
    let missed = run.median(large, 30, "train_error");
    assert!(missed > 0.8, "{missed}");
    let risks = [steps[1], large].map(|label| run.median(label, 30, "risk_l2"));
    assert!(risks[1] < 0.5 * risks[0], "{risks:?}");
}

/// Hot networks, and cold ones that have just begun, have gaps with more than three knots; cold ones have none in the
/// end, and are the network of least loss.
#[test]
#[ignore = "slow"]
fn mean_field_knots() {
    let run = Run::pipeline("mean-field-knots", &[]);
    let net = |steps: u64, beta: u64| format!("net[steps={steps}, inverse_temperature={beta}]");
    let [cold_label, early] = [300_000, 3000].map(|steps| net(steps, 10_000_000_000));
    let more = |label: &str| run.mean(label, 6, "gaps_with_more");
    let cold = more(&cold_label);
    assert!(cold.value < 0.02, "{cold:?}");
    let hotter = [100_000_000, 1_000_000, 100_000].map(|beta| net(300_000, beta));
    let [cool, warm, hot] = hotter.each_ref().map(|label| more(label).value);
    assert!(cold.value <= cool && cool < warm.min(hot), "{cool} {warm} {hot}");
    for label in [&hotter[2], &hotter[1], &early] {
        let above = run.above([label, &cold_label], 6, "gaps_with_more");
        assert!(above.value > 3.0 * above.error, "{label}: {above:?}");
    }
    for column in ["norm", "train_error"] {
        let [network, path] = [&*cold_label, "path"].map(|label| run.median(label, 6, column));
        assert!((network / path - 1.0).abs() < 0.05, "{column}: {network}, {path}");
    }
}
