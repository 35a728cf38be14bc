"""Answers of the gallery: what the tables of a study say, in a few sentences.

Each takes what `tempered analyze --format json` prints: series along n, or a document with curves.
"""

import math


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


def at(curve, place):
    """The point of a curve at a place."""
    return next(point for point in curve["points"] if point["at"] == place)


def least(curve):
    """The least value of a curve and where it is, in words."""
    point = curve["points"][curve["minimum"]["place"]]
    return f"{short(point['value'])} at {curve['along']} = {short(point['at'])}"


def more_is_better(document):
    own = {(c["n"], c["coordinates"]["ridge"]): c for c in curves(document, "risk_l2")}
    off = [abs(p["value"] / p["theory"] - 1) for c in own.values() for p in c["points"]]
    parts = []
    for n in sorted({n for n, _ in own}):
        little, much = own[n, 0.001], own[n, 1.0]
        peak = little["points"][little["maximum"]["place"]]
        parts.append(
            f"at n = {n} the mean of R₂ falls from {short(much['points'][0]['value'])} at k = {short(much['points'][0]['at'])} to "
            f"{short(much['points'][-1]['value'])} at {short(much['points'][-1]['at'])} with the ridge 1, and peaks at k = "
            f"{short(peak['at'])} with {short(peak['value'])} with .001"
        )
    return (
        f"With enough ridge more features and more data are better: {'; '.join(parts)}. The eigenframework is within "
        f"{100 * max(off):.0f} % of all {len(off)} means."
    )


def flat_minima(document):
    parts = []
    for words, design in [("in any direction", "identity"), ("in the directions of large variance", "power")]:
        found = {c["estimator"]: c for c in curves(document, "risk_l2") if design in c["design"]}
        spectral = min(c["points"][0]["value"] for name, c in found.items() if name.startswith("spectral"))
        parts.append(
            f"for targets {words} ridge has {least(found['ridge'])}, nuclear {least(found['nuclear'])}, spectral {short(spectral)} and "
            f"least squares {short(found['least_squares']['points'][0]['value'])}"
        )
    return f"The least means of R₂: {'; '.join(parts)}."


def ensembles(document):
    found = {c["estimator"]: c for c in curves(document, "risk_l2")}
    ridges = [found[f"ridge[lambda={name}]"]["points"][0]["value"] for name in (550, 200, 90, 40)]
    bags = [at(found["bags"], points)["value"] for points in (10, 20, 30, 40)]
    return (
        f"One fit of all points has a mean R₂ of {short(at(found['bags'], 60)['value'])}, disjoint parts at best {least(found['disjoint'])}, "
        f"with fitted weights {least(found['weighted'])}, bags {least(found['bags'])}. Bags of 10, 20, 30 and 40 have "
        f"{listed(short(x) for x in bags)}, their ridges {listed(short(x) for x in ridges)}."
    )


def regmean(document):
    found = {c["estimator"]: c for c in curves(document, "risk_l2")}
    peak = {name: c["points"][c["maximum"]["place"]] for name, c in found.items()}
    inside = sum(p["low"] <= p["theory"] <= p["high"] for p in found["regmean"]["points"])
    return (
        f"The median of R₂ of the plain mean peaks at d = {short(peak['mean']['at'])} with {short(peak['mean']['value'])}, where RegMean has "
        f"{short(at(found['regmean'], peak['mean']['at'])['value'])}; that of RegMean at d = {short(peak['regmean']['at'])} with "
        f"{short(peak['regmean']['value'])}, where the mean has {short(at(found['mean'], peak['regmean']['at'])['value'])}. "
        f"{inside} of {len(found['regmean']['points'])} intervals of RegMean hold the median of the law of least squares of all points."
    )


