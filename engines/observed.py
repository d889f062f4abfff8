"""What can be observed of a network, by name: the columns of a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mechanisms.faults import Fault, unknown
from mechanisms.names import called_in
from mechanisms.network import Floats, Integers, Network
from mechanisms.symbols import CHARGE
from mechanisms.thermodynamics import membrane_voltage, thermal_voltage

BODY = 310.15
"""K, at which R T / F is the scale of voltages."""


def all_names(network: Network) -> tuple[str, ...]:
    """Counted species, then conducting complexes, variables and derived quantities: the columns of a dataset."""
    return (*network.species[: network.counted], *network.conducting, *network.variables, *network.quantities)


def columns_of(network: Network, names: Sequence[str]) -> Integers:
    """The places of names among all names."""
    known = all_names(network)
    return np.array([known.index(name) for name in names], dtype=np.int64)


def units_of(network: Network, names: Sequence[str]) -> list[str]:
    """Molecules, 1 of conducting complexes, or the unit of a variable or quantity."""
    counted, rows = network.counted, network.law[len(network.reactions) :]
    units = [*["molecules"] * counted, *["1"] * len(network.conducting)]
    units += network.units[counted : counted + len(network.variables)]
    units += [network.laws[rows[i]].returns for i in range(len(network.quantities))]
    return [units[column] for column in columns_of(network, names)]


def varying(network: Network) -> list[int]:
    """The counted species that reactions change and that are no charges."""
    changed = np.unique(network.changes.index).tolist()
    return [i for i in changed if i < network.counted and not network.signed[i] and not network.clamped[i]]


def voltages(network: Network) -> list[str]:
    """Of the membranes whose charge moves."""
    signed = [name for name, signed in zip(network.species, network.signed, strict=True) if signed]
    return [_voltage(charge) for charge in signed]


def scale_of_voltages(network: Network) -> Floats:
    """(column,) of ``all_names``: R T / F in mV, or in elementary charges; NaN for what is no voltage."""
    charges = network.mv_per_charge[: network.counted]
    scale = float(thermal_voltage(BODY))
    found = np.full(len(all_names(network)), np.nan)
    found[: network.counted][charges > 0] = scale / charges[charges > 0]
    first = len(found) - len(network.quantities)
    for i in range(len(network.quantities)):
        if network.laws[network.law[len(network.reactions) + i]] is membrane_voltage:
            found[first + i] = scale
    return found


def read_names(network: Network, of: str | Sequence[str], faults: list[Fault]) -> tuple[str, ...]:
    """Full names; a fault for what has none, for a charge, and for what is there twice."""
    names, called = all_names(network), called_in(network.species, network.places)
    given_names = [of] if isinstance(of, str) or not np.iterable(of) else of
    listed = [given if isinstance(given, str) else repr(given) for given in given_names]
    if not listed:
        faults.append(Fault("of", "nothing", "names of species or quantities; None for what varies"))
    found: list[str] = []
    for given in listed:
        name: Any = given if given in names else called.get(given, given)
        if name not in names:
            faults.append(unknown("of", str(given), "species and quantities", names))
        elif name in network.species and network.signed[network.species.index(name)]:
            allowed = f"its voltage, '{_voltage(name)}'"
            faults.append(Fault("of", f"'{given}', a charge, whose zero is arbitrary", allowed))
        elif name in found:
            faults.append(Fault("of", f"'{name}' twice", "each name once"))
        else:
            found.append(name)
    return tuple(found)


def _voltage(charge: str) -> str:
    return f"{charge.removeprefix(f'{CHARGE}.')}.voltage"
