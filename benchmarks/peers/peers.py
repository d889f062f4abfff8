"""All simulators, by what they are measured in, and how to install those that are missing."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from benchmarks.peers.simulators.bionetgen import BioNetGen
from benchmarks.peers.simulators.bioscrape import Bioscrape, BioscrapeODE
from benchmarks.peers.simulators.by_hand import HandWritten
from benchmarks.peers.simulators.copasi import Copasi, CopasiAdaptive, CopasiHybrid, CopasiLeaping, CopasiODE
from benchmarks.peers.simulators.gillespy2 import (
    GillesPy2,
    GillesPy2Hybrid,
    GillesPy2Leaping,
    GillesPy2Numpy,
    GillesPy2NumpyODE,
    GillesPy2ODE,
)
from benchmarks.peers.simulators.microdomain import (
    Microdomain,
    MicrodomainHybrid,
    MicrodomainLeaping,
    MicrodomainODE,
)
from benchmarks.peers.simulators.rebop import Rebop, RebopCore, RebopSparse
from benchmarks.peers.simulators.roadrunner import RoadRunner, RoadRunnerODE
from benchmarks.peers.simulators.steps import Steps

INSTALL = 'pip install "microdomain[peers]"'
PEERS = (Rebop, RebopSparse, RebopCore, Bioscrape, GillesPy2, GillesPy2Numpy, Copasi, BioNetGen, RoadRunner, Steps)
SIMULATORS = (Microdomain, *PEERS, HandWritten)
LEAPING = (MicrodomainLeaping, GillesPy2Leaping, CopasiLeaping, CopasiAdaptive)
HYBRID = (MicrodomainHybrid, GillesPy2Hybrid, CopasiHybrid)
SOLVERS = (MicrodomainODE, RoadRunnerODE, CopasiODE, BioscrapeODE, GillesPy2ODE, GillesPy2NumpyODE)
PACKAGES = (
    "microdomain", "bionetgen", "bioscrape", "copasi-basico", "gillespy2", "libroadrunner", "rebop", "steps",
    "numpy", "numba", "scipy",
)  # fmt: skip


def versions() -> dict[str, str]:
    """The version of each package; "" where it is not installed."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = ""
    return found


def missing() -> list[str]:
    """A sentence for each peer that is not installed."""
    absent = [package for package, number in versions().items() if not number and package != "microdomain"]
    told = []
    if "steps" in absent:
        told.append("STEPS is not installed; it is built from source: https://steps.sourceforge.net")
    if others := [package for package in absent if package != "steps"]:
        told.append(f"{', '.join(others)} not installed: {INSTALL}")
    return told
