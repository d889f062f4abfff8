"""The questions that ``choose`` is judged by: a model, a volume, an observable and a tolerance each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

import microdomain as md
from benchmarks import choice_models as models
from benchmarks import choice_traps as hard
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


MEAN, SD, LAW, EVENTS, PASSAGE = "mean", "standard deviation", "distribution", "event rate", "first passage"


def known() -> Iterator[Case]:
    """Models that have names, over their volumes: (factor, tolerance, observable)."""

    def over(make: Callable[[], md.Model], *asked: tuple[float, float, str], **about: Any) -> Iterator[Case]:
        for factor, tolerance, observable in asked:
            yield Case(make, factor, tolerance, observable, about)

    yield from over(models.births, (0.1, 0.1, LAW), (1, 0.1, LAW), (1, 0.02, MEAN), (10, 0.05, LAW), (100, 0.02, LAW))
    yield from over(models.dimer, (0.05, 0.05, MEAN), (0.5, 0.1, SD), (5, 0.05, LAW), (100, 0.02, LAW), of="B")
    yield from over(models.isomerisation, (0.3, 0.05, LAW), (20, 0.02, SD), (400, 0.05, LAW))
    yield from over(models.enzyme, (1, 0.2, LAW), (10, 0.05, MEAN), (100, 0.05, LAW), of="S")
    yield from over(models.telegraph, (1, 0.1, LAW), (10, 0.1, MEAN), (100, 0.1, SD), of="mRNA")
    yield from over(models.bursts, (0.1, 0.05, LAW), (1, 0.05, LAW), (10, 0.1, LAW), (100, 0.02, MEAN), of="protein")
    yield from over(md.models.ip3_microdomain, (1, 0.1, LAW), (1, 0.2, MEAN), of="Ca.cytosol")
    yield from over(md.models.passive_membrane, (0.01, 0.05, SD), (0.1, 0.01, SD), of="plasma.voltage")
    yield from over(models.spine, (0.1, 0.1, LAW), (1, 0.05, LAW), of="Ca.spine")
    yield from over(models.spine, (1, 0.05, LAW), of="Ca.dendrite")


def traps() -> Iterator[Case]:
    """Models in which linear noise, or a few short runs, may deceive."""
    for factor, tolerance, observable, relaxation in ((0.2, 0.1, MEAN, 2), (0.5, 0.05, LAW, 6), (1, 0.1, LAW, 21)):
        yield Case(models.schloegl, factor, tolerance, observable, relaxation=relaxation)
    yield Case(models.schloegl, 2.0, 0.1, MEAN, relaxation=205)
    passage = {"of": "X", "at_least": "1.2 uM", "duration": 60}
    yield Case(models.schloegl, 1.0, 0.1, PASSAGE, passage)
    yield Case(models.schloegl, 2.0, 0.2, PASSAGE, passage)
    puffs = {"of": "Ca", "at_least": "1 uM", "duration": 30, "fixed": "channels"}
    for factor in (0.3, 1.0):
        yield Case(models.excitable, factor, 0.1, EVENTS, puffs)
    for factor, tolerance, observable in ((1.0, 0.05, MEAN), (3.0, 0.1, LAW), (30.0, 0.1, LAW)):
        yield Case(models.excitable, factor, tolerance, observable, {"of": "Ca"})
    for channels in (10, 100, 300):
        cell = {"of": "Ca.cytosol", "duration": 100}
        yield Case(partial(md.models.stochastic_li_rinzel, 0.3, channels), 1.0, 0.1, LAW, cell)
    for factor, relaxation in ((0.1, 7), (0.3, 52), (0.5, 300)):
        yield Case(hard.toggle, factor, 0.1, MEAN, {"of": "A"}, relaxation)
    for factor, tolerance in ((0.3, 0.1), (1.0, 0.05)):
        yield Case(hard.extinction, factor, tolerance)
    for factor, tolerance in ((1.0, 0.1), (30.0, 0.1)):
        yield Case(hard.brusselator, factor, tolerance, LAW, {"of": "X", "duration": 30})
    yield Case(hard.pairs, 1.0, 0.05, MEAN)
    for factor, tolerance, observable in ((1.0, 0.05, MEAN), (10.0, 0.2, LAW)):
        yield Case(hard.annihilation, factor, tolerance, observable, {"of": "A"})
        yield Case(hard.switch, factor, tolerance, observable, {"of": "S"})
    for factor, observable in ((1.0, MEAN), (10.0, LAW)):
        yield Case(hard.slow_gene, factor, 0.1, observable, {"of": "protein"})
    for factor in (0.3, 30.0):
        yield Case(hard.pulsed, factor, 0.05, LAW, {"duration": 10})


def random_ones(number: int) -> Iterator[Case]:
    """Random networks; volumes, tolerances and observables are drawn as well, half of the tolerances near the noise."""
    rng = np.random.default_rng(HELD_BACK)
    for n in range(number):
        make = partial((random_network_model, bounded_random_model)[n % 3 == 2], HELD_BACK + n)
        factor = float(f"{10.0 ** rng.uniform(-1, 2):.2g}")
        observable = (MEAN, SD, LAW, EVENTS)[int(rng.choice(4, p=[0.2, 0.25, 0.45, 0.1]))]
        tolerance, near = float(rng.choice([0.01, 0.02, 0.05, 0.1, 0.2])), float(np.exp(rng.normal(0, 0.4)))
        noise = md.stationary_noise(make().scaled(factor, nearest=True), lags=0, frequencies=0)
        most = int(np.argmax(noise.mean_counts.values))
        mean, sd = float(noise.mean_counts[most]), float(np.sqrt(noise.variance_counts[most]))
        asked: dict[str, Any] = {}
        if rng.random() < 0.6 or observable == EVENTS:
            asked = {"of": str(noise.species.values[most])}
        if observable == EVENTS:
            # Chance alone is sqrt(2 / events): rates cannot be told apart by less.
            asked, tolerance = asked | {"at_least": mean + 1.5 * sd, "rearm": mean}, max(tolerance, 0.1)
        if rng.random() < 0.5 and observable != EVENTS:
            tolerance = float(f"{np.clip(near * sd / mean, 0.01, 0.2):.2g}")
        yield Case(make, factor, tolerance, observable, asked)


def cases(quick: bool) -> list[Case]:
    """All of them, half of them random, or one in ten."""
    found = [*known(), *traps(), *random_ones(52)]
    return found[::10] if quick else found
