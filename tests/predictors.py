"""Stored and exported predictors, evaluated by their documented formulas alone, against the training data.

Usage: python predictors.py TEMPERED FOLDER SIZE…
"""

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.dataset as ds

NEURONS = {
    "relu_squared": lambda z: np.maximum(z, 0) ** 2,
    "smelu": lambda z: np.where(z > 1, z, np.maximum(z + 1, 0) ** 2 / 4),
    "softplus": lambda z: np.logaddexp(0, z),
    "gelu": lambda z: z * 0.5 * np.vectorize(math.erfc)(-z / math.sqrt(2)),
    "silu": lambda z: z / (1 + np.exp(-z)),
    "golu": lambda z: z * np.exp(-np.exp(-z)),
    "tanh": np.tanh,
    "gaussian": lambda z: np.exp(-z * z / 2),
}


def evaluate(p, x):
    """f at the points x: what README and `tempered list` say, and nothing else."""
    c, s, t = (np.array(p[name], dtype=float) for name in ("coefficient", "scale", "at"))
    form = p["form"]
    if form == "knots":
        k = np.clip(np.searchsorted(t, x, "right"), 1, len(t) - 1)
        slope = (c[k] - c[k - 1]) / (t[k] - t[k - 1])
        f = np.where(x - t[k - 1] <= t[k] - x, c[k - 1] + slope * (x - t[k - 1]), c[k] - slope * (t[k] - x))
    elif form == "powers":
        starts, first = np.unique(t, return_index=True)
        ends = np.append(first[1:], len(t))
        piece = np.clip(np.searchsorted(starts, x, "right") - 1, 0, None)
        f = np.array([np.polyval(c[first[j] : ends[j]][::-1], s[first[j]] * (x - starts[j])) for x, j in zip(x, piece)])
    elif form == "exponentials":
        places, first = np.unique(t, return_index=True)
        ends = np.append(first[1:], len(t))

        def group(j, side, x):
            if not 0 <= j < len(places):
                return 0.0
            entries = slice(first[j], ends[j])
            mine = s[entries] * side > 0
            if not mine.any():
                return 0.0
            z = s[entries][mine][0] * (x - places[j])
            return np.polyval(c[entries][mine][::-1], z) * np.exp(-z)

        left = np.searchsorted(places, x, "right") - 1
        f = np.array([group(j, 1, x) + group(j + 1, -1, x) for x, j in zip(x, left)])
    elif form == "legendre":
        f = np.polynomial.legendre.legval(2 * s[0] * (x - t[0]) - 1, c)
    elif form == "inverse_distance":
        distance = np.abs(x[:, None] - t)
        nearest = distance.min(axis=1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            weight = np.where(nearest == 0, distance == 0, (nearest / distance) ** s)
        f = (weight * c).sum(axis=1) / weight.sum(axis=1)
    else:
        f = NEURONS[form](s * (x[:, None] - t)) @ c
    return f + p["skip_slope"] * x + p["skip_intercept"]


def run(*words, code=0):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    assert done.returncode == code, (words, done.returncode, done.stderr)
    return done.stdout


def estimators(n):
    """Every estimator of the catalogue, where a fit of n points takes seconds."""
    width = f"width: 30, steps: {max(20000 // n, 20)}"
    activations = ("leaky_relu", "relu_squared", "smelu", "softplus", "gelu", "silu", "golu", "tanh")
    all = {
        "linear_spline": "linear_spline",
        "clamped_spline": "{linear_spline: {ends: clamp}}",
        "min_norm": "min_norm",
        "relu_network": f"{{relu_network: {{{width}}}}}",
        "deep_relu_network": f"{{deep_relu_network: {{layers: [9, 7], steps: {max(20000 // n, 20)}}}}}",
        "weight_decay_path": "{weight_decay_path: {lambda: 0.001}}",
        "nearest": "nearest",
        "nearest_3": "{nearest: {k: 3}}",
        "shepard": "{shepard: {beta: 1.5}}",
        "cubic_spline": "cubic_spline",
        "clamped_cubic": "{cubic_spline: {ends: clamp}}",
        "polynomial": "{polynomial: {degree: 8}}",
        "laplace_kernel": "{laplace_kernel: {bandwidth: 0.1}}",
        "laplace_short": f"{{laplace_kernel: {{bandwidth: {0.001 / n}, ridge: 0.1}}}}",
        "matern_3": "{matern: {nu: 3/2, bandwidth: 0.1}}",
        "matern_5": "{matern: {nu: 5/2, bandwidth: 0.1}}",
        "matern_short": f"{{matern: {{nu: 5/2, bandwidth: {0.01 / n}}}}}",
        "matern_ridge": "{matern: {nu: 5/2, bandwidth: 0.3, ridge: 0.1}}",
    } | {word: f"{{two_layer_network: {{activation: {word}, {width}}}}}" for word in activations}
    # Its dense systems take minutes beyond a thousand points.
    if n <= 1000:
        all["gaussian_kernel"] = f"{{gaussian_kernel: {{bandwidth: {0.3 / n}}}}}"
        all["gaussian_ridge"] = "{gaussian_kernel: {bandwidth: 0.1, ridge: 0.01}}"
    return all


def check(name, p, x, y, train_error, checked):
    values = evaluate(p, x)
    # Networks that training leaves far away are measured by what they are.
    spread = max(np.ptp(y), np.abs(values).max())
    miss = abs(np.abs(values - y).max() - train_error) / spread
    assert miss <= 1e-9, (name, len(x), x[0], miss)
    checked.append(name)


def parquet(tempered, folder, n, checked):
    study, out = folder / f"study-{n}.yaml", folder / f"run-{n}"
    lines = [f"  {label}: {choice}" for label, choice in estimators(n).items()]
    study.write_text(
        f"version: 1\nname: predictors\nseed: 5\ntrials: 2\ngenerate:\n  n: [{n}]\n  design: [uniform, grid]\n  target: zero\n"
        "  noise: {normal: {sd: 1}}\ntrain:\n" + "\n".join(lines) + "\nevaluate: {risks: [1]}\nstore: {weights: all}\n"
    )
    code = subprocess.run([tempered, "run", study, "--out", out, "--progress", "none"], capture_output=True).returncode
    assert code in (0, 3), code
    for label in estimators(n):
        weights = ds.dataset(out / "weights" / f"estimator={label}", format="parquet").to_table().to_pylist()
        metrics = ds.dataset(out / "metrics" / f"estimator={label}", format="parquet").to_table().to_pylist()
        errors = {(row["cell"], row["trial"]): row["train_error"] for row in metrics if row["status"] == "ok"}
        assert len(weights) == len(errors), label
        data = {}
        for trial in (0, 1):
            command = [tempered, "replay", out, "--estimator", label, "--n", n, "--trial", trial, "--format", "json"]
            for found in json.loads(run(*command)):
                data[json.dumps(found["weights"]["coefficient"])] = (np.array(found["x"]), np.array(found["y"]))
        for row in weights:
            x, y = data[json.dumps(row["coefficient"])]
            check(label, row, x, y, errors[row["cell"], row["trial"]], checked)


def exported(tempered, folder, n, offset, checked):
    rng = np.random.default_rng(n)
    # A step of a thousandth is told apart at 1e9, as between timestamps of milliseconds.
    x = offset + np.sort(rng.choice(10 * n, n, replace=False)) / (10 * n if offset == 0 else 1000)
    y = rng.standard_normal(n)
    data = folder / f"data-{n}-{offset:g}.csv"
    data.write_text("x,y\n" + "".join(f"{a!r},{b!r}\n" for a, b in zip(x.tolist(), y.tolist())))
    for label, choice in estimators(n).items():
        done = subprocess.run([tempered, "fit", data, "--estimator", choice, "--format", "json"], capture_output=True, text=True)
        if done.returncode == 0:
            fit = json.loads(done.stdout)
            check(label, fit["predictor"], x, y, fit["train_error"], checked)
        else:
            # There is no predictor: a system or a training that doubles cannot carry.
            reasons = ("ill-conditioned", "diverged", "not a finite number", "did not reach its tolerance")
            assert done.returncode == 2 and any(reason in done.stderr for reason in reasons), (label, done.stderr)


tempered, folder, *sizes = sys.argv[1:]
checked = []
for n in map(int, sizes):
    parquet(tempered, Path(folder), n, checked)
    for offset in (0.0, 1e9):
        exported(tempered, Path(folder), n, offset, checked)
missing = set(estimators(int(sizes[0]))) - set(checked)
assert not missing, missing
print(f"{len(checked)} predictors agree")
