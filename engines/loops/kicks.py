"""Leaps and diffusions between jumps: added at the end of a step, with the rates at its beginning.

Their moments are of first order in the step, which is a part of how fast they relax.
"""

import math

from numba import njit

from .flow import DIFFUSION, WHOLE
from .jumps import propensity
from .pointer import pointers
from .random import normal, poisson


@njit(nogil=True, error_model="numpy")
def longest_kick(y, kicks, b, rest, turnover, report):
    """Compute the rates b of leaps and diffusions, and the longest step, a part of how fast species relax.

    What leaves species i per second, times its order, over what is there: 1 / the time in which it relaxes; of charges,
    half of their noise over their variance at equilibrium. turnover: scratch, (species,).
    """
    (changed, change, start), leap, shaken, order, epsilon = kicks[1], kicks[2], kicks[3], kicks[4], kicks[5]
    for q in range(len(shaken)):
        turnover[shaken[q]] = 0.0
    for j in range(len(b)):
        b[j] = propensity(j, y, pointers(kicks[0]), WHOLE if leap[j] else DIFFUSION, rest, report)
        for q in range(start[j], start[j + 1]):
            i = changed[q]
            if order[i] < 0.0:
                turnover[i] += change[q] * change[q] * b[j] / (-2.0 * order[i])
            elif change[q] < 0.0:
                turnover[i] -= change[q] * b[j] * order[i] / max(y[i], 1.0)
    fastest = 0.0
    for q in range(len(shaken)):
        fastest = max(fastest, turnover[shaken[q]])
    return epsilon / fastest if fastest > 0.0 else math.inf


@njit(nogil=True, error_model="numpy")
def kick(y, kicks, b, length, extents, ga, gb, gc, gd):
    """Change y by leaps, Poisson(b length), and diffusions, b length + sqrt(b length) N(0, 1), where that is possible.

    Returns whether no species fell below zero, and the next state of the generator.
    """
    _, (changed, change, start), leap, shaken, order, _ = kicks
    for j in range(len(b)):
        mean = b[j] * length
        if leap[j]:
            extents[j], ga, gb, gc, gd = poisson(mean, ga, gb, gc, gd)
        else:
            z, ga, gb, gc, gd = normal(ga, gb, gc, gd)
            extents[j] = mean + math.sqrt(mean) * z
        for q in range(start[j], start[j + 1]):
            y[changed[q]] += change[q] * extents[j]
    for q in range(len(shaken)):
        if order[shaken[q]] > 0.0 and y[shaken[q]] < 0.0:
            return False, ga, gb, gc, gd
    return True, ga, gb, gc, gd
