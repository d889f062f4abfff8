"""Jumps between flows: a piecewise deterministic Markov process (Davis 1984), exact in law up to the flow's tolerance.

Between jumps the flowing species are integrated by Rodas3, and with them the hazard, the integral of the total
propensity; a jump happens where it reaches an exponential number. Over a step of length h the hazard is

    h (a0 s + (4 am - 3 a0 - a1) s^2 / 2 + (2 a0 - 4 am + 2 a1) s^3 / 3)

at the fraction s, for total propensities a0, am, a1 at its beginning, middle and end (Simpson's rule at s = 1).
Leaps and diffusions are added at the end of a step, with the rates at its beginning: their moments are of first order
in the step, which is a part of how fast they relax. Conditions of events are watched at the end of each step and
located in it by bisection.

Davis MHA (1984) Piecewise-deterministic Markov processes. Journal of the Royal Statistical Society B 46, 353-388.
"""

import math

import numpy as np
from numba import njit

from .flow import ARGUMENTS, DIFFUSION, LAW, MEAN_FIELD, WHOLE, complete, follow, jacobian, rate
from .gillespie import copy, hold
from .multimer import step
from .pointer import borrowed, call_float, pointers
from .random import exponential, normal, poisson, uniform
from .rodas3 import attempt, between, error
from .status import NEGATIVE, NOT_FINITE, STEP_TOO_SMALL, STOPPED, TOO_MANY_EVENTS

BURST = 1 << 12
"""Jumps between two looks at whether the user asked to stop."""
BEND = 0.02
"""The largest part of a step's hazard, in absolute terms, that comes from the change of its slope."""
AHEAD = 1.5
"""A step reaches at most this many times as far as the next jump is expected."""
NEGLIGIBLE = 1e-6
"""The hazard, over all the time that is left, that an error of the integrator may take from a reaction."""
CASCADE = 1000
"""Events that may follow from each other at one time."""
ALL, NONE = -1, -2


@njit(nogil=True, error_model="numpy")
def evaluate(row, y, rates):
    """The law in a row of the tables, at a complete y."""
    law, _, plan, _, slot, scale = rates
    return call_float(law, (plan[plan[LAW] + row], y, slot, scale, plan[plan[ARGUMENTS] + row]))


@njit(nogil=True, error_model="numpy")
def propensity(j, y, rates, reading, rest, report):
    """The rate of what is no flow; a negative one is reported, unless it could not matter in the ``rest`` of time."""
    found = rate(j, y, rates, reading)
    if found < 0.0 and found * rest > -NEGLIGIBLE:
        return 0.0
    if not 0.0 <= found < math.inf:
        report[0], report[1] = NEGATIVE, j
    return found


@njit(nogil=True, error_model="numpy")
def refresh(rows, y, rates, a, rest, report):
    """Recompute the propensities of some reactions and return their sum."""
    total = 0.0
    for q in range(len(rows)):
        a[rows[q]] = propensity(rows[q], y, rates, WHOLE, rest, report)
        total += a[rows[q]]
    return total


@njit(nogil=True, error_model="numpy")
def happen(event, y, rates, events):
    """Set what an event sets; every value is computed before any is set."""
    _, _, first, slots, factors, start, whole = events
    values = np.empty(start[event + 1] - start[event])
    for q in range(len(values)):
        values[q] = evaluate(first + start[event] + q, y, rates) * factors[start[event] + q]
    for q in range(len(values)):
        slot = slots[start[event] + q]
        y[slot] = np.rint(values[q]) if whole[slot] else values[q]


@njit(nogil=True, error_model="numpy")
def conditions_changed(y, rates, events, met):
    """The next event whose condition has become true since ``met``, or -1; of several that of the highest priority."""
    by_priority, conditions = events[0], events[1]
    found = -1
    for q in range(len(by_priority)):
        e = by_priority[q]
        if conditions[e] >= 0:
            holds = evaluate(conditions[e], y, rates) > 0.0
            if not holds:
                met[e] = False
            elif not met[e] and found < 0:
                found = e
    return found


@njit(nogil=True, error_model="numpy")
def cascade(y, rates, events, met, report):
    """Let all events happen whose conditions have become true, also by each other; returns whether any has."""
    for n in range(CASCADE):
        e = conditions_changed(y, rates, events, met)
        if e < 0:
            return n > 0
        met[e] = True
        happen(e, y, rates, events)
        complete(y, rates, MEAN_FIELD)
    report[0], report[1] = TOO_MANY_EVENTS, 0
    return True


