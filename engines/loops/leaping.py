"""Trajectories of the tau-leaping engine: leaps where they pay, bursts of exact steps elsewhere.

The trapezoidal rule multiplies a deviation from equilibrium by (1 - x) / (1 + x) in a leap, x = lambda tau / 2: a long
leap only turns its sign. Implicit leaps therefore grow by a constant factor, from explicit ones to as long as slow
reactions let them be, and shrink by a constant factor towards a time that is looked at: in a geometric series of leaps
there is one that damps it, whatever its decay lambda (the shifts of Wachspress in alternating-direction methods).

Wachspress EL (1963) Extended application of alternating direction implicit iteration model problem theory. Journal of
the Society for Industrial and Applied Mathematics 11, 994-1016.
"""

import math

import numpy as np
from numba import njit

from . import flow
from .leap import is_propensity, leap
from .leap_size import critical_ones, longest, quick_ones, sensitivities
from .paths import begin, copy, finish, hold
from .pointer import borrowed, call_int
from .random import exponential
from .status import EXTINCT, STOPPED, TOO_MANY_EVENTS
from .table import advance

BURST = 20
"""A burst has so many times the reactions that a leap must have to pay, ..."""
LONGEST_BURST = 1 << 21
"""... but not more than these, between two looks at whether the user asked to stop."""
STIFF = 20.0
"""An implicit leap is made where it is so many times longer than an explicit one."""
SHORTEST = 1.1
"""The last implicit leap before a time that is looked at, in units of the fastest decay of one species."""
NEVER, AUTO, ALWAYS = range(3)


@njit(nogil=True, error_model="numpy")
def exactly(unrolled, scale, tables, state, t_end, grid, until, recorded, budget, report):
    """Exact steps, by the written-out ones or by tables; returns how many."""
    y, c, members, watched, generator, clock = state
    if tables is None:
        state = (y, c, scale, members, members.shape[1], watched, generator, clock)
        return call_int(unrolled, (*state, t_end, grid, until, recorded, recorded.shape[1], budget, report))
    return advance(y, c, tables, members, watched, generator, clock, t_end, grid, until, recorded, budget, report)


@njit(nogil=True, error_model="numpy")
def burst(unrolled, scale, tables, state, t, t_end, grid, until, recorded, budget, report):
    """Exact steps from t until ``t_end`` or for ``budget`` reactions; returns the time and how many there were."""
    clock = state[5]
    clock[0], clock[1] = t, -math.inf
    done = exactly(unrolled, scale, tables, state, t_end, grid, until, recorded, budget, report)
    if report[0] != 0:
        return clock[0], done
    if clock[1] > t_end:
        return t_end, done
    # The state was recorded up to the next reaction, so that one must happen too.
    done += exactly(unrolled, scale, tables, state, clock[1], grid, report[2], recorded, 1, report)
    return clock[0], done


@njit(nogil=True, error_model="numpy")
def sizes(y, a, rates, epsilon, implicitly, constrained, pairs, derivative, critical, quick, scratch):
    """How long a leap may be, explicit and implicit, the decay of fast fluctuations, and the critical propensity."""
    room, slope, partial, inner, sums = scratch
    plan, weights = rates[2], rates[3]
    sensitivities(y, rates, epsilon, derivative, room, slope, partial, inner)
    waiting = critical_ones(y, a, plan, weights, constrained, critical)
    tau, decay = longest(a, plan, weights, epsilon, derivative, room, critical, quick, False, sums)
    slow = 0.0
    if implicitly != NEVER and quick_ones(y, a, plan, weights, epsilon, derivative, constrained, pairs, quick):
        slow, _ = longest(a, plan, weights, epsilon, derivative, room, critical, quick, True, sums)
    return tau, slow, decay, waiting


@njit(nogil=True, error_model="numpy")
def ladder(left):
    """The ratio of a geometric series of leaps that leaves this share of a deviation, whatever its decay.

    A leap multiplies it by (1 - x) / (1 + x), x = lambda tau / 2, and the integral of log |(1 - x) / (1 + x)| over
    log x is -pi^2 / 2: a series of ratio r leaves at most about 2 exp(-pi^2 / (2 log r)).
    """
    return math.exp(0.5 * math.pi**2 / math.log(2.0 / left))


@njit(nogil=True, error_model="numpy")
def approach(most, shortest, ratio):
    """The first of the leaps that end at ``most``, each as long as what is left of all after it allows.

    What is left falls by the same factor, at most ``ratio``, in each leap, down to ``shortest``, which is the last one.
    """
    leaps = math.ceil(math.log(most / shortest) / math.log(ratio) - 0.1)
    return most if leaps < 1 else most * (1.0 - (shortest / most) ** (1.0 / leaps))


@njit(nogil=True, error_model="numpy")
def draw(generator):
    """An exponential number."""
    e, a, b, c, d = exponential(generator[0], generator[1], generator[2], generator[3])
    generator[0], generator[1], generator[2], generator[3] = a, b, c, d
    return e


