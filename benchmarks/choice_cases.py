"""The questions that ``choose`` is judged by: a model, a volume, an observable and a tolerance each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import microdomain as md
from benchmarks import choice_models as models
from tests.random_networks import bounded_random_model, random_network_model

HELD_BACK = 7000
"""The first seed of random networks; the predictions were fitted to others."""


@dataclass(frozen=True)
class Case:
    """A question. factor: of the model's volume; relaxation: s, where linear noise does not know it."""

    make: Callable[[], md.Model]
    factor: float
    tolerance: float
    observable: str = "distribution"
    asked: dict[str, Any] = field(default_factory=dict)
    relaxation: float | None = None


def known() -> Iterator[Case]:
    """Models that have names."""
    sd, mean, law = "standard deviation", "mean", "distribution"
    for factor, tolerance in ((0.1, 0.1), (1.0, 0.1), (10.0, 0.05), (100.0, 0.02)):
        yield Case(models.births, factor, tolerance)
    yield Case(models.births, 1.0, 0.02, mean)
    for factor, tolerance, kind in ((0.05, 0.05, mean), (0.5, 0.1, sd), (5.0, 0.05, law), (100.0, 0.02, law)):
        yield Case(models.dimer, factor, tolerance, kind, {"of": "B"})
    for factor, tolerance, kind in ((0.3, 0.05, law), (20.0, 0.02, sd), (400.0, 0.05, law)):
        yield Case(models.isomerisation, factor, tolerance, kind)
    for factor, tolerance, kind in ((1.0, 0.2, law), (10.0, 0.05, mean), (100.0, 0.05, law)):
        yield Case(models.enzyme, factor, tolerance, kind, {"of": "S"})
    for factor, tolerance, kind in ((1.0, 0.1, law), (10.0, 0.1, mean), (100.0, 0.1, sd)):
        yield Case(models.telegraph, factor, tolerance, kind, {"of": "mRNA"})
    for factor, tolerance, kind in ((0.1, 0.05, law), (1.0, 0.05, law), (10.0, 0.1, law), (100.0, 0.02, mean)):
        yield Case(models.bursts, factor, tolerance, kind, {"of": "protein"})
    for factor, tolerance, kind, relaxation in ((0.2, 0.1, mean, 2.0), (0.5, 0.05, law, 10.0), (1.0, 0.1, law, 60.0)):
        yield Case(models.schloegl, factor, tolerance, kind, relaxation=relaxation)
    for factor, tolerance in ((1.0, 0.1), (5.0, 0.2)):
        yield Case(
            models.schloegl, factor, tolerance, "first passage", {"of": "X", "at_least": "1.2 uM", "duration": 60}
        )
    for factor, tolerance, kind in ((0.165, 0.1, law), (0.165, 0.2, mean), (0.5, 0.1, law)):
        yield Case(md.models.ip3_microdomain, factor / 0.165, tolerance, kind, {"of": "Ca.cytosol"})
    events = {"of": "Ca", "at_least": "1 uM", "duration": 30}
    for factor, tolerance in ((0.3, 0.1), (1.0, 0.1), (10.0, 0.2)):
        yield Case(models.excitable, factor, tolerance, "event rate", events | {"fixed": "channels"})
    yield Case(models.excitable, 1.0, 0.05, mean, {"of": "Ca"})
    for factor, tolerance in ((0.1, 0.05), (10.0, 0.01), (100.0, 0.01)):
        yield Case(models.membrane, factor, tolerance, sd, {"of": "charge.plasma"})
    for factor, tolerance, of in ((0.1, 0.1, "Ca.spine"), (1.0, 0.05, "bound.spine"), (10.0, 0.05, "Ca.dendrite")):
        yield Case(models.spine, factor, tolerance, law, {"of": of})


def random_ones(number: int) -> Iterator[Case]:
    """Random networks, with conditions that are drawn as well."""
    rng = np.random.default_rng(HELD_BACK)
    kinds = ("mean", "standard deviation", "distribution", "event rate")
    for n in range(number):
        seed = HELD_BACK + n
        make = (random_network_model, bounded_random_model)[n % 3 == 2]
        factor, tolerance = 10.0 ** rng.uniform(-1, 2), float(rng.choice([0.01, 0.02, 0.05, 0.1, 0.2]))
        kind, abundant = kinds[int(rng.choice(4, p=[0.25, 0.25, 0.4, 0.1]))], rng.random() < 0.6
        yield _random(make, seed, float(f"{factor:.2g}"), tolerance, kind, abundant)


def _random(
    make: Callable[[int], md.Model], seed: int, factor: float, tolerance: float, kind: str, abundant: bool
) -> Case:
    """Of all species, or of that of which there are most; events are rises by 1.5 standard deviations above the mean."""
    model = make(seed)
    asked: dict[str, Any] = {}
    if abundant or kind == "event rate":
        noise = md.stationary_noise(model.scaled(factor, nearest=True), lags=0, frequencies=0)
        name = str(noise.species.values[int(np.argmax(noise.mean_counts.values))])
        asked["of"] = name
        if kind == "event rate":
            mean, sd = (float(noise[v].sel(species=name)) for v in ("mean_counts", "variance_counts"))
            level = mean + 1.5 * np.sqrt(sd)
            asked |= {"at_least": level, "rearm": mean}
    return Case(lambda: make(seed), factor, tolerance, kind, asked)


def cases(quick: bool) -> list[Case]:
    """All of them, or one in six."""
    found = [*known(), *random_ones(36)]
    return found[::6] if quick else found
