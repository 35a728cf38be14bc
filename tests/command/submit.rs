//! Scripts for batch engines.

use crate::common::{expect, small_study, tempered};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every engine, with the file that holds what its script is.
const ENGINES: [(&str, &str); 5] = [
    ("slurm", "slurm.sh"),
    ("kubernetes", "kubernetes.yaml"),
    ("ray", "ray.py"),
    ("hyperqueue", "hyperqueue.sh"),
    ("parallel", "parallel.sh"),
];

fn script(folder: &Path, engine: &str, flags: &[&str]) -> String {
    small_study(folder);
    let mut command = tempered();
    command.current_dir(folder).args(["submit", engine, "small.yaml", "--out", "runs/small"]).args(flags);
    String::from_utf8(expect(&mut command, 0).stdout).unwrap()
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command/submit").join(name)
}

/// `TEMPERED_BLESS=1` writes them anew.
#[test]
fn scripts_are_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    for (engine, name) in ENGINES {
        let flags = ["--workers", "8", "--cpus", "2", "--memory", "4G", "--time", "02:00:00"];
        let text = script(folder.path(), engine, &flags);
        if std::env::var_os("TEMPERED_BLESS").is_some() {
            fs::write(golden(name), &text).unwrap();
        }
        assert_eq!(text, fs::read_to_string(golden(name)).unwrap(), "{engine}");
    }
}

/// What their own languages say of them.
#[test]
fn scripts_can_be_read() {
    for (engine, name) in ENGINES {
        let path = golden(name);
        let checked = match name.rsplit_once('.').unwrap().1 {
            "sh" => Command::new("bash").arg("-n").arg(&path).output(),
            "py" => {
                let compile = "import sys; compile(open(sys.argv[1]).read(), sys.argv[1], 'exec')";
                Command::new("python3").args(["-c", compile]).arg(&path).output()
            }
            _ => continue,
        };
        let checked = checked.unwrap();
        assert!(checked.status.success(), "{engine}: {}", String::from_utf8_lossy(&checked.stderr));
    }
}

/// Words with spaces and quotes reach the worker as they are: the script of GNU parallel has the hardest way, through two shells.
#[test]
fn words_reach_workers_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let edits = ["--set", "train={'it': linear_spline}", "--program", "my $HOME/it's"];
    let text = script(folder.path(), "slurm", &edits);
    let command = r"'my $HOME/it'\''s' run small.yaml --set 'train={'\''it'\'': linear_spline}' --out";
    assert!(text.contains(command), "{text}");
    let text = script(folder.path(), "ray", &edits);
    let command =
        r#"COMMAND = ["my $HOME/it's", "run", "small.yaml", "--set", "train={'it': linear_spline}", "--out""#;
    assert!(text.contains(command), "{text}");
    // What GNU parallel hands to a shell.
    let text = script(folder.path(), "parallel", &edits);
    let line = text.lines().find(|line| line.contains("small.yaml")).unwrap();
    let bash = |script: String| {
        String::from_utf8(Command::new("bash").args(["-c", &script]).output().unwrap().stdout).unwrap()
    };
    let words = bash(format!("printf '%s\\n' {}", bash(format!("printf %s {line}"))));
    assert!(
        words.starts_with("my $HOME/it's\nrun\nsmall.yaml\n--set\ntrain={'it': linear_spline}\n--out\n"),
        "{words}"
    );
}

#[test]
fn what_makes_no_script_is_told() {
    let folder = tempfile::tempdir().unwrap();
    small_study(folder.path());
    let refused = |flags: &[&str]| {
        let mut command = tempered();
        command.current_dir(folder.path()).args(["submit", "slurm", "small.yaml", "--out", "o"]).args(flags);
        String::from_utf8(expect(&mut command, 2).stderr).unwrap()
    };
    assert!(refused(&["--time", "30s"]).contains("at least 1m"));
    assert!(refused(&["--memory", "2"]).contains("--memory 2: expected"));
    assert!(
        refused(&["--set", "trials=0"]).contains("trials"),
        "a study that is wrong is told before it is sent"
    );
    fs::write(folder.path().join("own"), "run {{command}}\n{{nodes}}\n").unwrap();
    let text = refused(&["--template", "own"]);
    assert!(text.contains("own: line 2: unknown name {{nodes}}"), "{text}");
    assert!(text.contains("known are job, workers"), "{text}");
    fs::write(folder.path().join("own"), "run {{command}} on {{ workers }}").unwrap();
    let own = script(folder.path(), "slurm", &["--template", "own"]);
    assert_eq!(own, "run tempered run small.yaml --out runs/small --join on 4\n");
}

/// A program that stands for the engine's own gets the script on its standard input.
#[test]
fn scripts_are_sent() {
    let folder = tempfile::tempdir().unwrap();
    small_study(folder.path());
    let fake = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        Command::new("chmod").arg("+x").arg(&path).status().unwrap();
    };
    fake("sbatch", "#!/bin/sh\ncat > sent\n");
    fake("scontrol", "#!/bin/sh\necho 'MaxArraySize = 11'\n");
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    let send = |workers: &str, code| {
        let mut command = tempered();
        command.current_dir(folder.path()).env("PATH", &path);
        expect(
            command.args(["submit", "slurm", "small.yaml", "--out", "o", "--send", "--workers", workers]),
            code,
        )
    };
    send("10", 0);
    assert!(fs::read_to_string(folder.path().join("sent")).unwrap().contains("#SBATCH --array=1-10"));
    let told = String::from_utf8(send("11", 2).stderr).unwrap();
    assert!(told.contains("at most 10 tasks (MaxArraySize = 11)"), "{told}");
    fake("sbatch", "#!/bin/sh\nexit 3\n");
    assert!(String::from_utf8(send("10", 2).stderr).unwrap().contains("sbatch ended with exit status: 3"));
}