@njit(nogil=True, error_model="numpy")
def fire(j, y, jumps, members, watched, a, b, c, d):
    """Change the state by reaction j; the next state of the generator."""
    changed, change, start = jumps[1]
    group, origin, target, group_watched, group_needed, group_slot = jumps[5]
    for q in range(start[j], start[j + 1]):
        y[changed[q]] += change[q]
    if group[j] >= 0:
        m = group[j]
        before, after = y[origin[j]] + 1.0, y[target[j]]
        opened, a, b, c, d = step(
            members, watched, origin[j], target[j], before, after, group_watched[m], group_needed[m], a, b, c, d
        )
        y[group_slot[m]] += opened
    return a, b, c, d


@njit(nogil=True, error_model="numpy")
def part_of_hazard(h, s, a0, am, a1):
    """The hazard from the beginning of a step to the fraction s of it."""
    return h * s * (a0 + s * ((4.0 * am - 3.0 * a0 - a1) / 2.0 + s * (2.0 * a0 - 4.0 * am + 2.0 * a1) / 3.0))


@njit(nogil=True, error_model="numpy")
def fraction(h, wanted, a0, am, a1):
    """The fraction of a step at which its hazard is ``wanted``, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(52):
        middle = 0.5 * (low + high)
        if part_of_hazard(h, middle, a0, am, a1) < wanted:
            low = middle
        else:
            high = middle
    return high


@njit(nogil=True, error_model="numpy")
def advance(
    y, memory, generator, members, watched, flow, jumps, kicks, events, scratch, span, recorded, budget, report
):
    """Go on to the end of ``span`` or until ``budget`` jumps have happened; returns how many.

    memory: time, hazard since the last jump, hazard at which the next one happens (negative: not drawn yet), and the
    next step to try, kept from call to call. flow: rates, moved species, nonzeros used, elimination, rtol, atol.
    jumps: rates, changes, reactions that the flow changes, reactions that it does not, for each reaction those of the
    latter that it affects, and steps of multimers. events: see ``happen``; met: in ``scratch``, which conditions hold.
    span: end in s, grid, and how many of its times may be recorded. report: status, reaction, times recorded, steps.
    """
    flow, jumps, kicks = borrowed(flow), borrowed(jumps), borrowed(kicks)
    events, scratch = borrowed(events), borrowed(scratch)
    flowing, moved, used, tables, rtol, atol = flow
    flowing, jumping, moving = pointers(flowing), pointers(jumps[0]), jumps[2]
    values, lu, slope, trial, stages, dense, a, ahead, met, b, extents, saved = scratch
    t_end, grid, until = span
    ga, gb, gc, gd = generator[0], generator[1], generator[2], generator[3]
    t, hazard, wanted, h = memory[0], memory[1], memory[2], memory[3]
    flows, watching, kicked = len(moved) > 0, len(events[0]) > 0, len(kicks[2]) > 0
    longest = math.inf
    fired, last_fired = 0, ALL
    standing, a0 = 0.0, 0.0
    fresh, jump = True, False
    while True:
        if fresh:
            if kicked or last_fired != NONE:
                complete(y, flowing, MEAN_FIELD)
            else:
                follow(y, flowing)
            if watching and not jump and cascade(y, flowing, events, met, report):
                last_fired = ALL
            if last_fired != NONE:
                standing = update(last_fired, y, jumps, jumping, a, t_end - t, report)
                last_fired = NONE
            a0 = standing + refresh(moving, y, jumping, a, t_end - t, report)
            if jump:
                jump, wanted = False, -1.0
                u, ga, gb, gc, gd = uniform(ga, gb, gc, gd)
                j = chosen(u * a0, a)
                if j >= 0:
                    ga, gb, gc, gd = fire(j, y, jumps, members, watched, ga, gb, gc, gd)
                    report[1] = last_fired = j
                    fired += 1
                continue
            if flows:
                jacobian(y, flowing, values)
            if kicked:
                longest = longest_kick(y, kicks, b, t_end - t, slope, report)
            copy(y, trial)
            copy(y, dense)
            fresh = False
        if report[0] != 0 or t >= t_end or fired >= budget:
            break
        if wanted < 0.0:
            wanted, ga, gb, gc, gd = exponential(ga, gb, gc, gd)
            hazard = 0.0
        length, last = t_end - t, True
        if flows and h < length:
            length, last = h, False
        if a0 * length > AHEAD * (wanted - hazard):
            length, last = max(AHEAD * (wanted - hazard) / a0, 1e-14 * abs(t)), False
        t_new = t_end
        if kicked and longest < length:
            length, last = longest, False
        if kicked and report[2] < until and t < grid[report[2]] < t + length:
            length, last, t_new = grid[report[2]] - t, True, grid[report[2]]
        if not (last or t + 0.1 * length > t):
            report[0], report[1] = STEP_TOO_SMALL, 0
            break
        report[3] += 1
        err, am, a1 = 0.0, a0, a0
        if flows:
            err = math.inf
            if attempt(y, moved, length, values, used, flowing, tables, lu, slope, trial, stages):
                err = error(y, trial, moved, rtol, atol, stages)
            if err <= 1.0 and len(moving) > 0:
                for half in range(1, 3):
                    at_fraction(0.5 * half, y, moved, stages, trial, dense)
                    follow(dense, flowing)
                    am, a1 = a1, standing + refresh(moving, dense, jumping, ahead, t_end - t, report)
                bend = length * abs(a0 - 2.0 * am + a1) / BEND
                err = max(err, bend * bend * bend)  # a step is changed by the cube root of its error
            if not err <= 1.0 or report[0] != 0:  # a step to where a propensity is negative is tried shorter
                h = length * (min(0.5, max(0.2, 0.9 * err ** (-1.0 / 3.0))) if 0.0 < err < math.inf else 0.2)
                failed, report[0] = report[0], 0
                if t + 0.1 * h > t:
                    continue
                report[0] = STEP_TOO_SMALL if failed == 0 else failed
                break
            h_new = length * min(5.0, max(0.2, 0.9 * max(err, 1e-9) ** (-1.0 / 3.0)))
            h = max(h, h_new) if length < h else h_new
        s = 1.0
        if hazard + part_of_hazard(length, 1.0, a0, am, a1) >= wanted:
            s, jump = fraction(length, wanted - hazard, a0, am, a1), True
        if flows and watching:
            s, event = watch(y, flowing, moved, events, stages, met, s, trial, dense)
            jump = jump and not event
        if not (last and s == 1.0):
            t_new = t + s * length
        while report[2] < until and grid[report[2]] < t_new:
            at_fraction((grid[report[2]] - t) / length, y, moved, stages, trial, dense)
            follow(dense, flowing)
            for i in range(recorded.shape[1]):
                recorded[report[2], i] = dense[i]
            report[2] += 1
        at_fraction(s, y, moved, stages, trial, dense)
        if kicked:
            copy(y, saved)
        for i in range(len(moved)):
            y[moved[i]] = dense[moved[i]]
        if kicked:
            ok, ga, gb, gc, gd = kick(y, kicks, b, s * length, extents, ga, gb, gc, gd)
            if not ok:  # more would be consumed than there is: a shorter step is drawn anew
                copy(saved, y)
                longest, jump = 0.5 * length, False
                continue
        hazard += part_of_hazard(length, s, a0, am, a1)
        t = t_new
        fresh = True
        if flows and not math.isfinite(y[moved[0]]):
            report[0], report[1] = NOT_FINITE, moved[0]
            break
    generator[0], generator[1], generator[2], generator[3] = ga, gb, gc, gd
    memory[0], memory[1], memory[2], memory[3] = t, hazard, wanted, h
    return fired


@njit(nogil=True, error_model="numpy")
def update(fired, y, jumps, jumping, a, rest, report):
    """Recompute the propensities that the flow does not change after a reaction, or ALL; returns their sum."""
    still = jumps[3]
    affected, affected_start = jumps[4]
    if fired == ALL:
        return refresh(still, y, jumping, a, rest, report)
    for q in range(affected_start[fired], affected_start[fired + 1]):
        a[affected[q]] = propensity(affected[q], y, jumping, WHOLE, rest, report)
    total = 0.0
    for q in range(len(still)):
        total += a[still[q]]
    return total


@njit(nogil=True, error_model="numpy")
def longest_kick(y, kicks, b, rest, turnover, report):
    """Compute the rates b of leaps and diffusions, and the longest step, a part of how fast species relax.

    What leaves species i per second, times its order, over what is there: 1 / the time in which it relaxes; of charges,
    half of their noise over their variance at equilibrium. turnover: scratch, (species,).
    """
    (changed, change, start), leap, shaken, order, epsilon = kicks[1], kicks[2], kicks[3], kicks[4], kicks[5]
    for q in range(len(shaken)):
        turnover[shaken[q]] = 0.0
    for j in range(len(b)):
        b[j] = propensity(j, y, pointers(kicks[0]), WHOLE if leap[j] else DIFFUSION, rest, report)
        for q in range(start[j], start[j + 1]):
            i = changed[q]
            if order[i] < 0.0:
                turnover[i] += change[q] * change[q] * b[j] / (-2.0 * order[i])
            elif change[q] < 0.0:
                turnover[i] -= change[q] * b[j] * order[i] / max(y[i], 1.0)
    fastest = 0.0
    for q in range(len(shaken)):
        fastest = max(fastest, turnover[shaken[q]])
    return epsilon / fastest if fastest > 0.0 else math.inf


@njit(nogil=True, error_model="numpy")
def kick(y, kicks, b, length, extents, ga, gb, gc, gd):
    """Change y by leaps, Poisson(b length), and diffusions, b length + sqrt(b length) N(0, 1), where that is possible.

    Returns whether no species fell below zero, and the next state of the generator.
    """
    _, (changed, change, start), leap, shaken, order, _ = kicks
    for j in range(len(b)):
        mean = b[j] * length
        if leap[j]:
            extents[j], ga, gb, gc, gd = poisson(mean, ga, gb, gc, gd)
        else:
            z, ga, gb, gc, gd = normal(ga, gb, gc, gd)
            extents[j] = mean + math.sqrt(mean) * z
        for q in range(start[j], start[j + 1]):
            y[changed[q]] += change[q] * extents[j]
    for q in range(len(shaken)):
        if order[shaken[q]] > 0.0 and y[shaken[q]] < 0.0:
            return False, ga, gb, gc, gd
    return True, ga, gb, gc, gd


@njit(nogil=True, error_model="numpy")
def chosen(z, a):
    """The reaction in whose share of the total propensity z falls; by rounding, the last that has a share; or -1."""
    found = -1
    for i in range(len(a)):
        if a[i] > 0.0:
            found = i
            z -= a[i]
            if z < 0.0:
                break
    return found


@njit(nogil=True, error_model="numpy")
def watch(y, flowing, moved, events, stages, met, s, trial, dense):
    """The fraction, at most s, of a step at which a condition becomes true, and whether one does."""
    seen = met.copy()
    low = high = middle = s
    for n in range(50):
        at_fraction(middle, y, moved, stages, trial, dense)
        follow(dense, flowing)
        copy(met, seen)
        if conditions_changed(dense, flowing, events, seen) >= 0:
            high = middle
            low = 0.0 if n == 0 else low
        elif n == 0:
            return s, False
        else:
            low = middle
        middle = 0.5 * (low + high)
    return high, True


@njit(nogil=True, error_model="numpy")
def at_fraction(s, y, moved, stages, trial, out):
    """The unknowns at the fraction s of a step: at its end those of ``trial``."""
    if s < 1.0:
        between(y, moved, s, stages, out)
    else:
        for i in range(len(moved)):
            out[moved[i]] = trial[moved[i]]


@njit(nogil=True, error_model="numpy")
def begin(k, y, segments, flow, jumps, kicks, events, happening, met, report):
    """Enter segment k: inputs take their values, and the events that are scheduled for its beginning happen."""
    _, flow_weights, jump_weights, kick_weights, held, held_values = segments
    hold(y, held, held_values[k])
    law, gradient, plan, _, slot, scale = flow[0]
    flow = ((law, gradient, plan, flow_weights[k], slot, scale), flow[1], flow[2], flow[3], flow[4], flow[5])
    law, gradient, plan, _, slot, scale = jumps[0]
    jumps = ((law, gradient, plan, jump_weights[k], slot, scale), jumps[1], jumps[2], jumps[3], jumps[4], jumps[5])
    law, gradient, plan, _, slot, scale = kicks[0]
    kicks = ((law, gradient, plan, kick_weights[k], slot, scale), kicks[1], kicks[2], kicks[3], kicks[4], kicks[5])
    complete(y, pointers(flow[0]), MEAN_FIELD)
    due, due_start = happening
    for q in range(due_start[k], due_start[k + 1]):
        happen(due[q], y, pointers(flow[0]), events)
        complete(y, pointers(flow[0]), MEAN_FIELD)
    if k > 0 or due_start[1] > 0:
        cascade(y, pointers(flow[0]), events, met, report)
    return flow, jumps, kicks


@njit(cache=True, nogil=True, error_model="numpy")
def trajectories(
    start, segments, flow, jumps, kicks, events, happening, scratch, seeds, grid, recorded, results, control
):
    """One trajectory per row of ``seeds``, as in ``gillespie.trajectories``."""
    y_start, members_start, watched_start, t_start, limit = start
    ends = segments[0]
    count, steps, status, failed, last = results
    y, members, watched = y_start.copy(), members_start.copy(), watched_start.copy()
    memory, generator, report = np.empty(4), np.empty(4, np.uint64), np.zeros(4, np.int64)
    met = scratch[8]
    width = recorded.shape[2]
    for n in range(len(seeds)):
        copy(y_start, y)
        copy(members_start.ravel(), members.ravel())
        copy(watched_start, watched)
        copy(seeds[n], generator)
        report[:] = 0
        memory[0], memory[1], memory[2] = t_start, 0.0, -1.0
        fired = 0
        conditions_at_start(y, pointers(flow[0]), events, met)
        for k in range(len(ends)):
            memory[3] = 1e-4 * (ends[k] - memory[0])
            parts = begin(k, y, segments, flow, jumps, kicks, events, happening, met, report)
            until = len(grid)
            if k < len(ends) - 1:
                until = np.searchsorted(grid, ends[k])
            span = (ends[k], grid, until)
            while report[0] == 0 and memory[0] < ends[k]:
                looked = report[2]
                state = (y, memory, generator, members, watched, *parts, events, scratch)
                fired += advance(*state, span, recorded[n], BURST, report)
                control[1] += report[2] - looked
                if control[0] != 0:
                    report[0] = STOPPED
                if fired > limit:
                    report[0] = TOO_MANY_EVENTS
            if report[0] != 0:
                break
            if k == len(ends) - 1:
                while report[2] < until and grid[report[2]] <= ends[k]:
                    for i in range(width):
                        recorded[n, report[2], i] = y[i]
                    report[2] += 1
                    control[1] += 1
        for time in range(report[2], len(grid)):
            for i in range(width):
                recorded[n, time, i] = np.nan
        count[n], steps[n], status[n], failed[n] = fired, report[3], report[0], report[1]
        last[n, 0] = memory[0]
        for i in range(width):
            last[n, 1 + i] = y[i]
        if report[0] == STOPPED:
            status[n:] = STOPPED
            return


@njit(nogil=True, error_model="numpy")
def conditions_at_start(y, rates, events, met):
    """Conditions that hold from the start do not let their events happen."""
    complete(y, rates, MEAN_FIELD)
    conditions = events[1]
    for e in range(len(conditions)):
        met[e] = conditions[e] >= 0 and evaluate(conditions[e], y, rates) > 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def every_event(start, segments, flow, jumps, kicks, events, happening, scratch, width, seed, control):
    """One trajectory with the state after every jump, as in ``gillespie.every_event``."""
    y_start, members_start, watched_start, t_start, limit = start
    ends = segments[0]
    y, members, watched, generator = y_start.copy(), members_start.copy(), watched_start.copy(), seed.copy()
    memory, report = np.array([t_start, 0.0, -1.0, 0.0]), np.zeros(4, np.int64)
    met = scratch[8]
    no_grid, no_record = np.empty(0), np.empty((0, 0))
    times, fired, states = np.empty(1024), np.empty(1024, np.int64), np.empty((1024, width))
    conditions_at_start(y, pointers(flow[0]), events, met)
    count = -1
    for k in range(len(ends)):
        memory[3] = 1e-4 * (ends[k] - memory[0])
        parts = begin(k, y, segments, flow, jumps, kicks, events, happening, met, report)
        if k == 0:
            times[0], fired[0], count = t_start, -1, 0
            copy(y, states[0])
        while report[0] == 0 and memory[0] < ends[k]:
            state = (y, memory, generator, members, watched, *parts, events, scratch)
            if advance(*state, (ends[k], no_grid, 0), no_record, 1, report) == 0:
                break
            count += 1
            if count == len(times):
                times = np.concatenate((times, np.empty(count)))
                fired = np.concatenate((fired, np.empty(count, np.int64)))
                states = np.concatenate((states, np.empty((count, width))))
            times[count], fired[count] = memory[0], report[1]
            copy(y, states[count])
            if control[0] != 0:
                report[0] = STOPPED
            if count > limit:
                report[0] = TOO_MANY_EVENTS
        if report[0] != 0:
            break
    count += 1
    return times[:count].copy(), fired[:count].copy(), states[:count].copy(), report
