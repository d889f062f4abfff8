"""Errors between runs: right for known laws, with standard errors that cover, and nothing seen that sampling makes."""

from __future__ import annotations

import numpy as np
import pytest

from engines.choice.comparison import Comparison, compare
from engines.choice.observable import DISTRIBUTION, EVENT_RATE, FIRST_PASSAGE, MEAN, SD, Observable
from engines.threshold import Threshold

N = np.array([0])
AT_LEAST_10 = Threshold("A", 0, 10.0, True)


def observable(kind: str) -> Observable:
    return Observable(kind, ("A",), N, AT_LEAST_10 if kind in (EVENT_RATE, FIRST_PASSAGE) else None, 7.0)


def gaussian(seed: int, mean: float, sd: float, runs: int = 256, times: int = 40) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, sd, (runs, times, 1))


@pytest.mark.parametrize(
    ("kind", "mean", "sd", "expected"),
    [(MEAN, 11.0, 2.0, 0.1), (SD, 10.0, 3.0, 0.1), (DISTRIBUTION, 11.0, 2.0, 0.1), (DISTRIBUTION, 10.0, 3.0, 0.0798)],
)
def test_known_errors(kind: str, mean: float, sd: float, expected: float) -> None:
    """Between normal laws: |m - m*|, |s - s*|, and sqrt(2/pi) |s - s*| for the distance, over 10.

    Five standard errors: a false alarm in 10^6. Fails where the scale is not the mean, or a distance is not integrated.
    """
    found = compare(observable(kind), gaussian(1, 10.0, 2.0), gaussian(2, mean, sd))
    assert abs(found.error[0] - expected) < 5 * found.spread[0]
    assert found.spread[0] < 0.01


def test_the_mean_field_errs_in_the_distribution_by_the_mean_deviation() -> None:
    """E|x - m| = sqrt(2/pi) s of a normal law."""
    flow = np.full((1, 40, 1), 10.0)
    found = compare(observable(DISTRIBUTION), gaussian(1, 10.0, 2.0), flow)
    assert abs(found.error[0] - np.sqrt(2 / np.pi) * 0.2) < 5 * found.spread[0] + 1e-3


@pytest.mark.parametrize("kind", [MEAN, SD, DISTRIBUTION])
def test_standard_errors_cover(kind: str) -> None:
    """Over 200 pairs of one law: an error is beyond its limit, of 97.5 % to one side, rarely.

    The distance of two empirical laws is compared with the floor. Runs of this test have a constant in common each, so
    that times of one run are not independent: a standard error that took them for it would be 3 times too small, and
    half of the pairs would be beyond. Of 200, 25 or more are beyond with probability below 1e-6 where 5 % are.
    """
    beyond = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        a, b = (10 + rng.normal(0, 1, (64, 1, 1)) + rng.normal(0, 0.3, (64, 20, 1)) for _ in range(2))
        found = compare(observable(kind), a, b)
        beyond += bool(found.error[0] - found.floor[0] > found.margin[0])
    assert beyond < 25


def test_what_is_the_same_law_is_never_told_apart_and_what_is_not_is() -> None:
    """Within and outside need a margin: a law is not outside itself, and 10 % apart is not within 5 %."""
    same = compare(observable(DISTRIBUTION), gaussian(3, 10.0, 2.0), gaussian(4, 10.0, 2.0))
    apart = compare(observable(DISTRIBUTION), gaussian(3, 10.0, 2.0), gaussian(4, 11.0, 2.0))
    assert same.within(0.05)
    assert not same.outside(0.05)
    assert apart.outside(0.05)
    assert not apart.within(0.05)


def test_few_runs_decide_nothing() -> None:
    found = compare(observable(DISTRIBUTION), gaussian(3, 10.0, 9.0, 4, 3), gaussian(4, 10.0, 9.0, 4, 3))
    assert not found.within(0.05)
    assert not found.outside(0.05)


def test_slices_tell_courses_apart_that_have_one_distribution() -> None:
    """A rise and a fall pass the same values: only slices of time see that they are not the same."""
    rise = np.linspace(1, 2, 100)[None, :, None] + np.zeros((16, 1, 1))
    fall = rise[:, ::-1]
    assert compare(observable(DISTRIBUTION), rise, fall).error[0] == pytest.approx(0.0, abs=1e-6)
    assert compare(observable(DISTRIBUTION), rise, fall, slices=5).error[0] > 0.2


def test_events_are_counted_with_rearming() -> None:
    """A rise counts once until the level has been below 7; a run that begins above has not risen."""
    path = np.array([5, 10, 9, 11, 8, 10, 6, 12, 3], dtype=float)
    begun_above = np.array([12, 11, 5, 4, 10, 10, 10, 10, 10], dtype=float)
    runs = observable(EVENT_RATE).of_runs(np.stack([path, begun_above])[..., None], np.arange(9.0))
    assert runs[:, 0].tolist() == [2, 1]


def test_first_passages_end_with_the_run() -> None:
    paths = np.array([[0, 5, 10, 0], [0, 1, 2, 3]], dtype=float)[..., None]
    runs = observable(FIRST_PASSAGE).of_runs(paths, np.array([1.0, 2.0, 4.0, 8.0]))
    assert runs[:, 0].tolist() == [3, 7]


def test_rates_of_few_events_are_not_known() -> None:
    few, many = np.ones((16, 1)), np.random.default_rng(0).poisson(20, (64, 1)).astype(float)
    assert not compare(observable(EVENT_RATE), few, few).within(0.5)
    found: Comparison = compare(observable(EVENT_RATE), many, many * 1.5)
    assert found.error[0] == pytest.approx(0.5)
    assert found.outside(0.2)
