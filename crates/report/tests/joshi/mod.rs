//! A report whose numbers are the limits proven or simulated for linear splines and minimum-norm networks:
//! normal noise on a zero target, two designs, five risks. No sample is drawn except for the trials.

mod law;
mod training;

use law::Law;
use tempered_report::{
    Bin, Class, Conclusion, Distribution, Growth, Interval, Level, Report, Scaling, Series, Study, Tail,
};

const SIZES: [u64; 7] = [100, 316, 1000, 3162, 10_000, 31_623, 100_000];
const RISKS: [(&str, f64); 5] = [("1", 1.0), ("1.5", 1.5), ("2", 2.0), ("3", 3.0), ("4", 4.0)];
const TRIALS: u64 = 1000;

/// The report.
pub fn report() -> Report {
    let mut series = Vec::new();
    for design in ["uniform", "grid"] {
        for estimator in ["spline", "min_norm"] {
            for (label, p) in RISKS {
                series.push(one(estimator, design, label, p));
            }
        }
    }
    Report {
        study: study(),
        curves: Vec::new(),
        maps: Vec::new(),
        groups: Vec::new(),
        whole: None,
        risks: RISKS.map(|(label, _)| label.to_owned()).to_vec(),
        series,
        trials: training::trials(),
        methods: vec![
            "Every trial draws a training set, trains each estimator on it and integrates the risk in closed form. \
             Medians have distribution-free intervals from order statistics at the 95 % level."
                .to_owned(),
            "The class in probability follows the growth of the median. The class in expectation follows the tail \
             index: a mean exists where the index exceeds one."
                .to_owned(),
        ],
        note: String::new(),
    }
}

fn study() -> Study {
    let yaml = "version: 1\nname: joshi-2023\nseed: 2023\ntrials: 1000\ngenerate:\n  n: {geometric: {from: 100, to: \
                100000, points: 7}}\n  design: [uniform, grid]\n  target: zero\n  noise: {normal: {sd: 1}}\ntrain:\n  \
                spline: linear_spline\n  min_norm: min_norm\nevaluate:\n  risks: [1, 1.5, 2, 3, 4]\n  domain: hull\n";
    Study {
        name: "joshi-2023".to_owned(),
        yaml: yaml.to_owned(),
        seed: 2023,
        command: "tempered run pipelines/joshi-2023.yaml".to_owned(),
        versions: vec![
            ("tempered".to_owned(), "0.1.0".to_owned()),
            ("rustc".to_owned(), "1.95.0".to_owned()),
        ],
        trials: TRIALS * SIZES.len() as u64 * 4,
        failed: 0,
        failures: Vec::new(),
        finished: true,
    }
}

fn one(estimator: &str, design: &str, label: &str, p: f64) -> Series {
    let heavy = estimator == "min_norm" && design == "uniform";
    let catastrophic = heavy && p >= 2.0;
    let class = if catastrophic { Class::Catastrophic } else { Class::Tempered };
    let agree = |class| Conclusion { class, theory: Some(class), agrees: Some(true) };
    let law = |n: u64| Law::of(estimator, design, p, n as f64);
    let mut series = Series {
        estimator: estimator.to_owned(),
        design: design.to_owned(),
        target: "zero".to_owned(),
        noise: "normal(sd 1)".to_owned(),
        p: label.to_owned(),
        domain: "hull of the data".to_owned(),
        in_probability: agree(class),
        in_expectation: agree(class),
        theory_source: Some("Joshi, Vardi & Srebro 2024, Theorems 1 to 4".to_owned()),
        reason: reason(catastrophic, p),
        growth: Some(growth(catastrophic, p, &law)),
        levels: SIZES.iter().map(|&n| level(n, law(n), !catastrophic)).collect(),
        distributions: SIZES.iter().map(|&n| distribution(n, law(n))).collect(),
        ..Series::default()
    };
    if heavy {
        let index = 2.0 / p;
        let near = |low, high| Interval { value: index, low: Some(index * low), high: Some(index * high) };
        series.tail_indices =
            vec![("Hill".to_owned(), near(0.93, 1.08)), ("moments".to_owned(), near(0.88, 1.13))];
    }
    if heavy && p > 2.0 {
        let label = if p == 4.0 { "R₄ / n" } else { "R₃ / √n" };
        series.scaling = Some(Scaling { label: label.to_owned(), exponent: p / 2.0 - 1.0 });
    }
    if !heavy {
        series.in_expectation = Conclusion { class, theory: None, agrees: None };
    }
    series
}

