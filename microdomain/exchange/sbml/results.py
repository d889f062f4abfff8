"""A result in the numbers of the document that its model came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from microdomain.exchange.sbml.mathml import RATE_OF, TIME
from microdomain.exchange.sbml.read import Imported
from microdomain.exchange.sbml.values import DocumentValues, rate_of, varies

if TYPE_CHECKING:
    import xarray as xr


class ResultValues(DocumentValues):
    """By id: what formulas of the document would read at each (trajectory, time) of a dataset of paths.

    Species in amounts or concentrations, as they say; reactions are their rates; species references stoichiometries.
    """

    def __init__(self, imported: Imported, data: xr.Dataset) -> None:
        super().__init__(imported.contents)
        self.binding, self.data = imported.binding, data
        self.shape = (data.sizes["trajectory"], data.sizes["time"])
        self.column = {name: i for i, name in enumerate(data.species.values)}
        self.quantity = {name: i for i, name in enumerate(data.quantities.values)}

    def amount(self, species: str) -> Any:
        """A species in its unit of substance."""
        if self.binding.is_counted(species):
            counts = self.data.counts.values[..., self.column[self.binding.full_name(species)]]
            return counts / self.binding.items[species]
        found = self.contents.species[species]
        return self[species] if found.in_amounts else self[species] * self[found.compartment]

    def concentration(self, species: str) -> Any:
        """A species in its unit of substance over that of the size of its compartment."""
        return self.amount(species) / self[self.contents.species[species].compartment]

    def find(self, name: str) -> Any:
        contents = self.contents
        if name == TIME.name:
            found = self.data.time.values / self.binding.seconds
        elif name.startswith(RATE_OF):
            found = self.of(rate_of(contents, name.removeprefix(RATE_OF)))
        elif name in contents.reactions:
            found = self.of(contents.reactions[name].rate)
        elif name in contents.species and self.binding.is_counted(name):
            found = self.amount(name) if contents.species[name].in_amounts else self.concentration(name)
        elif varies(contents, name) and self.binding.name(name) in self.quantity:
            found = self.data.quantity.values[..., self.quantity[self.binding.name(name)]]
        else:
            found = self.binding.start.value(name)
        return np.broadcast_to(np.asarray(found, dtype=float), self.shape)
