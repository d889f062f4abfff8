"""What the demonstration runs: the calcium microdomain over time, its openings, and in larger volumes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mechanisms.network import Floats

IP3 = 0.2
"""uM."""
SAMPLING = 0.001
"""s between the samples in which openings are counted."""
EXAMPLE = 3
"""The seed of the trajectories that are drawn."""
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
