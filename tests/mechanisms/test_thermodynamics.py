"""Thermal voltage, Nernst potential and the flux of Goldman, Hodgkin and Katz: limits, ratios, units, known values."""

import math
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.constants
import sympy

from mechanisms.law import RateLaw, rate_law
from mechanisms.thermodynamics import (
    affinity_of_efflux,
    bernoulli,
    ghk_efflux,
    ghk_flux,
    ghk_influx,
    membrane_voltage,
    nernst,
    one_way,
    resistor_affinity,
    resistor_flux,
    thermal_voltage,
)
from mechanisms.units import UnitError

BODY = 310.15
NEAR_ZERO = [0.0, 1e-300, 1e-16, 1e-9, 1e-4, 0.01, 0.0499999, 0.05, 0.0500001, 0.1, 1.0, 30.0]
BOTH_SIDES = sorted({*NEAR_ZERO, *(-x for x in NEAR_ZERO)})


def test_the_thermal_voltage() -> None:
    """R T / F: 25.69 mV at 25 and 26.73 mV at 37 degrees (any textbook), and the constants of CODATA."""
    assert thermal_voltage(298.15) == pytest.approx(25.69, abs=0.005)
    assert thermal_voltage(BODY) == pytest.approx(26.73, abs=0.005)
    exact = scipy.constants.R * BODY / (scipy.constants.N_A * scipy.constants.e) * 1e3
    assert thermal_voltage(BODY) == pytest.approx(exact, rel=1e-14)


@pytest.mark.parametrize(
    ("valence", "inside", "outside", "published"),
    [(1, 155.0, 4.0, -98.0), (1, 12.0, 145.0, 67.0), (-1, 4.2, 123.0, -90.0), (2, 1e-4, 1.5, 128.0)],
    ids=["K", "Na", "Cl", "Ca"],
)
def test_equilibrium_potentials_of_mammalian_muscle(
    valence: int, inside: float, outside: float, published: float
) -> None:
    """Table 1.3 of Hille 2001, given there in whole mV: concentrations in mM, 37 degrees."""
    assert nernst(valence, inside, outside, BODY) == pytest.approx(published, abs=0.6)


@pytest.mark.parametrize("valence", [-2, -1, 1, 2])
def test_the_affinity_vanishes_at_the_nernst_potential(valence: int) -> None:
    """Below it a cation flows in, above it out, an anion the other way round."""
    inside, outside = 12.0, 145.0
    reversal = nernst(valence, inside, outside, BODY)
    assert affinity_of_efflux(valence, reversal, inside, outside, BODY) == pytest.approx(0.0, abs=1e-14)
    assert affinity_of_efflux(valence, reversal + 1.0, inside, outside, BODY) * valence > 0
    assert ghk_flux(2.0, valence, reversal, inside, outside, BODY) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("x", BOTH_SIDES)
def test_the_bernoulli_function_to_the_last_digits(x: float) -> None:
    """x / (exp(x) - 1) in 50 digits, through 0 and where the series ends."""
    with mpmath.workdps(50):
        exact = float(mpmath.mpf(x) / mpmath.expm1(x)) if x else 1.0
    assert bernoulli(x) == pytest.approx(exact, rel=1e-15)
    assert bernoulli(np.array([x]))[0] == pytest.approx(exact, rel=1e-15)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("x", BOTH_SIDES)
def test_the_derivatives_of_the_bernoulli_function(x: float, order: int) -> None:
    """By SymPy, as engines compile them, in doubles: no loss of digits near 0. exp(x) - 1 loses some beyond 0.05."""
    symbol = sympy.Symbol("x", real=True)
    slope = sympy.lambdify(symbol, sympy.diff(bernoulli(symbol), symbol, order), "math")
    with mpmath.workdps(60):
        y = mpmath.mpf(x) if abs(x) > 1e-30 else mpmath.mpf("1e-30")
        exact = float(mpmath.diff(lambda z: z / mpmath.expm1(z), y, order))
    assert slope(x) == pytest.approx(exact, rel=1e-12 if order == 1 else 1e-9, abs=1e-15)


@pytest.mark.parametrize("voltage", [-120.0, -30.0, -1.0, -1e-3, 0.0, 1e-9, 0.5, 40.0, 150.0])
@pytest.mark.parametrize("valence", [-1, 1, 2])
def test_efflux_over_influx_is_the_exponential_of_the_affinity(voltage: float, valence: int) -> None:
    """Local detailed balance, with no error but rounding, and the difference is the flux of the closed formula."""
    inside, outside = 140.0, 5.0
    out = ghk_efflux(3.0, valence, voltage, inside, BODY)
    back = ghk_influx(3.0, valence, voltage, outside, BODY)
    assert math.log(out / back) == pytest.approx(affinity_of_efflux(valence, voltage, inside, outside, BODY), rel=1e-13)
    net = ghk_flux(3.0, valence, voltage, inside, outside, BODY)
    assert net == out - back
    u = valence * voltage / thermal_voltage(BODY)
    if abs(u) > 1e-2:
        assert net == pytest.approx(3.0 * u * (inside - outside * math.exp(-u)) / (1 - math.exp(-u)), rel=1e-12)


