"""What simulate is asked: every fault is found before anything runs, with what is allowed and the nearest name."""

import numpy as np
import pytest

import engines.request
import microdomain as md
from tests.reference import closed


def model() -> md.Model:
    return closed("pair", {"A": 5, "B": 0}, ("A <-> B", 1.0, 2.0))


def faults(times=10.0, engine="gillespie", of=None, **request) -> list[str]:
    """The faults of a request, one text each."""
    with pytest.raises(md.RequestError) as caught:
        md.simulate(of or model(), times, engine=engine, **request)
    listed = [str(fault) for fault in caught.value.faults]
    assert all(fault in str(caught.value) for fault in listed)
    return listed


ONE_FAULT = {
    "unknown engine": ({"engine": "gilespie"}, ("'gilespie'", "ode, gillespie", "Did you mean 'gillespie'?")),
    "no engine": ({"engine": 3}, ("engine: found 3", "ode, gillespie", "ODE(")),
    "unknown option": ({"max_event": 5}, ("'max_event'", "Did you mean 'max_events'?")),
    "option of another engine": ({"engine": "ode", "max_events": 5}, ("'max_events'", "atol, max_steps, rtol")),
    "negative tolerance": ({"engine": "ode", "rtol": -1e-6}, ("rtol=-1e-06", "0 < rtol < 1")),
    "tolerance that is text": ({"engine": "ode", "rtol": "small"}, ("rtol",)),
    "NaN tolerance": ({"engine": "ode", "atol": float("nan")}, ("atol=nan",)),
    "no events": ({"max_events": 0}, ("max_events",)),
    "negative end": ({"times": -3.0}, ("times", "-3", "later than 0 s")),
    "no time": ({"times": 0.0}, ("times", "later than 0 s")),
    "NaN end": ({"times": float("nan")}, ("times", "nan")),
    "end in metres": ({"times": "10 um"}, ("times", "'10 um'", "s")),
    "end that is no number": ({"times": "soon"}, ("times", "'soon'")),
    "grid backwards": ({"times": [0, 2, 1]}, ("times", "do not increase", "increasing")),
    "grid that stands still": ({"times": [0, 1, 1]}, ("times", "do not increase")),
    "NaN in the grid": ({"times": [0, np.nan, 2]}, ("times", "finite")),
    "grid without end": ({"times": [0, 1, np.inf]}, ("times", "finite")),
    "one time": ({"times": [1.0]}, ("times", "at least two")),
    "no times": ({"times": []}, ("times", "at least two")),
    "table of times": ({"times": [[0, 1], [2, 3]]}, ("times", "(2, 2)")),
    "no trajectories": ({"trajectories": 0}, ("trajectories", "found 0", "1 or more")),
    "negative trajectories": ({"trajectories": -3}, ("trajectories", "-3", "1 or more")),
    "half a trajectory": ({"trajectories": 2.5}, ("trajectories", "2.5", "whole number")),
    "no trajectory numbers": ({"trajectories": []}, ("trajectories", "[]")),
    "negative trajectory number": ({"trajectories": [1, -1]}, ("trajectories", "[1, -1]")),
    "half a trajectory number": ({"trajectories": [1.5]}, ("trajectories", "[1.5]")),
    "a trajectory twice": ({"trajectories": [4, 4]}, ("trajectories", "different")),
    "many solutions of the ODE": ({"engine": "ode", "trajectories": 5}, ("trajectories", "found 5", "no noise")),
    "negative seed": ({"seed": -1}, ("seed", "-1", "0")),
    "seed that is no number": ({"seed": "one"}, ("seed", "'one'")),
    "seed with a fraction": ({"seed": 1.5}, ("seed", "1.5")),
    "true seed": ({"seed": True}, ("seed", "True")),
    "no workers": ({"workers": 0}, ("workers", "found 0", "1 or more")),
    "half a worker": ({"workers": 1.5}, ("workers", "1.5")),
    "unknown record": ({"record": "event"}, ("'event'", "grid, events, statistics", "Did you mean 'events'?")),
    "events of the ODE": ({"engine": "ode", "record": "events"}, ("events", "gillespie")),
    "histograms of paths": ({"histograms": {"A": [0, 1]}}, ("histograms", "record='statistics'")),
    "histogram of an unknown species": (
        {"record": "statistics", "histograms": {"A.sell": [0, 1]}}, ("'A.sell'", "A.cell", "Did you mean 'A.cell'?"),
    ),
    "edges backwards": ({"record": "statistics", "histograms": {"A": [0, 2, 1]}}, ("'A'", "increasing")),
    "one edge": ({"record": "statistics", "histograms": {"A": [0]}}, ("'A'", "two")),
    "NaN edge": ({"record": "statistics", "histograms": {"A": [0, np.nan, 2]}}, ("'A'", "increasing")),
    "edges that are text": ({"record": "statistics", "histograms": {"A": ["few", "many"]}}, ("'A'",)),
}  # fmt: skip


