"""Inputs that are constant between edges: steps, pulses and trains."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from mechanisms.units import Given, magnitude


@dataclass(frozen=True)
class Piecewise:
    """A value that jumps at edges and is constant between them.

    edges: n times, as given (numbers are seconds), increasing; values: n + 1 values as given, the first before the
    first edge. The value at an edge is the one that starts there.
    """

    edges: tuple[Given, ...]
    values: tuple[Given, ...]

    def numbers(self, unit: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Edges in s and values in ``unit``.

        Raises UnitError for a wrong dimension, ValueError where the edges do not increase or the lengths differ.
        """
        edges = tuple(magnitude(t, "s") for t in self.edges)
        values = tuple(magnitude(v, unit) for v in self.values)
        if len(values) != len(edges) + 1:
            raise ValueError(f"{len(edges)} edges and {len(values)} values")
        if any(later <= earlier for earlier, later in pairwise(edges)):
            raise ValueError("edges that do not increase")
        return edges, values


def constant(value: Given) -> Piecewise:
    """The same value at all times."""
    return Piecewise((), (value,))


def protocol(given: Given | Piecewise) -> Piecewise:
    """A protocol as it is; a value at all times."""
    return given if isinstance(given, Piecewise) else constant(given)


def step(at: Given, before: Given, after: Given) -> Piecewise:
    """``before`` until the time ``at``, ``after`` from then on."""
    return Piecewise((at,), (before, after))


def pulse(start: Given, duration: Given, height: Given, base: Given = 0.0) -> Piecewise:
    """``height`` from ``start`` for ``duration``, ``base`` otherwise."""
    return train(start, duration, duration, 1, height, base)


def train(start: Given, period: Given, duration: Given, count: int, height: Given, base: Given = 0.0) -> Piecewise:
    """``count`` pulses of ``height``, each ``duration`` long, one every ``period`` from ``start``; ``base`` between.

    Pulses that touch (duration = period) make one long pulse. Raises ValueError where they would overlap, or where
    count < 1 or duration <= 0.
    """
    first, spacing, width = (magnitude(t, "s") for t in (start, period, duration))
    if count < 1 or width <= 0:
        raise ValueError(f"a train of {count} pulses of {width} s: needs at least one pulse, longer than 0 s")
    if count > 1 and width > spacing:
        raise ValueError(f"pulses of {width} s every {spacing} s overlap: the duration may be at most the period")
    if count > 1 and width == spacing:
        count, width = 1, width * count
    edges = [t for k in range(count) for t in (first + k * spacing, first + k * spacing + width)]
    return Piecewise(tuple(edges), (base, *(height, base) * count))


def piecewise(times: list[Given] | tuple[Given, ...], values: list[Given] | tuple[Given, ...]) -> Piecewise:
    """Values between times: ``values[0]`` before ``times[0]``, ``values[i]`` from ``times[i-1]`` on."""
    return Piecewise(tuple(times), tuple(values))


PIECES, TIMES_TAU = 60, 12.0
"""Constant pieces of one spike's transient, over so many time constants."""


def alpha_pulses(spikes: Sequence[Given], peak: Given, tau: Given) -> Piecewise:
    """An alpha function e peak (t/tau) exp(-t/tau) after each spike: ``peak`` high, ``tau`` after it.

    spikes: times, increasing, at least 12 tau apart. Each transient is 60 constant pieces, at the value in the middle
    of each, so that its area is that of the curve to 1e-3. Raises ValueError for spikes that are closer, UnitError for
    what is no time.
    """
    width, times = magnitude(tau, "s"), [magnitude(spike, "s") for spike in spikes]
    if any(later - earlier < TIMES_TAU * width for earlier, later in pairwise(times)):
        raise ValueError(
            f"found spikes closer than {TIMES_TAU:g} tau; allowed: spikes at least {TIMES_TAU:g} tau apart"
        )
    edges: list[Given] = []
    values: list[Given] = [peak * 0.0]
    for start in times:
        for i in range(PIECES):
            x = (i + 0.5) * TIMES_TAU / PIECES
            edges.append(start + i * TIMES_TAU / PIECES * width)
            values.append(peak * (math.e * x * math.exp(-x)))
        edges.append(start + TIMES_TAU * width)
        values.append(peak * 0.0)
    return Piecewise(tuple(edges), tuple(values))
