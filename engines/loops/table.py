"""Gillespie's direct method driven by tables, for networks of any size; the next reaction by descent of a sum tree.

The tree holds the propensities in its leaves and sums above them: each is computed from its two children, never by
adding a difference, so the running total does not drift, and finding a reaction takes log2(R) steps.
"""

import math

import numpy as np
from numba import njit

from .multimer import step
from .pointer import call_float
from .random import exponential, uniform

NEGATIVE = 1
"""Status: a law gave a negative rate or none."""


@njit(nogil=True, error_model="numpy")
def propensity(j, y, c, tables):
    """The rate of reaction j in events per second where molecules are counted; negative or NaN where its law is."""
    reactants, order, start, clamped, mass_action, static, law, number, slot, scale, first = tables[0]
    rate = c[j]
    for q in range(start[j], start[j + 1]):
        n = y[reactants[q]]
        if mass_action[j]:
            rate *= n
            for i in range(1, order[q]):
                rate *= n if clamped[reactants[q]] else n - i
        elif n < order[q]:
            return 0.0
    if not static[j]:
        rate *= call_float(law, (number[j], y, slot, scale, first[j]))
    return rate


@njit(nogil=True, error_model="numpy")
def quantity(i, y, tables):
    """Recompute derived quantity i in place."""
    reactants, order, start, clamped, mass_action, static, law, number, slot, scale, first = tables[0]
    row = len(static) + i
    y[tables[3][0] + i] = call_float(law, (number[row], y, slot, scale, first[row]))


@njit(nogil=True, error_model="numpy")
def advance(y, c, tables, members, watched, generator, clock, t_stop, budget, report):
    """Fire reactions until the next one is later than ``t_stop``, at most ``budget`` of them; returns how many.

    clock: time, and the time of the next reaction (negative: not drawn yet), which is kept from call to call.
    report: status, and the reaction that fired last or failed. y, members, watched and generator are advanced in place.
    """
    changed, change, change_start = tables[1]
    affected, affected_start, stale, stale_start = tables[2]
    layout = tables[3]
    group, origin, target, group_watched, group_needed, group_slot = tables[4]
    reactions, quantities = len(c), layout[1]
    leaves = 1
    while leaves < reactions:
        leaves *= 2
    tree = np.zeros(2 * leaves)
    for i in range(quantities):
        quantity(i, y, tables)
    for j in range(reactions):
        tree[leaves + j] = propensity(j, y, c, tables)
        if not tree[leaves + j] >= 0.0:
            report[0], report[1] = NEGATIVE, j
            return 0
    for node in range(leaves - 1, 0, -1):
        tree[node] = tree[2 * node] + tree[2 * node + 1]
    a, b, cc, d = generator[0], generator[1], generator[2], generator[3]
    t, t_next = clock[0], clock[1]
    events = 0
    if t_next < 0.0:
        e, a, b, cc, d = exponential(a, b, cc, d)
        t_next = t + e / tree[1] if tree[1] > 0.0 else math.inf
    while t_next <= t_stop and events < budget:
        node = 1
        u, a, b, cc, d = uniform(a, b, cc, d)
        z = u * tree[1]
        while node < leaves:
            node *= 2
            if z >= tree[node]:
                z -= tree[node]
                node += 1
        if not tree[node] > 0.0:
            continue  # rounding at the end of the last interval: draw again
        j = node - leaves
        t = t_next
        events += 1
        report[1] = j
        for q in range(change_start[j], change_start[j + 1]):
            y[changed[q]] += change[q]
        if group[j] >= 0:
            m = group[j]
            opened, a, b, cc, d = step(
                members, watched, origin[j], target[j], y[origin[j]] + 1.0, y[target[j]],
                group_watched[m], group_needed[m], a, b, cc, d,
            )  # fmt: skip
            y[group_slot[m]] += opened
        for q in range(stale_start[j], stale_start[j + 1]):
            quantity(stale[q], y, tables)
        for q in range(affected_start[j], affected_start[j + 1]):
            i = affected[q]
            node = leaves + i
            tree[node] = propensity(i, y, c, tables)
            if not tree[node] >= 0.0:
                report[0], report[1] = NEGATIVE, i
                clock[0] = t
                return events
            while node > 1:
                node //= 2
                tree[node] = tree[2 * node] + tree[2 * node + 1]
        e, a, b, cc, d = exponential(a, b, cc, d)
        t_next = t + e / tree[1] if tree[1] > 0.0 else math.inf
    generator[0], generator[1], generator[2], generator[3] = a, b, cc, d
    clock[0], clock[1] = t, t_next
    return events
