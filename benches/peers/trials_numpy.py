"""Minimum-norm trials in NumPy: vectorised over the points of a block of trials.

A block of trials is one long row of points. The outermost points of a trial have no curvature, so no run crosses from
one trial into the next. Runs of three points and more are gathered by length and solved side by side.
"""

import numpy as np

BLOCK = 32  # Trials in a block: larger ones leave the cache, smaller ones solve few long runs at a time.


def trials(count, n, seed):
    """R_1 and R_2 of the linear spline, then of the minimum-norm network: `count` rows of four."""
    rng = np.random.default_rng(seed)
    blocks = [block(rng, min(BLOCK, count - done), n) for done in range(0, count, BLOCK)]
    return np.concatenate(blocks)


def fixed(x, y):
    """R_1, R_2 and norm of the linear spline, then of the minimum-norm network, for one data set."""
    return [[float(score[0]) for score in scores] for scores in fits(x, y, len(x))]


def block(rng, count, n):
    # Order statistics of uniform points: partial sums of n + 1 exponentials over their total.
    sums = rng.standard_exponential((count, n + 1)).cumsum(axis=1)
    x = (sums[:, :n] / sums[:, n:]).ravel()
    y = rng.standard_normal(count * n)
    columns = []
    for first, second, _ in fits(x, y, n):
        columns += [first, second]
    return np.stack(columns, axis=1)


def fits(x, y, n):
    """R_1, R_2 and norm, a trial each, of both fits to trials of n points that are laid end to end."""
    h = np.diff(x)
    slope = np.diff(y) / h
    change = np.zeros_like(x)
    change[1:-1] = np.diff(slope)
    change.reshape(-1, n)[:, [0, -1]] = 0.0
    # The gaps between trials are no gaps: their pieces have no length.
    h.ravel()[n - 1 :: n] = 0.0

    length = np.hypot(1.0, x)
    at_points = np.abs(change) * length
    spline = *risks(h, y[:-1], y[1:], n), at_points.reshape(-1, n).sum(axis=1)

    kinked, left, right, depth, bend = kinks(x, h, change)
    joint = np.where(kinked, y[:-1] + slope * left - np.copysign(depth, change[:-1]), y[:-1])
    left = np.where(kinked, left, 0.0)
    right = np.where(kinked, right, h)
    parts = zip(risks(left, y[:-1], joint, n), risks(right, joint, y[1:], n))
    # A data point keeps its slope change unless a kink beside it took it over.
    taken = np.zeros(len(x), dtype=bool)
    taken[:-1] |= kinked
    taken[1:] |= kinked
    norm = np.where(taken, 0.0, at_points)
    norm[:-1] += np.where(kinked, bend * np.hypot(1.0, x[:-1] + left), 0.0)
    return spline, (*(a + b for a, b in parts), norm.reshape(-1, n).sum(axis=1))


def risks(h, u, v, n):
    """∫ |g| and ∫ g² over each trial, g linear from u to v on pieces of length h."""
    both = np.abs(u) + np.abs(v)
    one_sign = u * v >= 0.0
    # Of opposite signs: two triangles.
    first = 0.5 * h * np.where(one_sign, both, (u * u + v * v) / np.where(one_sign, 1.0, both))
    second = h * (u * u + u * v + v * v) / 3.0
    return [np.append(list_, 0.0).reshape(-1, n).sum(axis=1) for list_ in (first, second)]


def kinks(x, h, change):
    """By gap: whether the minimum-norm fit has a kink in it, its distances from both ends, its depth below the chord
    and the size of its slope change. Source: THEORY, §2.
    """
    bend = np.abs(change)
    kinked = change[:-1] * change[1:] > 0.0
    # Runs of two points: the kink is where the outer lines meet.
    both = np.where(kinked, bend[:-1] + bend[1:], 1.0)
    left, right = h * bend[1:] / both, h * bend[:-1] / both
    found = kinked, left, right, bend[:-1] * left, both

    ends = np.flatnonzero(np.diff(np.concatenate(([False], kinked, [False]))))
    starts, counts = ends[::2], ends[1::2] - ends[::2]
    for gaps in np.unique(counts[counts > 1]):
        # One column a run.
        points = starts[counts == gaps] + np.arange(gaps + 1)[:, None]
        solve = three_points if gaps == 2 else chains
        for list_, values in zip(found, solve(x[points], h[points[:-1]], bend[points])):
            list_[points[:-1]] = values
    return found


