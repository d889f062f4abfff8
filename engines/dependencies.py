"""Which rates change after which reaction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mechanisms.network import Integers, Network, Ragged


@dataclass(frozen=True)
class Step:
    """What a reaction does to a multimer: which multimer, from which species to which."""

    group: int
    origin: int
    target: int


def steps(network: Network) -> list[Step | None]:
    """For each reaction, the step of a subunit that it is, or None."""
    index = {name: i for i, name in enumerate(network.species)}
    group_of = {index[s]: m for m, group in enumerate(network.multimers) for s in group.states}
    found: list[Step | None] = [None] * len(network.reactions)
    moving = np.flatnonzero(np.isin(network.changes.index, list(group_of)))
    for j in set((np.searchsorted(network.changes.start, moving, side="right") - 1).tolist()):
        moved = {n: i for i, n in network.changes.row(j) if i in group_of}
        found[j] = Step(group_of[moved[-1.0]], moved[-1.0], moved[1.0])
    return found


def step_columns(network: Network) -> tuple[Integers, ...]:
    """The steps of subunits as the loops take them.

    By reaction: the multimer, or -1, and the species from and to which a subunit steps. By multimer: the state that is
    watched, how many subunits must be in it, and the slot of the count of conducting complexes.
    """
    done, groups = steps(network), network.multimers
    columns = (
        [step.group if step else -1 for step in done],
        [step.origin if step else 0 for step in done],
        [step.target if step else 0 for step in done],
        [network.species.index(group.watched) for group in groups],
        [group.needed for group in groups],
        [len(network.species) + m for m in range(len(groups))],
    )
    return tuple(np.array(column, dtype=np.int64) for column in columns)


def touched(network: Network) -> Ragged:
    """What each reaction changes and by how much; a count of conducting complexes that it may change, by 0."""
    if not network.multimers:
        return network.changes
    rows = []
    for j, step in enumerate(steps(network)):
        row = network.changes.row(j)
        if step is not None:
            watched = network.species.index(network.multimers[step.group].watched)
            if watched in (step.origin, step.target):
                row.append((len(network.species) + step.group, 0.0))
        rows.append(row)
    return Ragged.of(rows)


@dataclass(frozen=True)
class Readers:
    """For each species and count of conducting complexes, the rows of some kind that must be computed again after it.

    index[start[slot] : start[slot + 1]] are the rows of ``slot``, increasing.
    """

    index: Integers
    start: Integers

    def of(self, slot: int) -> list[int]:
        """The rows that depend on a slot."""
        found: list[int] = self.index[self.start[slot] : self.start[slot + 1]].tolist()
        return found


def readers(network: Network) -> tuple[Readers, Readers]:
    """What depends on each slot, by itself or through derived quantities: quantities, and reactions."""
    reactions, first = len(network.reactions), network.first_quantity
    rows = reactions + len(network.quantities)
    behind: list[set[int]] = []  # the slots that each quantity depends on
    for i in range(len(network.quantities)):
        named = [slot for slot, _ in network.arguments.row(reactions + i) if slot < network.first_input]
        direct = {slot for slot in named if slot < first}
        behind.append(direct.union(*(behind[slot - first] for slot in named if slot >= first)))
    slot, row = (
        np.concatenate(parts)
        for parts in zip(_entries(network.arguments, rows), _entries(network.reactants, reactions), strict=True)
    )
    slot, row = slot[slot < network.first_input], row[slot < network.first_input]
    derived = slot >= first
    through = [
        (s, j) for q, j in zip(slot[derived].tolist(), row[derived].tolist(), strict=True) for s in behind[q - first]
    ]
    pairs = np.array(through, dtype=np.int64).reshape(-1, 2)
    slot, row = np.append(slot[~derived], pairs[:, 0]), np.append(row[~derived], pairs[:, 1])
    slot, row = np.divmod(np.unique(slot * rows + row), max(rows, 1))
    later = row >= reactions
    return _by_slot(slot[later], row[later] - reactions, first), _by_slot(slot[~later], row[~later], first)


def dependents(network: Network) -> tuple[list[list[int]], list[list[int]]]:
    """For each reaction, the derived quantities to recompute (in order) and the reactions whose rates may change."""
    changes = touched(network)
    found = []
    for read in readers(network):
        rows = [{i for slot, _ in changes.row(j) for i in read.of(slot)} for j in range(len(changes))]
        found.append([sorted(row) for row in rows])
    return found[0], found[1]


def _entries(table: Ragged, rows: int) -> tuple[Integers, Integers]:
    """Index and row of every entry of the first rows of a table."""
    end = table.start[rows]
    return table.index[:end], np.repeat(np.arange(rows), np.diff(table.start[: rows + 1]))


def _by_slot(slot: Integers, row: Integers, slots: int) -> Readers:
    return Readers(row, np.searchsorted(slot, np.arange(slots + 1)))


def flat(rows: list[list[int]]) -> tuple[Integers, Integers]:
    """Rows end to end, and where each begins."""
    start = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([len(row) for row in rows], out=start[1:])
    return np.array([i for row in rows for i in row], dtype=np.int64), start
