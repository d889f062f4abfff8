"""One site studied: the same question to several engines, with what each of them sees and costs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from engines.request import RequestError
from engines.simulate import simulate
from mechanisms.faults import Fault, unknown
from microdomain.puffs.detect import Events, overlap
from microdomain.puffs.find import dye_events, exact_events
from microdomain.puffs.fluorescence import Camera
from microdomain.puffs.statistics import PuffStatistics, puff_statistics

if TYPE_CHECKING:
    import xarray as xr

    from mechanisms.model import Model

READINGS: dict[str, Any] = {
    "ode": "ode",
    "langevin": {"": "diffusion"},
    "hybrid": {"cytosol": "flow"},
    "gillespie": "gillespie",
}
"""How each engine reads a puff site; in the hybrid calcium and its buffers flow, and channels jump."""
GRID = 0.002
"""Seconds between the times that are looked at."""
SETTLING = 5.0
"""Seconds before those that are looked at: at the start gates are where no cell has them."""
AT_ONCE = 20
"""Sites whose paths are in memory together."""


@dataclass(frozen=True)
class Seen:
    """What one engine sees of a site.

    channels: events in the number of active channels. dye: events as a camera sees them, or None where none was asked.
    hits, missed: puffs of the channels that the camera saw or not; false: what it saw that was its noise.
    seconds: wall time. example: the paths of the first site.
    """

    engine: str
    channels: PuffStatistics
    dye: PuffStatistics | None
    hits: int
    missed: int
    false: int
    seconds: float
    example: xr.Dataset


def study(
    model: Model, duration: float, *, engine: str = "hybrid", sites: int = 1, seed: int = 0,
    camera: Camera | None = None, workers: int | None = None, progress: bool | None = None,
) -> Seen:  # fmt: skip
    """Run a site and find its puffs; paths of at most 20 sites are kept at a time, and the events of all.

    duration: in s. engine: "ode", "langevin", "hybrid" or "gillespie". Raises RequestError for another one.
    """
    if engine not in READINGS:
        raise RequestError([unknown("engine", engine, "engines", list(READINGS))], "puffs")
    if not 0 < duration < np.inf or sites < 1:
        raise RequestError([Fault("duration, sites", f"{duration!r}, {sites!r}", "above 0 s, 1 or more")], "puffs")
    grid = np.concatenate([[0.0], SETTLING + np.linspace(0.0, duration, max(2, round(duration / GRID)) + 1)])
    sites = 1 if engine == "ode" else sites
    exact: list[Events] = []
    dyed: list[Events] = []
    spent, false, example = 0.0, 0, None
    for first in range(0, sites, AT_ONCE):
        numbers = list(range(first, min(first + AT_ONCE, sites)))
        began = time.perf_counter()
        data = simulate(
            model, grid, engine=READINGS[engine], trajectories=numbers if engine != "ode" else 1, seed=seed,
            workers=workers, progress=progress,
        )  # fmt: skip
        spent += time.perf_counter() - began
        data = data.isel(time=slice(1, None))
        exact.append(exact_events(data))
        if camera is not None:
            found, real = dye_events(data, camera, None, seed + first)
            dyed.append(found)
            false += overlap(found, real)[2]
        example = data.isel(trajectory=slice(0, 1)) if example is None else example
    assert example is not None
    channels = puff_statistics(Events.joined(exact))
    light = puff_statistics(Events.joined(dyed), "dF/F0") if camera is not None else None
    hits = missed = 0
    if light is not None and camera is not None:
        hits, missed, _ = overlap(light.events, channels.puffs, camera.frame)
    return Seen(engine, channels, light, hits, missed, false, spent, example)


TABLE = ("puffs per s", "channels per puff", "length, median", "interval", "CV of intervals")


def comparison(seen: list[Seen]) -> str:
    """A line for each engine: does it see puffs, how many, how large, how often, and at what cost."""
    columns = ("puffs/s", "channels", "length (s)", "interval (s)", "CV", "seconds")
    lines = [f"{'engine':<11}" + "".join(f"{name:>13}" for name in columns)]
    for one in seen:
        found = one.channels.estimates
        values = [found[name][0] for name in TABLE if name in found]
        if len(one.channels.puffs) == 0:
            lines.append(f"{one.engine:<11}{'sees no puffs':>26}{'':>39}{one.seconds:>13.2f}")
            continue
        lines.append(f"{one.engine:<11}" + "".join(f"{value:>13.3g}" for value in (*values, one.seconds)))
    return "\n".join(lines)