@pytest.mark.parametrize("name", ONE_FAULT)
def test_a_fault_says_what_was_found_and_what_is_allowed(name: str) -> None:
    request, parts = ONE_FAULT[name]
    found = faults(**request)
    assert len(found) == 1, found
    for part in parts:
        assert part in found[0], found[0]


def test_all_faults_are_reported_at_once() -> None:
    found = faults(
        [3, 2], "gillespy", trajectories=0, seed=-1, workers=0, record="statistic", histograms={"C": [1]}, rtoll=3
    )
    for part in ("times", "'gillespy'", "trajectories", "seed", "workers", "'statistic'", "'C'"):
        assert any(part in fault for fault in found), (part, found)
    found = faults([3, 2], "gillespie", trajectories=0, seed=-1, max_event=3)
    assert len(found) == 4


def test_faults_of_the_model_come_first() -> None:
    broken = model()
    broken.reaction("A -> Q", k=1)
    with pytest.raises(md.ModelError, match="'Q'"):
        md.simulate(broken, -1, engine="none")


@md.rate_law(h="1", rate="1/s", returns="1/s")
def relaxation(h, rate):
    return rate * (0.2 - h)


@pytest.mark.parametrize("engine", ["ode", "gillespie", "hybrid"])
def test_a_continuous_variable_is_integrated_by_every_engine(engine) -> None:
    """A gate beside molecules: h = 0.2 + 0.8 exp(-3 t); it is no species of the result."""
    gated = closed("gated", {"A": 30}, ("A -> 0", 1.0))
    gated.variable("h", 1.0, "1", relaxation, rate=3.0)
    times = np.linspace(0, 2, 5)
    data = md.simulate(gated, times, engine=engine, seed=1)
    assert data.quantity.values[0, :, 0] == pytest.approx(0.2 + 0.8 * np.exp(-3 * times), abs=1e-3)
    assert data.quantities.values.tolist() == ["h"]
    assert data.species.values.tolist() == ["A.cell"]


def test_paths_that_do_not_fit_into_memory_are_refused(monkeypatch) -> None:
    """6 x 10^12 numbers; statistics of the same ensemble keep no paths and are no fault."""
    found = faults(np.linspace(0, 1, 10**6), trajectories=10**6)
    assert len(found) == 1
    assert "trajectories x times" in found[0]
    assert "record='statistics'" in found[0]
    monkeypatch.setattr(engines.request, "LARGEST_RESULT", 1e-12)
    assert "trajectories x times" in faults(trajectories=50)[0]
    md.simulate(model(), 1, engine="gillespie", trajectories=50, record="statistics")


def test_times_may_be_a_number_text_or_a_list() -> None:
    for times, last, size in (
        (2, 2.0, 201),
        ("2 s", 2.0, 201),
        ("50 ms", 0.05, 201),
        ([0, 1, 3], 3.0, 3),
        (range(4), 3.0, 4),
    ):
        data = md.simulate(model(), times, engine="ode")
        assert data.time.values[-1] == pytest.approx(last)
        assert data.sizes["time"] == size


def test_engines_may_be_names_or_objects_with_options() -> None:
    by_name = md.simulate(model(), 2, engine="ode", rtol=1e-9)
    by_object = md.simulate(model(), 2, engine=md.ODE(rtol=1e-9))
    assert by_name.identical(by_object)
    assert (
        md.simulate(model(), 2, engine=md.Gillespie(), seed=np.int64(3), trajectories=np.int64(2)).sizes["trajectory"]
        == 2
    )
