"""The figure of a choice: what engines err by and what they cost, against volume, and which one was chosen."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from microdomain.style import COLORS, QUIET, STYLE, Picture

if TYPE_CHECKING:
    from engines.choice.table import Choice

LEAST = 1e-4
"""Errors below it are drawn there."""
KEY = (
    "points: pilot runs, with two standard errors; lines: predicted by linear noise; ring: the choice; "
    f"errors below {LEAST:g} are drawn there"
)
COLOR = {"ode": COLORS[1], "gillespie": COLORS[0], "langevin": COLORS[2], "tau_leaping": COLORS[3]}
HYBRIDS = COLORS[4:]


def choice_figure(choice: Choice) -> Figure:
    """Error and cost of every engine against volume; points: pilot runs, lines: linear noise, rings: the choice."""
    data = choice.data
    with mpl.rc_context({**STYLE, "axes.xmargin": 0.08}):
        figure = Picture(figsize=(10.0, 4.4), layout="constrained")
        figure.supxlabel(KEY, x=0.01, ha="left", fontsize=8.5, color=QUIET)
        figure.suptitle(choice.title, x=0.01, ha="left", fontsize=12, weight="bold")
        left, right = figure.subplots(1, 2)
        _errors(left, data)
        _costs(right, data)
        for panel in (left, right):
            panel.set(xscale="log", yscale="log", xlabel="volume (fL)")
            if data.sizes["volume"] == 1:
                panel.set_xlim(data.volume.values[0] / 3, data.volume.values[0] * 3)
    return figure


def _colors(data: Any) -> dict[str, str]:
    """By name of candidate; of hybrids one after the other."""
    hybrids = [name for name in data.candidate.values if name not in COLOR]
    return COLOR | {name: HYBRIDS[k % len(HYBRIDS)] for k, name in enumerate(hybrids)}


def _errors(panel: Axes, data: Any) -> None:
    volumes, tolerance, colors = data.volume.values, data.attrs["tolerance"], _colors(data)
    panel.axhspan(LEAST / 3, tolerance, color="#eaf3ea", zorder=0)
    panel.axhline(tolerance, color=QUIET, linewidth=1.0, linestyle=(0, (4, 3)))
    for k, name in enumerate(data.candidate.values):
        predicted = data.candidate_predicted.values[:, k]
        audited, spread = data.candidate_audited.values[:, k], data.candidate_spread.values[:, k]
        known = np.where(np.isfinite(audited), audited, predicted)
        if name == "gillespie" or not np.isfinite(known).any():
            continue
        panel.plot(volumes, np.maximum(predicted, LEAST), color=colors[name], linewidth=1.2, alpha=0.6)
        up = np.where(np.isfinite(spread), 2 * spread, 0.0)
        panel.errorbar(volumes, np.maximum(audited, LEAST), np.vstack([np.minimum(up, 0.9 * audited), up]),
            fmt="o", color=colors[name], markersize=5, linewidth=1.2)  # fmt: skip
        for v in np.flatnonzero(data.engine.values == name):
            panel.plot(volumes[v], max(known[v], LEAST), "o", markersize=12, fillstyle="none", color="black")
    panel.set_title("relative error")
    panel.annotate("tolerance", (1.0, tolerance), xycoords=panel.get_yaxis_transform(), xytext=(-2, 3),
        textcoords="offset points", ha="right", color=QUIET, fontsize=8.5)  # fmt: skip
    panel.set_ylim(bottom=LEAST / 2)


def _costs(panel: Axes, data: Any) -> None:
    volumes, colors = data.volume.values, _colors(data)
    for k, name in enumerate(data.candidate.values):
        cost = np.where(np.isfinite(data.candidate_cost.values[:, k]), data.candidate_cost.values[:, k], np.nan)
        if not np.isfinite(cost).any():
            continue
        panel.plot(volumes, cost, "o-", color=colors[name], markersize=4, linewidth=1.2)
        for v in np.flatnonzero(data.engine.values == name):
            panel.plot(volumes[v], cost[v], "o", markersize=12, fillstyle="none", color="black")
    panel.set_title("processor seconds per simulated second")
    lines = 0
    for name in data.candidate.values:
        text = textwrap.wrap(name, 24)
        panel.annotate("\n".join(text), (1.0, 1.0), xycoords="axes fraction", xytext=(6, -4 - 13 * lines), va="top",
            textcoords="offset points", color=colors[name], fontsize=9, annotation_clip=False)  # fmt: skip
        lines += len(text)
