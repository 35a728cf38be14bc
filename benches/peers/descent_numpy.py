"""Gradient descent in NumPy: products of the n × m matrix of activations, by BLAS."""

import numpy as np


def dense(x, y, theta, steps, rate, decay):
    a, w, b, skip = split(theta)
    n = len(x)
    design = np.stack((x, np.ones(n)), axis=1)
    # Kept from step to step: fresh pages cost more than the arithmetic.
    hidden, active = np.empty((n, len(w))), np.empty((n, len(w)))
    for _ in range(steps):
        np.multiply.outer(x, w, out=hidden)
        hidden += b
        np.greater(hidden, 0.0, out=active)
        np.maximum(hidden, 0.0, out=hidden)
        pull = (2.0 / n) * (hidden @ a + design @ skip - y)
        slope, level = (pull * x) @ active, pull @ active
        a, w, b, skip = (
            a - rate * (pull @ hidden + decay * a),
            w - rate * (a * slope + decay * w),
            b - rate * (a * level + decay * b),
            skip - rate * (pull @ design),
        )
    return np.concatenate((a, w, b, skip))


def split(theta):
    """θ = (a, w, b, (a_0, b_0)) by parts."""
    m = (len(theta) - 2) // 3
    return theta[:m], theta[m : 2 * m], theta[2 * m : 3 * m], theta[3 * m :]


VARIANTS = {"dense": dense}
