"""Which rates change after which reaction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mechanisms.network import Integers, Network


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
    found: list[Step | None] = []
    for j in range(len(network.reactions)):
        moved = {n: i for i, n in network.changes.row(j) if i in group_of}
        found.append(Step(group_of[moved[-1.0]], moved[-1.0], moved[1.0]) if moved else None)
    return found


def dependents(network: Network) -> tuple[list[list[int]], list[list[int]]]:
    """For each reaction, the derived quantities to recompute (in order) and the reactions whose rates may change."""
    reactions, first = len(network.reactions), network.first_quantity
    readers: dict[int, list[int]] = {}
    for row in range(reactions + len(network.quantities)):
        slots = [] if row < reactions and network.static[row] else [slot for slot, _ in network.arguments.row(row)]
        if row < reactions:
            slots += [slot for slot, _ in network.reactants.row(row)]
        for slot in set(slots):
            if slot < network.first_input:
                readers.setdefault(slot, []).append(row)
    stale, affected = [], []
    for j, step in enumerate(steps(network)):
        reached = {slot for slot, _ in network.changes.row(j)}
        if step is not None:
            watched = network.species.index(network.multimers[step.group].watched)
            if watched in (step.origin, step.target):
                reached.add(len(network.species) + step.group)
        front, rows = list(reached), set()
        while front:
            for row in readers.get(front.pop(), ()):
                if row not in rows:
                    rows.add(row)
                    if row >= reactions:
                        front.append(first + row - reactions)
        stale.append(sorted(row - reactions for row in rows if row >= reactions))
        affected.append(sorted(row for row in rows if row < reactions))
    return stale, affected


def flat(rows: list[list[int]]) -> tuple[Integers, Integers]:
    """Rows end to end, and where each begins."""
    start = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([len(row) for row in rows], out=start[1:])
    return np.array([i for row in rows for i in row], dtype=np.int64), start
