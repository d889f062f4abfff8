"""One step of the master equation by uniformisation: a Poisson number of jumps of a discrete chain."""

import numpy as np
from numba import njit

from .pointer import borrowed

NEGLIGIBLE = 1e-250
"""Probability that is let go, long before arithmetic becomes slow and inexact (below 1e-308)."""
LOOK = 8
"""Jumps between two looks at whether the chain still changes."""


@njit(cache=True, nogil=True, error_model="numpy")
def advance(start, target, share, stay, weights, tails, v, p, spent, ends, settled):
    """p += sum_k weights[k] v P^k and spent += sum_k tails[k] v P^k; returns jumps done, and a bound of what they lack.

    The chain P goes from state i to target[start[i]:start[i+1]] with probability share[...] and stays with stay[i].
    v, p, spent: (state + 2,); the last two entries are no states but collect what goes to the targets -2 and -1 and
    never returns. ends[k] is the entry -2 after k jumps. v is used up. Where the jumps that are left would change v by
    less than ``settled`` in all (a chain never moves two distributions apart), they are not computed.
    """
    start, target, share, stay, weights, tails, p, spent, ends = borrowed(
        (start, target, share, stay, weights, tails, p, spent, ends)
    )
    n, jumps = len(stay), len(weights)
    w = np.zeros(n + 2)
    for k in range(jumps):
        weight, tail = weights[k], tails[k]
        for i in range(n + 2):
            p[i] += weight * v[i]
            spent[i] += tail * v[i]
            w[i] = 0.0
        ends[k] = v[n]
        if k == jumps - 1:
            break
        for i in range(n):
            here = v[i]
            if here > NEGLIGIBLE:
                w[i] += here * stay[i]
                for q in range(start[i], start[i + 1]):
                    w[target[q]] += here * share[q]
        w[n] += v[n]
        w[n + 1] += v[n + 1]
        if k % LOOK == 0:
            change = 0.0
            for i in range(n + 2):
                change += abs(w[i] - v[i])
            left = jumps - 1 - k
            if change * left <= settled:
                weight = tail = 0.0
                for q in range(k + 1, jumps):
                    weight += weights[q]
                    tail += tails[q]
                    ends[q] = w[n]
                for i in range(n + 2):
                    p[i] += weight * w[i]
                    spent[i] += tail * w[i]
                return k + 1, change * left
        v, w = w, v
    return jumps, 0.0
