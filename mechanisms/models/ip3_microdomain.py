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


def ip3_microdomain(
    ip3: Given = 0.2,
    volume: Given = VOLUME,
    channels: int | None = None,
    pumps: int | None = None,
    clamped: bool = True,
) -> Model:
    """The microdomain at a concentration of IP3.

    ip3: uM. volume: of the cytosol in fL; the ER is 0.185 of it. channels, pumps: how many IP3 receptors and SERCA
    pumps; by default as dense as in the original, five of each in 0.16572 fL. clamped: IP3 is held; otherwise the
    receptors take up what they bind. Raises UnitError for a volume that is none; ModelError, when used, where no whole
    number of receptors or pumps has the original density.
    """
    size = magnitude(volume, "fL")
    if channels is None and pumps is None:
        model = _microdomain(ip3, VOLUME, {}, {}, clamped)
        return model if size == VOLUME else model.scaled(size / VOLUME)
    receptors = {} if channels is None else {"channels": channels}
    return _microdomain(ip3, size, receptors, {} if pumps is None else {"pumps": pumps}, clamped)


def _microdomain(ip3: Given, volume: float, receptors: dict[str, int], pumps: dict[str, int], clamped: bool) -> Model:
    model = Model("ip3_microdomain")
    cytosol = model.compartment("cytosol", volume)
    er = model.compartment("er", ER_FRACTION * volume)
    # Taken as a sphere; the area cancels in every rate of this model.
    membrane = model.membrane("er_membrane", 4.836 * (ER_FRACTION * volume) ** (2 / 3), inside=er, outside=cytosol)
    model.species("Ca", cytosol, 0.03307, valence=2)
    model.species("Ca", er, 10.81, valence=2)
    model.species("IP3", cytosol, ip3, clamped=clamped)
    model.add(DeYoungKeizer(**receptors), name="IP3R", cytosol=cytosol, er=er, membrane=membrane)
    model.add(ElementarySERCA(**pumps), name="SERCA", cytosol=cytosol, er=er, membrane=membrane)
    model.add(ERLeak(), name="leak", cytosol=cytosol, er=er)
    return model
