"""The rates of BioNetGen that are no products of counts: Sat, MM and Hill, in events per second."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from microdomain.exchange.expressions import Call, Expression, Name, Number, divided, negative, plus, times

Rate = Callable[[Sequence[Expression], Sequence[Expression]], Expression]
"""A rate from its constants and from the counts of the reactants."""


@dataclass(frozen=True)
class RateType:
    """A rate, how many constants and reactants it takes, and that in words."""

    rate: Rate
    constants: tuple[int, ...]
    reactants: tuple[int, ...]
    needs: str

    def fits(self, constants: int, counts: Sequence[Name]) -> bool:
        """Whether there are as many constants and different reactants as are needed."""
        fitting = constants in self.constants and len(counts) in self.reactants
        return (
            fitting
            and len(set(counts)) == len(counts)
            and (self.rate is not saturating or constants <= 1 + len(counts))
        )


def saturating(constants: Sequence[Expression], counts: Sequence[Expression]) -> Expression:
    """k A B / ((K_1 + A) (K_2 + B)), with as many factors below as constants are given."""
    below = [plus(half, count) for half, count in zip(constants[1:], counts, strict=False)]
    return divided(times(constants[0], *counts), times(*below))


def michaelis_menten(constants: Sequence[Expression], counts: Sequence[Expression]) -> Expression:
    """k E S / (K + S), with S the substrate that is not bound: (b + sqrt(b^2 + 4 K S_0)) / 2, b = S_0 - E - K."""
    (k, half), (substrate, enzyme) = constants, counts
    b = plus(substrate, negative(enzyme), negative(half))
    root = Call("power", (plus(Call("power", (b, Number(2.0))), times(4.0, half, substrate)), Number(0.5)))
    free = times(0.5, plus(b, root))
    return divided(times(k, enzyme, free), plus(half, free))


def hill(constants: Sequence[Expression], counts: Sequence[Expression]) -> Expression:
    """k A^h / (K^h + A^h) times the counts of all other reactants."""
    k, half, exponent = constants
    first = Call("power", (counts[0], exponent))
    return times(k, divided(first, plus(Call("power", (half, exponent)), first)), *counts[1:])


RATE_TYPES = {
    "Sat": RateType(
        saturating, (1, 2, 3, 4), (1, 2, 3), "k and a constant for each of some reactants, which are different"
    ),
    "MM": RateType(michaelis_menten, (2,), (2,), "kcat and Km, and a substrate and an enzyme, which are different"),
    "Hill": RateType(hill, (3,), (1, 2, 3), "k, K and the exponent, and reactants, which are different"),
}
