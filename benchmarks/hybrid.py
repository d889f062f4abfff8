"""python -m benchmarks.hybrid: puffs of the park-drive cluster, and what the hybrid engine takes for them.

Ten channels and their 40 gates at 0.1 and 0.2 uM IP3. The numbers to compare with are of another program (fixed steps
of 5 us, Bernoulli transitions, 400 s, several seeds). An event is a time in which channels are in the drive mode, gaps
of less than 50 ms included; a puff is one with at least two channels.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from statistics import median

import numpy as np
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

import microdomain as md
from microdomain.puffs.detect import CHANNELS, find_events
from microdomain.puffs.statistics import puff_statistics

PARTITION = {"cytosol": "flow"}
EXPECTED: dict[float, dict[str, tuple[float, float]]] = {
    0.1: {
        "puffs per s": (0.24, 0.26), "channels per puff": (4.7, 4.8), "SD of channels": (1.5, 1.5),
        "peak dF/F0": (8.2 - 2.5, 8.2 + 2.5), "interval, s": (3.8, 4.2), "CV of intervals": (0.71, 0.82),
        "open probability": (0.0099, 0.0109), "largest [Ca], uM": (3.2, 3.9), "mean h42": (0.31, 0.33),
    },
    0.2: {"channels per puff": (4.46, 4.46), "interval, s": (2.29, 2.29), "CV of intervals": (0.742, 0.742)},
}  # fmt: skip


def puffs(data, end: float) -> dict[str, float]:
    """Statistics of one path with every event."""
    t, channels = data.time.values, range(10)
    quantity = dict(zip(data.quantities.values, data.quantity.values.T, strict=True))
    active = quantity["IP3R.active"][None]
    found = puff_statistics(find_events(t, active, CHANNELS, channels=active))
    dye = data.counts.sel(species="CaDye.cytosol").values
    spans = zip(np.searchsorted(t, found.puffs.start), np.searchsorted(t, found.puffs.end), strict=True)
    steps = np.diff(t)
    return {
        **{name: found.estimates[name][0] for name in ("puffs per s", "channels per puff", "SD of channels")},
        "peak dF/F0": float(np.mean([dye[first : last + 1].max() / dye[0] - 1 for first, last in spans])),
        "interval, s": found.estimates["interval"][0],
        "CV of intervals": found.estimates["CV of intervals"][0],
        "open probability": float(quantity["IP3R.open"][:-1] @ steps / t[-1] / 10),
        "largest [Ca], uM": data.concentration.sel(species="Ca.cytosol").values.max(),
        "mean h42": float(np.mean([quantity[f"IP3R.h42_{i}"][:-1] @ steps / t[-1] for i in channels])),
    }


def comparison(end: float, console: Console) -> None:
    """Both concentrations of IP3 against the independent simulation."""
    for ip3, expected in EXPECTED.items():
        model = md.models.puff_site(ip3=ip3)
        data = md.simulate(model, end, engine=PARTITION, seed=7, record="events")
        measured = puffs(data, end)
        table = Table(title=f"IP3 {ip3} uM, {end:g} s, {int(data.events.values[0])} jumps", box=SIMPLE)
        for heading in ("", "here", "independent simulation"):
            table.add_column(heading, justify="left" if not heading else "right")
        for name, (low, high) in expected.items():
            table.add_row(name, f"{measured[name]:.3g}", f"{low:g}" if low == high else f"{low:g} to {high:g}")
        console.print(table)
        if ip3 == 0.1:
            figure(data, Path("docs/figures/puffs.png"))


def speed(end: float, repeats: int, console: Console) -> None:
    """Seconds of one core for ``end`` seconds of the cluster, states recorded every 10 ms, by tolerance."""
    table = Table(title=f"{end:g} s of 10 channels on one core, IP3 0.1 uM (aim: 6 s for 300 s)", box=SIMPLE)
    for heading in ("rtol", "seconds", "for 300 s", "jumps", "us a jump"):
        table.add_column(heading, justify="right")
    model, grid = md.models.puff_site(), np.linspace(0, end, round(100 * end) + 1)
    md.simulate(model, [0.0, 0.01], engine=PARTITION, seed=1)
    for rtol in (1e-2, 1e-3, 1e-4):
        seconds = []
        for repeat in range(repeats):
            start = time.perf_counter()
            data = md.simulate(model, grid, engine=PARTITION, seed=repeat, rtol=rtol, atol=rtol, workers=1)
            seconds.append(time.perf_counter() - start)
        jumps, typical = int(data.events.values[0]), median(seconds)
        cells = f"{rtol:g}", f"{typical:.2f}", f"{typical * 300 / end:.2f}", f"{jumps}", f"{typical / jumps * 1e6:.1f}"
        table.add_row(*cells)
    console.print(table)


def figure(data, path: Path) -> None:
    """Channels in the drive mode, calcium and the slow gates over 30 s."""
    import matplotlib.pyplot as plt

    shown = data.isel(event=np.flatnonzero((data.time.values > 10) & (data.time.values < 40)))
    t = shown.time.values
    fig, axes = plt.subplots(3, 1, figsize=(7, 5), sharex=True, layout="constrained")
    axes[0].step(t, shown.quantity.sel(quantities="IP3R.active"), where="post", lw=0.6)
    axes[0].set_ylabel("driving channels")
    axes[1].plot(t, shown.concentration.sel(species="Ca.cytosol"), lw=0.6)
    axes[1].set_ylabel("[Ca] (uM)")
    for i in range(10):
        axes[2].plot(t, shown.quantity.sel(quantities=f"IP3R.h42_{i}"), lw=0.6)
    axes[2].set_ylabel("gates h42")
    axes[2].set_xlabel("time (s)")
    fig.savefig(path, dpi=110)
    plt.close(fig)


def main() -> None:
    """Both parts, as tables that fit a terminal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="60 s of the cluster instead of 400")
    quick = parser.parse_args().quick
    console = Console(width=80)
    comparison(60.0 if quick else 400.0, console)
    speed(30.0 if quick else 100.0, 3, console)


if __name__ == "__main__":
    main()
