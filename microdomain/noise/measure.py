"""Noise at one volume: which engine measures it, for how long, and the coefficients of variation with their errors.

Trajectories are independent; each is left alone until its start is forgotten, then sampled over a window.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engines.gillespie import Gillespie
from engines.langevin import Langevin
from engines.observed import columns_of
from engines.settling import LONGER, TIMES, unsettled
from engines.simulate import simulate
from engines.tau_leaping import TauLeaping
from engines.volumes import Size
from mechanisms.network import Floats
from microdomain.noise.prediction import Cost, Prediction, cost, predict, seen_by
from microdomain.noise.request import Request
from microdomain.noise.statistics import jackknife, modes, skewness, student

BATCH = 32
"""Trajectories that are added at a time."""
MOST_BATCHES = 8
FEWEST = 12
"""Trajectories where work is limited."""
BURN_IN = 8.0
"""Memories before a trajectory is sampled, and the shortest window."""
SAMPLES_PER_MEMORY, MOST_SAMPLES, FEWEST_SAMPLES = 10, 2000, 200
NEGLIGIBLE = 0.02
"""The part of the variance that an engine chosen here may leave out."""
SMALL = 2e6
"""Events that are not worth a second thread."""

Step = Callable[[float], None]


@dataclass(frozen=True)
class Schedule:
    """An engine with the times of its trajectories in s; engine None: nothing can be afforded.

    cost: of a second, in reactions of an exact engine; 0 where the work that is reported counts.
    """

    engine: Any
    burn_in: float
    window: float
    trajectories: int
    cost: float

    def longer(self, factor: float) -> Schedule:
        """The same with longer trajectories."""
        return replace(self, burn_in=factor * self.burn_in, window=factor * self.window)

    def spent(self, work: float) -> float:
        """What counts of the work of one batch."""
        return self.cost * self.trajectories * (self.burn_in + self.window) or work


@dataclass(frozen=True)
class Point:
    """What was found at one volume, each of the observables on the last axis.

    log_cv, error: of its natural logarithm, by jackknife, with ``degrees`` of freedom; NaN where there is none.
    mean; sd; skewness; modes: 1, or 2 where the distribution has two peaks.
    predicted: CV by linear noise of what the engine sees; unseen: the part of the variance that it does not.
    fewest: name and mean of the scarcest thing that varies; settled: nothing drifted. work: reactions, or steps.
    """

    schedule: Schedule
    prediction: Prediction
    log_cv: Floats
    error: Floats
    degrees: int
    mean: Floats
    sd: Floats
    skewness: Floats
    modes: Floats
    predicted: Floats
    unseen: Floats
    fewest: tuple[str, float]
    settled: bool
    work: float
    seed: int


def measure(size: Size, request: Request, seed: int, step: Step) -> Point:
    """The noise at one volume; ``step`` is told the part of the work that was done."""
    prediction = predict(size.model)
    schedule = plan(size, request, prediction)
    network = size.network
    columns = columns_of(network, request.names)
    seen = seen_by(schedule.engine, network)
    predicted, unseen = prediction.spread(seen)[columns], prediction.unseen(seen)[columns]
    nothing = np.full(len(columns), np.nan)
    if schedule.engine is None:
        step(1.0)
        return Point(schedule, prediction, nothing, nothing, 1, nothing, nothing, nothing, np.ones(len(columns)),
            predicted, unseen, ("", np.nan), True, 0.0, seed)  # fmt: skip
    work = spent = 0.0
    for longer in range(1 + TIMES):
        values, done = _run(size, schedule, request, seed, 0, step)
        work, spent = work + done, spent + schedule.spent(done)
        settled = not unsettled(values[..., columns], schedule.burn_in, schedule.window, request.names)
        if settled or longer == TIMES or spent + LONGER * schedule.spent(done) > request.max_events:
            break
        schedule = schedule.longer(LONGER)
    found = [values]
    while settled and len(found) < MOST_BATCHES and spent + schedule.spent(done) <= request.max_events:
        _, error = jackknife(np.concatenate(found)[..., columns])
        degrees = len(found) * schedule.trajectories - 1
        if not (student(request.confidence, degrees) * error > request.precision).any():
            break
        values, done = _run(size, schedule, request, seed, len(found) * schedule.trajectories, step)
        found.append(values)
        work, spent = work + done, spent + schedule.spent(done)
    step(1.0)
    whole = np.concatenate(found)
    values = whole[..., columns]
    log_cv, error = jackknife(values)
    return Point(
        schedule,
        prediction,
        log_cv,
        error,
        len(values) - 1,
        values.mean(axis=(0, 1)),
        values.std(axis=(0, 1)),
        skewness(values),
        np.array([modes(column) for column in values.reshape(-1, len(columns)).T]),
        predicted,
        unseen,
        _scarcest(size, whole),
        settled,
        work,
        seed,
    )


def plan(size: Size, request: Request, prediction: Prediction) -> Schedule:
    """The most exact engine whose work is within the limit at the precision asked for; failing that, at less."""
    memory = prediction.memory
    correlations = (student(request.confidence, BATCH - 1) / request.precision) ** 2 / 2
    window = max(BURN_IN, 1.2 * correlations / BATCH)
    full, least = BATCH * (BURN_IN + window) * memory, FEWEST * 2 * BURN_IN * memory
    asked = Schedule(request.engine, BURN_IN * memory, window * memory, BATCH, 0.0)
    if request.engine is not None:
        return asked
    per_second: Cost = cost(size.model, prediction)
    hidden = prediction.unseen(seen_by(Langevin(), size.network))[columns_of(size.network, request.names)].max()
    engines = [(Gillespie(), per_second.gillespie), (TauLeaping(), per_second.tau_leaping)]
    engines += [(Langevin(), per_second.langevin)] if hidden <= NEGLIGIBLE else []
    for engine, each in engines:
        if each * full <= request.max_events:
            return replace(asked, engine=engine, cost=each)
    for engine, each in engines:
        if each * least <= request.max_events:
            left = request.max_events / (each * FEWEST) - BURN_IN * memory
            return Schedule(engine, asked.burn_in, min(left, asked.window), FEWEST, each)
    return Schedule(None, 0.0, 0.0, 0, 0.0)


def _run(size: Size, schedule: Schedule, request: Request, seed: int, first: int, step: Step) -> tuple[Floats, float]:
    """Samples (trajectory, time, column) of a batch of trajectories from number ``first`` on, and the work done."""
    numbers = list(range(first, first + schedule.trajectories))
    samples = int(
        np.clip(SAMPLES_PER_MEMORY * BURN_IN * schedule.window / schedule.burn_in, FEWEST_SAMPLES, MOST_SAMPLES)
    )
    times = np.concatenate([[0.0], np.linspace(schedule.burn_in, schedule.burn_in + schedule.window, samples)])

    def some(part: list[int]) -> tuple[Floats, float]:
        data = simulate(
            size.model, times, engine=schedule.engine, trajectories=part, seed=seed, workers=1, progress=False
        )
        values = np.concatenate([data.counts.values, data.quantity.values], axis=2)[:, 1:]
        return values, float(data[data.attrs["work"]].sum())

    parts = [numbers[i : i + 4] for i in range(0, len(numbers), 4)]
    found = [some(parts[0])]
    step(1 / len(parts))
    if found[0][1] * len(parts) < SMALL:
        found.append(some([n for part in parts[1:] for n in part]))
    else:
        with ThreadPoolExecutor(max_workers=request.workers) as pool:
            futures = [pool.submit(some, part) for part in parts[1:]]
            try:
                for k, future in enumerate(futures):
                    found.append(future.result())
                    step((k + 2) / len(parts))
            finally:
                pool.shutdown(cancel_futures=True)
    return np.concatenate([values for values, _ in found]), sum(done for _, done in found)


def _scarcest(size: Size, values: Floats) -> tuple[str, float]:
    """The name and mean of the species, or conducting complexes, that vary with the fewest molecules."""
    network = size.network
    names = [*network.species[: network.counted], *network.conducting]
    parts = values[..., : len(names)]
    means, moving = parts.mean(axis=(0, 1)), np.ptp(parts, axis=(0, 1)) > 0
    moving[: network.counted] &= ~network.signed[: network.counted]
    listed = [(float(mean), name) for mean, name, moves in zip(means, names, moving, strict=True) if moves]
    least, name = min(listed, default=(np.inf, ""))
    return name, least
