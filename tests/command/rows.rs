//! Studies on a table of the user's own: where its file is looked for, and what a changed one means.

use crate::common::{data_files, expect, tempered};
use arrow_array::types::Int8Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float32Array, Float64Array, Int32Array, RecordBatch, StringArray,
};
use parquet::arrow::ArrowWriter;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;

const TABLE: &str = "y,a,b\n1,2,3\n2,5,1\n4,7,9\n8,1,2\n3,3,3\n6,0,5\n7,2,8\n5,9,4\n";

/// Writes a table and a study of it in a folder of their own.
fn study(folder: &Path, file: &str, rest: &str) -> PathBuf {
    let path = folder.join("own.yaml");
    let text = format!(
        "version: 1\nname: own\nseed: 5\ntrials: 30\ngenerate:\n  n: [4, 6]\n  design: {{rows: {{file: {file}, response: y{rest}}}}}\n\
         train: {{ls: {{least_squares: {{intercept: true}}}}}}\n"
    );
    std::fs::write(&path, text).unwrap();
    path
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A finished run of a table, with the folder that holds table and study.
fn finished() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("tables")).unwrap();
    std::fs::write(folder.path().join("tables/data.csv"), TABLE).unwrap();
    let (study, out) = (study(folder.path(), "tables/data.csv", ""), folder.path().join("out"));
    // From another folder than that of the study.
    expect(tempered().current_dir("/").arg("run").arg(&study).arg("--out").arg(&out), 0);
    (folder, study, out)
}

#[test]
fn analysis_needs_no_file_and_computing_says_which() {
    let (folder, _, out) = finished();
    let command = |arguments: &[&str], code| said(&expect(tempered().args(arguments).arg(&out), code));
    let replay = |code| {
        let arguments = ["--estimator", "ls", "--n", "6", "--trial", "3"];
        said(&expect(tempered().arg("replay").arg(&out).args(arguments), code))
    };
    assert!(replay(0).contains("metrics equal to the stored row"));
    command(&["verify", "--recompute", "100%"], 0);
    let file = folder.path().join("tables/data.csv");
    std::fs::rename(&file, folder.path().join("data.csv")).unwrap();
    for arguments in [&["status"][..], &["analyze"], &["report"], &["verify"]] {
        command(arguments, 0);
    }
    let missing = replay(2);
    assert!(
        missing.contains("tables/data.csv: No such file") && missing.contains("put the file"),
        "{missing}"
    );
    assert!(command(&["verify", "--recompute", "100%"], 2).contains("tables/data.csv: No such file"));
    // In the current folder it is found by its name.
    let here = ["replay", "out", "--estimator", "ls", "--n", "6", "--trial", "3"];
    expect(tempered().current_dir(folder.path()).args(here), 0);
    std::fs::write(&file, TABLE.replace("4,7,9", "4,7,0")).unwrap();
    let changed = replay(2);
    assert!(changed.contains("its content has changed: digest"), "{changed}");
}

#[test]
fn a_directory_refuses_a_file_that_has_changed() {
    let (folder, study, out) = finished();
    let before = data_files(&out);
    let file = folder.path().join("tables/data.csv");
    let run = |code| said(&expect(tempered().arg("run").arg(&study).arg("--out").arg(&out), code));
    std::fs::write(&file, TABLE.replace("4,7,9", "4,7,0")).unwrap();
    let told = "data.csv: the digest of its content was ";
    for lost in [false, true] {
        if lost {
            // Footers say what rows were drawn from.
            std::fs::remove_file(out.join("_tempered/plan.json")).unwrap();
        }
        let refused = run(2);
        assert!(refused.contains(told) && refused.contains("--fresh"), "{refused}");
        let compared = said(&expect(tempered().arg("plan").arg(&study).arg("--diff").arg(&out), 2));
        assert!(compared.starts_with("refused") && compared.contains(told), "{compared}");
        assert!(data_files(&out) == before, "refusing changed files");
    }
    std::fs::write(&file, TABLE).unwrap();
    run(0);
    // More levels and another table of the same name go beside it.
    std::fs::create_dir(folder.path().join("other")).unwrap();
    std::fs::write(folder.path().join("other/data.csv"), TABLE.replace("4,7,9", "4,7,0")).unwrap();
    let both = "generate.design=[{rows: {file: tables/data.csv, response: y}}, {rows: {file: other/data.csv, response: y}}]";
    let mut more = tempered();
    // Paths in a flag count from the current folder.
    more.current_dir(folder.path()).arg("run").arg(&study).arg("--out").arg(&out);
    expect(more.args(["--set", "generate.n=[3, 4, 6]", "--set", both]), 0);
    let after = data_files(&out);
    assert!(after.len() > before.len() && before.iter().all(|file| after.contains(file)));
    expect(tempered().arg("verify").arg(&out).args(["--recompute", "100%"]), 0);
}

