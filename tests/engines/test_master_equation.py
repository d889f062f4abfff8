"""The master equation against closed forms, against a dense matrix exponential, and against its own bound."""

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.special import gammaln, hyp1f1, poch
from scipy.stats import binom, gamma, multinomial, poisson

import engines.master_equation.projection
import microdomain as md
from mechanisms.faults import ModelError
from tests.engines.test_multimer import Channel, through, with_channels
from tests.reference import ONE_PER_UM, closed, master_equation


def of(data, name, size):
    """P(count = 0 ... size - 1) of a species or of conducting complexes, (..., count)."""
    found = md.marginal(data, name)
    return found.reindex(count=np.arange(size), fill_value=0.0).values


def births_and_deaths(birth=40.0, death=0.8, volume=ONE_PER_UM) -> md.Model:
    model = md.Model("births_and_deaths")
    cell = model.compartment("cell", volume)
    model.species("A", cell)
    model.reaction("0 -> A", k=f"{birth} 1/s")
    model.reaction("A -> 0", k=death)
    return model


# -- over time ---------------------------------------------------------------------------------------------------------


def test_birth_and_death_is_poisson_within_the_bound() -> None:
    """From 0 the count is Poisson with mean b/d (1 - exp(-d t)): the whole error is at most the bound, and that 1e-6.

    Seen to fail: what flows out not added to the bound.
    """
    times = np.array([0.0, 0.1, 1.0, 4.0])
    data = md.master_equation(births_and_deaths(), times)
    m = 50 * (1 - np.exp(-0.8 * times))
    exact = poisson.pmf(np.arange(300), m[:, None])
    missing = exact - of(data, "A", 300)
    assert (missing > -1e-12).all()
    assert (missing.sum(axis=1) <= data.error_bound.values + 1e-13).all()
    assert (data.error_bound.values <= 1e-6).all()
    assert data.mean_counts.values[:, 0] == pytest.approx(m, abs=1e-4)
    assert data.variance_counts.values[:, 0] == pytest.approx(m, abs=1e-3)


def test_closed_isomerisation_is_multinomial() -> None:
    """Seven molecules that step between three states are independent: a multinomial with the law of one of them."""
    model = closed("steps", {"A": 7, "B": 0, "C": 0}, ("A <-> B", 1.3, 0.4), ("B <-> C", 0.9, 0.2))
    data = md.master_equation(model, [0.0, 0.3, 2.0])
    one = np.array([[-1.3, 1.3, 0], [0.4, -1.3, 0.9], [0, 0.2, -0.2]])
    assert data.sizes["state"] == 36
    for k, t in enumerate(data.time.values):
        exact = multinomial.pmf(data.counts.values, 7, expm(one * t)[0])
        assert data.probability.values[k] == pytest.approx(exact, abs=1e-12)


