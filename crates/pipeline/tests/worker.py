"""A worker by the standard library alone, whose first argument says what it answers and whose second how it misbehaves.

values: the mean of y at every point · metrics: whole trials, the mean of n normal numbers and an interval · knots: the linear spline · weights: the weight of the first feature is `scale`, all others
are 0. Trials whose first label is above 2 misbehave.
"""

import array
import json
import math
import os
import random
import struct
import sys
import time

ANSWERS, MODE = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "good"
METRICS = ["estimate", "lower", "upper", "se", "above"] if ANSWERS == "metrics" else [] if ANSWERS == "samples" else ["bottom", "draw"]
ITEM = {"F64": "d", "U64": "Q", "U8": "B"}


def receive(stream):
    head = stream.read(8)
    if len(head) < 8:
        return None
    header = json.loads(stream.read(struct.unpack("<Q", head)[0]))
    words = header.pop("__metadata__", {})
    data = stream.read(max((info["data_offsets"][1] for info in header.values()), default=0))
    arrays = {}
    for name, info in header.items():
        values = array.array(ITEM[info["dtype"]])
        values.frombytes(data[slice(*info["data_offsets"])])
        arrays[name] = info["shape"], values
    return words, arrays


def send(stream, words, arrays=()):
    header, blobs, offset = {"__metadata__": words}, [], 0
    for name, dtype, shape, values in arrays:
        blob = array.array(ITEM[dtype], values).tobytes()
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    stream.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))
    stream.flush()


def fit(words, arrays):
    parameters = json.loads(words["parameters"])
    coordinates = json.loads(words["coordinates"])
    (count, n), y = arrays["y"]
    (_, _, d), x = arrays["x"]
    m = arrays["at"][0][1]
    seeds = arrays["seed"][1]
    assert coordinates["n"] == n and coordinates.get("noise", "normal") == "normal"
    status, values, ends, errors = [], [], [], {}
    metrics = {"bottom": [], "draw": []}
    for trial in range(count):
        sample = y[trial * n : (trial + 1) * n]
        is_bad = sample[0] > 2
        if is_bad and MODE == "crash":
            os.kill(os.getpid(), 11)
        if is_bad and MODE == "never":
            time.sleep(3600)
        status.append(int(is_bad and MODE == "raise"))
        if status[-1]:
            errors[str(trial)] = f"the first label is {sample[0]}"
        value = float("nan") if is_bad and MODE == "nan" else sum(sample) / n
        values += [value] * m
        ends.append((trial + 1) * n)
        metrics["bottom"].append(min(sample))
        metrics["draw"].append(seeds[4 * trial] / 2**64)
    arrays = [("status", "U8", [count], status)]
    if ANSWERS == "values":
        arrays.append(("values", "F64", [count, m], values))
    if ANSWERS == "knots":
        arrays += [("knot_ends", "U64", [count], ends), ("knot_x", "F64", [count * n], x), ("knot_y", "F64", [count * n], y)]
    if ANSWERS == "weights":
        weights = ([float(parameters["scale"])] + [0.0] * (d - 1)) * count
        arrays += [("weights", "F64", [count, d], weights), ("intercept", "F64", [count], [0.0] * count)]
    arrays += [(f"metric.{name}", "F64", [count], values) for name, values in metrics.items()]
    return {"errors": json.dumps(errors)} if errors else {}, arrays


def whole(words, arrays):
    """Means of n normal numbers of the standard deviation `sd`, with intervals of known width."""
    coordinates = json.loads(words["coordinates"])
    n, sd = coordinates["n"], coordinates.get("sd", 1)
    seeds = arrays["seed"][1]
    count = arrays["trial"][0][0]
    status, errors = [], {}
    metrics = {name: [] for name in METRICS}
    for trial in range(count):
        rng = random.Random(seeds[4 * trial])
        mean = sum(rng.gauss(0, sd) for _ in range(n)) / n
        is_bad = mean > 0.5 * sd
        if is_bad and MODE == "crash":
            os.kill(os.getpid(), 11)
        status.append(int(is_bad and MODE == "raise"))
        if status[-1]:
            errors[str(trial)] = f"the mean is {mean}"
        reach = 1.959963984540054 * sd / math.sqrt(n)
        low = float("nan") if is_bad and MODE == "nan" else mean - reach
        found = {"estimate": mean, "lower": low, "upper": mean + reach, "se": sd / math.sqrt(n), "above": float(mean > 0)}
        for name in METRICS:
            metrics[name].append(found[name])
    arrays = [("status", "U8", [count], status)]
    arrays += [(f"metric.{name}", "F64", [count], metrics[name]) for name in METRICS]
    return {"errors": json.dumps(errors)} if errors else {}, arrays


def samples(words, arrays):
    """Labels slope · (1, …, d)·x + noise of normal points, on the line of uniform ones; f* is given at the unit vectors, or at 0, ½ and 1."""
    coordinates = json.loads(words["coordinates"])
    n, d, slope, noise = coordinates["n"], coordinates.get("d", 1), coordinates["slope"], coordinates.get("noise_of_labels", 0)
    seeds = arrays["seed"][1]
    count = arrays["trial"][0][0]
    is_line = words["space"] == "line"
    status, errors, x, y, at, truth = [], {}, [], [], [], []
    for trial in range(count):
        rng = random.Random(seeds[4 * trial])
        rows = [[rng.random() if is_line else rng.gauss(0, 1) for _ in range(d)] for _ in range(n)]
        labels = [slope * sum((k + 1) * value for k, value in enumerate(row)) + noise * rng.gauss(0, 1) for row in rows]
        is_bad = rng.random() < 0.2
        if is_bad and MODE == "crash":
            os.kill(os.getpid(), 11)
        status.append(int(is_bad and MODE == "raise"))
        if status[-1]:
            errors[str(trial)] = "a bad draw"
        x += [value for row in rows for value in row]
        y += [float("nan")] * n if is_bad and MODE == "nan" else labels
        places = [[0.5], [0.0], [1.0]] if is_line else [[float(j == k) for k in range(d)] for j in range(d)]
        at += [value for place in places for value in place]
        truth += [slope * sum((k + 1) * value for k, value in enumerate(place)) for place in places]
    points = len(truth) // count
    arrays = [("status", "U8", [count], status), ("x", "F64", [count, n, d], x), ("y", "F64", [count, n], y)]
    arrays += [("at", "F64", [count, points, d], at), ("truth", "F64", [count, points], truth)]
    return {"errors": json.dumps(errors)} if errors else {}, arrays


def main():
    source, target = sys.stdin.buffer, sys.stdout.buffer
    while (message := receive(source)) is not None:
        words, arrays = message
        answer = {"kind": words["kind"], "request": words["request"]}
        if words["kind"] == "hello":
            version = "1"
            # A test of versions has one beside its copy of this file.
            if os.path.exists("version.txt"):
                with open("version.txt") as file:
                    version = file.read().strip()
            metrics = json.dumps(METRICS)
            answer |= {"protocol": "1", "name": "worker", "version": version, "metrics": metrics, "answers": ANSWERS, "reproducible": "bits"}
            send(target, answer)
        else:
            more, arrays = {"trial": whole, "fit": fit, "generate": samples}[words["kind"]](words, arrays)
            send(target, answer | more, arrays)


main()
