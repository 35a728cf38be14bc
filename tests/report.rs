//! The report in a headless browser. Slow: run with `make test-slow`.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use serde_json::{Value, json};
use std::process::Command;

fn succeed(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{text}");
    output.stdout
}

/// Rows of the page's tables: risk by risk, series by series, level by level.
fn rows(analysis: &Value) -> Value {
    let series = analysis.as_array().unwrap();
    let mut risks: Vec<&Value> = Vec::new();
    for one in series {
        if !risks.contains(&&one["p"]) {
            risks.push(&one["p"]);
        }
    }
    let mut rows = Vec::new();
    for p in risks {
        for one in series.iter().filter(|one| one["p"] == *p) {
            for level in one["levels"].as_array().unwrap() {
                let keys = ["n", "median", "mean"].map(|key| (key.to_string(), level[key].clone()));
                let mut row = json!({"p": p, "estimator": one["estimator"]});
                row.as_object_mut().unwrap().extend(keys);
                rows.push(row);
            }
        }
    }
    rows.into()
}

/// It opens without a complaint or a request, shows tiles and figures at the width of a desk and of a phone, its
/// selectors work, and its numbers are those of the analysis. The browser is Debian's `chromium`; another can be named
/// by `CHROMIUM`.
#[test]
#[ignore = "installs Python packages, needs chromium"]
fn the_page_works_in_a_browser() {
    let folder = tempfile::tempdir().unwrap();
    let environment = folder.path().join("venv");
    succeed(Command::new("python3").args(["-m", "venv"]).arg(&environment));
    let python = environment.join("bin/python");
    succeed(Command::new(&python).args(["-m", "pip", "install", "--quiet", "playwright"]));
    let run = folder.path().join("run");
    let tempered = || Command::new(env!("CARGO_BIN_EXE_tempered"));
    let study = "pipelines/quickstart.yaml";
    succeed(tempered().args(["run", study, "--progress", "none", "--report", "--out"]).arg(&run));
    let analysis = succeed(tempered().args(["analyze", "--format", "json"]).arg(&run));
    let expected = folder.path().join("expected.json");
    std::fs::write(&expected, rows(&serde_json::from_slice(&analysis).unwrap()).to_string()).unwrap();
    let browser = std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".into());
    let mut check = Command::new(&python);
    check
        .arg("tests/report.py")
        .arg(run.join("report/index.html"))
        .arg(&expected)
        .args(["--browser", &browser]);
    succeed(&mut check);
}
