"""The volumes at which a model is asked: how they are read, and the model there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from engines.request import RequestError
from mechanisms.faults import Fault, unknown
from mechanisms.network import Floats, Network
from mechanisms.places import Compartment
from mechanisms.values import read_positive
from mechanisms.variants import CHANNELS, FIXED

SAME = 1e-9
"""Volumes that differ by a smaller part, as conversions of units leave it, are the same."""


class Scalable(Protocol):
    """A model: whatever has a network, places with sizes, and can be made in another size."""

    @property
    def places(self) -> Mapping[str, Any]:
        """Compartments and membranes, with their sizes, by name."""

    @property
    def multimers(self) -> Mapping[str, Any]:
        """Complexes of subunits, with their numbers, by name."""

    @property
    def all_species(self) -> Mapping[str, Any]:
        """What is counted, by name."""

    def network(self) -> Network:
        """The arrays to simulate."""

    def scaled(self, factor: float, *, fixed: str, nearest: bool) -> Any:
        """The same model in another volume."""


@dataclass(frozen=True)
class Size:
    """One volume in fL, the model there, and its network.

    whole: names of complexes, and of what is given as a count, with their numbers and those that the density asks for.
    """

    volume: float
    model: Any
    network: Network
    whole: tuple[tuple[str, float, float], ...]

    def rounded(self, least: float) -> list[str]:
        """What is off its density by a part of more than ``least``, in words."""
        off = [one for one in self.whole if abs(one[1] - one[2]) > least * one[2]]
        return [f"{number:g} {name} where the density asks for {wanted:.3g}" for name, number, wanted in off]


def check_scalable(model: Any, asked: str) -> None:
    """Raise RequestError, of ``asked``, for what is no model."""
    if isinstance(model, type) or not hasattr(model, "scaled"):
        allowed = "a model, such as microdomain.models.ip3_microdomain()"
        raise RequestError([Fault("model", f"{model!r}", allowed)], asked)


def read_compartment(model: Scalable, given: Any, network: Network, names: Sequence[str], faults: list[Fault]) -> str:
    """The compartment whose volume is meant: the one given, or the first that one of the ``names`` is in, or any."""
    compartments = [name for name, place in model.places.items() if isinstance(place, Compartment)]
    name = given.name if isinstance(given, Compartment) else given
    if not compartments:
        allowed = "a model with a compartment; simulate(engine='auto') needs none"
        faults.append(Fault("compartment", "a model without compartments", allowed))
        return ""
    if name is not None:
        name = name if isinstance(name, str) else repr(name)
        if name not in compartments:
            faults.append(unknown("compartment", name, "compartments", compartments))
        return name
    homes = dict(zip(network.species, network.places, strict=True))
    return next(home for home in (*map(homes.get, names), *compartments) if home in compartments)


def read_volumes(model: Scalable, given: Any, place: str, fixed: Any, faults: list[Fault], fewest: int = 1) -> Floats:
    """(volume,) in fL, increasing, at least ``fewest``; None means that of ``place``. Also checks what stays fixed."""
    if not isinstance(fixed, str) or fixed not in FIXED:
        faults.append(unknown("fixed", str(fixed), "what may stay fixed while volumes change", FIXED))
    if given is None:
        given = [model.places[place].size] if place in model.places else [1.0]
    listed = [given] if isinstance(given, str) or not np.iterable(given) else list(given)
    if len(listed) < fewest:
        allowed = f"{fewest} or more different volumes, such as ['0.1 fL', '1 fL', '10 fL']"
        faults.append(Fault("volumes", f"{len(listed)} volume" + "s" * (not listed), allowed))
    before = len(faults)
    found = np.sort([read_positive("volumes", value, "fL", faults) for value in listed])
    for k in np.flatnonzero(np.diff(found) <= SAME * found[1:]) if len(faults) == before else ():
        faults.append(Fault("volumes", f"{found[k]:g} fL twice", "each volume once"))
    return found


def sizes(model: Scalable, volumes: Floats, place: str, fixed: str) -> list[Size]:
    """The model at volumes in fL of ``place``, with whole numbers of channels."""
    states = {state for group in model.multimers.values() for state in group.states}
    counted = [name for name, species in model.all_species.items() if species.count and name not in states]
    found = []
    for volume in volumes.tolist():
        factor = volume / model.places[place].size
        one = model.scaled(factor, fixed=fixed, nearest=True)
        grown = 1.0 if fixed == CHANNELS else factor
        whole = [(name, one.multimers[name].count, grown * group.count) for name, group in model.multimers.items()]
        whole += [(name, one.all_species[name].count, grown * model.all_species[name].count) for name in counted]
        found.append(Size(volume, one, one.network(), tuple(whole)))
    return found