#[test]
fn what_is_wrong_is_told_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = study(folder.path(), "data.csv", "");
    let run = |code| said(&expect(tempered().current_dir(folder.path()).args(["run", "own.yaml"]), code));
    assert!(run(2).contains("own.yaml:7:25"), "{}", run(2));
    std::fs::write(folder.path().join("data.csv"), "y,a\n1,2\n2,\n").unwrap();
    let text = run(2);
    assert!(
        text.contains("data.csv:3: column `a` is \"\", expected a number") && text.contains("own.yaml:7:25"),
        "{text}"
    );
    assert!(!folder.path().join("runs").exists());
    // A study that states what follows from its file is not checked against it before it runs.
    std::fs::write(folder.path().join("data.csv"), TABLE).unwrap();
    study(folder.path(), "data.csv", ", d: 2, digest: 0123456789abcdef");
    let text = run(2);
    assert!(text.contains("its content has changed") && text.contains("expected 0123456789abcdef"), "{text}");
    let digest = blake3(TABLE);
    study(folder.path(), "data.csv", &format!(", d: 3, digest: {digest}"));
    assert!(run(2).contains("its table has 2 features"));
    assert!(!folder.path().join("runs").exists());
    // Through a pipe a study comes from nowhere: paths count from the current folder.
    study(folder.path(), "data.csv", "");
    let input = std::fs::File::open(&path).unwrap();
    expect(tempered().current_dir(folder.path()).args(["plan", "/dev/stdin"]).stdin(input), 0);
}

fn blake3(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..16].to_string()
}

/// Integers, single precision, dictionaries and columns of text; y = 3 a − 2 b, so that two rows in general position are enough.
#[test]
fn parquet_is_a_table_too() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = ([1, 2, 4, 8, 5, 7, 3, 6], [3.5f32, 1.0, -2.0, 0.5, 9.0, 4.0, 2.5, 7.0]);
    let write = |is_whole: bool| {
        let y = a.iter().zip(b).map(|(a, b)| f64::from(*a) * 3.0 - f64::from(b) * 2.0);
        let y: Vec<Option<f64>> =
            y.enumerate().map(|(k, y)| Some(y).filter(|_| is_whole || k != 5)).collect();
        let keys: DictionaryArray<Int8Type> = DictionaryArray::new(
            (0i8..8).collect::<Vec<i8>>().into(),
            Arc::new(Int32Array::from(a.to_vec())),
        );
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("a", Arc::new(keys)),
            ("name", Arc::new(StringArray::from(vec!["x"; 8]))),
            ("b", Arc::new(Float32Array::from(b.to_vec()))),
            ("y", Arc::new(Float64Array::from(y))),
        ];
        let columns = columns.into_iter().map(|(name, column)| (name, column, true));
        let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        let file = std::fs::File::create(folder.path().join("data.parquet")).unwrap();
        let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    };
    let path = study(folder.path(), "data.parquet", "");
    let run = |code| {
        said(&expect(tempered().arg("run").arg(&path).arg("--out").arg(folder.path().join("out")), code))
    };
    write(false);
    assert!(run(2).contains("data.parquet: row 6 of column `y` is empty, expected a number"));
    write(true);
    run(0);
    let replay = ["--estimator", "ls", "--n", "4", "--trial", "3", "--format", "json"];
    let output = expect(tempered().arg("replay").arg(folder.path().join("out")).args(replay), 0);
    let trial: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(trial[0]["scores"]["risk_l2"].as_f64().unwrap() < 1e-20, "{trial}");
    let text = TABLE.replace("y,a,b", "y,\"a;b=1, (c)\",b");
    std::fs::write(folder.path().join("odd.csv"), text).unwrap();
    study(folder.path(), "odd.csv", ", features: [\"a;b=1, (c)\"]");
    let out = folder.path().join("odd");
    expect(tempered().arg("run").arg(&path).arg("--out").arg(&out), 0);
    expect(tempered().arg("verify").arg(&out).args(["--recompute", "100%"]), 0);
    expect(tempered().arg("report").arg(&out), 0);
}
