"""Readings that follow the numbers: what is adaptive jumps where molecules are few, and is kicked where they are many.

An adaptive reaction is kicked from when every species that it changes has ``many`` molecules, until one of them has
less than ``few``. While it is kicked by fractions, ``rest`` is its extent so far, modulo 1: a species is a whole number
plus the sum of N times rest. When it is to jump again its extent is completed to a whole number, with the probability
rest, or taken back to one: by extents of reactions, so that every total stays, and by 0 in the mean. This is given back
where the reaction is kicked again, so that readings that change back and forth add no noise.
"""

import math

import numpy as np
from numba import njit

from .parts import (
    CANDIDATES,
    DIFFUSING,
    DIFFUSION,
    JUMP,
    KICKING,
    LEAP,
    LOGGED,
    MOVING,
    PACED,
    PACING,
    REACTIONS,
    SHAKEN,
    SPECIES,
    STILL,
)
from .random import uniform


@njit(nogil=True, error_model="numpy")
def begin_readings(noisy, partition, mode, a):
    """The readings that a trajectory begins with: what is adaptive jumps."""
    for i in range(mode.counts[SPECIES]):
        mode.plenty[i] = False
    for j in range(mode.counts[REACTIONS]):
        mode.kicked[j] = partition.reading[j] != JUMP and not partition.adaptive[j]
        mode.rest[j] = 0.0
    mode.counts[LOGGED] = 0
    sort(noisy, partition, mode, a)


@njit(nogil=True, error_model="numpy")
def sort(noisy, partition, mode, a):
    """List reactions and species by what happens to them; the propensity of what does not jump is 0."""
    counts, touched, real = mode.counts, mode.touched, mode.real
    for k in range(LOGGED):
        counts[k] = 0
    for i in range(counts[SPECIES]):
        touched[i] = real[i] = 0
    for j in range(mode.counts[REACTIONS]):
        if not mode.kicked[j]:
            continue
        a[j] = 0.0
        mode.kicking[counts[KICKING]] = j
        counts[KICKING] += 1
        if partition.reading[j] == DIFFUSION:
            mode.diffusing[counts[DIFFUSING]] = j
            counts[DIFFUSING] += 1
        for q in range(noisy.start[j], noisy.start[j + 1]):
            i = noisy.changed[q]
            if touched[i] == 0:
                mode.shaken[counts[SHAKEN]] = i
                counts[SHAKEN] += 1
            touched[i] += 1
            real[i] += partition.reading[j] != LEAP
    for j in range(mode.counts[REACTIONS]):
        if mode.kicked[j]:
            continue
        moves = False
        for q in range(noisy.read_start[j], noisy.read_start[j + 1]):
            i = noisy.read[q]
            moves |= partition.flowing[i] != 0 or touched[i] != 0
        if moves:
            mode.moving[counts[MOVING]] = j
            counts[MOVING] += 1
        else:
            mode.still[counts[STILL]] = j
            counts[STILL] += 1
    pace(noisy, mode)


@njit(nogil=True, error_model="numpy")
def pace(noisy, mode):
    """List the species that kicks change or depend on, and the reactions that change these."""
    counts, paced, is_paced = mode.counts, mode.paced, mode.touched
    for k in range(counts[SHAKEN]):
        paced[k] = mode.shaken[k]
    counts[PACED] = counts[SHAKEN]
    for k in range(counts[KICKING]):
        j = mode.kicking[k]
        for q in range(noisy.read_start[j], noisy.read_start[j + 1]):
            i = noisy.read[q]
            if is_paced[i] == 0:
                paced[counts[PACED]] = i
                counts[PACED] += 1
                is_paced[i] = 1
    for j in range(counts[REACTIONS]):
        paces = False
        for q in range(noisy.start[j], noisy.start[j + 1]):
            paces |= is_paced[noisy.changed[q]] != 0
        if paces:
            mode.pacing[counts[PACING]] = j
            counts[PACING] += 1


@njit(nogil=True, error_model="numpy")
def switch(t, y, noisy, partition, mode, a, g0, g1, g2, g3):
    """Let readings follow the numbers at t; returns whether any has changed, and the state of the generator."""
    turned = False
    for q in range(mode.counts[CANDIDATES]):
        i = partition.candidates[q]
        number = y[i] if noisy.amount[i] > 0.0 else -noisy.amount[i]
        plenty = number >= (partition.few if mode.plenty[i] else partition.many)
        if plenty != mode.plenty[i]:
            mode.plenty[i] = plenty
            turned = True
    if not turned:
        return False, g0, g1, g2, g3
    switched = False
    for j in range(mode.counts[REACTIONS]):
        if not partition.adaptive[j]:
            continue
        plenty = True
        for q in range(noisy.start[j], noisy.start[j + 1]):
            plenty &= mode.plenty[noisy.changed[q]] != 0
        if plenty == mode.kicked[j]:
            continue
        switched = True
        if plenty:
            move(j, y, mode.rest[j], noisy)
            mode.rest[j] -= math.floor(mode.rest[j])
        else:
            more, g0, g1, g2, g3 = completed(mode.rest[j], g0, g1, g2, g3)
            move(j, y, more, noisy)
            mode.rest[j] = -more
        mode.kicked[j] = plenty
        logged = 3 * mode.counts[LOGGED]
        mode.log[logged], mode.log[logged + 1], mode.log[logged + 2] = t, j, plenty
        mode.counts[LOGGED] += 1
    if switched:
        sort(noisy, partition, mode, a)
        make_whole(y, partition, mode)
    return switched, g0, g1, g2, g3


@njit(nogil=True, error_model="numpy")
def land(y, noisy, partition, mode, g0, g1, g2, g3):
    """Complete the extents of all that is adaptive to whole numbers, before an event sets such."""
    for j in range(mode.counts[REACTIONS]):
        if mode.kicked[j] and partition.adaptive[j]:
            more, g0, g1, g2, g3 = completed(mode.rest[j], g0, g1, g2, g3)
            move(j, y, more, noisy)
        mode.rest[j] = 0.0
    return g0, g1, g2, g3


@njit(nogil=True, error_model="numpy")
def completed(rest, g0, g1, g2, g3):
    """What makes an extent whole, by 0 in the mean, and the next state of the generator."""
    if rest == 0.0:
        return 0.0, g0, g1, g2, g3
    u, g0, g1, g2, g3 = uniform(g0, g1, g2, g3)
    return (1.0 - rest if u < rest else -rest), g0, g1, g2, g3


@njit(nogil=True, error_model="numpy")
def move(j, y, extent, noisy):
    """Change y by an extent of reaction j."""
    for q in range(noisy.start[j], noisy.start[j + 1]):
        y[noisy.changed[q]] += noisy.change[q] * extent


@njit(nogil=True, error_model="numpy")
def make_whole(y, partition, mode):
    """Take from whole numbers what rounding has added."""
    for q in range(mode.counts[CANDIDATES]):
        i = partition.candidates[q]
        if partition.whole[i] and mode.real[i] == 0:
            y[i] = np.rint(y[i])
