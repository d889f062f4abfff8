"""A model without a fault, the faults that a change gives it, and laws to change it with."""

from collections.abc import Callable
from typing import Any

import pytest

import microdomain as md
from mechanisms import maths
from mechanisms.faults import Fault, ModelError
from mechanisms.law import rate_law

Cases = dict[str, tuple[Callable[[md.Model], Any], tuple[str, str, str, str]]]
"""By name: a change of the model, and its one fault: where, found, allowed, nearest."""
PLACES = "places of this model: cytosol, er, membrane"
SPECIES = "species of the model: Ca.cytosol, Ca.er, bound.cytosol, buffer.cytosol, receptor.membrane"


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


@rate_law(k_off="1/s", c1="uM", c2="uM", returns="uM/s")
def flow(k_off: Any, c1: Any, c2: Any) -> Any:
    """k_off (c1 - c2)."""
    return k_off * (c1 - c2)


@rate_law(c1="uM", c2="uM", returns="1")
def gradient(c1: Any, c2: Any) -> Any:
    """log(c1 / c2)."""
    return maths.log(c1 / c2)


SIDES = {"c1": "Ca.er", "c2": "Ca.cytosol"}
