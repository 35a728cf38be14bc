//! The pipelines: what each file says it shows, within Monte Carlo error. Slow: run with `make test-slow`.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use serde_json::Value;
use std::process::Command;

/// A finished run of a pipeline, removed when dropped.
struct Run {
    folder: tempfile::TempDir,
}

impl Run {
    /// Runs `pipelines/NAME.yaml` with these changes.
    fn new(name: &str, sets: &[&str]) -> Run {
        let folder = tempfile::tempdir().unwrap();
        let mut run = Command::new(env!("CARGO_BIN_EXE_tempered"));
        run.args(["run", &format!("pipelines/{name}.yaml"), "--progress", "none", "--out"])
            .arg(folder.path().join("out"));
        sets.iter().for_each(|set| {
            run.args(["--set", set]);
        });
        let output = run.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Run { folder }
    }

    /// What `tempered COMMAND DIR ARGUMENTS --format json` prints.
    fn json(&self, command: &str, arguments: &[&str]) -> Vec<Value> {
        let output = Command::new(env!("CARGO_BIN_EXE_tempered"))
            .arg(command)
            .arg(self.folder.path().join("out"))
            .args(arguments)
            .args(["--format", "json"])
            .output()
            .unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The series of the analysis.
    fn series(&self) -> Vec<Value> {
        self.json("analyze", &[])
    }

    /// The column `value` of a query.
    fn values(&self, sql: &str) -> Vec<f64> {
        self.json("query", &[sql]).iter().map(|row| row["value"].as_f64().unwrap()).collect()
    }

    /// One column of one estimator, at one n, in the order of trials; failed trials are left out.
    fn column(&self, estimator: &str, n: u64, column: &str) -> Vec<f64> {
        self.values(&format!(
            "SELECT trial, {column} AS value FROM metrics \
             WHERE estimator = '{estimator}' AND n = {n} AND status = 'ok' ORDER BY trial"
        ))
    }

    /// How far a column of one estimator is above that of another on the same samples.
    fn above(&self, [one, other]: [&str; 2], column: &str) -> Mean {
        let part = |estimator: &str| {
            format!("(SELECT trial, {column} FROM metrics WHERE estimator = '{estimator}' AND status = 'ok')")
        };
        Mean::of(&self.values(&format!(
            "SELECT a.{column} - b.{column} AS value FROM {} a JOIN {} b ON a.trial = b.trial",
            part(one),
            part(other)
        )))
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

/// A mean with its standard error.
#[derive(Debug)]
struct Mean {
    value: f64,
    error: f64,
}

impl Mean {
    fn of(values: &[f64]) -> Mean {
        let count = values.len() as f64;
        let value = values.iter().sum::<f64>() / count;
        let squares = values.iter().map(|one| (one - value).powi(2)).sum::<f64>();
        Mean { value, error: (squares / (count - 1.0) / count).sqrt() }
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
        let all = Run::new("quickstart", &[&format!("seed={seed}")]).series();
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
    let all = Run::new("taxonomy", &[]).series();
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

/// The risk is U-shaped in λ: λ → 0 is the minimum norm, large λ the least-squares line.
#[test]
#[ignore = "slow"]
fn weight_decay_path() {
    let run = Run::new("weight-decay-path", &[]);
    let all = run.series();
    let path = [
        "decay_1em6",
        "decay_1em5",
        "decay_1em4",
        "decay_1em3",
        "decay_1em2",
        "decay_1em1",
        "decay_1",
        "decay_10",
        "decay_100",
    ];
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
        for end in ["decay_1em6", "line"] {
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
        let norm = run.median("decay_1em6", n, "norm");
        assert!(norm < scale, "n {n}: {norm}, {scale}");
        // Each trial is the line, and has no kink.
        let [line, last] = ["line", "decay_100"].map(|label| run.column(label, n, "risk_l2"));
        assert_eq!(line.len(), last.len());
        assert!(line.iter().zip(&last).all(|(line, last)| (line - last).abs() < 1e-9));
        assert!(run.column("decay_100", n, "kinks").iter().all(|kinks| *kinks == 0.0));
    }
}

/// Trained networks near the minimum norm with more steps, more neurons and less decay; those that training does not
/// leave in a worse minimum are the exact minimisers of their loss.
#[test]
#[ignore = "slow"]
fn gd_to_min_norm() {
    let run = Run::new("gd-to-min-norm", &[]);
    let chains: [&[&str]; 3] = [
        &["steps_1k", "steps_10k", "steps_1m"],
        &["width_10", "width_50", "decay_1em4", "width_1000"],
        &["decay_1em2", "decay_1em3", "steps_1m"],
    ];
    for chain in chains {
        let distances: Vec<f64> = chain.iter().map(|label| run.median(label, 5, "distance_sup")).collect();
        assert!(distances.is_sorted_by(|far, near| far > near), "{chain:?}: {distances:?}");
        let above = run.above([chain[0], chain[chain.len() - 1]], "distance_sup");
        assert!(above.value > 3.0 * above.error, "{chain:?}: {above:?}");
    }
    // All trials find the minimiser of a large decay, the luckier half that of a small one.
    for (network, path, share, slack) in [
        ("decay_1em2", "path_1em2", 0.5, 0.01),
        ("decay_1em2", "path_1em2", 0.75, 0.01),
        ("decay_1em3", "path_1em3", 0.25, 0.1),
        ("steps_1m", "path_1em4", 0.25, 0.1),
    ] {
        let [network, path] = [network, path].map(|label| run.quantile(label, 5, "distance_sup", share));
        assert!((network / path - 1.0).abs() < slack, "{network}, {path}");
    }
    let norms = ["decay_1em2", "path_1em2"].map(|label| run.median(label, 5, "norm"));
    assert!((norms[0] / norms[1] - 1.0).abs() < 0.01, "{norms:?}");
    // The bias of the decay is of first order.
    let share = run.median("path_1em3", 5, "distance_sup") / run.median("path_1em4", 5, "distance_sup");
    assert!((share - 10.0).abs() < 1.0, "{share}");
}

/// The larger the step, the more of the noise is left unfitted, the flatter the network and the smaller its risk.
#[test]
#[ignore = "slow"]
fn stable_minima() {
    let run = Run::new("stable-minima", &[]);
    let steps = ["min_norm", "step_001", "step_004", "step_01", "step_02", "step_04"];
    for (smaller, larger) in steps.iter().zip(&steps[1..]) {
        let above = run.above([smaller, larger], "variation");
        assert!(above.value > 3.0 * above.error, "{smaller}, {larger}: {above:?}");
        let missed = [smaller, larger].map(|label| run.median(label, 30, "train_error"));
        assert!(missed[0] < missed[1], "{smaller}, {larger}: {missed:?}");
    }
    let large = "step_04";
    for label in &steps[..5] {
        for column in ["risk_l1", "risk_l2"] {
            let above = run.above([label, large], column);
            assert!(above.value > 3.0 * above.error, "{label}, {column}: {above:?}");
        }
    }
    // Of thirty residuals with standard deviation 1/2, the largest is 1.1 or so where nothing is fitted.
    let missed = run.median(large, 30, "train_error");
    assert!(missed > 0.8, "{missed}");
    let risks = ["step_001", large].map(|label| run.median(label, 30, "risk_l2"));
    assert!(risks[1] < 0.5 * risks[0], "{risks:?}");
}

/// Hot networks, and cold ones that have just begun, have gaps with more than three knots; cold ones have none in the
/// end, and are the network of least loss.
#[test]
#[ignore = "slow"]
fn mean_field_knots() {
    let run = Run::new("mean-field-knots", &[]);
    let more = |label: &str| run.mean(label, 6, "gaps_with_more");
    let cold = more("cold");
    assert!(cold.value < 0.02, "{cold:?}");
    let [cool, warm, hot] = ["cool", "warm", "hot"].map(|label| more(label).value);
    assert!(cold.value <= cool && cool < warm.min(hot), "{cool} {warm} {hot}");
    for label in ["hot", "warm", "cold_early"] {
        let above = run.above([label, "cold"], "gaps_with_more");
        assert!(above.value > 3.0 * above.error, "{label}: {above:?}");
    }
    for column in ["norm", "train_error"] {
        let [network, path] = ["cold", "path"].map(|label| run.median(label, 6, column));
        assert!((network / path - 1.0).abs() < 0.05, "{column}: {network}, {path}");
    }
}
