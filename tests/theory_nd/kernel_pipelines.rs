//! The pipelines of kernels and local averages: what each file says it shows.

use crate::run::{Mean, Run, median};
use serde_json::Value;

/// The series of an estimator at R_2 whose design holds this word.
fn series<'a>(document: &'a Value, estimator: &str, design: &str) -> &'a Value {
    let is_asked = |one: &&Value| {
        one["estimator"] == estimator && one["p"] == 2.0 && one["design"].as_str().unwrap().contains(design)
    };
    document.as_array().unwrap().iter().find(is_asked).unwrap()
}

/// Fails unless a series is of this class by theory, and by its verdict too or not yet decided.
fn is_of(document: &Value, estimator: &str, design: &str, class: &str) {
    let one = series(document, estimator, design);
    println!("{estimator}, {design}: {} in probability", one["in_probability"]);
    assert_eq!(one["theory_in_probability"], class, "{one:#}");
    assert!(one["in_probability"] == class || one["in_probability"] == "undecided", "{one:#}");
}

#[test]
#[ignore = "slow"]
fn kernels_by_dimension() {
    let run = Run::pipeline("kernels-by-dimension", &[]);
    let at = |label: &str, d: u32| median(&run.column(label, &["n=320", &format!("d={d}")], "risk_variance"));
    for (d, figure) in [(2, 2.0 / 3.0), (3, 0.422), (4, 0.308), (5, 0.2415)] {
        let (laplace, tangent) = (at("laplace", d), at("tangent", d));
        assert!((laplace / figure - 1.0).abs() < 0.03, "{d}: {laplace}");
        // It comes from above, the slower the higher the dimension.
        assert!(tangent > laplace && tangent < 1.4 * laplace, "{d}: {tangent} {laplace}");
        assert!(d == 2 || figure < 1.0 / f64::from(d - 1));
    }
    // n on a circle, ln n on a surface.
    assert!(at("matern", 2) > 10.0 && at("matern", 3) > 2.0 && at("matern", 4) < 1.3);
    let document = run.json("analyze", &[]);
    for d in ["d=2", "d=3", "d=4", "d=5"] {
        is_of(&document, "laplace", d, "tempered");
    }
    is_of(&document, "matern", "d=2", "catastrophic");
}

#[test]
#[ignore = "slow"]
fn shepard_by_dimension() {
    let run = Run::pipeline("shepard-by-dimension", &[]);
    let document = run.json("analyze", &[]);
    for d in [2, 3] {
        let word = format!("d={d}");
        is_of(&document, "at_d", &word, "benign");
        for label in ["at_2d", "at_4d", "one", "five"] {
            is_of(&document, label, &word, "tempered");
        }
        let at = |label: &str, n: u32| run.mean(label, &[&format!("n={n}"), &word], "risk_l2");
        // From above, and less than a quarter off at n = 800, up to the noise of the means.
        for (label, limit) in [("at_2d", 0.5), ("at_4d", 0.75)] {
            let mean = at(label, 800);
            let off = 4.0 * mean.error;
            assert!(mean.value > limit - off && mean.value < 1.25 * limit + off, "{label} {d}: {mean:?}");
        }
        assert!(at("at_d", 800).value < 0.85 * at("at_d", 50).value);
        run.risk("one", &["n=800", &word]).is("one neighbour", 1.0, 0.0);
        run.risk("five", &["n=800", &word]).is("five neighbours", 0.2, 0.0);
    }
}

#[test]
#[ignore = "slow"]
fn high_dimension() {
    let run = Run::pipeline("high-dimension", &[]);
    let document = run.json("analyze", &[]);
    is_of(&document, "tangent", "2/3", "benign");
    is_of(&document, "tangent", "1/2", "tempered");
    for (n, d, figure) in [(32, 10, 0.513), (89, 20, 0.348), (253, 40, 0.243), (716, 80, 0.171)] {
        let words = [format!("n={n}"), format!("d={d}")];
        let mean = run.mean("tangent", &[&words[0], &words[1]], "risk_variance");
        // The framework is within 5 % in R^10, and n = d^1.5 is rounded.
        mean.is(&format!("n = {n}, d = {d}"), figure, if d == 10 { 0.06 } else { 0.02 });
    }
}

