//! Programs of the user's: whole trials from a run to tables, what a rehearsal tells, and runs that are killed.

use crate::common::{assert_same_files, expect, tempered};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::{Duration, Instant};
use tempered_store::{RunDirectory, read_metrics};

/// A worker by Python's standard library alone, with a name by which its processes are known.
fn worker(folder: &Path, name: &str) {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/pipeline/tests/worker.py");
    std::fs::copy(source, folder.join(name)).unwrap();
}

/// A study of whole trials: means of normal numbers.
fn whole(folder: &Path, trials: u64, mode: &str) -> PathBuf {
    worker(folder, "whole.py");
    let path = folder.join("whole.yaml");
    let text = format!(
        "version: 1\nname: whole\nseed: 3\ntrials: {trials}\ngenerate:\n  n: [4, 16, 64]\n  parameters: {{sd: [1, 2.5]}}\n\
         trial:\n  mean: {{process: {{command: [python3, whole.py, metrics, {mode}], files: [whole.py], metrics: [estimate, lower, upper, se, above]}}}}\n\
         aggregate:\n  estimands:\n    mean: {{estimate: estimate, truth: 0, interval: [lower, upper], standard_error: se}}\n\
         store: {{shard_trials: 50}}\n"
    );
    std::fs::write(&path, text).unwrap();
    path
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A column of the files of one cell, in the order of trials.
fn column(out: &Path, n: u64, sd: f64, name: &str) -> Vec<f64> {
    let directory = RunDirectory::open(out).unwrap();
    let mut files: Vec<_> = directory.listing().unwrap().files.into_iter().map(|file| file.place).collect();
    files.retain(|place| place.n == n);
    files.sort_by_key(|place| place.index);
    let tables = files.iter().map(|place| read_metrics(&directory.metrics_path(place)).unwrap());
    let place = |names: &[String], name: &str| names.iter().position(|known| known == name).unwrap();
    let mut values = Vec::new();
    for table in tables {
        let se = table.scores[place(&table.names, "se")][0].unwrap();
        if (se - sd / (n as f64).sqrt()).abs() < 1e-12 {
            values.extend(table.scores[place(&table.names, name)].iter().map(|value| value.unwrap()));
        }
    }
    values
}

#[test]
fn whole_trials_have_tables_and_what_estimates_are_worth() {
    let folder = tempfile::tempdir().unwrap();
    let (study, out) = (whole(folder.path(), 200, "good"), folder.path().join("out"));
    let told = text(&expect(tempered().arg("run").arg(&study).arg("--out").arg(&out).arg("--report"), 0));
    for part in [
        "mean: estimates, value ± Monte Carlo standard error · 200 trials",
        "bias",
        "coverage",
        "above along n, mean",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let output = expect(tempered().args(["analyze", "--format", "json"]).arg(&out), 0);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["performance"].as_array().unwrap().len(), 6);
    let of = |entry: &Value, n: u64, sd: f64| entry["n"] == n && entry["coordinates"]["sd"] == sd;
    let found = json["performance"].as_array().unwrap().iter().find(|one| of(one, 16, 2.5)).unwrap();
    let estimates = column(&out, 16, 2.5, "estimate");
    let count = estimates.len() as f64;
    assert_eq!(count, 200.0);
    let mean = estimates.iter().sum::<f64>() / count;
    let squares: f64 = estimates.iter().map(|x| (x - mean).powi(2)).sum();
    let close = |value: &Value, expected: f64| {
        assert!((value.as_f64().unwrap() - expected).abs() < 1e-12, "{value} {expected}");
    };
    close(&found["bias"]["value"], mean);
    close(&found["bias"]["error"], (squares / (count * (count - 1.0))).sqrt());
    close(&found["empirical_se"]["value"], (squares / (count - 1.0)).sqrt());
    close(&found["mse"]["value"], estimates.iter().map(|x| x * x).sum::<f64>() / count);
    close(&found["model_se"]["value"], 2.5 / 4.0);
    let reach = 1.959963984540054 * 2.5 / 4.0;
    let covered = estimates.iter().filter(|x| x.abs() <= reach).count() as f64 / count;
    close(&found["coverage"]["value"], covered);
    close(&found["coverage"]["error"], (covered * (1.0 - covered) / count).sqrt());
    // The share of means above 0 has Wilson's interval.
    let curves = json["curves"].as_array().unwrap();
    let above =
        curves.iter().find(|one| one["quantity"] == "above" && one["coordinates"]["sd"] == 1.0).unwrap();
    let point = &above["points"][0];
    // The upper ends of intervals are 1.96 sd/√n in the mean: their law is the power −½.
    let upper =
        curves.iter().find(|one| one["quantity"] == "upper" && one["coordinates"]["sd"] == 1.0).unwrap();
    let slope = upper["growth"]["late_slope"]["value"].as_f64().unwrap();
    assert!((slope + 0.5).abs() < 0.1, "{upper}");
    assert_eq!((&above["statistic"], &point["is_share"]), (&"mean".into(), &true.into()));
    let p = column(&out, 4, 1.0, "above").iter().sum::<f64>() / count;
    close(&point["value"], p);
    // Between the ends of Wilson's interval |p − q| = z √(q(1 − q)/N).
    for end in ["low", "high"] {
        let q = point[end].as_f64().unwrap();
        let z = (p - q).abs() / (q * (1.0 - q) / count).sqrt();
        assert!((z - 1.959_963_985).abs() < 1e-6, "{end}: {z}");
    }
    let header = std::fs::read_to_string(out.join("summary/performance.csv")).unwrap();
    assert!(
        header.starts_with("estimand,estimator,design,target,noise,n,trials,failed,truth,bias,bias_mcse,"),
        "{header}"
    );
    assert!(header.lines().next().unwrap().ends_with(",coverage_low,coverage_high,sd"), "{header}");
    expect(tempered().args(["verify", "--recompute", "5%"]).arg(&out), 0);
    let replayed = text(&expect(
        tempered().arg("replay").arg(&out).args([
            "--estimator",
            "mean",
            "--n",
            "16",
            "--trial",
            "7",
            "--where",
            "sd=2.5",
        ]),
        0,
    ));
    assert!(
        replayed.contains("metrics equal to the stored row") && replayed.contains("estimate"),
        "{replayed}"
    );
    let page = std::fs::read_to_string(out.join("report/index.html")).unwrap();
    assert!(page.contains("estimate along n"), "the page has the metrics");
    expect(tempered().args(["analyze", "--along", "sd"]).arg(&out), 0);
    expect(tempered().arg("status").arg(&out), 0);
    expect(tempered().arg("plan").arg(&study), 0);
    // More trials go on where these end.
    expect(
        tempered().arg("run").arg(&study).arg("--out").arg(&out).args(["--set", "trials=250", "--yes"]),
        0,
    );
    assert_eq!(column(&out, 16, 2.5, "estimate")[..200], estimates);
}

#[test]
fn failed_trials_are_counted_and_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let (study, out) = (whole(folder.path(), 60, "nan"), folder.path().join("out"));
    let run = |more: &[&str], code| {
        text(&expect(tempered().arg("run").arg(&study).arg("--out").arg(&out).args(more), code))
    };
    let told = run(&[], 3);
    assert!(told.contains("not_finite") && told.contains("max_failed"), "{told}");
    run(&["--set", "aggregate.max_failed=0.5"], 0);
}

