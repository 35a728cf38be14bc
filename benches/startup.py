#!/usr/bin/env python3
"""Times what a user waits for before anything is computed: start, plans, and a directory of many finished shards."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHARDS = 10_000
ROUNDS = 7

STUDY = f"""version: 1
name: shards
seed: 1
trials: {2 * SHARDS}
generate:
  n: [100]
  design: uniform
  target: zero
  noise: normal
train:
  spline: linear_spline
evaluate:
  risks: [1, 2]
store:
  weights: none
  shard_points: 100
"""


def main():
    tempered = os.environ.get("TEMPERED") or build()
    pipelines = HERE.parent / "pipelines"
    report("--version", [tempered, "--version"])
    for name in ("quickstart", "joshi-2023", "taxonomy"):
        # The pilot that estimates the time of a study is not part of its start.
        report(f"plan {name}, the pilot included", [tempered, "plan", pipelines / f"{name}.yaml"])
    with tempfile.TemporaryDirectory() as folder:
        study, run = Path(folder, "study.yaml"), Path(folder, "run")
        study.write_text(STUDY)
        # One of two shares: no summary is made where shards are missing.
        share = [tempered, "run", study, "--out", run, "--shard", "1/2"]
        seconds(share)
        files = sum(1 for _ in run.rglob("*.parquet"))
        report(f"status of {files:,} files", [tempered, "status", run])
        report("a run with nothing to do there", share)


def report(name, command):
    times = [seconds(command) for _ in range(ROUNDS)]
    print(f"{name:40} {1e3 * min(times):8.0f} ms at best, {1e3 * statistics.median(times):8.0f} ms in the middle")


def seconds(command, codes=(0, 5)):
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode not in codes:
        sys.exit(f"{command}: exit code {done.returncode}\n{done.stderr}")
    return time.perf_counter() - start


def build():
    subprocess.run(["cargo", "build", "--release"], check=True, cwd=HERE.parent)
    target = os.environ.get("CARGO_TARGET_DIR", HERE.parent / "target")
    return Path(target, "release", "tempered")


if __name__ == "__main__":
    main()
