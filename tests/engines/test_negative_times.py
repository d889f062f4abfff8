"""Time has no origin: a run from -5 s to 0 s is the run from 0 s to 5 s, in every engine."""

import numpy as np
import pytest

import microdomain as md
from tests.reference import closed

TIMES = np.linspace(0.0, 5.0, 21)
SHIFT = 5.0


@md.rate_law(a="uM", k="uM", v="uM/s", returns="uM/s")
def saturating(a, k, v):
    return v * a**2 / (k**2 + a**2)


def driven(start: float, count: int = 40, more: bool = True) -> md.Model:
    """A is made at the rate of an input that steps 2.25 s after the start, and dimerises; with ``more``, a law."""
    model = closed("driven", {"A": count, "B": 3}, ("2 A <-> B", 0.02, 0.3), ("A -> 0", 0.5))
    model.input("source", md.step(start + 2.25, 20.0, 60.0), "1/s")
    model.reaction("0 -> A", k="source")
    if more:
        model.reaction("B -> 0", saturating, a="B", k=3.0, v=2.0)
    return model


def both(run) -> list:
    """What ``run`` gives of a start and times from there: from 0 s on, and from -5 s on."""
    return [run(start, TIMES + start) for start in (0.0, -SHIFT)]


@pytest.mark.parametrize("more", [False, True])
@pytest.mark.parametrize("record", ["grid", "events"])
def test_the_same_path_by_exact_steps(record: str, more: bool, kernel) -> None:
    """Seen to fail: a negative time of the next reaction taken for one that was not drawn yet."""
    late, early = both(
        lambda start, times: md.simulate(driven(start, more=more), times, engine="gillespie", seed=3, record=record)
    )
    assert late.counts.values.tolist() == early.counts.values.tolist()
    if record == "events":
        assert late.reaction.values.tolist() == early.reaction.values.tolist()
        assert early.time.values + SHIFT == pytest.approx(late.time.values, abs=1e-12)


def test_the_same_path_by_leaps(kernel) -> None:
    """Leaps and bursts of exact steps. Seen to fail as above, by the bursts."""
    late, early = both(
        lambda start, times: md.simulate(driven(start, 20_000), times, engine="tau_leaping", trajectories=5, seed=4)
    )
    assert late.events.values.tolist() == early.events.values.tolist()
    assert late.counts.values.tolist() == early.counts.values.tolist()


@pytest.mark.parametrize("reading", ["jump", "leap", "diffusion", "flow"])
def test_the_same_path_of_a_mix(reading: str) -> None:
    partition = {"cell": reading, "B -> 0": "jump", "2 A <-> B": "flow" if reading == "flow" else "jump"}
    late, early = both(lambda start, times: md.simulate(driven(start), times, engine=partition, seed=5))
    assert early.counts.values == pytest.approx(late.counts.values, rel=1e-6)


@pytest.mark.parametrize("engine", ["langevin", "ode"])
def test_the_same_path_without_counting(engine: str) -> None:
    late, early = both(lambda start, times: md.simulate(driven(start), times, engine=engine, seed=6))
    assert early.counts.values == pytest.approx(late.counts.values, rel=1e-6)


def test_the_same_law_without_sampling() -> None:
    late, early = both(lambda start, times: md.linear_noise(driven(start), times))
    assert early.mean_counts.values == pytest.approx(late.mean_counts.values, rel=1e-6)
    assert early.covariance_counts.values == pytest.approx(late.covariance_counts.values, rel=1e-5, abs=1e-6)
    late, early = both(lambda start, times: md.master_equation(driven(start), times[::5], tolerance=1e-4))
    for species in ("A", "B"):
        assert md.marginal(early, species).values == pytest.approx(md.marginal(late, species).values, abs=1e-6)


@md.rate_law(h="1", rate="1/s", returns="1/s")
def proportional(h, rate):
    return rate * h


def kicked(start: float) -> md.Model:
    """A gate that decays, is set to 1 at 1.5 s and 3 s after the start, and drives births."""
    model = closed("kicked", {"A": 10}, ("A -> 0", 0.7))
    model.variable("h", 0.5, "1", proportional, rate=-1.0)
    model.event("kick", {"h": 1.0}, at=[start + 1.5, start + 3.0])
    model.reaction("0 -> A", proportional, rate=20.0, at="cell")
    return model


@pytest.mark.parametrize("engine", ["gillespie", "hybrid", "ode"])
def test_events_are_scheduled_at_negative_times_too(engine: str) -> None:
    late, early = both(lambda start, times: md.simulate(kicked(start), times, engine=engine, seed=7))
    assert early.counts.values == pytest.approx(late.counts.values, rel=1e-6)
    assert early.quantity.values == pytest.approx(late.quantity.values, rel=1e-6)
