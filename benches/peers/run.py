#!/usr/bin/env python3
"""Runs Tempered and its peers side by side, checks that they agree, and prints times and ratios."""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import environment
from tempered import Tempered

N = 1000  # Points of a trial.
PUBLISHED = [-1.5, -1.0, 0.0, 0.25, 2.0], [0.7, -0.3, -0.3, 0.4, 0.2]  # THEORY, §5.
NETWORKS = [(5, 200), (200, 1000), (1000, 1000)]  # Points and neurons.
# Work with d features: what, points, features, the least trials of a round.
FEATURES = [
    ("minimum_norm", 20, 40, 20_000),
    ("minimum_norm", 200, 400, 200),
    ("minimum_norm", 1000, 2000, 8),
    ("ridge_path", 200, 400, 100),
    ("random_features", 256, 50, 100),
    ("laplace_kernel", 1000, 5, 16),
    ("shepard", 1000, 3, 64),
    ("nearest", 1000, 2, 64),
    ("nearest", 1000, 3, 64),
    ("nearest", 1000, 5, 64),
]
LEAST = 4000  # Trials of Tempered in a round: the start and the end of the program are part of its time.
RATE, DECAY = 0.05, 1e-3
CONVERGED = 10_000  # Steps after which the network of the published points stays where it is, to 1e-3.
SEED = 1


