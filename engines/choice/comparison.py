"""How far the runs of two engines are apart, and how well that is known: errors with their standard errors.

Runs are independent; standard errors are those of the jackknife over groups of runs (Efron 1982). Where run n of an
engine is coupled to exact run n, both are left out together, so that what they have in common does not count. The
distance of two empirical distributions is above zero where the laws are one: what it then is on average, the floor, is
found from halves of the runs, and falls with one over the square root of their number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import stdtrit

from engines.choice.observable import DISTRIBUTION, FEWEST_EVENTS, MEAN, Observable
from mechanisms.network import Floats, Integers

GROUPS = 16
"""Groups of runs, of which the jackknife leaves out one at a time."""
BINS = 4000
"""Bins of a distribution, over all that was seen."""
SURE = 0.975
"""The confidence, to one side, with which an error is within the tolerance or outside (Student's t over groups)."""


@dataclass(frozen=True)
class Comparison:
    """Errors (column,) over the exact scale, their standard errors from ``groups``, and what sampling alone shows."""

    error: Floats
    spread: Floats
    floor: Floats
    groups: int

    @property
    def margin(self) -> Floats:
        """(column,) what lies between an error and its one-sided limits of confidence."""
        return self.spread * float(stdtrit(max(self.groups - 1, 1), SURE))

    def within(self, tolerance: float) -> bool:
        """Whether all errors are clearly no larger."""
        return bool((self.error + self.margin <= tolerance).all())

    def outside(self, tolerance: float) -> bool:
        """Whether an error is clearly larger."""
        return bool((self.error - self.floor - self.margin > tolerance).any())

    @property
    def worst(self) -> int:
        """The column that errs most."""
        return int(np.argmax(self.error))


def compare(observable: Observable, exact: Floats, other: Floats, slices: int = 1, coupled: bool = False) -> Comparison:
    """The error of ``other`` against ``exact``; coupled: whether run n of one knows of run n of the other.

    exact, other: (trajectory, time, column) values, or of whole runs (trajectory, 1), as ``Observable.of_runs``.
    slices: equal parts of the time; errors of distributions are averaged over them.
    """
    groups = min(GROUPS, len(exact))
    if not observable.pooled:
        found = _of_rates(exact, other, groups)
        seen = observable.seen(exact)
        if seen < FEWEST_EVENTS:
            return Comparison(found.error, np.full(1, np.inf), found.floor, groups)
        # Coupled runs may have no event that the others do not have; one in so many more would be no surprise.
        least = 1.0 / seen if coupled else 0.0
        return Comparison(found.error, np.maximum(found.spread, least), found.floor, groups)
    statistic = _Distances if observable.kind == DISTRIBUTION else _Moments
    parts = [
        statistic(observable, a, b, groups, coupled)
        for a, b in zip(np.array_split(exact, slices, axis=1), np.array_split(other, slices, axis=1), strict=True)
    ]
    scale = observable.scale(np.abs(exact).mean(axis=(0, 1)))
    signed = np.stack([part.errors() for part in parts])
    left_out = np.stack([part.errors(leaving_out=True) for part in parts], axis=1)
    floor = np.mean([part.floor() for part in parts], axis=0)
    spread = _jackknife((left_out * np.where(signed < 0, -1.0, 1.0)).mean(axis=1))
    error = np.abs(signed).mean(axis=0)
    return Comparison(_over(error, scale, np.inf), _over(spread, scale, 0.0), _over(floor, scale, 0.0), groups)


def _over(values: Floats, scale: Floats, otherwise: float) -> Floats:
    """values / scale; ``otherwise`` where exact runs hold nothing that what there is could be measured by."""
    found: Floats = np.divide(values, scale, out=np.where(values > 0, otherwise, 0.0), where=scale > 0)
    return found


def _jackknife(values: Floats) -> Floats:
    """The standard error (column,) of a statistic from its values (group, column) with one group left out."""
    groups = len(values)
    if groups < 2:
        return np.full(values.shape[1:], np.inf)
    found: Floats = np.sqrt((groups - 1) / groups * ((values - values.mean(axis=0)) ** 2).sum(axis=0))
    return found


def _sums(values: Floats, groups: int) -> Floats:
    """Sums over groups of runs: (group, ...) of (trajectory, ...)."""
    return np.stack([part.sum(axis=0) for part in np.array_split(values, groups)])


def _totals(sums: Floats, leaving_out: bool) -> Floats:
    """The sum over groups, alone (1, ...) or with each left out in turn (group, ...); one group is never left out."""
    total: Floats = sums.sum(axis=0, keepdims=True)
    if not leaving_out:
        return total
    return total - sums if len(sums) > 1 else total


class _Moments:
    """Errors of means or standard deviations between two sets of runs (trajectory, time, column)."""

    def __init__(self, observable: Observable, exact: Floats, other: Floats, groups: int, coupled: bool) -> None:
        self.kind = observable.kind
        self.shift = exact.mean(axis=(0, 1))
        self.sums = [self._of(values, min(groups, len(values))) for values in (exact, other)]

    def _of(self, values: Floats, groups: int) -> Floats:
        """(group, 3, column) sums of 1, x and x^2 about a common origin."""
        x = values - self.shift
        ones = np.full((len(x), x.shape[2]), float(x.shape[1]))
        return _sums(np.stack([ones, x.sum(axis=1), (x**2).sum(axis=1)], axis=1), groups)

    def errors(self, leaving_out: bool = False) -> Floats:
        """(column,) with their signs, or (group, column) with each group left out."""
        found = []
        for sums in self.sums:
            number, x, squares = np.moveaxis(_totals(sums, leaving_out), 1, 0)
            mean = x / number
            found.append(mean if self.kind == MEAN else np.sqrt(np.maximum(squares / number - mean**2, 0.0)))
        difference: Floats = found[1] - found[0]
        return difference if leaving_out else difference[0]

    def floor(self) -> Floats:
        """(column,) nothing: the sign of a difference of moments is not lost."""
        return np.zeros(len(self.shift))


class _Distances:
    """Wasserstein distances between two sets of runs (trajectory, time, column), from distributions on fine bins."""

    def __init__(self, observable: Observable, exact: Floats, other: Floats, groups: int, coupled: bool) -> None:
        self.columns = [_Distance(exact[..., c], other[..., c], groups, coupled) for c in range(exact.shape[2])]

    def errors(self, leaving_out: bool = False) -> Floats:
        """(column,), or (group, column) with each group left out."""
        return np.stack([column.left_out if leaving_out else column.whole for column in self.columns], axis=-1)

    def floor(self) -> Floats:
        """(column,) what runs of one law would show, so many on each side."""
        return np.array([column.floor for column in self.columns])


class _Distance:
    """Of one column (trajectory, time); whole; left_out: (group,) with each group of runs left out; floor.

    The floor is that between halves of the exact runs, the mean over four ways to halve them; of coupled runs, that
    between the differences of both halves.
    """

    def __init__(self, exact: Floats, other: Floats, groups: int, coupled: bool) -> None:
        self.low = min(exact.min(), other.min())
        high = max(exact.max(), other.max())
        self.width = (high - self.low) / BINS if high > self.low else 1.0
        a, b = (self._histograms(values, min(groups, len(values))) for values in (exact, other))
        self.whole = float(self._between(a.sum(axis=0), b.sum(axis=0)))
        self.left_out = self._between(_totals(a, True), _totals(b, True))
        if coupled:
            self.floor = self._halves(a, b) / 2
            return
        self.floor = self._halves(a) * np.sqrt((1 / len(exact) + (1 / len(other) if len(other) > 1 else 0.0)) / 4)
        self.floor *= np.sqrt(len(exact))

    def _histograms(self, values: Floats, groups: int) -> Floats:
        """(group, bin) counts."""
        found = np.empty((groups, BINS + 1))
        for g, part in enumerate(np.array_split(values, groups)):
            bins: Integers = ((part - self.low) / self.width).astype(np.int64)
            found[g] = np.bincount(bins.ravel(), minlength=BINS + 1)[: BINS + 1]
        return found

    def _between(self, a: Floats, b: Floats) -> Floats:
        """(...,) between histograms (..., bin)."""
        found: Floats = np.abs(_cumulated(a) - _cumulated(b)).sum(axis=-1) * self.width
        return found

    def _halves(self, histograms: Floats, others: Floats | None = None) -> float:
        """Between halves of runs; of the differences to others, where there are."""
        groups = len(histograms)
        if groups < 4:
            return np.inf
        number = np.arange(groups)
        halves = [number % 2 == 0, number < groups // 2, number // 2 % 2 == 0, (number + 1) // 2 % 2 == 0]

        def law(h: Any) -> Floats:
            found = _cumulated(histograms[h].sum(axis=0))
            return found if others is None else found - _cumulated(others[h].sum(axis=0))

        return float(np.mean([np.abs(law(h) - law(~h)).sum() * self.width for h in halves]))


def _cumulated(histograms: Floats) -> Floats:
    """Distribution functions of histograms (..., bin)."""
    found: Floats = np.cumsum(histograms, axis=-1) / histograms.sum(axis=-1, keepdims=True)
    return found


def _of_rates(exact: Floats, other: Floats, groups: int) -> Comparison:
    """Relative errors of means over runs (trajectory, 1)."""

    def relative(leaving_out: bool) -> Floats:
        means = []
        for values in (exact, other):
            sums = _sums(np.stack([np.ones_like(values), values], axis=1), min(groups, len(values)))
            number, total = np.moveaxis(_totals(sums, leaving_out), 1, 0)
            means.append(total / number)
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Floats = np.nan_to_num(means[1] / means[0] - 1.0, nan=0.0, posinf=np.inf)
        return found

    return Comparison(np.abs(relative(False)[0]), _jackknife(relative(True)), np.zeros(1), groups)
