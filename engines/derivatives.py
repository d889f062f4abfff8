"""The derivatives of rate laws, by SymPy, as compiled code."""

from __future__ import annotations

from pathlib import Path

from engines.kernel import LAW_HEAD, PREFIX, address, arguments_of, moving_laws
from mechanisms.law import RateLaw
from mechanisms.network import Network

_GRADIENT = """@cfunc(float64(int64, floats, integers, floats, int64, floats), cache=True, error_model="numpy")
def gradient(number, y, slot, scale, first, partial):
"""


def gradient_address(network: Network) -> int:
    """The address of ``gradient(number, y, slot, scale, first, partial)``; 0 where all laws are static.

    It returns the value of a law and writes its derivative by argument i to partial[i].
    """
    if not moving_laws(network):
        return 0
    return address("gradient", Path(__file__).read_text(), lambda: _text(network), network)


def _text(network: Network) -> str:
    lines = []
    for number, law in moving_laws(network).items():
        lines.append(f"    if number == {number}:  # {law.name}")
        lines += [f"        {line}" for line in (*arguments_of(law), *_derivatives(law))]
    return LAW_HEAD + _GRADIENT + "\n".join([*lines, "    return math.nan"]) + "\n"


def _derivatives(law: RateLaw) -> list[str]:
    import sympy
    from sympy.printing.pycode import PythonCodePrinter

    write = PythonCodePrinter({"fully_qualified_modules": True}).doprint
    value = law.expression(PREFIX)
    wanted = [value, *(sympy.diff(value, sympy.Symbol(PREFIX + name, real=True)) for name in law.names)]
    shared, results = sympy.cse(wanted, symbols=sympy.numbered_symbols("shared_", real=True))
    lines = [f"{symbol} = {write(expression)}" for symbol, expression in shared]
    lines += [f"partial[{i}] = {write(result)}" for i, result in enumerate(results[1:])]
    return [*lines, f"return {write(results[0])}"]
