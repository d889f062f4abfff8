"""Cold start and memory, each measured in a fresh process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent

CLOCK = "import resource, time; start = time.perf_counter()\n"
ELAPSED = "print(time.perf_counter() - start)\n"
PEAK = "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)\n"

IMPORT = CLOCK + "import microdomain\n" + ELAPSED

FIRST_RESULT = (
    CLOCK
    + """
import microdomain as md
m = md.Model("new")
cell = m.compartment("cytosol", volume="0.1 fL")
m.species("A", cell, "1 uM"); m.species("B", cell)
m.reaction("2 A <-> B", k="0.5 1/uM/s", k_back="0.1 1/s")
md.simulate(m, 10, engine="gillespie", seed=1)
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


def measure(repeats: int, trajectories: int = 100_000) -> list[dict]:
    """Rows of {what, value, unit, aim, runs}: medians over `repeats` fresh processes."""
    with tempfile.TemporaryDirectory() as warm:
        _child(FIRST_RESULT, warm)
        _child(CHAIN, warm)
        runs: dict[str, list[float]] = {
            "import microdomain": [], "first result, empty cache": [], "first result, warm cache": [],
            "chain of 10,000 reactions, empty cache": [], "chain of 10,000 reactions, warm cache": [],
        }  # fmt: skip
        for _ in range(repeats):
            runs["import microdomain"].append(_child(IMPORT, warm))
            runs["first result, warm cache"].append(_child(FIRST_RESULT, warm))
            runs["chain of 10,000 reactions, warm cache"].append(_child(CHAIN, warm))
            with tempfile.TemporaryDirectory() as empty:
                runs["first result, empty cache"].append(_child(FIRST_RESULT, empty))
            with tempfile.TemporaryDirectory() as empty:
                runs["chain of 10,000 reactions, empty cache"].append(_child(CHAIN, empty))
        few, many = (_child(ENSEMBLE.format(trajectories=n), warm) for n in (10, trajectories))
    aims = dict(zip(runs, (0.6, 3.0, 1.2, 2.0, 2.0), strict=True))
    rows = [
        {"what": what, "value": median(values), "unit": "s", "aim": aims[what], "runs": values}
        for what, values in runs.items()
    ]
    what = f"memory of {trajectories:,} trajectories over that of 10"
    rows.append({"what": what, "value": many - few, "unit": "MB", "aim": 50.0, "runs": [few, many]})
    return rows


def _child(program: str, cache: str) -> float:
    environment = os.environ | {"MICRODOMAIN_CACHE": cache, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return float(done.stdout.split()[-1])
