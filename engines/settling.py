"""Whether runs are long enough to be read as stationary: they forget where they began, and no longer drift.

Runs are independent, so the variance of their means tells how long they remember: with s its share of the variance of
all readings over a time T, the correlation time is T s / (2 (1 - s)) or, where s is near 1, up to a third less. Runs
that are not settled are made ``LONGER``, up to ``TIMES`` times.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit

from mechanisms.network import Floats

LONGER, TIMES = 4.0, 4
"""Times as long, when runs are too short, and how many times."""
FORGOTTEN = 2.0
"""Correlation times that have to pass before runs are read."""
ALARM = 1e-4
"""Probability, of stationary runs, that they are taken for ones that drift."""


def unsettled(values: Floats, before: float, window: float, names: Sequence[str], least: float | Floats = 0.0) -> str:
    """What shows that runs are too short, in words, or "".

    values: (trajectory, time, column) over a ``window`` that begins ``before`` s after the start; names, and least:
    (column,) the smallest drift that matters, in the unit of the values.

    The two halves of the window are compared, in mean and in mean square, by Student's t.
    """
    runs, half = len(values), values.shape[1] // 2
    centred = values - values.mean(axis=(0, 1))
    squares = centred**2
    variance = squares.mean(axis=(0, 1))
    share = centred.mean(axis=1).var(axis=0, ddof=1) / np.where(variance > 0, variance, 1.0)
    most = int(share.argmax())
    if FORGOTTEN * window * share[most] > 2 * (1 - share[most]) * before:
        return f"they differ from each other by {share[most]:.0%} of the variance of {names[most]}"
    change = np.array([part[:, half:].mean(axis=1) - part[:, :half].mean(axis=1) for part in (centred, squares)])
    error = change.std(axis=1, ddof=1) / np.sqrt(runs)
    limit = stdtrit(runs - 1, 1 - ALARM / (2 * change[:, 0].size)) * error
    matters = least * np.array([np.ones(len(variance)), 2 * np.sqrt(variance)])
    drifting = (np.abs(change.mean(axis=1)) > np.maximum(limit, matters)).any(axis=0)
    return f"{names[int(drifting.argmax())]} still drifts" if drifting.any() else ""
