"""python -m benchmarks.large_networks: events per second against the number of reactions, alone and beside peers."""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numba import njit
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.large_models import chain, egfr, lattice
from benchmarks.speed import machine
from benchmarks.speed_models import Case
from benchmarks.speed_report import new_table
from benchmarks.speed_simulators import Bioscrape, GillesPy2, Microdomain, Rebop, RebopSparse

SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
PEERS = (Rebop, RebopSparse, Bioscrape, GillesPy2)
FIGURE = Path(__file__).parent.parent / "docs" / "figures" / "large_networks.png"
BUILD_LIMIT = 30.0
"""Seconds that a peer has to build its model, and for each run."""
EVENTS = 2e6


# -- alone: the loops of the engine, and the memory that they touch ------------------------------------------------


@njit(error_model="numpy")
def walk(reactions, roster, listed, changes, reader, reader_start, y, steps):
    """What one event reads and writes, of a reaction at random, without choosing and without groups."""
    state = 1
    for _ in range(steps):
        state = (1103515245 * state + 12345) & 0xFFFFFFFF
        j = np.int64(roster[(state * listed) >> 32])
        if reactions[j].rate < 0.0:
            continue
        for q in range(reactions[j].row, reactions[j + 1].row):
            y[changes[q].slot] += 0.0
        for q in range(reactions[j].row, reactions[j + 1].row):
            slot = changes[q].slot
            for p in range(reader_start[slot], reader_start[slot + 1]):
                i = reader[p]
                reactions[i].rate = reactions[i].constant * y[reactions[i].first] * y[reactions[i].second]


def alone(make: Callable[[int], Case], size: int, repeats: int) -> dict[str, Any]:
    """Build one network, run it, and walk its tables; in a process of its own, for the memory."""
    from engines.gillespie import Gillespie
    from engines.seeds import seed_words

    case = make(size)
    started = time.perf_counter()
    network = Microdomain(case).model.network()
    end = EVENTS / sum(r.rate * case.initial[r.reactants[0]] for r in case.reactions)
    full, empty = (Gillespie().prepare(network, 0.0, t) for t in (end, 1e-9 * end))

    def seconds(run: Any, seed: int) -> tuple[float, int]:
        states, control = np.empty((1, 1, network.first_quantity)), np.zeros(2, dtype=np.int64)
        start = time.perf_counter()
        outcome = run.trajectories(seed_words(seed, np.arange(1)), np.array([0.0]), states, control)
        return time.perf_counter() - start, int(outcome.work[0])

    seconds(empty, 0)
    first = time.perf_counter() - started
    (reactions, _, _, _, roster), (changes, reader, reader_start, *_) = full.own_tables()[:2]
    reactions["constant"] = 1.0
    roster[: len(case.reactions)] = np.random.default_rng(0).permutation(len(case.reactions))
    layout = (reactions, roster, len(case.reactions), changes, reader, reader_start, network.values(0.0))
    walk(*layout, 10)
    engine, memory = [], []
    for repeat in range(repeats):
        set_up, _ = seconds(empty, repeat)
        taken, events = seconds(full, repeat)
        engine.append((taken - set_up) / events * 1e9)
        start = time.perf_counter()
        walk(*layout, int(EVENTS))
        memory.append((time.perf_counter() - start) / EVENTS * 1e9)
    status = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    return {"network": make.__name__, "reactions": len(case.reactions), "first": first, "peak": peak,
            "engine": median(engine), "memory": median(memory)}  # fmt: skip


# -- beside peers --------------------------------------------------------------------------------------------------


def _serve(kind: Any, case: Case, pipe: Any) -> None:
    """Build a simulator, then run it for each time that comes through the pipe."""
    simulator = kind(case)
    simulator.run(1e-9, 2, 1, 1)
    pipe.send(0.0)
    while (end := pipe.recv()) is not None:
        start = time.perf_counter()
        _, events = simulator.run(end, 2, 1, int(start))
        pipe.send((time.perf_counter() - start, events))


class Child:
    """A simulator in a process of its own, which is ended when it takes too long."""

    def __init__(self, kind: Any, case: Case) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=_serve, args=(kind, _plain(case), other), daemon=True)
        self.process.start()
        other.close()
        start = time.perf_counter()
        self.answer("to build")
        self.built = time.perf_counter() - start

    def answer(self, what: str) -> Any:
        if not self.pipe.poll(BUILD_LIMIT):
            self.process.kill()
            raise TimeoutError(f"over {BUILD_LIMIT:.0f} s {what}")
        try:
            return self.pipe.recv()
        except EOFError:
            raise RuntimeError("failed (see above)") from None

    def run(self, end: float) -> tuple[float, int | None]:
        """Seconds taken, and events where they are known."""
        self.pipe.send(end)
        found: tuple[float, int | None] = self.answer("to run")
        return found


def _plain(case: Case) -> Case:
    """The same without what cannot be sent to a process."""
    return Case(case.name, case.title, case.initial, case.reactions, case.end, 2, 1, dict, 1.0)


