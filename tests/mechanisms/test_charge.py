"""Which charge crosses which membrane, what a membrane with a voltage needs, and what changes with its size."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microdomain as md
from mechanisms.models.passive_membrane import ohmic_affinity
from mechanisms.units import ELEMENTARY_CHARGE
from tests.membranes import MV_PF_PER_CHARGE, ohmic, patch, with_leak


def cell() -> md.Model:
    """A cell in a bath, with an ER; both membranes have a capacitance."""
    model = md.Model("cell")
    cytosol, er, bath = (model.compartment(name, "1 fL") for name in ("cytosol", "er", "bath"))
    plasma = model.membrane("plasma", "10 um^2", inside=cytosol, outside=bath, voltage=-70.0, capacitance="0.1 pF")
    envelope = model.membrane("envelope", "5 um^2", inside=er, outside=cytosol, voltage=0.0, capacitance="0.05 pF")
    for place in (cytosol, er, bath):
        for name, valence in {"Na": 1, "K": 1, "Cl": -1, "Ca": 2, "Glu": -1, "H": 1, "sugar": 0}.items():
            model.species(name, place, 10.0, valence=valence)
    for membrane in (plasma, envelope):
        model.species("pump", membrane, count=5)
        model.species("bound", membrane, valence=2)
        model.species("shut", membrane, count=5)
        model.species("open", membrane, valence=3)
    return model


ONCE = md.rate_law(returns="1/s")(lambda: 1.0)


def charges_of(equation: str, model: md.Model | None = None, **at: Any) -> dict[str, float]:
    """What one event does to the charge of each membrane."""
    model = model or cell()
    model.reaction(equation, ONCE, name="it", **at)
    network = model.network()
    changes = network.changes.row(network.reactions.index("it"))
    return {name: n for i, n in changes if (name := network.species[i]).startswith("charge.")}


@pytest.mark.parametrize(
    ("equation", "at", "plasma", "envelope"),
    [
        ("K.cytosol -> K.bath", None, -1, 0),
        ("Cl.cytosol -> Cl.bath", None, 1, 0),
        ("Ca.bath -> Ca.cytosol", None, 2, 0),
        ("Ca.er -> Ca.cytosol", None, 0, -2),
        ("2 Ca.cytosol -> 2 Ca.er", None, 0, 4),
        ("Ca.cytosol + 3 Na.bath -> Ca.bath + 3 Na.cytosol", None, 1, 0),
        ("3 Na.cytosol + 2 K.bath -> 3 Na.bath + 2 K.cytosol", None, -1, 0),
        ("Glu.bath + 3 Na.bath + H.bath + K.cytosol -> Glu.cytosol + 3 Na.cytosol + H.cytosol + K.bath", None, 2, 0),
        ("Na.bath + K.bath + 2 Cl.bath -> Na.cytosol + K.cytosol + 2 Cl.cytosol", None, 0, 0),
        ("sugar.bath -> sugar.cytosol", None, 0, 0),
        ("Ca.cytosol + pump.plasma -> bound.plasma", "plasma", -2, 0),
        ("bound.plasma -> pump.plasma + Ca.bath", "plasma", 0, 0),
        ("Ca.cytosol + pump.envelope -> bound.envelope", "envelope", 0, 0),
        ("bound.envelope -> pump.envelope + Ca.er", "envelope", 0, 2),
        ("shut.plasma -> open.plasma", None, 0, 0),
        ("K.cytosol -> 0", "plasma", -1, 0),
        ("Ca.bath -> 0", "plasma", 2, 0),
        ("0 -> K.bath", "plasma", -1, 0),
        ("K.cytosol -> 0", None, 0, 0),
        ("Na.cytosol + Cl.cytosol -> sugar.cytosol", None, 0, 0),
        ("Ca.cytosol + sugar.cytosol -> 0", None, 0, 0),
    ],
)
def test_the_charge_that_one_event_carries_to_the_inside(
    equation: str, at: str | None, plasma: int, envelope: int
) -> None:
    """Channels, exchangers, pumps with bound states (charge bound to a membrane is outside), lone ions."""
    expected = {f"charge.{name}": float(n) for name, n in {"plasma": plasma, "envelope": envelope}.items() if n}
    assert charges_of(equation, **({"at": at} if at else {})) == expected


@pytest.mark.parametrize("equation", ["Ca.cytosol -> Ca.bath", "2 Ca.bath + Cl.cytosol -> 2 Ca.cytosol + Cl.bath"])
def test_the_way_back_carries_the_opposite(equation: str) -> None:
    model = cell()
    model.reaction(equation.replace("->", "<->"), k=1.0, k_back=2.0, name="pair", at="plasma")
    network = model.network()
    forward, back = (dict(network.changes.row(j)) for j in (0, 1))
    assert forward == {i: -n for i, n in back.items()}
    assert network.species.index("charge.plasma") in forward


def test_a_cycle_of_a_pump_carries_what_its_steps_carry_together() -> None:
    """Two Ca out of the cell by four steps: in sum as the one reaction Ca.cytosol -> Ca.bath, twice."""
    model = cell()
    for step in ("Ca.cytosol + pump.plasma -> bound.plasma", "bound.plasma -> pump.plasma + Ca.bath"):
        model.reaction(step, k=1.0, at="plasma")
    network = model.network()
    total = np.zeros(len(network.species))
    for j in range(2):
        for i, n in network.changes.row(j):
            total[i] += n
    moved = {network.species[i]: total[i] for i in np.flatnonzero(total)}
    assert moved == {"Ca.cytosol": -1, "Ca.bath": 1, "charge.plasma": -2}


def test_held_ions_carry_their_charge() -> None:
    """Baths whose concentrations are held: only the charge changes."""
    model = with_leak(patch(voltage=-60.0, capacitance=1.0), ohmic, ohmic_affinity, g=1.0, e=-90.0)
    network = model.network()
    assert [(network.species[i], n) for i, n in network.changes.row(0)] == [("charge.plasma", -1.0)]


def test_a_current_is_divided_by_the_charge_of_one_event() -> None:
    """A pA of an exchanger that moves one net charge, and of Ca, which moves two."""
    current = md.rate_law(i="pA", returns="pA")(lambda i: i)
    model = cell()
    model.reaction("Ca.cytosol + 3 Na.bath -> Ca.bath + 3 Na.cytosol", current, at="plasma", i=1.0)
    model.reaction("Ca.bath -> Ca.cytosol", current, at="plasma", i=1.0)
    expected = 1e-12 / ELEMENTARY_CHARGE
    np.testing.assert_allclose(model.network().rate_scale, [expected, expected / 2], rtol=1e-14)


def second_envelope(capacitance: float | None) -> md.Model:
    model = cell()
    model.membrane("patch", 1.0, inside="cytosol", outside="bath", voltage=0.0, capacitance=capacitance)
    return model


@pytest.mark.parametrize("capacitance", [None, 1.0])
def test_one_of_two_membranes_must_be_named(capacitance: float | None) -> None:
    with pytest.raises(
        md.ModelError, match="a charge that may cross several membranes; allowed: at='plasma' or 'patch'"
    ):
        charges_of("K.cytosol -> K.bath", second_envelope(capacitance))
    assert charges_of("K.cytosol -> K.bath", second_envelope(capacitance), at="plasma") == {"charge.plasma": -1}
    expected = {"charge.patch": -1} if capacitance else {}
    assert charges_of("K.cytosol -> K.bath", second_envelope(capacitance), at="patch") == expected
    assert charges_of("sugar.cytosol -> sugar.bath", second_envelope(capacitance)) == {}


def electric(**electric: Any) -> md.Model:
    model = md.Model("one")
    model.species("A", model.compartment("cell", 1.0), 1.0)
    model.input("steps", md.step(1.0, -70.0, 0.0), "mV")
    model.input("amps", md.constant(1.0), "pA")
    model.membrane("plasma", 10.0, **({"inside": "cell", "voltage": -70.0} | electric))
    return model


def joined(first: str, second: str, resistance: Any = 1.0) -> md.Model:
    model = cell()
    model.membrane("clamped", 1.0, inside="er", voltage=0.0)
    model.resistor("axial", first, second, resistance)
    return model


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda: electric(voltage=None, capacitance=1.0), "voltage: found None; allowed: a voltage in mV at the start"),
        (lambda: electric(voltage="steps", capacitance=1.0), "found 'steps'; allowed: a voltage in mV at the start"),
        (lambda: electric(inside="", capacitance=1.0), "a capacitance without inside=; allowed: the side on which"),
        (lambda: electric(voltage="3 pA"), "voltage: found '3 pA'; allowed: a quantity in mV"),
        (lambda: electric(voltage="nothing"), "'nothing'; allowed: a number and a unit"),
        (lambda: electric(voltage="amps"), "found an input in pA; allowed: an input in mV"),
        (lambda: electric(capacitance="1 nS"), "capacitance: found '1 nS'; allowed: a quantity in pF"),
        (lambda: electric(capacitance=0.0), "capacitance: found 0.0; allowed: a number of pF above 0"),
        (lambda: electric(capacitance="-1 uF/cm^2"), "allowed: a number of pF/um^2 above 0"),
        (lambda: joined("plasma", "clamped"), "'clamped'; allowed: membranes with a voltage and a capacitance"),
        (lambda: joined("plasma", "plasma"), "'plasma' at both ends; allowed: two membranes"),
        (lambda: joined("plasma", "soma"), "found 'soma'; allowed: places"),
        (lambda: joined("plasma", "envelope", "1 nS"), "resistance: found '1 nS'; allowed: a quantity in Gohm"),
        (lambda: joined("plasma", "envelope", 0.0), "allowed: a number of Gohm above 0"),
        (lambda: electric().changed(voltages={"cell": 1.0}), "'cell'; allowed: membranes with a voltage: plasma"),
        (lambda: electric(voltage=None).changed(voltages={"plasma": 1.0}), "membranes with a voltage: none"),
        (
            lambda: electric(capacitance=1.0).changed(voltages={"plasma": "steps"}),
            "found 'steps'; allowed: a voltage in mV at the start",
        ),
        (lambda: electric().changed(voltages={"plasma": "1 pF"}), "found '1 pF'; allowed: a quantity in mV"),
    ],
)
def test_faults(model: Callable[[], md.Model], message: str) -> None:
    with pytest.raises(md.ModelError) as caught:
        model().check()
    assert message in str(caught.value)


def test_a_voltage_that_no_membrane_has_is_an_unknown_name() -> None:
    model = electric(voltage=None)
    model.quantity("double", md.rate_law(v="mV", returns="mV")(lambda v: 2 * v), v="plasma.voltage")
    with pytest.raises(md.ModelError, match=r"'plasma\.voltage'"):
        model.check()


def constants(model: md.Model) -> dict[str, float]:
    network = model.network()
    return dict(zip(network.parameters, network.constants.tolist(), strict=True))


def test_a_species_called_like_the_charge_is_refused() -> None:
    model = electric(capacitance=1.0)
    model.species("charge", "plasma", count=1)
    with pytest.raises(md.ModelError, match=r"'charge\.plasma': found one name for two things"):
        model.check()


@pytest.mark.parametrize("capacitance", [0.1, "0.1 pF", "1 uF/cm^2", "0.01 pF/um^2", "100 fF"])
def test_the_capacitance_follows_the_area(capacitance: Any) -> None:
    """Given for the whole membrane or per area: another area has more of it, and so has a scaled model."""
    model = electric(capacitance=capacitance)
    assert constants(model)["plasma.capacitance"] == pytest.approx(0.1, rel=1e-12)
    assert constants(model.changed(areas={"plasma": 30.0}))["plasma.capacitance"] == pytest.approx(0.3, rel=1e-12)
    assert constants(model.scaled(10))["plasma.capacitance"] == pytest.approx(1.0, rel=1e-12)
    assert constants(model.scaled(10))["plasma.resting"] == -70.0
    changed = model.changed(voltages={"plasma": "-50 mV"})
    assert constants(changed)["plasma.resting"] == pytest.approx(-50.0)
    assert constants(model)["plasma.resting"] == -70.0


def test_the_voltage_is_that_of_its_charge() -> None:
    """V0 + e Q / C, at the start and after charges have crossed; whole, signed, and in no unit of concentration."""
    network = electric(capacitance="0.1 pF").network()
    charge = network.species.index("charge.plasma")
    assert network.signed.tolist() == [False, True]
    assert not network.continuous.any()
    y = network.values(0.0)
    for n in (0, 1, -2000):
        y[charge] = n
        voltage = network.evaluate(len(network.reactions), y)
        assert voltage == pytest.approx(-70.0 + n * MV_PF_PER_CHARGE / 0.1, rel=1e-14)


def test_a_held_voltage_is_a_constant_or_its_input() -> None:
    """Laws read both by one name; only a membrane with a capacitance has a charge."""
    law = md.rate_law(v="V", returns="V")(lambda v: v)
    for voltage in (-70.0, "-0.07 V", "steps"):
        model = electric(voltage=voltage)
        model.quantity("seen", law, v="plasma.voltage")
        data = md.simulate(model, [0.0, 0.5, 1.5], engine="ode")
        after = 0.0 if voltage == "steps" else -0.07
        np.testing.assert_allclose(data.quantity.sel(quantities="seen")[0], [-0.07, -0.07, after], atol=1e-15)
        assert list(data.species.values) == ["A.cell"]
