//! `tempered fit` on a user's data.

use crate::common::{expect, tempered};
use arrow_array::{
    ArrayRef, Float32Array, Float64Array, Int32Array, RecordBatch, StringArray, TimestampNanosecondArray,
};
use parquet::arrow::ArrowWriter;
use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
use parquet::file::properties::WriterProperties;
use std::io::Write;
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
        (
            "x,z\n1,2\n",
            "data.csv:1: no column `y`: expected a header with x and y, found x, z (separated by commas)",
        ),
        ("", "data.csv: nothing is in it, expected a header with x and y"),
        (
            "x,y,x\n1,2,3\n",
            "data.csv:1: 2 columns `x`: expected each once, found x, y, x (separated by commas)",
        ),
        ("x,y\n1,2\n3,abc\n", "data.csv:3: column `y` is \"abc\", expected a number"),
        ("x,y\n1,\n", "data.csv:2: column `y` is \"\", expected a number"),
        ("x,y\n1,2\n", "data.csv: fewer than two distinct x"),
        ("x,y\n", "data.csv: fewer than two distinct x"),
        (
            "x,y\n5,2\n1,2\n5,3\n",
            "data.csv:4: x = 5 stands in line 2 already, expected each x once (--ties mean takes the mean of their y)",
        ),
        (
            "x,y\n0,1\n-0,1\n",
            "data.csv:3: x = -0 stands in line 2 already, expected each x once (--ties mean takes the mean of their y)",
        ),
        ("x;y\n1,5;2\n", "data.csv:2: column `x` is \"1,5\", expected a decimal point as in 1.5"),
        (
            "x\tz\n1\t2\n",
            "data.csv:1: no column `y`: expected a header with x and y, found x, z (separated by tabs)",
        ),
        (
            "x|y\n1|2\n",
            "data.csv:1: no column `x`: expected a header with x and y, found x|y (separated by commas)",
        ),
        (
            "x,y\n9007199254740993,1\n5,0\n9007199254740992,2\n",
            "data.csv:4: x = 9007199254740992 and 9007199254740993 in line 2 are one double-precision number; subtract an offset from x first",
        ),
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

