"""Model to network: rates in events per second against numbers computed by hand, units, inputs, variants, digests.

Omega, molecules per uM, is written out here as 602.214076 V with V in fL.
"""

import dataclasses
import gc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microdomain as md
from mechanisms.law import rate_law
from mechanisms.network import Network, Ragged
from mechanisms.units import registry

OMEGA = 602.214076
ELEMENTARY_CHARGE = 1.602176634e-19


def coefficient(model: md.Model, reaction: int = 0) -> float:
    """What multiplies the product of counts: the rate of a reaction in events per second with one of each."""
    network = model.network()
    return float(network.coefficients(network.values(0.0))[reaction])


def one_place(volume: Any, equation: str, **arguments: Any) -> md.Model:
    model = md.Model("one_place")
    cytosol = model.compartment("cytosol", volume)
    for name in "ABC":
        model.species(name, cytosol, 1.0)
    model.reaction(equation, **arguments)
    return model


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


def two_sides(equation: str = "R + L -> C", **arguments: Any) -> md.Model:
    """Cytosol of 0.4 fL inside a membrane of 1.5 um^2, outside of 3 fL."""
    model = md.Model("two_sides")
    inside, outside = model.compartment("inside", 0.4), model.compartment("outside", 3.0)
    membrane = model.membrane("membrane", 1.5, inside=inside, outside=outside)
    for name, place in (("L", inside), ("M", outside), ("R", membrane), ("C", membrane)):
        model.species(name, place, 10.0)
    model.species("Na", inside, 1.0, valence=1)
    model.species("Na", outside, 1.0, valence=1)
    model.species("Ca", inside, 1.0, valence=2)
    model.species("Ca", outside, 1.0, valence=2)
    model.reaction(equation, **arguments)
    return model


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


# -- laws ------------------------------------------------------------------------------------------------------------


def law_in(unit: str) -> Any:
    return rate_law(x=unit, returns=unit)(lambda x: x)


@pytest.mark.parametrize(
    ("equation", "unit", "at", "expected"),
    [
        ("L -> 0", "uM/s", None, 2.0 * OMEGA * 0.4),
        ("L -> 0", "mM/min", None, 2.0 * 1000 / 60 * OMEGA * 0.4),
        ("L -> M", "uM/s", "outside", 2.0 * OMEGA * 3.0),
        ("R -> C", "1/um^2/s", None, 2.0 * 1.5),
        ("R -> C", "1/m^2/ms", None, 2.0 * 1e-12 * 1e3 * 1.5),
        ("L -> M", "uM*um/s", "membrane", 2.0 * OMEGA * 1.5),
        ("L -> M", "mol/m^2/s", "membrane", 2.0 * 6.02214076e23 * 1.5e-12),
        ("L -> M", "uM*fL/s", None, 2.0 * OMEGA),
        ("L -> M", "amol/s", None, 2.0 * 602214.076),
        ("L -> M", "1/s", None, 2.0),
        ("L -> M", "1/min", None, 2.0 / 60),
        ("Na.outside -> Na.inside", "pA", "membrane", 2e-12 / ELEMENTARY_CHARGE),
        ("Ca.outside -> Ca.inside", "pA", "membrane", 2e-12 / (2 * ELEMENTARY_CHARGE)),
        ("Ca.outside -> Ca.inside", "nA", "membrane", 2e-9 / (2 * ELEMENTARY_CHARGE)),
        ("3 Na.outside + Ca.inside -> 3 Na.inside + Ca.outside", "pA", "membrane", 2e-12 / ELEMENTARY_CHARGE),
    ],
)
def test_a_law_in_any_unit_becomes_events_per_second(equation: str, unit: str, at: str | None, expected: float) -> None:
    model = two_sides(equation, law=law_in(unit), at=at, x=2.0)
    assert coefficient(model) == pytest.approx(expected, rel=1e-12)
    assert not model.network().mass_action.any()


def test_a_picoampere_of_calcium_is_three_million_ions_per_second() -> None:
    """The textbook number: 3.1208e6 ions per second."""
    model = two_sides("Ca.outside -> Ca.inside", law=law_in("pA"), at="membrane", x=1.0)
    assert coefficient(model) == pytest.approx(3.1208e6, rel=1e-4)


