"""Leaps, diffusions, and flows that may become jumps: the state changes by extents of reactions, in two halves.

A step of length h is that of a weak trapezoidal rule (Anderson & Mattingly 2011; for leaps Anderson & Koyama 2012),

    y* = y + N E(a(y), h / 2),    y' = y* + N E(max(w a(y*) - (w - 1) a(y), 0), (s - 1/2) h),    w = 2 s^2 / (2 s - 1),

which ends at the fraction s of the step. E(a, h) is Poisson(a h) for a leap, a h + sqrt(a h) xi for a diffusion, and
a h for a flow. Between the halves the other species flow over the step, and jumps see these species as they are at its
middle: mean and variance are of second order in h. A step that ends before its middle keeps a part of the first half,
in law: a binomial part of a leap, and of a diffusion what a Brownian bridge has there.

Anderson DF, Mattingly JC (2011) A weak trapezoidal method for a class of stochastic differential equations.
Communications in Mathematical Sciences 9, 301-318.
Anderson DF, Koyama M (2012) Weak error analysis of numerical methods for stochastic models of population processes.
Multiscale Modeling and Simulation 10, 1493-1524.
"""

import math

import numpy as np
from numba import njit

from . import flow
from .jumps import propensity
from .noise import shake
from .parts import DIFFUSING, DIFFUSION, KICKING, LEAP, SHAKEN
from .random import binomial, normal, poisson
from .switching import move

ROUNDING = 1e-9
"""Molecules below zero that are none."""


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

    What leaves species i per second, times its order, over what is there: 1 / the time in which it relaxes; of charges,
    half of their noise over their variance at equilibrium.
    """
    turnover, spread, b = scratch.before, scratch.spread, scratch.b
    for k in range(mode.counts[SHAKEN]):
        turnover[mode.shaken[k]] = spread[mode.shaken[k]] = 0.0
    for k in range(mode.counts[KICKING]):
        j = mode.kicking[k]
        for q in range(noisy.start[j], noisy.start[j + 1]):
            i, n = noisy.changed[q], noisy.change[q]
            spread[i] += n * n * b[j]
            turnover[i] += max(-n, 0.0) * b[j]
    fastest = 0.0
    for k in range(mode.counts[SHAKEN]):
        i = mode.shaken[k]
        if noisy.amount[i] < 0.0:
            fastest = max(fastest, -0.5 * spread[i] / noisy.amount[i])
        else:
            fastest = max(fastest, turnover[i] * noisy.amount[i] / max(y[i], 1.0), spread[i] / max(y[i] * y[i], 1.0))
    return partition.epsilon / fastest if fastest > 0.0 else math.inf


@njit(nogil=True, error_model="numpy")
def kick(h, b, extents, y, noisy, partition, mode, scratch, ga, gb, gc, gd):
    """Change y by ``extents`` of h seconds at the rates b, if there is enough of all that they consume.

    What a step makes is not there to be consumed in it. Returns whether there was enough, and the next state of the
    generator.
    """
    kicking, shaken, before = mode.kicking, mode.shaken, scratch.before
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
        return False, ga, gb, gc, gd
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
            h, b, spread, rows, moved, partition.signed, plan, weights, y, before, noise, ga, gb, gc, gd
        )
        for k in range(count):
            extents[mode.diffusing[k]] += noise[mode.diffusing[k]]
    return True, ga, gb, gc, gd


@njit(nogil=True, error_model="numpy")
def thin(part, h, y, noisy, partition, mode, scratch, ga, gb, gc, gd):
    """Keep what has happened in a part of h seconds of the extents at rates b; returns as ``kick`` does."""
    extents, bridge, b = scratch.extents, scratch.noise, scratch.b
    kicking, reactions = mode.kicking, mode.counts[KICKING]
    for k in range(reactions):
        j = kicking[k]
        kept, bridge[j] = part * extents[j], 0.0
        if partition.reading[j] == LEAP:
            kept, ga, gb, gc, gd = binomial(extents[j], part, ga, gb, gc, gd)
        elif partition.reading[j] == DIFFUSION:
            z, ga, gb, gc, gd = normal(ga, gb, gc, gd)
            bridge[j] = math.sqrt(part * (1.0 - part) * b[j] * h) * z
        kept += bridge[j]
        move(j, y, kept - extents[j], noisy)
        extents[j] = kept
    if is_negative(y, noisy, mode):  # near a boundary, without the bridges
        for k in range(reactions):
            j = kicking[k]
            move(j, y, -bridge[j], noisy)
            extents[j] -= bridge[j]
    return not is_negative(y, noisy, mode), ga, gb, gc, gd


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
def extrapolate(s, mode, scratch):
    """Replace the rates of the middle by those of the rest of a step, which ends at the fraction s."""
    b, later = scratch.b, scratch.later
    weight = 2.0 * s * s / (2.0 * s - 1.0)
    for k in range(mode.counts[KICKING]):
        j = mode.kicking[k]
        later[j] = max(weight * later[j] - (weight - 1.0) * b[j], 0.0)


@njit(nogil=True, error_model="numpy")
def keep(both, partition, mode, scratch):
    """Count the extents of the first half of a step, or of both; returns how many reactions have fired in leaps."""
    fired = 0.0
    for k in range(mode.counts[KICKING]):
        j = mode.kicking[k]
        extent = scratch.extents[j] + (scratch.more[j] if both else 0.0)
        if partition.reading[j] == LEAP:
            fired += extent
        elif partition.adaptive[j]:
            mode.rest[j] += extent
            mode.rest[j] -= math.floor(mode.rest[j])
    return np.int64(fired)
