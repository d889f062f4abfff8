"""Every fault of a model: where it is, what was found, what is allowed, and the nearest valid name."""

from collections.abc import Callable
from typing import Any

import pytest

import microdomain as md
from mechanisms.faults import ModelError
from mechanisms.law import RateLaw
from mechanisms.units import registry
from tests.faulty_models import PLACES, Cases, start, the_fault_of


def test_there_is_none_to_begin_with() -> None:
    model = start()
    model.reaction("Ca.cytosol + buffer <-> bound", k="k_on", k_back="k_off")
    model.check()


DECLARATIONS: Cases = {
    "no volume": (
        lambda m: m.compartment("soma", 0),
        ("compartment 'soma', volume", "0", "a number of fL above 0", ""),
    ),
    "negative volume": (
        lambda m: m.compartment("soma", "-1 pL"),
        ("compartment 'soma', volume", "'-1 pL'", "a number of fL above 0", ""),
    ),
    "volume in um^2": (
        lambda m: m.compartment("soma", "1 um^2"),
        ("compartment 'soma', volume", "'1 um^2'", "a quantity in fL", ""),
    ),
    "volume nan": (
        lambda m: m.compartment("soma", float("nan")),
        ("compartment 'soma', volume", "nan", "a finite number in fL", ""),
    ),
    "area": (
        lambda m: m.membrane("plasma", -1.0),
        ("membrane 'plasma', area", "-1.0", "a number of um^2 above 0", ""),
    ),
    "side of a membrane": (
        lambda m: m.membrane("plasma", 1.0, inside="cytosole"),
        ("membrane 'plasma'", "'cytosole'", PLACES, "cytosol"),
    ),
    "place of a species": (
        lambda m: m.species("Na", "citosol"),
        ("species 'Na'", "'citosol'", PLACES, "cytosol"),
    ),
    "place that is none": (
        lambda m: m.species("Na", None),
        ("species 'Na'", "'None'", PLACES, ""),
    ),
    "negative concentration": (
        lambda m: m.species("Na", "cytosol", -1.0),
        ("species 'Na', initial", "-1.0", "a number of uM, 0 or more", ""),
    ),
    "concentration in mV": (
        lambda m: m.species("Na", "cytosol", "1 mV"),
        ("species 'Na', initial", "'1 mV'", "a quantity in uM", ""),
    ),
    "concentration on a membrane": (
        lambda m: m.species("Na", "membrane", "1 uM"),
        ("species 'Na', initial", "'1 uM'", "a quantity in 1/um^2", ""),
    ),
    "concentration and count": (
        lambda m: m.species("Na", "cytosol", 1.0, count=3),
        ("species 'Na'", "both a concentration and a count", "one of them", ""),
    ),
    "count that is not whole": (
        lambda m: m.species("Na", "cytosol", count=1.5),
        ("species 'Na', count", "1.5", "a whole number, 0 or more", ""),
    ),
    "negative count": (
        lambda m: m.species("Na", "cytosol", count=-1),
        ("species 'Na', count", "-1", "a whole number, 0 or more", ""),
    ),
    "count nan": (
        lambda m: m.species("Na", "cytosol", count=float("nan")),
        ("species 'Na', count", "nan", "a whole number, 0 or more", ""),
    ),
    "count inf": (
        lambda m: m.species("Na", "cytosol", count=float("inf")),
        ("species 'Na', count", "inf", "a whole number, 0 or more", ""),
    ),
    "count as text": (
        lambda m: m.species("Na", "cytosol", count="many"),
        ("species 'Na', count", "'many'", "a whole number, 0 or more", ""),
    ),
    "clamped by an unknown input": (
        lambda m: m.species("Na", "cytosol", clamped="stimulus"),
        ("species 'Na.cytosol', clamped", "'stimulus'", "inputs of the model: none is declared", ""),
    ),
    "clamped by an input of another dimension": (
        lambda m: m.species("Na", "cytosol", clamped=m.input("stimulus", md.constant(1.0), unit="mV")),
        ("species 'Na.cytosol', clamped", "a quantity in mV", "a quantity in uM", ""),
    ),
    "name": (
        lambda m: m.parameter("2k", 1.0, "1/s"),
        ("parameter '2k'", "the name '2k'", "a letter, then letters, digits and _", ""),
    ),
    "species name with a dot": (
        lambda m: m.species("Na.cytosol", "cytosol"),
        ("species 'Na.cytosol'", "the name 'Na.cytosol'", "a letter, then letters, digits and _", ""),
    ),
    "second compartment": (
        lambda m: m.compartment("er", 1.0),
        ("compartment 'er'", "a second 'er'", "each name once; give one of them another name=", ""),
    ),
    "second species": (
        lambda m: m.species("Ca", "cytosol"),
        ("species 'Ca'", "a second 'Ca.cytosol'", "each name once; give one of them another name=", ""),
    ),
    "second parameter": (
        lambda m: m.parameter("k_on", 1.0, "1/s"),
        ("parameter 'k_on'", "a second 'k_on'", "each name once; give one of them another name=", ""),
    ),
    "parameter nan": (
        lambda m: m.parameter("k", float("nan"), "1/s"),
        ("parameter 'k'", "nan", "a finite number in 1/s", ""),
    ),
    "parameter in another dimension": (
        lambda m: m.parameter("k", registry().Quantity(1.0, "mV"), "1/s"),
        ("parameter 'k'", "the unit 'millivolt' (another dimension)", "a unit that converts to '1/s'", ""),
    ),
    "values of an input": (
        lambda m: m.input("stimulus", md.step(1.0, 0.0, "1 mV"), unit="uM"),
        (
            "input 'stimulus'",
            "found '1 mV'; needed a quantity in uM",
            "increasing edges in s, and values in uM",
            "",
        ),
    ),
    "edges of an input": (
        lambda m: m.input("stimulus", md.piecewise([2.0, 1.0], [0.0, 1.0, 2.0]), unit="uM"),
        ("input 'stimulus'", "edges that do not increase", "increasing edges in s, and values in uM", ""),
    ),
    "unbound port": (
        lambda m: m.add(md.mechanisms.ERLeak(), cytosol="cytosol"),
        ("mechanism 'ERLeak'", "port 'er' unbound", "add(..., er=<a place of the model>)", ""),
    ),
    "port bound to nothing": (
        lambda m: m.add(md.mechanisms.ERLeak(), name="leak", cytosol="cytosol", er="ER"),
        ("mechanism 'leak', port 'er'", "'ER'", PLACES, "er"),
    ),
    "misspelt port": (
        lambda m: m.add(md.mechanisms.ERLeak(), cytosol="cytosol", er="er", cytosl="cytosol"),
        ("mechanism 'ERLeak'", "'cytosl'", "its ports: cytosol, er", "cytosol"),
    ),
    "equation": (
        lambda m: m.reaction("Ca.er = Ca.cytosol", k=1.0),
        (
            "reaction",
            "'Ca.er = Ca.cytosol' needs one arrow, '->' or '<->', as in '2 A -> B'",
            "an equation such as '2 A + B -> C' or '0 <-> A'",
            "",
        ),
    ),
}


