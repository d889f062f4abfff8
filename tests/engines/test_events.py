"""Events, scheduled and triggered, mean the same in every engine."""

import math

import numpy as np
import pytest
from scipy.stats import binom, expon, kstest

import microdomain as md
from engines.hybrid import Hybrid
from mechanisms.faults import ModelError
from tests.event_models import above, decay
from tests.reference import chi_square, closed

ENGINES = ["ode", "gillespie", "tau_leaping", "langevin", Hybrid("flow"), Hybrid("jump"), Hybrid("jump or diffusion")]


@md.rate_law(x="1", level="1", returns="1")
def below(x, level):
    return level - x


@md.rate_law(x="1", returns="1")
def doubled(x):
    return 2 * x


@md.rate_law(x="1", returns="1")
def successor(x):
    return x + 1


def gate(**more) -> md.Model:
    """h decays at 1/s from 1, beside a species that does nothing."""
    model = closed("gate", {"A": 7}, ("A -> 0", 0.0))
    model.variable("h", 1.0, "1", decay, rate=1.0)
    for name, start in more.items():
        model.variable(name, start, "1")
    return model


def values(model, times, name, engine="hybrid", **options):
    return md.simulate(model, times, engine=engine, seed=1, **options).quantity.sel(quantities=name).values[0]


@pytest.mark.parametrize("engine", ENGINES, ids=str)
def test_scheduled_and_triggered_events_of_a_decaying_gate(engine) -> None:
    """h is set to 1 whenever it falls below 0.5, and to 2 at t = 1 and t = 2: its course in closed form."""
    model = gate()
    model.event("refill", {"h": 1.0}, when=below, x="h", level=0.5)
    model.event("kick", {"h": 2.0}, at=[2.0, 1.0])
    times = np.linspace(0, 5, 401)

    def exact(t):
        value, since = 1.0, 0.0
        while True:
            falls = since + math.log(value / 0.5)
            kick = min((k for k in (1.0, 2.0) if k > since), default=math.inf)
            if t < min(falls, kick):
                return value * math.exp(since - t)
            value, since = (1.0, falls) if falls < kick else (2.0, kick)

    found = values(model, times, "h", engine)
    edges = [math.log(2), 1.0, 2.0, *(2 + math.log(4) + k * math.log(2) for k in range(3))]
    clear = np.abs(times[:, None] - np.array(edges)).min(axis=1) > 5e-3
    assert found[clear] == pytest.approx([exact(t) for t in times[clear]], abs=3e-3)
    assert found[times == 1.0] == [2.0]


def test_the_time_of_a_trigger_is_found_inside_a_step() -> None:
    """h = exp(-t) falls below 0.5 at log 2, to the tolerance of the integrator and not to that of its steps."""
    model = gate(seen=0.0)
    model.event("note", {"seen": "time"}, when=below, x="h", level=0.5)
    model.variable("clock", 0.0, "s")
    model.event("read", {"clock": "time"}, when=below, x="h", level=0.25)
    times = [0.0, 3.0]
    with pytest.raises(ModelError, match="seen"):
        model.check()
    model = gate()
    model.variable("clock", 0.0, "s")
    model.event("read", {"clock": "time"}, when=below, x="h", level=0.25)
    found = values(model, times, "clock", "ode", rtol=1e-9, atol=1e-9)
    assert found[-1] == pytest.approx(math.log(4), rel=1e-6)


def test_of_several_events_the_highest_priority_comes_first() -> None:
    """x = 2 x and x = x + 1 at one time, from 5, by priority; without one, by the order of declaration.

    11 or 12 where values are of the state just before each, 6 or 10 where they are of that which triggers both.
    """
    for computed, first, last in (("execution", 11.0, 12.0), ("trigger", 6.0, 10.0)):
        for priorities, expected in (((0, 1), last), ((1, 0), first), ((0, 0), first)):
            for when in ({"at": 1.0}, {"when": below, "level": 0.5}):
                model = gate(x=5.0)
                options = when | {"values": computed} | ({"x": "h"} if "when" in when else {})
                model.event("double", {"x": "twice"}, priority=priorities[0], **options)
                model.event("add", {"x": "more"}, priority=priorities[1], **options)
                model.quantity("twice", doubled, x="x")
                model.quantity("more", successor, x="x")
                assert values(model, [0.0, 2.0], "x")[-1] == expected


def test_all_values_are_computed_before_any_is_set() -> None:
    """Two variables are exchanged."""
    model = gate(p=3.0, q=8.0)
    model.event("exchange", {"p": "q", "q": "p"}, at=0.5)
    assert values(model, [0.0, 1.0], "p")[-1] == 8.0
    assert values(model, [0.0, 1.0], "q")[-1] == 3.0


def test_an_event_may_set_off_another() -> None:
    """h falls below 0.5 and sets x above 1, which sets z; a condition that holds from the start sets nothing off."""
    model = gate(x=0.0, z=0.0, w=0.0)
    model.event("first", {"x": 5.0}, when=below, x="h", level=0.5)
    model.event("second", {"z": 9.0}, when=above, x="x", level=1.0)
    model.event("never", {"w": 1.0}, when=below, x="z", level=100.0)
    for name, expected in (("x", 5.0), ("z", 9.0), ("w", 0.0)):
        assert values(model, [0.0, 0.2, 1.0], name).tolist() == [0.0, 0.0, expected]


