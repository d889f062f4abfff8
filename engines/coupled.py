"""Langevin runs and exact ones beside them, as near as they can be: their differences need far fewer runs.

Run n is that of the Langevin engine with its seed, to the bit. Beside it goes an exact run, of the law of the Gillespie
engine, that takes its chance from the noise of the other (``engines/loops/coupled.py`` has the coupling) and the rest
from a generator of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engines.hybrid_tables import noisy_part
from engines.kernel import loops
from engines.langevin import Langevin
from engines.langevin import Run as LangevinRun
from engines.result import Outcome
from engines.seeds import seed_words
from engines.segments import whole_start
from mechanisms.network import Floats, Integers, Network

SECOND = 1 << 31
"""Above all numbers of trajectories: the exact run beside trajectory n has the seed of trajectory n + SECOND."""


@dataclass(frozen=True)
class Coupled:
    """Runs of a Langevin engine, and exact ones beside them."""

    engine: Langevin
    name = "langevin beside gillespie"
    stochastic = True
    work = "steps"

    def refusal(self, network: Network) -> str:
        """Why exact runs do not go beside those of the engine, or ""."""
        if network.events or network.continuous.any():
            return "a network whose rates change between reactions"
        return ""

    def prepare(self, network: Network, t_start: float, t_end: float) -> Run:
        """Everything that all trajectories share."""
        return Run(self.engine, network, t_start, t_end)


class Run:
    """One network between two times."""

    def __init__(self, engine: Langevin, network: Network, t_start: float, t_end: float) -> None:
        self.langevin = LangevinRun(engine, network, t_start, t_end)
        network = self.langevin.network
        self.noisy = noisy_part(network, ())
        self.start = (*whole_start(network, t_start, ~network.clamped), t_start)

    def trajectories(self, seeds: Any, grid: Floats, states: Floats, control: Integers) -> Outcome:
        """Pairs: seeds (2 n, 4), and states (2 n, time, slot), which are filled, first of all Langevin runs."""
        n, reactions = len(states) // 2, len(self.langevin.network.reactions)
        y, members, watched, _ = self.start
        partner = loops("coupled").Partner(
            y.copy(), watched.copy(), np.zeros(4, np.uint64), *(np.zeros(reactions) for _ in range(3)), self.noisy
        )
        beside = partner, members.copy(), self.start, seeds[n:], states[n:]
        return self.langevin.beside(beside, seeds[:n], grid, states[:n], control)


def pair_seeds(seed: int, trajectories: Integers) -> Any:
    """(2 n, 4) words: of Langevin runs with these numbers, and then of the exact runs beside them."""
    return seed_words(seed, np.concatenate([trajectories, trajectories + SECOND]))
