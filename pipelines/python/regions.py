"""Conformal regions for two responses of which one bends with the other: a box, an ellipse, and an ellipse of unbent responses."""

import numpy as np

import tempered

ALPHA = 0.1
TRAINING, TEST = 1000, 10_000


def draw(rng, count):
    x, u, v = rng.normal(size=(3, count))
    return x, np.column_stack([x + u, u**2 + v / 2])


@tempered.trial(metrics=["coverage", "area"])
def regions(rng, n, region):
    x, y = draw(rng, TRAINING)
    design = lambda x: np.column_stack([np.ones_like(x), x])
    fit = np.linalg.lstsq(design(x), y, rcond=None)[0]
    bend = np.polyfit(*(y - design(x) @ fit).T, 2) if region == "unbent" else np.zeros(1)

    def residuals(x, y):
        first, second = (y - design(x) @ fit).T
        # A shear, which leaves areas as they are.
        return np.column_stack([first, second - np.polyval(bend, first)])

    covariance = np.cov(residuals(x, y).T)
    deviations, inverse = np.sqrt(np.diag(covariance)), np.linalg.inv(covariance)

    def score(x, y):
        r = residuals(x, y)
        if region == "box":
            return np.max(np.abs(r) / deviations, axis=1)
        return np.sqrt(np.einsum("ni,ij,nj->n", r, inverse, r))

    # The score of rank ⌈(1 − α)(n + 1)⌉ in a calibration set of n.
    rank = int(np.ceil((1 - ALPHA) * (n + 1)))
    threshold = np.sort(score(*draw(rng, n)))[rank - 1]
    unit = 4 * np.prod(deviations) if region == "box" else np.pi * np.sqrt(np.linalg.det(covariance))
    return {"coverage": np.mean(score(*draw(rng, TEST)) <= threshold), "area": unit * threshold**2}


if __name__ == "__main__":
    tempered.serve()