def three_points(x, h, bend):
    """The kinks of runs of three points, one column a run.

    Let them be a = 1/α left and b = 1/β right of the middle point. Angles mirror there, so that α − β = 2x/(1 + x²), and
    the slope changes add up where bend_0 h_0 α + bend_2 h_1 β = bend_0 + bend_1 + bend_2. A gap that a kink would leave
    is a chord, and the kink of the other one is where its outer lines meet.
    """
    d0, d1, d2 = bend
    mirror = 2.0 * x[1] / (1.0 + x[1] ** 2)
    alpha = (d0 + d1 + d2 + d2 * h[1] * mirror) / (d0 * h[0] + d2 * h[1])
    beta = alpha - mirror
    first, second = alpha * h[0] > 1.0, beta * h[1] > 1.0
    near_left = np.where(second, 1.0 / alpha, h[0] * d0 / (d0 + d1))
    near_right = np.where(first, 1.0 / beta, h[1] * d2 / (d1 + d2))
    left, right = np.stack((h[0] - near_left, near_right)), np.stack((near_left, h[1] - near_right))
    depth = np.stack((d0 * left[0], d2 * right[1]))
    kinked = np.stack((first, second | ~first))
    return kinked, left, right, depth, np.stack((d0 * h[0] / near_left, d2 * h[1] / near_right))


def chains(x, h, bend):
    """The kinks of runs of equal length, one column a run.

    With angles φ = arctan x, ω_i = φ_{i+1} − φ_i and W_i = bend_i √(1 + x_i²) the dual of the least norm is
    "minimise Σ W_i (1 − cos ψ_i) subject to ψ_i + ψ_{i+1} ≥ ω_i"; a tight gap has its kink at the angle φ_i + ψ_i.
    Dynamic programming from the left: with F_0 = W_0 sin ψ and
    F_{i+1}(ψ) = W_{i+1} sin ψ − max(0, F_i(ω_i − ψ)), each increasing with its zero at z_i, the last angle is its z, and
    backwards ψ_i = max(z_i, ω_i − ψ_{i+1}), tight where F_i is positive there; that value is the gap's multiplier m_i.
    Then depth = m √(1 + τ²).
    """
    omega = np.arctan2(h, 1.0 + x[:-1] * x[1:])
    weight = bend * np.hypot(1.0, x)
    zeros = [np.zeros_like(x[0])]
    zeros += [zero(weight, omega, i) for i in range(1, len(x))]
    psi, m = np.empty_like(x), np.zeros_like(h)
    psi[-1] = zeros[-1]
    for i in reversed(range(len(h))):
        needed = omega[i] - psi[i + 1]
        m[i] = np.maximum(force(weight, omega, i, needed)[0], 0.0)
        psi[i] = np.where(m[i] > 0.0, needed, zeros[i])
    kinked = m > 0.0
    s, t = np.where(kinked, np.tan(psi[:-1]), 1.0), np.where(kinked, np.tan(psi[1:]), 1.0)
    left, right = (1.0 + x[:-1] ** 2) * s / (1.0 - x[:-1] * s), (1.0 + x[1:] ** 2) * t / (1.0 + x[1:] * t)
    depth = m * np.hypot(1.0, x[:-1] + left)
    return kinked, left, right, depth, depth / left * (h / right)


def force(weight, omega, last, psi):
    """F_last(ψ) and its derivative."""
    angles = [psi]
    for i in reversed(range(last)):
        angles.append(omega[i] - angles[-1])
    value, slope = 0.0, 0.0
    for i, angle in enumerate(reversed(angles)):
        pushes = value > 0.0
        value = weight[i] * np.sin(angle) - np.where(pushes, value, 0.0)
        slope = weight[i] * np.cos(angle) + np.where(pushes, slope, 0.0)
    return value, slope


def zero(weight, omega, last):
    """The zero of F_last: Newton, halving where a step leaves the bracket. It is at least 0 and less than ω before it."""
    low, high = -omega[last - 1], omega[last - 1]
    psi = 0.5 * high
    for _ in range(100):
        value, slope = force(weight, omega, last, psi)
        low, high = np.where(value < 0.0, psi, low), np.where(value < 0.0, high, psi)
        step = psi - value / slope
        # The error after a step is about its square.
        small = np.abs(step - psi) <= 1e-9 * omega[last - 1]
        psi = np.where(small | ((step > low) & (step < high)), step, 0.5 * (low + high))
        if small.all():
            break
    return psi
