"""Jumps between flows: a piecewise deterministic Markov process (Davis 1984), exact in law up to the flow's tolerance.

Between jumps the flowing species are integrated by Rodas3, and with them the hazard (``jumps.py``); a jump happens
where it reaches an exponential number. Leaps and diffusions happen in two halves, before and after a step of their own
in which others flow and jump (``kicks.py``), and readings may follow the numbers between these (``switching.py``).
Conditions of events are watched at the end of each step and located in it by bisection (``events.py``). ``parts.py``
says what the loops are handed.

Davis MHA (1984) Piecewise-deterministic Markov processes. Journal of the Royal Statistical Society B 46, 353-388.
"""

import math

import numpy as np
from numba import njit

from .edges import enter, start_trajectory
from .events import cascade, watch
from .flow import MEAN_FIELD, complete, follow, jacobian_at
from .jumps import ALL, NONE, chosen, fire, fraction, has_enough, part_of_hazard, refresh, update
from .kicks import extrapolate, kick, kick_on, kick_rates, longest
from .parts import CANDIDATES, CAPACITY, KICKING, LOGGED, MOVING, REACTIONS, SLOTS
from .paths import begin, copy, copy_first, finish, with_room
from .pointer import borrowed, pointers
from .random import exponential, uniform
from .rodas3 import at_fraction, attempt, error
from .status import NOT_FINITE, STEP_TOO_SMALL, STOPPED, TOO_MANY_EVENTS, TOO_MANY_STEPS
from .switching import switch
from .waiting import CLOSE

BURST = 1 << 12
"""Jumps, or steps, between two looks at whether the user asked to stop."""
BEND = 0.02
"""The largest part of a step's hazard, in absolute terms, that comes from the change of its slope."""
AHEAD = 1.5
"""A step reaches at most this many times as far as the next jump is expected."""


