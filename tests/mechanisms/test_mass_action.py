"""Rates of mass action in events per second, against numbers computed by hand, and constants in any unit."""

from typing import Any

import pytest

import microdomain as md
from mechanisms.law import rate_law
from mechanisms.units import registry
from tests.small_models import OMEGA, coefficient, one_place, two_sides


@pytest.mark.parametrize("volume", [0.1, 2.5])
@pytest.mark.parametrize(
    ("equation", "order"),
    [
        ("0 -> A", 0),
        ("A -> B", 1),
        ("A + B -> C", 2),
        ("2 A -> B", 2),
        ("A + A -> B", 2),
        ("A + B -> 2 B", 2),
        ("A + B + C -> 0", 3),
        ("2 A + B -> C", 3),
        ("3 A -> B", 3),
        ("2A + 2B -> C", 4),
        ("4 A -> B", 4),
        ("2 A + B + C -> 0", 4),
    ],
)
def test_mass_action(equation: str, order: int, volume: float) -> None:
    """k [A]^a [B]^b times per second and volume: k Omega^(1 - a - b) per product of counts, with no factorial.

    Halving a volume, or dividing by a!, gives another coefficient at every order but the first.
    """
    k = 0.7
    model = one_place(volume, equation, k=k)
    assert coefficient(model) == pytest.approx(k * (OMEGA * volume) ** (1 - order), rel=1e-12)
    network = model.network()
    assert network.mass_action.all()
    assert sum(n for _, n in network.reactants.row(0)) == order


def test_mass_action_one_by_one() -> None:
    """The same as numbers on paper, at 0.5 fL: Omega = 301.107038."""
    assert coefficient(one_place(0.5, "0 -> A", k=2.0)) == pytest.approx(602.214076)
    assert coefficient(one_place(0.5, "A -> B", k=2.0)) == pytest.approx(2.0)
    assert coefficient(one_place(0.5, "2 A -> B", k=2.0)) == pytest.approx(0.00664215621608)
    assert coefficient(one_place(0.5, "3 A -> B", k=2.0)) == pytest.approx(2.2059119888e-05)
    assert coefficient(one_place(0.5, "2 A + 2 B -> C", k=2.0)) == pytest.approx(7.326005924e-08)


def test_a_volume_in_which_one_molecule_is_one_micromolar() -> None:
    model = one_place(1 / OMEGA, "3 A -> B", k=0.25)
    assert coefficient(model) == pytest.approx(0.25, rel=1e-14)
    assert model.network().initial == pytest.approx([1.0, 1.0, 1.0], rel=1e-14)


def test_what_changes_and_what_reacts() -> None:
    """A catalyst counts as a reactant and does not change; net stoichiometry is products minus reactants."""
    network = one_place(1.0, "2 A + B -> A + B + 3 C", k=1.0).network()
    assert network.reactants.row(0) == [(0, 2.0), (1, 1.0)]
    assert dict(network.changes.row(0)) == {0: -1.0, 2: 3.0}


def test_a_reversible_reaction_is_two_rows() -> None:
    model = one_place(0.5, "2 A <-> B", k=0.5, k_back=0.1)
    network = model.network()
    assert network.reactions == ("2 A <-> B", "2 A <-> B (back)")
    assert coefficient(model, 0) == pytest.approx(0.5 / (OMEGA * 0.5), rel=1e-12)
    assert coefficient(model, 1) == pytest.approx(0.1, rel=1e-12)
    assert (dict(network.changes.row(0)), dict(network.changes.row(1))) == ({0: -2.0, 1: 1.0}, {0: 2.0, 1: -1.0})
    assert (network.reactants.row(0), network.reactants.row(1)) == ([(0, 2.0)], [(1, 1.0)])


def test_objects_give_the_same_network_as_text() -> None:
    model = md.Model("one_place")
    cytosol = model.compartment("cytosol", 0.3)
    a, b, c = (model.species(name, cytosol, 1.0) for name in "ABC")
    model.reaction(([(2, a), b], [c]), k=0.5, name="bind")
    text = one_place(0.3, "2 A + B -> C", k=0.5, name="bind")
    assert model.network().digest == text.network().digest


# -- places ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("equation", "k", "expected"),
    [
        # k [R] [L] per um^2, with [R] = n_R / 1.5 and [L] = n_L / (602.214076 x 0.4)
        ("R + L -> C", "2 1/uM/s", 2.0 / (OMEGA * 0.4)),
        ("R + 2 L -> C", "2 1/uM^2/s", 2.0 / (OMEGA * 0.4) ** 2),
        ("R + L + M -> C", "2 1/uM^2/s", 2.0 / (OMEGA * 0.4) / (OMEGA * 3.0)),
        ("2 R -> C", "2 um^2/s", 2.0 / 1.5),
        ("2 R -> C", "2e-12 m^2/s", 2.0 / 1.5),
        ("R -> C", "2 1/s", 2.0),
        ("R -> C + L", "2 1/s", 2.0),
        ("0 -> R", "2 1/um^2/s", 2.0 * 1.5),
        ("L -> M", "2 1/s", 2.0),
    ],
)
def test_mass_action_at_a_membrane(equation: str, k: str, expected: float) -> None:
    assert coefficient(two_sides(equation, k=k)) == pytest.approx(expected, rel=1e-12)


