//! What people see: order, width, line feeds, terminals and settings.

use crate::common::{expect, small_study, tempered};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A finished run of the small study.
fn small_run(folder: &Path) -> PathBuf {
    let run = folder.join("run");
    expect(tempered().arg("run").arg(small_study(folder)).arg("--out").arg(&run), 0);
    run
}

fn said(command: &mut Command) -> String {
    String::from_utf8(expect(command, 0).stdout).unwrap()
}

/// The places of the texts in a longer one, one behind the other.
fn in_order(text: &str, parts: &[&str]) -> bool {
    let mut rest = text;
    parts.iter().all(|part| match rest.find(part) {
        Some(place) => {
            rest = &rest[place + part.len()..];
            true
        }
        None => false,
    })
}

/// In the study the spline comes before the minimum norm, and the uniform design before the grid: neither is in the order
/// of the alphabet.
#[test]
fn tables_keep_the_order_of_the_study() {
    let folder = tempfile::tempdir().unwrap();
    let run = small_run(folder.path());
    let order = ["spline", "uniform", "jittered_grid", "min_norm", "uniform", "jittered_grid"];
    let table = said(tempered().arg("analyze").arg(&run));
    assert!(in_order(&table, &order) && table.contains("spline / min_norm"), "{table}");
    let json = said(tempered().arg("analyze").arg(&run).args(["--format", "json"]));
    assert!(in_order(&json, &order), "{json}");
    assert!(in_order(&said(tempered().arg("status").arg(&run)), &["spline", "min_norm"]));
    let tables = folder.path().join("tables");
    let page = folder.path().join("page.html");
    said(tempered().arg("report").arg(&run).arg("--out").arg(&page).arg("--tables").arg(&tables));
    for file in ["levels.csv", "verdicts.md", "verdicts.tex"] {
        let text = std::fs::read_to_string(tables.join(file)).unwrap();
        assert!(in_order(&text.replace("\\_", "_").replace('\\', ""), &order), "{text}");
    }
    let pairs = std::fs::read_to_string(run.join("summary/pairs.csv")).unwrap();
    assert!(pairs.lines().skip(1).all(|line| line.starts_with("spline,min_norm,")), "{pairs}");
    assert!(in_order(&pairs, &["uniform", "jittered_grid"]), "{pairs}");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(in_order(&page, &["<th scope=\"row\">spline", "<th scope=\"row\">min_norm"]), "{page}");
}

#[test]
fn results_end_with_a_line_feed_and_the_explanation_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let run = small_run(folder.path());
    let path = run.display().to_string();
    let replay = "replay RUN --estimator spline --n 20 --trial 3";
    for line in [
        "status RUN",
        "status RUN --format json",
        "analyze RUN",
        "analyze RUN --format json",
        "verify RUN",
        "verify RUN --format json",
        "report RUN",
        replay,
        "list",
        "schema",
        "completions bash",
    ] {
        let arguments = line.split(' ').map(|word| if word == "RUN" { path.as_str() } else { word });
        let text = said(tempered().args(arguments));
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{line}: {text:?}");
    }
    let [short, long] =
        [&[][..], &["--explain"]].map(|flags| said(tempered().arg("analyze").arg(&run).args(flags)));
    assert!(
        !short.contains("five laws of the median") && long.contains("five laws of the median"),
        "{short}\n{long}"
    );
    // The table is the same, and two lines say how to read it.
    let lines: Vec<&str> = short.lines().collect();
    let (table, legend) = lines.split_at(lines.len() - 2);
    assert!(long.starts_with(&(table.join("\n") + "\n")), "{short}\n{long}");
    assert!(legend[0].starts_with("[ ] 95 % intervals") && legend[1].contains("--explain"), "{legend:?}");
}

#[test]
fn samples_of_many_features_are_told_line_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let study = folder.path().join("spectra.yaml");
    let text = "version: 1\nname: spectra\nseed: 3\ntrials: 30\ngenerate:\n  n: [5, 10, 20]\n  design:\n    \
                - gaussian: {d: 400}\n    - gaussian: {d: 60}\n    - gaussian: {d: 40, spectrum: {power: {exponent: 2}}}\n    \
                - gaussian: {d: 40, spectrum: {power: {exponent: 1.5}}}\n  \
                noise: {normal: {sd: 1}}\ntrain:\n  ridge: {ridge: {lambda: 1}}\nstore:\n  weights: none\n";
    std::fs::write(&study, text).unwrap();
    let plan = said(tempered().arg("plan").arg(&study));
    let starts = |line: &&str| line.contains("directions are learned") || line.starts_with("the last bits");
    let lines: Vec<&str> = plan.lines().filter(starts).collect();
    // In the order of the study, what the last bits follow on a line of its own.
    assert!(lines.len() == 3 && lines[0].contains("gaussian(d=400): at n = 20, d = 400: "), "{plan}");
    assert!(lines[1].contains("gaussian(d=60)") && lines[2].starts_with("the last bits"), "{plan}");
    // A table has no room for whole labels, which differ at their ends.
    let run = folder.path().join("run");
    let table = said(tempered().arg("run").arg(&study).arg("--out").arg(&run));
    assert!(table.contains("…exponent=2)") && table.contains("…exponent=1.5)"), "{table}");
}

