"""python -m benchmarks.dsmts_variants: the models of the stochastic suite written in other ways, and exact moments.

Births and deaths, immigration and death, dimers, immigration in batches (Evans, Gillespie and Wilkinson 2008), in
amounts and concentrations, sizes, units, levels of SBML, with rules, functions, boundary species and events. Every
model is a chain of one number, whose moments follow from its master equation.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.linalg import expm

from benchmarks.verify_sbml import simulate_ssa
from tests.microdomain.exchange import documents as d

TIMES = np.linspace(0.0, 50.0, 51)
Z_RANGE, Y_RANGE = 3.0, 5.0
"""As in the suite: of sqrt(N) (mean - mu) / sigma, and of sqrt(N / 2) (variance / sigma^2 - 1)."""


@dataclass(frozen=True)
class Chain:
    """A number n that starts at ``start``, below ``size``, with (rate(n), step) for each reaction.

    reset: (25, to), n is set at t = 25; (above, to) with ``above`` negative: it is set where it exceeds -above.
    """

    start: int
    size: int
    jumps: tuple[tuple[Callable[[np.ndarray], np.ndarray], int], ...]
    reset: tuple[int, int] = (0, 0)

    def moments(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and variance of n at TIMES."""
        n, when, to = np.arange(self.size), *self.reset
        rates = np.zeros((self.size, self.size))
        for rate, step in self.jumps:
            for i in n[(n + step >= 0) & (n + step < self.size)]:
                reached = to if when < 0 and i <= -when < i + step else i + step
                rates[i, reached] += rate(np.array(float(i)))
        rates -= np.diag(rates.sum(axis=1))
        step, p = expm(rates.T), np.eye(self.size)[self.start]
        found = [p]
        for t in TIMES[1:]:
            p = step @ p
            found.append(np.eye(self.size)[to] if t == when else p)
            p = found[-1]
        mean = np.array(found) @ n
        return mean, np.array(found) @ n**2 - mean**2


@dataclass(frozen=True)
class Variant:
    """A document, the species that is compared, and the amount in it of one of the chain's number."""

    name: str
    text: str
    chain: Chain
    species: str = "X"
    unit: float = 1.0


def births(rate: float = 0.1, loss: float = 0.11, start: int = 100, size: int = 420) -> Chain:
    return Chain(start, size, ((lambda n: rate * n, 1), (lambda n: loss * n, -1)))


def arrivals(rate: float, batch: int = 1, loss: float = 0.1, reset: tuple[int, int] = (0, 0), size: int = 200) -> Chain:
    return Chain(0, size, ((lambda n: rate + 0.0 * n, batch), (lambda n: loss * n, -1)), reset)


def dimers(k: float = 0.001, reset: tuple[int, int] = (0, 0)) -> Chain:
    """n dimers of 100 monomers; k is that of P (P - 1) / 2."""
    meet = (lambda n: k * (100 - 2 * n) * (99 - 2 * n) / 2, 1)
    return Chain(0, 51, (meet, (lambda n: 0.01 * n, -1)), reset)


CELL = d.compartment()
WIDE = d.compartment(size=2.5)
RATES = (d.parameter("lam", 0.1), d.parameter("mu", 0.11))
X = d.species("X", 100)
BIRTH, DEATH = (d.reaction("B", {"X": 1}, {"X": 2}, "lam * X"), d.reaction("D", {"X": 1}, {}, "mu * X"))


