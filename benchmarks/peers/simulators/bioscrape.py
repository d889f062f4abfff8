"""bioscrape, compiled Cython: Gillespie, and LSODA through scipy."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.peers.case import Case

if TYPE_CHECKING:  # it loads microdomain, which the cold start of a peer must not contain
    from benchmarks.peers.problems import Problem


class Bioscrape:
    """bioscrape, compiled Cython, through one interface that is built once."""

    label = "bioscrape"

    def __init__(self, case: Case) -> None:
        from bioscrape.random import py_seed_random
        from bioscrape.simulator import ModelCSimInterface, SSASimulator
        from bioscrape.types import Model

        reactions = [
            (
                list(r),
                list(p),
                *(("massaction", {"k": k}) if isinstance(k, float) else ("general", {"rate": k})),
            )
            for r, p, k in case.reactions
        ]
        self.names = list(case.initial)
        self.model = Model(species=self.names, reactions=reactions, initial_condition_dict=case.initial)
        self.interface = ModelCSimInterface(self.model)
        self.simulator = SSASimulator()
        self.seed = py_seed_random
        self.columns = [self.model.get_species_index(name) for name in self.names]

    def run(self, end: float, points: int, trajectories: int, seed: int) -> tuple[np.ndarray, int | None]:
        times = np.linspace(0, end, points)
        self.seed(seed)
        self.interface.py_set_dt(times[1])
        results = [self.simulator.py_simulate(self.interface, times) for _ in range(trajectories)]
        return np.stack([result.py_get_result() for result in results])[..., self.columns], None


class BioscrapeODE:
    """scipy's odeint (LSODA) around a compiled right-hand side."""

    label = "bioscrape"

    def __init__(self, problem: Problem) -> None:
        from bioscrape.simulator import DeterministicSimulator, ModelCSimInterface
        from bioscrape.types import Model

        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says that it leaves out units and compartments
            file = Path(folder) / "problem.xml"
            file.write_text(problem.sbml)
            self.model = Model(sbml_filename=str(file))
        self.interface = ModelCSimInterface(self.model)
        self.interface.py_prep_deterministic_simulation()
        self.simulator = DeterministicSimulator()
        self.simulator.py_set_mxstep(10_000_000)
        self.columns = [self.model.get_species_index(name) for name in problem.ids]
        self.problem = problem

    def solve(self, rtol: float) -> None:
        self.simulator.py_set_tolerance(rtol * self.problem.smallest, rtol)
        self.interface.py_set_dt(self.problem.times[1])
        self.found = self.simulator.py_simulate(self.interface, self.problem.times)

    def result(self) -> np.ndarray:
        return self.found.py_get_result()[:, self.columns]
