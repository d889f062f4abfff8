"""Formulas as text, of the kind that C, Python and BNGL share, as trees."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from microdomain.exchange.expressions import Call, Expression, Name, Number, divided, negative, plus

DEEPEST = 50
"""Formulas in parentheses, signs and powers that may stand inside each other."""
MOST_LEVELS = 100
"""Operations of which each needs the result of the next; 1/a/b/c are three."""
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)|"
    r"(?P<sign>\*\*|&&|\|\||[<>=!~]=|[-+*/^(),<>!]))"
)
_RELATIONS = {"==": "eq", "!=": "neq", "~=": "neq", "<": "lt", "<=": "leq", ">": "gt", ">=": "geq"}

Function = Callable[..., Expression]
"""What a call means, from the trees of its arguments; TypeError where their number is wrong."""


class FormulaError(ValueError):
    """Text that is no formula: what was found, and what is allowed."""

    def __init__(self, found: str, allowed: str) -> None:
        super().__init__(f"found {found}; allowed: {allowed}")
        self.found, self.allowed = found, allowed


def read_formula(text: str, functions: Mapping[str, Function], constants: Mapping[str, float]) -> Expression:
    """The tree of a formula such as "2*kf*(1 - A/K)^n" or "if(A > 3 && B <= 2, k1, k2)".

    functions: what may be called; constants: names that stand for numbers. Any other name is a Name. ``^`` and ``**``
    raise to a power, before a sign (-2^2 is -4) and from the right; and, or, not may be written &&, ||, !.
    Raises FormulaError.
    """
    return _Reader(text, functions, constants).read()


class _Reader:
    """Reads one text from left to right, a method for each kind of operator, those that bind least first."""

    def __init__(self, text: str, functions: Mapping[str, Function], constants: Mapping[str, float]) -> None:
        self.text, self.functions, self.constants = text, functions, constants
        self.tokens = list(_tokens(text))
        self.at, self.depth = 0, 0

    def read(self) -> Expression:
        found = self.alternatives()
        if self.next:
            raise FormulaError(f"'{self.next}' in '{_short(self.text)}'", "an operator, or the end")
        if levels_of(found) > MOST_LEVELS:
            raise FormulaError(f"'{_short(self.text)}'", f"at most {MOST_LEVELS} operations that need each other")
        return found

    @property
    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def took(self, *tokens: str) -> str:
        """The next token, and on to the one behind it, where it is one of these; else ""."""
        token = self.next
        if token not in tokens:
            return ""
        self.at += 1
        return token

    def expect(self, token: str) -> None:
        if not self.took(token):
            raise FormulaError(f"'{self.next or 'the end'}' in '{_short(self.text)}'", f"'{token}'")

    def alternatives(self) -> Expression:
        parts = [self.conditions()]
        while self.took("||", "or"):
            parts.append(self.conditions())
        return Call("or", tuple(parts)) if len(parts) > 1 else parts[0]

    def conditions(self) -> Expression:
        parts = [self.opposite()]
        while self.took("&&", "and"):
            parts.append(self.opposite())
        return Call("and", tuple(parts)) if len(parts) > 1 else parts[0]

    def opposite(self) -> Expression:
        if self.took("not"):
            return self.deeper(lambda: Call("not", (self.opposite(),)))
        return self.relation()

    def relation(self) -> Expression:
        left = self.sum()
        sign = self.took(*_RELATIONS)
        if not sign:
            return left
        found = Call(_RELATIONS[sign], (left, self.sum()))
        if self.next in _RELATIONS:
            raise FormulaError(f"a chain of comparisons in '{_short(self.text)}'", "comparisons joined by && or 'and'")
        return found

    def sum(self) -> Expression:
        terms = [self.product()]
        while sign := self.took("+", "-"):
            term = self.product()
            terms.append(term if sign == "+" else negative(term))
        return plus(*terms)

    def product(self) -> Expression:
        factors = [self.signed()]
        while sign := self.took("*", "/"):
            factor = self.signed()
            factors = [*factors, factor] if sign == "*" else [Call("divide", (_product(factors), factor))]
        return _product(factors)

    def signed(self) -> Expression:
        if sign := self.took("-", "+", "!"):
            operand = self.deeper(self.signed)
            return operand if sign == "+" else Call("not", (operand,)) if sign == "!" else negative(operand)
        return self.power()

    def power(self) -> Expression:
        base = self.operand()
        if not self.took("^", "**"):
            return base
        return Call("power", (base, self.deeper(self.signed)))

    def operand(self) -> Expression:
        token = self.next
        if self.took("("):
            found = self.deeper(self.alternatives)
            self.expect(")")
            return found
        if not token or not (token[0].isalnum() or token[0] in "._"):
            raise FormulaError(f"'{token or 'the end'}' in '{_short(self.text)}'", "a number, a name, or '('")
        self.at += 1
        if token[0].isdigit() or token[0] == ".":
            return Number(float(token))
        if self.took("("):
            return self.call(token)
        return Number(self.constants[token]) if token in self.constants else Name(token)

    def call(self, name: str) -> Expression:
        arguments = [] if self.next == ")" else [self.deeper(self.alternatives)]
        while arguments and self.took(","):
            arguments.append(self.deeper(self.alternatives))
        self.expect(")")
        if name not in self.functions:
            raise FormulaError(f"the function '{name}'", ", ".join(sorted(self.functions)))
        try:
            return self.functions[name](*arguments)
        except TypeError:
            found = f"'{name}' of {len(arguments)} values in '{_short(self.text)}'"
            raise FormulaError(found, "as many values as the function has") from None

    def deeper(self, part: Callable[[], Expression]) -> Expression:
        self.depth += 1
        if self.depth > DEEPEST:
            raise FormulaError(
                f"'{_short(self.text)}'", f"at most {DEEPEST} parentheses, signs and powers in each other"
            )
        found = part()
        self.depth -= 1
        return found


def levels_of(expression: Expression) -> int:
    """The operations, one inside the other, of a tree of any depth."""
    levels, row = -1, [expression]
    while row:
        levels += 1
        row = list({id(a): a for call in row if isinstance(call, Call) for a in call.arguments}.values())
    return levels


def _product(factors: list[Expression]) -> Expression:
    return Call("times", tuple(factors)) if len(factors) > 1 else factors[0]


def _tokens(text: str) -> list[str]:
    found, at, end = [], 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise FormulaError(
                f"'{_short(text[at:].strip())}' in '{_short(text)}'", "numbers, names, + - * / ^ ( ) and comparisons"
            )
        found.append(match[0].strip())
        at = match.end()
    return found


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


def _one(function: str) -> Function:
    return lambda x: Call(function, (x,))


def logarithm(base: Expression, x: Expression) -> Expression:
    """The logarithm to a base."""
    return divided(Call("ln", (x,)), Call("ln", (base,)))


COMMON: dict[str, Function] = {
    **{name: _one(name) for name in ("exp", "abs", "sin", "cos", "tan", "sinh", "cosh", "tanh")},
    **{f"a{name}": _one(f"arc{name}") for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "ln": _one("ln"),
    "log10": lambda x: logarithm(Number(10.0), x),
    "log2": lambda x: logarithm(Number(2.0), x),
    "sqrt": lambda x: Call("power", (x, Number(0.5))),
    "min": lambda first, *others: Call("min", (first, *others)),
    "max": lambda first, *others: Call("max", (first, *others)),
}
"""Functions that mean the same in every such text."""