def of_births() -> Iterator[Variant]:
    def variant(name: str, *parts: str, unit: float = 1.0, **attributes: str) -> Variant:
        return Variant(f"births: {name}", d.document(*parts, **attributes), births(), unit=unit)

    yield variant("amounts", CELL, X, *RATES, BIRTH, DEATH)
    yield variant("local parameters that shadow", CELL, X, d.parameter("lam", 9.0), d.parameter("mu", 8.0),
        d.reaction("B", {"X": 1}, {"X": 2}, "lam * X", lam=0.1),
        d.reaction("D", {"X": 1}, {}, "mu * X", mu=0.11))  # fmt: skip
    yield variant("a sink", CELL, X, d.species("S", 0), *RATES, BIRTH, d.reaction("D", {"X": 1}, {"S": 1}, "mu * X"))
    yield variant("a boundary species", CELL, X, d.species("S", 7, boundaryCondition="true"), *RATES,
        d.reaction("B", {"X": 1, "S": 1}, {"X": 2}, "lam * X"), DEATH)  # fmt: skip
    yield variant("amounts in a size of 2.5", WIDE, X, *RATES, BIRTH, DEATH)
    yield variant("concentrations in a size of 2.5", WIDE, d.species("X", 100, in_amounts=False), *RATES,
        d.reaction("B", {"X": 1}, {"X": 2}, "lam * X * c"), d.reaction("D", {"X": 1}, {}, "c * mu * X"))  # fmt: skip
    yield variant("functions and initial assignments", d.function("f", "lambda(k, x, k * x)"), CELL, d.species("X"),
        d.assignment("X", "50 * 2"), *RATES, d.reaction("B", {"X": 1}, {"X": 2}, "f(lam, X)"), DEATH)  # fmt: skip
    yield variant("an assignment rule in a law", CELL, X, *RATES, d.parameter("y", constant=False),
        d.rule("assignment", "y", "2 * X"), BIRTH, d.reaction("D", {"X": 1}, {}, "mu * y / 2"))  # fmt: skip
    yield variant("moles", CELL, d.species("X", 100 / 6.02214076e23, substanceUnits="mole"), *RATES, BIRTH, DEATH,
        unit=1 / 6.02214076e23, substanceUnits="mole", extentUnits="mole")  # fmt: skip
    yield variant("extents in mole, converted to items", CELL, d.species("X", 100, substanceUnits="item",
        conversionFactor="N"), *RATES, d.parameter("N", 6.02214076e23),
        d.reaction("B", {"X": 1}, {"X": 2}, "lam * X / N"), d.reaction("D", {"X": 1}, {}, "mu * X / N"),
        extentUnits="mole")  # fmt: skip
    yield variant("minutes", d.unit("min", d.factor("second", multiplier=60)), CELL, X, *RATES, BIRTH, DEATH,
        timeUnits="min")  # fmt: skip
    plain = d.document(CELL, X, *RATES, BIRTH, DEATH, substanceUnits="item", extentUnits="item")
    for level, version in ((3, 1), (2, 4), (2, 1), (1, 2)):
        yield Variant(f"births: Level {level} Version {version}", _in_level(plain, level, version), births())
    ten = d.document(CELL, d.species("X", 10), *RATES, BIRTH, DEATH)
    yield Variant("births: of ten", ten, births(start=10, size=160))
    fast = d.document(CELL, X, d.parameter("lam", 1.0), d.parameter("mu", 1.1), BIRTH, DEATH)
    yield Variant("births: ten times as fast", fast, births(1.0, 1.1, 100, 1100))


def of_arrivals() -> Iterator[Variant]:
    parts = (CELL, d.species("X", 0), d.parameter("a", 1.0), d.parameter("mu", 0.1), DEATH)
    once = d.reaction("A", {}, {"X": 1}, "a")
    yield Variant("arrivals: amounts", d.document(*parts, once), arrivals(1.0))
    yield Variant(
        "arrivals: a local rate", d.document(*parts, d.reaction("A", {}, {"X": 1}, "a", a=10.0)), arrivals(10.0)
    )
    both = d.reaction("R", {}, {"X": 1}, "a - mu * X", True)
    yield Variant("arrivals: one reversible reaction", d.document(*parts[:-1], both), arrivals(1.0))
    source = d.species("S", 1, boundaryCondition="true", constant="true")
    made = d.reaction("A", {"S": 1}, {"X": 1}, "a * S")
    yield Variant("arrivals: of a constant source", d.document(*parts, source, made), arrivals(1.0))
    spread = (WIDE, d.species("X", 0, in_amounts=False), d.parameter("a", 0.4), d.parameter("mu", 0.1))
    laws = (d.reaction("A", {}, {"X": 1}, "a * c"), d.reaction("D", {"X": 1}, {}, "mu * X * c"))
    yield Variant("arrivals: per size", d.document(*spread, *laws), arrivals(1.0))
    at_25 = d.event("e", "time >= 25", {"X": "50"})
    yield Variant("arrivals: set at 25", d.document(*parts, once, at_25), arrivals(1.0, reset=(25, 50)))
    moment = d.event("e", "time == 25", {"X": "50"})
    yield Variant("arrivals: set at a moment", d.document(*parts, once, moment), arrivals(1.0, reset=(25, 50)))
    above = d.event("e", "X > 8", {"X": "2"})
    yield Variant("arrivals: set above 8", d.document(*parts, once, above), arrivals(1.0, reset=(-8, 2)))
    in_size = d.event("e", "X * c > 8", {"X": "2 / c"})
    yield Variant("arrivals: set above 8 in a size", d.document(*spread, *laws, in_size), arrivals(1.0, reset=(-8, 2)))
    for batch in (5, 10, 100):
        text = d.document(*parts, d.reaction("A", {}, {"X": batch}, "a"))
        yield Variant(f"batches of {batch}", text, arrivals(1.0, batch, size=25 * batch + 100))
    named = d.reaction("A", {}, {"X": 1}, "a").replace('stoichiometry="1"', 'id="n"')
    text = d.document(*parts, named, d.parameter("b", 5), d.assignment("n", "b"))
    yield Variant("batches by an initial assignment", text, arrivals(1.0, 5, size=225))