#[test]
fn a_risk_that_does_not_apply_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let study = folder.path().join("bags.yaml");
    let text = "version: 1\nname: bags\nseed: 3\ntrials: 30\ngenerate:\n  n: [10, 20, 100]\n  d: 2\n  design: cube\n  \
                noise: {normal: {sd: 1}}\ntrain:\n  one: nearest\n  \
                bags: {ensemble: {members: 3, points: 5, scheme: bootstrap, member: nearest}}\n\
                evaluate:\n  risks: [2, variance]\nstore:\n  weights: none\n";
    std::fs::write(&study, text).unwrap();
    let run = folder.path().join("run");
    let table = said(tempered().arg("run").arg(&study).arg("--out").arg(&run));
    // Of bags no weights of the labels are known, so that their variance is not.
    let series = said(tempered().arg("analyze").arg(&run).args(["--format", "json"]));
    let series: Vec<serde_json::Value> = serde_json::from_str(&series).unwrap();
    let named: Vec<String> = series.iter().map(|one| format!("{} {}", one["estimator"], one["p"])).collect();
    assert!(
        named.len() == 3 && !named.iter().any(|name| name.contains("bags") && name.contains("variance")),
        "{named:?}"
    );
    assert!(!table.contains("failed") && !table.contains('!'), "{table}");
}

#[test]
fn numbers_without_bound_are_shortened() {
    let folder = tempfile::tempdir().unwrap();
    let study = folder.path().join("wide.yaml");
    let text = "version: 1\nname: wide\nseed: 3\ntrials: 25\ngenerate:\n  n: [10, 40, 100]\n  target: [zero, {linear: {slope: 1e-200}}]\n  \
                noise: {normal: {sd: 1e-300}}\ntrain:\n  spline: linear_spline\nevaluate:\n  risks: [1, 1e300]\naggregate:\n  quantiles: [1e-200, 0.5]\n  max_failed: 1\n";
    std::fs::write(&study, text).unwrap();
    let run = folder.path().join("run");
    let zeros = "0".repeat(40);
    let table = said(tempered().arg("run").arg(&study).arg("--out").arg(&run));
    let (tables, status) = (folder.path().join("tables"), said(tempered().arg("status").arg(&run)));
    said(tempered().arg("report").arg(&run).arg("--tables").arg(&tables));
    let file = |path: PathBuf| std::fs::read_to_string(path).unwrap();
    let page = file(run.join("report/index.html"));
    for (name, text) in [("table", table), ("status", status), ("LaTeX", file(tables.join("levels.tex")))] {
        assert!(text.contains("1e300") && !text.contains(&zeros), "{name}: {text}");
    }
    // The page quotes the study, which writes numbers as it likes.
    assert!(page.contains("1e300") && !page.split("<pre").next().unwrap().contains(&zeros));
    let levels = file(run.join("summary/levels.csv"));
    assert!(levels.lines().next().unwrap().contains("quantile_1e-200,"), "{levels}");
}

/// The output of a run on a terminal of this kind; `None`, with a message, where there is no `script` to make one.
fn on_a_terminal(folder: &Path, kind: &str) -> Option<String> {
    let line = format!("'{}' run small.yaml --out {kind}", env!("CARGO_BIN_EXE_tempered"));
    let mut script = Command::new("script");
    script
        .args(["-qec", &line, "/dev/null"])
        .current_dir(folder)
        .env("TERM", kind)
        .env("TEMPERED_PROGRESS", "");
    match script.output() {
        Ok(output) => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
        Err(error) => {
            eprintln!("skipped: script: {error}");
            None
        }
    }
}

#[test]
fn a_dumb_terminal_gets_lines_and_no_bar() {
    let folder = tempfile::tempdir().unwrap();
    small_study(folder.path());
    let Some(dumb) = on_a_terminal(folder.path(), "dumb") else { return };
    assert!(dumb.contains("spline") && !dumb.contains('\u{1b}'), "{dumb:?}");
    let bar = on_a_terminal(folder.path(), "xterm").unwrap();
    assert!(bar.contains("spline") && bar.contains('\u{1b}'), "{bar:?}");
}

#[test]
fn variables_that_are_empty_are_not_set() {
    let folder = tempfile::tempdir().unwrap();
    let study = small_study(folder.path());
    let mut run = tempered();
    run.args(["run", "--set", "trials=2"]).arg(&study).arg("--out").arg(folder.path().join("run"));
    run.env("TEMPERED_THREADS", "").env("TEMPERED_PROGRESS", "");
    expect(&mut run, 0);
    run.env("TEMPERED_THREADS", "none");
    expect(&mut run, 2);
    run.env("TEMPERED_THREADS", "").env("TEMPERED_PROGRESS", "sometimes");
    expect(&mut run, 2);
}
