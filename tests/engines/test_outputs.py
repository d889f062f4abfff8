"""Derived quantities that nothing depends on are not compiled, and are in the result all the same."""

import numpy as np

import microdomain as md
from engines.outputs import without_outputs
from mechanisms import maths
from mechanisms.units import constant


@md.rate_law(a="1", k="1", returns="1")
def times(a, k):
    return k * a


@md.rate_law(q="1", k="1/s", returns="1/s")
def rate(q, k):
    return k * q


def chain() -> md.Model:
    """A -> 0 at 2 * 3 A per second, by a quantity of a quantity; the others are looked at."""
    model = md.Model("chain")
    cell = model.compartment("cell", 0.01)
    model.species("A", cell, count=40)
    model.quantity("seen", times, a="A", k=7.0)
    model.quantity("three", times, a="A", k=3.0)
    model.quantity("six", times, a="three", k=2.0)
    model.quantity("of_six", times, a="six", k=0.5)
    model.reaction("A -> 0", rate, q="six", k=0.1)
    return model


def test_what_rates_depend_on_stays() -> None:
    network = chain().network()
    running = without_outputs(network)
    assert running.quantities == ("three", "six")
    assert without_outputs(running) is running
    y, z = network.values(0.0), running.values(0.0)
    y[1:5], z[1:3] = (280.0, 120.0, 240.0, 120.0), (120.0, 240.0)
    assert running.evaluate(0, z) == network.evaluate(0, y) == 24.0


def test_every_quantity_is_in_the_result() -> None:
    for engine in ("ode", "gillespie", "tau_leaping", "langevin", "hybrid"):
        data = md.simulate(chain(), [0.0, 0.5, 1.0], engine=engine, seed=1)
        counts = data.counts.values[..., 0]
        factors = {"seen": 7.0, "three": 3.0, "six": 6.0, "of_six": 3.0}
        assert list(data.quantities.values) == list(factors)
        np.testing.assert_allclose(data.quantity.values, counts[..., None] * list(factors.values()), rtol=1e-12)


def test_events_and_net_fluxes_keep_their_rows() -> None:
    """The rows of affinities, conditions and values move up where a quantity is left out."""

    @md.rate_law(a="1", limit="1", returns="1")
    def below(a, limit):
        return limit - a

    @md.rate_law(a="uM", b="uM", p="1/s", returns="uM/s")
    def exchange(a, b, p):
        return p * (a - b)

    @md.rate_law(a="uM", b="uM", returns="1")
    def drive(a, b):
        return md.maths.log(a / b)

    model = chain()
    model.species("B", model.compartment("out", 0.01), count=10)
    model.reaction("A.cell <-> B.out", exchange, affinity=drive, at="cell", a="A", b="B", p=1.0)
    model.event("again", {"A": "10 uM"}, when=below, a="A", limit=15.0)
    network = model.network()
    running = without_outputs(network)
    assert len(running.law) == len(network.law) - 2
    assert [running.laws[i] for i in running.law[running.first_condition :]] == [
        network.laws[i] for i in network.law[network.first_condition :]
    ]
    assert running.laws[running.law[running.affinity.max()]] is drive
    one, other = (md.simulate(model, 3.0, engine="ode", record=record) for record in ("grid", "statistics"))
    np.testing.assert_allclose(other.mean_counts.values, one.counts.values[0], rtol=1e-12)


def test_every_event_has_every_quantity() -> None:
    data = md.simulate(chain(), 1.0, engine="gillespie", record="events", seed=1)
    assert (data.quantity.sel(quantities="seen").values == 7.0 * data.counts.values[:, 0]).all()


def test_time_in_a_result_is_that_of_the_grid() -> None:
    """A switch at 1 s is still off at 1 s; the engines' own clock has rounding."""
    model = md.Model("switch")
    model.variable("x", 1.0, "1", decay, x="x", k=1.0)
    model.quantity("on", after, t="time")
    grid = np.linspace(0.0, 4.0, 41)
    for engine in ("ode", "hybrid"):
        on = md.simulate(model, grid, engine=engine).quantity.sel(quantities="on").values[0]
        assert on.tolist() == [float(t > 1.0) for t in grid]


@md.rate_law(x="1", k="1/s", returns="1/s")
def decay(x, k):
    return -k * x


@md.rate_law(t="s", returns="1")
def after(t):
    return maths.where(t > constant(1.0, "s", t), 1.0, 0.0)
