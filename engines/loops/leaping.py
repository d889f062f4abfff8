"""Trajectories of the tau-leaping engine: leaps where they pay, bursts of exact steps elsewhere."""

import math

import numpy as np
from numba import njit

from . import flow
from .gillespie import copy, hold
from .leap import is_propensity, leap
from .leap_size import classify, find_quick, longest, sensitivities
from .pointer import borrowed, call_int
from .random import exponential
from .status import EXTINCT, STOPPED, TOO_MANY_EVENTS
from .table import advance

BURST = 10
"""A burst has so many times the reactions that a leap must have to pay."""
STIFF = 20.0
"""An implicit leap is made where it is so many times longer than an explicit one."""
NEVER, AUTO, ALWAYS = range(3)


@njit(nogil=True, error_model="numpy")
def exactly(unrolled, scale, tables, y, c, members, watched, generator, clock, t_end, grid, until, recorded, budget, report):
    """Exact steps, by the written-out ones or by tables; returns how many."""
    if tables is None:
        state = (y, c, scale, members, members.shape[1], watched, generator, clock)
        return call_int(unrolled, (*state, t_end, grid, until, recorded, recorded.shape[1], budget, report))
    return advance(y, c, tables, members, watched, generator, clock, t_end, grid, until, recorded, budget, report)


@njit(cache=True, nogil=True, error_model="numpy")
def trajectories(
    unrolled, start, segments, scale, tables, flows, pairs, constrained, subunits, elimination,
    options, seeds, grid, recorded, results, control,
):  # fmt: skip
    """Run one trajectory per row of ``seeds``; arguments as in the loops of Gillespie's method, and

    flows: what ``rates`` is made of, with weights (segment, ...). pairs: (pair, 2) reactions that are each other's
    reverse. constrained: (species,) those that may not be negative. subunits: (reaction, 3) or empty.
    options: epsilon; NEVER, AUTO or ALWAYS implicit; the reactions that a leap must have to pay; the most of them in all.
    """
    y_start, members_start, watched_start, t_start = start
    ends, coefficients, held, held_values = segments
    law, gradient, plan, weights, slot, slot_scale = borrowed(flows)
    epsilon, implicitly, worth, limit = options
    events, status, failed, last = results
    y, members, watched = y_start.copy(), members_start.copy(), watched_start.copy()
    clock, generator, report = np.empty(2), np.empty(4, np.uint64), np.zeros(3, np.int64)
    width, species, reactions = recorded.shape[2], len(constrained), plan[flow.REACTIONS]
    a, derivative, room = np.empty(reactions), np.empty(plan[plan[flow.DEPENDS] + reactions]), np.empty(species)
    slope, partial, sums = np.empty(species), np.empty(plan[flow.MOST_ARGUMENTS]), np.empty((3, species))
    inner = np.zeros(plan[plan[flow.SUPPORT] + plan[flow.MULTIMERS] + plan[flow.QUANTITIES]])
    critical, quick = np.zeros(reactions, np.bool_), np.zeros(reactions, np.bool_)
    scratch = (np.empty(reactions), np.empty(reactions), np.empty(len(elimination.indices)),
               np.empty(len(elimination.order)), np.empty(len(elimination.order)))  # fmt: skip
    for n in range(len(seeds)):
        copy(y_start, y)
        copy(members_start.ravel(), members.ravel())
        copy(watched_start, watched)
        copy(seeds[n], generator)
        report[0] = report[1] = report[2] = 0
        t, hazard, rest, fired = t_start, -1.0, 0.0, 0
        for k in range(len(ends)):
            end, c = ends[k], coefficients[k]
            rates = borrowed((law, gradient, plan, weights[k], slot, slot_scale))
            hold(y, held, held_values[k])
            until = len(grid) if k == len(ends) - 1 else np.searchsorted(grid, end)
            while report[0] == 0:
                looked = report[2]
                while report[2] < until and grid[report[2]] <= t:
                    copy(y, recorded[n, report[2]])
                    report[2] += 1
                control[1] += report[2] - looked
                if control[0] != 0:
                    report[0] = STOPPED
                if fired > limit:
                    report[0] = TOO_MANY_EVENTS
                if t >= end or report[0] != 0:
                    break
                stop = end if report[2] == until else min(end, grid[report[2]])
                flow.propensities(y, rates, a)
                if not is_propensity(a, report):
                    break
                total = a.sum()
                sensitivities(y, rates, epsilon, derivative, room, slope, partial, inner)
                waiting = classify(y, a, plan, weights[k], constrained, critical)
                tau, decay = longest(a, plan, weights[k], epsilon, derivative, room, critical, quick, False, sums)
                implicit = False
                if implicitly != NEVER and find_quick(
                    y, a, plan, weights[k], epsilon, derivative, constrained, pairs, quick
                ):
                    slow, _ = longest(a, plan, weights[k], epsilon, derivative, room, critical, quick, True, sums)
                    reach = min(slow, stop - t, 1.0 / waiting if waiting > 0.0 else math.inf)
                    implicit = rest > 0.0 or implicitly == ALWAYS or reach > STIFF * tau
                    if implicit:
                        tau = slow
                reach = min(tau, stop - t, 1.0 / waiting if waiting > 0.0 else math.inf)
                if total * reach < worth:
                    clock[0], clock[1] = t, -1.0
                    state = (y, c, members, watched, generator, clock)
                    looked = report[2]
                    fired += exactly(unrolled, scale, tables, *state, end, grid, until, recorded[n], BURST * worth, report)
                    if report[0] == 0 and clock[1] <= end:
                        # The grid was looked at until the next reaction, so it must fire before anything else.
                        fired += exactly(unrolled, scale, tables, *state, clock[1], grid, report[2], recorded[n], 1, report)
                        t = clock[0]
                    else:
                        t = end if report[0] == 0 else clock[0]
                    control[1] += report[2] - looked
                    rest = 0.0
                    continue
                if implicit and rest > 0.0:
                    tau, rest = min(rest, stop - t), 0.0
                elif implicit:
                    rest = 2.0 / decay
                    tau = min(tau, stop - t) 
                    if tau > 2.0 * rest:
                        tau -= rest
                    else:
                        rest = 0.0
                else:
                    tau = (stop - t) / math.ceil((stop - t) / tau)
                    rest = 0.0
                is_due = False
                if waiting > 0.0:
                    if hazard < 0.0:
                        hazard, generator[0], generator[1], generator[2], generator[3] = exponential(
                            generator[0], generator[1], generator[2], generator[3]
                        )
                    is_due = hazard / waiting < tau
                    tau = min(tau, hazard / waiting)
                tau, hazard, more = leap(
                    y, tau, stop - t, hazard, is_due, implicit, rates, a, derivative, critical, quick, constrained,
                    subunits, members, watched, elimination, scratch, generator, report,
                )  # fmt: skip
                fired += more
                t = stop if t + tau > stop - 1e-9 * tau else t + tau
            if report[0] != 0:
                break
        if report[0] == 0 and not a.any():
            report[0] = EXTINCT
        for time in range(report[2], len(grid)):
            for i in range(width):
                recorded[n, time, i] = np.nan
        events[n], status[n], failed[n] = fired, report[0], report[1]
        last[n, 0] = t
        copy(y, last[n, 1:])
        if report[0] == STOPPED:
            status[n:] = STOPPED
            return
