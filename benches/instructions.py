#!/usr/bin/env python3
"""Counts the instructions of each kernel a sample point, and compares them with instructions.txt.

Counts come from Valgrind and do not depend on what else the machine does. They do depend on the compiler and on the
registers that Valgrind shows to the program, so both are recorded beside them.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
RECORD = HERE / "instructions.txt"
ALLOWED = 0.03
# The difference of two runs is free of start and end; buffers have grown to their size after one round.
ROUNDS = 2, 12


def main():
    options = arguments()
    if not shutil.which("valgrind"):
        sys.exit("valgrind is not installed")
    bench = build()
    points, *kernels = subprocess.run([bench], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    counts = {kernel: each(bench, kernel, int(points)) for kernel in kernels}
    setting = about()
    if options.bless:
        RECORD.write_text(record(setting, counts))
        print(RECORD.read_text(), end="")
        return 0
    recorded, expected = read()
    if recorded != setting:
        print(f"recorded with {recorded}\n    this is {setting}")
    print(f"{'instructions a point':<24}{'recorded':>10}{'now':>10}{'change':>9}")
    grown = [kernel for kernel, count in counts.items() if grows(kernel, expected.get(kernel), count)]
    for kernel in expected.keys() - counts.keys():
        print(f"{kernel}: recorded, and no longer there")
    if grown:
        print(f"\nover {ALLOWED:.0%} more or not recorded: {', '.join(grown)}; where it is meant, OPTIONS=--bless")
    return bool(grown or expected.keys() - counts.keys())


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bless", action="store_true", help="record what was counted")
    return parser.parse_args()


def build():
    """The bench binary, from cargo's own account of what it built."""
    command = ["cargo", "bench", "--package", "tempered-math", "--bench", "instructions", "--no-run", "--quiet"]
    command.append("--message-format=json")
    lines = subprocess.run(command, cwd=HERE.parent, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    messages = map(json.loads, lines)
    made = [message["executable"] for message in messages if message.get("executable")]
    return made[-1]


def each(bench, kernel, points):
    few, many = (count(bench, kernel, rounds) for rounds in ROUNDS)
    return (many - few) / (ROUNDS[1] - ROUNDS[0]) / points


def count(bench, kernel, rounds):
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=no", f"--cachegrind-out-file={os.devnull}"]
    done = subprocess.run([*command, bench, kernel, str(rounds)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    found = re.search(r"I\s+refs:\s*([\d,]+)", done.stderr)
    if done.returncode or not found:
        sys.exit(f"{kernel}: {done.stderr}")
    return int(found[1].replace(",", ""))


def about():
    """What counts depend on besides the code: compiler, target and the widest registers, where Linux tells them."""
    text = subprocess.run(["rustc", "-vV"], cwd=HERE.parent, check=True, stdout=subprocess.PIPE, text=True).stdout
    fields = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    try:
        flags = set(re.search(r"^flags\s*:(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)[1].split())
    except (OSError, TypeError):
        flags = set()
    wide = "avx2" if {"avx2", "fma", "bmi2"} <= flags else "no avx2"
    return f"rustc {fields['release']}, {fields['host']}, {wide}"


def grows(kernel, before, now):
    """Prints a line; whether it needs too many more."""
    if before is None:
        print(f"{kernel:<24}{'–':>10}{now:>10.2f}")
        return True
    change = now / before - 1.0
    print(f"{kernel:<24}{before:>10.2f}{now:>10.2f}{change:>+9.1%}")
    return change > ALLOWED


def record(setting, counts):
    return "".join([f"# {setting}\n", *(f"{kernel:<16} {count:8.2f}\n" for kernel, count in counts.items())])


def read():
    head, *lines = RECORD.read_text().splitlines()
    return head.removeprefix("# "), {kernel.strip(): float(count) for kernel, count in (line.rsplit(maxsplit=1) for line in lines)}


if __name__ == "__main__":
    sys.exit(main())
