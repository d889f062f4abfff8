"""Large networks beside peers: each simulator in a process of its own, which is ended when it takes too long."""

from __future__ import annotations

import dataclasses
import itertools
import math
import multiprocessing
import os
import signal
import tempfile
import time
from collections.abc import Callable
from statistics import median
from typing import Any, NamedTuple

from benchmarks.large_models import three_orders
from benchmarks.peers.case import Case
from benchmarks.peers.peers import (
    BioNetGen,
    Bioscrape,
    Copasi,
    GillesPy2,
    Microdomain,
    Rebop,
    RebopSparse,
    RoadRunner,
)

PEERS = (Rebop, RebopSparse, Bioscrape, GillesPy2, Copasi, BioNetGen, RoadRunner)
LIMIT = 60.0
"""Seconds that a simulator has to build its model, and for each run; no further turn after a quarter of it."""


class Took(NamedTuple):
    """Seconds of one run before its first event, where the simulator knows them, and all others; events if known."""

    set_up: float
    seconds: float
    events: int | None


def _serve(kind: Any, case: Case, first: float, folder: str, pipe: Any) -> None:
    """Build a simulator, then run it for each time that comes through the pipe."""
    os.setsid()  # what it starts ends with it
    tempfile.tempdir = folder
    try:
        simulator = kind(case)
        simulator.run(first, 2, 1, 1)
        pipe.send(None)
        for seed in itertools.count(2):
            end = pipe.recv()
            start = time.perf_counter()
            _, events = simulator.run(end, 2, 1, seed)
            seconds, set_up = time.perf_counter() - start, getattr(simulator, "set_up", 0.0)
            pipe.send(Took(set_up, seconds - set_up, events))
    except Exception as fault:  # a peer that is missing or fails must not end the benchmark
        pipe.send(RuntimeError(f"{type(fault).__name__}: {fault}".strip().splitlines()[0]))


class Child:
    """A simulator of one case in a process of its own."""

    def __init__(self, kind: Any, case: Case) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.one_event = 1 / sum(r.rate * math.prod(case.initial[s] for s in r.reactants) for r in case.reactions)
        bare = dataclasses.replace(case, check=dict)  # a check cannot be sent to a process
        self.folder = tempfile.TemporaryDirectory()
        arguments = (kind, bare, self.one_event, self.folder.name, other)
        self.process = context.Process(target=_serve, args=arguments, daemon=True)
        self.process.start()
        other.close()
        start = time.perf_counter()
        self._answer("to build")
        self.built = time.perf_counter() - start

    def _answer(self, what: str) -> Any:
        if not self.pipe.poll(LIMIT):
            self.end()
            raise TimeoutError(f"over {LIMIT:.0f} s {what}")
        try:
            found = self.pipe.recv()
        except EOFError:
            found = RuntimeError("its process ended")
        if isinstance(found, RuntimeError):
            self.end()
            raise found
        return found

    def run(self, end: float) -> Took:
        self.pipe.send(end)
        found: Took = self._answer("to run")
        return found

    def end(self) -> None:
        """End the process with all that it started and wrote."""
        if self.process.is_alive():
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.join()
        self.folder.cleanup()


def laws(say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Whether each simulator means the same by reactions of order 0, 1 and 2: means and variances against theory."""
    case, rows = three_orders(), []
    for kind in (Microdomain, *PEERS):
        say(f"{kind.label}: law")
        try:
            counts, _ = kind(case).run(case.end, case.points, 1, 1)
        except Exception as fault:
            rows.append({"label": kind.label, "skipped": f"{type(fault).__name__}: {fault}".strip().splitlines()[0]})
            continue
        checks = case.check(counts)
        right = all(low <= found <= high for found, low, high in checks.values())
        rows.append({"label": kind.label, "checks": checks, "right": right})
    return rows


def beside(cases: list[Case], repeats: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Events per second of all simulators, by case; who took too long for one is not tried on the larger ones."""
    slow: dict[str, str] = {}
    found = []
    for case in sorted(cases, key=lambda case: len(case.reactions)):
        rows = {kind.label: {"skipped": slow[kind.label]} for kind in PEERS if kind.label in slow}
        kinds = [kind for kind in (Microdomain, *PEERS) if kind.label not in slow]
        found.append({"name": case.name, "simulators": _in_turns(case, kinds, repeats, say) | rows})
        for label, row in found[-1]["simulators"].items():
            if row.get("slow"):
                slow[label] = f"{row['skipped']} {case.name}"
    return found


def _in_turns(case: Case, kinds: list[Any], repeats: int, say: Callable[[str], None]) -> dict[str, dict[str, Any]]:
    """In each turn every simulator runs for one event, and until ``_span``; what is beyond gives its speed."""
    rows: dict[str, dict[str, Any]] = {}
    children: dict[str, tuple[Child, float]] = {}
    for kind in kinds:
        say(f"{case.name}, {kind.label}: builds")
        try:
            child = Child(kind, case)
            say(f"{case.name}, {kind.label}: built in {child.built:.1f} s, tries how long to run")
            children[kind.label] = (child, _span(child))
            rows[kind.label] = {"built": child.built, "empty": [], "full": []}
        except (TimeoutError, RuntimeError) as fault:
            rows[kind.label] = _skipped(fault)
    for repeat in range(repeats):
        say(f"{case.name}: turn {repeat + 1} of {repeats}")
        for label, (child, end) in list(children.items()):
            row = rows[label]
            if sum(took.set_up + took.seconds for took in row["full"]) > LIMIT / 4:
                continue
            try:
                row["empty"].append(child.run(child.one_event))
                row["full"].append(child.run(end))
            except (TimeoutError, RuntimeError) as fault:
                del children[label]
                rows[label] = _skipped(fault)
    ours = children[Microdomain.label][0]
    for label, (_, end) in children.items():
        _finish(rows[label], ours, end)
    for child, _ in children.values():
        child.end()
    return rows


def _finish(row: dict[str, Any], ours: Child, end: float) -> None:
    """Add the rate, from the seconds beyond those of a run of one event."""
    events = [took.events for took in row["full"]]
    row["events counted"] = events[0] is not None
    if not row["events counted"]:  # the law is the same, so are the events
        events = [ours.run(end).events for _ in range(3)]
    row["set-up"] = median(took.set_up + took.seconds for took in row["empty"])
    beyond = median(full.seconds - empty.seconds for full, empty in zip(row["full"], row["empty"], strict=True))
    if beyond > 0:
        row["rate"] = median(events) / beyond
    else:
        row["skipped"] = f"a run of {row['set-up']:.0f} s varies by more than its events take"


def _skipped(fault: Exception) -> dict[str, Any]:
    return {"skipped": str(fault), "slow": isinstance(fault, TimeoutError)}


def _span(child: Child) -> float:
    """Until when to run for half a second, and half of what a run of one event takes (5 s at most), beyond that."""
    least = min(child.run(child.one_event).seconds for _ in range(2))
    end, goal, taken = 100 * (1 + least) * child.one_event, min(0.5 + least / 2, 5.0), 0.0
    while taken < goal:
        taken = child.run(end).seconds - least
        end *= max(1.0, 1.1 * goal / max(taken, 1e-3 + least / 40))
    return end
