"""The demonstration: a calcium microdomain with five IP3 receptors, in the mean field and one molecule at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mechanisms.network import Floats

IP3 = 0.2
"""uM."""
SAMPLING = 0.001
"""s between the samples in which openings are counted."""
EXAMPLE = 3
"""The seed of the trajectories that are drawn."""
CHOICE_VOLUMES = ("0.05 fL", "0.5 fL", "5 fL")
"""Of cytosol, in which an engine is chosen."""
CHOICE_BUDGET = 10.0
"""Processor seconds of the exact runs at each of them."""
NOISE_VOLUMES = ("0.033144 fL", "0.16572 fL", "0.8286 fL")
"""In which noise is measured: 1, 5 and 25 channels."""
NOISE_EVENTS = 1.2e8
"""Reactions that may be fired in each of them."""
SETTLING = 20.0
"""s after which the memory of the initial state is lost."""


@dataclass(frozen=True)
class Course:
    """Open channels and cytosolic calcium in uM against time: mean field, one exact trajectory, the mean of many."""

    times: Floats
    ode: tuple[Floats, Floats]
    one: tuple[Floats, Floats]
    coarse_times: Floats
    mean: tuple[Floats, Floats]
    trajectories: int


@dataclass(frozen=True)
class Openings:
    """What the runs of one condition showed: each measure by run, the reference ranges, how many were open at once."""

    condition: str
    measures: dict[str, Floats]
    reference: dict[str, tuple[float, float]]
    occupancy: Floats
    excerpt: Floats


@dataclass(frozen=True)
class Size:
    """One volume: mean field and exact results once settled, and one course of calcium in uM under each engine."""

    factor: float
    volume: float
    channels: int
    ode: dict[str, float]
    mean: dict[str, float]
    cv: dict[str, float]
    times: Floats
    course: Floats
    ode_course: Floats


FRACTION, RATE, DURATION = "time with a channel open", "openings per second", "mean opening (ms)"
CALCIUM, HIGHEST = "mean calcium (uM)", "highest calcium (uM)"
CONDITIONS: tuple[tuple[str, dict[str, Any], dict[str, tuple[float, float]]], ...] = (
    (
        "IP3 held at 0.2 uM",
        {"ip3": 0.2},
        {FRACTION: (0.18, 0.22), RATE: (20, 23), DURATION: (9.1, 9.7), CALCIUM: (0.19, 0.24), HIGHEST: (1.1, 1.2)},
    ),
    (
        "IP3 not held, 0.2 uM at first",
        {"ip3": 0.2, "clamped": False},
        {FRACTION: (0.115, 0.12), RATE: (14, 15), CALCIUM: (0.125, 0.125)},
    ),
    ("IP3 held at 0.5 uM", {"ip3": 0.5}, {FRACTION: (0.35, 0.42), RATE: (30, 34)}),
)
"""Conditions and regression values of independent simulations, each from a few runs of 300 s."""


def demo(
    out: Path, *, duration: float = 300.0, runs: int = 8, factors: tuple[float, ...] = (1, 10, 100, 1000),
    effort: float = 1.0, workers: int | None = None, say: Callable[[str], None] = print,
) -> list[Path]:  # fmt: skip
    """Run the microdomain under both engines, say what came out, and return the figures written to ``out``.

    duration: s of each run in which openings are counted; runs: how many of them; factors: the volumes compared, from
    the smallest to the largest; effort: what the choice of engines and the noise may take, as part of the usual.
    """
    from engines.choice.choose import choose
    from mechanisms.models import ip3_microdomain
    from microdomain import demo_figures as figures
    from microdomain.noise.scaling import noise_scaling
    from microdomain.plots import plot

    began = time.perf_counter()
    out.mkdir(parents=True, exist_ok=True)
    say("A calcium microdomain: 0.166 fL of cytosol, five IP3 receptors, five SERCA pumps")
    say("(the first run on a machine compiles for about half a minute)\n")
    written = [(out / "ode_and_gillespie.png", figures.ode_and_gillespie(course(workers)))]
    found = [openings(*condition, duration, runs, workers) for condition in CONDITIONS]
    say(table_of_openings(found, duration, runs))
    written.append((out / "open_channels.png", figures.open_channels(found)))
    sizes = [size(factor, workers) for factor in factors]
    say(table_of_sizes(sizes))
    written.append((out / "volume.png", figures.volume(sizes)))
    model = ip3_microdomain(ip3=IP3)
    chosen = choose(model, CHOICE_VOLUMES, of="Ca.cytosol", budget=CHOICE_BUDGET * effort, workers=workers)
    say(f"{chosen}\n")
    written.append((out / "choice.png", plot(chosen)))
    scaling = noise_scaling(
        model, NOISE_VOLUMES, of=["Ca.cytosol", "IP3R.open"], max_events=NOISE_EVENTS * effort, precision=0.05, seed=1,
        workers=workers,
    )  # fmt: skip
    say(f"{scaling}\n")
    written.append((out / "noise.png", plot(scaling)))
    for path, figure in written:
        figure.savefig(path, dpi=150)
    say("Figures: " + "\n         ".join(str(path) for path, _ in written))
    say(f"Done in {time.perf_counter() - began:.0f} s.")
    return [path for path, _ in written]


def course(workers: int | None, trajectories: int = 400) -> Course:
    """The microdomain from its initial state, in the mean field and in exact trajectories."""
    from engines.simulate import simulate
    from mechanisms.models import ip3_microdomain

    model = ip3_microdomain(ip3=IP3)
    times, coarse = np.linspace(0.0, 25.0, 5001), np.linspace(0.0, 25.0, 126)
    ode = simulate(model, times, engine="ode")
    one = simulate(model, times, engine="gillespie", seed=EXAMPLE)
    many = simulate(model, coarse, engine="gillespie", trajectories=trajectories, seed=EXAMPLE, workers=workers)
    return Course(
        times,
        (_open(ode)[0], _calcium(ode)[0]),
        (_open(one)[0], _calcium(one)[0]),
        coarse,
        (_open(many).mean(axis=0), _calcium(many).mean(axis=0)),
        trajectories,
    )


def openings(
    condition: str, given: dict[str, Any], reference: dict[str, tuple[float, float]], duration: float, runs: int,
    workers: int | None,
) -> Openings:  # fmt: skip
    """Measures of ``runs`` independent runs of ``duration`` s, from samples 1 ms apart."""
    from engines.simulate import simulate
    from mechanisms.models import ip3_microdomain

    model, times = ip3_microdomain(**given), np.arange(0.0, duration, SAMPLING)
    rows: list[dict[str, float]] = []
    occupancy = np.zeros(6)
    for first in range(0, runs, 2):
        pair = list(range(first, min(first + 2, runs)))
        data = simulate(model, times, engine="gillespie", trajectories=pair, seed=1, workers=workers)
        rows += [measures(n, c, duration) for n, c in zip(_open(data), _calcium(data), strict=True)]
        occupancy += np.bincount(_open(data).astype(int).ravel(), minlength=6)[:6]
        if first == 0:
            settled = int(min(SETTLING, duration / 2) / SAMPLING)
            excerpt = _open(data)[0, settled : settled + 5000]
    by_measure = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return Openings(condition, by_measure, reference, occupancy / occupancy.sum(), excerpt)


def measures(channels: Floats, calcium: Floats, duration: float) -> dict[str, float]:
    """What one run shows: channels that are open, and calcium in uM, both (time,)."""
    some = channels > 0
    fraction, opened = float(some.mean()), int((some[1:] & ~some[:-1]).sum())
    length = 1000 * fraction * duration / opened if opened else np.nan
    return {
        FRACTION: fraction, RATE: opened / duration, DURATION: length, CALCIUM: float(calcium.mean()),
        HIGHEST: float(calcium.max()),
    }  # fmt: skip


def size(factor: float, workers: int | None) -> Size:
    """The microdomain at ``factor`` times its volume, under both engines."""
    from engines.simulate import simulate
    from mechanisms.models.ip3_microdomain import VOLUME, ip3_microdomain

    model = ip3_microdomain(ip3=IP3, volume=VOLUME * factor)
    channels = next(iter(model.multimers.values())).count
    end = 100.0 if factor < 1000 else 60.0
    times = np.arange(0.0, end, 0.01)
    trajectories = max(2, round(32 / factor**0.5))
    ode = simulate(model, np.append(times, 500.0), engine="ode")
    exact = simulate(model, times, engine="gillespie", trajectories=trajectories, seed=2, workers=workers)
    settled = times >= SETTLING
    results = {"calcium": _calcium(exact)[:, settled], "open": _open(exact)[:, settled] / channels}
    return Size(
        factor,
        VOLUME * factor,
        channels,
        {"calcium": float(_calcium(ode)[0, -1]), "open": float(_open(ode)[0, -1]) / channels},
        {name: float(values.mean()) for name, values in results.items()},
        {name: float(values.std() / values.mean()) for name, values in results.items()},
        times,
        _calcium(exact)[0],
        _calcium(ode)[0, :-1],
    )


def _open(data: Any) -> Floats:
    found: Floats = data.quantity.sel(quantities="IP3R.open").values
    return found


def _calcium(data: Any) -> Floats:
    found: Floats = data.concentration.sel(species="Ca.cytosol").values
    return found


# -- tables ------------------------------------------------------------------------------------------------------------


def table_of_openings(found: list[Openings], duration: float, runs: int) -> str:
    """Each measure's mean and sd over runs beside its reference range, within 80 columns."""
    lines = [
        f"Open channels, Gillespie: {runs} runs of {duration:g} s for each condition, sampled every 1 ms",
        f"{'':<34}{'mean':>8}{'sd of runs':>12}{'reference':>14}{'runs inside':>12}",
    ]
    for one in found:
        lines.append(one.condition)
        for name, values in one.measures.items():
            spread = f"{values.std(ddof=1):.2g}" if len(values) > 1 else "-"
            line = f"  {name:<32}{f'{values.mean():.3g}':>8}{spread:>12}"
            if name in one.reference:
                low, high = one.reference[name]
                inside = int(((values >= low) & (values <= high)).sum()) if high > low else -1
                range_text = f"{low:g} - {high:g}" if high > low else f"{low:g}"
                line += f"{range_text:>14}" + (f"{f'{inside} of {len(values)}':>12}" if inside >= 0 else "")
            lines.append(line)
    return "\n".join([*lines, "", *NOTE_ON_OPENINGS, ""])


