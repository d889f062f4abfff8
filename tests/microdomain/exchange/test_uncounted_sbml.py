"""Species whose molecules cannot be counted: right in the mean field, refused by name where molecules are counted."""

import math

import numpy as np
import pytest

import microdomain as md
from microdomain.exchange.sbml.read import read
from microdomain.exchange.sbml.results import ResultValues
from tests.microdomain.exchange import documents as d

DECAY = d.reaction("R", {"A": 1}, {}, "0.5 * A")


def amounts(text: str, times: tuple[float, ...] = (0.0, 1.0)) -> dict[str, np.ndarray]:
    """Amounts of all species in the mean field, by id."""
    imported = read(text)
    values = ResultValues(imported, md.simulate(imported.model, times, engine=md.ODE(rtol=1e-9, atol=1e-9)))
    return {name: values.amount(name)[0] for name in imported.contents.species}


def changing(side: str, *parts: str, start: float = 2.0, constant: bool = False) -> str:
    """A goes at rate 3, and n of B come of each; n is ``side``'s, and ``parts`` say what becomes of it."""
    reference = f'id="n" stoichiometry="{start}" constant="{str(constant).lower()}"'
    text = d.document(d.compartment(), d.species("A", 100), d.species("B", 0), *parts,
        d.reaction("R", {"A": 1}, {"B": 1}, "3"))  # fmt: skip
    return text.replace(f'species="{side}" stoichiometry="1" constant="true"', f'species="{side}" {reference}')


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((d.rule("assignment", "n", "2 * time"),), 3 * 4.0**2),
        ((d.rule("rate", "n", "n"),), 6 * (math.exp(4) - 1)),
        ((d.event("e", "time > 1", {"n": "5"}),), 6 + 15 * 3),
        ((d.assignment("n", "7"),), 84.0),
    ],
)
def test_a_stoichiometry_that_changes(parts: tuple[str, ...], expected: float) -> None:
    """B's exact amount at t = 4; A falls by 12 whatever n is."""
    found = amounts(changing("B", *parts), (0.0, 4.0))
    assert found["B"][-1] == pytest.approx(expected, rel=1e-6)
    assert found["A"][-1] == pytest.approx(88.0)


def test_nothing_that_counts_molecules_runs_a_stoichiometry_that_changes() -> None:
    model = md.read_sbml(changing("B", d.rule("rate", "n", "n")))
    for engine in ("gillespie", "tau_leaping", "langevin", {"c": "jump"}):
        with pytest.raises(
            md.RequestError, match=r"'B': found a stoichiometry that changes in reaction 'R', n; allowed"
        ):
            md.simulate(model, 1.0, engine=engine)
    md.simulate(model, 1.0, engine=md.Hybrid("flow"))


def test_a_stoichiometry_that_stays_is_counted() -> None:
    """Two of B for each A, by an initial assignment."""
    data = md.simulate(md.read_sbml(changing("B", d.assignment("n", "1 + 1"))), 2.0, engine="gillespie", seed=1)
    lost = 100 - data.counts.sel(species="A.c").values
    assert (data.counts.sel(species="B.c").values == 2 * lost).all()


@pytest.mark.parametrize("unit", ["gram", "nM"])
def test_an_amount_that_is_no_number_of_molecules(unit: str) -> None:
    units = d.unit("nM", d.factor("mole", scale=-9), d.factor("litre", exponent=-1))
    text = d.document(units, d.compartment(), d.species("A", 10, substanceUnits=unit), DECAY)
    assert amounts(text)["A"][-1] == pytest.approx(10 * math.exp(-0.5), rel=1e-7)
    with pytest.raises(
        md.RequestError, match=f"'A': found an amount in {unit}, which measures .*; engine='ode' counts"
    ):
        md.simulate(md.read_sbml(text), 1.0, engine="gillespie")


def test_an_amount_below_zero() -> None:
    """Voltages are written as species, too; in a compartment of size 2, in concentrations."""
    text = d.document(d.compartment(size=2), d.species("A", concentration=-70, in_amounts=False), DECAY)
    assert amounts(text)["A"][-1] == pytest.approx(-140 * math.exp(-0.25), rel=1e-7)
    with pytest.raises(md.RequestError, match="'A': found -140 at the start"):
        md.simulate(md.read_sbml(text), 1.0, engine="gillespie")


def test_an_amount_below_zero_that_nothing_changes() -> None:
    text = d.document(d.compartment(), d.species("V", -70, boundaryCondition="true"), d.species("A", 10),
        d.reaction("R", {"A": 1}, {}, "-0.1 * V"))  # fmt: skip
    assert amounts(text)["A"][-1] == pytest.approx(3.0)
    assert md.simulate(md.read_sbml(text), 1.0, engine="gillespie", seed=1).counts.sel(species="A.c").values[0, -1] < 10


def test_rounding_below_zero_is_none() -> None:
    model = md.read_sbml(d.document(d.compartment(), d.species("A", -1e-15), DECAY))
    assert model.all_species["A.c"].count == 0


def test_units_of_species_change_no_law() -> None:
    """A unit of extent is one of each species: A in mole and B in item fall and rise by the same number.

    A unit that a conversion factor converts is molecules for molecules.
    """
    parts = (d.compartment(), d.parameter("N", 6.02214076e23), d.reaction("R", {"A": 1}, {"B": 1}, "0.5 * A"))
    mixed = (d.species("A", 10, substanceUnits="mole"), d.species("B", 0, substanceUnits="item"))
    found = amounts(d.document(*parts, *mixed, substanceUnits="mole", extentUnits="mole"))
    assert found["B"][-1] == pytest.approx(10 * (1 - math.exp(-0.5)), rel=1e-7)
    with pytest.raises(md.RequestError, match=r"found a unit of substance that is .* times that of 'B'"):
        md.simulate(md.read_sbml(d.document(*parts, *mixed)), 1.0, engine="gillespie")
    converted = (d.species("A", 1e-22, substanceUnits="mole"),
        d.species("B", 0, substanceUnits="item", conversionFactor="N"))  # fmt: skip
    model = md.read_sbml(d.document(*parts, *converted))
    data = md.simulate(model, 1.0, engine="gillespie", seed=1)
    assert set(data.counts.sum("species").values.ravel()) == {60}


def test_a_membrane_whose_size_is_a_volume() -> None:
    """Its unit says what a size is; many documents have membranes of two dimensions in litre."""
    text = d.document(d.compartment(size=2, spatialDimensions=2, units="litre"),
        d.species("A", concentration=10, in_amounts=False), DECAY)  # fmt: skip
    assert amounts(text)["A"][-1] == pytest.approx(20 * math.exp(-0.25), rel=1e-7)


def test_a_size_that_starts_at_nothing() -> None:
    """dV/dt = 1 from 0, and A in it: amounts are not lost."""
    text = d.document(d.compartment(size=0, constant=False), d.rule("rate", "c", "1"), d.species("A", 10), DECAY)
    assert amounts(text)["A"][-1] == pytest.approx(10 * math.exp(-0.5), rel=1e-7)


def test_a_species_called_time() -> None:
    text = d.document(d.compartment(), d.species("CLOCK", 10), d.species("time_", 1),
        d.reaction("R", {"CLOCK": 1}, {}, "0.5 * CLOCK")).replace("CLOCK", "time")  # fmt: skip
    assert md.read_sbml(text).network().species == ("time__.c", "time_.c")
    assert amounts(text)["time"][-1] == pytest.approx(10 * math.exp(-0.5), rel=1e-7)
