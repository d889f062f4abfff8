"""Laws where they, or a part of them, divide by zero: compiled code gives infinity or the limit, never an exception."""

import numpy as np
import pytest

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
