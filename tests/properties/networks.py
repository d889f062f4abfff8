"""Random networks in which matter is conserved, as recipes that can be written in several ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from hypothesis import strategies as st

import microdomain as md
from tests.small_models import OMEGA

WEIGHTS = {"A": 1, "B": 1, "C": 2, "D": 3}
"""What molecules are made of: every reaction has as much on one side as on the other."""
COMPLEXES = [side for n in (1, 2) for side in combinations_with_replacement(WEIGHTS, n)]

ENGINES: dict[str, Any] = {
    "ode": "ode",
    "gillespie": "gillespie",
    "tau-leaping": "tau_leaping",
    "langevin": "langevin",
    "hybrid": "hybrid",
    "jump or flow": {"cell": "jump or flow"},
    "jump or leap": {"cell": "jump or leap"},
    "jump or diffusion": {"cell": "jump or diffusion"},
    "flow beside jumps": {"cell": "flow", "R0": "jump"},
    "leaps beside flow": {"cell": "leap", "R0": "flow"},
    "diffusion beside jumps": {"cell": "diffusion", "R0": "jump"},
}
"""Every engine, the hybrid with several partitions."""


@md.rate_law(a="uM", v="uM/s", half="uM", returns="uM/s")
def saturating(a: Any, v: Any, half: Any) -> Any:
    """v a / (half + a)."""
    return v * a / (half + a)


@dataclass(frozen=True)
class Step:
    """A reaction; rate: events per second at 20 molecules of each, or so; law: saturating, not mass action."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    rate: float
    law: bool = False

    @property
    def equation(self) -> str:
        return f"{' + '.join(self.left)} -> {' + '.join(self.right)}"


@dataclass(frozen=True)
class Recipe:
    """Volume in fL, molecules of each species, and steps."""

    volume: float
    counts: tuple[int, ...]
    steps: tuple[Step, ...]

    def model(
        self,
        species: Sequence[int] = range(len(WEIGHTS)),
        reactions: Sequence[int] | None = None,
        name: str = "random",
    ) -> md.Model:
        """The model with species and reactions declared in these orders."""
        model = md.Model(name)
        cell = model.compartment("cell", self.volume)
        for i in species:
            model.species(list(WEIGHTS)[i], cell, count=self.counts[i])
        for j in range(len(self.steps)) if reactions is None else reactions:
            step = self.steps[j]
            model.reaction(step.equation, name=f"R{j}", **self.rate(step))
        return model

    def halves(self, exchange: float) -> md.Model:
        """The model in two halves of its volume, between which every molecule goes ``exchange`` times per second."""
        model = md.Model("halves")
        sides = [model.compartment(side, self.volume / 2) for side in ("left", "right")]
        for name, count in zip(WEIGHTS, self.counts, strict=True):
            for side, part in zip(sides, (count // 2, count - count // 2), strict=True):
                model.species(name, side, count=part)
            model.reaction(f"{name}.left <-> {name}.right", k=exchange, k_back=exchange, at=sides[0])
        for step in self.steps:
            for side in ("left", "right"):
                left, right = ([f"{name}.{side}" for name in names] for names in (step.left, step.right))
                model.reaction((left, right), k=self.constant(step))
        return model

    def constant(self, step: Step) -> float:
        """k in uM^(1-order)/s."""
        return step.rate / 20.0 ** len(step.left) * (OMEGA * self.volume) ** (len(step.left) - 1)

    def rate(self, step: Step) -> dict[str, Any]:
        omega = OMEGA * self.volume
        if step.law:
            return {"law": saturating, "a": step.left[0], "v": 2 * step.rate / omega, "half": 20 / omega}
        return {"k": self.constant(step)}


def weight(side: Sequence[str]) -> int:
    return sum(WEIGHTS[name] for name in side)


@st.composite
def steps(draw: st.DrawFn, laws: bool, fastest: float) -> Step:
    left = draw(st.sampled_from(COMPLEXES))
    fits = [side for side in COMPLEXES if weight(side) == weight(left) and side != left]
    if not fits:  # of 2 D alone is nothing else
        left, fits = ("D",), [("A", "C"), ("B", "C")]
    law = laws and len(left) == 1 and draw(st.booleans())  # one that vanishes with what it takes
    return Step(left, draw(st.sampled_from(fits)), draw(st.floats(1.0, fastest)), law)


@st.composite
def recipes(draw: st.DrawFn, laws: bool = True, fastest: float = 30.0, least: int = 0, most: int = 60) -> Recipe:
    return Recipe(
        volume=draw(st.floats(0.01, 20.0)),
        counts=tuple(draw(st.lists(st.integers(least, most), min_size=4, max_size=4))),
        steps=tuple(draw(st.lists(steps(laws, fastest), min_size=1, max_size=6, unique_by=lambda s: s.equation))),
    )


def stoichiometry(recipe: Recipe) -> np.ndarray:
    """(species, step), in the order of WEIGHTS; of the recipe, not of the network."""
    changes = np.zeros((len(WEIGHTS), len(recipe.steps)), dtype=np.int64)
    for j, step in enumerate(recipe.steps):
        made, used = Counter(step.right), Counter(step.left)
        changes[:, j] = [made[name] - used[name] for name in WEIGHTS]
    return changes


def conserved(changes: np.ndarray) -> np.ndarray:
    """(law, species) whole numbers that span the left null space, by elimination in fractions."""
    rows = [[Fraction(int(x)) for x in column] for column in changes.T]
    species, pivots = len(changes), []
    for i in range(species):
        found = next((n for n in range(len(pivots), len(rows)) if rows[n][i]), None)
        if found is None:
            continue
        at = len(pivots)
        rows[at], rows[found] = rows[found], rows[at]
        rows[at] = [x / rows[at][i] for x in rows[at]]
        for n, row in enumerate(rows):
            if n != at and row[i]:
                rows[n] = [x - row[i] * y for x, y in zip(row, rows[at], strict=True)]
        pivots.append(i)
    laws = []
    for free in (i for i in range(species) if i not in pivots):
        law = [Fraction(0)] * species
        law[free] = Fraction(1)
        for n, pivot in enumerate(pivots):
            law[pivot] = -rows[n][free]
        scale = np.lcm.reduce([x.denominator for x in law])
        laws.append([int(x * scale) for x in law])
    return np.array(laws, dtype=np.int64)
