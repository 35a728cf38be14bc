"""The mean of features after a shift of the response, from a training set before it, with weights by known densities and without."""

import numpy as np

import tempered


@tempered.trial(metrics=["mean", "effective"])
def target_shift(rng, n, shift, weighted):
    y = rng.normal(size=n)
    x = y + 0.5 * rng.normal(size=n)
    weights = np.exp(shift * y - shift**2 / 2) if weighted else np.ones(n)
    effective = weights.sum() ** 2 / (weights**2).sum() / n
    return {"mean": np.average(x, weights=weights), "effective": effective}


if __name__ == "__main__":
    tempered.serve()
