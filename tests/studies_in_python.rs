//! The studies in `pipelines/python` against what is known of them. Slow: installs NumPy and SciPy into a virtual environment, unless
//! TEMPERED_PYTHON names a Python that has them.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of a Python with NumPy and SciPy.
fn python(folder: &Path) -> PathBuf {
    if let Some(python) = std::env::var_os("TEMPERED_PYTHON") {
        return Path::new(&python).parent().unwrap().to_owned();
    }
    let environment = folder.join("venv");
    let succeeds = |command: &mut Command| assert!(command.status().unwrap().success(), "{command:?}");
    succeeds(Command::new("python3").args(["-m", "venv"]).arg(&environment));
    let packages = ["-m", "pip", "install", "--quiet", "numpy", "scipy"];
    succeeds(Command::new(environment.join("bin/python")).args(packages));
    environment.join("bin")
}

/// What `analyze` says of a finished run of a study.
fn ran(name: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", python(folder.path()).display());
    let out = folder.path().join("out");
    let tempered = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tempered"));
        let package = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/python");
        command.env("PATH", &path).env("PYTHONPATH", package).env("TEMPERED_PROGRESS", "none");
        command
    };
    let study = format!("{}/pipelines/python/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let output = tempered().arg("run").arg(study).arg("--out").arg(&out).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = tempered().args(["analyze", "--format", "json"]).arg(&out).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The performance of an estimand where these coordinates have these values.
fn performance<'a>(json: &'a Value, estimand: &str, wanted: &[(&str, Value)]) -> &'a Value {
    let is_wanted = |one: &&Value| {
        let of = |name: &str| if name == "n" { &one["n"] } else { &one["coordinates"][name] };
        one["estimand"] == estimand && wanted.iter().all(|(name, value)| of(name) == value)
    };
    json["performance"].as_array().unwrap().iter().find(is_wanted).unwrap_or_else(|| panic!("{wanted:?}"))
}

/// Fails where a figure is more than four of its errors and `more` away from what it should be.
fn is(found: &Value, expected: f64, more: f64, what: &str) {
    let (value, error) = (found["value"].as_f64().unwrap(), found["error"].as_f64().unwrap());
    assert!((value - expected).abs() <= 4.0 * error + more, "{what}: {value} ± {error}, expected {expected}");
}

/// Student's intervals of normal data cover 95 %; percentile intervals are as those by ±1.96 s √((n − 1)/n), which cover
/// P(|T₉| ≤ 1.859) = 90.4 % at n = 10. Means have no bias and the standard error 1/√n.
#[test]
#[ignore = "slow"]
fn bootstrap_coverage() {
    let json = ran("bootstrap-coverage");
    for method in ["student", "percentile", "bca"] {
        for law in ["normal", "exponential"] {
            for n in [10, 20, 40, 80] {
                let what = format!("{method} {law} {n}");
                let of = [("method", method.into()), ("law", law.into()), ("n", n.into())];
                let found = performance(&json, "mean", &of);
                is(&found["bias"], 0.0, 0.0, &what);
                is(&found["empirical_se"], 1.0 / f64::from(n).sqrt(), 0.0, &what);
                is(&found["mse"], 1.0 / f64::from(n), 0.0, &what);
                if (method, law) == ("student", "normal") {
                    is(&found["coverage"], 0.95, 0.0, &what);
                }
                if (method, law, n) == ("percentile", "normal", 10) {
                    is(&found["coverage"], 0.904, 0.01, &what);
                }
            }
        }
    }
}

/// Coverage of plain intervals as n grows: ∫ φ(x − μ) (2Φ(q/(1 + |x|)) − 1) dx with q of 90 % at μ = 0. Weighted ones cover 90 % at least.
#[test]
#[ignore = "slow"]
fn conformal_shift() {
    let json = ran("conformal-shift");
    let curves = json["curves"].as_array().unwrap();
    for (weighted, expected) in [("false", Some([0.9, 0.884, 0.8398, 0.7068])), ("true", None)] {
        let is_wanted = |curve: &&Value| {
            curve["quantity"] == "covers"
                && curve["n"] == 1000
                && curve["coordinates"]["weighted"] == weighted
        };
        let points = curves.iter().find(is_wanted).unwrap()["points"].as_array().unwrap();
        assert_eq!(points.len(), 4);
        for (place, point) in points.iter().enumerate() {
            let (value, error) =
                (point["value"].as_f64().unwrap(), point["level"]["mean_se"].as_f64().unwrap());
            match expected {
                Some(all) => {
                    assert!((value - all[place]).abs() < 4.0 * error + 0.003, "{place}: {value} ± {error}")
                }
                None => assert!(value > 0.9 - 4.0 * error, "{place}: {value} ± {error}"),
            }
        }
    }
}

#[test]
#[ignore = "slow"]
fn multi_task_ridge() {
    let json = ran("multi-task-ridge");
    for shared in [0.0, 0.5, 0.9] {
        for estimand in ["first", "second"] {
            let found = performance(&json, estimand, &[("shared", shared.into())]);
            is(&found["bias"], 0.0, 0.01, &format!("{estimand} {shared}"));
        }
    }
}

#[test]
#[ignore = "slow"]
fn r_learner() {
    let json = ran("r-learner");
    for (score, weighted, expected) in
        [("r", "true", 5.085), ("r", "false", 16.73), ("dr", "true", 5.085), ("dr", "false", 5.493)]
    {
        let found = performance(&json, "effect", &[("score", score.into()), ("weighted", weighted.into())]);
        let se = found["empirical_se"]["value"].as_f64().unwrap();
        // Of order 1/n off the limit, beside the Monte Carlo error of a variance, √(2/6000).
        assert!(
            (500.0 * se * se / expected - 1.0).abs() < 4.0 * 0.0183 + 0.03,
            "{score} {weighted}: {}",
            500.0 * se * se
        );
        is(&found["bias"], 0.0, 0.0, score);
    }
}

#[test]
#[ignore = "slow"]
fn target_shift() {
    let json = ran("target-shift");
    for shift in [0.35f64, 0.7, 1.0] {
        let of = |weighted: &str| {
            performance(
                &json,
                "mean",
                &[("shift", shift.into()), ("weighted", weighted.into()), ("n", 2000.into())],
            )
        };
        is(&of("false")["bias"], -shift, 0.0, "unweighted");
        // A ratio of means is off by 1/n.
        is(&of("true")["bias"], 0.0, 0.01, "weighted");
        let is_wanted = |curve: &&Value| {
            curve["quantity"] == "effective"
                && curve["n"] == 2000
                && curve["coordinates"]["weighted"] == "true"
        };
        let curve = json["curves"].as_array().unwrap().iter().find(is_wanted).unwrap();
        let point = curve["points"].as_array().unwrap().iter().find(|point| point["at"] == shift).unwrap();
        let value = point["value"].as_f64().unwrap();
        assert!((value - (-shift * shift).exp()).abs() < 0.02, "{shift}: {value}");
    }
}
