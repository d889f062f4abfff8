"""Every fault of a model: where it is, what was found, what is allowed, and the nearest valid name."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microdomain as md
from mechanisms import maths
from mechanisms.faults import Fault, ModelError
from mechanisms.law import RateLaw, rate_law
from mechanisms.units import registry


@rate_law(a="uM", v="uM/s", half="uM", returns="uM/s")
def hill(a: Any, v: Any, half: Any) -> Any:
    """v a / (half + a)."""
    return v * a / (half + a)


def start() -> md.Model:
    """Calcium on both sides of a membrane, a buffer, a receptor and a parameter: no fault yet."""
    model = md.Model("cell")
    cytosol, er = model.compartment("cytosol", 1.0), model.compartment("er", 0.2)
    membrane = model.membrane("membrane", 0.5, inside=er, outside=cytosol)
    for name, place in (("Ca", cytosol), ("Ca", er), ("buffer", cytosol), ("bound", cytosol), ("receptor", membrane)):
        model.species(name, place, 1.0, valence=2 if name == "Ca" else 0)
    model.parameter("k_on", 2.0, "1/uM/s")
    model.parameter("k_off", 2.0, "1/s")
    return model


def faults_of(change: Callable[[md.Model], Any]) -> tuple[Fault, ...]:
    model = start()
    result = change(model)
    with pytest.raises(ModelError) as caught:
        (result if isinstance(result, md.Model) else model).network()
    return caught.value.faults


def the_fault_of(change: Callable[[md.Model], Any]) -> tuple[str, str, str, str]:
    faults = faults_of(change)
    assert len(faults) == 1, faults
    return faults[0].where, faults[0].found, faults[0].allowed, faults[0].nearest


def test_there_is_none_to_begin_with() -> None:
    model = start()
    model.reaction("Ca.cytosol + buffer <-> bound", k="k_on", k_back="k_off")
    model.check()


PLACES = "places of this model: cytosol, er, membrane"
SPECIES = "species of the model: Ca.cytosol, Ca.er, bound.cytosol, buffer.cytosol, receptor.membrane"

DECLARATIONS: dict[str, tuple[Callable[[md.Model], Any], tuple[str, str, str, str]]] = {
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
        ("mechanism 'leak', port 'er'", "'ER'", PLACES, ""),
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

REACTIONS: dict[str, tuple[Callable[[md.Model], Any], tuple[str, str, str, str]]] = {
    "unknown species": (
        lambda m: m.reaction("bufer -> 0", k=1.0),
        ("reaction 'bufer -> 0'", "'bufer'", SPECIES, "buffer.cytosol"),
    ),
    "species in several places": (
        lambda m: m.reaction("Ca -> 0", k=1.0),
        ("reaction 'Ca -> 0'", "'Ca'", SPECIES, "Ca.er"),
    ),
    "neither law nor k": (
        lambda m: m.reaction("buffer -> 0"),
        ("reaction 'buffer -> 0'", "no law and no k", "k=... for mass action, or a law", ""),
    ),
    "law and k": (
        lambda m: m.reaction("bound -> 0", hill, k=1.0, a="bound", v=1.0, half=1.0),
        ("reaction 'bound -> 0'", "both a law and a mass-action constant", "one of them", ""),
    ),
    "law that is a function": (
        lambda m: m.reaction("bound -> 0", abs, name="loss"),
        ("reaction 'loss'", f"the law {abs!r}", "a function declared with @rate_law", ""),
    ),
    "no k_back": (
        lambda m: m.reaction("buffer <-> bound", k=1.0),
        ("reaction 'buffer <-> bound'", "'<->' without k_back", "k_back=...", ""),
    ),
    "k_back one way": (
        lambda m: m.reaction("buffer -> bound", k=1.0, k_back=1.0),
        ("reaction 'buffer -> bound'", "k_back with '->'", "'<->'", ""),
    ),
    "one-way law both ways": (
        lambda m: m.reaction("buffer <-> bound", hill, a="buffer", v=1.0, half=1.0),
        (
            "reaction 'buffer <-> bound'",
            "'<->' with a one-way law",
            "'->' and one law for each direction, or a net flux with its affinity=",
            "",
        ),
    ),
    "affinity one way": (
        lambda m: m.reaction("Ca.er -> Ca.cytosol", flow, affinity=gradient, at="er", **SIDES),
        ("reaction 'Ca.er -> Ca.cytosol'", "'->' with a net flux", "'<->' where an affinity is given", ""),
    ),
    "affinity without a law": (
        lambda m: m.reaction("Ca.er <-> Ca.cytosol", k=1.0, k_back=1.0, affinity=gradient),
        ("reaction 'Ca.er <-> Ca.cytosol'", "an affinity without a law", "a net flux law beside its affinity", ""),
    ),
    "affinity with a unit": (
        lambda m: m.reaction("Ca.er <-> Ca.cytosol", flow, affinity=flow, at="er", **SIDES),
        ("reaction 'Ca.er <-> Ca.cytosol'", "an affinity in 'uM/s'", "a pure number: -dG/RT", ""),
    ),
    "order": (
        lambda m: m.reaction("3 buffer + 2 bound -> 0", k=1.0),
        (
            "reaction '3 buffer + 2 bound -> 0'",
            "mass action of order 5",
            "at most order 4, or elementary steps",
            "",
        ),
    ),
    "order of the way back": (
        lambda m: m.reaction("bound <-> 5 buffer", k=1.0, k_back=1.0),
        ("reaction 'bound <-> 5 buffer'", "mass action of order 5", "at most order 4, or elementary steps", ""),
    ),
    "no change": (
        lambda m: m.reaction("buffer + bound -> bound + buffer", k=1.0),
        (
            "reaction 'buffer + bound -> bound + buffer'",
            "'buffer + bound -> bound + buffer', which changes nothing",
            "a reaction that changes a count",
            "",
        ),
    ),
    "second reaction of a name": (
        lambda m: (m.reaction("buffer -> 0", k=1.0, name="loss"), m.reaction("bound -> 0", k=2.0, name="loss")),
        ("reaction 'loss'", "a second 'loss'", "each name once; give one of them another name=", ""),
    ),
    "reactants in two places": (
        lambda m: m.reaction("Ca.er + buffer -> bound", k=1.0),
        (
            "reaction 'Ca.er + buffer -> bound'",
            "reactants in cytosol and er",
            "at=<the place whose size scales the rate>",
            "",
        ),
    ),
    "unknown at": (
        lambda m: m.reaction("Ca.er + buffer -> bound", k=1.0, at="cytosl"),
        (
            "reaction 'Ca.er + buffer -> bound', at",
            "'cytosl'",
            "places of the model: cytosol, er, membrane",
            "cytosol",
        ),
    ),
    "unknown constant": (
        lambda m: m.reaction("buffer -> 0", k="k_of"),
        (
            "reaction 'buffer -> 0', k",
            "'k_of'",
            "constants in 1/s, or parameters: k_on, k_off",
            "k_off",
        ),
    ),
    "constant of another order": (
        lambda m: m.reaction("buffer -> 0", k="1 1/uM/s"),
        ("reaction 'buffer -> 0', k", "'1 1/uM/s'", "a constant in 1/s", ""),
    ),
    "constant that begins with a sign": (
        lambda m: m.reaction("buffer -> 0", k="-.5 mV"),
        ("reaction 'buffer -> 0', k", "'-.5 mV'", "a constant in 1/s", ""),
    ),
    "parameter of another order": (
        lambda m: m.reaction("2 buffer -> 0", k="k_off"),
        ("reaction '2 buffer -> 0', k = k_off", "a quantity in 1/s", "a quantity in 1/uM/s", ""),
    ),
    "constant at a membrane": (
        lambda m: m.reaction("receptor + Ca.er -> receptor", k="k_off"),
        ("reaction 'receptor + Ca.er -> receptor', k = k_off", "a quantity in 1/s", "a quantity in 1/uM/s", ""),
    ),
    "law of another order": (
        lambda m: m.reaction("2 buffer -> 0", k=RateLaw(lambda k_off: k_off, (("k_off", "1/s"),), "1/s")),
        ("reaction '2 buffer -> 0', law '<lambda>'", "a quantity in 1/s", "a quantity in 1/uM/s", ""),
    ),
    "constant that is a species": (
        lambda m: m.reaction("buffer -> 0", k="bound"),
        ("reaction 'buffer -> 0', k", "'bound', a species or count", "a constant in 1/s", ""),
    ),
    "negative constant": (
        lambda m: m.reaction("buffer -> 0", k=-1.0),
        ("reaction 'buffer -> 0', k", "-1.0", "0 or more 1/s", ""),
    ),
    "constant nan": (
        lambda m: m.reaction("buffer -> 0", k=float("nan")),
        ("reaction 'buffer -> 0', k", "nan", "a constant in 1/s", ""),
    ),
    "law in another dimension": (
        lambda m: m.reaction("buffer -> 0", RateLaw(lambda k_on: k_on, (("k_on", "1/uM/s"),), "1/uM/s")),
        (
            "reaction 'buffer -> 0'",
            "a law in '1/uM/s' at compartment 'cytosol'",
            "uM/s in a compartment; 1/um^2/s, mol/m^2/s or pA at a membrane; uM*fL/s or 1/s anywhere",
            "",
        ),
    ),
    "law of an area in a compartment": (
        lambda m: m.reaction("buffer -> 0", RateLaw(lambda x: x, (("x", "pA"),), "pA"), x=1.0),
        (
            "reaction 'buffer -> 0'",
            "a law in 'pA' at compartment 'cytosol'",
            "uM/s in a compartment; 1/um^2/s, mol/m^2/s or pA at a membrane; uM*fL/s or 1/s anywhere",
            "",
        ),
    ),
    "current without charge": (
        lambda m: m.reaction("receptor -> 0", RateLaw(lambda x: x, (("x", "pA"),), "pA"), x=1.0),
        (
            "reaction 'receptor -> 0'",
            "a current that moves no charge",
            "ions with a valence in 'er', the inside of 'membrane'",
            "",
        ),
    ),
    "unknown argument": (
        lambda m: m.reaction("bound -> 0", hill, a="bound", v=1.0, half=1.0, vmax=2.0),
        ("reaction 'bound -> 0'", "'vmax'", "arguments of 'hill': a, v, half", "v"),
    ),
    "unbound argument": (
        lambda m: m.reaction("bound -> 0", hill, a="bound", v=1.0),
        (
            "reaction 'bound -> 0', argument 'half'",
            "'half'",
            "names of the model: k_on, k_off, cytosol.volume, er.volume, membrane.area, Ca.cytosol, Ca.er, "
            "buffer.cytosol, buffer, bound.cytosol, bound, receptor.membrane, ... (13 in all)",
            "",
        ),
    ),
    "misspelt binding": (
        lambda m: m.reaction("bound -> 0", hill, a="bond", v=1.0, half=1.0),
        (
            "reaction 'bound -> 0', argument 'a'",
            "'bond'",
            "names of the model: k_on, k_off, cytosol.volume, er.volume, membrane.area, Ca.cytosol, Ca.er, "
            "buffer.cytosol, buffer, bound.cytosol, bound, receptor.membrane, ... (13 in all)",
            "bound",
        ),
    ),
    "binding of another dimension": (
        lambda m: m.reaction("bound -> 0", hill, a="bound", v="k_off", half=1.0),
        ("reaction 'bound -> 0', argument 'v' = k_off", "a quantity in 1/s", "a quantity in uM/s", ""),
    ),
    "text of another dimension": (
        lambda m: m.reaction("bound -> 0", hill, a="bound", v="0.9 mV", half=1.0),
        ("reaction 'bound -> 0', argument 'v'", "'0.9 mV'", "a quantity in uM/s", ""),
    ),
    "binding nan": (
        lambda m: m.reaction("bound -> 0", hill, a="bound", v=float("nan"), half=1.0),
        ("reaction 'bound -> 0', argument 'v'", "nan", "a finite number in uM/s", ""),
    ),
    "quantity of a later one": (
        lambda m: (
            m.quantity("first", RateLaw(lambda x: x, (("x", "uM"),), "uM"), x="second"),
            m.quantity("second", RateLaw(lambda x: x, (("x", "uM"),), "uM"), x="bound"),
            m.reaction("bound -> 0", k=1.0),
        ),
        ("quantity 'first'", "'second'", "quantities declared before it", ""),
    ),
    "quantity of itself": (
        lambda m: (
            m.quantity("first", RateLaw(lambda first: first, (("first", "uM"),), "uM")),
            m.reaction("bound -> 0", k=1.0),
        ),
        ("quantity 'first'", "'first'", "quantities declared before it", ""),
    ),
}

VARIANTS: dict[str, tuple[Callable[[md.Model], Any], tuple[str, str, str, str]]] = {
    "changed parameter": (
        lambda m: m.changed(parameters={"k_onn": 1.0}),
        ("changed(parameters=...)", "'k_onn'", "parameters: k_on, k_off", "k_on"),
    ),
    "changed parameter in another dimension": (
        lambda m: m.changed(parameters={"k_on": "1 1/s"}),
        ("parameter 'k_on'", "'1 1/s'", "a quantity in 1/uM/s", ""),
    ),
    "changed volume": (
        lambda m: m.changed(volumes={"cytsol": 1.0}),
        ("changed(volumes=...)", "'cytsol'", "compartments: cytosol, er", "cytosol"),
    ),
    "changed volume to nothing": (
        lambda m: m.changed(volumes={"er": 0}),
        ("compartment 'er', volume", "0", "a number of fL above 0", ""),
    ),
    "changed area": (
        lambda m: m.changed(areas={"membran": 1.0}),
        ("changed(areas=...)", "'membran'", "membranes: membrane", "membrane"),
    ),
    "changed initial value": (
        lambda m: m.changed(initial={"Ca.cytosl": 1.0}),
        (
            "changed(initial=...)",
            "'Ca.cytosl'",
            "species: Ca.cytosol, Ca.er, buffer.cytosol, bound.cytosol, receptor.membrane",
            "Ca.cytosol",
        ),
    ),
    "changed to a negative value": (
        lambda m: m.changed(initial={"buffer": -1.0}),
        ("species 'buffer.cytosol', initial", "-1.0", "a number of uM, 0 or more", ""),
    ),
    "scaled by a negative number": (lambda m: m.scaled(-2), ("scaled", "-2", "a number above 0", "")),
}


@rate_law(k_off="1/s", c1="uM", c2="uM", returns="uM/s")
def flow(k_off: Any, c1: Any, c2: Any) -> Any:
    """k_off (c1 - c2)."""
    return k_off * (c1 - c2)


@rate_law(c1="uM", c2="uM", returns="1")
def gradient(c1: Any, c2: Any) -> Any:
    """log(c1 / c2)."""
    return maths.log(c1 / c2)


SIDES = {"c1": "Ca.er", "c2": "Ca.cytosol"}


@pytest.mark.parametrize(("change", "expected"), DECLARATIONS.values(), ids=DECLARATIONS)
def test_declarations(change: Callable[[md.Model], Any], expected: tuple[str, str, str, str]) -> None:
    assert the_fault_of(change) == expected


@pytest.mark.parametrize(("change", "expected"), REACTIONS.values(), ids=REACTIONS)
def test_reactions(change: Callable[[md.Model], Any], expected: tuple[str, str, str, str]) -> None:
    assert the_fault_of(change) == expected


@pytest.mark.parametrize(("change", "expected"), VARIANTS.values(), ids=VARIANTS)
def test_variants(change: Callable[[md.Model], Any], expected: tuple[str, str, str, str]) -> None:
    assert the_fault_of(change) == expected


def test_a_model_without_species() -> None:
    """A membrane whose voltage is held has no charge that could change either."""
    model = md.Model("empty")
    model.membrane("plasma", "1 um^2", inside=model.compartment("cell", "1 fL"), voltage=-60.0)
    allowed = "at least one species, or a membrane with a capacitance"
    with pytest.raises(ModelError, match=rf"model 'empty': found no species; allowed: {allowed}"):
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


# -- rates that are no rates -----------------------------------------------------------------------------------------


def with_constant(**arguments: Any) -> md.Model:
    model = start()
    model.parameter("bad", -1.0, "1/s")
    model.reaction("buffer -> 0", **arguments)
    return model


@rate_law(p="1/s", returns="1/s")
def negated(p: Any) -> Any:
    return -p


@rate_law(p="1/s", q="1", returns="1/s")
def ratio(p: Any, q: Any) -> Any:
    return p / q


@pytest.mark.parametrize(
    "model",
    [
        lambda: with_constant(k="bad"),
        lambda: with_constant(k=negated, p="k_off"),
        lambda: with_constant(law=negated, p="k_off"),
        lambda: with_constant(k=ratio, p="k_off", q=0.0),
        lambda: start_driven_by(md.step(1.0, 1.0, -1.0)),
    ],
    ids=["parameter", "constant law", "one-way law", "division by zero", "input"],
)
def test_a_rate_that_is_negative_or_infinite_from_the_start_is_a_fault(model: Callable[[], md.Model]) -> None:
    """Such rates depend on parameters and inputs alone, so they are known before anything runs."""
    with pytest.raises(ModelError, match="reaction 'buffer -> 0'"):
        md.simulate(model(), [0.0, 2.0], engine="gillespie", seed=1, progress=False)


def start_driven_by(signal: Any) -> md.Model:
    model = start()
    model.input("stimulus", signal, unit="1/s")
    model.reaction("buffer -> 0", k="stimulus")
    return model


def test_a_species_cannot_follow_an_input_below_zero() -> None:
    where, _, _, _ = the_fault_of(
        lambda m: m.species("L", "cytosol", clamped=m.input("stimulus", md.step(1.0, 1.0, -1.0), unit="uM"))
    )
    assert "L" in where


# -- net fluxes ------------------------------------------------------------------------------------------------------


def net_flux(law: RateLaw, affinity: RateLaw, **bindings: Any) -> md.Model:
    model = start()
    model.reaction("Ca.er <-> Ca.cytosol", law, affinity=affinity, at="er", **bindings)
    return model


def affinity_of(function: Callable[[Any, Any], Any]) -> RateLaw:
    return rate_law(c1="uM", c2="uM", returns="1")(function)


def test_a_flux_with_its_affinity() -> None:
    network = net_flux(flow, gradient, **SIDES).network()
    assert network.net.tolist() == [True]
    assert not network.mass_action.any()
    y = network.values(0.0)
    y[: len(network.species)] = network.omega  # 1 uM everywhere
    y[network.species.index("Ca.er")] *= 3.0
    row = int(network.affinity[0])
    slots = network.arguments.row(row)
    assert network.laws[network.law[row]](*(y[slot] * scale for slot, scale in slots)) == pytest.approx(np.log(3.0))
    assert dict(network.changes.row(0)) == {1: -1.0, 0: 1.0}


@pytest.mark.parametrize(
    "function",
    [
        lambda c1, c2: maths.log(c2 / c1),
        lambda c1, c2: 0.0 * c1 / c2,
        lambda c1, c2: 1.0 + 0.0 * c1 / c2,
        lambda c1, c2: maths.log(c1 / c2) + 0.5,
        lambda c1, c2: maths.log(2.0 * c1 / c2),
        lambda c1, c2: maths.log(c1 / c2) + 0.01,
        lambda c1, c2: maths.log(c1 / c2) ** 2,
        lambda c1, c2: maths.log((c1 - c2) / c2),
    ],
    ids=["sign", "zero", "constant", "shifted", "ratio", "shifted a little", "squared", "undefined"],
)
def test_an_affinity_that_does_not_vanish_with_its_flux_is_refused(function: Callable[[Any, Any], Any]) -> None:
    with pytest.raises(ModelError) as caught:
        net_flux(flow, affinity_of(function), **SIDES).check()
    (fault,) = caught.value.faults
    assert fault.where == "reaction 'Ca.er <-> Ca.cytosol'"
    assert fault.allowed == "an affinity that has the sign of its flux"


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_an_affinity_may_have_another_size(scale: float) -> None:
    """Two ions per turnover double it; only the zero and the sign are the law's to give away."""
    net_flux(flow, affinity_of(lambda c1, c2: scale * maths.log(c1 / c2)), **SIDES).check()


