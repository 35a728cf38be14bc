"""Answers to Tempered's requests, by the function that a worker declares."""

from __future__ import annotations

import json
import os
import platform
import sys
import traceback
from typing import Any, BinaryIO, Callable, Protocol

import numpy as np

from .messages import Array, Arrays, Words, receive, send
from .worker import Worker, latest

PROTOCOL = "1"
#: Characters of a traceback that are sent: its end says what went wrong.
LONGEST_TEXT = 4000


def serve(worker: Worker | None = None) -> None:
    """Answers requests until there are no more. What is printed goes to standard error, since standard output is the channel."""
    worker = worker or latest()
    if worker is None:
        raise RuntimeError("there is nothing to serve: decorate a function with @tempered.estimator, @tempered.trial or @tempered.generator")
    source = os.fdopen(os.dup(0), "rb")
    target = os.fdopen(os.dup(1), "wb")
    # Programs that this one starts must not read requests, nor write between answers.
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    while (message := receive(source)) is not None:
        _answer(worker, message, target)


def _answer(worker: Worker, message: tuple[Words, Arrays], target: BinaryIO) -> None:
    words, arrays = message
    kind = words.get("kind", "")
    answer = {"kind": kind, "request": words.get("request", "")}
    if kind == "hello":
        answer |= {
            "protocol": PROTOCOL,
            "name": worker.name,
            "version": worker.version,
            "metrics": json.dumps(worker.metrics),
            "reproducible": worker.reproducible,
            "answers": worker.answers,
            "environment": f"python {platform.python_version()}, numpy {np.__version__}",
        }
        send(target, answer, {})
    elif kind in ("fit", "trial", "generate"):
        if {"trial": "metrics", "generate": "samples"}.get(kind, kind) != _asked(worker):
            raise ValueError(f"a request of the kind {kind!r}, but {worker.name} answers {worker.answers}")
        compute = {"fit": _fit, "trial": _trial, "generate": _generate}[kind]
        errors, results = compute(worker, words, arrays)
        if errors:
            answer["errors"] = json.dumps(errors)
        send(target, answer, results)
    else:
        raise ValueError(f"a request of the kind {kind!r}, which this version of the package does not know")


class _Shape(Exception):
    """What a function returned is not what it declares."""


def _fit(
    worker: Worker, words: Words, arrays: Arrays
) -> tuple[Words, Arrays]:
    """Fits the trials of a batch one after the other."""
    parameters = worker.named(words)
    x, y, at, seeds = (arrays[name] for name in ("x", "y", "at", "seed"))
    status = np.zeros(len(y), np.uint8)
    metrics = {name: np.full(len(y), np.nan) for name in worker.metrics}
    takers: dict[str, Callable[[int, int, int], _Taker]] = {"values": _Values, "weights": _Weights, "knots": _Knots}
    taker = takers[worker.answers](len(y), at.shape[1], x.shape[2])
    errors: Words = {}
    rng = _Random()
    for trial in range(len(y)):
        rng.begin(seeds[trial])
        try:
            answer = worker.function(x[trial], y[trial], at[trial], rng.generator, **parameters)
            own: dict[str, Any] = {}
            if worker.metrics:
                *parts, own = answer
                answer = parts[0] if len(parts) == 1 else parts
            taker.take(trial, answer)
            for name in worker.metrics:
                metrics[name][trial] = own[name]
        except MemoryError:
            _give_up()
        except Exception:
            status[trial] = 1
            errors[str(trial)] = traceback.format_exc()[-LONGEST_TEXT:]
            taker.skip(trial)
    results = {"status": status} | taker.arrays() | {f"metric.{name}": values for name, values in metrics.items()}
    return errors, results


def _trial(
    worker: Worker, words: Words, arrays: Arrays
) -> tuple[Words, Arrays]:
    """Computes the trials of a batch one after the other."""
    named = worker.named(words)
    seeds = arrays["seed"]
    status = np.zeros(len(seeds), np.uint8)
    metrics = {name: np.full(len(seeds), np.nan) for name in worker.metrics}
    errors: Words = {}
    rng = _Random()
    for trial in range(len(seeds)):
        rng.begin(seeds[trial])
        try:
            own = worker.function(rng=rng.generator, **named)
            if not isinstance(own, dict) or set(own) != set(metrics):
                found = sorted(own) if isinstance(own, dict) else type(own).__name__
                raise _Shape(f"the function returned {found}; expected a dictionary of {sorted(metrics)}")
            for name in worker.metrics:
                metrics[name][trial] = own[name]
        except MemoryError:
            _give_up()
        except Exception:
            status[trial] = 1
            errors[str(trial)] = traceback.format_exc()[-LONGEST_TEXT:]
    return errors, {"status": status} | {f"metric.{name}": values for name, values in metrics.items()}


def _asked(worker: Worker) -> str:
    return worker.answers if worker.answers in ("metrics", "samples") else "fit"


