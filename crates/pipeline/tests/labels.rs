//! Studies of labels ±1: what YAML says, and what rows hold.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use tempered_pipeline::plan::Plan;
use tempered_pipeline::run::{Settings, run};
use tempered_pipeline::spec::{Study, parse};
use tempered_pipeline::verify::{Draw, verify};
use tempered_pipeline::{Cancel, RunDirectory};
use tempered_store::{MetricsTable, Table, read_metrics};

fn text(generate: &str, train: &str, risks: &str) -> String {
    format!(
        "version: 1\nname: labels\nseed: 7\ntrials: 300\ngenerate: {generate}\ntrain: {train}\nevaluate: {{risks: {risks}}}\n"
    )
}

fn study(text: &str) -> Result<Study, String> {
    parse(text.as_bytes(), "study", &[]).map_err(|error| error.to_string())
}

/// The metrics of a finished run with what its cells are called, and the directory verified against a second computation.
fn tables(text: &str) -> Vec<(String, MetricsTable)> {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan::new(study(text).unwrap());
    let directory = RunDirectory::create(folder.path()).unwrap();
    let settings = Settings { threads: 2, ..Settings::default() };
    run(plan, &directory, &settings, &Cancel::new(), |_| ()).unwrap();
    let plan = Plan::new(study(text).unwrap());
    let verified = verify(&plan, &directory, Draw::Share(1.0), 2).unwrap();
    assert!(verified.findings.is_empty(), "{:?}", verified.findings);
    let files = directory.listing().unwrap().files;
    let metrics = files.iter().filter(|file| file.table == Table::Metrics);
    let table = |file: &tempered_store::Listed| {
        let cell = plan.cells.iter().find(|cell| cell.key == file.place.cell).unwrap();
        let name = format!("{} {} {}", file.place.estimator, cell.target, cell.noise);
        (name, read_metrics(&directory.metrics_path(&file.place)).unwrap())
    };
    metrics.map(table).collect()
}

fn scores<'t>(table: &'t MetricsTable, name: &str) -> &'t [Option<f64>] {
    let place = table.names.iter().position(|known| known == name).unwrap_or_else(|| panic!("no {name}"));
    &table.scores[place]
}

fn mean(table: &MetricsTable, name: &str) -> f64 {
    let known: Vec<f64> = scores(table, name).iter().flatten().copied().collect();
    known.iter().sum::<f64>() / known.len() as f64
}

#[test]
fn clusters_have_errors_margins_and_mistakes() {
    let generate =
        "{n: 30, d: 90, design: {clusters: {distance: 2}}, noise: {flip: {probability: [0, 0.2]}}}";
    let text = text(
        generate,
        "{svm: svm, plane: least_squares, mean: averaging}",
        "[error, noisy_error, excess_error]",
    );
    let tables = tables(&text);
    assert_eq!(tables.len(), 6);
    // Φ(−2), what no rule is below.
    let least = 0.022_750_131_948_179_2;
    for (name, table) in &tables {
        let flipped = if name.contains("0.2") { 0.2 } else { 0.0 };
        let all = ["risk_error", "risk_noisy_error", "risk_excess_error"].map(|column| scores(table, column));
        for ((error, noisy), excess) in all[0].iter().zip(all[1]).zip(all[2]) {
            let error = error.unwrap();
            assert!((noisy.unwrap() - (flipped + (1.0 - 2.0 * flipped) * error)).abs() < 1e-15, "{name}");
            assert!((excess.unwrap() - (error - least)).abs() < 1e-15 && error > least, "{name}");
        }
        // Errors of planes are exact: there is nothing to state a standard error of.
        assert!(scores(table, "error_error").iter().all(Option::is_none), "{name}");
        let [margin, missed] = ["margin", "train_mistakes"].map(|column| mean(table, column));
        // Both interpolate for d > n; of all planes the one of the machine has the largest margin.
        assert_eq!(missed == 0.0, !name.starts_with("mean"), "{name}");
        assert!(name.starts_with("mean") || margin > 0.0, "{name}");
    }
    let margin =
        |start: &str| mean(&tables.iter().find(|(name, _)| name.starts_with(start)).unwrap().1, "margin");
    assert!(margin("svm") > margin("plane"));
}

#[test]
fn planes_that_do_not_exist_are_failed_trials() {
    let generate = "{n: 60, d: 2, design: {clusters: {distance: 0.1}}}";
    let (_, table) = tables(&text(generate, "{svm: svm}", "error")).remove(0);
    let failed = scores(&table, "risk_error").iter().filter(|error| error.is_none()).count();
    assert!(failed > 290, "{failed}");
}