#[test]
fn a_rehearsal_tells_what_a_program_makes_of_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let study = whole(folder.path(), 60, "good");
    let told = text(&expect(tempered().arg("check-worker").arg(&study), 0));
    assert!(told.contains("mean: three trials ok, ok, ok"), "{told}");
    // This worker does not look for what it lacks, and ends.
    assert!(
        told.contains("without parameters and coordinates: it answered nothing")
            && told.contains("KeyError: 'n'"),
        "{told}"
    );
    assert!(told.contains("a program that ends costs its batch"), "{told}");
}

/// Processes that have this in their command.
fn processes(mark: &str) -> Vec<String> {
    let is_number = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    let all =
        std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.file_name().into_string().unwrap());
    let command = |process: &String| std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    let has = |process: &String| String::from_utf8_lossy(&command(process)).contains(mark);
    all.filter(|name| is_number(name)).filter(has).collect()
}

/// Kills runs whose trials and estimators are programs, at random moments: what goes on ends with the bytes of one that nobody killed, and
/// no worker survives.
fn kill(count: u64) {
    let folder = tempfile::tempdir().unwrap();
    // A name that no other process has in its command.
    let mark = format!("killed-{}.py", std::process::id());
    worker(folder.path(), &mark);
    let whole = format!(
        "version: 1\nname: k\nseed: 5\ntrials: 3000\ngenerate: {{n: [50, 100]}}\n\
         trial: {{mean: {{process: {{command: [python3, {mark}, metrics], files: [{mark}], metrics: [estimate, lower, upper, se, above]}}}}}}\nstore: {{shard_trials: 200}}\n"
    );
    let fits = format!(
        "version: 1\nname: k\nseed: 5\ntrials: 3000\ngenerate: {{n: [5, 10], noise: {{normal: {{sd: 1}}}}}}\n\
         train: {{mean: {{process: {{command: [python3, {mark}, values], files: [{mark}], metrics: [bottom, draw]}}}}}}\nstore: {{shard_trials: 200}}\n"
    );
    for (name, text) in [("whole", whole), ("fits", fits)] {
        let study = folder.path().join(format!("{name}.yaml"));
        std::fs::write(&study, text).unwrap();
        let run = |out: &Path| {
            let mut command = tempered();
            command.arg("run").arg(&study).arg("--out").arg(out);
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
            command
        };
        let (unharmed, killed) =
            (folder.path().join(format!("{name}-a")), folder.path().join(format!("{name}-b")));
        let start = Instant::now();
        expect(&mut run(&unharmed), 0);
        let (mut longest, mut kills, mut draw) = (start.elapsed() / 2, 0, 1u64);
        while kills < count {
            let mut child = run(&killed).spawn().unwrap();
            draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let share = (draw >> 11) as f64 / (1u64 << 53) as f64;
            std::thread::sleep(longest.mul_f64(share) + Duration::from_millis(20));
            child.kill().unwrap();
            if child.wait().unwrap().success() {
                std::fs::remove_dir_all(&killed).unwrap();
                continue;
            }
            kills += 1;
            longest = longest.mul_f64(1.05);
            let begun = Instant::now();
            while !processes(&mark).is_empty() {
                assert!(
                    begun.elapsed() < Duration::from_secs(5),
                    "{name}: workers survive: {:?}",
                    processes(&mark)
                );
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        expect(&mut run(&killed), 0);
        if name == "fits" {
            assert_same_files(&unharmed, &killed);
        } else {
            let files = |out: &Path| crate::common::files_below(out, "metrics");
            assert!(files(&unharmed) == files(&killed));
        }
        expect(tempered().arg("verify").arg(&killed), 0);
        assert_eq!(processes(&mark), Vec::<String>::new());
    }
}

#[test]
fn kills_leave_neither_traces_nor_workers() {
    kill(4);
}

#[test]
#[ignore = "slow: 60 kills"]
fn many_kills_leave_neither_traces_nor_workers() {
    kill(30);
}