/// What `fit` prints of data from standard input.
fn piped(data: &[u8], flags: &[&str]) -> String {
    let mut child = tempered()
        .args(["fit", "-"])
        .args(flags)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(data).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{flags:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Separators, columns of any name and case, bytes in other columns that are no UTF-8, a byte order mark, ties.
#[test]
fn csv_as_it_comes_is_read() {
    let plain = piped(b"x,y\n1,2\n2,3\n4,1\n", &["--format", "csv"]);
    for (data, flags) in [
        (&b"X;Y\n1;2\n2;3\n4;1\n"[..], &[][..]),
        (b"\xef\xbb\xbfx\ty\r\n1\t2\r\n2\t3\r\n4\t1\r\n", &[]),
        (b"name,Time,Wert\n\xff\xfe,1,2\n\xe4,2,3\n,4,1\n", &["--x", "time", "--y", "WERT"]),
        (b"x|y\n1|2\n2|3\n4|1\n", &["--separator", "|"]),
        (b"x,y\n1,5\n4,1\n1,-1\n2,3\n", &["--ties", "mean"]),
    ] {
        let flags: Vec<&str> = flags.iter().copied().chain(["--format", "csv"]).collect();
        assert_eq!(piped(data, &flags), plain, "{flags:?}");
    }
}

/// Smoothers take points that share an x as they are: the least-squares line and a ridge of closed form.
#[test]
fn smoothers_take_ties() {
    let data = b"x,y\n0,0\n0,2\n0,1\n2,4\n";
    let line = piped(data, &["--estimator", "{polynomial: {degree: 1}}", "--format", "json"]);
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["n"], 4);
    // The line through the mean at 0 and the point at 2: 1 + 1.5 x, on [0, 2] 2.5 P_0 + 1.5 P_1.
    for (k, want) in [2.5, 1.5].into_iter().enumerate() {
        assert!((line["predictor"]["coefficient"][k].as_f64().unwrap() - want).abs() < 1e-14, "{line}");
    }
    // Far from 2, at 0 with three points: f = (Σ y)/(3 + ridge).
    let flags = ["--estimator", "{gaussian_kernel: {bandwidth: 0.01, ridge: 1}}", "--format", "json"];
    let bells: serde_json::Value = serde_json::from_str(&piped(data, &flags)).unwrap();
    assert!((bells["train_error"].as_f64().unwrap() - 2.0).abs() < 1e-12, "{bells}");
}

/// Every smoother, with points at both ends and in between that share an x.
#[test]
fn every_smoother_takes_ties() {
    let rows = [(1.0, 5.0), (0.0, 0.0), (0.5, 2.0), (0.0, 2.0), (0.25, -1.0), (1.0, 3.0), (0.0, 1.0)];
    let rows = rows.into_iter().chain([(0.5, 2.5), (0.7, 1.0), (0.1, 0.5), (0.9, -2.0), (1.0, 4.0)]);
    let rows: Vec<(f64, f64)> = rows.collect();
    let data: String =
        std::iter::once("x,y\n".to_string()).chain(rows.iter().map(|(x, y)| format!("{x},{y}\n"))).collect();
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("at.csv");
    std::fs::write(&at, &data).unwrap();
    let mut smoothers: Vec<String> = [
        "{polynomial: {degree: 2}}",
        "{nearest: {k: 3}}",
        "{gaussian_kernel: {bandwidth: 0.2, ridge: 0.1}}",
        "{laplace_kernel: {bandwidth: 0.2, ridge: 0.1}}",
        "{matern: {nu: 3/2, bandwidth: 0.2, ridge: 0.1}}",
        "{matern: {nu: 5/2, bandwidth: 0.2, ridge: 0.1}}",
        "{weight_decay_path: {lambda: 0.1}}",
        "{weight_decay_path: {lambda: 0.1, ends: clamp}}",
        "{relu_network: {width: 8, steps: 40}}",
        "{deep_relu_network: {layers: [5, 4], steps: 40}}",
    ]
    .map(String::from)
    .to_vec();
    for activation in ["leaky_relu", "relu_squared", "smelu", "softplus", "gelu", "silu", "golu", "tanh"] {
        smoothers.push(format!("{{two_layer_network: {{activation: {activation}, width: 8, steps: 40}}}}"));
    }
    for smoother in &smoothers {
        let fitted = json(&data, &["--estimator", smoother]);
        assert_eq!(fitted["n"], rows.len(), "{smoother}");
        let values = json(&data, &["--estimator", smoother, "--at", at.to_str().unwrap()]);
        let listed = values["at"].as_array().unwrap();
        assert_eq!(listed.len(), rows.len(), "{smoother}");
        // The training error is the largest miss of all points, of those that share an x as well.
        let misses = listed.iter().zip(&rows).map(|(value, (x, y))| {
            assert_eq!(value["x"], *x, "{smoother}");
            (value["y_hat"].as_f64().unwrap() - y).abs()
        });
        let (worst, told) = (misses.fold(0.0, f64::max), fitted["train_error"].as_f64().unwrap());
        assert!((worst - told).abs() <= 1e-12 * (1.0 + worst), "{smoother}: {told}, not {worst}");
        assert!(worst >= 1.0, "{smoother} meets labels that are 2 apart at one x");
    }
    for interpolant in ["min_norm", "{laplace_kernel: {bandwidth: 0.2}}", "{nearest: {k: 1}}"] {
        let text = String::from_utf8(fit(&data, &["--estimator", interpolant], 2).stderr).unwrap();
        assert!(text.contains(" stands in line ") && text.contains("--ties mean"), "{text}");
        assert_eq!(json(&data, &["--estimator", interpolant, "--ties", "mean"])["n"], 7, "{interpolant}");
    }
    let one = String::from_utf8(fit("x,y\n2,1\n2,3\n", &["--estimator", &smoothers[0]], 2).stderr).unwrap();
    assert_eq!(one, "error: data.csv: fewer than two distinct x\n");
}

/// Values at new points, in their order, beyond the data as well.
#[test]
fn values_at_new_points() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("at.csv");
    std::fs::write(&at, "T;other\n9;\n1.5;a\n0;\n").unwrap();
    let flags = ["--x", "t", "--estimator", "linear_spline", "--at", at.to_str().unwrap()];
    let data = b"t,y\n1,2\n2,3\n4,1\n";
    assert_eq!(piped(data, &flags), "x,y_hat\n9,-4\n1.5,2.5\n0,1\n");
    let flags: Vec<&str> = flags.into_iter().chain(["--format", "json"]).collect();
    let values: serde_json::Value = serde_json::from_str(&piped(data, &flags)).unwrap();
    assert_eq!(values["at"][1], serde_json::json!({"x": 1.5, "y_hat": 2.5}));
}