#[test]
fn a_sign_is_a_target_with_risks_of_both_kinds() {
    let sign = "target: {sign: {of: {linear: {norm: 1, direction: random}}}}";
    let generate = format!("{{n: 20, d: 40, design: sphere, {sign}, noise: {{flip: {{probability: 0.1}}}}}}");
    let (_, table) = tables(&text(&generate, "{plane: least_squares}", "[error, 2, variance]")).remove(0);
    // Leading order, to 1/n; risks of the plane against ±1 by test points, and the variance given the points.
    assert!((mean(&table, "risk_error") - 0.3836).abs() < 0.05);
    assert!(scores(&table, "error_l2").iter().all(Option::is_some));
    assert!(mean(&table, "risk_variance") > 0.0);
}

#[test]
fn labels_and_responses_are_not_mixed() {
    let told = |generate: &str, train: &str, risks: &str| study(&text(generate, train, risks)).unwrap_err();
    let pair = "design: {clusters: {distance: 1}}";
    let sign = "design: gaussian, target: {sign: {of: {linear: {norm: 1}}}}";
    for (generate, train, risks, parts) in [
        (
            format!("{{n: 9, d: 3, {pair}}}"),
            "{a: averaging}",
            "2",
            ["evaluate.risks", "clusters are no function of x"],
        ),
        (
            format!("{{n: 9, d: 3, {pair}, target: {{linear: {{norm: 1}}}}}}"),
            "{a: averaging}",
            "error",
            ["generate.target", "labels of their own"],
        ),
        (
            format!("{{n: 9, d: 3, {pair}, noise: {{normal: {{sd: 1}}}}}}"),
            "{a: averaging}",
            "error",
            ["generate.noise", "the labels are ±1"],
        ),
        (
            "{n: 9, d: 3, design: [{clusters: {distance: 1}}, gaussian]}".into(),
            "{a: averaging}",
            "error",
            ["generate.design", "beside labels"],
        ),
        (
            "{n: 9, d: 3, design: gaussian, noise: {flip: {probability: 0.1}}}".into(),
            "{a: averaging}",
            "2",
            ["generate.noise", "flips labels"],
        ),
        ("{n: 9, d: 3, design: gaussian}".into(), "{a: averaging}", "error", ["evaluate.risks", "labels ±1"]),
        ("{n: 9, d: 3, design: gaussian}".into(), "{a: svm}", "2", ["train.a", "a rule for labels"]),
        (
            format!("{{n: 9, d: 3, {sign}, noise: {{normal: {{sd: 1}}}}}}"),
            "{a: averaging}",
            "error",
            ["generate.noise", "the labels are ±1"],
        ),
        (
            "{n: 9, d: 3, design: {clusters: {distance: 1, count: 3}}}".into(),
            "{a: averaging}",
            "error",
            ["count", "must be even"],
        ),
        (
            "{n: 9, d: 1, design: {clusters: {distance: 1, count: 4}}}".into(),
            "{a: averaging}",
            "error",
            ["generate.design", "d must be at least 2"],
        ),
        (
            "{n: 9, d: 3, design: {clusters: {distance: 1, count: 4}}}".into(),
            "{a: averaging}",
            "excess_error",
            ["evaluate.risks", "two clusters"],
        ),
        (
            "{n: 9, d: 3, design: {clusters: {distance: 1}}, noise: {flip: {probability: 0.6}}}".into(),
            "{a: averaging}",
            "error",
            ["probability", "from 0 to 0.5"],
        ),
        (
            "{n: 9, design: uniform, noise: {flip: {probability: 0.1}}}".into(),
            "{a: linear_spline}",
            "2",
            ["generate.noise", "flips labels"],
        ),
        ("{n: 9, design: uniform}".into(), "{a: linear_spline}", "error", ["evaluate.risks", "a number p"]),
    ] {
        let error = told(&generate, train, risks);
        assert!(parts.iter().all(|part| error.contains(part)), "{generate} {train} {risks}\n{error}");
    }
    // Without risks those of labels are meant, and without noise labels are right.
    let plain = format!(
        "version: 1\nname: labels\nseed: 7\ntrials: 3\ngenerate: {{n: 9, d: 3, {pair}}}\ntrain: {{a: averaging}}\n"
    );
    let known = study(&plain).unwrap();
    assert_eq!(known.criteria.risks, [tempered_math::risk::Risk::Error]);
    assert_eq!(known.noises[0].to_string(), "none");
    let again = parse(known.to_yaml().as_bytes(), "study", &[]).unwrap();
    assert_eq!((again.criteria, again.noises), (known.criteria, known.noises));
}
