"""Tau-leaping against exact laws, within the bias that its epsilon promises.

Seeds are fixed, so a test passes always or never; its false-alarm probability is that of another seed. "Seen to fail"
names the faults that were put into a copy of the project, one at a time, and made the test fail.
"""

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.stats import binom, kstest, norm

import engines.tau_leaping
import microdomain as md
from engines.result import MEANING
from tests.engines.test_inputs import SIGNALS, driven, mean_of_births
from tests.engines.test_multimer import COMPLEXES, NEEDED, SUBUNITS, with_channels
from tests.reference import chi_square, closed, master_equation

ALARM = 1e-4
"""False-alarm probability of one comparison."""
Z = norm.isf(ALARM / 2)


def leaps(model, times, trajectories=1, seed=1, **options):
    return md.simulate(model, times, engine="tau_leaping", trajectories=trajectories, seed=seed, workers=1, **options)


@pytest.fixture
def always_leaping(monkeypatch) -> None:
    """Leaps also where exact steps would be faster, down to two reactions."""
    monkeypatch.setattr(engines.tau_leaping, "worth", lambda network: 2)


def agree(found, mean, variance, bias_of_mean, bias_of_variance) -> None:
    """Mean and variance of a sample are those of a nearly normal law, to a fraction beside what chance allows."""
    n = len(found)
    assert abs(found.mean() - mean) < bias_of_mean * mean + Z * np.sqrt(variance / n)
    assert abs(found.var(ddof=1) / variance - 1) < bias_of_variance + Z * np.sqrt(2 / n)


# -- leaps -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("epsilon", [0.03, 0.3])
def test_birth_and_death_is_poisson_at_every_time(epsilon: float) -> None:
    """From 200, births of 2000 1/s and deaths of 1 1/s: the mean is 2000 - 1800 exp(-t), the variance less.

    It is 2000 - 1800 exp(-t) - 200 exp(-2 t). False alarm: 6 comparisons of 1e-4. Seen to fail: the same
    rates in both halves of a leap; a half that is too short.
    """
    model = closed("births", {"A": 200}, ("0 -> A", 2000.0), ("A -> 0", 1.0))
    times = np.array([0.0, 0.4, 1.5, 12.0])
    found = leaps(model, times, 5000, epsilon=epsilon, implicit=False).counts.values[:, :, 0]
    for k in (1, 2, 3):
        mean = 2000 - 1800 * np.exp(-times[k])
        agree(found[:, k], mean, mean - 200 * np.exp(-2 * times[k]), epsilon / 30, epsilon / 3)


def test_reversible_dimerisation_has_the_moments_of_the_master_equation(always_leaping) -> None:
    """2 A <-> B from 800 A, at two times. False alarm: 4 comparisons of 1e-4.

    Seen to fail: the same rates in both halves of a leap.
    """
    pairs, k, back = 400, 4e-3, 1.0
    model = closed("dimers", {"A": 2 * pairs, "B": 0}, ("2 A <-> B", k, back))
    times = np.array([0.0, 0.3, 3.0])
    found = leaps(model, times, 4000, epsilon=0.1, implicit=False).counts.sel(species="B.cell").values
    b = np.arange(pairs + 1)
    free = 2 * pairs - 2 * b
    generator = np.diag(k * (free * (free - 1))[:-1], -1) + np.diag(back * b[1:], 1)
    generator -= np.diag(generator.sum(axis=0))
    for i in (1, 2):
        p = expm(generator * times[i])[:, 0]
        mean = b @ p
        agree(found[:, i], mean, b**2 @ p - mean**2, 0.001, 0.05)


