"""Protocols: steps, pulses, trains, and values between times."""

from typing import Any

import pytest

import microdomain as md
from mechanisms.signal import Piecewise
from mechanisms.units import UnitError


@pytest.mark.parametrize(
    ("signal", "edges", "values"),
    [
        (md.constant(2), [], [2.0]),
        (md.step(1, 0.5, 2), [1.0], [0.5, 2.0]),
        (md.step("500 ms", "100 nM", "1 mM"), [0.5], [0.1, 1000.0]),
        (md.pulse(1, 0.5, 2), [1.0, 1.5], [0.0, 2.0, 0.0]),
        (md.pulse("1 s", "500 ms", "2 uM", base="100 nM"), [1.0, 1.5], [0.1, 2.0, 0.1]),
        (md.train(1, 2, 0.5, 3, 7), [1.0, 1.5, 3.0, 3.5, 5.0, 5.5], [0.0, 7.0, 0.0, 7.0, 0.0, 7.0, 0.0]),
        (md.train(1, 2, 2, 3, 7, base=1), [1.0, 7.0], [1.0, 7.0, 1.0]),  # pulses that touch are one
        (md.train(1, 2, 5, 1, 7), [1.0, 6.0], [0.0, 7.0, 0.0]),  # one pulse may be longer than the period
        (md.piecewise([1, "2 s", "3000 ms"], [0, "1 uM", 2, 3]), [1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 3.0]),
    ],
)
def test_numbers(signal: Piecewise, edges: list[float], values: list[float]) -> None:
    found_edges, found_values = signal.numbers("uM")
    assert found_edges == pytest.approx(edges, rel=1e-15)
    assert found_values == pytest.approx(values, rel=1e-15)


@pytest.mark.parametrize(
    ("signal", "message"),
    [
        (md.piecewise([2, 1], [0, 1, 2]), "edges that do not increase"),
        (md.piecewise([1, 1], [0, 1, 2]), "edges that do not increase"),
        (md.piecewise([1, 2], [0, 1]), "2 edges and 2 values"),
        (md.step("1 uM", 0, 1), "found '1 uM'; needed a quantity in s"),
        (md.step(1, 0, "1 mV"), "found '1 mV'; needed a quantity in uM"),
        (md.step(float("nan"), 0, 1), "a finite number in s"),
        (md.step(1, 0, float("inf")), "a finite number in uM"),
    ],
)
def test_faults(signal: Piecewise, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        signal.numbers("uM")
    model = md.Model("faulty")
    model.species("A", model.compartment("cytosol", 1.0))
    model.input("stimulus", signal, unit="uM")
    with pytest.raises(md.ModelError, match=rf"input 'stimulus': found .*{message}.*increasing edges in s"):
        model.check()


@pytest.mark.parametrize(
    ("train", "message"),
    [
        ({"period": 1, "duration": 2, "count": 3}, r"pulses of 2.0 s every 1.0 s overlap"),
        ({"period": 1, "duration": 0.5, "count": 0}, r"a train of 0 pulses"),
        ({"period": 1, "duration": 0, "count": 2}, r"longer than 0 s"),
        ({"period": 1, "duration": -1, "count": 2}, r"longer than 0 s"),
    ],
)
def test_trains_that_make_no_sense(train: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        md.train(start=0, height=1, **train)


def test_a_train_in_a_wrong_dimension() -> None:
    with pytest.raises(UnitError, match="'1 mV'; needed a quantity in s"):
        md.pulse("1 mV", 1, 1)


def driven(signal: Piecewise, unit: str = "uM") -> md.Model:
    model = md.Model("driven")
    cytosol = model.compartment("cytosol", 0.5)
    stimulus = model.input("stimulus", signal, unit=unit)
    model.species("L", cytosol, clamped=stimulus)
    model.species("A", cytosol, 1.0)
    model.reaction("A + L -> L", k=1.0)
    return model


def test_the_value_at_an_edge_is_the_one_that_starts_there() -> None:
    network = driven(md.pulse(1, 0.5, "2 uM", base=0.5)).network()
    slot = network.first_input
    for t, expected in [(0.0, 0.5), (1.0 - 1e-12, 0.5), (1.0, 2.0), (1.25, 2.0), (1.5, 0.5), (9.0, 0.5)]:
        y = network.values(t)
        assert y[slot] == expected
        assert y[network.species.index("L.cytosol")] == pytest.approx(expected * 0.5 * 602.214076, rel=1e-14)
    assert network.edges.tolist() == [1.0, 1.5]


def test_a_protocol_in_other_units_moves_the_same_molecules() -> None:
    ours = driven(md.step(1, 0.5, 2.0)).network()
    other = driven(md.step("1000 ms", "500 nM", "0.002 mM"), unit="nM").network()
    for t in (0.0, 1.5):
        assert other.values(t)[0] == pytest.approx(ours.values(t)[0], rel=1e-14)


def test_edges_of_several_inputs_are_merged() -> None:
    model = driven(md.step(2, 0, 1))
    model.input("other", md.pulse(1, 1, 1), unit="mV")
    assert model.network().edges.tolist() == [1.0, 2.0]
