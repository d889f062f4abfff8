"""A pulse of glutamate to calcium, in elementary steps as far as IP3: the Gq cascade on a closed cell.

The cascade of Mahajan & Nadkarni 2019 (after Doi et al. 2005) makes IP3; calcium is released by Li & Rinzel's receptor,
pumped back by SERCA and leaks, and takes part in the cascade, whose enzymes bind a few tenths of a uM of it. So that
this does not empty the ER, it holds ten times what De Young & Keizer's does, behind a tenth of the permeability. The
parts were published apart: what they do together is a study and no reproduction.
"""

from __future__ import annotations

from mechanisms.calcium.er_leak import ERLeak
from mechanisms.calcium.hill_serca import HillSERCA
from mechanisms.ip3.gq_cascade import GqCascade
from mechanisms.ip3.mean_li_rinzel import MeanLiRinzel
from mechanisms.model import Model
from mechanisms.places import Parameter
from mechanisms.signal import Piecewise, alpha_pulses, protocol
from mechanisms.units import Given

ER_FRACTION = 0.185
"""ER over cytosol (De Young & Keizer 1992)."""
STORED, REST, IP3 = 104.0, 0.06, 0.1
"""uM: calcium of the ER, ten times that of De Young & Keizer 1992; calcium and IP3 of the cytosol at rest (derived)."""
PERMEABLE = 0.1
"""Release and leak, over those of De Young & Keizer 1992."""


def gq_cell(glutamate: Given | Piecewise | None = None, volume: Given = 1.0) -> Model:
    """The cell under glutamate in uM, or a protocol; by default five spikes at 5 Hz, after a minute of rest.

    volume: of the cytosol in fL. Raises UnitError for a wrong dimension.
    """
    if glutamate is None:
        glutamate = alpha_pulses([60.0 + i / 5 for i in range(5)], peak=300.0, tau=1e-3)
    model = Model("gq_cell")
    cytosol = model.compartment("cytosol", volume)
    er, outside = model.compartment("er", ER_FRACTION * cytosol.volume), model.compartment("outside", cytosol.volume)
    model.species("Ca", cytosol, REST, valence=2)
    model.species("Ca", er, STORED, valence=2)
    model.species("IP3", cytosol, IP3)
    course = model.input("stimulus", protocol(glutamate), "uM")
    model.species("glutamate", outside, clamped=course)
    model.add(GqCascade(), name="Gq", cytosol=cytosol, outside=outside)
    source = "De Young & Keizer 1992, a tenth of it, since the ER holds ten times as much"
    release, leak = (Parameter("rate", PERMEABLE * rate, "1/s", source) for rate in (6.0, 0.11))
    model.add(MeanLiRinzel(rate=release), name="IP3R", cytosol=cytosol, er=er)
    model.add(HillSERCA(), name="SERCA", cytosol=cytosol, er=er)
    model.add(ERLeak(rate=leak), name="leak", cytosol=cytosol, er=er)
    return model
