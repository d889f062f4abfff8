"""The ODE engine against closed forms, published solutions, and finite differences of its Jacobian."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import microdomain as md
from engines import flow_tables
from engines.derivatives import gradient_address
from engines.views import Views
from tests.reference import ONE_PER_UM, closed, drift, mean_field, rates


def solve(model, times, **options):
    """Molecules (time, species)."""
    return md.simulate(model, times, engine="ode", **options).counts.values[0]


@md.rate_law(n="1", growth="1/s", capacity="1", returns="1/s")
def logistic(n, growth, capacity):
    return growth * n * (1 - n / capacity)


TIMES = np.linspace(0, 5, 21)


def test_exponential_decay() -> None:
    """dn/dt = -k n: n = n0 exp(-k t)."""
    found = solve(closed("decay", {"A": 1000}, ("A -> 0", 0.7)), TIMES, rtol=1e-9, atol=1e-9)
    assert found[:, 0] == pytest.approx(1000 * np.exp(-0.7 * TIMES), rel=1e-8)


def test_second_order_decay() -> None:
    """2 A -> 0, in 0.5 fL: dc/dt = -2 k c^2, c = c0 / (1 + 2 k c0 t)."""
    model = closed("pairs", {"A": 300}, ("2 A -> 0", 0.8), volume=0.5)
    c0 = 300 / (0.5 * 602.214076)
    found = solve(model, TIMES, rtol=1e-9, atol=1e-9)[:, 0] / (0.5 * 602.214076)
    assert found == pytest.approx(c0 / (1 + 2 * 0.8 * c0 * TIMES), rel=1e-8)


def test_third_order_decay() -> None:
    """3 A -> 0: dn/dt = -3 k n^3, n = n0 / sqrt(1 + 6 k n0^2 t)."""
    found = solve(closed("triples", {"A": 30}, ("3 A -> 0", 0.002)), TIMES, rtol=1e-9, atol=1e-9)
    assert found[:, 0] == pytest.approx(30 / np.sqrt(1 + 6 * 0.002 * 900 * TIMES), rel=1e-8)


def test_logistic_growth_by_a_custom_law() -> None:
    """dn/dt = r n (1 - n/K): n = K / (1 + (K/n0 - 1) exp(-r t))."""
    model = closed("growth", {"A": 4})
    model.reaction("0 -> A", logistic, n="A", growth=2, capacity=100)
    found = solve(model, TIMES, rtol=1e-9, atol=1e-9)
    assert found[:, 0] == pytest.approx(100 / (1 + 24 * np.exp(-2 * TIMES)), rel=1e-8)


def test_a_closed_reversible_pair_relaxes_to_its_equilibrium() -> None:
    """A <-> B: both exponentials of k + k_back, the sum constant to rounding."""
    found = solve(closed("pair", {"A": 80, "B": 20}, ("A <-> B", 1.5, 0.5)), TIMES, rtol=1e-9, atol=1e-9)
    assert found[:, 0] == pytest.approx(25 + 55 * np.exp(-2 * TIMES), rel=1e-8)
    assert found.sum(axis=1) == pytest.approx(np.full(len(TIMES), 100), rel=1e-13)


def test_robertson() -> None:
    """The stiff problem of Robertson (1966) to t = 1e11 s: the reference solution of the Test Set for IVP Solvers."""
    reactions = ("A -> B", 0.04), ("2 B -> B + C", 3e7), ("B + C -> A + C", 1e4)
    model = closed("robertson", {"A": 1, "B": 0, "C": 0}, *reactions)
    data = md.simulate(model, [0.0, 40.0, 1e11], engine="ode", rtol=1e-8, atol=1e-18)
    assert data.counts.values[0, 1] == pytest.approx([0.7158270688, 9.185534765e-6, 0.2841637457], rel=1e-6)
    expected = [2.083340149701255e-8, 8.333360770334713e-14, 0.9999999791665050]
    assert data.counts.values[0, 2] == pytest.approx(expected, rel=1e-5)
    assert data.steps[0] < 3000


def test_a_stiff_chain_takes_few_steps() -> None:
    """A -> B -> C with rates 1e6 apart: B = A0 k1 / (k2 - k1) (exp(-k1 t) - exp(-k2 t)), in fewer than 200 steps."""
    k1, k2, times = 0.5, 5e5, np.array([0.0, 1e-6, 1e-3, 1.0, 10.0])
    model = closed("chain", {"A": 1000, "B": 0, "C": 0}, ("A -> B", k1), ("B -> C", k2))
    data = md.simulate(model, times, engine="ode", rtol=1e-8, atol=1e-10)
    exact = 1000 * k1 / (k2 - k1) * (np.exp(-k1 * times) - np.exp(-k2 * times))
    assert data.counts.values[0, :, 1] == pytest.approx(exact, rel=1e-6, abs=1e-9)
    assert data.steps[0] < 200


SPECIES = ("A", "B", "C", "D")
side = st.lists(st.sampled_from(SPECIES), max_size=3)
reaction = st.tuples(side, side, st.floats(0.1, 1.0)).filter(lambda r: sorted(r[0]) != sorted(r[1]))


@settings(max_examples=15)
@given(st.lists(reaction, min_size=1, max_size=5, unique_by=lambda r: (str(r[0]), str(r[1]))))
def test_random_mass_action_networks_agree_with_plain_python(reactions) -> None:
    """Random reactions of order 0 to 3 against Runge-Kutta in plain Python, over a time of mild change."""
    terms = [(f"{' + '.join(left) or '0'} -> {' + '.join(right) or '0'}", k) for left, right, k in reactions]
    model = closed("random", dict(zip(SPECIES, (3, 2, 1, 4), strict=True)), *terms)
    times = np.array([0.0, 0.005, 0.01])
    exact = mean_field(model.network(), times, 40)
    assert solve(model, times, rtol=1e-9, atol=1e-9) == pytest.approx(exact, rel=1e-7, abs=1e-7)


def test_euler_and_runge_kutta_of_the_reference_converge_to_the_engine() -> None:
    """The references themselves: errors fall as h and h^4."""
    model = closed("nonlinear", {"A": 20, "B": 5}, ("2 A -> B", 0.03), ("B -> 2 A", 0.4), ("A + B -> A", 0.02))
    exact = solve(model, [0.0, 1.0], rtol=1e-11, atol=1e-11)[-1]
    for order, ratio in ((1, 2.0), (4, 16.0)):
        errors = [np.abs(mean_field(model.network(), [0.0, 1.0], n, order)[-1] - exact).max() for n in (20, 40)]
        assert errors[0] / errors[1] == pytest.approx(ratio, rel=0.2)


# -- the Jacobian ----------------------------------------------------------------------------------------------------


@md.rate_law(a="uM", b="uM", returns="uM")
def weighted(a, b):
    return a * a / (a + b) + b


@md.rate_law(q="uM", c="uM", unit="uM", returns="1")
def saturation(q, c, unit):
    return md.maths.exp(-q / unit) + c / (c + q)


@md.rate_law(s="1", a="uM", k_max="uM/s", unit="uM", returns="uM/s")
def gated(s, a, k_max, unit):
    return k_max * s**2 * md.maths.where(a > 2 * unit, a / unit, md.maths.tanh(a / unit))


@md.rate_law(s="1", rate="1/uM/s", returns="1/uM/s")
def binding(s, rate):
    return rate * (0.1 + s)


def orders() -> md.Model:
    reactions = (
        ("0 -> A", 1.0), ("A <-> B", 0.3, 0.2), ("2 A + B -> C", 0.1), ("4 A -> B + C", 0.01), ("3 C + A -> 2 A", 0.02),
        ("2 B + 2 C -> A", 0.03), ("A + B + C -> A + B", 0.05),
    )  # fmt: skip
    return closed("orders", {"A": 3, "B": 4, "C": 2}, *reactions, volume=2 * ONE_PER_UM)


def chained_quantities() -> md.Model:
    model = closed("chained", {"A": 3, "B": 4, "C": 2}, ("A <-> B", 0.3, 0.2))
    model.quantity("q", weighted, a="A", b="B")
    model.quantity("s", saturation, c="C", unit=1)
    model.reaction("A -> C", gated, a="A", k_max=2, unit=1)
    model.reaction("A + 2 C -> B + C", gated, a="C", k_max=0.3, unit=1)
    model.reaction("A + B -> C", k=binding, rate=1)
    model.reaction("2 A -> 2 C", gated, a="q", k_max=0.2, unit=1)
    return model


def microdomain_with_a_blocker() -> md.Model:
    """The published microdomain, and a law of the number of its open channels."""
    model = md.models.ip3_microdomain(clamped=False)
    model.quantity("s", saturation, q="Ca.cytosol", c="Ca.er", unit=1)
    model.reaction("IP3.cytosol -> 0", opened, n="IP3R.open", s="s", rate=1)
    return model


@md.rate_law(n="1", s="1", rate="1/s", returns="1/s")
def opened(n, s, rate):
    return rate * (1 + n) * s


@pytest.mark.parametrize("build", [orders, chained_quantities, microdomain_with_a_blocker])
def test_the_jacobian_and_the_drift_are_those_of_plain_python(build) -> None:
    """Central differences of the drift of the reference, at ten random states, in every entry of the matrix."""
    network = build().network()
    views, n = Views(network), len(network.species)
    random = np.random.default_rng(1)
    for _ in range(10):
        state, exact = random.uniform(1, 6, n), np.empty((n, n))
        y = network.values(0.0)
        y[:n] = state
        assert views.drift(state) == pytest.approx(drift(network, y.copy()), rel=1e-12, abs=1e-12)
        for s in range(n):
            shift = 1e-5 * np.eye(len(y))[s]
            exact[:, s] = (drift(network, y + shift) - drift(network, y - shift)) / 2e-5
        found = views.jacobian(state).toarray()
        assert found == pytest.approx(exact, rel=1e-6, abs=1e-6 * np.abs(exact).max())


def test_derivatives_are_compiled_when_they_are_wanted_and_looked_up_once(monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(flow_tables, "gradient_address", lambda network: asked.append(1) or gradient_address(network))
    views = Views(chained_quantities().network())
    state = views.network.initial
    views.drift(state)
    assert asked == []
    first, second = (views.jacobian(state).toarray() for _ in range(2))
    assert asked == [1]
    assert (first == second).all()


@pytest.mark.parametrize("build", [orders, chained_quantities, microdomain_with_a_blocker])
def test_rates_at_states_are_those_of_plain_python(build) -> None:
    """Both readings at ten random states of whole molecules; and the diffusion N diag(a) N^T in the mean field."""
    network = build().network()
    views, n = Views(network), len(network.species)
    states = np.random.default_rng(2).integers(0, 5, (10, n)).astype(float)
    counted, flowing = views.propensities(states), views.mean_field_rates(states)
    change = views.stoichiometry.toarray()
    for k, state in enumerate(states):
        y = network.values(0.0)
        y[:n] = state
        assert counted[k] == pytest.approx(rates(network, y.copy(), counting=True), rel=1e-12)
        assert flowing[k] == pytest.approx(rates(network, y.copy(), counting=False), rel=1e-12)
        diffusion = change @ np.diag(flowing[k]) @ change.T
        assert views.diffusion(state).toarray() == pytest.approx(diffusion, rel=1e-12)


# -- tolerances and failures -----------------------------------------------------------------------------------------


def test_errors_follow_the_tolerance() -> None:
    """The Lotka-Volterra cycle: the error stays within 30 x rtol and falls with it; steps grow."""
    reactions = ("A -> 2 A", 1.0), ("A + B -> 2 B", 0.01), ("B -> 0", 1.0)
    model = closed("predator", {"A": 50, "B": 40}, *reactions)
    exact = solve(model, [0.0, 10.0], rtol=1e-12, atol=1e-12)[-1]
    errors, steps = [], []
    for rtol in (1e-3, 1e-5, 1e-7, 1e-9):
        data = md.simulate(model, [0.0, 10.0], engine="ode", rtol=rtol, atol=1e-12)
        errors.append(np.abs(data.counts.values[0, -1] / exact - 1).max())
        steps.append(int(data.steps[0]))
        assert errors[-1] < 30 * rtol
    assert errors == sorted(errors, reverse=True)
    assert steps == sorted(steps)


def test_too_few_steps_are_reported_with_what_was_computed() -> None:
    model = closed("decay", {"A": 1000}, ("A -> 0", 0.7), ("2 A -> A", 0.1))
    with pytest.raises(md.SimulationError, match="too many steps") as caught:
        md.simulate(model, np.linspace(0, 100, 101), engine="ode", max_steps=12)
    message, counts = str(caught.value), caught.value.result.counts.values[0, :, 0]
    assert "A.cell" in message
    assert "t = " in message
    assert "max_steps" in message
    assert counts[0] == 1000
    assert np.isfinite(counts[:2]).any()
    assert np.isnan(counts[-1])


@md.rate_law(n="1", top="1", rate="1/s", returns="1/s")
def until(n, top, rate):
    return rate * md.maths.sqrt(top - n)


@pytest.mark.parametrize(("start", "t"), [(0, 4.0), (9, 0.0)])
def test_a_law_that_becomes_nan_is_reported_with_where_and_why(start, t) -> None:
    """sqrt(4 - A) with A growing by 1 1/s: the run ends at t = 4 (or at once), naming the species, time and state."""
    model = closed("rising", {"A": start, "B": 0}, ("0 -> A", 1.0))
    model.reaction("0 -> B", until, n="A", top=4, rate=1)
    with pytest.raises(md.SimulationError, match=r"A\.cell = ") as caught:
        md.simulate(model, 10.0, engine="ode")
    message = str(caught.value)
    assert float(message.split("t = ")[1].split(" ", maxsplit=1)[0]) == pytest.approx(t, abs=1e-3)
    assert "not finite" in message or "step too small" in message
    assert "B.cell" in message