@njit(cache=True, nogil=True, error_model="numpy")
def trajectories(
    unrolled, start, segments, scale, tables, rates, pairs, constrained, subunits, elimination,
    options, seeds, grid, recorded, results, control,
):  # fmt: skip
    """Run one trajectory per row of ``seeds``; the arguments are those of the loops of Gillespie's method, and

    rates: of flow.py, in which each segment puts its own coefficients. pairs: (pair, 2) reactions that are each other's
    reverse. constrained: (species,) those that may not be negative. subunits: (reaction, 3) as in ``leap.regroup``.
    elimination: of the Jacobian. options: epsilon; NEVER, AUTO or ALWAYS implicit; how many reactions a leap must have
    to pay; the most reactions of a trajectory.
    """
    y_start, members_start, watched_start, t_start = start
    ends, coefficients, held, held_values = segments
    law, gradient, plan, shared_weights, slot, slot_scale = rates
    weights = shared_weights.copy()
    rates = borrowed((law, gradient, plan, weights, slot, slot_scale))
    epsilon, implicitly, worth, limit = options
    growth, fall = ladder(epsilon**2), ladder(epsilon**0.5)
    events, status, failed, last = results
    y, members, watched = y_start.copy(), members_start.copy(), watched_start.copy()
    clock, generator, report = np.empty(2), np.empty(4, np.uint64), np.zeros(3, np.int64)
    species, reactions = len(constrained), plan[flow.REACTIONS]
    a, derivative = np.zeros(reactions), np.empty(plan[plan[flow.DEPENDS] + reactions])
    critical, quick = np.zeros(reactions, np.bool_), np.zeros(reactions, np.bool_)
    inner = np.zeros(plan[plan[flow.SUPPORT] + plan[flow.MULTIMERS] + plan[flow.QUANTITIES]])
    partial, sums = np.empty(plan[flow.MOST_ARGUMENTS]), np.empty((3, species))
    for_sizes = (np.empty(species), np.empty(species), partial, inner, sums)
    unknowns = len(elimination.order)
    solving = (np.empty(elimination.room), np.empty(unknowns))
    for_leaps = (np.empty(reactions), np.empty(reactions), *solving)
    for n in range(len(seeds)):
        begin(start, seeds[n], y, members, watched, generator, report)
        t, hazard, reach, implicit, fired = t_start, -1.0, 0.0, False, 0
        for k in range(len(ends)):
            end = ends[k]
            state = (y, coefficients[k], members, watched, generator, clock)
            for j in range(reactions):
                weights[plan[flow.COEFFICIENT] + j] = coefficients[k, j]
            hold(y, held, held_values[k])
            until = len(grid) if k == len(ends) - 1 else np.searchsorted(grid, end)
            while True:
                while report[2] < until and grid[report[2]] <= t:
                    copy(y, recorded[n, report[2]])
                    report[2] += 1
                    control[1] += 1
                if control[0] != 0:
                    report[0] = STOPPED
                if fired > limit:
                    report[0] = TOO_MANY_EVENTS
                if t >= end or report[0] != 0:
                    break
                flow.propensities(y, rates, a)
                if not is_propensity(a, report):
                    break
                tau, slow, decay, waiting = sizes(
                    y, a, rates, epsilon, implicitly, constrained, pairs, derivative, critical, quick, for_sizes
                )
                most = (end if report[2] == until else min(end, grid[report[2]])) - t
                mean_wait = 1.0 / waiting if waiting > 0.0 else math.inf
                room = min(slow, mean_wait) if implicit else min(slow, mean_wait, most)
                implicit = slow > 0.0 and (implicitly == ALWAYS or room > STIFF * tau)
                if not implicit:
                    room = min(tau, mean_wait, most)
                if a.sum() * room < worth:
                    looked = report[2]
                    budget = min(BURST * worth, LONGEST_BURST)
                    t, more = burst(
                        unrolled, scale, tables, state, t, end, grid, until, recorded[n], budget, report
                    )  # fmt: skip
                    fired += more
                    implicit = False
                    control[1] += report[2] - looked
                    continue
                if implicit:
                    tau = min(slow, max(reach, growth * tau), approach(most, SHORTEST / decay, fall))
                    reach = max(reach, growth * tau)
                else:
                    tau = most / math.ceil(most / min(tau, most))
                    reach /= growth
                if waiting > 0.0 and hazard < 0.0:
                    hazard = draw(generator)
                is_due = waiting > 0.0 and hazard < tau * waiting
                if is_due:
                    tau = hazard / waiting
                tau, hazard, more = leap(
                    y, tau, most, hazard, is_due, implicit, rates, a, derivative, critical, quick, constrained,
                    subunits, members, watched, elimination, for_leaps, generator, report,
                )  # fmt: skip
                fired += more
                t = t + most if tau > most * (1.0 - 1e-9) else t + tau
            if report[0] != 0:
                break
        if report[0] == 0:
            flow.propensities(y, rates, a)
            if not a.any():
                report[0] = EXTINCT
        finish(t, y, report[2], recorded[n], last[n])
        events[n], status[n], failed[n] = fired, report[0], report[1]
        if report[0] == STOPPED:
            status[n:] = STOPPED
            return
