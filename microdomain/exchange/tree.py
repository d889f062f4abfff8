"""A rate law as a tree: called with trees, it leaves the formula that it computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mechanisms.law import RateLaw
from microdomain.exchange.expressions import Call, Expression, Number

_CALLED = {"log": "ln", "equal": "eq", "both": "and", "either": "or", "opposite": "not"}
_CALLED |= {f"a{name}": f"arc{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")}
_ONE = Number(1.0)


def tree_of(law: RateLaw, arguments: dict[str, Expression]) -> Expression:
    """The formula of a law with its arguments, by name."""
    return _expression(law.function(*(Tree(arguments[name]) for name in law.names)))


def _expression(value: Any) -> Expression:
    if isinstance(value, Tree):
        return value.expression
    if isinstance(value, bool):
        return Call("and" if value else "or", ())
    return Number(float(value))


def _binary(function: str, reverse: bool = False) -> Callable[[Tree, Any], Tree]:
    def operation(self: Tree, other: Any) -> Tree:
        a, b = _expression(self), _expression(other)
        return Tree(Call(function, (b, a) if reverse else (a, b)))

    return operation


class Tree:
    """A stand-in for a number that remembers what is done to it."""

    def __init__(self, expression: Expression) -> None:
        self.expression = expression

    def call(self, function: str, arguments: tuple[Any, ...]) -> Tree:
        """The value of a function of ``mechanisms.maths``."""
        if function == "choose":
            return Tree(Call("piecewise", _in_order(arguments[0], arguments[1](), arguments[2]())))
        if function == "where":
            return Tree(Call("piecewise", _in_order(*arguments)))
        found = tuple(_expression(a) for a in arguments)
        if function == "expm1":
            return Tree(Call("minus", (Call("exp", found), _ONE)))
        if function == "log1p":
            return Tree(Call("ln", (Call("plus", (_ONE, *found)),)))
        if function == "sqrt":
            return Tree(Call("power", (*found, Number(0.5))))
        if function == "gamma":
            return Tree(Call("factorial", (Call("minus", (*found, _ONE)),)))
        return Tree(Call(_CALLED.get(function, function), found))

    __add__, __radd__ = _binary("plus"), _binary("plus", reverse=True)
    __sub__, __rsub__ = _binary("minus"), _binary("minus", reverse=True)
    __mul__, __rmul__ = _binary("times"), _binary("times", reverse=True)
    __truediv__, __rtruediv__ = _binary("divide"), _binary("divide", reverse=True)
    __pow__, __rpow__ = _binary("power"), _binary("power", reverse=True)
    __eq__, __ne__ = _binary("eq"), _binary("neq")  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]
    __lt__, __le__, __gt__, __ge__ = _binary("lt"), _binary("leq"), _binary("gt"), _binary("geq")

    def __floordiv__(self, other: Any) -> Tree:
        return Tree(Call("floor", ((self / other).expression,)))

    def __rfloordiv__(self, other: Any) -> Tree:
        return Tree(Call("floor", ((other / self).expression,)))

    def __neg__(self) -> Tree:
        return Tree(Call("minus", (self.expression,)))

    def __pos__(self) -> Tree:
        return self

    def __abs__(self) -> Tree:
        return Tree(Call("abs", (self.expression,)))


def _in_order(condition: Any, then: Any, otherwise: Any) -> tuple[Expression, ...]:
    return _expression(then), _expression(condition), _expression(otherwise)
