"""Formulas as rate laws: a tree that is computed through ``mechanisms.maths``, and so read by every engine."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from mechanisms import maths
from mechanisms.law import RateLaw
from mechanisms.units import registry
from microdomain.exchange.expressions import Call, Expression, Name, Number, names_in, replaced

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Formula:
    """A formula as the function of a rate law, written in numbers: of arguments in their units, a result in its own.

    expression: the tree, with the arguments' names; names; returns: the unit of the result.
    """

    expression: Expression
    names: tuple[str, ...]
    returns: str

    def __call__(self, *values: Any) -> Any:
        """The value at these arguments: numbers, arrays, symbols or quantities."""
        if any(hasattr(value, "dimensionality") for value in values):
            numbers = [np.array([value.magnitude], dtype=float) for value in values]
            return registry().Quantity(float(np.ravel(self(*numbers))[0]), self.returns)
        with np.errstate(all="ignore"):
            return number(self.expression, dict(zip(self.names, values, strict=True)))

    @property
    def __name__(self) -> str:
        return str(self.expression)


def law_of(expression: Expression, returns: str) -> tuple[RateLaw, dict[str, Any]]:
    """A rate law of a tree whose names say what they are bound to, and the bindings of its arguments.

    The arguments are a, b, c, ... in the order in which they stand, so that formulas of one form are one law, which is
    compiled once.
    """
    used = names_in(expression)
    if not used and (value := constant_value(expression)) is not None:
        law = RateLaw(Formula(Name("a"), ("a",), returns), (("a", returns),), returns)
        return law, {"a": value}
    letters = {name: _letter(i) for i, name in enumerate(used)}
    formula = replaced(expression, lambda name: Name(letters[name]))
    arguments = tuple((letter, name.unit) for name, letter in letters.items())
    law = RateLaw(Formula(formula, tuple(letters.values()), returns), arguments, returns)
    return law, {letter: name.name for name, letter in letters.items()}


def constant_value(expression: Expression) -> float | None:
    """The value of a formula without names, where it is a number; a law of it is the number in its unit."""
    value = float(number(expression, {}))
    return value if math.isfinite(value) else None


def _letter(i: int) -> str:
    alphabet = "abcdefghij"
    return alphabet[i] if i < len(alphabet) else f"a{i}"


def number(expression: Expression, values: Values) -> Any:
    """The value of a tree; a condition is 1 where it holds, else 0."""
    if isinstance(expression, Number):
        return expression.value
    if isinstance(expression, Name):
        return values[expression.name]
    if expression.function in CONDITIONS:
        return maths.where(condition(expression, values), 1.0, 0.0)
    if expression.function == "piecewise":
        return _piecewise(expression.arguments, values)
    if expression.function == "power":
        return _power(expression.arguments[0], expression.arguments[1], values)
    return _applied(FUNCTIONS[expression.function], [number(a, values) for a in expression.arguments])


def _applied(function: Callable[..., Any], values: list[Any]) -> Any:
    """A function of numbers as of arrays: infinite or no number at all where it has no value, and no exception."""
    if not all(isinstance(value, (int, float)) for value in values):
        return function(*values)
    with np.errstate(all="ignore"):
        return float(np.ravel(function(*(np.array([value], dtype=float) for value in values)))[0])


def condition(expression: Expression, values: Values) -> Any:
    """Whether a tree holds; a number holds where it is not 0."""
    if not (isinstance(expression, Call) and expression.function in CONDITIONS):
        if isinstance(expression, Call) and expression.function == "piecewise":
            return _chosen_condition(expression.arguments, values)
        return maths.opposite(maths.equal(number(expression, values), 0.0))
    function, arguments = expression.function, expression.arguments
    if function in RELATIONS:
        found = [number(a, values) for a in arguments]
        return _all([RELATIONS[function](a, b) for a, b in pairwise(found)])
    parts = [condition(a, values) for a in arguments]
    if function == "not":
        return maths.opposite(parts[0])
    if function == "implies":
        return maths.either(maths.opposite(parts[0]), parts[1])
    if function == "and":
        return _all(parts)
    if function == "or":
        return _folded(maths.either, parts, False)
    odd = _folded(lambda a, b: a + b, [maths.where(part, 1.0, 0.0) for part in parts], 0.0)
    return maths.equal(odd - 2.0 * maths.floor(odd / 2.0), 1.0) if parts else False


def _all(parts: list[Any]) -> Any:
    return _folded(maths.both, parts, True)


def _folded(function: Callable[[Any, Any], Any], parts: list[Any], none: Any) -> Any:
    found = parts[0] if parts else none
    for part in parts[1:]:
        found = function(found, part)
    return found


def _piecewise(arguments: tuple[Expression, ...], values: Values) -> Any:
    """Values and conditions in turn, then the value otherwise, where there is one: else there is no number."""
    if not arguments:
        return math.nan
    if len(arguments) == 1:
        return number(arguments[0], values)
    holds = condition(arguments[1], values)
    return maths.choose(holds, lambda: number(arguments[0], values), lambda: _piecewise(arguments[2:], values))


def _chosen_condition(arguments: tuple[Expression, ...], values: Values) -> Any:
    if len(arguments) <= 1:
        return condition(arguments[0], values) if arguments else False
    holds, rest = condition(arguments[1], values), _chosen_condition(arguments[2:], values)
    return maths.either(
        maths.both(holds, condition(arguments[0], values)),
        maths.both(maths.opposite(holds), rest),
    )


def _power(base: Expression, exponent: Expression, values: Values) -> Any:
    """A whole exponent is an int, which is a product when compiled; a half is a square root."""
    if isinstance(exponent, Number):
        if exponent.value == 0.5:
            return _applied(maths.sqrt, [number(base, values)])
        if exponent.value.is_integer() and abs(exponent.value) < 100:
            return _applied(lambda a: a ** int(exponent.value), [number(base, values)])
    return _applied(lambda a, b: a**b, [number(base, values), number(exponent, values)])


def _plus(*terms: Any) -> Any:
    return _folded(lambda a, b: a + b, list(terms), 0.0)


def _times(*factors: Any) -> Any:
    return _folded(lambda a, b: a * b, list(factors), 1.0)


def _minus(a: Any, *b: Any) -> Any:
    return a - b[0] if b else -a


def _truncated(x: Any) -> Any:
    return maths.where(x < 0.0, maths.ceiling(x), maths.floor(x))


def _inverse(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: function(1.0 / x)


def _extreme(function: Callable[[Any, Any], Any], before: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """The one of several values that comes before all others: conditions upon conditions are too much for SymPy."""

    def found(*values: Any) -> Any:
        if len(values) < 3:
            return _folded(function, list(values), math.nan)
        first, *others = values
        return maths.choose(_all([before(first, other) for other in others]), lambda: first, lambda: found(*others))

    return found


RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": maths.equal,
    "neq": lambda a, b: maths.opposite(maths.equal(a, b)),
    "lt": lambda a, b: a < b,
    "leq": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "geq": lambda a, b: a >= b,
}
CONDITIONS = {*RELATIONS, "and", "or", "xor", "not", "implies"}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "plus": _plus,
    "minus": _minus,
    "times": _times,
    "divide": lambda a, b: a / b,
    "abs": abs,
    "exp": maths.exp,
    "ln": maths.log,
    "floor": maths.floor,
    "ceiling": maths.ceiling,
    "factorial": lambda x: maths.gamma(x + 1.0),
    "quotient": lambda a, b: _truncated(a / b),
    "rem": lambda a, b: a - b * _truncated(a / b),
    "min": _extreme(maths.minimum, lambda a, b: a < b),
    "max": _extreme(maths.maximum, lambda a, b: a > b),
    "sec": lambda x: 1.0 / maths.cos(x),
    "csc": lambda x: 1.0 / maths.sin(x),
    "cot": lambda x: 1.0 / maths.tan(x),
    "sech": lambda x: 1.0 / maths.cosh(x),
    "csch": lambda x: 1.0 / maths.sinh(x),
    "coth": lambda x: 1.0 / maths.tanh(x),
    "arcsec": _inverse(maths.acos),
    "arccsc": _inverse(maths.asin),
    "arccot": _inverse(maths.atan),
    "arcsech": _inverse(maths.acosh),
    "arccsch": _inverse(maths.asinh),
    "arccoth": _inverse(maths.atanh),
    **{name: getattr(maths, name) for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    **{f"arc{name}": getattr(maths, f"a{name}") for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
}
"""What MathML calls each function, but for conditions, piecewise and power."""
