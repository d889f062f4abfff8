"""Gillespie's direct method driven by tables, for networks of any size; the next reaction by composition and rejection.

What one event takes depends on the species that it changes and on the reactions that read them, not on the size of the
network (``groups.py``).
"""

import math

from numba import njit

from .groups import FACTOR, GENERAL, assign, clear, pick, total_weight
from .multimer import step
from .pointer import borrowed, call_float
from .random import exponential, uniform
from .status import NEGATIVE

HIGHEST = 2.0**960
"""The rate from which on a sum of bounds might not be finite."""


@njit(nogil=True, error_model="numpy")
def advance(y, c, tables, members, watched, generator, clock, t_end, grid, until, recorded, budget, report):
    """Fire reactions until the next trial is later than ``t_end``, at most ``budget`` of them; returns how many.

    clock: time, and the time of the next trial, which is kept from call to call; where it is -inf everything is
    computed afresh. recorded: (time, slot) gets the state at the times of ``grid`` up to number ``until``. report:
    status, the reaction that fired last or failed, and how many grid times are recorded. All but c, the shared tables
    and grid change in place.
    """
    tables, members, watched = borrowed(tables), borrowed(members), borrowed(watched)
    reactions, groups, used, number_of, roster = tables[0]
    changes, reader, reader_start, stale, stale_start = tables[1]
    reactants, order, start, clamped, mass_action, static, law, number, slot, scale, first = tables[2]
    first_quantity = tables[3]
    group, origin, target, group_watched, group_needed, group_slot = tables[4]
    a, b, cc, d = generator[0], generator[1], generator[2], generator[3]
    t, t_next = clock[0], clock[1]
    everything, nothing = len(c), len(c) + 1  # rows behind those of the reactions
    drawn = t_next > -math.inf
    j = nothing if drawn else everything
    if not drawn:
        clear(groups, used, number_of)
        for i in range(len(c)):
            reactions[i].constant, reactions[i].rate = c[i] * FACTOR, 0.0
    total = total_weight(groups, used)
    events = 0
    while True:
        row, end = reactions[j].row, reactions[j + 1].row
        for q in range(row, end):
            y[changes[q].slot] += changes[q].number
        if len(group_slot) > 0 and j < everything and group[j] >= 0:
            m = group[j]
            before, after = y[origin[j]] + 1.0, y[target[j]]
            opened, a, b, cc, d = step(
                members, watched, origin[j], target[j], before, after, group_watched[m], group_needed[m], a, b, cc, d
            )
            y[group_slot[m]] += opened
        if len(stale) > 0:
            for q in range(row, end):
                for p in range(stale_start[changes[q].slot], stale_start[changes[q].slot + 1]):
                    of = len(c) + stale[p]
                    y[first_quantity + stale[p]] = call_float(law, (number[of], y, slot, scale, first[of]))
        moved = False
        for q in range(row, end):
            for p in range(reader_start[changes[q].slot], reader_start[changes[q].slot + 1]):
                i = reader[p]
                rate = reactions[i].constant
                if reactions[i].first != GENERAL:
                    rate *= y[reactions[i].first]
                    rate *= y[reactions[i].second]
                else:
                    for s in range(start[i], start[i + 1]):
                        n = y[reactants[s]]
                        if mass_action[i]:
                            rate *= n
                            for k in range(1, order[s]):
                                rate *= n if clamped[reactants[s]] else n - k
                        elif n < order[s]:
                            rate = 0.0
                    if rate != 0.0 and not static[i]:
                        rate *= call_float(law, (number[i], y, slot, scale, first[i]))
                if not 0.0 <= rate < HIGHEST:
                    report[0], report[1] = NEGATIVE, i
                    rate = 0.0
                moved |= assign(i, rate, reactions, groups, used, number_of, roster)
        if report[0] != 0:
            break
        if moved:
            total = total_weight(groups, used)
        if not drawn:
            e, a, b, cc, d = exponential(a, b, cc, d)
            t_next = t + e * FACTOR / total if total > 0.0 else math.inf
            drawn = True
        while report[2] < until and grid[report[2]] < t_next:
            for i in range(recorded.shape[1]):
                recorded[report[2], i] = y[i]
            report[2] += 1
        if t_next > t_end or events >= budget:
            break
        t, drawn = t_next, False
        z, a, b, cc, d = uniform(a, b, cc, d)
        u, a, b, cc, d = uniform(a, b, cc, d)
        j = pick(z * total, u, nothing, reactions, groups, used, roster)
        if j == nothing:
            continue
        events += 1
        report[1] = j
    generator[0], generator[1], generator[2], generator[3] = a, b, cc, d
    clock[0], clock[1] = t, t_next
    return events
