"""Laws where they, or a part of them, divide by zero: compiled code gives infinity or the limit, never an exception."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import microdomain as md
from engines.views import Views
from mechanisms.splitting import one_way
from tests.membranes import patch, with_leak


@md.rate_law(k="uM^2*uM/s", a="uM", returns="uM/s")
def inverse_square(k, a):
    return k * a**-2


def test_a_negative_power_of_nothing_is_infinite() -> None:
    """Seen to fail: an exception within compiled code, which nobody catches, and a rate of 0."""
    model = md.Model("inverse")
    place = model.compartment("cell", "1 fL")
    model.species("A", place, "1 uM")
    model.reaction("0 -> A", inverse_square, k=8.0, a="A")
    views = Views(model.network())
    omega = 602.214076
    states = np.array([[0.0], [omega], [2 * omega]])
    assert views.propensities(states)[:, 0] == pytest.approx([np.inf, 8 * omega, 2 * omega])
    assert views.jacobian(states[1]).toarray() == pytest.approx(-16.0)


def test_the_derivative_of_a_flux_at_zero_volt_is_its_limit() -> None:
    """Goldman's flux, and its split, are 0/0 at 0 mV: the derivative there is that nearby. Seen to fail: garbage."""
    model = patch(voltage="0 mV", capacitance="1 pF", inside=100e3, outside=100e3)
    views = Views(one_way(with_leak(model, p="0.2 um/s").network()))
    charge = list(views.network.species).index("charge.plasma")

    def slope(at: float) -> float:
        state = views.network.initial.copy()
        state[charge] = at
        return float(views.jacobian(state).toarray()[charge, charge])

    assert slope(0.0) == pytest.approx(0.5 * (slope(-30.0) + slope(30.0)), rel=1e-4)
    assert slope(0.0) < 0


@md.rate_law(x="1", n="1", second="s", returns="1/s")
def hill(x, n, second):
    return ((3.0 * x) ** n / (1.0 + (3.0 * x) ** n) + 1.0) / second


@pytest.mark.parametrize("n", [0.5, 2.0])
def test_a_slope_without_end_at_the_start_does_not_stop_the_flow(n: float) -> None:
    """dx/dt = (3 x)^n / (1 + (3 x)^n) + 1 from x = 0, whose slope there is infinite at n = 1/2; at n = 2 it is 0.

    SciPy solves it, too. Seen to fail: "not finite", for the slope of sqrt(x) at 0 is not, and n (3 x)^n / x is no
    number there.
    """
    model = md.Model("hill")
    model.variable("x", 0.0, "1", hill, x="x", n=n, second=1.0)
    data = md.simulate(model, [0.0, 1.0], engine="ode", rtol=1e-8, atol=1e-10)
    exact = solve_ivp(
        lambda t, x: (3 * x) ** n / (1 + (3 * x) ** n) + 1, (0, 1), [0.0], rtol=1e-10, atol=1e-12, method="DOP853"
    )
    assert float(data.quantity[0, -1, 0]) == pytest.approx(exact.y[0, -1], rel=1e-6)
