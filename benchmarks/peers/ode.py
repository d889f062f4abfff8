"""ODE at equal true error: every solver over a range of tolerances, in turns.

All are timed as prepared solvers. The error of a run is the largest deviation of any species at any output time, in
units of the largest value of that species.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from benchmarks.peers.clock import processor_seconds
from benchmarks.peers.peers import SOLVERS
from benchmarks.peers.problems import Problem, problems

TOLERANCES = tuple(10.0**-n for n in range(2, 11))
SPAN = 0.02
"""Seconds that short solves are repeated for."""
LONG = 5.0
"""Seconds of a solve beyond which a solver is not tried at tighter tolerances."""


def measure(quick: bool, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """One row per problem and solver, with (rtol, true error, seconds) of each run, or why there is none."""
    tolerances, repeats = (TOLERANCES[1:7:2], 1) if quick else (TOLERANCES, 3)
    return [row for problem in problems() for row in _in_turns(problem, tolerances, repeats, say)]


def _in_turns(
    problem: Problem, tolerances: tuple[float, ...], repeats: int, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    solvers: dict[str, Any] = {}
    say(f"ode: {problem.name}, the solution")
    truth = problem.solution()
    scale = np.abs(truth).max(axis=0)
    scale[scale == 0] = 1.0
    for kind in SOLVERS:
        say(f"ode: {problem.name}, {kind.label} builds")
        row = rows[kind.label] = {"problem": problem.name, "solver": kind.label, "runs": []}
        try:
            solvers[kind.label] = kind(problem)
            solvers[kind.label].solve(1e-3)
        except Exception as fault:  # one missing or failing solver must not end the benchmark
            solvers.pop(kind.label, None)
            row["skipped"] = f"{type(fault).__name__}: {fault}".splitlines()[0]
    for rtol in tolerances:
        say(f"ode: {problem.name}, tolerance {rtol:.0e}")
        seconds: dict[str, list[float]] = {label: [] for label in solvers}
        errors: dict[str, float] = {}
        for label, solver in solvers.items():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of steps given up: the error says it
                solver.solve(rtol)
            errors[label] = float(np.max(np.abs(solver.result() - truth) / scale))
        for _ in range(repeats):
            for label, solver in solvers.items():
                if sum(seconds[label]) < LONG:
                    seconds[label].append(_time(solver, rtol))
        for label in list(solvers):
            rows[label]["runs"].append((rtol, errors[label], median(seconds[label])))
            if max(seconds[label]) > LONG:
                del solvers[label]
    return list(rows.values())


def _time(solver: Any, rtol: float) -> float:
    """Processor seconds per solve, over as many solves as fill ``SPAN``."""
    start = processor_seconds()
    calls = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        while processor_seconds() < start + SPAN:
            solver.solve(rtol)
            calls += 1
    return (processor_seconds() - start) / calls


def seconds_at_error(runs: list[tuple[float, float, float]], error: float) -> float:
    """Time to reach `error`: log-log interpolation over the runs that no other run beats; NaN where none reaches it."""
    best: list[tuple[float, float]] = []
    for _, found, seconds in sorted(runs, key=lambda run: run[2]):
        if np.isfinite(found) and (not best or found < best[-1][0]):
            best.append((max(found, 1e-15), seconds))
    if not best:
        return float("nan")
    errors, seconds = (np.log(column)[::-1] for column in np.array(best).T)
    return float(np.exp(np.interp(np.log(error), errors, seconds, left=np.nan, right=seconds[-1])))
