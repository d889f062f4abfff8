"""A threshold of something that is counted or derived: when a run has reached it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mechanisms.faults import Fault, unknown
from mechanisms.names import called_in
from mechanisms.network import Network
from mechanisms.units import Given, UnitError, is_quantity, magnitude


@dataclass(frozen=True)
class Threshold:
    """column: of species, conducting complexes and quantities together; value: in molecules or the quantity's unit."""

    name: str
    column: int
    value: float
    above: bool

    def reached(self, values: Any) -> Any:
        """Which of the values, in molecules or the quantity's unit, have reached it."""
        return values >= self.value if self.above else values <= self.value

    @property
    def text(self) -> str:
        """Such as "Ca.cytosol >= 30"."""
        return f"{self.name} {'>=' if self.above else '<='} {self.value:g}"


def read_threshold(
    network: Network, watched: str, at_least: Given, at_most: Given, faults: list[Fault]
) -> Threshold | None:
    """The threshold that is meant, or None with a fault.

    watched: a species (threshold in molecules, or text such as "0.5 uM"), the conducting complexes of a multimer, or a
    derived quantity (in its unit). at_least, at_most: one of them.
    """
    species = called_in(network.species, network.places)
    names = [*network.species, *network.conducting, *network.quantities]
    full = species.get(watched, watched)
    if full not in names:
        faults.append(unknown("watched", str(watched), "species, conducting complexes and quantities", names))
        return None
    if (at_least is None) == (at_most is None):
        found = "no threshold" if at_least is None else "both at_least and at_most"
        faults.append(Fault(f"watched '{full}'", found, "at_least or at_most, one of the two"))
        return None
    given, above = (at_most, False) if at_least is None else (at_least, True)
    column = names.index(full)
    unit, size = "1", 1.0
    if column < len(network.species) and isinstance(given, str) and not is_quantity(given, "1"):
        unit, size = network.units[column], float(network.omega[column])
    elif column >= network.first_quantity:
        unit = network.laws[network.law[len(network.reactions) + column - network.first_quantity]].returns
    try:
        value = magnitude(given, unit) * size
    except UnitError as error:
        faults.append(Fault(f"threshold of '{full}'", error.found, f"a number of molecules, or {error.needed}"))
        return None
    return Threshold(full, column, value, above)
