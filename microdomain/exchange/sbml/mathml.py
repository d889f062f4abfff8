"""libsbml's formulas to expressions, with the document's function definitions written out."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from microdomain.exchange.expressions import DEEPEST, LARGEST, Call, Expression, Name, Number, replaced

TIME = Name("time of the simulation")
"""What MathML's symbol of time becomes; no id has a space in it."""
AVOGADRO_SYMBOL = 6.02214179e23
"""The number that MathML's symbol stands for, by the specification; units are converted by that of 2019."""
_ANY = (0, LARGEST)
ARGUMENTS = {
    **dict.fromkeys(("plus", "times", "and", "or", "xor", "piecewise"), _ANY),
    **dict.fromkeys(("min", "max"), (1, LARGEST)),
    **dict.fromkeys(("eq", "neq", "lt", "leq", "gt", "geq"), (2, LARGEST)),
    **dict.fromkeys(("divide", "power", "root", "log", "quotient", "rem", "implies"), (2, 2)),
    "minus": (1, 2),
}
"""The least and the most arguments of each function, of all others one."""
RATE_SYMBOLS = ("http://www.sbml.org/sbml/symbols/rateOf", "http://en.wikipedia.org/wiki/Derivative")
"""A function with one of these in its annotation is the rate of its argument, before Level 3 Version 2 had a symbol."""
RATE_OF = "rate of "
"""Before a name: MathML's symbol of its rate of change."""


class UnsupportedMath(ValueError):
    """A formula with something in it that is not supported: what it is."""


class Formulas:
    """Reads the formulas of one document."""

    def __init__(self, model: Any) -> None:
        self.functions: dict[str, Any] = {}
        self.rates_of: set[str] = set()
        for definition in model.getListOfFunctionDefinitions():
            self.functions[definition.getId()] = definition.getMath()
            if any(f'"{symbol}"' in definition.getAnnotationString() for symbol in RATE_SYMBOLS):
                self.rates_of.add(definition.getId())

    def read(self, node: Any, depth: int = 0) -> Expression:
        """The expression of an AST node. Raises UnsupportedMath."""
        found = self._read(node, depth + 1) if depth < DEEPEST else None
        if found is None or (isinstance(found, Call) and found.is_too_large):
            raise UnsupportedMath(f"a formula of more than {DEEPEST} calls within calls, or {LARGEST} parts")
        return found

    def _read(self, node: Any, depth: int) -> Expression:
        kind = node.getType()
        names = _names()
        if kind in names.numbers:
            return Number(node.getValue())
        if kind in names.constants:
            return names.constants[kind]
        if kind == names.name:
            return Name(node.getName())
        if kind == names.function:
            return self._inlined(node, depth)
        if kind == names.rate_of:
            return _rate_of(self.read(node.getChild(0), depth))
        if kind not in names.calls:
            what = (node.getName() or node.getOperatorName() or "an unknown function").strip()
            raise UnsupportedMath(f"'{what}' in a formula")
        function, arguments = names.calls[kind], self._arguments(node)
        least, most = ARGUMENTS.get(function, (1, 1))
        if not least <= len(arguments) <= most:
            raise UnsupportedMath(f"'{function}' with {len(arguments)} arguments")
        return _plain(function, tuple(self.read(child, depth) for child in arguments))

    @staticmethod
    def _arguments(node: Any) -> list[Any]:
        """The arguments of a call; of sums of sums, and products of products, all terms or factors, however nested."""
        kind = node.getType()
        listed = [node.getChild(i) for i in range(node.getNumChildren())]
        if kind not in _names().nested:
            return listed
        found, waiting = [], listed[::-1]
        while waiting:
            child = waiting.pop()
            if child.getType() == kind:
                waiting += [child.getChild(i) for i in range(child.getNumChildren())][::-1]
            else:
                found.append(child)
        return found

    def _inlined(self, node: Any, depth: int) -> Expression:
        name = node.getName()
        definition = self.functions.get(name)
        if definition is None:
            raise UnsupportedMath(f"the function '{name}', which has no definition")
        if name in self.rates_of and node.getNumChildren() == 1:
            return _rate_of(self.read(node.getChild(0), depth))
        last = definition.getNumChildren() - 1
        if node.getNumChildren() != last:
            raise UnsupportedMath(f"the function '{name}' with {node.getNumChildren()} arguments, not {last}")
        if definition.getChild(last).isNaN():
            raise UnsupportedMath(f"the function '{name}', whose definition is no number")
        given = {definition.getChild(i).getName(): self.read(node.getChild(i), depth) for i in range(last)}

        def argument(found: Name) -> Expression:
            if found.name.startswith(RATE_OF):
                of = given.get(found.name.removeprefix(RATE_OF))
                return found if of is None else _rate_of(of)
            return given.get(found.name, found)

        return replaced(self.read(definition.getChild(last), depth), argument)


