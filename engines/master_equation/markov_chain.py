"""A network as a Markov chain on rows of whole numbers: the state, and every jump with its rate.

A row holds the molecules of each species that some reaction changes. Of a multimer it holds the number of complexes of
each composition (how many subunits are in which state): complexes of one composition are exchangeable, so that is the
whole state of theirs, and a step of a subunit becomes one jump for each composition that it may happen in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from engines.result import quantities
from engines.views import Views
from mechanisms.faults import Fault
from mechanisms.network import Floats, Integers, Network
from mechanisms.places import Multimer

NUMBERS_AT_ONCE = 1 << 22
"""Rates (state, jump) that are computed at once."""


class NegativeRate(ValueError):
    """A rate law gave a negative rate, or none: at which state."""


def refusal(network: Network) -> Fault | None:
    """Why a network is no Markov chain on whole numbers, or None."""
    if network.continuous.any():
        name = network.species[network.counted]
        return Fault(f"variable '{name}'", "a continuous variable, which is no whole number", "engine='gillespie'")
    if network.events:
        return Fault(f"event '{network.events[0]}'", "an event", "engine='gillespie', which lets it happen")
    return None


class MarkovChain:
    """One network while its inputs have the values of the time t.

    columns: names of the columns of a row; ``species`` of them are species, then come compositions.
    start: (column,) the initial state in whole molecules. steps: (jump, column) what each jump adds.
    """

    def __init__(self, network: Network, t: float) -> None:
        self.network, self.t = network, t
        self.views = Views(network, t)
        self.held = self.views.y[: network.first_quantity].copy()
        members = {state for group in network.multimers for state in group.states}
        changed = sorted({int(i) for i in network.changes.index if network.species[i] not in members})
        self.moved = np.array(changed, dtype=np.int64)
        self.columns = [network.species[i] for i in changed]
        self.groups: list[_Compositions] = []
        for m, group in enumerate(network.multimers):
            self.groups.append(_Compositions(network, group, len(network.species) + m, len(self.columns)))
            self.columns += self.groups[-1].names
        self.start = np.concatenate(
            [np.rint(network.initial[self.moved]), *(group.start for group in self.groups)]
        ).astype(np.int64)
        self._make_jumps()

    def _make_jumps(self) -> None:
        """Each jump: its reaction, the column and factor that a step in one composition is weighted by, its step."""
        column = {int(i): c for c, i in enumerate(self.moved)}
        reaction, weighted_by, factor, subunits, steps = [], [], [], [], []
        for j in range(len(self.network.reactions)):
            moves = {i: int(n) for i, n in self.network.changes.row(j)}
            base = np.zeros(len(self.columns), dtype=np.int64)
            for i in moves.keys() & column.keys():
                base[column[i]] = moves[i]
            group = next((group for group in self.groups if group.has(moves)), None)
            if group is None:
                ways: Iterator[tuple[int, int, float, int]] = iter([(-1, -1, 1.0, -1)])
            else:
                ways = group.steps(moves)
            for origin, target, among, state in ways:
                step = base.copy()
                if origin >= 0:
                    step[origin], step[target] = -1, 1
                reaction.append(j)
                weighted_by.append(origin)
                factor.append(among)
                subunits.append(state)
                steps.append(step)
        self.reaction = np.array(reaction, dtype=np.int64)
        self.weighted_by = np.array(weighted_by, dtype=np.int64)
        self.factor, self.subunits = np.array(factor), np.array(subunits, dtype=np.int64)
        self.steps = np.array(steps, dtype=np.int64).reshape(len(steps), len(self.columns))

    def slots(self, rows: Integers) -> Floats:
        """(state, slot) species and conducting complexes of rows (state, column)."""
        found = np.tile(self.held, (len(rows), 1))
        found[:, self.moved] = rows[:, : len(self.moved)]
        for group in self.groups:
            counts = rows[:, group.first : group.first + len(group.counts)]
            found[:, group.states] = counts @ group.counts
            found[:, group.slot] = counts @ group.conducts
        return found

    def jumps(self, rows: Integers) -> tuple[Integers, Integers, Floats]:
        """The jumps that leave each row: how many (state,), then state after state which, and events per second."""
        size = max(1, NUMBERS_AT_ONCE // max(len(self.steps), 1))
        parts = [self._jumps(rows[i : i + size]) for i in range(0, max(len(rows), 1), size)]
        many, which, rate = (np.concatenate(column) for column in zip(*parts, strict=True))
        return many, which, rate

    def _jumps(self, rows: Integers) -> tuple[Integers, Any, Floats]:
        slots = self.slots(rows)
        by_reaction = self.views.propensities(slots)
        rates = by_reaction[:, self.reaction]
        inside = np.flatnonzero(self.weighted_by >= 0)
        if len(inside):
            there = slots[:, self.subunits[inside]]
            share = rows[:, self.weighted_by[inside]] * self.factor[inside] / np.maximum(there, 1.0)
            rates[:, inside] *= share
        positive = rates > 0.0
        if not (positive | (rates == 0.0)).all() or np.isinf(rates).any():
            self._complain(rows, by_reaction)
        state, which = np.nonzero(positive)
        return np.bincount(state, minlength=len(rows)), which.astype(np.int32), rates[positive]

    def _complain(self, rows: Integers, rates: Floats) -> None:
        n, j = (int(k[0]) for k in np.nonzero(~((rates >= 0.0) & (rates < np.inf))))
        law = self.network.laws[self.network.law[j]].name
        raise NegativeRate(
            f"at {self.describe(rows[n])}: reaction '{self.network.reactions[j]}' has the rate {rates[n, j]:g} "
            f"by its law '{law}'. A rate law must give a number, 0 or more, wherever its reactants are present."
        )

    def describe(self, row: Integers) -> str:
        """A state in words."""
        found = [f"{name} = {n}" for name, n in zip(self.columns, row, strict=True)]
        many = [text for text, n in zip(found, row, strict=True) if n] if len(found) > 8 else found
        return ", ".join(many) or "the empty state"

    def quantities(self, rows: Integers) -> Floats:
        """(state, quantity) conducting complexes and derived quantities of rows."""
        return quantities(self.network, self.slots(rows)[:, None, :], np.array([self.t]))[:, 0]


class _Compositions:
    """The compositions of one multimer's complexes, and their columns in a row.

    counts: (composition, subunit state) subunits. conducts: (composition,) whether a complex conducts. states: the
    slots of the subunit states; slot: of the number of conducting complexes. start: (composition,) complexes.
    """

    def __init__(self, network: Network, group: Multimer, slot: int, first: int) -> None:
        self.slot, self.first = slot, first
        self.states = np.array([network.species.index(state) for state in group.states])
        self.counts = np.array(list(_compositions(group.subunits, len(group.states))), dtype=np.int64)
        self.conducts = (self.counts[:, group.states.index(group.watched)] >= group.needed).astype(np.int64)
        self.number = {tuple(row): c for c, row in enumerate(self.counts.tolist())}
        self.start = group.count * (self.counts[:, group.states.index(group.start)] == group.subunits)
        short = [state.rpartition(".")[2] for state in group.states]
        self.names = [
            f"{group.name}[{' '.join(f'{n} {name}' for n, name in zip(row, short, strict=True) if n)}]"
            for row in self.counts.tolist()
        ]

    def has(self, moves: dict[int, int]) -> bool:
        """Whether a reaction moves a subunit of this multimer."""
        return bool(set(moves) & set(self.states.tolist()))

    def steps(self, moves: dict[int, int]) -> Iterator[tuple[int, int, float, int]]:
        """Columns of the composition before and after, subunits in a complex that may step, slot of their state."""
        place = {int(slot): s for s, slot in enumerate(self.states)}
        origin = next(i for i, n in moves.items() if i in place and n < 0)
        target = next(i for i, n in moves.items() if i in place and n > 0)
        for before, row in enumerate(self.counts.tolist()):
            among = row[place[origin]]
            if among:
                row[place[origin]] -= 1
                row[place[target]] += 1
                yield self.first + before, self.first + self.number[tuple(row)], float(among), origin


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Every way to put ``total`` into so many parts."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total, -1, -1):
        for rest in _compositions(total - first, parts - 1):
            yield (first, *rest)
