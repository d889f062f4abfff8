"""The one verb: check, seed, run, label."""

from __future__ import annotations

import dataclasses
import difflib
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np

from engines import result
from engines.ensemble import Summary, chunks, run_chunks, seed_words
from engines.gillespie import Gillespie
from engines.ode import ODE
from engines.result import Interrupted, Outcome, SimulationError
from mechanisms.faults import Fault, unknown
from mechanisms.names import called_in
from mechanisms.network import Floats, Integers, Network
from mechanisms.units import UnitError, magnitude

if TYPE_CHECKING:
    import xarray as xr

ENGINES: dict[str, type[Any]] = {engine.name: engine for engine in (ODE, Gillespie)}
"""Every engine, by name."""
GRID = 201
"""Times on the grid where only the end is given."""
LARGEST_RESULT = 0.5
"""The share of the machine's memory that recorded paths may take."""

Record = Literal["grid", "events", "statistics"]


class HasNetwork(Protocol):
    """A model: whatever has a network and a name."""

    name: str

    def network(self) -> Network:
        """The arrays to simulate."""


class RequestError(ValueError):
    """What was asked of ``simulate`` cannot be done; every fault is listed."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n  - ".join(["simulate cannot run this:", *map(str, faults)]))


def simulate(
    model: HasNetwork,
    times: Any,
    *,
    engine: str | Any,
    trajectories: int | Sequence[int] = 1,
    seed: int | None = None,
    workers: int | None = None,
    record: Record = "grid",
    histograms: Mapping[str, Any] | None = None,
    progress: bool | None = None,
    **options: Any,
) -> xr.Dataset:
    """Simulate a model and return a labelled dataset.

    times: the end in s (a number, or text such as "60 s"; 201 times from 0 are recorded), or the increasing times to
        record at; the simulation then starts at the first of them.
    engine: "ode" (mean field), "gillespie" (exact next-event), or an engine with its options, such as ``ODE(rtol=1e-8)``.
    trajectories: how many, or the numbers of those to compute: ``trajectories=[17]`` computes trajectory 17 alone.
    seed: of the whole ensemble; None draws one and records it. The same seed gives the same result, however many
        ``workers`` (threads; by default one per processor) share the work.
    record: "grid", states at ``times``; "events", the state after every reaction; "statistics", mean, variance and
        ``histograms`` (bin edges by species) at ``times`` with no paths kept.
    progress: True or False; None shows a bar on a terminal where the work takes longer than a second.
    options: options of the engine, such as ``rtol=1e-8``.

    Returns count (trajectory, time, species) in molecules, concentration in uM (on membranes 1/um^2), quantity
    (trajectory, time, quantities), events or steps and status (trajectory); attributes say where it came from.
    Raises ModelError or RequestError with every fault before anything runs; SimulationError where a run fails and
    Interrupted on Ctrl-C, both with what was computed in ``.result``.
    """
    network = model.network()
    faults: list[Fault] = []
    chosen = _engine(engine, options, faults)
    grid = _grid(times, faults)
    numbers = _trajectories(trajectories, chosen, faults)
    threads = _workers(workers, faults)
    if record not in ("grid", "events", "statistics"):
        faults.append(unknown("record", str(record), "ways to record", ("grid", "events", "statistics")))
    if record == "events" and chosen is not None and not chosen.stochastic:
        faults.append(Fault("record", "'events' with an engine that has none", "'grid', or engine='gillespie'"))
    edges = _histogram_edges(network, histograms or {}, record, faults)
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0):
        faults.append(Fault("seed", f"{seed!r}", "a whole number, 0 or more, or None"))
    if chosen is not None and (reason := chosen.refusal(network)):
        faults.append(Fault(f"engine '{chosen.name}'", reason, "an engine that can run this network"))
    if record == "grid":
        _check_memory(len(numbers) * len(grid) * (3 * network.first_quantity + len(network.quantities)), faults)
    if faults:
        raise RequestError(faults)
    if seed is None:
        seed = int(np.random.SeedSequence().generate_state(1, np.uint64)[0])
    job = _Job(network, chosen, grid, numbers, int(seed), threads, progress)
    return {"grid": job.grid_paths, "events": job.every_event, "statistics": lambda: job.statistics(edges)}[record]()


class _Job:
    def __init__(
        self,
        network: Network,
        engine: Any,
        grid: Floats,
        numbers: Integers,
        seed: int,
        workers: int,
        bar: bool | None,
    ) -> None:
        self.network, self.engine, self.grid, self.numbers, self.seed = network, engine, grid, numbers, seed
        self.workers, self.bar = workers, bar
        self.about = result.provenance(network, engine, dataclasses.asdict(engine), seed)
        self.run = engine.prepare(network, float(grid[0]), float(grid[-1]))

    def compute(self, numbers: Integers, control: Integers) -> Outcome:
        found: Outcome = self.run.trajectories(seed_words(self.seed, numbers), self.grid, control)
        return found

    def over(self, compute: Any, keep: Any, values: int) -> bool:
        return run_chunks(
            compute,
            chunks(self.numbers, values),
            keep,
            workers=self.workers,
            steps_per_trajectory=len(self.grid),
            show_progress=self.bar,
        )

    def grid_paths(self) -> xr.Dataset:
        found: list[Outcome] = []
        stopped = self.over(self.compute, found.append, len(self.grid) * self.network.first_quantity)
        outcome = Outcome(*(np.concatenate(parts) for parts in zip(*map(_parts, found), strict=True)))
        done = np.ones(len(outcome.status), dtype=bool)
        if stopped:
            done = outcome.status != result.STOPPED
            outcome = Outcome(*(part[done] for part in _parts(outcome)))
        numbers = self.numbers[: len(done)][done]
        data = result.paths(self.network, outcome, self.grid, numbers, self.about)
        if stopped:
            raise Interrupted(f"{len(numbers)} of {len(self.numbers)} trajectories are finished: see .result", data)
        self.raise_failure(outcome, numbers, data)
        return data

    def every_event(self) -> xr.Dataset:
        found: list[result.Path] = []

        def compute(numbers: Integers, control: Integers) -> list[result.Path]:
            return [self.run.every_event(words, control) for words in seed_words(self.seed, numbers)]

        stopped = self.over(compute, found.extend, result_size_of_events)
        kept = [path for path in found if path.status != result.STOPPED]
        numbers = np.array(
            [n for n, p in zip(self.numbers, found, strict=False) if p.status != result.STOPPED], dtype=int
        )
        data = result.events(self.network, kept, numbers, self.about) if kept else None
        if stopped:
            raise Interrupted(f"{len(kept)} of {len(self.numbers)} trajectories are finished: see .result", data)  # type: ignore[arg-type]
        assert data is not None
        for n, path in zip(numbers, kept, strict=True):
            if path.status not in result.GOOD:
                last = np.concatenate([[path.times[-1]], path.states[-1]])
                raise SimulationError(self.failure(int(n), path.status, path.failed, last), data)
        return data

    def statistics(self, edges: dict[str, Floats]) -> xr.Dataset:
        columns = {name: self.network.species.index(name) for name in edges}
        histograms = {name: (e, np.zeros((len(self.grid), len(e) - 1), dtype=np.int64)) for name, e in edges.items()}
        summary = Summary(histograms, columns)
        failure: list[str] = []

        def compute(numbers: Integers, control: Integers) -> tuple[Floats, Outcome]:
            outcome = self.compute(numbers, control)
            done = outcome.status != result.STOPPED
            outcome = Outcome(*(part[done] for part in _parts(outcome)))
            species = outcome.states[..., : len(self.network.species)]
            return np.concatenate([species, result.quantities(self.network, outcome.states, self.grid)], -1), outcome

        def keep(chunk: tuple[Floats, Outcome]) -> None:
            values, outcome = chunk
            for i in np.flatnonzero(~np.isin(outcome.status, result.GOOD))[:1]:
                n = summary.trajectories + int(i)
                failure.append(self.failure(n, int(outcome.status[i]), int(outcome.failed[i]), outcome.last[i]))
            if len(values):
                summary.add(values, outcome)

        stopped = self.over(compute, keep, len(self.grid) * self.network.first_quantity)
        data = result.statistics(self.network, summary, self.grid, self.about)
        if stopped:
            message = f"{summary.trajectories} of {len(self.numbers)} trajectories are in the statistics: see .result"
            raise Interrupted(message, data)
        if failure:
            raise SimulationError(failure[0], data)
        return data

    def raise_failure(self, outcome: Outcome, numbers: Integers, data: xr.Dataset) -> None:
        """Say what went wrong in the first trajectory that failed, and at which state."""
        for i in np.flatnonzero(~np.isin(outcome.status, result.GOOD))[:1]:
            message = self.failure(int(numbers[i]), int(outcome.status[i]), int(outcome.failed[i]), outcome.last[i])
            raise SimulationError(message, data)

    def failure(self, number: int, status: int, failed: int, last: Floats) -> str:
        network = self.network
        where = f"trajectory {number} at t = {last[0]:.6g} s"
        species = zip(network.species, last[1:], strict=False)
        state = ", ".join(f"{name} = {value:.6g}" for name, value in list(species)[:12])
        if status == result.NEGATIVE:
            law = network.laws[network.law[failed]]
            y = network.values(float(last[0]))
            y[: network.first_quantity] = last[1:]
            rate = f"reaction '{network.reactions[failed]}' has a negative rate (law '{law.name}', which gives no propensity)"
            return f"{where}: {rate} at {state}. A rate law must give 0 or more wherever its reactants are present."
        if status == result.TOO_MANY_EVENTS:
            return f"{where}: more than {self.engine.max_events} events at {state}. Raise max_events=, or use engine='ode'."
        reason = result.MEANING[status].replace("_", " ")
        return f"{where}: {reason}, largest error in {network.species[failed]}, at {state}. Try other rtol=, atol= or max_steps=."


result_size_of_events = 1 << 16
"""What a trajectory of events counts for when chunks are cut: sixteen trajectories to a chunk."""


def _parts(outcome: Outcome) -> list[Any]:
    return [getattr(outcome, field.name) for field in dataclasses.fields(outcome)]


# -- what was asked --------------------------------------------------------------------------------------------------


def _engine(engine: Any, options: Mapping[str, Any], faults: list[Fault]) -> Any:
    if isinstance(engine, str):
        if engine not in ENGINES:
            faults.append(unknown("engine", engine, "engines", ENGINES))
            return None
        engine = ENGINES[engine]()
    elif not isinstance(engine, tuple(ENGINES.values())):
        faults.append(
            Fault("engine", f"{engine!r}", f"a name ({', '.join(ENGINES)}) or an engine such as ODE(rtol=1e-8)")
        )
        return None
    known = {field.name for field in dataclasses.fields(engine)}
    for name in options:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            faults.append(Fault(f"engine '{engine.name}'", f"option '{name}'", ", ".join(sorted(known)), *near))
    try:
        return dataclasses.replace(engine, **{k: v for k, v in options.items() if k in known})
    except (ValueError, TypeError) as error:
        faults.append(Fault(f"engine '{engine.name}'", str(error), "options in their ranges"))
        return None


def _grid(times: Any, faults: list[Fault]) -> Floats:
    fallback = np.array([0.0, 1.0])
    try:
        if np.ndim(times) == 0:
            end = magnitude(times, "s")
            if end > 0:
                return np.linspace(0.0, end, GRID)
            faults.append(Fault("times", f"an end at {end:g} s", "an end later than 0 s"))
            return fallback
        grid = np.array([magnitude(t, "s") for t in times]) if hasattr(times, "units") else np.array(times, dtype=float)
    except (UnitError, TypeError, ValueError) as error:
        faults.append(Fault("times", str(error), "an end in s, or a list of increasing times in s"))
        return fallback
    if grid.ndim != 1 or len(grid) < 2 or not np.isfinite(grid).all() or not (np.diff(grid) > 0).all():
        backwards = len(grid) > 1 and grid.ndim == 1 and (np.diff(grid) <= 0).any()
        found = "times that do not increase" if backwards else f"an array of shape {grid.shape}"
        faults.append(Fault("times", found, "at least two finite, increasing times in s"))
        return fallback
    return grid


def _trajectories(asked: Any, engine: Any, faults: list[Fault]) -> Integers:
    whole = isinstance(asked, (int, np.integer)) and not isinstance(asked, bool)
    if whole and asked < 1:
        faults.append(Fault("trajectories", f"{asked}", "1 or more, or a list of trajectory numbers"))
    try:
        numbers = np.arange(max(int(asked), 1)) if whole else np.array([int(n) for n in asked], dtype=np.int64)
    except (TypeError, ValueError):
        faults.append(Fault("trajectories", f"{asked!r}", "a whole number, or a list of trajectory numbers"))
        return np.arange(1)
    if not len(numbers) or (numbers < 0).any():
        faults.append(Fault("trajectories", f"{asked!r}", "numbers of trajectories, from 0"))
    if engine is not None and not engine.stochastic and len(numbers) != 1:
        faults.append(Fault("trajectories", f"{len(numbers)}", f"1 with engine '{engine.name}', which has no noise"))
    return numbers


def _workers(asked: Any, faults: list[Fault]) -> int:
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if asked is None:
        return available
    if isinstance(asked, bool) or not isinstance(asked, (int, np.integer)) or asked < 1:
        faults.append(Fault("workers", f"{asked!r}", "a number of threads, 1 or more"))
        return 1
    return int(asked)


def _histogram_edges(network: Network, asked: Mapping[str, Any], record: str, faults: list[Fault]) -> dict[str, Floats]:
    if asked and record != "statistics":
        faults.append(Fault("histograms", f"record='{record}'", "record='statistics'"))
    called = called_in(network.species, network.places)
    edges: dict[str, Floats] = {}
    for name, given in asked.items():
        if name not in called:
            faults.append(unknown("histograms", name, "species", network.species))
            continue
        found = np.atleast_1d(np.asarray(given, dtype=float))
        if len(found) < 2 or not (np.diff(found) > 0).all():
            faults.append(
                Fault(
                    f"histograms, '{name}'",
                    f"{len(found)} edges",
                    "at least two increasing edges, in molecules",
                )
            )
            continue
        edges[called[name]] = found
    return edges


def _check_memory(values: int, faults: list[Fault]) -> None:
    if not hasattr(os, "sysconf"):
        return
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if values * 8 > LARGEST_RESULT * memory:
        found = f"{values * 8 / 2**30:.0f} GB of recorded paths"
        allowed = f"{LARGEST_RESULT * memory / 2**30:.0f} GB here; record='statistics' keeps no paths"
        faults.append(Fault("trajectories x times", found, allowed))