fn reason(catastrophic: bool, p: f64) -> String {
    match (catastrophic, p == 2.0) {
        (true, true) => {
            "The medians rise by 1.47 a decade, which a logarithm explains and no limit does.".to_owned()
        }
        (true, false) => format!("The medians grow like n^{}, and no limit fits.", p / 2.0 - 1.0),
        _ => "The medians settle: a limit fits as well as any growth, and the exponent's interval holds 0."
            .to_owned(),
    }
}

fn growth(catastrophic: bool, p: f64, law: &dyn Fn(u64) -> Law) -> Growth {
    let (formula, runner_up) = match (catastrophic, p == 2.0) {
        (true, true) => ("a + b ln n", "a n^b"),
        (true, false) => ("a n^b", "a + b ln n"),
        _ => ("c + d n^−g", "a + b ln n"),
    };
    let exponent = if catastrophic { (p / 2.0 - 1.0).max(0.11) } else { 0.002 };
    let interval = Interval { value: exponent, low: Some(exponent - 0.013), high: Some(exponent + 0.013) };
    Growth {
        formula: formula.to_owned(),
        exponent: Some(interval),
        runner_up: Some(runner_up.to_owned()),
        evidence: Some(if catastrophic { 4.2e7 } else { 37.0 }),
        curve: SIZES.iter().map(|&n| (n as f64, law(n).quantile(0.5))).collect(),
    }
}

fn level(n: u64, law: Law, mean_trusted: bool) -> Level {
    let at = |u: f64| Some(law.quantile(u));
    let points: Vec<f64> = (0..TRIALS).map(|k| law.quantile((k as f64 + 0.5) / TRIALS as f64)).collect();
    let mean = points.iter().sum::<f64>() / TRIALS as f64;
    let variance = points.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (TRIALS - 1) as f64;
    Level {
        n,
        trials: TRIALS,
        failed: 0,
        censored: 0,
        reasons: String::new(),
        mean: Some(mean),
        mean_se: Some((variance / TRIALS as f64).sqrt()),
        mean_trusted,
        median: at(0.5),
        median_low: at(0.469),
        median_high: at(0.531),
        q05: at(0.05),
        q25: at(0.25),
        q75: at(0.75),
        q95: at(0.95),
        max: at(1.0 - 0.5 / TRIALS as f64),
        trials_needed: Some(TRIALS),
    }
}

fn distribution(n: u64, law: Law) -> Distribution {
    let share = |k: u64| (k as f64 + 0.5) / TRIALS as f64;
    let survival: Vec<(f64, f64)> = (0..TRIALS).map(|k| (law.quantile(share(k)), 1.0 - share(k))).collect();
    let (low, high) = (survival[0].0, survival[survival.len() - 1].0);
    let wide = high / low > 30.0;
    let edge = |i: u32| {
        let t = f64::from(i) / 30.0;
        if wide { low * (high / low).powf(t) } else { low + (high - low) * t }
    };
    let count = |a: f64, b: f64| survival.iter().filter(|point| (a..b).contains(&point.0)).count() as f64;
    let bin = |i| Bin { low: edge(i), high: edge(i + 1), share: count(edge(i), edge(i + 1)) / TRIALS as f64 };
    let tail = law.tail_index().map(|index| Tail { index, from: law.quantile(0.9), probability: 0.1 });
    let histogram = (0..30).map(bin).collect();
    Distribution { n, survival, histogram, tail }
}
