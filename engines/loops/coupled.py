"""An exact run beside each step of a Langevin run, as near to it as it can be: the split coupling of two engines.

A step of length h with rates b_j adds sqrt(b_j h) xi_j to the drift b_j h of the extent of reaction j. Here that extent
becomes a Poisson number of mean b_j h, nearly the quantile that has the rank of xi_j, whose points lie anywhere in the
step: a Poisson process of rate b_j, that knows nothing of what was before. The exact run X fires reaction j

    at each point with probability min(1, a_j(X) / b_j), and at further points of rate max(0, a_j(X) - b_j),

together at the rate a_j(X) (Anderson & Higham 2012), whatever the Langevin run does. Where X is near it the two differ
by the few points that only one of them has.

Anderson DF, Higham DJ (2012) Multilevel Monte Carlo for continuous time Markov chains, with applications in biochemical
kinetics. Multiscale Modeling & Simulation 10, 146-179.
Giles MB (2016) Algorithm 955: approximation of the inverse Poisson cumulative distribution function. ACM Transactions
on Mathematical Software 42, 7.
"""

import math
from typing import Any, NamedTuple

from numba import njit

from . import flow
from .jumps import fire
from .random import SQRT_HALF, TO_UNIT, exponential, log_poisson, poisson, uniform
from .status import NEGATIVE

SMALL = 16.0
"""Means of Poisson numbers below which their quantiles are found by inversion."""


class Partner(NamedTuple):
    """An exact run: its state, and room for one step.

    y, watched: see ``paths.begin``. generator: its own. a: (R,) propensities. score: (R,) normal numbers, from
    the noise of the Langevin run. points: (R,) how many are left in the step. noisy: see ``parts.Noisy``.
    """

    y: Any
    watched: Any
    generator: Any
    a: Any
    score: Any
    points: Any
    noisy: Any


@njit(nogil=True, error_model="numpy")
def look(partner, rates, report):
    """Compute all propensities of the partner."""
    flow.complete(partner.y, rates, flow.WHOLE)
    for j in range(rates[2][flow.REACTIONS]):
        partner.a[j] = _propensity(j, partner.y, rates, report)


@njit(nogil=True, error_model="numpy")
def _propensity(j, y, rates, report):
    found = flow.rate(j, y, rates, flow.WHOLE)
    if not 0.0 <= found < math.inf:
        report[0], report[1] = NEGATIVE, j
        found = 0.0
    return found


@njit(nogil=True, error_model="numpy")
def accompany(h, b, rates, partner, members, report):
    """Advance the partner by a step of length h with rates b; members: see ``paths.begin``."""
    y, watched, generator, a, score, points, noisy = partner
    reactions, quantities = rates[2][flow.REACTIONS], rates[2][flow.QUANTITIES]
    g0, g1, g2, g3 = generator[0], generator[1], generator[2], generator[3]
    left = further = 0.0
    for j in range(reactions):
        points[j] = 0.0
        if b[j] > 0.0:
            points[j], g0, g1, g2, g3 = poisson_near(b[j] * h, score[j], g0, g1, g2, g3)
            left += points[j]
        further += max(a[j] - b[j], 0.0)
    wait, g0, g1, g2, g3 = exponential(g0, g1, g2, g3)
    gap = -1.0
    while report[0] == 0:
        if gap < 0.0:  # until the next of the points that are left, or the end
            gap = h
            if left > 0.0:
                e, g0, g1, g2, g3 = exponential(g0, g1, g2, g3)
                gap -= h * math.exp(-e / left)
        j, fires = 0, True
        if further * gap > wait:
            gap -= wait / further
            h -= wait / further
            wait, g0, g1, g2, g3 = exponential(g0, g1, g2, g3)
            u, g0, g1, g2, g3 = uniform(g0, g1, g2, g3)
            j = _share(u * further, a, b, reactions)
            fires = j >= 0
        elif left == 0.0:
            break
        else:
            wait -= further * gap
            h -= gap
            gap = -1.0
            u, g0, g1, g2, g3 = uniform(g0, g1, g2, g3)
            u *= left
            while u >= points[j]:
                u -= points[j]
                j += 1
            fires = u * b[j] < a[j] * points[j]  # what is left of u is uniform
            points[j] -= 1.0
            left -= 1.0
        if fires:
            g0, g1, g2, g3 = fire(j, y, noisy, members, watched, g0, g1, g2, g3)
            if quantities > 0:
                flow.complete(y, rates, flow.WHOLE)
            for q in range(noisy.affected_start[j], noisy.affected_start[j + 1]):
                i = noisy.affected[q]
                further -= max(a[i] - b[i], 0.0)
                a[i] = _propensity(i, y, rates, report)
                further += max(a[i] - b[i], 0.0)
    generator[0], generator[1], generator[2], generator[3] = g0, g1, g2, g3


