//! Runs of the real binary: the same bytes whatever the threads, shares and interruptions.

use crate::common::{assert_same_files, data_files, expect, small_study, tempered};
use std::fs;
use std::path::Path;

fn run(study: &Path, out: &Path, flags: &[&str], code: i32) {
    expect(tempered().arg("run").arg(study).arg("--out").arg(out).args(flags), code);
}

#[test]
fn bytes_do_not_depend_on_threads_or_shares() {
    let folder = tempfile::tempdir().unwrap();
    let study = small_study(folder.path());
    let one = folder.path().join("one");
    run(&study, &one, &["--threads", "1"], 0);
    assert!(data_files(&one).len() > 16);
    for threads in ["2", "8"] {
        let other = folder.path().join(threads);
        run(&study, &other, &["--threads", threads], 0);
        assert_same_files(&one, &other);
    }
    let shared = folder.path().join("shared");
    // A share that is done is a success; whoever wants the whole study says so.
    run(&study, &shared, &["--shard", "1/2"], 0);
    run(&study, &shared, &["--shard", "1/2", "--strict"], 5);
    run(&study, &shared, &["--shard", "2/2"], 0);
    assert_same_files(&one, &shared);
}

#[test]
fn damaged_and_missing_files_are_redone() {
    let folder = tempfile::tempdir().unwrap();
    let study = small_study(folder.path());
    let (whole, hurt) = (folder.path().join("whole"), folder.path().join("hurt"));
    run(&study, &whole, &[], 0);
    run(&study, &hurt, &[], 0);
    let files = data_files(&hurt);
    std::fs::remove_file(hurt.join(&files[0].0)).unwrap();
    std::fs::write(hurt.join(&files[1].0), b"").unwrap();
    std::fs::write(hurt.join(&files[2].0), &files[2].1[..files[2].1.len() / 2]).unwrap();
    run(&study, &hurt, &[], 0);
    assert_same_files(&whole, &hurt);
    assert_eq!(std::fs::read_dir(hurt.join("_quarantine")).unwrap().count(), 2);
}

#[test]
fn more_trials_levels_and_estimators_reuse_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let study = small_study(folder.path());
    let (grown, fresh) = (folder.path().join("grown"), folder.path().join("fresh"));
    let larger = [
        "--set",
        "trials=110",
        "--set",
        "generate.n=[20, 300, 50]",
        "--set",
        "train.flat={min_norm: {penalise_bias: false}}",
    ];
    run(&study, &grown, &[], 0);
    let before = data_files(&grown);
    run(&study, &grown, &larger, 0);
    run(&study, &fresh, &larger, 0);
    assert_same_files(&grown, &fresh);
    let after = data_files(&grown);
    let kept = before.iter().filter(|file| after.contains(file)).count();
    assert!(kept * 2 > before.len(), "{kept} of {} files kept", before.len());
}

#[test]
fn a_study_that_would_alter_numbers_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let study = small_study(folder.path());
    let out = folder.path().join("out");
    run(&study, &out, &["--set", "trials=3"], 0);
    let refused =
        expect(tempered().arg("run").arg(&study).arg("--out").arg(&out).args(["--set", "seed=4"]), 2);
    let text = String::from_utf8_lossy(&refused.stderr);
    assert!(text.contains("spline: seed was 3, is 4"), "{text}");
    expect(tempered().arg("run").arg(&study).arg("--out").arg(&out).args(["--set", "seed=4", "--fresh"]), 2);
    run(&study, &out, &["--set", "seed=4", "--set", "trials=3", "--fresh", "--yes"], 0);
}

fn json(command: &mut std::process::Command) -> serde_json::Value {
    serde_json::from_slice(&expect(command.args(["--format", "json"]), 0).stdout).unwrap()
}

