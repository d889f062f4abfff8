"""What holds on every path of every engine: no negative count, no NaN, and what reactions conserve stays."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import microdomain as md
from tests.properties.networks import ENGINES, WEIGHTS, Recipe, Step, conserved, recipes, stoichiometry

TIMES = np.linspace(0.0, 1.0, 5)
WHOLE = ("gillespie", "tau-leaping", "jump or leap")
"""Engines whose counts are whole numbers."""


def paths(recipe: Recipe, engine: str, seed: int, **options: Any) -> np.ndarray:
    """(trajectory, time, species) molecules, in the order of WEIGHTS."""
    trajectories = 1 if engine == "ode" else 3
    request = {"engine": ENGINES[engine], "seed": seed, "workers": 1, "progress": False, **options}
    data = md.simulate(recipe.model(), TIMES, trajectories=trajectories, **request)
    return data.counts.sel(species=[f"{name}.cell" for name in WEIGHTS]).values


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=40)
@given(recipe=recipes(), seed=st.integers(0, 2**32))
def test_counts_are_not_negative_and_matter_is_conserved(engine: str, recipe: Recipe, seed: int) -> None:
    """To the last molecule where counts are whole; to 1e-9 of the total where they are real numbers, whose sums round.

    The conservation laws are all those of the recipe, by elimination in fractions.
    """
    found, start = paths(recipe, engine, seed), np.array(recipe.counts, dtype=float)
    assert np.isfinite(found).all()
    laws = conserved(stoichiometry(recipe))
    assert not (laws @ stoichiometry(recipe)).any()
    totals, expected = found @ laws.T, start @ laws.T
    if engine in WHOLE:
        assert (found >= 0).all()
        assert (found == np.rint(found)).all()
        assert (totals == expected).all()
    else:
        scale = 1e-9 * max(1.0, float(np.abs(laws).max() * start.sum()))
        assert found.min() >= -1e-6
        assert np.abs(totals - expected).max(initial=0.0) <= scale


def test_the_comparison_knows_every_law() -> None:
    """A -> B and 2 A -> C: B, A and C have one law among them, and D its own."""
    recipe = Recipe(1.0, (10, 0, 0, 5), (Step(("A",), ("B",), 1.0), Step(("A", "A"), ("C",), 1.0)))
    laws = conserved(stoichiometry(recipe))
    assert len(laws) == 2
    assert np.linalg.matrix_rank(np.vstack([laws, [[1, 1, 2, 0], [0, 0, 0, 1]]])) == 2
