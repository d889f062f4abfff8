"""Noise of the chemical Langevin equation that leaves no count negative; ``engines/langevin.py`` says how."""

import math

from numba import njit

from .flow import CHANGE, CHANGED, CHANGES
from .random import SQRT_HALF, normal, uniform

FAR = 6.0
"""Standard deviations from a boundary beyond which noise is normal."""
LEAP = 2.0
"""Molecules that noise at a boundary may move at once, where its standard deviation is less."""


@njit(nogil=True, error_model="numpy")
def shake(h, b, spread, rows, species, signed, plan, weights, y, before, extents, partner, g0, g1, g2, g3):
    """Add the noise N sqrt(b h) xi of reactions with rates b to y; returns the state of the generator.

    spread: (species,) diag(N diag(b) N^T). rows, species: (numbers, how many) of the reactions, and of the species that
    they change. signed: of species, those that may be negative. extents: (reaction,) become sqrt(b h) xi. before:
    scratch, (species,). Near a boundary the noise of a reaction has two values, -L and U. partner: of ``coupled.py``,
    which is told a normal number of the same rank, or None.
    """
    row, reactions = rows
    moved, count = species
    changed, change = plan[CHANGED], plan[CHANGE]
    near = scored = False
    for k in range(count):
        i = moved[k]
        before[i] = y[i]
        near |= not signed[i] and y[i] * y[i] < FAR * FAR * spread[i] * h
    if not near:
        for r in range(reactions):
            j = row[r]
            extents[j] = 0.0
            if b[j] != 0.0:
                z, g0, g1, g2, g3 = normal(g0, g1, g2, g3)
                extents[j] = math.sqrt(b[j] * h) * z
                if partner is not None:
                    partner.score[j] = z
                for q in range(plan[plan[CHANGES] + j], plan[plan[CHANGES] + j + 1]):
                    y[plan[changed + q]] += weights[change + q] * extents[j]
        for k in range(count):
            near |= not signed[moved[k]] and y[moved[k]] < 0.0
        if not near:
            return g0, g1, g2, g3
        for k in range(count):  # once in 10^9
            y[moved[k]] = before[moved[k]]
        scored = True  # what comes now depends on what was drawn, so it is not told
    for r in range(reactions):
        j = row[r]
        extents[j] = 0.0
        if b[j] == 0.0:
            continue
        down = up = math.inf
        for q in range(plan[plan[CHANGES] + j], plan[plan[CHANGES] + j + 1]):
            i, n = plan[changed + q], weights[change + q]
            if not signed[i]:
                share = before[i] * abs(n) * b[j] / spread[i]
                if n > 0.0:
                    down = min(down, share)
                else:
                    up = min(up, share)
        size = math.sqrt(b[j] * h)
        if min(down, up) > FAR * size:
            z, g0, g1, g2, g3 = normal(g0, g1, g2, g3)
            extents[j] = min(max(size * z, -down), up)
            if partner is not None and not scored:
                partner.score[j] = z
        else:
            down, up = _two_values(down, up, size)
            u, g0, g1, g2, g3 = uniform(g0, g1, g2, g3)
            rises = u * (down + up) < down
            extents[j] = up if rises else -down
            if partner is not None and not scored:
                _score(j, rises, down, up, partner)
        for q in range(plan[plan[CHANGES] + j], plan[plan[CHANGES] + j + 1]):
            y[plan[changed + q]] += weights[change + q] * extents[j]
    for k in range(count):  # what was taken to the last bit leaves 0
        if y[moved[k]] < 0.0 and not signed[moved[k]]:
            y[moved[k]] = 0.0
    return g0, g1, g2, g3


@njit(nogil=True, error_model="numpy")
def _two_values(down, up, size):
    """-L and U with L <= down, U <= up and L U = size^2, or as near to it as they come."""
    most = max(LEAP, size)
    if down < size:
        up = min(up, most, size * size / down) if down > 0.0 else 0.0
    elif up < size:
        down = min(down, most, size * size / up) if up > 0.0 else 0.0
    if min(down, up) >= size:
        return size, size
    return down, up


@njit(nogil=True, error_model="numpy")
def _score(j, rises, down, up, partner):
    """Tell a partner a normal number that has the rank of one of the two values, which is that of many numbers."""
    g = partner.generator
    while True:
        z, g[0], g[1], g[2], g[3] = normal(g[0], g[1], g[2], g[3])
        if (0.5 * math.erfc(SQRT_HALF * z) * (down + up) < down) == rises:
            partner.score[j] = z
            return
