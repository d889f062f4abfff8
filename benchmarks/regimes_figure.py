"""The map of ``benchmarks.regimes``: engines over volumes, right or wrong by colour, with what a second costs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from microdomain.style import STYLE

ALLOWED = 0.05
SAME = 1.5
"""Costs that differ by less are the same; the more exact engine is then framed, as by ``choose``."""
LABELS = {"jump + flow": "channels jump,\ncalcium flows", "jump/diff.": "few jump,\nmany diffuse"}
RIGHT, MEAN_ONLY, WRONG, UNKNOWN = "#7cc7a3", "#f5d76e", "#ee9a87", "#e4e4e4"


def seconds_of(seconds: float) -> str:
    """Such as "3 µs"."""
    if not np.isfinite(seconds):
        return "-"
    for size, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 1e-9:.0f} ns"


def plain(value: float) -> str:
    """A number in two digits, without an exponent where there is a name for it."""
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.2g}{unit}" if value < 100 * size else f"{value / size:.0f}{unit}"
    return f"{value:.0f}" if value >= 99.5 else f"{value:.2g}" if value >= 0.01 else f"{value:.1g}"


def colour(point: Any, name: str) -> str:
    """Of an engine at a point."""
    if name == "Gillespie":
        return RIGHT
    errors = point.errors.get(name)
    if errors is None:
        return UNKNOWN
    if errors["distribution"] <= ALLOWED:
        return RIGHT
    if errors["at least"] <= ALLOWED:
        return UNKNOWN
    return MEAN_ONLY if errors["mean"] <= ALLOWED else WRONG


def figure(points: Sequence[Any], engines: Sequence[str], path: Path) -> None:
    """A panel for each model, a column for each volume, a row for each engine; the cheapest right one is framed."""
    panels = [(name, list(group)) for name, group in groupby(points, key=lambda point: point.series)]
    with mpl.rc_context(STYLE):
        drawing = Figure(figsize=(14, 1.5 + 3.1 * -(-len(panels) // 2)), layout="constrained")
        axes = drawing.subplots(-(-len(panels) // 2), 2).ravel()
        for axis, (name, group) in zip(axes, panels, strict=True):
            _panel(axis, name, group, [one for one in engines if any(one in point.costs for point in group)])
        meanings = (
            (RIGHT, "distribution right within 5 % of the mean"), (MEAN_ONLY, "mean right, noise wrong"),
            (WRONG, "mean wrong too"), (UNKNOWN, "not known: too slow, or too near 5 %"),
        )  # fmt: skip
        handles = [Patch(color=one, label=text) for one, text in meanings]
        handles.append(Patch(facecolor="none", edgecolor="black", linewidth=2, label="cheapest that is right"))
        drawing.legend(handles=handles, loc="outside lower center", ncols=5, frameon=False)
        title = "Which engine is right in which volume. In each box: processor time for one simulated second"
        drawing.suptitle(title, x=0.01, ha="left", fontsize=13)
        drawing.savefig(path, dpi=110)


def _panel(axis: Any, name: str, points: Sequence[Any], engines: Sequence[str]) -> None:
    for column, point in enumerate(points):
        right = {}
        for row, engine in enumerate(engines):
            cost, shade = point.costs[engine], colour(point, engine)
            axis.add_patch(Rectangle((column - 0.48, row - 0.46), 0.96, 0.92, color=shade, linewidth=0))
            axis.text(column, row, seconds_of(cost), ha="center", va="center", fontsize=9)
            if shade == RIGHT:
                right[row] = cost
        if right and point.exact:
            least = min(right.values())
            row = max(one for one in right if right[one] <= SAME * least)
            axis.add_patch(Rectangle((column - 0.48, row - 0.46), 0.96, 0.92, fill=False, linewidth=2, zorder=3))
    axis.set(xlim=(-0.55, len(points) - 0.45), ylim=(len(engines) - 0.5, -0.5), title=name, xlabel="volume (fL)")
    axis.set_xticks(range(len(points)), [_ticks(point) for point in points])
    axis.set_yticks(range(len(engines)), [LABELS.get(one, one) for one in engines])
    axis.tick_params(length=0)
    for side in axis.spines.values():
        side.set_visible(False)


def _ticks(point: Any) -> str:
    number = "" if np.isnan(point.mean) else f"\n⟨n⟩ = {plain(point.mean)}"
    return f"{plain(point.volume)}{number}"
