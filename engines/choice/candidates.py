"""The engines that could be chosen: one reading for all places, or a more exact one where there are few molecules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engines.gillespie import Gillespie
from engines.hybrid import Hybrid
from engines.langevin import Langevin
from engines.observed import scale_of_voltages, varying
from engines.ode import ODE
from engines.partition import readings
from engines.tau_leaping import TauLeaping
from mechanisms.network import Floats, Integers, Network

PURE: dict[str, tuple[str, Any]] = {
    "ode": ("flow", ODE()),
    "langevin": ("diffusion", Langevin()),
    "tau_leaping": ("jump or leap", TauLeaping()),
    "gillespie": ("jump", Gillespie()),
}
"""Engines with one reading for all reactions."""
EXACT = "gillespie"
MOST_SPLITS = 4
"""The most ways to split the places into those that jump and the others."""


@dataclass(frozen=True)
class Candidate:
    """An engine, the reading of each place by name, and of each reaction (R,), an index of ``READINGS``."""

    engine: Any
    places: dict[str, str]
    readings: Integers

    @property
    def name(self) -> str:
        """Such as "ode", or "hybrid: cytosol flow"."""
        if not isinstance(self.engine, Hybrid):
            return str(self.engine.name)
        if isinstance(self.engine.partition, str):
            return f"hybrid: {self.engine.partition}"
        given = self.engine.partition
        return "hybrid: " + ", ".join(
            f"{' and '.join(place for place in given if given[place] == reading)} {reading}"
            for reading in dict.fromkeys(given.values())
        )

    @property
    def exact(self) -> bool:
        """Whether it is exact in law."""
        return bool(self.engine.name == EXACT)


def places_of(network: Network) -> list[str]:
    """The places in which something varies, in the order of the model; of membranes with a charge, that varies."""
    return list(dict.fromkeys(network.places[i] for i in [*varying(network), *_charges(network)]))


def _charges(network: Network) -> list[int]:
    """The charges that reactions change."""
    changed = np.unique(network.changes.index)
    return [int(i) for i in changed if network.mv_per_charge[i] > 0]


def scarcest(network: Network, copies: Floats) -> dict[str, tuple[str, float]]:
    """Of each place the species with the fewest molecules, and how many; copies: (species,) of those that are counted.

    On membranes all the states that reactions turn into each other count together, and a multimer as its complexes:
    few are in one state, but not because there are few.
    """
    found: dict[str, tuple[str, float]] = {}
    for members in _groups(network):
        name, number = network.species[members[0]], float(copies[members].sum())
        for group in network.multimers:
            if name in group.states:
                name, number = group.name, float(group.count)
        place = network.places[members[0]]
        if number < found.get(place, ("", np.inf))[1]:
            found[place] = (name, number)
    return found


def _amounts(network: Network, copies: Floats) -> dict[str, float]:
    """Of each place the molecules of what is scarcest; without any, the variance k T C / e^2 of the charge."""
    charges = {network.places[i]: scale_of_voltages(network)[i] for i in _charges(network)}
    return charges | {place: number for place, (_, number) in scarcest(network, copies).items()}


def _groups(network: Network) -> list[list[int]]:
    """Species that vary, those of one membrane that share a reaction together."""
    home = {i: [i] for i in varying(network)}
    for j in range(len(network.reactions)):
        for place in {network.places[i] for i, _ in network.changes.row(j)}:
            states = [i for i, _ in network.changes.row(j)
                      if i in home and network.units[i] != "uM" and network.places[i] == place]  # fmt: skip
            for i in states[1:]:
                if home[i] is not home[states[0]]:
                    home[states[0]].extend(home[i])
                    for k in home[i]:
                        home[k] = home[states[0]]
    return list({id(members): members for members in home.values()}.values())


def candidates(network: Network, copies: Floats, engines: Sequence[str]) -> list[Candidate]:
    """The candidates among the engines that are allowed, the least exact first, each partition of reactions once.

    copies: (species,) molecules, by which places are split: those with fewer are read more exactly.
    """
    places = places_of(network)
    found = [
        Candidate(engine, dict.fromkeys(places, reading), readings(network, reading))
        for name, (reading, engine) in PURE.items()
        if name in engines
    ]
    if "hybrid" in engines:
        amounts = _amounts(network, copies)
        ordered = sorted(places, key=amounts.__getitem__)
        seen = {(c.readings).tobytes() for c in found} | {readings(network, "jump").tobytes()}
        for partition in _partitions(ordered, [amounts[place] for place in ordered]):
            codes = readings(network, partition)
            if codes.tobytes() in seen:
                continue
            seen.add(codes.tobytes())
            given = {place: partition if isinstance(partition, str) else partition[place] for place in places}
            named = partition if isinstance(partition, str) else {p: r for p, r in given.items() if r != "jump"}
            found.append(Candidate(Hybrid(named), given, codes))
    return sorted(found, key=lambda c: -float(np.mean(c.readings)))


def _partitions(places: Sequence[str], copies: Sequence[float]) -> Iterator[str | dict[str, str]]:
    """Those with few molecules jump; the others flow, or diffuse, or the largest flow and the next diffuse."""
    yield "jump or diffusion"
    gaps = [np.log((copies[k] + 1e-3) / (copies[k - 1] + 1e-3)) for k in range(1, len(places))]
    for k in sorted(np.argsort(gaps)[::-1][:MOST_SPLITS].tolist()):
        jumping, others = places[: k + 1], places[k + 1 :]
        for diffusing in (0, 1, len(others)) if len(others) > 1 else (0, 1):
            readings_of_others = ["diffusion"] * diffusing + ["flow"] * (len(others) - diffusing)
            yield dict.fromkeys(jumping, "jump") | dict(zip(others, readings_of_others, strict=True))
