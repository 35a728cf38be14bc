//! Diagnostics of fits and risks of gradients: what YAML says, what columns there are, and what is in them.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::Path;
use tempered_pipeline::plan::Plan;
use tempered_pipeline::run::{Settings, run};
use tempered_pipeline::spec::{Study, parse};
use tempered_pipeline::verify::{Draw, verify};
use tempered_pipeline::{Cancel, RunDirectory};
use tempered_store::{MetricsTable, Table, read_metrics};

fn study(generate: &str, train: &str, evaluate: &str) -> String {
    format!(
        "version: 1\nname: diagnostics\nseed: 7\ntrials: 30\ngenerate: {generate}\ntrain: {train}\nevaluate: {evaluate}\n"
    )
}

fn parsed(text: &str) -> Study {
    parse(text.as_bytes(), "study", &[]).unwrap_or_else(|error| panic!("{error}"))
}

fn files(text: &str, out: &Path, threads: usize) -> RunDirectory {
    let directory = RunDirectory::create(out).unwrap();
    let settings = Settings { threads, ..Settings::default() };
    run(Plan::new(parsed(text)), &directory, &settings, &Cancel::new(), |_| ()).unwrap();
    directory
}

fn metrics(directory: &RunDirectory, estimator: &str) -> MetricsTable {
    let listing = directory.listing().unwrap();
    let of =
        |file: &&tempered_store::Listed| file.table == Table::Metrics && file.place.estimator == estimator;
    read_metrics(&directory.metrics_path(&listing.files.iter().find(of).unwrap().place)).unwrap()
}

fn column(table: &MetricsTable, name: &str) -> Vec<Option<f64>> {
    let place = table.names.iter().position(|known| known == name).unwrap_or_else(|| panic!("no {name}"));
    table.scores[place].clone()
}

const DATA: &str =
    "{n: 12, d: 4, target: {linear: {norm: 1}}, noise: {contaminated: {share: 0.2, shift: 5}}}";
const TRAIN: &str = "{plane: least_squares, kernel: {kernel: {function: laplace}}, shrunk: {nuclear: {lambda: 1}}, \
                     local: {local_linear: {k: 9}}}";

#[test]
fn columns_are_those_that_are_asked_for() {
    let asked = "{risks: [2, gradient], diagnostics: [detection, condition, leave_one_out]}";
    let text = study(DATA, TRAIN, asked);
    let again = parsed(&text).to_yaml();
    assert_eq!(parsed(&again), parsed(&text));
    let folder = tempfile::tempdir().unwrap();
    let directory = files(&text, &folder.path().join("one"), 1);
    let many = |values: Vec<Option<f64>>| values.iter().flatten().count();
    for (name, condition, residuals, gradient) in
        [("plane", 0, 30, 30), ("kernel", 30, 30, 0), ("shrunk", 0, 0, 30), ("local", 0, 0, 30)]
    {
        let table = metrics(&directory, name);
        let last = &table.names[table.names.len() - 3..];
        assert_eq!(last, ["condition", "leave_one_out", "detection"]);
        assert!(table.status.iter().all(|status| status == "ok"), "{name}");
        let counts = ["condition", "leave_one_out", "risk_gradient"].map(|of| many(column(&table, of)));
        assert_eq!(counts, [condition, residuals, gradient], "{name}");
        // A sample without a wrong label, or of nothing but wrong ones, has no area.
        let areas = column(&table, "detection");
        assert!((many(areas.clone()) > 20) == (residuals > 0), "{name}: {areas:?}");
        assert!(areas.iter().flatten().all(|area| (0.0..=1.0).contains(area)));
        assert_eq!(many(column(&table, "error_gradient")) > 0, name == "local");
    }
    let plane = metrics(&directory, "plane");
    let same = column(&plane, "risk_l2").iter().zip(column(&plane, "risk_gradient")).all(|(a, b)| {
        // On N(0, I) the error of a plane is as large as that of its gradient.
        (a.unwrap() / b.unwrap() - 1.0).abs() < 1e-12
    });
    assert!(same);
    let checked = verify(&Plan::new(parsed(&text)), &directory, Draw::Share(1.0), 2).unwrap();
    assert!(checked.findings.is_empty(), "{:?}", checked.findings);
}

#[test]
fn what_makes_no_sense_is_refused_at_its_place() {
    let labels =
        "{n: 12, d: 4, target: {sign: {of: {linear: {norm: 1}}}}, noise: {flip: {probability: 0.1}}}";
    for (generate, train, evaluate, path, part) in [
        ("{n: 4}", "{a: min_norm}", "{diagnostics: [condition]}", "evaluate.diagnostics", "d features"),
        ("{n: 4, d: 3}", "{a: kernel}", "{diagnostics: [conditions]}", "diagnostics[0]", "`condition`"),
        (
            "{n: 4, d: 3}",
            "{a: kernel}",
            "{diagnostics: [condition, condition]}",
            "diagnostics[1]",
            "condition",
        ),
        ("{n: 4, d: 3}", "{a: kernel}", "{diagnostics: detection}", "evaluate.diagnostics", "contaminated"),
        (
            "{n: 4, d: 3, noise: [{contaminated: {shift: 3}}, {normal: {sd: 1}}]}",
            "{a: kernel}",
            "{diagnostics: detection}",
            "evaluate.diagnostics",
            "normal makes no label wrong",
        ),
        (
            "{n: 4, d: 3, noise: {contaminated: {share: 2, shift: 3}}}",
            "{a: kernel}",
            "{risks: 2}",
            "noise.contaminated.share",
            "from 0 to 1",
        ),
        ("{n: 4, d: 3, noise: contaminated}", "{a: kernel}", "{risks: 2}", "generate.noise", "lacks `shift`"),
        ("{n: 4}", "{a: min_norm}", "{risks: [gradient]}", "evaluate.risks[0]", "`sup`"),
        (labels, "{a: averaging}", "{risks: [error, gradient]}", "evaluate.risks", "do not have"),
        (
            "{n: 12, design: {clusters: {d: 4, distance: 2}}}",
            "{a: averaging}",
            "{risks: [gradient]}",
            "evaluate.risks",
            "clusters",
        ),
    ] {
        let text = study(generate, train, evaluate);
        let error = parse(text.as_bytes(), "study", &[]).map(drop).unwrap_err().to_string();
        assert!(error.contains(path) && error.contains(part), "{text}{error}");
        assert!(error.contains("study:"), "no place: {error}");
    }
    // Flips are wrong labels.
    parsed(&study(labels, "{a: least_squares}", "{risks: error, diagnostics: detection}"));
}

