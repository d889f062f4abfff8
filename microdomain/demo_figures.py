"""The figures of the demonstration."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from microdomain.demo_runs import CALCIUM, FRACTION, RATE, SAMPLING, Course, Openings, Size
from microdomain.plots import thinned
from microdomain.style import COLORS, QUIET, STYLE, Picture

EXACT, MEAN_FIELD, THIRD = COLORS[0], COLORS[1], COLORS[2]
PALE = "#9ecae1"


def _styled(draw: Callable[[Any], Figure]) -> Callable[[Any], Figure]:
    @wraps(draw)
    def inside(found: Any) -> Figure:
        with mpl.rc_context(STYLE):
            return draw(found)

    return inside


@_styled
def ode_and_gillespie(found: Course) -> Figure:
    """Open channels and calcium against time: mean field, one exact trajectory, and the mean of all."""
    figure = Picture(figsize=(8.0, 5.2), layout="constrained")
    figure.suptitle(
        "A calcium microdomain with five IP3 receptors at 0.2 µM IP3", x=0.01, ha="left", fontsize=12, weight="bold"
    )
    above, below = figure.subplots(2, 1, sharex=True)
    panels = (
        (above, "open channels"),
        (below, "calcium in the cytosol (µM)"),
    )
    for k, (panel, label) in enumerate(panels):
        panel.plot(*thinned(found.times, found.one[k]), color=PALE, linewidth=0.9, drawstyle="steps-post")
        panel.plot(found.coarse_times, found.mean[k], color=EXACT, linewidth=1.8)
        panel.plot(found.times, found.ode[k], color=MEAN_FIELD, linewidth=1.8)
        panel.set_ylabel(label)
        panel.set_ylim(bottom=-0.03 * panel.get_ylim()[1])
    below.set_xlabel("time (s)")
    names = (("one Gillespie trajectory", "#5a9fc4"), (f"mean of {found.trajectories}", EXACT), ("ODE", MEAN_FIELD))
    for k, (name, color) in enumerate(names):
        above.text(0.99, 0.95 - 0.13 * k, name, transform=above.transAxes, ha="right", va="top", color=color)
    return figure


@_styled
def open_channels(found: list[Openings]) -> Figure:
    """Each run's measures beside the reference ranges, an excerpt of a run, and how many channels are open together."""
    figure = Picture(figsize=(9.0, 5.6), layout="constrained")
    figure.suptitle("Open channels under Gillespie", x=0.01, ha="left", fontsize=12, weight="bold")
    parts: Any = figure.subfigures(2, 1, height_ratios=(1.0, 1.05))
    above, below = parts
    panels = above.subplots(1, 3, sharey=True)
    for panel, name in zip(panels, (FRACTION, RATE, CALCIUM), strict=True):
        _runs_and_ranges(panel, found, name)
    panels[0].set_yticks(range(len(found)), [_short(one.condition) for one in found])
    panels[0].set_ylim(len(found) - 0.5, -0.5)
    left, right = below.subplots(1, 2, width_ratios=(2, 1))
    first = found[0]
    shown = first.excerpt
    left.plot(np.arange(len(shown)) * SAMPLING, shown, color=EXACT, linewidth=0.9, drawstyle="steps-post")
    left.set(xlabel="time (s)", ylabel="open channels", title=f"an excerpt, {_short(first.condition)}")
    left.set_yticks(range(int(max(shown.max(), 2)) + 1))
    for k, (one, color) in enumerate(zip(found, COLORS, strict=False)):
        numbers = np.flatnonzero(one.occupancy)
        right.plot(numbers, one.occupancy[numbers], "o-", color=color, markersize=4, linewidth=1.2)
        right.text(0.03, 0.26 - 0.1 * k, _short(one.condition).partition("\n")[0], transform=right.transAxes,
            va="top", color=color, fontsize=9)  # fmt: skip
    right.set_yscale("log")
    right.set_xmargin(0.05)
    right.set(xlabel="channels open together", ylabel="fraction of time", title="how many at once")
    right.set_xticks(range(6))
    return figure