@njit(nogil=True, error_model="numpy")
def advance(y, memory, generator, members, watched, parts, scratch, span, recorded, budget, report):
    """Go on to the end of ``span`` or until ``budget`` jumps have happened, or the log is full; returns how many jumps.

    memory: time, hazard since the last jump, hazard at which the next one happens (negative: not drawn yet), the next
    step to try, and of a step between kicks its end, half its length (0: none is under way) and its middle (infinite:
    gone by), kept from call to call. parts: (flow, noisy, partition, mode, events). span: end in s, grid, how many of
    its times may be recorded, and whether events at the end itself happen now (else ``enter`` lets them). report:
    status, reaction, times recorded, steps, reactions fired in leaps.
    """
    flow, span, members, recorded = borrowed((parts[0], span, members, recorded))
    noisy, partition, mode, events = pointers(parts[1:])
    y, watched, scratch, report = pointers((y, watched, scratch, report))
    flowing, jumping, moved = pointers(flow.rates), noisy.rates, flow.moved
    trial, dense, a, counts = scratch.trial, scratch.dense, scratch.a, mode.counts
    slots = counts[SLOTS]
    t_end, grid, until, closing = span
    t, hazard, wanted, h = memory[0], memory[1], memory[2], memory[3]
    kick_end, half, middle = memory[4], memory[5], memory[6]
    ga, gb, gc, gd = generator[0], generator[1], generator[2], generator[3]
    flows, watching, adapting = len(moved) > 0, events.count > 0, counts[CANDIDATES] > 0
    kicked, shaken = counts[KICKING] > 0, False
    fired, last_fired, rest = 0, ALL, report[3] + BURST
    standing, a0, due = 0.0, 0.0, math.inf
    fresh, jump, known = True, False, False
    while True:
        if fresh:
            if adapting and not jump and half == 0.0:
                switched, ga, gb, gc, gd = switch(t, y, noisy, partition, mode, a, ga, gb, gc, gd)
                if switched:
                    last_fired, kicked, known = ALL, counts[KICKING] > 0, False
            if shaken or last_fired != NONE:
                complete(y, flowing, MEAN_FIELD)
                shaken = False
            elif not known:
                follow(y, flowing)
            if watching and not jump and (half == 0.0 or t < kick_end) and (closing or t < t_end):
                happened, due, ga, gb, gc, gd = cascade(
                    t, y, flowing, events, scratch, noisy, partition, mode, report, ga, gb, gc, gd
                )
                if happened:
                    last_fired, known = ALL, False
            if last_fired != NONE:
                standing = update(last_fired, y, noisy, jumping, mode, a, t_end - t, report)
                last_fired = NONE
            if not known:
                a0 = standing + refresh(mode.moving, counts[MOVING], y, jumping, a, t_end - t, report)
            known = False
            if jump:
                jump, wanted = False, -1.0
                u, ga, gb, gc, gd = uniform(ga, gb, gc, gd)
                j = chosen(u * a0, a, counts[REACTIONS])
                if j >= 0 and has_enough(j, y, noisy):
                    ga, gb, gc, gd = fire(j, y, noisy, members, watched, ga, gb, gc, gd)
                    report[1] = last_fired = j
                    fired += 1
                continue
            if half > 0.0 and t >= kick_end:
                more, ga, gb, gc, gd = kick_on(
                    half, y, flowing, noisy, partition, mode, scratch, t_end - t, report, ga, gb, gc, gd
                )
                report[4] += more
                half, shaken, known = 0.0, True, False
                continue
            if kicked and half == 0.0 and t < t_end:
                while report[2] < until and grid[report[2]] <= t:
                    record(y, recorded, report)
                kick_rates(y, noisy, partition, mode, scratch.b, t_end - t, report)
                kick_end = min(t_end, due, grid[report[2]] if report[2] < until else t_end)
                half = 0.5 * (kick_end - t)
                reach = 0.5 * min(longest(y, noisy, partition, mode, scratch), h if flows else math.inf)
                enough, more = False, 0
                while not enough and report[0] == 0:  # more would be consumed than there is: shorter
                    if reach < half:
                        half, kick_end = reach, t + 2.0 * reach
                        if not t + 0.1 * half > t:
                            report[0], report[1] = STEP_TOO_SMALL, 0
                    enough, more, ga, gb, gc, gd = kick(
                        half, scratch.b, y, noisy, partition, mode, scratch, ga, gb, gc, gd
                    )
                    reach = 0.5 * half
                report[4] += more
                middle, shaken = t + half, True
                continue
            if flows:
                jacobian_at(y, flowing, flow.values, False)
                copy_first(slots, y, trial)
                copy_first(slots, y, dense)
            fresh = False
        if report[0] != 0 or t >= t_end or fired >= budget or counts[LOGGED] + counts[REACTIONS] > counts[CAPACITY]:
            break
        if report[3] >= rest:
            break
        if wanted < 0.0:
            wanted, ga, gb, gc, gd = exponential(ga, gb, gc, gd)
            hazard = 0.0
        t_new = kick_end if half > 0.0 else t_end
        early = CLOSE * abs(t_new)
        if due < t_new - early:
            t_new = due
        length, last = t_new - t, True
        if flows and h < length:
            length, last = h, False
        if a0 * length > AHEAD * (wanted - hazard):
            length, last = max(AHEAD * (wanted - hazard) / a0, 1e-14 * abs(t)), False
        if not (last or t + 0.1 * length > t):
            report[0], report[1] = STEP_TOO_SMALL, 0
            break
        report[3] += 1
        err, am, a1 = 0.0, a0, a0
        if flows:
            err = math.inf
            if attempt(y, length, flow, flowing, scratch):
                err = error(y, flow, scratch)
            if err <= 1.0 and counts[MOVING] > 0:
                for part in range(1, 3):
                    at_fraction(0.5 * part, y, flow, scratch, dense)
                    follow(dense, flowing)
                    am, a1 = (
                        a1,
                        standing
                        + refresh(mode.moving, counts[MOVING], dense, jumping, scratch.ahead, t_end - t, report),
                    )
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
        s, known = 1.0, flows and counts[MOVING] > 0
        if hazard + part_of_hazard(length, 1.0, a0, am, a1) >= wanted:
            s, jump = fraction(length, wanted - hazard, a0, am, a1), True
        if not (last and s == 1.0):
            t_new, early = t + s * length, 0.0
        if flows and watching:
            s, t_new, event = watch(t, length, s, t_new, y, flow, flowing, events, scratch)
            if event:
                jump, known, early = False, False, 0.0
        if half > 0.0 and t_new >= middle:
            if flows:
                at_fraction((middle - t) / length, y, flow, scratch, dense)
                follow(dense, flowing)
                known = False
            kick_rates(dense if flows else y, noisy, partition, mode, scratch.later, t_end - t, report)
            if report[0] != 0:
                break
            extrapolate(mode, scratch)
            middle = math.inf
        while report[2] < until and grid[report[2]] < t_new - early:
            known = False
            if flows:
                at_fraction((grid[report[2]] - t) / length, y, flow, scratch, dense)
                follow(dense, flowing)
                record(dense, recorded, report)
            else:
                record(y, recorded, report)
        known = known and s == 1.0 and not jump
        if known:  # then dense is the state, and a1 its total propensity
            copy_first(slots, dense, y)
        else:
            at_fraction(s, y, flow, scratch, y)
        if watching and events.clock >= 0:
            y[events.clock] = t_new
        hazard += part_of_hazard(length, s, a0, am, a1)
        t, a0 = t_new, a1
        fresh = True
        if flows and not math.isfinite(y[moved[0]]):
            report[0], report[1] = NOT_FINITE, moved[0]
            break
    generator[0], generator[1], generator[2], generator[3] = ga, gb, gc, gd
    memory[0], memory[1], memory[2], memory[3] = t, hazard, wanted, h
    memory[4], memory[5], memory[6] = kick_end, half, middle
    return fired


@njit(nogil=True, error_model="numpy")
def record(y, recorded, report):
    """Write down y as the next row of what is recorded."""
    for i in range(recorded.shape[1]):
        recorded[report[2], i] = y[i]
    report[2] += 1


