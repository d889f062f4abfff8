"""Steps of leaps and diffusions, beside jumps that drive them or are driven by them: exact means of linear networks."""

from collections.abc import Sequence

import numpy as np
import pytest

import microdomain as md
from engines.hybrid import Hybrid
from tests.reference import closed

READINGS = ["leap", "diffusion"]


def stationary(
    model: md.Model, engine: Hybrid, times: Sequence[float], trajectories: int
) -> tuple[float, float, float]:
    """Of the last species: the mean, its standard error by trajectories, and the variance, after the first time."""
    data = md.simulate(model, times, engine=engine, trajectories=trajectories, seed=1)
    counts = data.counts.values[:, 1:, -1]
    return counts.mean(), counts.mean(axis=1).std(ddof=1) / np.sqrt(trajectories), counts.var()


@pytest.mark.parametrize("mean", [10, 30])
@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("kicked", ["0 -> A", "A -> 0"])
def test_births_and_deaths_of_which_one_jumps_have_their_mean_and_variance(
    kicked: str, reading: str, mean: int
) -> None:
    """Poisson: the mean to 4.5 standard errors, about 0.02 and 0.05 molecules; the variance to 5 %, 5 of its errors.

    False alarm 7e-6 each. Seen to fail where births are kicked: steps that end at a jump (means of 9.55 and 29.4).
    """
    model = closed("births", {"A": mean}, ("0 -> A", float(mean)), ("A -> 0", 1.0))
    engine = Hybrid({kicked: reading}, epsilon=0.05)
    found, error, variance = stationary(model, engine, np.arange(0, 1000, 4.0), 100)
    assert error < 0.003 * mean
    assert abs(found - mean) < 4.5 * error
    assert abs(variance / mean - 1) < 0.05


@pytest.mark.parametrize("reading", READINGS)
def test_births_follow_a_gene_that_jumps(reading: str) -> None:
    """A gene that is on half the time, births at 100/s by kicks, deaths at 1/s: mean 50, variance 50 + 2500 / 5.

    For on and off rates of 2/s: (50)^2 / (1 + 4 / 1) beside Poisson's. From 5000 cells at two times, 4.5 errors of the
    mean, false alarm 7e-6, and 10 % of the variance, 6 errors. Seen to fail: steps that jumps do not limit.
    """
    model = closed("gene", {"off": 1, "on": 0, "A": 50}, ("off <-> on", 2.0, 2.0))
    model.reaction("on -> on + A", k=100.0)
    model.reaction("A -> 0", k=1.0)
    engine = Hybrid({"on -> on + A": reading, "A -> 0": reading})
    found, error, variance = stationary(model, engine, [0, 8, 16], 5000)
    assert abs(found - 50) < 4.5 * error
    assert abs(variance / 550 - 1) < 0.1


@pytest.mark.parametrize("reading", READINGS)
def test_a_gene_that_is_kicked_makes_as_much_protein(reading: str) -> None:
    """One gene, on a sixth of the time, whose protein jumps at 1/s and lives for 20 s: a mean of 10/3.

    In small steps, as one copy loses all of its rate at once, which is of first order in the step. To 4.5 standard
    errors, about 0.03: false alarm 7e-6. Seen to fail: steps that end at a jump (means of 2.1 and 2.2).
    """
    model = closed("gene", {"off": 1, "on": 0, "P": 0}, ("off <-> on", 0.01, 0.05))
    model.reaction("on -> on + P", k=1.0)
    model.reaction("P -> 0", k=0.05)
    gene = dict.fromkeys(("off <-> on", "off <-> on (back)"), reading)
    found, error, _ = stationary(model, Hybrid(gene, epsilon=0.025), [-300, *range(0, 10_000, 100)], 300)
    assert error < 0.04
    assert abs(found - 10 / 3) < 4.5 * error


def test_what_both_jumps_and_leaps_consume_does_not_run_below_zero() -> None:
    """Two of A in the mean, made by jumps, leave by leaps and by jumps: none is negative, and as many become B as C.

    About 40 of each, to 4.5 standard errors and the 5 % that leaps of two molecules may err: false alarm 7e-6.
    """
    model = closed("two", {"B": 0, "C": 0, "A": 4}, ("0 -> A", 40.0), ("A -> B", 10.0), ("A -> C", 10.0))
    data = md.simulate(model, [0, 1, 2], engine=Hybrid({"A -> B": "leap"}), trajectories=1000, seed=1).counts.values
    b, c, _ = data[:, 2].T
    assert (data >= 0).all()
    assert (data == np.rint(data)).all()
    assert abs(b.mean() - c.mean()) < 4.5 * np.sqrt((b.var() + c.var()) / 1000) + 2.0
