"""Events: conditions that are watched, and what happens, now or later, where they become true.

An event is triggered where its condition becomes true, and waits until it is due, even where that is at once. Of those
that are due the one of the highest priority happens; then all conditions and priorities are looked at again (SBML Level
3 Version 2, section 4.11).
"""

import math

from numba import njit

from .flow import MEAN_FIELD, complete, follow
from .parts import OFTEN
from .rodas3 import at_fraction
from .status import WITHOUT_END
from .switching import land
from .waiting import cancel, earliest, evaluate, happen, next_to_happen, trigger

HALVINGS = 100
"""Of the time in which a condition becomes true: as a rule some 50 leave nothing between two numbers."""


@njit(nogil=True, error_model="numpy")
def look(y, rates, events, scratch):
    """See which conditions hold at a complete y; returns whether any has become true since they were last noted."""
    risen = False
    for e in range(events.count):
        row = events.conditions[e]
        scratch.seen[e] = row >= 0 and evaluate(row, y, rates) > 0.0
        risen |= scratch.seen[e] > scratch.met[e]
    return risen


@njit(nogil=True, error_model="numpy")
def note_ends(events, scratch):
    """Note the conditions that hold no longer; events that are not persistent wait no longer."""
    for e in range(events.count):
        if scratch.seen[e] < scratch.met[e]:
            scratch.met[e] = False
            if not events.persistent[e]:
                cancel(e, events, scratch)


@njit(nogil=True, error_model="numpy")
def cascade(t, y, rates, events, scratch, noisy, partition, mode, report, ga, gb, gc, gd):
    """Let all events happen that are due at t, also by each other; y is complete.

    Returns whether y has changed, when the next event is due, and the next state of the generator.
    """
    changed = False
    while True:
        risen = look(y, rates, events, scratch)
        note_ends(events, scratch)
        if risen:
            changed = True
            ga, gb, gc, gd = land(y, noisy, partition, mode, ga, gb, gc, gd)
            complete(y, rates, MEAN_FIELD)
            for e in range(events.count):
                if scratch.seen[e] > scratch.met[e]:
                    scratch.met[e] = True
                    trigger(e, t, y, rates, events, scratch, report)
        n = next_to_happen(t, y, rates, events, scratch)
        if n < 0 or report[0] != 0:
            return changed, earliest(scratch), ga, gb, gc, gd
        changed = True
        if is_too_often(scratch.waiting[1 + n], t, events, scratch):
            report[0], report[1] = WITHOUT_END, scratch.waiting[1 + n]
            return changed, math.inf, ga, gb, gc, gd
        ga, gb, gc, gd = land(y, noisy, partition, mode, ga, gb, gc, gd)
        complete(y, rates, MEAN_FIELD)
        happen(n, y, rates, events, scratch)


@njit(nogil=True, error_model="numpy")
def is_too_often(event, t, events, scratch):
    """Count that an event happens at t; whether it has happened more than OFTEN times in the present instant."""
    if t > scratch.since[0] + events.instant:
        scratch.since[0] = t
        for e in range(events.count):
            scratch.often[e] = 0
    scratch.often[event] += 1
    return scratch.often[event] > OFTEN


@njit(nogil=True, error_model="numpy")
def begin_events(y, rates, events, scratch):
    """No event waits; a condition that holds from the start triggers its event only where it is meant to."""
    complete(y, rates, MEAN_FIELD)
    scratch.waiting[0] = 0
    scratch.since[0] = -math.inf
    look(y, rates, events, scratch)
    for e in range(events.count):
        scratch.met[e] = scratch.seen[e] > events.at_start[e]


@njit(nogil=True, error_model="numpy")
def watch(t, length, s, t_new, y, flow, rates, events, scratch):
    """Look at conditions during a step of some length from t, up to its fraction s at t_new.

    Returns the fraction and the time at which one becomes true, the first that can be told from the time before, and
    whether one does; else s and t_new. What ceases to hold before is noted.
    """
    looks = max(2, int((t_new - t) / events.look) + 1)
    low = t
    for k in range(1, looks + 1):
        high = t_new if k == looks else t + (t_new - t) * k / looks
        fraction = s if k == looks else (high - t) / length
        if not look_at(high, fraction, y, flow, rates, events, scratch):
            note_ends(events, scratch)
            low = high
            continue
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            if not low < middle < high:
                break
            if look_at(middle, (middle - t) / length, y, flow, rates, events, scratch):
                high, fraction = middle, (middle - t) / length
            else:
                low = middle
        return fraction, high, True
    return s, t_new, False


@njit(nogil=True, error_model="numpy")
def look_at(t, s, y, flow, rates, events, scratch):
    """Look at conditions at the time t, the fraction s of a step."""
    dense = scratch.dense
    at_fraction(s, y, flow, scratch, dense)
    if events.clock >= 0:
        dense[events.clock] = t
    follow(dense, rates)
    return look(dense, rates, events, scratch)
