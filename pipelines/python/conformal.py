"""Split conformal prediction with the score |y|, without weights and with those of a known shift of the features."""

import numpy as np

import tempered

ALPHA = 0.1


@tempered.trial(metrics=["covers", "finite"])
def conformal(rng, n, shift, weighted):
    x, new = rng.normal(size=n), rng.normal(shift)
    scores = np.abs((1 + np.abs(x)) * rng.normal(size=n))
    score = abs((1 + abs(new)) * rng.normal())
    # The ratio of the densities of new and old features; that of the new point stands at infinity.
    ratio = lambda x: np.exp(shift * x - shift**2 / 2) if weighted else np.ones_like(x)
    weights, own = ratio(x), ratio(np.float64(new))
    order = np.argsort(scores)
    shares = np.cumsum(weights[order]) / (weights.sum() + own)
    place = np.searchsorted(shares, 1 - ALPHA)
    threshold = scores[order[place]] if place < n else np.inf
    return {"covers": score <= threshold, "finite": np.isfinite(threshold)}


if __name__ == "__main__":
    tempered.serve()
