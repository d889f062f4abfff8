"""Stationary distributions against closed forms, and where there is none, or more than one."""

import numpy as np
import pytest
from scipy.special import gammaln, hyp1f1, poch
from scipy.stats import binom, poisson

import microdomain as md
from tests.distributions import of
from tests.reference import closed


def test_a_bistable_population_has_the_product_of_its_rates() -> None:
    """Schlogl: 0 <-> A, 2 A <-> 3 A. One species, steps of one: pi(n + 1) / pi(n) = up(n) / down(n + 1), two modes.

    Seen to fail: powers instead of falling factorials.
    """
    model = closed("schlogl", {"A": 0}, ("0 <-> A", 108.0, 9.9), ("2 A <-> 3 A", 0.195, 0.001))
    data = md.stationary_distribution(model, tolerance=1e-8)
    n = np.arange(400)
    up, down = 108.0 + 0.195 * n * (n - 1), 9.9 * n + 0.001 * n * (n - 1) * (n - 2)
    exact = np.exp(np.concatenate([[0], np.cumsum(np.log(up[:-1] / down[1:]))]))
    exact /= exact.sum()
    modes = np.flatnonzero((exact[1:-1] > exact[:-2]) & (exact[1:-1] > exact[2:]))
    assert len(modes) == 2
    assert of(data, "A", 400) == pytest.approx(exact, abs=1e-8)
    assert data.residual < 1e-8
    assert data.attrs["unique"] == 1


def test_a_telegraph_gene_is_a_mixture_of_poissons() -> None:
    """A gene that switches on (a) and off (b) and makes r per death: Poisson with a Beta(a, b) parameter.

    P(n) = r^n/n! (a)_n/(a + b)_n 1F1(a + n, a + b + n, -r), Peccoud & Ycart 1995; from 30, far from its mean.
    """
    a, b, r = 0.6, 0.9, 25.0
    model = closed("gene", {"on": 0, "off": 1, "M": 30}, ("off <-> on", a, b), ("on -> on + M", r), ("M -> 0", 1.0))
    data = md.stationary_distribution(model)
    n = np.arange(60)
    exact = np.exp(n * np.log(r) - gammaln(n + 1)) * poch(a, n) / poch(a + b, n) * hyp1f1(a + n, a + b + n, -r)
    assert of(data, "M", 60) == pytest.approx(exact, abs=1e-6)
    assert data.mean_counts.sel(species="M.cell").item() == pytest.approx(r * a / (a + b), rel=1e-5)


def test_two_independent_populations_are_two_poissons() -> None:
    data = md.stationary_distribution(closed("two", {"A": 0, "B": 0}, ("0 <-> A", 8.0, 1.0), ("0 <-> B", 3.0, 0.5)))
    exact = poisson.pmf(data.counts.values, [8.0, 6.0]).prod(axis=1)
    assert np.abs(data.probability.values - exact).sum() < 1e-6


def test_conserved_totals_are_those_of_the_initial_state() -> None:
    """Detailed balance of A <-> B from 9: binomial; from 4: another one."""
    for total in (9, 4):
        data = md.stationary_distribution(closed("steps", {"A": total, "B": 0}, ("A <-> B", 1.0, 3.0)))
        assert of(data, "A", total + 1) == pytest.approx(binom.pmf(np.arange(total + 1), total, 0.75), abs=1e-13)
        assert float(data.error_estimate) == 0.0


def test_absorbing_states_and_several_closed_classes_are_named() -> None:
    """A -> B or C, one after the other: the end is binomial over absorbing states, and A = 0 alone without them."""
    data = md.stationary_distribution(closed("fork", {"A": 3, "B": 0, "C": 0}, ("A -> B", 1.0), ("A -> C", 2.0)))
    assert of(data, "B", 4) == pytest.approx(binom.pmf(np.arange(4), 3, 1 / 3), abs=1e-14)
    assert data.attrs["unique"] == 0
    assert "4 closed classes" in data.attrs["meaning"]
    assert "A.cell = 0, B.cell = 3, C.cell = 0" in data.attrs["meaning"]
    assert (data.closed_class.values >= 0).sum() == 4
    gone = md.stationary_distribution(closed("gone", {"A": 5}, ("A -> 0", 1.0)))
    assert gone.attrs["unique"] == 1
    assert "absorbing: A.cell = 0" in gone.attrs["meaning"]
    assert of(gone, "A", 2).tolist() == [1.0, 0.0]


def test_growth_without_end_has_no_stationary_distribution() -> None:
    with pytest.raises(md.SimulationError, match="there may be no stationary distribution"):
        md.stationary_distribution(closed("growth", {"A": 1}, ("0 -> A", 1.0)), max_states=3000)


@pytest.mark.parametrize("mean", [0.3, 1.2, 3, 6, 40])
def test_few_molecules_in_a_large_set_of_states(mean: float) -> None:
    """Poisson, although most states of the set are so rare that none of them may be held at one."""
    model = closed("births", {"A": round(mean)}, ("0 -> A", mean), ("A -> 0", 1.0))
    data = md.stationary_distribution(model)
    assert float(data.mean_counts[0]) == pytest.approx(mean, rel=1e-6)
    assert float(data.variance_counts[0]) == pytest.approx(mean, rel=1e-6)
