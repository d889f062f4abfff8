"""Events that cannot be, or cannot go on, and what is printed of an event."""

import math

import numpy as np
import pytest

import microdomain as md
from mechanisms.faults import ModelError
from tests.event_models import difference, minus, so_many, steady, still, successor
from tests.reference import closed


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
    with pytest.raises(md.SimulationError, match=r"t = 0 s.*event 'up' happens without end: 1001 times"):
        md.simulate(model, 1.0, engine=engine, seed=1)
    model = still(x=0.0)
    model.event("often", {"x": 1.0}, at=np.linspace(0, 1, 1200), delay=10.0)
    with pytest.raises(md.SimulationError, match="event 'often' is triggered while 1000 events wait"):
        md.simulate(model, 1.0, engine=engine, seed=1)
    model = still(x=1.0)
    model.event("early", {"x": 1.0}, at=0.5, delay=so_many, x=-1.0, unit=1.0)
    with pytest.raises(md.SimulationError, match="event 'early' has a delay that is not 0 or more"):
        md.simulate(model, 1.0, engine=engine, seed=1)


WITH_EVENTS = ["ode", "gillespie", "hybrid", "tau_leaping", "langevin"]


@pytest.mark.parametrize("engine", WITH_EVENTS)
@pytest.mark.parametrize("back", [0.0, 1e-12])
def test_an_event_that_triggers_itself_ends_the_run(engine, back: float) -> None:
    """A level that rises is set back just to where the event is triggered, or by a trifle: time stands still."""
    model = climbing()
    model.event("hold", {"x": 1.0 - back}, when=difference, x="x", y=1.0)
    said = "t = 1 s.*event 'hold' happens without end: 1001 times within 1e-09 of the time simulated.*1000 are allowed"
    with pytest.raises(md.SimulationError, match=said):
        md.simulate(model, 3.0, engine=engine, seed=1)


@pytest.mark.parametrize("engine", WITH_EVENTS)
def test_many_events_are_no_event_without_end(engine) -> None:
    """A level that is set back 3000 times, and 3000 times of a schedule that are 1e-13 s apart."""
    model = climbing()
    model.event("back", {"x": 0.0}, when=difference, x="x", y=0.001)
    data = md.simulate(model, 3.0005, engine=engine, seed=1)
    assert data.quantity.sel(quantities="x").values[0, -1] == pytest.approx(0.0005, abs=1e-6)
    model = climbing()
    model.event("set", {"x": 0.0}, at=1e-13 * np.arange(3000))
    assert md.simulate(model, 3.0, engine=engine, seed=1).quantity.values[0, -1, 0] == pytest.approx(3.0, abs=1e-6)


def climbing() -> md.Model:
    """A variable that rises by 1/s, beside molecules that decay."""
    model = closed("climbing", {"A": 7}, ("A -> 0", 0.1))
    model.variable("x", 0.0, "1", steady, rate="1 1/s")
    return model


def test_what_is_printed_says_when_an_event_happens() -> None:
    model = still(x=0.0)
    model.parameter("wait", 2.0, "s")
    model.event("late", {"x": 5.0}, at=1.0, delay="wait", priority=2)
    rule = {"when": difference, "at_start": True, "persistent": False, "values": "execution"}
    model.event("rule", {"x": 6.0}, **rule, y=3.0, delay=so_many, x=3.0, unit=1.0, priority=minus)
    text = str(model)
    for part in (
        "after    wait",
        "priority 2",
        "x - y rises above 0, or is above it at the start",
        "1000*unit*x  in ms",
    ):
        assert part in text
    for part in ("priority -x", "if       the condition holds until then", "x = 6.0, as it happens"):
        assert part in text
