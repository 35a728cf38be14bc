"""Draws figures.csv: processor time above, peak of memory below."""

import csv
import sys
from collections import defaultdict

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams |= {"svg.hashsalt": "tempered", "svg.fonttype": "none", "font.size": 9, "font.family": "sans-serif"}

from matplotlib import pyplot  # noqa: E402

BLUE, ORANGE, GREY = "#2563a8", "#c8641e", "#8a8a8a"


def main(source, target, *axes):
    names = dict(axis.split("=") for axis in axes)
    rows = defaultdict(list)
    with open(source, newline="") as file:
        for row in csv.DictReader(file):
            rows[row.pop("series")].append({name: float(value) for name, value in row.items()})
    figure, panels = pyplot.subplots(2, 3, figsize=(9.6, 5.2), sharex="col", layout="constrained")
    (time, each, added), (peak, peak_each, peak_added) = panels
    draw(time, rows["trials"], cpu)
    # A line through the last point: where time is proportional to trials, the others approach it from above.
    first, last = rows["trials"][0], rows["trials"][-1]
    time.plot([first["x"], last["x"]], [cpu(last) * first["x"] / last["x"], cpu(last)], "--", color=GREY, lw=1)
    time.annotate("∝ trials", (3e4, cpu(last) * 3e4 / last["x"]), (6, -10), textcoords="offset points", color=GREY)
    draw(each, rows["n"], lambda row: 1e9 * cpu(row) / row["n"] / row["trials"])
    draw(peak, rows["trials"], memory)
    draw(peak_each, rows["n"], memory)
    for colour, name in ((BLUE, "estimators"), (ORANGE, "risks")):
        draw(added, rows[name], cpu, colour, names[name])
        draw(peak_added, rows[name], memory, colour)
    added.legend(frameon=False, loc="upper left")
    time.set(xscale="log", yscale="log", title="20 points a trial", ylabel="processor time, s")
    each.set(xscale="log", title="as many points in all", ylabel="processor time, ns a point")
    added.set(title="10,000 trials of 1,000 points", ylabel="processor time, s")
    peak.set(xlabel="trials", ylabel="peak of memory, MB")
    peak_each.set(xlabel="points a trial", ylabel="peak of memory, MB", yscale="log")
    peak_added.set(xlabel="estimators or exponents", ylabel="peak of memory, MB", xticks=range(1, 9))
    for panel in (each, added, peak, peak_added):
        panel.set_ylim(bottom=0)
    for panel in panels.flat:
        panel.spines[["top", "right"]].set_visible(False)
        panel.grid(color="#e4e4e4", lw=0.6)
        panel.set_axisbelow(True)
        panel.title.set_fontsize(9)
    figure.savefig(target, metadata={"Date": None, "Creator": None})


def draw(panel, rows, value, colour=BLUE, label=None):
    panel.plot([row["x"] for row in rows], list(map(value, rows)), "o-", color=colour, ms=4, lw=1.2, label=label)


def cpu(row):
    return row["cpu"]


def memory(row):
    return row["memory"] / 1e6


if __name__ == "__main__":
    main(*sys.argv[1:])
