//! Studies that change: what is added leaves stored numbers as they are, and a plan can be compared beforehand.

use crate::common::{assert_same_files, data_files, expect, small_study, tempered};
use std::path::Path;
use std::process::Output;

fn set(command: &str, folder: &Path, out: &[&str], edits: &[&str], code: i32) -> Output {
    let edits = edits.iter().flat_map(|edit| ["--set", edit]);
    expect(tempered().arg(command).arg(small_study(folder)).args(out).args(edits), code)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn new_risks_and_weights_are_computed_beside_the_same_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let (grown, fresh) = (folder.path().join("grown"), folder.path().join("fresh"));
    let (grown_path, fresh_path) = (grown.to_str().unwrap(), fresh.to_str().unwrap());
    let few = ["evaluate.risks=[1, 2]", "store.weights={every: 4}", "generate.n=[20]"];
    let more = [
        "evaluate.risks=[2, 3, 1]",
        "store.weights={every: 2}",
        "generate.n=[20]",
        "evaluate.knots_per_gap=0.1",
    ];
    set("run", folder.path(), &["--out", grown_path], &few, 0);
    let before = data_files(&grown);
    let compared = said(&set("plan", folder.path(), &["--diff", grown_path], &more, 0));
    assert!(compared.contains("spline: risks was 1, 2, is 2, 3, 1"), "{compared}");
    assert!(compared.contains("spline: knots_per_gap was nothing, is 0.1"), "{compared}");
    assert!(data_files(&grown) == before, "comparing changed files");
    let ran = said(&set("run", folder.path(), &["--out", grown_path], &more, 0));
    assert!(ran.contains("needs the fits again") && ran.contains("weights was every 4, is every 2"), "{ran}");
    set("run", folder.path(), &["--out", fresh_path], &more, 0);
    assert_same_files(&fresh, &grown);
    assert_eq!(std::fs::read_dir(grown.join("_quarantine")).unwrap().count(), before.len());
    // Fewer would lose some.
    let refused = said(&set("plan", folder.path(), &["--diff", grown_path], &few, 2));
    assert!(
        refused.starts_with("refused") && refused.contains("weights was every 2, is every 4"),
        "{refused}"
    );
    assert!(!refused.contains("jitter"), "{refused}");
    set("run", folder.path(), &["--out", grown_path], &few, 2);
    let as_json = ["--diff", grown_path, "--format", "json"];
    let json = set("plan", folder.path(), &as_json, &["generate.n=[20, 300]", more[0], more[1], more[3]], 0);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&json["refused"], &json["differences"]), (&false.into(), &serde_json::json!([])));
    let shards = &json["shards"][0];
    assert!(
        shards["kept"].as_u64() > Some(0) && shards["again"] == 0 && shards["missing"].as_u64() > Some(0),
        "{json}"
    );
}

#[test]
fn files_of_a_directory_have_one_set_of_columns() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let out = ["--out", out.to_str().unwrap()];
    set("run", folder.path(), &out, &["evaluate.risks=[1]", "trials=5"], 0);
    // `min_norm` is left out, so that its files would stay as they are, without the second risk.
    let study = folder.path().join("other.yaml");
    let text = std::fs::read_to_string(small_study(folder.path())).unwrap();
    std::fs::write(&study, text.replace("  min_norm: {min_norm: {ends: clamp}}\n", "")).unwrap();
    let refused = expect(tempered().arg("run").arg(&study).args(out), 2);
    assert!(said(&refused).contains("min_norm: risks was 1, is 1, 1.5, 2, sup"), "{}", said(&refused));
    expect(tempered().arg("run").arg(&study).args(out).args(["--set", "evaluate.risks=[1]"]), 0);
}
