"""Expressions to MathML."""

from __future__ import annotations

import math

from microdomain.exchange.expressions import Call, Expression, Name, Number
from microdomain.exchange.sbml.mathml import TIME

_HEAD = '<math xmlns="http://www.w3.org/1998/Math/MathML">'
_TIME = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">time</csymbol>'


def mathml(expression: Expression) -> str:
    """The MathML element of an expression."""
    return f"{_HEAD}{_text(expression)}</math>"


def _text(expression: Expression) -> str:
    if isinstance(expression, Number):
        return _number(expression.value)
    if isinstance(expression, Name):
        return _TIME if expression == TIME else f"<ci>{expression.name}</ci>"
    if expression.function == "piecewise":
        return _piecewise(expression)
    if not expression.arguments and expression.function in ("and", "or"):
        return "<true/>" if expression.function == "and" else "<false/>"
    return f"<apply><{expression.function}/>{''.join(map(_text, expression.arguments))}</apply>"


def _number(value: float) -> str:
    if math.isnan(value):
        return "<notanumber/>"
    if math.isinf(value):
        return "<infinity/>" if value > 0 else "<apply><minus/><infinity/></apply>"
    text = repr(value)
    if "e" in text:
        digits, _, exponent = text.partition("e")
        return f'<cn type="e-notation">{digits}<sep/>{int(exponent)}</cn>'
    return f"<cn>{text}</cn>"


def _piecewise(call: Call) -> str:
    pairs = zip(call.arguments[::2], call.arguments[1::2], strict=False)
    pieces = "".join(f"<piece>{_text(value)}{_text(condition)}</piece>" for value, condition in pairs)
    otherwise = f"<otherwise>{_text(call.arguments[-1])}</otherwise>" if len(call.arguments) % 2 else ""
    return f"<piecewise>{pieces}{otherwise}</piecewise>"
