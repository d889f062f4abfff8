"""Events that have been triggered and wait until they are due."""

import math

import numpy as np
from numba import njit

from .flow import ARGUMENTS, LAW, MEAN_FIELD, complete
from .parts import WAITING
from .pointer import call_float
from .status import NO_DELAY, TOO_MANY_WAITING

CLOSE = 1e-14
"""Times that differ by less, relative to themselves, are one: 0.1 + 0.2 and 0.3."""


@njit(nogil=True, error_model="numpy")
def evaluate(row, y, rates):
    """The law in a row of the tables, at a complete y."""
    law, _, plan, _, slot, scale = rates
    return call_float(law, (plan[plan[LAW] + row], y, slot, scale, plan[plan[ARGUMENTS] + row]))


@njit(nogil=True, error_model="numpy")
def trigger(event, t, y, rates, events, scratch, report):
    """Let an event wait, at a complete y, until its delay is over."""
    n = scratch.waiting[0]
    delay = evaluate(events.delays + event, y, rates) * events.delay_scale[event]
    if n == WAITING or not delay >= 0.0:
        report[0], report[1] = (TOO_MANY_WAITING if n == WAITING else NO_DELAY), event
        return
    scratch.waiting[0] = n + 1
    scratch.waiting[1 + n] = event
    scratch.due[n] = t + delay
    if events.at_trigger[event]:
        compute(n, y, rates, events, scratch)


@njit(nogil=True, error_model="numpy")
def compute(n, y, rates, events, scratch):
    """Keep the values that the n-th waiting event sets."""
    event = scratch.waiting[1 + n]
    first, kept = events.start[event], n * events.widest
    for q in range(events.start[event + 1] - first):
        scratch.kept[kept + q] = evaluate(events.values + first + q, y, rates) * events.factors[first + q]


@njit(nogil=True, error_model="numpy")
def happen(n, y, rates, events, scratch):
    """Set what the n-th waiting event sets; it waits no longer."""
    event = scratch.waiting[1 + n]
    if not events.at_trigger[event]:
        compute(n, y, rates, events, scratch)
    first, kept = events.start[event], n * events.widest
    for q in range(events.start[event + 1] - first):
        slot, value = events.slots[first + q], scratch.kept[kept + q]
        y[slot] = np.rint(value) if events.whole[slot] else value
    leave(n, events, scratch)
    complete(y, rates, MEAN_FIELD)


@njit(nogil=True, error_model="numpy")
def leave(n, events, scratch):
    """Take the n-th event out of those that wait."""
    scratch.waiting[0] -= 1
    for k in range(n, scratch.waiting[0]):
        scratch.waiting[1 + k] = scratch.waiting[2 + k]
        scratch.due[k] = scratch.due[k + 1]
        for q in range(k * events.widest, (k + 1) * events.widest):
            scratch.kept[q] = scratch.kept[q + events.widest]


@njit(nogil=True, error_model="numpy")
def cancel(event, events, scratch):
    """Let no instance of an event wait any longer."""
    n = 0
    while n < scratch.waiting[0]:
        if scratch.waiting[1 + n] == event:
            leave(n, events, scratch)
        else:
            n += 1


@njit(nogil=True, error_model="numpy")
def next_to_happen(t, y, rates, events, scratch):
    """Of the events that are due at t that of the highest priority, then the one declared first; -1: none is."""
    found, highest = -1, 0.0
    for n in range(scratch.waiting[0]):
        if scratch.due[n] <= t + CLOSE * abs(t):
            event = scratch.waiting[1 + n]
            priority = evaluate(events.priorities + event, y, rates)
            if found < 0 or priority > highest or (priority == highest and event < scratch.waiting[1 + found]):
                found, highest = n, priority
    return found


@njit(nogil=True, error_model="numpy")
def earliest(scratch):
    """When the next of the waiting events is due; infinite if there is none."""
    found = math.inf
    for n in range(scratch.waiting[0]):
        found = min(found, scratch.due[n])
    return found
