"""python -m benchmarks.noise_scaling: noise against volume over six decades, measured, predicted and judged.

Six cases: births and deaths, closed dimers, a passive membrane, Li & Rinzel's cell with the noise of its gates alone
and with that of its ions too, and the IP3 microdomain. Draws docs/figures/noise_scaling.png and prints tables. The
coefficients of variation of gates alone stand beside those of an independent program with exact gates (one run each of
1500 to 6000 s; its own runs differ by 10 % at 100 channels and fewer).
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
from mechanisms.models.ip3_microdomain import VOLUME
from mechanisms.models.stochastic_li_rinzel import VOLUME_PER_CHANNEL
from microdomain.noise.scaling import NoiseScaling, noise_scaling
from microdomain.noise_figure import KEY, SIGNS, draw
from tests.microdomain.noisy_models import births, dimers

FIGURE = Path(__file__).resolve().parents[1] / "docs" / "figures" / "noise_scaling.png"
FLOWING = {"cytosol": "flow", "er": "flow"}
EXPECTED = {10: 0.961, 20: 0.806, 100: 0.419, 1000: 0.0964, 10_000: 0.0262}
"""CV of calcium at 0.3 uM IP3 by number of channels, of the independent program."""
SHORT = {
    "births and deaths": "births",
    "closed dimers": "dimers",
    "passive membrane": "membrane",
    "Li-Rinzel cell, gates alone": "gates alone",
    "Li-Rinzel cell, gates and ions": "gates and ions",
    "IP3 microdomain": "microdomain",
}
CHANNELS = (1, 3, 10, 20, 30, 100, 300, 1000, 3000, 10_000, 100_000)


def cases(quick: bool) -> dict[str, tuple[Any, ...]]:
    """Title: model, volumes in fL, what is observed, and options."""
    precision, most = (0.025, 2e7 if quick else 1e8)
    plain = {"precision": precision, "max_events": most}
    cell = np.array([n for n in CHANNELS if n <= (1000 if quick else 100_000)]) * VOLUME_PER_CHANNEL
    ions = np.array([1, 3, 10, 30, 100, 300, 1e3, 1e4, *([] if quick else [1e5, 1e6])]) * VOLUME_PER_CHANNEL
    domain = np.array([0.2, 1, 10, *([] if quick else [100]), 1e3, 1e4, 2e5]) * VOLUME
    return {
        "births and deaths": (births(100.0), np.logspace(-2, 4, 7), "A.cell", plain),
        "closed dimers": (dimers(100.0), np.logspace(-2, 4, 7), "A.cell", plain),
        "passive membrane": (md.models.passive_membrane(), np.logspace(-3, 3, 7), "plasma.voltage", plain),
        "Li-Rinzel cell, gates alone": (
            md.models.stochastic_li_rinzel(0.3),
            cell,
            "Ca.cytosol",
            {"precision": 0.1 if quick else 0.06, "max_events": 2e5 if quick else 2e6, "engine": FLOWING},
        ),
        "Li-Rinzel cell, gates and ions": (
            md.models.stochastic_li_rinzel(0.3),
            ions,
            "Ca.cytosol",
            {"precision": 0.1 if quick else 0.05, "max_events": 1e7 if quick else 3e8},
        ),
        "IP3 microdomain": (
            md.models.ip3_microdomain(0.2),
            domain,
            "Ca.cytosol",
            {"precision": 0.2 if quick else 0.1, "max_events": 3e7 if quick else 1e9},
        ),
    }


def verdicts(found: dict[str, NoiseScaling], seconds: dict[str, float], console: Console) -> None:
    """A row for each case, and the reasons."""
    table = Table(title="Noise against volume: CV ~ V^b", box=SIMPLE, padding=(0, 1))
    for heading in ("case", "fL", "b ± 95 %", "verdict", "s"):
        table.add_column(heading, justify="right" if heading == "s" else "left", no_wrap=True)
    for name, scaling in found.items():
        one = scaling.data.isel(observable=0)
        span = f"{one.volume.values[0]:.2g} to {one.volume.values[-1]:.0f}"
        half = float(one.exponent_high - one.exponent_low) / 2
        b = f"{float(one.exponent):.3f} ± {half:.3f}"
        table.add_row(SHORT[name], span, b, str(one.verdict.item()), f"{seconds[name]:.0f}")
    console.print(table)
    for name, scaling in found.items():
        one = scaling.data.isel(observable=0)
        holds = f"; agrees with linear noise from {float(one.holds_from):.3g} fL on" if one.verdict == "not" else ""
        console.print(f"{name}: {one.reason.item()}{holds if np.isfinite(one.holds_from) else ''}", highlight=False)


def points(found: dict[str, NoiseScaling], console: Console) -> None:
    """A row for each volume of each case."""
    table = Table(title="By volume", box=SIMPLE, padding=(0, 1))
    for heading in ("case", "fL", "CV", "95 %", "theory", "ratio", "engine", "runs"):
        table.add_column(heading, justify="left" if heading in ("case", "engine") else "right", no_wrap=True)
    for name, scaling in found.items():
        for k, volume in enumerate(scaling.data.volume.values):
            one = scaling.data.isel(observable=0, volume=k)
            cv, low, high, predicted = (float(one[key]) for key in ("cv", "cv_low", "cv_high", "predicted"))
            measured = [f"{cv:.3g}", f"{(high - low) / cv / 2:.0%}"] if np.isfinite(cv) else ["-", "-"]
            ratio = f"{cv / predicted:.3f}" if np.isfinite(cv) else "-"
            shown = [*measured, f"{predicted:.3g}", ratio, str(one.engine.item()), str(int(one.trajectories))]
            table.add_row(SHORT[name] if k == 0 else "", f"{volume:.3g}", *shown)
    console.print(table)


def targets(scaling: NoiseScaling, console: Console) -> None:
    """Gates alone beside the independent program."""
    table = Table(title="Li-Rinzel cell at 0.3 uM IP3, gates alone: CV of calcium", box=SIMPLE, padding=(0, 1))
    for heading in ("channels", "here", "95 %", "independent program", "linear noise", "CV sqrt(N)"):
        table.add_column(heading, justify="right")
    for n, expected in EXPECTED.items():
        one = scaling.data.isel(observable=0)
        k = int(np.abs(one.volume.values / VOLUME_PER_CHANNEL - n).argmin())
        one = one.isel(volume=k)
        if abs(float(one.volume) / VOLUME_PER_CHANNEL - n) < 0.5:
            interval = f"{float(one.cv_low):.3g} to {float(one.cv_high):.3g}"
            scaled = f"{float(one.cv) * n**0.5:.2f}"
            table.add_row(
                str(n), f"{float(one.cv):.3g}", interval, f"{expected:g}", f"{float(one.predicted):.3g}", scaled
            )
    console.print(table)


def figure(found: dict[str, NoiseScaling], path: Path) -> None:
    """A panel for each case, one decade of noise as long as in any other."""
    import matplotlib as mpl

    from microdomain.style import COLORS, QUIET, STYLE, Picture

    with mpl.rc_context(STYLE):
        drawn = Picture(figsize=(11.0, 6.8), layout="constrained")
        panels: Any = drawn.subplots(2, 3)
        for panel, (name, scaling), color in zip(panels.flat, found.items(), COLORS, strict=False):
            one = scaling.data.isel(observable=0)
            draw(panel, one, color)
            verdict = str(one.verdict.item())
            panel.set_title(f"{name}\n{SIGNS[verdict]}", color=color)
            if name == "Li-Rinzel cell, gates alone":
                volumes = np.array(list(EXPECTED)) * VOLUME_PER_CHANNEL
                panel.plot(volumes, list(EXPECTED.values()), "x", color="black", markersize=9, zorder=5)
                panel.text(0.97, 0.93, "x  independent program", transform=panel.transAxes, ha="right", va="top")
        for panel in panels[-1]:
            panel.set_xlabel("volume (fL)")
        for panel in panels[:, 0]:
            panel.set_ylabel("noise: sd over mean")
        drawn.supxlabel(" ".join(KEY), x=0.01, ha="left", fontsize=9, color=QUIET)
        drawn.suptitle("Noise against volume, all densities fixed", x=0.01, ha="left", fontsize=12, weight="bold")
        drawn.savefig(path, dpi=110)


def main() -> None:
    """Every case, as tables that fit a terminal and one figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="wider intervals; draws no figure")
    quick = parser.parse_args().quick
    console = Console(width=88)
    found, seconds = {}, {}
    for name, (model, volumes, of, options) in cases(quick).items():
        began = time.perf_counter()
        found[name] = noise_scaling(model, volumes, of=of, seed=1, **options)
        seconds[name] = time.perf_counter() - began
    points(found, console)
    targets(found["Li-Rinzel cell, gates alone"], console)
    verdicts(found, seconds, console)
    if not quick:
        figure(found, FIGURE)


if __name__ == "__main__":
    main()