class Peer:
    """A process of `serve.py`."""

    def __init__(self, python, name, threads):
        command = [python, environment.HERE / "serve.py", name]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, env=os.environ | environment.settings(threads), **pipes)

    def ask(self, do, **request):
        try:
            print(json.dumps({"do": do, **request}), file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        answer = json.loads(line) if line else {"error": "the process ended"}
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer


@dataclass
class Entry:
    """One line of the table: `measure(amount, round)` takes the time of that many trials or steps."""

    workload: str
    who: str
    unit: float  # Seconds in the unit that is printed, times what one of the amount stands for.
    measure: Callable
    amount: int = 16  # At least.
    answers: list = field(default_factory=list)

    def calibrate(self, budget):
        """Warms up, then finds the amount that fills the budget of a round."""
        least = self.amount
        self.measure(least, 0)
        while (wall := self.measure(self.amount, 0)["wall"]) < 0.25 * budget:
            self.amount *= 4
        self.amount = max(least, round(self.amount * budget / wall))

    def times(self, clock):
        return [answer[clock] / self.amount / self.unit for answer in self.answers]


@dataclass
class Check:
    """What is compared with Tempered: agrees where the difference is at most the bound."""

    what: str
    who: str
    difference: float
    bound: float

    def __str__(self):
        word = "agrees" if self.difference <= self.bound else "DIFFERS"
        return f"  {self.who:<28} {self.what:<54} {self.difference:8.1e} of {self.bound:.0e}  {word}"


def main():
    options = arguments()
    binary = environment.binary()
    python, skipped = environment.install()
    environment.pin(options.threads)
    peers, versions = {}, []
    for name in environment.PEERS:
        if name not in skipped:
            try:
                peer = Peer(python, name, options.threads)
                peers[name] = peer, peer.ask("about")
                versions += [f"{key} {value}" for key, value in peers[name][1]["versions"].items()]
            except RuntimeError as error:
                skipped[name] = error
    with tempfile.TemporaryDirectory(prefix="tempered-peers-") as folder:
        tempered = Tempered(binary, Path(folder), options.threads)
        versions.insert(0, tempered.version())
        checks = compare_answers(tempered, peers, skipped)
        entries = measure(tempered, peers, skipped, options)
    checks += compare_medians(entries)
    for peer, _ in peers.values():
        peer.process.stdin.close()
        peer.process.wait()

    print_table(entries)
    print(f"\n{environment.processor()}, {options.threads} thread(s), {options.rounds} rounds")
    print(", ".join([*versions, f"Python {sys.version.split()[0]}"]))
    print("\nChecks against Tempered: difference of allowed")
    print("\n".join(map(str, checks)))
    for name, why in skipped.items():
        print(f"\nskipped: {name}: {why}")
    return any(check.difference > check.bound for check in checks)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short rounds and few of them")
    parser.add_argument("--threads", type=int, default=1, help="threads of everybody")
    parser.add_argument("--rounds", type=int, help="rounds in which all take turns")
    options = parser.parse_args()
    options.rounds = options.rounds or (3 if options.quick else 7)
    options.budget = 0.2 if options.quick else 1.0
    return options


def data(n, seed):
    """n uniform points with N(0, 1) labels, the same for all."""
    rng = random.Random(seed)
    x = sorted(rng.random() for _ in range(n))
    return x, [rng.gauss(0.0, 1.0) for _ in range(n)]


def training(n, width):
    x, y = PUBLISHED if n == 5 else data(n, SEED)
    return {"x": x, "y": y, "width": width, "rate": RATE, "decay": DECAY}


def measure(tempered, peers, skipped, options):
    """The entries, with the answers of all rounds."""
    entries = [entry for group in workloads(tempered, peers) for entry in group]
    for entry in list(entries):
        try:
            entry.calibrate(options.budget)
        except RuntimeError as error:
            skipped[f"{entry.who}, {entry.workload}"] = error
            entries.remove(entry)
    for turn in range(options.rounds):
        print(f"round {turn + 1} of {options.rounds}", file=sys.stderr, flush=True)
        for entry in entries:
            entry.answers.append(entry.measure(entry.amount, turn + 1))
    return entries


def workloads(tempered, peers):
    """The entries by workload, Tempered first."""
    name, unit = f"minimum-norm trials, n = {N}: ns a point", 1e-9 * N
    group = [Entry(name, "Tempered, whole program", unit, lambda count, turn: tempered.trials(count, N, turn), LEAST)]
    for who, (peer, about) in peers.items():
        if about["trials"]:
            ask = lambda count, turn, peer=peer: peer.ask("trials", count=count, n=N, seed=turn)
            group.append(Entry(name, who, unit, ask))
    yield group
    for work, n, d, least in FEATURES:
        name = f"{work.replace('_', ' ')}, n = {n}, d = {d}: µs a trial"
        ours = lambda count, turn, job=(work, n, d): tempered.features(*job, count, turn)
        group = [Entry(name, "Tempered, whole program", 1e-6, ours, least)]
        for who, (peer, about) in peers.items():
            if work in about["features"]:
                ask = lambda count, turn, peer=peer, job={"work": work, "n": n, "d": d}: peer.ask(
                    "features", count=count, seed=turn, **job
                )
                group.append(Entry(name, who, 1e-6, ask, max(1, least // 20)))
        yield group
    for n, width in NETWORKS:
        name, job = f"gradient descent, n = {n}, m = {width}: µs a step", training(n, width)
        group = [Entry(name, "Tempered", 1e-6, lambda steps, _, job=job: tempered.descent(steps=steps, **job))]
        for who, variant, peer in trainers(peers):
            ask = lambda steps, _, peer=peer, variant=variant, job=job: peer.ask(
                "descent", variant=variant, steps=steps, **job
            )
            group.append(Entry(name, f"{who} {variant}", 1e-6, ask))
        yield group


def trainers(peers):
    return [(who, variant, peer) for who, (peer, about) in peers.items() for variant in about["descent"]]


def compare_answers(tempered, peers, skipped):
    """One data set and the published network; between peers also a few steps from the same weights."""
    checks = []
    x, y = data(N, SEED)
    expected = tempered.fixed(x, y)
    for who, (peer, about) in peers.items():
        if about["trials"]:
            scores = peer.ask("fixed", x=x, y=y)["scores"]
            pairs = [pair for ours, theirs in zip(expected, scores) for pair in zip(ours, theirs)]
            worst = max(abs(theirs / ours - 1.0) for ours, theirs in pairs)
            checks.append(Check("R_1, R_2, norm of both fits to one data set, relative", who, worst, 1e-9))
    limit = tempered.descent(steps=CONVERGED, **training(*NETWORKS[0]))["values"]
    spread = max(PUBLISHED[1]) - min(PUBLISHED[1])
    first = None
    for who, variant, peer in trainers(peers):
        print(f"checking {who} {variant}", file=sys.stderr, flush=True)
        train = lambda steps, network: peer.ask("descent", variant=variant, steps=steps, **training(*network))["values"]
        try:
            worst = apart(train(CONVERGED, NETWORKS[0]), limit) / spread
            start = train(100, NETWORKS[1])
        except RuntimeError as error:
            skipped[f"{who} {variant}"] = error
            continue
        who = f"{who} {variant}"
        checks.append(Check("converged network at 5 points, of the range of y", who, worst, 0.01))
        if first is None:
            first, values = who, start
        else:
            checks.append(Check(f"100 steps from the weights of {first}", who, apart(start, values), 1e-9))
    return checks


def apart(ours, theirs):
    return max(abs(a - b) for a, b in zip(ours, theirs))


def compare_medians(entries):
    """Medians of R_1 and R_2 over all rounds, apart by at most 4 standard errors."""
    known = [entry for entry in entries if "medians" in entry.answers[0] or "scores" in entry.answers[0]]
    checks = []
    for workload in dict.fromkeys(entry.workload for entry in known):
        expected, *others = [(entry.who, medians(entry)) for entry in known if entry.workload == workload]
        for who, found in others:
            pairs = zip(found, expected[1])
            worst = max(abs(a - b) / (u * u + v * v) ** 0.5 for (a, u), (b, v) in pairs)
            what = f"medians of {workload.split(':')[0]}, in errors"
            checks.append(Check(what, who, worst, 4.0))
    return checks


def medians(entry):
    """Median and standard error of each score, the errors from 95 % intervals of order statistics."""
    if "medians" in entry.answers[0]:
        rows = zip(*(answer["medians"] for answer in entry.answers))
    else:
        rows = zip(*([interval(scores) for scores in answer["scores"]] for answer in entry.answers))
    result = []
    for row in rows:
        errors = [(high - low) / 3.92 for low, _, high in row]
        weights = [1.0 / error**2 for error in errors]
        centre = sum(w * middle for w, (_, middle, _) in zip(weights, row)) / sum(weights)
        result.append((centre, sum(weights) ** -0.5))
    return result


def interval(values):
    values, n = sorted(values), len(values)
    reach = 0.98 * n**0.5
    return values[max(0, round(n / 2 - reach))], statistics.median(values), values[min(n - 1, round(n / 2 + reach))]


def print_table(entries):
    """Best and median wall time, best processor time, and the ratio of best wall times to Tempered's."""
    workload = None
    for entry in entries:
        if entry.workload != workload:
            workload = entry.workload
            ours = min(entry.times("wall"))
            print(f"\n{workload:<52} {'best':>10} {'median':>10} {'processor':>10} {'ratio':>9}")
        wall, cpu = entry.times("wall"), entry.times("cpu")
        row = [min(wall), statistics.median(wall), min(cpu)]
        cells = " ".join(f"{figure(value):>10}" for value in row)
        print(f"  {entry.who:<50} {cells} {figure(min(wall) / ours):>8}×")


def figure(value):
    """Three digits."""
    return f"{value:.{max(0, 2 - len(str(int(value))) + 1)}f}"


if __name__ == "__main__":
    sys.exit(main())
