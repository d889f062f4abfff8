"""What a choice tells of small volumes: few molecules, slow mixing, numbers made whole."""

from __future__ import annotations

from typing import Any

import microdomain as md


def test_small_numbers_are_told() -> None:
    """100 nM is 60 molecules in 1 fL and 0.06 in 1 aL."""
    model = md.Model("calcium")
    model.species("Ca", model.compartment("cytosol", "1 fL"), "100 nM")
    model.reaction("0 <-> Ca", k="1 uM/s", k_back="10 1/s")
    choice = md.choose(model, ["1 aL", "1 fL"])
    assert "Ca.cytosol: 100 nM is 0.06 molecules, most of the time none" in choice.data.cautions.values[0]
    assert choice.data.cautions.values[1] == ""


def test_what_is_not_well_mixed_is_told() -> None:
    """In 1 pL, 10 um across, calcium takes L^2 / 6 D = 1.7 s at 10 um^2/s, and lives for 0.1 s."""
    model = md.Model("calcium")
    model.species("Ca", model.compartment("cytosol", "1 pL"), "100 nM")
    model.reaction("0 <-> Ca", k="1 uM/s", k_back="10 1/s")
    slow = md.choose(model, engines="ode", diffusion={"Ca": "10 um^2/s"})
    assert "Ca.cytosol is not well mixed: it crosses 1e+03 fL in 1.7 s" in slow.data.cautions.values[0]
    fast = md.choose(model, engines="ode", diffusion={"Ca": "1000 um^2/s"})
    assert fast.data.cautions.values[0] == ""


def test_channels_made_whole_are_told() -> None:
    choice = md.choose(md.models.ip3_microdomain(), ["0.05 fL"], engines="ode", budget=0.5)
    assert "2 IP3R where the density asks for 1.51" in choice.data.cautions.values[0]


def test_few_channels_in_fractions_are_told() -> None:
    """The mean of calcium is right in the mean field; a reader of single channels should not take it from there."""
    asked: dict[str, Any] = {"of": "Ca.cytosol", "observable": "mean", "tolerance": 0.3, "budget": 1}
    choice = md.choose(md.models.ip3_microdomain(), engines=("ode",), **asked)
    assert choice.data.engine.values[0] == "ode"
    assert "5 SERCA.free are read as flow, in fractions" in choice.data.cautions.values[0]


def isomers(concentration: str) -> md.Model:
    """A and B turn into each other in 0.01 fL, where 1 uM is 6 molecules; C comes and goes."""
    model = md.Model("isomers")
    place = model.compartment("cytosol", "0.01 fL")
    model.species("A", place, concentration)
    model.species("B", place)
    model.species("C", place, concentration)
    model.reaction("A <-> B", k="1 1/s", k_back="2 1/s")
    model.reaction("0 <-> C", k="100 uM/s", k_back="1 1/s")
    return model


def test_molecules_that_stay_and_are_rounded_at_the_start_are_told() -> None:
    """0.3 of A would be none for ever; C, which is made and lost, forgets how it began."""
    choice = md.choose(isomers("50 nM"), ["0.01 fL", "0.1 fL", "100 fL"], engines=("ode", "gillespie"), budget=0.2)
    assert "0.301 molecules of A.cytosol begin as 0 when counted" in choice.data.cautions.values[0]
    assert "begin as" not in choice.data.cautions.values[2]
    assert "3.01 molecules" not in choice.data.cautions.values[1]  # 3: within a hundredth
    assert "C.cytosol begin" not in "".join(choice.data.cautions.values)


def test_auto_records_what_to_mind() -> None:
    data = md.simulate(isomers("50 nM"), 10, engine="auto", seed=1)
    assert "0.301 molecules of A.cytosol begin as 0" in data.attrs["choice_cautions"]
