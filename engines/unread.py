"""What an engine needs not know: derived quantities that are results alone."""

from __future__ import annotations

import dataclasses
from functools import lru_cache

import numpy as np

from mechanisms.network import Network, Ragged
from mechanisms.symbols import CONSTANT


@lru_cache(maxsize=16)
def without_unread(network: Network) -> Network:
    """The network with a constant for each derived quantity that no rate, event or other quantity reads.

    Results have them from the states that are recorded; engines would compile and compute them for nothing.
    """
    unread = _unread(network)
    if not unread:
        return network
    laws = list(dict.fromkeys([*network.laws, CONSTANT]))
    law = network.law.copy()
    law[unread] = laws.index(CONSTANT)
    numbers, law = np.unique(law, return_inverse=True)
    rows = [network.arguments.row(row) for row in range(len(law))]
    for row in unread:
        rows[row] = [(network.size - 1, 1.0)]
    return dataclasses.replace(
        network, laws=tuple(laws[i] for i in numbers), law=law.astype(np.int64), arguments=Ragged.of(rows)
    )


def _unread(network: Network) -> list[int]:
    """The rows of ``law`` of quantities that nothing reads."""
    start, index = network.arguments.start, network.arguments.index
    first, count = len(network.reactions), len(network.quantities)
    read = np.zeros(count, dtype=bool)
    found = np.concatenate([index[: start[first]], index[start[first + count] :]])
    while len(found):
        numbers = np.unique(found[(found >= network.first_quantity) & (found < network.first_input)])
        new = [i for i in (numbers - network.first_quantity).tolist() if not read[i]]
        read[new] = True
        found = np.concatenate([index[:0], *(index[start[first + i] : start[first + i + 1]] for i in new)])
    return (first + np.flatnonzero(~read)).tolist()
