"""A stochastic model as one list of reactions that every simulator is given.

A number as rate is the constant of counted mass action, k n(n-1).. events per second, with no hidden
factorial; a string is the rate itself, in events per second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

OMEGA_PER_FL = 602.214076
FINE_SECONDS = 100

Checks = dict[str, tuple[float, float, float]]
"""Quantities that were (found, lowest right value, highest right value)."""
Check = Callable[[np.ndarray], Checks]


class Reaction(NamedTuple):
    reactants: tuple[str, ...]
    products: tuple[str, ...]
    rate: float | str

    def counted(self) -> str:
        """The rate as a formula in numbers of molecules."""
        return self.rate if isinstance(self.rate, str) else "*".join([repr(self.rate), *falling(self.reactants)])


@dataclass(frozen=True)
class Case:
    """A model, how long it runs, and what a correct simulator must find.

    `check` judges counts of shape (trajectory, time, species); so does `fine_check`, for one more run, untimed,
    sampled every millisecond for `FINE_SECONDS`.
    """

    name: str
    title: str
    initial: dict[str, int]
    reactions: list[Reaction]
    end: float
    points: int
    trajectories: int
    check: Check
    aim_over_peers: float
    unit: str = "events/s"
    fine_check: Check | None = None


def around(found: float, expected: float, slack: float) -> tuple[float, float, float]:
    """The bounds a relative slack around what is expected."""
    return float(found), float(expected * (1 - slack)), float(expected * (1 + slack))


def falling(reactants: tuple[str, ...]) -> list[str]:
    """n, n - 1, ... for each molecule that reacts."""
    return [f"({s}-{i})" if i else s for s, n in Counter(reactants).items() for i in range(n)]


def side(species: tuple[str, ...]) -> str:
    """One side of an equation."""
    return " + ".join(f"{n} {s}" if n > 1 else s for s, n in Counter(species).items()) or "0"
