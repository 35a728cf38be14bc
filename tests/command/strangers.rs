//! What others put into a run directory, and runs of other machines or containers.

use crate::common::{assert_same_files, data_files, expect, small_study, tempered};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn run(folder: &Path, out: &Path, flags: &[&str], code: i32) -> String {
    let output =
        expect(tempered().arg("run").arg(small_study(folder)).arg("--out").arg(out).args(flags), code);
    String::from_utf8(output.stderr).unwrap()
}

/// The exit code of a command that must not wait for ever; it is killed after three minutes.
fn prompt(command: &mut Command) -> Option<i32> {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(180) {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    None
}

#[test]
#[cfg(unix)]
fn what_is_no_file_in_a_files_place_is_set_aside_or_told_and_nobody_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, hurt) = (folder.path().join("whole"), folder.path().join("hurt"));
    let few = ["--set", "trials=6"];
    run(folder.path(), &whole, &few, 0);
    run(folder.path(), &hurt, &few, 0);
    let names: Vec<String> = data_files(&hurt).into_iter().map(|(name, _)| name).collect();
    let again = || {
        let mut run = tempered();
        run.arg("run").arg(small_study(folder.path())).arg("--out").arg(&hurt).args(few);
        run
    };
    type Put<'a> = &'a dyn Fn(&Path);
    let replaced = |path: &Path, put: Put<'_>| {
        let _ = fs::remove_file(path);
        put(path);
    };
    let pipe = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let puts: [(&str, Put<'_>); 4] = [
        ("pipe", &pipe),
        ("folder", &|path| fs::create_dir(path).unwrap()),
        ("loop", &|path| std::os::unix::fs::symlink(path, path).unwrap()),
        ("socket", &|path| drop(std::os::unix::net::UnixListener::bind(path).unwrap())),
    ];
    for (what, put) in puts {
        let short = folder.path().join(what);
        for name in [&names[0], names.last().unwrap()] {
            // The path of a socket must be short: it is made elsewhere.
            replaced(&short, put);
            fs::remove_file(hurt.join(name)).unwrap();
            if what == "loop" { put(&hurt.join(name)) } else { fs::rename(&short, hurt.join(name)).unwrap() }
        }
        assert_eq!(prompt(tempered().arg("verify").arg(&hurt)), Some(65), "{what}");
        assert_eq!(prompt(&mut again()), Some(0), "{what}");
        assert_same_files(&whole, &hurt);
        let _ = fs::remove_file(&short);
    }
    // Records that are none: a live summary is made again, the others are told with their path.
    for (record, code) in [("live-1-of-1.json", 0), ("log.jsonl", 0), ("lock", 74)] {
        let path = hurt.join("_tempered").join(record);
        let _ = fs::remove_file(&path);
        pipe(&path);
        assert_eq!(prompt(&mut again()), Some(code), "{record}");
        let _ = fs::remove_file(&path);
    }
    assert_eq!(prompt(&mut again()), Some(0));
    assert_same_files(&whole, &hurt);
}

#[test]
fn hidden_files_of_others_are_no_findings() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    run(folder.path(), &out, &["--set", "trials=3"], 0);
    let below = ["metrics", "metrics/estimator=spline", "metrics/estimator=spline/n=20", "weights"];
    for place in below {
        for name in [".DS_Store", ".nfs000000000123", "._x.parquet", "Thumbs.db", "desktop.ini"] {
            fs::write(out.join(place).join(name), "not ours").unwrap();
        }
    }
    expect(tempered().arg("verify").arg(&out), 0);
    fs::write(out.join("metrics/notes.txt"), "mine").unwrap();
    expect(tempered().arg("verify").arg(&out), 65);
}

