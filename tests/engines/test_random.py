"""The random numbers of the compiled loops: numpy's SFC64 bit for bit; exponentials, normals and Poisson numbers."""

import numpy as np
import pytest
from numba import njit
from scipy.stats import expon, kstest, norm
from scipy.stats import poisson as poisson_law

from engines.loops.random import (
    EDGE,
    HEIGHT,
    LAYERS,
    NORMAL_EDGE,
    NORMAL_HEIGHT,
    exponential,
    normal,
    poisson,
    uniform,
    word,
)
from engines.seeds import seed_words
from tests.reference import chi_square

ALARM = 1e-4
"""False-alarm probability of one comparison."""


@njit
def draw(kind, state, n):
    """n words (kind 0), uniform numbers (1), exponentials (2) or normals (3), one after the other."""
    a, b, c, d = state[0], state[1], state[2], state[3]
    words, numbers = np.empty(n, np.uint64), np.empty(n)
    for i in range(n):
        if kind == 0:
            words[i], a, b, c, d = word(a, b, c, d)
        elif kind == 1:
            numbers[i], a, b, c, d = uniform(a, b, c, d)
        elif kind == 2:
            numbers[i], a, b, c, d = exponential(a, b, c, d)
        else:
            numbers[i], a, b, c, d = normal(a, b, c, d)
    return words, numbers


@pytest.mark.parametrize(("seed", "number"), [(0, 0), (1, 17), (2**40 + 3, 2**32 - 1), (2**128 - 1, 5)])
def test_words_are_those_of_numpy(seed: int, number: int) -> None:
    """10,000 words, and as many uniform numbers, from the seed sequence of numpy with the trajectory as spawn key."""
    state = seed_words(seed, np.array([number]))[0]
    theirs = np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(number,)))
    assert (draw(0, state, 10_000)[0] == theirs.random_raw(10_000)).all()
    theirs = np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(number,))))
    assert (draw(1, state, 10_000)[1] == theirs.random(10_000)).all()


def test_every_trajectory_has_its_own_words() -> None:
    """5 seeds x 2000 trajectories: no word of a state occurs twice (the counter apart)."""
    words = np.concatenate([seed_words(seed, np.arange(2000))[:, :3].ravel() for seed in range(5)])
    assert len(np.unique(words)) == len(words)


def test_the_ziggurat_covers_the_exponential_in_layers_of_equal_area() -> None:
    """x_i (f(x_i+1) - f(x_i)) is one area for all layers; the lowest is its rectangle and the tail beyond it."""
    areas = EDGE[1:LAYERS] * np.diff(HEIGHT[1:])
    assert areas == pytest.approx(np.full(LAYERS - 1, areas[0]), rel=1e-9)
    assert EDGE[1] * HEIGHT[1] + np.exp(-EDGE[1]) == pytest.approx(areas[0], rel=1e-9)
    assert EDGE[0] * HEIGHT[1] == pytest.approx(areas[0], rel=1e-9)


def test_exponentials_have_the_exponential_distribution() -> None:
    """Kolmogorov-Smirnov of 2,000,000, of their tail beyond 5, and of that beyond the lowest layer, at 7.7.

    The tail of an exponential number, shifted, is exponential again. False alarm: 3 comparisons of 1e-4. Seen to fail:
    the tail not shifted; the wedges always accepted.
    """
    found = draw(2, seed_words(1, np.array([0]))[0], 2_000_000)[1]
    for start in (0.0, 5.0, EDGE[1]):
        tail = found[found > start] - start
        assert len(tail) > 500
        assert kstest(tail, expon.cdf).pvalue > ALARM


def test_exponentials_that_follow_each_other_are_independent() -> None:
    """The correlation of neighbours is normal with sd 1/sqrt(n): within 4 sd, false alarm 6e-5."""
    found = draw(2, seed_words(2, np.array([0]))[0], 1_000_000)[1]
    assert abs(np.corrcoef(found[:-1], found[1:])[0, 1]) < 4 / 1000


@njit
def draw_poisson(mean, state, n):
    """n Poisson numbers of one mean."""
    a, b, c, d = state[0], state[1], state[2], state[3]
    numbers = np.empty(n)
    for i in range(n):
        numbers[i], a, b, c, d = poisson(mean, a, b, c, d)
    return numbers


