"""Models whose noise is known (linear, bimodal, critical, and one with too few molecules), and verdicts on it."""

from collections.abc import Sequence
from typing import Any

import microdomain as md
from microdomain.noise.scaling import NoiseScaling, noise_scaling
from tests.reference import ONE_PER_UM

CELL = 0.16572 / 5
"""fL for each channel of the calcium cell."""


def judged(model: md.Model, volumes: Any, **options: Any) -> NoiseScaling:
    return noise_scaling(model, volumes, **({"seed": 1, "progress": False} | options))


def verdict(scaling: NoiseScaling, name: str) -> tuple[str, str]:
    one = scaling.data.sel(observable=name)
    return str(one.verdict.item()), str(one.reason.item())


def births(molecules: float = 100.0) -> md.Model:
    """0 -> A -> 0 about so many molecules in 1 fL: Poisson."""
    model = md.Model("births")
    cell = model.compartment("cell", "1 fL")
    model.species("A", cell)
    model.reaction("0 -> A", k=molecules * ONE_PER_UM)
    model.reaction("A -> 0", k=1.0)
    return model


def dimers(molecules: float = 400.0) -> md.Model:
    """2 A <-> B, closed, with so many A in 1 fL at first."""
    model = md.Model("dimers")
    cell = model.compartment("cell", "1 fL")
    model.species("A", cell, molecules * ONE_PER_UM)
    model.species("B", cell)
    model.reaction("2 A <-> B", k=1 / (molecules * ONE_PER_UM), k_back=1.0)
    return model


def pairs() -> md.Model:
    """0 -> A, 2 A -> 0: a single molecule cannot leave. About 0.7 of A in the volume that it has."""
    model = md.Model("pairs")
    cell = model.compartment("cell", ONE_PER_UM)
    model.species("A", cell)
    model.reaction("0 -> A", k=1.0)
    model.reaction("2 A -> 0", k=1.0)
    return model


def cubic(roots: Sequence[float]) -> md.Model:
    """Schlogl's model: d[X]/dt = -(x - r1) (x - r2) (x - r3) / s, in a volume with 20 molecules in a uM."""
    a, b, c = roots
    model = md.Model("cubic")
    cell = model.compartment("cell", 20 * ONE_PER_UM)
    model.species("X", cell, a)
    model.reaction("0 -> X", k=a * b * c)
    model.reaction("X -> 0", k=a * b + a * c + b * c)
    model.reaction("2 X -> 3 X", k=a + b + c)
    model.reaction("3 X -> 2 X", k=1.0)
    return model