def _generate(
    worker: Worker, words: Words, arrays: Arrays
) -> tuple[Words, Arrays]:
    """Draws the training sets of a batch one after the other."""
    named = worker.named(words)
    coordinates = json.loads(words["coordinates"])
    n, d = coordinates["n"], coordinates.get("d", 1)
    seeds = arrays["seed"]
    count = len(seeds)
    status, errors = np.zeros(count, np.uint8), {}
    x, y = np.zeros((count, n, d)), np.zeros((count, n))
    at, truth = [np.zeros((0, d))] * count, [np.zeros(0)] * count
    rng = _Random()
    for trial in range(count):
        rng.begin(seeds[trial])
        try:
            parts = [np.asarray(part, float) for part in worker.function(rng=rng.generator, **named)]
            if len(parts) != 4:
                raise _Shape(f"the function returned {len(parts)} arrays; expected x, y, at and truth")
            own_x, own_y, own_at, own_truth = parts
            if own_x.ndim == 1 and d == 1:
                own_x, own_at = own_x[:, None], own_at.reshape(-1, 1)
            if own_x.shape != (n, d) or own_y.shape != (n,):
                raise _Shape(f"x and y have the shapes {own_x.shape} and {own_y.shape}; expected {(n, d)} and {(n,)}")
            if own_at.shape != (len(own_truth), d) or own_truth.ndim != 1:
                found = f"{own_at.shape} and {own_truth.shape}"
                raise _Shape(f"at and truth have the shapes {found}; expected (m, {d}) and (m,)")
            x[trial], y[trial], at[trial], truth[trial] = own_x, own_y, own_at, own_truth
        except MemoryError:
            _give_up()
        except Exception:
            status[trial] = 1
            errors[str(trial)] = traceback.format_exc()[-LONGEST_TEXT:]
    # Trials that failed have as many points as the others.
    points = max(max(len(one) for one in truth), 2)
    for trial in range(count):
        if status[trial]:
            at[trial], truth[trial] = np.zeros((points, d)), np.zeros(points)
        elif len(truth[trial]) != points:
            status[trial] = 1
            errors[str(trial)] = f"truth has {len(truth[trial])} numbers, where another trial has {points}"
            at[trial], truth[trial] = np.zeros((points, d)), np.zeros(points)
    return errors, {"status": status, "x": x, "y": y, "at": np.stack(at), "truth": np.stack(truth)}


def _give_up() -> None:
    """Ends this program for want of memory, which concerns the machine and not the trial: Tempered ends the run, and nothing is stored."""
    traceback.print_exc()
    sys.stderr.flush()
    os.kill(os.getpid(), 9)


class _Random:
    """A generator that begins anew in each trial: to make one costs more than many a fit."""

    def __init__(self) -> None:
        self.bits = np.random.Philox(key=0)
        self.generator = np.random.Generator(self.bits)
        self.fresh = self.bits.state

    def begin(self, seed: Array) -> None:
        """The state of ``numpy.random.Philox(key=seed[:2])``."""
        self.fresh["state"]["key"] = seed[:2]
        self.bits.state = self.fresh


class _Taker(Protocol):
    """What takes the answers of a batch, one after the other."""

    def take(self, trial: int, answer: Any) -> None: ...

    def skip(self, trial: int) -> None: ...

    def arrays(self) -> Arrays: ...


class _Values:
    """Values at the points of each trial."""

    def __init__(self, count: int, points: int, features: int) -> None:
        self.values = np.zeros((count, points))

    def take(self, trial: int, answer: Any) -> None:
        values = np.asarray(answer, float)
        if values.shape != self.values.shape[1:]:
            raise _Shape(f"values have the shape {values.shape}; expected {self.values.shape[1:]}, one for each row of `at`")
        self.values[trial] = values

    def skip(self, trial: int) -> None:
        self.values[trial] = 0.0

    def arrays(self) -> Arrays:
        return {"values": self.values}


class _Weights:
    """Weights and intercepts of planes."""

    def __init__(self, count: int, points: int, features: int) -> None:
        self.weights, self.intercept = np.zeros((count, features)), np.zeros(count)

    def take(self, trial: int, answer: Any) -> None:
        weights, intercept = answer
        weights = np.asarray(weights, float)
        if weights.shape != self.weights.shape[1:]:
            raise _Shape(f"weights have the shape {weights.shape}; expected {self.weights.shape[1:]}, one for each feature")
        self.weights[trial], self.intercept[trial] = weights, float(intercept)

    def skip(self, trial: int) -> None:
        self.weights[trial], self.intercept[trial] = 0.0, 0.0

    def arrays(self) -> Arrays:
        return {"weights": self.weights, "intercept": self.intercept}


class _Knots:
    """Knots of piecewise-linear functions, those of all trials one after the other."""

    def __init__(self, count: int, points: int, features: int) -> None:
        self.x: list[Array] = [np.zeros(0)] * count
        self.y: list[Array] = [np.zeros(0)] * count

    def take(self, trial: int, answer: Any) -> None:
        x, y = (np.asarray(part, float) for part in answer)
        if x.ndim != 1 or x.shape != y.shape or len(x) < 2:
            raise _Shape(f"knots have the shapes {x.shape} and {y.shape}; expected one length of at least 2")
        self.x[trial], self.y[trial] = x, y

    def skip(self, trial: int) -> None:
        self.x[trial] = self.y[trial] = np.zeros(0)

    def arrays(self) -> Arrays:
        ends = np.cumsum([len(x) for x in self.x]).astype(np.uint64)
        return {"knot_ends": ends, "knot_x": np.concatenate(self.x), "knot_y": np.concatenate(self.y)}