#[test]
fn fewer_trials_lose_nothing_and_more_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let study = small_study(folder.path());
    let out = folder.path().join("out");
    run(&study, &out, &["--set", "trials=30"], 0);
    run(&study, &out, &[], 0);
    let trials = || {
        let status = json(tempered().arg("status").arg(&out));
        status["cells"].as_array().unwrap().iter().map(|cell| cell["trials"].clone()).collect::<Vec<_>>()
    };
    assert!(trials().iter().all(|trials| *trials == 60), "{:?}", trials());
    let before = data_files(&out);
    run(&study, &out, &["--set", "trials=10"], 0);
    assert!(data_files(&out) == before, "files changed");
    assert!(!out.join("_quarantine").exists());
    // A trial that the study no longer asks for is still there.
    let replay = ["--estimator", "spline", "--n", "300", "--trial", "50"];
    let replayed = json(tempered().arg("replay").arg(&out).args(replay));
    assert_eq!(replayed[0]["metrics_equal"], true);
}

#[test]
fn a_lost_record_is_made_again_and_fresh_spares_what_no_run_made() {
    let folder = tempfile::tempdir().unwrap();
    let study = small_study(folder.path());
    let out = folder.path().join("out");
    run(&study, &out, &["--set", "trials=3"], 0);
    std::fs::write(out.join("thesis.tex"), "mine").unwrap();
    let record = out.join("_tempered/plan.json");
    let whole = std::fs::read(&record).unwrap();
    let again = |why: &str| {
        let run = |edits: &[&str], code| {
            let mut run = tempered();
            let output = expect(run.arg("run").arg(&study).arg("--out").arg(&out).args(edits), code);
            String::from_utf8(output.stderr).unwrap()
        };
        let refused = run(&["--set", "seed=9"], 2);
        assert!(refused.contains(why) && refused.contains("seed was 3, is 9"), "{refused}");
        let said = run(&["--set", "trials=3"], 0);
        assert!(said.contains(&format!("plan.json {why}")) && said.contains("footers"), "{said}");
        assert!(std::fs::read(&record).unwrap() == whole);
    };
    std::fs::write(&record, "{").unwrap();
    again("is damaged");
    std::fs::remove_file(&record).unwrap();
    again("is missing beside finished files");
    run(&study, &out, &["--set", "trials=3", "--fresh", "--yes"], 0);
    assert_eq!(std::fs::read_to_string(out.join("thesis.tex")).unwrap(), "mine");
}

#[test]
fn status_replay_and_analysis_of_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let study = small_study(folder.path());
    let out = folder.path().join("out");
    run(&study, &out, &[], 0);
    let status = expect(tempered().arg("status").arg(&out).args(["--format", "json"]), 0);
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(status["shards_done"], status["shards"]);
    assert!(
        status["cells"].as_array().unwrap().iter().all(|cell| cell["trials"] == 60 && cell["failed"] == 0)
    );
    let replay = |estimator: &str, code| {
        expect(
            tempered().arg("replay").arg(&out).args([
                "--n",
                "300",
                "--trial",
                "17",
                "--format",
                "json",
                "--estimator",
                estimator,
            ]),
            code,
        )
    };
    for estimator in ["spline", "min_norm"] {
        let trials: serde_json::Value = serde_json::from_slice(&replay(estimator, 0).stdout).unwrap();
        for trial in trials.as_array().unwrap() {
            assert_eq!((&trial["metrics_equal"], &trial["weights_equal"]), (&true.into(), &true.into()));
        }
    }
    replay("nobody", 2);
    let series = expect(tempered().arg("analyze").arg(&out).args(["--format", "json"]), 0);
    let series: serde_json::Value = serde_json::from_slice(&series.stdout).unwrap();
    assert_eq!(series.as_array().unwrap().len(), 2 * 2 * 4);
    for name in ["levels", "verdicts", "pairs"]
        .iter()
        .flat_map(|name| [format!("{name}.csv"), format!("{name}.parquet")])
    {
        assert!(out.join("summary").join(name).is_file());
    }
}

