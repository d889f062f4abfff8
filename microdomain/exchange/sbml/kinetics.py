"""Kinetic laws as products: mass action is recognized, and reversible laws are split at their difference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from microdomain.exchange.expressions import Call, Expression, Name, Number, divided, negative, plus, times


@dataclass(frozen=True)
class Product:
    """number * product of name^power; what is no name is a factor too."""

    number: float
    powers: dict[Expression, int]

    def expression(self) -> Expression:
        """The product, with its divisors under one line."""
        above = [_power(factor, n) for factor, n in self.powers.items() if n > 0]
        below = [_power(factor, -n) for factor, n in self.powers.items() if n < 0]
        return divided(times(self.number, *above), times(*below))


def product(expression: Expression) -> Product:
    """An expression as a product of powers of names, numbers and of whatever else it is made of."""
    powers: dict[Expression, int] = {}
    number = _gather(expression, 1, powers)
    return Product(number, {factor: n for factor, n in powers.items() if n})


def _gather(expression: Expression, n: int, powers: dict[Expression, int]) -> float:
    """Collect the factors of expression^n; the number among them is returned."""
    if isinstance(expression, Number) and (expression.value or n > 0):
        return float(expression.value**n)
    if isinstance(expression, Call):
        arguments = expression.arguments
        if expression.function == "times":
            return _product_of(_gather(a, n, powers) for a in arguments)
        if expression.function == "divide":
            return _gather(arguments[0], n, powers) * _gather(arguments[1], -n, powers)
        if expression.function == "minus" and len(arguments) == 1:
            return (-1.0) ** n * _gather(arguments[0], n, powers)
        if expression.function in ("plus", "times") and len(arguments) == 1:
            return _gather(arguments[0], n, powers)
        if expression.function == "power" and isinstance(arguments[1], Number):
            exponent = arguments[1].value
            if exponent.is_integer() and abs(exponent) <= 100:
                return _gather(arguments[0], n * int(exponent), powers)
    powers[expression] = powers.get(expression, 0) + n
    return 1.0


def _product_of(numbers: Iterable[float]) -> float:
    found = 1.0
    for number in numbers:
        found *= number
    return found


def _power(factor: Expression, n: int) -> Expression:
    return factor if n == 1 else Call("power", (factor, Number(float(n))))


def signed_terms(expression: Expression) -> list[tuple[float, Expression]]:
    """The terms of a sum with their signs.

    A product is multiplied out where one factor alone is a sum, and no number stands in it: k (1 - G) is how often
    something that is there once appears, and no difference of two directions.
    """
    if not isinstance(expression, Call):
        return [(1.0, expression)]
    arguments = expression.arguments
    if expression.function == "plus" and arguments:
        return [term for a in arguments for term in signed_terms(a)]
    if expression.function == "minus":
        first = signed_terms(arguments[0])
        if len(arguments) == 1:
            return [(-sign, term) for sign, term in first]
        return [*first, *((-sign, term) for sign, term in signed_terms(arguments[1]))]
    if expression.function == "divide":
        return [(sign, divided(term, arguments[1])) for sign, term in signed_terms(arguments[0])]
    if expression.function == "times":
        terms = [signed_terms(a) for a in arguments]
        sums = [i for i, found in enumerate(terms) if len(found) > 1]
        if len(sums) == 1 and any(isinstance(term, Number) for _, term in terms[sums[0]]):
            return [(1.0, expression)]
        if len(sums) == 1:
            i = sums[0]
            sign = _product_of(found[0][0] for j, found in enumerate(terms) if j != i)
            before, after = ([found[0][1] for found in part] for part in (terms[:i], terms[i + 1 :]))
            return [(sign * s, times(*before, term, *after)) for s, term in terms[i]]
        if not sums:
            return [(_product_of(found[0][0] for found in terms), times(*(found[0][1] for found in terms)))]
    return [(1.0, expression)]


def split(
    expression: Expression, reactants: Mapping[str, float], products: Mapping[str, float]
) -> tuple[Expression, Expression] | None:
    """The forward and the backward rate of a net rate, or None where it is no difference of the two.

    reactants, products: stoichiometry by the model's names of species. Every term that is added must vanish with each
    reactant, every one that is taken away with each product, and to its order where it stands on both sides: neither
    P (P - 1) nor, in 2 X -> 3 X, X (X - 1) is a difference of two directions. Of catalysts as many stand on both sides;
    a rate need not depend on them.
    """
    terms = signed_terms(expression)
    catalysts = {s for s, n in reactants.items() if products.get(s) == n}
    needed = {1.0: set(reactants) - catalysts, -1.0: set(products) - catalysts}
    both = needed[1.0] & needed[-1.0]
    orders = {sign: {s: n for s, n in side.items() if s in both} for sign, side in ((1.0, reactants), (-1.0, products))}
    groups: dict[float, list[Expression]] = {1.0: [], -1.0: []}
    for sign, term in terms:
        found = product(term)
        sign = -sign if found.number < 0 else sign
        present = {f.name for f, n in found.powers.items() if isinstance(f, Name) and n >= orders[sign].get(f.name, 1)}
        if not needed[sign] <= present or present & (needed[-sign] - needed[sign]):
            return None
        groups[sign].append(negative(term) if found.number < 0 else term)
    if not groups[1.0] or not groups[-1.0]:
        return None
    return plus(*groups[1.0]), plus(*groups[-1.0])
