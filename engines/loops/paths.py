"""What every loop does with a path: inputs take their values, states are kept, and a trajectory ends."""

import numpy as np
from numba import njit


@njit(nogil=True, error_model="numpy")
def copy(source, target):
    """Copy the first entries of one array to another, as far as the shorter one goes."""
    for i in range(min(len(source), len(target))):
        target[i] = source[i]


@njit(nogil=True, error_model="numpy")
def copy_first(n, source, target):
    """Copy the first n entries, also between addresses."""
    for i in range(n):
        target[i] = source[i]


@njit(nogil=True, error_model="numpy")
def begin(start, seed, y, members, watched, generator, report):
    """Put a trajectory at its start: y, members and watched as in ``start``, the generator at its seed, no report."""
    y_start, members_start, watched_start, _ = start
    copy(y_start, y)
    copy(members_start.ravel(), members.ravel())
    copy(watched_start, watched)
    copy(seed, generator)
    for i in range(len(report)):
        report[i] = 0


@njit(nogil=True, error_model="numpy")
def hold(y, held, values):
    """Give inputs, and the species that follow them, their values."""
    for i in range(len(held)):
        y[held[i]] = values[i]


@njit(nogil=True, error_model="numpy")
def finish(t, y, row, recorded, last):
    """Write down where a trajectory ended: NaN from ``row`` of recorded (time, slot) on, time and state in ``last``."""
    for time in range(row, len(recorded)):
        for i in range(recorded.shape[1]):
            recorded[time, i] = np.nan
    last[0] = t
    copy(y, last[1:])


@njit(nogil=True, error_model="numpy")
def with_room(row, times, fired, states):
    """The same arrays, twice as long where ``row`` would not fit."""
    if row < len(times):
        return times, fired, states
    return (
        np.concatenate((times, np.empty(row))),
        np.concatenate((fired, np.empty(row, np.int64))),
        np.concatenate((states, np.empty((row, states.shape[1])))),
    )
