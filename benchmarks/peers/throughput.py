"""Events per second of long runs, and trajectories per second of short ones, all simulators in turns."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from benchmarks.peers.case import FINE_SECONDS, Case, Checks
from benchmarks.peers.cases import CASES
from benchmarks.peers.clock import processor_seconds
from benchmarks.peers.peers import SIMULATORS, HandWritten, Microdomain, RebopCore

SLOW = 3.0
"""Seconds: a simulator that would take longer for a turn runs a part of it."""


def measure(unit: str, quick: bool, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """All cases of one unit."""
    scale, repeats = (0.05, 2) if quick else (1.0, 3)
    cases = [case for case in (make(scale) for make in CASES) if case.unit == unit]
    return [_in_turns(case, repeats, say) for case in cases]


def _in_turns(case: Case, repeats: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Rates and checks of every simulator on one case: the simulators take turns, `repeats` times."""
    simulators: dict[str, tuple[Any, float]] = {}
    rows: dict[str, dict[str, Any]] = {}
    for kind in SIMULATORS:
        if kind is RebopCore and case.unit == "events/s":
            continue  # the labelled result costs nothing in a long run
        if kind is HandWritten and not HandWritten.written(case):
            continue
        say(f"{case.name}: {kind.label} builds")
        try:
            simulator = kind(case)
            simulators[kind.label] = simulator, _share(simulator, case)
            rows[kind.label] = {"seconds": [], "events": [], "counts": []}
        except Exception as fault:  # a peer that is missing or fails must not end the benchmark
            rows[kind.label] = {"skipped": f"{type(fault).__name__}: {fault}".strip().splitlines()[0]}
    for repeat in range(repeats):
        say(f"{case.name}: turn {repeat + 1} of {repeats}")
        for label, (simulator, share) in simulators.items():
            many = case.unit == "trajectories/s"
            end, points, trajectories = case.end, case.points, case.trajectories
            if many or trajectories > 1:
                trajectories = max(1, round(trajectories * share))
            else:
                points = max(1, round((points - 1) * share)) + 1
                end *= (points - 1) / (case.points - 1)
            start = processor_seconds()
            counts, events = simulator.run(end, points, trajectories, 1000 + repeat)
            part = trajectories / case.trajectories * end / case.end
            rows[label]["seconds"].append((processor_seconds() - start) / part)
            rows[label]["events"].append(None if events is None else events / part)
            rows[label]["counts"].append(counts)
    expected = median(rows[Microdomain.label]["events"])
    for label, (simulator, _) in simulators.items():
        _finish(rows[label], case, expected)
        if case.fine_check and label != "GillesPy2 numpy":
            fine, _ = simulator.run(FINE_SECONDS, 1000 * FINE_SECONDS + 1, 1, 7)
            _judge(rows[label], case.fine_check(fine))
    return {"name": case.name, "title": case.title, "unit": case.unit, "aim over peers": case.aim_over_peers,
            "events": expected, "trajectories": case.trajectories, "simulators": rows}  # fmt: skip


def _share(simulator: Any, case: Case) -> float:
    """The part of the work that takes at most ``SLOW``, after a first run that warms up."""
    short = case.end / (case.points - 1)
    simulator.run(short, 2, 1, 1)
    start = processor_seconds()
    if case.trajectories > 1:
        part = max(1, round(0.002 * case.trajectories))
        simulator.run(case.end, case.points, part, 1)
        return min(1.0, SLOW * part / case.trajectories / (processor_seconds() - start + 1e-9))
    steps = max(1, round(0.002 * (case.points - 1)))
    simulator.run(steps * short, steps + 1, 1, 1)
    return min(1.0, SLOW * steps / (case.points - 1) / (processor_seconds() - start + 1e-9))


def _finish(row: dict[str, Any], case: Case, expected: float) -> None:
    """Replace the counts of a simulator by the verdict on them, and its times by a rate."""
    _judge(row, case.check(np.concatenate(row.pop("counts"))))
    row["events counted"] = row["events"][0] is not None
    done = [case.trajectories if case.unit == "trajectories/s" else n or expected for n in row.pop("events")]
    row["rate"] = median(n / seconds for n, seconds in zip(done, row["seconds"], strict=True))


def _judge(row: dict[str, Any], checks: Checks) -> None:
    row["checks"] = row.get("checks", {}) | checks
    row["right"] = all(low <= found <= high for found, low, high in row["checks"].values())
