"""The functions of rate laws, read four ways: numbers and arrays, units, symbols, and the text for the compiler."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pint
import pytest
import scipy.special
import sympy

from mechanisms import maths
from mechanisms.law import RateLaw, rate_law
from mechanisms.recorder import record
from mechanisms.units import registry

# By name: what numpy computes, the points to compare at, and the law that calls the function.
CASES: dict[str, tuple[Callable[..., Any], list[tuple[float, ...]]]] = {
    "exp": (np.exp, [(-3.0,), (0.0,), (2.5,)]),
    "expm1": (np.expm1, [(-3.0,), (1e-9,), (2.5,)]),
    "log": (np.log, [(1e-3,), (1.0,), (7.5,)]),
    "log1p": (np.log1p, [(-0.5,), (1e-9,), (7.5,)]),
    "sqrt": (np.sqrt, [(0.0,), (1e-3,), (7.5,)]),
    "sin": (np.sin, [(-2.0,), (0.0,), (1.0,)]),
    "cos": (np.cos, [(-2.0,), (0.0,), (1.0,)]),
    "tan": (np.tan, [(-1.2,), (0.0,), (1.0,)]),
    "asin": (np.arcsin, [(-0.9,), (0.0,), (1.0,)]),
    "acos": (np.arccos, [(-0.9,), (0.0,), (1.0,)]),
    "atan": (np.arctan, [(-2.0,), (0.0,), (1.0,)]),
    "sinh": (np.sinh, [(-2.0,), (0.0,), (1.0,)]),
    "cosh": (np.cosh, [(-2.0,), (0.0,), (1.0,)]),
    "tanh": (np.tanh, [(-2.0,), (0.0,), (1.0,)]),
    "asinh": (np.arcsinh, [(-2.0,), (0.0,), (1.0,)]),
    "acosh": (np.arccosh, [(1.0,), (1.5,), (20.0,)]),
    "atanh": (np.arctanh, [(-0.9,), (0.0,), (0.5,)]),
    "gamma": (scipy.special.gamma, [(-1.5,), (0.5,), (5.0,)]),
    "floor": (np.floor, [(-1.5,), (2.0,), (2.7,)]),
    "ceiling": (np.ceil, [(-1.5,), (2.0,), (2.3,)]),
    "equal": (lambda a, b: np.where(a == b, 1.0, 0.0), [(1.0, 2.0), (2.0, 2.0)]),
    "both": (lambda a, b: np.where((a > 1) & (b > 1), 1.0, 0.0), [(1.0, 2.0), (2.0, 1.0), (1.0, 1.0), (2.0, 2.0)]),
    "either": (lambda a, b: np.where((a > 1) | (b > 1), 1.0, 0.0), [(1.0, 2.0), (2.0, 1.0), (1.0, 1.0), (2.0, 2.0)]),
    "opposite": (lambda a, b: np.where(a > b, 0.0, 1.0), [(1.0, 2.0), (2.0, 1.0), (1.0, 1.0)]),
    "minimum": (np.minimum, [(1.0, 2.0), (2.0, 1.0), (-1.5, -1.5)]),
    "maximum": (np.maximum, [(1.0, 2.0), (2.0, 1.0), (-1.5, -1.5)]),
    "where": (lambda a, b: np.where(a > b, a**2, b), [(1.0, 2.0), (3.0, 1.0), (-1.5, -1.5)]),
    "choose": (lambda a, b: np.where(a > b, a**2, b), [(1.0, 2.0), (3.0, 1.0), (-1.5, -1.5)]),
}


def law_of(name: str) -> RateLaw:
    function = getattr(maths, name)
    if name == "where":
        return rate_law(a="1", b="1", returns="1")(lambda a, b: function(a > b, a**2, b))
    if name == "choose":
        return rate_law(a="1", b="1", returns="1")(lambda a, b: function(a > b, lambda: a**2, lambda: b))
    if name in ("both", "either"):
        return rate_law(a="1", b="1", returns="1")(lambda a, b: maths.where(function(a > 1.0, b > 1.0), 1.0, 0.0))
    if name == "equal":
        return rate_law(a="1", b="1", returns="1")(lambda a, b: maths.where(function(a, b), 1.0, 0.0))
    if name == "opposite":
        return rate_law(a="1", b="1", returns="1")(lambda a, b: maths.where(function(a > b), 1.0, 0.0))
    if len(CASES[name][1][0]) == 2:
        return RateLaw(function, (("a", "1"), ("b", "1")), "1")
    return RateLaw(function, (("x", "1"),), "1")


def executed(law: RateLaw, *values: float) -> Any:
    """What the recorded text of a law computes."""
    found = record(law)
    names = {"math": math, **dict(zip(law.names, values, strict=True))}
    exec("\n".join(found.statements), names)
    return eval(found.result, names)


def test_every_function_is_tested_here() -> None:
    assert set(CASES) == set(maths.FUNCTIONS)


@pytest.mark.parametrize("name", CASES)
def test_readings_agree(name: str) -> None:
    """Floats, arrays, SymPy and the recorded text give what numpy gives."""
    expected, points = CASES[name]
    law = law_of(name)
    expression = law.expression()
    for values in points:
        wanted = pytest.approx(float(expected(*values)), rel=1e-13, abs=1e-15)
        assert law(*values) == wanted
        assert law(*map(np.float64, values)) == wanted
        assert executed(law, *values) == wanted
        exact = dict(zip(map(sympy.Symbol, law.names), map(sympy.Rational, values), strict=True))
        exact = {sympy.Symbol(symbol.name, real=True): value for symbol, value in exact.items()}
        assert float(expression.subs(exact).evalf(30)) == wanted
    columns = np.array(points).T
    np.testing.assert_allclose(law(*columns), expected(*columns), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("name", CASES)
def test_whole_numbers_are_numbers(name: str) -> None:
    """An int where a float could stand, as a parameter or a constant of a law."""
    expected, _ = CASES[name]
    law = law_of(name)
    values = (0,) if name in ("asin", "acos", "atanh") else (2, 1)[: len(law.names)]
    assert law(*values) == pytest.approx(float(expected(*map(float, values))), rel=1e-15)


@pytest.mark.parametrize("name", ["expm1", "log1p"])
def test_accuracy_near_zero_survives_recording(name: str) -> None:
    """exp(x) - 1 would be wrong in the eighth digit."""
    assert executed(law_of(name), 1e-9) == pytest.approx(1e-9 * (1.0 + (0.5e-9 if name == "expm1" else -0.5e-9)), 1e-15)


@pytest.mark.parametrize("name", ["exp", "expm1", "log", "log1p", "sin", "cos", "tanh"])
def test_pure_functions_need_pure_numbers(name: str) -> None:
    function, quantity = getattr(maths, name), registry().Quantity
    ratio = function(quantity(500.0, "nM") / quantity(1.0, "uM"))
    assert ratio.to("").magnitude == pytest.approx(float(CASES[name][0](0.5)), rel=1e-13)
    with pytest.raises(pint.DimensionalityError):
        function(quantity(0.5, "uM"))


def test_the_root_of_a_unit() -> None:
    root = maths.sqrt(registry().Quantity(4.0, "uM^2"))
    assert root.to("uM").magnitude == pytest.approx(2.0)


@pytest.mark.parametrize(("name", "expected"), [("minimum", 0.5), ("maximum", 1.0)])
def test_the_smaller_and_larger_keep_their_unit(name: str, expected: float) -> None:
    """Compared as quantities: 500 nM is less than 1 uM, although 500 is more than 1."""
    quantity = registry().Quantity
    found = getattr(maths, name)(quantity(500.0, "nM"), quantity(1.0, "uM"))
    assert found.to("uM").magnitude == pytest.approx(expected)
    with pytest.raises(pint.DimensionalityError):
        getattr(maths, name)(quantity(500.0, "nM"), quantity(1.0, "mV"))


@pytest.mark.parametrize("condition", [True, False])
def test_both_branches_must_have_one_unit(condition: bool) -> None:
    """Also the branch that is not taken, so that a law is wrong or right at every state."""
    quantity = registry().Quantity
    with pytest.raises(pint.DimensionalityError):
        maths.where(condition, quantity(1.0, "uM"), quantity(1.0, "s"))
    found = maths.where(condition, quantity(1.0, "uM"), quantity(500.0, "nM"))
    assert found.to("uM").magnitude == pytest.approx(1.0 if condition else 0.5)


@pytest.mark.parametrize("condition", [True, False])
def test_both_choices_must_have_one_unit(condition: bool) -> None:
    quantity = registry().Quantity
    with pytest.raises(pint.DimensionalityError):
        maths.choose(condition, lambda: quantity(1.0, "uM"), lambda: quantity(1.0, "s"))
    found = maths.choose(condition, lambda: quantity(1.0, "uM"), lambda: quantity(500.0, "nM"))
    assert found.to("uM").magnitude == pytest.approx(1.0 if condition else 0.5)


def test_what_is_not_chosen_is_not_computed() -> None:
    """A law may so stay clear of a logarithm of 0, by numbers and in its recorded text."""
    law = rate_law(x="1", returns="1")(lambda x: maths.choose(x > 0, lambda: maths.log(x), lambda: -1.0))
    assert law(0.0) == executed(law, 0.0) == -1.0
    assert law(2.0) == executed(law, 2.0) == math.log(2.0)


def test_choices_within_choices() -> None:
    """Each with statements of its own, and values from outside used within."""

    def steps(x: Any) -> Any:
        twice = 2 * x
        inner = maths.choose(x > 1, lambda: maths.choose(x > 2, lambda: twice * x, lambda: twice + x), lambda: -twice)
        return inner + maths.choose(twice > 3, lambda: maths.exp(-x), lambda: inner)

    law = rate_law(x="1", returns="1")(steps)
    expected = {0.5: -2.0, 1.25: 7.5, 1.75: 5.25 + math.exp(-1.75), 2.5: 12.5 + math.exp(-2.5)}
    slope = sympy.diff(law.expression(), sympy.Symbol("x", real=True))
    for x, wanted in expected.items():
        assert law(x) == executed(law, x) == pytest.approx(wanted, rel=1e-15)
        assert float(law.expression().subs(law.expression().free_symbols.pop(), x)) == pytest.approx(wanted)
    assert float(slope.subs(sympy.Symbol("x", real=True), 1.25)) == pytest.approx(6.0)
    np.testing.assert_allclose(law(np.array(list(expected))), list(expected.values()), rtol=1e-15)


def test_derivatives_of_a_branch() -> None:
    x = sympy.Symbol("x", real=True)
    law = rate_law(x="1", returns="1")(lambda x: maths.where(x > 1.0, x**2, 2.0 * x - 1.0))
    slope = sympy.diff(law.expression(), x)
    assert float(slope.subs(x, 3.0)) == pytest.approx(6.0)
    assert float(slope.subs(x, 0.5)) == pytest.approx(2.0)
