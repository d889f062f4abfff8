"""Every fault of a reaction or of a quantity: where it is, what was found, what is allowed, the nearest valid name."""

from collections.abc import Callable
from typing import Any

import pytest

import microdomain as md
from mechanisms.law import RateLaw
from tests.faulty_models import SIDES, SPECIES, Cases, flow, gradient, hill, the_fault_of

REACTIONS: Cases = {
    "unknown species": (
        lambda m: m.reaction("bufer -> 0", k=1.0),
        ("reaction 'bufer -> 0'", "'bufer'", SPECIES, "buffer.cytosol"),
    ),
    "species in several places": (
        lambda m: m.reaction("Ca -> 0", k=1.0),
        ("reaction 'Ca -> 0'", "'Ca', which is one of several", "Ca.cytosol or Ca.er", ""),
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


@pytest.mark.parametrize(("change", "expected"), REACTIONS.values(), ids=REACTIONS)
def test_reactions(change: Callable[[md.Model], Any], expected: tuple[str, str, str, str]) -> None:
    assert the_fault_of(change) == expected
