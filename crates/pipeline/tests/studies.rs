//! Studies that are wrong say so exactly; studies that are right read back as themselves.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use tempered_pipeline::plan::Plan;
use tempered_pipeline::spec::{Edit, Study, parse};

const GOOD: &str = include_str!("../../../pipelines/joshi-2023.yaml");

/// Cases stand in a text file: `=== name`, a study, `~~~`, the exact message.
const CASES: &str = "tests/broken_studies.txt";

fn messages(study: &str) -> String {
    match parse(study.as_bytes(), "study.yaml", &[]) {
        Ok(_) => "no error".into(),
        Err(error) => error.to_string(),
    }
}

/// With TEMPERED_BLESS set the file is rewritten with what is printed now: read the difference before keeping it.
#[test]
fn every_broken_study_has_its_message() {
    let text = std::fs::read_to_string(CASES).unwrap();
    let mut written = String::new();
    let mut count = 0;
    for case in text.split("=== ").skip(1) {
        let (name, rest) = case.split_once('\n').unwrap();
        let (study, expected) = rest.split_once("\n~~~\n").unwrap();
        let printed = messages(study);
        count += 1;
        written += &format!("=== {name}\n{study}\n~~~\n{printed}\n\n");
        if std::env::var_os("TEMPERED_BLESS").is_none() {
            assert_eq!(printed, expected.trim_end(), "case {name}");
        }
    }
    assert!(count >= 30, "{count} cases");
    if std::env::var_os("TEMPERED_BLESS").is_some() {
        std::fs::write(CASES, written).unwrap();
    }
}

#[test]
fn files_that_are_no_text_or_too_large() {
    let error = parse(b"version: 1\nname: \xff\n", "study.yaml", &[]).unwrap_err().to_string();
    assert_eq!(error, "error: the file is not UTF-8 here; save it as UTF-8\n  --> study.yaml:2:1");
    let error = parse(&vec![b' '; (1 << 25) + 1], "study.yaml", &[]).unwrap_err().to_string();
    assert_eq!(error, "error: the file is too large, expected at most 33554432 bytes\n  --> study.yaml:1:1");
}

fn good(set: &[(&str, &str)]) -> Study {
    let set: Vec<Edit> = set.iter().map(|(path, value)| Edit::set(path, value)).collect();
    parse(GOOD.as_bytes(), "good.yaml", &set).unwrap()
}

#[test]
fn resolved_studies_read_back() {
    let piecewise = "[{piecewise_linear: {knots: [0, 1], values: [1, 2.5]}}, {sine: {frequency: 2}}, linear]";
    for study in [
        good(&[]),
        good(&[
            ("generate.n", "{geometric: {from: 10, to: 1000, points: 5}}"),
            ("evaluate.risks", "[1, 1.25, sup]"),
        ]),
        good(&[
            ("generate.target", piecewise),
            ("generate.noise", "[{student_t: {df: 3}}, rademacher, uniform]"),
        ]),
        good(&[
            ("store.weights", "none"),
            ("train.x", "{min_norm: {penalise_bias: false, select: least_area}}"),
        ]),
        good(&[
            ("seed", "18446744073709551615"),
            ("aggregate.max_failed", "0.5"),
            ("aggregate.statistic", "mean"),
            ("evaluate.domain", "unit"),
            ("evaluate.reference", "min_norm"),
            ("evaluate.knots_per_gap", "0.01"),
            ("train.net", "{relu_network: {width: 3, steps: 9}}"),
            ("evaluate.checkpoints", "{geometric: {from: 1, to: 9, points: 3}}"),
        ]),
    ] {
        assert_eq!(parse(study.to_yaml().as_bytes(), "resolved", &[]).unwrap(), study);
    }
    assert_eq!(
        good(&[("generate.n", "{geometric: {from: 10, to: 1000, points: 5}}")]).n,
        [10, 32, 100, 316, 1000]
    );
}

#[test]
fn edits_point_at_the_flag() {
    let set = [Edit::set("generate.n", "[1, 100]")];
    let error = parse(GOOD.as_bytes(), "good.yaml", &set).unwrap_err().to_string();
    let expected = "error: generate.n[0] is 1, but it must be an integer from 2 to 134217728\n  --> --set generate.n=[1, 100]:1:2";
    assert_eq!(error, expected);
}

/// Cell keys and shards are part of the file names: they may not move.
#[test]
fn plan_of_the_published_study_is_pinned() {
    let plan = Plan::new(good(&[]));
    let keys: Vec<&str> = plan.cells.iter().map(|cell| cell.key.as_str()).collect();
    assert_eq!(keys[..3], PINNED);
    assert_eq!((plan.cells.len(), plan.shards().count()), (14, 78));
    let wider = Plan::new(good(&[("generate.n", "[50, 100]"), ("generate.design", "[grid, uniform]")]));
    assert!(
        wider.cells.iter().any(|cell| cell.key == keys[0]),
        "a cell's key depends on its place in the sweep"
    );
}

const PINNED: [&str; 3] = ["cf8f5529468f817a", "11d55e7c5ffb69c5", "21942fd479bd819b"];

/// The schema beside the pipelines is the one the program prints, and describes every key of every pipeline.
#[test]
fn schema_is_kept_and_covers_the_pipelines() {
    let folder = "../../pipelines";
    let printed = tempered_pipeline::spec::schema();
    let path = format!("{folder}/schema.json");
    if std::env::var_os("TEMPERED_BLESS").is_some() {
        std::fs::write(&path, format!("{printed:#}\n")).unwrap();
    }
    let kept: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert!(kept == printed, "write it again: tempered schema > pipelines/schema.json");
    let validator = jsonschema::validator_for(&kept).unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let bytes = std::fs::read(&path).unwrap();
            let study = parse(&bytes, &path.display().to_string(), &[]).unwrap();
            for yaml in [String::from_utf8(bytes).unwrap(), study.to_yaml()] {
                let instance: serde_json::Value = serde_yaml::from_str(&yaml).unwrap();
                let errors: Vec<String> =
                    validator.iter_errors(&instance).map(|error| error.to_string()).collect();
                assert!(errors.is_empty(), "{}: {errors:?}", path.display());
            }
        }
    }
    let wrong = serde_json::json!({"version": 1, "name": "x", "seed": 1, "trials": 1, "generate": {"n": 1}, "train": {"a": "b"}});
    assert!(!validator.is_valid(&wrong));
}
