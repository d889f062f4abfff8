"""The Gillespie engine: exact next-event simulation (Gillespie 1977) of the jump reading of a network."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from numbers import Real
from typing import Any

import numpy as np

from engines.dependencies import dependents, flat, steps
from engines.hybrid import Hybrid
from engines.kernel import law_address, loops
from engines.result import OptionError, Outcome, Path
from engines.segments import segments, whole_start
from engines.unroll import advance_address
from mechanisms.network import Floats, Integers, Network
from mechanisms.splitting import one_way


@dataclass(frozen=True)
class Gillespie:
    """Exact in law, also with inputs that are constant between edges: the clock stops at each edge.

    Where rates change between reactions, by continuous variables, time or events, their hazards are integrated, as by
    ``engines.hybrid.Hybrid`` in which everything jumps, at its default tolerance.

    max_events: the most reactions that one trajectory may fire; it then ends with the status "too many events".
    Raises OptionError for a limit below 1.
    """

    max_events: int = 10**12
    name = "gillespie"
    stochastic = True
    whole = True
    one_by_one = True
    remedy = "Try engine='hybrid' with other rtol= or atol="

    def __post_init__(self) -> None:
        if not (isinstance(self.max_events, Real) and self.max_events >= 1):
            raise OptionError(f"max_events={self.max_events!r}", "a number, 1 or more")

    def refusal(self, network: Network) -> str:
        """Why this engine cannot run the network and which can, or ""."""
        return ""

    def prepare(self, network: Network, t_start: float, t_end: float) -> Any:
        """Everything that all trajectories share; variables are integrated between the jumps."""
        if network.continuous.any() or network.events:
            return Hybrid("jump", max_events=self.max_events).prepare(network, t_start, t_end)
        return Run(self, network, t_start, t_end)


class Run:
    """One network between two times: its tables, its segments between input edges, and its compiled loops."""

    def __init__(self, engine: Gillespie, network: Network, t_start: float, t_end: float) -> None:
        self.engine, self.network = engine, one_way(network)
        network = self.network
        self.loops = loops("gillespie")
        unrolled = advance_address(network)
        start = (*whole_start(network, t_start, ~network.clamped), t_start)
        parts = segments(network, t_start, t_end)
        self.shared = (unrolled, start, parts, network.arguments.value, None if unrolled else _tables(network))

    def trajectories(self, seeds: Any, grid: Floats, states: Floats, control: Integers) -> Outcome:
        """One trajectory per row of ``seeds``, (n, 4) words; ``states`` (n, time, slot) are filled."""
        n = len(seeds)
        events, status, failed = (np.zeros(n, dtype=np.int64) for _ in range(3))
        last = np.empty((n, 1 + self.network.first_quantity))
        ends = (events, status, failed, last)
        self.loops.trajectories(*self.shared, seeds, grid, states, ends, self.engine.max_events, control)
        return Outcome(*ends)

    def every_event(self, seed: Any, control: Integers) -> Path:
        """One trajectory with the state after every reaction."""
        times, fired, states, (status, failed, _) = self.loops.every_event(
            *self.shared, self.network.first_quantity, seed, self.engine.max_events, control
        )
        last = np.concatenate([times[-1:], states[-1]])
        ends = (np.array([len(times) - 1]), np.array([status]), np.array([failed]), last[None])
        return Path(times, fired, states, Outcome(*ends))


@lru_cache(maxsize=16)
def _tables(network: Network) -> tuple[Any, ...]:
    """The network as the compiled loops take it; a last row of what a reaction affects stands for the start."""
    stale, affected = dependents(network)
    stale.append(list(range(len(network.quantities))))
    affected.append(list(range(len(network.reactions))))
    moved = steps(network)
    arguments, changes, reactants = network.arguments, network.changes, network.reactants
    return (
        (
            reactants.index, reactants.value.astype(np.int64), reactants.start, network.clamped, network.mass_action,
            network.static, law_address(network), network.law, arguments.index, arguments.value, arguments.start,
        ),
        (changes.index, changes.value, changes.start),
        (*flat(affected), *flat(stale)),
        network.first_quantity,
        (
            np.array([step.group if step else -1 for step in moved], dtype=np.int64),
            np.array([step.origin if step else 0 for step in moved], dtype=np.int64),
            np.array([step.target if step else 0 for step in moved], dtype=np.int64),
            np.array([network.species.index(group.watched) for group in network.multimers], dtype=np.int64),
            np.array([group.needed for group in network.multimers], dtype=np.int64),
            np.array([len(network.species) + m for m in range(len(network.multimers))], dtype=np.int64),
        ),
    )  # fmt: skip
