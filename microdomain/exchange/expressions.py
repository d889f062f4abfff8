"""Formulas as trees: what a document says, before it is bound to the names of a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

DEEPEST = 100
"""The most calls within calls."""
LARGEST = 20_000
"""The most numbers, names and calls of one formula."""


@dataclass(frozen=True)
class Number:
    """A number."""

    value: float

    def __str__(self) -> str:
        return f"{self.value:.12g}"


@dataclass(frozen=True)
class Name:
    """A name; in a document's formula what the document declares, in a model's law what an argument is bound to.

    unit: that the value is read in, in a model's law.
    """

    name: str
    unit: str = ""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Call:
    """A function or operator of expressions, by the name that MathML gives it."""

    function: str
    arguments: tuple[Expression, ...]

    @cached_property
    def _hash(self) -> int:
        return hash((self.function, self.arguments))

    @cached_property
    def size(self) -> int:
        """How many numbers, names and calls it is made of."""
        return 1 + sum(a.size if isinstance(a, Call) else 1 for a in self.arguments)

    @cached_property
    def depth(self) -> int:
        """How many calls within calls it has."""
        return 1 + max((a.depth for a in self.arguments if isinstance(a, Call)), default=0)

    @property
    def is_too_large(self) -> bool:
        """Whether it is larger than what is walked by functions that call themselves, and compiled."""
        return self.depth > DEEPEST or self.size > LARGEST

    def __hash__(self) -> int:
        return self._hash

    def __str__(self) -> str:
        return _text(self)


Expression = Number | Name | Call

_INFIX = {"plus": " + ", "minus": " - ", "times": " * ", "divide": " / ", "power": "^"}


def times(*factors: Expression | float) -> Expression:
    """The product; factors of one are left out."""
    found = [Number(float(f)) if isinstance(f, (int, float)) else f for f in factors]
    kept = tuple(f for f in found if f != Number(1.0))
    return Call("times", kept) if len(kept) > 1 else kept[0] if kept else Number(1.0)


def divided(a: Expression, b: Expression) -> Expression:
    """The quotient."""
    return a if b == Number(1.0) else Call("divide", (a, b))


def plus(*terms: Expression) -> Expression:
    """The sum; 0 of no terms."""
    return Call("plus", terms) if len(terms) > 1 else terms[0] if terms else Number(0.0)


def negative(a: Expression) -> Expression:
    """The opposite number."""
    return Call("minus", (a,))


def replaced(expression: Expression, name: Callable[[Name], Expression]) -> Expression:
    """The same with every name replaced."""
    if isinstance(expression, Name):
        return name(expression)
    if isinstance(expression, Call):
        return Call(expression.function, tuple(replaced(a, name) for a in expression.arguments))
    return expression


def names_in(expression: Expression) -> list[Name]:
    """Every name, once, in the order in which they stand."""
    return list(dict.fromkeys(leaf for leaf in _leaves(expression) if isinstance(leaf, Name)))


def calls_of(expression: Expression, function: str) -> list[Call]:
    """Every call of one function."""
    if not isinstance(expression, Call):
        return []
    found = [call for a in expression.arguments for call in calls_of(a, function)]
    return [expression, *found] if expression.function == function else found


def _leaves(expression: Expression) -> Iterator[Expression]:
    if isinstance(expression, Call):
        for argument in expression.arguments:
            yield from _leaves(argument)
    else:
        yield expression


def _text(call: Call) -> str:
    parts = [f"({a})" if isinstance(a, Call) and a.function in _INFIX else str(a) for a in call.arguments]
    if call.function == "minus" and len(parts) == 1:
        return f"-{parts[0]}"
    if call.function in _INFIX and len(parts) > 1:
        return _INFIX[call.function].join(parts)
    return f"{call.function}({', '.join(parts)})"
