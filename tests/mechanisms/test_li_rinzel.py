"""The closed cell of Li & Rinzel: fixed points, Hopf bifurcations, limit cycles, and the noise of its gates.

Expected values were computed from the equations of Li & Rinzel 1994 by programs that share nothing with this one.
"""

from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

import microdomain as md

FLOWING = {"cytosol": "flow", "er": "flow"}
"""Calcium in the mean field, so that the gates are all the noise there is."""


@pytest.mark.parametrize(("ip3", "calcium", "h"), [(0.1, 0.0618, 0.7891), (0.2, 0.0823, 0.7862), (0.3, 0.1231, 0.7466)])
def test_fixed_points(ip3: float, calcium: float, h: float) -> None:
    noise = md.stationary_noise(md.models.stochastic_li_rinzel(ip3))
    assert noise.mean_concentration.sel(species="Ca.cytosol") == pytest.approx(calcium, abs=6e-5)
    assert noise.mean_quantity.sel(quantities="IP3R.h") == pytest.approx(h, abs=6e-5)


def test_eigenvalues_at_a_focus() -> None:
    noise = md.stationary_noise(md.models.stochastic_li_rinzel(0.3))
    assert noise.relaxation_rate.values == pytest.approx([0.321, 0.321], abs=6e-4)
    assert 2 * np.pi * noise.oscillation_frequency.values == pytest.approx([0.391, 0.391], abs=6e-4)


@pytest.mark.parametrize("ip3", [0.7, 1.0])
def test_high_fixed_points(ip3: float) -> None:
    expected = {0.7: 0.3515, 1.0: 0.4527}
    noise = md.stationary_noise(md.models.stochastic_li_rinzel(ip3))
    assert noise.mean_concentration.sel(species="Ca.cytosol") == pytest.approx(expected[ip3], abs=6e-5)


@pytest.mark.parametrize("hopf", [0.35453, 0.63688])
def test_hopf_bifurcations(hopf: float) -> None:
    """Where the leading eigenvalue's real part goes through zero, from stable and from unstable states."""

    def growth(ip3: float) -> float:
        try:
            return -float(md.stationary_noise(md.models.stochastic_li_rinzel(ip3)).relaxation_rate[0])
        except md.InstabilityError as error:
            return float(error.eigenvalues[0].real)

    assert brentq(growth, hopf - 0.003, hopf + 0.003, xtol=1e-6) == pytest.approx(hopf, abs=1e-5)


def test_a_stable_state_beside_a_cycle_is_named() -> None:
    """Just above the upper Hopf bifurcation, which is subcritical: the initial state leads to a cycle."""
    model = md.models.stochastic_li_rinzel(0.637)
    with pytest.raises(md.InstabilityError, match=r"a stable state at Ca\.(.|\n)*coexists with a cycle") as caught:
        md.stationary_noise(model)
    slowest = caught.value.eigenvalues[0]
    assert -1e-3 < slowest.real < 0
    assert f"{slowest:.3g} 1/s" in str(caught.value)
    counts = md.simulate(model, np.linspace(0, 400, 4001), engine="ode").counts.sel(species="Ca.cytosol").values[0]
    assert np.ptp(counts[2000:]) > 500
    assert counts[2000:].min() < caught.value.state[list(model.network().species).index("Ca.cytosol")]


@pytest.mark.parametrize(
    ("ip3", "lowest", "highest", "period"), [(0.4, 0.1050, 0.3130, 12.77), (0.6, 0.1357, 0.5000, 10.96)]
)
def test_limit_cycles(ip3: float, lowest: float, highest: float, period: float) -> None:
    times = np.linspace(0.0, 600.0, 60001)
    data = md.simulate(md.models.stochastic_li_rinzel(ip3), times, engine="ode", rtol=1e-7, atol=1e-6)
    calcium = data.concentration.sel(species="Ca.cytosol").values[0, 40000:]
    assert (calcium.min(), calcium.max()) == pytest.approx((lowest, highest), abs=1.1e-4)
    rising = np.flatnonzero((calcium[1:] > calcium.mean()) & (calcium[:-1] <= calcium.mean()))
    assert np.diff(rising).mean() * 0.01 == pytest.approx(period, abs=0.015)


def test_the_mean_field_is_the_same_for_any_number_of_channels_and_volume() -> None:
    """Concentrations in cells of 20 and 300 channels, at two densities. Seen to fail: the permeability not shared."""
    cases: tuple[dict[str, Any], ...] = ({"channels": 20}, {"channels": 300}, {"channels": 20, "volume": "5 fL"})
    courses = [
        md.simulate(md.models.stochastic_li_rinzel(0.4, **given), 30, engine="ode", rtol=1e-8, atol=1e-8).concentration
        for given in cases
    ]
    for course in courses[1:]:
        calcium = course.sel(species=["Ca.cytosol", "Ca.er"]).values
        assert calcium == pytest.approx(courses[0].sel(species=["Ca.cytosol", "Ca.er"]).values, rel=1e-5)


def test_total_calcium_is_kept_by_jumps_and_flows() -> None:
    model = md.models.stochastic_li_rinzel(0.3, channels=20)
    for engine in ("gillespie", FLOWING):
        counts = md.simulate(model, 30, engine=engine, seed=1).counts.sel(species=["Ca.cytosol", "Ca.er"])
        total = counts.sum("species").values[0]
        assert total == pytest.approx(total[0], rel=1e-12)


@pytest.mark.parametrize(("channels", "cv", "band", "end"), [(100, 0.419, 0.10, 20_000), (1000, 0.0964, 0.12, 4_000)])
def test_noise_of_gates_alone(channels: int, cv: float, band: float, end: float) -> None:
    """CV of calcium at 0.3 uM IP3 with exact gates: 0.419 with 100 channels, 0.0964 with 1000, each of one long run of
    an independent program, whose own runs differ by 10 % and 5 %.

    The sampling error here is 2 to 3 %; false alarm about 1e-3 for another seed, given the values. Seen to fail: two
    gates for each channel in place of three.
    """
    model = md.models.stochastic_li_rinzel(0.3, channels=channels)
    data = md.simulate(model, np.arange(0.0, end / 4, 0.5), engine=FLOWING, trajectories=4, seed=1)
    calcium = data.concentration.sel(species="Ca.cytosol").values[:, 200:]
    assert calcium.std() / calcium.mean() == pytest.approx(cv, rel=band)