#[test]
fn fresh_deletes_what_runs_made_and_says_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    // So many series that estimators have pages of their own.
    let noises = "generate.noise={laplace: {scale: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]}}";
    run(folder.path(), &out, &["--set", "trials=3", "--set", noises, "--report"], 0);
    assert!(out.join("summary/curves.csv").is_file() && out.join("report/estimators/spline.html").is_file());
    let mine = [
        "thesis.tex",
        "metrics/notes.txt",
        "metrics/estimator=spline/n=20/copy.txt",
        "weights/estimator=spline/plot.py",
        "summary/mine.csv",
        "report/figure.svg",
        "report/estimators/notes.txt",
        "_staging/mine.txt",
    ];
    mine.iter().for_each(|name| fs::write(out.join(name), "mine").unwrap());
    let said = run(folder.path(), &out, &["--set", "trials=3", "--set", "seed=4", "--fresh", "--yes"], 0);
    for name in mine {
        assert_eq!(fs::read_to_string(out.join(name)).unwrap(), "mine", "{name}");
        let told = said.contains(&format!("no run made {}", out.join(name).display()));
        assert_eq!(told, name != "thesis.tex", "{name}: {said}");
    }
    // All that is left is the user's.
    assert_eq!(said.matches("no run made").count(), mine.len() - 1, "{said}");
    assert!(!out.join("report/index.html").exists());
    let other = folder.path().join("other");
    run(folder.path(), &other, &["--set", "trials=3", "--set", "seed=4"], 0);
    mine.iter().for_each(|name| fs::remove_file(out.join(name)).unwrap());
    assert_same_files(&out, &other);
}

