"""python -m benchmarks.verify_analytic --suite PATH: every stochastic engine against exact distributions.

PATH: a folder with SBML models and their exact answers (monomolecular, dimer, telegraph, schlogl: .xml and .json).
Total variation and Wasserstein's distance W1 are those of the distribution of the runs from the exact one; those of
Gillespie's runs are the chance of so many. The last column says what an engine gets wrong: what differs by more than
four standard errors, where chi-square tells the distributions apart; "-" where it does not.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from scipy.stats import chi2

import microdomain as md
from engines.result import MEANING

Floats = NDArray[np.float64]
ENGINES = {
    "gillespie": md.Gillespie(),
    "tau-leaping": md.TauLeaping(),
    "jump/leap": md.Hybrid("jump or leap"),
    "jump/diff.": md.Hybrid("jump or diffusion"),
    "diffusion": md.Hybrid("diffusion"),
    "langevin": md.Langevin(),
}
SURE = 4.0
"""Standard errors that are no chance."""
SEEN = 1e-4
"""A p-value below which two distributions are told apart."""


@dataclass(frozen=True)
class Case:
    """A species at a time, and its exact distribution over bins of ``width`` counts from 0 on.

    above: a count that two modes are on both sides of, or None.
    """

    name: str
    model: str
    species: str
    time: float
    pmf: Floats
    width: int = 1
    above: int | None = None


@dataclass(frozen=True)
class Found:
    """How far the distribution of some runs is from the exact one."""

    variation: float
    wasserstein: float
    p: float
    wrong: str


def cases(suite: Path) -> list[Case]:
    """One distribution of each model."""
    known = {path.stem: json.loads(path.read_text()) for path in sorted(suite.glob("*.json"))}

    def point(name: str, t: float) -> Any:
        return next(found for found in known[name]["points"] if found["t"] == t)

    marginal = np.array(point("monomolecular", 2)["marginal_pmf_0_120"][0])
    schlogl = np.array(point("schlogl", 10.0)["pmf_bins_of_10"])
    stationary = np.array(known["telegraph"]["stationary"]["pmf_0_120"])
    return [
        Case("S1 at 2 s", "monomolecular", "S1.c", 2.0, marginal),
        Case("dimer at 2 s", "dimer", "D.c", 2.0, np.array(point("dimer", 2)["pmf_D"])),
        Case("telegraph", "telegraph", "M.c", 30.0, stationary),
        Case("Schlögl, 10 s", "schlogl", "X.c", 10.0, schlogl, width=10, above=300),
    ]


def measured(case: Case, counts: Floats) -> Found:
    """Distances of runs from the exact distribution; fractions of molecules are rounded."""
    bins = (np.rint(counts) // case.width).astype(int)
    n, size = len(bins), max(len(case.pmf), int(bins.max()) + 1)
    exact = np.zeros(size)
    exact[: len(case.pmf)] = case.pmf
    exact[-1] += max(1.0 - exact.sum(), 0.0)
    seen = np.bincount(bins, minlength=size) / n
    variation = 0.5 * float(np.abs(seen - exact).sum())
    wasserstein = case.width * float(np.abs(np.cumsum(seen - exact)).sum())
    p = _p_value(seen * n, exact * n)
    return Found(variation, wasserstein, p, _wrong(case, bins, exact) if p < SEEN else "-")


def _p_value(seen: Floats, expected: Floats) -> float:
    """Chi-square, of bins that are joined from the left until ten are expected."""
    starts = np.flatnonzero(np.diff(np.floor(np.cumsum(expected) / 10).astype(int), prepend=-1))
    found, wanted = np.add.reduceat(seen, starts), np.add.reduceat(expected, starts)
    if wanted[-1] < 5:
        found, wanted = (np.append(part[:-2], part[-2:].sum()) for part in (found, wanted))
    return float(chi2.sf(((found - wanted) ** 2 / wanted).sum(), len(found) - 1))


def _wrong(case: Case, bins: NDArray[np.int64], exact: Floats) -> str:
    """What is wrong with a distribution: its mean, its width, the weight of its modes; or its shape alone."""
    n, centres = len(bins), np.arange(len(exact), dtype=float)
    mean = float(centres @ exact)
    variance = float((centres - mean) ** 2 @ exact)
    fourth = float((centres - mean) ** 4 @ exact)
    found = []
    if abs(bins.mean() - mean) > SURE * (variance / n) ** 0.5:
        found.append(f"mean {bins.mean() / mean - 1:+.1%}")
    if abs(bins.var() - variance) > SURE * ((fourth - variance**2) / n) ** 0.5:
        found.append(f"variance {bins.var() / variance - 1:+.1%}")
    weight = weight_of(case, exact)
    if weight is not None:
        high = float((bins * case.width >= (case.above or 0)).mean())
        if abs(high - weight) > SURE * (weight * (1 - weight) / n) ** 0.5:
            found.append(f"upper state {high:.3f}, not {weight:.3f}")
    none = float((bins == 0).mean())
    if abs(none - exact[0]) > SURE * (exact[0] * (1 - exact[0]) / n) ** 0.5 + 1.0 / n:
        found.append(f"none left {none:.3f}, not {exact[0]:.3f}")
    return ", ".join(found) or "its shape"


def weight_of(case: Case, exact: Floats) -> float | None:
    """The weight of the upper mode."""
    return None if case.above is None else float(exact[case.above // case.width :].sum())


def upper(case: Case, counts: Floats) -> str:
    """The weights of both modes."""
    if case.above is None:
        return ""
    high = float((np.rint(counts) >= case.above).mean())
    return f"{1 - high:.3f} / {high:.3f}"


def row(case: Case, model: md.Model, engine: Any, runs: int) -> list[str]:
    """Time, distances, modes and faults of an engine, as text; one that cannot go on says why."""
    md.simulate(model, [0.0, 1e-6], engine=engine, seed=0)
    began = time.perf_counter()
    try:
        data = md.simulate(model, [0.0, case.time], engine=engine, trajectories=runs, seed=1, workers=1)
    except md.SimulationError as error:
        what = error.result.status.max().item()
        return ["", "", "", "", "", f"stops: {MEANING[what].replace('_', ' ')}"]
    spent = time.perf_counter() - began
    counts = data.counts.sel(species=case.species).values[:, 1]
    found = measured(case, counts)
    distances = [f"{found.variation:.4f}", f"{found.wasserstein:.3g}", f"{found.p:.2g}"]
    return [f"{spent:.2f}", *distances, upper(case, counts), found.wrong]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", type=Path, required=True, help="the folder of models and exact answers")
    parser.add_argument("--runs", type=int, default=10_000, help="of each engine (default: 10000)")
    given = parser.parse_args()
    console = Console(width=120)
    table = Table(title=f"{given.runs} runs against exact distributions", box=SIMPLE)
    for name, justify in (("case", "left"), ("engine", "left"), ("s", "right"), ("variation", "right"),
                          ("W1", "right"), ("p", "right"), ("modes", "left"), ("wrong", "left")):  # fmt: skip
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    for case in cases(given.suite):
        model = md.read_sbml(given.suite / f"{case.model}.xml")
        weight = weight_of(case, case.pmf)
        exactly = "" if weight is None else f"{1 - weight:.3f} / {weight:.3f}"
        table.add_row(case.name, "exact", "", "", "", "", exactly, "")
        for name, engine in ENGINES.items():
            table.add_row("", name, *row(case, model, engine, given.runs))
    console.print(table)


if __name__ == "__main__":
    main()
