"""Rate laws: plain Python functions of scalars, with the unit of every argument and of the result declared."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from mechanisms.units import UnitError, registry


@dataclass(frozen=True)
class RateLaw:
    """A rate law as every engine, SymPy, pint and a person read it.

    function: the Python function, of scalars in the declared units.
    arguments: (name, unit) of each argument, in the order of the function's signature.
    returns: the unit of the result. It says how the result becomes events per second: ``uM/s`` times molecules per
        uM, ``1/um^2/s`` times area, ``pA`` divided by the charge that one event moves, ``1/s`` as it stands.
    """

    function: Callable[..., Any]
    arguments: tuple[tuple[str, str], ...]
    returns: str

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.function.__name__

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the arguments."""
        return tuple(name for name, _ in self.arguments)

    @property
    def description(self) -> str:
        """The docstring of the function."""
        return inspect.getdoc(self.function) or ""

    def __call__(self, *values: Any) -> Any:
        """The law at these arguments: numbers, arrays, symbols or quantities."""
        return self.function(*values)

    def expression(self, prefix: str = "") -> Any:
        """The law as a SymPy expression in symbols named like its arguments, behind ``prefix``."""
        import sympy

        return sympy.sympify(self.function(*(sympy.Symbol(prefix + name, real=True) for name in self.names)))

    def check_units(self) -> None:
        """Raise UnitError unless the declared units of the arguments give the declared unit of the result.

        The numbers must agree too: a law that mixes mV and V, or uses a constant in another unit, is found out.
        """
        quantity = registry().Quantity
        values = [1.25 + 0.125 * i for i in range(len(self.arguments))]  # different: a law may divide by a difference
        try:
            with np.errstate(all="ignore"):
                given = (quantity(value, unit) for value, (_, unit) in zip(values, self.arguments, strict=True))
                result = quantity(self.function(*given))
        except Exception as error:
            raise UnitError(f"law '{self.name}': {error}", "terms and arguments of matching dimension") from None
        if not result.is_compatible_with(registry().Unit(self.returns)):
            raise UnitError(
                f"law '{self.name}' gives {f'{result.units:~C}' or 'a pure number'}",
                f"its declared unit {self.returns}",
            )
        with np.errstate(all="ignore"):
            expected, found = float(result.to(self.returns).magnitude), self._as_number(values)
        if found is not None and abs(expected) < math.inf and abs(found - expected) > 1e-6 * abs(expected):
            raise UnitError(
                f"law '{self.name}' computes {found:.6g} {self.returns} where its units give {expected:.6g}",
                "arguments in units that belong together, such as mV and K for the functions of thermodynamics",
            )

    def _as_number(self, values: list[float]) -> float | None:
        """The law in plain numbers, or None where it has no value there."""
        try:
            return float(self.function(*values))
        except (ArithmeticError, ValueError):
            return None


def rate_law(*, returns: str, **units: str) -> Callable[[Callable[..., Any]], RateLaw]:
    """Declare a function to be a rate law: ``@rate_law(ca="uM", v_max="uM/s", k="uM", returns="uM/s")``.

    returns: the unit of the result; units: the unit of each argument, by name ("1" for a pure number).
    Raises TypeError where the names are not those of the function's arguments.
    """

    def declare(function: Callable[..., Any]) -> RateLaw:
        signature = list(inspect.signature(function).parameters)
        if set(signature) != set(units):
            found, needed = ", ".join(units) or "none", ", ".join(signature) or "none"
            raise TypeError(f"rate law '{function.__name__}': units declared for {found}; its arguments are {needed}")
        return RateLaw(function, tuple((name, units[name]) for name in signature), returns)

    return declare
