"""Cold start and memory, each measured in a fresh process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.peers.peers import SIMULATORS, GillesPy2Numpy, HandWritten, RebopCore, RebopSparse

ROOT = Path(__file__).parents[2]

CLOCK = "from benchmarks.peers.clock import processor_seconds\nstart = processor_seconds()\n"
ELAPSED = "print(processor_seconds() - start)\n"
# Of this program alone: ru_maxrss would keep that of the process which started it.
PEAK = "print(next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM')) / 1024)\n"

IMPORT = CLOCK + "import microdomain\n" + ELAPSED

FIRST_RESULT = (
    CLOCK
    + """
import microdomain as md
@md.rate_law(b="uM", v="uM/s", k="uM", returns="uM/s")
def uptake(b, v, k):
    return {number} * v * b / (k + b)
m = md.Model("new")
cell = m.compartment("cytosol", volume="0.1 fL")
m.species("A", cell, "1 uM"); m.species("B", cell)
m.reaction("2 A <-> B", k="0.5 1/uM/s", k_back="0.1 1/s")
m.reaction("B -> 0", uptake, b="B", v="0.1 uM/s", k="0.3 uM")
md.simulate(m, 10, engine="{engine}", seed=1)
"""
    + ELAPSED
)

CHAIN = (
    """
import microdomain as md
md.Model
"""
    + CLOCK
    + """
m = md.Model("chain")
cell = m.compartment("cytosol", volume="1 fL")
for i in range(5001):
    m.species(f"A{i}", cell, count=10)
for i in range(5000):
    m.reaction(f"A{i} <-> A{i + 1}", k="1 1/s", k_back="1 1/s")
md.simulate(m, 1e-6, engine="gillespie", seed=1)
"""
    + ELAPSED
)

ENSEMBLE = (
    CLOCK
    + """
import numpy as np
import microdomain as md
m = md.Model("dimer")
cell = m.compartment("cytosol", volume="0.1 fL")
m.species("A", cell, "1 uM"); m.species("B", cell)
m.reaction("2 A <-> B", k="0.5 1/uM/s", k_back="0.1 1/s")
md.simulate(m, np.linspace(0, 10, 101), engine="gillespie", trajectories={trajectories}, seed=1, workers=1,
            record="statistics")
"""
    + PEAK
)


DIMER = """
from benchmarks.peers.case import Case, Reaction
{load}
reactions = [Reaction(("A", "A"), ("B",), {number}), Reaction(("B",), ("A", "A"), 0.2)]
case = Case("dimer", "", {{"A": 100, "B": 0}}, reactions, 10.0, 101, 1, dict, 1.0)
{kind}(case).run(10.0, 101, {trajectories}, 1)
"""

AIMS = {
    "first use on a machine": 3.0, "import microdomain": 0.6, "first result of a new model, gillespie": 3.0,
    "the same again, gillespie": 1.2, "first result of a new model, ode": 3.0, "the same again, ode": 1.2,
    "chain of 10,000 reactions of one law": 2.0,
}  # fmt: skip
"""Seconds; the first use compiles the loops of the engine too, once for a machine."""


def ours(quick: bool) -> list[dict[str, Any]]:
    """This project alone, rows of {what, value, unit, aim, runs}: medians over fresh processes."""
    repeats, trajectories = (1, 10_000) if quick else (3, 100_000)
    with tempfile.TemporaryDirectory() as warm:
        for engine in ("gillespie", "ode"):
            _child(FIRST_RESULT.format(number=1.0, engine=engine), warm)
        _child(CHAIN, warm)
        runs: dict[str, list[float]] = {}
        for repeat in range(repeats):
            with tempfile.TemporaryDirectory() as empty:
                _note(runs, "first use on a machine", FIRST_RESULT.format(number=1.0, engine="gillespie"), empty)
            _note(runs, "import microdomain", IMPORT, warm)
            for engine in ("gillespie", "ode"):
                text = FIRST_RESULT.format(number=2.0 + repeat, engine=engine)
                _note(runs, f"first result of a new model, {engine}", text, warm)
                _note(runs, f"the same again, {engine}", text, warm)
            _note(runs, "chain of 10,000 reactions of one law", CHAIN, warm)
        few, many = (_child(ENSEMBLE.format(trajectories=n), warm) for n in (10, trajectories))
    rows = [
        {"what": what, "value": median(values), "unit": "s", "aim": AIMS[what], "runs": values}
        for what, values in runs.items()
    ]
    what = f"memory of {trajectories:,} trajectories over that of 10"
    rows.append({"what": what, "value": many - few, "unit": "MB", "aim": 50.0, "runs": [few, many]})
    return rows


def beside(quick: bool, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Of each simulator, in fresh processes: from nothing to the first run of the dimer, that again, and its memory.

    Seconds of processor include imports, compiling and one run; memory is the peak of the Python process that holds
    10,000 trajectories of 101 points.
    """
    repeats, trajectories = (1, 1000) if quick else (3, 10_000)
    kinds = [kind for kind in SIMULATORS if kind not in (HandWritten, GillesPy2Numpy, RebopSparse, RebopCore)]
    rows: dict[str, dict[str, Any]] = {kind.label: {"label": kind.label, "new": [], "again": []} for kind in kinds}
    with tempfile.TemporaryDirectory() as cache:
        for repeat in range(-1, repeats):
            for kind in kinds:
                row = rows[kind.label]
                say(f"start: {kind.label}")
                try:
                    for what in ("new", "again"):
                        seconds = _child(CLOCK + _dimer(kind, 0.01 + 1e-5 * repeat, 1) + ELAPSED, cache)
                        if repeat >= 0:
                            row[what].append(seconds)
                    if repeat == 0:
                        row["memory"] = _child(_dimer(kind, 0.01, trajectories) + PEAK, cache)
                except RuntimeError as fault:
                    row["skipped"] = str(fault)
    return list(rows.values())


def _dimer(kind: Any, number: float, trajectories: int) -> str:
    load = f"from {kind.__module__} import {kind.__name__}"
    return DIMER.format(load=load, kind=kind.__name__, number=number, trajectories=trajectories)


def _note(runs: dict[str, list[float]], what: str, program: str, cache: str) -> None:
    runs.setdefault(what, []).append(_child(program, cache))


def _child(program: str, cache: str) -> float:
    environment = os.environ | {"MICRODOMAIN_CACHE": cache, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return float(done.stdout.split()[-1])
