//! An estimator in Python from `init` to a report, as README says, with the module as it is in the clone. Slow: installs NumPy and Polars into
//! a virtual environment.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::Path;
use std::process::{Command, Output};

fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{text}");
    output
}

const MODULE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/python");

/// `tempered`, with the Python of this folder first on the path.
fn tempered(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tempered"));
    let path = std::env::var("PATH").unwrap_or_default();
    command.current_dir(folder).env("PATH", format!("{}:{path}", folder.join("venv/bin").display()));
    command.env("PYTHONPATH", MODULE).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

#[test]
#[ignore = "installs Python packages"]
fn an_estimator_of_ones_own_takes_three_commands() {
    let folder = tempfile::tempdir().unwrap();
    let environment = folder.path().join("venv");
    succeed(Command::new("python3").args(["-m", "venv"]).arg(&environment));
    let packages = ["-m", "pip", "install", "--quiet", "numpy", "polars"];
    succeed(Command::new(environment.join("bin/python")).args(packages));
    succeed(tempered(folder.path()).args(["init", "--python", "study.yaml"]));
    let checked = succeed(tempered(folder.path()).args(["check-worker", "study.yaml"]));
    let checked = String::from_utf8(checked.stdout).unwrap();
    assert!(checked.contains("three trials ok, ok, ok") && !checked.contains("other numbers"), "{checked}");
    succeed(tempered(folder.path()).args(["run", "study.yaml", "--report"]));
    let page = std::fs::read_to_string(folder.path().join("runs/own-estimator/report/index.html")).unwrap();
    assert!(page.contains("own[penalty=0.1]"), "the page has the estimator");
    let verified =
        succeed(tempered(folder.path()).args(["verify", "runs/own-estimator", "--recompute", "2%"]));
    assert!(String::from_utf8(verified.stdout).unwrap().contains("nothing wrong"));
    // A study of whole trials takes as many, and Python runs it, reads its tables and scans its files.
    succeed(tempered(folder.path()).args(["init", "--python", "--trial", "trial.yaml"]));
    let script = "import tempered\n\
        place = tempered.run('trial.yaml', 'out', settings={'trials': 50, 'generate.n': [10, 20]})\n\
        found = tempered.analyze(place)['performance']\n\
        assert len(found) == 4 and all(0.5 < one['coverage']['value'] <= 1 for one in found), found\n\
        frame = tempered.scan(place).collect()\n\
        assert frame.height == 200 and {'law', 'estimate', 'n'} <= set(frame.columns), frame\n\
        try:\n    tempered.run('none.yaml', 'out')\n\
        except tempered.Failed as failed:\n    assert failed.code == 74 and 'none.yaml' in str(failed)\n\
        else:\n    raise AssertionError\n";
    let python = || {
        let mut command = Command::new(environment.join("bin/python"));
        command.current_dir(folder.path()).env("TEMPERED", env!("CARGO_BIN_EXE_tempered"));
        // The virtual environment is not activated: workers that are started as python3 have its packages all the same.
        command.env("PYTHONPATH", MODULE).env("PYTHONDONTWRITEBYTECODE", "1");
        command
    };
    succeed(python().args(["-c", script]));
    let version = succeed(python().args(["-m", "tempered", "--version"]));
    assert!(version.stdout.starts_with(b"tempered "));
    // A second study of the same name is not written over the first.
    let again = tempered(folder.path()).args(["init", "--python", "study.yaml"]).output().unwrap();
    assert_eq!(again.status.code(), Some(2));
}
