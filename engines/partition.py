"""Who gets which reading: jump, leap, diffusion or flow, for each reaction."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from engines.dependencies import steps
from engines.loops.parts import DIFFUSION, FLOW, JUMP
from mechanisms.faults import Portable, nearest
from mechanisms.network import Integers, Network, Ragged

READINGS = ("jump", "jump or leap", "leap", "jump or diffusion", "diffusion", "jump or flow", "flow")
"""The readings, the most exact first; those with "or" are adaptive, jumps where molecules are few."""


class PartitionError(Portable, ValueError):
    """A partition that does not fit the network: what was found, what is allowed, and the nearest name."""

    def __init__(self, found: str, allowed: str, near: str = "") -> None:
        super().__init__(f"found {found}; allowed: {allowed}")
        self.found, self.allowed, self.near = found, allowed, near


def readings(network: Network, partition: str | Mapping[str, str]) -> Integers:
    """(R,) the reading of each reaction, an index of ``READINGS``.

    partition: one reading for all, or readings by name of a compartment or membrane, of a mechanism, or of a reaction;
    the last of these that covers a reaction counts. A place covers the reactions that change a species there; one that
    changes species in several places is read in the most exact way of those. What is not covered jumps. Variables
    always flow, and a step of a subunit that would leap, or be adaptive, jumps. Raises PartitionError for an unknown
    name or reading.
    """
    given = {"": partition} if isinstance(partition, str) else dict(partition)
    for name, reading in given.items():
        if not isinstance(reading, str) or reading not in READINGS:
            where = f"{name}: " if name else ""
            raise PartitionError(f"{where}{reading!r}", ", ".join(map(repr, READINGS)), nearest(reading, READINGS))
    places = set(network.places) - {""}
    owners = [name.partition(": ")[0] if ": " in name else "" for name in network.reactions]
    known = {"", *places, *owners, *network.reactions}
    for name in given:
        if name not in known:
            listed = sorted(known - {"", *network.reactions})
            raise PartitionError(f"'{name}'", f"{', '.join(listed)}, or a reaction", nearest(name, known))
    found = np.zeros(len(network.reactions), dtype=np.int64)
    default = given.get("", "jump")
    for j, reaction in enumerate(network.reactions):
        changed = [i for i, _ in network.changes.row(j)]
        touched = {network.places[i] for i in changed if not network.signed[i]} or {network.places[changed[0]]}
        found[j] = min(READINGS.index(given.get(place, default)) for place in touched)
        for name in (owners[j], reaction):
            if name and name in given:
                found[j] = READINGS.index(given[name])
    subunits = np.array([step is not None for step in steps(network)], dtype=bool)
    found[subunits & ~np.isin(found, (DIFFUSION, FLOW))] = JUMP
    found[network.deterministic] = FLOW
    return found


def restricted(network: Network, rows: Any) -> Network:
    """The network with some of its reactions only, (R,) bool; net fluxes remain as plain rates of either sign."""
    picked = np.flatnonzero(rows)
    count = len(network.reactions)
    behind = [*range(count, count + len(network.quantities)), *range(network.first_condition, len(network.law))]
    kept = np.array([*picked, *behind], dtype=np.int64)

    def part(ragged: Ragged, of: Any) -> Ragged:
        return Ragged.of([ragged.row(j) for j in of])

    return dataclasses.replace(
        network,
        reactions=tuple(network.reactions[j] for j in picked),
        changes=part(network.changes, picked),
        reactants=part(network.reactants, picked),
        arguments=part(network.arguments, kept),
        law=network.law[kept],
        net=np.zeros(len(picked), dtype=bool),
        affinity=np.full(len(picked), -1, dtype=np.int64),
        **{name: getattr(network, name)[picked] for name in ("rate_scale", "mass_action", "by_sign", "deterministic")},
    )
