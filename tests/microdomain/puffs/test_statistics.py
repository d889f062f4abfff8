"""Intervals of confidence that cover, and the law of intervals between puffs."""

import numpy as np
import pytest

from microdomain.puffs.detect import COLUMNS, Events
from microdomain.puffs.intervals import IntervalLaw, fit_intervals
from microdomain.puffs.statistics import Estimate, deviation, mean, median, puff_statistics, rate, share, variation


def covered(estimates: list[Estimate], truth: float) -> float:
    return float(np.mean([low <= truth <= high for _, low, high in estimates]))


def test_intervals_of_confidence_cover() -> None:
    """Of 1,000 samples of 200 gamma-distributed numbers the 95 % intervals hold the truth 91 to 98 % of the time.

    Large-sample theory is a little short at 200; with 1,000 samples chance moves the share by 2 %.
    """
    generator = np.random.default_rng(1)
    samples = generator.gamma(4.0, 0.5, (1000, 200))
    truths = {mean: 2.0, deviation: 1.0, variation: 0.5, median: 1.836}
    for estimate, truth in truths.items():
        assert 0.91 < covered([estimate(sample) for sample in samples], truth) < 0.98, estimate.__name__
    counts = generator.poisson(12.0, 1000)
    assert 0.94 < covered([rate(int(n), 60.0) for n in counts], 0.2) < 0.99
    hits = generator.binomial(50, 0.85, 1000)
    assert 0.92 < covered([share(int(n), 50) for n in hits], 0.85) < 0.98


def drawn(law: IntervalLaw, n: int, seed: int) -> np.ndarray:
    """Intervals of a law, by inverting its survival on a fine grid."""
    t = np.linspace(0, 200, 400_001)
    return np.interp(-np.random.default_rng(seed).random(n), -law.survival(t), t)


def test_a_fit_finds_the_law_again() -> None:
    """Within 4 standard errors of 5,000 intervals: a false alarm in 10^4. The errors are those of other samples."""
    truth = IntervalLaw(0.5, 1.5, 0.0, 0.0, 0.0)
    fits = [fit_intervals(drawn(truth, 5000, seed)) for seed in range(8)]
    for fit in fits:
        assert fit is not None
        assert abs(fit.rate - 0.5) < 4 * fit.rate_error
        assert abs(fit.recovery - 1.5) < 4 * fit.recovery_error
        assert fit.p > 1e-3
        assert fit.is_resolved
    spread = np.std([fit.rate for fit in fits if fit], ddof=1)
    assert fits[0] is not None
    assert 0.4 < spread / fits[0].rate_error < 2.0


def test_the_density_is_the_fall_of_the_survival() -> None:
    law = IntervalLaw(0.4, 0.9, 0.0, 0.0, 0.0)
    t = np.linspace(0, 60, 60_001)
    assert law.survival(0.0) == 1.0
    assert np.trapezoid(law.density(t), t) == pytest.approx(1 - law.survival(60.0), rel=1e-6)
    middle = (t[1:] + t[:-1]) / 2
    assert law.density(middle) == pytest.approx(-np.diff(law.survival(t)) / np.diff(t), rel=1e-5, abs=1e-7)


def test_too_few_intervals_and_slow_recovery_are_not_reported() -> None:
    """Where recovery is far slower than puffs are, only the product of both rates is known."""
    assert fit_intervals(np.ones(9)) is None
    slow = np.sqrt(-2 * np.log(np.random.default_rng(2).random(100)))  # hazard t, the limit of slow recovery
    fit = fit_intervals(slow)
    assert fit is not None
    assert not fit.is_resolved


def events(n: int, channels: float = 3.0) -> Events:
    columns = {name: np.ones(n) for name in COLUMNS}
    columns["start"], columns["end"] = 2.0 * np.arange(n), 2.0 * np.arange(n) + 0.25
    columns["channels"] = np.full(n, channels)
    columns["trajectory"] = np.zeros(n)
    return Events(columns, {0: 2.0 * max(n, 1)})


def test_the_table_of_statistics() -> None:
    found = puff_statistics(events(40), "uM")
    assert found.estimates["puffs per s"][0] == 0.5
    assert found.estimates["interval"] == pytest.approx((2.0, 2.0, 2.0))
    assert found.estimates["length, median"] == (0.25, 0.25, 0.25)
    data = found.dataset()
    assert data.value.sel(statistic="channels per puff") == 3.0
    assert str(data.unit.sel(statistic="amplitude").values) == "uM"
    assert max(map(len, str(found).splitlines())) <= 80


@pytest.mark.parametrize("n", [0, 1, 2])
def test_next_to_no_events_are_no_fault(n: int) -> None:
    """A rate still has an interval; what is not known is a dash."""
    found = puff_statistics(events(n), "uM")
    value, low, high = found.estimates["puffs per s"]
    assert low <= value <= high
    assert np.isnan(found.estimates["CV of intervals"][0])
    assert " - " in str(found)


def test_blips_are_no_puffs() -> None:
    found = puff_statistics(Events.joined([events(10, 1.0), events(5, 4.0)]))
    assert found.estimates["share of blips"][0] == pytest.approx(10 / 15)
    assert len(found.puffs) == 5
