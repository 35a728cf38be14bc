//! Studies of intervals and regions: how often they cover.

use crate::study::Study;

/// Student's intervals of normal data cover 95 %; percentile intervals are as those by ±1.96 s √((n − 1)/n), which cover
/// P(|T₉| ≤ 1.859) = 90.4 % at n = 10. Means have no bias and the standard error 1/√n.
#[test]
#[ignore = "slow"]
fn bootstrap_coverage() {
    let study = Study::ran("bootstrap-coverage", &["numpy", "scipy"]);
    for method in ["student", "percentile", "bca"] {
        for law in ["normal", "exponential"] {
            for n in [10, 20, 40, 80] {
                let what = format!("{method} {law} {n}");
                let of = [("method", method.into()), ("law", law.into()), ("n", n.into())];
                let figure = |name: &str| study.performance("mean", name, &of);
                figure("bias").is(0.0, 0.0, &what);
                figure("empirical_se").is(1.0 / f64::from(n).sqrt(), 0.0, &what);
                figure("mse").is(1.0 / f64::from(n), 0.0, &what);
                if (method, law) == ("student", "normal") {
                    figure("coverage").is(0.95, 0.0, &what);
                }
                if (method, law, n) == ("percentile", "normal", 10) {
                    figure("coverage").is(0.904, 0.01, &what);
                }
            }
        }
    }
}

/// Coverage of plain intervals as n grows: ∫ φ(x − μ) (2Φ(q/(1 + |x|)) − 1) dx with q of 90 % at μ = 0. Weighted ones cover 90 % at least.
#[test]
#[ignore = "slow"]
fn conformal_shift() {
    let study = Study::ran("conformal-shift", &["numpy"]);
    for (shift, expected) in [(0.0, 0.9), (0.5, 0.884), (1.0, 0.8398), (2.0, 0.7068)] {
        let covers = |weighted: &str| {
            study.mean("covers", shift, &[("n", 1000.into()), ("weighted", weighted.into())])
        };
        covers("false").is(expected, 0.003, &format!("shift {shift}"));
        let weighted = covers("true");
        assert!(weighted.value > 0.9 - 4.0 * weighted.error, "{shift}: {weighted:?}");
    }
}

/// Coverage given n calibration points has the law Beta(j, n + 1 − j) for any shape, and is measured on 10⁴ points, which adds the
/// variance c(1 − c)/10⁴. The squared radius of the ellipse of unbent responses is the j-th least of n draws of χ²_2, 2(H_n − H_{n−j}) in
/// the mean, and its half axes are 1 and ½ for responses that are unbent exactly.
#[test]
#[ignore = "slow"]
fn conformal_regions() {
    let study = Study::ran("conformal-regions", &["numpy"]);
    for n in [99u32, 999] {
        let (points, j) = (f64::from(n), 0.9 * f64::from(n + 1));
        let (mean, total) = (j / (points + 1.0), points + 1.0);
        let variance = j * (total - j) / (total * total * (total + 1.0));
        let measured = variance + (mean * (1.0 - mean) - variance) / 1e4;
        for region in ["box", "ellipse", "unbent"] {
            let what = format!("{region}, n = {n}");
            let of = [("region", region.into()), ("n", n.into())];
            study.performance("coverage", "bias", &of).is(mean - 0.9, 0.0, &what);
            study.performance("coverage", "empirical_se", &of).is(measured.sqrt(), 0.0, &what);
        }
        let harmonic = |from: f64| (from as u32 + 1..=n).map(|i| 1.0 / f64::from(i)).sum::<f64>();
        // The line through 1000 points is off by the variance 2/1000, of which u² − (u − δ)² ≈ 2uδ makes 4 · 2/1000 beside ¼.
        let half_axis = f64::sqrt(0.25 + 4.0 * 2.0 / 1000.0);
        let area = std::f64::consts::PI * half_axis * 2.0 * harmonic(points - j);
        study.mean("area", points, &[("region", "unbent".into())]).is_about(area, 0.005, "area");
    }
}

/// Given the sample f is normal: with the prior known its intervals cover 95 % in each sample, and whatever the prior, trials cover as
/// often as that law says.
#[test]
#[ignore = "slow"]
fn gaussian_process() {
    let study = Study::ran("gaussian-process", &["numpy", "scipy", "scikit-learn"]);
    for n in [10.0, 20.0, 40.0] {
        let mean = |quantity: &str, prior: &str| study.mean(quantity, n, &[("prior", prior.into())]);
        mean("coverage", "known").is(0.95, 1e-6, "known");
        for prior in ["known", "too smooth", "estimated"] {
            let (covers, coverage) = (mean("covers", prior), mean("coverage", prior));
            covers.is(coverage.value, 4.0 * coverage.error, &format!("{prior}, n = {n}"));
        }
        // Four times the length-scale is sure of itself: far below what it says, and less than estimates.
        assert!(mean("coverage", "too smooth").value < 0.6, "n = {n}");
        assert!((0.6..0.95).contains(&mean("coverage", "estimated").value), "n = {n}");
    }
}
