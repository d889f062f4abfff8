"""engine="auto": the choice for one call, told in the attributes of its result."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microdomain as md
from tests.reference import closed


def births(mean: float) -> md.Model:
    return closed("births", {"A": mean}, ("0 -> A", mean), ("A -> 0", 1.0))


def test_the_choice_is_used_and_recorded() -> None:
    data = md.simulate(births(400.0), 20, engine="auto", tolerance=0.1, of="A", engines=("ode", "langevin"), seed=3)
    about = data.attrs
    assert about["engine"] == about["choice"]
    assert about["choice"] in ("ode", "langevin")
    assert about["choice_observable"] == "distribution of A.cell"
    assert (about["choice_tolerance"], about["choice_verdict"]) == (0.1, "within")
    assert 0 < about["choice_error"] < 0.1
    assert about["choice"] in about["choice_reason"]


def test_the_result_is_that_of_the_engine_that_was_chosen() -> None:
    asked: dict[str, Any] = {"seed": 5, "trajectories": 3}
    auto = md.simulate(births(400.0), 5, engine="auto", engines=("langevin",), tolerance=0.2, **asked)
    langevin = md.simulate(births(400.0), 5, engine="langevin", **asked)
    assert np.array_equal(auto.counts.values, langevin.counts.values)


def test_many_trajectories_need_noise_and_every_event_needs_jumps() -> None:
    """At 10^6 molecules the mean field is right, and one trajectory may be it; ten are to differ."""
    one = md.simulate(births(1e6), 2, engine="auto", engines=("ode", "langevin"), tolerance=0.2, observable="mean")
    ten = md.simulate(
        births(1e6), 2, engine="auto", engines=("ode", "langevin"), tolerance=0.2, trajectories=10, seed=1
    )
    assert ten.attrs["choice"] == "langevin"
    assert one.attrs["choice"] in ("ode", "langevin")
    events = md.simulate(births(20.0), 2, engine="auto", record="events", seed=1)
    assert events.attrs["choice"] == "gillespie"


def test_errors_are_those_over_the_times_that_are_asked_for() -> None:
    """A population that starts away from rest: the mean field has the course, and the noise is small."""
    model = closed("decay", {"A": 20_000}, ("A -> 0", 1.0))
    data = md.simulate(model, 1.0, engine="auto", engines=("ode",), tolerance=0.05)
    assert data.attrs["choice"] == "ode"
    with pytest.raises(md.RequestError, match=r"engine 'auto': found none of ode is known to be right"):
        md.simulate(closed("decay", {"A": 20}, ("A -> 0", 1.0)), 1.0, engine="auto", engines=("ode",))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"toleranc": 0.1}, "option 'toleranc'.*Did you mean 'tolerance'"),
        ({"tolerance": 2}, "tolerance: found 2"),
        ({"engines": ["gilespie"]}, "Did you mean 'gillespie'"),
        ({"trajectories": 0}, "trajectories: found 0"),
        ({"observable": "event rate"}, "of: found 0 names"),
    ],
)
def test_bad_input_is_refused_before_any_pilot_runs(given: dict[str, Any], message: str) -> None:
    with pytest.raises(md.RequestError, match=message):
        md.simulate(births(10.0), 1.0, engine="auto", **given)