def test_arguments_are_converted_to_the_units_of_the_law() -> None:
    """A law in mM and minutes, fed with uM, seconds and molecules."""
    law = rate_law(a="mM", v="mM/min", n="1", volume="um^3", returns="mM/min")(lambda a, v, n, volume: a + v)
    model = two_sides("L -> 0", law=law, a="L", v="v", n="R", volume="inside.volume")
    model.parameter("v", 3.0, "uM/s")
    network = model.network()
    slots = dict(zip(law.names, network.arguments.row(0), strict=True))
    y = network.values(0.0)
    values = {name: y[slot] * scale for name, (slot, scale) in slots.items()}
    assert values["a"] == pytest.approx(10.0 * 1e-3, rel=1e-12)
    assert values["v"] == pytest.approx(3.0 * 60 * 1e-3, rel=1e-12)
    assert values["n"] == pytest.approx(10.0 * 1.5, rel=1e-12)  # a pure number is a count
    assert values["volume"] == pytest.approx(0.4, rel=1e-12)


def test_arguments_bound_to_objects_and_to_literals() -> None:
    law = rate_law(a="uM", v="uM/s", area="um^2", q="uM", stimulus="uM", returns="uM/s")(
        lambda a, v, area, q, stimulus: v
    )
    total = rate_law(a="uM", b="uM", returns="uM")(lambda a, b: a + b)
    by_name, by_object = two_sides("R -> C", k=1.0), two_sides("R -> C", k=1.0)
    for model, objects in ((by_name, False), (by_object, True)):
        v = model.parameter("v", 2.0, "uM/s")
        stimulus = model.input("stimulus", md.constant(1.0), unit="uM")
        q = model.quantity("q", total, a="L", b="M")
        species = model.all_species["L.inside"]
        given: dict[str, Any] = {"a": "L.inside", "v": "v", "area": "membrane.area", "q": "q"}
        if objects:
            given = {"a": species, "v": v, "area": model.places["membrane"], "q": q, "stimulus": stimulus}
        model.reaction("L -> 0", law, **given)
    assert by_name.network().digest == by_object.network().digest


def test_an_argument_may_be_called_k() -> None:
    """Half-saturations are called k in most papers: with a law, k= binds its argument."""
    law = rate_law(a="uM", k="uM", returns="uM/s")(lambda a, k: a / (k + a))
    model = two_sides("L -> 0", law=law, a="L", k="0.5 uM")
    network = model.network()
    slot, scale = network.arguments.row(0)[1]
    assert network.values(0.0)[slot] * scale == 0.5


def test_a_law_for_each_direction_takes_its_own_bindings() -> None:
    """``bindings`` may name an argument of one of several laws of a reaction."""
    on = rate_law(a="1/uM/s", returns="1/uM/s")(lambda a: a)
    off = rate_law(b="1/s", returns="1/s")(lambda b: b)
    model = one_place(1.0, "A + B <-> C", k=on, k_back=off, a=2.0, b=3.0)
    assert coefficient(model, 0) == pytest.approx(2.0 / OMEGA)
    assert coefficient(model, 1) == pytest.approx(3.0)


def test_a_one_way_law_knows_its_reactants() -> None:
    """Engines stop a custom law below them; clamped ones are always there."""
    model = two_sides("2 L + M -> M", law=law_in("1/s"), x=1.0)
    assert dict(model.network().reactants.row(0)) == {0: 2.0, 1: 1.0}


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


# -- the state -------------------------------------------------------------------------------------------------------


def test_initial_molecules_are_not_rounded() -> None:
    model = md.Model("start")
    cytosol = model.compartment("cytosol", "0.05 fL")
    membrane = model.membrane("membrane", "0.3 um^2", outside=cytosol)
    model.species("A", cytosol, "100 nM")
    model.species("B", cytosol, count=7)
    model.species("C", cytosol)
    model.species("D", membrane, "3e12 1/m^2")
    model.reaction("A -> 0", k=1.0)
    network = model.network()
    assert network.initial == pytest.approx([OMEGA * 0.005, 7.0, 0.0, 0.9], rel=1e-12)
    assert network.omega == pytest.approx([OMEGA * 0.05] * 3 + [0.3], rel=1e-12)
    assert network.units == ("uM", "uM", "uM", "1/um^2")


def test_a_clamped_species_reacts_and_does_not_change() -> None:
    """It keeps a fraction of a molecule: 0.2 uM in 0.05 fL is 6.02 molecules."""
    model = md.Model("clamped")
    cytosol = model.compartment("cytosol", 0.05)
    model.species("L", cytosol, 0.2, clamped=True)
    model.species("A", cytosol, count=20)
    model.species("B", cytosol)
    model.reaction("A + 2 L -> B", k=1.0)
    model.reaction("L -> 0", k=1.0)
    network = model.network()
    assert network.reactions == ("A + 2 L -> B",)  # the other one changes nothing
    assert dict(network.changes.row(0)) == {1: -1.0, 2: 1.0}
    assert dict(network.reactants.row(0)) == {1: 1.0, 0: 2.0}
    data = md.simulate(model, [0.0, 1.0, 50.0], engine="gillespie", seed=1, progress=False)
    assert data.counts.sel(species="L.cytosol").values == pytest.approx(np.full((1, 3), 6.02214076), rel=1e-12)


