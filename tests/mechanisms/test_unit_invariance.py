"""A model written in other units is the same model: the same path for the same seed, the same solution of the ODE."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engines.unroll
import mechanisms.symbols
import microdomain as md
from mechanisms import units
from mechanisms.law import rate_law
from mechanisms.units import constant, registry

NAMES = "ABC"
TIMES = np.linspace(0.0, 1.0, 6)


@rate_law(a="uM", v="uM/s", half="uM", returns="uM/s")
def uptake(a: Any, v: Any, half: Any) -> Any:
    """v a^2 / (half^2 + a^2)."""
    return v * a**2 / (half**2 + a**2)


@rate_law(a="nM", v="mM/min", half="mM", returns="mol/m^3/s")
def uptake_as_in_another_paper(a: Any, v: Any, half: Any) -> Any:
    """The same of nM, mM/min and mM: a in mM is a / 10^6, and a minute has 60 s."""
    a = a * constant(1e-6, "mM/nM", a)
    return v * constant(1 / 60, "min/s", v) * a**2 / (half**2 + a**2)


@dataclass(frozen=True)
class Step:
    """A reaction of at most three molecules that makes no more than it takes, or a source."""

    reactants: tuple[str, ...]
    products: tuple[str, ...]
    rate: float  # events per second at the initial counts, or so

    @property
    def order(self) -> int:
        return len(self.reactants)

    @property
    def equation(self) -> str:
        return f"{' + '.join(self.reactants) or '0'} -> {' + '.join(self.products) or '0'}"


@dataclass(frozen=True)
class Recipe:
    """A random network in our units: volume in fL, counts, steps, and a saturating loss of A."""

    volume: float
    counts: tuple[int, ...]
    steps: tuple[Step, ...]
    v_max: float
    half: float

    @property
    def omega(self) -> float:
        return 602.214076 * self.volume

    def constant(self, step: Step) -> float:
        """k in uM^(1-order)/s."""
        start = dict(zip(NAMES, self.counts, strict=True))
        pairs = np.prod([max(start[name], 1) for name in step.reactants])
        return float(step.rate / pairs * self.omega ** (step.order - 1))


@st.composite
def steps(draw: st.DrawFn) -> Step:
    reactants = tuple(draw(st.lists(st.sampled_from(NAMES), max_size=3)))
    most = max(len(reactants), 1)
    products = tuple(draw(st.lists(st.sampled_from(NAMES), min_size=0 if reactants else 1, max_size=most)))
    if sorted(products) == sorted(reactants):
        products = products[:-1]
    return Step(reactants, products, draw(st.floats(1.0, 30.0)))


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    return Recipe(
        volume=draw(st.floats(0.01, 20.0)),
        counts=tuple(draw(st.lists(st.integers(0, 60), min_size=3, max_size=3))),
        steps=tuple(draw(st.lists(steps(), min_size=1, max_size=5, unique_by=lambda step: step.equation))),
        v_max=draw(st.floats(1.0, 30.0)),
        half=draw(st.floats(0.1, 10.0)),
    )


def ours(recipe: Recipe) -> md.Model:
    """Numbers in the standard units."""
    model = md.Model("random")
    cytosol = model.compartment("cytosol", recipe.volume)
    for name, count in zip(NAMES, recipe.counts, strict=True):
        model.species(name, cytosol, count / recipe.omega)
    for i, step in enumerate(recipe.steps):
        model.parameter(f"k{i}", recipe.constant(step), f"uM^{1 - step.order}/s")
        model.reaction(step.equation, k=f"k{i}")
    v = recipe.v_max / recipe.omega
    model.reaction("A -> 0", uptake, name="uptake", a="A", v=v, half=recipe.half / recipe.omega)
    return model


def in_millimolar(recipe: Recipe) -> md.Model:
    """Text: pL, mM, constants in mM and minutes, and a law in mM, nM and minutes."""
    model = md.Model("random")
    cytosol = model.compartment("cytosol", f"{recipe.volume / 1000!r} pL")
    for name, count in zip(NAMES, recipe.counts, strict=True):
        model.species(name, cytosol, f"{count / recipe.omega / 1000!r} mM")
    for i, step in enumerate(recipe.steps):
        model.parameter(f"k{i}", 60 * recipe.constant(step) * 1000 ** (step.order - 1), f"mM^{1 - step.order}/min")
        model.reaction(step.equation, k=f"k{i}")
    v, half = (f"{x / recipe.omega / 1000!r} mM" for x in (60 * recipe.v_max, recipe.half))
    model.reaction("A -> 0", uptake_as_in_another_paper, name="uptake", a="A", v=f"{v}/min", half=half)
    return model


def in_litres_and_moles(recipe: Recipe) -> md.Model:
    """pint quantities and literal constants: m^3, nM, L/mol/min."""
    quantity = registry().Quantity
    model = md.Model("random")
    cytosol = model.compartment("cytosol", quantity(recipe.volume * 1e-18, "m^3"))
    for name, count in zip(NAMES, recipe.counts, strict=True):
        model.species(name, cytosol, quantity(1000 * count / recipe.omega, "nM"))
    for step in recipe.steps:
        per_minute = 60 * recipe.constant(step) * 1e6 ** (step.order - 1)
        model.reaction(step.equation, k=quantity(per_minute, f"(L/mol)**{step.order - 1} / min"))
    v = quantity(recipe.v_max / recipe.omega * 1e-9, "mol/L/ms")
    model.reaction("A -> 0", uptake, name="uptake", a="A", v=v, half=quantity(recipe.half / recipe.omega * 1e-6, "M"))
    return model


@pytest.fixture(scope="module", autouse=True)
def tables() -> Iterator[None]:
    """One compiled loop for all networks, where each would otherwise be written out and compiled."""
    patch = pytest.MonkeyPatch()
    patch.setattr(engines.unroll, "LARGEST", 0)
    yield
    patch.undo()


def path(model: md.Model) -> np.ndarray:
    data = md.simulate(model, TIMES, engine="gillespie", trajectories=2, seed=7, workers=1, progress=False)
    return data.counts.values


def solution(model: md.Model) -> np.ndarray:
    data = md.simulate(model, TIMES, engine="ode", rtol=1e-8, atol=1e-8, progress=False)
    return data.concentration.values


def different(recipe: Recipe, other: Callable[[Recipe], md.Model]) -> str:
    """What differs between a model in our units and in others: "path", "solution", or "" for nothing."""
    one, two = ours(recipe), other(recipe)
    if not np.array_equal(path(one), path(two)):
        return "path"
    first, second = solution(one), solution(two)
    return "" if np.allclose(second, first, rtol=1e-9, atol=1e-9 * first.max()) else "solution"


@pytest.mark.parametrize("other", [in_millimolar, in_litres_and_moles])
@settings(max_examples=60)
@given(recipe=recipes())
def test_other_units_give_the_same_path_and_the_same_solution(
    recipe: Recipe, other: Callable[[Recipe], md.Model]
) -> None:
    """Counts are equal at every time of the grid, concentrations to 1e-9 of the largest.

    Rounding moves a time in its sixteenth digit, so that a false alarm needs a reaction within 1e-15 s of a time of the
    grid. It fails where a conversion loses its factor, a volume is read as if in fL, or an order is counted wrong;
    ``test_the_comparison_sees_a_lost_factor`` is one of these breaks.
    """
    assert different(recipe, other) == ""


RECIPE = Recipe(0.3, (40, 25, 0), (Step(("A", "B"), ("C",), 20.0), Step((), ("B",), 15.0)), 10.0, 20.0)


@pytest.mark.parametrize("other", [in_millimolar, in_litres_and_moles])
@pytest.mark.parametrize("lost", ["fL", "uM", "1/uM/s", "uM/s"])
def test_the_comparison_sees_a_lost_factor(
    lost: str, other: Callable[[Recipe], md.Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``conversion`` returns 1 for one unit that a quantity is needed in: the property above must not hold."""
    right, needed = units.conversion, registry().Unit(lost)

    def broken(unit: str, to: str) -> float:
        return 1.0 if registry().Unit(to) == needed else right(unit, to)

    for module in (units, mechanisms.symbols):
        monkeypatch.setattr(module, "conversion", broken)
    assert different(RECIPE, other)


@pytest.mark.parametrize(
    "other",
    [
        lambda recipe: in_millimolar(recipe).changed(volumes={"cytosol": "0.00027 pL"}),
        lambda recipe: in_millimolar(replace(recipe, counts=(41, 25, 0))),
        lambda recipe: in_millimolar(replace(recipe, steps=(replace(recipe.steps[0], rate=22.0), recipe.steps[1]))),
    ],
    ids=["volume", "count", "constant"],
)
def test_the_comparison_sees_another_network(other: Callable[[Recipe], md.Model]) -> None:
    """A volume of 0.9, one molecule more, or a constant of 1.1 times: none of them passes for a change of units."""
    assert different(RECIPE, other)
