//! `tempered fit` on a user's data.

use crate::common::{expect, tempered};

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
fn broken_data_say_where() {
    let cases: [(&str, &str, i32); 8] = [
        ("x,z\n1,2\n", "error: data.csv:1: no column `y`: expected a header with x and y, found x, z\n", 2),
        ("x,y\n1,2\n3,abc\n", "error: data.csv:3: column `y` is \"abc\", expected a number\n", 2),
        ("x,y\n1,\n", "error: data.csv:2: column `y` is \"\", expected a number\n", 2),
        ("x,y\n1,2\n", "error: data.csv: fewer than two points (points sorted by x)\n", 2),
        ("x,y\n", "error: data.csv: fewer than two points (points sorted by x)\n", 2),
        ("x,y\n1,2\n1,3\n", "error: data.csv: two points share one x (point 1) (points sorted by x)\n", 2),
        (
            "x,y\n1,2\n2,NaN\n",
            "error: data.csv: a value is NaN or infinite (point 1) (points sorted by x)\n",
            2,
        ),
        (
            "x,y\n1,2\n2,inf\n",
            "error: data.csv: a value is NaN or infinite (point 1) (points sorted by x)\n",
            2,
        ),
    ];
    for (data, message, code) in cases {
        let output = fit(data, &[], code);
        assert_eq!(String::from_utf8_lossy(&output.stderr), message, "{data:?}");
    }
}