def test_a_species_follows_an_input() -> None:
    model = md.Model("follow")
    cytosol = model.compartment("cytosol", 0.05)
    stimulus = model.input("stimulus", md.pulse(1.0, 1.0, "2 uM", base="200 nM"), unit="nM")
    model.species("L", cytosol, clamped=stimulus)
    model.species("M", cytosol, clamped="stimulus")
    model.species("A", cytosol, count=20)
    model.reaction("A + L + M -> L", k=0.001)
    data = md.simulate(model, [0.0, 0.5, 1.0, 1.5, 2.0, 3.0], engine="gillespie", seed=1, progress=False)
    expected = np.array([[0.2, 0.2, 2.0, 2.0, 0.2, 0.2]])
    assert data.concentration.sel(species="L.cytosol").values == pytest.approx(expected, rel=1e-12)
    assert data.concentration.sel(species="M.cytosol").values == pytest.approx(expected, rel=1e-12)


# -- variants --------------------------------------------------------------------------------------------------------


def microdomain() -> md.Model:
    return md.models.ip3_microdomain()


def test_scaled_fixes_densities() -> None:
    """Concentrations, rates per molecule and densities stay; a second-order rate per pair falls with the volume."""
    model = two_sides("R + L -> C", k=2.0)
    model.species("N", "inside", count=5)
    model.reaction("0 -> N", k="1 uM/s")
    once, thrice = model.network(), model.scaled(3).network()
    assert thrice.omega == pytest.approx(3 * once.omega, rel=1e-12)
    assert thrice.initial == pytest.approx(3 * once.initial, rel=1e-12)
    ratio = thrice.coefficients(thrice.values(0.0)) / once.coefficients(once.values(0.0))
    assert ratio == pytest.approx([1 / 3, 3.0], rel=1e-12)
    assert model.network().digest == once.digest


def test_scaled_multiplies_complexes() -> None:
    model = microdomain().scaled(2)
    network = model.network()
    group = network.multimers[0]
    assert (group.count, group.subunits) == (10, 4)
    assert network.initial[network.species.index("IP3R.x000")] == 40
    assert network.initial[network.species.index("SERCA.free")] == 10


def test_scaled_to_a_part_of_a_channel_is_refused() -> None:
    with pytest.raises(md.ModelError, match=r"multimer 'IP3R': found 5 complexes times 0.5; allowed: a factor"):
        microdomain().scaled(0.5).check()


@pytest.mark.parametrize("factor", [0, -1, float("nan"), float("inf")])
def test_scaled_by_nothing_is_refused(factor: float) -> None:
    with pytest.raises(md.ModelError, match=r"scaled: found .*; allowed: a number above 0"):
        two_sides(k=1.0).scaled(factor).check()


def test_changed_parameters_volumes_areas_and_initial_values() -> None:
    model = two_sides("R + L -> C", k="k_on")
    model.parameter("k_on", 2.0, "1/uM/s")
    model.species("N", "inside", count=5)
    before = model.network().digest
    other = model.changed(
        parameters={"k_on": "4e6 L/mol/s"},
        volumes={"inside": "1 fL"},
        areas={"membrane": "3e-12 m^2"},
        initial={"L": "20 nM", "R": "1 1/um^2"},
    )
    assert coefficient(other) == pytest.approx(4.0 / OMEGA, rel=1e-12)
    network = other.network()
    start = dict(zip(network.species, network.initial, strict=True))
    assert start["L.inside"] == pytest.approx(0.02 * OMEGA, rel=1e-12)
    assert start["R.membrane"] == pytest.approx(3.0, rel=1e-12)
    assert start["C.membrane"] == pytest.approx(30.0, rel=1e-12)  # 10 per um^2 as before
    assert start["N.inside"] == 5.0
    assert other.parameters["k_on"].source == "given by the user"
    assert model.network().digest == before
    assert coefficient(model) == pytest.approx(2.0 / (OMEGA * 0.4), rel=1e-12)


def test_a_model_that_is_changed_later_is_lowered_again() -> None:
    model = two_sides("R + L -> C", k=1.0)
    copy = model.changed()
    assert len(model.network().reactions) == 1
    model.reaction("L -> M", k=1.0)
    assert len(model.network().reactions) == 2
    assert len(copy.network().reactions) == 1


# -- arrays and digests ----------------------------------------------------------------------------------------------


