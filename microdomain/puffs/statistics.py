"""Numbers that describe events, each with its 95 % interval of confidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from microdomain.puffs.detect import Events
from microdomain.puffs.intervals import IntervalLaw, fit_intervals

if TYPE_CHECKING:
    import xarray as xr

Floats = np.ndarray[Any, np.dtype[np.float64]]
PUFF = 2
"""Channels from which an event is a puff and no blip."""
LEVEL = 0.95
Estimate = tuple[float, float, float]
"""A value, and the ends of its interval of confidence; nan where there are too few events."""
NOTHING: Estimate = (np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class PuffStatistics:
    """events: all of them; puffs: those with at least two channels (all, where channels are not known).

    estimates: by name, (value, low, high). units: by name. law: of the intervals between puffs, or None for too few.
    """

    events: Events
    puffs: Events
    estimates: dict[str, Estimate]
    units: dict[str, str]
    law: IntervalLaw | None

    def dataset(self) -> xr.Dataset:
        """value, low and high by statistic, with the unit of each."""
        import xarray as xr

        rows = np.array(list(self.estimates.values()))
        columns = {name: ("statistic", rows[:, k]) for k, name in enumerate(("value", "low", "high"))}
        names = list(self.estimates)
        units = [self.units[name] for name in names]
        return xr.Dataset(columns, {"statistic": names, "unit": ("statistic", units)}, {"confidence": LEVEL})

    def __str__(self) -> str:
        lines = [f"{'':<32}{'value':>10}   {'95 % interval':^21}", ""]
        for name, (value, low, high) in self.estimates.items():
            unit = f" ({self.units[name]})" if self.units[name] != "1" else ""
            lines.append(f"{name + unit:<32}{_number(value):>10}   {_number(low):>9} to {_number(high):<9}")
        return "\n".join(lines)


def puff_statistics(events: Events, unit: str = "1") -> PuffStatistics:
    """What describes events of a trace in a ``unit``: rates, sizes, shapes and intervals.

    Rates and shares are those of Poisson's and the binomial law; means and coefficients of variation by large-sample
    theory, medians by order statistics.
    """
    known = bool(len(events)) and bool((events.channels > 0).any())
    puffs = events.where(events.channels >= PUFF) if known else events
    seconds = sum(events.observed.values())
    intervals = puffs.intervals()
    law = fit_intervals(intervals)
    found: dict[str, tuple[Estimate, str]] = {
        "events per s": (rate(len(events), seconds), "1/s"),
        "puffs per s": (rate(len(puffs), seconds), "1/s"),
    }
    if known:
        found["share of blips"] = (share(len(events) - len(puffs), len(events)), "1")
        found["channels per puff"] = (mean(puffs.channels), "1")
        found["SD of channels"] = (deviation(puffs.channels), "1")
    found["amplitude"] = (mean(puffs.amplitude), unit)
    found["CV of amplitude"] = (variation(puffs.amplitude), "1")
    found["length, median"] = (median(puffs.end - puffs.start), "s")
    shapes = {"duration": "FDHM, median", "rise": "rise 20-80 %, median", "decay": "decay 80-20 %, median"}
    for name, title in shapes.items():
        found[title] = (median(getattr(puffs, name)), "s")
    found["mass"] = (mean(puffs.mass), f"s {unit}" if unit != "1" else "s")
    found["interval"] = (mean(intervals), "s")
    found["CV of intervals"] = (variation(intervals), "1")
    if law is not None and law.is_resolved:
        both = ("rate at rest", law.rate, law.rate_error), ("recovery", law.recovery, law.recovery_error)
        for title, value, error in both:
            found[title] = ((value, max(value - 1.96 * error, 0.0), value + 1.96 * error), "1/s")
    estimates = {name: estimate for name, (estimate, _) in found.items()}
    return PuffStatistics(events, puffs, estimates, {name: unit for name, (_, unit) in found.items()}, law)


def rate(count: int, seconds: float) -> Estimate:
    """Events per second, with the exact interval of Poisson's law (Garwood 1936)."""
    from scipy import stats

    low = stats.chi2.ppf((1 - LEVEL) / 2, 2 * count) / 2 if count else 0.0
    high = stats.chi2.ppf((1 + LEVEL) / 2, 2 * count + 2) / 2
    return count / seconds, float(low) / seconds, float(high) / seconds


def share(count: int, of: int) -> Estimate:
    """A part of so many, with the interval of Wilson 1927."""
    if not of:
        return NOTHING
    z, p = 1.959964, count / of
    middle, width = p + z * z / (2 * of), z * np.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return p, float(middle - width) / (1 + z * z / of), float(middle + width) / (1 + z * z / of)


def mean(values: Floats) -> Estimate:
    """The mean, by Student's t."""
    from scipy import stats

    n = len(values)
    if n < 2:
        return (float(values[0]), np.nan, np.nan) if n else NOTHING
    half = stats.t.ppf((1 + LEVEL) / 2, n - 1) * values.std(ddof=1) / np.sqrt(n)
    return float(values.mean()), float(values.mean() - half), float(values.mean() + half)


def deviation(values: Floats) -> Estimate:
    """The standard deviation, its error from the fourth moment."""
    n = len(values)
    if n < 3:
        return NOTHING
    sd = float(values.std(ddof=1))
    if sd == 0:
        return 0.0, 0.0, 0.0
    kurtosis = float(((values - values.mean()) ** 4).mean()) / sd**4
    half = 1.96 * sd * np.sqrt(max(kurtosis - 1, 0.0) / (4 * n))
    return sd, max(sd - half, 0.0), sd + half


def variation(values: Floats) -> Estimate:
    """The coefficient of variation, its error by the delta method from the first four moments."""
    n = len(values)
    if n < 3 or values.mean() == 0:
        return NOTHING
    sd, m = float(values.std(ddof=1)), float(values.mean())
    cv = sd / m
    if sd == 0:
        return 0.0, 0.0, 0.0
    z = (values - m) / sd
    skewness, kurtosis = float((z**3).mean()), float((z**4).mean())
    variance = cv**2 * ((kurtosis - 1) / 4 - cv * skewness + cv**2) / n
    half = 1.96 * np.sqrt(max(variance, 0.0))
    return cv, max(cv - half, 0.0), cv + half


def median(values: Floats) -> Estimate:
    """The median, between two order statistics."""
    from scipy import stats

    n = len(values)
    if n < 6:
        return (float(np.median(values)), np.nan, np.nan) if n else NOTHING
    ordered = np.sort(values)
    low = int(stats.binom.ppf((1 - LEVEL) / 2, n, 0.5))
    return float(np.median(values)), float(ordered[low]), float(ordered[n - 1 - low])


def _number(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.4g}"
