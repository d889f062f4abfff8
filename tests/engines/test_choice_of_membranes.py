"""Choices for voltages: errors are told in R T / F, and a membrane that only charges move has a row of its own."""

from __future__ import annotations

import numpy as np
import pytest

import microdomain as md
from tests.membranes import KT_OVER_E, patch, thermal_variance, with_leak

SQUARES = 100.0
"""um^2 of a membrane of 1 uF/cm^2 and 1 pF."""


def membrane(at: str) -> md.Model:
    """At rest at -95 mV, or about 0 mV, with one ion at constant concentrations."""
    concentrations = {"inside": 140e3, "outside": 4e3} if at == "rest" else {"inside": 100e3, "outside": 100e3}
    model = patch(
        area=f"{SQUARES} um^2", voltage="-90 mV" if at == "rest" else "0 mV", capacitance="1 pF", **concentrations
    )
    with_leak(model, p="0.2 um/s")
    return model


@pytest.mark.parametrize("at", ["rest", "zero"])
def test_the_noise_of_a_voltage_is_told_in_mv_wherever_its_zero_is(at: str) -> None:
    """sd(V) = sqrt(k T / C), over R T / F: the error of the mean field, and the noise, of a voltage about 0 mV too.

    Audits to 5 %: some seven standard errors. Fails where errors are over the mean voltage, which is nearly 0 mV.
    """
    choice = md.choose(membrane(at), ["1 aL", "1 fL"], observable="standard deviation", tolerance=0.02, budget=1)
    expected = np.sqrt(thermal_variance(1.0 * np.array([1e-3, 1.0]))) / KT_OVER_E
    assert choice.data.compartment.values.tolist() == ["plasma"]
    np.testing.assert_allclose(choice.data.noise.values[:, 0], expected, rtol=0.05)
    flow = choice.data.sel(candidate="ode")
    np.testing.assert_allclose(flow.candidate_predicted, expected, rtol=0.05)
    np.testing.assert_allclose(flow.candidate_audited, expected, rtol=0.05)
    assert [reading == "flow" for reading in choice.data.reading.values[:, 0]] == [False, True]
