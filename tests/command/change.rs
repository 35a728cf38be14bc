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
    assert!(compared.contains("spline: risks was 1, 2, is 1, 2, 3"), "{compared}");
    assert!(compared.contains("spline: knots_per_gap was nothing, is 0.1"), "{compared}");
    assert!(data_files(&grown) == before, "comparing changed files");
    // Nobody is there to be asked.
    let asked = said(&set("run", folder.path(), &["--out", grown_path], &more, 2));
    assert!(asked.contains("add --yes to confirm") && asked.contains("shards that are stored"), "{asked}");
    assert!(data_files(&grown) == before, "asking changed files");
    let ran = said(&set("run", folder.path(), &["--out", grown_path, "--yes"], &more, 0));
    assert!(ran.contains("needs the fits again") && ran.contains("weights was every 4, is every 2"), "{ran}");
    set("run", folder.path(), &["--out", fresh_path], &more, 0);
    assert_same_files(&fresh, &grown);
    assert!(!grown.join("_quarantine").exists());
    assert!(data_files(&grown.join("_former")) == before, "former files are not what was there");
    // A study that asks for less leaves what is there, in any order.
    let after = data_files(&grown);
    let fewer = [few[1], few[2], "evaluate.risks=[2, 1]"];
    let compared = said(&set("plan", folder.path(), &["--diff", grown_path], &fewer, 0));
    assert!(compared.starts_with("nothing stored in") && !compared.contains("again for"), "{compared}");
    set("run", folder.path(), &["--out", grown_path], &fewer, 0);
    assert!(data_files(&grown) == after, "a smaller study changed files");
    expect(tempered().arg("verify").arg(&grown), 0);
    // Two sets of columns at once are none.
    let other = ["generate.n=[20]", "evaluate.knots_per_gap=0.2"];
    let refused = said(&set("plan", folder.path(), &["--diff", grown_path], &other, 2));
    assert!(refused.starts_with("refused") && refused.contains("knots_per_gap was 0.1, is 0.2"), "{refused}");
    set("run", folder.path(), &["--out", grown_path, "--yes"], &other, 2);
    let as_json = ["--diff", grown_path, "--format", "json"];
    let json = set("plan", folder.path(), &as_json, &["generate.n=[20, 300]", more[0], more[1], more[3]], 0);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&json["refused"], &json["differences"]), (&false.into(), &serde_json::json!([])));
    let shards = &json["shards"][0];
    assert!(
        shards["kept"].as_u64() > Some(0) && shards["again"] == 0 && shards["missing"].as_u64() > Some(0),
        "{json}"
    );
    // What was before comes back.
    set("run", folder.path(), &["--out", grown_path, "--undo"], &more, 0);
    assert!(data_files(&grown) == before, "undone files are not what was there");
    assert!(!grown.join("_former").exists());
    expect(tempered().arg("verify").arg(&grown), 0);
    let twice = said(&set("run", folder.path(), &["--out", grown_path, "--undo"], &more, 2));
    assert!(twice.contains("nothing to undo"), "{twice}");
    set("run", folder.path(), &["--out", grown_path], &few, 0);
    assert!(data_files(&grown) == before);
}

/// A level, an estimator and trials are left out, then a risk is added: what was left out gets it as well.
#[test]
fn what_a_study_no_longer_asks_for_is_brought_along() {
    let folder = tempfile::tempdir().unwrap();
    let (out, fresh) = (folder.path().join("out"), folder.path().join("fresh"));
    let (path, fresh_path) = (["--out", out.to_str().unwrap()], ["--out", fresh.to_str().unwrap()]);
    set("run", folder.path(), &path, &["evaluate.risks=[1]", "trials=25"], 0);
    let study = folder.path().join("other.yaml");
    let text = std::fs::read_to_string(small_study(folder.path())).unwrap();
    let text = text.replace("  min_norm: {min_norm: {ends: clamp}}\n", "").replace("[20, 300]", "[20]");
    std::fs::write(&study, text).unwrap();
    let less = |command: &str, flags: &[&str]| {
        let mut less = tempered();
        less.arg(command)
            .arg(&study)
            .args(["--set", "evaluate.risks=[1, 2]", "--set", "trials=10"])
            .args(flags);
        said(&expect(&mut less, 0))
    };
    let compared = less("plan", &["--diff", path[1]]);
    assert!(compared.contains("min_norm: risks was 1, is 1, 2") && compared.contains("others"), "{compared}");
    less("run", &[path[0], path[1], "--yes"]);
    set("run", folder.path(), &fresh_path, &["evaluate.risks=[1, 2]", "trials=25"], 0);
    assert_same_files(&fresh, &out);
    expect(tempered().arg("verify").arg(&out).args(["--recompute", "10%"]), 0);
}

/// What a swept parameter adds to files is the same in all rows of each: nobody is asked, and nothing is fitted again.
#[test]
fn a_parameter_is_written_into_files_without_fits() {
    let folder = tempfile::tempdir().unwrap();
    let (out, fresh) = (folder.path().join("out"), folder.path().join("fresh"));
    let (path, fresh_path) = (["--out", out.to_str().unwrap()], ["--out", fresh.to_str().unwrap()]);
    let few = ["generate.n=[20]"];
    let more = [few[0], "train.kernel={laplace_kernel: {bandwidth: [1, 2]}}"];
    set("run", folder.path(), &path, &few, 0);
    let before = data_files(&out);
    let compared = said(&set("plan", folder.path(), &["--diff", path[1]], &more, 0));
    assert!(compared.contains("spline: parameters was nothing, is bandwidth: real"), "{compared}");
    assert!(
        compared.contains("4 files are rewritten, no fit") && !compared.contains("again for"),
        "{compared}"
    );
    let as_json = said(&set("plan", folder.path(), &["--diff", path[1], "--format", "json"], &more, 0));
    let json: serde_json::Value = serde_json::from_str(&as_json).unwrap();
    let (first, last) = (&json["shards"][0], &json["shards"][3]);
    assert_eq!((&first["rewritten"], &first["again"], &last["missing"]), (&2.into(), &0.into(), &2.into()));
    let ran = said(&set("run", folder.path(), &path, &more, 0));
    assert!(ran.contains("4 of 4 shards that are stored are rewritten, no fit"), "{ran}");
    set("run", folder.path(), &fresh_path, &more, 0);
    assert_same_files(&fresh, &out);
    assert!(data_files(&out.join("_former")) == before);
    let log = std::fs::read_to_string(out.join("_tempered/log.jsonl")).unwrap();
    assert!(
        log.lines().any(|line| line.contains("\"rewritten\":4") && line.contains("\"trials\":120")),
        "{log}"
    );
    expect(tempered().arg("verify").arg(&out).args(["--recompute", "10%"]), 0);
    set("run", folder.path(), &[path[0], path[1], "--undo"], &more, 0);
    assert!(data_files(&out) == before);
}
