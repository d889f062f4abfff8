"""The figure: how this project stands beside its peers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.peers.peers import HandWritten, Microdomain

COLORS = {
    "microdomain": "k", "rebop": "C0", "bioscrape": "C1", "COPASI": "C2", "GillesPy2": "C3", "BioNetGen": "C4",
    "libRoadRunner": "C5", "STEPS": "C6",
}  # fmt: skip
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


def _color(label: str) -> str:
    """One for each program, whichever of its methods it is."""
    return COLORS[label.split(maxsplit=1)[0].rstrip(",")]


def _bars(axes: Axes, cases: list[dict[str, Any]]) -> None:
    """Each peer's rate over ours; a cross where its law is wrong."""
    named = set()
    for number, case in enumerate(cases):
        ours = case["simulators"][Microdomain.label]["rate"]
        for label, row in case["simulators"].items():
            if "rate" in row and label not in (Microdomain.label, HandWritten.label):
                style = {"color": _color(label), "markersize": 5, "fillstyle": "none" if " " in label else "full"}
                name = None if label in named else label
                axes.plot(number, row["rate"] / ours, "o" if row["right"] else "x", label=name, **style)
                named.add(label)
    axes.axhline(1.0, color="k", linewidth=1)
    axes.set_yscale("log")
    axes.set_xlim(-0.5, len(cases) - 0.5 + 0.8 * len(cases))  # room for the names
    axes.set_xticks(range(len(cases)), [case["name"] for case in cases], rotation=40, ha="right")
    axes.set(title=cases[0]["unit"], ylabel="peer / microdomain (x: wrong law)")
    axes.legend(frameon=False, fontsize=5.5, loc="center right")


def _precision(axes: Axes, problem: str, rows: list[dict[str, Any]]) -> None:
    """Time against error, for each solver."""
    for row in rows:
        runs = [(error, seconds) for _, error, seconds in row["runs"] if np.isfinite(error) and error > 0]
        if runs:
            _line(axes, runs, row["solver"])
    axes.set(title=f"ODE: {problem}", xlabel="true error", ylabel="s per solve")
    axes.legend(frameon=False, fontsize=5.5)


def _approximate(axes: Axes, target: str, rows: list[dict[str, Any]]) -> None:
    """Time for 1000 samples against the distance from the exact distribution."""
    for row in rows:
        if row["runs"]:
            few = all(chance > row["close"] for *_, chance in row["runs"])
            name = f"{row['method']}{' (too few samples to tell)' if few else ''}"
            _line(axes, [(error, seconds) for _, error, seconds, *_ in row["runs"]], name)
    axes.axvspan(1e-3, rows[0]["runs"][0][4], color="0.92")
    axes.axvline(rows[0]["close"], color="0.5", linewidth=0.8)
    axes.set(title=target, xlabel="error of the distribution (SD)", ylabel="s for 1000 samples")
    axes.set_xlim(left=0.005)
    axes.legend(frameon=False, fontsize=5.5)


def _line(axes: Axes, points: list[tuple[float, float]], label: str) -> None:
    width = 2 if label.startswith(Microdomain.label) else 1
    style = {"color": _color(label), "linewidth": width, "markersize": 3, "label": label}
    axes.loglog(*zip(*points, strict=True), "s--" if "numpy" in label or "adaptive" in label else "o-", **style)
