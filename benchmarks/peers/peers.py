"""All simulators, by what they are measured in."""

from __future__ import annotations

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

PEERS = (Rebop, RebopSparse, RebopCore, Bioscrape, GillesPy2, GillesPy2Numpy, Copasi, BioNetGen, RoadRunner, Steps)
SIMULATORS = (Microdomain, *PEERS, HandWritten)
LEAPING = (MicrodomainLeaping, GillesPy2Leaping, CopasiLeaping, CopasiAdaptive)
HYBRID = (MicrodomainHybrid, GillesPy2Hybrid, CopasiHybrid)
SOLVERS = (MicrodomainODE, RoadRunnerODE, CopasiODE, BioscrapeODE, GillesPy2ODE, GillesPy2NumpyODE)
