"""What the master equation refuses, how it fails, and what its results say of themselves."""

import numpy as np
import pytest

import microdomain as md
from mechanisms.faults import ModelError
from tests.distributions import births_and_deaths
from tests.reference import closed


def test_what_is_too_large_is_refused_with_its_size() -> None:
    with pytest.raises(md.RequestError, match=r"about \de\+\d+ states; allowed: at most 300,000; .*engine='gillespie'"):
        md.master_equation(md.models.ip3_microdomain(), 1.0)
    many = closed("many", {"A": 0, "B": 0, "C": 0, "D": 0}, *((f"0 <-> {name}", 2000.0, 1.0) for name in "ABCD"))
    with pytest.raises(md.RequestError, match="states"):
        md.master_equation(many, 5.0)
    chain = closed("chain", {f"A{i}": 10 for i in range(400)}, *((f"A{i} <-> A{i + 1}", 1.0, 1.0) for i in range(399)))
    with pytest.raises(md.RequestError, match=r"more than 1e\+300 states"):
        md.master_equation(chain, 1.0)


def test_one_molecule_in_many_places_is_not_too_large() -> None:
    """The estimate says so, and then all states are found: hopping in a ring of 300, at rest everywhere alike."""
    ring = closed(
        "ring",
        {f"A{i}": int(i == 0) for i in range(300)},
        *((f"A{i} <-> A{(i + 1) % 300}", 1.0, 1.0) for i in range(300)),
    )
    data = md.stationary_distribution(ring)
    assert data.sizes["state"] == 300
    assert data.mean_counts.values == pytest.approx(np.full(300, 1 / 300), rel=1e-9)


def test_a_set_that_outgrows_its_limit_leaves_what_was_computed() -> None:
    with pytest.raises(md.SimulationError, match="outgrew 60") as caught:
        md.master_equation(births_and_deaths(), [0.0, 0.2, 0.5, 10.0], max_states=60)
    data = caught.value.result
    assert data.time.values[0] == 0.0
    assert 1 <= data.sizes["time"] < 4


@md.rate_law(a="1", rate="1/s", returns="1/s")
def falling(a, rate):
    return rate * (2.5 - a)


def test_a_negative_rate_names_the_state() -> None:
    model = closed("negative", {"A": 0}, ("A -> 0", 1.0))
    model.reaction("0 -> A", falling, a="A", rate=1, at="cell")
    with pytest.raises(md.SimulationError, match=r"at A.cell = 3: reaction '0 -> A' has the rate -0.5"):
        md.master_equation(model, 1.0)


def test_faults_of_a_request_are_all_named() -> None:
    model = births_and_deaths()
    with pytest.raises(md.RequestError, match=r"(?s)tolerance.*max_states"):
        md.master_equation(model, 1.0, tolerance=0.0, max_states=0)
    with pytest.raises(md.RequestError, match=r"Did you mean 'A.cell'"):
        md.first_passage(model, 1.0, "A.cel", at_least=3)
    with pytest.raises(md.RequestError, match="one of the two"):
        md.first_passage(model, 1.0, "A")
    with pytest.raises(md.RequestError, match="times"):
        md.master_equation(model, [1.0, 0.0])
    with pytest.raises(ValueError, match="allowed: species and conducting complexes"):
        md.marginal(md.master_equation(model, 0.1), "B")
    with pytest.raises(ModelError):
        md.master_equation(md.Model("empty"), 1.0)


def test_other_units_give_the_same_distribution() -> None:
    """A dimer in fL, uM and s, and in pL, nM and ms, to rounding; and a threshold in uM is one in molecules."""
    found = []
    for volume, initial, k, back in (
        ("0.05 fL", "1 uM", "0.5 1/uM/s", "0.1 1/s"),
        ("5e-5 pL", "1000 nM", "5e-7 1/nM/ms", "1e-4 1/ms"),
    ):
        model = md.Model("dimer")
        cell = model.compartment("cell", volume)
        model.species("A", cell, initial)
        model.species("B", cell)
        model.reaction("2 A <-> B", k=k, k_back=back)
        found.append(md.master_equation(model, [0.0, 2.0]))
    assert found[0].probability.values == pytest.approx(found[1].probability.values, abs=1e-12)
    text, number = (md.first_passage(model, 5, "B", at_least=value) for value in ("0.15 uM", 5))
    assert text.cdf.values == pytest.approx(number.cdf.values, abs=1e-15)


def test_provenance() -> None:
    data = md.master_equation(births_and_deaths(), 1.0, tolerance=1e-4)
    assert data.attrs["engine"] == "master_equation"
    assert '"tolerance": 0.0001' in data.attrs["engine_options"]
    assert data.attrs["model_hash"] == births_and_deaths().network().digest
    assert data.species.values.tolist() == ["A.cell"]
