"""GillesPy2 as shipped: its C++ solvers, which start a process for each call, and those in numpy."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.peers.case import Case

if TYPE_CHECKING:  # it loads microdomain, which the cold start of a peer must not contain
    from benchmarks.peers.problems import Problem


MOST_REACTIONS = 1000
"""Beyond them compiling takes over a minute."""
TIMEOUT = 60
"""Seconds: its counts are unsigned, and a difference of two in a rate can give a run that never ends."""


def _find_scons() -> None:
    """Put the scons of this environment on the path, with which it compiles."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


class GillesPy2:
    """GillesPy2's C++ SSA solver as shipped: compiled beforehand; each call starts a process."""

    label = "GillesPy2 C++"

    solver_name = "SSACSolver"

    def __init__(self, case: Case) -> None:
        import gillespy2

        _find_scons()
        model = gillespy2.Model(name=re.sub(r"\W", "_", case.name))
        model.add_species([gillespy2.Species(name=s, initial_value=n) for s, n in case.initial.items()])
        for number, (reactants, products, rate) in enumerate(case.reactions):
            sides = {"reactants": dict(Counter(reactants)), "products": dict(Counter(products))}
            if isinstance(rate, float) and len(reactants) <= 2:
                constant = gillespy2.Parameter(name=f"k{number}", expression=repr(rate))
                model.add_parameter(constant)
                model.add_reaction(gillespy2.Reaction(name=f"r{number}", rate=constant, **sides))
            else:
                law = case.reactions[number].counted().replace("^", "**")
                model.add_reaction(gillespy2.Reaction(name=f"r{number}", propensity_function=law, **sides))
        self.names = list(case.initial)
        compiled = {"variable": False} if self.solver_name.endswith("CSolver") else {}
        self.solver = getattr(gillespy2, self.solver_name)(model=model, **compiled)
        self.tolerance: dict[str, Any] = {}

    def run(self, end: float, points: int, trajectories: int, seed: int) -> tuple[np.ndarray, int | None]:
        self.solver.model.tspan = None  # the run before left its own there
        results = self.solver.run(
            t=end, increment=end / (points - 1), number_of_trajectories=trajectories, seed=seed, timeout=TIMEOUT,
            **self.tolerance,
        )  # fmt: skip
        if any(result.rc for result in results):
            raise TimeoutError(f"over {TIMEOUT} s to run")
        return np.stack([np.column_stack([r[name] for name in self.names]) for r in results]), None


class GillesPy2Numpy(GillesPy2):
    """Its direct method in numpy."""

    label = "GillesPy2 numpy"
    solver_name = "NumPySSASolver"


class GillesPy2Leaping(GillesPy2):
    """Its C++ tau-leaping."""

    label = "GillesPy2 C++ tau-leap"
    solver_name = "TauLeapingCSolver"

    def tolerate(self, epsilon: float) -> None:
        self.tolerance = {"tau_tol": epsilon}


class GillesPy2Hybrid(GillesPy2Leaping):
    """Its C++ hybrid of flows and leaps, each species as it chooses."""

    label = "GillesPy2 C++ hybrid"
    solver_name = "TauHybridCSolver"


class GillesPy2ODE:
    """CVODE in a process of its own."""

    label = "GillesPy2 C++"
    solver_name = "ODECSolver"
    more: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, problem: Problem) -> None:
        import gillespy2

        import microdomain as md

        if len(problem.model.network().reactions) > MOST_REACTIONS:
            raise RuntimeError("a minute to compile")
        _find_scons()
        model = md.to_gillespy2(problem.model)
        network = problem.model.network()
        for species, value in zip(model.listOfSpecies.values(), network.values(0.0), strict=False):
            species.mode = "continuous"  # its start need not be whole
            species.set_initial_value(float(value))
        model.timespan(gillespy2.TimeSpan(problem.times))
        self.names = list(model.listOfSpecies)
        compiled = {"variable": False} if self.solver_name.endswith("CSolver") else {}
        self.solver = getattr(gillespy2, self.solver_name)(model=model, **compiled)
        self.problem = problem

    def solve(self, rtol: float) -> None:
        options = {"rtol": rtol, "atol": rtol * self.problem.smallest, **self.more}
        [self.found] = self.solver.run(integrator_options=options)

    def result(self) -> np.ndarray:
        return np.column_stack([self.found[name] for name in self.names])


class GillesPy2NumpyODE(GillesPy2ODE):
    """scipy's LSODA around formulas in Python."""

    label = "GillesPy2 numpy"
    solver_name = "ODESolver"
    more = MappingProxyType({"nsteps": 10_000_000})
