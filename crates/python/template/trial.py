"""A whole trial of your own: the mean of a sample, and an interval for it.

Tempered calls the function for each trial, with those coordinates of the study that it has arguments for and with all parameters. All
that is random must come from rng. An exception is a failed trial.
"""

import numpy as np

import tempered


@tempered.trial(metrics=["estimate", "standard_error", "lower", "upper"])
def own(rng, n, law, reach):
    x = rng.exponential(1, n) if law == "exponential" else rng.normal(1, 1, n)
    mean, error = x.mean(), x.std(ddof=1) / np.sqrt(n)
    return {"estimate": mean, "standard_error": error, "lower": mean - reach * error, "upper": mean + reach * error}


if __name__ == "__main__":
    tempered.serve()
