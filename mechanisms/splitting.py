"""Net fluxes split into two one-way rates by local detailed balance, for every reading that needs their noise.

A net flux J with the affinity A becomes

    forward = J / (1 - exp(-A)),    backward = J / (exp(A) - 1),    forward / backward = exp(A),

with their common limit where J and A vanish. The difference is J: the mean field does not change. A linear (ohmic)
current g (V - E) has no unique split: this one obeys the flux ratio of Ussing 1949, and so does the flux of Goldman,
Hodgkin and Katz. ``split="sign"`` gives a reaction the least noise instead: |J| in the direction of J. It is wrong near
equilibrium, where it has none.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from mechanisms.net_flux import direction, pair_of
from mechanisms.network import Network, Ragged
from mechanisms.symbols import Terms

SPLITS = ("ussing", "sign")
"""The ways to split a net flux."""


def one_way(network: Network, rows: Any = None) -> Network:
    """The same network with net fluxes split in two: "name" and "name (back)".

    rows: (R,) which reactions to split; by default every net flux. Where there is none, the network itself.
    """
    wanted = network.net if rows is None else network.net & np.asarray(rows)
    if not wanted.any():
        return network
    laws = {law: number for number, law in enumerate(network.laws)}
    columns: dict[str, list[Any]] = {name: [] for name in ("reactions", "changes", "reactants", "origin")}
    calls: list[tuple[int, Terms]] = []
    for j in range(len(network.reactions)):
        name, changes, reactants = network.reactions[j], network.changes.row(j), network.reactants.row(j)
        directions = [(name, changes, reactants, (int(network.law[j]), network.arguments.row(j)))]
        if wanted[j]:
            pair, arguments = pair_of(network, j)
            halves = (direction(pair, bool(network.by_sign[j]), forward) for forward in (True, False))
            split = [laws.setdefault(law, len(laws)) for law in halves]
            back = [(i, -n) for i, n in changes]
            directions = [(name, changes, reactants, (split[0], arguments))]
            directions.append((f"{name} (back)", back, _products(network, reactants, changes), (split[1], arguments)))
        for title, changed, used, call in directions:
            columns["reactions"].append(title)
            columns["changes"].append(changed)
            columns["reactants"].append(used)
            calls.append(call)
        columns["origin"] += [j] * len(directions)
    origin = np.array(columns.pop("origin"), dtype=np.int64)
    behind = len(network.reactions)
    kept = np.flatnonzero(network.net & ~wanted)
    others = [*range(behind, behind + len(network.quantities)), *(int(network.affinity[j]) for j in kept)]
    others += range(network.first_condition, len(network.law))
    affinity = np.full(len(origin), -1, dtype=np.int64)
    for n, j in enumerate(kept.tolist()):
        affinity[np.flatnonzero(origin == j)] = len(origin) + len(network.quantities) + n
    calls += [(int(network.law[row]), network.arguments.row(row)) for row in others]
    return dataclasses.replace(
        network,
        reactions=tuple(columns["reactions"]),
        changes=Ragged.of(columns["changes"]),
        reactants=Ragged.of(columns["reactants"]),
        rate_scale=network.rate_scale[origin],
        mass_action=network.mass_action[origin],
        deterministic=network.deterministic[origin],
        net=(network.net & ~wanted)[origin],
        by_sign=network.by_sign[origin],
        affinity=affinity,
        laws=tuple(laws),
        law=np.array([law for law, _ in calls], dtype=np.int64),
        arguments=Ragged.of([arguments for _, arguments in calls]),
    )


def _products(network: Network, reactants: Terms, changes: Terms) -> Terms:
    """The right-hand side: what must be there for the reaction to happen backward."""
    found = dict(reactants)
    for i, n in changes:
        if not network.signed[i]:
            found[i] = found.get(i, 0.0) + n
    return [(i, n) for i, n in found.items() if n]
