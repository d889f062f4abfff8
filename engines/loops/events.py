"""Events: conditions that are watched, and the values that are set where they become true."""

import numpy as np
from numba import njit

from .flow import ARGUMENTS, LAW, MEAN_FIELD, complete, follow
from .paths import copy_first
from .pointer import call_float
from .rodas3 import at_fraction
from .status import TOO_MANY_EVENTS
from .switching import land

CASCADE = 1000
"""Events that may follow from each other at one time."""


@njit(nogil=True, error_model="numpy")
def evaluate(row, y, rates):
    """The law in a row of the tables, at a complete y."""
    law, _, plan, _, slot, scale = rates
    return call_float(law, (plan[plan[LAW] + row], y, slot, scale, plan[plan[ARGUMENTS] + row]))


@njit(nogil=True, error_model="numpy")
def happen(event, y, rates, events):
    """Set what an event sets; every value is computed before any is set."""
    start = events.start
    values = np.empty(start[event + 1] - start[event])
    for q in range(len(values)):
        values[q] = evaluate(events.first + start[event] + q, y, rates) * events.factors[start[event] + q]
    for q in range(len(values)):
        slot = events.slots[start[event] + q]
        y[slot] = np.rint(values[q]) if events.whole[slot] else values[q]
    complete(y, rates, MEAN_FIELD)


@njit(nogil=True, error_model="numpy")
def conditions_changed(y, rates, events, met):
    """The next event whose condition has become true since ``met``, or -1; of several that of the highest priority."""
    by_priority, conditions = events.by_priority, events.conditions
    found = -1
    for q in range(events.count):
        e = by_priority[q]
        if conditions[e] >= 0:
            holds = evaluate(conditions[e], y, rates) > 0.0
            if not holds:
                met[e] = False
            elif not met[e] and found < 0:
                found = e
    return found


@njit(nogil=True, error_model="numpy")
def cascade(y, rates, events, met, noisy, partition, mode, report, ga, gb, gc, gd):
    """Let all events happen whose conditions have become true, also by each other.

    Returns whether any has, and the next state of the generator.
    """
    for n in range(CASCADE):
        e = conditions_changed(y, rates, events, met)
        if e < 0:
            return n > 0, ga, gb, gc, gd
        met[e] = True
        ga, gb, gc, gd = land(y, noisy, partition, mode, ga, gb, gc, gd)
        happen(e, y, rates, events)
    report[0], report[1] = TOO_MANY_EVENTS, 0
    return True, ga, gb, gc, gd


@njit(nogil=True, error_model="numpy")
def conditions_at_start(y, rates, events, met):
    """Conditions that hold from the start do not let their events happen."""
    complete(y, rates, MEAN_FIELD)
    conditions = events.conditions
    for e in range(events.count):
        met[e] = conditions[e] >= 0 and evaluate(conditions[e], y, rates) > 0.0


@njit(nogil=True, error_model="numpy")
def watch(y, flow, rates, events, scratch, s):
    """The fraction, at most s, of a step at which a condition becomes true, and whether one does."""
    met, seen, dense = scratch.met, scratch.seen, scratch.dense
    low = high = middle = s
    for n in range(50):
        at_fraction(middle, y, flow, scratch, dense)
        follow(dense, rates)
        copy_first(events.count, met, seen)
        if conditions_changed(dense, rates, events, seen) >= 0:
            high = middle
            low = 0.0 if n == 0 else low
        elif n == 0:
            return s, False
        else:
            low = middle
        middle = 0.5 * (low + high)
    return high, True
