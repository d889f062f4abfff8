"""Laws in any unit become events per second, and their arguments what they are bound to."""

from typing import Any

import pytest

import microdomain as md
from mechanisms.law import rate_law
from tests.small_models import OMEGA, coefficient, one_place, two_sides

ELEMENTARY_CHARGE = 1.602176634e-19


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
