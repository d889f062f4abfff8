"""python -m benchmarks.puffs: puffs beside what is known of them, and where they vanish.

1. The park-drive cluster, its reduction to two modes, the bare receptor of De Young & Keizer, and a cluster as a chain,
   beside the numbers of other programs (fixed steps of 5 us, Bernoulli transitions, 400 s, several seeds). An event is
   a time in which channels are active, pauses of less than 50 ms included; a puff has at least two channels.
2. Channels per puff, interval and share of blips against the number of channels and IP3.
3. The stochastic cell of Li & Rinzel at 0.3 uM IP3: how irregular its events are against the number of channels.
4. A site that grows at fixed density: calcium's noise against that of the mean field, and where puffs vanish.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

import microdomain as md
from microdomain.puffs.detect import Rule, find_events
from microdomain.puffs.find import active_channels
from microdomain.puffs.statistics import PuffStatistics, puff_statistics
from microdomain.puffs.study import study

FLOWING = {"cytosol": "flow"}
CELL = {"cytosol": "flow", "er": "flow"}
RELEASE = Rule(on=0.25, off=0.175)
"""uM: an event of a whole cell."""


def domains(kind: Any, ca: float, ip3: float) -> md.Model:
    """Ten channels with domains of 100 and 1 uM around them, at a bulk that is held."""
    model = md.Model("domains")
    cytosol, er = model.compartment("cytosol", 1.0), model.compartment("er", 1.0)
    membrane = model.membrane("er_membrane", 1.0, inside=er, outside=cytosol)
    for name, place, value in (("Ca", cytosol, ca), ("Ca", er, 500.0), ("IP3", cytosol, ip3)):
        model.species(name, place, value, clamped=True)
    model.add(kind(), name="IP3R", cytosol=cytosol, er=er, membrane=membrane)
    return model


def run(model: md.Model, engine: Any, duration: float, sites: int, step: float = 0.001) -> PuffStatistics:
    grid = np.concatenate([[0.0], 5 + np.linspace(0, duration, round(duration / step) + 1)])
    data = md.simulate(model, grid, engine=engine, trajectories=sites, seed=1).isel(time=slice(1, None))
    channels = active_channels(data)
    return puff_statistics(find_events(data.time.values, channels, Rule(0.5, 0.5, gap=0.05), channels=channels))


KNOWN: dict[str, tuple[Any, Any, dict[str, tuple[float, float]]]] = {
    "park-drive, N 10, 0.1 uM": (
        md.models.puff_site, FLOWING,
        {"puffs per s": (0.24, 0.26), "channels per puff": (4.7, 4.8), "SD of channels": (1.5, 1.5),
         "interval": (3.8, 4.2), "CV of intervals": (0.71, 0.82)},
    ),
    "park-drive, N 5, 0.1 uM": (
        lambda: md.models.puff_site(channels=5), FLOWING,
        {"puffs per s": (0.1125, 0.1125), "channels per puff": (2.91, 2.91), "interval": (9.08, 9.08),
         "CV of intervals": (0.695, 0.695)},
    ),
    "park-drive, N 10, 0.2 uM": (
        lambda: md.models.puff_site(ip3=0.2), FLOWING,
        {"channels per puff": (4.46, 4.46), "interval": (2.29, 2.29), "CV of intervals": (0.742, 0.742)},
    ),
    "De Young-Keizer, 0.1 uM": (
        lambda: domains(md.mechanisms.DeYoungKeizerCluster, 0.05, 0.1), "gillespie",
        {"events per s": (1.36, 1.36), "share of blips": (0.96, 0.96)},
    ),
    "De Young-Keizer, 0.2 uM": (
        lambda: domains(md.mechanisms.DeYoungKeizerCluster, 0.05, 0.2), "gillespie",
        {"events per s": (1.08, 1.08), "share of blips": (0.90, 0.90)},
    ),
}  # fmt: skip


def known(duration: float, sites: int, console: Console) -> None:
    """Ours beside theirs: agreed where our interval meets their range."""
    table = Table(title=f"{sites} sites of {duration:g} s beside other programs", box=SIMPLE)
    for heading in ("", "", "here", "95 %", "known", ""):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, (make, engine, expected) in KNOWN.items():
        found = run(make(), engine, duration, sites).estimates
        for what, (least, most) in expected.items():
            value, low, high = found[what]
            agreed = low <= most and high >= least
            range_ = f"{least:g}" if least == most else f"{least:g}-{most:g}"
            table.add_row(
                name, what, f"{value:.3g}", f"{low:.3g}-{high:.3g}", range_, "agrees" if agreed else "differs"
            )
            name = ""
    console.print(table)


def modes(duration: float, sites: int, console: Console) -> None:
    """Six states a channel, or two."""
    table = Table(title="Six states, and two modes alone", box=SIMPLE)
    for heading in ("", "puffs/s", "channels", "interval (s)", "CV", "seconds"):
        table.add_column(heading, justify="left" if not heading else "right")
    for two_modes in (False, True):
        model = md.models.puff_site(two_modes=two_modes)
        start = time.perf_counter()
        found = run(model, FLOWING, duration, sites).estimates
        names = ("puffs per s", "channels per puff", "interval", "CV of intervals")
        table.add_row(
            "two modes" if two_modes else "six states",
            *(f"{found[n][0]:.3g}" for n in names),
            f"{time.perf_counter() - start:.1f}",
        )
    console.print(table)


def regularity(duration: float, console: Console) -> None:
    """CV of calcium and of intervals between events against the number of channels."""
    table = Table(title=f"Li-Rinzel cell, 0.3 uM IP3, {duration:g} s", box=SIMPLE)
    expected = {5: (None, 25.2, 0.70), 10: (0.961, 24.8, 0.63), 20: (0.806, 29.2, 0.59), 50: (None, 43, 0.73),
                100: (0.419, 70, 0.85), 1000: (0.0964, None, None)}  # fmt: skip
    for heading in ("channels", "CV of [Ca]", "known", "interval (s)", "known", "CV", "known"):
        table.add_column(heading, justify="right")
    for channels, (cv, interval, cv_of_intervals) in expected.items():
        grid = np.linspace(0, duration, round(duration / 0.05) + 1)
        data = md.simulate(md.models.stochastic_li_rinzel(0.3, channels), grid, engine=CELL, trajectories=2, seed=1)
        ca = data.concentration.sel(species="Ca.cytosol").values[:, 2000:]
        found = find_events(grid[2000:], ca, RELEASE).intervals()
        of_ca = float(ca.std() / ca.mean())
        measured = (found.mean(), found.std() / found.mean()) if len(found) > 10 else (np.nan, np.nan)
        cells = (of_ca, cv, measured[0], interval, measured[1], cv_of_intervals)
        table.add_row(str(channels), *("" if cell is None or np.isnan(cell) else f"{cell:.3g}" for cell in cells))
    console.print(table)


def growth(console: Console) -> None:
    """The site at fixed density: ten channels in a fL."""
    table = Table(title="A site that grows at fixed density, 60 s", box=SIMPLE)
    for heading in ("channels", "fL", "mean [Ca] (uM)", "mean field", "CV of [Ca]", "puffs/s", "channels a puff"):
        table.add_column(heading, justify="right")
    for channels in (5, 10, 20, 40):
        model = md.models.puff_site(channels=channels, volume=channels / 10)
        model = model.changed(parameters={"IP3R.flux": 200.0 * 10 / channels})
        seen = study(model, 60.0, engine="hybrid", seed=1, progress=False)
        ca = seen.example.concentration.sel(species="Ca.cytosol").values[0]
        mean_field = study(model, 5.0, engine="ode", progress=False).example
        rest = float(mean_field.concentration.sel(species="Ca.cytosol")[0, -1])
        found = seen.channels.estimates
        puffs = found["puffs per s"][0], found.get("channels per puff", (np.nan,))[0]
        cells = (ca.mean(), rest, ca.std() / ca.mean(), *puffs)
        table.add_row(str(channels), f"{channels / 10:g}", *(f"{cell:.3g}" for cell in cells))
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a fifth of the time")
    short = parser.parse_args().quick
    console = Console(width=100)
    known(*((60.0, 2) if short else (200.0, 4)), console)
    modes(*((60.0, 2) if short else (200.0, 4)), console)
    regularity(600.0 if short else 3000.0, console)
    growth(console)


if __name__ == "__main__":
    main()
