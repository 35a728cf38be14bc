//! `tempered fit` on a user's data.

use crate::common::{expect, tempered};
use arrow::array::{ArrayRef, Float32Array, Float64Array, Int32Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use std::path::Path;
use std::sync::Arc;

const SIX: &str = "x,y\n0,0\n0.548796,-0.548796\n0.769537,-0.622707\n1.409267,-0.451585\n1.957525,0.138959\n2.493819,1.065115\n";

fn fit(data: &str, flags: &[&str], code: i32) -> std::process::Output {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.csv");
    std::fs::write(&path, data).unwrap();
    expect(tempered().current_dir(folder.path()).arg("fit").arg("data.csv").args(flags), code)
}

fn json(data: &str, flags: &[&str]) -> serde_json::Value {
    let flags: Vec<&str> = flags.iter().copied().chain(["--format", "json"]).collect();
    serde_json::from_slice(&fit(data, &flags, 0).stdout).unwrap()
}

/// The published example where the least norm is not the sparsest (Boursier & Flammarion 2023).
#[test]
fn six_published_points() {
    let least = json(SIX, &[]);
    assert!((least["norm"].as_f64().unwrap() - 4.32378).abs() < 5e-6, "{least}");
    assert_eq!(least["train_error"], 0.0);
    let sparsest = json(SIX, &["--estimator", "{min_norm: {penalise_bias: false}}"]);
    assert!((sparsest["norm"].as_f64().unwrap() - 4.33435).abs() < 5e-6, "{sparsest}");
    assert_eq!(sparsest["kinks"].as_array().unwrap().len(), 2);
    assert!(least["kinks"].as_array().unwrap().len() > 2);
}

#[test]
fn order_of_rows_does_not_matter() {
    let mut lines: Vec<&str> = SIX.lines().collect();
    lines[1..].reverse();
    assert_eq!(json(SIX, &[]), json(&lines.join("\n"), &[]));
}

#[test]
fn an_empty_estimator_is_told_what_there_is() {
    let output = fit(SIX, &["--estimator", ""], 2);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.starts_with("error: estimator is empty, but it must be one of `linear_spline`"), "{text}");
}

#[test]
fn broken_csv_says_where() {
    let cases = [
        ("x,z\n1,2\n", "data.csv:1: no column `y`: expected a header with x and y, found x, z"),
        ("", "data.csv:1: no column `x`: expected a header with x and y, found "),
        ("x,y,x\n1,2,3\n", "data.csv:1: two columns `x`: expected each once, found x, y, x"),
        ("x,y\n1,2\n3,abc\n", "data.csv:3: column `y` is \"abc\", expected a number"),
        ("x,y\n1,\n", "data.csv:2: column `y` is \"\", expected a number"),
        ("x,y\n1,2\n", "data.csv: fewer than two points"),
        ("x,y\n", "data.csv: fewer than two points"),
        ("x,y\n5,2\n1,2\n5,3\n", "data.csv:4: x = 5 stands in line 2 already, expected each x once"),
        ("x,y\n0,1\n-0,1\n", "data.csv:3: x = -0 stands in line 2 already, expected each x once"),
        ("x,y\n1,2\n2,NaN\n", "data.csv:3: column `y` is NaN, expected a finite number"),
        ("x,y\n1,2\n-inf,1\n", "data.csv:3: column `x` is -inf, expected a finite number"),
        (
            "x,y\n1,1e300\n1.0000000000000002,-1e300\n2,0\n",
            "data.csv: the predictor or a score is not a finite number",
        ),
        ("x,y\n-1e308,-1e308\n1e308,1e308\n", "data.csv: the predictor or a score is not a finite number"),
        ("x,y\n1,2\n1,2,3\n", "data.csv:3: 3 fields, expected 2 as in the header"),
        ("x,y\n1,2\n3\n", "data.csv:3: 1 fields, expected 2 as in the header"),
    ];
    for (data, message) in cases {
        let output = fit(data, &[], 2);
        assert_eq!(String::from_utf8_lossy(&output.stderr), format!("error: {message}\n"), "{data:?}");
    }
}

/// Writes a Parquet file with these columns.
fn parquet(path: &Path, columns: Vec<(&str, ArrayRef)>) {
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true))).unwrap();
    let file = std::fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

#[test]
fn parquet_is_read_and_broken_parquet_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.parquet");
    let run = |code| expect(tempered().current_dir(folder.path()).args(["fit", "data.parquet"]), code);
    let message = || String::from_utf8(run(2).stderr).unwrap();
    let reals = |values: &[f64]| -> ArrayRef { Arc::new(Float64Array::from(values.to_vec())) };
    // Whole numbers and single precision are numbers too.
    let whole: ArrayRef = Arc::new(Int32Array::from(vec![3, 1, 2]));
    let single: ArrayRef = Arc::new(Float32Array::from(vec![0.5, 0.0, 1.0]));
    parquet(&path, vec![("y", single), ("x", whole.clone())]);
    assert!(String::from_utf8(run(0).stdout).unwrap().contains("points       3"));

    let nulls: ArrayRef = Arc::new(Float64Array::from(vec![Some(1.0), None, Some(2.0)]));
    parquet(&path, vec![("x", whole.clone()), ("y", nulls)]);
    assert_eq!(message(), "error: data.parquet: row 2 of column `y` is empty, expected a number\n");
    parquet(&path, vec![("x", whole.clone()), ("z", whole.clone())]);
    assert_eq!(message(), "error: data.parquet: no column `y`: expected columns x and y, found x, z\n");
    let text: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c"]));
    parquet(&path, vec![("x", whole), ("y", text)]);
    assert_eq!(message(), "error: data.parquet: column `y` is of type Utf8, expected numbers\n");
    parquet(&path, vec![("x", reals(&[1.0, 2.0, 1.0])), ("y", reals(&[0.0; 3]))]);
    assert_eq!(
        message(),
        "error: data.parquet: row 3: x = 1 stands in row 1 already, expected each x once\n"
    );
    parquet(&path, vec![("x", reals(&[1.0, f64::NAN])), ("y", reals(&[0.0; 2]))]);
    assert_eq!(message(), "error: data.parquet: row 2: column `x` is NaN, expected a finite number\n");

    parquet(&path, vec![("x", reals(&[1.0, 2.0])), ("y", reals(&[0.0; 2]))]);
    let bytes = std::fs::read(&path).unwrap();
    for length in [0, 5, bytes.len() / 2] {
        std::fs::write(&path, &bytes[..length]).unwrap();
        let text = message();
        assert!(text.starts_with("error: data.parquet: ") && text.lines().count() == 1, "{text}");
    }
}