def _plain(function: str, arguments: tuple[Expression, ...]) -> Expression:
    """A call; logarithms and roots of any base and degree by ln and powers."""
    if function == "log":
        base, x = arguments
        return Call("divide", (Call("ln", (x,)), Call("ln", (base,))))
    if function == "root":
        degree, x = arguments
        inverse = Number(0.5) if degree == Number(2.0) else Call("divide", (Number(1.0), degree))
        return Call("power", (x, inverse))
    return Call(function, arguments)


def _rate_of(of: Expression) -> Name:
    if not isinstance(of, Name):
        raise UnsupportedMath("the rate of what is no name")
    return Name(RATE_OF + of.name)


class _Names:
    """What libsbml's node types stand for."""

    def __init__(self) -> None:
        import libsbml

        self.name, self.function, self.rate_of = (
            libsbml.AST_NAME,
            libsbml.AST_FUNCTION,
            libsbml.AST_FUNCTION_RATE_OF,
        )
        self.nested = {libsbml.AST_PLUS, libsbml.AST_TIMES}
        self.numbers = {libsbml.AST_INTEGER, libsbml.AST_REAL, libsbml.AST_REAL_E, libsbml.AST_RATIONAL}
        self.constants: dict[int, Expression] = {
            libsbml.AST_CONSTANT_E: Number(math.e),
            libsbml.AST_CONSTANT_PI: Number(math.pi),
            libsbml.AST_CONSTANT_TRUE: Call("and", ()),
            libsbml.AST_CONSTANT_FALSE: Call("or", ()),
            libsbml.AST_NAME_TIME: TIME,
            libsbml.AST_NAME_AVOGADRO: Number(AVOGADRO_SYMBOL),
        }
        special = {"POWER": "power", "FUNCTION_POWER": "power"}
        plain = ("PLUS", "MINUS", "TIMES", "DIVIDE")
        functions = (
            *("ABS", "ARCCOS", "ARCCOSH", "ARCCOT", "ARCCOTH", "ARCCSC", "ARCCSCH", "ARCSEC", "ARCSECH", "ARCSIN"),
            *("ARCSINH", "ARCTAN", "ARCTANH", "CEILING", "COS", "COSH", "COT", "COTH", "CSC", "CSCH", "EXP"),
            *("FACTORIAL", "FLOOR", "LN", "LOG", "MAX", "MIN", "PIECEWISE", "QUOTIENT", "REM", "ROOT", "SEC", "SECH"),
            *("SIN", "SINH", "TAN", "TANH"),
        )
        written = {
            **special,
            **{name: name.lower() for name in plain},
            **{f"FUNCTION_{name}": name.lower() for name in functions},
            **{f"LOGICAL_{name}": name.lower() for name in ("AND", "OR", "XOR", "NOT", "IMPLIES")},
            **{f"RELATIONAL_{name}": name.lower() for name in ("EQ", "NEQ", "LT", "LEQ", "GT", "GEQ")},
        }
        self.calls = {getattr(libsbml, f"AST_{name}"): called for name, called in written.items()}


@cache
def _names() -> _Names:
    return _Names()
