"""Noise against volume: whether its intervals hold what they say, and the same runs again.

Seeds are fixed, so a test passes always or never; its false-alarm probability is that of another seed.
"""

from typing import Any

import numpy as np
import pytest

import microdomain as md
import microdomain.noise.scaling as scaling_module
from microdomain.noise.statistics import jackknife, modes, student
from microdomain.noise.verdict import fit
from tests.microdomain.noisy_models import births, judged, verdict
from tests.reference import ONE_PER_UM


def test_intervals_cover_the_truth() -> None:
    """Of 400 groups of 32 trajectories of births and deaths about 5, 95 % intervals hold 1 / sqrt(5) in 380 or so.

    At 95 % fewer than 360 or more than 395 have a probability of 2e-5. Seen to fail: readings taken as independent in
    place of trajectories (282); errors too small by the root of the number of trajectories less one (110).
    """
    times = np.concatenate([[0.0], np.linspace(8.0, 20.0, 40)])
    data = md.simulate(births(5.0), times, engine="gillespie", trajectories=400 * 32, seed=3)
    groups = data.counts.values[:, 1:].reshape(400, 32, 40, 1)
    inside, ratios = 0, []
    for group in groups:
        found, error = jackknife(group)
        inside += bool(abs(found[0] + np.log(5.0) / 2) < student(0.95, 31) * error[0])
        ratios.append(found[0] + np.log(5.0) / 2)
    assert 360 <= inside <= 395
    assert abs(np.mean(ratios)) < 4 * np.std(ratios) / 20


def test_the_jackknife_takes_the_bias_of_few_trajectories_away() -> None:
    """log CV of 6 trajectories with one reading each: without it 4 to 10 % too low."""
    normal = np.random.default_rng(1).normal(10.0, 1.0, (20_000, 6, 1, 1))
    plain = np.mean([np.log(group.std() / group.mean()) for group in normal])
    taken = np.mean([jackknife(group)[0] for group in normal[:4000]])
    assert plain < np.log(0.1) - 0.1
    assert taken == pytest.approx(np.log(0.1), abs=0.05)


def test_a_mean_of_zero_has_no_cv() -> None:
    values = np.random.default_rng(2).normal(0.0, 1.0, (32, 100, 1))
    assert np.isnan(jackknife(values)[0])


def test_the_exponent_is_weighted_and_a_bend_widens_it() -> None:
    volumes = np.array([1.0, 10.0, 100.0])
    straight = fit(volumes, -0.5 * np.log(volumes), np.full(3, 0.01), 31)
    assert straight.exponent == pytest.approx(-0.5)
    assert straight.error == pytest.approx(0.01 / (np.log(10) * 2**0.5))
    ends = fit(volumes, np.array([0.0, -5.0, -2.0]), np.array([0.01, 1e3, 0.01]), 31)
    assert ends.exponent == pytest.approx(-2.0 / np.log(100), rel=1e-6)
    bent = fit(volumes, np.array([0.0, 0.0, -1.0]), np.full(3, 0.01), 31)
    low, high = bent.interval(0.95)
    assert low < -0.43
    assert high > 0.0


def test_modes_are_counted() -> None:
    random = np.random.default_rng(3)
    one, other = random.poisson(20, 20_000), random.poisson(70, 4_000)
    assert modes(one) == 1
    assert modes(np.concatenate([one, other])) == 2
    assert modes(random.poisson(0.3, 5_000)) == 1
    assert modes(random.exponential(1.0, 5_000)) == 1
    assert modes(np.full(100, 3.0)) == 1


def test_slow_starts_are_waited_for() -> None:
    """Mean and variance of a species that follows one that relaxes slowly, whose start is far away: the window comes
    after eight of the slowest relaxation times. Seen to fail: after one; without a wait.
    """
    model = births()
    model.species("S", "cell", 1000 * 100 * ONE_PER_UM)
    model.reaction("0 <-> S", k=0.02 * 100 * ONE_PER_UM, k_back=0.02)
    found = judged(model, [0.1, 1.0], of="S", max_events=1e8)
    assert found.data.burn_in.values == pytest.approx([400.0, 400.0])
    assert found.data["average"].values[:, 0] == pytest.approx([10, 100], rel=0.15)
    assert verdict(found, "S.cell")[0] == "certified 1/sqrt(V)"


def test_the_same_seed_gives_the_same_for_any_number_of_workers() -> None:
    found = [judged(births(1e4), [0.1, 1.0], workers=n, max_events=2e7).data for n in (1, 3)]
    assert found[0].identical(found[1])
    other = judged(births(1e4), [0.1, 1.0], seed=2, max_events=2e7).data
    assert (other.cv != found[0].cv).all()


def test_one_volume_can_be_run_again_by_its_seed() -> None:
    found = judged(births(), [0.1, 1.0]).data.isel(volume=1, observable=0)
    end = float(found.burn_in + found.window)
    times = np.concatenate([[0.0], np.linspace(float(found.burn_in), end, 200)])
    again = md.simulate(
        births(), times, engine="gillespie", trajectories=int(found.trajectories), seed=int(found.seed.item())
    )
    assert again.counts.values[:, 1:].mean() == pytest.approx(float(found["average"]), rel=0.01)


def test_a_stop_keeps_the_volumes_that_are_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = scaling_module.measure

    def measure(size: Any, *rest: Any) -> Any:
        if size.volume > 5:
            raise KeyboardInterrupt
        return measured(size, *rest)

    monkeypatch.setattr(scaling_module, "measure", measure)
    with pytest.raises(md.Interrupted, match="2 of 3 volumes are finished") as caught:
        judged(births(), [0.1, 1, 10])
    kept: Any = caught.value.result
    assert kept.data.volume.values.tolist() == [0.1, 1.0]
