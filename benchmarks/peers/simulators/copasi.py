"""COPASI through basico: Gillespie, leaps, hybrids, and LSODA."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.peers.case import Case
from benchmarks.peers.sbml import sbml

if TYPE_CHECKING:  # it loads microdomain, which the cold start of a peer must not contain
    from benchmarks.peers.problems import Problem


class Copasi:
    """COPASI's next-reaction method: each run makes its graph of dependencies again, in ``set_up`` seconds."""

    label = "COPASI"
    method = "stochastic"

    def __init__(self, case: Case) -> None:
        import basico
        import COPASI

        # a square that is mass action means n(n-1) to its stochastic methods
        self.model = basico.load_model_from_string(sbml(case, counted=False))
        self.task = self.model.getTask("Time-Course")
        self.task.setMethodType(getattr(COPASI.CTaskEnum, f"Method_{self.method}"))
        self.options = self.task.getMethod()
        self.options.getParameter("Max Internal Steps").setIntValue(2**31 - 1)
        self.options.getParameter("Use Random Seed").setBoolValue(True)
        self.no_output = COPASI.CCopasiTask.NO_OUTPUT
        found = {species.getSBMLId(): species for species in self.model.getModel().getMetabolites()}
        self.species = [found[name] for name in case.initial]

    def run(self, end: float, points: int, trajectories: int, seed: int) -> tuple[np.ndarray, int | None]:
        counts = np.empty((trajectories, points, len(self.species)))
        times = np.linspace(0, end, points)
        self.set_up = 0.0
        for trajectory in range(trajectories):
            start = time.perf_counter()
            self.options.getParameter("Random Seed").setIntValue(seed + trajectory)
            self.task.initializeRaw(self.no_output)
            self.task.processStart(True)
            self.set_up += time.perf_counter() - start
            for point, t in enumerate(times):
                if not self.task.processStep(t):
                    raise RuntimeError(f"COPASI stopped before {t} s")
                self.model.getModel().getMathContainer().pushState()
                counts[trajectory, point] = [species.getValue() for species in self.species]
        return counts, None


class CopasiLeaping(Copasi):
    """Tau-leaping of COPASI, by its own epsilon."""

    label = "COPASI tau-leap"
    method = "tauLeap"

    def tolerate(self, epsilon: float) -> None:
        self.options.getParameter("Epsilon").setDblValue(epsilon)


class CopasiAdaptive(CopasiLeaping):
    """Exact steps or leaps, whichever are longer."""

    label = "COPASI adaptive SSA/tau-leap"
    method = "adaptiveSA"


class CopasiHybrid(Copasi):
    """Reactions of species beyond a limit flow, by LSODA."""

    label = "COPASI hybrid (LSODA)"
    method = "hybridLSODA"

    def tolerate(self, rtol: float) -> None:
        self.options.getParameter("Relative Tolerance").setDblValue(rtol)
        self.options.getParameter("Absolute Tolerance").setDblValue(rtol)


class CopasiODE:
    """LSODA."""

    label = "COPASI"

    def __init__(self, problem: Problem) -> None:
        import basico
        import COPASI

        self.problem = problem
        self.model = basico.load_model_from_string(problem.sbml)
        self.task = self.model.getTask("Time-Course")
        self.task.setMethodType(COPASI.CTaskEnum.Method_deterministic)
        options = self.task.getProblem()
        options.setDuration(problem.end)
        options.setStepNumber(len(problem.times) - 1)
        options.setTimeSeriesRequested(True)
        self.options, self.output = self.task.getMethod(), COPASI.CCopasiTask.ONLY_TIME_SERIES
        self.options.getParameter("Max Internal Steps").setIntValue(10_000_000)

    def solve(self, rtol: float) -> None:
        self.options.getParameter("Relative Tolerance").setDblValue(rtol)
        self.options.getParameter("Absolute Tolerance").setDblValue(rtol * self.problem.smallest)
        if not (self.task.initializeRaw(self.output) and self.task.processRaw(True)):
            raise RuntimeError("COPASI stopped")

    def result(self) -> np.ndarray:
        series = self.task.getTimeSeries()
        where = {series.getSBMLId(i, self.model): i for i in range(series.getNumVariables())}
        columns = [where[name] for name in self.problem.ids]
        rows = range(series.getRecordedSteps())
        return np.array([[series.getData(row, column) for column in columns] for row in rows])
