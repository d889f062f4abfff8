"""What the arguments of a choice mean; every fault is found before anything runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np

from engines.request import ENGINES
from mechanisms.faults import Fault, unknown
from mechanisms.names import called_in
from mechanisms.network import Floats, Network
from mechanisms.units import Given, UnitError, magnitude


def read_engines(network: Network, given: Sequence[str] | None, faults: list[Fault]) -> tuple[str, ...]:
    """The names of the engines that may be chosen: those that are given, or all that can run the network."""
    if given is None:
        return tuple(name for name, engine in ENGINES.items() if not engine().refusal(network))
    listed = (given,) if isinstance(given, str) else tuple(given)
    for name in listed:
        if name not in ENGINES:
            faults.append(unknown("engines", str(name), "engines", ENGINES))
        elif reason := ENGINES[name]().refusal(network):
            faults.append(Fault(f"engine '{name}'", reason, "engines that can run this network"))
    if not listed:
        faults.append(Fault("engines", "none", f"some of {', '.join(ENGINES)}"))
    return listed


def read_compartment(
    places: Mapping[str, Any], given: str | None, network: Network, names: Sequence[str], faults: list[Fault]
) -> str:
    """The compartment whose volume is meant: the one given, or the first that one of the ``names`` is in, or any."""
    compartments = [name for name, place in places.items() if place.unit == "fL"]
    if not compartments:
        faults.append(Fault("compartment", "a model without compartments", "a model with a compartment"))
        return ""
    if given is not None and given not in compartments:
        faults.append(unknown("compartment", str(given), "compartments", compartments))
    if given is not None:
        return given
    homes = dict(zip(network.species, network.places, strict=True))
    return next(home for home in (*map(homes.get, names), *compartments) if home in compartments)


def read_volumes(places: Mapping[str, Any], given: Any, place: str, faults: list[Fault]) -> Floats:
    """(volume,) in fL, increasing; None means that of ``place``."""
    if given is None:
        return np.array([places[place].size]) if place in places else np.ones(1)
    listed = [given] if isinstance(given, str) or np.ndim(given) == 0 else list(given)
    found = [size for value in listed if (size := read_positive("volumes", value, "fL", faults)) is not None]
    if not listed:
        faults.append(Fault("volumes", "none", 'volumes such as ["0.05 fL", "1 fL"]'))
    return np.unique(found) if found else np.ones(1)


def read_positive(where: str, given: Given, unit: str, faults: list[Fault]) -> float | None:
    """A value above 0 in ``unit``; None where none is given, or with a fault."""
    if given is None:
        return None
    try:
        value = magnitude(given, unit)
    except UnitError as error:
        faults.append(Fault(where, error.found, error.needed))
        return None
    if not value > 0:
        faults.append(Fault(where, f"{given!r}", f"more than 0 {unit}"))
        return None
    return value


def read_diffusion(network: Network, given: Mapping[str, Given], faults: list[Fault]) -> dict[str, float]:
    """um^2/s by full name of species."""
    called = called_in(network.species, network.places)
    found: dict[str, float] = {}
    for name, value in given.items():
        if name not in called:
            faults.append(unknown("diffusion", str(name), "species", network.species))
            continue
        coefficient = read_positive(f"diffusion of '{name}'", value, "um^2/s", faults)
        if coefficient is not None:
            found[called[name]] = coefficient
    return found


def check_number(where: str, given: Any, low: float, high: float, faults: list[Fault]) -> None:
    """Append a fault for what is no number between the two."""
    if isinstance(given, bool) or not isinstance(given, Real) or not low < float(given) < high:
        limit = f"a number between {low:g} and {high:g}" if high < np.inf else f"a number above {low:g}"
        faults.append(Fault(where, f"{given!r}", limit))
