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

import answers

HERE = Path(__file__).resolve().parent
# The largest SVG file that a reader of the page should have to load.
MOST_BYTES = 100_000

# Answer, figure and, where a run takes minutes, fewer trials.
STUDIES = {
    "quickstart": (answers.in_probability, "risk-uniform-p3", None),
    "joshi-2023": (answers.in_probability, "risk-uniform-p3", 400),
    "expectation": (answers.in_expectation, "tail-uniform-p1-n200", 20000),
    "taxonomy": (answers.in_probability, "risk-uniform-p1", 300),
    "gd-to-min-norm": (answers.gd_to_min_norm, "along-width-distance-sup-grid-n5", 30),
    "mean-field-knots": (answers.mean_field_knots, "along-inverse-temperature-gaps-with-more-grid-n6", 12),
    "stable-minima": (answers.stable_minima, "along-lr-train-error-grid-n30", 8),
    "weight-decay-path": (answers.weight_decay_path, "along-lambda-risk-l2-uniform-n200", None),
    "double-descent": (answers.double_descent, "along-d-risk-l2-gaussian-n40", None),
    "spectra": (answers.spectra, "risk-gaussian-d-n-1-p2", None),
    "model-collapse": (
        answers.model_collapse,
        "along-target-generations-risk-l2-gaussian-d-20-target-chain-labels-replaced-poin",
        None,
    ),
    "polynomial-double-descent": (answers.polynomial_double_descent, "along-degree-risk-l2-uniform-n15", None),
    "more-is-better": (answers.more_is_better, "along-features-risk-l2-gaussian-d-10000-power-exponent-1.5-n256", None),
    "flat-minima": (answers.flat_minima, "along-lambda-risk-l2-gaussian-d-100-power-exponent-1-n200", None),
    "ensembles": (answers.ensembles, "along-points-risk-l2-gaussian-d-120-n60", None),
    "regmean": (answers.regmean, "along-d-risk-l2-gaussian-n80", None),
    "in-context": (answers.in_context, "along-rate-risk-l2-gaussian-d-10-n20", None),
    "learning-curves": (answers.learning_curves, "risk-gaussian-d-20-p2", None),
    "sequential-attention": (answers.sequential_attention, "along-features-risk-l2-gaussian-d-256-n40", None),
    "least-l1-noise": (answers.least_l1_noise, "along-d-risk-l2-gaussian-n50", None),
    "layer-rank": (answers.layer_rank, "along-layers-rank-gaussian-d-50-n50", None),
    "svm-interpolation": (answers.svm_interpolation, "along-d-rank-gaussian-n50", None),
    "noise-profile": (answers.noise_profile, "along-noise-probability-risk-error-gaussian-d-2-n-n200", None),
    "kernels-by-dimension": (answers.kernels_by_dimension, "risk-sphere-d-3-radius-1-pvariance", None),
    "shepard-by-dimension": (answers.shepard_by_dimension, "risk-cube-d-2-p2", None),
    "high-dimension": (answers.high_dimension, "risk-sphere-d-round-n-2-3-radius-1-pvariance", None),
    "spiky-smooth": (answers.spiky_smooth, "along-spike-risk-l2-sphere-d-3-radius-1-n300", None),
    "taxonomy-nd": (answers.taxonomy_nd, "risk-sphere-d-4-radius-1-pvariance", None),
    "error-detection": (answers.error_detection, "along-d-detection-gaussian-n50", None),
    "nearest-gradients": (answers.nearest_gradients, "along-k-risk-gradient-cube-d-2-target-polynomial-coefficients-0-0-0-4-direction", None),
    "gaussian-bandwidth": (answers.gaussian_bandwidth, "risk-sphere-d-6-radius-1-p2", None),
    "own-table": (answers.own_table, "risk-rows-d-6-file-longley-csv-response-employed-standardise-true-p2", None),
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
