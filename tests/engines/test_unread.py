"""Derived quantities that nothing reads are results, and no work for an engine."""

import numpy as np
import pytest

import microdomain as md
from engines.unread import without_unread


@md.rate_law(a="1", b="1", returns="1")
def product(a, b):
    return a * b


@md.rate_law(x="1", k="1/s", returns="1/s")
def fading(x, k):
    return k / (1.0 + x)


def counter() -> md.Model:
    """B follows the quantity "read", which reads "below"; "aside" is only looked at."""
    model = md.Model("counter")
    model.compartment("cell", "1 fL")
    model.species("A", "cell", count=40)
    model.species("B", "cell", count=3)
    model.quantity("aside", product, a="A", b="B")
    model.quantity("below", product, a="B", b=2.0)
    model.quantity("read", product, a="below", b=0.5)
    model.reaction("A -> B", fading, x="read", k=1.0)
    return model


def test_only_what_is_read_is_computed_while_an_engine_runs():
    network = counter().network()
    lean = without_unread(network)
    y = network.values(0.0)
    assert [lean.evaluate(1 + i, y) for i in range(3)] == [1.0, 6.0, 0.0]
    assert [network.evaluate(1 + i, y) for i in range(3)] == [120.0, 6.0, 0.0]
    plain = md.Model("plain")
    plain.compartment("cell", "1 fL")
    plain.species("A", "cell", count=1)
    plain.reaction("A -> 0", k=1.0)
    assert without_unread(plain.network()) is plain.network()


@pytest.mark.parametrize("engine", ["ode", "gillespie", "tau_leaping", "langevin", "hybrid"])
def test_results_hold_all_quantities(engine):
    data = md.simulate(counter(), np.linspace(0, 5, 6), engine=engine, seed=1)
    a, b = (data.concentration.sel(species=f"{name}.cell").values * 602.214076 for name in "AB")
    assert data.quantity.sel(quantities="aside").values == pytest.approx(a * b)
    assert data.quantity.sel(quantities="read").values == pytest.approx(b)


def test_every_event_has_all_quantities():
    data = md.simulate(counter(), 5.0, engine="gillespie", record="events", seed=1)
    a, b = (data.counts.sel(species=f"{name}.cell").values for name in "AB")
    assert (data.quantity.sel(quantities="aside").values == a * b).all()
