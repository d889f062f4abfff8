"""Leaps, diffusions, and flows that may become jumps: the state changes by extents of reactions, in two halves.

A step of length h is that of a weak trapezoidal rule (Anderson & Mattingly 2011; for leaps Anderson & Koyama 2012),

    y* = y + N E(a(y), h / 2),    y' = y* + N E(max(2 a(y*) - a(y), 0), h / 2),

where E(a, h) is Poisson(a h) for a leap, a h + sqrt(a h) xi for a diffusion, and a h for a flow. Between the halves, at
y*, everything else flows and jumps over all of the step (Strang 1968), and a(y*) is that of its middle: mean and
variance are of second order in h, but of first where a few molecules can lose half of a rate in half a step, by the
maximum. No jump ends a step: one that ended where its jumps come would be short where its first half makes them
frequent, and so keep less of what drives them, which takes half a molecule from the mean at any h.

Anderson DF, Mattingly JC (2011) A weak trapezoidal method for a class of stochastic differential equations.
Communications in Mathematical Sciences 9, 301-318.
Anderson DF, Koyama M (2012) Weak error analysis of numerical methods for stochastic models of population processes.
Multiscale Modeling and Simulation 10, 1493-1524.
Strang G (1968) On the construction and comparison of difference schemes. SIAM Journal on Numerical Analysis 5, 506-517.
"""

import math

import numpy as np
from numba import njit

from . import flow
from .jumps import propensity
from .noise import shake
from .parts import DIFFUSING, DIFFUSION, KICKING, LEAP, PACED, PACING, SHAKEN
from .random import poisson
from .status import STEP_TOO_SMALL

ROUNDING = 1e-9
"""Molecules below zero that are none."""
SHORTEST = 1e-12
"""The shortest part of a half step."""


@njit(nogil=True, error_model="numpy")
def kick_rates(y, noisy, partition, mode, b, rest, report):
    """Compute the rates b of what is kicked, at a complete y."""
    for k in range(mode.counts[KICKING]):
        j = mode.kicking[k]
        reading = flow.MEAN_FIELD
        if partition.reading[j] == LEAP:
            reading = flow.WHOLE
        elif partition.reading[j] == DIFFUSION:
            reading = flow.DIFFUSION
        b[j] = propensity(j, y, noisy.rates, reading, rest, report)


@njit(nogil=True, error_model="numpy")
def longest(y, noisy, partition, mode, scratch):
    """The longest step: a part of how fast species relax, in which noise changes them by a part of what there is.

    Of the species that kicks change or depend on, by jumps too. What leaves species i per second, times its order, over
    what is there: 1 / the time in which it relaxes; of charges, half of their noise over their variance at equilibrium.
    """
    turnover, spread = scratch.before, scratch.spread
    for k in range(mode.counts[PACED]):
        turnover[mode.paced[k]] = spread[mode.paced[k]] = 0.0
    for k in range(mode.counts[PACING]):
        j = mode.pacing[k]
        rate = scratch.b[j] if mode.kicked[j] else scratch.a[j]
        for q in range(noisy.start[j], noisy.start[j + 1]):
            i, n = noisy.changed[q], noisy.change[q]
            spread[i] += n * n * rate
            turnover[i] += max(-n, 0.0) * rate
    fastest = 0.0
    for k in range(mode.counts[PACED]):
        i = mode.paced[k]
        if noisy.amount[i] < 0.0:
            fastest = max(fastest, -0.5 * spread[i] / noisy.amount[i])
        else:
            fastest = max(fastest, turnover[i] * noisy.amount[i] / max(y[i], 1.0), spread[i] / max(y[i] * y[i], 1.0))
    return partition.epsilon / fastest if fastest > 0.0 else math.inf


