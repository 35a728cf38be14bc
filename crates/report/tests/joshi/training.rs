//! Training sets and their interpolants, drawn with a small generator of this file.

use tempered_report::{DrawnTrial, Fit};

use super::law::normal;

/// A median and a worst trial on both designs.
pub fn trials() -> Vec<DrawnTrial> {
    [
        ("median trial", "uniform", 17),
        ("worst trial", "uniform", 402),
        ("median trial", "grid", 8),
        ("worst trial", "grid", 77),
    ]
    .map(|(title, design, trial)| drawn(title, design, trial))
    .to_vec()
}

fn drawn(title: &str, design: &str, trial: u64) -> DrawnTrial {
    let n = 40;
    let data = sample(n, design, trial);
    let fit = |label: &str, knots: Vec<(f64, f64)>| {
        let risks =
            [("1", 1.0), ("2", 2.0)].map(|(p, exponent)| (p.to_owned(), risk(&knots, exponent))).to_vec();
        Fit { estimator: label.to_owned(), curve: knots, risks }
    };
    DrawnTrial {
        title: title.to_owned(),
        design: design.to_owned(),
        target: "zero".to_owned(),
        noise: "normal(sd 1)".to_owned(),
        n: n as u64,
        trial,
        command: format!(
            "tempered replay runs/joshi-2023 --estimator min_norm --design {design} --n {n} --trial {trial}"
        ),
        target_curve: vec![(0.0, 0.0), (1.0, 0.0)],
        fits: vec![fit("spline", data.clone()), fit("min_norm", spikes(&data))],
        data,
    }
}

fn sample(n: usize, design: &str, trial: u64) -> Vec<(f64, f64)> {
    let mut state = trial.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as f64 + 0.5) / (1_u64 << 31) as f64
    };
    let mut x: Vec<f64> = (0..n).map(|_| uniform()).collect();
    if design == "grid" {
        x = (0..n).map(|i| (i as f64 + 1.0) / n as f64).collect();
    }
    x.sort_by(f64::total_cmp);
    x.into_iter().map(|x| (x, normal(uniform()))).collect()
}

/// The interpolant that follows the lines next to a gap where both ends bend the same way, as minimum-norm
/// networks do in runs of two points; longer runs are taken two by two.
fn spikes(data: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let slope = |i: usize| (data[i + 1].1 - data[i].1) / (data[i + 1].0 - data[i].0);
    let bends = |i: usize| i > 0 && i + 1 < data.len() && slope(i) > slope(i - 1);
    let mut knots = Vec::new();
    let mut after_spike = false;
    for i in 0..data.len() {
        knots.push(data[i]);
        let inner = i > 0 && i + 2 < data.len();
        after_spike = inner && !after_spike && bends(i) == bends(i + 1);
        if after_spike {
            let (left, right) = (slope(i - 1), slope(i + 1));
            let ((x0, y0), (x1, y1)) = (data[i], data[i + 1]);
            let x = (y1 - y0 + left * x0 - right * x1) / (left - right);
            knots.push((x, y0 + left * (x - x0)));
        }
    }
    knots
}

/// The risk against zero by the midpoint rule.
fn risk(knots: &[(f64, f64)], p: f64) -> f64 {
    knots
        .windows(2)
        .map(|pair| {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            (0..50).map(|k| (y0 + (y1 - y0) * (f64::from(k) + 0.5) / 50.0).abs().powf(p)).sum::<f64>() / 50.0
                * (x1 - x0)
        })
        .sum()
}