def of_dimers() -> Iterator[Variant]:
    apart = d.reaction("R2", {"P2": 1}, {"P": 2}, "k2 * P2")
    parts = (d.species("P", 100), d.species("P2", 0), d.parameter("k1", 0.001), d.parameter("k2", 0.01), apart)
    meet = d.reaction("R1", {"P": 2}, {"P2": 1}, "k1 * P * (P - 1) / 2")

    def variant(name: str, text: str, chain: Chain) -> Variant:
        return Variant(f"dimers: {name}", text, chain, "P2")

    yield variant("written for counting", d.document(CELL, *parts, meet), dimers())
    power = d.reaction("R1", {"P": 2}, {"P2": 1}, "k1 * P^2 / 2")
    yield variant("mass action", d.document(CELL, *parts, power), dimers())
    twice = d.reaction("R1", {"P": 2}, {"P2": 1}, "k1 / 2 * P * P * c / 2.5")
    yield variant("mass action in a size of 2.5", d.document(WIDE, *parts, twice), dimers())
    both = d.reaction("R1", {"P": 2}, {"P2": 1}, "k1 * P^2 / 2 - k2 * P2", True)
    yield variant("one reversible reaction", d.document(CELL, *parts[:-1], both), dimers())
    dense = (d.species("P", 100, in_amounts=False), d.species("P2", 0, in_amounts=False))
    laws = (
        d.reaction("R1", {"P": 2}, {"P2": 1}, "c * k1 * 2.5 / 2 * P^2"),
        apart.replace("</apply>", "<ci>c</ci></apply>"),
    )
    yield variant("concentrations", d.document(WIDE, *dense, *parts[2:4], *laws), dimers())
    at_25 = d.event("e", "time >= 25", {"P": "100", "P2": "0"})
    yield variant("set at 25", d.document(CELL, *parts, meet, at_25), dimers(reset=(25, 0)))
    above = d.event("e", "P2 > 30", {"P": "100", "P2": "0"})
    yield variant("set above 30", d.document(CELL, *parts, meet, above), dimers(reset=(-30, 0)))


def _in_level(text: str, level: int, version: int) -> str:
    import libsbml

    document = libsbml.readSBMLFromString(text)
    assert document.setLevelAndVersion(level, version, False)
    return str(libsbml.writeSBMLToString(document))


def out_of_range(variant: Variant, mean: np.ndarray, variance: np.ndarray, runs: int, seed: int) -> tuple[int, str]:
    """How many of 100 numbers are out of range, and the largest Z and Y."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.xml"
        path.write_text(variant.text)
        found, names = simulate_ssa(path, TIMES, runs, seed)
    x = found[:, 1:, names.index(variant.species)] / variant.unit
    mean, variance = mean[1:], variance[1:]
    known = variance > 1e-9
    z = np.sqrt(runs) * (x.mean(axis=0) - mean)[known] / np.sqrt(variance[known])
    y = np.sqrt(runs / 2) * (((x - mean) ** 2).mean(axis=0)[known] / variance[known] - 1)
    out = (np.abs(z) > Z_RANGE).sum() + (np.abs(y) > Y_RANGE).sum() + (np.abs(x - mean)[:, ~known] > 1e-6).any()
    return int(out), f"Z {np.abs(z).max():.1f}, Y {np.abs(y).max():.1f}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    failed, began = [], time.perf_counter()
    variants = [*of_births(), *of_arrivals(), *of_dimers()]
    for variant in variants:
        moments = variant.chain.moments()
        out, text = out_of_range(variant, *moments, given.runs, given.seed)
        if out > 1:  # the points of a run are correlated
            out, again = out_of_range(variant, *moments, given.runs, given.seed + 1000)
            text += f"; again {again}"
        failed += [variant.name] if out > 1 else []
        print(f"{variant.name:<48}{'out of range' if out > 1 else '':<14}{text}", flush=True)
    print(f"{len(variants) - len(failed)} of {len(variants)} passed; {time.perf_counter() - began:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
