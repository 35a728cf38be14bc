"""Minimum-norm trials in Numba: a compiled loop over the trials, the buffers kept from one to the next.

The mathematics of runs is that of `trials_numpy`.
"""

from math import atan2, cos, copysign, sin, sqrt, tan

import numpy as np
from numba import njit

LOOSE = {"contract", "reassoc", "nsz", "arcp"}  # Lets sums run in vector registers.


def trials(count, n, seed):
    """R_1 and R_2 of the linear spline, then of the minimum-norm network: `count` rows of four."""
    return many(np.random.default_rng(seed), count, n)[:, [0, 1, 3, 4]]


def fixed(x, y):
    """R_1, R_2 and norm of the linear spline, then of the minimum-norm network, for one data set."""
    scores = np.empty(6)
    score(x, y, buffers(len(x)), scores)
    return scores.reshape(2, 3).tolist()


@njit
def many(rng, count, n):
    x, y, room = np.empty(n), np.empty(n), buffers(n)
    scores = np.empty((count, 6))
    for trial in range(count):
        # Order statistics of uniform points: partial sums of n + 1 exponentials over their total.
        total = 0.0
        for i in range(n):
            total += rng.standard_exponential()
            x[i] = total
        scale = 1.0 / (total + rng.standard_exponential())
        for i in range(n):
            x[i] *= scale
            y[i] = rng.standard_normal()
        score(x, y, room, scores[trial])
    return scores


@njit
def buffers(n):
    """By gap: length, slope of the chord, the kink's left, right, depth and bend; by point: the slope change.
    Then scratch of chains: ω, W, ψ, m.
    """
    return np.empty((11, n))


@njit(fastmath=LOOSE)
def score(x, y, room, scores):
    n = len(x)
    h, slope, left, right, depth, bend, change = room[:7]
    for i in range(n - 1):
        h[i] = x[i + 1] - x[i]
        slope[i] = (y[i + 1] - y[i]) / h[i]
    change[0] = change[n - 1] = 0.0
    for i in range(1, n - 1):
        change[i] = slope[i] - slope[i - 1]
    fit(x, h, change, left, right, depth, bend, room[7:])

    first, second, norm = 0.0, 0.0, 0.0
    net_first, net_second, net_norm = 0.0, 0.0, 0.0
    for i in range(n - 1):
        u, v = y[i], y[i + 1]
        chord_first, chord_second = linear(u, v)
        first += h[i] * chord_first
        second += h[i] * chord_second
        at_point = abs(change[i]) * sqrt(1.0 + x[i] * x[i])
        norm += at_point
        if bend[i] > 0.0:
            joint = u + slope[i] * left[i] - copysign(depth[i], change[i])
            a_first, a_second = linear(u, joint)
            b_first, b_second = linear(joint, v)
            net_first += left[i] * a_first + right[i] * b_first
            net_second += left[i] * a_second + right[i] * b_second
            tau = x[i] + left[i]
            net_norm += bend[i] * sqrt(1.0 + tau * tau)
        else:
            net_first += h[i] * chord_first
            net_second += h[i] * chord_second
            # A data point keeps its slope change unless a kink beside it took it over.
            if i > 0 and bend[i - 1] == 0.0:
                net_norm += at_point
    scores[0], scores[1], scores[2] = first, second, norm
    scores[3], scores[4], scores[5] = net_first, net_second, net_norm


@njit(inline="always")
def linear(u, v):
    """∫_0^1 |g| and ∫_0^1 g², g linear from u to v."""
    both = abs(u) + abs(v)
    # Of opposite signs: two triangles.
    first = 0.5 * both if u * v >= 0.0 else 0.5 * (u * u + v * v) / both
    return first, (u * u + u * v + v * v) / 3.0


@njit
def fit(x, h, change, left, right, depth, bend, scratch):
    """Finds the kink of every gap; `bend` is 0 where there is none."""
    n = len(x)
    i = 0
    while i < n - 1:
        gaps = 0
        while i + gaps < n - 1 and change[i + gaps] * change[i + gaps + 1] > 0.0:
            gaps += 1
        if gaps == 0:
            bend[i] = 0.0
            i += 1
        elif gaps == 1:
            meeting(i, h, change, left, right, depth, bend)
            i += 1
        elif gaps == 2:
            three_points(i, x, h, change, left, right, depth, bend)
            i += 2
        else:
            chain(i, gaps, x, h, change, left, right, depth, bend, scratch)
            i += gaps


