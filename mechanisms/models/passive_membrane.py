"""A passive membrane: a capacitance and a leak, and nothing but the thermal noise of its voltage.

    C dV/dt = -(C / tau) (V - E),    var V = k T / C

at any leak that obeys detailed balance, since the charge on a capacitance is in equilibrium (Johnson 1928; Nyquist
1928). Potassium, whose concentrations are held, carries the leak, one ion at a time.
"""

from __future__ import annotations

from mechanisms.law import rate_law
from mechanisms.model import Model
from mechanisms.thermodynamics import thermal_voltage
from mechanisms.units import Given, magnitude

AREA = 10.0
"""um^2 of membrane for each fL inside: a cylinder 0.4 um thick."""


@rate_law(v="mV", e="mV", capacitance="pF", tau="ms", returns="pA")
def leak_current(v, e, capacitance, tau):  # type: ignore[no-untyped-def]
    """(C / tau) (V - E): ohmic, and as dense in any area."""
    return capacitance * (v - e) / tau


@rate_law(v="mV", e="mV", temperature="K", returns="1")
def ohmic_affinity(v, e, temperature):  # type: ignore[no-untyped-def]
    """(V - E) / (k T / e) of a positive charge that leaves."""
    return (v - e) / thermal_voltage(temperature)


def passive_membrane(volume: Given = 1.0, rest: Given = -70.0, tau: Given = 0.1) -> Model:
    """The membrane at rest.

    volume: of the cell in fL, with 10 um^2 of membrane for each. rest: the voltage E in mV. tau: the time constant in
    ms. Raises UnitError for a wrong dimension.
    """
    model, size = Model("passive_membrane"), magnitude(volume, "fL")
    cell, bath = model.compartment("cell", size), model.compartment("bath", size)
    # 1 uF/cm^2: Hille B (2001) Ion channels of excitable membranes, 3rd ed.
    model.membrane("plasma", AREA * size, inside=cell, outside=bath, voltage=rest, capacitance="1 uF/cm^2")
    for place, level in ((cell, "140 mM"), (bath, "4 mM")):
        model.species("K", place, level, valence=1, clamped=True)
    model.parameter("E", rest, "mV", source="assumed: the usual rest of a neuron or an astrocyte is -60 to -90 mV")
    model.parameter("tau", tau, "ms", source="assumed: short, so that runs are; the noise does not depend on it")
    model.reaction(
        "K.cell <-> K.bath", leak_current, affinity=ohmic_affinity, at="plasma", name="leak", v="plasma.voltage",
        capacitance="plasma.capacitance", e="E", tau="tau",
    )  # fmt: skip
    return model