def test_a_count_that_sets_off_an_event() -> None:
    """Birth at 50/s from 0, and all are removed when the 20th arrives: the count is uniform on 0 ... 19 later on.

    The time of the first removal is Gamma(20): by Kolmogorov-Smirnov and chi-square, false alarm 1e-4 each.
    """

    @md.rate_law(n="1", returns="1")
    def full(n):
        return n - 19.5

    model = closed("queue", {"A": 0}, ("0 -> A", 50.0))
    model.variable("emptied", 0.0, "s")
    model.event("empty", {"A": 0.0, "emptied": "time"}, when=full, n="A")
    data = md.simulate(model, [0.0, 30.0], engine="gillespie", trajectories=1500, seed=3)
    counts = data.counts.values[:, 1, 0]
    assert counts.max() <= 19
    assert chi_square(counts, np.full(20, 1 / 20)) > 1e-4
    age = 30.0 - data.quantity.values[:, 1, 0]
    assert kstest(age[counts == 0], expon(scale=1 / 50).cdf).pvalue > 1e-4


def test_whole_molecules_are_set_where_molecules_are_counted() -> None:
    """A concentration of 10.4 molecules is 10 where A jumps and 10.4 where it flows."""
    model = closed("dose", {"A": 0}, ("A -> 0", 0.0))
    model.event("dose", {"A": 10.4}, at=1.0)
    for engine, expected in (("gillespie", 10.0), ("ode", 10.4)):
        counts = md.simulate(model, [0.0, 0.5, 2.0], engine=engine, seed=1).counts.values[0, :, 0]
        assert counts == pytest.approx([0.0, 0.0, expected])


@pytest.mark.parametrize("engine", ["tau_leaping", "langevin", Hybrid("jump or leap"), Hybrid("jump or diffusion")])
def test_a_dose_of_many_decays_with_the_moments_of_a_binomial(engine) -> None:
    """5000 molecules at 1 s, of which each is there after t for exp(-t): mean and variance of 1500 trajectories.

    4.5 standard errors each: false alarm 3e-5. Seen to fail: noise of 1.2 sqrt(a h); leaps of 1.1 a h.
    """
    model = closed("dose", {"A": 0}, ("A -> 0", 1.0))
    model.event("dose", {"A": 5000.0}, at=1.0)
    data = md.simulate(model, [0.0, 1.0, 1.5, 3.0], engine=engine, trajectories=1500, seed=3)
    counts = data.counts.values[:, :, 0]
    assert (counts[:, 1] == 5000).all()
    for k, p in ((2, np.exp(-0.5)), (3, np.exp(-2.0))):
        variance = 5000 * p * (1 - p)
        assert abs(counts[:, k].mean() - 5000 * p) < 4.5 * np.sqrt(variance / 1500)
        assert abs(counts[:, k].var() / variance - 1) < 4.5 * np.sqrt(2 / 1500)


def test_fixed_steps_of_langevin_do_not_go_with_events() -> None:
    model = closed("dose", {"A": 0}, ("A -> 0", 1.0))
    model.event("dose", {"A": 50.0}, at=1.0)
    with pytest.raises(md.RequestError, match="leave out step="):
        md.simulate(model, 2.0, engine="langevin", step=0.01)


def test_a_dose_decays_as_a_binomial() -> None:
    """40 molecules at t = 1, each of which survives to t = 2 with probability 1/e: chi-square, false alarm 1e-4."""
    model = closed("dose", {"A": 3}, ("A -> 0", 1.0))
    model.event("dose", {"A": 40.0}, at=1.0)
    data = md.simulate(model, [0.0, 2.0], engine="gillespie", trajectories=3000, seed=8)
    assert chi_square(data.counts.values[:, 1, 0], binom.pmf(np.arange(41), 40, math.exp(-1))) > 1e-4


def test_other_units_give_the_same_event() -> None:
    """A dose of 1 nM in 1 pL, and of 0.001 uM in 1000 fL."""
    found = []
    for volume, dose, when in (("1 pL", "1 nM", "500 ms"), (1000.0, 0.001, 0.5)):
        model = md.Model("dose")
        model.species("A", model.compartment("cell", volume))
        model.reaction("A -> 0", k=1.0)
        model.event("dose", {"A": dose}, at=when)
        found.append(md.simulate(model, 1.0, engine="gillespie", seed=2).counts.values)
    assert (found[0] == found[1]).all()
    assert found[0].max() == 602


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ({"sets": {"A": 1.0}}, "neither at= nor when="),
        ({"sets": {"A": 1.0}, "at": 1.0, "when": below}, "at= and when="),
        ({"sets": {}, "at": 1.0}, "nothing that it sets"),
        ({"sets": {"B": 1.0}, "at": 1.0}, "'B'"),
        ({"sets": {"A": "1 s"}, "at": 1.0}, "1 s"),
        ({"sets": {"A": 1.0}, "at": "1 mV"}, "1 mV"),
        ({"sets": {"A": 1.0}, "when": below, "x": "nothing", "level": 1.0}, "'nothing'"),
        ({"sets": {"A": 1.0}, "when": 5}, "@rate_law"),
        ({"sets": {"held": 1.0}, "at": 1.0}, "held"),
    ],
)
def test_faults_of_events(arguments, part) -> None:
    model = gate()
    model.species("held", "cell", count=1, clamped=True)
    model.event("event", **arguments)
    with pytest.raises(ModelError) as caught:
        model.check()
    assert part in str(caught.value)
    assert "event 'event'" in str(caught.value)
