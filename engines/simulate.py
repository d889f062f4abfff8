"""The one verb: check, seed, run, label."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from engines import hybrid, result
from engines.ensemble import Summary, chunks, run_chunks
from engines.kernel import check_laws
from engines.loops import status
from engines.loops.parts import INSTANT, OFTEN, WAITING
from engines.outputs import without_outputs
from engines.request import AUTO, HasNetwork, Request, RequestError, network_of, read_request
from engines.result import Interrupted, Outcome, SimulationError
from engines.seeds import seed_words
from engines.start import law_of_reaction
from engines.store import Store, check_resumed
from mechanisms.faults import Fault
from mechanisms.network import Floats, Integers, Network

if TYPE_CHECKING:
    import xarray as xr

Record = Literal["grid", "events", "statistics"]
EVENTS_PER_TRAJECTORY = 1 << 16
"""Numbers that a trajectory of events counts for when chunks are cut."""
EVENT_FAILURES = {
    status.WITHOUT_END: (
        f"happens without end: {OFTEN + 1} times within {INSTANT:g} of the time simulated, where {OFTEN} are allowed, "
        "since what it sets, or what others set, triggers it again"
    ),
    status.TOO_MANY_WAITING: f"is triggered while {WAITING} events wait until they are due, and no more may",
    status.NO_DELAY: "has a delay that is not 0 or more",
}
"""What is wrong with an event, by the status."""


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
    to: str | Path | None = None,
    resume: bool = False,
    **options: Any,
) -> xr.Dataset:
    """Simulate a model and return a labelled dataset.

    times: the end in s (a number, or text such as "60 s"; 201 times from 0 are recorded), or the increasing times to
        record at; the simulation then starts at the first of them.
    engine: "ode" (mean field), "gillespie" (exact next-event), "tau_leaping", "langevin", "hybrid" (jumps between
        flows), or an engine with options: ``ODE(rtol=1e-8)``; or what each place is read as: ``{"cytosol": "jump",
        "er": "flow"}``; or "auto": the cheapest whose error is within ``tolerance`` (0.05) over these times, by pilot
        runs beside exact ones (see ``choose``, whose ``observable``, ``of``, ``at_least``, ... are options here).
    trajectories: how many, or the numbers of those to compute: ``trajectories=[17]`` computes trajectory 17 alone.
    seed: of the whole ensemble; None draws one and records it. The same seed gives the same result, however many
        ``workers`` (threads; by default one per processor) share the work.
    record: "grid", states at ``times``; "events", the state after every reaction; "statistics", mean, variance and
        ``histograms`` (bin edges by species) at ``times`` with no paths kept.
    progress: True or False; None shows a bar on a terminal where the work takes longer than a second.
    to: a Zarr store, "ensemble.zarr", to which paths on a grid go chunk by chunk instead of into memory: whatever ends
        the process, what was finished is there. The result is then read from the store as it is looked at.
    resume: finish what is in the store, and keep it; without one, begin. Model, engine, times, trajectories and seed
        (which is read from it) must be those of the store.
    options: options of the engine, such as ``rtol=1e-8``.

    Returns counts (trajectory, time, species) in molecules, concentration in uM (on membranes 1/um^2), quantity
    (trajectory, time, quantities), events or steps and status (trajectory); attributes say where it came from.
    Raises ModelError or RequestError with every fault before anything runs; SimulationError where a run fails and
    Interrupted on Ctrl-C, both with what was computed in ``.result``; OSError where the store cannot be written.
    """
    network = network_of(model, "simulate")
    asked = (trajectories, seed, workers, record, {} if histograms is None else histograms)
    told: dict[str, Any] = {}
    if isinstance(engine, str) and engine == AUTO:
        from engines.choice.auto import engine_for

        request = read_request(network, times, "gillespie", {}, *asked, to, resume)
        engine, told = engine_for(network, request, record, options)
        options = {}
    request = read_request(network, times, engine, options, *asked, to, resume)
    check_laws(network)
    job = _Job(network, request, progress, told)
    if job.store is not None:
        return job.paths_in_store(job.store)
    run: dict[str, Callable[[], xr.Dataset]] = {
        "grid": job.paths_on_grid,
        "events": job.every_event,
        "statistics": job.statistics,
    }
    return run[record]()


class _Job:
    """One call of ``simulate``."""

    def __init__(self, network: Network, request: Request, progress: bool | None, told: dict[str, Any]) -> None:
        self.network, self.progress = network, progress
        self.engine, self.grid, self.numbers = request.engine, request.grid, request.numbers
        self.workers, self.bins = request.workers, request.bins
        self.parts = chunks(len(self.numbers), len(self.grid) * self.network.first_quantity)
        self.store = None if request.to is None else Store(request.to, self.numbers, self.parts[0].stop)
        begun = self.store.data() if self.store is not None and self.store.path.exists() else None
        drawn = int(np.random.SeedSequence().generate_state(1, np.uint64)[0])
        unsaid = drawn if begun is None else int(begun.attrs.get("seed", drawn))
        self.seed = unsaid if request.seed is None else request.seed
        about = result.provenance(network, self.engine, dataclasses.asdict(self.engine), self.seed)
        self.about = about | {"work": self.engine.work} | told
        if begun is not None and (faults := check_resumed(begun, self.grid, self.numbers, self.about)):
            raise RequestError(faults)
        self.run = self.engine.prepare(without_outputs(network), float(self.grid[0]), float(self.grid[-1]))
        if self.store is not None and isinstance(self.run, hybrid.Run) and self.run.is_adaptive:
            found = "readings that switch, whose log has no fixed length"
            raise RequestError([Fault("to", found, "fixed readings, or a result in memory")])

    def compute(self, part: slice, states: Floats, control: Integers) -> Outcome:
        """Some of the trajectories; ``states`` (trajectory, time, slot) are filled."""
        words = seed_words(self.seed, self.numbers[part])
        outcome: Outcome = self.run.trajectories(words, self.grid, states, control)
        return outcome

    def room(self, trajectories: int) -> Floats:
        """Where states are recorded: (trajectory, time, slot)."""
        return np.empty((trajectories, len(self.grid), self.network.first_quantity))

    def over_chunks(self, compute: Any, keep: Any, parts: list[slice]) -> bool:
        work = sum(part.stop - part.start for part in parts) * len(self.grid)
        return run_chunks(compute, parts, keep, workers=self.workers, work=work, show_progress=self.progress)

    def paths_on_grid(self) -> xr.Dataset:
        states = self.room(len(self.numbers))
        found: list[Outcome] = []
        stopped = self.over_chunks(
            lambda part, control: self.compute(part, states[part], control), found.append, self.parts
        )
        outcome = Outcome.joined(found)
        done = np.flatnonzero(outcome.status != status.STOPPED)
        if stopped:
            states, outcome = states[done], outcome.of(done)
        numbers = self.numbers[done]
        data = result.paths(self.network, states, outcome, self.grid, numbers, self.about)
        self.stop_or_fail(stopped, outcome, numbers, data)
        return data

    def paths_in_store(self, store: Store) -> xr.Dataset:
        failures: list[tuple[Outcome, Integers]] = []

        def compute(part: slice, control: Integers) -> tuple[slice, Floats, Outcome]:
            states = self.room(part.stop - part.start)
            return part, states, self.compute(part, states, control)

        def keep(chunk: tuple[slice, Floats, Outcome]) -> None:
            part, states, outcome = chunk
            states[outcome.status == status.STOPPED] = np.nan
            numbers, bad = self.numbers[part], ~np.isin(outcome.status, result.GOOD)
            store.keep(part, result.paths(self.network, states, outcome, self.grid, numbers, self.about))
            failures.append((outcome.of(bad), numbers[bad]))

        stopped = self.over_chunks(compute, keep, store.left(self.parts))
        data = store.finished()
        if stopped:
            raise self.interrupted(data.sizes["trajectory"], data)
        for outcome, numbers in failures:
            self.check(outcome, numbers, data)
        return data

    def every_event(self) -> xr.Dataset:
        found: list[result.Path] = []

        def compute(part: slice, control: Integers) -> list[result.Path]:
            return [self.run.every_event(words, control) for words in seed_words(self.seed, self.numbers[part])]

        stopped = self.over_chunks(compute, found.extend, chunks(len(self.numbers), EVENTS_PER_TRAJECTORY))
        outcome = Outcome.joined([path.outcome for path in found])
        done = np.flatnonzero(outcome.status != status.STOPPED)
        numbers = self.numbers[done]
        paths, reactions = [found[i] for i in done], self.run.network.reactions
        data = result.events(self.network, reactions, paths, outcome.of(done), numbers, self.about)
        self.stop_or_fail(stopped, outcome.of(done), numbers, data)
        return data

    def statistics(self) -> xr.Dataset:
        columns = {name: self.network.species.index(name) for name in self.bins}
        summary = Summary(self.bins, columns, len(self.grid))
        found: list[Outcome] = []

        def compute(part: slice, control: Integers) -> tuple[Floats, Outcome]:
            states = self.room(part.stop - part.start)
            outcome = self.compute(part, states, control)
            states = states[np.isin(outcome.status, result.GOOD)]
            species = states[..., : self.network.counted]
            return np.concatenate([species, result.quantities(self.network, states, self.grid)], axis=-1), outcome

        def keep(chunk: tuple[Floats, Outcome]) -> None:
            summary.add(chunk[0])
            found.append(chunk[1])

        stopped = self.over_chunks(compute, keep, self.parts)
        outcome = Outcome.joined(found)
        done = np.flatnonzero(outcome.status != status.STOPPED)
        data = result.statistics(self.network, summary, outcome.of(done), self.grid, self.about)
        self.stop_or_fail(stopped, outcome.of(done), self.numbers[done], data)
        return data

    def stop_or_fail(self, stopped: bool, outcome: Outcome, numbers: Integers, data: xr.Dataset) -> None:
        """Raise what the user must know, with what was computed."""
        if stopped:
            raise self.interrupted(len(numbers), data)
        self.check(outcome, numbers, data)

    def interrupted(self, finished: int, data: xr.Dataset) -> Interrupted:
        return Interrupted(f"{finished} of {len(self.numbers)} trajectories are finished: see .result", data)

    def check(self, outcome: Outcome, numbers: Integers, data: xr.Dataset) -> None:
        """Raise SimulationError for the first of some trajectories that failed."""
        for i in np.flatnonzero(~np.isin(outcome.status, result.GOOD))[:1]:
            raise SimulationError(f"trajectory {numbers[i]} {self.failure(outcome.of([i]))}", data)

    def failure(self, outcome: Outcome) -> str:
        """Why one trajectory failed, and at which state."""
        network, ended, failed, last = self.run.network, outcome.status[0], outcome.failed[0], outcome.last[0]
        species = list(zip(network.species, last[1:], strict=False))
        state = ", ".join(f"{name} = {value:.6g}" for name, value in species[:12])
        where = f"at t = {last[0]:.6g} s, {state}"
        if ended == status.NEGATIVE:
            law = law_of_reaction(network, int(failed), float(last[0]), last[1 : 1 + len(network.species)])
            rate = f"reaction '{network.reactions[failed]}' has a negative rate, or none: its law {law}"
            remedy = "A rate law must give 0 or more wherever its reactants are present; engine='ode' takes either sign"
            return f"{where}: {rate}. {remedy}."
        if ended == status.TOO_MANY_EVENTS:
            return f"{where}: more than {self.engine.max_events} events. Raise max_events=, or use engine='ode'."
        if ended in EVENT_FAILURES:
            return f"{where}: event '{network.events[failed]}' {EVENT_FAILURES[ended]}."
        reason = result.MEANING[ended].replace("_", " ")
        return f"{where}: {reason}, because of {network.species[failed]}. {self.engine.remedy}."
