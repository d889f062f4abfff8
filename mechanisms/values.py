"""Values that a user gives, read in the unit that they are needed in; one that cannot be is a fault."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from numbers import Real
from typing import Any

from mechanisms.faults import Fault
from mechanisms.places import Input
from mechanisms.signal import Piecewise, constant
from mechanisms.units import Given, UnitError, is_quantity, is_unit, magnitude


def read_number(where: str, given: Given, unit: str, faults: list[Fault]) -> float:
    """The number in ``unit``; 1 beside a fault."""
    try:
        return magnitude(given, unit)
    except UnitError as error:
        faults.append(Fault(where, error.found, error.needed))
        return 1.0


def read_positive(where: str, given: Given, unit: str, faults: list[Fault]) -> float:
    """A number above 0."""
    size = read_number(where, given, unit, faults)
    if not size > 0:
        faults.append(Fault(where, f"{given!r}", f"a number of {unit} above 0"))
        return 1.0
    return size


def read_not_negative(where: str, given: Given, unit: str, faults: list[Fault]) -> float:
    """A number, 0 or more."""
    size = read_number(where, given, unit, faults)
    if size < 0:
        faults.append(Fault(where, f"{given!r}", f"a number of {unit}, 0 or more"))
        return 0.0
    return size


def check_number(where: str, given: Any, low: float, high: float, faults: list[Fault], note: str = "") -> None:
    """Append a fault, with the ``note``, for what is no number between the two."""
    if isinstance(given, bool) or not isinstance(given, Real) or not low < float(given) < high:
        limit = f"a number between {low:g} and {high:g}" if high < inf else f"a finite number above {low:g}"
        faults.append(Fault(where, f"{given!r}", ", ".join(part for part in (limit, note) if part)))


def read_unit(where: str, given: Any, example: str, faults: list[Fault]) -> str:
    """A unit; "1" beside a fault."""
    if is_unit(given):
        return str(given)
    faults.append(Fault(where, f"the unit '{given}'", f"a unit that pint knows, as '{example}'"))
    return "1"


def read_text(where: str, given: Any, faults: list[Fault]) -> str:
    """Text; none beside a fault."""
    if isinstance(given, str):
        return given
    faults.append(Fault(where, f"{given!r}", "text"))
    return ""


def read_signal(where: str, given: Any, unit: str, faults: list[Fault]) -> Piecewise:
    """A protocol in numbers of s and of ``unit``; 0 at all times beside a fault."""
    if not isinstance(given, Piecewise):
        faults.append(Fault(where, f"{given!r}", "a protocol, such as pulse(1, 0.5, 2.0)"))
        return constant(0.0)
    try:
        return Piecewise(*given.numbers(unit))
    except (UnitError, ValueError) as error:
        faults.append(Fault(where, str(error), f"increasing edges in s, and values in {unit}"))
        return constant(0.0)


def read_voltage(
    where: str, given: Given | Input, inputs: Mapping[str, Input], faults: list[Fault]
) -> float | str | None:
    """A voltage in mV, or the name of an input that is one."""
    name = given.name if isinstance(given, Input) else given
    if name is None or not isinstance(name, str) or name not in inputs:
        return None if name is None else read_number(where, given, "mV", faults)
    if not is_quantity(f"1 {inputs[name].unit}", "mV"):
        faults.append(Fault(where, f"an input in {inputs[name].unit}", "an input in mV"))
    return str(name)


def is_positive(number: Any) -> bool:
    """Whether it is a finite number above 0, and no truth value."""
    try:
        return isinstance(number, Real) and not isinstance(number, bool) and 0 < float(number) < inf
    except OverflowError:  # a whole number that cannot be computed with
        return False


def is_whole(number: Any) -> bool:
    """Whether it is a whole number, and no truth value."""
    return isinstance(number, Real) and not isinstance(number, bool) and number % 1 == 0
