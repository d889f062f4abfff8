"""Membranes that several tests use: a patch between two baths, the laws of its currents, and how they are split."""

import microdomain as md
from engines.views import Views
from mechanisms import maths
from mechanisms.splitting import one_way
from mechanisms.thermodynamics import affinity_of_efflux, ghk_flux, nernst, thermal_voltage
from mechanisms.units import BOLTZMANN, ELEMENTARY_CHARGE, constant

BODY = 310.15
KT_OVER_E = float(thermal_voltage(BODY))
"""In mV."""
MV_PF_PER_CHARGE = ELEMENTARY_CHARGE * 1e15
"""What one elementary charge does to a picofarad, in mV."""
K_INSIDE, K_OUTSIDE = 140e3, 4e3
"""In uM."""
REVERSAL = float(nernst(1, K_INSIDE, K_OUTSIDE, BODY))
"""Of potassium between these, in mV."""


def thermal_variance(capacitance):
    """k T / C in mV^2 of a capacitance in pF: the variance of the voltage of a passive membrane at equilibrium."""
    return BOLTZMANN * BODY / (capacitance * 1e-12) * 1e6


@md.rate_law(v="mV", g="nS", e="mV", returns="pA")
def ohmic(v, g, e):
    return g * (v - e)


@md.rate_law(v="mV", g="nS", k_in="uM", k_out="uM", temperature="K", returns="pA")
def ohmic_to_nernst(v, g, k_in, k_out, temperature):
    return g * (v - nernst(1, k_in, k_out, temperature))


@md.rate_law(p="um/s", v="mV", k_in="uM", k_out="uM", temperature="K", returns="uM*um/s")
def goldman(p, v, k_in, k_out, temperature):
    return ghk_flux(p, 1, v, k_in, k_out, temperature)


@md.rate_law(v="mV", k_in="uM", k_out="uM", temperature="K", returns="1")
def efflux_affinity(v, k_in, k_out, temperature):
    return affinity_of_efflux(1, v, k_in, k_out, temperature)


@md.rate_law(k="1/s", a="uM", b="uM", returns="uM/s")
def difference(k, a, b):
    return k * (a - b)


@md.rate_law(a="uM", b="uM", returns="1")
def log_ratio(a, b):
    return maths.log(a / b)


@md.rate_law(k_in="uM", k_out="uM", temperature="K", returns="mV")
def reversal_of_k(k_in, k_out, temperature):
    return nernst(1, k_in, k_out, temperature)


@md.rate_law(v="mV", e="mV", returns="mV")
def driving_force(v, e):
    return v - e


@md.rate_law(g="nS", v="mV", e="mV", k_out="uM", returns="pA")
def inward_rectifier(g, v, e, k_out):
    """The conductance grows with the root of outer potassium."""
    return g * maths.sqrt(k_out / constant(K_OUTSIDE, "uM", k_out)) * (v - e)


@md.rate_law(g="nS", d="mV", returns="pA")
def ohmic_of_force(g, d):
    return g * d


@md.rate_law(d="mV", temperature="K", returns="1")
def affinity_of_force(d, temperature):
    return d / thermal_voltage(temperature)


@md.rate_law(v="V", g="nS", k_in="mM", k_out="M", temperature="K", returns="nA")
def ohmic_in_volts(v, g, k_in, k_out, temperature):
    return g * (v - nernst(1, k_in, k_out * 1e3, temperature) / 1e3)


@md.rate_law(v="uV", k_in="mM", k_out="nM", temperature="K", returns="1")
def affinity_in_other_units(v, k_in, k_out, temperature):
    return affinity_of_efflux(1, v / 1e3, k_in * 1e6, k_out, temperature)


@md.rate_law(v="mV", rate="1/s", z="1", half="mV", temperature="K", returns="1/s")
def opening(v, rate, z, half, temperature):
    return rate * maths.exp(z * (v - half) / (2 * thermal_voltage(temperature)))


@md.rate_law(v="mV", rate="1/s", z="1", half="mV", temperature="K", returns="1/s")
def closing(v, rate, z, half, temperature):
    return rate * maths.exp(-z * (v - half) / (2 * thermal_voltage(temperature)))


def patch(*, clamped=True, volume="1 fL", area="10 um^2", inside=K_INSIDE, outside=K_OUTSIDE, **electric):
    """A cell and its surroundings with potassium, and the membrane "plasma" between them."""
    model = md.Model("patch", temperature=BODY)
    cell, bath = model.compartment("cell", volume), model.compartment("bath", volume)
    model.membrane("plasma", area, inside=cell, outside=bath, **electric)
    model.species("K", cell, inside, valence=1, clamped=clamped)
    model.species("K", bath, outside, valence=1, clamped=clamped)
    return model


BINDINGS = {"v": "plasma.voltage", "k_in": "K.cell", "k_out": "K.bath"}
LEAK = "K.cell <-> K.bath"
"""The equation of every leak, out of the cell."""


def with_leak(model, law=goldman, affinity=efflux_affinity, **arguments):
    """The model with a potassium flux through its membrane; arguments beside those of BINDINGS."""
    used = {*law.names, *affinity.names}
    bindings = {name: given for name, given in BINDINGS.items() if name in used}
    model.reaction(LEAK, law, affinity=affinity, at="plasma", **(bindings | arguments))
    return model


def two_cells(a, b, **options):
    """Molecules that cross between two equal compartments at 3 per second."""
    model = md.Model("two sides")
    for name, count in (("left", a), ("right", b)):
        model.species("X", model.compartment(name, "0.1 fL"), count=count)
    bindings = {"a": "X.left", "b": "X.right"}
    model.reaction("X.left <-> X.right", difference, affinity=log_ratio, at="left", k=3.0, **bindings, **options)
    return model


def rates(model, states=None):
    """Propensities (state, reaction) of the split network, by default at the start alone."""
    network = one_way(model.network())
    views = Views(network)
    return views.propensities(network.initial[None] if states is None else states)
