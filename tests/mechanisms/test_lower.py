"""The state at the start: molecules, and species that are held or follow an input."""

import gc

import numpy as np
import pytest

import microdomain as md
from tests.small_models import OMEGA, one_place


def test_initial_molecules_are_not_rounded() -> None:
    model = md.Model("start")
    cytosol = model.compartment("cytosol", "0.05 fL")
    membrane = model.membrane("membrane", "0.3 um^2", outside=cytosol)
    model.species("A", cytosol, "100 nM")
    model.species("B", cytosol, count=7)
    model.species("C", cytosol)
    model.species("D", membrane, "3e12 1/m^2")
    model.reaction("A -> 0", k=1.0)
    network = model.network()
    assert network.initial == pytest.approx([OMEGA * 0.005, 7.0, 0.0, 0.9], rel=1e-12)
    assert network.omega == pytest.approx([OMEGA * 0.05] * 3 + [0.3], rel=1e-12)
    assert network.units == ("uM", "uM", "uM", "1/um^2")


def test_a_clamped_species_reacts_and_does_not_change() -> None:
    """It keeps a fraction of a molecule: 0.2 uM in 0.05 fL is 6.02 molecules."""
    model = md.Model("clamped")
    cytosol = model.compartment("cytosol", 0.05)
    model.species("L", cytosol, 0.2, clamped=True)
    model.species("A", cytosol, count=20)
    model.species("B", cytosol)
    model.reaction("A + 2 L -> B", k=1.0)
    model.reaction("L -> 0", k=1.0)
    network = model.network()
    assert network.reactions == ("A + 2 L -> B",)  # the other one changes nothing
    assert dict(network.changes.row(0)) == {1: -1.0, 2: 1.0}
    assert dict(network.reactants.row(0)) == {1: 1.0, 0: 2.0}
    data = md.simulate(model, [0.0, 1.0, 50.0], engine="gillespie", seed=1, progress=False)
    assert data.counts.sel(species="L.cytosol").values == pytest.approx(np.full((1, 3), 6.02214076), rel=1e-12)


def test_a_species_follows_an_input() -> None:
    model = md.Model("follow")
    cytosol = model.compartment("cytosol", 0.05)
    stimulus = model.input("stimulus", md.pulse(1.0, 1.0, "2 uM", base="200 nM"), unit="nM")
    model.species("L", cytosol, clamped=stimulus)
    model.species("M", cytosol, clamped="stimulus")
    model.species("A", cytosol, count=20)
    model.reaction("A + L + M -> L", k=0.001)
    data = md.simulate(model, [0.0, 0.5, 1.0, 1.5, 2.0, 3.0], engine="gillespie", seed=1, progress=False)
    expected = np.array([[0.2, 0.2, 2.0, 2.0, 0.2, 0.2]])
    assert data.concentration.sel(species="L.cytosol").values == pytest.approx(expected, rel=1e-12)
    assert data.concentration.sel(species="M.cytosol").values == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("equation", ["A -> B", "A -> nothing_known"])
@pytest.mark.parametrize("collecting", [True, False])
def test_garbage_is_collected_after_lowering_as_before(equation: str, collecting: bool) -> None:
    model, before = one_place(1.0, equation, k=1.0), gc.isenabled()
    try:
        (gc.enable if collecting else gc.disable)()
        if "nothing_known" in equation:
            with pytest.raises(md.ModelError):
                model.network()
        else:
            model.network()
        assert gc.isenabled() == collecting
    finally:
        (gc.enable if before else gc.disable)()
