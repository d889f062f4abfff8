"""Tau-leaping and hybrids at equal measured error: how long it takes to be as close to the exact distribution.

Error: the Wasserstein-1 distance between samples and the exact distribution, in its standard deviations. Each method
is run over its tolerances; that of exact samples, which no method can beat, is shown beside.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import beta, binom, poisson, wasserstein_distance

from benchmarks.peers.case import Case, Reaction
from benchmarks.peers.clock import processor_seconds
from benchmarks.peers.peers import HYBRID, LEAPING
from benchmarks.peers.simulators.microdomain import Microdomain
from benchmarks.peers.simulators.rebop import Rebop

TOLERANCES = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
CLOSE = 0.1
"""Standard deviations: how far from the exact distribution an approximation may be, or 1.5 times what chance makes of
the samples that are asked for. Where fewer are drawn, and chance makes more of them, nothing can be told."""
LIMIT = 30.0
"""Seconds that a run may take, or a third of that in quick runs; beyond it fewer samples are drawn."""
LEAST = 20
"""Samples."""


@dataclass(frozen=True)
class Target:
    """A case, the species that is looked at, and the probability of each of its values.

    Samples are the ends of trajectories, or points along one (``along``), the first of which are left out.
    """

    case: Case
    species: int
    values: np.ndarray
    probability: np.ndarray
    kinds: tuple[Any, ...]
    along: bool = False

    @property
    def deviation(self) -> float:
        mean = self.values @ self.probability
        return float(np.sqrt((self.values - mean) ** 2 @ self.probability))

    def error(self, samples: np.ndarray) -> float:
        return float(wasserstein_distance(samples, self.values, None, self.probability) / self.deviation)


def births() -> Target:
    """0 -> A at 10^5/s, A -> 0 at 1/s, a second after 1000: Poisson, and the binomial of those that are left."""
    n, first, left = 100_000, 1000, np.exp(-1.0)
    reactions = [Reaction((), ("A",), float(n)), Reaction(("A",), (), 1.0)]
    born = np.arange(60_000, 67_000)
    old = np.arange(first + 1)
    chance = np.convolve(poisson.pmf(born, n * (1 - left)), binom.pmf(old, first, left))
    case = _case("births and deaths", {"A": first}, reactions, 1.0)
    return Target(case, 0, born[0] + np.arange(len(chance)), chance, LEAPING)


def dimers() -> Target:
    """2 A <-> B among 20,000 A, in equilibrium after 5 s: detailed balance."""
    n, k = 20_000, 1e-4
    reactions = [Reaction(("A", "A"), ("B",), k), Reaction(("B",), ("A", "A"), 1.0)]
    b = np.arange(1.0, n // 2 + 1)
    free = n - 2 * (b - 1)
    logarithm = np.append(0.0, np.cumsum(np.log(k * free * (free - 1) / b)))
    chance = np.exp(logarithm - logarithm.max())
    case = _case("dimers", {"A": n, "B": 0}, reactions, 5.0)
    return Target(case, 1, np.arange(n // 2 + 1), chance / chance.sum(), LEAPING)


def telegraph() -> Target:
    """A gene switches on and off at 1/s and makes 10^4/s of a protein that decays at 1/s: Poisson of a beta (1, 1)."""
    n = 10_000
    reactions = [
        Reaction(("off",), ("on",), 1.0), Reaction(("on",), ("off",), 1.0),
        Reaction(("on",), ("on", "P"), float(n)), Reaction(("P",), (), 1.0),
    ]  # fmt: skip
    values = np.arange(2 * n)
    share = (np.arange(20_000) + 0.5) / 20_000
    means = n * beta.ppf(share, 1.0, 1.0)
    probability = np.bincount(np.rint(means).astype(int), minlength=2 * n) / len(means)
    case = _case("gene switch", {"off": 1, "on": 0, "P": 5000}, reactions, 5.0)
    return Target(case, 2, values, probability, HYBRID, along=True)


def _case(name: str, initial: dict[str, int], reactions: list[Reaction], end: float) -> Case:
    return Case(name, name, initial, reactions, end, 2, 1, lambda counts: {}, 1.0)


def measure(quick: bool, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """A row per target and method, with what ``_run`` found at each tolerance."""
    tolerances, samples, limit = (TOLERANCES[1:4], 200, LIMIT / 3) if quick else (TOLERANCES, 2000, LIMIT)
    rows = []
    for make in (births, dimers, telegraph):
        target = make()
        close = max(CLOSE, 1.5 * _chance(target, samples))
        for kind in (Microdomain, Rebop, *target.kinds):
            settings = tolerances if hasattr(kind, "tolerate") else (0.0,)
            row = {"target": target.case.name, "method": kind.label, "close": close, "runs": []}
            rows.append(row)
            say(f"approximate: {target.case.name}, {kind.label}")
            try:
                simulator = kind(target.case)
                for tolerance in settings:
                    row["runs"].append(_run(target, simulator, tolerance, samples, limit))
            except Exception as fault:  # a peer that is missing or fails must not end the benchmark
                row["skipped"] = f"{type(fault).__name__}: {fault}".splitlines()[0]
    return rows


def _run(
    target: Target, simulator: Any, tolerance: float, samples: int, limit: float
) -> tuple[float, float, float, int, float]:
    """The tolerance, the error, seconds for 1000 samples, how many there are, and what chance makes of so many."""
    if tolerance:
        simulator.tolerate(tolerance)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for few in (2, 10):
            start = processor_seconds()
            _sample(target, simulator, few, few)
            possible = int(few * limit / (processor_seconds() - start))
            if possible < LEAST:
                raise TimeoutError(f"over {limit:.0f} s for {LEAST} samples at tolerance {tolerance:g}")
        samples = min(samples, possible)
        start = processor_seconds()
        found = _sample(target, simulator, samples, 1)
        seconds = 1e3 * (processor_seconds() - start) / samples
    return tolerance, target.error(found), seconds, samples, _chance(target, samples)


def _sample(target: Target, simulator: Any, samples: int, seed: int) -> np.ndarray:
    end = target.case.end
    if target.along:
        counts, _ = simulator.run(end * (samples + 2), samples + 3, 1, seed)
        return counts[0, 3:, target.species]
    counts, _ = simulator.run(end, 2, samples, seed)
    return counts[:, -1, target.species]


def _chance(target: Target, samples: int) -> float:
    """The error of exact independent samples, in 95 of 100 cases not larger."""
    rng = np.random.default_rng(1)
    drawn = rng.choice(target.values, p=target.probability / target.probability.sum(), size=(100, samples))
    return float(np.quantile([target.error(one) for one in drawn], 0.95))