def test_leaps_of_a_few_molecules_are_nearly_exact_and_critical_reactions_quite(always_leaping) -> None:
    """One gene switches on (0.6 1/s) and off (0.9 1/s) and makes 300 A per second, which decay at 1 1/s.

    Whether it is on is exact; the mean and the variance of A are those of the telegraph process. False alarm: 8
    comparisons of 1e-4. Seen to fail: a hazard that leaps in which no critical reaction fires do not use up.
    """
    model = closed(
        "gene", {"off": 1, "on": 0, "A": 0}, ("off <-> on", 0.6, 0.9), ("on -> on + A", 300.0), ("A -> 0", 1.0)
    )
    times, n = np.array([0.0, 0.5, 1.0, 6.0]), 6000
    data = leaps(model, times, n)
    network = closed("gene", {"off": 1, "on": 0}, ("off <-> on", 0.6, 0.9)).network()
    on = master_equation(network, times)[1] @ [0, 1]
    for k in (1, 2, 3):
        found = data.counts.sel(species="on.cell").values[:, k]
        assert abs(found.sum() - n * on[k]) < Z * np.sqrt(n * on[k] * (1 - on[k]))
    # d/dt of <A>, <A on> and <A A>, with r = 300, u = 0.6, v = 0.9:
    moments = np.zeros((5, 5))  # 1, <on>, <A>, <A on>, <A A>
    moments[1, :2] = 0.6, -1.5
    moments[2, 1:3] = 300, -1
    moments[3, 1:4] = 300, 0.6, -2.5
    moments[4, 1:5] = 300, 1, 600, -2
    for k in (1, 2, 3):
        exact = expm(moments * times[k]) @ [1, 0, 0, 0, 0]
        found = data.counts.sel(species="A.cell").values[:, k]
        variance = exact[4] - exact[2] ** 2
        fourth = ((found - found.mean()) ** 4).mean()
        assert abs(found.mean() - exact[2]) < 0.003 * exact[2] + Z * np.sqrt(variance / n)
        assert abs(found.var() - variance) < 0.01 * variance + Z * np.sqrt((fourth - variance**2) / n)


def test_the_hazard_of_a_critical_reaction_is_integrated_over_leaps() -> None:
    """One X is hit at 2e-4 A 1/s while 20,000 A decay at 2 1/s: what is left at 15 times, in 20,000 runs.

    The integrated hazard is 2 (1 - exp(-2 t)) for the mean of A, from which A cannot be told here. The bias, of second
    order, is at most 0.005. False alarm: 15 comparisons of 1e-4. Seen to fail: the propensity at the beginning of a
    leap taken for all of it, which leaves 0.03 too few.
    """
    model = closed("hit", {"X": 1, "A": 20_000}, ("X + A -> A", 2e-4), ("A -> 0", 2.0))
    grid = np.linspace(0, 3, 16)
    left = leaps(model, grid, 20_000, epsilon=0.2).counts.sel(species="X.cell").values
    survived = left.mean(axis=0)
    exact = np.exp(-2 * (1 - np.exp(-2 * grid)))
    assert (np.abs(survived - exact) < Z * np.sqrt(exact * (1 - exact) / 20_000) + 0.005).all()


def test_bursts_of_exact_steps_have_the_law_of_gillespie(monkeypatch) -> None:
    """Where leaping never pays (few molecules, grid times among the bursts), the distribution is the exact one.

    Bursts are made as short as 20 reactions. False alarm: 5 comparisons of 1e-4. Seen to fail: a burst that forgets
    the next reaction after the grid was looked at until then.
    """
    monkeypatch.setattr(engines.tau_leaping, "worth", lambda network: 1)
    model = closed("few", {"A": 0}, ("0 -> 2 A", 1.5), ("2 A -> A", 0.3), ("A -> 0", 1.0))
    times = np.array([0.0, 0.1, 0.5, 1.3, 4.0, 15.0])
    n = np.arange(60)  # more than 59 are never seen
    generator = np.diag(np.full(58, 1.5), -2) + np.diag((0.3 * n * (n - 1) + n)[1:], 1)
    generator -= np.diag(generator.sum(axis=0))
    found = leaps(model, times, 20_000).counts.values[:, :, 0]
    for k in range(1, len(times)):
        assert chi_square(found[:, k], expm(generator * times[k])[:, 0]) > ALARM


def test_a_fine_grid_gives_the_same_law_as_a_coarse_one(always_leaping) -> None:
    """Births and deaths around 1000 on 3 and on 300 times. False alarm: 4 comparisons of 1e-4."""
    model = closed("births", {"A": 0}, ("0 -> A", 1000.0), ("A -> 0", 1.0))
    for times in ([0.0, 1.0, 9.0], np.linspace(0, 9, 301)):
        found = leaps(model, times, 1500, implicit=False).counts.values[:, -1, 0]
        agree(found, 1000 * (1 - np.exp(-9)), 1000 * (1 - np.exp(-9)), 0.001, 0.01)


