"""microdomain on the SBML Test Suite: ``python -m benchmarks.verify_sbml --suite PATH``.

PATH is a folder of numbered cases. Stochastic cases run with --engine (gillespie), the others with the ODE engine.
The file is an adapter, too, for harnesses that call ``simulate_ssa`` and ``simulate_ode``.
"""

import argparse
import time
from pathlib import Path

import numpy as np

import microdomain as md
from benchmarks.sbml_cases import Case, cases, score_deterministic, score_stochastic
from engines.partition import READINGS
from microdomain.exchange.sbml.document import UnsupportedSBML
from microdomain.exchange.sbml.read import read
from microdomain.exchange.sbml.results import ResultValues

CHUNK = 2_000
"""Trajectories whose paths are kept at once."""


class Unsupported(Exception):
    """A model that says what microdomain cannot."""


def _read(path):
    try:
        return read(path)
    except UnsupportedSBML as error:
        raise Unsupported("; ".join(f"{fault.where}: {fault.found}" for fault in error.faults)) from None


def simulate_ssa(path, times, runs, seed, engine="gillespie", workers=None):
    """Amounts (runs, times, variables) of all species, and their names."""
    imported = _read(path)
    names = list(imported.contents.species)
    found = np.empty((runs, len(times), len(names)))
    seconds = np.asarray(times) * imported.binding.seconds
    for first in range(0, runs, CHUNK):
        numbers = range(first, min(first + CHUNK, runs))
        data = md.simulate(imported.model, seconds, engine=engine, trajectories=numbers, seed=seed, workers=workers)
        values = ResultValues(imported, data)
        for i, name in enumerate(names):
            found[first : first + len(numbers), :, i] = values.amount(name)
    return found, names


def simulate_ode(path, times, rtol, atol, variables, kinds):
    """Values (times, variables); kinds: "amount" or "concentration", of species."""
    imported = _read(path)
    seconds = np.asarray(times) * imported.binding.seconds
    grid = seconds if seconds[0] == 0 else np.append(0.0, seconds)
    smallest = min([1.0, *imported.binding.items.values()])  # variables are in the numbers of the document
    data = md.simulate(imported.model, grid, engine=md.ODE(rtol=rtol, atol=atol * smallest))
    values = ResultValues(imported, data)
    read_as = {"amount": values.amount, "concentration": values.concentration}
    columns = [read_as[kinds[name]](name) if name in kinds else values[name] for name in variables]
    return np.stack([column[0, -len(times) :] for column in columns], axis=1)


def verdict(case: Case, runs: int, seed: int, engine: str) -> tuple[str, str]:
    """ "passed", "failed" or "refused", and why.

    Of a stochastic case one point may be out of range. Where more are, for the points of a run are correlated, it is
    run again with another seed: then at most three may be out, and none of those that were before.
    """
    try:
        if not case.stochastic:
            found = simulate_ode(case.sbml, case.times, *case.solver_tolerances, *case.wanted)
            out, text = score_deterministic(case, found)
            return "failed" if out else "passed", text
        out, text = score_stochastic(case, *simulate_ssa(case.sbml, case.times, runs, seed + int(case.name), engine))
        if len(out) <= 1:
            return "passed", text
        again = simulate_ssa(case.sbml, case.times, runs, seed + int(case.name) + 500_000, engine)
        still, text_again = score_stochastic(case, *again)
        passed = len(still) <= 3 and not still & out
        return "passed" if passed else "failed", f"{text}; again: {text_again}"
    except Unsupported as error:
        return "refused", str(error)
    except (md.ModelError, md.RequestError, md.SimulationError, ValueError) as error:
        return "failed", f"{type(error).__name__}: {error}".replace("\n", " ")[:300]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", type=Path, required=True, help="a folder of numbered cases")
    parser.add_argument("--runs", type=int, default=10_000, help="trajectories of a stochastic case")
    parser.add_argument("--engine", default="gillespie", help="of stochastic cases, or a reading, such as 'leap'")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", help="numbers of cases")
    parser.add_argument("--all", action="store_true", help="list the cases that passed too")
    given = parser.parse_args()
    engine = md.Hybrid(given.engine) if given.engine in READINGS else given.engine
    counts, began = {"passed": 0, "failed": 0, "refused": 0}, time.perf_counter()
    for case in cases(given.suite, given.only):
        start = time.perf_counter()
        found, why = verdict(case, given.runs, given.seed, engine)
        counts[found] += 1
        if given.all or found != "passed":
            print(f"{case.name}  {found:8}{time.perf_counter() - start:7.1f} s  {why}", flush=True)
    total = ", ".join(f"{n} {found}" for found, n in counts.items())
    print(f"{sum(counts.values())} cases: {total}; {time.perf_counter() - began:.0f} s")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
