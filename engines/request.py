"""What was asked of ``simulate``, checked before anything runs: every fault is found."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from operator import index
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from engines.gillespie import Gillespie
from engines.hybrid import Hybrid
from engines.langevin import Langevin
from engines.loops.parts import DIFFUSION, FLOW
from engines.ode import ODE
from engines.partition import readings
from engines.result import OptionError
from engines.seeds import is_seed
from engines.start import check_propensities
from engines.store import check_store
from engines.tau_leaping import TauLeaping
from mechanisms.faults import Fault, Portable, nearest, unknown
from mechanisms.names import called_in
from mechanisms.network import Floats, Integers, Network
from mechanisms.units import UnitError, magnitude

ENGINES: dict[str, type[Any]] = {engine.name: engine for engine in (ODE, Gillespie, TauLeaping, Langevin, Hybrid)}
"""Every engine, by name."""
AUTO = "auto"
"""The name by which ``simulate`` is told to choose."""
RECORDS = ("grid", "events", "statistics")
"""What can be recorded."""
ARGUMENTS = (
    "times", "engine", "trajectories", "seed", "workers", "record", "histograms", "progress", "to", "resume",
)  # fmt: skip
"""The arguments of ``simulate``, which a misspelt option may mean."""
GRID = 201
"""Times on the grid where only the end is given."""
MOST_TRAJECTORIES = 10**8
"""The most trajectories of one call."""
LARGEST_RESULT = 0.5
"""The share of the machine's memory that recorded paths may take."""


class HasNetwork(Protocol):
    """A model: whatever has a network."""

    def network(self) -> Network:
        """The arrays to simulate."""


class RequestError(Portable, ValueError):
    """What was asked, of ``simulate`` or by its name, cannot be done; every fault is listed, and in ``faults``."""

    def __init__(self, faults: Sequence[Fault], asked: str = "simulate") -> None:
        self.faults = tuple(faults)
        super().__init__("\n  - ".join([f"{asked} cannot run this:", *map(str, faults)]))


def network_of(model: HasNetwork, asked: str) -> Network:
    """The network of a model. Raises ModelError with its faults; RequestError, of ``asked``, for what is no model."""
    if isinstance(model, type) or not hasattr(model, "network"):
        allowed = "a model, such as microdomain.models.ip3_microdomain()"
        raise RequestError([Fault("model", f"{model!r}", allowed)], asked)
    return model.network()


@dataclasses.dataclass(frozen=True)
class Request:
    """A request in which no fault was found.

    engine with its options; grid: times in s; numbers: of the trajectories; seed, or None; workers: threads;
    bins: edges of histograms in molecules, by full name of species; to: the store of an ensemble, or None.
    """

    engine: Any
    grid: Floats
    numbers: Integers
    seed: int | None
    workers: int
    bins: dict[str, Floats]
    to: Path | None


def read_request(
    network: Network,
    times: Any,
    engine: Any,
    options: Mapping[str, Any],
    trajectories: Any,
    seed: Any,
    workers: Any,
    record: str,
    histograms: Mapping[str, Any],
    to: Any = None,
    resume: bool = False,
) -> Request:
    """The request that the arguments of ``simulate`` make. Raises RequestError with every fault."""
    faults: list[Fault] = []
    chosen = _engine(engine, options, faults)
    grid = read_times(times, faults)
    numbers = _trajectories(trajectories, chosen, faults)
    threads = read_workers(workers, faults)
    bins = _bins(network, histograms, record, faults)
    if record not in RECORDS:
        faults.append(unknown("record", str(record), "ways to record", RECORDS))
    if record == "events" and chosen is not None and not chosen.one_by_one:
        faults.append(Fault("record", "'events' with an engine that has none", "'grid', or engine='gillespie'"))
    if seed is not None and not is_seed(seed):
        faults.append(Fault("seed", f"{seed!r}", "a whole number from 0 to 2^128 - 1, or None"))
    if chosen is not None and (reason := chosen.refusal(network)):
        faults.append(Fault(f"engine '{chosen.name}'", reason, "an engine that can run this network"))
    elif chosen is not None and chosen.stochastic:
        random, counted = True, chosen.whole
        if isinstance(chosen, Hybrid):
            reading = readings(network, chosen.partition)
            random, counted = reading != FLOW, ~np.isin(reading, (FLOW, DIFFUSION)) & ~network.deterministic
        check_propensities(network, float(grid[0]), faults, random, counted)
    store = _store(to, resume, record, faults)
    if record == "grid" and store is None and not faults:
        values = len(numbers) * len(grid) * (3 * network.first_quantity + len(network.quantities))
        instead = "to='ensemble.zarr' keeps them on the disk, record='statistics' keeps none"
        check_memory(values, faults, "trajectories x times", "recorded paths", instead)
    if faults:
        raise RequestError(faults)
    return Request(chosen, grid, numbers, None if seed is None else int(seed), threads, bins, store)


