"""A peer as a process: `python serve.py NAME` answers requests, a line of JSON each, so that rounds can take turns."""

import importlib.util
import json
import sys
import time

import numpy as np


def main(name):
    answers = sys.stdout
    sys.stdout = sys.stderr  # What libraries print is no answer.
    versions = {name: importlib.import_module(name).__version__}
    modules = {kind: found(f"{kind}_{name}") for kind in ("trials", "features", "descent")}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = OPERATIONS[request.pop("do")](modules, versions, **request)
        except Exception as error:  # Told to the other side, which goes on without this peer.
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        print(json.dumps(answer), file=answers, flush=True)


def found(module):
    return importlib.import_module(module) if importlib.util.find_spec(module) else None


def about(modules, versions):
    descent = list(modules["descent"].VARIANTS) if modules["descent"] else []
    return {"versions": versions, "trials": modules["trials"] is not None, "descent": descent} | {
        "features": list(modules["features"].WORK) if modules["features"] else []
    }


def trials(modules, _, count, n, seed):
    scores, answer = timed(modules["trials"].trials, count, n, seed)
    return answer | {"scores": scores.T.tolist()}


def features(modules, _, work, count, n, d, seed):
    scores, answer = timed(modules["features"].WORK[work], count, n, d, seed)
    return answer | {"scores": scores.T.tolist()}


def fixed(modules, _, x, y):
    return {"scores": modules["trials"].fixed(np.array(x), np.array(y))}


def descent(modules, _, variant, x, y, width, steps, rate, decay):
    """Trains from the same weights, N(0, 1/m), in every peer; answers with what the network says at the data."""
    x, y = np.array(x), np.array(y)
    theta = np.random.default_rng(0).standard_normal(3 * width + 2) / np.sqrt(width)
    theta[-2:] = 0.0
    theta, answer = timed(modules["descent"].VARIANTS[variant], x, y, theta, steps, rate, decay)
    a, w, b, skip = np.split(theta, [width, 2 * width, 3 * width])
    values = np.maximum(np.multiply.outer(x, w) + b, 0.0) @ a + skip[0] * x + skip[1]
    return answer | {"values": values.tolist()}


def timed(work, *arguments):
    wall, cpu = time.perf_counter(), time.process_time()
    result = work(*arguments)
    return result, {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


OPERATIONS = {"about": about, "trials": trials, "features": features, "fixed": fixed, "descent": descent}

if __name__ == "__main__":
    main(sys.argv[1])
