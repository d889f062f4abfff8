"""ODE at equal true error: this project's engine against libRoadRunner's CVODE.

Each problem is one list of reactions with rates in concentrations; its reference comes from scipy's LSODA with tight
tolerances (Radau agrees to 1e-9). Both are timed as prepared solvers: libRoadRunner's compiled model, and our engine's
prepared run; the labelled dataset around it takes about 3 ms more. The error of a run is the largest deviation of any
species at any output time, in units of the largest value of that species.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import Any, NamedTuple

import numpy as np
import sympy
from scipy.integrate import solve_ivp

from benchmarks.sbml import SBMLReaction, sbml
from benchmarks.speed_models import OMEGA_PER_FL, vilar

TOLERANCES = tuple(10.0**-n for n in range(3, 11))


class Flux(NamedTuple):
    """`rate` is a mass-action constant, or the rate itself as a formula in the species."""

    reactants: tuple[str, ...]
    products: tuple[str, ...]
    rate: float | str

    def formula(self) -> str:
        return self.rate if isinstance(self.rate, str) else "*".join([repr(self.rate), *self.reactants])


@dataclass(frozen=True)
class Problem:
    name: str
    initial: dict[str, float]
    fluxes: list[Flux]
    end: float
    smallest: float  # absolute tolerance = relative tolerance x this

    @property
    def times(self) -> np.ndarray:
        return np.linspace(0, self.end, 101)


def problems() -> list[Problem]:
    oscillator = vilar()
    # Li & Rinzel 1994 closed cell at IP3 0.5 uM: a limit cycle; e = E / 0.185, h + hc = 1
    ip3, d1, d2, d3, d5, a2 = 0.5, 0.13, 1.049, 0.9434, 0.08234, 0.2
    q2 = d2 * (ip3 + d1) / (ip3 + d3)
    gate = f"(({ip3 / (ip3 + d1)!r})*C/(C+{d5})*H)^3"
    return [
        Problem(
            "Vilar", {s: float(n) for s, n in oscillator.initial.items()},
            [Flux(*reaction) for reaction in oscillator.reactions], 400, 1e-2,
        ),
        Problem(
            "Robertson", {"A": 1.0, "B": 0.0, "C": 0.0},
            [
                Flux(("A",), ("B",), 0.04), Flux(("B", "B"), ("B", "C"), 3e7),
                Flux(("B", "C"), ("A", "C"), 1e4),
            ],
            1e5, 1e-6,
        ),
        Problem(
            "Li-Rinzel", {"C": 0.1, "E": 1.9, "H": 0.8, "Hc": 0.2},
            [
                Flux(("E",), ("C",), f"6*{gate}*E"), Flux(("C",), ("E",), f"6*0.185*{gate}*C"),
                Flux(("E",), ("C",), 0.11), Flux(("C",), ("E",), 0.11 * 0.185),
                Flux(("C",), ("E",), "0.9*C^2/(C^2+0.01)"),
                Flux(("Hc",), ("H",), a2 * q2), Flux(("H", "C"), ("Hc", "C"), a2),
            ],
            200, 1e-3,
        ),
    ]  # fmt: skip


def reference(problem: Problem) -> np.ndarray:
    """Concentrations (time, species), by LSODA at the tightest tolerance it takes."""
    symbols = [sympy.Symbol(name) for name in problem.initial]
    namespace = dict(zip(problem.initial, symbols, strict=True))
    change = [sympy.Integer(0)] * len(symbols)
    for flux in problem.fluxes:
        rate = sympy.sympify(flux.formula(), locals=namespace)
        for i, name in enumerate(problem.initial):
            change[i] += (flux.products.count(name) - flux.reactants.count(name)) * rate
    drift = sympy.lambdify(symbols, change, "math", cse=True)
    jacobian = sympy.lambdify(symbols, sympy.Matrix(change).jacobian(symbols).tolist(), "math", cse=True)
    found = solve_ivp(
        lambda _, y: drift(*y), (0, problem.end), list(problem.initial.values()), method="LSODA",
        t_eval=problem.times, rtol=1e-12, atol=1e-12 * problem.smallest, jac=lambda _, y: jacobian(*y),
    )  # fmt: skip
    return found.y.T


def roadrunner_solver(problem: Problem) -> Callable[[float], np.ndarray]:
    import roadrunner

    fluxes = [SBMLReaction(flux.reactants, flux.products, flux.formula(), {}) for flux in problem.fluxes]
    model = roadrunner.RoadRunner(sbml(problem.initial, fluxes))
    model.timeCourseSelections = list(problem.initial)
    model.integrator.maximum_num_steps = 10_000_000

    def solve(rtol: float) -> np.ndarray:
        model.integrator.relative_tolerance = rtol
        model.integrator.absolute_tolerance = rtol * problem.smallest
        model.reset()
        return np.array(model.simulate(0, problem.end, len(problem.times)))

    return solve


def microdomain_solver(problem: Problem) -> Callable[[float], np.ndarray]:
    import microdomain as md

    model = md.Model(problem.name)
    cell = model.compartment("cell", volume=1 / OMEGA_PER_FL)
    for name, value in problem.initial.items():
        model.species(name, cell, value)

    @md.rate_law(e="uM", c="uM", h="uM", v="1/s", m="1", d="uM", returns="uM/s")
    def release(e, c, h, v, m, d):
        """v (m h c/(c+d))^3 e, for gates h counted in uM."""
        return v * (m * h * c / (c + d)) ** 3 * e

    @md.rate_law(c="uM", v="uM/s", k="uM", returns="uM/s")
    def uptake(c, v, k):
        """v c^2 / (k^2 + c^2)"""
        return v * c**2 / (k**2 + c**2)

    laws = iter([])
    if problem.name == "Li-Rinzel":
        gate = {"c": "C", "h": "H", "m": 0.5 / (0.5 + 0.13), "d": 0.08234}
        laws = iter([
            (release, {"e": "E", "v": 6.0, **gate}), (release, {"e": "C", "v": 6 * 0.185, **gate}),
            (uptake, {"c": "C", "v": 0.9, "k": 0.1}),
        ])  # fmt: skip
    for flux in problem.fluxes:
        text = " -> ".join(" + ".join(side) or "0" for side in flux[:2])
        if isinstance(flux.rate, str):
            law, arguments = next(laws)
            model.reaction(text, law, **arguments)
        else:
            model.reaction(text, k=flux.rate)

    network = model.network()

    @cache
    def prepared(rtol: float) -> Any:
        return md.ODE(rtol=rtol, atol=rtol * problem.smallest).prepare(network, 0.0, problem.end)

    def solve(rtol: float) -> np.ndarray:
        states = np.empty((1, len(problem.times), len(problem.initial)))
        prepared(rtol).trajectories(None, problem.times, states, np.zeros(2, dtype=np.int64))
        return states[0]

    return solve


def measure(repeats: int) -> tuple[list[dict], list[str]]:
    """One row per problem and solver, with (rtol, true error, seconds) of each run; and what was skipped."""
    rows, skipped = [], []
    for problem in problems():
        truth = reference(problem)
        scale = np.abs(truth).max(axis=0)
        solvers = {}
        for label, make in (("microdomain", microdomain_solver), ("libRoadRunner", roadrunner_solver)):
            try:
                solve = make(problem)
                solve(1e-3)
                solvers[label] = solve
            except Exception as fault:  # one missing or failing solver must not end the benchmark
                skipped.append(f"{label} on {problem.name}: {fault}")
        found: dict[str, list] = {label: [] for label in solvers}
        for rtol in TOLERANCES:
            seconds: dict[str, list[float]] = {label: [] for label in solvers}
            for _ in range(repeats):
                for label, solve in solvers.items():
                    seconds[label].append(_time(solve, rtol))
            for label, solve in solvers.items():
                error = float(np.max(np.abs(solve(rtol) - truth) / scale))
                found[label].append((rtol, error, median(seconds[label])))
        rows += [{"problem": problem.name, "solver": label, "runs": runs} for label, runs in found.items()]
    return rows, skipped


def _time(solve: Callable[[float], np.ndarray], rtol: float) -> float:
    """Seconds per solve, over as many solves as fill 20 ms."""
    start = time.perf_counter()
    calls = 0
    while time.perf_counter() < start + 0.02:
        solve(rtol)
        calls += 1
    return (time.perf_counter() - start) / calls


def seconds_at_error(runs: list[tuple[float, float, float]], error: float) -> float:
    """Time to reach `error`: log-log interpolation over the runs that no other run beats; NaN outside."""
    best: list[tuple[float, float]] = []
    for _, found, seconds in sorted(runs, key=lambda run: run[2]):
        if not best or found < best[-1][0]:
            best.append((found, seconds))
    errors, seconds = (np.log(column)[::-1] for column in np.array(best).T)
    return float(np.exp(np.interp(np.log(error), errors, seconds, left=np.nan, right=seconds[-1])))
