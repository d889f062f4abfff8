"""python -m benchmarks.speed: this project, its peers and kernels written by hand, interleaved in one run."""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from pathlib import Path
from statistics import median

import numpy as np
from rich.console import Console

from benchmarks import speed_ode, speed_start
from benchmarks.speed_models import CASES, FINE_SECONDS, Case
from benchmarks.speed_report import ode_table, start_table, summary_table, throughput_table
from benchmarks.speed_simulators import SIMULATORS, HandWritten, Microdomain, RebopCore, Simulator, versions

OTHERS = ("ode", "start")


def measure(case: Case, repeats: int) -> dict:
    """Rates and checks of every simulator on one case: the simulators take turns, `repeats` times."""
    simulators, rows = {}, {}
    for kind in SIMULATORS:
        if kind is RebopCore and case.unit == "events/s":
            continue  # the labelled result costs nothing in a long run
        try:
            simulator: Simulator = kind(case)
            simulator.run(case.end / (case.points - 1), 2, 1, 1)
            simulators[kind.label] = simulator
            rows[kind.label] = {"seconds": [], "events": [], "counts": []}
        except Exception as fault:  # a peer that is missing or fails must not end the benchmark
            rows[kind.label] = {"skipped": f"{type(fault).__name__}: {fault}".strip().splitlines()[0]}
    for repeat in range(repeats):
        for label, simulator in simulators.items():
            share = 1.0 if label in (Microdomain.label, HandWritten.label) else case.peer_share
            points = round((case.points - 1) * share) + 1
            start = time.perf_counter()
            counts, events = simulator.run(case.end * share, points, case.trajectories, 1000 + repeat)
            rows[label]["seconds"].append((time.perf_counter() - start) / share)
            rows[label]["events"].append(events)
            rows[label]["counts"].append(counts)
    expected = median(rows[HandWritten.label]["events"])
    for label, simulator in simulators.items():
        _finish(rows[label], case, expected)
        if case.fine_check:
            fine, _ = simulator.run(FINE_SECONDS, 1000 * FINE_SECONDS + 1, 1, 7)
            _judge(rows[label], case.fine_check(fine))
    return {"name": case.name, "title": case.title, "unit": case.unit, "aim over peers": case.aim_over_peers,
            "events": expected, "trajectories": case.trajectories, "simulators": rows}  # fmt: skip


def _finish(row: dict, case: Case, expected: float) -> None:
    """Replace the counts of a simulator by the verdict on them, and its times by a rate."""
    _judge(row, case.check(np.concatenate(row.pop("counts"))))
    row["events counted"] = row["events"][0] is not None
    done = [case.trajectories if case.unit == "trajectories/s" else n or expected for n in row.pop("events")]
    row["rate"] = median(n / seconds for n, seconds in zip(done, row["seconds"], strict=True))


def _judge(row: dict, checks: dict[str, tuple[float, float, float]]) -> None:
    row["checks"] = row.get("checks", {}) | checks
    row["right"] = all(low <= found <= high for found, low, high in row["checks"].values())


def machine() -> dict:
    names = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")] if Path("/proc/cpuinfo").exists() else []  # fmt: skip
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": versions(),
    }


def main() -> None:
    names = [make().name for make in CASES]
    choices = [*names, *OTHERS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, three repeats")
    parser.add_argument("--only", choices=choices, metavar="CASE", help=", ".join(choices))
    parser.add_argument("--out", type=Path, help="write everything measured to this JSON file")
    arguments = parser.parse_args()
    scale, repeats = (0.1, 3) if arguments.quick else (1.0, 5)
    console = Console(width=80)
    wanted = [arguments.only] if arguments.only else choices

    results: dict = {"machine": machine(), "repeats": repeats, "cases": []}
    place = results["machine"]
    console.print(f"{place['processor']}, {place['cores']} cores, Python {place['python']}, one thread used")
    console.print(", ".join(f"{name} {number}" for name, number in place["packages"].items()))
    for make in CASES:
        case = make(scale)
        if case.name in wanted:
            results["cases"].append(measure(case, repeats))
            console.print(throughput_table(results["cases"][-1]))
    if results["cases"]:
        console.print(summary_table(results["cases"]))
    if "ode" in wanted:
        results["ode"], results["ode skipped"] = speed_ode.measure(repeats)
        console.print(ode_table(results["ode"], results["ode skipped"]))
    if "start" in wanted:
        try:
            results["start"] = speed_start.measure(repeats, 10_000 if arguments.quick else 100_000)
            console.print(start_table(results["start"]))
        except RuntimeError as fault:
            console.print(f"cold start skipped: {fault}")
    if arguments.out:
        arguments.out.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
