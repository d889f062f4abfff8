"""The law of intervals between puffs: a rate that comes back after each of them.

    P(t) = lambda (1 - exp(-xi t)) exp(-lambda t + lambda (1 - exp(-xi t)) / xi)

for the rate lambda of puffs at rest and the rate xi of recovery; xi to infinity is Poisson's process.

Thurley K, Smith IF, Tovey SC, Taylor CW, Parker I, Falcke M (2011) Timescales of IP3-evoked Ca2+ spikes emerge from
Ca2+ puffs only at the cellular level. Biophys J 101, 2638-2644.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
FLAT = 1e-3
"""A curvature over that in another direction that cannot be told from none."""
FEWEST = 10
"""Intervals that a fit needs."""


@dataclass(frozen=True)
class IntervalLaw:
    """rate lambda and recovery xi in 1/s, with standard errors; p: of a Kolmogorov-Smirnov test of the fit."""

    rate: float
    recovery: float
    rate_error: float
    recovery_error: float
    p: float

    @property
    def is_resolved(self) -> bool:
        """Whether the intervals tell the two rates apart: where recovery is slow, only their product is known."""
        return self.rate_error < self.rate and self.recovery_error < self.recovery

    def density(self, t: Any) -> Any:
        """P(t) in 1/s, of t in s."""
        return np.exp(-_negative_log(t, self.rate, self.recovery))

    def survival(self, t: Any) -> Any:
        """The share of intervals longer than t in s."""
        return np.exp(-self.rate * t + self.rate * -np.expm1(-self.recovery * t) / self.recovery)


def fit_intervals(intervals: Floats) -> IntervalLaw | None:
    """The most likely law of intervals in s, or None for fewer than 10 of them.

    Standard errors are from the curvature of the likelihood; the test's p is too large by having fitted the law.
    """
    from scipy import optimize, stats

    if len(intervals) < FEWEST:
        return None
    mean = float(intervals.mean())

    def cost(logs: Any) -> float:
        return float(_negative_log(intervals, *np.exp(logs)).sum())

    starts = (np.log([1 / mean, factor / mean]) for factor in (1.0, 10.0, 100.0))
    limits = [tuple(np.log([1e-3 / mean, 1e3 / mean]))] * 2
    fits = (optimize.minimize(cost, start, method="Nelder-Mead", bounds=limits) for start in starts)
    best = min(fits, key=lambda found: found.fun)
    rate, recovery = np.exp(best.x)
    errors = _errors(_curvature(cost, best.x)) * np.exp(best.x)
    law = IntervalLaw(float(rate), float(recovery), float(errors[0]), float(errors[1]), 0.0)
    p = stats.kstest(intervals, lambda t: 1 - law.survival(t)).pvalue
    return IntervalLaw(law.rate, law.recovery, law.rate_error, law.recovery_error, float(p))


def _negative_log(t: Any, rate: float, recovery: float) -> Any:
    ready = -np.expm1(-recovery * np.asarray(t, dtype=float))
    return -np.log(rate) - np.log(np.maximum(ready, 1e-300)) + rate * t - rate * ready / recovery


def _errors(curvature: Any) -> Any:
    """Standard errors from the curvature of minus the log-likelihood; infinite where it is flat in some direction."""
    values = np.linalg.eigvalsh(curvature)
    if values[0] <= FLAT * values[-1]:
        return np.full(2, np.inf)
    return np.sqrt(np.diag(np.linalg.inv(curvature)))


def _curvature(cost: Any, at: Any, h: float = 1e-3) -> Any:
    found = np.empty((2, 2))
    for i in range(2):
        for j in range(2):
            a, b = h * np.eye(2)[i], h * np.eye(2)[j]
            found[i, j] = (cost(at + a + b) - cost(at + a - b) - cost(at - a + b) + cost(at - a - b)) / (4 * h * h)
    return found