def test_a_flux_may_use_a_quantity() -> None:
    """The check follows quantities: their values belong to the state, they are no free numbers."""
    model = start()
    difference = rate_law(c1="uM", c2="uM", returns="uM")(lambda c1, c2: c1 - c2)
    model.quantity("difference", difference, **SIDES)
    law = rate_law(k_off="1/s", difference="uM", c1="uM", c2="uM", returns="uM/s")(
        lambda k_off, difference, c1, c2: k_off * difference * (c1 + c2) / (c1 + c2)
    )
    model.reaction("Ca.er <-> Ca.cytosol", law, affinity=gradient, at="er", **SIDES)
    model.check()


def test_a_flux_and_its_affinity_take_their_own_bindings() -> None:
    """A permeability is an argument of the flux and none of its affinity."""
    law = rate_law(p="1/s", c1="uM", c2="uM", returns="uM/s")(lambda p, c1, c2: p * (c1 - c2))
    net_flux(law, gradient, p=2.0, **SIDES).check()


# -- multimers -------------------------------------------------------------------------------------------------------


def gate(equation: str, channels: int = 3) -> md.Mechanism:
    """Channels of two subunits that step as ``equation`` says."""

    class Gate(md.Mechanism):
        membrane: Any = md.port()
        channels: int = md.number(3, source="assumed: a test")

        def species(self) -> Any:
            yield md.Subunits("membrane", self.channels, 2, ("shut", "wide", "stuck"), "shut", "wide", needed=2)

        def reactions(self) -> Any:
            yield md.Reaction(equation, k=1.0, name="step", at="membrane")

    return Gate(channels=channels)


