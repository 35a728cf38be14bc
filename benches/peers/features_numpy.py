"""Trials with d features in NumPy and SciPy: y ~ N(0, 1), x ~ N(0, I) or uniform in a cube, drawn, fitted and scored; R_2 of each trial."""

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.spatial import cKDTree

BATCH = 500  # Small trials that are solved side by side: fewer spend their time in calls.
POINTS = 1000  # Points that a function is scored at.
PENALTIES = np.geomspace(0.1, 1e4, 31)
FEATURES = 1000
TEST = 10_000  # Points that kernels and local averages are scored at.
ROWS = 250  # Points whose distances from all others stay in a second-level cache.


def minimum_norm(count, n, d, seed):
    rng = np.random.default_rng(seed)
    size = BATCH if n * d <= 10_000 else 1
    parts = [batch(rng, min(size, count - done), n, d) for done in range(0, count, size)]
    return np.concatenate(parts)[:, None]


def batch(rng, count, n, d):
    x, y = rng.standard_normal((count, n, d)), rng.standard_normal((count, n))
    transposed = x.transpose(0, 2, 1)
    dual = np.linalg.solve(x @ transposed, y[..., None])
    weights = (transposed @ dual)[..., 0]
    return (weights * weights).sum(axis=1)


def ridge_path(count, n, d, seed):
    """One eigen-decomposition a trial; the first, the middle and the last penalty are returned."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        x, y = rng.standard_normal((n, d)), rng.standard_normal(n)
        values, vectors = np.linalg.eigh(x @ x.T)
        dual = vectors @ ((vectors.T @ y)[:, None] / (values[:, None] + PENALTIES))
        weights = x.T @ dual
        rows.append((weights * weights).sum(axis=0)[[0, 15, 30]])
    return np.array(rows)


def random_features(count, n, d, seed):
    """ReLU features and a ridge of 0.1 on their kernel matrix; the risk at fresh points."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        x, y = rng.standard_normal((n, d)), rng.standard_normal(n)
        inner = rng.standard_normal((d, FEATURES)) / np.sqrt(FEATURES)
        features = np.maximum(x @ inner, 0.0)
        gram = features @ features.T
        gram.flat[:: n + 1] += 0.1
        outer = features.T @ np.linalg.solve(gram, y)
        values = np.maximum(rng.standard_normal((POINTS, d)) @ inner, 0.0) @ outer
        rows.append([(values * values).mean()])
    return np.array(rows)


def laplace_kernel(count, n, d, seed):
    """The interpolant e^{−r}; distances by matrix products, in parts that stay in the cache."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        x, y = rng.random((n, d)), rng.standard_normal(n)
        squares = (x * x).sum(axis=1)
        kernel = np.concatenate([laplace(x[at : at + ROWS], x, squares) for at in range(0, n, ROWS)])
        kernel.flat[:: n + 1] = 1.0
        weights = cho_solve(cho_factor(kernel, lower=True, overwrite_a=True, check_finite=False), y, check_finite=False)
        total = 0.0
        for _ in range(0, TEST, ROWS):
            values = laplace(rng.random((ROWS, d)), x, squares) @ weights
            total += values @ values
        rows.append([total / TEST])
    return np.array(rows)


def laplace(a, x, squares):
    r = a @ (-2.0 * x.T)
    r += (a * a).sum(axis=1)[:, None]
    r += squares
    np.maximum(r, 0.0, out=r)
    np.sqrt(r, out=r)
    np.negative(r, out=r)
    return np.exp(r, out=r)


def nearest(count, n, d, seed):
    """Ten neighbours by a k-d tree."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        x, y = rng.random((n, d)), rng.standard_normal(n)
        places = cKDTree(x).query(rng.random((TEST, d)), k=10)[1]
        values = y[places].mean(axis=1)
        rows.append([(values * values).mean()])
    return np.array(rows)


WORK = {
    "minimum_norm": minimum_norm,
    "ridge_path": ridge_path,
    "random_features": random_features,
    "laplace_kernel": laplace_kernel,
    "nearest": nearest,
}
