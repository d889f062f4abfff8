"""Puffs in a result of ``simulate``: in the number of channels, in free calcium, or in what a camera sees of a dye."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from engines.request import RequestError
from mechanisms.faults import Fault, unknown
from microdomain.puffs.detect import CHANNELS, Events, Rule, find_events
from microdomain.puffs.fluorescence import Camera, fluorescence, frames_of
from microdomain.puffs.statistics import PuffStatistics, puff_statistics

if TYPE_CHECKING:
    import xarray as xr

TRACES = ("channels", "calcium", "dye")
ACTIVE = (".active", ".open")
"""Ends of the names of quantities that count channels, the first that is there."""
CALCIUM = Rule(on=0.3, off=0.1, gap=0.05)
"""uM above the median of each trace."""
SIGNAL, QUIET = 5.0, 2.0
"""Standard deviations of the noise at which an event of a dye begins and ends."""
DYE_GAP = 0.05
"""Seconds in which an event of a dye may pause."""


def find_puffs(
    data: xr.Dataset, trace: str = "channels", *, rule: Rule | None = None, camera: Camera | None = None,
    calcium: str = "Ca.cytosol", seed: int | None = None,
) -> PuffStatistics:  # fmt: skip
    """Events in a result with paths on a grid, and their statistics.

    trace: "channels", those that are active (exact, at the times of the grid); "calcium", free, above its median;
    "dye", dF/F0 of a ``camera``, with its noise by ``seed``. rule: when an event begins and ends; by default one
    channel with pauses of 50 ms, 0.3 uM down to 0.1 uM, or 5 down to 2 standard deviations of the camera's noise.

    Raises RequestError for another trace, or a dataset without paths or channels.
    """
    faults: list[Fault] = []
    if trace not in TRACES:
        faults.append(unknown("trace", trace, "traces", TRACES))
    if "counts" not in data or "trajectory" not in data.dims:
        faults.append(Fault("data", "no paths on a grid", "a result of simulate with record='grid'"))
    if camera is not None and trace != "dye":
        faults.append(Fault("camera", f"trace='{trace}'", "trace='dye'"))
    if trace == "calcium" and not faults and calcium not in data.species.values:
        faults.append(unknown("calcium", calcium, "species", data.species.values.tolist()))
    if faults:
        raise RequestError(faults, "find_puffs")
    channels, times = active_channels(data), data.time.values
    numbers = data.trajectory.values.tolist()
    if trace == "channels":
        found = find_events(times, channels, rule or CHANNELS, channels=channels, numbers=numbers)
        return puff_statistics(found, "1")
    if trace == "calcium":
        values = data.concentration.sel(species=calcium).values
        base = np.median(values, axis=1)
        found = find_events(times, values, rule or CALCIUM, baseline=base, channels=channels, numbers=numbers)
        return puff_statistics(found, "uM")
    return puff_statistics(dye_events(data, camera or Camera(), rule, seed)[0], "dF/F0")


def dye_events(data: xr.Dataset, camera: Camera, rule: Rule | None, seed: int | None) -> tuple[Events, Events]:
    """Events in dF/F0, and those without its noise that come half as high: what is in none of these is false."""
    light = fluorescence(data, camera, seed=seed)
    if rule is None:
        noise = np.sqrt(camera.photons + camera.background + camera.read_noise**2) / camera.photons
        rule = Rule(on=SIGNAL * noise, off=QUIET * noise, gap=DYE_GAP)
    real = replace(rule, on=rule.on / 2, off=min(rule.off, rule.on / 2))
    times, numbers = light.time.values, data.trajectory.values.tolist()
    first, end = frames_of(data.time.values, camera.frame)
    most = np.maximum.reduceat(active_channels(data)[:, :end], first, axis=1)
    found, clean = (
        find_events(times, light[name].values, chosen, channels=most, numbers=numbers)
        for name, chosen in (("dF/F0", rule), ("clean", real))
    )
    return found, clean


def active_channels(data: xr.Dataset) -> Any:
    """(trajectory, time) how many channels are active, of all clusters together. Raises RequestError for none."""
    names = [str(name) for name in data.quantities.values]
    for end in ACTIVE:
        if chosen := [name for name in names if name.endswith(end)]:
            return data.quantity.sel(quantities=chosen).sum("quantities").values
    allowed = "a model whose channels are counted, as md.models.puff_site()"
    raise RequestError([Fault("data", "no quantity of channels", allowed)], "find_puffs")


def exact_events(data: xr.Dataset) -> Events:
    """The events in the number of channels: the truth that a detection is held against."""
    channels = active_channels(data)
    return find_events(data.time.values, channels, CHANNELS, channels=channels, numbers=data.trajectory.values.tolist())