@pytest.mark.parametrize("mean", [0.0, 1e-3, 0.3, 4.0, 9.999, 10.0, 11.5, 60.0, 2000.0])
def test_poisson_numbers_have_the_poisson_distribution(mean: float) -> None:
    """300,000 numbers by chi-square, on both sides of the mean where the method changes.

    False alarm: 1e-4 for each mean. Seen to fail: the squeeze always accepted; mean / (k + 1) in the inversion.
    """
    found = draw_poisson(mean, seed_words(3, np.array([0]))[0], 300_000)
    assert (found == np.floor(found)).all()
    if mean == 0.0:
        assert not found.any()
    else:
        assert chi_square(found, poisson_law.pmf(np.arange(int(mean + 12 * mean**0.5) + 9), mean)) > ALARM


@pytest.mark.parametrize("mean", [1e6, 1e9, 1e12, 1e15])
def test_poisson_numbers_of_large_mean_are_normal(mean: float) -> None:
    """(k - m) / sqrt(m): mean, variance, and Kolmogorov-Smirnov; it is skewed by 1/sqrt(m), which moves the
    distribution by at most 0.07/sqrt(m), a thirtieth of a critical distance.

    False alarm: 3 comparisons of 1e-4 for each mean. Seen to fail: the logarithm of the probability as
    k log(m) - m - lgamma(k + 1) (at 1e15).
    """
    n = 300_000
    found = (draw_poisson(mean, seed_words(4, np.array([0]))[0], n) - mean) / np.sqrt(mean)
    assert abs(found.mean()) < norm.isf(ALARM / 2) / np.sqrt(n)
    assert abs(found.var() - 1) < norm.isf(ALARM / 2) * np.sqrt(2 / n)
    assert kstest(found, norm.cdf).pvalue > ALARM


def test_poisson_numbers_are_the_same_for_the_same_state() -> None:
    for mean in (3.0, 1e9):
        first, second = (draw_poisson(mean, seed_words(5, np.array([n]))[0], 1000) for n in (1, 1))
        other = draw_poisson(mean, seed_words(5, np.array([2]))[0], 1000)
        assert (first == second).all()
        assert (first != other).any()


def test_the_ziggurat_covers_half_a_normal_density_in_layers_of_equal_area() -> None:
    """x_i (f(x_i+1) - f(x_i)) is one area for all layers; the lowest is its rectangle and the tail beyond it."""
    areas = NORMAL_EDGE[1:LAYERS] * np.diff(NORMAL_HEIGHT[1:])
    assert areas == pytest.approx(np.full(LAYERS - 1, areas[0]), rel=1e-9)
    tail = np.sqrt(2 * np.pi) * norm.sf(NORMAL_EDGE[1])
    assert NORMAL_EDGE[1] * NORMAL_HEIGHT[1] + tail == pytest.approx(areas[0], rel=1e-9)
    assert NORMAL_EDGE[0] * NORMAL_HEIGHT[1] == pytest.approx(areas[0], rel=1e-9)


def test_normals_have_the_normal_distribution() -> None:
    """Kolmogorov-Smirnov of 4,000,000 and of both tails beyond 2.5 and beyond the lowest layer, at 3.65; moments.

    The sample's moments 1 to 4 are within 4 of their standard errors, sqrt((E x^2k - (E x^k)^2) / n). False alarm: 5
    comparisons of 1e-4 and 4 of 6e-5. Seen to fail: the tail not shifted; the wedges always accepted; no sign.
    """
    found = draw(3, seed_words(1, np.array([0]))[0], 4_000_000)[1]
    assert kstest(found, norm.cdf).pvalue > ALARM
    for start in (2.5, NORMAL_EDGE[1]):
        for tail in (found[found > start], -found[found < -start]):
            assert len(tail) > 400
            assert kstest(tail, lambda x, start=start: 1 - norm.sf(x) / norm.sf(start)).pvalue > ALARM
    for k, (moment, spread) in enumerate(((0, 1), (1, 2), (0, 15), (3, 96)), start=1):
        assert abs((found**k).mean() - moment) < 4 * np.sqrt(spread / len(found))


def test_normals_that_follow_each_other_are_independent_and_reproducible() -> None:
    """Correlations of neighbours, and of their squares: within 4 sd, false alarm 6e-5 each. The same seed repeats."""
    state = seed_words(2, np.array([0]))[0]
    found = draw(3, state, 1_000_000)[1]
    assert abs(np.corrcoef(found[:-1], found[1:])[0, 1]) < 4 / 1000
    assert abs(np.corrcoef(found[:-1] ** 2, found[1:] ** 2)[0, 1]) < 4 / 1000
    assert (draw(3, state, 1000)[1] == found[:1000]).all()