/// A table on another disk: no file gets there in one step from the directory's own.
#[test]
fn a_table_may_be_a_link_to_another_disk() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, out) = (folder.path().join("whole"), folder.path().join("out"));
    run(folder.path(), &whole, &[], 0);
    fs::create_dir_all(folder.path().join("disk")).unwrap();
    fs::create_dir_all(&out).unwrap();
    let script = "mount -t tmpfs -o size=100m tmpfs \"$D/disk\" || exit 99
        mkdir \"$D/disk/metrics\"; ln -s \"$D/disk/metrics\" \"$D/out/metrics\"
        \"$T\" run \"$S\" --out \"$D/out\" >&2; echo code $?
        rm $(find -L \"$D/out/metrics\" -name '*-000001.parquet' | head -1)
        for f in $(find -L \"$D/out/metrics\" -name '*-000002.parquet' | head -1); do echo broken > $f; done
        \"$T\" run \"$S\" --out \"$D/out\" >&2; echo code $?
        \"$T\" verify \"$D/out\" >&2; echo code $?
        find -L \"$D/out/metrics\" -name '*.tmp' | wc -l
        rm \"$D/out/metrics\"; cp -r \"$D/disk/metrics\" \"$D/out/metrics\"";
    let mut shell = Command::new("unshare");
    shell.args(["--mount", "--map-root-user", "sh", "-c", script]);
    shell
        .env("T", env!("CARGO_BIN_EXE_tempered"))
        .env("S", small_study(folder.path()))
        .env("D", folder.path());
    let Ok(output) = shell.env("TEMPERED_PROGRESS", "none").output() else { return };
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(99) || said.contains("unshare failed") {
        eprintln!("skipped: no mounts without privileges here");
        return;
    }
    assert_eq!(String::from_utf8_lossy(&output.stdout), "code 0\ncode 0\ncode 0\n0\n", "{said}");
    let _ = fs::remove_dir(out.join("metrics/.staging"));
    assert_same_files(&whole, &out);
}

/// As in containers that share a folder: each counts its processes by itself.
#[test]
fn runs_in_two_process_namespaces_end_with_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, out) = (folder.path().join("whole"), folder.path().join("out"));
    let long = ["--set", "trials=120"];
    let apart = |out: &PathBuf| -> Child {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--pid", "--fork", "--mount-proc"]);
        command.arg(env!("CARGO_BIN_EXE_tempered")).arg("run").arg(small_study(folder.path()));
        command
            .arg("--out")
            .arg(out)
            .args(long)
            .env("TEMPERED_PROGRESS", "none")
            .env_remove("TEMPERED_THREADS");
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let probe = ["--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "true"];
    if !Command::new("unshare").args(probe).status().is_ok_and(|status| status.success()) {
        eprintln!("skipped: no process namespaces here");
        return;
    }
    run(folder.path(), &whole, &long, 0);
    let first = apart(&out);
    while !out.join("_staging").is_dir() || fs::read_dir(out.join("_staging")).unwrap().next().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    for child in [first, apart(&out)] {
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
    }
    assert_same_files(&whole, &out);
    assert_eq!(fs::read_dir(out.join("_staging")).unwrap().count(), 0);
}

/// What a user may not read is nobody's damage: the code is that of input and output, and the advice is of permissions.
#[test]
#[cfg(target_os = "linux")]
fn what_may_not_be_read_is_told_as_that() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let few = ["--set", "trials=6"];
    run(folder.path(), &out, &few, 0);
    // Root may read everything: the commands are another user's then, who owns the folder.
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    let shell = |script: &str| {
        let mut shell = Command::new("sh");
        let done = shell.args(["-c", script]).current_dir(folder.path()).status();
        assert!(done.is_ok_and(|status| status.success()), "{script}");
    };
    let binary = folder.path().join("tempered");
    fs::copy(env!("CARGO_BIN_EXE_tempered"), &binary).unwrap();
    let command = |arguments: &[&str]| {
        let other = ["--reuid=65534", "--regid=65534", "--clear-groups"];
        let mut command = Command::new(if is_root { Path::new("setpriv") } else { &binary });
        if is_root {
            command.args(other).arg(&binary);
        }
        command.args(arguments).current_dir(folder.path()).env("TEMPERED_PROGRESS", "none");
        command
    };
    if is_root {
        shell("chown -R 65534:65534 .");
        if !command(&["--version"]).output().is_ok_and(|output| output.status.success()) {
            eprintln!("skipped: no other user here");
            return;
        }
    }
    let commands: [&[&str]; 7] = [
        &["status", "out"],
        &["analyze", "out"],
        &["report", "out", "--out", "page.html"],
        &["verify", "out"],
        &["verify", "out", "--repair"],
        &["run", "small.yaml", "--out", "out", "--set", "trials=6"],
        &["plan", "small.yaml", "--diff", "out", "--set", "trials=6"],
    ];
    let hidden = [
        ("out", "000"),
        ("out", "600"),
        ("out/metrics", "000"),
        ("out/metrics", "600"),
        ("out/metrics/estimator=spline", "000"),
        ("out/metrics/estimator=spline/n=20", "000"),
        ("out/metrics/estimator=spline/n=20", "600"),
        ("out/metrics/estimator=spline/n=20/*.parquet", "000"),
        ("out/_tempered", "000"),
        ("out/_tempered/plan.json", "000"),
        ("out/_tempered/study.yaml", "000"),
    ];
    let whole = data_files(&out);
    for (place, mode) in hidden {
        for arguments in commands {
            shell(&format!("chmod {mode} {place}"));
            let output = command(arguments).output().unwrap();
            shell("chmod -R u+rwX out");
            let said = String::from_utf8_lossy(&output.stderr);
            let what = format!("{mode} {place}: {arguments:?}: {said}");
            // The state of a run stands in its records alone, and who has a study reads none that is recorded.
            let may_not_notice = match arguments[0] {
                "status" => place.starts_with("out/metrics"),
                "run" | "plan" => place.ends_with("study.yaml"),
                _ => false,
            };
            match output.status.code() {
                Some(0) if may_not_notice => {}
                code => assert_eq!(code, Some(74), "{what}"),
            }
            if output.status.code() == Some(74) {
                assert!(said.contains("ermission") && said.contains("chmod"), "{what}");
                assert!(!said.contains("repair"), "{what}");
            }
        }
    }
    assert!(data_files(&out) == whole);
    assert_eq!(command(&["verify", "out"]).status().unwrap().code(), Some(0));
}
