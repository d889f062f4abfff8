"""Coefficients of variation of independent trajectories with their errors, and the shape of a distribution.

The moments of a trajectory are one observation, so that correlation in time needs no model: errors are those of the
jackknife over trajectories, of log CV, and intervals those of Student's t.

Efron B, Tibshirani RJ (1993) An introduction to the bootstrap. Chapman & Hall. Chapter 11.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from mechanisms.network import Floats


def student(confidence: float, degrees: int) -> float:
    """Half the width of an interval, in errors."""
    return float(stats.t.isf((1 - confidence) / 2, degrees))


def jackknife(values: Floats) -> tuple[Floats, Floats]:
    """log CV (column,) and its standard error, from values (trajectory, time, column); NaN where there is none.

    CV = sd / |mean| with all trajectories pooled; what it is without each of them gives the error, and takes the bias
    of order 1 / trajectories away.
    """
    count = len(values)
    middle = values.mean(axis=(0, 1))
    centred = values - middle
    first, second = centred.mean(axis=1), (centred**2).mean(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        whole = _log_cv(first.mean(axis=0), second.mean(axis=0), middle)
        others = [(count * part.mean(axis=0) - part) / (count - 1) for part in (first, second)]
        without = _log_cv(others[0], others[1], middle)
        centre = without.mean(axis=0)
        found = count * whole - (count - 1) * centre
        error = np.sqrt((count - 1) / count * ((without - centre) ** 2).sum(axis=0))
        vanishing = np.abs(middle) < 4 * first.std(axis=0, ddof=1) / np.sqrt(count)
    absent = vanishing | ~np.isfinite(found) | ~(error > 0)
    return np.where(absent, np.nan, found), np.where(absent, np.nan, error)


def _log_cv(first: Floats, second: Floats, middle: Floats) -> Floats:
    found: Floats = np.log(np.maximum(second - first**2, 0.0)) / 2 - np.log(np.abs(first + middle))
    return found


def skewness(values: Floats) -> Floats:
    """(column,) of values (trajectory, time, column); 0 where nothing varies."""
    centred = values - values.mean(axis=(0, 1))
    second, third = ((centred**power).mean(axis=(0, 1)) for power in (2, 3))
    found: Floats = third / np.where(second > 0, second, 1.0) ** 1.5
    return found


def modes(values: Floats) -> int:
    """2 where values fall into two peaks, each with 5 % of them, and a valley of half the lower one between; else 1."""
    low, high = np.quantile(values, [0.005, 0.995])
    if not high > low:
        return 1
    whole = bool((values[:1000] == np.rint(values[:1000])).all())
    width = (high - low) / 20
    width = max(1.0, np.ceil(width)) if whole else width
    start = low - 0.5 if whole else low
    heights, _ = np.histogram(values, bins=np.arange(start, high + 1.5 * width, width))
    total = heights.sum()
    for k in range(1, len(heights) - 1):
        left, right = heights[:k], heights[k + 1 :]
        enough = min(left.sum(), right.sum()) > 0.05 * total
        if enough and 0 <= heights[k] < 0.5 * min(left.max(), right.max()):
            return 2
    return 1
