"""Units at the border: numbers, strings and pint quantities become plain numbers in a declared unit.

Inside the project a quantity is a float in a unit that somebody declared. A number without a unit is taken in the
declared unit; text such as ``"0.05 fL"`` and pint quantities are converted, and a wrong dimension is an error.
pint is loaded only when the two units are spelled differently, since its registry takes a third of a second.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np

from mechanisms.faults import Portable

AVOGADRO = 6.02214076e23
"""Molecules per mole (exact, SI 2019)."""
ELEMENTARY_CHARGE = 1.602176634e-19
"""Coulomb (exact, SI 2019)."""
BOLTZMANN = 1.380649e-23
"""Joule per kelvin (exact, SI 2019)."""
MOLECULES_PER_UM_FL = AVOGADRO * 1e-21
"""Molecules in 1 fL at 1 uM: 602.214076."""

STANDARD = {
    "number": "1",
    "concentration": "uM",
    "surface density": "1/um^2",
    "time": "s",
    "frequency": "1/s",
    "concentration per time": "uM/s",
    "events per area and time": "1/um^2/s",
    "amount per area and time": "uM*um/s",
    "amount per time": "uM*fL/s",
    "volume": "fL",
    "area": "um^2",
    "length": "um",
    "permeability of a site": "fL/s",
    "voltage": "mV",
    "current": "pA",
    "conductance": "nS",
    "capacitance": "pF",
    "temperature": "K",
    "resistance": "Gohm",
}
"""What the project measures, and the unit that it measures it in."""

_KIND_OF_STANDARD = {unit: kind for kind, unit in STANDARD.items()}
_COMMON = {
    "",
    "M",
    "mM",
    "uM",
    "nM",
    "s",
    "ms",
    "fL",
    "pL",
    "um",
    "nm",
    "mV",
    "V",
    "pA",
    "nS",
    "pS",
    "pF",
    "K",
    "mol",
    "m",
}
_NUMBER_THEN_UNIT = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?:\s+(\S.*?)|([^\s\d/*.,eE].*?))?\s*")

Given = Any
"""What a user may write for a quantity: a number, a string with a unit, or a pint quantity."""


class UnitError(Portable, ValueError):
    """A quantity that cannot be read in the unit it is needed in: what was given, and what is needed."""

    def __init__(self, found: str, needed: str) -> None:
        super().__init__(f"found {found}; needed {needed}")
        self.found = found
        self.needed = needed


@cache
def registry() -> Any:
    """The pint registry of the project; knows ``molecule``, ``ion`` and ``channel`` as plain counts."""
    import pint

    ureg: Any = pint.UnitRegistry()
    for name in ("molecule", "ion", "channel"):
        ureg.define(f"{name} = 1")
    return ureg


@cache
def conversion(unit: str, to: str) -> float:
    """The factor by which a number in ``unit`` is multiplied to be a number in ``to``.

    Raises UnitError where the two have different dimensions or one is not a unit.
    """
    if unit == to:
        return 1.0
    offset = _by_pint(0.0, unit, to)
    if offset:
        raise UnitError(f"the unit '{unit}' (its zero is at {offset:g} {to})", f"a unit that '{to}' is a multiple of")
    return _by_pint(1.0, unit, to)


def _converted(value: float, unit: str, to: str) -> float:
    """A value with its unit: unlike a factor, this knows that 25 degC are 298.15 K."""
    has_offset = unit != to and _by_pint(0.0, unit, to) != 0.0
    return _by_pint(value, unit, to) if has_offset else value * conversion(unit, to)


def _by_pint(value: float, unit: str, to: str) -> float:
    found = _by_pint_or_why_not(value, unit, to)
    if isinstance(found, str):
        raise UnitError(f"the unit '{unit}' ({found})", f"a unit that converts to '{to}'")
    return found


@cache
def _by_pint_or_why_not(value: float, unit: str, to: str) -> float | str:
    try:
        return float(registry().Quantity(value, _spelled(unit)).to(_spelled(to)).magnitude)
    except Exception as error:
        return _reason(error)


@cache
def kind(unit: str) -> str | None:
    """The name of the quantity that ``unit`` measures (a key of ``STANDARD``), or None if the project has none."""
    if unit in _KIND_OF_STANDARD:
        return _KIND_OF_STANDARD[unit]
    for standard, name in _KIND_OF_STANDARD.items():
        try:
            conversion(unit, standard)
        except UnitError:
            continue
        return name
    return None


def magnitude(given: Given, unit: str) -> float:
    """The number that ``given`` is in ``unit``.

    given: a number (taken in ``unit``), text such as "0.05 fL", or a pint quantity.
    Raises UnitError where it is none of these, has another dimension, or is not finite.
    """
    value = _magnitude(given, unit)
    if not abs(value) < float("inf"):
        raise UnitError(f"{given!r}", f"a finite number in {unit}")
    return value


def constant(value: float, unit: str, like: Any) -> Any:
    """A constant of nature in ``unit`` inside a law: with its unit where the law is called with quantities."""
    return registry().Quantity(value, unit) if hasattr(like, "dimensionality") else value


def is_unit(text: Any) -> bool:
    """Whether it is text, and a unit that pint knows; common ones are known without loading it."""
    return isinstance(text, str) and _is_unit(text)


@cache
def _is_unit(text: str) -> bool:
    if set(re.split(r"[*/^\s\d-]+", text)) <= _COMMON:
        return True
    try:
        registry().Unit(_spelled(text))
    except Exception:
        return False
    return True


def is_quantity(given: Given, unit: str) -> bool:
    """Whether ``given`` can be read as a number in ``unit``."""
    try:
        magnitude(given, unit)
    except UnitError:
        return False
    return True


def _magnitude(given: Given, unit: str) -> float:
    if isinstance(given, (bool, np.bool_)):
        raise UnitError(f"{given!r}", f"a number in {unit}")
    if isinstance(given, str):
        return _magnitude_of_text(given, unit)
    try:
        if hasattr(given, "magnitude") and hasattr(given, "units"):
            return _converted(float(given.magnitude), f"{given.units:C}", unit)
        return float(given)
    except UnitError:
        raise
    except (OverflowError, TypeError, ValueError):
        raise UnitError(f"{given!r}", f"a number in {unit}, or text such as '1.5 {unit}'") from None


def _magnitude_of_text(text: str, unit: str) -> float:
    match = _NUMBER_THEN_UNIT.fullmatch(text)
    if not match:
        raise UnitError(f"'{text}'", f"a number and a unit, such as '1.5 {unit}'")
    number, spaced, joined = match.groups()
    found = spaced or joined
    if found is None:
        return float(number)
    try:
        return _converted(float(number), found, unit)
    except UnitError as error:
        known = is_unit(found)
        raise UnitError(f"'{text}'" if known else error.found, f"a quantity in {unit}") from None


def _spelled(unit: str) -> str:
    return unit.replace("µ", "u").replace("μ", "u").replace("²", "^2").replace("³", "^3")


def _reason(error: Exception) -> str:
    return "not a known unit" if type(error).__name__ == "UndefinedUnitError" else "another dimension"
