"""Where a run begins, what changes its model with time, and when it pauses for that."""

from __future__ import annotations

from typing import Any

import numpy as np

from mechanisms.network import TIME, Floats, Integers, Network


def changing(network: Network) -> list[str]:
    """What changes the model with time, in words."""
    found = [
        f"input '{name}'" for name, signal in zip(network.inputs, network.signals, strict=True) if len(signal.edges)
    ]
    found += [f"event '{name}'" for name in network.events]
    return found + ["a law that reads the time"] * (TIME in network.species[-1:])


def segments(network: Network, t_start: float, t_end: float) -> tuple[Floats, Floats, Integers, Floats]:
    """Between input edges: ends in s, coefficients (segment, reaction), slots that inputs hold, and their values.

    An edge at the very end makes a last segment of no length, so that what is recorded there is the value from then on.
    """
    edges = network.edges[(network.edges > t_start) & (network.edges <= t_end)]
    held = np.array(
        [species for species, _, _ in network.driven] + [network.first_input + i for i in range(len(network.inputs))],
        dtype=np.int64,
    )
    states = [network.values(float(t)) for t in (t_start, *edges)]
    coefficients = np.array([network.coefficients(y) for y in states]).reshape(len(states), -1)
    return np.append(edges, t_end), coefficients, held, np.array([y[held] for y in states])


def whole_start(network: Network, t_start: float, whole: Any) -> tuple[Floats, Any, Any]:
    """y at the start, (S,) ``whole`` species in whole molecules, and which complex each subunit belongs to."""
    y = network.values(t_start)
    counted = np.flatnonzero(whole & ~network.clamped)
    y[counted] = np.rint(y[counted])
    capacity = max((group.count * group.subunits for group in network.multimers), default=0)
    members = np.zeros((len(network.species) if capacity else 1, max(capacity, 1)), dtype=np.int32)
    watched = np.zeros(max(sum(group.count for group in network.multimers), 1), dtype=np.int32)
    first = 0
    for m, group in enumerate(network.multimers):
        start = network.species.index(group.start)
        members[start, : group.count * group.subunits] = first + np.repeat(np.arange(group.count), group.subunits)
        if group.start == group.watched:
            watched[first : first + group.count] = group.subunits
            y[len(network.species) + m] = group.count if group.subunits >= group.needed else 0
        first += group.count
    return y, members, watched
