"""What a user may write for a quantity, and what they are told when it cannot be read."""

import subprocess
import sys

import numpy as np
import pint
import pytest

from mechanisms import units
from mechanisms.units import (
    AVOGADRO,
    MOLECULES_PER_UM_FL,
    STANDARD,
    UnitError,
    conversion,
    is_quantity,
    kind,
    magnitude,
    registry,
)


@pytest.mark.parametrize(
    ("given", "unit", "expected"),
    [
        (3, "uM", 3.0),
        (0.25, "fL", 0.25),
        (np.float64(2.5), "uM", 2.5),
        (np.array(2.5), "uM", 2.5),
        ("7", "uM", 7.0),
        ("0.05 fL", "fL", 0.05),
        ("0.05fL", "fL", 0.05),
        ("  0.05   fL ", "fL", 0.05),
        ("1 um^3", "fL", 1.0),
        ("2 pL", "fL", 2000.0),
        ("1 um²", "um^2", 1.0),
        ("1 µm³", "fL", 1.0),
        ("100 nM", "uM", 0.1),
        ("1 µM", "uM", 1.0),  # the micro sign
        ("1 μM", "uM", 1.0),  # the Greek letter
        ("1e-3 mM", "uM", 1.0),
        ("2E3uM", "uM", 2000.0),
        (".5 uM", "uM", 0.5),
        ("5. uM", "uM", 5.0),
        ("-70 mV", "mV", -70.0),
        ("+0.07 V", "mV", 70.0),
        ("5 mmol/L", "uM", 5000.0),
        ("5 mol/m^3", "uM", 5000.0),
        ("5 1/s", "1/s", 5.0),
        ("60 1/min", "1/s", 1.0),
        ("2 Hz", "1/s", 2.0),
        ("3 molecule/s", "1/s", 3.0),
        ("2 1/mM/ms", "1/uM/s", 2.0),
        ("0.5 l/mol/s", "1/uM/s", 5e-7),
        ("2 ms", "s", 0.002),
        ("2 nA", "pA", 2000.0),
        ("3 channel", "1", 3.0),
    ],
)
def test_is_read(given: object, unit: str, expected: float) -> None:
    assert magnitude(given, unit) == pytest.approx(expected, rel=1e-14)


def test_pint_quantities_of_any_registry_are_read() -> None:
    ureg = pint.UnitRegistry()
    assert magnitude(ureg.Quantity(0.05, "fL"), "fL") == pytest.approx(0.05, rel=1e-14)
    assert magnitude(ureg.Quantity(2, "nmol/L"), "uM") == pytest.approx(0.002, rel=1e-14)
    assert magnitude(2 / ureg.Quantity(1, "mM*ms"), "1/uM/s") == pytest.approx(2.0, rel=1e-14)
    assert magnitude(ureg.Quantity(5, ""), "1") == 5.0
    assert magnitude(registry().Quantity(5, "molecule"), "1") == 5.0


@pytest.mark.parametrize("given", ["25 degC", registry().Quantity(25, "degC")])
def test_a_unit_with_an_offset_is_converted_with_it(given: object) -> None:
    """A conversion that is only a factor makes 6854 K of 25 degrees."""
    assert magnitude(given, "K") == pytest.approx(298.15)


