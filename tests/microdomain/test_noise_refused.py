"""Noise against volume: what is refused, by its reason.

Seeds are fixed, so a test passes always or never; its false-alarm probability is that of another seed.
"""

import numpy as np
import pytest

import microdomain as md
from tests.microdomain.noisy_models import CELL, births, cubic, dimers, judged, pairs, verdict
from tests.reference import ONE_PER_UM


def test_what_is_no_power_of_the_volume_is_refused() -> None:
    """Five channels and calcium: noise of the channels in small volumes, less and less of it in larger ones.

    At each volume it agrees with linear noise, whose slope goes from -0.3 to -0.7: no exponent is right.
    """
    model = md.Model("cluster")
    cytosol = model.compartment("cytosol", "0.1 fL")
    model.species("Ca", cytosol, "0.1 uM")
    model.species("closed", cytosol, count=5)
    model.species("open", cytosol, count=0)
    model.reaction("closed <-> open", k="0.5 1/s", k_back="2 1/s")
    model.reaction("open -> open + Ca", k="500 1/s")
    model.reaction("0 <-> Ca", k="1 uM/s", k_back="10 1/s")
    found = judged(model, [0.1, 1, 10, 100], fixed="channels", of="Ca", max_events=2e7, precision=0.05)
    assert verdict(found, "Ca.cytosol")[0] == "not"
    assert verdict(found, "Ca.cytosol")[1].startswith("fixed channel cluster")


def test_a_fixed_cluster_is_refused() -> None:
    """Channels that do not grow with the volume keep their noise. With densities fixed the same is not refused so."""
    model = md.models.stochastic_li_rinzel(0.2, channels=20)
    found = judged(model, [2, 20], fixed="channels", of="IP3R.ready", max_events=1e7, precision=0.1)
    assert verdict(found, "IP3R.ready")[0] == "not"
    assert verdict(found, "IP3R.ready")[1].startswith("fixed channel cluster: 20 channels of IP3R")
    assert abs(found.data.exponent.item()) < 0.1
    assert found.data.predicted.values[:, 0] == pytest.approx(found.data.cv.values[:, 0], rel=0.3)


def test_the_calcium_cell_at_its_hopf_point_is_refused() -> None:
    """At 0.35453 uM IP3 nothing damps the oscillation: CV falls as V^-0.3, and linear noise has no bound."""
    found = judged(
        md.models.stochastic_li_rinzel(0.35453),
        np.array([10, 100]) * CELL,
        of="Ca.cytosol",
        precision=0.1,
        max_events=3e7,
    )
    assert verdict(found, "Ca.cytosol")[0] == "not"
    assert verdict(found, "Ca.cytosol")[1].startswith("near a bifurcation")
    assert -0.45 < found.data.exponent.item() < -0.15


def test_near_the_hopf_point_too_linear_noise_is_too_large() -> None:
    """At 0.354 uM, stable: linear noise exists, and is not what is measured."""
    found = judged(
        md.models.stochastic_li_rinzel(0.354),
        np.array([10, 100]) * CELL,
        of="Ca.cytosol",
        precision=0.1,
        max_events=3e7,
    )
    assert np.isfinite(found.data.predicted.values).all()
    assert verdict(found, "Ca.cytosol")[0] == "not"
    assert "near a bifurcation: deviations hardly decay" in verdict(found, "Ca.cytosol")[1]


def test_a_limit_cycle_is_refused() -> None:
    found = judged(
        md.models.stochastic_li_rinzel(0.5), np.array([10, 100]) * CELL, of="Ca.cytosol", precision=0.1, max_events=3e7
    )
    assert verdict(found, "Ca.cytosol")[0] == "not"
    assert verdict(found, "Ca.cytosol")[1].startswith("oscillates: the mean field goes round a cycle")
    assert np.isnan(found.data.predicted.values).all()
    assert "period" in found.data.no_prediction.values[0]


def test_an_excitable_cell_is_refused() -> None:
    """100 channels at 0.3 uM IP3 make puffs about a stable state: 1.4 times the linear noise."""
    found = judged(
        md.models.stochastic_li_rinzel(0.3), np.array([100, 200]) * CELL, of="Ca.cytosol", precision=0.1, max_events=2e7
    )
    assert verdict(found, "Ca.cytosol")[0] == "not"
    assert verdict(found, "Ca.cytosol")[1].startswith("excitable")
    assert (found.data.cv > 1.2 * found.data.predicted).all()


def test_a_bistable_model_is_refused() -> None:
    """Between 0.5 and 3 uM with 60 molecules a uM; CV is three times that about either state."""
    found = judged(cubic((0.5, 1.5, 3.0)), np.array([20, 60]) * ONE_PER_UM)
    assert verdict(found, "X.cell")[0] == "not"
    assert verdict(found, "X.cell")[1].startswith("bimodal")


def test_a_critical_state_is_refused() -> None:
    """Three roots in one: no restoring force that is linear; CV falls as V^-1/4."""
    found = judged(cubic((1.0, 1.0, 1.0)), np.array([20, 200]) * ONE_PER_UM, max_events=1e7)
    assert verdict(found, "X.cell")[0] == "not"
    assert verdict(found, "X.cell")[1].startswith("near a bifurcation")


def test_too_few_molecules_are_refused_and_it_is_said_from_where_on_the_law_holds() -> None:
    found = judged(pairs(), np.array([1, 10, 100]) * ONE_PER_UM)
    assert verdict(found, "A.cell")[0] == "not"
    assert verdict(found, "A.cell")[1].startswith("too few molecules: 0.")
    assert found.data.holds_from.item() == pytest.approx(10 * ONE_PER_UM)
    assert "agrees with linear noise from 0.0166 fL on" in " ".join(str(found).split())
    assert found.data.scarcest.values.tolist() == ["A.cell"] * 3


def test_counts_that_are_no_longer_whole_do_not_count() -> None:
    model = births()
    model.species("enzyme", "cell", count=3)
    model.reaction("enzyme + A -> enzyme", k=ONE_PER_UM)
    found = judged(model, [0.1, 1.0])
    assert verdict(found, "A.cell") == (
        "not resolved",
        "too few molecules at 0.1 fL: 1 enzyme.cell where the density asks for 0.3",
    )
    assert found.data.used.values[:, 0].tolist() == [False, True]
    assert "* does not count for the verdict" in " ".join(str(found).split())


@md.rate_law(a="1", b="1", returns="1")
def both(a, b):
    return a + 2 * b


def test_what_does_not_vary_has_no_noise() -> None:
    model = dimers()
    model.quantity("total", both, a="A", b="B")
    found = judged(model, [0.1, 1], of="total", max_events=1e6)
    assert verdict(found, "total") == ("not", "it does not vary")


def test_what_flows_is_left_out_of_the_prediction_too() -> None:
    """With calcium a flow, noise is of gates alone: at 2000 channels 10 % less than with ions, and predicted so."""
    model, volumes = md.models.stochastic_li_rinzel(0.2), np.array([100, 300]) * CELL
    flowing = {"cytosol": "flow", "er": "flow"}
    found = judged(model, volumes, of="Ca.cytosol", engine=flowing, precision=0.1, max_events=1e7)
    whole = judged(model, volumes, of="Ca.cytosol", precision=0.1, max_events=1e7)
    assert found.data.engine.values.tolist() == ["hybrid", "hybrid"]
    assert (found.data.predicted < 0.9 * whole.data.predicted).all()
    assert found.data.cv.values == pytest.approx(found.data.predicted.values, rel=0.25)
    assert (found.data.unseen > 0.1).all()
    assert "Engines leave out" in " ".join(str(found).split())
