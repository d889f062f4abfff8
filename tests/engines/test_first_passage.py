"""When a threshold is reached for the first time, against closed forms and dense matrices."""

import numpy as np
import pytest
from scipy.special import gammaln
from scipy.stats import gamma, poisson

import microdomain as md
from tests.distributions import births_and_deaths
from tests.engines.test_multimer import Channel
from tests.reference import ONE_PER_UM, closed


def test_pure_births_reach_a_threshold_at_an_erlang_time() -> None:
    """Six births at 2 1/s: the cdf at three times, mean 6/2 and variance 6/4."""
    data = md.first_passage(closed("births", {"A": 0}, ("0 -> A", 2.0)), [1.0, 2.0, 6.0], "A", at_least=6)
    assert data.cdf.values == pytest.approx(gamma.cdf([0.0, 1.0, 5.0], 6, scale=0.5), abs=1e-11)
    assert float(data.mean_time) == pytest.approx(3.0, rel=1e-12)
    assert float(data.variance_time) == pytest.approx(1.5, rel=1e-10)
    assert float(data.probability_ever) == pytest.approx(1.0, abs=1e-12)


def test_a_random_walk_that_drifts_away_may_never_arrive() -> None:
    """From 3, up at 2 and down at 1 per molecule: three lines, each extinct by t with (1 - e^-t)/(2 - e^-t), hence
    all of them ever with (1/2)^3; the mean of the time, given that, is that of a maximum of three.
    """
    model = closed("lines", {"A": 3}, ("A -> 2 A", 2.0), ("A -> 0", 1.0))
    times = np.array([0.0, 0.5, 2.0])
    data = md.first_passage(model, times, "A", at_most=0)
    one = (1 - np.exp(-times)) / (2 - np.exp(-times))
    assert data.cdf.values == pytest.approx(one**3, abs=1e-6)
    assert ((one**3 - data.cdf.values) <= data.error_bound.values + 1e-12).all()
    assert float(data.probability_ever) == pytest.approx(1 / 8, rel=1e-6)
    grid = np.linspace(0, 60, 200_001)
    later = 1 - (2 * (1 - np.exp(-grid)) / (2 - np.exp(-grid))) ** 3
    assert float(data.mean_time) == pytest.approx(np.trapezoid(later, grid), rel=1e-5)


def test_the_mean_passage_up_a_birth_death_ladder() -> None:
    """From 0 to n by births b and deaths d m: sum over m < n of sum over k <= m of (m!/k!) (d/b)^(m-k) / b."""
    data = md.first_passage(births_and_deaths(5.0, 1.0), 20, "A", at_least=12)
    climb = sum(np.exp(gammaln(m + 1) - gammaln(k + 1)) * 0.2 ** (m - k) / 5.0 for m in range(12) for k in range(m + 1))
    assert float(data.mean_time) == pytest.approx(climb, rel=1e-9)


def test_passages_across_the_edges_of_inputs() -> None:
    """The first birth at 1 1/s until t = 1 and 2 1/s from then on: cdf, mean and variance of a broken exponential.

    Seen to fail: the probability of one jump more in the moments of a step.
    """
    model = closed("births", {"A": 0}, ("0 -> A", "rate"))
    model.input("rate", md.step(1.0, 1.0, 2.0), "1/s")
    data = md.first_passage(model, [0.0, 0.5, 3.0], "A", at_least=1)
    assert data.cdf.values == pytest.approx([0.0, 1 - np.exp(-0.5), 1 - np.exp(-5.0)], abs=1e-12)
    mean = (1 - 2 / np.e) + (1 + 0.5) / np.e
    second = (2 - 5 / np.e) + (1 + 2 * 0.5 + 2 * 0.25) / np.e
    assert float(data.mean_time) == pytest.approx(mean, rel=1e-11)
    assert float(data.variance_time) == pytest.approx(second - mean**2, rel=1e-10)


@md.rate_law(a="1", gain="1", returns="1")
def seen(a, gain):
    return a * gain


def test_a_threshold_that_an_input_moves_is_reached_at_its_edge() -> None:
    """gain A >= 4 with births at 2 1/s: 4 births before the gain doubles at t = 1, or 2 by then or later.

    Seen to fail: what meets the condition at the edge left out.
    """
    model = closed("births", {"A": 0}, ("0 -> A", 2.0))
    model.input("gain", md.step(1.0, 1.0, 2.0), "1")
    model.quantity("seen", seen, a="A", gain="gain")
    data = md.first_passage(model, [0.0, 0.5, 1.0, 3.0], "seen", at_least=4)
    exact = [0.0, gamma.cdf(0.5, 4, scale=0.5), gamma.cdf(1.0, 2, scale=0.5), gamma.cdf(3.0, 2, scale=0.5)]
    assert data.cdf.values == pytest.approx(exact, abs=1e-11)
    until = np.linspace(0, 1, 100_001)
    mean = np.trapezoid(1 - gamma.cdf(until, 4, scale=0.5), until)
    mean += poisson.pmf(0, 2.0) * 1.0 + poisson.pmf(1, 2.0) * 0.5
    assert float(data.mean_time) == pytest.approx(mean, rel=1e-8)


def test_a_fork_is_taken_with_its_probability() -> None:
    """Three molecules go to B (1/3) or C: B reaches 3 with probability 1/27, and is there at the start with a threshold
    of 0."""
    model = closed("fork", {"A": 3, "B": 0, "C": 0}, ("A -> B", 1.0), ("A -> C", 2.0))
    data = md.first_passage(model, 10, "B", at_least=3)
    assert float(data.probability_ever) == pytest.approx(1 / 27, rel=1e-12)
    assert float(data.mean_time) == pytest.approx((1 + 1 / 2 + 1 / 3) / 3, rel=1e-12)
    at_once = md.first_passage(model, 10, "B", at_least=0)
    assert (at_once.cdf == 1).all()
    assert float(at_once.mean_time) == 0.0


def test_a_channel_opens_first() -> None:
    """Four subunits that must all be active at once: the mean time from the generator of (rest, active, blocked)."""
    model = md.Model("subunits")
    cell = model.compartment("cell", ONE_PER_UM)
    membrane = model.membrane("membrane", 1.0, inside=cell)
    model.species("L", cell, count=5, clamped=True)
    model.add(Channel(complexes=1, subunits=4, needed=4), name="channel", membrane=membrane)
    data = md.first_passage(model, 5, "channel.open", at_least=1)
    states, q = [(r, a, 4 - r - a) for r in range(5) for a in range(5 - r)], {}
    for r, a, b in states:
        steps = (((r - 1, a + 1, b), 0.75 * r), ((r + 1, a - 1, b), 0.5 * a))
        for target, rate in (*steps, ((r, a - 1, b + 1), 0.4 * a), ((r, a + 1, b - 1), 0.3 * b)):
            if rate:
                q[(r, a, b), target] = rate
    before = [state for state in states if state != (0, 4, 0)]
    matrix = np.array([[q.get((x, y), 0.0) for y in before] for x in before])
    matrix -= np.diag([sum(rate for (x, _), rate in q.items() if x == state) for state in before])
    times = np.linalg.solve(-matrix, np.ones(len(before)))
    assert float(data.mean_time) == pytest.approx(times[before.index((4, 0, 0))], rel=1e-10)
