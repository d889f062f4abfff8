"""Calcium between the ER and a microdomain of cytosol: five IP3 receptors, five SERCA pumps and a leak.

The closed-cell model of De Young & Keizer in elementary steps, in the volume of the STEPS example: 0.16572 fL of
cytosol beside 0.0307 fL of ER. About 20 free calcium ions are in the cytosol.
"""

from __future__ import annotations

from mechanisms.calcium.er_leak import ERLeak
from mechanisms.calcium.serca import ElementarySERCA
from mechanisms.ip3.de_young_keizer import DeYoungKeizer
from mechanisms.model import Model
from mechanisms.units import Given, magnitude

VOLUME = 0.16572
"""Cytosol in fL (the IP3 receptor example of STEPS)."""
ER_FRACTION = 0.185
"""ER over cytosol (De Young & Keizer 1992)."""


def ip3_microdomain(ip3: Given = 0.2, volume: Given = VOLUME, clamped: bool = True) -> Model:
    """The microdomain at a concentration of IP3.

    ip3: uM; volume: of the cytosol in fL: receptors, pumps and permeabilities grow with it, so that densities are those
    of the original. clamped: IP3 is held; otherwise the receptors take up what they bind.
    Raises ModelError, when used, where the volume does not hold a whole number of channels at the original density.
    """
    size = magnitude(volume, "fL")
    model = Model("ip3_microdomain")
    cytosol = model.compartment("cytosol", VOLUME)
    er = model.compartment("er", ER_FRACTION * VOLUME)
    # Taken as a sphere; the area cancels in every rate of this model.
    membrane = model.membrane("er_membrane", 4.836 * (ER_FRACTION * VOLUME) ** (2 / 3), inside=er, outside=cytosol)
    model.species("Ca", cytosol, 0.03307, valence=2)
    model.species("Ca", er, 10.81, valence=2)
    model.species("IP3", cytosol, ip3, clamped=clamped)
    model.add(DeYoungKeizer(), name="IP3R", cytosol=cytosol, er=er, membrane=membrane)
    model.add(ElementarySERCA(), name="SERCA", cytosol=cytosol, er=er, membrane=membrane)
    model.add(ERLeak(), name="leak", cytosol=cytosol, er=er)
    return model if size == VOLUME else model.scaled(size / VOLUME)
