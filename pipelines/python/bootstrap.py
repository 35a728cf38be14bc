"""Intervals for the mean of a sample: Student's, the percentile bootstrap and BCa (Efron 1987), at 95 %."""

import numpy as np
from scipy import stats

import tempered

LEVEL = 0.95


@tempered.trial(metrics=["estimate", "standard_error", "lower", "upper"])
def intervals(rng, n, law, method, draws):
    x = rng.exponential(1.0, n) if law == "exponential" else rng.normal(1.0, 1.0, n)
    mean, error = x.mean(), x.std(ddof=1) / np.sqrt(n)
    tail = (1 - LEVEL) / 2
    if method == "student":
        reach = stats.t.ppf(1 - tail, n - 1) * error
        low, high = mean - reach, mean + reach
    else:
        means = rng.multinomial(n, np.full(n, 1 / n), draws) @ x / n
        shares = np.array([tail, 1 - tail])
        if method == "bca":
            bias = stats.norm.ppf(np.clip(np.mean(means < mean), 1 / draws, 1 - 1 / draws))
            influence = x - mean
            acceleration = np.sum(influence**3) / (6 * np.sum(influence**2) ** 1.5)
            z = bias + stats.norm.ppf(shares)
            shares = stats.norm.cdf(bias + z / (1 - acceleration * z))
        low, high = np.quantile(means, shares)
    return {"estimate": mean, "standard_error": error, "lower": low, "upper": high}


if __name__ == "__main__":
    tempered.serve()
