"""Cold start and memory, each measured in a fresh process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent

CLOCK = "import time; start = time.perf_counter()\n"
ELAPSED = "print(time.perf_counter() - start)\n"
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


AIMS = (3.0, 0.6, 3.0, 1.2, 3.0, 1.2, 2.0)
"""Seconds, in the order of the rows; the first use compiles the loops of the engine too, once for a machine."""


def measure(repeats: int, trajectories: int = 100_000) -> list[dict]:
    """Rows of {what, value, unit, aim, runs}: medians over `repeats` fresh processes."""
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
        {"what": what, "value": median(values), "unit": "s", "aim": aim, "runs": values}
        for (what, values), aim in zip(runs.items(), AIMS, strict=True)
    ]
    what = f"memory of {trajectories:,} trajectories over that of 10"
    rows.append({"what": what, "value": many - few, "unit": "MB", "aim": 50.0, "runs": [few, many]})
    return rows


def _note(runs: dict[str, list[float]], what: str, program: str, cache: str) -> None:
    runs.setdefault(what, []).append(_child(program, cache))


def _child(program: str, cache: str) -> float:
    environment = os.environ | {"MICRODOMAIN_CACHE": cache, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return float(done.stdout.split()[-1])
