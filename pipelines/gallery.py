"""Runs the studies beside this file and writes README.md: the question, the answer and a figure of each.

Usage: gallery.py [--binary PATH] [--report-binary PATH] [--runs FOLDER] [STUDY …]

Questions are the opening comments of the studies, answers are made from `tempered analyze --format json`, figures are those
of `tempered report --figures`. A study that has run already in FOLDER is not run again. With names of studies only these are
run, and README.md is not written.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The largest SVG file that a reader of the page should have to load.
MOST_BYTES = 100_000


def short(x):
    """Three significant digits, as people write them."""
    text = f"{x:.3g}"
    return f"{float(text):.0f}" if "e+" in text and x < 1e6 else text.replace("e-0", "e-").replace("e+0", "e")


def listed(items):
    items = [str(item) for item in items]
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


def classes(series, which):
    """Of each estimator its class, and where it is of another one."""
    sentences = []
    for name in dict.fromkeys(one["estimator"] for one in series):
        own = [one for one in series if one["estimator"] == name]
        kinds = list(dict.fromkeys(one[which] for one in own))
        usual = max(kinds, key=lambda kind: sum(one[which] == kind for one in own))
        words = f"`{name}` is {usual}"
        others = []
        for kind in (kind for kind in kinds if kind != usual):
            for design in dict.fromkeys(one["design"] for one in own):
                at = [str(one["p"]).removesuffix(".0") for one in own if one["design"] == design and one[which] == kind]
                if at:
                    others.append(f"{kind} for p = {listed(at)} ({design})")
        sentences.append(words + (f" but {listed(others)}" if others else ""))
    return "; ".join(sentences)


def agreement(series):
    spoken = [(one["in_probability"], one["theory_in_probability"]) for one in series]
    spoken += [(one["in_expectation"], one["theory_in_expectation"]) for one in series]
    spoken = [(found, theory) for found, theory in spoken if theory]
    right = sum(found == theory for found, theory in spoken)
    undecided = sum(found == "undecided" for found, _ in spoken)
    wrong = len(spoken) - right - undecided
    return f"Where theory speaks, {right} of {len(spoken)} verdicts agree with it, {undecided} are undecided and {wrong} differ."


def in_probability(series):
    return f"In probability {classes(series, 'in_probability')}. {agreement(series)}"


def in_expectation(series):
    return f"In expectation {classes(series, 'in_expectation')}. {agreement(series)}"


def curves(document, quantity, starts=""):
    return [c for c in document["curves"] if c["quantity"] == quantity and c["estimator"].startswith(starts)]


def ends(curve):
    """The first and the last place, in words."""
    first, last = curve["points"][0], curve["points"][-1]
    return (
        f"{short(first['value'])} at {curve['along']} = {short(first['at'])} and "
        f"{short(last['value'])} at {short(last['at'])}"
    )


def longest(found):
    return max(found, key=lambda curve: len(curve["points"]))


def weight_decay_path(document):
    parts = []
    for path in curves(document, "risk_l2", "path"):
        least = path["points"][path["minimum"]["place"]]
        level = {c["estimator"]: c["points"][0]["value"] for c in curves(document, "risk_l2") if c["n"] == path["n"]}
        parts.append(
            f"at n = {path['n']} the median of R₂ is least at λ = {short(least['at'])}, {short(least['value'])} against "
            f"{short(level['min_norm'])} of the interpolant and {short(level['line'])} of the line"
        )
    return "Between interpolation and the line lies the best λ: " + "; ".join(parts) + "."


def gd_to_min_norm(document):
    net = longest(curves(document, "distance_sup", "net"))
    course = {"decreasing": "falls at every step", "falling": "falls"}.get(net["course"], f"has the course {net['course']}")
    floor = [c for c in curves(document, "distance_sup", "path")][-1]
    return (
        f"The distance from the minimum-norm interpolant {course} along the width: {ends(net)} (medians, {net['estimator']}). "
        f"The exact solution for {floor['estimator'].split('[')[1][:-1]} lies at {short(floor['points'][0]['value'])}."
    )


def mean_field_knots(document):
    more = longest(curves(document, "gaps_with_more", "net"))
    young = [c for c in curves(document, "gaps_with_more", "net") if len(c["points"]) == 1]
    text = f"The share of gaps with more than three knots is {ends(more)} ({more['estimator']})"
    if young:
        place = young[0]["points"][0]
        text += f"; after fewer steps ({young[0]['estimator']}) it is {short(place['value'])} even there"
    return text + "."


def stable_minima(document):
    parts = []
    names = {"train_error": "training error", "variation": "variation", "risk_l2": "R₂"}
    for quantity, words in names.items():
        curve = longest(curves(document, quantity, "net"))
        parts.append(f"{words} {ends(curve)}")
    return "From the smallest to the largest step: " + "; ".join(parts) + "."


def double_descent(document):
    curve = curves(document, "risk_l2", "least_squares")[0]
    peak = curve["points"][curve["maximum"]["place"]]
    inside = sum(p["low"] <= p["theory"] <= p["high"] for p in curve["points"])
    ridge = curves(document, "risk_l2", "ridge")[0]
    return (
        f"The median of R₂ of least squares peaks at d = {short(peak['at'])} with {short(peak['value'])}, where the exact law has "
        f"{short(peak['theory'])}; {inside} of {len(curve['points'])} intervals hold the law's median. Ridge regression with the best "
        f"penalty has no peak: {ends(ridge)}."
    )


def spectra(series):
    words = [
        f"{one['in_probability']} for `{one['design'].replace('spectrum=identity', 'equal variances').replace('spectrum=', '')}`"
        for one in series
        if one["p"] == 2
    ]
    return f"R₂ of least squares is in probability {listed(words)}. {agreement(series)}"


def own_table(series):
    def medians(name):
        return {level["n"]: level["median"] for one in series if one["estimator"] == name and one["p"] == 2 for level in one["levels"]}

    least, ridge = medians("least_squares"), medians("ridge")
    sizes = sorted(least)
    peak = max(sizes[1:], key=lambda n: least[n] / least[sizes[sizes.index(n) - 1]])
    around = sizes[sizes.index(peak) - 1], sizes[sizes.index(peak) + 1]
    return (
        f"The median of R₂ of least squares peaks at n = {peak}, one year for each coefficient: {short(least[peak])} against "
        f"{short(least[around[0]])} at {around[0]} years and {short(least[around[1]])} at {around[1]}. With the ridge it is "
        f"{short(ridge[peak])} there, and falls from {short(ridge[sizes[0]])} at {sizes[0]} years to {short(ridge[sizes[-1]])} at {sizes[-1]}, "
        f"where least squares has {short(least[sizes[-1]])}."
    )


# Answer, figure and, where a run takes minutes, fewer trials.
STUDIES = {
    "quickstart": (in_probability, "risk-uniform-p3", None),
    "joshi-2023": (in_probability, "risk-uniform-p3", 400),
    "expectation": (in_expectation, "tail-uniform-p1-n200", 20000),
    "taxonomy": (in_probability, "risk-uniform-p1", 300),
    "gd-to-min-norm": (gd_to_min_norm, "along-width-distance-sup-grid-n5", 30),
    "mean-field-knots": (mean_field_knots, "along-inverse-temperature-gaps-with-more-grid-n6", 12),
    "stable-minima": (stable_minima, "along-lr-train-error-grid-n30", 8),
    "weight-decay-path": (weight_decay_path, "along-lambda-risk-l2-uniform-n200", None),
    "double-descent": (double_descent, "along-d-risk-l2-gaussian-n40", None),
    "spectra": (spectra, "risk-gaussian-d-n-1-p2", None),
    "own-table": (own_table, "risk-rows-d-6-file-longley-csv-response-employed-standardise-true-p2", None),
}


def question(study):
    """The comment at the top of a study."""
    lines = []
    for line in study.read_text().splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# "))
    return " ".join(lines)


def trials(study):
    for line in study.read_text().splitlines():
        if line.startswith("trials:"):
            return int(line.split("#")[0].split(":")[1])
    sys.exit(f"{study}: expected a line `trials: NUMBER`")


def done(document):
    """How many trials there are at each place, in words."""
    if isinstance(document, list):
        levels = [level for one in document for level in one["levels"]]
    else:
        levels = [point["level"] for curve in document["curves"] for point in curve["points"]]
    counts = {level["trials"] for level in levels}
    return f"{max(counts)} trials" if len(counts) == 1 else f"{min(counts)} to {max(counts)} trials"


def made(name, options):
    """Runs a study and returns its entry."""
    answer, figure, fewer = STUDIES[name]
    study, out = HERE / f"{name}.yaml", options.runs / name
    sets = ["--set", f"trials={fewer}"] if fewer else []
    run = [options.binary, "run", study, "--out", out, "--progress", "none", "--yes", *sets]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
    said = subprocess.run([options.binary, "analyze", out, "--format", "json"], check=True, stdout=subprocess.PIPE)
    drawn = out / "figures"
    report = [options.report_binary or options.binary, "report", out, "--figures", drawn]
    subprocess.run(report, check=True, stdout=subprocess.DEVNULL)
    svg = drawn / f"{figure}.svg"
    if svg.stat().st_size > MOST_BYTES:
        sys.exit(f"{svg} has {svg.stat().st_size} bytes, more than {MOST_BYTES}; choose another figure in {__file__}")
    (HERE / "figures").mkdir(exist_ok=True)
    shutil.copy(svg, HERE / "figures" / f"{name}.svg")
    document = json.loads(said.stdout)
    note = done(document)
    if note != f"{trials(study)} trials":
        note += f" instead of the study's {trials(study)}"
    return "\n".join(
        [
            f"## [{name}]({name}.yaml)",
            "",
            question(study),
            "",
            f"**Answer** ({note}). {answer(document)}",
            "",
            f"![{figure} of {name}](figures/{name}.svg)",
            "",
        ]
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("studies", nargs="*", metavar="STUDY", help="run these alone")
    parser.add_argument("--binary", type=Path, default=HERE.parent / "target/release/tempered")
    parser.add_argument("--report-binary", type=Path, help="another binary that draws the figures")
    parser.add_argument("--runs", type=Path, default=HERE.parent / "runs/gallery")
    options = parser.parse_args()
    entries = [made(name, options) for name in options.studies or STUDIES]
    if options.studies:
        print("\n".join(entries))
        return
    head = (
        "# Gallery\n\nThe studies in this folder: what they ask, what a run of them answers, and one figure of its report. "
        "`make gallery` runs them and writes this page; where a run takes minutes, with fewer trials than the study asks "
        "for.\n"
    )
    (HERE / "README.md").write_text("\n".join([head, *entries]).rstrip("\n") + "\n")


if __name__ == "__main__":
    main()
