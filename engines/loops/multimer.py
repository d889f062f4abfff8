"""Which complex a subunit belongs to: subunits in one state are exchangeable, so one is picked uniformly."""

import numpy as np
from numba import njit

from .random import uniform


@njit(inline="always")
def step(members, watched, origin, target, before, after, watched_state, needed, a, b, c, d):
    """Move one subunit from the state ``origin`` to ``target``; the change of the number of conducting complexes.

    before: subunits in ``origin`` before the step; after: in ``target`` after it. members[s, :]: the complex of each
    subunit in state s (rows are species). watched[i]: subunits of complex i that are in ``watched_state``. Returns the
    change (-1, 0 or 1) and the next state of the generator.
    """
    u, a, b, c, d = uniform(a, b, c, d)
    pick = np.int64(u * before)
    home = members[origin, pick]
    members[origin, pick] = members[origin, np.int64(before) - 1]
    members[target, np.int64(after) - 1] = home
    change = 0.0
    if origin == watched_state:
        watched[home] -= 1
        if watched[home] == needed - 1:
            change = -1.0
    elif target == watched_state:
        watched[home] += 1
        if watched[home] == needed:
            change = 1.0
    return change, a, b, c, d
