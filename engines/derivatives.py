"""The derivatives of rate laws, by SymPy, as compiled code."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from engines.kernel import LAW_HEAD, PREFIX, address, arguments_of, moving_laws
from mechanisms.law import RateLaw
from mechanisms.network import Network

DIFFERENCE = 1e-5
"""The step of the one derivative that is a difference."""
_GRADIENT = """@cfunc(float64(int64, floats, integers, floats, int64, floats), cache=True, error_model="numpy")
def gradient(number, y, slot, scale, first, partial):
"""


@lru_cache(maxsize=16)
def gradient_address(network: Network) -> int:
    """The address of ``gradient(number, y, slot, scale, first, partial)``; 0 where all laws are static.

    It returns the value of a law and writes its derivative by argument i to partial[i], for arguments that are bound to
    a species, conducting complexes or a quantity in some row of the network.
    """
    if not moving_laws(network):
        return 0
    wanted = _wanted(network)
    return address("gradient", f"{wanted}{Path(__file__).read_text()}", lambda: _text(network), network)


def _wanted(network: Network) -> dict[int, list[int]]:
    """By law, the arguments by which derivatives are needed."""
    first = network.arguments.start[:-1]
    found: dict[int, set[int]] = {number: set() for number in moving_laws(network)}
    for row in range(len(network.reactions) + len(network.quantities)):
        if (number := int(network.law[row])) in found:
            slots = network.arguments.index[first[row] : network.arguments.start[row + 1]]
            found[number].update(np.flatnonzero(slots < network.first_input).tolist())
    return {number: sorted(places) for number, places in found.items()}


def gradient_lines(network: Network) -> dict[int, str]:
    """By law, the statements that give its derivatives by ``partial[i] = ...``, and return its value."""
    wanted = _wanted(network)
    return {number: "\n".join(_derivatives(law, wanted[number])) for number, law in moving_laws(network).items()}


def _text(network: Network) -> str:
    lines = []
    for number, text in gradient_lines(network).items():
        law = network.laws[number]
        lines.append(f"    if number == {number}:  # {law.name}")
        lines += [f"        {line}" for line in (*arguments_of(law), *text.splitlines())]
    return LAW_HEAD + _GRADIENT + "\n".join([*lines, "    return math.nan"]) + "\n"


def _derivatives(law: RateLaw, places: list[int]) -> list[str]:
    import sympy
    from sympy.printing.precedence import PRECEDENCE
    from sympy.printing.pycode import PythonCodePrinter

    class Printer(PythonCodePrinter):  # type: ignore[misc]
        def _print_Pow(self, power: Any, rational: bool = False) -> str:
            if power.exp.is_Integer and power.exp < -1:  # as in ``mechanisms.recorder``
                return f"(1.0/{self.parenthesize(power.base, PRECEDENCE['Pow'])}**{-power.exp})"
            return str(super()._print_Pow(power, rational=rational))

    write = Printer({"fully_qualified_modules": True}).doprint
    value = law.expression(PREFIX)
    by = [sympy.Symbol(PREFIX + law.names[i], real=True) for i in places]
    wanted = [_real(found) for found in (value, *(_derivative(value, symbol) for symbol in by))]
    shared, results = sympy.cse(wanted, symbols=sympy.numbered_symbols("shared_", real=True))
    lines = [f"{symbol} = {write(expression)}" for symbol, expression in shared]
    lines += [f"partial[{i}] = {write(result)}" for i, result in zip(places, results[1:], strict=True)]
    return [*lines, f"return {write(results[0])}"]


def _derivative(value: Any, symbol: Any) -> Any:
    """The derivative where there is one: steps are flat, and x^n has n x^(n - 1) at x = 0 too, for any argument n."""
    import sympy

    class Power(sympy.Function):  # type: ignore[misc]
        """SymPy itself gives n x^n / x, which is no number at 0."""

        def fdiff(self, argindex: int = 1) -> Any:
            base, exponent = self.args
            return exponent * base ** (exponent - 1) if argindex == 1 else base**exponent * sympy.log(base)

    def as_power(part: Any) -> Any:
        return Power(*part.args)

    named = value.replace(lambda part: isinstance(part, sympy.Pow) and not part.exp.is_number, as_power)
    found = sympy.diff(named, symbol).replace(Power, sympy.Pow)
    found = found.replace(lambda part: isinstance(part, (sympy.Derivative, sympy.Subs)), lambda part: sympy.Integer(0))
    return found.replace(sympy.polygamma, _digamma)


def _real(value: Any) -> Any:
    """No number where SymPy finds a complex or infinite one, such as the logarithm of -1 or of 0."""
    import sympy

    return sympy.nan if value.has(sympy.I, sympy.zoo) else value


def _digamma(order: Any, x: Any) -> Any:
    """The derivative of log gamma, by differences: compiled code has no function for it."""
    from sympy import loggamma

    return (loggamma(x + DIFFERENCE) - loggamma(x - DIFFERENCE)) / (2 * DIFFERENCE)
