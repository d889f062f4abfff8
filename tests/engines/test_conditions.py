"""Where the conditions of events become true: to the last digit of the time, between two steps, and at the start."""

import math

import numpy as np
import pytest

import microdomain as md
from engines.hybrid import Hybrid
from mechanisms import maths
from tests.reference import closed

ENGINES = ["ode", "gillespie", "tau_leaping", "langevin", Hybrid("jump or diffusion")]


@md.rate_law(x="1", level="1", returns="1")
def reached(x, level):
    return maths.where(x >= level, 1.0, 0.0)


@md.rate_law(x="1", level="1", returns="1")
def above(x, level):
    return x - level


@md.rate_law(time="s", start="s", returns="1")
def from_then_on(time, start):
    return maths.where(time >= start, 1.0, 0.0)


@md.rate_law(time="s", start="s", returns="1")
def after(time, start):
    return maths.where(time > start, 1.0, 0.0)


@md.rate_law(time="s", start="s", end="s", returns="1")
def between(time, start, end):
    return maths.where(time >= start, 1.0, 0.0) * maths.where(time < end, 1.0, 0.0)


@md.rate_law(rate="1/s", returns="1/s")
def steady(rate):
    return rate


@md.rate_law(h="1", rate="1/s", returns="1/s")
def decay(h, rate):
    return -rate * h


def clocked(**variables: float) -> md.Model:
    """Variables that events alone change, and a clock that they may set to the time."""
    model = closed("clocked", {"A": 7}, ("A -> 0", 0.0))
    model.variable("clock", -1.0, "s")
    for name, start in variables.items():
        model.variable(name, start, "1")
    return model


def course(model, times, name, engine="hybrid", **options):
    data = md.simulate(model, np.array(times), engine=engine, seed=1, **options)
    return data.quantity.sel(quantities=name).values[0].tolist()


@pytest.mark.parametrize("engine", ENGINES, ids=str)
@pytest.mark.parametrize("start", [3.0, 0.7, 1 / 3])
def test_a_condition_on_time_is_met_to_the_last_digit(engine, start) -> None:
    """time >= start and time > start: the value at that time is the new one, or still the old one."""
    for condition, at_once in ((from_then_on, True), (after, False)):
        model = clocked()
        model.variable("h", 1.0, "1", decay, rate=3.0)
        model.event("note", {"clock": "time"}, when=condition, start=start)
        found = course(model, [0.0, math.nextafter(start, 0.0), start, start + 1e-12, 4.0], "clock", engine)
        assert found[1] == -1.0
        assert found[2] == (start if at_once else -1.0)
        assert found[3] == found[4] == pytest.approx(start, rel=1e-15)


@pytest.mark.parametrize("engine", ENGINES, ids=str)
def test_a_level_that_is_just_reached(engine) -> None:
    """x = t / 4 is 1 at t = 4: found within 1e-9 s, as a rise above 0 or by a law that leaps from 0 to 1."""
    for condition in (reached, above):
        model = clocked()
        model.variable("x", 0.0, "1", steady, rate=0.25)
        model.event("note", {"clock": "time"}, when=condition, x="x", level=1.0)
        assert course(model, [0.0, 10.0], "clock", engine)[-1] == pytest.approx(4.0, abs=1e-9)


def test_a_curve_is_met_as_exactly_as_it_is_integrated() -> None:
    """h = exp(-3 t) falls below 0.1 at log(10) / 3; twice as many digits are asked for, and come."""
    for tolerance in (1e-5, 1e-7, 1e-9):
        model = clocked()
        model.variable("h", 1.0, "1", decay, rate=3.0)
        model.event("note", {"clock": "time"}, when=above, x=0.1, level="h")
        found = course(model, [0.0, 5.0], "clock", "ode", rtol=tolerance, atol=tolerance)[-1]
        assert found == pytest.approx(math.log(10) / 3, rel=20 * tolerance)


@pytest.mark.parametrize("engine", ENGINES, ids=str)
def test_what_is_true_between_two_steps_is_seen(engine) -> None:
    """A window of 0.5 s in 400 s of constant drift, whose steps are as long as may be; and two after each other."""
    model = clocked(n=0.0)
    model.event("note", {"clock": "time"}, when=between, start=123.4, end=123.9)
    assert course(model, [0.0, 400.0], "clock", engine)[-1] == 123.4
    model.event("again", {"clock": "time"}, when=between, start=124.6, end=125.1)
    assert course(model, [0.0, 400.0], "clock", engine)[-1] == 124.6


