"""The Rosenbrock integrator and its sparse factorisation, on problems whose solution is known."""

import importlib
import shutil
import sys
import textwrap
from itertools import product
from math import prod
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import scipy.linalg
import scipy.sparse

import microdomain as md
from engines.loops.sparse_lu import factorise, solve
from engines.sparse_pattern import elimination

LOOPS = Path(__file__).parents[2] / "engines" / "loops"

# dy_i/dt = sum of weight * y[first] * y[second]; y ends with a constant 1, for terms of lower order.
FLOW = """
    from numba import njit

    MEAN_FIELD = 0

    @njit
    def drift(y, rates, out):
        terms, weight, row, first, second, by_first, by_second = rates
        out[:] = 0.0
        for r in range(terms):
            out[row[r]] += weight[r] * y[first[r]] * y[second[r]]

    @njit
    def complete(y, rates, counting):
        pass

    @njit
    def jacobian(y, rates, values):
        terms, weight, row, first, second, by_first, by_second = rates
        values[:] = 0.0
        for r in range(terms):
            if by_first[r] >= 0:
                values[by_first[r]] += weight[r] * y[second[r]]
            if by_second[r] >= 0:
                values[by_second[r]] += weight[r] * y[first[r]]
"""


@pytest.fixture(scope="module")
def loops(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The integrator beside the polynomial flow above, as a package of its own."""
    folder = tmp_path_factory.mktemp("polynomial") / "polynomial_loops"
    folder.mkdir()
    for name in (
        "rosenbrock.py",
        "rodas5p.py",
        "straight_line.py",
        "sparse_lu.py",
        "blocks.py",
        "pointer.py",
        "status.py",
    ):
        shutil.copy(LOOPS / name, folder)
    (folder / "flow.py").write_text(textwrap.dedent(FLOW))
    sys.path.insert(0, str(folder.parent))
    try:
        return importlib.import_module("polynomial_loops.rosenbrock")
    finally:
        sys.path.remove(str(folder.parent))


def problem(n, terms):
    """Rates and elimination tables of dy/dt given as (row, weight, *factors), with at most two factors."""
    rows = np.array([term[0] for term in terms])
    weights = np.array([term[1] for term in terms], dtype=float)
    factors = np.array([[*term[2:], n, n][:2] for term in terms])
    pattern = sorted({(i, i) for i in range(n)} | {(t[0], f) for t in terms for f in t[2:]})
    number = {entry: e for e, entry in enumerate(pattern)}
    place = np.array([[number.get((t[0], f), -1) for t, f in zip(terms, factors[:, k], strict=True)] for k in range(2)])
    indptr = np.searchsorted([i for i, _ in pattern], np.arange(n + 1))
    tables = elimination(indptr, np.array([j for _, j in pattern]))
    return (len(terms), weights, rows, factors[:, 0].copy(), factors[:, 1].copy(), place[0], place[1]), tables


def run(loops, y, terms, grid, rtol=1e-6, atol=1e-6, h=0.0, t_end=None, max_steps=100_000, stop=0, start=0.0):
    """Integrate and name the parts of what comes back."""
    n = len(y)
    rates, tables = problem(n, terms)
    grid = np.asarray(grid, dtype=float)
    extended = np.array([*y, 1.0])
    recorded = np.full((grid.size, n), np.nan)
    end = grid[-1] if t_end is None else t_end
    control = np.array([stop])
    names = ("status", "t", "h", "steps", "rejected", "following", "worst")
    code = (0, 0, 0, 0, np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))
    room = np.empty(loops.room_for(n, tables, n + 1))
    state = (extended, n, start, end, h, grid, 0, recorded)
    parts = loops.integrate(*state, rtol, atol, max_steps, rates, code, tables, room, control)
    return SimpleNamespace(**dict(zip(names, parts, strict=True)), recorded=recorded, y=extended[:n])


# -- the coefficients ------------------------------------------------------------------------------------


def trees(order):
    """All rooted trees of so many vertices, as nested sorted tuples of branches."""
    if order == 1:
        return {()}
    return {
        tuple(sorted(branches))
        for sizes in partitions(order - 1, order - 1)
        for branches in product(*(trees(size) for size in sizes))
    }


def partitions(total, largest):
    if total == 0:
        yield ()
    for part in range(min(total, largest), 0, -1):
        for rest in partitions(total - part, part):
            yield (part, *rest)


def vertices(tree):
    return 1 + sum(map(vertices, tree))


def density(tree):
    return vertices(tree) * prod(map(density, tree))


def elementary_weight(tree, alpha, beta):
    """Hairer & Wanner 1996, section IV.7: an only branch is reached by beta, the others by alpha."""
    if len(tree) == 1:
        return beta @ elementary_weight(tree[0], alpha, beta)
    return prod((alpha @ elementary_weight(branch, alpha, beta) for branch in tree), start=np.ones(len(alpha)))


def weights(loops):
    """As in the theory: alpha, beta = alpha + gamma, and the weights of step, estimate and dense output."""
    gamma = np.linalg.inv(np.eye(loops.STAGES) / loops.GAMMA - loops.C)
    alpha = loops.A @ gamma
    last = loops.A[-1] + np.eye(loops.STAGES)[-1]

    def between(s):
        return s * (last + (1 - s) * (loops.H[0] + s * (loops.H[1] + s * loops.H[2]))) @ gamma

    return alpha, alpha + gamma, last @ gamma, loops.E @ gamma, between


@pytest.mark.parametrize("order", range(1, 6))
def test_order_conditions(loops, order):
    alpha, beta, step, estimate, between = weights(loops)
    for tree in trees(order):
        phi = elementary_weight(tree, alpha, beta)
        assert step @ phi == pytest.approx(1 / density(tree), abs=1e-13)
        if order < 5:
            assert estimate @ phi == pytest.approx(0, abs=1e-13)
            assert between(0.3) @ phi == pytest.approx(0.3**order / density(tree), abs=1e-13)


def test_the_estimate_is_not_of_a_higher_order(loops):
    alpha, beta, _, estimate, _ = weights(loops)
    assert max(abs(estimate @ elementary_weight(tree, alpha, beta)) for tree in trees(5)) > 1e-3


def test_infinitely_fast_decay_is_damped_at_once(loops):
    _, beta, step, _, _ = weights(loops)
    assert 1 - step @ np.linalg.solve(beta, np.ones(loops.STAGES)) == pytest.approx(0, abs=1e-12)


# -- accuracy --------------------------------------------------------------------------------------------

LOGISTIC = [(0, 1.0, 0), (0, -1.0, 0, 0)]


def logistic(t, start=0.1):
    return 1 / (1 + (1 / start - 1) * np.exp(-np.asarray(t)))


def errors_at_fixed_step(loops, grid_of):
    """Errors of the logistic equation for halved steps; the huge tolerance leaves the step to `h`."""
    found = []
    for steps in (8, 16, 32):
        h = 2.0 / steps
        y, worst = 0.1, 0.0
        for k in range(steps):
            grid = grid_of(h)
            done = run(loops, [y], LOGISTIC, grid, rtol=1e9, atol=1e9, h=h, t_end=h)
            assert (done.status, done.steps) == (loops.FINISHED, 1)
            worst = max(worst, np.abs(done.recorded[:, 0] - logistic(k * h + grid)).max())
            y = done.y[0]
        found.append(worst)
    return np.log2(np.array(found[:-1]) / found[1:])


def test_steps_converge_with_order_five(loops):
    assert errors_at_fixed_step(loops, lambda h: np.array([h])) == pytest.approx(5, abs=0.35)


def test_dense_output_converges_at_least_with_order_four(loops):
    orders = errors_at_fixed_step(loops, lambda h: h * np.array([0.2, 0.5, 0.8]))
    assert np.all(orders > 3.8)


@pytest.mark.parametrize("rtol", [1e-4, 1e-6, 1e-8, 1e-10])
def test_the_error_follows_the_tolerance_between_steps_too(loops, rtol):
    grid = np.linspace(0.01, 12, 997)
    done = run(loops, [0.1], LOGISTIC, grid, rtol=rtol, atol=rtol)
    assert done.steps < grid.size
    assert np.abs(done.recorded[:, 0] - logistic(grid)).max() < 10 * rtol


def test_the_grid_does_not_change_the_steps(loops):
    coarse = run(loops, [0.1], LOGISTIC, [12.0])
    fine = run(loops, [0.1], LOGISTIC, np.linspace(0.01, 12, 997))
    assert (coarse.steps, coarse.y[0]) == (fine.steps, fine.y[0])
    assert fine.recorded[-1, 0] == pytest.approx(fine.y[0], rel=1e-14)


ROBERTSON = [
    (0, -0.04, 0),
    (1, 0.04, 0),
    (1, -3e7, 1, 1),
    (2, 3e7, 1, 1),
    (1, -1e4, 1, 2),
    (0, 1e4, 1, 2),
]
# At 40: Taylor series of degree 24 in arithmetic of 40 digits. At 1e11: Mazzia & Magherini 2008, Test Set
# for Initial Value Problem Solvers 2.4, problem ROBER.
ROBERTSON_AT = {
    40.0: (0.71582706871940509, 9.1855347645577639e-06, 0.284163745745830352),
    1e11: (0.2083340149701255e-07, 0.8333360770334713e-13, 0.9999999791665050),
}


@pytest.mark.parametrize("t_end", ROBERTSON_AT)
def test_robertson(loops, t_end):
    done = run(loops, [1.0, 0.0, 0.0], ROBERTSON, [t_end], rtol=1e-8, atol=1e-18)
    assert done.status == loops.FINISHED
    assert done.y == pytest.approx(ROBERTSON_AT[t_end], rel=1e-6)
    assert done.y.sum() == pytest.approx(1, abs=1e-12)
    assert done.steps < 3000


def test_a_stiff_linear_system_follows_the_matrix_exponential(loops):
    rng = np.random.default_rng(1)
    n = 6
    mix = rng.normal(size=(n, n)) + 3 * np.eye(n)
    matrix = mix @ np.diag(-np.logspace(-1, 6, n)) @ np.linalg.inv(mix)
    terms = [(i, matrix[i, j], j) for i in range(n) for j in range(n)]
    start = rng.uniform(1, 2, n)
    grid = np.array([1e-6, 1e-3, 0.1, 1.0, 10.0])
    done = run(loops, start, terms, grid, rtol=1e-9, atol=1e-9)
    exact = np.array([scipy.linalg.expm(matrix * t) @ start for t in grid])
    assert done.recorded == pytest.approx(exact, abs=1e-7)
    assert done.steps < 1000


def test_stopping_at_an_edge_and_going_on_changes_nothing_but_rounding(loops):
    whole = run(loops, [0.1], LOGISTIC, [6.0], rtol=1e-10, atol=1e-10)
    half = run(loops, [0.1], LOGISTIC, [3.0], rtol=1e-10, atol=1e-10)
    rest = run(loops, half.y, LOGISTIC, [3.0], rtol=1e-10, atol=1e-10, h=half.h)
    assert rest.y == pytest.approx(whole.y, abs=1e-9)
    assert rest.steps < whole.steps


# -- how it may end --------------------------------------------------------------------------------------


def test_too_many_steps_leave_the_state_at_the_time_reached(loops):
    done = run(loops, [0.1], LOGISTIC, np.linspace(0.1, 12, 120), rtol=1e-10, atol=1e-10, max_steps=20)
    assert (done.status, done.steps) == (loops.TOO_MANY_STEPS, 20)
    assert 0 < done.t < 12
    assert done.y[0] == pytest.approx(logistic(done.t), abs=1e-8)
    assert np.isfinite(done.recorded[: done.following]).all()
    assert np.isnan(done.recorded[done.following :]).all()


def test_an_explosion_stops_just_before_its_time(loops):
    done = run(loops, [0.5, 1.0], [(0, -1.0, 0), (1, 1.0, 1, 1)], [2.0])
    assert done.status == loops.STEP_TOO_SMALL
    assert done.t == pytest.approx(1, abs=1e-4)
    assert done.worst == 1


@pytest.mark.parametrize("weight", [np.nan, np.inf])
def test_a_drift_that_is_not_finite_is_told_from_a_difficult_one(loops, weight):
    done = run(loops, [1.0, 1.0], [(0, -1.0, 0), (1, weight, 1)], [1.0])
    assert (done.status, done.worst, done.t) == (loops.NOT_FINITE, 1, 0.0)


def test_a_request_to_stop_is_obeyed_before_the_next_step(loops):
    done = run(loops, [0.1], LOGISTIC, [1.0], stop=1)
    assert (done.status, done.steps, done.t) == (loops.STOPPED, 0, 0.0)


def test_an_interval_at_the_resolution_of_time_is_crossed(loops):
    end = np.nextafter(1e6, 2e6)
    done = run(loops, [0.1], LOGISTIC, [end], start=1e6)
    assert (done.status, done.t, done.steps) == (loops.FINISHED, end, 1)


def test_a_network_at_rest_takes_few_steps(loops):
    done = run(loops, [0.0, 3.0], [(0, -1.0, 0)], [0.5, 1e4])
    assert (done.status, done.steps < 30) == (loops.FINISHED, True)
    assert done.recorded.tolist() == [[0.0, 3.0], [0.0, 3.0]]


def test_robertson_through_the_front_door():
    model = md.Model("robertson")
    place = model.compartment("place", volume=1 / 602.214076)
    for name, count in (("A", 1), ("B", 0), ("C", 0)):
        model.species(name, place, count=count)
    model.reaction("A -> B", k="0.04 1/s")
    model.reaction("2 B -> B + C", k="3e7 1/uM/s")
    model.reaction("B + C -> A + C", k="1e4 1/uM/s")
    data = md.simulate(model, np.array([0.0, 40.0]), engine="ode", rtol=1e-8, atol=1e-16)
    found = [float(data["counts"].isel(trajectory=0, time=-1).sel(species=f"{name}.place")) for name in "ABC"]
    assert found == pytest.approx(ROBERTSON_AT[40.0], rel=1e-6)


# -- sparse factorisation --------------------------------------------------------------------------------


def filled(matrix, tables):
    lu = np.zeros(tables.room)
    lu[tables.place] = matrix.data
    return lu


def with_diagonal(matrix):
    """Rows compressed and sorted, with a dominant diagonal."""
    rows = scipy.sparse.csr_matrix(matrix)
    rows = scipy.sparse.csr_matrix(rows + scipy.sparse.diags(1 + np.asarray(abs(rows).sum(axis=1)).ravel()))
    rows.sort_indices()
    return rows


@pytest.mark.parametrize("seed", range(20))
def test_solutions_agree_with_scipy(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 80))
    density = rng.uniform(0, 0.2)
    matrix = with_diagonal(scipy.sparse.random(n, n, density, random_state=seed, data_rvs=rng.standard_normal))
    tables = elimination(matrix.indptr, matrix.indices)
    lu, x = filled(matrix, tables), rng.normal(size=n)
    exact = scipy.sparse.linalg.spsolve(matrix.tocsc(), x)
    assert factorise(lu, n, tables) == -1
    solve(lu, x, n, tables)
    assert x == pytest.approx(np.atleast_1d(exact), abs=1e-12)


@pytest.mark.parametrize(("n", "density"), [(24, 1.0), (40, 0.5), (90, 0.2), (100, 1.0), (250, 0.03)])
def test_long_rows_agree_with_scipy(n, density):
    """Rows of U in blocks, alone and two at once; the scratch between entries and blocks holds no numbers before."""
    rng = np.random.default_rng(n)
    matrix = with_diagonal(scipy.sparse.random(n, n, density, random_state=n, data_rvs=rng.standard_normal))
    tables = elimination(matrix.indptr, matrix.indices)
    assert (tables.begin.size > 0, tables.alike.any()) == (True, True)
    lu, x = filled(matrix, tables), rng.normal(size=n)
    lu[tables.row : tables.blocks] = np.nan
    exact = scipy.sparse.linalg.spsolve(matrix.tocsc(), x)
    assert factorise(lu, n, tables) == -1
    solve(lu, x, n, tables)
    assert x == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_a_bad_pivot_is_named(value):
    matrix = scipy.sparse.csr_matrix(np.diag([1.0, 2.0, 3.0]))
    tables = elimination(matrix.indptr, matrix.indices)
    lu = filled(matrix, tables)
    lu[tables.place[1]] = value
    assert factorise(lu, 3, tables) == 1


def test_a_species_that_couples_to_all_is_eliminated_last_and_fills_nothing():
    n = 200
    arrow = np.eye(n)
    arrow[7, :] = arrow[:, 7] = 1
    matrix = scipy.sparse.csr_matrix(arrow)
    tables = elimination(matrix.indptr, matrix.indices)
    assert 7 in tables.order[-2:]  # of the last two, either may come first
    assert tables.indices.size == matrix.nnz


def test_a_long_chain_fills_nothing_in_any_numbering():
    n = 10_000
    chain = scipy.sparse.diags_array([np.ones(n - 1), np.ones(n), np.ones(n - 1)], offsets=[-1, 0, 1]).tocsr()
    shuffled = np.random.default_rng(0).permutation(n)
    matrix = scipy.sparse.csr_matrix(chain[shuffled][:, shuffled])
    tables = elimination(matrix.indptr, matrix.indices)
    assert tables.indices.size == matrix.nnz


def test_catalysis_one_way_fills_nothing():
    """Rows that depend on a species on which nothing depends: a symmetrised pattern would fill in."""
    matrix = scipy.sparse.csr_matrix(np.array([[1, 1, 1, 1], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]]))
    tables = elimination(matrix.indptr, matrix.indices)
    assert tables.indices.size == matrix.nnz
