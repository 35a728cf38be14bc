"""A constant effect by pseudo-outcomes of the R-learner or of doubly robust scores, with weights by their inverse variance or without."""

import numpy as np

import tempered


@tempered.trial(metrics=["effect"])
def effect(rng, n, score, weighted):
    propensity = rng.uniform(0.1, 0.9, n)
    treated = rng.uniform(size=n) < propensity
    baseline = rng.normal(size=n)
    y = baseline + treated + rng.normal(size=n)
    # Nuisances are known: the mean of y given the covariates is baseline + propensity · 1.
    residual, left = y - baseline - propensity, treated - propensity
    if score == "r":
        outcome, weights = residual / left, left**2
    else:
        means = baseline + treated
        outcome = 1 + (y - means) * left / (propensity * (1 - propensity))
        weights = propensity * (1 - propensity)
    return {"effect": np.average(outcome, weights=weights if weighted else None)}


if __name__ == "__main__":
    tempered.serve()
