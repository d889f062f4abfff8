"""Audits: as many pilot runs of an engine beside exact ones as it takes to tell its error from the tolerance.

Runs of the engine are first compared with the exact ones that are there. Those of the Langevin engine can also be
coupled to exact runs of their own (``engines.coupled``), which take longer, but of which far fewer may do: they are
taken where they would know the error better within the budget.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engines.choice.comparison import Comparison, compare
from engines.choice.measure import FEWEST, Measure, affordable
from engines.choice.observable import Observable
from engines.choice.pilots import Pairs, Runs
from engines.coupled import Coupled
from engines.langevin import Langevin
from mechanisms.network import Floats

WITHIN, OUTSIDE, UNRESOLVED = "within", "outside", "not resolved"
SLOWER = 1.2
"""Times as slow as measured, that a machine may be when it is asked again."""


@dataclass(frozen=True)
class Audit:
    """The error of an engine; what is known of it, and why not more, or "". coupled: whether to runs coupled to it."""

    errors: Comparison
    verdict: str
    detail: str
    coupled: bool


@dataclass(frozen=True)
class _Source:
    """Of errors: from how many runs, at most how many, and the processor seconds of each exact one."""

    errors_of: Callable[[int], Comparison]
    most: int
    seconds: float
    coupled: bool

    def spread(self, found: Comparison, number: int) -> Floats:
        """(column,) what the standard errors, after so many runs, would be after the most."""
        scaled: Floats = found.spread * np.sqrt(number / self.most)
        return scaled


def audit(measure: Measure, runs: Runs, observable: Observable, tolerance: float, budget: float, more: bool) -> Audit:
    """Compare the runs of an engine with exact ones; more: whether to run more of them until the error is told.

    budget: processor seconds for exact runs that are coupled. Raises PilotError.
    """
    by = measure.runs

    def errors_of(number: int) -> Comparison:
        by.extend(number)
        runs.extend(number if runs.engine.stochastic else 1)
        return compare(observable, by.values, runs.values, by.window.slices)

    number = len(by.values)
    source = _Source(errors_of, measure.most, measure.seconds, False)
    found = source.errors_of(number)
    if more and _verdict(found, tolerance) == UNRESOLVED and (pairs := _pairs(measure, runs, budget)):
        tried = min(number, pairs.most)
        errors = pairs.errors_of(tried)
        if pairs.spread(errors, tried).max() < source.spread(found, number).max():
            source, number, found = pairs, tried, errors
    while more and _verdict(found, tolerance) == UNRESOLVED and number < source.most:
        number = min(2 * number, source.most)
        found = source.errors_of(number)
    verdict = _verdict(found, tolerance)
    detail = _enough(source, runs, found, number, tolerance) if more and verdict == UNRESOLVED else ""
    return Audit(found, verdict, detail, source.coupled)


def _verdict(found: Comparison, tolerance: float) -> str:
    return WITHIN if found.within(tolerance) else OUTSIDE if found.outside(tolerance) else UNRESOLVED


def _pairs(measure: Measure, runs: Runs, budget: float) -> _Source | None:
    """Runs of the same engine that are coupled to exact ones, if they can be."""
    engine, by = runs.engine, measure.runs
    if not (measure.candidate.exact and isinstance(engine, Langevin)) or Coupled(engine).refusal(runs.network):
        return None
    pairs = Pairs(runs.network, engine, runs.observable, by.window, runs.seed, runs.workers)
    seconds = pairs.cost() * by.window.length
    most = affordable(pairs, seconds, budget)

    def errors_of(number: int) -> Comparison:
        pairs.extend(number)
        return compare(runs.observable, *pairs.split(), by.window.slices, coupled=True)

    return _Source(errors_of, most, seconds, True) if most >= FEWEST else None


def _enough(source: _Source, runs: Runs, found: Comparison, number: int, tolerance: float) -> str:
    """The budget with which there are as many runs as should tell the error, in words; or "".

    The margin falls as one over the square root of the number of runs.
    """
    above, room = found.error - found.floor - tolerance, tolerance - found.error
    if (above > 0).any():
        short = float((found.margin / above)[above > 0].min())
    else:
        short = float((found.margin / np.maximum(room, 1e-9)).max())
    if not short < 1e3:
        return ""
    wanted = 2 ** int(np.ceil(np.log2(number * max(short, 1.0) ** 2)))
    budget = SLOWER * wanted * source.seconds
    return f"budget={budget:.2g} should tell" if affordable(runs, source.seconds, budget) >= wanted else ""
