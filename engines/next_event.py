"""Exact next-event simulation at rates that stay from one reaction to the next: written-out steps, or tables."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from engines.dependencies import readers, step_columns, touched
from engines.kernel import law_address, loops
from engines.result import Outcome, Path
from engines.segments import segments, whole_start
from engines.unroll import advance_address
from mechanisms.network import Floats, Integers, Network
from mechanisms.splitting import one_way


class Run:
    """One network between two times: its tables, its segments between input edges, and its compiled loops."""

    def __init__(self, network: Network, t_start: float, t_end: float, max_events: int = 10**12) -> None:
        self.max_events, self.network = max_events, one_way(network)
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
        self.loops.trajectories(*self.shared, self.own_tables(), seeds, grid, states, ends, self.max_events, control)
        return Outcome(*ends)

    def every_event(self, seed: Any, control: Integers) -> Path:
        """One trajectory with the state after every reaction."""
        times, fired, states, (status, failed, _) = self.loops.every_event(
            *self.shared, self.own_tables(), self.network.first_quantity, seed, self.max_events, control
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
