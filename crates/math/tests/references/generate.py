"""Risks to fifty digits, for the tests of tempered-math. Needs mpmath: python generate.py > risks.json"""
import json
import random

from mpmath import legendre, mp, mpf, pi, quad, sin

mp.dps = 50
random.seed(20231)


def piece(p, u, v, length):
    """Integral of |g|^p for g linear from u to v."""
    if (u < 0) != (v < 0) and u != 0 and v != 0:
        share = u / (u - v)
        return piece(p, u, mpf(0), share * length) + piece(p, mpf(0), v, (1 - share) * length)
    a, b = abs(u), abs(v)
    if a == b:
        return length * a**p
    return length * (b ** (p + 1) - a ** (p + 1)) / ((p + 1) * (b - a))


def line(xs, ys, x, clamp=False):
    """The piecewise-linear function through these points."""
    if clamp and x <= xs[0]:
        return ys[0]
    if clamp and x >= xs[-1]:
        return ys[-1]
    k = 1
    while k < len(xs) - 1 and xs[k] <= x:
        k += 1
    return ys[k - 1] + (ys[k] - ys[k - 1]) * (x - xs[k - 1]) / (xs[k] - xs[k - 1])


def crossings(f, a, b, parts=64):
    """Places where f changes sign, by bisection."""
    nodes = [a + (b - a) * k / parts for k in range(parts + 1)]
    found = []
    for s, t in zip(nodes, nodes[1:]):
        if f(s) * f(t) < 0:
            low, high = s, t
            for _ in range(170):
                middle = (low + high) / 2
                low, high = (middle, high) if f(low) * f(middle) > 0 else (low, middle)
            found.append(low)
    return found


def risks(xs, ys, target, domain, clamp, powers):
    """Risk and largest gap for each power, then the supremum."""
    low, high = (xs[0], xs[-1]) if domain == "hull" else (min(xs[0], mpf(0)), max(xs[-1], mpf(1)))
    smooth = target["name"] in ["sine", "legendre"]
    if target["name"] == "legendre":
        f = lambda x: sum(c * legendre(k, 2 * x - 1) for k, c in enumerate(target["coefficients"]))
        corners = []
    elif smooth:
        rate = 2 * pi * target["frequency"]
        f = lambda x: target["amplitude"] * sin(rate * x)
        corners = []
    elif target["name"] == "piecewise_linear":
        f = lambda x: line(target["knots"], target["values"], x)
        corners = target["knots"]
    elif target["name"] == "linear":
        f = lambda x: target["intercept"] + target["slope"] * x
        corners = []
    else:
        f = lambda x: mpf(0)
        corners = []
    error = lambda x: line(xs, ys, x, clamp) - f(x)
    nodes = sorted({low, high, *xs, *[t for t in corners if low < t < high]})
    totals, largest = [], []
    for p in powers:
        parts = []
        for a, b in zip(nodes, nodes[1:]):
            if smooth:
                cuts = [a, *crossings(error, a, b), b]
                value = sum(quad(lambda x: abs(error(x)) ** p, [s, t]) for s, t in zip(cuts, cuts[1:]))
            else:
                value = piece(p, error(a), error(b), b - a)
            parts.append((a, value))
        gaps = [
            sum(value for a, value in parts if left <= a < right) for left, right in zip(xs, xs[1:])
        ]
        totals.append(sum(value for _, value in parts))
        largest.append(max(gaps))
    places = list(nodes)
    if smooth:
        for a, b in zip(nodes, nodes[1:]):
            slope = lambda x: mp.diff(error, x)
            inner = lambda x: slope(min(max(x, a + (b - a) * mpf("1e-20")), b - (b - a) * mpf("1e-20")))
            places += crossings(inner, a, b)
    return totals, largest, max(abs(error(x)) for x in places)


def text(values):
    return [mp.nstr(value, 25) for value in values]


def exact(values):
    return [mpf(value) for value in values]


def pieces():
    cases = []
    for k in range(600):
        p = random.choice([1, 1.25, 1.5, 2, 2.5, 3, 3.7, 4, 7, 12, 16, random.uniform(1, 16)])
        u = random.gauss(0, 1) * 10 ** random.uniform(-6, 6)
        v = u * (1 + random.choice([-1, 1]) * 10 ** random.uniform(-16, 3)) if k % 2 else random.gauss(0, 1)
        length = 10 ** random.uniform(-12, 1)
        value = piece(mpf(p), mpf(u), mpf(v), mpf(length))
        cases.append({"p": p, "u": u, "v": v, "length": length, "value": mp.nstr(value, 25)})
    return cases


def scores():
    powers = [1, 1.5, 2, 2.7, 3, 4]
    targets = [
        {"name": "zero"},
        {"name": "linear", "slope": -2.5, "intercept": 0.75},
        {"name": "piecewise_linear", "knots": [-0.5, 0.125, 0.4, 0.41, 2.0], "values": [1.0, -1.0, 0.5, 3.0, 0.0]},
        {"name": "sine", "frequency": 1.5, "amplitude": 2.0},
        {"name": "legendre", "coefficients": [0.25, -1.0, 0.5, 0.0, 2.0]},
    ]
    cases = []
    for target in targets:
        for domain in ["hull", "unit"]:
            for ends in ["extend", "clamp"]:
                for n in [2, 7]:
                    xs = sorted(random.uniform(0.05, 0.95) for _ in range(n))
                    ys = [random.gauss(0, 1) for _ in range(n)]
                    precise = {
                        key: value if key == "name" else exact(value) if isinstance(value, list) else mpf(value)
                        for key, value in target.items()
                    }
                    totals, largest, supremum = risks(
                        exact(xs), exact(ys), precise, domain, ends == "clamp", exact(powers)
                    )
                    cases.append(
                        {"target": target, "domain": domain, "ends": ends, "x": xs, "y": ys}
                        | {"risks": text(totals), "gaps": text(largest), "supremum": mp.nstr(supremum, 25)}
                    )
    return {"powers": powers, "cases": cases}


print(json.dumps({"pieces": pieces(), "scores": scores()}, indent=None, separators=(",", ":")).replace("},{", "},\n{"))
