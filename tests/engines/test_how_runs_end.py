"""How runs end: extinction and revival, laws that give no propensity, and limits of events."""

import numpy as np
import pytest
from scipy.stats import poisson

import microdomain as md
from engines.result import MEANING
from tests.reference import ONE_PER_UM, chi_square, closed

ALARM = 1e-4
"""False-alarm probability of one comparison."""


def run(model, times, trajectories=1, **options):
    """A dataset, and how its runs ended."""
    data = md.simulate(model, times, engine="gillespie", trajectories=trajectories, seed=1, workers=1, **options)
    return data, {MEANING[status] for status in data.status.values}


# -- nothing left to happen ------------------------------------------------------------------------------------------


def test_extinction_ends_a_run_and_the_state_stays(kernel) -> None:
    """A -> 0 from 9: all runs are extinct after 9 events, and every later time records 0."""
    data, how = run(closed("decay", {"A": 9}, ("A -> 0", 1.0)), [0.0, 0.1, 100.0, 1e9], trajectories=50)
    assert how == {"extinct"}
    assert (data.events == 9).all()
    assert (data.counts[:, 0] == 9).all()
    assert (data.counts[:, 2:] == 0).all()


@pytest.mark.parametrize(("start", "k", "left", "events"), [(9, 1.0, 1, 4), (1, 1.0, 1, 0), (9, 0.0, 9, 0)])
def test_extinction_leaves_what_cannot_react(kernel, start, k, left, events) -> None:
    """2 A -> 0 leaves the odd one; nothing at all happens from one A, or where the constant is 0."""
    data, how = run(closed("pairs", {"A": start}, ("2 A -> 0", k)), 1e6, trajectories=10)
    assert how == {"extinct"}
    assert (data.events == events).all()
    assert (data.counts[:, -1] == left).all()


def test_a_run_that_could_go_on_is_finished(kernel) -> None:
    _, how = run(closed("flow", {"A": 0}, ("0 -> A", 5.0), ("A -> 0", 1.0)), 20.0, trajectories=10)
    assert how == {"finished"}


def test_an_edge_of_an_input_revives_what_was_extinct(kernel) -> None:
    """A dies out at once; births of 3 1/s from t = 10 to 12 bring a Poisson number back, which dies out again.

    Mean 3/2 (1 - exp(-4)) at t = 12 with deaths of 2 1/s. False alarm: 1e-4. Seen to fail: a run that is left at
    extinction; the drawn time kept across the edge.
    """
    model = closed("revival", {"A": 5}, ("A -> 0", 2.0))
    model.input("births", md.pulse(10, 2, 3), "1/s")
    model.reaction("0 -> A", k="births")
    data, how = run(model, [0.0, 9.999, 12.0, 40.0], trajectories=4000)
    assert how == {"extinct"}
    assert (data.counts[:, 1] == 0).all()
    assert (data.counts[:, 3] == 0).all()
    assert chi_square(data.counts[:, 2, 0].values, poisson.pmf(np.arange(40), 1.5 * (1 - np.exp(-4)))) > ALARM
    _, how = run(model, [0.0, 11.0], trajectories=10)
    assert how == {"finished"}


# -- laws that give no propensity ------------------------------------------------------------------------------------


@md.rate_law(a="1", rate="1/s", returns="1/s")
def leaving(a, rate):
    return rate * (a - 4.5)


@md.rate_law(a="1", rate="1/s", returns="1/s")
def growing_worse(a, rate):
    return rate * md.maths.sqrt(a - 4.5)


@md.rate_law(a="1", rate="1/s", returns="1/s")
def singular(a, rate):
    return rate / (a - 4)


def falling(law) -> md.Model:
    model = md.Model("falling")
    cell = model.compartment("cell", ONE_PER_UM)
    model.species("A", cell, count=9)
    model.species("B", cell, count=2)
    model.reaction("B -> 0", k=1e-9)
    model.reaction("A -> 0", law, a="A", rate=1)
    return model


@pytest.mark.parametrize("record", ["grid", "events", "statistics"])
@pytest.mark.parametrize("law", [leaving, growing_worse, singular])
def test_a_law_that_gives_no_propensity_stops_the_run(kernel, law, record) -> None:
    """Negative, NaN or infinite at A = 4: the error names the state, the time, the reaction and the law."""
    with pytest.raises(md.SimulationError) as caught:
        md.simulate(falling(law), np.linspace(0, 50, 11), engine="gillespie", seed=1, record=record)
    message = str(caught.value)
    for part in ("A.cell = 4", "B.cell = 2", "'A -> 0'", f"'{law.name}'", "trajectory 0", "t = "):
        assert part in message, message


def test_what_was_computed_before_a_failure_is_kept(kernel) -> None:
    """Times before the failure hold the path, later ones NaN; the trajectories that did not fail are whole."""
    model = falling(leaving).changed(initial={"A": 5})
    model.reaction("0 -> A", k=1.0)
    times = np.linspace(0, 0.5, 6)
    with pytest.raises(md.SimulationError) as caught:
        md.simulate(model, times, engine="gillespie", trajectories=40, seed=2)
    data = caught.value.result
    failed = data.status.values == MEANING.index("negative_propensity")
    assert 0 < failed.sum() < 40
    counts = data.counts.values[:, :, 0]
    assert np.isfinite(counts[~failed]).all()
    assert np.isnan(counts[failed, -1]).all()
    assert (counts[:, 0] == 5).all()
    assert f"trajectory {np.flatnonzero(failed)[0]} " in str(caught.value)


def test_a_law_is_not_asked_where_its_reactants_are_missing(kernel) -> None:
    """A law that is NaN below 5 A is no fault of a reaction that needs 5."""
    model = closed("guarded", {"A": 9})
    model.reaction("5 A -> 4 A", growing_worse, a="A", rate=1)
    data, how = run(model, 100.0)
    assert how == {"extinct"}
    assert data.counts[0, -1, 0] == 4


@pytest.mark.parametrize("record", ["grid", "events"])
def test_the_limit_of_events_ends_a_run(kernel, record) -> None:
    model = closed("flow", {"A": 0}, ("0 -> A", 5.0), ("A -> 0", 1.0))
    with pytest.raises(md.SimulationError, match="max_events") as caught:
        md.simulate(model, 1e9, engine="gillespie", seed=1, max_events=1000, record=record)
    assert caught.value.result.events[0] >= 1000
