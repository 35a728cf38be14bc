"""Gradient descent in Numba: compiled loops, dense, and with the algorithm of Tempered in O(n + m) a step."""

import numpy as np
from numba import njit

LOOSE = {"contract", "reassoc", "nsz", "arcp"}  # Lets sums run in vector registers.


def dense(x, y, theta, steps, rate, decay):
    return dense_steps(x, y, theta.copy(), steps, rate, decay)


@njit(fastmath=LOOSE)
def dense_steps(x, y, theta, steps, rate, decay):
    n, m = len(x), (len(theta) - 2) // 3
    a, w, b, skip = theta[:m], theta[m : 2 * m], theta[2 * m : 3 * m], theta[3 * m :]
    pull = np.empty(n)
    for _ in range(steps):
        for i in range(n):
            f = 0.0
            for j in range(m):
                f += a[j] * max(w[j] * x[i] + b[j], 0.0)
            pull[i] = (2.0 / n) * (f + skip[0] * x[i] + skip[1] - y[i])
        for j in range(m):
            slope, level = 0.0, 0.0
            for i in range(n):
                push = pull[i] if w[j] * x[i] + b[j] > 0.0 else 0.0
                slope += push * x[i]
                level += push
            da = w[j] * slope + b[j] * level + decay * a[j]
            dw, db = a[j] * slope + decay * w[j], a[j] * level + decay * b[j]
            a[j] -= rate * da
            w[j] -= rate * dw
            b[j] -= rate * db
        slope, level = 0.0, 0.0
        for i in range(n):
            slope += pull[i] * x[i]
            level += pull[i]
        skip[0] -= rate * slope
        skip[1] -= rate * level
    return theta


def sweep(x, y, theta, steps, rate, decay):
    return sweep_steps(x, y, theta.copy(), steps, rate, decay)


@njit(fastmath=LOOSE)
def sweep_steps(x, y, theta, steps, rate, decay):
    """With x sorted, a neuron is active on a suffix (w ≥ 0) or a prefix of the data. It is known by where that begins
    or ends: predictions are running sums of (a w, a b) by these places, gradients running sums of (r x, r).
    Source: THEORY, §5.
    """
    n, m = len(x), (len(theta) - 2) // 3
    a, w, b, skip = theta[:m], theta[m : 2 * m], theta[2 * m : 3 * m], theta[3 * m :]
    # Place p: points p … n − 1. Place n + 1 + p: points 0 … p − 1.
    sums, moments = np.empty((2 * n + 2, 2)), np.zeros((2 * n + 2, 2))
    start = np.zeros(m, dtype=np.int64)
    pull = np.empty(n)
    for _ in range(steps):
        sums[:] = 0.0
        for j in range(m):
            # Few neurons move, and not far.
            p, left = start[j], w[j] < 0.0
            while p < n and (w[j] * x[p] + b[j] > 0.0) == left:
                p += 1
            while p > 0 and (w[j] * x[p - 1] + b[j] > 0.0) != left:
                p -= 1
            start[j] = p
            place = n + 1 + p if left else p
            sums[place, 0] += a[j] * w[j]
            sums[place, 1] += a[j] * b[j]
        s, t = skip[0], skip[1]
        for i in range(n):
            s, t = s + sums[i, 0], t + sums[i, 1]
            pull[i] = s * x[i] + t - y[i]
        s, t = 0.0, 0.0
        for i in range(n - 1, -1, -1):
            s, t = s + sums[n + 2 + i, 0], t + sums[n + 2 + i, 1]
            pull[i] = (2.0 / n) * (pull[i] + s * x[i] + t)
        slope, level = 0.0, 0.0
        for i in range(n):
            slope, level = slope + pull[i] * x[i], level + pull[i]
            moments[n + 2 + i, 0], moments[n + 2 + i, 1] = slope, level
        slope, level = 0.0, 0.0
        for i in range(n - 1, -1, -1):
            slope, level = slope + pull[i] * x[i], level + pull[i]
            moments[i, 0], moments[i, 1] = slope, level
        for j in range(m):
            place = n + 1 + start[j] if w[j] < 0.0 else start[j]
            mx, mr = moments[place, 0], moments[place, 1]
            da = w[j] * mx + b[j] * mr + decay * a[j]
            dw, db = a[j] * mx + decay * w[j], a[j] * mr + decay * b[j]
            a[j] -= rate * da
            w[j] -= rate * dw
            b[j] -= rate * db
        skip[0] -= rate * moments[0, 0]
        skip[1] -= rate * moments[0, 1]
    return theta


VARIANTS = {"dense": dense, "O(n + m), as Tempered": sweep}
