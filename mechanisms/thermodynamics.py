"""Thermodynamics of ions: thermal voltage, Nernst potential, affinities, and the flux of Goldman, Hodgkin and Katz.

Voltages are of the inside against the outside. All functions may be used in rate laws.

Hille B (2001) Ion Channels of Excitable Membranes, 3rd ed., chapters 1 and 14. Sinauer.
"""

from __future__ import annotations

from typing import Any

from mechanisms.law import rate_law
from mechanisms.maths import expm1, log, where
from mechanisms.units import BOLTZMANN, ELEMENTARY_CHARGE, constant

MV_PER_K = BOLTZMANN / ELEMENTARY_CHARGE * 1e3
"""k / e = R / F (CODATA 2018, exact): 0.0862 mV/K."""


def thermal_voltage(temperature: Any) -> Any:
    """k T / e = R T / F in mV of a temperature in K: 26.73 mV at 310.15 K."""
    return constant(MV_PER_K, "mV/K", temperature) * temperature


def nernst(valence: Any, inside: Any, outside: Any, temperature: Any) -> Any:
    """k T / (z e) log(outside/inside): the voltage in mV at which an ion of valence z is in equilibrium.

    inside, outside: concentrations in one unit; temperature in K. Nernst 1889.
    """
    return thermal_voltage(temperature) / valence * log(outside / inside)


def affinity_of_efflux(valence: Any, voltage: Any, inside: Any, outside: Any, temperature: Any) -> Any:
    """z e V / (k T) + log(inside/outside): minus the free energy, in k T, of moving one ion from inside to outside.

    voltage in mV; inside, outside: concentrations in one unit; temperature in K. It vanishes at the Nernst potential.
    """
    return valence * voltage / thermal_voltage(temperature) + log(inside / outside)


def bernoulli(x: Any) -> Any:
    """x / (exp(x) - 1), 1 at x = 0; by its series near 0, so that derivatives are accurate too."""
    near = x * x < 0.0025
    safe = where(near, 1.0, x)
    series = 1.0 - x / 2 + x**2 / 12 - x**4 / 720 + x**6 / 30240
    return where(near, series, safe / expm1(safe))


def ghk_efflux(permeability: Any, valence: Any, voltage: Any, inside: Any, temperature: Any) -> Any:
    """P inside B(-u) with u = z e V / (k T): the one-way flux out per area, B(x) = x / (exp(x) - 1).

    permeability P in um/s, voltage in mV, inside in uM, temperature in K: uM um/s. Goldman 1943; Hodgkin & Katz 1949.
    """
    return permeability * inside * bernoulli(-valence * voltage / thermal_voltage(temperature))


def ghk_influx(permeability: Any, valence: Any, voltage: Any, outside: Any, temperature: Any) -> Any:
    """P outside B(u) with u = z e V / (k T): the one-way flux in per area; see ``ghk_efflux``."""
    return permeability * outside * bernoulli(valence * voltage / thermal_voltage(temperature))


def ghk_flux(permeability: Any, valence: Any, voltage: Any, inside: Any, outside: Any, temperature: Any) -> Any:
    """P u (inside - outside exp(-u)) / (1 - exp(-u)), u = z e V / (k T): the net flux out per area in uM um/s.

    It is ``ghk_efflux`` minus ``ghk_influx``, whose ratio is exp(``affinity_of_efflux``).
    """
    out = ghk_efflux(permeability, valence, voltage, inside, temperature)
    return out - ghk_influx(permeability, valence, voltage, outside, temperature)


def one_way(flux: Any, affinity: Any, forward: bool) -> Any:
    """J / (1 - exp(-A)) forward and J / (exp(A) - 1) backward: a net flux split by local detailed balance.

    forward - backward = J, forward / backward = exp(A). flux J in any unit, affinity A a pure number of the sign of J,
    and not 0. For a channel this is the flux ratio of Ussing 1949.
    """
    return -flux / expm1(-affinity) if forward else flux / expm1(affinity)


@rate_law(charge="1", resting="mV", capacitance="pF", returns="mV")
def membrane_voltage(charge, resting, capacitance):  # type: ignore[no-untyped-def]
    """V0 + e Q / C: the voltage after Q elementary charges have crossed to the inside."""
    return resting + charge * constant(ELEMENTARY_CHARGE * 1e15, "mV*pF", capacitance) / capacitance


@rate_law(v_from="mV", v_to="mV", resistance="Gohm", returns="1/s")
def resistor_flux(v_from, v_to, resistance):  # type: ignore[no-untyped-def]
    """(V1 - V2) / (R e): elementary charges per second through a resistor (Ohm's law)."""
    return (v_from - v_to) / resistance / constant(ELEMENTARY_CHARGE * 1e12, "pA*s", v_from)


@rate_law(v_from="mV", v_to="mV", temperature="K", returns="1")
def resistor_affinity(v_from, v_to, temperature):  # type: ignore[no-untyped-def]
    """e (V1 - V2) / (k T): it gives the resistor its thermal noise (Johnson 1928; Nyquist 1928)."""
    return (v_from - v_to) / thermal_voltage(temperature)
