"""python -m benchmarks.readings: leaps, diffusions and adaptive readings of the hybrid engine, beside exact runs.

How far mean and variance err over the length of steps and over forced switching, and what an adaptive reading saves
where few make many: some mRNA, and a protein of which there are more and more.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

import microdomain as md

FIGURE = Path("docs/figures/readings.png")
VOLUME = 1 / 602.214076
"""fL, in which 1 uM is one molecule."""


def births(mean: float) -> md.Model:
    """Births and deaths with a Poisson distribution, relaxing at 1/s."""
    model = md.Model("births")
    model.species("A", model.compartment("cell", VOLUME), count=mean)
    model.reaction("0 -> A", k=mean)
    model.reaction("A -> 0", k=1.0)
    return model


def expression(proteins: float) -> md.Model:
    """mRNA about 4, lost at 1/s, makes a protein that is lost at 0.1/s, ``proteins`` of them in the mean."""
    model = md.Model("expression")
    cell = model.compartment("cell", VOLUME)
    model.species("mRNA", cell, count=4)
    model.species("protein", cell, count=0)
    model.reaction("0 <-> mRNA", k=4.0, k_back=1.0)
    model.reaction("mRNA -> mRNA + protein", k=0.1 * proteins / 4.0)
    model.reaction("protein -> 0", k=0.1)
    return model


def errors(counts: np.ndarray, mean: float, variance: float) -> list[str]:
    """Errors of mean and variance in percent, each with its standard error."""
    n = counts.size
    of_mean, of_variance = counts.mean() / mean - 1, counts.var() / variance - 1
    spread = np.sqrt(variance / n) / mean, np.sqrt(2 / n)
    pairs = zip((of_mean, of_variance), spread, strict=True)
    return [f"{100 * error:+.2f} ± {100 * width:.2f}" for error, width in pairs]


def bias(trajectories: int, console: Console) -> None:
    """Of a stationary mean and variance of 300, over epsilon, and over limits that are crossed all the time."""
    table = Table(title="Births and deaths about 300: errors in percent", box=SIMPLE)
    for heading in ("reading", "epsilon", "few, many", "switches/s", "mean", "variance"):
        table.add_column(heading, justify="left" if heading == "reading" else "right")
    cases: list[tuple[str, dict[str, Any]]] = []
    for reading in ("leap", "diffusion"):
        cases += [(reading, {"epsilon": epsilon}) for epsilon in (0.4, 0.2, 0.1)]
        cases += [(f"jump or {reading}", {"few": 300 - width, "many": 300 + width}) for width in (30, 3)]
    times = np.arange(0.0, 25.0, 4.0)
    for reading, options in cases:
        data = md.simulate(
            births(300.0), times, engine=md.Hybrid(reading, **options), trajectories=trajectories, seed=2
        )
        counts = data.counts.values[:, 1:, 0]
        rate = data.sizes.get("switch", 0) / 2 / trajectories / times[-1]
        limits = f"{options['few']}, {options['many']}" if "few" in options else ""
        epsilon = f"{options.get('epsilon', 0.1):g}"
        table.add_row(reading, epsilon, limits, f"{rate:.2f}" if limits else "", *errors(counts, 300.0, 300.0))
    console.print(table)


def gain(trajectories: int, console: Console) -> None:
    """Processor time and moments of an adaptive reading beside those of exact runs."""
    table = Table(title="mRNA makes proteins for 100 s: time, and errors in percent", box=SIMPLE)
    for heading in ("proteins", "engine", "ms a path", "speed-up", "mean, %", "variance, %"):
        table.add_column(heading, justify="left" if heading == "engine" else "right")
    engines = {"gillespie": md.Gillespie(), **{r: md.Hybrid(r) for r in ("jump or leap", "jump or diffusion")}}
    for proteins in (100.0, 1e3, 1e4, 1e5):
        model, exact = expression(proteins), 0.0
        # Noise of mRNA, of variance 4, is passed on by b = k / (1 + 0.1) for each protein and mRNA.
        variance = proteins * (1 + 0.1 * proteins / 4.0 / 1.1)
        for name, engine in engines.items():
            md.simulate(model, [0.0, 0.1], engine=engine, seed=1, workers=1)
            start = time.process_time()
            data = md.simulate(model, [0.0, 100.0], engine=engine, trajectories=trajectories, seed=1, workers=1)
            seconds = (time.process_time() - start) / trajectories
            exact = exact or seconds
            found = errors(data.counts.values[:, 1, 1], proteins, variance)
            table.add_row(f"{proteins:g}", name, f"{1e3 * seconds:.3g}", f"{exact / seconds:.3g}", *found)
    console.print(table)


def figure(path: Path) -> None:
    """A path of the protein with its readings, near the limits."""
    import matplotlib.pyplot as plt

    engine, times = md.Hybrid("jump or diffusion", few=70, many=90), np.linspace(0, 120, 12001)
    data = md.simulate(expression(100.0), times, engine=engine, seed=4)
    fig, axis = plt.subplots(figsize=(7, 3), layout="constrained")
    axis.plot(times, data.counts.sel(species="protein.cell")[0], lw=0.7, color="k")
    rows = data.switch_reaction.values == "protein -> 0"
    changes = [*data.switch_time.values[rows], times[-1]]
    for k, reading in enumerate(data.switch_reading.values[rows]):
        if reading == "diffusion":
            axis.axvspan(changes[k], changes[k + 1], color="tab:blue", alpha=0.25, lw=0)
    for limit in (engine.few, engine.many):
        axis.axhline(limit, color="tab:gray", lw=0.7, ls="--")
    axis.set_xlabel("time (s)")
    axis.set_ylabel("proteins")
    axis.set_title("Shaded: the protein diffuses; elsewhere it jumps. The mRNA, about 4, always jumps.", fontsize=9)
    fig.savefig(path, dpi=110)
    plt.close(fig)


def main() -> None:
    """All parts, as tables that fit a terminal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer trajectories; draws no figure")
    quick = parser.parse_args().quick
    console = Console(width=88)
    bias(500 if quick else 40_000, console)
    gain(10 if quick else 1000, console)
    if not quick:
        figure(FIGURE)


if __name__ == "__main__":
    main()
