"""A rate law written down: called with recorders, it leaves the straight-line statements that it would execute.

The statements keep the law's own order of operations, and contain every helper function and constant that the law
uses, so their text names the law: a law that is edited in any way has another text.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from mechanisms.law import RateLaw


@dataclass(frozen=True)
class Record:
    """Statements such as ``_1 = ca * ca``, in order, and the expression of the result."""

    statements: tuple[str, ...]
    result: str


def record(law: RateLaw, prefix: str = "") -> Record:
    """The statements of a law, in the names of its arguments; all variables begin with ``prefix``.

    Raises TypeError where the law branches on a value or uses a function that ``mechanisms.maths`` does not have.
    """
    statements: list[str] = []
    try:
        result = _text(law.function(*(Recorder(prefix + name, statements, prefix) for name in law.names)))
    except (TypeError, ValueError, AttributeError) as error:
        allowed = "arithmetic, comparisons and the functions of mechanisms.maths (where(...) to branch)"
        raise TypeError(f"rate law '{law.name}': {error}; a law may use {allowed}") from None
    return Record(tuple(statements), result)


_LOGICAL = {"both": "{} and {}", "either": "{} or {}", "opposite": "not {}"}


def _text(value: Any) -> str:
    if isinstance(value, Recorder):
        return value.text
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    number = float(value)
    text = repr(abs(number)) if math.isfinite(number) else f"math.{abs(number)}"
    return f"(-{text})" if math.copysign(1.0, number) < 0 else text


def _binary(symbol: str, reverse: bool = False) -> Callable[[Recorder, Any], Recorder]:
    def operation(self: Recorder, other: Any) -> Recorder:
        a, b = (other, self) if reverse else (self, other)
        if symbol != "**" or not isinstance(b, int):
            return self.note(f"{_text(a)} {symbol} {_text(b)}")
        # Compiled, 0.0 ** -1 is an exception, which nobody would see, where 1.0 / 0.0 is infinite.
        return self.note(f"{_text(a)} ** {b}" if b >= 0 else f"1.0 / {_text(a)} ** {-b}")

    return operation


class Recorder:
    """A stand-in for a number that writes down what is done to it."""

    def __init__(self, text: str, statements: list[str], prefix: str) -> None:
        self.text = text
        self.statements = statements
        self.prefix = prefix

    def note(self, expression: str) -> Recorder:
        """A new intermediate value, assigned from ``expression``."""
        name = f"{self.prefix}_{len(self.statements)}"
        self.statements.append(f"{name} = {expression}")
        return Recorder(name, self.statements, self.prefix)

    def call(self, function: str, arguments: tuple[Any, ...]) -> Recorder:
        """The value of a function of ``mechanisms.maths``."""
        if function == "choose":
            return self.branch(arguments[1], arguments[2])
        texts = [_text(x) for x in arguments]
        if function == "where":
            return self.note(f"{texts[1]} if {texts[0]} else {texts[2]}")
        if function in _LOGICAL:
            return self.note(_LOGICAL[function].format(*texts))
        return self.note(f"math.{function}({', '.join(texts)})")

    def branch(self, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Recorder:
        """The value of one of two computations, of which only the one that is needed is executed."""
        name = f"{self.prefix}_{len(self.statements)}"
        for line, compute in ((f"if {self.text}:", then), ("else:", otherwise)):
            self.statements.append(line)
            first = len(self.statements)
            self.statements.append(f"{name} = {_text(compute())}")
            self.statements[first:] = [f"    {statement}" for statement in self.statements[first:]]
        return Recorder(name, self.statements, self.prefix)

    __add__, __radd__ = _binary("+"), _binary("+", reverse=True)
    __sub__, __rsub__ = _binary("-"), _binary("-", reverse=True)
    __mul__, __rmul__ = _binary("*"), _binary("*", reverse=True)
    __truediv__, __rtruediv__ = _binary("/"), _binary("/", reverse=True)
    __floordiv__, __rfloordiv__ = _binary("//"), _binary("//", reverse=True)
    __pow__, __rpow__ = _binary("**"), _binary("**", reverse=True)
    __eq__, __ne__ = _binary("=="), _binary("!=")  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]
    __lt__, __le__, __gt__, __ge__ = _binary("<"), _binary("<="), _binary(">"), _binary(">=")

    def __neg__(self) -> Recorder:
        return self.note(f"-{self.text}")

    def __pos__(self) -> Recorder:
        return self

    def __abs__(self) -> Recorder:
        return self.note(f"abs({self.text})")

    def __bool__(self) -> bool:
        raise TypeError("it branches on a value")

    def __float__(self) -> float:
        raise TypeError("it turns an argument into a number")