/// Timestamps of milliseconds: what is exported meets the labels.
#[test]
fn timestamps_keep_their_digits() {
    let rows: Vec<(f64, f64)> =
        (0..50).map(|k| (1.7e9 + f64::from(k) * 1e-3, f64::from(k * k % 7))).collect();
    let data: String = "x,y\n"
        .chars()
        .chain(rows.iter().flat_map(|(x, y)| format!("{x},{y}\n").into_bytes()).map(char::from))
        .collect();
    for estimator in ["min_norm", "linear_spline", "cubic_spline"] {
        let fitted = json(&data, &["--estimator", estimator]);
        let list = |name: &str| -> Vec<f64> {
            fitted["predictor"][name].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
        };
        let (at, coefficient) = (list("at"), list("coefficient"));
        for (x, y) in &rows {
            let first = at.iter().position(|at| at == x).unwrap();
            assert_eq!(coefficient[first], *y, "{estimator} {x}");
        }
    }
}

/// Writes a Parquet file with these columns.
fn parquet(path: &Path, columns: Vec<(&str, ArrayRef)>) {
    compressed(path, columns, Compression::UNCOMPRESSED);
}

fn compressed(path: &Path, columns: Vec<(&str, ArrayRef)>, codec: Compression) {
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true))).unwrap();
    let file = std::fs::File::create(path).unwrap();
    let properties = WriterProperties::builder().set_compression(codec).build();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
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

    // Upper case, another name, and every codec there is.
    for codec in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
        Compression::ZSTD(ZstdLevel::default()),
    ] {
        let columns = vec![("Y", reals(&[1.0, 3.0, 2.0])), ("X", whole.clone())];
        compressed(&folder.path().join("data.bin"), columns, codec);
        let output = expect(tempered().current_dir(folder.path()).args(["fit", "data.bin"]), 0);
        assert!(String::from_utf8(output.stdout).unwrap().contains("points       3"), "{codec}");
    }
    // Timestamps are numbers; of nanoseconds two may be one double.
    let times = |values: &[i64]| -> ArrayRef { Arc::new(TimestampNanosecondArray::from(values.to_vec())) };
    parquet(
        &path,
        vec![
            ("x", times(&[1_700_000_000_000_000_000, 1_700_000_000_001_000_000])),
            ("y", reals(&[0.0, 1.0])),
        ],
    );
    run(0);
    parquet(
        &path,
        vec![
            ("x", times(&[1_700_000_000_000_000_000, 5, 1_700_000_000_000_000_001])),
            ("y", reals(&[0.0; 3])),
        ],
    );
    assert_eq!(
        message(),
        "error: data.parquet: row 3: x = 1700000000000000001 and 1700000000000000000 in row 1 are one double-precision number; subtract an offset from x first\n"
    );

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
        "error: data.parquet: row 3: x = 1 stands in row 1 already, expected each x once (--ties mean takes the mean of their y)\n"
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
