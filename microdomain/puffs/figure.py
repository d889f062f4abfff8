"""Pictures of puffs: what a site does, and how its events are distributed."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from microdomain.puffs.find import active_channels
from microdomain.puffs.fluorescence import Camera, fluorescence
from microdomain.puffs.statistics import PuffStatistics
from microdomain.puffs.study import Seen
from microdomain.style import COLORS, QUIET, STYLE, Picture

SHOWN = 30.0
"""Seconds of a trace."""
MOST_ROWS = 40
"""Sites in a raster."""


def figure(seen: Seen, camera: Camera) -> Figure:
    """Draw a study: channels, calcium and dye of one site, the line scan that they would make, a raster of all sites,
    and the distributions of channels, duration and interval."""
    data = seen.example.isel(time=np.flatnonzero(seen.example.time.values <= seen.example.time.values[0] + SHOWN))
    light = fluorescence(data, camera, seed=0)
    with mpl.rc_context(STYLE):
        drawn = Picture(figsize=(9.5, 9.0), layout="constrained")
        rows: Any = [[name] * 3 for name in ("channels", "calcium", "dye", "scan", "raster")]
        panels: Any = drawn.subplot_mosaic(
            [*rows, ["n", "duration", "interval"]],
            height_ratios=[1, 1, 1, 0.6, 1, 1.5],
        )
        for name in ("channels", "calcium", "dye"):
            panels[name].sharex(panels["scan"])
            panels[name].tick_params(labelbottom=False)
        times = data.time.values
        panels["channels"].step(times, active_channels(data)[0], where="post", color=COLORS[0], lw=0.8)
        panels["channels"].set_ylabel("active channels")
        panels["calcium"].plot(times, data.concentration.sel(species="Ca.cytosol").values[0], color=COLORS[1], lw=0.8)
        panels["calcium"].set_ylabel("[Ca] (uM)")
        panels["dye"].plot(light.time, light["dF/F0"].values[0], color=QUIET, lw=0.6)
        panels["dye"].plot(light.time, light.clean.values[0], color=COLORS[2], lw=1.0)
        panels["dye"].set_ylabel("dF/F0")
        _scan(panels["scan"], light)
        _raster(panels["raster"], seen.channels)
        _distributions(panels, seen.channels)
        drawn.suptitle(f"{seen.example.attrs['model']}, {seen.engine}", x=0.01, ha="left", fontsize=12, weight="bold")
    return drawn


def _scan(panel: Any, light: Any) -> None:
    """The noisy light of the site, spread by a point-spread function of 0.3 um along a line of 4 um."""
    along = np.linspace(-2, 2, 41)
    spread = np.exp(-(along**2) / (2 * 0.3**2))
    generator = np.random.default_rng(0)
    image = spread[:, None] * light.clean.values[0][None]
    image = image + generator.normal(0, np.std(light["dF/F0"].values[0] - light.clean.values[0]), image.shape)
    start, end = light.time.values[[0, -1]]
    panel.imshow(image, aspect="auto", origin="lower", cmap="viridis", extent=(start, end, -2, 2), vmin=0)
    panel.set_ylabel("um")
    panel.set_xlabel("time (s)")


def _raster(panel: Any, found: PuffStatistics) -> None:
    """A tick for each event, a taller one for each puff."""
    rows = sorted(found.events.observed)[:MOST_ROWS]
    for row, number in enumerate(rows):
        blips = found.events.where((found.events.trajectory == number) & (found.events.channels < 2))
        puffs = found.puffs.where(found.puffs.trajectory == number)
        panel.vlines(blips.start, row - 0.15, row + 0.15, color=QUIET, lw=0.6)
        panel.vlines(puffs.start, row - 0.4, row + 0.4, color=COLORS[0], lw=1.2)
    panel.set(ylim=(-0.6, len(rows) - 0.4), ylabel="site", xlabel="time (s); tall: puffs, short: blips")


def _distributions(panels: Any, found: PuffStatistics) -> None:
    events, puffs = found.events, found.puffs
    if len(events):
        most = int(max(events.channels.max(), 1))
        panels["n"].hist(events.channels, bins=np.arange(0.5, most + 1.5), color=COLORS[0], rwidth=0.85)
        panels["n"].set_yscale("log")
    panels["n"].set(xlabel="channels per event", ylabel="events")
    if len(puffs):
        panels["duration"].hist(puffs.end - puffs.start, bins=25, color=COLORS[1])
    panels["duration"].set(xlabel="length of puffs (s)", ylabel="puffs")
    intervals = puffs.intervals() if len(puffs) else np.empty(0)
    if len(intervals):
        panels["interval"].hist(intervals, bins=25, density=True, color=COLORS[2], alpha=0.6)
        if found.law is not None:
            t = np.linspace(0, intervals.max(), 200)
            panels["interval"].plot(t, found.law.density(t), color="black", lw=1.2)
    panels["interval"].set(xlabel="interval between puffs (s)", ylabel="density (1/s)")
