"""Trials with d features in Numba: compiled loops that LLVM vectorises over the points of the sample."""

import numpy as np
from numba import njit

from features_numpy import TEST

LOOSE = {"contract", "reassoc", "nsz", "arcp"}  # Lets sums run in vector registers.


def shepard(count, n, d, seed):
    """Weights 1/r^6 of uniform points in a cube of three dimensions."""
    if d != 3:
        raise ValueError("the loop is written for three features")
    return many(np.random.default_rng(seed), count, n)[:, None]


@njit
def many(rng, count, n):
    x, y = np.empty((3, n)), np.empty(n)
    risks = np.empty(count)
    for trial in range(count):
        for i in range(n):
            for k in range(3):
                x[k, i] = rng.random()
            y[i] = rng.standard_normal()
        total = 0.0
        for _ in range(TEST):
            total += value(x, y, rng.random(), rng.random(), rng.random()) ** 2
        risks[trial] = total / TEST
    return risks


@njit(fastmath=LOOSE)
def value(x, y, a, b, c):
    above, below = 0.0, 0.0
    for i in range(len(y)):
        u, v, w = x[0, i] - a, x[1, i] - b, x[2, i] - c
        square = u * u + v * v + w * w
        weight = 1.0 / (square * square * square)
        above += weight * y[i]
        below += weight
    return above / below


WORK = {"shepard": shepard}
