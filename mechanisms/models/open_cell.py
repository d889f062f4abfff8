"""An astrocyte that exchanges calcium with its surroundings, under a transient of IP3: Handy et al. 2017.

    dc/dt = J_R + J_L - J_S + delta (J_in - k_out c + J_SOC - J_PMCA)

with release by Li & Rinzel's receptor, whose inhibition is five times slower than theirs, a pump of the ER with a Hill
exponent of 1.75, store-operated entry, and a pump of the plasma membrane.
"""

from __future__ import annotations

import math

from mechanisms.calcium.er_leak import ERLeak
from mechanisms.calcium.hill_serca import HillSERCA
from mechanisms.calcium.plasma_leak import PlasmaLeak
from mechanisms.calcium.pmca import HillPMCA
from mechanisms.calcium.soce import StoreOperatedEntry
from mechanisms.ip3.mean_li_rinzel import MeanLiRinzel
from mechanisms.model import Model
from mechanisms.places import Parameter
from mechanisms.signal import Piecewise, protocol
from mechanisms.units import Given

TABLE = "Handy et al. 2017, their published code"
RATIO = 5.4054
"""Cytosol over ER (gamma)."""
RELEASE, LEAK = 0.222, 0.002
"""v_R and v_L in 1/s, of the volume of the cytosol."""
REST = {"Ca": 0.0865415, "ER": 36.490839, "h": 0.6255124}
"""At no IP3: uM, uM per volume of cytosol and ER together, 1."""
STEPS = 200
"""Constant pieces of a transient."""


def open_cell(ip3: Given | Piecewise = 0.0, volume: Given = 1000.0) -> Model:
    """The cell at IP3 in uM, or under a protocol such as ``ip3_transient()``.

    volume: of the cytosol in fL. Raises UnitError for a wrong dimension.
    """
    model = Model("open_cell")
    cytosol = model.compartment("cytosol", volume)
    er, outside = model.compartment("er", cytosol.volume / RATIO), model.compartment("outside", cytosol.volume)
    model.species("Ca", cytosol, REST["Ca"], valence=2)
    model.species("Ca", er, RATIO * (REST["ER"] - REST["Ca"]), valence=2)
    model.species("Ca", outside, "1.8 mM", valence=2, clamped=True)
    course = model.input("IP3_course", protocol(ip3), "uM")
    model.species("IP3", cytosol, clamped=course)
    release = Parameter("rate", RELEASE * RATIO, "1/s", f"{TABLE}: v_R = {RELEASE} 1/s, here of the volume of the ER")
    slow = Parameter("a2", 0.04, "1/uM/s", TABLE)
    leak = Parameter("rate", LEAK * RATIO, "1/s", f"{TABLE}: v_L = {LEAK} 1/s, here of the volume of the ER")
    model.add(MeanLiRinzel(rate=release, a2=slow, start=REST["h"]), name="IP3R", cytosol=cytosol, er=er)
    model.add(HillSERCA(power=Parameter("power", 1.75, "1", TABLE)), name="SERCA", cytosol=cytosol, er=er)
    model.add(ERLeak(rate=leak), name="leak", cytosol=cytosol, er=er)
    model.add(PlasmaLeak(), name="plasma", cytosol=cytosol, outside=outside)
    model.add(StoreOperatedEntry(), name="SOCE", cytosol=cytosol, er=er, outside=outside)
    model.add(HillPMCA(), name="PMCA", cytosol=cytosol, outside=outside)
    return model


def ip3_transient(
    amplitude: float = 0.375, rise: float = 17.0, decay: float = 97.0, rate: float = 0.002, start: float = 20.0
) -> Piecewise:
    """IP3 after a stimulus: A (1 - exp(-r t)) / (1 - exp(-r t_rise)), then A exp(-k t) down to 0.005 uM.

    amplitude A in uM; rise, decay and start in s; rate r in 1/s. Constant over pieces of 1/200 of its length, each at
    the value in its middle. Handy et al. 2017: the example of a single peak.
    """
    length = rise + decay
    edges = [start + length * i / STEPS for i in range(STEPS + 1)]
    values = [0.0]
    fall = math.log(amplitude / 0.005) / decay
    for i in range(STEPS):
        t = length * (i + 0.5) / STEPS
        rising = (1 - math.exp(-rate * t)) / (1 - math.exp(-rate * rise))
        values.append(amplitude * (rising if t < rise else math.exp(-fall * (t - rise))))
    return Piecewise(tuple(edges), (*values, 0.0))
