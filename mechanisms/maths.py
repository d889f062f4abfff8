"""The functions that a rate law may use.

One spelling serves every reader of a law: numbers and numpy arrays, pint quantities (dimension check), SymPy symbols
(derivatives, equations), and the recorder that writes a law down for the compiler. A recorder, like any object that
wants a say, has a method ``call(name, arguments)``.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

FUNCTIONS = (
    *("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"),
    *("asinh", "acosh", "atanh", "gamma", "floor", "ceiling", "minimum", "maximum", "equal", "both", "either"),
    *("opposite", "where", "choose"),
)
"""Every function of this file, by name."""


def exp(x: Any) -> Any:
    """e^x of a dimensionless x."""
    return _call("exp", x)


def expm1(x: Any) -> Any:
    """e^x - 1, accurate near zero."""
    return _call("expm1", x)


def log(x: Any) -> Any:
    """The natural logarithm."""
    return _call("log", x)


def log1p(x: Any) -> Any:
    """log(1 + x), accurate near zero."""
    return _call("log1p", x)


def sqrt(x: Any) -> Any:
    """The square root; the unit of x is rooted too."""
    return _call("sqrt", x)


def sin(x: Any) -> Any:
    """The sine of x in radians."""
    return _call("sin", x)


def cos(x: Any) -> Any:
    """The cosine of x in radians."""
    return _call("cos", x)


def tan(x: Any) -> Any:
    """The tangent of x in radians."""
    return _call("tan", x)


def asin(x: Any) -> Any:
    """The angle in radians, from -pi/2 to pi/2, whose sine is x."""
    return _call("asin", x)


def acos(x: Any) -> Any:
    """The angle in radians, from 0 to pi, whose cosine is x."""
    return _call("acos", x)


def atan(x: Any) -> Any:
    """The angle in radians, from -pi/2 to pi/2, whose tangent is x."""
    return _call("atan", x)


def sinh(x: Any) -> Any:
    """The hyperbolic sine."""
    return _call("sinh", x)


def cosh(x: Any) -> Any:
    """The hyperbolic cosine."""
    return _call("cosh", x)


def tanh(x: Any) -> Any:
    """The hyperbolic tangent."""
    return _call("tanh", x)


def asinh(x: Any) -> Any:
    """The number whose hyperbolic sine is x."""
    return _call("asinh", x)


def acosh(x: Any) -> Any:
    """The number, 0 or more, whose hyperbolic cosine is x."""
    return _call("acosh", x)


def atanh(x: Any) -> Any:
    """The number whose hyperbolic tangent is x."""
    return _call("atanh", x)


def gamma(x: Any) -> Any:
    """The gamma function; gamma(n + 1) is n factorial."""
    return _call("gamma", x)


def floor(x: Any) -> Any:
    """The largest whole number that is not above x."""
    return x // 1.0


def ceiling(x: Any) -> Any:
    """The smallest whole number that is not below x."""
    return -(-x // 1.0)


def minimum(a: Any, b: Any) -> Any:
    """The smaller of two values of the same unit."""
    return where(a < b, a, b)


def maximum(a: Any, b: Any) -> Any:
    """The larger of two values of the same unit."""
    return where(a > b, a, b)


def equal(a: Any, b: Any) -> Any:
    """The condition that two values are the same."""
    if _is_sympy(a, b):
        import sympy

        return sympy.Eq(a, b)
    return a == b


def both(a: Any, b: Any) -> Any:
    """The condition that two conditions hold."""
    return _logical("both", "And", np.logical_and, a, b)


def either(a: Any, b: Any) -> Any:
    """The condition that at least one of two conditions holds."""
    return _logical("either", "Or", np.logical_or, a, b)


def opposite(a: Any) -> Any:
    """The condition that a condition does not hold."""
    return _logical("opposite", "Not", np.logical_not, a)


def where(condition: Any, a: Any, b: Any) -> Any:
    """a where the condition (a comparison) holds, else b; both are evaluated, and have the same unit."""
    for x in (condition, a, b):
        if hasattr(x, "call"):
            return x.call("where", (condition, a, b))
    if _is_sympy(condition, a, b):
        import sympy

        if condition in (True, False):
            return a if condition else b
        return sympy.Piecewise((a, condition), (b, True), evaluate=False)  # SymPy's own rewriting may have no end
    if hasattr(a, "dimensionality") or hasattr(b, "dimensionality"):
        a + b  # raises where the two units differ
        return a if condition else b
    if isinstance(condition, np.ndarray):
        return np.where(condition, a, b)
    return a if condition else b


def choose(condition: Any, a: Callable[[], Any], b: Callable[[], Any]) -> Any:
    """a() where the condition (a comparison) holds, else b(): as ``where``, but only what is needed is computed."""
    if hasattr(condition, "call"):
        return condition.call("choose", (condition, a, b))
    if _is_sympy(condition) or isinstance(condition, np.ndarray):
        return where(condition, a(), b())
    found = a() if condition else b()
    return where(condition, a(), b()) if hasattr(found, "dimensionality") else found


def _logical(name: str, of_sympy: str, of_numpy: Any, *conditions: Any) -> Any:
    for x in conditions:
        if hasattr(x, "call"):
            return x.call(name, conditions)
    if _is_sympy(*conditions):
        import sympy

        return getattr(sympy, of_sympy)(*conditions)
    return of_numpy(*conditions)


def _call(name: str, x: Any) -> Any:
    if isinstance(x, (int, float)):
        return getattr(math, name)(x)
    if hasattr(x, "call"):
        return x.call(name, (x,))
    if _is_sympy(x):
        import sympy

        written = {"expm1": lambda s: sympy.exp(s) - 1, "log1p": lambda s: sympy.log(1 + s)}
        return written.get(name, getattr(sympy, name, None))(x)  # type: ignore[misc]
    if name == "gamma":
        from scipy.special import gamma as gamma_of_arrays

        return gamma_of_arrays(x)
    return getattr(np, name)(x)


def _is_sympy(*values: Any) -> bool:
    sympy = sys.modules.get("sympy")
    return sympy is not None and any(isinstance(x, sympy.Basic) for x in values)
