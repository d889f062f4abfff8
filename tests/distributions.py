"""What tests of the master equation share: a distribution as an array, and a birth and death process."""

import numpy as np

import microdomain as md
from tests.reference import ONE_PER_UM


def of(data, name, size):
    """P(count = 0 ... size - 1) of a species or of conducting complexes, (..., count)."""
    found = md.marginal(data, name)
    return found.reindex(count=np.arange(size), fill_value=0.0).values


def births_and_deaths(birth=40.0, death=0.8, volume=ONE_PER_UM) -> md.Model:
    model = md.Model("births_and_deaths")
    cell = model.compartment("cell", volume)
    model.species("A", cell)
    model.reaction("0 -> A", k=f"{birth} 1/s")
    model.reaction("A -> 0", k=death)
    return model