def _engine(engine: Any, options: Mapping[str, Any], faults: list[Fault]) -> Any:
    if isinstance(engine, Mapping):
        engine = Hybrid(dict(engine))
    if isinstance(engine, str):
        if engine not in ENGINES:
            faults.append(unknown("engine", engine, "engines", [*ENGINES, AUTO]))
            return None
        engine = ENGINES[engine]()
    elif not isinstance(engine, tuple(ENGINES.values())):
        faults.append(
            Fault(
                "engine",
                f"{engine!r}",
                f"a name ({', '.join(ENGINES)}), an engine such as ODE(rtol=1e-8), or readings by place",
            )
        )
        return None
    known = {field.name for field in dataclasses.fields(engine)}
    for name in options:
        if name not in known:
            near = nearest(name, [*sorted(known), *ARGUMENTS])
            faults.append(Fault(f"engine '{engine.name}'", f"option '{name}'", ", ".join(sorted(known)), near))
    try:
        return dataclasses.replace(engine, **{k: v for k, v in options.items() if k in known})
    except OptionError as error:
        faults.append(Fault(f"engine '{engine.name}'", error.found, error.allowed))
        return None


def _store(to: Any, resume: Any, record: str, faults: list[Fault]) -> Path | None:
    if not isinstance(resume, bool) or (resume and to is None):
        faults.append(Fault("resume", f"{resume!r}", "False, or with to= True"))
    if to is None:
        return None
    if not isinstance(to, (str, Path)):
        faults.append(Fault("to", f"{to!r}", "the path of a Zarr store, such as 'ensemble.zarr'"))
        return None
    if record != "grid":
        faults.append(Fault("to", f"record='{record}'", "record='grid', whose paths can go to a store"))
    check_store(Path(to), bool(resume), faults)
    return Path(to)


def read_times(times: Any, faults: list[Fault]) -> Floats:
    """The times in s that ``times`` means; a fault where it means none."""
    fallback = np.array([0.0, 1.0])
    try:
        if isinstance(times, str) or not np.iterable(times):
            end = magnitude(times, "s")
            if end > 0:
                return np.linspace(0.0, end, GRID)
            faults.append(Fault("times", f"an end at {end:g} s", "an end later than 0 s"))
            return fallback
        plain = isinstance(times, np.ndarray) or not any(hasattr(t, "units") for t in times)
        grid = np.array(times, dtype=float) if plain else np.array([magnitude(t, "s") for t in times])
    except (OverflowError, UnitError, TypeError, ValueError) as error:
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
    if whole and asked > MOST_TRAJECTORIES:
        faults.append(Fault("trajectories", f"{asked}", f"at most {MOST_TRAJECTORIES}"))
        return np.arange(1)
    try:
        numbers = np.arange(max(int(asked), 1)) if whole else np.array([index(n) for n in asked], dtype=np.int64)
    except (OverflowError, TypeError, ValueError):
        faults.append(Fault("trajectories", f"{asked!r}", "a whole number, or a list of trajectory numbers"))
        return np.arange(1)
    distinct = whole or len(set(numbers.tolist())) == len(numbers)
    if not len(numbers) or (numbers < 0).any() or (numbers >= 2**32).any() or not distinct:
        faults.append(Fault("trajectories", f"{asked!r}", "different numbers of trajectories, from 0 to 2^32 - 1"))
    if engine is not None and not engine.stochastic and len(numbers) != 1:
        faults.append(Fault("trajectories", f"{len(numbers)}", f"1 with engine '{engine.name}', which has no noise"))
    return numbers


def read_workers(asked: Any, faults: list[Fault]) -> int:
    """How many threads are meant, by default one for each processor; a fault for what is no such number."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if asked is None:
        return available
    if isinstance(asked, bool) or not isinstance(asked, (int, np.integer)) or asked < 1:
        faults.append(Fault("workers", f"{asked!r}", "a number of threads, 1 or more"))
        return 1
    return int(asked)


def _bins(network: Network, asked: Mapping[str, Any], record: str, faults: list[Fault]) -> dict[str, Floats]:
    if not isinstance(asked, Mapping):
        faults.append(Fault("histograms", f"{asked!r}", "edges by species, as {'A': [0, 10, 20]}"))
        return {}
    if asked and record != "statistics":
        faults.append(Fault("histograms", f"record='{record}'", "record='statistics'"))
    called = called_in(network.species[: network.counted], network.places[: network.counted])
    edges: dict[str, Floats] = {}
    for name, given in asked.items():
        if name not in called:
            faults.append(unknown("histograms", name, "species", network.species[: network.counted]))
            continue
        try:
            found = np.array([magnitude(edge, "1") for edge in given])
        except (TypeError, UnitError):
            found = np.empty(0)
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


def check_memory(values: int, faults: list[Fault], where: str, what: str, instead: str) -> None:
    """Append a fault where so many numbers, ``what``, would fill the memory of the machine."""
    if not hasattr(os, "sysconf"):
        return
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if values * 8 > LARGEST_RESULT * memory:
        found = f"{values * 8 / 2**30:.0f} GB of {what}"
        faults.append(Fault(where, found, f"{LARGEST_RESULT * memory / 2**30:.0f} GB here; {instead}"))
