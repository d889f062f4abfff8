"""The figure of a noise scaling: coefficients of variation against volume, beside linear noise and 1/sqrt(V)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mechanisms.network import Floats
from microdomain.noise.scaling import NoiseScaling
from microdomain.style import COLORS, QUIET, STYLE, Picture

MOST = 6
"""The most observables in one figure."""
EXACT = "gillespie"
KEY = "filled: exact engine; open: approximate; pale: not counted;", "line: linear noise; dashed: 1/√V"
SIGNS = {"certified 1/sqrt(V)": "certified 1/√V", "not": "not 1/√V", "not resolved": "not resolved"}


def figure(scaling: NoiseScaling) -> Figure:
    """Draw a noise scaling, a panel for each observable, at most six.

    Measured CV with its interval (filled where exact, open where an approximate engine measured, pale where the point
    does not count for the verdict), linear noise as a line, and 1/sqrt(V) through its largest volume, dashed.
    """
    data = scaling.data
    names = list(data.observable.values[:MOST])
    columns = 2 if len(names) == 4 else min(3, len(names))
    rows = -(-len(names) // columns)
    with mpl.rc_context(STYLE):
        drawn = Picture(figsize=(1.2 + 3.3 * columns, 0.9 + 2.9 * rows), layout="constrained")
        panels: Any = drawn.subplots(rows, columns, squeeze=False)
        for panel, name, color in zip(panels.flat, names, COLORS, strict=False):
            draw(panel, data.sel(observable=name), color)
            verdict = str(data.verdict.sel(observable=name).item())
            panel.set_title(f"{name}: {SIGNS[verdict]}", color=color, weight="bold" if verdict[0] == "c" else "normal")
        for panel in panels.flat[len(names) :]:
            panel.set_visible(False)
        for panel in panels.flat[max(0, len(names) - columns) : len(names)]:
            panel.set_xlabel(f"volume of {data.attrs['compartment']} (fL)")
        for panel in panels[:, 0]:
            panel.set_ylabel("noise: sd over mean")
        left_out = data.sizes["observable"] - len(names)
        title = f"{data.attrs['model']}, {data.attrs['fixed']} fixed" + (f"; {left_out} more" if left_out else "")
        drawn.supxlabel(("\n" if columns == 1 else " ").join(KEY), x=0.01, ha="left", fontsize=8.5, color=QUIET)
        drawn.suptitle(title, x=0.01, ha="left", fontsize=12, weight="bold")
    return drawn


def draw(panel: Axes, one: Any, color: str) -> None:
    """One observable of a noise scaling in a panel."""
    volumes, cv, predicted = one.volume.values, one.cv.values, one.predicted.values
    measured = np.isfinite(cv)
    panel.set(xscale="log", yscale="log")
    theory = np.isfinite(predicted)
    panel.plot(volumes[theory], predicted[theory], color=color, linewidth=1.6, alpha=0.7)
    line = guide(volumes, np.where(theory, predicted, cv))
    panel.plot(volumes, line, color="black", linewidth=0.8, linestyle=(0, (6, 8)), zorder=2.1)
    for k in np.flatnonzero(measured):
        exact = str(one.engine.values[k]) == EXACT
        alpha = 1.0 if bool(one.used.values[k]) else 0.35
        low, high = float(one.cv_low.values[k]), float(one.cv_high.values[k])
        panel.plot([volumes[k]] * 2, [low, high], color=color, linewidth=1.8, alpha=alpha, zorder=3)
        panel.plot(
            volumes[k],
            cv[k],
            "o",
            color=color,
            markersize=6,
            alpha=alpha,
            zorder=3,
            markerfacecolor=color if exact else "white",
        )
    ends = np.concatenate([cv[measured], predicted[theory & (predicted < 10 * np.nanmax(cv))], line])
    _limits(panel, volumes, ends)


def guide(volumes: Floats, values: Floats) -> Floats:
    """The line of 1/sqrt(V) through the last of the values."""
    last = int(np.flatnonzero(np.isfinite(values))[-1]) if np.isfinite(values).any() else 0
    found: Floats = values[last] * np.sqrt(volumes[last] / volumes)
    return found


def _limits(panel: Axes, volumes: Sequence[float], values: Floats) -> None:
    values = values[np.isfinite(values) & (values > 0)]
    panel.set_xlim(0.6 * min(volumes), 1.7 * max(volumes))
    if len(values):
        panel.set_ylim(0.7 * values.min(), 1.5 * values.max())
