"""A network as the flat arrays that ``engines/loops/flow.py`` reads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from engines.dependencies import flat
from engines.derivatives import gradient_address
from engines.kernel import law_address
from engines.loops.flow import COLUMNS, HEADER, SIZES, WEIGHTS
from mechanisms.network import Floats, Integers, Network


@dataclass(frozen=True, eq=False)
class FlowTables:
    """The pattern of the Jacobian by compressed rows, and what ``rates`` in the loops is made of."""

    network: Network
    indptr: Integers
    indices: Integers
    plan: Integers
    weights: Floats
    slot: Integers
    scale: Floats

    def rates(self, coefficients: Floats, laws: bool = True, jacobian: bool = True) -> tuple[Any, ...]:
        """``rates`` of the loops with the coefficients of one segment, (reactions,).

        laws, jacobian: whether laws, and their derivatives, are wanted, which are compiled apart.
        """
        weights = np.concatenate([coefficients, self.weights[len(coefficients) :]])
        law = law_address(self.network) if laws else 0
        gradient = gradient_address(self.network) if laws and jacobian else 0
        return law, gradient, self.plan, weights, self.slot, self.scale


def with_own_weights(rates: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same, but for the weights: the loops write the coefficients of each segment there, side by side."""
    law, gradient, plan, weights, slot, scale = rates
    return law, gradient, plan, weights.copy(), slot, scale


def supports(network: Network) -> list[list[int]]:
    """The species that each multimer and then each derived quantity depends on."""
    reactions, species = len(network.reactions), len(network.species)
    found = [[network.species.index(group.watched)] for group in network.multimers]
    for i in range(len(network.quantities)):
        found.append(species_behind([slot for slot, _ in network.arguments.row(reactions + i)], found, species))
    return found


@lru_cache(maxsize=16)
def tables(network: Network, counted: tuple[bool, ...] = ()) -> FlowTables:
    """The tables of a network, by which the loops compute its rates, drift and Jacobian.

    counted: of each multimer, whether its conducting complexes are counted and not read in the mean field.
    """
    species, reactions = len(network.species), len(network.reactions)
    arguments, changes, reactants, multimers = network.arguments, network.changes, network.reactants, network.multimers
    support = supports(network)
    depends = []
    for j in range(reactions):
        slots = [] if network.static[j] else [slot for slot, _ in arguments.row(j)]
        if network.mass_action[j]:
            slots += [slot for slot, _ in reactants.row(j)]
        depends.append(species_behind(slots, support, species))
    pairs = [(i, s) for j in range(reactions) for s in depends[j] for i, _ in changes.row(j)]
    keys = np.array([i * species + s for i, s in pairs], dtype=np.int64)
    pattern, entry = np.unique(np.concatenate([keys, np.arange(species) * (species + 1)]), return_inverse=True)
    indptr = np.searchsorted(pattern // species, np.arange(species + 1)).astype(np.int64)
    moved = set(changes.index.tolist())
    following = [i for i in range(len(network.quantities)) if moved.intersection(support[len(multimers) + i])]
    sizes = {
        "SPECIES": species,
        "REACTIONS": reactions,
        "MULTIMERS": len(multimers),
        "QUANTITIES": len(network.quantities),
        "MOVING": len(following),
        "MOST_ARGUMENTS": int(np.diff(arguments.start).max(initial=0)),
    }
    columns: dict[str, Any] = {
        "LAW": network.law,
        "ARGUMENTS": arguments.start,
        "MASS_ACTION": network.mass_action,
        "STATIC": network.static,
        "REACTANTS": reactants.start,
        "REACTANT": reactants.index,
        "ORDER": reactants.value,
        "CHANGES": changes.start,
        "CHANGED": changes.index,
        "MOVED": following,
        "CLAMPED": network.clamped,
        "ENTRY": entry[: len(keys)],
        "WATCHED": [network.species.index(group.watched) for group in multimers],
        "COMPLEXES": [group.count for group in multimers],
        "SUBUNITS": [group.subunits for group in multimers],
        "NEEDED": [group.needed for group in multimers],
        "COUNTED": counted or [False] * len(multimers),
    }
    columns["SPECIES_BEHIND"], columns["DEPENDS"] = flat(depends)
    columns["SUPPORTING"], columns["SUPPORT"] = flat(support)
    weights = {"COEFFICIENT": np.zeros(reactions), "CHANGE": changes.value}
    plan, values = _plan(sizes, columns, weights)
    return FlowTables(network, indptr, pattern % species, plan, values, arguments.index, arguments.value)


def _plan(sizes: dict[str, int], columns: dict[str, Any], weights: dict[str, Floats]) -> tuple[Integers, Floats]:
    """Columns end to end behind a header that says where each begins."""
    header, parts, at = [sizes[name] for name in SIZES], [], len(HEADER)
    for name in COLUMNS:
        parts.append(np.asarray(columns[name], dtype=np.int64))
        header.append(at)
        at += len(parts[-1])
    starts = np.cumsum([0, *(len(weights[name]) for name in WEIGHTS)])
    header += starts[:-1].tolist()
    return np.concatenate([header, *parts]).astype(np.int64), np.concatenate([weights[name] for name in WEIGHTS])


def species_behind(slots: list[int], support: list[list[int]], species: int) -> list[int]:
    """The species that a set of slots depends on, through conducting complexes and quantities."""
    found: set[int] = set()
    for slot in slots:
        if slot < species:
            found.add(slot)
        elif slot - species < len(support):
            found.update(support[slot - species])
    return sorted(found)
