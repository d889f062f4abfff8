"""Code that is written out for one network gives what the tables give, and laws what Python gives."""

import ctypes
import gc
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from llvmlite import binding, ir

import engines.ode
import microdomain as md
from engines.derivatives import gradient_lines
from engines.flow_tables import tables
from engines.loops.flow import MEAN_FIELD, complete
from engines.ode import eliminated
from engines.straight_line import machine
from engines.straight_line.arithmetic import FLOAT, Arithmetic, Lines, parsed
from engines.straight_line.step import EXPORTED
from engines.views import Views
from mechanisms import maths
from mechanisms.law import rate_law
from mechanisms.recorder import record
from tests.engines.test_ode_truth import chained_quantities, microdomain_with_a_blocker, orders
from tests.membranes import patch, with_leak
from tests.random_networks import random_network_model
from tests.reference import closed

RANDOM = [lambda seed=seed: random_network_model(seed) for seed in range(6)]
ELECTRIC = [
    lambda: with_leak(patch(clamped=False, voltage=-20, capacitance="1 uF/cm^2"), p="1e-7 cm/s"),
    md.models.passive_membrane,
]
BUILT = [orders, chained_quantities, microdomain_with_a_blocker, md.models.stochastic_li_rinzel, *ELECTRIC, *RANDOM]


def addresses(network):
    """Their owner, and functions by name, of y, the plan, the weights and the scales, and what else they take."""
    found = tables(network)
    code = machine.code(found, eliminated(network))
    rates = found.rates(network.coefficients(network.values(0.0)))
    shared = [array.ctypes.data_as(ctypes.c_void_p) for array in (rates[2], rates[3], rates[5])]

    def called(name, y, *more):
        given = [part if isinstance(part, float) else part.ctypes.data_as(ctypes.c_void_p) for part in (y, *more)]
        given[1:1] = shared
        kinds = [ctypes.c_double if isinstance(part, float) else ctypes.c_void_p for part in given]
        return ctypes.CFUNCTYPE(ctypes.c_int64, *kinds)(code.addresses[EXPORTED.index(name)])(*given)

    return code, rates, called


@pytest.mark.parametrize("build", BUILT)
def test_slopes_and_quantities_are_those_of_the_tables(build) -> None:
    """Drift, Jacobian, conducting complexes and quantities at five random states."""
    network = build().network()
    views, random, n = Views(network), np.random.default_rng(1), len(network.species)
    _, rates, called = addresses(network)
    for _ in range(5):
        y = network.values(0.0)
        y[:n] *= random.uniform(0.5, 1.5, n)
        slope, values, expected = np.empty(n), np.empty(len(views.tables.indices)), y.copy()
        complete(expected, rates, MEAN_FIELD)
        called("slope", y, y, slope)
        called("jacobian", y, values)
        called("complete", y)
        drift, exact = views.drift(y[:n]), views.jacobian(y[:n])
        assert slope == pytest.approx(drift, rel=1e-11, abs=1e-11 * np.abs(drift).max())
        assert values == pytest.approx(exact.data, rel=1e-11, abs=1e-11 * np.abs(exact.data).max())
        assert y == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("build", BUILT)
def test_solutions_are_those_of_the_tables(build, monkeypatch) -> None:
    """Steps, statuses, and states to rounding, through the front door; with inputs that change too."""
    model = build()
    times = np.linspace(0, 0.5, 6)
    written = md.simulate(model, times, engine="ode", rtol=1e-7, progress=False)
    monkeypatch.setattr(engines.ode, "is_small", lambda *_: False)
    read = md.simulate(model, times, engine="ode", rtol=1e-7, progress=False)
    scale = np.abs(read.counts.values).max()
    assert written.counts.values == pytest.approx(read.counts.values, rel=1e-7, abs=1e-9 * scale)
    assert written.quantity.values == pytest.approx(read.quantity.values, rel=1e-6, nan_ok=True)
    assert int(written.steps[0]) == pytest.approx(int(read.steps[0]), abs=2)


