"""Gillespie's direct method driven by tables, for networks of any size; the next reaction by descent of a sum tree.

The tree holds the propensities in its leaves and sums above them: each is computed from its two children, never by
adding a difference, so the running total does not drift, and finding a reaction takes log2(R) steps.
"""

import math

import numpy as np
from numba import njit

from .multimer import step
from .pointer import borrowed, call_float
from .random import exponential, uniform
from .status import NEGATIVE


@njit(nogil=True, error_model="numpy")
def advance(y, c, tables, members, watched, generator, clock, t_end, grid, until, recorded, budget, report):
    """Fire reactions until the next one is later than ``t_end``, at most ``budget`` of them; returns how many.

    clock: time, and the time of the next reaction (negative: not drawn yet), which is kept from call to call.
    recorded: (time, slot) gets the state at the times of ``grid`` up to number ``until``. report: status, the reaction
    that fired last or failed, and how many grid times are recorded. All but c, tables and grid change in place.
    """
    tables, members, watched = borrowed(tables), borrowed(members), borrowed(watched)
    reactants, order, start, clamped, mass_action, static, law, number, slot, scale, first = tables[0]
    changed, change, change_start = tables[1]
    affected, affected_start, stale, stale_start = tables[2]
    first_quantity = tables[3]
    group, origin, target, group_watched, group_needed, group_slot = tables[4]
    a, b, cc, d = generator[0], generator[1], generator[2], generator[3]
    t, t_next = clock[0], clock[1]
    drawn = t_next >= 0.0
    reactions = len(c)
    leaves = 1
    while leaves < reactions:
        leaves <<= 1
    tree = np.zeros(2 * leaves)
    events = 0
    j = reactions  # the row of the tables that stands for the start: it affects everything
    while True:
        for q in range(stale_start[j], stale_start[j + 1]):
            row = reactions + stale[q]
            y[first_quantity + stale[q]] = call_float(law, (number[row], y, slot, scale, first[row]))
        for q in range(affected_start[j], affected_start[j + 1]):
            i = affected[q]
            rate = c[i]
            for p in range(start[i], start[i + 1]):
                n = y[reactants[p]]
                if mass_action[i]:
                    rate *= n
                    for k in range(1, order[p]):
                        rate *= n if clamped[reactants[p]] else n - k
                elif n < order[p]:
                    rate = 0.0
            if rate != 0.0 and not static[i]:
                rate *= call_float(law, (number[i], y, slot, scale, first[i]))
            if not 0.0 <= rate < math.inf:
                report[0], report[1] = NEGATIVE, i
            node = leaves + i
            tree[node] = rate
            while node > 1:
                node >>= 1
                tree[node] = tree[2 * node] + tree[2 * node + 1]
        if report[0] != 0:
            break
        if not drawn:
            e, a, b, cc, d = exponential(a, b, cc, d)
            t_next = t + e / tree[1] if tree[1] > 0.0 else math.inf
            drawn = True
        while report[2] < until and grid[report[2]] < t_next:
            for i in range(recorded.shape[1]):
                recorded[report[2], i] = y[i]
            report[2] += 1
        if t_next > t_end or events >= budget:
            break
        u, a, b, cc, d = uniform(a, b, cc, d)
        z = u * tree[1]
        node = 1
        while node < leaves:
            node <<= 1
            if z >= tree[node]:
                z -= tree[node]
                node += 1
        j = node - leaves
        if not tree[node] > 0.0:  # rounding at the end of the last interval: nothing happens, and it is drawn again
            j = reactions
            continue
        t, drawn = t_next, False
        events += 1
        report[1] = j
        for q in range(change_start[j], change_start[j + 1]):
            y[changed[q]] += change[q]
        if group[j] >= 0:
            m = group[j]
            before, after = y[origin[j]] + 1.0, y[target[j]]
            opened, a, b, cc, d = step(
                members, watched, origin[j], target[j], before, after, group_watched[m], group_needed[m], a, b, cc, d
            )
            y[group_slot[m]] += opened
    generator[0], generator[1], generator[2], generator[3] = a, b, cc, d
    clock[0], clock[1] = t, t_next
    return events
