"""What formulas of GillesPy2 may call: Python's mathematics, and functions of MathML."""

from __future__ import annotations

import math
from typing import Any

from mechanisms.faults import Fault
from microdomain.exchange.expressions import Call, Expression, Number, replaced
from microdomain.exchange.formula_text import COMMON, FormulaError, Function, logarithm, read_formula


def _log(x: Expression, base: Expression | None = None) -> Expression:
    return Call("ln", (x,)) if base is None else logarithm(base, x)


FUNCTIONS: dict[str, Function] = {
    **COMMON,
    "log": _log,
    "pow": lambda x, y: Call("power", (x, y)),
    "fabs": COMMON["abs"],
    "floor": lambda x: Call("floor", (x,)),
    "ceil": lambda x: Call("ceiling", (x,)),
    "factorial": lambda x: Call("factorial", (x,)),
    "piecewise": lambda *parts: Call("piecewise", parts),
    "xor": lambda *parts: Call("xor", parts),
}
CONSTANTS = {"pi": math.pi, "e": math.e, "true": 1.0, "false": 0.0, "True": 1.0, "False": 0.0}


class Formulas:
    """Reads formulas of one model, with the functions that it defines put in their places."""

    def __init__(self, theirs: Any, faults: list[Fault]) -> None:
        self.faults = faults
        self.functions = dict(FUNCTIONS)
        declared = {*theirs.listOfSpecies, *theirs.listOfParameters}
        self.constants = {name: value for name, value in CONSTANTS.items() if name not in declared}
        for name, definition in theirs.listOfFunctionDefinitions.items():
            body = self.read(f"function '{name}'", definition.function_string)
            self.functions[name] = _defined(tuple(definition.args), body)

    def read(self, where: str, text: str) -> Expression:
        """The tree of a formula; 1 beside a fault."""
        try:
            return read_formula(str(text), self.functions, self.constants)
        except FormulaError as error:
            self.faults.append(Fault(where, error.found, error.allowed))
            return Number(1.0)


def _defined(arguments: tuple[str, ...], body: Expression) -> Function:
    def call(*given: Expression) -> Expression:
        values = dict(zip(arguments, given, strict=False))
        if len(given) != len(arguments):
            raise TypeError
        return replaced(body, lambda name: values.get(name.name, name))

    return call
