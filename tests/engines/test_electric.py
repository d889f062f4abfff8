"""Capacitors joined by a resistor, and no molecules at all: the charge relaxes by R C and fluctuates by k T C."""

import numpy as np
import pytest

import microdomain as md
from tests.membranes import KT_OVER_E, MV_PF_PER_CHARGE

C1, C2, RESISTANCE, START = 1e-3, 3e-3, 1e3, 20.0
"""In pF, pF, Gohm and mV: 1 fF and 3 fF through 1 Tohm, so that there are few charges."""
SERIES = C1 * C2 / (C1 + C2)
TAU = RESISTANCE * SERIES * 1e-3
"""R C of both in series, in s."""
CHARGES = START * SERIES / MV_PF_PER_CHARGE
"""That have flowed at equilibrium: 93.6."""
VARIANCE = KT_OVER_E * SERIES / MV_PF_PER_CHARGE
"""k T C / e^2 of both in series: 125.1 charges squared."""
TIMES = np.array([0.0, 0.5, 1.0, 8.0]) * TAU
ALARM = 4.5
"""Standard errors: 7e-6 by chance."""


def pair() -> md.Model:
    """Two membranes, the first charged to 20 mV."""
    model = md.Model("two capacitors", temperature=310.15)
    for name, voltage, capacitance in (("one", START, C1), ("two", 0.0, C2)):
        cell = model.compartment(f"in_{name}", "1 fL")
        model.membrane(name, "1 um^2", inside=cell, voltage=voltage, capacitance=capacitance)
    model.resistor("axial", "one", "two", RESISTANCE)
    return model


def relaxed(times):
    """The mean charge of the first membrane: the drift is linear in it."""
    return -CHARGES * (1 - np.exp(-times / TAU))


def test_a_charge_relaxes_by_resistance_times_capacitance() -> None:
    """In the mean field, and of a hybrid in which everything flows; what one loses the other gets."""
    for engine in (md.ODE(rtol=1e-8, atol=1e-8), md.Hybrid("flow", rtol=1e-8, atol=1e-8)):
        data = md.simulate(pair(), TIMES, engine=engine)
        np.testing.assert_allclose(data.counts[0, :, 0], relaxed(TIMES), rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(data.counts[0].sum("species"), 0.0, atol=1e-6)
        one, two = data.quantity[0, -1].values
        assert one == pytest.approx(two, abs=0.01)


def check_relaxation(engine, n: int, bias: float) -> None:
    """Mean and variance of n runs, but for a bias that is a part of the charge that flows and of the variance."""
    data = md.simulate(pair(), TIMES, engine=engine, trajectories=n, seed=8)
    np.testing.assert_allclose(data.counts.sum("species"), 0.0, atol=1e-9)
    charge = data.counts.values[:, 1:, 0]
    error = charge.std(axis=0) / np.sqrt(n)
    assert (np.abs(charge.mean(axis=0) - relaxed(TIMES[1:])) < ALARM * error + bias * CHARGES).all()
    assert abs(charge[:, -1].var() / VARIANCE - 1) < ALARM * np.sqrt(2 / n) + bias


def test_a_charge_fluctuates_by_its_capacitance_in_exact_steps(kernel) -> None:
    """False alarm: 3e-5. Seen to fail: half the affinity of a resistor, which doubles the noise."""
    check_relaxation("gillespie", n=4000, bias=0.0)


@pytest.mark.parametrize("engine", ["tau_leaping", "langevin", "jump", "leap", "diffusion"])
def test_a_charge_fluctuates_by_its_capacitance(engine: str) -> None:
    """False alarm: 3e-5 for each; the bias is the epsilon of leaps and diffusions. Seen to fail as above."""
    check_relaxation(engine if engine in ("tau_leaping", "langevin") else md.Hybrid(engine), n=1000, bias=0.03)


def test_a_charge_without_sampling() -> None:
    """Linear noise, its stationary form, and the master equation, whose charges are whole, agree with the formulas."""
    over_time, resting = md.linear_noise(pair(), TIMES), md.stationary_noise(pair())
    np.testing.assert_allclose(over_time.mean_counts[:, 0], relaxed(TIMES), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(over_time.covariance_counts[-1], VARIANCE * np.array([[1, -1], [-1, 1]]), rtol=1e-3)
    np.testing.assert_allclose(resting.covariance_counts, VARIANCE * np.array([[1, -1], [-1, 1]]), rtol=1e-6)
    exact = md.stationary_distribution(pair())
    np.testing.assert_allclose(exact.mean_counts, [-CHARGES, CHARGES], rtol=1e-3)
    np.testing.assert_allclose(exact.variance_counts, VARIANCE, rtol=2e-3)
    data = md.master_equation(pair(), TIMES, tolerance=1e-6)
    charge = md.marginal(data, "charge.one")
    assert float((charge[1] * charge["count"]).sum()) == pytest.approx(relaxed(TIMES)[1], rel=1e-4)


def test_capacitors_that_nothing_joins() -> None:
    """No reaction at all: the voltage stays."""
    model = md.Model("apart")
    model.membrane("one", "1 um^2", inside=model.compartment("cell", "1 fL"), voltage=START, capacitance=C1)
    for engine in ("ode", "gillespie", "tau_leaping", "langevin", "hybrid"):
        data = md.simulate(model, 1.0, engine=engine, seed=9)
        assert (data.quantity == START).all(), engine
