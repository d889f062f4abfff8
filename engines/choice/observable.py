"""What is asked of the runs: an observable, and how far the runs of an engine are from exact ones in it.

With m, s and F the mean, the standard deviation and the distribution of x in the runs of an engine, and those of exact
runs with a star, over a scale that is the exact mean of abs(x), and of voltages R T / F = 26.7 mV, in which rates that
depend on them change e-fold (of charges: as many as make that voltage),

    mean: abs(m - m*) / scale,    standard deviation: abs(s - s*) / scale,
    distribution: the integral of abs(F - F*) / scale, the Wasserstein distance,

and event rate and first passage: the relative error of the rate of rises to a threshold, and of the mean time until it
is first reached, where it is not within the run that of the run's end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engines.observed import columns_of, read_names, scale_of_voltages, varying, voltages
from engines.threshold import Threshold, read_threshold
from mechanisms.faults import Fault, unknown
from mechanisms.network import Floats, Integers, Network
from mechanisms.units import Given

MEAN, SD, DISTRIBUTION = "mean", "standard deviation", "distribution"
EVENT_RATE, FIRST_PASSAGE = "event rate", "first passage"
KINDS = (MEAN, SD, DISTRIBUTION, EVENT_RATE, FIRST_PASSAGE)
"""What engines can be compared in."""
FEWEST_EVENTS = 20
"""Events, or first passages, in exact runs, below which their rate is not known."""
REARM = 0.7
"""An event is over below this part of the threshold, or above the threshold over it where the level falls to it."""


@dataclass(frozen=True)
class Observable:
    """What is asked: a kind of ``KINDS``, of what, and for events and passages when.

    names: species, conducting complexes, variables or derived quantities; columns: their places among the counted
    species and then the quantities, as in a dataset. threshold, rearm: of events, in molecules or the quantity's unit.
    given: (column,) the scale of voltages and charges, else NaN.
    """

    kind: str
    names: tuple[str, ...]
    columns: Integers
    threshold: Threshold | None = None
    rearm: float = np.nan
    given: Floats | float = np.nan

    @property
    def pooled(self) -> bool:
        """Whether it is read from states at any time of a run, rather than from whole runs."""
        return self.threshold is None

    def scale(self, mean_magnitude: Floats) -> Floats:
        """(column,) what errors are told in."""
        return np.where(np.isnan(self.given), mean_magnitude, self.given)

    def text(self) -> str:
        """Such as "event rate (Ca.cytosol >= 30)"."""
        return self.kind if self.threshold is None else f"{self.kind} ({self.threshold.text})"

    def of_runs(self, values: Floats, times: Floats) -> Floats:
        """(trajectory, 1) the number of events, or the time in s of the first passage, of each run.

        values: (trajectory, time, 1); times: (time,) in s.
        """
        assert self.threshold is not None
        reached = self.threshold.reached(values[..., 0])
        if self.kind == FIRST_PASSAGE:
            ever = reached.any(axis=1)
            first = np.where(ever, times[reached.argmax(axis=1)], times[-1])
            found: Floats = (first - times[0])[:, None]
            return found
        below = values[..., 0] < self.rearm if self.threshold.above else values[..., 0] > self.rearm
        # 1 while an event lasts, 0 before and after; in between, as it was.
        state = np.where(reached, 1.0, np.where(below, 0.0, np.nan))
        known = np.where(np.isnan(state), 0, np.arange(state.shape[1])[None])
        state = np.take_along_axis(state, np.maximum.accumulate(known, axis=1), axis=1)
        state = np.where(np.isnan(state), 0.0, state)
        rises: Floats = (np.diff(state, axis=1) > 0).sum(axis=1, keepdims=True).astype(float)
        return rises

    def seen(self, runs: Floats) -> int:
        """How many events, or first passages, there were in runs (trajectory, 1)."""
        if self.kind == EVENT_RATE:
            return int(runs.sum())
        return int((runs < runs.max()).sum()) if runs.max() > 0 else len(runs)


def read_observable(
    network: Network, kind: str, of: Any, at_least: Given, at_most: Given, rearm: Given, faults: list[Fault]
) -> Observable | None:
    """What the arguments of ``choose`` mean; a fault for what they cannot."""
    if kind not in KINDS:
        faults.append(unknown("observable", str(kind), "observables", KINDS))
        return None
    wrong = len(faults)
    names = () if of is None else read_names(network, of, faults)
    if kind in (MEAN, SD, DISTRIBUTION):
        for name, given in (("at_least", at_least), ("at_most", at_most), ("rearm", rearm)):
            if given is not None:
                faults.append(Fault(name, f"{given!r} with observable='{kind}'", f"{EVENT_RATE} or {FIRST_PASSAGE}"))
        names = _all_that_matters(network, faults) if of is None else names
        columns = columns_of(network, names)
        return Observable(kind, names, columns, given=scale_of_voltages(network)[columns])
    if len(faults) > wrong:
        return None
    if len(names) != 1:
        faults.append(Fault("of", f"{len(names)} names with observable='{kind}'", "the one that is watched"))
        return None
    threshold = read_threshold(network, names[0], at_least, at_most, faults)
    if threshold is None:
        return None
    if kind == EVENT_RATE:
        again = _rearm(network, threshold, rearm, faults)
        return Observable(kind, names, columns_of(network, names), threshold, again)
    if rearm is not None:
        faults.append(Fault("rearm", f"{rearm!r} with observable='{kind}'", f"only with '{EVENT_RATE}'"))
    return Observable(kind, names, columns_of(network, names), threshold)


def _rearm(network: Network, threshold: Threshold, given: Given, faults: list[Fault]) -> float:
    """The level at which an event is over; a fault where the threshold itself is not on its other side."""
    value, side = threshold.value, "below" if threshold.above else "above"
    if threshold.above and value <= 0 and threshold.name not in (*network.variables, *network.quantities):
        allowed = "more than 0: a number is never below 0, so that no event would end"
        faults.append(Fault("at_least", f"{value:g} of '{threshold.name}' with observable='{EVENT_RATE}'", allowed))
        return np.nan
    if given is None and value <= 0:
        allowed = f"a level {side} {value:g}, where an event is over"
        faults.append(Fault("rearm", f"none, with a threshold of {value:g}", allowed))
    if given is None:
        return value * REARM if threshold.above else value / REARM
    level = read_threshold(network, threshold.name, given, None, faults)
    if level and not (level.value < value if threshold.above else level.value > value):
        faults.append(Fault("rearm", f"{level.value:g}", f"a level {side} {value:g}, where an event is over"))
    return level.value if level else np.nan


def _all_that_matters(network: Network, faults: list[Fault]) -> tuple[str, ...]:
    """What is dissolved and varies, and the voltages of membranes; without any, what else varies."""
    moving = varying(network)
    found = [*(network.species[i] for i in moving if network.units[i] == "uM"), *voltages(network)]
    found = found or list(network.conducting) or [network.species[i] for i in moving]
    if not found:
        faults.append(Fault("of", "a model in which no count varies", "a model with reactions between molecules"))
    return tuple(found)
