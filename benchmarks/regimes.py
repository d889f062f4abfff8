"""python -m benchmarks.regimes: which engine is right at which volume, and what it costs.

Six models under every engine, over volumes. The measure is the exact stationary distribution where it can be solved
for, and Gillespie runs elsewhere; where these too are out of reach nothing is said of an error.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

import microdomain as md
from benchmarks import choice_models as models
from benchmarks.choice_truth import Law, exact_law
from benchmarks.regimes_figure import figure, plain, seconds_of
from engines.choice.comparison import compare
from engines.choice.observable import Observable, read_observable
from engines.choice.pilots import PilotError, Runs, Window
from mechanisms.network import Network

FIGURE = Path("docs/figures/regimes.png")
SEED = 7
RUNS = (32, 1024)
"""Runs of an engine: at least, and at most."""
POINTS = 1000
"""States that are read of each run."""
ENGINES: dict[str, Callable[[Sequence[str]], Any]] = {
    "ODE": lambda flowing: md.ODE(),
    "jump + flow": lambda flowing: md.Hybrid(dict.fromkeys(flowing, "flow")) if flowing else None,
    "Langevin": lambda flowing: md.Langevin(),
    "jump/diff.": lambda flowing: md.Hybrid("jump or diffusion"),
    "tau-leap": lambda flowing: md.TauLeaping(),
    "Gillespie": lambda flowing: md.Gillespie(),
}
"""By name, each given the compartments in which calcium may flow while channels jump."""
APPROXIMATE = [name for name in ENGINES if name != "Gillespie"]
SURE = 3.0
"""Standard errors beyond which an error is no chance: of a hundred boxes, none is called wrong by mistake."""
EVENTS = 100
"""Events in exact runs, from which on their rate is compared."""


@dataclass(frozen=True)
class Series:
    """A model in several sizes: of what, in which window (settling and reading, in s), and whether it is solved for.

    flowing: compartments in which calcium may flow while channels jump. patience: times the usual processor time.
    """

    name: str
    make: Callable[[float], md.Model]
    sizes: Sequence[float]
    of: str
    window: tuple[float, float]
    solved: bool = False
    flowing: tuple[str, ...] = ()
    patience: float = 1.0


@dataclass
class Point:
    """One model in one volume (fL), with its exact mean, CV and rate of events (1/s), NaN where out of reach.

    exact: what is the measure: "solved", "runs", or "". errors: by engine, of the distribution over the exact mean,
    less what sampling adds; "at least", beyond doubt; and relative ones of mean, CV and rate. costs: by engine, in s
    of processor for each second.
    """

    series: str
    volume: float
    mean: float = np.nan
    cv: float = np.nan
    rate: float = np.nan
    exact: str = ""
    errors: dict[str, dict[str, float]] = field(default_factory=dict)
    costs: dict[str, float] = field(default_factory=dict)


def scaled(make: Callable[[], md.Model], factor: float) -> md.Model:
    """With densities fixed."""
    return make().scaled(factor, nearest=True)


def cell(channels: float) -> md.Model:
    """The calcium cell at rest, where channels open now and then."""
    return md.models.stochastic_li_rinzel(0.3, round(channels))


def site(volume: float) -> md.Model:
    """A puff site of ten channels in a volume."""
    return md.models.puff_site(volume=volume)


ALL = (
    Series("births", partial(scaled, models.births), np.geomspace(0.01, 1e4, 7), "A.cell", (8, 32), True),
    Series("dimer", partial(scaled, models.dimer), np.geomspace(0.1, 1e3, 5), "B.cell", (4, 16), True),
    Series("Schlögl", partial(scaled, models.schloegl), np.geomspace(0.1, 30, 6), "X.cell", (0, 60)),
    Series(
        "calcium cell", cell, np.geomspace(3, 3000, 7).round(), "Ca.cytosol", (20, 80), flowing=("cytosol", "er")
    ),
    Series(
        "IP3 domain", partial(scaled, md.models.ip3_microdomain), (0.2, 1, 4, 20, 100), "Ca.cytosol", (20, 60),
        flowing=("cytosol", "er"),
    ),
    Series("puff site", site, (1e-3, 1e-2, 0.1, 1.0), "Ca.cytosol", (0.5, 4.5), flowing=("cytosol",), patience=6),
)  # fmt: skip


def measure(series: Series, size: float, seconds: float) -> Point:
    """Every engine at one size; its runs may take ``seconds`` of processor time, exact ones three times as long."""
    warnings.simplefilter("ignore")
    seconds *= series.patience
    model = series.make(size)
    network = model.network()
    states = _asked(network, "distribution", series.of)
    settle, read = series.window
    window = Window(0.0, settle + np.linspace(read / POINTS, read, POINTS), 1)
    place = network.places[network.species.index(series.of)]
    point = Point(series.name, model.places[place].size)
    law = exact_law(model, states, 200_000) if series.solved else None
    exact, point.costs["Gillespie"] = _run(network, md.Gillespie(), states, window, SEED, 3 * seconds)
    known = law or (None if exact is None else Law(exact.ravel()[:, None], np.full(exact.size, 1 / exact.size)))
    events = None
    if known is not None:
        x, p = known.values[:, 0], known.probability
        point.exact, point.mean = "runs" if law is None else "solved", float(p @ x)
        sd = float(np.sqrt(p @ (x - point.mean) ** 2))
        point.cv = sd / point.mean
        events = _asked(network, "event rate", series.of, point.mean + 2 * sd, point.mean)
    if exact is not None and events is not None:
        seen = events.of_runs(exact, window.times)
        point.rate = float(seen.mean() / read) if seen.sum() >= EVENTS else np.nan
    for name in APPROXIMATE:
        engine = ENGINES[name](series.flowing)
        if engine is None:
            continue
        values, point.costs[name] = _run(network, engine, states, window, SEED + 1, seconds)
        if values is None or known is None or events is None:
            continue
        if law is None:
            apart = compare(states, exact, values)
            error, spread, floor = (float(part[0]) for part in (apart.error, apart.spread, apart.floor))
        else:
            error, spread, floor = (float(part[0]) for part in law.compare("distribution", values))
        rate = float(events.of_runs(values, window.times).mean() / read)
        point.errors[name] = {
            "distribution": float(np.sqrt(max(error**2 - floor**2, 0.0))),
            "at least": error - floor - SURE * spread,
            "mean": abs(float(values.mean()) / point.mean - 1),
            "CV": abs(float(values.std() / values.mean()) / point.cv - 1),
            "rate": abs(rate / point.rate - 1),
        }
    return point


def _asked(network: Network, kind: str, of: str, level: float | None = None, rearm: float | None = None) -> Observable:
    found = read_observable(network, kind, of, level, None, rearm, [])
    assert found is not None
    return found


def _run(
    network: Network, engine: Any, observable: Observable, window: Window, seed: int, seconds: float
) -> tuple[Any, float]:
    """Values of runs (run, time, 1), as many as take so long, None where out of reach; and their cost."""
    try:
        runs = Runs(network, engine, observable, window, seed, workers=1)
        cost = runs.cost()
        number = int(min(seconds / (cost * window.length), RUNS[1])) if engine.stochastic else 1
        if engine.stochastic and number < RUNS[0]:
            return None, cost
        runs.extend(number)
    except PilotError:
        return None, np.nan
    return runs.values, cost


def _percent(value: float) -> str:
    """In %, nothing finer than 0.1 %."""
    return "-" if np.isnan(value) else f"{100 * value:.0f}" if not 5e-4 <= value < 0.00995 else f"{100 * value:.1f}"


def report(points: Sequence[Point], console: Console) -> None:
    """Errors of the distribution, costs, and errors of mean, CV and event rate."""
    titles = (
        ("Error of the distribution in % of the mean", ("fL", "mean", "CV", *APPROXIMATE)),
        ("Errors in % of mean, CV and rate of rises above mean + 2 sd", ("fL", "1/s", *APPROXIMATE)),
        ("Processor time for one simulated second", ("fL", *ENGINES)),
    )
    for number, (title, headings) in enumerate(titles):
        table = Table(box=SIMPLE, padding=(0, 1, 0, 0), pad_edge=False, title=title)
        table.add_column("model", no_wrap=True)
        for heading in headings:
            table.add_column(heading, justify="right", no_wrap=True)
        for k, point in enumerate(points):
            name = point.series.partition(",")[0] if k == 0 or points[k - 1].series != point.series else ""
            table.add_row(name, plain(point.volume), *_cells(number, point))
        console.print(table)
    console.print("?: not known, since exact runs are out of reach; -: fewer than 100 events in exact runs, or no cost")


def _cells(number: int, point: Point) -> list[str]:
    """Of one row of one of the three tables."""
    if number == 2:
        return [seconds_of(point.costs[name]) if name in point.costs else "" for name in ENGINES]
    heads = ((point.mean, point.cv), (point.rate,))[number]
    cells = ["-" if np.isnan(value) else plain(value) for value in heads]
    for name in APPROXIMATE:
        errors = point.errors.get(name)
        if name not in point.costs:
            cells.append("")
        elif errors is None:
            cells.append("?")
        elif number == 0:
            cells.append(_percent(errors["distribution"]))
        else:
            cells.append(" ".join(_percent(errors[key]) for key in ("mean", "CV", "rate")))
    return cells


def main() -> None:
    """All models, two volumes at a time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="every other volume, few runs; draws no figure")
    parser.add_argument("--figure", type=Path, default=FIGURE)
    given = parser.parse_args()
    asked = [(series, size) for series in ALL for size in series.sizes[:: 2 if given.quick else 1]]
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        waiting = [pool.submit(measure, series, size, 0.4 if given.quick else 3.0) for series, size in asked]
        points = [one.result() for one in waiting]
    report(points, Console(width=88))
    if not given.quick:
        figure(points, list(ENGINES), given.figure)


if __name__ == "__main__":
    main()