/// Where nothing is to be done the tables are told again from their record; whatever decides them has them made anew.
#[test]
fn a_complete_study_is_told_again_without_an_analysis() {
    let folder = tempfile::tempdir().unwrap();
    let (study, out) = (small_study(folder.path()), folder.path().join("out"));
    let told = |flags: &[&str]| {
        let command = &mut tempered();
        expect(command.arg("run").arg(&study).arg("--out").arg(&out).args(flags), 0).stdout
    };
    let first = told(&[]);
    let levels = out.join("summary/levels.csv");
    // A table that nobody writes again shows that nothing was analysed.
    let whole = fs::read(&levels).unwrap();
    fs::write(&levels, "mine").unwrap();
    assert_eq!(told(&[]), first);
    assert_eq!(fs::read(&levels).unwrap(), b"mine");
    // Other flags, a file of the summary that is gone, a record that cannot be read.
    assert_ne!(told(&["--explain"]), first);
    assert_eq!(fs::read(&levels).unwrap(), whole);
    assert_eq!(told(&[]), first);
    fs::remove_file(&levels).unwrap();
    assert_eq!(told(&[]), first);
    assert_eq!(fs::read(&levels).unwrap(), whole);
    fs::write(out.join("_tempered/told.json"), "{").unwrap();
    fs::write(&levels, "mine").unwrap();
    assert_eq!(told(&[]), first);
    assert_eq!(fs::read(&levels).unwrap(), whole);
    // Another reading of the same files.
    expect(tempered().arg("analyze").arg(&out).args(["--along", "n", "--quantity", "kinks"]), 0);
    assert_eq!(told(&[]), first);
    assert_eq!(fs::read(&levels).unwrap(), whole);
    // More to tell.
    let more = told(&["--set", "trials=70"]);
    assert_ne!(more, first);
    assert_ne!(fs::read(&levels).unwrap(), whole);
}

#[test]
fn a_time_limit_stops_and_resumes() {
    let folder = tempfile::tempdir().unwrap();
    let study = small_study(folder.path());
    let (whole, late) = (folder.path().join("whole"), folder.path().join("late"));
    run(&study, &late, &["--max-time", "0s"], 75);
    assert!(data_files(&late).is_empty());
    run(&study, &late, &[], 0);
    run(&study, &whole, &[], 0);
    assert_same_files(&whole, &late);
}

