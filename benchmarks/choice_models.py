"""The models on which the choice of an engine is judged: each with 60 molecules for a concentration of 1 uM."""

from __future__ import annotations

import microdomain as md

VOLUME = 60 / 602.214076
"""fL, in which 1 uM is 60 molecules."""


def cell(name: str, *reactions: tuple[str, float] | tuple[str, float, float], **start: float) -> md.Model:
    """One compartment, species with concentrations in uM, reactions with one constant or two, in uM and s."""
    model = md.Model(name)
    place = model.compartment("cell", VOLUME)
    for species, concentration in start.items():
        model.species(species, place, concentration)
    for equation, *constants in reactions:
        model.reaction(equation, **dict(zip(("k", "k_back"), constants, strict=False)))
    return model


def births() -> md.Model:
    """Immigration and death: Poisson."""
    return cell("births", ("0 <-> A", 1.0, 1.0), A=1.0)


def dimer() -> md.Model:
    """2 A <-> B in a closed cell, with a third of A in dimers."""
    return cell("dimer", ("2 A <-> B", 0.4, 1.0), A=1.0, B=0.25)


def isomerisation() -> md.Model:
    """A <-> B in a closed cell, with a fifth in B: binomial."""
    return cell("isomerisation", ("A <-> B", 0.5, 2.0), A=1.0, B=0.0)


def enzyme() -> md.Model:
    """Few enzymes turn over a substrate, which is slowly made again."""
    return cell("enzyme", ("E + S <-> ES", 20.0, 5.0), ("ES -> E + P", 10.0), ("P -> S", 0.5), E=0.1, S=1.0, ES=0, P=0)


def schloegl() -> md.Model:
    """Two stable concentrations, 0.2 and 1.8 uM, with a barrier at 0.8 uM that rises with the volume."""
    rates = [("0 <-> X", 0.576, 3.92), ("2 X <-> 3 X", 5.6, 2.0)]
    return cell("Schloegl", *rates, X=0.2)


def telegraph() -> md.Model:
    """A few plasmids switch on and off, and make mRNA while they are on."""
    model = md.Model("telegraph")
    place = model.compartment("cell", VOLUME)
    model.species("off", place, count=1)
    model.species("on", place, count=1)
    model.species("mRNA", place, 0.5)
    model.reaction("off <-> on", k=0.5, k_back=0.5)
    model.reaction("on -> on + mRNA", k=30.0)
    model.reaction("mRNA -> 0", k=1.0)
    return model


def bursts() -> md.Model:
    """Little mRNA makes much protein."""
    rates = [("0 <-> mRNA", 0.1, 1.0), ("mRNA -> mRNA + protein", 10.0), ("protein -> 0", 0.1)]
    return cell("bursts", *rates, mRNA=0.1, protein=10.0)


@md.rate_law(ca="uM", most="1/s", k="uM", returns="1/s")
def opening(ca, most, k):
    """most ca^3 / (k^3 + ca^3)"""
    return most * ca**3 / (k**3 + ca**3)


def excitable() -> md.Model:
    """Six channels that calcium opens: at rest all are closed in the mean field, and now and then they puff."""
    model = md.Model("excitable")
    place = model.compartment("cell", VOLUME)
    membrane = model.membrane("store", 1.0, outside=place)
    model.species("Ca", place, 0.1)
    model.species("closed", membrane, count=6)
    model.species("open", membrane, count=0)
    model.reaction("closed -> open", opening, ca="Ca.cell", most=30.0, k=1.0)
    model.reaction("open -> closed", k=10.0)
    model.reaction("open -> open + Ca.cell", k=600.0)
    model.reaction("0 <-> Ca.cell", at=place, k=5.0, k_back=50.0)
    return model


def spine() -> md.Model:
    """A spine beside a dendrite that is a hundred times larger: calcium crosses, and is bound in the spine."""
    model = md.Model("spine")
    head, dendrite = model.compartment("spine", VOLUME), model.compartment("dendrite", 100 * VOLUME)
    for place in (head, dendrite):
        model.species("Ca", place, 0.5)
        model.reaction(f"0 <-> Ca.{place.name}", k=1.0, k_back=2.0)
    model.species("buffer", head, 1.0)
    model.species("bound", head, 0.25)
    model.reaction("Ca.spine + buffer.spine <-> bound.spine", k=5.0, k_back=10.0)
    model.reaction("Ca.spine -> Ca.dendrite", k=10.0)
    model.reaction("Ca.dendrite -> Ca.spine", k=0.1)
    return model
