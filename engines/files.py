"""Results in files: NetCDF and Zarr, written whole or not at all."""

from __future__ import annotations

import importlib.util
import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr

FORMATS = (".nc", ".zarr")
PICTURES = (".png", ".pdf", ".svg")


def check_destination(path: Path, formats: tuple[str, ...] = FORMATS) -> str:
    """Why nothing can be written at ``path``, or ""; to be asked before the work is done."""
    if path.suffix not in formats:
        return f"'{path}' does not end in {' or '.join(formats)}"
    folder = path.absolute().parent
    if not folder.is_dir():
        return f"the folder '{folder}' does not exist"
    if not os.access(folder, os.W_OK):
        return f"the folder '{folder}' cannot be written to"
    if path.suffix == ".zarr":
        if importlib.util.find_spec("zarr") is None:
            return 'Zarr files need an extra: pip install "microdomain[zarr]" (or write a .nc file)'
        if path.exists() and not any((path / name).exists() for name in ("zarr.json", ".zgroup")):
            return f"'{path}' exists and is no Zarr store; it would be replaced"
    elif path.is_dir():
        return f"'{path}' is a folder"
    return ""


def write_dataset(data: xr.Dataset, path: Path) -> None:
    """Write a dataset to a .nc (NetCDF 4) or .zarr file, replacing what was there once it is complete.

    Raises OSError where it cannot be written; what was at ``path`` is then untouched.
    """
    if path.suffix == ".zarr":
        write_whole(path, lambda beside: data.to_zarr(beside, consolidated=False))
    else:
        write_whole(path, lambda beside: _write_netcdf(data, beside))


def _write_netcdf(data: xr.Dataset, path: Path) -> None:
    """Write through a file of ours: HDF5 itself, where a write of its own fails, ends the process later on."""
    import h5netcdf
    from xarray.backends import H5NetCDFStore

    with _Sink(path, "w+") as sink:
        with h5netcdf.File(sink, "w") as file:
            data.dump_to_store(H5NetCDFStore(file))
        if sink.error:
            raise sink.error
        os.fsync(sink.fileno())


class _Sink(io.FileIO):
    """A file that remembers its first error, and takes no more from then on, as if all were well."""

    error: OSError | None = None

    def write(self, piece: Any) -> int:
        """All of a piece, of which the operating system may take a part at a time."""
        left = memoryview(piece).cast("B")
        size = len(left)
        try:
            while self.error is None and len(left):
                left = left[super().write(left) :]
        except OSError as error:
            self.error = error
        return size

    def truncate(self, size: int | None = None) -> int:
        try:
            return super().truncate(size) if self.error is None else size or 0
        except OSError as error:
            self.error = error
            return size or 0


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` make a file or folder beside ``path``, then put it there in one step."""
    beside = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    old = path.with_name(f".{path.stem}.{os.getpid()}.old")
    try:
        write(beside)
        if path.is_dir():
            path.rename(old)
        beside.replace(path)
    except (OSError, RuntimeError) as error:
        raise OSError(f"'{path}' could not be written: {error}") from error
    finally:
        for leftover in (beside, old):
            if leftover.is_dir():
                shutil.rmtree(leftover)
            else:
                leftover.unlink(missing_ok=True)