def _runs_and_ranges(panel: Axes, found: list[Openings], name: str) -> None:
    """A row per condition: a dot per run, their mean, and the reference range as a bar behind them."""
    for row, (one, color) in enumerate(zip(found, COLORS, strict=False)):
        if name in one.reference:
            low, high = one.reference[name]
            wide = max(high - low, 0.02 * high)
            panel.barh(row, wide, left=(low + high - wide) / 2, height=0.56, color="#d9d9d9", zorder=0)
        values = one.measures[name]
        offsets = np.linspace(-0.17, 0.17, len(values)) if len(values) > 1 else np.zeros(1)
        panel.plot(values, row + offsets, "o", color=color, markersize=3.5, alpha=0.6, markeredgewidth=0)
        panel.plot([values.mean()] * 2, [row - 0.3, row + 0.3], color=color, linewidth=2.2)
    panel.set_title(name.replace("uM", "µM"))
    panel.set_xmargin(0.08)
    panel.tick_params(axis="y", length=0)
    panel.spines["left"].set_visible(False)
    if name == FRACTION:
        panel.set_xlabel("dot: a run; line: their mean; grey: reference", color=QUIET, fontsize=8.5, loc="left")


def _short(condition: str) -> str:
    return condition.replace(" uM", " µM").replace(", 0.2 µM at first", "\n(0.2 µM at first)")


@_styled
def volume(sizes: list[Size]) -> Figure:
    """Calcium against time at each volume over the mean field, and the noise against volume."""
    figure = Picture(figsize=(9.0, 1.2 + 1.2 * len(sizes)), layout="constrained")
    figure.suptitle(
        "The same microdomain in larger volumes, densities fixed", x=0.01, ha="left", fontsize=12, weight="bold"
    )
    parts: Any = figure.subfigures(1, 2, width_ratios=(1.25, 1.0))
    left, right = parts
    panels = left.subplots(len(sizes), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    highest = max(float(one.course.max()) for one in sizes)
    for panel, one in zip(panels, sizes, strict=True):
        shown = one.times <= 60.0
        panel.plot(*thinned(one.times[shown], one.course[shown]), color=EXACT, linewidth=0.8)
        panel.plot(one.times[shown], one.ode_course[shown], color=MEAN_FIELD, linewidth=1.3)
        panel.text(0.99, 0.92, f"{one.factor:g}x: {one.volume:.3g} fL, {one.channels:,} channels", ha="right",
            va="top", transform=panel.transAxes)  # fmt: skip
        panel.set_ylim(-0.03 * highest, 1.05 * highest)
    panels[0].set_title("calcium in the cytosol (µM)")
    panels[-1].set_xlabel("time (s)")
    panels[-1].text(0.99, 0.62, "ODE", color=MEAN_FIELD, ha="right", va="top", transform=panels[-1].transAxes)
    panels[-1].text(0.90, 0.62, "Gillespie", color=EXACT, ha="right", va="top", transform=panels[-1].transAxes)
    _noise(right.subplots(), sizes)
    return figure


def _noise(panel: Axes, sizes: list[Size]) -> None:
    """Measured noise, and the 1/sqrt(V) line through that of the largest volume."""
    volumes = np.array([one.volume for one in sizes])
    noise = {name: np.array([one.cv[name] for one in sizes]) for name in ("calcium", "open")}
    line = np.sqrt(noise["calcium"][-1] * noise["open"][-1] * volumes[-1] / volumes)
    panel.plot(volumes, line, color=QUIET, linewidth=1.2, linestyle=(0, (4, 3)))
    panel.plot(volumes, noise["open"], "o-", color=THIRD, markersize=6)
    panel.plot(volumes, noise["calcium"], "o-", color=EXACT, markersize=6)
    labels: tuple[tuple[str, Any, int, int, str], ...] = (
        ("1/√V", line, 0, 10, QUIET),
        ("open fraction", noise["open"], len(sizes) // 2, 12, THIRD),
        ("calcium", noise["calcium"], (len(sizes) - 1) // 2, -12, EXACT),
    )
    for name, values, at, offset, color in labels:
        panel.annotate(name, (volumes[at], values[at]), xytext=(offset, abs(offset) * (0.4 if offset > 0 else -1)),
            textcoords="offset points", color=color, ha="left" if offset > 0 else "right", va="center")  # fmt: skip
    panel.set(xscale="log", yscale="log", xlabel="volume of cytosol (fL)", title="noise: sd over mean")
    panel.set_xmargin(0.1)
    ticks = [tick for tick in (0.03, 0.1, 0.3, 1, 3) if line.min() / 2 < tick < line.max() * 1.5]
    panel.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    panel.minorticks_off()
