"""The Gillespie engine: exact next-event simulation (Gillespie 1977) of the jump reading of a network."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from numbers import Real
from typing import Any

import numpy as np

from engines.dependencies import readers, step_columns, touched
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
    work = "events"
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
        self.shared = (unrolled, start, parts, network.arguments.value)
        self.tables = None if unrolled else _tables(network)

    def own_tables(self) -> tuple[Any, ...] | None:
        """The tables, with what changes during a run in a copy of its own for each thread."""
        if self.tables is None:
            return None
        reactions, *others = self.tables
        return ((reactions.copy(), *loops("groups").new_groups(len(self.network.reactions))), *others)

    def trajectories(self, seeds: Any, grid: Floats, states: Floats, control: Integers) -> Outcome:
        """One trajectory per row of ``seeds``, (n, 4) words; ``states`` (n, time, slot) are filled."""
        n = len(seeds)
        events, status, failed = (np.zeros(n, dtype=np.int64) for _ in range(3))
        last = np.empty((n, 1 + self.network.first_quantity))
        ends = (events, status, failed, last)
        self.loops.trajectories(
            *self.shared, self.own_tables(), seeds, grid, states, ends, self.engine.max_events, control
        )
        return Outcome(*ends)

    def every_event(self, seed: Any, control: Integers) -> Path:
        """One trajectory with the state after every reaction."""
        times, fired, states, (status, failed, _) = self.loops.every_event(
            *self.shared, self.own_tables(), self.network.first_quantity, seed, self.engine.max_events, control
        )
        last = np.concatenate([times[-1:], states[-1]])
        ends = (np.array([len(times) - 1]), np.array([status]), np.array([failed]), last[None])
        return Path(times, fired, states, Outcome(*ends))


@lru_cache(maxsize=16)
def _tables(network: Network) -> tuple[Any, ...]:
    """The network as the compiled loops take it.

    Two rows behind those of the reactions stand for a change of everything and of nothing; one slot behind the others
    is read by everything.
    """
    groups, count, slots = loops("groups"), len(network.reactions), network.first_quantity
    arguments, reactants, changes = network.arguments, network.reactants, touched(network)
    quantities, affected = readers(network)
    reactions = np.zeros(count + 3, groups.REACTION)
    reactions["first"], reactions["second"] = _factors(network, groups.GENERAL)
    reactions["row"] = [*changes.start.tolist(), len(changes.index) + 1, len(changes.index) + 1]
    change = np.zeros(len(changes.index) + 1, groups.CHANGE)
    change["slot"], change["number"] = np.append(changes.index, slots), np.append(changes.value, 0)
    return (
        reactions,
        (
            change,
            np.append(affected.index, np.arange(count)).astype(np.uint32),
            np.append(affected.start, len(affected.index) + count).astype(np.uint32),
            np.append(quantities.index, np.arange(len(network.quantities))),
            np.append(quantities.start, len(quantities.index) + len(network.quantities)),
        ),
        (
            reactants.index, reactants.value.astype(np.int64), reactants.start, network.clamped, network.mass_action,
            network.static, law_address(network), network.law, arguments.index, arguments.value, arguments.start,
        ),
        slots,
        step_columns(network),
    )  # fmt: skip


def _factors(network: Network, general: int) -> tuple[Integers, Integers]:
    """The two slots whose product gives the rate of each reaction, the last one holding 1; or ``general``.

    Two are enough for mass action with a static constant of at most two different species.
    """
    table, one = network.reactants, network.size - 1
    length = np.diff(table.start)
    single = np.append(table.value == 1.0, [True, True])
    index = np.append(table.index, [one, one])
    at = table.start[:-1]
    simple = network.mass_action & network.static & (length <= 2)
    simple &= ((length < 1) | single[at]) & ((length < 2) | single[np.minimum(at + 1, len(index) - 1)])
    first, second = np.where(length > 0, index[at], one), np.where(length > 1, index[at + 1], one)
    pad = [general] * 3
    return np.append(np.where(simple, first, general), pad), np.append(np.where(simple, second, general), pad)
