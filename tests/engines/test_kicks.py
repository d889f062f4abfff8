"""Halves of a step of leaps and diffusions, and what is kept of one that ends early."""

import numpy as np
import pytest
from numba import njit
from scipy.stats import kstest, norm, poisson

from engines.hybrid import Hybrid
from engines.loops.kicks import kick, thin
from engines.loops.pointer import pointers
from engines.loops.switching import begin_readings
from engines.seeds import seed_words
from tests.reference import chi_square, closed

RATE, LENGTH, PART = 500.0, 0.2, 0.3


@njit
def kept_extents(n, y, parts, scratch, seed, rate, length, part):
    """n times the extent of the first reaction after ``length``, of which a part is kept; and the last of y."""
    _, noisy, partition, mode, _ = pointers(parts)
    scratch = pointers(scratch)
    a, b, c, d = seed[0], seed[1], seed[2], seed[3]
    begin_readings(noisy, partition, mode, scratch.a)
    found, changed = np.empty(n), np.empty(n)
    scratch.b[0] = rate
    for i in range(n):
        before = y[0]
        _, a, b, c, d = kick(length, scratch.b, scratch.extents, y, noisy, partition, mode, scratch, a, b, c, d)
        _, a, b, c, d = thin(part, length, y, noisy, partition, mode, scratch, a, b, c, d)
        found[i], changed[i] = scratch.extents[0], y[0] - before
        y[0] = before
    return found, changed


@pytest.mark.parametrize("reading", ["leap", "diffusion", "jump or flow"])
def test_a_part_of_a_step_has_its_own_law(reading: str) -> None:
    """Births at 500/s: after 0.06 s of 0.2, Poisson or normal of mean and variance 30, or 30; false alarm 1e-4 each.

    Seen to fail: a bridge without noise (variance 9); the part itself, rounded, of a leap.
    """
    model = closed("births", {"A": 1e6}, ("0 -> A", RATE))
    run = Hybrid(reading).prepare(model.network(), 0.0, 1.0)
    start, _, parts, _, scratch = run.shared
    if reading == "jump or flow":
        parts[2].adaptive[:] = 0
    seed = seed_words(1, np.array([0]))[0]
    found, changed = kept_extents(20_000, start[0].copy(), parts, scratch, seed, RATE, LENGTH, PART)
    assert changed == pytest.approx(found, abs=1e-6)
    mean = RATE * LENGTH * PART
    if reading == "leap":
        assert chi_square(found, poisson.pmf(np.arange(120), mean)) > 1e-4
    elif reading == "diffusion":
        assert kstest((found - mean) / np.sqrt(mean), norm.cdf).pvalue > 1e-4
    else:
        assert found == pytest.approx(mean)
