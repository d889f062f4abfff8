"""Conditions of events as numbers that rise above 0."""

import sympy

from microdomain.exchange.event_laws import EventLaws, margin
from microdomain.exchange.expressions import Call, Name, Number


def call(function: str, *arguments: object) -> Call:
    return Call(function, tuple(a if isinstance(a, Call | Name) else Number(float(a)) for a in arguments))


def test_several_conditions_with_steps_in_them_have_a_derivative() -> None:
    """A dose every 7/3 days from day 28 to 84. Seen to fail: SymPy rewrites minima within minima without end."""
    day = call("divide", Name("time", "s"), 86400)
    since = call("minus", day, call("times", call("floor", call("divide", day, 7 / 3)), 7 / 3))
    window = call("and", call("gt", day, 28), call("lt", day, 84))
    law = EventLaws().law(margin(call("and", window, call("gt", since, Name("w", "1")))), "1")
    assert law.function.expression.function == "min"
    found = law.expression()
    at = {sympy.Symbol("x1", real=True): 86400 * 29.0, sympy.Symbol("x2", real=True): 0.25}
    assert float(found.subs(at)) == 29 - 12 * 7 / 3 - 0.25
    assert law(86400 * 29.0, 0.25) == float(found.subs(at))