def in_context(document):
    parts = []
    for step in curves(document, "risk_l2", "one_step"):
        bayes, plain = (
            next(c for c in curves(document, "risk_l2", name) if c["n"] == step["n"])["points"][0]["value"]
            for name in ("ridge", "least_squares")
        )
        best = step["n"] / (step["n"] + 11.5)
        parts.append(
            f"n = {step['n']}: {least(step)} (formula {short(best)}), ridge {short(bayes)}, least squares {short(plain)}"
        )
    return f"The least mean of R₂ of one step, at each length of the prompt: {'; '.join(parts)}."


def fitted(points, degree):
    """The polynomial through points (x, y) by least squares, from the constant on."""
    size = degree + 1
    rows = [
        [sum(x ** (i + j) for x, _ in points) for j in range(size)] + [sum(y * x**i for x, y in points)] for i in range(size)
    ]
    for k in range(size):
        pivot = max(range(k, size), key=lambda i: abs(rows[i][k]))
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for i in range(size):
            if i != k:
                by = rows[i][k] / rows[k][k]
                rows[i] = [a - by * b for a, b in zip(rows[i], rows[k], strict=True)]
    return [rows[i][size] / rows[i][i] for i in range(size)]


def learning_curves(series):
    means = {level["n"]: level["mean"] for level in series[0]["levels"]}
    points = [(math.log(n), math.log(mean)) for n, mean in means.items() if n <= 64]
    last, far, largest = math.log(64), math.log(max(means)), max(means)
    line, bent = fitted(points, 1), fitted(points, 2)
    slope = bent[1] + 2 * bent[2] * last
    power = math.exp(line[0] + line[1] * far)
    tangent = math.exp(bent[0] + bent[1] * last + bent[2] * last**2 + slope * (far - last))
    return (
        f"Fitted to the means of least squares up to n = 64, a power law, n^{line[1]:.2f}, has an R₂ of {short(power)} at n = {largest}, and a "
        f"parabola that goes on as its tangent, n^{slope:.2f}, {short(tangent)}; the run has {short(means[largest])} there and the formula "
        f"{short(20 / (largest - 21))}."
    )


def sequential_attention(document):
    words = []
    for label, name in [("pursuit", "matching pursuit"), ("least_l1_norm", "the least ℓ1 norm")]:
        last = {c["n"]: c["points"][-1]["value"] for c in curves(document, "risk_l2", label)}
        words.append(f"{name} from n = {min(n for n, value in last.items() if value < 1e-12)} on")
    picks = next(c for c in curves(document, "risk_l2", "pursuit") if c["n"] == 40)
    values = listed(short(p["value"]) for p in picks["points"][:3])
    return (
        f"The median trial finds all four features by {words[0]}, by {words[1]}. At n = 40 the medians of R₂ after one, two and three picks "
        f"are {values}, and 0 to rounding after four."
    )


def layer_rank(document):
    widths = {c["coordinates"]["features"]: c["points"] for c in curves(document, "rank")}
    ranks = [f"{p['value']:.1f}" for p in widths[50]]
    layers = [short(p["at"]) for p in widths[50]]
    published = [f"{50 * (1 - (1 - 2 / math.pi) ** p['at']):.1f}" for p in widths[50]]
    return (
        f"Mean ranks of 50 points in layers {listed(layers)} of width 50 are {listed(ranks)}, where the published formula has "
        f"{listed(published)}; of width 100 the least is {min(p['value'] for p in widths[100]):.1f}, of width 25 they fall from "
        f"{widths[25][0]['value']:.1f} to {widths[25][-1]['value']:.1f}. The formula is contradicted: ranks start full and never rise."
    )


def least_l1_noise(document):
    own, other = (curves(document, "risk_l2", name)[0] for name in ("least_l1_norm", "least_l2_norm"))
    told = [f"{short(p['value'])} (1/ln(d/n): {short(1 / math.log(p['at'] / 50))})" for p in own["points"] if p["at"] in (500, 2000)]
    return (
        f"The mean of R₂ of the least ℓ1 norm is {told[0]} at d = 500 and {told[1]} at 2000; of the least ℓ2 norm "
        f"{short(at(other, 500)['value'])} and {short(at(other, 2000)['value'])}."
    )


