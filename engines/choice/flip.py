"""The volume at which a decision flips: where the error of the next reading meets the tolerance.

Between two volumes with different readings it is found from the errors there, on logarithmic axes. Beyond the largest
volume the error of the mean field is extrapolated: noise falls as 1/sqrt(V), a bias as 1/V.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engines.choice.decision import Assessment, Decision, Question
from engines.choice.observable import DISTRIBUTION, MEAN, SD
from mechanisms.network import Floats

FLOW = "ode"
"""The engine that large volumes come to."""
FURTHEST = 1e3
"""Times the largest volume, beyond which nothing is extrapolated."""
POWERS = {MEAN: 1.0, SD: 2.0, DISTRIBUTION: 2.0}
"""Of the error, with which the volume grows where it meets the tolerance."""


def flips(
    volumes: Floats, decisions: Sequence[Decision], readings: Any, question: Question, extrapolating: bool
) -> tuple[Floats, Any]:
    """(volume, compartment) where the reading gives way to that of larger volumes, NaN where none is known.

    And whether that is rough: half way, or extrapolated, which is done with densities fixed. volumes: (volume,) in fL;
    readings: (volume, compartment).
    """
    found = np.full(readings.shape, np.nan)
    guessed = np.zeros(readings.shape, dtype=bool)
    for c in range(readings.shape[1]):
        for v in range(len(volumes)):
            later = [w for w in range(v + 1, len(volumes)) if readings[w, c] != readings[v, c]]
            if later:
                found[v, c], guessed[v, c] = _between(volumes, decisions, later[0], question.tolerance)
            elif extrapolating and readings[v, c] != "flow":
                found[v, c] = _beyond(float(volumes[-1]), decisions[-1], question)
                guessed[v, c] = True
    return found, guessed


def _known(decision: Decision, name: str) -> Assessment | None:
    return next((one for one in decision.assessments if one.candidate.name == name), None)


def _between(volumes: Floats, decisions: Sequence[Decision], after: int, tolerance: float) -> tuple[float, bool]:
    """Between the volume ``after`` and the one before, by the errors of what is chosen at ``after``.

    Where they do not enclose the tolerance, as where cost decides, half way between, and True.
    """
    low, high = float(volumes[after - 1]), float(volumes[after])
    chosen = decisions[after].chosen
    before = None if chosen is None else _known(decisions[after - 1], chosen.candidate.name)
    middle = float(np.sqrt(low * high))
    if chosen is None or before is None:
        return middle, True
    small, large = chosen.worst, before.worst
    if not (0 < small < large and small <= tolerance <= large):
        return middle, True
    share = np.log(large / tolerance) / np.log(large / small)
    return float(low * (high / low) ** share), False


def _beyond(volume: float, decision: Decision, question: Question) -> float:
    flow = _known(decision, FLOW)
    if flow is None or not flow.worst > question.tolerance or not np.isfinite(flow.worst):
        return np.nan
    power = POWERS.get(question.observable.kind, np.nan)
    times = (flow.worst / question.tolerance) ** power
    return float(volume * times) if times < FURTHEST else np.nan