def gated(equation: str) -> md.Model:
    model = start()
    model.add(gate(equation), name="gate", membrane="membrane")
    return model


@pytest.mark.parametrize("equation", ["shut -> wide", "shut + Ca.cytosol -> wide", "wide + receptor -> stuck"])
def test_a_step_of_a_subunit(equation: str) -> None:
    network = gated(equation).network()
    assert network.initial[network.species.index("gate.shut")] == 6
    assert network.conducting == ("gate.open",)


@pytest.mark.parametrize(
    ("equation", "found"),
    [
        ("shut -> 0", "a subunit that appears or vanishes"),
        ("0 -> wide", "a subunit that appears or vanishes"),
        ("shut -> 2 wide", "a subunit that appears or vanishes"),
        ("shut + stuck -> 2 wide", "a change of several subunits at once"),
        ("2 shut -> 2 wide", "a change of several subunits at once"),
    ],
)
def test_other_steps_of_a_subunit_are_refused(equation: str, found: str) -> None:
    with pytest.raises(ModelError) as caught:
        gated(equation).check()
    (fault,) = caught.value.faults
    assert fault.where == "reaction 'gate: step'"
    assert fault.found == found
    assert fault.allowed == "one subunit that steps from one state to another of its multimer"


def test_a_subunit_stays_in_its_own_multimer() -> None:
    model = gated("shut -> wide")
    model.add(gate("shut -> wide"), name="other", membrane="membrane")
    model.reaction("gate.shut -> other.wide", k=1.0)
    with pytest.raises(ModelError, match=r"one subunit that steps from one state to another of its multimer"):
        model.check()


def test_the_start_of_a_subunit_is_not_to_be_changed() -> None:
    with pytest.raises(ModelError, match=r"species 'gate.wide'.*: found a state of a multimer"):
        gated("shut -> wide").changed(initial={"gate.wide": 1.0}).check()


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