def test_the_limits_of_the_flux() -> None:
    """Without voltage it is diffusion; at large voltage it drifts from the side that the ions leave."""
    assert ghk_flux(2.0, 1, 0.0, 140.0, 5.0, BODY) == 2.0 * (140.0 - 5.0)
    small = 1e-9
    u = small / thermal_voltage(BODY)
    assert ghk_flux(2.0, 1, small, 140.0, 5.0, BODY) == pytest.approx(270.0 + 2.0 * 145.0 / 2 * u, rel=1e-15)
    large = 40 * thermal_voltage(BODY)
    assert ghk_flux(2.0, 1, large, 140.0, 5.0, BODY) == pytest.approx(2.0 * 40 * 140.0, rel=1e-14)
    assert ghk_flux(2.0, 1, -large, 140.0, 5.0, BODY) == pytest.approx(-2.0 * 40 * 5.0, rel=1e-14)
    assert ghk_flux(2.0, -1, -large, 140.0, 5.0, BODY) == pytest.approx(2.0 * 40 * 140.0, rel=1e-14)


@pytest.mark.parametrize("valence", [-1, 1, 2])
def test_between_equal_concentrations_the_flux_is_linear_in_voltage(valence: int) -> None:
    voltage = np.linspace(-150, 150, 301)
    ohmic = 2.0 * 140.0 * valence * voltage / thermal_voltage(BODY)
    np.testing.assert_allclose(ghk_flux(2.0, valence, voltage, 140.0, 140.0, BODY), ohmic, rtol=1e-13, atol=1e-12)


@pytest.mark.parametrize("affinity", [-30.0, -1.0, -1e-9, 1e-9, 0.3, 30.0])
def test_a_net_flux_in_two(affinity: float) -> None:
    flux = math.sinh(affinity)
    forward, back = (one_way(flux, affinity, direction) for direction in (True, False))
    assert forward > 0
    assert back > 0
    assert forward / back == pytest.approx(math.exp(affinity), rel=1e-14)
    assert forward - back == pytest.approx(flux, rel=1e-6 if abs(affinity) < 1e-6 else 1e-13)


def test_one_charge_on_a_picofarad() -> None:
    """e / C: 0.16 uV; a mV across a Gohm is a pA, 6.24 million charges per second."""
    assert membrane_voltage(1, -70.0, 1.0) + 70.0 == pytest.approx(1.602176634e-4, abs=1e-13)
    assert membrane_voltage(-1000, 0.0, 10.0) == pytest.approx(-1.602176634e-2, rel=1e-14)
    assert resistor_flux(1.0, 0.0, 1.0) == pytest.approx(1e-12 / 1.602176634e-19, rel=1e-14)
    assert resistor_affinity(1.0, 0.0, BODY) == pytest.approx(1 / thermal_voltage(BODY), rel=1e-15)


def law(function: Any, returns: str, **units: str) -> RateLaw:
    return rate_law(returns=returns, **units)(function)


def nernst_of(inside: Any, outside: Any, temperature: Any) -> Any:
    return nernst(2, inside, outside, temperature)


def affinity_of(voltage: Any, inside: Any, outside: Any, temperature: Any) -> Any:
    return affinity_of_efflux(2, voltage, inside, outside, temperature)


def flux_of(p: Any, voltage: Any, inside: Any, outside: Any, temperature: Any) -> Any:
    return ghk_flux(p, 2, voltage, inside, outside, temperature)


BATHS = {"inside": "uM", "outside": "uM", "temperature": "K"}


def test_units_are_checked_through_every_function() -> None:
    for good in (
        law(nernst_of, "mV", **BATHS),
        law(affinity_of, "1", voltage="mV", **BATHS),
        law(flux_of, "uM*um/s", p="um/s", voltage="mV", **BATHS),
        membrane_voltage,
        resistor_flux,
        resistor_affinity,
    ):
        good.check_units()


@pytest.mark.parametrize(
    "wrong",
    [
        law(nernst_of, "1", **BATHS),
        law(nernst_of, "mV", **(BATHS | {"outside": "mV"})),
        law(nernst_of, "mV", **(BATHS | {"temperature": "s"})),
        law(affinity_of, "1", voltage="pA", **BATHS),
        law(affinity_of, "mV", voltage="mV", **BATHS),
        law(flux_of, "uM/s", p="um/s", voltage="mV", **BATHS),
        law(flux_of, "uM*um/s", p="1/s", voltage="mV", **BATHS),
    ],
)
def test_a_wrong_unit_is_found(wrong: RateLaw) -> None:
    with pytest.raises(UnitError):
        wrong.check_units()
