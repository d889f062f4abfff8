"""Jumps between flows: a piecewise deterministic Markov process (Davis 1984), exact in law up to the flow's tolerance.

Between jumps the flowing species are integrated by Rodas3, and with them the hazard (``jumps.py``); a jump happens
where it reaches an exponential number. Leaps and diffusions are added at the end of a step (``kicks.py``). Conditions
of events are watched at the end of each step and located in it by bisection (``events.py``).

Davis MHA (1984) Piecewise-deterministic Markov processes. Journal of the Royal Statistical Society B 46, 353-388.
"""

import math

import numpy as np
from numba import njit

from .events import cascade, conditions_at_start, happen, watch
from .flow import MEAN_FIELD, complete, follow, jacobian
from .jumps import ALL, NONE, chosen, fire, fraction, part_of_hazard, refresh, update
from .kicks import kick, longest_kick
from .paths import copy, finish, hold, with_room
from .pointer import borrowed, pointers
from .random import exponential, uniform
from .rodas3 import at_fraction, attempt, error
from .status import NOT_FINITE, STEP_TOO_SMALL, STOPPED, TOO_MANY_EVENTS

BURST = 1 << 12
"""Jumps between two looks at whether the user asked to stop."""
BEND = 0.02
"""The largest part of a step's hazard, in absolute terms, that comes from the change of its slope."""
AHEAD = 1.5
"""A step reaches at most this many times as far as the next jump is expected."""


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
        finish(memory[0], y, report[2], recorded[n], last[n])
        count[n], steps[n], status[n], failed[n] = fired, report[3], report[0], report[1]
        if report[0] == STOPPED:
            status[n:] = STOPPED
            return


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
            times, fired, states = with_room(count, times, fired, states)
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