def model_collapse(document):
    found = {(c["design"], "replaced" in c["target"]): c for c in curves(document, "risk_l2")}
    few, many = (f"gaussian(d={d}, spectrum=identity)" for d in (20, 80))
    inside = sum(p["low"] <= p["theory"] <= p["high"] for c in found.values() for p in c["points"])
    words = lambda curve: f"{short(at(curve, 0)['value'])} without generations, {short(at(curve, 10)['value'])} after ten"
    return (
        f"The mean of R₂ of least squares where data are replaced: {words(found[few, True])}; of interpolants: {words(found[many, True])}; where "
        f"they accumulate in 660 points: {words(found[few, False])}. {inside} of {sum(len(c['points']) for c in found.values())} intervals "
        f"hold the mean that is derived."
    )


def polynomial_double_descent(document):
    curve = curves(document, "risk_l2")[0]
    peak = curve["points"][curve["maximum"]["place"]]
    return (
        f"The median of R₂ is {short(at(curve, 1)['value'])} with one term, peaks at p = {short(peak['at'])} with {peak['value']:.1e}, has its least, "
        f"{least(curve)}, and is {short(at(curve, 200)['value'])} with 200: better than five terms, {short(at(curve, 5)['value'])}, and worse than one."
    )


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


def svm_interpolation(document):
    own = curves(document, "rank", "svm")[0]
    idle = lambda d: short(50 - at(own, d)["value"])
    return (
        f"On average {idle(50)} of 50 points do not support the plane at d = 50, {idle(100)} at 100, {idle(200)} at 200, {idle(400)} at 400 and "
        f"{idle(800)} at 800: beyond 2 n ln n = 391 the plane of largest margin is the interpolant of nearly every sample."
    )


def noise_profile(document):
    found = {(p["estimator"], "2 * n" in p["design"]): p for p in document["profiles"]}
    word = lambda profile: f"{profile['class']} ({short(profile['at_zero']['value'])} without noise, {short(profile['errors'][-1][1]['value'])} at p = 0.4)"
    return (
        f"At d = 2n the profile of least squares is {word(found['least_squares', True])} and that of the mean {word(found['averaging', True])}; with "
        f"ten points to a feature they are {word(found['least_squares', False])} and {word(found['averaging', False])}."
    )


def last(one, what="median"):
    """The last level of a series, in digits."""
    return short(one["levels"][-1][what])


def square(series, estimator, design="", risk=2):
    """The series of R₂, or of a part of it, of an estimator and a design."""
    return next(s for s in series if s["estimator"] == estimator and design in s["design"] and s["p"] == risk)


def kernels_by_dimension(series):
    parts = []
    for d in (2, 3, 4, 5):
        own = {name: square(series, name, f"d={d}", "variance") for name in ("laplace", "tangent", "matern")}
        words = [f"{last(one)} ({name}, {one['in_probability']})" for name, one in own.items()]
        parts.append(f"D = {d - 1}: {listed(words)}")
    n = square(series, "laplace")["levels"][-1]["n"]
    return f"Medians of the part of R₂ that is due to noise at n = {n}, and what they are in probability: {'; '.join(parts)}. {agreement(series)}"


def shepard_by_dimension(series):
    parts = []
    for d in (2, 3):
        names = {"at_d": "β = d", "at_2d": "2d", "at_4d": "4d", "one": "one neighbour", "five": "five"}
        words = [f"{last(square(series, name, f'd={d}'), 'mean')} ({word})" for name, word in names.items()]
        parts.append(f"d = {d}: {listed(words)}")
    n = square(series, "one")["levels"][-1]["n"]
    return f"Means of R₂ at n = {n}, {'; '.join(parts)}. {in_probability([s for s in series if s['p'] == 2])}"


