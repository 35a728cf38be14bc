"""Tempered, run as its users run it: a study from YAML to closed Parquet files, and `fit` on a file."""

import csv
import json
import resource
import subprocess
import time
from bisect import bisect_right

STUDY = """\
version: 1
name: peers
seed: {seed}
trials: {count}
generate:
  n: [{n}]
  design: uniform
  target: zero
  noise: {{normal: {{sd: 1}}}}
train:
  linear_spline: linear_spline
  min_norm: min_norm
evaluate:
  risks: [1, 2]
  domain: hull
store:
  weights: none
"""
ESTIMATORS = ["linear_spline", "min_norm"]
FEATURES = """\
version: 1
name: peers-features
seed: {seed}
trials: {count}
generate:
  n: {n}
  d: {d}
  design: {design}
  target: zero
  noise: {{normal: {{sd: 1}}}}
train:
  fit: {estimator}
evaluate:
  risks: [2]
store:
  weights: none
"""
RULES = {
    "minimum_norm": "least_squares",
    "ridge_path": "{ridge_path: {lambda: {geometric: {from: 0.1, to: 10000, points: 31}}}}",
    "random_features": "{random_features: {features: 1000, map: relu, ridge: 0.1}}",
    "laplace_kernel": "{kernel: {function: laplace}}",
    "nearest": "{nearest: {k: 10}}",
    "shepard": "{shepard: {beta: 6}}",
}
IN_A_CUBE = ["laplace_kernel", "nearest", "shepard"]


class Tempered:
    def __init__(self, binary, folder, threads):
        self.binary, self.folder, self.threads = binary, folder, threads

    def version(self):
        return self.call("--version")[0].strip()

    def trials(self, count, n, seed):
        """The whole program: start, sampling, fits, risks, Parquet and summary."""
        study, out = self.folder / "study.yaml", self.folder / "run"
        study.write_text(STUDY.format(count=count, n=n, seed=seed))
        _, timing = self.call(
            "run", study, "--out", out, "--fresh", "--yes", "--threads", self.threads, "--progress", "none"
        )
        with open(out / "summary" / "levels.csv", newline="") as file:
            levels = {(row["estimator"], row["p"]): row for row in csv.DictReader(file)}
        rows = [levels[estimator, p] for estimator in ESTIMATORS for p in "12"]
        medians = [tuple(float(row[name]) for name in ("median_low", "median", "median_high")) for row in rows]
        return timing | {"medians": medians}

    def features(self, work, n, d, count, seed):
        """The whole program on trials with d features; of a path the first, the middle and the last penalty are returned."""
        study, out = self.folder / "features.yaml", self.folder / "features"
        design = "cube" if work in IN_A_CUBE else "gaussian"
        study.write_text(FEATURES.format(count=count, n=n, d=d, seed=seed, design=design, estimator=RULES[work]))
        _, timing = self.call(
            "run", study, "--out", out, "--fresh", "--yes", "--threads", self.threads, "--progress", "none"
        )
        with open(out / "summary" / "levels.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        rows = [rows[k] for k in (0, 15, 30)] if work == "ridge_path" else rows
        medians = [tuple(float(row[name]) for name in ("median_low", "median", "median_high")) for row in rows]
        return timing | {"medians": medians}

    def fixed(self, x, y):
        """R_1, R_2 and norm of both fits to one data set; risks from the kinks that `fit` prints."""
        fits = [self.fit(x, y, estimator)[0] for estimator in ESTIMATORS]
        return [[*risks(x, y, fit["kinks"]), fit["norm"]] for fit in fits]

    def descent(self, x, y, width, steps, rate, decay):
        """Time of so many steps, as a difference in which the start of the program cancels, and values at the data."""
        _, base = self.fit(x, y, network(width, 1, rate, decay))
        fit, timing = self.fit(x, y, network(width, steps + 1, rate, decay))
        return {name: timing[name] - base[name] for name in timing} | {"values": values(fit, x)}

    def fit(self, x, y, estimator):
        data = self.folder / "data.csv"
        data.write_text("x,y\n" + "".join(f"{a!r},{b!r}\n" for a, b in zip(x, y)))
        text, timing = self.call("fit", data, "--estimator", estimator, "--format", "json")
        return json.loads(text), timing

    def call(self, *arguments):
        before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        command = [self.binary, *map(str, arguments)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        wall, after = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return done.stdout, {"wall": wall, "cpu": cpu}


def network(width, steps, rate, decay):
    return f"{{relu_network: {{width: {width}, steps: {steps}, lr: {rate}, weight_decay: {decay}}}}}"


def values(fit, points):
    """f(x) = Σ change (x − τ)₊ + slope x + intercept."""
    skip = fit["skip"]
    bends = [(kink["x"], kink["slope_change"]) for kink in fit["kinks"]]
    line = (skip["slope"] * x + skip["intercept"] for x in points)
    return [f + sum(c * max(x - tau, 0.0) for tau, c in bends) for x, f in zip(points, line)]


def risks(x, y, kinks):
    """∫ |f| and ∫ f² over the hull, f through the data with at most one kink in a gap: there f leaves the chord by
    −c (τ − x_i)(x_{i+1} − τ)/h.
    """
    inner = {bisect_right(x, kink["x"]) - 1: kink for kink in kinks if kink["x"] not in x}
    first = second = 0.0
    for i in range(len(x) - 1):
        corners = [(x[i], y[i]), (x[i + 1], y[i + 1])]
        if kink := inner.get(i):
            left, right, h = kink["x"] - x[i], x[i + 1] - kink["x"], x[i + 1] - x[i]
            chord = (y[i] * right + y[i + 1] * left) / h
            corners.insert(1, (kink["x"], chord - kink["slope_change"] * left * right / h))
        for (a, u), (b, v) in zip(corners, corners[1:]):
            both = abs(u) + abs(v)
            first += 0.5 * (b - a) * (both if u * v >= 0.0 else (u * u + v * v) / both)
            second += (b - a) * (u * u + u * v + v * v) / 3.0
    return first, second
