"""Events that wait until they happen: delays, values as of then or before, conditions that end, and priorities."""

import math

import numpy as np
import pytest

import microdomain as md
from engines.hybrid import Hybrid
from mechanisms import maths
from mechanisms.faults import ModelError
from tests.reference import closed

ENGINES = ["ode", "gillespie", "tau_leaping", "langevin", Hybrid("jump or diffusion")]


@md.rate_law(x="1", y="1", returns="1")
def difference(x, y):
    return x - y


@md.rate_law(time="s", start="s", returns="1")
def from_then_on(time, start):
    return maths.where(time >= start, 1.0, 0.0)


@md.rate_law(time="s", start="s", end="s", returns="1")
def between(time, start, end):
    return maths.where(time >= start, 1.0, 0.0) * maths.where(time < end, 1.0, 0.0)


@md.rate_law(x="1", returns="1")
def successor(x):
    return x + 1


@md.rate_law(x="1", unit="ms", returns="ms")
def so_many(x, unit):
    return 1000 * x * unit


@md.rate_law(x="1", returns="1")
def minus(x):
    return -x


@md.rate_law(x="1", y="1", returns="1")
def product(x, y):
    return x * y


@md.rate_law(a="uM", b="uM", returns="uM")
def total(a, b):
    return a + b


@md.rate_law(rate="1/s", returns="1/s")
def steady(rate):
    return rate


@md.rate_law(slope="1", returns="1")
def slowly(slope):
    return slope


def still(**variables: float) -> md.Model:
    """Variables that events alone change, beside a species that nothing changes."""
    model = closed("still", {"A": 7}, ("A -> 0", 0.0))
    for name, start in variables.items():
        model.variable(name, start, "1")
    return model


def course(model, times, *names, engine="hybrid"):
    """(time, name) values of variables."""
    data = md.simulate(model, np.array(times), engine=engine, seed=1)
    return data.quantity.sel(quantities=list(names)).values[0].tolist()


# -- delays --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES, ids=str)
def test_an_event_happens_as_much_later_as_its_delay_says(engine) -> None:
    """Triggered at 1, it happens at 3: a step ends exactly there, and what is recorded then is what was set."""
    for delay in (2.0, "2000 ms", "wait", "clock", so_many):
        model = still(x=0.0)
        model.parameter("wait", "2 s", "s")
        model.variable("clock", 2.0, "s")
        model.event("late", {"x": 5.0}, when=from_then_on, start=1.0, delay=delay, unit="1 ms", **{"x": 2.0})
        found = course(model, [0.0, 1.0, 2.0, 3.0 - 1e-9, 3.0, 4.0], "x", engine=engine)
        assert found == [[0], [0], [0], [0], [5], [5]]


@pytest.mark.parametrize("engine", ENGINES, ids=str)
def test_an_event_may_wait_several_times(engine) -> None:
    """Triggered at 1, 1.5 and 2 with a delay of 2 s, in which A, a species, is set to 10, 11 and 12 as of then."""
    model = still()
    model.variable("n", 10.0, "uM")
    model.species("N", "cell", count=0)
    model.event("count", {"n": total}, at=[1.25, 1.75], a="n", b=1.0)
    model.event("late", {"N": "n"}, at=[1.0, 1.5, 2.0], delay=2.0)
    times = [2.9, 3.0, 3.4, 3.5, 3.9, 4.0]
    data = md.simulate(model, np.array([0.0, *times]), engine=engine, seed=1)
    assert data.counts.sel(species="N.cell").values[0, 1:].tolist() == [0, 10, 10, 11, 11, 12]


def test_the_delay_is_that_of_the_moment_of_the_trigger() -> None:
    """w falls by 1/s from 3 s: triggered at 1, the delay is 2 s, and 1.5 s if it were the time when it is over."""
    model = still(x=0.0)
    model.variable("w", 3.0, "s", law=slowly, slope=-1.0)
    model.event("late", {"x": 1.0}, at=1.0, delay="w")
    assert course(model, [0.0, 2.999, 3.001], "x") == [[0.0], [0.0], [1.0]]


def test_times_that_differ_by_rounding_alone_are_one() -> None:
    """0.1 + 0.2 is more than 0.3 in binary: the value recorded at 0.3 is that after the event, which is the first."""
    model = still(x=0.0)
    model.event("late", {"x": 1.0}, at=0.1, delay=0.2)
    model.event("other", {"x": 2.0}, at=0.3, priority=-1)
    assert course(model, [0.0, 0.25, 0.3, 0.4], "x") == [[0.0], [0.0], [2.0], [2.0]]
    model = still(x=0.0)
    model.event("late", {"x": 1.0}, at=0.1, delay=0.2)
    assert course(model, [0.0, 0.3, 0.4], "x") == [[0.0], [1.0], [1.0]]
    assert course(model, [0.0, 0.3], "x") == [[0.0], [1.0]]


