//! The whole program, from YAML to closed Parquet files, on one thread: n = 1000, both estimators, p = 1 and 2.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::process::{Command, Stdio};

const N: u64 = 1000;
const TRIALS: u64 = 4000;

fn whole_program(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pipeline");
    group.throughput(Throughput::Elements(N * TRIALS)).sample_size(10);
    let folder = std::env::temp_dir().join(format!("tempered-bench-{}", std::process::id()));
    for weights in ["none", "all"] {
        group.bench_function(format!("weights {weights}"), |b| {
            b.iter(|| {
                let sets = [
                    format!("generate.n={N}"),
                    format!("trials={TRIALS}"),
                    "generate.design=uniform".into(),
                    "evaluate.risks=[1, 2]".into(),
                    format!("store.weights={weights}"),
                ];
                let mut run = Command::new(env!("CARGO_BIN_EXE_tempered"));
                run.args(["run", "pipelines/joshi-2023.yaml", "--out"]);
                run.arg(&folder).args(["--threads", "1", "--progress", "none", "--fresh", "--yes"]);
                sets.iter().for_each(|set| {
                    run.args(["--set", set]);
                });
                let done = run.stdout(Stdio::null()).status();
                assert!(done.is_ok_and(|status| status.success()));
            });
        });
    }
    group.finish();
    let _ = std::fs::remove_dir_all(folder);
}

criterion_group!(pipeline, whole_program);
criterion_main!(pipeline);