def beside(case: Case, repeats: int) -> dict[str, Any]:
    """Events per second of all simulators on one case, in turns: half a second beyond what a run of one event takes."""
    frequency = sum(r.rate * math.prod(case.initial[s] for s in r.reactants) for r in case.reactions)
    rows: dict[str, dict[str, Any]] = {}
    children: dict[str, tuple[Child, float]] = {}
    for kind in (Microdomain, *PEERS):
        try:
            child = Child(kind, case)
            set_up = min(child.run(1 / frequency)[0] for _ in range(3))
            end, taken = 25 / frequency, 0.0
            while taken < 0.5 + 2 * set_up:
                end *= 4
                taken = min(child.run(end)[0] for _ in range(2)) - set_up
            children[kind.label] = (child, end)
            rows[kind.label] = {"built": child.built, "set-up": set_up, "seconds": []}
        except (TimeoutError, RuntimeError) as fault:
            rows[kind.label] = {"skipped": str(fault)}
    for _ in range(repeats):
        for label, (child, end) in children.items():
            rows[label]["seconds"].append(child.run(end)[0])
    ours = children[Microdomain.label][0]
    for label, (_, end) in children.items():
        events = median(ours.run(end)[1] or 0 for _ in range(3))  # the law is the same, so are the events
        rows[label]["rate"] = events / max(median(rows[label]["seconds"]) - rows[label]["set-up"], 1e-9)
    for child, _ in children.values():
        child.pipe.send(None)
    return {"name": case.name, "simulators": rows}


# -- report --------------------------------------------------------------------------------------------------------


def alone_table(rows: list[dict[str, Any]]) -> Table:
    shown = new_table("Alone: time per event, and of the same memory accesses without the choice")
    for heading in ("network", "size", "events/s", "ns", "memory", "growth", "beyond", "first", "peak"):
        shown.add_column(heading, justify="left" if heading == "network" else "right")
    base: dict[str, dict[str, Any]] = {}
    for row in rows:
        least = base.setdefault(row["network"], row)
        growth = row["engine"] / least["engine"]
        beyond = row["engine"] / (least["engine"] + row["memory"] - least["memory"])
        shown.add_row(row["network"], f"{row['reactions']:,}", f"{1e3 / row['engine']:.1f}M", f"{row['engine']:.0f}",
                      f"{row['memory']:.0f}", f"{growth:.1f}", f"{beyond:.2f}", f"{row['first']:.1f} s",
                      f"{row['peak']:.0f} MB")  # fmt: skip
    shown.caption = "beyond: time over (that of the smallest + growth of the memory's); first: until the first event"
    return shown


def beside_table(cases: list[dict[str, Any]]) -> Table:
    shown = new_table("Beside peers: events/s through the front door, and ours over theirs")
    for heading in ("case", "simulator", "built", "a run", "events/s", "ours / theirs"):
        shown.add_column(heading, justify="left" if heading in ("case", "simulator") else "right")
    for case in cases:
        ours = case["simulators"][Microdomain.label]["rate"]
        for label, row in case["simulators"].items():
            if "skipped" in row:
                shown.add_row(case["name"], label, "-", "-", "-", escape(row["skipped"]))
            else:
                ratio = f"{ours / row['rate']:,.1f}"
                shown.add_row(case["name"], label, f"{row['built']:.1f} s", f"{row['set-up']:.2f} s",
                              f"{row['rate']:,.0f}", ratio)  # fmt: skip
    shown.caption = "a run: what one takes beside its events, not counted in the rates"
    return shown


def draw(rows: list[dict[str, Any]]) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.0), layout="constrained")
    axes = figure.subplots()
    for network, colour in (("chain", "#1f5fa8"), ("lattice", "#c8553d")):
        mine = [row for row in rows if row["network"] == network]
        sizes = [row["reactions"] for row in mine]
        axes.loglog(sizes, [row["engine"] for row in mine], "o-", color=colour, label=f"{network}: an event")
        memory = [row["memory"] for row in mine]
        axes.loglog(sizes, memory, "--", color=colour, label=f"{network}: its memory accesses alone")
    axes.set(xlabel="reactions", ylabel="ns")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(FIGURE, dpi=150)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.large_networks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="up to 100,000 reactions, three repeats")
    parser.add_argument("--alone", action="store_true", help="no peers")
    parser.add_argument("--out", type=Path, help="write everything measured to this JSON file")
    arguments = parser.parse_args()
    repeats, sizes = (3, SIZES[:-1]) if arguments.quick else (5, SIZES)
    console = Console(width=80)
    results: dict[str, Any] = {"machine": machine(), "alone": [], "beside": []}
    context = multiprocessing.get_context("spawn")
    for make in (chain, lattice):
        for size in sizes:
            with context.Pool(1) as pool:
                results["alone"].append(pool.apply(alone, (make, size, repeats)))
    console.print(alone_table(results["alone"]))
    if not arguments.quick:
        draw(results["alone"])
    if not arguments.alone:
        cases = [chain(100), chain(2_000), lattice(40_000)]
        if "MICRODOMAIN_SUITES" in os.environ:
            cases.append(egfr())
        results["beside"] = [beside(case, repeats) for case in cases]
        console.print(beside_table(results["beside"]))
    if arguments.out:
        arguments.out.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
