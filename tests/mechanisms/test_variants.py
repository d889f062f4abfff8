"""The same model with other values, or of another size."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microdomain as md
from tests.faulty_models import Cases, the_fault_of
from tests.small_models import OMEGA, coefficient, two_sides


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
    model = md.models.ip3_microdomain().scaled(2)
    network = model.network()
    group = network.multimers[0]
    assert (group.count, group.subunits) == (10, 4)
    assert network.initial[network.species.index("IP3R.x000")] == 40
    assert network.initial[network.species.index("SERCA.free")] == 10


def test_scaled_to_a_part_of_a_channel_is_refused() -> None:
    with pytest.raises(md.ModelError, match=r"multimer 'IP3R': found 5 complexes times 0.5; allowed: a factor"):
        md.models.ip3_microdomain().scaled(0.5).check()


def test_scaled_to_the_nearest_whole_channels_keeps_at_least_one() -> None:
    network = md.models.ip3_microdomain().scaled(0.3, nearest=True).network()
    assert network.multimers[0].count == 2
    assert network.initial[network.species.index("SERCA.free")] == 2
    tiny = md.models.ip3_microdomain().scaled(0.001, nearest=True).network()
    assert tiny.multimers[0].count == 1
    assert tiny.initial[tiny.species.index("SERCA.free")] == 1


def test_scaled_with_channels_fixed_moves_volumes_alone() -> None:
    """Calcium keeps its concentration; channels, pumps and membranes stay as they are."""
    once, wide = md.models.ip3_microdomain(), md.models.ip3_microdomain().scaled(7, fixed="channels")
    before, after = once.network(), wide.network()
    assert after.multimers[0].count == 5
    factor = after.initial / np.where(before.initial > 0, before.initial, 1.0)
    grown = dict(zip(before.species, factor, strict=True))
    assert (grown["Ca.cytosol"], grown["Ca.er"]) == pytest.approx((7.0, 7.0), rel=1e-12)
    assert (grown["SERCA.free"], grown["IP3R.x000"]) == (1.0, 1.0)
    assert wide.places["er_membrane"].size == once.places["er_membrane"].size


def test_scaled_with_something_unknown_fixed_is_refused() -> None:
    with pytest.raises(md.ModelError, match=r"scaled, fixed: found 'channel'.*channels"):
        two_sides(k=1.0).scaled(2, fixed="channel").check()


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


VARIANTS: Cases = {
    "changed parameter": (
        lambda m: m.changed(parameters={"k_onn": 1.0}),
        ("changed(parameters=...)", "'k_onn'", "parameters: k_on, k_off", "k_on"),
    ),
    "changed parameter in another dimension": (
        lambda m: m.changed(parameters={"k_on": "1 1/s"}),
        ("parameter 'k_on'", "'1 1/s'", "a quantity in 1/uM/s", ""),
    ),
    "changed volume": (
        lambda m: m.changed(volumes={"cytsol": 1.0}),
        ("changed(volumes=...)", "'cytsol'", "compartments: cytosol, er", "cytosol"),
    ),
    "changed volume to nothing": (
        lambda m: m.changed(volumes={"er": 0}),
        ("compartment 'er', volume", "0", "a number of fL above 0", ""),
    ),
    "changed area": (
        lambda m: m.changed(areas={"membran": 1.0}),
        ("changed(areas=...)", "'membran'", "membranes: membrane", "membrane"),
    ),
    "changed initial value": (
        lambda m: m.changed(initial={"Ca.cytosl": 1.0}),
        (
            "changed(initial=...)",
            "'Ca.cytosl'",
            "species: Ca.cytosol, Ca.er, buffer.cytosol, bound.cytosol, receptor.membrane",
            "Ca.cytosol",
        ),
    ),
    "changed to a negative value": (
        lambda m: m.changed(initial={"buffer": -1.0}),
        ("species 'buffer.cytosol', initial", "-1.0", "a number of uM, 0 or more", ""),
    ),
    "scaled by a negative number": (lambda m: m.scaled(-2), ("scaled", "-2", "a number above 0", "")),
}


@pytest.mark.parametrize(("change", "expected"), VARIANTS.values(), ids=VARIANTS)
def test_faults(change: Callable[[md.Model], Any], expected: tuple[str, str, str, str]) -> None:
    assert the_fault_of(change) == expected
