"""Pilot runs: as many as it takes to tell the error of an engine from the tolerance, all of them reproducible."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from engines import result
from engines.choice.observable import FIRST_PASSAGE, Observable
from engines.coupled import Coupled, pair_seeds
from engines.ensemble import chunks, run_chunks
from engines.langevin import Langevin
from engines.loops import status
from engines.outputs import without_outputs
from engines.seeds import seed_words
from mechanisms.network import Floats, Integers, Network

SETTLING, READ = 6.0, 18.0
"""Relaxation times before a stationary state is read, and while it is."""
SAMPLES = 180
"""States that are read of each run."""
FINE = 4000
"""The same where events or passages are to be seen."""
SLICES = 5
"""Parts of the time in which distributions are compared, where the state is not stationary."""
LADDER = (4096, 512, 64, 8, 1)
"""Parts of a run that are tried in turn until their cost can be measured."""
MEASURABLE = 0.02
"""Seconds of processor time in which a cost can be measured."""
LONG = 32.0
"""Times the length of pilot runs: a long run of the mean field."""
SEVERAL = 8
"""Whole runs that are taken together where one takes less."""
MOST_AT_ONCE = 5_000_000
"""Reactions of one run after which it is known to be too expensive."""


class PilotError(RuntimeError):
    """A pilot run that did not reach its end: how it ended."""


@dataclass(frozen=True)
class Window:
    """When runs are read: times (time,) in s from ``start`` to ``end``; slices: parts in which they are compared."""

    start: float
    times: Floats
    slices: int

    @property
    def end(self) -> float:
        return float(self.times[-1])

    @property
    def length(self) -> float:
        """Seconds that a run simulates."""
        return self.end - self.start

    def longer(self, factor: float) -> Window:
        """The same, all times ``factor`` times as far from the start."""
        return Window(self.start, self.start + factor * (self.times - self.start), self.slices)

    @classmethod
    def stationary(cls, observable: Observable, slowest: float) -> Window:
        """Of the stationary state, with the slowest relaxation time in s."""
        points = SAMPLES if observable.pooled else FINE
        settled = 0.0 if observable.kind == FIRST_PASSAGE else SETTLING * slowest
        return cls(0.0, np.linspace(settled, (SETTLING + READ) * slowest, points), 1)

    @classmethod
    def between(cls, observable: Observable, start: float, end: float) -> Window:
        """From the initial state on."""
        if observable.pooled:
            return cls(start, np.linspace(start, end, SAMPLES + 1)[1:], SLICES)
        return cls(start, np.linspace(start, end, FINE), 1)


class Runs:
    """Runs of one engine; trajectory n has a seed of its own, so more of them are added to the same ones.

    values: (trajectory, time, column) of the observable, or (trajectory, 1) where it is one of whole runs.
    """

    def __init__(
        self, network: Network, engine: Any, observable: Observable, window: Window, seed: int, workers: int
    ) -> None:
        self.network, self.engine, self.observable, self.window = network, engine, observable, window
        self.seed, self.workers = seed, workers
        self.run = engine.prepare(without_outputs(network), window.start, window.end)
        self.grid = np.unique(np.concatenate([[window.start], window.times]))
        self.values = np.empty((0, len(window.times), len(observable.columns)) if observable.pooled else (0, 1))

    def cost(self) -> float:
        """Processor seconds for each simulated second; infinite where even the shortest part of a run is out of reach.

        Parts of a run, ever longer ones, are tried until one can be measured.
        """
        engine = self.engine
        if engine.stochastic and engine.work == "events":
            engine = dataclasses.replace(engine, max_events=MOST_AT_ONCE)
        if not engine.stochastic and self.window.slices == 1:
            return self._long_run(engine)
        found = np.inf
        for part in LADDER:
            grid = self.grid[: max(2, len(self.grid) // part)]
            if part > 1:
                grid = self.window.start + (grid - grid[0]) * (self.window.length / part / (grid[-1] - grid[0]))
            number = SEVERAL if part == 1 and engine.stochastic else 1
            seconds, outcome = self._timed(engine, grid, number)
            if (outcome.status == status.TOO_MANY_EVENTS).any():
                break
            self._check(outcome)
            found = seconds / (number * self.window.length / part)
            if seconds > MEASURABLE:
                break
        return found

    def _long_run(self, engine: Any) -> float:
        """Of the mean field in a stationary state, which a long run reaches once: so its way there hardly counts."""
        grid = self.window.start + (self.grid - self.window.start) * LONG
        seconds, outcome = self._timed(engine, grid, 1)
        self._check(outcome)
        return seconds / float(grid[-1] - grid[0])

    def _timed(self, engine: Any, grid: Floats, number: int) -> tuple[float, Any]:
        """Processor seconds of so many runs, and how they ended."""
        run = engine.prepare(without_outputs(self.network), float(grid[0]), float(grid[-1]))
        seconds = np.inf
        for _ in range(2):  # the first compiles
            began = time.thread_time()
            outcome = run.trajectories(
                self._seeds(np.arange(number)), grid, self._room(number, len(grid)), np.zeros(2, dtype=np.int64)
            )
            seconds = min(seconds, time.thread_time() - began)
        return seconds, outcome

    def extend(self, number: int) -> None:
        """Run trajectories until there are so many. Raises PilotError, or KeyboardInterrupt where the user stops it."""
        new = np.arange(len(self.values), number)
        found: list[Floats] = [self.values]

        def compute(part: slice, control: Integers) -> tuple[Floats, Any]:
            states = self._room(part.stop - part.start, len(self.grid))
            return states, self.run.trajectories(self._seeds(new[part]), self.grid, states, control)

        def keep(chunk: tuple[Floats, Any]) -> None:
            states, outcome = chunk
            self._check(outcome)
            found.append(self._read(states))

        size = len(self.grid) * self.network.first_quantity
        stopped = run_chunks(
            compute, chunks(len(new), max(size, 1 << 17)), keep, workers=self.workers, work=1, show_progress=False
        )
        if stopped:
            raise KeyboardInterrupt
        self.values = np.concatenate(found)

    def _seeds(self, numbers: Integers) -> Any:
        return seed_words(self.seed, numbers)

    def _room(self, trajectories: int, times: int) -> Floats:
        return np.empty((trajectories, times, self.network.first_quantity))

    def _check(self, outcome: Any) -> None:
        for ended in outcome.status[~np.isin(outcome.status, (*result.GOOD, status.STOPPED))][:1]:
            raise PilotError(result.MEANING[ended].replace("_", " "))

    def _read(self, states: Floats) -> Floats:
        """The observable of states (trajectory, time, slot)."""
        counted, columns = self.network.counted, self.observable.columns
        if columns.max(initial=0) < counted:
            values = states[..., columns]
        else:
            both = [states[..., :counted], result.quantities(self.network, states, self.grid)]
            values = np.concatenate(both, axis=-1)[..., columns]
        values = values[:, -len(self.window.times) :]
        return values if self.observable.pooled else self.observable.of_runs(values, self.window.times)


class Pairs(Runs):
    """Langevin runs and the exact ones that are coupled to them; their columns stand side by side in ``values``."""

    def __init__(
        self, network: Network, engine: Langevin, observable: Observable, window: Window, seed: int, workers: int
    ) -> None:
        super().__init__(network, Coupled(engine), observable, window, seed, workers)
        self.values = np.concatenate([self.values, self.values], axis=-1)

    def split(self) -> tuple[Floats, Floats]:
        """The values of the exact runs, and those of the engine."""
        engine, exact = np.split(self.values, 2, axis=-1)
        return exact, engine

    def _seeds(self, numbers: Integers) -> Any:
        return pair_seeds(self.seed, numbers)

    def _room(self, trajectories: int, times: int) -> Floats:
        return super()._room(2 * trajectories, times)

    def _read(self, states: Floats) -> Floats:
        return np.concatenate(np.split(super()._read(states), 2), axis=-1)
