"""What a microscope sees of a dye: photons in frames, with the noise of a camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from engines.request import RequestError
from mechanisms.faults import Fault, unknown
from mechanisms.names import called_in

if TYPE_CHECKING:
    import xarray as xr

ASKED = "fluorescence"
QUIET_SHARE = 0.1
"""F0 is this quantile of a trace."""


@dataclass(frozen=True)
class Camera:
    """A camera and the optics before it.

    frame: s that light is collected for one image. photons: from the dye at rest, in a frame. read_noise: standard
    deviation in photons, of each image. background: photons in a frame that are not of the dye. share: of the light
    that comes from the site, and not from its surroundings at rest, which a point-spread function larger than the site
    mixes in. brightness: of free dye over that of dye with calcium.
    """

    frame: float = 0.01
    photons: float = 1000.0
    read_noise: float = 2.0
    background: float = 0.0
    share: float = 1.0
    brightness: float = 0.0

    def __post_init__(self) -> None:
        right = 0 < self.frame < np.inf and 0 < self.photons < np.inf and 0 < self.share <= 1
        if not (right and self.read_noise >= 0 and self.background >= 0 and 0 <= self.brightness < 1):
            allowed = "frame, photons > 0; read_noise, background >= 0; 0 < share <= 1; 0 <= brightness < 1"
            raise ValueError(f"found {self}; allowed: {allowed}")


def fluorescence(
    data: xr.Dataset, camera: Camera, *, bound: str = "CaDye", free: str = "dye", seed: int | None = None
) -> xr.Dataset:
    """Photons and dF/F0 in the frames of a camera, of a dataset of paths on a grid.

    F = bound + brightness free, F0 its lowest tenth in each trajectory; a frame is the mean of F over the samples in
    it, as photons of Poisson's law and Gaussian read-out. bound, free: species. seed: None is another noise each time.

    Returns photons and dF/F0 (trajectory, time), the second from the photons, and clean, dF/F0 without noise. Raises
    RequestError for species that are not there, frames shorter than the grid's steps, or a dataset without paths.
    """
    import xarray as xr

    faults: list[Fault] = []
    if "counts" not in data or "trajectory" not in data.dims:
        raise RequestError([Fault("data", "no paths on a grid", "a result of simulate with record='grid'")], ASKED)
    called = called_in(data.species.values.tolist(), data.place.values.tolist())
    for where, name in (("bound", bound), ("free", free)):
        if name not in called:
            faults.append(unknown(where, name, "species", data.species.values.tolist()))
    times = data.time.values
    step = float(np.diff(times).max())
    if times[-1] - times[0] < camera.frame:
        faults.append(Fault("frame", f"{camera.frame:g} s", f"at most {times[-1] - times[0]:g} s, all that there is"))
    elif camera.frame < step:
        faults.append(Fault("frame", f"{camera.frame:g} s", f"at least the step of the grid, {step:g} s"))
    if faults:
        raise RequestError(faults, ASKED)
    light = data.counts.sel(species=called[bound]).values.astype(float)
    if camera.brightness:
        light = light + camera.brightness * data.counts.sel(species=called[free]).values
    rest = np.quantile(light, QUIET_SHARE, axis=1, keepdims=True)
    if (rest <= 0).any():
        raise RequestError([Fault("F0", "no light at rest", "a dye that shines at rest, or a larger volume")], ASKED)
    seen = camera.share * light / rest + (1 - camera.share)
    first, end = frames_of(times, camera.frame)
    clean = np.add.reduceat(seen[:, :end], first, axis=1) / np.diff(np.append(first, end))
    generator: Any = np.random.default_rng(seed)
    photons = generator.poisson(camera.photons * clean + camera.background).astype(float)
    photons += generator.normal(0.0, camera.read_noise, photons.shape) if camera.read_noise else 0.0
    change = (photons - camera.background) / camera.photons - 1
    middle = times[0] + (np.arange(len(first)) + 0.5) * camera.frame
    axes = ("trajectory", "time")
    return xr.Dataset(
        {"photons": (axes, photons), "dF/F0": (axes, change), "clean": (axes, clean - 1)},
        {"trajectory": data.trajectory.values, "time": ("time", middle, {"units": "s"})},
    )


def frames_of(times: Any, frame: float) -> tuple[Any, int]:
    """(frame,) the first sample of each whole frame of so many seconds, and the sample behind the last of them."""
    numbers = np.floor((times - times[0]) / frame + 1e-9).astype(int)
    end = int(np.searchsorted(numbers, numbers[-1]))
    return np.flatnonzero(np.diff(numbers[:end], prepend=-1)), end
