"""python -m benchmarks.peers: this project beside other simulators, interleaved in one run, on one thread.

Nothing is installed: peers that are missing are named, with the command that installs them.
"""

from __future__ import annotations

import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.peers import approximate, ode, start, tables, throughput
from benchmarks.peers.figure import draw
from benchmarks.peers.machine import machine, missing
from benchmarks.peers.problems import egfr_file

Say = Callable[[str], None]


def _throughput_tables(cases: list[dict[str, Any]]) -> list[Table]:
    return [*map(tables.throughput_table, cases), tables.summary_table(cases)]


def _start(quick: bool, say: Say) -> dict[str, Any]:
    return {"beside": start.beside(quick, say), "ours": start.ours(quick)}


PARTS: dict[str, tuple[Callable[[bool, Say], Any], Callable[[Any], list[Table]]]] = {
    "events": (lambda quick, say: throughput.measure("events/s", quick, say), _throughput_tables),
    "ensembles": (lambda quick, say: throughput.measure("trajectories/s", quick, say), _throughput_tables),
    "approximate": (approximate.measure, lambda rows: [tables.approximate_table(rows)]),
    "ode": (ode.measure, lambda rows: [tables.ode_table(rows)]),
    "start": (_start, lambda found: [tables.beside_table(found["beside"]), tables.start_table(found["ours"])]),
}
"""How each part is measured, and shown."""


def main() -> None:
    """Measure the parts asked for, print their tables, and draw the figure when all were."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about a minute for each part; rougher, and no figure")
    parser.add_argument("--only", choices=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--out", type=Path, help="write everything measured to this JSON file")
    arguments = parser.parse_args()
    console, began = Console(width=80), time.perf_counter()

    def say(what: str) -> None:
        print(f"{time.perf_counter() - began:6.0f} s  {what}", file=sys.stderr, flush=True)

    results: dict[str, Any] = {"machine": machine()}
    place = results["machine"]
    console.print(f"{place['processor']}, {place['cores']} cores, Python {place['python']}, one thread used")
    console.print(", ".join(f"{name} {number}" for name, number in place["packages"].items()))
    console.print("load average {:.1f}, {:.1f}, {:.1f}".format(*place["load"]))
    for sentence in missing():
        console.print(sentence)
    if arguments.only in (None, "ode") and egfr_file() is None:
        console.print("EGFR is left out: MICRODOMAIN_SUITES does not say where its network is")
    for name, (measure, show) in PARTS.items():
        if arguments.only in (None, name):
            results[name] = measure(arguments.quick, say)
            for table in show(results[name]):
                console.print(table)
    place["load at the end"] = os.getloadavg()
    console.print("load average at the end {:.1f}, {:.1f}, {:.1f}".format(*place["load at the end"]))
    if arguments.out:
        arguments.out.write_text(json.dumps(results, indent=1))
    if not arguments.quick and arguments.only is None:
        draw(results)


if __name__ == "__main__":
    main()