CASES = {
    "dimers": ({"A": 13, "B": 1}, [("2 A <-> B", 0.7, 0.5), ("A -> 0", 0.1)]),
    "catalysis": ({"A": 6, "B": 5, "C": 2}, [("A + B -> 2 B", 0.2), ("2 A + C -> 3 A", 0.05), ("B -> A", 0.6)]),
    "trimers": ({"A": 9, "B": 0}, [("3 A <-> B", 0.05, 0.3)]),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("volume", [1.0, 2.5])
def test_reactions_of_any_order_follow_the_plain_master_equation(case: str, volume: float) -> None:
    """All states that can be reached, by the reference in plain Python and a dense matrix exponential, to 1e-11.

    Seen to fail: powers instead of falling factorials (by 0.1).
    """
    counts, reactions = CASES[case]
    model = closed(case, counts, *reactions, volume=volume * ONE_PER_UM)
    states, probability = master_equation(model.network(), [0.0, 0.2, 3.0])
    data = md.master_equation(model, [0.0, 0.2, 3.0])
    found = {tuple(row): p for row, p in zip(data.counts.values.tolist(), data.probability.values.T, strict=True)}
    assert set(found) <= set(map(tuple, states.tolist()))
    for state, p in zip(states.tolist(), probability.T, strict=True):
        assert found[tuple(state)] == pytest.approx(p, abs=1e-11)
    assert (data.error_bound < 1e-10).all()


@pytest.mark.parametrize("seed", range(4))
def test_the_bound_is_honest_on_random_networks(seed: int, monkeypatch) -> None:
    """Two species with births, deaths, conversion and dimers, at tolerances of 1e-2 and 1e-4: the error in all, by
    a set with a tolerance of 1e-10, is within the bound, which the tolerance limits, and is not a small part of it.

    Sets of more than 50 states move, so that states are shed. Seen to fail: what is shed, or flows out, not added.
    """
    monkeypatch.setattr(engines.master_equation.projection, "SMALL", 50)
    random = np.random.default_rng(seed)
    birth, death, turn, pair = random.uniform([5, 0.3, 0.2, 0.01], [25, 1.5, 2.0, 0.1])
    model = closed(
        "random", {"A": 4, "B": 2}, ("0 -> A", birth), ("A <-> B", turn, death), ("2 A -> B", pair), ("B -> 0", death)
    )
    times = np.array([0.0, 0.05, 0.5, 5.0])
    best = md.master_equation(model, times, tolerance=1e-10)
    exact = {tuple(row): p for row, p in zip(best.counts.values.tolist(), best.probability.values.T, strict=True)}
    for tolerance in (1e-2, 1e-4):
        data = md.master_equation(model, times, tolerance=tolerance)
        true = np.array([exact[tuple(row)] for row in data.counts.values.tolist()]).T
        error = np.abs(true - data.probability.values).sum(axis=1) + 1.0 - true.sum(axis=1)
        assert (error <= data.error_bound.values + 2e-10).all()
        assert error[-1] > 0.3 * data.error_bound.values[-1]
        assert (data.error_bound.values <= tolerance).all()
        assert data.sizes["state"] < best.sizes["state"]


def test_the_set_moves_with_the_probability() -> None:
    """A pure birth process at 200 1/s: after 10 s the set holds a window around 2000, not the way there."""
    projection = engines.master_equation.projection.Projection(
        closed("births", {"A": 0}, ("0 -> A", 200.0)).network(), 0, 10, 1e-6, 1200
    )
    projection.run(10.0)
    states = projection.states.rows[:, 0]
    assert states.min() > 1300
    exact = poisson.pmf(states, 2000)
    assert (projection.p <= exact + 1e-14).all()
    assert 1 - projection.p.sum() <= projection.error <= 1e-6


def test_inputs_are_exact_from_edge_to_edge() -> None:
    """Births at 10, 60, 5 1/s between edges, one of them at a recorded time: Poisson with the mean in closed form."""
    model = closed("births", {"A": 0}, ("A -> 0", 1.0))
    model.input("stim", md.piecewise([0.5, 1.0], [10.0, 60.0, 5.0]), "1/s")
    model.reaction("0 -> A", k="stim")
    data = md.master_equation(model, [0.0, 0.5, 0.8, 1.7])
    at_half = 10 * (1 - np.exp(-0.5))
    at_one = 60 + (at_half - 60) * np.exp(-0.5)
    means = [0.0, at_half, 60 + (at_half - 60) * np.exp(-0.3), 5 + (at_one - 5) * np.exp(-0.7)]
    for k, m in enumerate(means):
        assert of(data, "A", 200)[k] == pytest.approx(poisson.pmf(np.arange(200), m), abs=1e-6)


# -- multimers ---------------------------------------------------------------------------------------------------------


def test_one_channel_is_its_four_subunits() -> None:
    """Subunits step independently where the ligand is held: the open complex is a binomial tail at every time."""
    model = with_channels(ligand=5, clamped=True, complexes=1, subunits=4, needed=3)
    data = md.master_equation(model, [0.0, 0.4, 2.0])
    one = np.array([[-0.75, 0.75, 0], [0.5, -0.9, 0.4], [0, 0.3, -0.3]])
    active = np.array([expm(one * t)[0, 1] for t in data.time.values])
    assert data.sizes["composition"] == 15
    assert of(data, "channel.open", 2)[:, 1] == pytest.approx(binom.sf(2, 4, active), abs=1e-6)
    assert of(data, "channel.active", 5) == pytest.approx(binom.pmf(np.arange(5), 4, active[:, None]), abs=1e-6)


@md.rate_law(a="1", b="1", returns="1")
def both(a, b):
    return sum(md.maths.where(x >= 2, 1.0, 0.0) for x in (a, b))


def test_compositions_have_the_law_of_complexes_spelled_out() -> None:
    """Two complexes of two subunits with feedback of the open ones on the ligand: against a species for each complex.

    Seen to fail: a step in proportion to complexes instead of to their subunits in the state.
    """
    counted = with_channels(ligand=2, complexes=2, subunits=2, needed=2)
    model = md.Model("spelled_out")
    cell = model.compartment("cell", ONE_PER_UM)
    model.species("L", cell, count=2)
    model.reaction("L -> 0", k=0.2)
    for i in "ab":
        for state in ("rest", "active", "blocked"):
            model.species(f"{state}_{i}", cell, count=2 if state == "rest" else 0)
        model.reaction(f"rest_{i} + L <-> active_{i}", k=0.15, k_back="0.5 1/s")
        model.reaction(f"active_{i} <-> blocked_{i}", k="0.4 1/s", k_back="0.3 1/s")
    model.quantity("open", both, a="active_a", b="active_b")
    model.reaction("0 -> L", through, n="open", rate=2, at="cell")
    one, other = (md.master_equation(m, [0.0, 1.0, 4.0], tolerance=1e-9) for m in (counted, model))
    assert of(one, "L", 30) == pytest.approx(of(other, "L", 30), abs=1e-9)
    assert one.mean_quantity.values == pytest.approx(other.mean_quantity.values, abs=1e-8)
    assert one.variance_quantity.values == pytest.approx(other.variance_quantity.values, abs=1e-8)
    assert one.sizes["state"] < other.sizes["state"]


# -- stationary --------------------------------------------------------------------------------------------------------


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


# -- first passages ----------------------------------------------------------------------------------------------------


def test_pure_births_reach_a_threshold_at_an_erlang_time() -> None:
    """Six births at 2 1/s: the cdf at three times, mean 6/2 and variance 6/4."""
    data = md.first_passage(closed("births", {"A": 0}, ("0 -> A", 2.0)), [1.0, 2.0, 6.0], "A", at_least=6)
    assert data.cdf.values == pytest.approx(gamma.cdf([0.0, 1.0, 5.0], 6, scale=0.5), abs=1e-11)
    assert float(data.mean_time) == pytest.approx(3.0, rel=1e-12)
    assert float(data.variance_time) == pytest.approx(1.5, rel=1e-10)
    assert float(data.probability_ever) == pytest.approx(1.0, abs=1e-12)


def test_a_random_walk_that_drifts_away_may_never_arrive() -> None:
    """From 3, up at 2 and down at 1 per molecule: three lines, each extinct by t with (1 - e^-t)/(2 - e^-t), hence
    all of them ever with (1/2)^3; the mean of the time, given that, is that of a maximum of three.
    """
    model = closed("lines", {"A": 3}, ("A -> 2 A", 2.0), ("A -> 0", 1.0))
    times = np.array([0.0, 0.5, 2.0])
    data = md.first_passage(model, times, "A", at_most=0)
    one = (1 - np.exp(-times)) / (2 - np.exp(-times))
    assert data.cdf.values == pytest.approx(one**3, abs=1e-6)
    assert ((one**3 - data.cdf.values) <= data.error_bound.values + 1e-12).all()
    assert float(data.probability_ever) == pytest.approx(1 / 8, rel=1e-6)
    grid = np.linspace(0, 60, 200_001)
    later = 1 - (2 * (1 - np.exp(-grid)) / (2 - np.exp(-grid))) ** 3
    assert float(data.mean_time) == pytest.approx(np.trapezoid(later, grid), rel=1e-5)


def test_the_mean_passage_up_a_birth_death_ladder() -> None:
    """From 0 to n by births b and deaths d m: sum over m < n of sum over k <= m of (m!/k!) (d/b)^(m-k) / b."""
    data = md.first_passage(births_and_deaths(5.0, 1.0), 20, "A", at_least=12)
    climb = sum(np.exp(gammaln(m + 1) - gammaln(k + 1)) * 0.2 ** (m - k) / 5.0 for m in range(12) for k in range(m + 1))
    assert float(data.mean_time) == pytest.approx(climb, rel=1e-9)


def test_passages_across_the_edges_of_inputs() -> None:
    """The first birth at 1 1/s until t = 1 and 2 1/s from then on: cdf, mean and variance of a broken exponential.

    Seen to fail: the probability of one jump more in the moments of a step.
    """
    model = closed("births", {"A": 0}, ("0 -> A", "rate"))
    model.input("rate", md.step(1.0, 1.0, 2.0), "1/s")
    data = md.first_passage(model, [0.0, 0.5, 3.0], "A", at_least=1)
    assert data.cdf.values == pytest.approx([0.0, 1 - np.exp(-0.5), 1 - np.exp(-5.0)], abs=1e-12)
    mean = (1 - 2 / np.e) + (1 + 0.5) / np.e
    second = (2 - 5 / np.e) + (1 + 2 * 0.5 + 2 * 0.25) / np.e
    assert float(data.mean_time) == pytest.approx(mean, rel=1e-11)
    assert float(data.variance_time) == pytest.approx(second - mean**2, rel=1e-10)


@md.rate_law(a="1", gain="1", returns="1")
def seen(a, gain):
    return a * gain


def test_a_threshold_that_an_input_moves_is_reached_at_its_edge() -> None:
    """gain A >= 4 with births at 2 1/s: 4 births before the gain doubles at t = 1, or 2 by then or later.

    Seen to fail: what meets the condition at the edge left out.
    """
    model = closed("births", {"A": 0}, ("0 -> A", 2.0))
    model.input("gain", md.step(1.0, 1.0, 2.0), "1")
    model.quantity("seen", seen, a="A", gain="gain")
    data = md.first_passage(model, [0.0, 0.5, 1.0, 3.0], "seen", at_least=4)
    exact = [0.0, gamma.cdf(0.5, 4, scale=0.5), gamma.cdf(1.0, 2, scale=0.5), gamma.cdf(3.0, 2, scale=0.5)]
    assert data.cdf.values == pytest.approx(exact, abs=1e-11)
    until = np.linspace(0, 1, 100_001)
    mean = np.trapezoid(1 - gamma.cdf(until, 4, scale=0.5), until)
    mean += poisson.pmf(0, 2.0) * 1.0 + poisson.pmf(1, 2.0) * 0.5
    assert float(data.mean_time) == pytest.approx(mean, rel=1e-8)


def test_a_fork_is_taken_with_its_probability() -> None:
    """Three molecules go to B (1/3) or C: B reaches 3 with probability 1/27, and is there at the start with a threshold
    of 0."""
    model = closed("fork", {"A": 3, "B": 0, "C": 0}, ("A -> B", 1.0), ("A -> C", 2.0))
    data = md.first_passage(model, 10, "B", at_least=3)
    assert float(data.probability_ever) == pytest.approx(1 / 27, rel=1e-12)
    assert float(data.mean_time) == pytest.approx((1 + 1 / 2 + 1 / 3) / 3, rel=1e-12)
    at_once = md.first_passage(model, 10, "B", at_least=0)
    assert (at_once.cdf == 1).all()
    assert float(at_once.mean_time) == 0.0


def test_a_channel_opens_first() -> None:
    """Four subunits that must all be active at once: the mean time from the generator of (rest, active, blocked)."""
    model = md.Model("subunits")
    cell = model.compartment("cell", ONE_PER_UM)
    membrane = model.membrane("membrane", 1.0, inside=cell)
    model.species("L", cell, count=5, clamped=True)
    model.add(Channel(complexes=1, subunits=4, needed=4), name="channel", membrane=membrane)
    data = md.first_passage(model, 5, "channel.open", at_least=1)
    states, q = [(r, a, 4 - r - a) for r in range(5) for a in range(5 - r)], {}
    for r, a, b in states:
        steps = (((r - 1, a + 1, b), 0.75 * r), ((r + 1, a - 1, b), 0.5 * a))
        for target, rate in (*steps, ((r, a - 1, b + 1), 0.4 * a), ((r, a + 1, b - 1), 0.3 * b)):
            if rate:
                q[(r, a, b), target] = rate
    before = [state for state in states if state != (0, 4, 0)]
    matrix = np.array([[q.get((x, y), 0.0) for y in before] for x in before])
    matrix -= np.diag([sum(rate for (x, _), rate in q.items() if x == state) for state in before])
    times = np.linalg.solve(-matrix, np.ones(len(before)))
    assert float(data.mean_time) == pytest.approx(times[before.index((4, 0, 0))], rel=1e-10)


# -- requests ----------------------------------------------------------------------------------------------------------


def test_what_is_too_large_is_refused_with_its_size() -> None:
    with pytest.raises(md.RequestError, match=r"about \de\+\d+ states; allowed: at most 300,000; .*engine='gillespie'"):
        md.master_equation(md.models.ip3_microdomain(), 1.0)
    many = closed("many", {"A": 0, "B": 0, "C": 0, "D": 0}, *((f"0 <-> {name}", 2000.0, 1.0) for name in "ABCD"))
    with pytest.raises(md.RequestError, match="states"):
        md.master_equation(many, 5.0)
    chain = closed("chain", {f"A{i}": 10 for i in range(400)}, *((f"A{i} <-> A{i + 1}", 1.0, 1.0) for i in range(399)))
    with pytest.raises(md.RequestError, match=r"more than 1e\+300 states"):
        md.master_equation(chain, 1.0)


def test_one_molecule_in_many_places_is_not_too_large() -> None:
    """The estimate says so, and then all states are found: hopping in a ring of 300, at rest everywhere alike."""
    ring = closed(
        "ring",
        {f"A{i}": int(i == 0) for i in range(300)},
        *((f"A{i} <-> A{(i + 1) % 300}", 1.0, 1.0) for i in range(300)),
    )
    data = md.stationary_distribution(ring)
    assert data.sizes["state"] == 300
    assert data.mean_counts.values == pytest.approx(np.full(300, 1 / 300), rel=1e-9)


def test_a_set_that_outgrows_its_limit_leaves_what_was_computed() -> None:
    with pytest.raises(md.SimulationError, match="outgrew 60") as caught:
        md.master_equation(births_and_deaths(), [0.0, 0.2, 0.5, 10.0], max_states=60)
    data = caught.value.result
    assert data.time.values[0] == 0.0
    assert 1 <= data.sizes["time"] < 4


@md.rate_law(a="1", rate="1/s", returns="1/s")
def falling(a, rate):
    return rate * (2.5 - a)


def test_a_negative_rate_names_the_state() -> None:
    model = closed("negative", {"A": 0}, ("A -> 0", 1.0))
    model.reaction("0 -> A", falling, a="A", rate=1, at="cell")
    with pytest.raises(md.SimulationError, match=r"at A.cell = 3: reaction '0 -> A' has the rate -0.5"):
        md.master_equation(model, 1.0)


def test_faults_of_a_request_are_all_named() -> None:
    model = births_and_deaths()
    with pytest.raises(md.RequestError, match=r"(?s)tolerance.*max_states"):
        md.master_equation(model, 1.0, tolerance=0.0, max_states=0)
    with pytest.raises(md.RequestError, match=r"Did you mean 'A.cell'"):
        md.first_passage(model, 1.0, "A.cel", at_least=3)
    with pytest.raises(md.RequestError, match="one of the two"):
        md.first_passage(model, 1.0, "A")
    with pytest.raises(md.RequestError, match="times"):
        md.master_equation(model, [1.0, 0.0])
    with pytest.raises(ValueError, match="allowed: species and conducting complexes"):
        md.marginal(md.master_equation(model, 0.1), "B")
    with pytest.raises(ModelError):
        md.master_equation(md.Model("empty"), 1.0)


def test_other_units_give_the_same_distribution() -> None:
    """A dimer in fL, uM and s, and in pL, nM and ms, to rounding; and a threshold in uM is one in molecules."""
    found = []
    for volume, initial, k, back in (
        ("0.05 fL", "1 uM", "0.5 1/uM/s", "0.1 1/s"),
        ("5e-5 pL", "1000 nM", "5e-7 1/nM/ms", "1e-4 1/ms"),
    ):
        model = md.Model("dimer")
        cell = model.compartment("cell", volume)
        model.species("A", cell, initial)
        model.species("B", cell)
        model.reaction("2 A <-> B", k=k, k_back=back)
        found.append(md.master_equation(model, [0.0, 2.0]))
    assert found[0].probability.values == pytest.approx(found[1].probability.values, abs=1e-12)
    text, number = (md.first_passage(model, 5, "B", at_least=value) for value in ("0.15 uM", 5))
    assert text.cdf.values == pytest.approx(number.cdf.values, abs=1e-15)


def test_provenance() -> None:
    data = md.master_equation(births_and_deaths(), 1.0, tolerance=1e-4)
    assert data.attrs["engine"] == "master_equation"
    assert '"tolerance": 0.0001' in data.attrs["engine_options"]
    assert data.attrs["model_hash"] == births_and_deaths().network().digest
    assert data.species.values.tolist() == ["A.cell"]
