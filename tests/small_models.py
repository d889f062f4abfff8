"""Small models of one compartment, or of two and the membrane between them, and the rates of their reactions."""

from typing import Any

import microdomain as md

OMEGA = 602.214076
"""Molecules per uM and fL, written out."""


def coefficient(model: md.Model, reaction: int = 0) -> float:
    """What multiplies the product of counts: the rate of a reaction in events per second with one of each."""
    network = model.network()
    return float(network.coefficients(network.values(0.0))[reaction])


def one_place(volume: Any, equation: str, **arguments: Any) -> md.Model:
    model = md.Model("one_place")
    cytosol = model.compartment("cytosol", volume)
    for name in "ABC":
        model.species(name, cytosol, 1.0)
    model.reaction(equation, **arguments)
    return model


def two_sides(equation: str = "R + L -> C", **arguments: Any) -> md.Model:
    """Cytosol of 0.4 fL inside a membrane of 1.5 um^2, outside of 3 fL."""
    model = md.Model("two_sides")
    inside, outside = model.compartment("inside", 0.4), model.compartment("outside", 3.0)
    membrane = model.membrane("membrane", 1.5, inside=inside, outside=outside)
    for name, place in (("L", inside), ("M", outside), ("R", membrane), ("C", membrane)):
        model.species(name, place, 10.0)
    model.species("Na", inside, 1.0, valence=1)
    model.species("Na", outside, 1.0, valence=1)
    model.species("Ca", inside, 1.0, valence=2)
    model.species("Ca", outside, 1.0, valence=2)
    model.reaction(equation, **arguments)
    return model
