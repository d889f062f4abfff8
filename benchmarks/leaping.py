"""python -m benchmarks.leaping: the bias of tau-leaping over epsilon, and when it pays.

Bias: mean and variance against exact moments (closed forms, and the master equation of a chain of states), with the
95 % interval of chance. Speed: against our exact engine over the size of the system.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from scipy.integrate import solve_ivp
from scipy.linalg import expm

import microdomain as md
from benchmarks.peers.case import OMEGA_PER_FL
from benchmarks.peers.cases import vilar
from benchmarks.peers.simulators.microdomain import Microdomain

EPSILONS = (0.01, 0.03, 0.1, 0.3)
FIGURE = Path(__file__).parents[1] / "docs" / "figures" / "leaping.png"


@dataclasses.dataclass(frozen=True)
class Truth:
    """A model, the species and time at which it is looked at, and its exact mean and variance there."""

    name: str
    model: md.Model
    species: str
    end: float
    mean: float
    variance: float
    implicit: bool | str = False
    share: float = 1.0  # of the trajectories, where one takes long


def closed(name: str, counts: dict[str, int], *reactions: tuple) -> md.Model:
    """One compartment in which 1 uM is one molecule."""
    model = md.Model(name)
    cell = model.compartment("cell", 1 / OMEGA_PER_FL)
    for species, count in counts.items():
        model.species(species, cell, count=count)
    for equation, *k in reactions:
        model.reaction(equation, **dict(zip(("k", "k_back"), k, strict=False)))
    return model


def chain(up: Callable, down: Callable, start: int, largest: int, end: float) -> tuple[float, float]:
    """Mean and variance at ``end`` of a state that steps up and down by one, by its master equation."""
    x = np.arange(largest + 1)
    u, d = up(x).astype(float), down(x).astype(float)
    u[-1] = d[0] = 0.0
    banded = np.zeros((3, largest + 1))
    banded[0, 1:], banded[1], banded[2, :-1] = d[1:], -(u + d), u[:-1]

    def slope(_: float, p: np.ndarray) -> np.ndarray:
        flow = u[:-1] * p[:-1] - d[1:] * p[1:]
        return np.append(0.0, flow) - np.append(flow, 0.0)

    bands = {"method": "LSODA", "jac": lambda _, p: banded, "lband": 1, "uband": 1, "rtol": 1e-9, "atol": 1e-13}
    p = solve_ivp(slope, (0, end), (x == start).astype(float), **bands).y[:, -1]
    mean = float(x @ p)
    return mean, float((x - mean) ** 2 @ p)


def truths() -> Iterator[Truth]:
    births = closed("births", {"A": 0}, ("0 -> A", 10_000.0), ("A -> 0", 1.0))
    for end in (1.0, 10.0):
        mean = 10_000 * (1 - np.exp(-end))
        yield Truth(f"births and deaths, {end:g} s", births, "A", end, mean, mean)
    n, k = 2000, 1e-3
    dimers = closed("dimers", {"A": n, "B": 0}, ("2 A <-> B", k, 1.0))
    exact = chain(lambda b: k * (n - 2 * b) * (n - 2 * b - 1), lambda b: b, 0, n // 2, 5.0)
    yield Truth("dimers, 5 s", dimers, "B", 5.0, *exact)
    c = (0.015 / 4, 1e-4 / 96, 800.0, 3.5)
    schloegl = closed(
        "schloegl", {"X": 1000}, ("2 X -> 3 X", c[0]), ("3 X -> 2 X", c[1]), ("0 -> X", c[2]), ("X -> 0", c[3])
    )
    up, down = lambda x: c[0] * x * (x - 1) + c[2], lambda x: c[1] * x * (x - 1) * (x - 2) + c[3] * x
    yield Truth("Schloegl, 4 s", schloegl, "X", 4.0, *chain(up, down, 1000, 3600, 4.0), share=0.25)
    stiff = closed("stiff", {"S1": 2000, "S2": 0, "S3": 0}, ("S1 <-> S2", 50.0, 50.0), ("S2 -> S3", 0.1))
    p = expm(np.array([[-50, 50, 0], [50, -50.1, 0.1], [0, 0, 0.0]]) * 8)[0]
    for species, i, implicit in (("S1", 0, False), ("S1", 0, True), ("S3", 2, True)):
        name = f"stiff, {species}, {'implicit' if implicit else 'explicit'}"
        moments = 2000 * p[i], 2000 * p[i] * (1 - p[i])
        yield Truth(name, stiff, species, 8.0, *moments, implicit, share=1.0 if implicit else 0.1)


def bias(truth: Truth, epsilon: float, trajectories: int) -> dict[str, float]:
    """Relative errors of mean and variance, with the half width of their 95 % intervals."""
    trajectories = round(trajectories * truth.share)
    data = md.simulate(
        truth.model, [0.0, truth.end], engine="tau_leaping", trajectories=trajectories, seed=1, workers=1,
        epsilon=epsilon, implicit=truth.implicit,
    )  # fmt: skip
    found = data.counts.sel(species=f"{truth.species}.cell").values[:, -1]
    fourth = ((found - found.mean()) ** 4).mean()
    return {
        "mean": found.mean() / truth.mean - 1,
        "mean slack": 1.96 * np.sqrt(truth.variance / trajectories) / truth.mean,
        "variance": found.var() / truth.variance - 1,
        "variance slack": 1.96 * np.sqrt((fourth - truth.variance**2) / trajectories) / truth.variance,
    }


# -- speed -----------------------------------------------------------------------------------------------------------


def sizes() -> Iterator[tuple[str, float, md.Model, float]]:
    """Name, molecules, model and seconds to simulate."""
    for n in (10, 100, 300, 1000, 10_000, 100_000, 1_000_000):
        model = closed("births", {"A": n}, ("0 -> A", float(n)), ("A -> 0", 1.0))
        yield "births and deaths", n, model, max(2e6 / n, 100.0)
    oscillator, small = Microdomain(vilar()).model, md.models.ip3_microdomain(ip3="0.2 uM")
    for scale in (1, 10, 100, 1000):
        yield "Vilar oscillator", 1400 * scale, oscillator.scaled(scale), 1000 / scale
    for scale in (1, 10, 100, 1000):
        yield "IP3 microdomain", 230 * scale, small.scaled(scale), 500 / scale


def speed(model: md.Model, end: float, repeats: int) -> dict[str, float]:
    """Seconds of Gillespie, of explicit and of automatic leaping: the least of some turns."""
    grid = np.linspace(0.0, end, 11)
    ways: dict[str, dict] = {
        "gillespie": {"engine": "gillespie"},
        "explicit": {"engine": "tau_leaping", "implicit": False},
        "auto": {"engine": "tau_leaping"},
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for repeat in range(repeats + 1):
        for way, options in ways.items():
            began = time.perf_counter()
            md.simulate(model, grid, seed=repeat, workers=1, **options)
            seconds[way].append(time.perf_counter() - began)
    return {way: min(times[1:]) for way, times in seconds.items()}


# -- report ----------------------------------------------------------------------------------------------------------


def figure(biases: dict[str, dict[float, dict]], speeds: dict[str, list[tuple[float, dict]]]) -> None:
    from matplotlib.figure import Figure

    drawing = Figure(figsize=(11, 3.6), layout="constrained")
    left, middle, right = drawing.subplots(1, 3)
    for axes, moment in ((left, "mean"), (middle, "variance")):
        axes.fill_between(EPSILONS, EPSILONS, [-e for e in EPSILONS], color="0.92", label="within epsilon")
        for shift, (name, row) in enumerate(biases.items()):
            x = [e * 1.02 ** (shift - len(biases) / 2) for e in row]
            values, slack = ([one[key] for one in row.values()] for key in (moment, f"{moment} slack"))
            axes.errorbar(x, values, slack, marker=".", linewidth=1, label=name)
        axes.set(xscale="log", xlabel="epsilon", ylabel=f"relative bias of the {moment}")
        axes.set_yscale("symlog", linthresh=0.01)
    left.legend(fontsize=5.5, loc="lower left")
    for name, rows in speeds.items():
        for way, style in (("explicit", "--"), ("auto", "-")):
            gains = [row["gillespie"] / row[way] for _, row in rows]
            right.plot([n for n, _ in rows], gains, style, marker=".", label=f"{name}, {way}")
    right.axhline(1.0, color="0.5", linewidth=0.8)
    right.set(xscale="log", yscale="log", xlabel="molecules", ylabel="times as fast as Gillespie")
    right.legend(fontsize=5.5)
    drawing.savefig(FIGURE, dpi=150)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.leaping", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer trajectories, one turn, no figure")
    arguments = parser.parse_args()
    trajectories, repeats = (1000, 1) if arguments.quick else (40_000, 3)
    console = Console(width=80)

    biases = {truth.name: {e: bias(truth, e, trajectories) for e in EPSILONS} for truth in truths()}
    for moment in ("mean", "variance"):
        table = Table(
            "network", *(f"{e:g}" for e in EPSILONS), title=f"bias of the {moment} in %, by epsilon", box=SIMPLE
        )
        for name, row in biases.items():
            cells = (f"{100 * one[moment]:.2f} ± {100 * one[moment + ' slack']:.2f}" for one in row.values())
            table.add_row(name, *cells)
        console.print(table)

    speeds: dict[str, list[tuple[float, dict]]] = {}
    table = Table(
        "network", "molecules", "Gillespie s", "explicit", "auto", title="times as fast as Gillespie", box=SIMPLE
    )
    for name, molecules, model, end in sizes():
        row = speed(model, end, repeats)
        speeds.setdefault(name, []).append((molecules, row))
        gains = [f"{row['gillespie'] / row[way]:.3g}" for way in ("explicit", "auto")]
        table.add_row(name, f"{molecules:g}", f"{row['gillespie']:.3f}", *gains)
    console.print(table)
    if not arguments.quick:
        figure(biases, speeds)


if __name__ == "__main__":
    main()
