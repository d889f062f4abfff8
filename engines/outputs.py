"""Derived quantities that are only looked at: left out of what runs, and computed from what was recorded."""

from __future__ import annotations

import dataclasses
from functools import lru_cache

import numpy as np

from mechanisms.network import Network, Ragged


@lru_cache(maxsize=16)
def without_outputs(network: Network) -> Network:
    """The network without derived quantities on which no rate, condition or value of an event depends.

    The states that are recorded are the same. A quantity of hundreds of species takes minutes to compile.
    """
    reactions, quantities = len(network.reactions), len(network.quantities)
    first = network.first_quantity
    needed = np.zeros(quantities, dtype=bool)
    for row in (*range(len(network.law) - 1, reactions + quantities - 1, -1), *range(reactions)):
        _mark(network, row, needed)
    for i in range(quantities - 1, -1, -1):  # each depends on those before it alone
        if needed[i]:
            _mark(network, reactions + i, needed)
    if needed.all():
        return network
    kept_slots = np.concatenate([np.ones(first, dtype=bool), needed, np.ones(network.size - network.first_input, bool)])
    slot_of = np.cumsum(kept_slots) - 1
    rows = np.flatnonzero(np.concatenate([np.ones(reactions, bool), needed, np.ones(len(network.law), bool)]))
    rows = rows[rows < len(network.law)]
    kept = [[(int(slot_of[slot]), scale) for slot, scale in network.arguments.row(row)] for row in rows.tolist()]
    affinity = np.where(network.affinity >= 0, network.affinity - int((~needed).sum()), -1)
    return dataclasses.replace(
        network,
        quantities=tuple(name for name, is_needed in zip(network.quantities, needed, strict=True) if is_needed),
        law=network.law[rows],
        arguments=Ragged.of(kept),
        affinity=affinity,
    )


def _mark(network: Network, row: int, needed: np.ndarray) -> None:
    """Mark the quantities that the law in a row reads."""
    for slot, _ in network.arguments.row(row):
        if network.first_quantity <= slot < network.first_input:
            needed[slot - network.first_quantity] = True
