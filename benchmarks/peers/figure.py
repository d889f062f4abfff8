"""The figure: how this project stands beside its peers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.peers.peers import HandWritten, Microdomain
from benchmarks.peers.tables import CLOSE

FIGURE = Path(__file__).parents[2] / "docs" / "figures" / "peers.png"


def draw(results: dict[str, Any]) -> None:
    """Throughput, work against precision of ODE solvers, and of leaps and hybrids."""
    problems = list(dict.fromkeys(row["problem"] for row in results["ode"]))
    targets = list(dict.fromkeys(row["target"] for row in results["approximate"]))
    columns = max(len(problems), len(targets) + 2)
    figure = Figure(figsize=(3.3 * columns, 6.8), layout="constrained")
    with mpl.rc_context({"font.size": 8}):
        axes = figure.subplots(2, columns)
        for place, key in zip(axes[0], ("events", "ensembles"), strict=False):
            _bars(place, results[key])
        for place, target in zip(axes[0, 2:], targets, strict=False):
            _approximate(place, target, [row for row in results["approximate"] if row["target"] == target])
        for place, problem in zip(axes[1], problems, strict=False):
            _precision(place, problem, [row for row in results["ode"] if row["problem"] == problem])
        for place in (*axes[0, 2 + len(targets) :], *axes[1, len(problems) :]):
            place.set_axis_off()
        for place in axes.flat:
            place.spines[["top", "right"]].set_visible(False)
        figure.savefig(FIGURE, dpi=130)


def _bars(axes: Axes, cases: list[dict[str, Any]]) -> None:
    """Each peer's rate over ours; a cross where its law is wrong."""
    labels = [label for label in cases[0]["simulators"] if label not in (Microdomain.label, HandWritten.label)]
    for case_number, case in enumerate(cases):
        ours = case["simulators"][Microdomain.label]["rate"]
        for number, label in enumerate(labels):
            row = case["simulators"].get(label, {})
            if "rate" in row:
                mark = "o" if row["right"] else "x"
                axes.plot(case_number, row["rate"] / ours, mark, color=f"C{number}", markersize=5)
    for number, label in enumerate(labels):
        axes.plot([], [], "o", color=f"C{number}", label=label)
    axes.axhline(1.0, color="k", linewidth=1)
    axes.set_yscale("log")
    axes.set_xticks(range(len(cases)), [case["name"] for case in cases], rotation=40, ha="right")
    axes.set(title=cases[0]["unit"], ylabel="peer / microdomain (x: wrong law)")
    if cases[0]["unit"] == "events/s":
        axes.legend(frameon=False, fontsize=5.5, loc="lower left")


def _precision(axes: Axes, problem: str, rows: list[dict[str, Any]]) -> None:
    """Time against error, for each solver."""
    for number, row in enumerate(rows):
        runs = [(error, seconds) for _, error, seconds in row["runs"] if np.isfinite(error) and error > 0]
        if runs:
            style = {"color": "k", "linewidth": 2} if row["solver"] == Microdomain.label else {"color": f"C{number}"}
            axes.loglog(*zip(*runs, strict=True), "o-", markersize=3, label=row["solver"], **style)
    axes.set(title=f"ODE: {problem}", xlabel="true error", ylabel="s per solve")
    axes.legend(frameon=False, fontsize=5.5)


def _approximate(axes: Axes, target: str, rows: list[dict[str, Any]]) -> None:
    """Time for 1000 samples against the distance from the exact distribution."""
    for number, row in enumerate(rows):
        if row["runs"]:
            points = [(error, seconds) for _, error, seconds, _ in row["runs"]]
            style = {"linewidth": 2} if row["method"].startswith(Microdomain.label) else {"linewidth": 1}
            axes.loglog(
                *zip(*points, strict=True), "o-", color=f"C{number}", markersize=3, label=row["method"], **style
            )
    axes.axvspan(1e-3, rows[0]["floor"], color="0.92")
    axes.axvline(CLOSE, color="0.5", linewidth=0.8)
    axes.set(title=target, xlabel="error of the distribution (SD)", ylabel="s for 1000 samples")
    axes.set_xlim(left=0.005)
    axes.legend(frameon=False, fontsize=5.5)