@pytest.mark.parametrize(("change", "expected"), DECLARATIONS.values(), ids=DECLARATIONS)
def test_declarations(change: Callable[[md.Model], Any], expected: tuple[str, str, str, str]) -> None:
    assert the_fault_of(change) == expected


def test_a_model_without_species() -> None:
    """A membrane whose voltage is held has no charge that could change either."""
    model = md.Model("empty")
    model.membrane("plasma", "1 um^2", inside=model.compartment("cell", "1 fL"), voltage=-60.0)
    allowed = "at least one species, one variable, or a membrane with a capacitance"
    with pytest.raises(ModelError, match=rf"model 'empty': found nothing that could change; allowed: {allowed}"):
        model.check()


@pytest.mark.parametrize("valence", [0.5, float("nan"), "two"])
def test_a_valence_is_a_whole_number(valence: Any) -> None:
    """Half an elementary charge must not silently become none."""
    where, found, _, _ = the_fault_of(lambda m: m.species("X", "cytosol", valence=valence))
    assert where == "species 'X', valence"
    assert found == repr(valence)


@pytest.mark.parametrize(
    "second",
    [
        lambda m: m.input("k_on", md.constant(1.0), unit="1/uM/s"),
        lambda m: m.quantity("k_on", RateLaw(lambda a: a, (("a", "uM"),), "uM"), a="bound"),
        lambda m: m.species("k_on", "cytosol"),
    ],
    ids=["input", "quantity", "species"],
)
def test_one_name_for_two_things_is_refused(second: Callable[[md.Model], Any]) -> None:
    """k="k_on" could mean either; which one it does must not depend on an order inside the program."""
    model = start()
    second(model)
    model.reaction("Ca.cytosol + buffer -> bound", k="k_on")
    with pytest.raises(ModelError, match="k_on"):
        model.check()


