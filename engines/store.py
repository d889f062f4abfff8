"""An ensemble in a Zarr store, chunk by chunk: what is finished is there, whatever ends the process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engines.files import check_destination, write_whole
from engines.loops.status import STOPPED
from engines.result import GOOD
from mechanisms.faults import Fault
from mechanisms.network import Floats, Integers

if TYPE_CHECKING:
    import xarray as xr

ROWS = "trajectory"
SAME = ("model", "model_hash", "parameters", "initial_count", "engine", "engine_options", "seed", "versions")
"""Attributes of which a difference means another ensemble."""


class Store:
    """One ensemble at ``path``: a dataset of all its trajectories, those that are not finished with the status STOPPED.

    A chunk is in the store once its statuses are, which are written after everything else; each file of it is put there
    in one step. numbers: of the trajectories; rows: how many of them a chunk has.
    """

    def __init__(self, path: Path, numbers: Integers, rows: int) -> None:
        self.path, self.numbers, self.rows = path, numbers, rows

    def left(self, parts: list[slice]) -> list[slice]:
        """The chunks that are not finished."""
        if not self.path.exists():
            return parts
        status = self.data().status.values
        return [part for part in parts if not np.isin(status[part], GOOD).all()]

    def keep(self, part: slice, chunk: xr.Dataset) -> None:
        """Write the trajectories of one chunk. Raises OSError where that fails; the chunks before it stay."""
        import zarr

        if not self.path.exists():
            write_whole(self.path, lambda beside: self._begin(beside, chunk))
        group: Any = zarr.open_group(self.path, mode="r+")
        try:
            for name in sorted(_by_row(chunk), key=lambda name: name == "status"):
                group[name][part] = chunk[name].values
        except OSError as error:
            said = f"'{self.path}' could not be written: {error}. What was finished is there: resume=True goes on"
            raise OSError(said) from error

    def _begin(self, path: Path, chunk: xr.Dataset) -> None:
        """A store with room for all trajectories, none of which is finished."""
        import zarr

        shapes = {name: (self.rows, *chunk[name].shape[1:]) for name in _by_row(chunk)}
        chunk.to_zarr(path, consolidated=False, encoding={name: {"chunks": shape} for name, shape in shapes.items()})
        group: Any = zarr.open_group(path, mode="r+")
        for name in shapes:
            group[name].resize((len(self.numbers), *group[name].shape[1:]))
        group[ROWS][:] = self.numbers
        group["status"][:] = STOPPED

    def data(self) -> xr.Dataset:
        """The ensemble; values are read when they are looked at."""
        import xarray as xr

        return xr.open_dataset(self.path, engine="zarr", consolidated=False)

    def finished(self) -> xr.Dataset:
        """What is finished of it."""
        data = self.data()
        done = np.flatnonzero(data.status.values != STOPPED)
        return data if len(done) == len(self.numbers) else data.isel({ROWS: done})


def _by_row(chunk: xr.Dataset) -> list[str]:
    return [str(name) for name, variable in chunk.variables.items() if variable.dims[:1] == (ROWS,)]


def check_store(path: Path, resume: bool, faults: list[Fault]) -> None:
    """Append a fault where no ensemble can be written to ``path``, or one is there that would be lost."""
    if reason := check_destination(path, (".zarr",)):
        faults.append(Fault("to", reason, "a Zarr store, such as 'ensemble.zarr'"))
    elif path.exists() and not resume:
        faults.append(Fault("to", f"an ensemble at '{path}'", "resume=True (--resume) to finish it, or another name"))


def check_resumed(data: xr.Dataset, times: Floats, numbers: Integers, about: dict[str, Any]) -> list[Fault]:
    """What is different in the ensemble of a store: its times, its trajectories, or how it was made."""
    faults = []
    for name, asked in (("time", times), (ROWS, numbers)):
        found = data[name].values if name in data.coords else np.empty(0)
        if not np.array_equal(found, asked):
            where = {"time": "times", ROWS: "trajectories"}[name]
            faults.append(Fault(where, f"{_range(asked)}", f"what is in the store that is resumed, {_range(found)}"))
    for name in SAME:
        if data.attrs.get(name) != about.get(name):
            there, here = (str(values.get(name)) for values in (data.attrs, about))
            at = next((i for i, (a, b) in enumerate(zip(there, here, strict=False)) if a != b), 0)
            part = slice(max(at - 20, 0), at + 40)
            faults.append(Fault(name, here[part], f"what is in the store that is resumed, {there[part]}"))
    return faults


def _range(values: Any) -> str:
    return f"{len(values)} from {values[0]:g} to {values[-1]:g}" if len(values) else "none"
