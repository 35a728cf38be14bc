//! Studies of many cells: what is printed and recorded stays short.

use crate::common::{expect, tempered};
use std::fs;
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

#[test]
fn counts_of_many_cells_come_back_from_damaged_records() {
    let folder = tempfile::tempdir().unwrap();
    let (study, out) = (many_cells(folder.path(), 8), folder.path().join("out"));
    let run = || expect(tempered().arg("run").arg(&study).arg("--out").arg(&out), 0);
    run();
    let status = |flags: &[&str]| text(expect(tempered().arg("status").arg(&out).args(flags), 0).stdout);
    let counted =
        || status(&[]).lines().nth(2).map(|line| line.split_whitespace().map(String::from).collect());
    let all: Option<Vec<String>> = Some(["spline", "160/160", "640", "0"].map(String::from).into());
    assert_eq!(counted(), all, "{}", status(&[]));
    assert_eq!(status(&["--all"]).lines().filter(|line| line.contains("normal(sd=")).count(), 160);
    let record = out.join("_tempered/live-1-of-1.jsonl");
    let whole = fs::read(&record).unwrap();
    // Two sketches of four trials take 250 bytes a cell.
    assert!(whole.len() < 300 * 160, "{} bytes", whole.len());
    assert!(fs::metadata(out.join("_tempered/plan.json")).unwrap().len() < 4000);
    // Nothing is written again where nothing was done.
    run();
    assert_eq!(fs::read(&record).unwrap(), whole);
    for damaged in [&whole[..whole.len() / 2], b"\0\0\0", b"", b"{\"risks\":[\"1\",\"2\"]}\n{}\n"] {
        fs::write(&record, damaged).unwrap();
        status(&[]);
        run();
        assert_eq!(counted(), all, "{:?}", String::from_utf8_lossy(damaged));
    }
    fs::remove_file(&record).unwrap();
    run();
    assert_eq!(counted(), all);
}

#[test]
fn the_terminal_shows_the_series_that_say_most() {
    let folder = tempfile::tempdir().unwrap();
    let (study, out) = (many_cells(folder.path(), 3), folder.path().join("out"));
    let run = |flags: &[&str]| {
        let run = tempered().arg("run").arg(&study).arg("--out").arg(&out).args(flags).output().unwrap();
        text(run.stdout)
    };
    let analyze = |flags: &[&str]| text(expect(tempered().arg("analyze").arg(&out).args(flags), 0).stdout);
    // A series for each of 20 noises and 2 risks.
    let rows = |text: &str| text.lines().filter(|line| line.ends_with("undecided")).count();
    for (few, all) in [(run(&[]), run(&["--all"])), (analyze(&[]), analyze(&["--all"]))] {
        assert_eq!((rows(&few), rows(&all)), (20, 40), "{few}{all}");
        assert!(few.contains("20 of 40 series are shown") && few.contains("--all"), "{few}");
        assert!(!all.contains("series are shown"), "{all}");
        // Risks grow with the noise: the largest medians are among those shown.
        assert!(few.contains("normal(sd=20)") && !few.contains("normal(sd=1)"), "{few}");
    }
    // Files have all of them.
    assert_eq!(fs::read_to_string(out.join("summary/verdicts.csv")).unwrap().lines().count(), 41);
}
