//! Disks that are full, limited or read-only, and the real binary.

use crate::common::{assert_same_files, expect, small_study, tempered};
use std::path::Path;
use std::process::{Command, Output};

/// Runs a script that begins with the command in `$T`, the study in `$S` and a folder in `$D`, under the shell.
fn script(shell: &[&str], folder: &Path, text: &str) -> Output {
    let mut command = Command::new(shell[0]);
    command.args(&shell[1..]).args(["-c", text]);
    command.env_remove("TEMPERED_THREADS").env("TEMPERED_PROGRESS", "none").env("NO_COLOR", "1");
    command.env("T", env!("CARGO_BIN_EXE_tempered")).env("S", small_study(folder)).env("D", folder);
    command.output().unwrap()
}

/// A script with mounts of its own, which end with it; `None`, with a message, where the system allows none.
fn mounted(folder: &Path, text: &str) -> Option<Output> {
    std::fs::create_dir_all(folder.join("disk")).unwrap();
    let shell = ["unshare", "--mount", "--map-root-user", "sh"];
    let mut probe = Command::new(shell[0]);
    probe.args(&shell[1..]).args(["-c", "mount -t tmpfs tmpfs \"$0\""]).arg(folder.join("disk"));
    if !probe.output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: no mounts without privileges here");
        return None;
    }
    Some(script(&shell, folder, text))
}

fn codes(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter(|line| line.starts_with("code"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn whole(folder: &Path) -> std::path::PathBuf {
    let whole = folder.join("whole");
    expect(tempered().arg("run").arg(small_study(folder)).arg("--out").arg(&whole), 0);
    whole
}

#[test]
fn a_limit_on_files_is_an_error_with_a_path_and_no_loss() {
    let folder = tempfile::tempdir().unwrap();
    // Sixteen blocks of 512 or 1,024 bytes: records fit, weights do not.
    let text = "ulimit -f 16; \"$T\" run \"$S\" --out \"$D/run\"; echo code $?";
    let limited = script(&["sh"], folder.path(), text);
    let said = String::from_utf8_lossy(&limited.stderr);
    assert_eq!(codes(&limited), "code 74", "{said}");
    assert!(said.contains("_staging/") && said.contains("too large"), "{said}");
    let run = folder.path().join("run");
    assert_eq!(std::fs::read_dir(run.join("_staging")).unwrap().count(), 0, "unfinished files left behind");
    expect(tempered().arg("run").arg(small_study(folder.path())).arg("--out").arg(&run), 0);
    assert_same_files(&whole(folder.path()), &run);
}

#[test]
fn a_full_disk_is_an_error_with_a_path_and_no_loss() {
    let folder = tempfile::tempdir().unwrap();
    let text = "mount -t tmpfs -o size=300k tmpfs \"$D/disk\"
        \"$T\" run \"$S\" --out \"$D/disk/run\" >&2; echo code $?
        \"$T\" verify \"$D/disk/run\" >&2; echo code $?
        mount -o remount,size=100m \"$D/disk\"
        \"$T\" run \"$S\" --out \"$D/disk/run\" >&2; echo code $?
        \"$T\" verify \"$D/disk/run\" >&2; echo code $?
        cp -r \"$D/disk/run\" \"$D/run\"";
    let Some(full) = mounted(folder.path(), text) else { return };
    let said = String::from_utf8_lossy(&full.stderr);
    // What was finished is sound, and the study not complete.
    assert_eq!(codes(&full), "code 74, code 5, code 0, code 0", "{said}");
    assert!(
        said.contains("disk/run/") && said.contains("free some space and run the same command again"),
        "{said}"
    );
    assert_same_files(&whole(folder.path()), &folder.path().join("run"));
}

/// Every command that only looks gives its answer where nothing can be written, to root either, and says what it left out.
#[test]
fn looking_needs_no_writing() {
    let folder = tempfile::tempdir().unwrap();
    let look = "for look in status verify analyze report \"report --out $D/page-$N.html\"; do
        \"$T\" $look \"$D/disk/run\" > \"$D/said\" 2> \"$D/error\"; echo code $?
        wc -c < \"$D/said\"; sed 's/^/! /' \"$D/error\"
        done";
    let text = format!(
        "mount -t tmpfs -o size=10m tmpfs \"$D/disk\"
        \"$T\" run \"$S\" --out \"$D/disk/run\" --set trials=20 >&2; echo code $?
        rm -r \"$D/disk/run/summary\"
        N=full; dd if=/dev/zero of=\"$D/disk/rest\" bs=64k 2>/dev/null; dd if=/dev/zero of=\"$D/disk/more\" bs=1 2>/dev/null
        {look}
        rm \"$D/disk/rest\" \"$D/disk/more\"
        N=fixed; mount -o remount,ro \"$D/disk\"
        {look}"
    );
    let Some(looked) = mounted(folder.path(), &text) else { return };
    let said = String::from_utf8_lossy(&looked.stdout);
    let each = "code 0, code 0, code 0, code 74, code 0";
    assert_eq!(codes(&looked), format!("code 0, {each}, {each}"), "{said}");
    let lines: Vec<&str> = said.lines().collect();
    for (i, line) in lines.iter().enumerate().skip(1).filter(|(_, line)| line.starts_with("code")) {
        let bytes: usize = lines[i + 1].trim().parse().unwrap();
        assert!(bytes > 0 || *line == "code 74", "{said}");
    }
    let count = |part: &str| said.matches(part).count();
    // Analysis and both reports warn, on the full disk and on the fixed one.
    assert_eq!(count("! warning: the files of summary/ are not written: "), 6, "{said}");
    assert_eq!(count("--out FILE` writes the page elsewhere"), 2, "{said}");
    for page in ["page-full.html", "page-fixed.html"] {
        assert!(std::fs::read_to_string(folder.path().join(page)).unwrap().ends_with("</html>"), "{page}");
    }
}

#[test]
fn a_read_only_directory_is_an_error_with_a_path() {
    let folder = tempfile::tempdir().unwrap();
    let text = "mount -t tmpfs -o size=100m tmpfs \"$D/disk\"
        \"$T\" run \"$S\" --out \"$D/disk/run\" >&2; echo code $?
        mount -o remount,ro \"$D/disk\"
        \"$T\" verify \"$D/disk/run\" >&2; echo code $?
        \"$T\" run \"$S\" --out \"$D/disk/run\" >&2; echo code $?
        \"$T\" run \"$S\" --out \"$D/disk/new\" >&2; echo code $?";
    let Some(fixed) = mounted(folder.path(), text) else { return };
    let said = String::from_utf8_lossy(&fixed.stderr);
    assert_eq!(codes(&fixed), "code 0, code 0, code 74, code 74", "{said}");
    let errors: Vec<&str> = said.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 2, "{said}");
    for error in errors {
        assert!(error.contains("/disk/"), "{error}");
        assert!(error.ends_with("make it writable or give another directory with --out"), "{error}");
    }
}
