"""The closed cell of Li & Rinzel: calcium that an ER and its cytosol share, and IP3 receptors whose gates jump.

    dc/dt = c1 [v1 (m n h)^3 + v2] (e - c) - v3 c^2 / (c^2 + k3^2),    c + c1 e = 2 uM,

in the mean field, with (h^3) the share of channels whose three gates are all open. Calcium rests below 0.355 uM IP3,
goes round a limit cycle up to 0.637 uM, and rests again above. Gates are the noise of the published stochastic model:
read {"cytosol": "flow", "er": "flow"} to have it alone, or let calcium jump too.
"""

from __future__ import annotations

from mechanisms.calcium.er_leak import ERLeak
from mechanisms.calcium.hill_serca import HillSERCA
from mechanisms.ip3.li_rinzel import LiRinzel
from mechanisms.model import Model
from mechanisms.places import Parameter
from mechanisms.units import Given, magnitude

VOLUME_PER_CHANNEL = 0.16572 / 5
"""Cytosol in fL, five channels in 0.16572 fL (the IP3 receptor example of STEPS): 30 in a fL. A puff site, with about
six channels within 0.5 um (Smith & Parker 2009), is about three times as dense, a whole cell less so."""
ER_FRACTION = 0.185
"""ER over cytosol (De Young & Keizer 1992)."""
TOTAL, REST = 2.0, 0.1
"""Calcium per volume of cytosol, of both together (De Young & Keizer 1992), and free cytosolic at the start, in uM."""
RELEASE = 6.0
"""v1 in 1/s: what all channels together, open and not limited by m n, let through, in volumes of the ER."""


def stochastic_li_rinzel(ip3: Given = 0.3, channels: int = 100, volume: Given = None) -> Model:
    """The cell at a concentration of IP3.

    ip3: uM, held. channels: how many; together they let through what v1 says, so that the mean field is the same for
    any number of them. volume: of the cytosol in fL, by default 0.0331 for each channel; the ER is 0.185 of it.
    Raises UnitError for a volume that is none, ValueError for a number of channels that is not whole.
    """
    size = VOLUME_PER_CHANNEL * channels if volume is None else magnitude(volume, "fL")
    model = Model("stochastic_li_rinzel")
    cytosol = model.compartment("cytosol", size)
    er = model.compartment("er", ER_FRACTION * size)
    # Taken as a sphere; the area cancels in every rate of this model.
    membrane = model.membrane("er_membrane", 4.836 * (ER_FRACTION * size) ** (2 / 3), inside=er, outside=cytosol)
    model.species("Ca", cytosol, REST, valence=2)
    model.species("Ca", er, (TOTAL - REST) / ER_FRACTION, valence=2)
    model.species("IP3", cytosol, ip3, clamped=True)
    model.add(
        LiRinzel(channels=channels, permeability=_shared(size, channels)),
        name="IP3R",
        cytosol=cytosol,
        er=er,
        membrane=membrane,
    )
    model.add(HillSERCA(), name="SERCA", cytosol=cytosol, er=er)
    model.add(ERLeak(), name="leak", cytosol=cytosol, er=er)
    return model


def _shared(volume: float, channels: int) -> Parameter:
    source = "derived: v1 = 6 1/s (Li & Rinzel 1994) of the volume of the ER, shared by all channels"
    return Parameter("permeability", RELEASE * ER_FRACTION * volume / max(channels, 1), "fL/s", source)
