"""The laws and units that scripts name."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import microdomain as md
from mechanisms.units import registry

third = Fraction(1, 3)
tenth = Decimal("0.1")


@md.rate_law(a="uM", v="uM/s", half="uM", returns="uM/s")
def law(a: Any, v: Any, half: Any) -> Any:
    """v a / (half + a)."""
    return v * a / (half + a)


@md.rate_law(a="uM", returns="uM")
def rate(a: Any) -> Any:
    """a."""
    return a


def quantity(value: Any, unit: str) -> Any:
    return registry().Quantity(value, unit)
