"""What an engine really errs by, and costs: independent runs against the exact distribution, or against exact runs.

Errors are defined as in ``engines.choice.observable``. The measure is the stationary distribution of the master
equation where that is in reach, and Gillespie runs with other seeds elsewhere.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

import microdomain as md
from engines.choice.comparison import GROUPS, SURE, compare
from engines.choice.observable import DISTRIBUTION, MEAN, Observable
from engines.choice.pilots import PilotError, Runs, Window
from mechanisms.network import Floats

FEWEST = 2 * GROUPS
"""Runs of an engine, at the least."""
MOST_RUNS, MOST_VALUES = 8192, 2e6
"""Runs of an engine, and values of them, at most."""
MOST_STATES = 20_000
"""States of a distribution that is solved for."""
BINS = 5000
"""Bins of distributions, over all that was seen."""


class OutOfReach(RuntimeError):
    """The exact answer cannot be had."""


@dataclass(frozen=True)
class Found:
    """What an engine errs by in its worst observable, with a standard error, and what exact runs, so many, would show.

    cost: processor seconds for each simulated second.
    """

    error: float
    spread: float
    floor: float
    cost: float

    @property
    def known(self) -> float:
        """The error, less what sampling adds to the distance of two distributions."""
        return float(np.sqrt(max(self.error**2 - self.floor**2, 0.0)))

    def outside(self, tolerance: float) -> bool:
        """Whether it is clearly too large."""
        return self.error - self.floor - SURE * self.spread > tolerance


@dataclass(frozen=True)
class Law:
    """An exact stationary distribution: (state, column) values with their probabilities (state,)."""

    values: Floats
    probability: Floats

    def compare(self, kind: str, runs: Floats) -> tuple[Floats, Floats, Floats]:
        """Errors of runs (run, time, column), with their standard errors, and floors; each (column,)."""
        measured = [self._column(kind, c, runs[..., c]) for c in range(runs.shape[2])]
        error, spread, floor = np.array(measured).T
        return error, spread, floor

    def _column(self, kind: str, column: int, runs: Floats) -> tuple[float, float, float]:
        x, p = self.values[:, column], self.probability
        mean, scale = float(p @ x), float(p @ np.abs(x)) or 1.0
        sd = float(np.sqrt(p @ (x - mean) ** 2))
        parts = np.array_split(runs, min(GROUPS, len(runs)))
        low, high = min(x.min(), runs.min()), max(x.max(), runs.max())
        width = (high - low) / BINS or 1.0
        exact = np.bincount(((x - low) / width).astype(int), p, BINS + 1)
        found = np.array(
            [np.bincount(((part.ravel() - low) / width).astype(int), minlength=BINS + 1) for part in parts]
        )
        moments = np.array([[part.size, (part - mean).sum(), ((part - mean) ** 2).sum()] for part in parts])

        def error(counts: Floats, sums: Floats) -> float:
            if kind == DISTRIBUTION:
                return float(np.abs(np.cumsum(counts / counts.sum() - exact)).sum() * width / scale)
            shift = sums[1] / sums[0]
            if kind == MEAN:
                return float(shift / scale)
            return float((np.sqrt(max(sums[2] / sums[0] - shift**2, 0.0)) - sd) / scale)

        value = error(found.sum(axis=0), moments.sum(axis=0))
        groups = len(parts)
        if groups < GROUPS:
            return abs(value), 0.0, 0.0
        left_out = np.array([error(found.sum(0) - f, moments.sum(0) - m) for f, m in zip(found, moments, strict=True)])
        spread = float(np.sqrt((groups - 1) / groups * ((left_out - left_out.mean()) ** 2).sum()))
        floor = 0.0
        if kind == DISTRIBUTION and sd > 0:
            # An empirical distribution of n draws is off by sqrt(2 F (1 - F) / pi n) in the mean.
            independent = sd**2 / (runs.mean(axis=1).var(ddof=1) / len(runs))
            f = np.cumsum(exact)
            floor = float(np.sqrt(2 / np.pi / independent * np.clip(f * (1 - f), 0, None)).sum() * width / scale)
        return abs(value), spread, floor


def exact_law(model: md.Model, observable: Observable, most: int = MOST_STATES) -> Law | None:
    """The exact stationary distribution of the species that are observed, or None: of quantities, or of many states."""
    if not set(observable.names) <= set(model.network().species):
        return None
    try:
        data = md.stationary_distribution(model, max_states=most)
    except (md.RequestError, md.SimulationError):
        return None
    counts = data.counts.sel(species=list(observable.names)).values
    return Law(counts, data.probability.values)


class Truth:
    """The exact answer to one question about one network; ``of`` measures an engine against it.

    usual: when runs are read that cost is measured on; slower: by how much they must be longer to be stationary.
    seconds: of processor time for the runs of an engine; exact runs that are the measure may take three times as long.
    Raises OutOfReach where there is no exact answer.
    """

    def __init__(
        self, model: md.Model, observable: Observable, usual: Window, slower: float, stationary: bool, seconds: float,
        seed: int,
    ) -> None:  # fmt: skip
        self.network, self.observable = model.network(), observable
        self.usual, self.window = usual, usual.longer(slower)
        self.seconds, self.seed = seconds, seed
        self.law = exact_law(model, observable) if stationary and observable.pooled else None
        self.cost = self._cost(md.Gillespie())
        if self.law is None:
            if FEWEST * self.cost * self.window.length > 10 * seconds:
                raise OutOfReach(f"exact runs of {model.name} take {self.cost:.2g} s for each second")
            self.exact = self._runs(md.Gillespie(), seed, 3 * seconds)

    def _cost(self, engine: Any) -> float:
        return Runs(self.network, engine, self.observable, self.usual, self.seed, workers=1).cost()

    def _runs(self, engine: Any, seed: int, seconds: float) -> Floats:
        """The values of as many runs as take so long."""
        runs = Runs(self.network, engine, self.observable, self.window, seed, workers=1)
        values = len(self.window.times) * len(self.observable.columns) if self.observable.pooled else 1
        most = max(FEWEST, int(min(MOST_RUNS, MOST_VALUES / values))) if engine.stochastic else 1
        began, number = time.process_time(), min(FEWEST, most)
        while True:
            runs.extend(number)
            if time.process_time() - began > seconds / 2 or number == most:
                return runs.values
            number = min(2 * number, most)

    def of(self, engine: Any, always: bool = False) -> Found | None:
        """The error and cost of an engine; None where it fails, or exact runs cost less and it is not wanted always."""
        if engine.name == "gillespie":
            return Found(0.0, 0.0, 0.0, self.cost)
        try:
            cost = self._cost(engine)
            if not always and not cost < self.cost:
                return None
            values = self._runs(engine, self.seed + 1, self.seconds)
        except PilotError:
            return None
        if self.law is not None:
            error, spread, floor = self.law.compare(self.observable.kind, values)
        else:
            apart = compare(self.observable, self.exact, values, self.window.slices)
            error, spread, floor = apart.error, apart.spread, apart.floor
        k = int(np.argmax(error))
        return Found(float(error[k]), float(spread[k]), float(floor[k]), cost)
