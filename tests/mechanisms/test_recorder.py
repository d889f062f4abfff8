"""The text of a law: complete, so that every edit changes it, and helpful where a law cannot be written down."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mechanisms import maths
from mechanisms.law import RateLaw, rate_law
from mechanisms.recorder import Record, record

LAW = """
from mechanisms.law import rate_law

EXPONENT = 2
SCALE = 1.5

@rate_law(x="1", returns="1")
def law(x):
    return SCALE * occupancy(x) ** EXPONENT
"""
HELPER = """
OFFSET = 1.0

def occupancy(x):
    return x / (OFFSET + x)
"""


def recorded(text: str, helper: str) -> Record:
    """The record of ``law`` in a module whose helper functions are in another one."""
    other: dict[str, Any] = {}
    exec(helper, other)
    names = {"occupancy": other["occupancy"]}
    exec(text, names)
    return record(names["law"])


def of(function: Callable[[Any], Any]) -> RateLaw:
    return rate_law(x="1", returns="1")(function)


def value(law: RateLaw, x: float) -> Any:
    """What the text of a law of one argument computes."""
    found = record(law)
    names: dict[str, Any] = {"math": math, "x": x}
    exec("\n".join(found.statements), names)
    return eval(found.result, names)


def test_the_text_is_the_law_in_straight_lines() -> None:
    found = record(rate_law(ca="uM", half="uM", returns="1")(lambda ca, half: ca**2 / (half**2 + ca**2)))
    assert found == Record(("_0 = ca ** 2", "_1 = half ** 2", "_2 = ca ** 2", "_3 = _1 + _2", "_4 = _0 / _3"), "_4")


def test_a_prefix_keeps_the_names_of_two_laws_apart() -> None:
    law = of(lambda x: maths.exp(x) + 1.0)
    assert record(law, "a_") == Record(("a__0 = math.exp(a_x)", "a__1 = a__0 + 1.0"), "a__1")


@pytest.mark.parametrize(
    ("what", "old", "new"),
    [
        ("a constant of the module", "SCALE = 1.5", "SCALE = 1.25"),
        ("an exponent", "EXPONENT = 2", "EXPONENT = 3"),
        ("the law", "SCALE * occ", "SCALE + occ"),
        ("a helper function in another module", "x / (OFFSET + x)", "x / (OFFSET - x)"),
        ("a constant of another module", "OFFSET = 1.0", "OFFSET = 1.0000000000000002"),
    ],
)
def test_an_edit_of_anything_changes_the_text(what: str, old: str, new: str) -> None:
    assert recorded(LAW, HELPER) == recorded(LAW, HELPER)
    assert recorded(LAW.replace(old, new), HELPER.replace(old, new)) != recorded(LAW, HELPER), what


@pytest.mark.parametrize(
    "law",
    [
        of(lambda x: 2.0 - x),
        of(lambda x: 2.0 / x - x / 3),
        of(lambda x: x - -1.5),
        of(lambda x: -(x**2) + abs(x - 5.0) + +x),
        of(lambda x: x**-2 + x**0.5 + 2**x),
        of(lambda x: maths.where(x >= 2.0, x * (x - 1.0), 0.0)),
        of(lambda x: maths.where(x > 1.0, maths.minimum(x, 1.5), maths.maximum(x, -1.0)) * maths.log1p(x)),
        of(lambda x: np.float64(2.5) * x),
        of(lambda x: 3.0),
    ],
)
@pytest.mark.parametrize("x", [0.25, 1.0, 2.0, 7.0])
def test_the_text_computes_what_the_law_computes(law: RateLaw, x: float) -> None:
    assert value(law, x) == pytest.approx(law(x), rel=1e-15)


def test_a_negative_base_keeps_its_sign_inside_the_power() -> None:
    """Python reads "-2.0 ** x" as -(2.0 ** x): the text needs parentheses."""
    assert value(of(lambda x: (-2.0) ** x), 2.0) == 4.0


def test_a_constant_may_be_infinite() -> None:
    """ "inf" is no name that compiled code knows."""
    assert value(of(lambda x: maths.minimum(x, math.inf)), 2.0) == 2.0


def branch(x: Any) -> Any:
    if x > 1:
        return x
    return 2 * x


def equality(x: Any) -> Any:
    if x == 0:
        return 1.0
    return maths.expm1(x) / x


def inequality(x: Any) -> Any:
    return maths.expm1(x) / x if x != 0 else 1.0


@pytest.mark.parametrize(
    "function",
    [
        branch,
        lambda x: min(x, 1.0),
        lambda x: 0.0 < x < 1.0,
        lambda x: 1.0 * (x and 1.0),
        lambda x: x if x else 1.0,
        equality,
        inequality,
    ],
    ids=["if", "min", "chain", "and", "truth", "equality", "inequality"],
)
def test_a_branch_on_a_value_is_refused(function: Callable[[Any], Any]) -> None:
    """One recorded path would be compiled for all values; "==" and "!=" are such branches as well."""
    with pytest.raises(TypeError, match=r"rate law '.*': it branches on a value; a law may use .*where\(\.\.\.\)"):
        record(of(function))


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: math.exp(x) + 1.0, "it turns an argument into a number"),
        (lambda x: 2.0 * float(x), "it turns an argument into a number"),
        (lambda x: np.exp(x) + 1.0, "no callable exp method"),
        (lambda x: x % 2, "unsupported operand"),
        (lambda x: [x * i for i in range(x)], "cannot be interpreted as an integer"),
        (lambda x: x.sqrt(), "sqrt"),
        (lambda x: x[0], "not subscriptable"),
        (lambda x: None, "None"),
        (lambda x: np.array([1.0, 2.0]) * x, ""),
    ],
    ids=["math.exp", "float", "np.exp", "modulo", "range", "attribute", "index", "no return", "array"],
)
def test_what_has_no_text_is_refused_with_the_law_and_what_it_may_use(
    function: Callable[[Any], Any], message: str
) -> None:
    allowed = r"a law may use arithmetic, comparisons and the functions of mechanisms\.maths"
    with pytest.raises(TypeError, match=f"rate law '<lambda>': .*{message}.*; {allowed}"):
        record(of(function))


@pytest.mark.parametrize("name", maths.FUNCTIONS)
def test_every_function_of_maths_has_a_text(name: str) -> None:
    arguments = {"where": 3, **dict.fromkeys(("minimum", "maximum", "equal", "both", "either"), 2)}

    def law(x: Any) -> Any:
        if name == "choose":
            return maths.choose(x > 1, lambda: x, lambda: 2 * x)
        return getattr(maths, name)(*[x] * arguments.get(name, 1))

    assert record(of(law)).statements


def test_a_choice_is_a_branch_of_the_text() -> None:
    """Unlike ``where``; the two ways leave the value in one name, and statements within are indented."""
    law = of(lambda x: 1.0 + maths.choose(x > 1, lambda: maths.log(x), lambda: 0.0))
    lines = ("_0 = x > 1.0", "if _0:", "    _2 = math.log(x)", "    _1 = _2", "else:", "    _1 = 0.0")
    assert record(law) == Record((*lines, "_6 = 1.0 + _1"), "_6")


def test_an_edit_of_either_choice_changes_the_text() -> None:
    def law(a: float, b: float) -> RateLaw:
        return of(lambda x: maths.choose(x > 1, lambda: a * x, lambda: b * x))

    assert len({record(law(a, b)) for a, b in ((1, 2), (1, 3), (4, 2))}) == 3


def test_the_text_is_without_the_name_of_the_law() -> None:
    """A law that is renamed is the same law."""

    def first(x: Any) -> Any:
        return 2.0 * x

    def second(x: Any) -> Any:
        return 2.0 * x

    assert record(of(first)) == record(of(second))
