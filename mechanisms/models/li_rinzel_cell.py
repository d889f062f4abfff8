"""The closed cell of Li & Rinzel without noise: calcium that an ER and its cytosol share, and one gate.

    dc/dt = c1 [v1 (m n h)^3 + v2] (e - c) - v3 c^2 / (c^2 + k3^2),    c + c1 e = 2 uM,
    dh/dt = a2 (Q2 (1 - h) - c h)

Calcium rests below 0.355 uM IP3, goes round a limit cycle up to 0.637 uM, and rests again above.
"""

from __future__ import annotations

from mechanisms.calcium.er_leak import ERLeak
from mechanisms.calcium.hill_serca import HillSERCA
from mechanisms.ip3.mean_li_rinzel import MeanLiRinzel, PooledLiRinzel
from mechanisms.model import Model
from mechanisms.units import Given

ER_FRACTION = 0.185
"""ER over cytosol (De Young & Keizer 1992)."""
TOTAL, REST = 2.0, 0.1
"""Calcium per volume of cytosol, of both together (De Young & Keizer 1992), and free cytosolic at the start, in uM."""


def li_rinzel_cell(ip3: Given = 0.5, gates: int = 0, volume: Given = 1000.0) -> Model:
    """The cell at a concentration of IP3.

    ip3: uM, held. gates: 0 for a gate without noise, or so many that jump, h the share of open ones: 3 N for N
    channels. volume: of the cytosol in fL. Raises UnitError for a wrong dimension.
    """
    model = Model("li_rinzel_cell")
    cytosol = model.compartment("cytosol", volume)
    er = model.compartment("er", ER_FRACTION * cytosol.volume)
    # Taken as a sphere; the area cancels in every rate of this model.
    membrane = model.membrane("er_membrane", 4.836 * er.volume ** (2 / 3), inside=er, outside=cytosol)
    model.species("Ca", cytosol, REST, valence=2)
    model.species("Ca", er, (TOTAL - REST) / ER_FRACTION, valence=2)
    model.species("IP3", cytosol, ip3, clamped=True)
    if gates:
        receptor = PooledLiRinzel(gates=gates)
        model.add(receptor, name="IP3R", cytosol=cytosol, er=er, membrane=membrane)
    else:
        model.add(MeanLiRinzel(), name="IP3R", cytosol=cytosol, er=er)
    model.add(HillSERCA(), name="SERCA", cytosol=cytosol, er=er)
    model.add(ERLeak(), name="leak", cytosol=cytosol, er=er)
    return model
