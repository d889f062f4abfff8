"""What is checked in a finished network: net fluxes that agree with their affinities, however many there are."""

import math
import re
from typing import Any

import pytest

import microdomain as md
from mechanisms.faults import ModelError
from mechanisms.law import rate_law
from mechanisms.splitting import one_way
from tests.membranes import difference, log_ratio, ohmic, ohmic_affinity, patch, with_leak


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