def high_dimension(series):
    parts = []
    for power, design in [("1.5", "2/3"), ("2", "1/2")]:
        one = square(series, "tangent", design, "variance")
        medians = ", ".join(short(level["median"]) for level in one["levels"])
        parts.append(f"with n = d^{power} {medians} ({one['in_probability']})")
    sizes = listed(level["n"] for level in square(series, "tangent")["levels"])
    return f"Medians of the part of R₂ that is due to noise at n = {sizes}: {'; '.join(parts)}. {agreement(series)}"


def spiky_smooth(document):
    found = {c["estimator"]: c for c in curves(document, "risk_l2")}
    pairs = [at(found["spiky"], height)["value"] for height in (0.1, 1, 10)]
    ridges = [found[f"ridge[ridge={height}]"]["points"][0]["value"] for height in ("0.1", "1", "10")]
    return (
        f"Medians of R₂: {short(found['ridgeless']['points'][0]['value'])} without a spike, at best {least(found['spiky'])} with a narrow and "
        f"{least(found['wide'])} with a wide one. Narrow spikes of height 0.1, 1 and 10 have {listed(short(x) for x in pairs)}, ridges "
        f"{listed(short(x) for x in ridges)}."
    )


def gaussian_bandwidth(series):
    one = square(series, "gaussian")
    means = [f"{short(level['mean'])} at n = {level['n']}" for level in one["levels"]]
    return f"The mean of R₂ is {listed(means)}: always above the 100 of no fit at all. In probability it is {one['in_probability']}."


def taxonomy_nd(series):
    words = {"2/3": "n = d^1.5", "1/2": "n = d²", "2 * n": "d = 2n", "n + 1": "d = n + 1"}
    # The mean of R_2 over the noise says more than one draw of it; bags have none.
    judged = [one for one in series if (one["p"] == "variance") != (one["estimator"] == "bags")]
    parts = []
    for design in dict.fromkeys(one["design"] for one in judged):
        name = next((word for part, word in words.items() if part in design), None)
        name = name or f"d = {design.split('d=')[1].split(',')[0]}"
        found = [(one["in_probability"], one["estimator"]) for one in judged if one["design"] == design]
        kinds = [kind for kind in ("benign", "tempered", "catastrophic", "undecided") if any(kind == of for of, _ in found)]
        classes = [f"{kind} {listed(f'`{name}`' for of, name in found if of == kind)}" for kind in kinds]
        parts.append(f"*{name}*: {'; '.join(classes)}")
    return f"In probability, by the mean of R₂ over the noise, of bags by R₂. {'. '.join(parts)}. {agreement(judged)}"


def error_detection(document):
    found = {c["estimator"]: c for c in curves(document, "detection")}
    words = lambda name: listed(f"{at(found[name], d)['value']:.3f} at d = {d}" for d in (10, 50, 300))
    risk = at(next(c for c in curves(document, "leave_one_out", "ridge")), 50)["value"]
    return (
        f"The mean area of residuals of points that are left out is {words('least_squares')} for least squares; {words('ridge')} for ridge; at d = 300 "
        f"{at(found['laplace'], 300)['value']:.3f} for the Laplace kernel and {at(found['five'], 300)['value']:.3f} for five neighbours. "
        f"Their mean square says what a new label would be missed by: {short(risk)} for ridge at d = 50."
    )


def nearest_gradients(document):
    parts = []
    for d in (2, 3):
        own = {c["target"].split("(")[0]: c for c in curves(document, "risk_gradient") if f"d={d}" in c["design"]}
        linear, cubic = own["linear"], own["polynomial"]
        parts.append(
            f"d = {d}: {short(at(linear, 10)['value'])} with ten neighbours, {short(at(linear, 1000)['value'])} with a thousand of a linear "
            f"target; of the cubic at best {least(cubic)}, and {short(at(cubic, 2000)['value'])} with two thousand"
        )
    return f"The mean square of the error of the gradient, {'; '.join(parts)}."
