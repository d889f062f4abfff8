"""A puff site: a cluster of park-drive IP3 receptors, a pump, a leak and a calcium dye, as in Cao et al. 2013.

    dc/dt = Jr n_open + J_leak - Vs c / (c + Ks) + koff (BT - B) - kon c B,    dB/dt = koff (BT - B) - kon c B

for free calcium c and free dye B. The ER is a reservoir. The leak balances the pump at rest.
"""

from __future__ import annotations

from mechanisms.ip3.park_drive import TABLE, ParkDrive, TwoModes
from mechanisms.law import rate_law
from mechanisms.model import Model
from mechanisms.units import Given

REST = 0.1
"""Calcium at rest in uM."""


@rate_law(ca="uM", v_max="uM/s", k="uM", returns="uM/s")
def uptake(ca, v_max, k):  # type: ignore[no-untyped-def]
    """v_max ca / (ca + k): a saturating pump."""
    return v_max * ca / (ca + k)


@rate_law(v_max="uM/s", k="uM", rest="uM", returns="uM/s")
def balancing_leak(v_max, k, rest):  # type: ignore[no-untyped-def]
    """What the pump takes up at rest."""
    return v_max * rest / (rest + k)


def puff_site(ip3: Given = 0.1, channels: int = 10, volume: Given = 1.0, two_modes: bool = False) -> Model:
    """The site at a concentration of IP3.

    ip3: uM, held. channels: how many. volume: of the cluster's cytosol in fL; it decides how many ions a concentration
    is, and so the noise of calcium where that is not read as a flow; what a channel releases is given in uM/s, and does
    not depend on it. two_modes: channels that only park and drive, cheaper. Raises UnitError for a wrong dimension.
    """
    model = Model("puff_site")
    cytosol = model.compartment("cytosol", volume)
    membrane = model.membrane("er_membrane", 1.0, outside=cytosol)
    model.species("Ca", cytosol, REST, valence=2)
    model.species("IP3", cytosol, ip3, clamped=True)
    dye, affinity = 20.0, 2.0
    model.species("dye", cytosol, dye * affinity / (affinity + REST))
    model.species("CaDye", cytosol, dye * REST / (affinity + REST))
    model.parameter("v_max", 4000.0, "uM/s", source=TABLE)
    model.parameter("k_pump", 12.0, "uM", source=TABLE)
    model.parameter("kon", 150.0, "1/uM/s", source=TABLE)
    model.parameter("koff", 300.0, "1/s", source=TABLE)
    receptor = (TwoModes if two_modes else ParkDrive)(channels=channels)
    model.add(receptor, name="IP3R", cytosol=cytosol, membrane=membrane)
    model.reaction("Ca -> 0", uptake, at=cytosol, name="pump", ca="Ca.cytosol", k="k_pump")
    model.reaction("0 -> Ca", balancing_leak, at=cytosol, name="leak", k="k_pump", rest=REST)
    model.reaction("Ca + dye <-> CaDye", k="kon", k_back="koff")
    return model
