"""Kernels in C, one for each of some models."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.peers.case import Case

HAND_WRITTEN = Path(__file__).parents[1] / "hand_written"
COMPILER_FLAGS = ("-O3", "-march=native", "-shared", "-fPIC")


class HandWritten:
    """A kernel in C for this one model, compiled for this machine."""

    label = "hand-written C"

    def __init__(self, case: Case) -> None:
        self.species = len(case.initial)
        with tempfile.TemporaryDirectory() as folder:
            library = Path(folder) / "kernel.so"
            subprocess.run(["cc", *COMPILER_FLAGS, "-o", library, self._source(case), "-lm"], check=True)
            self.library = ctypes.CDLL(str(library))
        self.library.simulate.restype = ctypes.c_longlong
        self.library.simulate.argtypes = [
            ctypes.c_double, ctypes.c_int, ctypes.c_int, ctypes.c_uint64, ctypes.c_void_p
        ]  # fmt: skip

    @staticmethod
    def _source(case: Case) -> Path:
        return HAND_WRITTEN / f"{case.name.replace('-', '_')}.c"

    @classmethod
    def written(cls, case: Case) -> bool:
        """Whether there is a kernel for it."""
        return cls._source(case).exists()

    def run(self, end: float, points: int, trajectories: int, seed: int) -> tuple[np.ndarray, int | None]:
        counts = np.empty((trajectories, points, self.species), dtype=np.int32)
        return counts, self.library.simulate(end, points, trajectories, seed, counts.ctypes.data)
