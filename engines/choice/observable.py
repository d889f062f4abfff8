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

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engines.threshold import Threshold, read_threshold
from mechanisms.faults import Fault, unknown
from mechanisms.names import called_in
from mechanisms.network import Floats, Integers, Network
from mechanisms.thermodynamics import membrane_voltage, thermal_voltage
from mechanisms.units import Given

MEAN, SD, DISTRIBUTION = "mean", "standard deviation", "distribution"
EVENT_RATE, FIRST_PASSAGE = "event rate", "first passage"
KINDS = (MEAN, SD, DISTRIBUTION, EVENT_RATE, FIRST_PASSAGE)
"""What engines can be compared in."""
FEWEST_EVENTS = 20
"""Events, or first passages, in exact runs, below which their rate is not known."""
BODY = 310.15
"""K, at which R T / F is the scale of voltages."""
REARM = 0.7
"""An event is over when the level has fallen below this part of the threshold."""


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
    listed: list[str] = [of] if isinstance(of, str) else list(of or ())
    if kind in (MEAN, SD, DISTRIBUTION):
        for name, given in (("at_least", at_least), ("at_most", at_most), ("rearm", rearm)):
            if given is not None:
                faults.append(Fault(name, f"{given!r} with observable='{kind}'", f"{EVENT_RATE} or {FIRST_PASSAGE}"))
        names = _names(network, listed, faults)
        columns = _columns(network, names)
        return Observable(kind, names, columns, given=scale_of_voltages(network)[columns])
    if len(listed) != 1:
        faults.append(Fault("of", f"{len(listed)} names with observable='{kind}'", "the one that is watched"))
        return None
    threshold = read_threshold(network, listed[0], at_least, at_most, faults)
    if threshold is None:
        return None
    again = np.nan
    if kind == EVENT_RATE:
        found = None if rearm is None else read_threshold(network, listed[0], rearm, None, faults)
        again = found.value if found else REARM * threshold.value
        if not (again < threshold.value if threshold.above else again > threshold.value):
            side = "below" if threshold.above else "above"
            faults.append(Fault("rearm", f"{again:g}", f"a level {side} {threshold.value:g}, where an event is over"))
    elif rearm is not None:
        faults.append(Fault("rearm", f"{rearm!r} with observable='{kind}'", f"only with '{EVENT_RATE}'"))
    return Observable(kind, (threshold.name,), _columns(network, (threshold.name,)), threshold, again)


def scale_of_voltages(network: Network) -> Floats:
    """(column,) of ``all_names``: R T / F in mV, or in elementary charges; NaN for what is no voltage."""
    charges = network.mv_per_charge[: network.counted]
    scale = float(thermal_voltage(BODY))
    found = np.full(len(all_names(network)), np.nan)
    found[: network.counted][charges > 0] = scale / charges[charges > 0]
    first = len(found) - len(network.quantities)
    for i in range(len(network.quantities)):
        if network.laws[network.law[len(network.reactions) + i]] is membrane_voltage:
            found[first + i] = scale
    return found


def all_names(network: Network) -> tuple[str, ...]:
    """Counted species, then conducting complexes, variables and derived quantities: the columns of a dataset."""
    return (*network.species[: network.counted], *network.conducting, *network.variables, *network.quantities)


def varying(network: Network) -> list[int]:
    """The counted species that reactions change and that are no charges."""
    changed = np.unique(network.changes.index).tolist()
    return [i for i in changed if i < network.counted and not network.signed[i] and not network.clamped[i]]


def _names(network: Network, listed: Sequence[str], faults: list[Fault]) -> tuple[str, ...]:
    """Those that are listed; by default what is dissolved and varies, and the voltages of membranes."""
    names, called = all_names(network), called_in(network.species, network.places)
    if not listed:
        dissolved = [network.species[i] for i in varying(network) if network.units[i] == "uM"]
        charges = [name.removeprefix("charge.") for name in network.species if name.startswith("charge.")]
        voltages = [f"{membrane}.voltage" for membrane in charges]
        found = [*dissolved, *(name for name in voltages if name in names)]
        found = found or list(network.conducting) or [network.species[i] for i in varying(network)]
        if not found:
            faults.append(Fault("of", "a model in which no count varies", "a model with reactions between molecules"))
        return tuple(found)
    for name in listed:
        if called.get(name, name) not in names:
            faults.append(unknown("of", str(name), "species and quantities", names))
    return tuple(dict.fromkeys(called.get(name, name) for name in listed))


def _columns(network: Network, names: Sequence[str]) -> Integers:
    known = all_names(network)
    return np.array([known.index(name) for name in names if name in known], dtype=np.int64)
