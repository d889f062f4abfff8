"""The exponential of compiled laws, against mpmath."""

import math

import mpmath
import numpy as np
import pytest
from numba import njit

from engines.kernel import loops

exp = loops("exponential").exp


@njit
def of_all(x, out):
    for i in range(len(x)):
        out[i] = exp(x[i])


def ours(x: np.ndarray) -> np.ndarray:
    out = np.empty_like(x)
    of_all(x, out)
    return out


def exact(x: float) -> mpmath.mpf:
    return mpmath.exp(mpmath.mpf(x))


def test_it_is_right_to_the_last_place() -> None:
    """Within 0.52 units of the last place over all normal results, and within 1 where they are subnormal.

    At random, near 0, and beside the middle between two entries of the table, where the remainder is largest. Seen to
    fail: four terms of the series; a table without what rounding has taken from it.
    """
    rng = np.random.default_rng(1)
    edges = (np.arange(-130_000, 130_000, 97) + 0.5) * math.log(2) / 128
    x = np.concatenate([rng.uniform(-745, 709.7, 4000), rng.normal(size=4000), 1e-9 * rng.normal(size=100), edges])
    with mpmath.workdps(40):
        for one, found in zip(x, ours(x), strict=True):
            right = exact(one)
            unit = math.ulp(float(right))
            assert abs(mpmath.mpf(found) - right) <= (0.52 if one > -708.3 else 1.0) * unit


@pytest.mark.parametrize(
    ("x", "right"),
    [
        (0.0, 1.0),
        (-0.0, 1.0),
        (5e-324, 1.0),
        (-5e-324, 1.0),
        (1e-300, 1.0),
        (709.782712893384, 1.797693134862273e308),
        (709.7827128933841, math.inf),
        (799.9, math.inf),
        (1e308, math.inf),
        (math.inf, math.inf),
        (-745.1332191019411, 5e-324),
        (-745.1332191019412, 0.0),
        (-1e308, 0.0),
        (-math.inf, 0.0),
    ],
)
def test_the_ends_of_its_range(x: float, right: float) -> None:
    assert ours(np.array([x]))[0] == pytest.approx(right, rel=1e-15, abs=0)


def test_what_is_no_number_stays_none() -> None:
    assert np.isnan(ours(np.array([math.nan]))).all()
