"""Mechanisms: frozen values with ports, whose mistakes are named before a model is made of them."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

import microdomain as md
from mechanisms.mechanism import Mechanism, State, number, parameter, port
from mechanisms.places import Compartment, Parameter
from mechanisms.reaction import Reaction
from mechanisms.units import UnitError, registry


class Pump(Mechanism):
    """Ca(cytosol) + free <-> bound -> free + Ca(er)."""

    cytosol: Compartment = port()
    er: Compartment = port()
    pumps: int = number(3, source="assumed: a test")
    k_on: Parameter = parameter(2.0, "1/uM/s", source="assumed: a test")
    k_off: Parameter = parameter(4.0, "1/s", source="assumed: a test")

    def species(self) -> Iterator[State]:
        yield State("free", "cytosol", count=self.pumps)
        yield State("bound", "cytosol")

    def reactions(self) -> Iterator[Reaction]:
        yield Reaction("Ca.cytosol + free <-> bound", k="k_on", k_back="k_off")
        yield Reaction("bound -> free + Ca.er", k="k_off", name="release")


def cell(**names: str) -> md.Model:
    """Compartments with calcium in them, called as the ports are or otherwise."""
    model = md.Model("cell")
    for name in (names.get("cytosol", "cytosol"), names.get("er", "er")):
        model.species("Ca", model.compartment(name, 0.5), 1.0)
    return model


def test_a_mechanism_is_frozen() -> None:
    pump = Pump()
    with pytest.raises(dataclasses.FrozenInstanceError):
        pump.pumps = 5  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        pump.k_on = 5.0  # type: ignore[misc, assignment]


def test_ports_are_unbound_until_a_model_binds_them() -> None:
    pump, model = Pump(), cell()
    assert Pump.ports() == ("cytosol", "er")
    assert (pump.cytosol, pump.er) == (None, None)
    bound = model.add(pump, cytosol="cytosol", er=model.places["er"])
    assert (bound.cytosol, bound.er) == (model.places["cytosol"], model.places["er"])
    assert pump.cytosol is None


def test_parameters_are_read_in_their_units() -> None:
    pump = Pump(k_on="2e6 L/mol/s", k_off=registry().Quantity(3.0, "1/ms"), pumps=7)
    assert pump.k_on == Parameter("", 2.0, "1/uM/s", "given by the user")
    assert pump.k_off.value == pytest.approx(3000.0)
    assert pump.pumps == 7
    assert Pump().k_on.source == "assumed: a test"


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"k_onn": 1.0}, TypeError, r"Pump has no 'k_onn'; it has cytosol, er, pumps, k_on, k_off\. Did you mean"),
        ({"turnover": 1.0}, TypeError, r"Pump has no 'turnover'; it has cytosol, er, pumps, k_on, k_off\.$"),
        ({"k_on": "1 1/s"}, UnitError, r"found Pump.k_on: '1 1/s'; needed a quantity in 1/uM/s"),
        ({"k_on": float("nan")}, UnitError, r"found Pump.k_on: nan; needed a finite number in 1/uM/s"),
        ({"k_on": "fast"}, UnitError, r"found Pump.k_on: 'fast'; needed a number and a unit, such as '1.5 1/uM/s'"),
        ({"k_on": True}, UnitError, r"found Pump.k_on: True; needed a number in 1/uM/s"),
        ({"pumps": 1.5}, ValueError, r"Pump.pumps: found 1.5; allowed: a whole number, 0 or more"),
        ({"pumps": -1}, ValueError, r"Pump.pumps: found -1; allowed: a whole number"),
        ({"pumps": True}, ValueError, r"Pump.pumps: found True; allowed: a whole number"),
        ({"pumps": "five"}, ValueError, r"Pump.pumps: found 'five'; allowed: a whole number"),
        ({"pumps": float("nan")}, ValueError, r"Pump.pumps: found nan; allowed: a whole number"),
        ({"pumps": None}, ValueError, r"Pump.pumps: found None; allowed: a whole number"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_mistakes_are_named(given: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Pump(**given)


def test_a_mechanism_must_have_reactions() -> None:
    class Nothing(Mechanism):
        cytosol: Compartment = port()

    with pytest.raises(TypeError, match=r"Nothing has no reactions: a mechanism defines 'reactions'"):
        cell().add(Nothing(), cytosol="cytosol")


def test_inside_a_mechanism_places_are_called_by_their_ports() -> None:
    model = cell(cytosol="spine", er="store")
    model.add(Pump(), name="pump", cytosol="spine", er="store")
    network = model.network()
    assert network.species == ("Ca.spine", "Ca.store", "pump.free", "pump.bound")
    assert network.reactions == (
        "pump: Ca.cytosol + free <-> bound",
        "pump: Ca.cytosol + free <-> bound (back)",
        "pump: release",
    )
    assert [dict(network.changes.row(j)) for j in range(3)] == [
        {0: -1.0, 2: -1.0, 3: 1.0},
        {0: 1.0, 2: 1.0, 3: -1.0},
        {3: -1.0, 2: 1.0, 1: 1.0},
    ]
    assert network.initial[2:].tolist() == [3.0, 0.0]


def test_ports_win_over_places_of_the_same_name() -> None:
    """A mechanism turned around: its cytosol is the model's er."""
    model = cell()
    model.add(Pump(), cytosol="er", er="cytosol")
    network = model.network()
    assert dict(network.changes.row(0))[network.species.index("Ca.er")] == -1.0
    assert dict(network.changes.row(2))[network.species.index("Ca.cytosol")] == 1.0


def test_its_own_parameters_win_over_those_of_the_model() -> None:
    model = cell()
    model.parameter("k_on", 77.0, "1/uM/s")
    model.add(Pump(k_on=5.0), cytosol="cytosol", er="er")
    network = model.network()
    assert network.coefficients(network.values(0.0))[0] == pytest.approx(5.0 / (602.214076 * 0.5))
    assert dict(zip(network.parameters, network.constants, strict=True))["Pump.k_on"] == 5.0


def test_one_mechanism_twice() -> None:
    model = cell()
    model.add(Pump(), cytosol="cytosol", er="er")
    model.add(Pump(k_off=40.0), name="fast", cytosol="cytosol", er="er")
    network = model.network()
    assert len(network.reactions) == 6
    assert network.coefficients(network.values(0.0))[[1, 4]].tolist() == [4.0, 40.0]
    model.add(Pump(), cytosol="cytosol", er="er")
    with pytest.raises(md.ModelError, match=r"mechanism 'Pump': found a second 'Pump'"):
        model.check()


def test_a_parameter_that_is_changed_in_the_model() -> None:
    model = cell()
    model.add(Pump(), cytosol="cytosol", er="er")
    network = model.changed(parameters={"Pump.k_off": "1 1/ms"}).network()
    assert network.coefficients(network.values(0.0))[1:].tolist() == pytest.approx([1000.0, 1000.0])
