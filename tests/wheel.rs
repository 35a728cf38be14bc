//! The wheel in a fresh virtual environment: the program, the module, and the two together. Slow: `make test-wheel` builds it for old
//! machines and names it by TEMPERED_WHEEL; without that it is built for this machine, as `pip install crates/python` does.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What a command that ends with this code prints.
fn ends(command: &mut Command, code: i32) -> String {
    let output = command.output().unwrap();
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{command:?}\n{text}");
    text
}

/// The wheel named by TEMPERED_WHEEL, or one that is built in this folder.
fn wheel(folder: &Path) -> PathBuf {
    if let Some(named) = std::env::var_os("TEMPERED_WHEEL") {
        return Path::new(ROOT).join(named);
    }
    let package = format!("{ROOT}/crates/python");
    let build = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir"];
    ends(Command::new("python3").args(build).arg(folder).arg(package), 0);
    let mut found = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    found.find(|path| path.extension().is_some_and(|end| end == "whl")).unwrap()
}

/// A virtual environment, and a folder for studies. Nothing of this machine but the system's own programs is on the path.
struct Fresh {
    folder: tempfile::TempDir,
}

impl Fresh {
    fn with(wheel: &Path) -> Fresh {
        let folder = tempfile::tempdir().unwrap();
        ends(Command::new("python3").args(["-m", "venv"]).arg(folder.path().join("venv")), 0);
        let fresh = Fresh { folder };
        let install =
            ["-m", "pip", "install", "--quiet", &format!("tempered[scan] @ file://{}", wheel.display())];
        ends(Command::new(fresh.folder.path().join("venv/bin/python")).args(install), 0);
        fresh
    }

    /// A program of the environment, which is not activated.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.folder.path().join("venv/bin").join(program));
        command.current_dir(self.folder.path()).env("PATH", "/usr/bin:/bin").env("TEMPERED_PROGRESS", "none");
        command.env_remove("PYTHONPATH").env_remove("TEMPERED");
        command
    }

    fn python(&self, script: &str) -> String {
        ends(self.command("python").args(["-c", script]), 0)
    }

    /// `python -m tempered`.
    fn module(&self, arguments: &[&str]) -> String {
        ends(self.command("python").args(["-m", "tempered"]).args(arguments), 0)
    }
}

#[test]
#[ignore = "builds a wheel"]
fn wheel_has_the_program_and_the_module() {
    let built = tempfile::tempdir().unwrap();
    let wheel = wheel(built.path());
    let bytes = std::fs::metadata(&wheel).unwrap().len();
    println!("{}: {:.1} MB", wheel.display(), bytes as f64 / 1e6);
    assert!(bytes < 40_000_000, "the wheel has {bytes} bytes");
    let fresh = Fresh::with(&wheel);

    // The program, in the environment's folder and from the module, which are of one version.
    let version = format!("tempered {}", env!("CARGO_PKG_VERSION"));
    assert_eq!(ends(fresh.command("tempered").arg("--version"), 0).trim(), version);
    assert_eq!(fresh.module(&["--version"]).trim(), version);
    let script = "import importlib.metadata, pathlib, tempered\n\
        print('tempered', tempered.__version__)\n\
        assert importlib.metadata.version('tempered') == tempered.__version__\n\
        assert (pathlib.Path(tempered.__file__).parent / 'py.typed').is_file()\n\
        undocumented = [name for name in tempered.__all__ if not getattr(tempered, name).__doc__]\n\
        assert not undocumented, undocumented\n";
    assert_eq!(fresh.python(script).trim(), version);

    // A study of built-in estimators, its rows in Polars and in SQL, which the wheel's program has; so it has object stores.
    let study = format!("{ROOT}/pipelines/quickstart.yaml");
    ends(fresh.command("tempered").args(["run", &study, "--out", "out"]), 0);
    let scanned = "import tempered\nprint(tempered.scan('out').collect().height)";
    let queried = fresh.module(&["query", "out", "SELECT count(*) AS rows FROM metrics", "--format", "csv"]);
    let rows = fresh.python(scanned);
    assert_eq!(queried.split_whitespace().collect::<Vec<_>>(), ["rows", rows.trim()]);
    // Three estimators of 1000 trials at six sizes and two designs.
    assert_eq!(rows.trim(), "36000");
    let told = ends(fresh.command("tempered").args(["status", "s3://"]), 2);
    assert!(told.contains("expected e.g. s3://bucket/prefix"), "{told}");
}

#[test]
#[ignore = "builds a wheel"]
fn wheel_gives_workers_the_packages_of_its_environment() {
    let built = tempfile::tempdir().unwrap();
    let fresh = Fresh::with(&wheel(built.path()));
    // `command: [python3, study.py]`, and the system's python3 has no module `tempered`.
    fresh.module(&["init", "--python", "study.yaml"]);
    let checked = fresh.module(&["check-worker", "study.yaml"]);
    assert!(checked.contains("three trials ok, ok, ok"), "{checked}");
    let ran = "import tempered\n\
        place = tempered.run('study.yaml', 'out', settings={'trials': 20, 'generate.n': [20, 50]})\n\
        frame = tempered.scan(place).collect()\n\
        assert frame.height == 160 and (frame['status'] == 'ok').all(), frame\n\
        found = tempered.analyze(place)['series']\n\
        print(sorted({one['estimator'] for one in found}))\n";
    assert_eq!(fresh.python(ran).trim(), "['cubic', 'own[penalty=0.001]', 'own[penalty=0.1]', 'spline']");
}
