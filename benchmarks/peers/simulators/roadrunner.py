"""libRoadRunner: Gillespie, and CVODE."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.peers.case import Case
from benchmarks.peers.sbml import sbml

if TYPE_CHECKING:  # it loads microdomain, which the cold start of a peer must not contain
    from benchmarks.peers.problems import Problem


class RoadRunner:
    """libRoadRunner's gillespie integrator, compiled by LLJIT: as fast as by its default, in an eighth of the time."""

    label = "libRoadRunner"

    def __init__(self, case: Case) -> None:
        import roadrunner

        roadrunner.Config.setValue(roadrunner.Config.LLVM_BACKEND, roadrunner.Config.LLJIT)
        self.model = roadrunner.RoadRunner(sbml(case, counted=True))
        self.model.setIntegrator("gillespie")
        self.model.integrator.variable_step_size = False
        self.model.timeCourseSelections = list(case.initial)

    def run(self, end: float, points: int, trajectories: int, seed: int) -> tuple[np.ndarray, int | None]:
        self.model.integrator.seed = seed
        counts = []
        for _ in range(trajectories):
            self.model.reset()
            counts.append(np.array(self.model.simulate(0, end, points)))
        return np.stack(counts), None


class RoadRunnerODE:
    """CVODE with BDF of order 1 to 5, as libRoadRunner comes."""

    label = "libRoadRunner"

    def __init__(self, problem: Problem) -> None:
        import roadrunner

        roadrunner.Config.setValue(roadrunner.Config.LLVM_BACKEND, roadrunner.Config.LLJIT)
        self.model = roadrunner.RoadRunner(problem.sbml)
        self.model.timeCourseSelections = problem.ids
        self.model.integrator.maximum_num_steps = 10_000_000
        self.problem = problem

    def solve(self, rtol: float) -> None:
        self.model.integrator.relative_tolerance = rtol
        self.model.integrator.absolute_tolerance = rtol * self.problem.smallest
        self.model.reset()
        self.found = self.model.simulate(0, self.problem.end, len(self.problem.times))

    def result(self) -> np.ndarray:
        return np.array(self.found)
