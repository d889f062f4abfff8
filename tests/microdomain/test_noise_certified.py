"""Noise against volume: what is certified, and what is left open.

Seeds are fixed, so a test passes always or never; its false-alarm probability is that of another seed.
"""

import numpy as np
import pytest

import microdomain as md
from engines.linear_noise import checks
from microdomain.noise.scaling import NoiseScaling
from tests.membranes import thermal_variance
from tests.microdomain.noisy_models import births, dimers, judged, verdict
from tests.reference import ONE_PER_UM


def test_births_and_deaths_are_certified(poisson: NoiseScaling) -> None:
    """CV = 1 / sqrt(mean), exponent -1/2; exact below the limit of reactions, approximate above, and both said.

    False alarm 1e-4, that of a bend, for this verdict and those of the two tests below (the bands are 5 standard errors
    from the joint intervals); CVs and exponent are allowed 7 standard errors and more. Seen to fail: half of the volume
    in ``scaled``.
    """
    data = poisson.data.sel(observable="A.cell")
    assert verdict(poisson, "A.cell") == ("certified 1/sqrt(V)", "from 0.1 to 30 fL")
    assert data.predicted.values == pytest.approx([10**-0.5, 0.1, 3000**-0.5], rel=1e-9)
    assert data.cv.values == pytest.approx(data.predicted.values, rel=0.17)
    assert data.exponent.item() == pytest.approx(-0.5, abs=0.03)
    assert data.exponent_low < data.exponent < data.exponent_high < data.exponent_low + 0.03
    assert data.engine.values.tolist() == ["gillespie", "gillespie", "tau_leaping"]
    assert (data.trajectories.values >= 32).all()
    simulated = data.trajectories * (data.burn_in + data.window)
    assert data.work.values == pytest.approx((2 * data["average"] * simulated).values, rel=0.05)
    assert data.average.values == pytest.approx([10, 100, 3000], rel=0.05)
    assert (data.cv_low < data.cv).all()
    assert (data.cv < data.cv_high).all()


def test_closed_dimers_are_certified() -> None:
    """Not linear, but with hundreds of molecules. Seen to fail: half of the volume in ``scaled``."""
    found = judged(dimers(), [1, 10, 100], max_events=1e6)
    for name in ("A.cell", "B.cell"):
        assert verdict(found, name)[0] == "certified 1/sqrt(V)", str(found)


def test_a_passive_membrane_is_certified() -> None:
    """sd of the voltage sqrt(k T / C), relative to rest; the charge itself is no observable. Seen to fail: split by
    sign.
    """
    found = judged(md.models.passive_membrane(), [0.02, 0.2, 2], max_events=2e7)
    data = found.data.sel(observable="plasma.voltage")
    assert found.data.observable.values.tolist() == ["plasma.voltage"]
    assert verdict(found, "plasma.voltage")[0] == "certified 1/sqrt(V)"
    sd = [thermal_variance(0.1 * volume) ** 0.5 for volume in data.volume.values]
    assert np.abs(data["average"].values) * data.predicted.values == pytest.approx(sd, rel=0.01)


def test_volumes_too_close_leave_the_exponent_open() -> None:
    found = judged(births(), [1.0, 1.2])
    assert verdict(found, "A.cell")[0] == "not resolved"
    assert "intervals are too wide for the exponent" in verdict(found, "A.cell")[1]


def test_intervals_too_wide_leave_the_agreement_open() -> None:
    found = judged(births(), [0.1, 1000.0], precision=0.5, max_events=1e6)
    assert verdict(found, "A.cell")[0] == "not resolved"
    assert "agreement with linear noise at" in verdict(found, "A.cell")[1]


def test_what_would_take_too_long_is_not_measured() -> None:
    found = judged(births(1e6), [0.1, 1.0], max_events=1e3)
    assert found.data.engine.values.tolist() == ["none", "none"]
    assert verdict(found, "A.cell")[0] == "not resolved"
    assert "raise max_events=" in verdict(found, "A.cell")[1]
    assert np.isfinite(found.data.predicted.values).all()


def test_a_model_too_large_for_linear_noise_is_measured_and_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "MOST_SPECIES", 0)
    found = judged(births(), [0.1, 1.0])
    assert verdict(found, "A.cell")[0] == "not resolved"
    assert verdict(found, "A.cell")[1].startswith("no linear noise to compare with: 1 species")
    assert found.data.exponent.item() == pytest.approx(-0.5, abs=0.05)


def test_growth_without_bound_is_refused() -> None:
    model = births()
    model.species("B", "cell", ONE_PER_UM)
    model.reaction("0 -> B", k=ONE_PER_UM)
    found = judged(model, [0.1, 1.0], of="B", max_events=1e5)
    assert verdict(found, "B.cell")[0] == "not"
    assert "did not settle" in verdict(found, "B.cell")[1]


def test_neutral_births_and_deaths_are_refused() -> None:
    """A -> 2 A at the rate of A -> 0: they die out, and the mean field keeps any number."""
    model = births()
    model.species("B", "cell", 10 * ONE_PER_UM)
    model.reaction("B -> 2 B", k=1.0)
    model.reaction("B -> 0", k=1.0)
    found = judged(model, [0.1, 1.0], of="B", max_events=1e6)
    assert verdict(found, "B.cell")[0] == "not"
