"""Which charge a reaction carries across which membrane, from valences and sides alone.

Charge that is bound to a membrane (a pump's, a channel's) counts as outside until it is released inside.
"""

from __future__ import annotations

from mechanisms.faults import Fault
from mechanisms.places import Membrane, Place
from mechanisms.symbols import Symbols


def inward_charge(names: Symbols, net: dict[int, float], membrane: Membrane) -> int:
    """Elementary charges that one event of a reaction at a membrane carries to the inside.

    net: the change of each species. A lone ion that appears or vanishes outside has crossed too: the inside is not
    modelled then.
    """
    moved: dict[str, float] = {}
    for i, n in net.items():
        moved[names.species[i].place] = moved.get(names.species[i].place, 0.0) + n * names.species[i].valence
    if membrane.inside in moved or membrane.name in moved:
        return round(moved.get(membrane.inside, 0.0))
    return -round(moved.get(membrane.outside, 0.0))


def crossed(names: Symbols, where: str, net: dict[int, float], at: Place | None) -> Membrane | None:
    """The membrane that a reaction's charge crosses: the one that it happens at, or the one between its two sides."""
    if isinstance(at, Membrane):
        return at
    places = {names.species[i].place for i in net if names.species[i].valence}
    between = [
        place
        for place in names.model.places.values()
        if isinstance(place, Membrane) and {place.inside, place.outside} <= places
    ]
    if len(between) > 1 and any(membrane in names.charged for membrane in between):
        listed = " or ".join(f"'{membrane.name}'" for membrane in between)
        names.faults.append(Fault(where, "a charge that may cross several membranes", f"at={listed}"))
    return between[0] if len(between) == 1 else None