# -- all at once -----------------------------------------------------------------------------------------------------


def test_five_faults_in_one_error() -> None:
    model = md.Model("many")
    cytosol = model.compartment("cytosol", "-1 fL")
    model.species("A", cytosol, "1 mV")
    model.species("B", "cytosl")
    model.reaction("A => B", k=1.0)
    model.reaction("A -> C", k=1.0)
    with pytest.raises(ModelError) as caught:
        model.network()
    assert [fault.where for fault in caught.value.faults] == [
        "compartment 'cytosol', volume",
        "species 'A', initial",
        "species 'B'",
        "reaction",
        "reaction 'A -> C'",
    ]
    assert str(caught.value) == (
        "model 'many' has 5 faults:\n"
        "  - compartment 'cytosol', volume: found '-1 fL'; allowed: a number of fL above 0.\n"
        "  - species 'A', initial: found '1 mV'; allowed: a quantity in uM.\n"
        "  - species 'B': found 'cytosl'; allowed: places of this model: cytosol. Did you mean 'cytosol'?\n"
        "  - reaction: found 'A => B' needs one arrow, '->' or '<->', as in '2 A -> B'; "
        "allowed: an equation such as '2 A + B -> C' or '0 <-> A'.\n"
        "  - reaction 'A -> C': found 'C'; allowed: species of the model: A.cytosol, B.cytosl."
    )


def test_faults_are_the_same_when_asked_again() -> None:
    model = start()
    model.reaction("bufer -> 0", k=1.0)
    faults = []
    for _ in range(2):
        with pytest.raises(ModelError) as caught:
            model.check()
        faults.append(caught.value.faults)
    assert faults[0] == faults[1]
    assert len(faults[0]) == 1


@pytest.mark.parametrize(
    "fault",
    [
        lambda m: m.reaction("A => B", k=1.0),
        lambda m: m.add(md.mechanisms.ERLeak(), cytosol="cytosol"),
        lambda m: m.compartment("cytosol", 1.0),
        lambda m: m.species("Na", "cytosol", -1.0),
    ],
    ids=["equation", "port", "second name", "value"],
)
def test_a_fault_after_the_model_was_used_is_reported_too(fault: Callable[[md.Model], Any]) -> None:
    """The network that was made before must not be given again."""
    model = start()
    model.reaction("buffer -> 0", k=1.0)
    model.check()
    fault(model)
    with pytest.raises(ModelError):
        model.check()


def test_equal_equations_without_a_name_are_numbered() -> None:
    model = start()
    for k in (1.0, 2.0, 3.0):
        model.reaction("buffer -> 0", k=k)
    assert model.network().reactions == ("buffer -> 0", "buffer -> 0 (2)", "buffer -> 0 (3)")


def test_a_faulty_model_does_not_run() -> None:
    model = start()
    model.reaction("bufer -> 0", k=1.0)
    for engine in ("ode", "gillespie"):
        with pytest.raises(ModelError, match=r"Did you mean 'buffer\.cytosol'"):
            md.simulate(model, 1.0, engine=engine)


@pytest.mark.parametrize("kind", ["parameter", "variable", "quantity"])
def test_a_name_that_is_also_short_for_a_species_is_refused(kind: str) -> None:
    """A law that reads "Ca" would take the species without a word."""
    model = md.Model("clash")
    model.species("Ca", model.compartment("cytosol", "1 fL"), "1 uM")
    if kind == "parameter":
        model.parameter("Ca", 2.0, "uM")
    elif kind == "variable":
        model.variable("Ca", 2.0, "uM")
    else:
        model.quantity("Ca", doubled, x="Ca.cytosol")
    with pytest.raises(md.ModelError, match=r"'Ca': found also short for the species 'Ca\.cytosol'; allowed: each"):
        model.check()


@md.rate_law(x="uM", returns="uM")
def doubled(x):
    return 2 * x