# -- never negative, conserved, extinct ------------------------------------------------------------------------------


def test_counts_are_never_negative_and_totals_are_conserved(always_leaping) -> None:
    """A + B -> C to the last B, C -> A + B slowly, with leaps at any number: A - B and A + C stay, to the molecule."""
    model = closed("pairs", {"A": 5003, "B": 5000, "C": 0, "D": 0}, ("A + B <-> C", 0.01, 0.5), ("C -> D", 1.0))
    for implicit in (False, "auto", True):
        data = leaps(model, np.linspace(0, 40, 400), 20, epsilon=0.5, implicit=implicit)
        a, b, c, d = data.counts.transpose("species", "trajectory", "time").values
        assert min(part.min() for part in (a, b, c, d)) >= 0
        assert (a - b == 3).all()
        assert (a + c + d == 5003).all()
        assert (a == np.floor(a)).all()


def test_extinction_is_exact(always_leaping) -> None:
    """10,000 A leave one by one: the last at a time of distribution (1 - exp(-t))^10000; then the run is extinct.

    At 2 s what is left is Binomial(10000, exp(-2)). False alarm: 3 comparisons of 1e-4. Seen to fail: a leap that takes
    its second half for a fifth shorter than it was.
    """
    model = closed("decay", {"A": 10_000}, ("A -> 0", 1.0))
    times = np.append(np.linspace(0, 30, 3001), 1e6)
    data = leaps(model, times, 1500)
    assert {MEANING[status] for status in data.status.values} == {"extinct"}
    assert (data.events == 10_000).all()
    p = np.exp(-2)
    agree(data.counts.values[:, 200, 0], 10_000 * p, 10_000 * p * (1 - p), 0.001, 0.01)
    found = times[np.argmax(data.counts.values[:, :, 0] == 0, axis=1)] - 0.005
    assert kstest(found, lambda t: (1 - np.exp(-t)) ** 10_000).pvalue > ALARM


# -- implicit leaps --------------------------------------------------------------------------------------------------


def test_implicit_leaps_cross_fast_reactions_and_keep_their_variance() -> None:
    """S1 <-> S2 at 1e4 1/s and S2 -> S3 at 0.05 1/s for 20 s: 3e8 reactions for each of 1000 trajectories.

    2000 molecules are independent, so the state is multinomial: means to epsilon / 3, variances to epsilon, of the fast
    species too. False alarm: 6 comparisons of 1e-4. Seen to fail: the implicit Euler rule
    instead of the trapezoidal one.
    """
    model = closed("stiff", {"S1": 2000, "S2": 0, "S3": 0}, ("S1 <-> S2", 1e4, 1e4), ("S2 -> S3", 0.05))
    data = leaps(model, [0.0, 5.0, 20.0], 1000)
    assert data.events.min() > 2e8
    generator = np.array([[-1e4, 1e4, 0], [1e4, -1e4 - 0.05, 0.05], [0, 0, 0]])
    for i, p in enumerate(expm(generator * 20)[0]):
        agree(data.counts.values[:, 2, i], 2000 * p, 2000 * p * (1 - p), 0.01, 0.03)


def test_implicit_leaps_over_dimers_have_the_law_of_the_slow_chain() -> None:
    """2 A <-> B fast, B -> C slow, 1200 molecules: moments of the slow species against the quasi-steady chain.

    B is at the equilibrium of what is left of A + 2 B, so that C alone is a Markov chain. False alarm: 2 comparisons of
    1e-4. Seen to fail: slow reactions that fire in the first half only.
    """
    model = closed("stiff", {"A": 1200, "B": 0, "C": 0}, ("2 A <-> B", 25.0, 1e4), ("B -> C", 0.2))
    found = leaps(model, [0.0, 4.0], 1500).counts.sel(species="C.cell").values[:, 1]
    hazard = np.array([0.2 * bound(1200 - 2 * c, 25.0 / 1e4)[0] for c in range(601)])
    generator = np.diag(-hazard) + np.diag(hazard[:-1], -1)
    p = expm(generator * 4)[:, 0]
    c = np.arange(601)
    mean = c @ p
    agree(found, mean, c**2 @ p - mean**2, 0.01, 0.03)


