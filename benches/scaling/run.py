#!/usr/bin/env python3
"""Runs Tempered on studies that grow along one axis at a time; writes figures.csv, table.md and scaling.svg."""

import argparse
import csv
import hashlib
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "peers"))

import environment  # noqa: E402

SHORT = 10.0  # Seconds: longer runs are not repeated.
ROUNDS = 5
N, TRIALS = 1000, 10_000  # Where neither grows.


@dataclass
class Series:
    """One axis: values of x, and what becomes of a study at each."""

    name: str
    title: str
    axis: str
    setting: str
    values: list
    study: Callable

    def at(self, x):
        return {"n": N, "trials": TRIALS, "fits": 0, "risks": [1, 2], "threads": 1} | self.study(x)


def series(quick):
    largest = 6 if quick else 7
    both, fixed = "linear spline and minimum norm", f"{TRIALS:,} trials of {N:,} points"
    powers = [10**k for k in range(1, largest + 1)]
    return [
        Series(
            "trials",
            "Trials",
            "trials",
            f"20 points a trial; {both}; p = 1 and 2; one thread.",
            powers[2:],
            lambda x: {"n": 20, "trials": x},
        ),
        Series(
            "n",
            "Points",
            "n",
            f"{10**largest:,} points in all, in fewer trials the more points each has; {both}; p = 1 and 2; one thread.",
            powers,
            lambda x: {"n": x, "trials": 10**largest // x},
        ),
        Series(
            "estimators",
            "Estimators",
            "estimators",
            f"{fixed}; minimum norm under so many labels; p = 1 and 2; one thread.",
            list(range(1, 9)),
            lambda x: {"fits": x},
        ),
        Series(
            "risks",
            "Risks",
            "exponents p",
            f"{fixed}; {both}; the first of p = 1.1, 1.2, …, 1.8; one thread.",
            list(range(1, 9)),
            lambda x: {"risks": [1 + k / 10 for k in range(1, x + 1)]},
        ),
        Series(
            "threads",
            "Threads",
            "threads",
            f"{10 * TRIALS:,} trials of {N:,} points; {both}; p = 1 and 2.",
            [1, 2],
            lambda x: {"threads": x, "trials": 10 * TRIALS},
        ),
    ]


def study(entries):
    """YAML. `fits` copies of the minimum-norm network, or it and the linear spline."""
    if entries["fits"]:
        fits = {f"min_norm_{k + 1}": "min_norm" for k in range(entries["fits"])}
    else:
        fits = {"linear_spline": "linear_spline", "min_norm": "min_norm"}
    return "\n".join(
        [
            "version: 1",
            "name: scaling",
            "seed: 1",
            f"trials: {entries['trials']}",
            f"generate: {{n: {entries['n']}, design: uniform, target: zero, noise: {{normal: {{sd: 1}}}}}}",
            "train:",
            *(f"  {label}: {name}" for label, name in fits.items()),
            f"evaluate: {{risks: {entries['risks']}, domain: hull}}",
            "store: {weights: none}",
        ]
    )


def run(binary, folder, entries):
    """Wall seconds, user and system seconds together, system seconds, and the peak of memory of the whole program."""
    file, out = folder / "study.yaml", folder / "run"
    file.write_text(study(entries) + "\n")
    command = [binary, "run", file, "--out", out, "--progress", "none", "--threads", str(entries["threads"])]
    if out.exists():
        command += ["--fresh", "--yes"]
    start = time.perf_counter()
    # Peaks are inherited by what a process starts, so this one stays small: plots are drawn by another.
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}: exit code {child.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    times = {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "system": usage.ru_stime}
    return times | {"memory": usage.ru_maxrss * unit}


def measure(binary, chosen):
    """The best of all rounds by processor time: other work adds to times. Turns are taken, so that it strikes all alike."""
    runs = [(shown, x) for shown in chosen for x in shown.values]
    answers = [[] for _ in runs]
    with tempfile.TemporaryDirectory(prefix="tempered-scaling-") as folder:
        for turn in range(ROUNDS):
            print(f"round {turn + 1} of {ROUNDS}", file=sys.stderr)
            for (shown, x), before in zip(runs, answers):
                if all(answer["wall"] < SHORT for answer in before):
                    before.append(run(binary, Path(folder), shown.at(x)))
    rows = []
    for (shown, x), found in zip(runs, answers):
        best = {name: min(answer[name] for answer in found) for name in ("wall", "memory")}
        times = {name: best_cpu(found)[name] for name in ("cpu", "system")}
        entries = shown.at(x)
        rows.append({"series": shown.name, "x": x, "n": entries["n"], "trials": entries["trials"], **times, **best})
    return rows


def best_cpu(answers):
    return min(answers, key=lambda answer: answer["cpu"])


def slope(rows, name):
    """Growth between the two largest x: the exponent of a power law through both."""
    (x, y), (u, v) = ((row["x"], row[name]) for row in rows[-2:])
    return math.log(v / y) / math.log(u / x)


def line(pairs):
    """Least squares of y on x: intercept, slope, and the largest distance from it as a share of the largest y."""
    mx, my = (sum(column) / len(pairs) for column in zip(*pairs))
    b = sum((x - mx) * (y - my) for x, y in pairs) / sum((x - mx) ** 2 for x, _ in pairs)
    a = my - b * mx
    return a, b, max(abs(y - a - b * x) for x, y in pairs) / max(y for _, y in pairs)


def table(chosen, rows):
    """Markdown: a table a series, and the law of growth below it."""
    text = []
    for shown in chosen:
        mine = [row for row in rows if row["series"] == shown.name]
        text += [f"### {shown.title}", "", f"{shown.setting}", ""]
        text += [f"| {shown.axis} | processor s | of it system | ns a point | wall s | peak MB |", "|--:|--:|--:|--:|--:|--:|"]
        for row in mine:
            each = row["cpu"] / (row["n"] * row["trials"]) * 1e9
            cells = [f"{row['x']:,}", *map(figure, [row["cpu"], row["system"], each, row["wall"], row["memory"] / 1e6])]
            text.append(f"| {' | '.join(cells)} |")
        text += ["", law(shown, mine), ""]
    return "\n".join(text)


def law(shown, rows):
    if shown.name in ("estimators", "risks"):
        a, b, off = line([(row["x"], row["cpu"]) for row in rows])
        return f"Processor time: {figure(a)} s and {figure(b)} s for each, within {100 * off:.0f} % of the largest."
    if shown.name == "threads":
        speed, cost = rows[0]["wall"] / rows[1]["wall"], rows[1]["cpu"] / rows[0]["cpu"]
        return f"Two threads: {speed:.2f} times as fast by the clock, {cost:.2f} times the processor time."
    # Where n grows the points in all stay the same, and a trial costs one power of n more than the run.
    more = 1.0 if shown.name == "n" else 0.0
    cpu, memory = slope(rows, "cpu") + more, slope(rows, "memory")
    what = "a trial" if more else "a run"
    return f"Between the two largest: processor time of {what} ∝ x^{cpu:.2f}, peak of memory ∝ x^{memory:.2f}."


def figure(value):
    """Three digits."""
    digits = 2 - math.floor(math.log10(value)) if value > 0 else 0
    return f"{round(value, digits):,.{max(0, digits)}f}"


def plot(chosen):
    """Draws in another process, with the pinned library from an environment outside the repository."""
    pins = hashlib.sha256((HERE / "requirements.txt").read_bytes() + sys.version.encode()).hexdigest()[:8]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "tempered" / "scaling" / pins
    python, done = folder / "bin" / "python", folder / "installed"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        command = [python, "-m", "pip", "install", "--quiet", "--requirement", HERE / "requirements.txt"]
        subprocess.run(command, check=True)
        done.touch()
    axes = [f"{shown.name}={shown.axis}" for shown in chosen]
    subprocess.run([python, HERE / "plot.py", HERE / "figures.csv", HERE / "scaling.svg", *axes], check=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the trials and points")
    parser.add_argument("--redraw", action="store_true", help="table and plot from figures.csv, without runs")
    return parser.parse_args()


def main():
    options = arguments()
    chosen = series(options.quick)
    file = HERE / "figures.csv"
    if not options.redraw:
        rows = measure(environment.binary(), chosen)
        with open(file, "w", newline="") as target:
            writer = csv.DictWriter(target, rows[0], lineterminator="\n")
            writer.writeheader()
            for row in rows:
                writer.writerow(row | {time: f"{row[time]:.3f}" for time in ("cpu", "system", "wall")})
    with open(file, newline="") as source:
        rows = [
            {name: value if name == "series" else float(value) if "." in value else int(value) for name, value in row.items()}
            for row in csv.DictReader(source)
        ]
    text = table(chosen, rows)
    (HERE / "table.md").write_text(text)
    print(text)
    plot(chosen)


if __name__ == "__main__":
    main()