/// A directory keeps what it has, and has new columns where a study asks for more.
#[test]
fn a_directory_grows_by_diagnostics_and_keeps_them() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let plain = study(DATA, TRAIN, "{risks: 2}");
    let first = files(&plain, &out, 1);
    assert!(!metrics(&first, "plane").names.iter().any(|name| name == "detection"));
    let asked = study(DATA, TRAIN, "{risks: 2, diagnostics: [detection]}");
    let fresh = files(&asked, &folder.path().join("fresh"), 1);
    let grown = files(&asked, &out, 1);
    let columns = |directory: &RunDirectory| {
        let table = metrics(directory, "plane");
        (column(&table, "risk_l2"), column(&table, "detection"))
    };
    assert_eq!(columns(&grown), columns(&fresh));
    // A study that asks for less leaves it so.
    let again = files(&plain, &out, 1);
    assert_eq!(columns(&again), columns(&fresh));
}

/// Forty points on the eight corners of a cube: kernels have no interpolant, and what averages has.
#[test]
fn equal_points_fail_rules_that_must_meet_them_all() {
    let train = "{kernel: kernel, ridge: {kernel: {ridge: 0.1}}, one: nearest, shepard: {shepard: {beta: 3}}, \
                 local: {local_linear: {k: 20}}, plane: least_squares, bags: {ensemble: {members: 3, scheme: bootstrap, \
                 points: 4, member: kernel}}}";
    let data = "{n: 40, d: 3, design: hypercube, noise: {normal: {sd: 1}}}";
    let text = study(data, train, "{risks: 2}") + "aggregate: {max_failed: 1}\n";
    let folder = tempfile::tempdir().unwrap();
    let directory = files(&text, &folder.path().join("out"), 2);
    let words = |name: &str| metrics(&directory, name).status;
    assert!(words("kernel").iter().all(|status| status == "duplicate_x"));
    for name in ["ridge", "one", "shepard", "plane"] {
        assert!(words(name).iter().all(|status| status == "ok"), "{name}");
    }
    // Four draws of forty are equal points with other responses now and then.
    let bags = words("bags");
    assert!(bags.iter().all(|status| ["ok", "duplicate_x"].contains(&&**status)), "{bags:?}");
    assert!(bags.iter().any(|status| status == "duplicate_x"));
}

/// S + 2 e ‖ŵ‖ √(2S/π) + e² ‖ŵ‖² with S = R_2 + σ² of each trial, and nothing of functions.
#[test]
fn adversarial_risks_follow_from_risk_norm_and_radius() {
    let data = "{n: 12, d: 20, target: {linear: {norm: 1, direction: random}}, noise: {normal: {sd: 0.5}}}";
    let risks = "{risks: [2, {adversarial: 0.5}, {adversarial: 2}]}";
    let text = study(data, "{plane: least_squares, kernel: kernel}", risks);
    assert_eq!(parsed(&parsed(&text).to_yaml()), parsed(&text));
    let folder = tempfile::tempdir().unwrap();
    let directory = files(&text, &folder.path().join("out"), 1);
    let table = metrics(&directory, "plane");
    let [square, norm] = ["risk_l2", "norm"].map(|name| column(&table, name));
    for (radius, name) in [(0.5, "risk_adversarial_0_5"), (2.0, "risk_adversarial_2")] {
        for ((found, square), norm) in column(&table, name).iter().zip(&square).zip(&norm) {
            let (total, reach) = (square.unwrap() + 0.25, radius * norm.unwrap());
            let told = total + 2.0 * reach * (2.0 * total / std::f64::consts::PI).sqrt() + reach * reach;
            assert!((found.unwrap() / told - 1.0).abs() < 1e-12, "{found:?} {told}");
        }
        assert!(column(&metrics(&directory, "kernel"), name).iter().all(Option::is_none));
    }
    let checked = verify(&Plan::new(parsed(&text)), &directory, Draw::Share(1.0), 2).unwrap();
    assert!(checked.findings.is_empty(), "{:?}", checked.findings);
    for (risk, part) in [
        ("{adversarial: 0}", "a radius above 0"),
        ("{adversarial: 1, other: 2}", "`other`"),
        ("adversarial(1)", "`{adversarial: radius}`"),
    ] {
        let text = study("{n: 4, d: 3}", "{a: kernel}", &format!("{{risks: [{risk}]}}"));
        let error = parse(text.as_bytes(), "study", &[]).map(drop).unwrap_err().to_string();
        assert!(error.contains("evaluate.risks[0]") && error.contains(part), "{text}{error}");
    }
}