@pytest.mark.parametrize("engine", ENGINES, ids=str)
def test_the_past_drives_the_present(engine) -> None:
    """x is doubled 0.5 s after each second, and 1 is added at each second: x_n+1 = 2 (x_n + 1), at once or later."""
    model = still(x=0.0)
    model.quantity("more", successor, x="x")
    model.event("double", {"x": product}, at=range(1, 6), delay=0.5, values="execution", y=2.0)
    model.event("add", {"x": "more"}, at=range(1, 6))
    assert course(model, [0.0, *range(1, 6), 6.0], "x", engine=engine) == [[0], [1], [3], [7], [15], [31], [62]]


# -- values ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES, ids=str)
def test_values_are_those_of_the_trigger_or_of_the_execution(engine) -> None:
    """x grows by 2/s from 0: triggered at 1 and executed at 2.5, y is 2 or 5."""
    for values, expected in (("trigger", 2.0), ("execution", 5.0)):
        model = still(y=0.0)
        model.variable("x", 0.0, "1", steady, rate=2.0)
        model.event("late", {"y": "x"}, when=from_then_on, start=1.0, delay=1.5, values=values)
        assert course(model, [0.0, 2.0, 3.0], "y", engine=engine)[-1][0] == pytest.approx(expected, rel=1e-12)


def test_whole_molecules_are_set_though_the_value_waits() -> None:
    """A concentration of 10.4 molecules that is set later is 10 where A jumps and 10.4 where it flows."""
    model = closed("dose", {"A": 0}, ("A -> 0", 0.0))
    model.event("dose", {"A": 10.4}, at=1.0, delay=1.0)
    for engine, expected in (("gillespie", 10.0), ("ode", 10.4)):
        counts = md.simulate(model, [0.0, 1.5, 2.0], engine=engine, seed=1).counts.values[0, :, 0]
        assert counts == pytest.approx([0.0, 0.0, expected])


# -- priorities ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES, ids=str)
def test_priorities_are_looked_at_after_every_event(engine) -> None:
    """Three events are due at 2; the first one makes the third more urgent than the second: 1, 3, 2 and not 1, 2, 3."""
    model = still(p=-10.0, order=0.0)
    model.quantity("tenfold", product, x="order", y=10.0)
    for name, digit, priority in (("first", 1.0, 10.0), ("second", 2.0, 0.0), ("third", 3.0, "p")):
        law = md.rate_law(tenfold="1", digit="1", returns="1")(lambda tenfold, digit: tenfold + digit)
        sets = {"order": law} | ({"p": 5.0} if name == "first" else {})
        model.event(name, sets, at=1.0, delay=1.0, priority=priority, values="execution", digit=digit)
    assert course(model, [0.0, 1.9, 2.0], "order", engine=engine) == [[0.0], [0.0], [132.0]]


def test_a_priority_may_be_a_law_of_the_state_as_it_is_then() -> None:
    """p rises from -1 by 1/s: before t = 1 the event of priority p is the later one of two, after that the first."""
    for when, expected in ((0.5, 2.0), (1.5, 1.0)):
        model = still(x=0.0)
        model.variable("p", -1.0, "1", steady, rate=1.0)
        model.event("other", {"x": 1.0}, at=when)
        model.event("rising", {"x": 2.0}, at=when, priority=product, x="p", y=3.0)
        assert course(model, [0.0, 2.0], "x")[-1] == [expected]


def test_an_event_triggered_by_another_is_due_at_the_same_time() -> None:
    """Of three, "late" is triggered by "first", and happens before "last", which was triggered before it."""
    model = still(a=0.0, x=0.0)
    model.event("first", {"a": 1.0}, at=1.0, priority=3.0)
    model.event("last", {"x": 5.0}, at=1.0, priority=1.0)
    model.event("late", {"x": 9.0}, when=difference, x="a", y=0.5, priority=2.0)
    assert course(model, [0.0, 1.0], "x")[-1] == [5.0]


# -- conditions that end -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES, ids=str)
def test_an_event_that_is_not_persistent_is_cancelled_where_its_condition_ends(engine) -> None:
    """The condition holds from 1 to 2: after 0.5 s the event happens in any case, after 1.5 s if it is persistent."""
    for delay, persistent, expected in ((0.5, False, 1.0), (1.5, True, 1.0), (1.5, False, 0.0)):
        model = still(x=0.0)
        model.event("late", {"x": 1.0}, when=between, start=1.0, end=2.0, delay=delay, persistent=persistent)
        assert course(model, [0.0, 4.0], "x", engine=engine)[-1] == [expected]