@njit(cache=True, nogil=True, error_model="numpy")
def trajectories(start, segments, parts, happening, scratch, seeds, grid, recorded, results, control):
    """One trajectory per row of ``seeds``, as in ``gillespie.trajectories``.

    Returns every change of a reading: (., 4) trajectory, time, reaction, and 1 where it is kicked from then on.
    """
    y_start, members_start, watched_start, t_start, limit, most_steps = start
    mode, ends = parts[3], segments[0]
    count, steps, status, failed, last = results
    y, members, watched = y_start.copy(), members_start.copy(), watched_start.copy()
    memory, generator, report = np.zeros(7), np.empty(4, np.uint64), np.zeros(5, np.int64)
    switches, switched = np.empty((64, 4)), 0
    for n in range(len(seeds)):
        begin(start[:4], seeds[n], y, members, watched, generator, report)
        memory[0], memory[1], memory[2], memory[5] = t_start, 0.0, -1.0, 0.0
        fired = 0
        start_trajectory(y, parts, scratch)
        for k in range(len(ends)):
            memory[3] = 1e-4 * (ends[k] - memory[0])
            enter(k, memory[0], y, segments, parts, happening, generator, scratch, report)
            until = len(grid)
            if k < len(ends) - 1:
                until = np.searchsorted(grid, ends[k])
            span = (ends[k], grid, until, k == len(ends) - 1)
            while report[0] == 0 and memory[0] < ends[k]:
                looked = report[2]
                fired += advance(
                    y, memory, generator, members, watched, parts, scratch, span, recorded[n], BURST, report
                )
                switches, switched = logged(n, mode, switches, switched)
                control[1] += report[2] - looked
                if control[0] != 0:
                    report[0] = STOPPED
                if fired + report[4] > limit:
                    report[0] = TOO_MANY_EVENTS
                if report[3] > most_steps and memory[0] < ends[k] and report[0] == 0:
                    report[0], report[1] = TOO_MANY_STEPS, 0
            if report[0] != 0:
                break
            if k == len(ends) - 1:
                while report[2] < until and grid[report[2]] <= ends[k]:
                    record(y, recorded[n], report)
                    control[1] += 1
        finish(memory[0], y, report[2], recorded[n], last[n])
        count[n], steps[n], status[n], failed[n] = fired + report[4], report[3], report[0], report[1]
        if report[0] == STOPPED:
            status[n:] = STOPPED
            break
    return switches[:switched].copy()


@njit(cache=True, nogil=True, error_model="numpy")
def every_event(start, segments, parts, happening, scratch, width, seed, control):
    """One trajectory with the state after every jump, as in ``gillespie.every_event``; and the changes of readings."""
    y_start, members_start, watched_start, t_start, limit, most_steps = start
    mode, ends = parts[3], segments[0]
    y, members, watched, generator = y_start.copy(), members_start.copy(), watched_start.copy(), seed.copy()
    memory, report = np.array([t_start, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0]), np.zeros(5, np.int64)
    no_grid, no_record = np.empty(0), np.empty((0, 0))
    times, fired, states = np.empty(1024), np.empty(1024, np.int64), np.empty((1024, width))
    switches, switched = np.empty((64, 4)), 0
    start_trajectory(y, parts, scratch)
    count = -1
    for k in range(len(ends)):
        memory[3] = 1e-4 * (ends[k] - memory[0])
        enter(k, memory[0], y, segments, parts, happening, generator, scratch, report)
        if k == 0:
            times[0], fired[0], count = t_start, -1, 0
            copy(y, states[0])
        span = (ends[k], no_grid, 0, k == len(ends) - 1)
        while report[0] == 0 and memory[0] < ends[k]:
            done = advance(y, memory, generator, members, watched, parts, scratch, span, no_record, 1, report)
            switches, switched = logged(0, mode, switches, switched)
            if control[0] != 0:
                report[0] = STOPPED
            if report[3] > most_steps and memory[0] < ends[k] and report[0] == 0:
                report[0], report[1] = TOO_MANY_STEPS, 0
            if done == 0:
                continue
            count += 1
            times, fired, states = with_room(count, times, fired, states)
            times[count], fired[count] = memory[0], report[1]
            copy(y, states[count])
            if count > limit:
                report[0] = TOO_MANY_EVENTS
        if report[0] != 0:
            break
    count += 1
    return times[:count].copy(), fired[:count].copy(), states[:count].copy(), report, switches[:switched].copy()


@njit(nogil=True, error_model="numpy")
def logged(n, mode, switches, count):
    """Take over the log of trajectory n, which is empty then; the changes of readings, and how many there are."""
    for k in range(mode.counts[LOGGED]):
        if count == len(switches):
            switches = np.concatenate((switches, np.empty((count, 4))))
        switches[count, 0] = n
        copy(mode.log[k], switches[count, 1:])
        count += 1
    mode.counts[LOGGED] = 0
    return switches, count
