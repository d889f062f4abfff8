"""The start of a trajectory of the hybrid engine, and the edges between its segments."""

import math

from numba import njit

from .events import begin_events, cascade
from .flow import MEAN_FIELD, complete
from .paths import copy, hold
from .pointer import pointers
from .switching import begin_readings, land
from .waiting import trigger


@njit(nogil=True, error_model="numpy")
def start_trajectory(y, parts, scratch):
    """Readings and conditions at the start of a trajectory."""
    flow, noisy, partition, mode, events = pointers(parts)
    y, scratch = pointers((y, scratch))
    begin_readings(noisy, partition, mode, scratch.a)
    begin_events(y, flow.rates, events, scratch)


@njit(nogil=True, error_model="numpy")
def enter(k, t, y, segments, parts, happening, generator, scratch, report):
    """Enter segment k at t: inputs take their values, and the events that are due at its beginning happen."""
    _, flow_weights, noisy_weights, held, held_values = segments
    hold(y, held, held_values[k])
    copy(flow_weights[k], parts[0].rates[3])
    copy(noisy_weights[k], parts[1].rates[3])
    flow, noisy, partition, mode, events = pointers(parts)
    y, scratch, report = pointers((y, scratch, report))
    rates = flow.rates
    complete(y, rates, MEAN_FIELD)
    ga, gb, gc, gd = generator[0], generator[1], generator[2], generator[3]
    scheduled, start = happening
    if start[k] < start[k + 1]:
        ga, gb, gc, gd = land(y, noisy, partition, mode, ga, gb, gc, gd)
        complete(y, rates, MEAN_FIELD)
        scratch.since[0] = -math.inf  # what is scheduled comes to an end, however close its times are
    for q in range(start[k], start[k + 1]):
        trigger(scheduled[q], t, y, rates, events, scratch, report)
    _, _, ga, gb, gc, gd = cascade(t, y, rates, events, scratch, noisy, partition, mode, report, ga, gb, gc, gd)
    generator[0], generator[1], generator[2], generator[3] = ga, gb, gc, gd
