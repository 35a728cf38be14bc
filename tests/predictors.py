"""Stored and exported predictors, evaluated by their documented formulas alone, against data and against f at them.

Usage: python predictors.py TEMPERED FOLDER SIZE…

At every size every estimator is read twice: from the Parquet files of a study, whose designs lie on [0, 1], and from the
JSON of a fit to data of one's own, on [0, 1] and around 1e9, given as Parquet. Interpolants must meet the responses, all
others what the program itself says of f there, to 1e-9 of the range of the responses. Networks that training leaves far
from the data are measured by their own size instead; neurons that are not piecewise linear have places around 1e9 that
doubles tell apart to 1.2e-7, and their values are met to 1e-6.
"""

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

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
        # Far to the left of a neuron e^(-z) is infinite, and the neuron zero.
        with np.errstate(over="ignore"):
            f = NEURONS[form](s * (x[:, None] - t)) @ c
    return f + p["skip_slope"] * x + p["skip_intercept"]


def run(*words, code=0):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    assert done.returncode == code, (words, done.returncode, done.stderr)
    return done.stdout


INTERPOLANTS = {
    "linear_spline": "linear_spline",
    "clamped_spline": "{linear_spline: {ends: clamp}}",
    "min_norm": "min_norm",
    "clamped_norm": "{min_norm: {penalise_bias: false, ends: clamp}}",
    "nearest": "nearest",
    "shepard": "{shepard: {beta: 1.5}}",
    "cubic_spline": "cubic_spline",
    "clamped_cubic": "{cubic_spline: {ends: clamp}}",
    "laplace_kernel": "{laplace_kernel: {bandwidth: 0.1}}",
    "matern_3": "{matern: {nu: 3/2, bandwidth: 0.1}}",
    "matern_5": "{matern: {nu: 5/2, bandwidth: 0.1}}",
}
SMOOTHERS = {
    "weight_decay_path": "{weight_decay_path: {lambda: 0.001}}",
    "nearest_3": "{nearest: {k: 3}}",
    "polynomial": "{polynomial: {degree: 8}}",
    "legendre": "{legendre: {degree: 8}}",
    "matern_ridge": "{matern: {nu: 5/2, bandwidth: 0.3, ridge: 0.1}}",
    "gaussian_ridge": "{gaussian_kernel: {bandwidth: 0.1, ridge: 0.01}}",
}
ACTIVATIONS = ("leaky_relu", "relu_squared", "smelu", "softplus", "gelu", "silu", "golu", "tanh")
DENSE = {"gaussian_kernel", "gaussian_ridge"}
# Around 1e9 the penalty √(1 + x²) bends by less than it is rounded, which leaves open where kinks are: the solver says that
# it misses its tolerance, and there is no predictor to read.
REFUSED_FAR_OUT = {
    "weight_decay_path": "the solver did not reach its tolerance",
    # Its polynomials are those of the unit interval, wherever the data lie.
    "legendre": "the linear system is too ill-conditioned",
}
# A dense system of 5,000 points takes minutes and half a gigabyte, whatever its predictor.
LARGEST_DENSE = 1000


def interpolants(n):
    """Bandwidths from a hundred gaps to less than one: without ridge the Gaussian kernel is refused for longer ones."""
    short = {
        "matern_short": f"{{matern: {{nu: 5/2, bandwidth: {0.01 / n}}}}}",
        "gaussian_kernel": f"{{gaussian_kernel: {{bandwidth: {0.3 / n}}}}}",
    }
    return INTERPOLANTS | short


def networks(n, offset):
    """Few steps, as many as take seconds."""
    # Those that see x as it is, around 1e9, leave the finite numbers at any step that would change them.
    training = f"steps: {max(20000 // n, 20)}" + (", lr: 1.0e-40" if offset else "")
    width = f"width: 30, {training}"
    centred = f"width: 30, steps: {max(20000 // n, 20)}, inputs: centred"
    all = {"deep_relu_network": f"{{deep_relu_network: {{layers: [9, 7], {training}}}}}"}
    for prefix, setting in (("", width), ("centred_", centred)):
        all[prefix + "relu_network"] = f"{{relu_network: {{{setting}}}}}"
        for word in ACTIVATIONS:
            all[prefix + word] = f"{{two_layer_network: {{activation: {word}, {setting}}}}}"
    return all


