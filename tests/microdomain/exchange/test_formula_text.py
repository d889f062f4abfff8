"""Formulas as text: what binds first, and what is refused."""

import math

import pytest

from microdomain.exchange.formula import number
from microdomain.exchange.formula_text import COMMON, FormulaError, read_formula

VALUES = {"a": 2.0, "b": 3.0, "x_1": 5.0}


def value(text):
    return float(number(read_formula(text, COMMON, {"_pi": math.pi}), VALUES))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-2^2", -4.0),
        ("2^-1", 0.5),
        ("2^3^2", 512.0),
        ("2**3**2", 512.0),
        ("(2^3)^2", 64.0),
        ("-a^b*2", -16.0),
        ("8/4/2", 1.0),
        ("8/4*2", 4.0),
        ("8/(4*2)", 1.0),
        ("10 - 4 - 3", 3.0),
        ("10 - (4 - 3)", 9.0),
        ("1 - -1", 2.0),
        ("+a + +b", 5.0),
        (".5e1 + 1.E-1*5", 5.5),
        ("x_1*_pi", 5 * math.pi),
        ("1 + 2 < 4", 1.0),
        ("a == 2 && b != 3", 0.0),
        ("a == 2 || b != 3 && 0", 1.0),
        ("(a == 2 || b != 3) && 0", 0.0),
        ("not a == 3 and b >= 3", 1.0),
        ("!(a > 1)", 0.0),
        ("!0 == 1", 1.0),
        ("a ~= b", 1.0),
        ("ln(exp(1)) + log10(100) + log2(8)", 6.0),
        ("min(3, a, b) + max(1, a)", 4.0),
        ("sqrt(abs(-4))", 2.0),
        ("1/0", math.inf),
        ("1e999", math.inf),
    ],
)
def test_what_binds_first(text, expected):
    assert value(text) == pytest.approx(expected, abs=1e-14)


def test_a_long_sum_is_no_deep_tree():
    assert value(" + ".join(["a"] * 5000) + " - b" * 5000) == -5000.0


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "'the end' in ''"),
        ("2 *", "'the end'"),
        ("(a", "'the end'"),
        ("a b", "'b' in 'a b'"),
        ("a $ b", r"'\$ b'"),
        ("f(a)", "the function 'f'; allowed: abs, "),
        ("sin(a, b)", "'sin' of 2 values"),
        ("max()", "'max' of 0 values"),
        ("a < b < 3", "a chain of comparisons"),
        ("*a", r"'\*'"),
        ("1/" * 200 + "1", "at most 100 operations"),
        ("(" * 60 + "1" + ")" * 60, "at most 50 parentheses"),
        ("-" * 5000 + "1", "at most 50 parentheses"),
        ("not " * 5000 + "1", "at most 50 parentheses"),
        ("2^" * 5000 + "1", "at most 50 parentheses"),
    ],
)
def test_what_is_no_formula_says_where(text, part):
    with pytest.raises(FormulaError, match=part):
        value(text)
