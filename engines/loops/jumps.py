"""Jumps between flows: propensities, the hazard over a step, and what a reaction changes.

Over a step of length h the hazard, the integral of the total propensity, is

    h (a0 s + (4 am - 3 a0 - a1) s^2 / 2 + (2 a0 - 4 am + 2 a1) s^3 / 3)

at the fraction s, for total propensities a0, am, a1 at its beginning, middle and end (Simpson's rule at s = 1).
"""

import math

from numba import njit

from .flow import WHOLE, rate
from .multimer import step
from .parts import STILL
from .status import NEGATIVE

NEGLIGIBLE = 1e-6
"""The hazard, over all the time that is left, that an error of the integrator may take from a reaction."""
ALL, NONE = -1, -2


@njit(nogil=True, error_model="numpy")
def propensity(j, y, rates, reading, rest, report):
    """The rate of what is no flow; a negative one is reported, unless it could not matter in the ``rest`` of time."""
    found = rate(j, y, rates, reading)
    if found < 0.0 and found * rest > -NEGLIGIBLE:
        return 0.0
    if not 0.0 <= found < math.inf:
        report[0], report[1] = NEGATIVE, j
    return found


@njit(nogil=True, error_model="numpy")
def refresh(rows, count, y, rates, a, rest, report):
    """Recompute the propensities of some reactions and return their sum."""
    total = 0.0
    for q in range(count):
        a[rows[q]] = propensity(rows[q], y, rates, WHOLE, rest, report)
        total += a[rows[q]]
    return total


@njit(nogil=True, error_model="numpy")
def update(fired, y, noisy, jumping, mode, a, rest, report):
    """Recompute the propensities that the flow does not change after a reaction, or ALL; returns their sum."""
    still, count = mode.still, mode.counts[STILL]
    if fired == ALL:
        return refresh(still, count, y, jumping, a, rest, report)
    for q in range(noisy.affected_start[fired], noisy.affected_start[fired + 1]):
        j = noisy.affected[q]
        if not mode.kicked[j]:
            a[j] = propensity(j, y, jumping, WHOLE, rest, report)
    total = 0.0
    for q in range(count):
        total += a[still[q]]
    return total


@njit(nogil=True, error_model="numpy")
def chosen(z, a, reactions):
    """The reaction in whose share of the total propensity z falls; by rounding, the last that has a share; or -1."""
    found = -1
    for i in range(reactions):
        if a[i] > 0.0:
            found = i
            z -= a[i]
            if z < 0.0:
                break
    return found


@njit(nogil=True, error_model="numpy")
def has_enough(j, y, noisy):
    """Whether there is all that reaction j takes: of what moves by fractions there may be less than a molecule."""
    for q in range(noisy.start[j], noisy.start[j + 1]):
        i = noisy.changed[q]
        if noisy.amount[i] > 0.0 and y[i] + noisy.change[q] < 0.0:
            return False
    return True


@njit(nogil=True, error_model="numpy")
def fire(j, y, noisy, members, watched, a, b, c, d):
    """Change the state by reaction j; the next state of the generator."""
    for q in range(noisy.start[j], noisy.start[j + 1]):
        y[noisy.changed[q]] += noisy.change[q]
    if noisy.group[j] >= 0:
        m, origin, target = noisy.group[j], noisy.origin[j], noisy.target[j]
        before, after = y[origin] + 1.0, y[target]
        opened, a, b, c, d = step(
            members, watched, origin, target, before, after, noisy.watched[m], noisy.needed[m], a, b, c, d
        )
        y[noisy.conducting[m]] += opened
    return a, b, c, d


@njit(nogil=True, error_model="numpy")
def part_of_hazard(h, s, a0, am, a1):
    """The hazard from the beginning of a step to the fraction s of it."""
    return h * s * (a0 + s * ((4.0 * am - 3.0 * a0 - a1) / 2.0 + s * (2.0 * a0 - 4.0 * am + 2.0 * a1) / 3.0))


@njit(nogil=True, error_model="numpy")
def fraction(h, wanted, a0, am, a1):
    """The fraction of a step at which its hazard is ``wanted``, by bisection where the total propensity changes."""
    if am == a0 == a1:
        return min(wanted / (h * a0), 1.0)
    low, high = 0.0, 1.0
    for _ in range(52):
        middle = 0.5 * (low + high)
        if part_of_hazard(h, middle, a0, am, a1) < wanted:
            low = middle
        else:
            high = middle
    return high