@njit(nogil=True, error_model="numpy")
def kick(h, b, y, noisy, partition, mode, scratch, ga, gb, gc, gd):
    """Change y by extents of h seconds at the rates b, if there is enough of all that they consume.

    What a step makes is not there to be consumed in it. Returns whether there was enough, how many reactions have fired
    in leaps, and the next state of the generator.
    """
    kicking, shaken, before, extents = mode.kicking, mode.shaken, scratch.before, scratch.extents
    reactions, species = mode.counts[KICKING], mode.counts[SHAKEN]
    for k in range(species):
        before[shaken[k]] = y[shaken[k]]
    for k in range(reactions):
        j = kicking[k]
        extents[j] = b[j] * h
        if partition.reading[j] == LEAP:
            extents[j], ga, gb, gc, gd = poisson(extents[j], ga, gb, gc, gd)
        for q in range(noisy.start[j], noisy.start[j + 1]):
            if noisy.change[q] < 0.0:
                y[noisy.changed[q]] += noisy.change[q] * extents[j]
    if is_negative(y, noisy, mode):
        for k in range(species):
            y[shaken[k]] = before[shaken[k]]
        return False, 0, ga, gb, gc, gd
    for k in range(reactions):
        j = kicking[k]
        for q in range(noisy.start[j], noisy.start[j + 1]):
            if noisy.change[q] > 0.0:
                y[noisy.changed[q]] += noisy.change[q] * extents[j]
    count = mode.counts[DIFFUSING]
    if count > 0:
        spread, noise = scratch.spread, scratch.noise
        for k in range(species):
            spread[shaken[k]] = 0.0
        for k in range(count):
            j = mode.diffusing[k]
            for q in range(noisy.start[j], noisy.start[j + 1]):
                spread[noisy.changed[q]] += noisy.change[q] ** 2 * b[j]
        rows, moved = (mode.diffusing, count), (shaken, species)
        plan, weights = noisy.rates[2], noisy.rates[3]
        ga, gb, gc, gd = shake(
            h, b, spread, rows, moved, partition.signed, plan, weights, y, before, noise, None, ga, gb, gc, gd
        )
        for k in range(count):
            extents[mode.diffusing[k]] += noise[mode.diffusing[k]]
    return True, keep(partition, mode, scratch), ga, gb, gc, gd


@njit(nogil=True, error_model="numpy")
def kick_on(h, y, flowing, noisy, partition, mode, scratch, rest, report, ga, gb, gc, gd):
    """Change y by the second half of a step, of h seconds at the rates ``later``.

    Where more would be consumed than there is, it is made of shorter steps, with rates of their own. Returns how many
    reactions have fired in leaps, and the next state of the generator.
    """
    left, part, fired = h, h, 0
    while left > 0.0 and report[0] == 0:
        part = min(part, left)
        enough, more, ga, gb, gc, gd = kick(part, scratch.later, y, noisy, partition, mode, scratch, ga, gb, gc, gd)
        if enough:
            left, fired = left - part, fired + more
            if left > 0.0:
                flow.complete(y, flowing, flow.MEAN_FIELD)
                kick_rates(y, noisy, partition, mode, scratch.later, rest, report)
        else:
            part *= 0.5
            if part < SHORTEST * h:
                report[0], report[1] = STEP_TOO_SMALL, 0
    return fired, ga, gb, gc, gd


@njit(nogil=True, error_model="numpy")
def is_negative(y, noisy, mode):
    """Whether a count is below zero; by rounding only, it becomes zero."""
    found = False
    for k in range(mode.counts[SHAKEN]):
        i = mode.shaken[k]
        if noisy.amount[i] > 0.0 and y[i] < 0.0:
            if y[i] < -ROUNDING:
                found = True
            else:
                y[i] = 0.0
    return found


@njit(nogil=True, error_model="numpy")
def extrapolate(mode, scratch):
    """Replace the rates of the middle by those of the second half of a step."""
    b, later = scratch.b, scratch.later
    for k in range(mode.counts[KICKING]):
        j = mode.kicking[k]
        later[j] = max(2.0 * later[j] - b[j], 0.0)


@njit(nogil=True, error_model="numpy")
def keep(partition, mode, scratch):
    """Count the extents of a kick; returns how many reactions have fired in leaps."""
    fired = 0.0
    for k in range(mode.counts[KICKING]):
        j = mode.kicking[k]
        if partition.reading[j] == LEAP:
            fired += scratch.extents[j]
        elif partition.adaptive[j]:
            mode.rest[j] += scratch.extents[j]
            mode.rest[j] -= math.floor(mode.rest[j])
    return np.int64(fired)