#[test]
#[ignore = "slow"]
fn spiky_smooth() {
    let run = Run::pipeline("spiky-smooth", &[]);
    let heights = ["0.01", "0.03", "0.1", "0.3", "1", "3", "10"];
    for height in heights {
        let [spiky, ridge] = [format!("spiky[spike={height}]"), format!("ridge[ridge={height}]")]
            .map(|label| run.column(&label, &[], "risk_l2"));
        let apart = spiky.iter().zip(&ridge).map(|(a, b)| (a / b - 1.0).abs()).fold(0.0, f64::max);
        // The ridge by the formula, the spike by test points.
        println!("{height}: apart by {apart}");
        assert!(apart < 0.05, "{height}: {apart}");
        let met = run.column(&format!("spiky[spike={height}]"), &[], "train_error");
        assert!(met.iter().all(|miss| *miss < 1e-9), "{height}");
    }
    let best = |name: &str| {
        let means = heights.map(|height| run.risk(&format!("{name}[spike={height}]"), &[]).value);
        means.into_iter().fold(f64::INFINITY, f64::min)
    };
    let ridgeless: Mean = run.risk("ridgeless", &[]);
    assert!(best("spiky") < best("wide") && best("wide") < ridgeless.value - 4.0 * ridgeless.error);
}

#[test]
#[ignore = "slow"]
fn gaussian_bandwidth() {
    let run = Run::pipeline("gaussian-bandwidth", &[]);
    for (n, figure) in [(100, 871.0), (400, 897.0), (1000, 894.0)] {
        let mean = run.risk("gaussian", &[&format!("n={n}")]);
        mean.is(&format!("n = {n}"), figure, 0.06);
    }
    for n in [100, 200, 400, 1000] {
        assert!(run.column("gaussian", &[&format!("n={n}")], "risk_l2").iter().all(|risk| *risk > 100.0));
    }
}

/// One study, every class: where theory speaks no verdict says otherwise, and each class is found.
#[test]
#[ignore = "slow"]
fn taxonomy_nd() {
    let run = Run::pipeline("taxonomy-nd", &[]);
    let document = run.json("analyze", &[]);
    let all = document.as_array().unwrap();
    let mut agreed = std::collections::BTreeMap::new();
    for one in all.iter().filter(|one| !one["theory_in_probability"].is_null()) {
        assert!(one["agrees"] != false, "{one:#}");
        if one["agrees"] == true || one["in_probability"] == one["theory_in_probability"] {
            *agreed.entry(one["in_probability"].as_str().unwrap().to_owned()).or_insert(0) += 1;
        }
    }
    println!("{agreed:?} of {}", all.len());
    assert!(
        ["benign", "tempered", "catastrophic"].iter().all(|class| agreed.contains_key(*class)),
        "{agreed:?}"
    );
    // By dimension: what is benign in one way of growing is tempered or worse in another.
    for (estimator, design, class) in [
        ("least_squares", "d=3", "benign"),
        ("least_squares", "2 * n", "tempered"),
        ("least_squares", "n + 1", "catastrophic"),
        ("laplace", "d=3", "tempered"),
        ("laplace", "2/3", "benign"),
        ("tangent", "1/2", "tempered"),
        ("gaussian", "d=4", "catastrophic"),
        ("matern", "d=3", "catastrophic"),
        ("matern", "d=4", "tempered"),
        ("at_2d", "d=2", "tempered"),
        ("at_d", "d=2", "benign"),
        ("one", "d=4", "tempered"),
        ("bags", "d=4", "benign"),
    ] {
        is_of(&document, estimator, design, class);
    }
}