@njit(nogil=True, error_model="numpy")
def _share(z, a, b, reactions):
    """The reaction in whose part of sum max(0, a - b) z falls; by rounding, the last that has a part; or -1."""
    found = -1
    for j in range(reactions):
        if a[j] > b[j]:
            found = j
            z -= a[j] - b[j]
            if z < 0.0:
                break
    return found


@njit(nogil=True, error_model="numpy")
def poisson_near(mean, z, g0, g1, g2, g3):
    """A Poisson number near mean + sqrt(mean) z, and the next state; z: normal. Exact to rounding.

    Below a mean of SMALL the quantile that has the rank of z. Above, the whole number k below an approximate quantile
    at w = z, see ``_quantile``. It has the probability q of all w that lead there, and not quite that of Poisson, p: so
    it is kept with probability min(1, p / q), and drawn again from what p has above q otherwise (once in 4000 at 16).
    """
    if mean < SMALL:
        u = 0.5 * math.erfc(-SQRT_HALF * z)
        k, p = 0.0, math.exp(-mean)
        while u >= p:
            u -= p
            k += 1.0
            p *= mean / k
            if k > mean and p < TO_UNIT:  # what rounding has left over
                break
        return k, g0, g1, g2, g3
    k = math.floor(_quantile(z, mean)[0])
    u, g0, g1, g2, g3 = uniform(g0, g1, g2, g3)
    if k >= 0.0 and u * _chance(k, mean) < math.exp(log_poisson(k, mean)):
        return k, g0, g1, g2, g3
    while True:
        k, g0, g1, g2, g3 = poisson(mean, g0, g1, g2, g3)
        u, g0, g1, g2, g3 = uniform(g0, g1, g2, g3)
        if _chance(k, mean) < (1.0 - u) * math.exp(log_poisson(k, mean)):
            return k, g0, g1, g2, g3


@njit(nogil=True, error_model="numpy")
def _chance(k, mean):
    """The probability of a normal number at which k is the whole number below the approximate quantile."""
    return 0.5 * (math.erfc(SQRT_HALF * _rank(k, mean)) - math.erfc(SQRT_HALF * _rank(k + 1.0, mean)))


@njit(nogil=True, error_model="numpy")
def _quantile(w, mean):
    """That of a Poisson number, to the third order, at the rank of the normal number w; and its derivative.

    m + sqrt(m) w + 1/3 + w^2 / 6 - (w / 36 + w^3 / 72) / sqrt(m) (Giles 2016); it rises with w, at 16 from -9 on.
    """
    root = math.sqrt(mean)
    found = mean + root * w + 1.0 / 3.0 + w * w / 6.0 - (w / 36.0 + w * w * w / 72.0) / root
    return found, root + w / 3.0 - (1.0 / 36.0 + w * w / 24.0) / root


@njit(nogil=True, error_model="numpy")
def _rank(x, mean):
    """The normal number at which the approximate quantile is x: the solution at second order, and Newton's steps."""
    w = 3.0 * (math.sqrt(max(mean + 2.0 * (x - 1.0 / 3.0), 0.0) / 3.0) - math.sqrt(mean))
    for _ in range(3):
        found, slope = _quantile(w, mean)
        w -= (found - x) / slope
    return w