@pytest.mark.parametrize("engine", ENGINES, ids=str)
def test_a_condition_that_holds_at_the_start(engine) -> None:
    """It triggers an event only with at_start=True, after its delay too, and each when it has been false between."""
    for at_start, delay, expected in (
        (False, 0.0, [-1.0, -1.0, 3.0]),
        (True, 0.0, [0.0, 0.0, 3.0]),
        (True, 0.5, [-1.0, 0.0, 3.0]),
    ):
        model = clocked(x=1.0)
        model.event("fall", {"x": 0.0}, at=2.0)
        model.event("rise", {"x": 1.0}, at=3.0)
        model.event("note", {"clock": "time"}, when=above, x="x", level=0.5, at_start=at_start, delay=delay)
        assert course(model, [0.0, 1.0, 4.0], "clock", engine) == expected


@pytest.mark.parametrize("engine", ENGINES, ids=str)
def test_events_at_the_very_end(engine) -> None:
    """Scheduled, triggered or delayed, all happen at t = 2, the end, and what is recorded there is theirs."""
    for options in ({"at": 2.0}, {"at": 1.0, "delay": 1.0}, {"when": from_then_on, "start": 2.0}):
        model = clocked(x=0.0)
        model.event("last", {"x": 1.0}, **options)
        assert course(model, [0.0, 1.0, 2.0], "x", engine) == [0.0, 0.0, 1.0]


def test_scheduled_triggered_and_delayed_events_of_one_time_go_by_priority() -> None:
    """Three events due at t = 2 write their digits behind x: in the order of priority, whatever their kind."""
    digit = md.rate_law(x="1", digit="1", returns="1")(lambda x, digit: 10 * x + digit)
    kinds = ({"at": 2.0}, {"at": 0.5, "delay": 1.5}, {"when": from_then_on, "start": 2.0})
    for order in ((1, 2, 3), (3, 1, 2), (2, 3, 1), (3, 2, 1)):
        model = clocked(x=0.0)
        for number, kind in enumerate(kinds, 1):
            model.quantity(f"with_{number}", digit, x="x", digit=float(number))
            priority = -float(order.index(number))
            model.event(f"event_{number}", {"x": f"with_{number}"}, values="execution", priority=priority, **kind)
        expected = float("".join(map(str, order)))
        assert course(model, [0.0, 2.0, 3.0], "x") == [0.0, expected, expected]


def test_the_jump_that_makes_a_condition_true_is_its_time() -> None:
    """A count reaches 5 with the fifth arrival: the event is triggered then, and happens 0.25 s later."""
    model = closed("arrivals", {"A": 0}, ("0 -> A", 10.0))
    model.variable("fifth", -1.0, "s")
    model.variable("later", -1.0, "s")
    model.event("note", {"fifth": "time"}, when=reached, x="A", level=5.0)
    model.event("late", {"later": "time"}, when=reached, x="A", level=5.0, delay=0.25, values="execution")
    for seed in range(5):
        jumps = md.simulate(model, 3.0, engine="gillespie", record="events", seed=seed).time.values
        data = md.simulate(model, np.array([0.0, 3.0]), engine="gillespie", seed=seed)
        fifth, later = data.quantity.sel(quantities=["fifth", "later"]).values[0, -1]
        assert fifth == jumps[5]
        assert later == pytest.approx(fifth + 0.25, rel=1e-14)


def test_a_condition_on_an_input() -> None:
    """A pulse from 1 to 2: its edges are met exactly, and with a delay of 1.5 s it is over before."""
    for persistent, expected in ((True, 2.5), (False, -1.0)):
        model = clocked()
        model.input("stim", md.pulse(1, 1, 2.0), unit="1")
        model.event(
            "note", {"clock": "time"}, when=above, x="stim", level=0.5, delay=1.5, values="execution",
            persistent=persistent,
        )  # fmt: skip
        assert course(model, [0.0, 4.0], "clock")[-1] == expected