def arrays_of(network: Network) -> dict[str, np.ndarray]:
    found = {}
    for field in dataclasses.fields(network):
        value = getattr(network, field.name)
        if isinstance(value, np.ndarray):
            found[field.name] = value
        elif isinstance(value, Ragged):
            found |= {f"{field.name}.{part}": array for part, array in vars(value).items()}
        elif field.name == "signals":
            found |= {f"signal {i} {p}": a for i, signal in enumerate(value) for p, a in vars(signal).items()}
    return found | {"edges": network.edges, "static": network.static}


def test_arrays_are_read_only() -> None:
    model = microdomain()
    model.input("stimulus", md.step(1, 0, 1), unit="uM")
    writeable = [name for name, array in arrays_of(model.network()).items() if array.flags.writeable]
    assert writeable == []


def full(**change: Any) -> md.Model:
    """A model with one of everything, of which one thing may be changed."""
    given: dict[str, Any] = {
        "name": "full",
        "volume": 0.4,
        "area": 1.5,
        "initial": 2.0,
        "count": 5,
        "valence": 2,
        "clamped": False,
        "v": (2.0, "uM/s"),
        "k": 0.5,
        "signal": md.step(1.0, 0.0, 2.0),
        "input_unit": "uM",
        "equation": "A + B -> C",
        "law": rate_law(a="uM", v="uM/s", half="uM", returns="uM/s")(lambda a, v, half: v * a / (half + a)),
        "half": 0.3,
        "at": "inside",
        "quantity": rate_law(a="uM", returns="uM")(lambda a: 2 * a),
        **change,
    }
    model = md.Model(given["name"])
    inside = model.compartment("inside", given["volume"])
    model.compartment("outside", 1.0)
    membrane = model.membrane("membrane", given["area"], inside=inside)
    model.species("A", inside, given["initial"], valence=given["valence"])
    model.species("B", inside, count=given["count"], clamped=given["clamped"])
    model.species("C", inside)
    model.species("R", membrane, 1.0)
    model.parameter("v", *given["v"])
    model.input("stimulus", given["signal"], unit=given["input_unit"])
    model.quantity("double", given["quantity"], a="A")
    model.reaction(given["equation"], k=given["k"])
    model.reaction("A -> 0", given["law"], at=given["at"], a="A", half=given["half"])
    return model


def test_equal_models_have_equal_digests() -> None:
    assert full().network().digest == full().network().digest
    assert full().network().digest == full().changed().network().digest
    assert full().network().digest == full().changed(volumes={"inside": 0.4}).network().digest


@pytest.mark.parametrize(
    "change",
    [
        {"volume": 0.5},
        {"area": 1.6},
        {"initial": np.nextafter(2.0, 3.0)},
        {"count": 6},
        {"valence": 1},
        {"clamped": True},
        {"v": (3.0, "uM/s")},
        {"v": (2.0, "mM/s")},
        {"k": 0.6},
        {"k": "0.5 1/mM/s"},
        {"signal": md.step(1.5, 0.0, 2.0)},
        {"signal": md.step(1.0, 0.0, 3.0)},
        {"input_unit": "mM"},
        {"equation": "A + B -> 2 C"},
        {"equation": "A + 2 B -> C", "k": "0.5 1/uM^2/s"},
        {"law": rate_law(a="uM", v="uM/s", half="uM", returns="uM/s")(lambda a, v, half: v * a / (half + 2 * a))},
        {"law": rate_law(a="mM", v="uM/s", half="mM", returns="uM/s")(lambda a, v, half: v * a / (half + a))},
        {"half": 0.4},
        {"at": "outside"},
        {"quantity": rate_law(a="uM", returns="uM")(lambda a: 3 * a)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_digest_changes_with(change: dict[str, Any]) -> None:
    assert full(**change).network().digest != full().network().digest


@pytest.mark.parametrize(
    "change",
    [
        lambda model: model.changed(parameters={"IP3R.a2": 0.21}),
        lambda model: model.changed(volumes={"er": 0.04}),
        lambda model: model.changed(initial={"IP3": 0.3}),
        lambda model: model.scaled(2),
    ],
)
def test_the_digest_of_a_library_model_changes(change: Callable[[md.Model], md.Model]) -> None:
    model = microdomain()
    assert change(model).network().digest != model.network().digest


@pytest.mark.parametrize("equation", ["A -> B", "A -> nothing_known"])
@pytest.mark.parametrize("collecting", [True, False])
def test_garbage_is_collected_after_lowering_as_before(equation: str, collecting: bool) -> None:
    model, before = one_place(1.0, equation, k=1.0), gc.isenabled()
    try:
        (gc.enable if collecting else gc.disable)()
        if "nothing_known" in equation:
            with pytest.raises(md.ModelError):
                model.network()
        else:
            model.network()
        assert gc.isenabled() == collecting
    finally:
        (gc.enable if before else gc.disable)()
