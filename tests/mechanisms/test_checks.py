"""What is checked in a finished network: rates of 0 or more, and net fluxes that agree with their affinities."""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microdomain as md
from mechanisms import maths
from mechanisms.faults import ModelError
from mechanisms.law import RateLaw, rate_law
from mechanisms.models.passive_membrane import ohmic_affinity
from mechanisms.splitting import one_way
from tests.faulty_models import SIDES, flow, gradient, start, the_fault_of
from tests.membranes import difference, log_ratio, ohmic, patch, with_leak


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


# -- many net fluxes --------------------------------------------------------------------------------------------------


def row_of_cells(count: int, flux: Any = difference, affinity: Any = log_ratio, **bindings: Any) -> md.Model:
    """Cells in a row, each with its own rate of exchange with the next."""
    model = md.Model("row")
    for i in range(count):
        model.species("X", model.compartment(f"c{i}", 1.0 + i), 1.0)
    for i in range(count - 1):
        sides = {"a": f"X.c{i}", "b": f"X.c{i + 1}", "k": 1.0 + i} | bindings
        used = {name: sides[name] for name in {*flux.names, *affinity.names} if name in sides}
        model.reaction(f"X.c{i} <-> X.c{i + 1}", flux, affinity=affinity, at=f"c{i}", name=f"x{i}", **used)
    return model


def test_a_law_is_asked_as_often_for_many_net_fluxes_as_for_few() -> None:
    """What building a network takes must not be the number of net fluxes times a hundred calls of their laws."""
    asked = []
    counting = rate_law(k="1/s", a="uM", b="uM", returns="uM/s")(lambda k, a, b: asked.append(1) or k * (a - b))
    numbers = []
    for count in (3, 30):
        asked.clear()
        row_of_cells(count, counting).check()
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] > 0


def test_the_one_that_disagrees_among_many_is_named() -> None:
    """With the state at which it does; the others are not."""
    model = row_of_cells(40)
    wrong = rate_law(k="1/s", a="uM", b="uM", returns="uM/s")(lambda k, a, b: k * (a - 2 * b))
    model.reaction("X.c5 <-> X.c9", wrong, affinity=log_ratio, at="c5", name="odd", k=1.0, a="X.c5", b="X.c9")
    with pytest.raises(ModelError) as caught:
        model.check()
    (fault,) = caught.value.faults
    assert fault.where == "reaction 'odd'"
    number = r"-?\d\.?\d*(e[+-]\d+)?"
    assert re.fullmatch(rf"flux \S+ and affinity \S+, at X.c5 = {number}, X.c9 = {number}", fault.found)


def test_a_parameter_decides_for_each_flux_by_itself() -> None:
    """Of many fluxes of one law the one whose reversal potential is another than that of its affinity is refused."""
    shifted = rate_law(v="mV", g="nS", e="mV", d="mV", returns="pA")(lambda v, g, e, d: g * (v - e - d))
    model = patch(voltage=-60.0, capacitance="1 pF")
    for n in range(20):
        with_leak(model, shifted, ohmic_affinity, name=f"leak {n}", g=1.0, e=-90.0 + n, d=0.5 if n == 7 else 0.0)
    with pytest.raises(ModelError) as caught:
        model.check()
    (fault,) = caught.value.faults
    assert fault.where == "reaction 'leak 7'"


def test_a_flux_that_is_always_zero_has_no_directions() -> None:
    """One parameter for the voltage and for the reversal potential: g (v - v), whatever it is; refused but by sign."""
    model = patch(voltage=-60.0, clamped=False)
    model.parameter("rest", -60.0, "mV")
    leaks = {"g": 1.0, "v": "rest", "e": "rest"}
    with_leak(model, ohmic, ohmic_affinity, name="by sign", split="sign", **leaks).check()
    with_leak(model, ohmic, ohmic_affinity, name="leak", **leaks)
    with pytest.raises(ModelError, match=r"'leak': found a flux and an affinity of 0 at every state, from which no"):
        model.check()


@pytest.mark.parametrize(
    ("law", "text"),
    [
        (lambda k, a, b: k * (a - b) if a > b else -k * (b - a), "it branches on a value"),
        (lambda k, a, b: k * (a - b) * math.exp(0.0 * a), "it turns an argument into a number"),
        (lambda k, a, b: k * (a - b) * (1.0 / 0.0), "float division by zero"),
    ],
    ids=["branch", "math", "division"],
)
def test_a_law_that_cannot_be_computed_is_a_fault(law: Any, text: str) -> None:
    flux = rate_law(k="1/s", a="uM", b="uM", returns="uM/s")(law)
    with pytest.raises(ModelError, match=text) as caught:
        row_of_cells(3, flux).check()
    assert [fault.where for fault in caught.value.faults] == ["reaction 'x0'", "reaction 'x1'"]


@pytest.mark.parametrize(("drive", "fits"), [(0.1, True), (-0.1, False)])
def test_laws_without_arguments(drive: float, fits: bool) -> None:
    """A flux that never changes; its affinity must have its sign."""
    model = patch(voltage=-60.0, clamped=False)
    constant = rate_law(returns="1/s")(lambda: 5.0)
    model.reaction("K.cell <-> K.bath", constant, affinity=rate_law(returns="1")(lambda: drive), name="pump")
    if fits:
        assert one_way(model.network()).reactions == ("pump", "pump (back)")
    else:
        with pytest.raises(ModelError, match=r"found flux 5.0 and affinity -0.1, at every state"):
            model.check()
