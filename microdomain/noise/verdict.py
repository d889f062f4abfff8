"""Whether noise falls as 1/sqrt(V): the exponent, the agreement with linear noise, and what it means where they fail.

Two things have to hold at once, each within a band that is stated: the exponent of CV against volume is -1/2, and CV is
what linear noise says at every volume. An interval that lies inside its band passes, one that lies outside fails, one
that does neither leaves the question open. All intervals of one observable are widened together (Bonferroni), so that

* something outside a band is certified with a probability of at most (1 - confidence) / 2;
* something that obeys the law exactly is refused with a probability of at most 1 - confidence, and in practice far
  less, since an interval would have to miss the whole band.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from mechanisms.network import Floats
from mechanisms.places import Membrane
from microdomain.noise.measure import NEGLIGIBLE, Point
from microdomain.noise.prediction import UNDAMPED, Prediction
from microdomain.noise.request import Request
from microdomain.noise.statistics import student

Flags = NDArray[np.bool_]

EXPONENT = -0.5
EXPONENT_BAND = 0.05
"""How far the exponent may be from -1/2."""
AGREEMENT_BAND = 0.1
"""How far CV may be from linear noise, relative to it."""
FEW = 10.0
"""Molecules, below which fluctuations are no small deviations from the mean."""
SKEWED = 1.0
"""Skewness above which deviations are bursts."""
BENT = 1e-4
"""Probability of points on a line to leave it as far as those that are taken for a bend."""
CERTIFIED, REFUSED, OPEN = "certified 1/sqrt(V)", "not", "not resolved"


@dataclass(frozen=True)
class Verdict:
    """exponent with its interval; verdict; reason in words; lowest volume in fL from which linear noise holds, or NaN.

    used: (volume,) which points count.
    """

    exponent: float
    low: float
    high: float
    verdict: str
    reason: str
    holds_from: float
    used: Flags


@dataclass(frozen=True)
class Fit:
    """The exponent of a power law, its standard error, its degrees of freedom, and whether points are off a line."""

    exponent: float
    error: float
    degrees: int
    bent: bool = False

    def interval(self, confidence: float) -> tuple[float, float]:
        half = student(confidence, self.degrees) * self.error
        return self.exponent - half, self.exponent + half


def fit(volumes: Floats, log_cv: Floats, error: Floats, degrees: int) -> Fit:
    """The exponent of exp(log_cv) against volume, by least squares weighted with 1 / error^2.

    Where points leave a line by more than chance (``BENT``), the error grows by the root of chi^2 / (points - 2), and
    their own number gives the degrees of freedom.
    """
    x, w = np.log(volumes), error**-2.0
    x = x - (w @ x) / w.sum()
    spread = w @ x**2
    slope = float((w @ (x * log_cv)) / spread)
    freedom = len(x) - 2
    misfit = float(w @ (log_cv - (w @ log_cv) / w.sum() - slope * x) ** 2)
    if freedom > 0 and misfit > freedom and stats.f.sf(misfit / freedom, freedom, degrees) < BENT:
        return Fit(slope, float(np.sqrt(misfit / freedom / spread)), freedom, bent=True)
    return Fit(slope, float(spread**-0.5), degrees)


def judge(request: Request, points: Sequence[Point]) -> list[Verdict]:
    """A verdict on each observable."""
    return [_Judge(request, points, i).verdict() for i in range(len(request.names))]


class _Judge:
    """One observable at all volumes."""

    def __init__(self, request: Request, points: Sequence[Point], i: int) -> None:
        self.request, self.points, self.i = request, points, i
        self.volumes = np.array([size.volume for size in request.sizes])
        self.log_cv = np.array([point.log_cv[i] for point in points])
        self.error = np.array([point.error[i] for point in points])
        self.predicted = np.array([point.predicted[i] for point in points])
        self.whole = np.array([not rounded for rounded in request.rounded])
        seen = np.array([point.unseen[i] <= NEGLIGIBLE or request.engine is not None for point in points])
        settled = np.array([point.settled for point in points])
        self.used = np.isfinite(self.error) & self.whole & seen & settled
        self.degrees = min([p.degrees for p, used in zip(points, self.used, strict=True) if used], default=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            self.log_ratio = self.log_cv - np.log(self.predicted)

    def verdict(self) -> Verdict:
        """Both bands, and the reason."""
        used = self.used
        if used.sum() < 2:
            verdict, reason = self.without_points()
            return Verdict(np.nan, np.nan, np.nan, verdict, reason, np.nan, used)
        found = fit(self.volumes[used], self.log_cv[used], self.error[used], self.degrees)
        joint = 1 - (1 - self.request.confidence) / (used.sum() + 1)
        half = student(joint, self.degrees) * self.error
        below, above = np.exp(self.log_ratio - half) - 1, np.exp(self.log_ratio + half) - 1
        inside = (below > -AGREEMENT_BAND) & (above < AGREEMENT_BAND)
        outside = (below > AGREEMENT_BAND) | (above < -AGREEMENT_BAND)
        low, high = found.interval(joint)
        falls = low > EXPONENT - EXPONENT_BAND and high < EXPONENT + EXPONENT_BAND
        differs = low > EXPONENT + EXPONENT_BAND or high < EXPONENT - EXPONENT_BAND
        interval = found.interval(self.request.confidence)
        if falls and inside[used].all():
            verdict, reason = CERTIFIED, self.span()
        elif differs or outside[used].any() or found.bent or self.without("oscillates", "bifurcation", "unstable"):
            verdict, reason = REFUSED, self.why(outside & used)
        else:
            verdict, reason = OPEN, self.open(inside | ~used, falls)
        return Verdict(found.exponent, *interval, verdict, reason, self.lowest(inside), used)

    def without(self, *kinds: str) -> Prediction | None:
        """The first prediction that is missing for one of these reasons."""
        found = (point.prediction for point in self.points)
        return next((prediction for prediction in found if prediction.kind in kinds), None)

    def lowest(self, inside: Flags) -> float:
        """The smallest volume from which on all that is used agrees."""
        off = np.flatnonzero(self.used & ~inside)
        first = off[-1] + 1 if len(off) else 0
        rest = np.flatnonzero(self.used[first:])
        return float(self.volumes[first + rest[0]]) if len(rest) else np.nan

    def span(self) -> str:
        among = self.volumes[self.used]
        left = "" if self.used.all() else f"; {self.left_out()}"
        return f"from {among[0]:.3g} to {among[-1]:.3g} fL{left}"

    # -- why not -----------------------------------------------------------------------------------------------------

    def without_points(self) -> tuple[str, str]:
        """Where fewer than two volumes can be used."""
        if self.whole.all() and all(point.sd[self.i] == 0 for point in self.points):
            return REFUSED, "it does not vary"
        if self.without("oscillates", "bifurcation", "unstable"):
            return REFUSED, f"{self.why(self.used)}; {self.left_out()}"
        return OPEN, self.left_out()

    def left_out(self) -> str:
        """Why points are not used, in the order of volumes, the first of each kind."""
        reasons: dict[str, str] = {}
        for volume, rounded, point, used in zip(
            self.volumes, self.request.rounded, self.points, self.used, strict=True
        ):
            at = f"at {volume:.3g} fL"
            if used:
                continue
            if point.schedule.engine is None:
                text = f"{at} more than {self.request.max_events:.2g} reactions would be needed (raise max_events=)"
                reasons.setdefault("work", text)
            elif rounded:
                reasons.setdefault("few", f"too few molecules {at}: {rounded}")
            elif not point.settled:
                two = ", between two states" if point.modes[self.i] > 1 else ""
                text = f"{at} it changes more slowly than could be followed{two} (raise max_events=)"
                reasons.setdefault("slow", text)
            elif not np.isfinite(point.error[self.i]):
                what = "it does not vary" if point.sd[self.i] == 0 else "its mean is zero within its error"
                reasons.setdefault("no CV", f"{what} {at}")
            else:
                reasons.setdefault("unseen", f"{at} the engine leaves out {point.unseen[self.i]:.0%} of the variance")
        return "; ".join(reasons.values())

    def why(self, outside: Flags) -> str:
        """The first reason that fits, from the mean field to single molecules."""
        used = np.flatnonzero(self.used).tolist()
        if fixed := self.fixed():
            return fixed
        if cycle := self.without("oscillates"):
            return f"oscillates: {cycle.reason}"
        if critical := self.without("bifurcation"):
            return f"near a bifurcation: {critical.reason}"
        unstable = self.without("unstable")
        if unstable:
            two = any(self.points[k].modes[self.i] > 1 for k in used)
            return "bimodal: it goes between two states" if two else f"no stable state: {unstable.reason}"
        failing = np.flatnonzero(outside).tolist()
        if not failing:
            return "it is no power of the volume, although no volume by itself differs from linear noise"
        largest = failing[-1]
        point, ratio = self.points[largest], float(np.exp(self.log_ratio[largest]))
        at = f"at {self.volumes[largest]:.3g} fL"
        measured = f"; {at} measured noise is {ratio:.2g} times linear noise"
        weak = min(self.points[k].prediction.damping for k in used) < UNDAMPED
        if weak and (self.log_ratio[failing] < 0).all():
            return f"near a bifurcation: deviations hardly decay{measured}"
        if point.modes[self.i] > 1:
            return f"bimodal: it goes between two states{measured}"
        if point.fewest[1] < FEW:
            return f"too few molecules: {point.fewest[1]:.2g} of {point.fewest[0]} {at}{measured}"
        if ratio > 1 and point.skewness[self.i] > SKEWED:
            return f"excitable: bursts (skewness {point.skewness[self.i]:.1f}) about a stable state{measured}"
        return f"its rates are not linear within its fluctuations{measured}"

    def fixed(self) -> str:
        """What does not grow with the volume, where there is something; with the exponent that linear noise has."""
        if self.request.fixed == "densities":
            return ""
        model = self.request.sizes[0].model
        states = {state for group in model.multimers.values() for state in group.states}
        named = [f"{group.count} channels of {name}" for name, group in model.multimers.items()]
        species = {name: s.count for name, s in model.all_species.items() if s.count and not s.clamped}
        named += [f"{count:g} {name}" for name, count in species.items() if name not in states]
        named += [f"membrane {name}" for name, place in model.places.items() if isinstance(place, Membrane)]
        used = self.used & (self.predicted > 0)
        if not named or used.sum() < 2:
            return ""
        slope = np.polyfit(np.log(self.volumes[used]), np.log(self.predicted[used]), 1)[0]
        text = f"fixed channel cluster: {' and '.join(named[:2])} do not grow with the volume"
        return text if abs(slope - EXPONENT) < EXPONENT_BAND else f"{text}, so that linear noise falls as V^{slope:.2f}"

    def open(self, inside: Flags, falls: bool) -> str:
        """What is not known well enough."""
        if missing_theory := self.without("none"):
            return f"no linear noise to compare with: {missing_theory.reason}"
        wide = [f"{self.volumes[k]:.3g} fL" for k in np.flatnonzero(~inside)]
        left = "" if self.used.all() else f"; {self.left_out()}"
        missing = ["the exponent"] if not falls else []
        missing += [f"agreement with linear noise at {', '.join(wide[:3])}"] if wide else []
        return (
            f"intervals are too wide for {' and '.join(missing)} (a smaller precision=, or volumes further apart){left}"
        )
