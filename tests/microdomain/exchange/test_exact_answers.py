"""Full distributions of whole models against exact ones, which others have computed: see the suites' ``analytic``.

Jahnke & Huisinga, J. Math. Biol. 54 (2007) 1; Peccoud & Ycart, Theor. Popul. Biol. 48 (1995) 222; Schlögl's model and
a dimer by their master equations.
"""

import json

import numpy as np
import pytest
from scipy.stats import chi2

import microdomain as md

RUNS = 10_000
LEAST = 1e-6
"""p-values below are no chance: of the 31 here, one is that low with probability 3e-5."""


def p_value(counts, pmf, width=1):
    """Chi-square of counts against a distribution over bins of ``width``; bins of less than ten are joined."""
    found = np.bincount((counts / width).astype(int), minlength=len(pmf)).astype(float)
    expected = np.zeros(len(found))
    expected[: len(pmf)] = pmf
    expected *= len(counts)
    expected[-1] += len(counts) - expected.sum()
    bins = np.floor(np.cumsum(expected) / 10).astype(int)
    starts = np.flatnonzero(np.diff(bins, prepend=-1))
    seen, wanted = np.add.reduceat(found, starts), np.add.reduceat(expected, starts)
    if wanted[-1] < 5:
        seen, wanted = np.append(seen[:-2], seen[-2:].sum()), np.append(wanted[:-2], wanted[-2:].sum())
    return chi2.sf(((seen - wanted) ** 2 / wanted).sum(), len(seen) - 1)


def case(suites, name, times, runs=RUNS):
    """The exact answer, and counts (trajectory, time, species) of exact runs."""
    exact = json.loads((suites / "analytic" / f"{name}.json").read_text())
    model = md.read_sbml(suites / "analytic" / f"{name}.xml")
    times = [0.0, *(times or [point["t"] for point in exact["points"]])]
    data = md.simulate(model, times, engine="gillespie", trajectories=runs, seed=1)
    return exact, data.counts.values[:, 1:].astype(int)


def test_monomolecular(suites):
    """Fails where a conversion is 10 % too fast."""
    exact, counts = case(suites, "monomolecular", None)
    for point, at in zip(exact["points"], np.moveaxis(counts, 1, 0), strict=True):
        for pmf, of in zip(point["marginal_pmf_0_120"], at.T, strict=True):
            assert p_value(of, pmf) > LEAST
        assert np.cov(at.T) == pytest.approx(np.array(point["cov"]), rel=0.1, abs=0.7)


def test_dimer(suites):
    """Fails where two alike are read as A^2."""
    exact, counts = case(suites, "dimer", None)
    for point, at in zip(exact["points"], np.moveaxis(counts, 1, 0), strict=True):
        assert p_value(at[:, 1], point["pmf_D"]) > LEAST


def test_schlogl(suites):
    """Fails where the three of X are read as X^3, or where the production is split into two directions."""
    exact, counts = case(suites, "schlogl", [1.0, 2.0, 4.0], runs=4000)
    for point, at in zip(exact["points"], np.moveaxis(counts, 1, 0), strict=False):
        assert p_value(at[:, 0], point["pmf_bins_of_10"], width=10) > LEAST
        high = point["p_above_300"]
        assert (at > 300).mean() == pytest.approx(high, abs=5 * (high * (1 - high) / len(at)) ** 0.5)


def test_telegraph(suites):
    """Fails where a gene that is there once can be there twice."""
    exact, counts = case(suites, "telegraph", [30.0])
    assert set(np.unique(counts[:, 0, 0])) == {0, 1}
    assert p_value(counts[:, 0, 1], exact["stationary"]["pmf_0_120"]) > LEAST