#[test]
fn reports_and_queries_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let study = small_study(folder.path());
    let out = folder.path().join("out");
    run(&study, &out, &["--report"], 0);
    let page = fs::read_to_string(out.join("report/index.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("tempered"), "{}", &page[..200]);
    fs::remove_dir_all(out.join("report")).unwrap();
    let (figures, tables) = (folder.path().join("figures"), folder.path().join("tables"));
    let report = |path: &Path| {
        let mut report = tempered();
        report.arg("report").arg(path).arg("--tables").arg(&tables);
        report
    };
    let said = expect(&mut report(&out), 0);
    assert_eq!(
        String::from_utf8_lossy(&said.stdout).trim(),
        out.join("report/index.html").display().to_string()
    );
    // The same run gives the same page.
    assert_eq!(fs::read_to_string(out.join("report/index.html")).unwrap(), page);
    for name in ["levels.csv", "levels.md", "levels.tex", "verdicts.csv", "verdicts.md", "verdicts.tex"] {
        assert!(tables.join(name).is_file(), "{name}");
    }
    expect(report(&out.join("elsewhere")).arg("--figures").arg(&figures), 74);

    let query = |sql: &str, format: &str, code| {
        let out = expect(tempered().arg("query").arg(&out).args([sql, "--format", format]), code);
        String::from_utf8_lossy(if code == 0 { &out.stdout } else { &out.stderr }).into_owned()
    };
    let sql = "SELECT estimator, COUNT(*) AS fits FROM metrics GROUP BY estimator ORDER BY estimator";
    if cfg!(not(feature = "sql")) {
        let refused = query(sql, "csv", 2);
        assert!(refused.contains("--features sql"), "{refused}");
        return;
    }
    let csv = query(sql, "csv", 0);
    assert!(csv.starts_with("estimator,fits\nmin_norm,"), "{csv}");
    let rows: serde_json::Value = serde_json::from_str(&query(sql, "json", 0)).unwrap();
    assert_eq!(rows[1]["estimator"], "spline");
    assert!(query(sql, "table", 0).contains("min_norm"));
    assert!(query("SELECT kink FROM metrics", "csv", 2).contains("kink"));
}

/// While a directory grows by a column, some files have it and others lack it, the first of them or all that follow.
#[cfg(feature = "sql")]
#[test]
fn queries_are_answered_while_columns_are_added() {
    let folder = tempfile::tempdir().unwrap();
    let study = small_study(folder.path());
    let (before, after) = (folder.path().join("before"), folder.path().join("after"));
    run(&study, &before, &[], 0);
    run(&study, &after, &["--set", "evaluate.risks=[1, 1.5, 2, sup, 7]"], 0);
    let files = data_files(&before);
    let metrics: Vec<&String> =
        files.iter().map(|(name, _)| name).filter(|name| name.starts_with("metrics")).collect();
    let count = |column: &str| -> u64 {
        let sql = format!("SELECT COUNT({column}) AS there FROM metrics");
        let out = expect(tempered().arg("query").arg(&before).args([&sql, "--format", "csv"]), 0);
        String::from_utf8_lossy(&out.stdout).lines().nth(1).unwrap().parse().unwrap()
    };
    let rows = count("trial");
    let mut there = 0;
    for place in [0, metrics.len() - 1, metrics.len() / 2] {
        fs::copy(after.join(metrics[place]), before.join(metrics[place])).unwrap();
        assert_eq!(count("trial"), rows);
        assert!((there + 1..rows).contains(&count("risk_l7")));
        there = count("risk_l7");
    }
}

/// What is wrong with a query or a file is told, and which.
#[cfg(all(feature = "sql", unix))]
#[test]
fn queries_name_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let study = small_study(folder.path());
    let out = folder.path().join("out");
    run(&study, &out, &[], 0);
    let query = |sql: &str, code| {
        let said = expect(tempered().arg("query").arg(&out).args([sql, "--format", "csv"]), code);
        String::from_utf8_lossy(&said.stderr).into_owned()
    };
    let all = "SELECT SUM(risk_l1), SUM(risk_sup), MAX(status) FROM metrics";
    query(all, 0);
    assert!(query("SELECT kink FROM metrics", 2).contains("kink"));
    assert!(query("SELECT metrics.kink FROM metrics", 2).contains("kink"));
    assert!(query("SELEC kinks FROM metrics", 2).contains("SELEC"));
    assert!(query("SELECT kinks FROM metric", 2).contains("metric"));
    let files = data_files(&out);
    let names: Vec<&String> =
        files.iter().map(|(name, _)| name).filter(|name| name.starts_with("metrics")).collect();
    let path = out.join(names[names.len() / 2]);
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let whole = fs::read(&path).unwrap();
    // All bytes of pages, a footer that is cut off, an empty file.
    let mut pages = whole.clone();
    let end = whole.len() - 8;
    let footer = u32::from_le_bytes(whole[end..end + 4].try_into().unwrap()) as usize;
    pages[4..end - footer].fill(0x55);
    for damaged in [&pages[..], &whole[..whole.len() / 2], &[]] {
        fs::write(&path, damaged).unwrap();
        let said = query(all, 65);
        assert!(said.contains(&name) && said.contains("verify --repair"), "{said}");
    }
    fs::remove_file(&path).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    assert!(query(all, 65).contains(&name));
}
