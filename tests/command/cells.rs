//! Studies of many cells: what is printed and recorded stays short.

use crate::common::{expect, tempered};
use std::path::{Path, PathBuf};

/// Writes a study of sizes × 20 cells of 4 short trials.
fn many_cells(folder: &Path, sizes: usize) -> PathBuf {
    let path = folder.join("cells.yaml");
    let list = |count: usize, from: usize| {
        (from..from + count).map(|k| k.to_string()).collect::<Vec<_>>().join(", ")
    };
    let noises: Vec<String> = (1..=20).map(|k| format!("{{normal: {{sd: {k}}}}}")).collect();
    let study = format!(
        "version: 1\nname: cells\nseed: 3\ntrials: 4\ngenerate:\n  n: [{}]\n  noise: [{}]\ntrain:\n  spline: linear_spline\n\
         store:\n  weights: none\n",
        list(sizes, 3),
        noises.join(", ")
    );
    std::fs::write(&path, study).unwrap();
    path
}

fn text(output: Vec<u8>) -> String {
    String::from_utf8(output).unwrap()
}

#[test]
fn plans_of_many_cells_are_axes_and_a_few_cells() {
    let folder = tempfile::tempdir().unwrap();
    let study = many_cells(folder.path(), 500);
    let human = text(expect(tempered().arg("plan").arg(&study), 0).stdout);
    assert!(human.lines().count() < 25, "{human}");
    for said in ["3, 4, 5, 6, 7, …, 502 (500 values)", "normal(sd=20) (20 values)", "9990 cells more"] {
        assert!(human.contains(said), "{said}: {human}");
    }
    let json = expect(tempered().arg("plan").arg(&study).args(["--format", "json"]), 0).stdout;
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!((json["cells"].as_array().unwrap().len(), &json["shards"]), (10_000, &10_000.into()));
    assert_eq!(json["cells"][9_999]["n"], 502);
    assert!(json["core_seconds"].as_f64().unwrap() > 0.0);
    // A few cells are listed one by one.
    let few = text(expect(tempered().arg("plan").arg(many_cells(folder.path(), 3)), 0).stdout);
    assert_eq!(few.lines().filter(|line| line.contains("uniform, zero, normal(sd=")).count(), 60);
}