def test_what_was_cancelled_is_triggered_again() -> None:
    """The condition holds from 1 to 1.5 and from 2 on: with a delay of 0.75 s it happens at 2.75."""
    model = still(x=0.0, go=0.0)
    model.event("begin", {"go": 1.0}, at=[1.0, 2.0])
    model.event("end", {"go": 0.0}, at=1.5)
    model.event("late", {"x": 1.0}, when=difference, x="go", y=0.5, delay=0.75, persistent=False)
    assert course(model, [0.0, 2.7499, 2.75], "x") == [[0.0], [0.0], [1.0]]


@pytest.mark.parametrize("engine", ENGINES, ids=str)
def test_an_event_may_cancel_another_of_the_same_time(engine) -> None:
    """Both wait for go > 0.5; the one of higher priority ends the condition, so that the other happens if persistent."""
    for persistent, expected in ((True, [1.0, 1.0]), (False, [1.0, 0.0])):
        model = still(go=0.0, x=0.0, y=0.0)
        model.event("begin", {"go": 1.0}, at=1.0)
        options = {"when": difference, "persistent": persistent}
        model.event("second", {"y": 1.0}, **options, x="go", y=0.5)
        model.event("first", {"x": 1.0, "go": 0.0}, **options, priority=1.0, x="go", y=0.5)
        assert course(model, [0.0, 2.0], "x", "y", engine=engine)[-1] == expected


# -- faults and failures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ({"delay": -1.0}, "0 or more"),
        ({"delay": math.nan}, "nan"),
        ({"delay": "1 mV"}, "1 mV"),
        ({"delay": "nothing"}, "'nothing'"),
        ({"delay": successor, "x": "A"}, "a quantity in 1"),
        ({"delay": "k"}, "a quantity in 1/s"),
        ({"priority": "1 s"}, "1 s"),
        ({"priority": so_many, "x": 1.0, "unit": 1.0}, "a quantity in ms"),
        ({"values": "later"}, "'trigger' or 'execution'"),
        ({"persistent": 0, "at": None, "when": successor, "x": "A"}, "True or False"),
        ({"at_start": "yes", "at": None, "when": successor, "x": "A"}, "True or False"),
        ({"persistent": False}, "persistent=False and at="),
        ({"at_start": True}, "at_start=True and at="),
    ],
)
def test_faults_of_events_that_wait(arguments, part) -> None:
    model = still()
    model.parameter("k", 1.0, "1/s")
    model.event("event", {"A": 1.0}, **{"at": 1.0} | arguments)
    with pytest.raises(ModelError) as caught:
        model.check()
    assert part in str(caught.value)
    assert "event 'event'" in str(caught.value)


@pytest.mark.parametrize("engine", ["ode", "gillespie"])
def test_events_without_end_end_the_run(engine) -> None:
    """Two events undo each other for ever; one is triggered more often than may wait; one has a negative delay."""
    model = still(x=0.0)
    model.event("up", {"x": 1.0}, when=difference, x=0.5, y="x", at_start=True)
    model.event("down", {"x": 0.0}, when=difference, x="x", y=0.5)
    with pytest.raises(md.SimulationError, match="event '(up|down)' and others follow from each other without end"):
        md.simulate(model, 1.0, engine=engine, seed=1)
    model = still(x=0.0)
    model.event("often", {"x": 1.0}, at=np.linspace(0, 1, 1200), delay=10.0)
    with pytest.raises(md.SimulationError, match="event 'often' is triggered while 1000 events wait"):
        md.simulate(model, 1.0, engine=engine, seed=1)
    model = still(x=1.0)
    model.event("early", {"x": 1.0}, at=0.5, delay=so_many, x=-1.0, unit=1.0)
    with pytest.raises(md.SimulationError, match="event 'early' has a delay that is not 0 or more"):
        md.simulate(model, 1.0, engine=engine, seed=1)


def test_every_trajectory_has_its_own_waiting_events() -> None:
    """An event that still waits at the end of one trajectory does not happen in the next."""
    model = still(x=0.0)
    model.event("late", {"x": 1.0}, at=1.0, delay=5.0)
    model.event("later", {"x": 2.0}, at=1.0, delay=6.5)
    data = md.simulate(model, [0.0, 0.5, 6.0], engine="gillespie", seed=1, trajectories=20)
    assert (data.quantity.sel(quantities="x").values == [0.0, 0.0, 1.0]).all()


def test_what_is_printed_says_when_an_event_happens() -> None:
    model = still(x=0.0)
    model.parameter("wait", 2.0, "s")
    model.event("late", {"x": 5.0}, at=1.0, delay="wait", priority=2)
    rule = {"when": difference, "at_start": True, "persistent": False, "values": "execution"}
    model.event("rule", {"x": 6.0}, **rule, y=3.0, delay=so_many, x=3.0, unit=1.0, priority=minus)
    text = str(model)
    for part in ("after    wait", "priority 2", "x - y rises above 0, or is above it at the start", "1000*unit*x  in ms"):
        assert part in text
    for part in ("priority -x", "if       the condition still holds then", "x = 6.0, as it happens"):
        assert part in text
