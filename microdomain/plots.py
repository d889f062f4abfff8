"""Figures of results. They are matplotlib Figures that need no window: show them in a notebook, or ``savefig`` them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from engines.choice.table import Choice
from mechanisms.network import Floats
from microdomain.choice_figure import choice_figure
from microdomain.noise.scaling import NoiseScaling
from microdomain.noise_figure import figure as noise_figure
from microdomain.style import COLORS, STYLE, Picture

if TYPE_CHECKING:
    import xarray as xr

LINES = 8
"""The most curves in one panel."""
TRAJECTORIES = 5
"""How many single trajectories are drawn behind their mean."""
SMOOTH = 50
"""Where more than three jagged curves share a panel, each is averaged over this many stretches of time."""
POINTS = 2000
"""Longer curves are drawn by the extremes in this many stretches: spikes stay, files remain small."""


@dataclass(frozen=True)
class Curve:
    """One species or quantity: (time,) mean and sd (zero where nothing varies), and single runs (times, values)."""

    name: str
    times: Floats
    mean: Floats
    sd: Floats
    runs: Sequence[tuple[Floats, Floats]]


def plot(data: xr.Dataset | Choice | NoiseScaling) -> Figure:
    """Draw a dataset of ``simulate``, one panel per place and unit, quantities last; or the answer of ``choose`` or
    ``noise_scaling``.

    Paths on a grid: the mean over trajectories with a band of one sd, and a few trajectories; events: the steps of the
    first trajectories; statistics: the mean with a band of one sd. Species that never change are named in the title of
    their panel, and of more than eight those that vary most are drawn.
    """
    if isinstance(data, Choice):
        return choice_figure(data)
    if isinstance(data, NoiseScaling):
        return noise_figure(data)
    panels = list(_panels(data))
    with mpl.rc_context(STYLE):
        figure = Picture(figsize=(8.0, 0.6 + 2.2 * len(panels)), layout="constrained")
        axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
        steps = "event" in data.dims
        for panel, (title, unit, curves) in zip(axes, panels, strict=True):
            _draw(panel, title, unit, curves, steps)
        axes[-1].set_xlabel("time (s)")
        figure.suptitle(_headline(data), x=0.01, ha="left", fontsize=11)
    return figure


def _headline(data: xr.Dataset) -> str:
    about = data.attrs
    runs = int(about.get("trajectories", data.sizes.get("trajectory", data.sizes.get("run", 1))))
    noisy = (
        f", {runs:,} {'trajectory' if runs == 1 else 'trajectories'}, seed {about['seed']}" if "seed" in about else ""
    )
    band = "; mean and one standard deviation" if runs > 1 and "event" not in data.dims else ""
    return f"{about['model']}, {about['engine']}{noisy}{band}"


def _panels(data: xr.Dataset) -> Iterator[tuple[str, str, list[Curve]]]:
    read = _curves_of_statistics if "mean_counts" in data else _curves
    homes = list(zip(data.place.values, data.unit.values, strict=True))
    for place, unit in dict.fromkeys(homes):
        chosen = [i for i, home in enumerate(homes) if home == (place, unit)]
        label = f"concentration ({unit})" if unit == "uM" and "concentration" in data else "molecules"
        yield place, label.replace("uM", "µM"), read(data, "species", chosen, label != "molecules")
    units = list(data.quantity_unit.values)
    for unit in dict.fromkeys(units):
        chosen = [i for i, found in enumerate(units) if found == unit]
        yield "quantities", "number" if unit == "1" else unit, read(data, "quantities", chosen, False)


def _curves(data: xr.Dataset, axis: str, chosen: Sequence[int], as_concentration: bool) -> list[Curve]:
    """Of paths on a grid, or of every event."""
    kind = "quantity" if axis == "quantities" else "concentration" if as_concentration else "counts"
    values, times = data[kind].values, data.time.values
    found = []
    for i in chosen:
        name = str(data[axis].values[i])
        if "event" in data.dims:
            number = data.trajectory.values
            single = [(times[number == n], values[number == n, i]) for n in data.run.values[:TRAJECTORIES]]
            found.append(Curve(name, *single[0], np.zeros_like(single[0][0]), single[1:]))
            continue
        paths = values[..., i]
        runs = [(times, path) for path in paths[:TRAJECTORIES]] if len(paths) > 1 else []
        found.append(Curve(name, times, paths.mean(axis=0), paths.std(axis=0), runs))
    return found


def _curves_of_statistics(data: xr.Dataset, axis: str, chosen: Sequence[int], _: bool) -> list[Curve]:
    kind = "quantity" if axis == "quantities" else "counts"
    mean, sd = data[f"mean_{kind}"].values, np.sqrt(data[f"variance_{kind}"].values)
    return [Curve(str(data[axis].values[i]), data.time.values, mean[:, i], sd[:, i], []) for i in chosen]


def _draw(panel: Axes, title: str, unit: str, curves: list[Curve], steps: bool) -> None:
    moving = [curve for curve in curves if _varies(curve)]
    highest = sorted(moving, key=lambda curve: -float(np.nanmax(curve.mean + curve.sd)))[:LINES]
    shown = [curve for curve in moving if curve in highest] or curves[:LINES]
    few = len(shown) <= 3
    notes = [f"{len(shown)} of {len(moving)}"] if len(shown) < len(moving) else []
    if not few and any(map(_is_jagged, shown)):
        window = float(np.ptp(shown[0].times)) / SMOOTH
        shown = [smoothed(curve) for curve in shown]
        notes.append(f"averages over {window:.2g} s")
        steps = False
    still = [f"{curve.name} {curve.mean[0]:.3g}" for curve in curves if curve not in moving]
    notes += [f"constant: {', '.join(still)}"] if still and moving else []
    panel.set_title(", ".join([title, *notes]), color="#333333")
    panel.set_ylabel(unit)
    for color, curve in zip(COLORS, shown, strict=False):
        for times, values in curve.runs if few else []:
            _line(panel, times, values, steps, color=color, linewidth=0.6, alpha=0.35)
        if curve.sd.any() and few:
            low, high = curve.mean - curve.sd, curve.mean + curve.sd
            panel.fill_between(curve.times, low, high, color=color, alpha=0.18, linewidth=0)
        _line(panel, curve.times, curve.mean, steps, color=color, linewidth=0.8 if _is_jagged(curve) else 1.6)
    if all(curve.mean.min() >= 0 for curve in shown):
        panel.set_ylim(bottom=-0.04 * panel.get_ylim()[1])
    _label(panel, shown)


def _varies(curve: Curve) -> bool:
    return float(np.ptp(curve.mean) + curve.sd.max()) > 1e-9 * float(np.abs(curve.mean).max())


def _is_jagged(curve: Curve) -> bool:
    """Whether a curve of many points turns so often that it would be drawn as a black band."""
    turns = np.abs(np.diff(np.sign(np.diff(curve.mean)))).sum() / 2
    return len(curve.times) > 300 and bool(turns > 2 * SMOOTH)


def smoothed(curve: Curve) -> Curve:
    """The average of a curve over each of a number of equal stretches of time, a value holding until the next."""
    edges = np.linspace(curve.times[0], curve.times[-1], SMOOTH + 1)
    area = np.concatenate([[0.0], np.cumsum(curve.mean[:-1] * np.diff(curve.times))])
    means = np.diff(np.interp(edges, curve.times, area)) / np.diff(edges)
    return Curve(curve.name, (edges[1:] + edges[:-1]) / 2, means, np.zeros(SMOOTH), [])


def _line(panel: Axes, times: Floats, values: Floats, steps: bool, **style: Any) -> None:
    panel.plot(*thinned(times, values), drawstyle="steps-post" if steps else "default", **style)


def _label(panel: Axes, curves: Sequence[Curve]) -> None:
    """Names at the right end of the curves, moved apart where they would overlap, in the curves' colours."""
    low, high = panel.get_ylim()
    gap = 0.085 * (high - low)
    places = spread([float(curve.mean[-1]) for curve in curves], gap, low, high)
    for place, curve, color in zip(places, curves, COLORS, strict=False):
        panel.annotate(
            curve.name, (1.0, place), xycoords=panel.get_yaxis_transform(), xytext=(6, 0), textcoords="offset points",
            va="center", fontsize=9, color=color, annotation_clip=False,
        )  # fmt: skip


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places near the wanted ones, in the same order, at least ``gap`` apart and between ``low`` and ``high``."""
    order = np.argsort(wanted, kind="stable")
    places = np.array(wanted, dtype=float)[order]
    for k in range(1, len(places)):
        places[k] = max(places[k], places[k - 1] + gap)
    if len(places):
        places[-1] = min(places[-1], max(high, low + gap * (len(places) - 1)))
    for k in range(len(places) - 2, -1, -1):
        places[k] = min(places[k], places[k + 1] - gap)
    found = np.empty(len(places))
    found[order] = places
    return found.tolist()


def thinned(times: Floats, values: Floats) -> tuple[Floats, Floats]:
    """A long curve by the lowest and highest value in each of many stretches, in their order in time."""
    if len(times) <= 2 * POINTS:
        return times, values
    starts = np.linspace(0, len(times), POINTS, endpoint=False, dtype=int)
    ends = [*starts[1:], len(times)]
    kept = [
        a + i for a, b in zip(starts, ends, strict=True) for i in {int(values[a:b].argmin()), int(values[a:b].argmax())}
    ]
    keep = np.unique([*kept, len(times) - 1])
    return times[keep], values[keep]
