"""Lines for several quantiles of a response: each for itself, sorted afterwards, or all at once under the constraint that none cross."""

import numpy as np
from scipy import sparse, stats
from scipy.optimize import linprog

import tempered

LEVELS = np.array([0.1, 0.3, 0.5, 0.7, 0.9])


def fitted(x, y, ordered):
    """Values of the line of each level at x = −1 and 1, by the linear program of Koenker & Bassett (1978).

    Unknowns are the values at −1, those at 1, and the parts of the residuals above and below; `ordered` has both ends ascend with the
    level (Bondell, Reich & Wang 2010).
    """
    n, levels = len(x), len(LEVELS)
    at_ends = [sparse.kron(sparse.eye(levels), share[:, None]) for share in ((1 - x) / 2, (1 + x) / 2)]
    rest = sparse.eye(levels * n)
    cost = np.concatenate([np.zeros(2 * levels), np.repeat(LEVELS, n), np.repeat(1 - LEVELS, n)]) / n
    steps = sparse.diags([1.0, -1.0], [0, 1], (levels - 1, levels))
    order = sparse.hstack([sparse.block_diag([steps, steps]), sparse.csr_matrix((2 * levels - 2, 2 * levels * n))])
    found = linprog(
        cost,
        A_eq=sparse.hstack([*at_ends, rest, -rest], "csr"),
        b_eq=np.tile(y, levels),
        A_ub=order.tocsr() if ordered else None,
        b_ub=np.zeros(2 * levels - 2) if ordered else None,
        bounds=[(None, None)] * (2 * levels) + [(0, None)] * (2 * levels * n),
    )
    return found.x[: 2 * levels].reshape(2, levels)


@tempered.trial(metrics=["crosses", "median", "upper", "risk"], reproducible="1e-9")
def quantiles(rng, n, method):
    x = rng.uniform(-1, 1, n)
    y = x + rng.normal(size=n)
    ends = fitted(x, y, ordered=method == "joint")
    at = np.linspace(-1, 1, 41)[:, None]
    lines = (1 - at) / 2 * ends[0] + (1 + at) / 2 * ends[1]
    if method == "sorted":
        lines = np.sort(lines, axis=1)  # Chernozhukov, Fernández-Val & Galichon (2010)
    truth = at + stats.norm.ppf(LEVELS)
    return {
        # Solutions of the program may be off by its tolerance.
        "crosses": np.any(np.diff(lines, axis=1) < -1e-6),
        "median": lines[20, 2],
        "upper": lines[20, 4],
        "risk": np.mean((lines - truth) ** 2),
    }


if __name__ == "__main__":
    tempered.serve()
