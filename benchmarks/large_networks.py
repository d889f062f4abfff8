"""python -m benchmarks.large_networks: events per second against the number of reactions, alone and beside peers."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
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
from benchmarks.large_peers import beside, laws
from benchmarks.peers.case import Case
from benchmarks.peers.machine import machine
from benchmarks.peers.simulators.microdomain import Microdomain
from benchmarks.peers.tables import new_table

SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
FIGURE = Path(__file__).parent.parent / "docs" / "figures" / "large_networks.png"
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


def law_table(rows: list[dict[str, Any]]) -> Table:
    shown = new_table("Law: births and deaths of A, dimers 2 B <-> C, and D + E <-> F, 2000 samples")
    names = list(next(row["checks"] for row in rows if "checks" in row))
    for heading in ("simulator", *names, "law"):
        shown.add_column(heading, justify="right" if heading in names else "left")
    for row in rows:
        if "skipped" in row:
            shown.add_row(row["label"], *["-"] * len(names), escape(row["skipped"]))
        else:
            found = [f"{value:.2f}" for value, _, _ in row["checks"].values()]
            shown.add_row(row["label"], *found, "right" if row["right"] else "[red]WRONG")
    middle = [f"{(low + high) / 2:.2f}" for _, low, high in next(r["checks"] for r in rows if "checks" in r).values()]
    shown.add_row("theory", *middle, "")
    shown.caption = "right: all within 5 standard errors of theory"
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
                rate = f"{row['rate']:,.0f}{' ' if row['events counted'] else '*'}"
                shown.add_row(case["name"], label, f"{row['built']:.1f} s", f"{row['set-up']:.2f} s",
                              rate, f"{ours / row['rate']:,.1f}")  # fmt: skip
        shown.add_section()
    shown.caption = (
        "built: until the first event, imports and compiling included; a run: what one takes beside its events, not "
        "counted in the rates; * the simulator does not count its events: those of microdomain over the same time"
    )
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
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--alone", action="store_true", help="no peers")
    only.add_argument("--beside", action="store_true", help="only the peers")
    parser.add_argument("--out", type=Path, help="write everything measured to this JSON file")
    arguments = parser.parse_args()
    repeats, sizes = (3, SIZES[:-1]) if arguments.quick else (5, SIZES)
    console, started = Console(width=80), time.perf_counter()

    def say(what: str) -> None:
        print(f"{time.perf_counter() - started:6.0f} s  {what}", file=sys.stderr, flush=True)

    results: dict[str, Any] = {"machine": machine()}
    if not arguments.beside:
        results["alone"] = rows = []
        for make in (chain, lattice):
            for size in sizes:
                say(f"alone: {make.__name__}, {size:,} reactions")
                with multiprocessing.get_context("spawn").Pool(1) as pool:
                    rows.append(pool.apply(alone, (make, size, repeats)))
        console.print(alone_table(rows))
        if not arguments.quick:
            draw(rows)
    if not arguments.alone:
        results["laws"] = laws(say)
        console.print(law_table(results["laws"]))
        cases = [chain(100), chain(2_000), lattice(40_000)]
        if "MICRODOMAIN_SUITES" in os.environ:
            cases.append(egfr())
        results["beside"] = beside(cases, repeats, say)
        console.print(beside_table(results["beside"]))
    if arguments.out:
        arguments.out.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
