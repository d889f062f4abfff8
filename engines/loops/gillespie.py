"""Trajectories of the Gillespie engine: from input edge to input edge, looking at the state on a grid."""

import numpy as np
from numba import njit

from .paths import begin, copy, finish, hold, with_room
from .pointer import call_int
from .status import EXTINCT, STOPPED, TOO_MANY_EVENTS
from .table import advance

BURST = 1 << 21
"""Reactions between two looks at whether the user asked to stop."""


@njit(cache=True, nogil=True, error_model="numpy")
def trajectories(unrolled, start, segments, scale, tables, seeds, grid, recorded, results, limit, control):
    """Run one trajectory per row of ``seeds``; the state at ``grid`` goes to recorded[trajectory, time, :].

    unrolled: the address of the steps written out for this network, and then ``tables`` is None, and the branch that
    goes by tables is not even compiled. scale: of the arguments of laws.
    start: y, members and watched at the start. segments: their ends in s, coefficients of the reactions in each, the
    slots that inputs hold and their values in each. seeds: (n, 4) words. results: events, status and failed reaction,
    (n,), and (n, 1 + slot) the time and state that were reached. control: [stop?, grid points passed].
    """
    y_start, members_start, watched_start, t_start = start
    ends, coefficients, held, held_values = segments
    events, status, failed, last = results
    y, members, watched = y_start.copy(), members_start.copy(), watched_start.copy()
    clock, generator, report = np.empty(2), np.empty(4, np.uint64), np.zeros(3, np.int64)
    capacity, width = members.shape[1], recorded.shape[2]
    for n in range(len(seeds)):
        begin(start, seeds[n], y, members, watched, generator, report)
        clock[0] = t_start
        fired = 0
        for k in range(len(ends)):
            c = coefficients[k]
            hold(y, held, held_values[k])
            clock[1] = -np.inf
            until = len(grid)
            if k < len(ends) - 1:
                until = np.searchsorted(grid, ends[k])
            while report[0] == 0:
                looked = report[2]
                if tables is None:
                    state = (y, c, scale, members, capacity, watched, generator, clock)
                    fired += call_int(unrolled, (*state, ends[k], grid, until, recorded[n], width, BURST, report))
                else:
                    state = (y, c, tables, members, watched, generator, clock)
                    fired += advance(*state, ends[k], grid, until, recorded[n], BURST, report)
                control[1] += report[2] - looked
                if control[0] != 0:
                    report[0] = STOPPED
                if fired > limit:
                    report[0] = TOO_MANY_EVENTS
                if clock[1] > ends[k]:
                    break
            if report[0] != 0:
                break
            clock[0] = ends[k]
        if report[0] == 0 and np.isinf(clock[1]):
            report[0] = EXTINCT
        finish(clock[0], y, report[2], recorded[n], last[n])
        events[n], status[n], failed[n] = fired, report[0], report[1]
        if report[0] == STOPPED:
            status[n:] = STOPPED
            return


@njit(cache=True, nogil=True, error_model="numpy")
def every_event(unrolled, start, segments, scale, tables, width, seed, limit, control):
    """One trajectory with every reaction: times, reactions, states after each (the first row: the start), status."""
    y_start, members_start, watched_start, t_start = start
    ends, coefficients, held, held_values = segments
    y, members, watched, generator = y_start.copy(), members_start.copy(), watched_start.copy(), seed.copy()
    clock, report = np.array([t_start, -np.inf]), np.zeros(3, np.int64)
    no_grid, no_record = np.empty(0), np.empty((0, 0))
    capacity = members.shape[1]
    times, fired, states = np.empty(1024), np.empty(1024, np.int64), np.empty((1024, width))
    hold(y, held, held_values[0])
    times[0], fired[0] = t_start, -1
    copy(y, states[0])
    events = 0
    for k in range(len(ends)):
        c = coefficients[k]
        y[held] = held_values[k]
        clock[1] = -np.inf
        while report[0] == 0:
            if tables is None:
                state = (y, c, scale, members, capacity, watched, generator, clock)
                done = call_int(unrolled, (*state, ends[k], no_grid, 0, no_grid, width, 1, report))
            else:
                state = (y, c, tables, members, watched, generator, clock)
                done = advance(*state, ends[k], no_grid, 0, no_record, 1, report)
            if done == 0:
                break
            events += 1
            times, fired, states = with_room(events, times, fired, states)
            times[events], fired[events] = clock[0], report[1]
            copy(y, states[events])
            if control[0] != 0:
                report[0] = STOPPED
            if events > limit:
                report[0] = TOO_MANY_EVENTS
        if report[0] != 0:
            break
        clock[0] = ends[k]
    if report[0] == 0 and np.isinf(clock[1]):
        report[0] = EXTINCT
    events += 1
    return times[:events].copy(), fired[:events].copy(), states[:events].copy(), report