def bound(molecules: int, ratio: float) -> tuple[float, float]:
    """Mean and variance of B at equilibrium of 2 A <-> B: detailed balance, P(B + 1) (B + 1) = ratio A (A - 1) P(B)."""
    b = np.arange(molecules // 2 + 1)
    free = molecules - 2 * b
    log_p = np.append(0.0, np.cumsum(np.log(ratio * free[:-1] * (free[:-1] - 1) / (b[:-1] + 1))))
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    mean = b @ p
    return float(mean), float((b - mean) ** 2 @ p)


@pytest.mark.parametrize("epsilon", [0.03, 0.1])
def test_implicit_leaps_forget_how_dimers_came_into_equilibrium(epsilon: float) -> None:
    """2 A <-> B from 20,000 A, 20 relaxation times later and 12 after that: the moments of detailed balance.

    Means to 0.01 and standard deviations to 0.02 of a standard deviation, and the two times are independent, but for
    sqrt(epsilon). False alarm: 5 comparisons of 1e-4. Seen to fail: one long leap to the time that is looked at, and a
    single short one after it, which leave a tenth of the deviation that the leaps began with (0.2 standard deviations).
    """
    model = closed("dimers", {"A": 20_000, "B": 0}, ("2 A <-> B", 1e-4, 1.0))
    found = leaps(model, [0.0, 5.0, 8.0], 8000, epsilon=epsilon).counts.sel(species="B.cell").values[:, 1:]
    mean, variance = bound(20_000, 1e-4)
    for k in (0, 1):
        agree(found[:, k], mean, variance, 0.01 * variance**0.5 / mean, 0.04)
    assert abs(np.corrcoef(found.T)[0, 1]) < epsilon**0.5 + Z / np.sqrt(len(found))


# -- inputs, multimers, seeds ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["pulse", "touching pulses", "before the start", "at the end"])
@pytest.mark.parametrize("implicit", [False, "auto"])
def test_leaps_stop_at_the_edges_of_inputs(name: str, implicit) -> None:
    """Births under an input, 100 times as many as in the exact tests, are Poisson with the mean of the closed form.

    False alarm: 8 comparisons of 1e-4 for each. Seen to fail: leaps that pass edges (with touching pulses).
    """
    times = np.array([0.0, 0.6, 1.0, 1.45, 2.5])
    model = closed("births", {"A": 0, "S": 100}, ("A -> 0", 1.0))
    model.input("stim", SIGNALS[name], "1/s")
    model.reaction("S -> S + A", k="stim")
    data = leaps(model, times, 2000, implicit=implicit)
    for k, m in list(enumerate(100 * mean_of_births(SIGNALS[name], times)))[1:]:
        if m > 0:
            agree(data.counts[:, k, 0].values, m, m, 0.003, 0.03)


def test_a_driven_species_follows_its_input(always_leaping) -> None:
    """In molecules 200 x the input in uM, from an edge on its new value; derived quantities see the same."""
    times = np.array([0.0, 0.2999, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    expected = np.array([1, 1, 6, 6, 1, 1, 6, 6, 1, 1.0])
    data = leaps(driven().scaled(100), times)
    assert data.counts.sel(species="L.cell")[0].values == pytest.approx(100 * expected)
    assert data.quantity.sel(quantities="ligand")[0].values == pytest.approx(expected)


def test_every_step_of_a_subunit_picks_a_complex(always_leaping) -> None:
    """2000 channels of 3 subunits with the ligand held: open ones are Binomial(2000, P(Binomial(3, x) >= 2)).

    Also before equilibrium, where x follows from the matrix exponential of one subunit. False alarm: 4 comparisons of
    1e-4. Seen to fail: the last subunit picked instead of a uniform one; no complex picked in the second half.
    """
    model = with_channels(ligand=5, clamped=True, complexes=2000)
    times = np.array([0.0, 0.8, 8.0])
    data = leaps(model, times, 500)
    generator = np.array([[-0.75, 0.5, 0], [0.75, -0.9, 0.3], [0, 0.4, -0.3]])
    for k in (1, 2):
        p = binom.sf(NEEDED - 1, SUBUNITS, expm(generator * times[k])[1, 0])
        agree(data.quantity.values[:, k, 0], 2000 * p, 2000 * p * (1 - p), 0.003, 0.02)


def test_open_complexes_and_subunits_are_consistent(always_leaping) -> None:
    """No more open complexes than active subunits allow, nor fewer than their number forces; subunits are conserved."""
    complexes = 25 * COMPLEXES
    data = leaps(with_channels(ligand=500, complexes=complexes), np.linspace(0, 30, 200), 10, epsilon=0.5)
    active = data.counts.sel(species="channel.active").values
    opened = data.quantity.sel(quantities="channel.open").values
    assert (opened <= active // NEEDED).all()
    assert (opened >= np.ceil((active - complexes * (NEEDED - 1)) / (SUBUNITS - NEEDED + 1))).all()
    states = ["channel.rest", "channel.active", "channel.blocked"]
    assert (data.counts.sel(species=states).sum("species") == complexes * SUBUNITS).all()


def test_the_same_seed_gives_the_same_result_for_any_workers() -> None:
    model = closed("births", {"A": 900, "B": 0}, ("0 -> A", 1000.0), ("A -> 0", 1.0), ("A <-> B", 50.0, 50.0))
    one = leaps(model, 5.0, 30)
    two = md.simulate(model, 5.0, engine="tau_leaping", trajectories=30, seed=1, workers=2)
    alone = md.simulate(model, 5.0, engine="tau_leaping", trajectories=[17], seed=1)
    assert (one.counts.values == two.counts.values).all()
    assert (one.counts.values[17] == alone.counts.values[0]).all()
    assert (one.counts.values[0] != one.counts.values[1]).any()


def test_a_law_of_the_user_is_leapt_by_its_gradient(always_leaping) -> None:
    """Uptake v a^2 / (k^2 + a^2) against constant births, around 600 A: moments of the stationary law.

    P(n) d(n) = P(n - 1) b. False alarm: 2 comparisons of 1e-4. Seen to fail: leaps that the gradient does not bound.
    """
    model = closed("uptake", {"A": 600}, ("0 -> A", 900.0))
    model.reaction("A -> 0", uptake, a="A", v_max=2000, k=600)
    found = leaps(model, [0.0, 15.0], 4000, epsilon=0.1).counts.values[:, 1, 0]
    n = np.arange(1, 3000)
    log_p = np.append(0.0, np.cumsum(np.log(900 / (2000 * n**2 / (600**2 + n**2)))))
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    n = np.arange(3000)
    agree(found, n @ p, n**2 @ p - (n @ p) ** 2, 0.003, 0.05)


@md.rate_law(a="1", v_max="1/s", k="1", returns="1/s")
def uptake(a, v_max, k):
    return v_max * a**2 / (k**2 + a**2)


@md.rate_law(a="1", rate="1/s", returns="1/s")
def leaving(a, rate):
    return rate * (a - 4000.5)


# -- how runs end, and what is refused -------------------------------------------------------------------------------


def test_a_negative_propensity_stops_the_run() -> None:
    model = closed("falling", {"A": 9000}, ("A -> 0", 0.1))
    model.reaction("A -> 0", leaving, a="A", rate=1)
    with pytest.raises(md.SimulationError, match="'leaving'"):
        leaps(model, 50.0)


def test_the_limit_of_reactions_ends_a_run() -> None:
    model = closed("births", {"A": 0}, ("0 -> A", 1e6), ("A -> 0", 1.0))
    with pytest.raises(md.SimulationError, match="max_events"):
        leaps(model, 1e3, max_events=10**6)


@pytest.mark.parametrize(
    ("options", "needed"),
    [
        ({"epsilon": 0.0}, "0 < epsilon"),
        ({"epsilon": 0.6}, "0 < epsilon"),
        ({"epsilon": "small"}, "0 < epsilon"),
        ({"implicit": "never"}, "'auto', True or False"),
        ({"implicit": 1}, "'auto', True or False"),
        ({"max_events": 0}, "1 <= max_events"),
        ({"epsilom": 0.1}, "epsilon"),
    ],
)
def test_options_out_of_range_are_refused(options, needed: str) -> None:
    model = closed("decay", {"A": 9}, ("A -> 0", 1.0))
    with pytest.raises(md.RequestError, match=needed):
        leaps(model, 1.0, **options)


def test_every_event_is_refused() -> None:
    with pytest.raises(md.RequestError, match="gillespie"):
        leaps(closed("decay", {"A": 9}, ("A -> 0", 1.0)), 1.0, record="events")