@njit
def meeting(i, h, change, left, right, depth, bend):
    """The kink where the outer lines of gap i meet."""
    u, v = abs(change[i]), abs(change[i + 1])
    bend[i] = u + v
    left[i], right[i] = h[i] * v / bend[i], h[i] * u / bend[i]
    depth[i] = u * left[i]


@njit
def three_points(i, x, h, change, left, right, depth, bend):
    d0, d1, d2 = abs(change[i]), abs(change[i + 1]), abs(change[i + 2])
    mirror = 2.0 * x[i + 1] / (1.0 + x[i + 1] * x[i + 1])
    alpha = (d0 + d1 + d2 + d2 * h[i + 1] * mirror) / (d0 * h[i] + d2 * h[i + 1])
    beta = alpha - mirror
    bend[i] = bend[i + 1] = 0.0
    if alpha * h[i] <= 1.0:
        meeting(i + 1, h, change, left, right, depth, bend)
    elif beta * h[i + 1] <= 1.0:
        meeting(i, h, change, left, right, depth, bend)
    else:
        right[i], left[i + 1] = 1.0 / alpha, 1.0 / beta
        left[i], right[i + 1] = h[i] - right[i], h[i + 1] - left[i + 1]
        depth[i], depth[i + 1] = d0 * left[i], d2 * right[i + 1]
        bend[i], bend[i + 1] = d0 * h[i] * alpha, d2 * h[i + 1] * beta


@njit
def chain(start, gaps, x, h, change, left, right, depth, bend, scratch):
    omega, weight, psi, m = scratch
    for i in range(gaps + 1):
        at = x[start + i]
        weight[i] = abs(change[start + i]) * sqrt(1.0 + at * at)
        if i < gaps:
            omega[i] = atan2(h[start + i], 1.0 + at * x[start + i + 1])
    psi[gaps] = zero(weight, omega, gaps)
    for i in range(gaps - 1, -1, -1):
        needed = omega[i] - psi[i + 1]
        m[i] = force(weight, omega, i, needed)[0]
        psi[i] = needed if m[i] > 0.0 else zero(weight, omega, i)
    for i in range(gaps):
        gap = start + i
        bend[gap] = 0.0
        if m[i] > 0.0:
            near, far = x[gap], x[gap + 1]
            s, t = tan(psi[i]), tan(psi[i + 1])
            left[gap] = (1.0 + near * near) * s / (1.0 - near * s)
            right[gap] = (1.0 + far * far) * t / (1.0 + far * t)
            tau = near + left[gap]
            depth[gap] = m[i] * sqrt(1.0 + tau * tau)
            bend[gap] = depth[gap] / left[gap] * (h[gap] / right[gap])


@njit
def force(weight, omega, last, psi):
    """F_last(ψ) and its derivative."""
    # ψ_0 belongs to ψ_last = ψ through ψ_i = ω_i − ψ_{i+1}.
    for i in range(last - 1, -1, -1):
        psi = omega[i] - psi
    value, slope = weight[0] * sin(psi), weight[0] * cos(psi)
    for i in range(1, last + 1):
        psi = omega[i - 1] - psi
        pushes = value > 0.0
        value = weight[i] * sin(psi) - (value if pushes else 0.0)
        slope = weight[i] * cos(psi) + (slope if pushes else 0.0)
    return value, slope


@njit
def zero(weight, omega, last):
    if last == 0:
        return 0.0
    width = omega[last - 1]
    low, high, psi = -width, width, 0.5 * width
    for _ in range(100):
        value, slope = force(weight, omega, last, psi)
        if value < 0.0:
            low = psi
        else:
            high = psi
        step = psi - value / slope
        # The error after a step is about its square.
        if abs(step - psi) <= 1e-9 * width:
            return step
        psi = step if low < step < high else 0.5 * (low + high)
    return psi
