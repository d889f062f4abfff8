"""Species that reactions change but whose molecules cannot be counted: they are read as variables."""

from __future__ import annotations

from collections.abc import Mapping

from microdomain.exchange.sbml.contents import Contents
from microdomain.exchange.sbml.unit_factors import Units
from microdomain.exchange.sbml.values import StartValues, changes_of, constant, rate_of

ROUNDING = 1e-9
"""Molecules that rounding may take from none."""
MOST = 1e9
"""How many molecules of one species a reaction may change for one of another."""


def read_uncounted(contents: Contents, units: Units, start: StartValues, shares: Mapping[str, float]) -> dict[str, str]:
    """Species that the model cannot count, and why not, or "" where no reaction changes them.

    Each is given a rate rule that says what reactions do to it. shares: molecules of a species in one unit of extent.
    """
    found = {}
    for name, species in contents.species.items():
        if name in contents.assigned or name in contents.rates:
            continue
        held = species.boundary or species.constant
        changes = [] if held else list(changes_of(contents, name))
        why = units.no_amount(species.unit)
        if not why and start.amount(name) * shares[name] < -ROUNDING:
            why = f"{start.amount(name):g} at the start"
        for reaction, by in changes:
            if not why and not constant(contents, by):
                why = f"a stoichiometry that changes in reaction '{reaction}', {by}"
            others = [p.species for side in contents.reactions[reaction].sides for p in side]
            apart = [o for o in others if not 1 / MOST < shares[name] / shares[o] < MOST and is_changed(contents, o)]
            if not why and apart:
                why = f"a unit of substance that is {shares[name] / shares[apart[0]]:g} times that of '{apart[0]}'"
        if why:
            found[name] = why if changes else ""
    for name, rate in [(name, rate_of(contents, name)) for name in found]:
        contents.rates[name] = rate
    return found


def is_changed(contents: Contents, species: str) -> bool:
    """Whether reactions change a species."""
    found = contents.species[species]
    ruled = species in contents.assigned or species in contents.rates
    return not (found.boundary or found.constant or ruled)
