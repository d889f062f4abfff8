"""Laws of events: conditions as numbers that rise above 0, and arguments with names of their own."""

from __future__ import annotations

from typing import Any

from mechanisms.law import RateLaw
from microdomain.exchange.expressions import Call, Expression, Name, Number, names_in, negative, replaced
from microdomain.exchange.formula import CONDITIONS, Formula, constant_value

LEAST = Number(1e-300)
"""What a condition that just holds is above 0."""


class EventLaws:
    """The laws of one event, whose arguments have names of their own among all of them; bindings: what these are."""

    def __init__(self) -> None:
        self.letters: dict[Name, str] = {}
        self.bindings: dict[str, Any] = {}

    def law(self, expression: Expression, returns: str) -> RateLaw:
        """The law of a formula in the names of the model."""
        names = names_in(expression)
        if not names and (value := constant_value(expression)) is not None:
            letter = self.letter()
            self.bindings[letter] = value
            return RateLaw(Formula(Name(letter), (letter,), returns), ((letter, returns),), returns)
        for name in names:
            if name not in self.letters:
                self.letters[name] = self.letter()
                self.bindings[self.letters[name]] = name.name
        formula = replaced(expression, lambda name: Name(self.letters[name]))
        arguments = tuple((self.letters[name], name.unit) for name in names)
        return RateLaw(Formula(formula, tuple(self.letters[name] for name in names), returns), arguments, returns)

    def letter(self) -> str:
        return f"x{len(self.bindings) + 1}"


def margin(condition: Expression) -> Expression:
    """A number that is above 0 exactly where the condition holds, and continuous where that makes it easy to find."""
    if isinstance(condition, Call) and condition.function in CONDITIONS:
        function, arguments = condition.function, condition.arguments
        if function in ("gt", "lt", "geq", "leq") and len(arguments) == 2:
            a, b = arguments if function in ("gt", "geq") else arguments[::-1]
            above = Call("minus", (a, b))
            return above if function in ("gt", "lt") else or_equal(above)
        if function in ("and", "or") and arguments:
            extreme = "min" if function == "and" else "max"
            margins = [margin(a) for a in arguments]
            nested = [m.arguments if isinstance(m, Call) and m.function == extreme else (m,) for m in margins]
            return Call(extreme, tuple(a for found in nested for a in found))
        if function == "not":
            return or_equal(negative(margin(arguments[0])))
        if function == "implies":
            return margin(Call("or", (Call("not", arguments[:1]), arguments[1])))
    return Call("piecewise", (Number(1.0), condition, Number(-1.0)))


def or_equal(above: Expression) -> Expression:
    """Above 0 where this is 0 or more."""
    return Call("piecewise", (Call("max", (above, LEAST)), Call("geq", (above, Number(0.0))), above))