def test_a_singular_matrix_and_one_without_numbers_are_told() -> None:
    """W = I / (gamma h) - J is nothing for an infinite h and J = 0: the unknown is named, and one that is infinite."""
    network = closed("two", {"A": 3, "B": 4}, ("A -> B", 1.0), ("B -> 0", 2.0)).network()
    _, _, called = addresses(network)
    found, order = tables(network), eliminated(network)
    diagonal = [int(np.flatnonzero(found.indices[found.indptr[i] : found.indptr[i + 1]] == i)[0]) for i in range(2)]
    y, room = network.values(0.0), [np.empty(order.room), np.empty(2), np.empty(2), np.empty(16)]
    good = np.zeros(len(found.indices))
    assert called("attempt", y, 0.1, good, *room) == -1
    assert called("attempt", y, math.inf, good, *room) == order.order[0]
    for i, value in ((0, math.inf), (1, math.inf), (1, math.nan)):
        values = good.copy()
        values[found.indptr[i] + diagonal[i]] = value
        assert called("attempt", y, 0.1, values, *room) == i


def test_the_code_stays_while_a_run_needs_it() -> None:
    """Caches emptied: calls of a run that was prepared before must not end the process."""
    network = orders().network()
    run = md.ODE().prepare(network, 0.0, 1.0)
    times, control = np.linspace(0, 1, 5), np.zeros(2, dtype=np.int64)
    first, second = (np.empty((1, 5, network.first_quantity)) for _ in range(2))
    run.trajectories(None, times, first, control)
    machine._loaded.cache_clear()
    gc.collect()
    run.trajectories(None, times, second, np.zeros(2, dtype=np.int64))
    assert (first == second).all()


def test_threads_share_the_code() -> None:
    network = chained_quantities().network()
    run = md.ODE(rtol=1e-9).prepare(network, 0.0, 5.0)
    times = np.linspace(0, 5, 11)

    def solve(_: int) -> np.ndarray:
        states = np.empty((1, 11, network.first_quantity))
        run.trajectories(None, times, states, np.zeros(2, dtype=np.int64))
        return states

    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(solve, range(20))
    assert all((first == other).all() for other in others)


def test_values_are_no_part_of_the_code_and_structure_is() -> None:
    def name(model):
        return machine._name(model.network())

    model = closed("one", {"A": 3, "B": 1}, ("A -> B", 1.0))
    assert name(model) == name(closed("other", {"A": 9, "B": 2}, ("A -> B", 5.0), volume=3.0))
    for other in (("2 A -> B", 1.0), ("A -> 2 B", 1.0), ("B -> A", 1.0)):
        assert name(model) != name(closed("one", {"A": 3, "B": 1}, other))
    laws = [rate_law(a="1", returns="1/s")(function) for function in (lambda a: 2.0 * a, lambda a: 3.0 * a)]
    for law in laws:
        model.reaction("B -> 0", law, a="A")
    assert len({name(model), *(name(with_law(law)) for law in laws)}) == 3


def with_law(law):
    model = closed("law", {"A": 3, "B": 1}, ("A -> B", 1.0))
    model.reaction("B -> 0", law, a="A")
    return model


# -- laws --------------------------------------------------------------------------------------------------------------


def evaluated(text: str, names: tuple[str, ...], *values: float) -> list[float]:
    """What the statements return, and what they assign to partial[0], partial[1]."""
    module = ir.Module()
    function = ir.Function(module, ir.FunctionType(FLOAT, [FLOAT] * len(names) + [FLOAT.as_pointer()]), "law")
    do = Arithmetic(ir.IRBuilder(function.append_basic_block()))
    lines = Lines(do, dict(zip(names, function.args, strict=False)))
    lines.run(parsed(text))
    for place, partial in lines.partial.items():
        do.store(partial, function.args[-1], place)
    do.builder.ret(lines.result)
    engine = binding.create_mcjit_compiler(binding.parse_assembly(str(module)), machine._machine())
    out = (ctypes.c_double * 2)(math.nan, math.nan)
    kinds = [*[ctypes.c_double] * len(names), ctypes.c_void_p]
    call = ctypes.CFUNCTYPE(ctypes.c_double, *kinds)(engine.get_function_address("law"))
    return [call(*values, ctypes.cast(out, ctypes.c_void_p)), *out]