NOTE_ON_OPENINGS = (
    "Reference: regression values of independent simulations, from a few runs of",
    "300 s. Runs of that length differ by the sd shown: some ranges are narrower than",
    "that, so runs outside them are to be expected. In 300,000 s with IP3 held at",
    "0.2 uM a channel is open 0.176 of the time and calcium is 0.186 uM (a run of",
    "300 s shows more: it begins with a transient), and 22.3 openings begin per",
    "second, of which samples 1 ms apart see 19.3: the shortest closures are missed.",
    "With IP3 not held, 90,000 s of an independent program gave 0.098 and 0.108 uM,",
    "and ten runs of 300 s of another simulator (rebop) 0.103 and 0.112 uM.",
)


def table_of_sizes(sizes: list[Size]) -> str:
    """Mean field, exact mean and coefficient of variation at each volume, within 80 columns."""
    lines = [
        "The same microdomain in larger volumes, all densities fixed (CV: sd over mean)",
        f"{'':<26}{'calcium (uM)':>25}{'open fraction':>27}",
        f"{'volume':>8}{'fL':>9}{'channels':>9}" + f"{'ODE':>9}{'Gillespie':>10}{'CV':>7}" * 2,
    ]
    lines += _rows_of_sizes(sizes)
    ratio = sizes[0].cv["calcium"] / sizes[-1].cv["calcium"]
    expected = np.sqrt(sizes[-1].factor / sizes[0].factor)
    falls = f"From {sizes[0].factor:g}x to {sizes[-1].factor:g}x the noise of calcium falls {ratio:.1f} times;"
    return "\n".join([*lines, "", f"{falls} by 1/sqrt(V) {expected:.1f} times.", *NOTE_ON_SIZES, ""])


NOTE_ON_SIZES = (
    "That is the law of noise that is small beside its mean. In the smallest volume",
    "all channels are closed most of the time and calcium rises in bursts: there the",
    "noise stays below the law, and fewer channels are open than in the ODE.",
)


def _rows_of_sizes(sizes: list[Size]) -> Iterator[str]:
    for one in sizes:
        row = f"{f'{one.factor:g}x':>8}{one.volume:>9.4g}{one.channels:>9}"
        for name in ("calcium", "open"):
            row += f"{one.ode[name]:>9.4f}{one.mean[name]:>10.4f}{one.cv[name]:>7.3f}"
        yield row