def estimators(n, offset=0.0):
    """Every estimator of the catalogue."""
    smoothers = SMOOTHERS | {"laplace_short": f"{{laplace_kernel: {{bandwidth: {0.001 / n}, ridge: 0.1}}}}"}
    all = interpolants(n) | smoothers | networks(n, offset)
    return {label: choice for label, choice in all.items() if n <= LARGEST_DENSE or label not in DENSE}


def check(name, n, p, x, y, f):
    """Reads the predictor at x, where the responses are y and the program says f, which is None where it says nothing."""
    values = evaluate(p, x)
    trained = name in networks(n, 0.0)
    spread = max(np.ptp(y), np.abs(values).max()) if trained else np.ptp(y)
    slack = 1e-6 if x[0] >= 1e9 and name.startswith("centred_") and p["form"] != "knots" else 1e-9
    wanted = [y] if name in interpolants(n) else []
    for want in wanted + ([f] if f is not None else []):
        miss = np.abs(values - want).max() / spread
        assert miss <= slack, (name, n, x[0], miss)
    return np.abs(values - y).max(), slack * spread


def parquet(tempered, folder, n):
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
        # Uniform points may be too close for the Gaussian kernel; those of a grid are not.
        assert len(weights) == len(errors) >= (2 if label == "gaussian_kernel" else 4), (label, n, len(errors))
        data = {}
        for trial in (0, 1):
            command = [tempered, "replay", out, "--estimator", label, "--n", n, "--trial", trial, "--format", "json"]
            for found in json.loads(run(*command)):
                data[json.dumps(found["weights"]["coefficient"])] = (np.array(found["x"]), np.array(found["y"]))
        for row in weights:
            x, y = data[json.dumps(row["coefficient"])]
            miss, slack = check(label, n, row, x, y, None)
            error = errors[row["cell"], row["trial"]]
            assert abs(miss - error) <= slack, (label, n, miss, error)
            yield label


def exported(tempered, folder, n, offset):
    rng = np.random.default_rng(n)
    # A point in the middle half of each of n cells, in steps of 2^-20, which doubles tell apart at 1e9.
    x = offset + np.floor((np.arange(n) + rng.uniform(0.25, 0.75, n)) / n * 2**20) / 2**20
    y = rng.standard_normal(n)
    data = folder / f"data-{n}-{offset:g}.parquet"
    pq.write_table(pa.table({"x": x, "y": y}), data)
    for label, choice in estimators(n, offset).items():
        command = [tempered, "fit", data, "--estimator", choice, "--format", "json"]
        if offset and label in REFUSED_FAR_OUT:
            refusal = subprocess.run([str(word) for word in command], capture_output=True, text=True)
            assert refusal.returncode == 2 and REFUSED_FAR_OUT[label] in refusal.stderr, (label, n, refusal)
            yield label
            continue
        fit, at = json.loads(run(*command)), json.loads(run(*command, "--at", data))["at"]
        assert [point["x"] for point in at] == x.tolist(), label
        f = np.array([point["y_hat"] for point in at])
        miss, slack = check(label, n, fit["predictor"], x, y, f)
        assert abs(miss - fit["train_error"]) <= slack, (label, n, offset, miss, fit["train_error"])
        yield label


def every_estimator_is_here(tempered):
    listed = run(tempered, "list").split("\nestimators on the line\n")[1].split("\n\n")[0]
    names = {line.split()[0] for line in listed.splitlines() if line.startswith("  ") and line[2] != " "}
    # A program of the user's, which stores what it answers.
    names.discard("process")
    here = {choice.strip("{").split(":")[0] for choice in estimators(10).values()}
    assert names == here, names ^ here


tempered, folder, *sizes = sys.argv[1:]
every_estimator_is_here(tempered)
checked = 0
for n in map(int, sizes):
    done = [list(parquet(tempered, Path(folder), n))]
    done += [list(exported(tempered, Path(folder), n, offset)) for offset in (0.0, 1e9)]
    assert all(set(labels) == set(estimators(n)) for labels in done), n
    checked += sum(map(len, done))
print(f"{checked} predictors agree")