OF_TWO = {
    "minimum": maths.minimum, "maximum": maths.maximum, "quotient": lambda a, b: a // b, "power": lambda a, b: a**b,
    "negative power": lambda a, b: b * a**-3, "distance": lambda a, b: abs(a - b), "sign": lambda a, b: -a + +b,
    "both": lambda a, b: maths.where(maths.both(a < b, b <= 2.0), a, b),
    "either": lambda a, b: maths.where(maths.either(a > b, b >= 2.0), a, b * b),
    "opposite": lambda a, b: maths.where(maths.opposite(a == b), a / b, 1.0),
    "equal": lambda a, b: maths.where(maths.equal(a, b), 1.0, a) + maths.where(a != b, b, 2.0),
    "choose": lambda a, b: maths.choose(a > b, lambda: a * b**2, lambda: maths.choose(b > 1, lambda: b, lambda: 0)),
}  # fmt: skip
OF_ONE = ("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh")
MORE = ("asinh", "acosh", "atanh", "gamma", "floor", "ceiling")


def test_every_function_of_laws_is_here() -> None:
    assert {*OF_ONE, *MORE, *OF_TWO, "where"} >= {*maths.FUNCTIONS}


@pytest.mark.parametrize("name", [*OF_ONE, *MORE, *OF_TWO])
def test_laws_and_their_derivatives_are_those_of_python(name) -> None:
    """Values to rounding, and derivatives against central differences, at points where they are smooth."""
    if name in OF_TWO:
        law = rate_law(a="1", b="1", returns="1/s")(OF_TWO[name])
        points = [(0.7, 1.3), (1.9, 0.6), (2.75, 2.25), (0.3, 3.7)]
    else:
        single = getattr(maths, name)
        law = rate_law(a="1", b="1", returns="1/s")(lambda a, b: b * single(a))
        points = [(a, 2.5) for a in ((1.3, 2.6) if name == "acosh" else (0.2, 0.7))]
    written = record(law)
    text = "\n".join([*written.statements, f"return {written.result}"])
    model = md.Model("law")
    cell = model.compartment("cell", 1.0)
    for species in "AB":
        model.species(species, cell, 1.0)
    model.reaction("A -> B", law, a="A", b="B")
    (derivatives,) = gradient_lines(model.network()).values()
    for point in points:
        exact = float(law(*point))
        assert evaluated(text, ("a", "b"), *point)[0] == pytest.approx(exact, rel=1e-14)
        value, *slopes = evaluated(derivatives, ("of_a", "of_b"), *point)
        assert value == pytest.approx(exact, rel=1e-12)
        for i, slope in enumerate(slopes):
            ahead, behind = ([*point] for _ in range(2))
            ahead[i] += 1e-6
            behind[i] -= 1e-6
            assert slope == pytest.approx((law(*ahead) - law(*behind)) / 2e-6, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize(
    ("a", "b"), [(1.0, 0.1), (-1.0, 0.1), (7.5, -2.0), (-7.5, -2.0), (6.0, 3.0), (-6.0, 3.0), (0.3, 0.1)]
)
def test_quotients_are_rounded_down_as_by_python(a, b) -> None:
    assert evaluated("return a // b", ("a", "b"), a, b)[0] == a // b


def test_comparisons_with_what_is_no_number_are_false() -> None:
    for text, exact in (
        ("1.0 if a < b else 2.0", 2.0),
        ("1.0 if a != b else 2.0", 1.0),
        ("1.0 if not a >= b else 2.0", 1.0),
    ):
        assert evaluated(f"return {text}", ("a", "b"), math.nan, 1.0)[0] == exact