def test_the_place_decides_across_compartments() -> None:
    """k [L] [M] per volume of the place that ``at`` names."""
    per_pair = 2.0 / (OMEGA * 0.4) / (OMEGA * 3.0)
    assert coefficient(two_sides("L + M -> L", k=2.0, at="inside")) == pytest.approx(per_pair * OMEGA * 0.4)
    assert coefficient(two_sides("L + M -> L", k=2.0, at="outside")) == pytest.approx(per_pair * OMEGA * 3.0)
    per_area = two_sides("L + M -> L", k="2 1/um^2/s/uM^2", at="membrane")
    assert coefficient(per_area) == pytest.approx(per_pair * 1.5)


def test_the_place_may_be_an_object() -> None:
    model = two_sides("L + M -> L", k=2.0, at="inside", name="x")
    other = two_sides("L -> M", k=1.0, name="other")
    other.reaction("L + M -> L", k=2.0, at=other.places["inside"], name="x")
    assert coefficient(other, 1) == coefficient(model)


# -- constants -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "k",
    [
        2.0,
        "2",
        "2 1/uM/s",
        "2e6 1/M/s",
        "2e6 L/mol/s",
        "2000 1/mM/s",
        "2000 m^3/mol/s",
        "120 1/uM/min",
        registry().Quantity(2e6, "L/mol/s"),
    ],
)
def test_a_constant_may_be_written_in_any_unit(k: Any) -> None:
    assert coefficient(one_place(0.5, "A + B -> C", k=k)) == pytest.approx(2.0 / (OMEGA * 0.5), rel=1e-12)


@pytest.mark.parametrize(
    ("value", "unit"),
    [(2.0, "1/uM/s"), ("2e6 L/mol/s", "1/uM/s"), (2e6, "L/mol/s"), (2.0, "1/mM/ms"), ("2 1/uM/s", "L/mol/min")],
)
def test_a_parameter_may_be_in_any_unit(value: Any, unit: str) -> None:
    model = one_place(0.5, "A + B -> C", k="k_on")
    model.parameter("k_on", value, unit)
    assert coefficient(model) == pytest.approx(2.0 / (OMEGA * 0.5), rel=1e-12)


def test_a_constant_may_be_an_object_an_input_or_a_law() -> None:
    model = one_place(0.5, "A + B -> C", k=1.0)
    rate = model.parameter("rate", 2.0, "1/uM/s")
    stimulus = model.input("stimulus", md.step(1.0, 2.0, 5.0), unit="1/uM/s")
    double = rate_law(rate="1/mM/s", returns="1/mM/s")(lambda rate: 2.0 * rate)
    model.reaction("A + B -> A", k=rate)
    model.reaction("A + B -> B", k=stimulus)
    model.reaction("A + B -> 0", k=double)
    network = model.network()
    omega = OMEGA * 0.5
    before, after = (network.coefficients(network.values(t)) * omega for t in (0.0, 1.0))
    assert before == pytest.approx([1.0, 2.0, 2.0, 4.0], rel=1e-12)
    assert after == pytest.approx([1.0, 2.0, 5.0, 4.0], rel=1e-12)
    assert network.static.all()


def test_a_constant_may_follow_a_quantity() -> None:
    """A law of the state as a mass-action constant is no static one, and is converted as any other."""
    model = one_place(0.5, "A + B -> C", k="gain")
    model.quantity("gain", rate_law(c="mM", s="1/mM^2/s", returns="1/mM/s")(lambda c, s: s * c), c="C", s=4.0)
    network = model.network()
    assert network.static.tolist() == [False]
    assert network.rate_scale[0] * network.arguments.row(0)[0][1] == pytest.approx(1e-3 / (OMEGA * 0.5), rel=1e-12)


@pytest.mark.parametrize("k", ["5 1/s", "300 1/min", registry().Quantity(5.0, "1/s"), "5 Hz"])
def test_a_source_may_be_given_in_events_per_second(k: Any) -> None:
    """Whatever the volume, where "uM/s" grows with it."""
    for volume in (0.1, 2.5):
        assert coefficient(one_place(volume, "0 -> A", k=k)) == pytest.approx(5.0, rel=1e-12)
        assert coefficient(one_place(volume, "0 -> A", k="5 uM/s")) == pytest.approx(5.0 * OMEGA * volume, rel=1e-12)


@pytest.mark.parametrize(("value", "unit"), [(5.0, "1/s"), (300.0, "1/min"), (0.005, "kHz")])
def test_a_source_may_be_a_parameter_in_events_per_second(value: float, unit: str) -> None:
    model = one_place(0.1, "0 -> A", k="source")
    model.parameter("source", value, unit)
    assert coefficient(model) == pytest.approx(5.0, rel=1e-12)