@pytest.mark.parametrize(
    ("given", "unit", "found", "needed"),
    [
        ("1 mV", "uM", "'1 mV'", "a quantity in uM"),
        ("0.05fL", "um^2", "'0.05fL'", "a quantity in um^2"),
        ("1 uM", "mol", "'1 uM'", "a quantity in mol"),
        ("1 foo", "uM", "the unit 'foo' (not a known unit)", "a quantity in uM"),
        ("abc", "uM", "'abc'", "a number and a unit, such as '1.5 uM'"),
        ("", "uM", "''", "a number and a unit, such as '1.5 uM'"),
        ("nan", "uM", "'nan'", "a number and a unit, such as '1.5 uM'"),
        ("fL 0.05", "fL", "'fL 0.05'", "a number and a unit, such as '1.5 fL'"),
        ("1,5 uM", "uM", "'1,5 uM'", "a number and a unit, such as '1.5 uM'"),
        ("5/s", "1/s", "'5/s'", "a number and a unit, such as '1.5 1/s'"),
        ("1e999 uM", "uM", "'1e999 uM'", "a finite number in uM"),
        (True, "uM", "True", "a number in uM"),
        (False, "uM", "False", "a number in uM"),
        (float("nan"), "uM", "nan", "a finite number in uM"),
        (float("inf"), "fL", "inf", "a finite number in fL"),
        (-float("inf"), "fL", "-inf", "a finite number in fL"),
        (None, "uM", "None", "a number in uM, or text such as '1.5 uM'"),
        ([1.0], "uM", "[1.0]", "a number in uM, or text such as '1.5 uM'"),
        (1j, "uM", "1j", "a number in uM, or text such as '1.5 uM'"),
    ],
)
def test_is_refused_with_what_was_found_and_what_is_needed(given: object, unit: str, found: str, needed: str) -> None:
    with pytest.raises(UnitError) as caught:
        magnitude(given, unit)
    assert (caught.value.found, caught.value.needed) == (found, needed)
    assert str(caught.value) == f"found {found}; needed {needed}"


def test_a_pint_quantity_of_another_dimension_is_refused() -> None:
    with pytest.raises(UnitError, match=r"'millivolt' \(another dimension\); needed a unit that converts to 'uM'"):
        magnitude(registry().Quantity(1.0, "mV"), "uM")


@pytest.mark.parametrize("given", [np.True_, registry().Quantity(np.array([1.0, 2.0]), "uM")], ids=repr)
def test_truths_and_lists_of_numpy_and_pint_are_refused(given: object) -> None:
    with pytest.raises(UnitError, match="needed a number in uM"):
        magnitude(given, "uM")


def test_one_micromolar_in_one_femtolitre() -> None:
    assert pytest.approx(602.214076, rel=1e-15) == MOLECULES_PER_UM_FL
    molecules = registry().Quantity(1.0, "uM * fL").to("mol").magnitude * AVOGADRO
    assert pytest.approx(molecules, rel=1e-12) == MOLECULES_PER_UM_FL


def test_conversions() -> None:
    assert conversion("uM", "uM") == 1.0
    assert conversion("mM", "uM") * conversion("uM", "mM") == pytest.approx(1.0, rel=1e-15)
    assert conversion("mol/m^2/s", "uM*um/s") == pytest.approx(1e9, rel=1e-14)
    assert conversion("A/m^2", "pA/um^2") == pytest.approx(1.0, rel=1e-14)


@pytest.mark.parametrize(("name", "unit"), STANDARD.items())
def test_every_standard_unit_is_its_own_kind_and_no_other(name: str, unit: str) -> None:
    assert kind(unit) == name
    others = [other for other in STANDARD.values() if other != unit]
    for other in others:
        with pytest.raises(UnitError):
            conversion(unit, other)


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("mM/min", "concentration per time"),
        ("mol/m^2/s", "amount per area and time"),
        ("amol/s", "amount per time"),
        ("1/m^2/s", "events per area and time"),
        ("nA", "current"),
        ("kHz", "frequency"),
        ("L", "volume"),
        ("L/s", "permeability of a site"),
        ("kg", None),
        ("nonsense", None),
    ],
)
def test_kind_of_other_units(unit: str, name: str | None) -> None:
    assert kind(unit) == name


def test_equal_units_need_no_pint() -> None:
    """pint's registry takes a third of a second; a model in standard units does not load it."""
    code = (
        "import sys; from mechanisms.units import magnitude\n"
        "assert magnitude('0.05 fL', 'fL') == 0.05 and magnitude(1, 'uM') == 1\n"
        "assert 'pint' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_pint_is_asked_once_about_units_that_do_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A membrane's capacitance is tried in two units: a cable of thousands would take seconds."""
    assert not is_quantity("3 kg*fL", "mV")
    monkeypatch.setattr(units, "registry", lambda: pytest.fail("asked again"))
    assert not is_quantity("4 kg*fL", "mV")
