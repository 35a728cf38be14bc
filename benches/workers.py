"""How a run speeds up with the number of workers, for whole trials that take a worker a millisecond.

    python3 benches/workers.py [--binary target/release/tempered] [--trials 4000] [--idle]

Prints trials a second with one and with two threads, each with a worker of its own, and their ratio; medians of three runs in turns.
A trial computes for a millisecond, or with --idle it waits: what is measured then is the program's own part, also beside other work. Needs
NumPy.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORKER = """
import time, tempered

@tempered.trial(metrics=["spent"])
def spend(rng, wait):
    begun = time.perf_counter()
    if wait:
        time.sleep(0.001)
    while time.perf_counter() - begun < 0.001:
        pass
    return {"spent": time.perf_counter() - begun}

tempered.serve()
"""


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--binary", default=str(ROOT / "target/release/tempered"))
    arguments.add_argument("--trials", type=int, default=4000)
    arguments.add_argument("--idle", action="store_true")
    options = arguments.parse_args()
    process = {"command": [sys.executable, "worker.py"], "metrics": ["spent"], "parameters": {"wait": options.idle}, "reproducible": "bits"}
    study = {"version": 1, "name": "workers", "seed": 1, "trials": options.trials, "generate": {"n": 2},
             "trial": {"spend": {"process": process}}}
    environment = os.environ | {"PYTHONPATH": str(ROOT / "crates/python")}
    seconds = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "worker.py").write_text(WORKER)
        pathlib.Path(folder, "study.yaml").write_text(json.dumps(study))
        for _ in range(3):
            for threads, all_seconds in seconds.items():
                command = [options.binary, "run", "study.yaml", "--fresh", "--yes", "--threads", str(threads), "--progress", "none"]
                begun = time.perf_counter()
                subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
                all_seconds.append(time.perf_counter() - begun)
    one, two = (options.trials / statistics.median(seconds[threads]) for threads in (1, 2))
    print(f"one worker {one:.0f} trials a second, two {two:.0f}: {two / one:.2f} times as many, start and analysis included")


if __name__ == "__main__":
    main()
