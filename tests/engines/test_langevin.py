"""The chemical Langevin engine against exact moments, closed forms and the ODE engine.

Seeds are fixed, so a test passes always or never; its false-alarm probability is that of another seed. "Seen to fail"
names the faults that were put into a copy of the project, one at a time, and made the test fail.
"""

import numpy as np
import pytest
from scipy.linalg import expm

import microdomain as md
from tests.engines.test_gillespie_truth import BIRTHS, CONVERSIONS, monomolecular
from tests.engines.test_inputs import births, mean_of_births
from tests.reference import ONE_PER_UM, closed, master_equation

SIGMAS = 4.5
"""Standard errors that a moment may be off: a false alarm of 7e-6 each."""


def run(model, times, trajectories=1, seed=1, **options):
    return md.simulate(model, times, engine="langevin", trajectories=trajectories, seed=seed, **options)


def check_moments(found, mean, variance, bias=0.0, spread=0.0):
    """The sample's mean and variance, within SIGMAS standard errors and relative biases of the mean and variance.

    The standard error of a variance is from the sample's own fourth moment.
    """
    n = found.size
    squares = (found - found.mean()) ** 2
    assert abs(found.mean() - mean) < SIGMAS * np.sqrt(squares.mean() / n) + bias * mean
    assert abs(squares.mean() - variance) < SIGMAS * squares.std() / np.sqrt(n) + spread * variance


def birth_death(mean, rate=1.0, start=0.0):
    return closed("birth_death", {"A": start}, ("0 -> A", mean * rate), ("A -> 0", rate))


@pytest.mark.parametrize(("mean", "bias"), [(0.2, 0.06), (1.0, 0.03), (3.0, 0.015), (10.0, 0.01), (100.0, 0.01)])
def test_birth_and_death_has_the_moments_of_a_poisson_law(mean: float, bias: float) -> None:
    """From 0, mean and variance are both b/d (1 - exp(-d t)), at three times; in the variance a bias is allowed.

    False alarm: 6 comparisons of 7e-6 for each mean. Seen to fail: the square root forgotten; normal noise that is cut
    where it would make a count negative; near the boundary values -L and L instead of -L and U (means up to 10).
    """
    times = np.array([0.0, 0.3, 1.5, 10.0])
    found = run(birth_death(mean), times, 10_000).counts.values[:, :, 0]
    assert not found[:, 0].any()
    for k in (1, 2, 3):
        m = mean * (1 - np.exp(-times[k]))
        check_moments(found[:, k], m, m, spread=bias)


def test_a_monomolecular_network_has_the_covariances_of_the_master_equation() -> None:
    """Mean and covariance of three species that convert, are born and die, which are closed for first-order reactions.

    Within 4.75 standard errors sqrt((s_ii s_jj + s_ij^2) / n) and 2 % of the variances. False alarm: 3 means of 7e-6
    and 6 covariances of 2e-6 at each of two times. Seen to fail: one noise for each species instead of each reaction;
    the square root forgotten; normal noise that is cut at the boundary.
    """
    start, n = np.array([30, 10, 0]), 10_000
    rates = np.zeros((4, 4))
    for (a, b), k in CONVERSIONS.items():
        rates[int(a) - 1, int(a) - 1] -= k
        if b != "0":
            rates[int(b) - 1, int(a) - 1] += k
    for i, k in BIRTHS.items():
        rates[i - 1, 3] = k
    times = np.array([0.0, 1.0, 5.0])
    found = run(monomolecular(), times, n, seed=2).counts.values
    for k in (1, 2):
        flow = expm(rates * times[k])
        kept, born = flow[:3, :3], flow[:3, 3]
        exact = np.diag(born)
        for a in range(3):
            exact += start[a] * (np.diag(kept[:, a]) - np.outer(kept[:, a], kept[:, a]))
        sizes = np.diag(exact)
        assert (np.abs(found[:, k].mean(axis=0) - kept @ start - born) < SIGMAS * np.sqrt(sizes / n)).all()
        errors = np.abs(np.cov(found[:, k].T) - exact)
        products = np.outer(sizes, sizes)
        assert (errors < 4.75 * np.sqrt((products + exact**2) / n) + 0.02 * np.sqrt(products)).all()


CLOSED = {
    "five molecules that open and close": ({"A": 5, "B": 0}, ("A <-> B", 1.0, 2.0), 0.01, 0.03),
    "binding of three and two": ({"A": 3, "B": 2, "C": 0}, ("A + B <-> C", 0.7, 1.0), 0.02, 0.15),
    "dimers of ten": ({"A": 10, "B": 0}, ("2 A <-> B", 0.2, 1.0), 0.02, 0.05),
    "dimers of two hundred": ({"A": 200, "B": 0}, ("2 A <-> B", 0.01, 1.0), 0.003, 0.02),
}


@pytest.mark.parametrize("case", CLOSED)
def test_closed_pairs_keep_their_mean_and_variance_within_the_documented_bias(case: str) -> None:
    """The last species at t = 0.7 and 5 s, against the master equation; conservation to rounding, nothing negative.

    False alarm: 4 comparisons of 7e-6 for each case. Seen to fail: n n instead of n (n - 1) (dimers of ten); normal
    noise that is cut at the boundary; one noise for each species instead of each reaction.
    """
    start, reaction, bias, spread = CLOSED[case]
    model = closed("pair", start, reaction)
    times = [0.0, 0.7, 5.0]
    states, probability = master_equation(model.network(), times)
    data = run(model, times, 10_000, seed=3)
    found = data.counts.values
    for k in (1, 2):
        mean = probability[k] @ states[:, -1]
        check_moments(found[:, k, -1], mean, probability[k] @ (states[:, -1] - mean) ** 2, bias, spread)
    total = {2: [1, 2 if "2 A" in reaction[0] else 1], 3: [1, 0, 1]}[len(start)]
    assert np.abs(found @ total - start["A"]).max() < 1e-11 * start["A"]
    assert found.min() >= 0.0


@md.rate_law(a="uM", k="1/s", returns="uM/s")
def linear(a, k):
    return k * a


@md.rate_law(rate="uM/s", returns="uM/s")
def whatever_is_left(rate):
    return rate


def test_a_law_acts_on_less_than_one_molecule() -> None:
    """Births, and A -> 0 by a law k a that is no mass action, at a mean of 0.5: mean and variance are 0.5.

    False alarm: 2 comparisons of 7e-6. Seen to fail: a law that is 0 below one whole molecule.
    """
    model = md.Model("custom")
    cell = model.compartment("cell", ONE_PER_UM)
    model.species("A", cell)
    model.reaction("0 -> A", k=0.5)
    model.reaction("A -> 0", linear, a="A", k=1.0)
    check_moments(run(model, [0.0, 8.0], 10_000, seed=4).counts.values[:, 1, 0], 0.5, 0.5, spread=0.05)


@pytest.mark.parametrize("options", [{}, {"epsilon": 0.5}, {"step": 0.05}, {"step": 3.0}])
def test_nothing_becomes_negative_and_totals_stay(options) -> None:
    """A + 2 B + 3 C to rounding and no count below 0, in 100 runs of few molecules; also with steps much too long.

    Not statistical. Seen to fail: counts clipped at 0; the drift not bounded (step=3).
    """
    start = {"A": 4, "B": 2, "C": 1, "D": 3}
    model = closed("few", start, ("2 A <-> B", 0.3, 0.4), ("A + B <-> C", 0.5, 0.5), ("3 A -> C", 0.1))
    model.reaction("D -> 0", whatever_is_left, rate=2.0)
    model.reaction("0 -> D", k=1.5)
    found = run(model, np.linspace(0, 40, 9), 100, seed=5, **options).counts.values
    assert np.abs(found[..., :3] @ [1, 2, 3] - 11).max() < 1e-11
    assert found.min() >= 0.0
    assert found.std(axis=(0, 1)).min() > 0.3


def test_pure_death_ends_in_extinction_with_the_exact_moments() -> None:
    """20 molecules that die: mean 20 e^-t and variance 20 e^-t (1 - e^-t); in the end exactly 0, and "extinct".

    False alarm: 4 comparisons of 7e-6. Seen to fail: the square root forgotten.
    """
    data = run(closed("death", {"A": 20}, ("A -> 0", 1.0)), [0.0, 1.0, 3.0, 60.0], 20_000, seed=6)
    found = data.counts.values[:, :, 0]
    for k, t in ((1, 1.0), (2, 3.0)):
        check_moments(found[:, k], 20 * np.exp(-t), 20 * np.exp(-t) * (1 - np.exp(-t)), spread=0.02)
    assert not found[:, 3].any()
    assert (data.status == 3).all()


def two_membranes(factor=1.0):
    """Two membranes of 5 and 10 fF behind 1 Gohm; time constant 3.3 us."""
    model = md.Model("two_membranes", temperature=310.15)
    inside, outside = model.compartment("inside", "1 fL"), model.compartment("outside", "10 fL")
    sides = {"inside": inside, "outside": outside, "voltage": "-70 mV", "capacitance": "1 uF/cm^2"}
    model.membrane("one", f"{0.5 * factor} um^2", **sides)
    model.membrane("other", f"{1.0 * factor} um^2", **sides)
    model.species("X", inside, count=3)
    model.resistor("axial", "one", "other", "1 Gohm")
    return model


def test_two_membranes_through_a_resistor_have_its_thermal_noise() -> None:
    """sd(V1 - V2) = sqrt(kT (1/C1 + 1/C2)) = 1.1334 mV over a resistor, and the total charge stays 0, exactly.

    Samples are 30 time constants apart. False alarm: 1e-5. Seen to fail: the flux split by its sign; one noise for each
    charge instead of each reaction; the square root forgotten.
    """
    data = run(two_membranes(), np.arange(0, 0.3, 1e-4), 2, seed=7)
    found = data.quantity.values[:, 1:]
    variance = 1e6 * 1.380649e-23 * 310.15 * (1 / 5e-15 + 1 / 10e-15)
    check_moments(found[..., 0] - found[..., 1], 0.0, variance)
    charges = data.counts.values[..., 1:]
    assert np.abs(charges.sum(axis=-1)).max() < 1e-9
    assert charges.min() < -20


def stationary(z):
    """Variance over that of the exact law where each step of z relaxation times is recorded: D N D, D a half step."""
    half = 1 - z / 2 + z**2 / 8
    return 2 * z * half**2 / (1 - half**4)


def merged(z):
    """The same where steps follow each other, and the drift of two halves is one step."""
    return 2 * z * (1 - z / 2 + z**2 / 8) ** 2 / (1 - (1 - z + z**2 / 2) ** 2)


@pytest.mark.parametrize("z", [1.0, 0.5])
def test_the_variance_converges_with_order_two_and_with_order_four_between_records(z: float) -> None:
    """Birth and death of mean 10^6 in fixed steps: the stationary variance has the known error of the scheme.

    Recorded every step: -z^2/8 + ..., -12 % at z = 1; in runs of 20 steps: z^4/64, 1.6 % at z = 1. The variance of
    400,000 nearly independent samples is known to 0.3 %: false alarm 1e-5. Seen to fail: Euler's step of the drift; the
    half step of the drift before a record left out.
    """
    times = np.arange(4000) * z
    found = run(birth_death(1e6, start=1e6), times, 100, seed=8, step=z).counts.values[:, 20:, 0] / 1e3 - 1e3
    ratio = 1 - z / 2 + z**2 / 8
    few = np.sqrt(2 / found.size * (1 + ratio**4) / (1 - ratio**4))
    assert abs(found.var() / stationary(z) - 1) < SIGMAS * few
    times = np.arange(1000) * 20 * z
    found = run(birth_death(1e6, start=1e6), times, 400, seed=9, step=z).counts.values[:, 1:, 0] / 1e3 - 1e3
    assert abs(found.var() / merged(z) - 1) < SIGMAS * np.sqrt(2 / found.size)
    assert stationary(0.2) - 1 == pytest.approx(-(0.2**2) / 8, rel=0.3)
    assert merged(0.2) - 1 == pytest.approx(0.2**4 / 64, rel=0.3)


@md.rate_law(time="s", omega="1/s", returns="1/s")
def swing(time, omega):
    return omega * md.maths.cos(omega * time)


@md.rate_law(x="1", level="1", tau="s", returns="1/s")
def relax(x, level, tau):
    return (level - x) / tau


def with_variables():
    """sin(t) by its derivative in time, and an exponential that starts at 0; beside them noise that must not matter."""
    model = birth_death(5.0)
    model.variable("wave", 0.0, "1", swing, time="time", omega="1 1/s")
    model.variable("level", 0.0, "1", relax, x="level", level="2", tau="0.5 s")
    return model


def test_variables_and_time_are_integrated_with_order_two() -> None:
    """The error falls fourfold with half the step; by default it is below 0.2 %. Variables have no noise.

    Not statistical. Seen to fail: Euler's step of the drift (order one); noise for every row.
    """
    times = np.array([0.0, 0.37, 1.0, 2.5])
    exact = np.array([np.sin(times), 2 * (1 - np.exp(-2 * times))]).T
    errors = {}
    for step in (0.1, 0.05, 0.025):
        found = run(with_variables(), times, 2, step=step).quantity.values
        assert (found[0] == found[1]).all()
        errors[step] = np.abs(found[0] - exact).max(axis=0)
    assert errors[0.05] / errors[0.1] == pytest.approx([0.25, 0.25], abs=0.05)
    assert errors[0.025] / errors[0.05] == pytest.approx([0.25, 0.25], abs=0.05)
    assert np.abs(run(with_variables(), times, 2).quantity.values - exact).max() < 4e-3


@pytest.mark.parametrize("signal", [md.pulse(0.7, 0.6, 40.0, 2.0), md.train(0.2, 0.5, 0.1, 4, 60.0, 1.0)])
def test_inputs_act_between_their_edges(signal) -> None:
    """Births under a pulse and under a train, at times some of which are edges: mean and variance of the closed form.

    False alarm: 8 comparisons of 7e-6 for each signal. Seen to fail: the coefficients of the segment before.
    """
    times = np.array([0.0, 0.6, 1.0, 1.45, 2.5])
    found = run(births(signal), times, 10_000, seed=10).counts.values[:, :, 0]
    for k, m in list(enumerate(mean_of_births(signal, times)))[1:]:
        check_moments(found[:, k], m, m, spread=0.03)


def test_a_large_volume_is_the_mean_field() -> None:
    """Dimerisation, binding and a driven input at 10^8 times the volume: the ODE, to 1e-3. Not statistical.

    Seen to fail: Euler's step of the drift; the square root of the noise forgotten.
    """
    start = {"A": 12, "B": 6, "C": 0}
    model = closed("meeting", start, ("2 A <-> C", 0.1, 0.2), ("A + B <-> C", 0.05, 0.1), ("C -> B", 0.3)).scaled(1e8)
    times = [0.0, 0.3, 1.0, 8.0]
    flow = md.simulate(model, times, engine="ode").concentration.values[0]
    assert run(model, times, seed=11).concentration.values[0] == pytest.approx(flow, abs=1e-3 * flow.max())
    channels = md.models.ip3_microdomain(ip3=0.2, volume=0.16572).scaled(1e7)
    flow = md.simulate(channels, [0.0, 0.1, 0.5], engine="ode")
    found = run(channels, [0.0, 0.1, 0.5], seed=12)
    assert found.counts.values == pytest.approx(flow.counts.values, rel=0.02, abs=0.003 * flow.counts.values.max())
    assert found.quantity.values == pytest.approx(flow.quantity.values, rel=0.02, abs=1e3)


def test_the_unit_of_time_and_of_amount_does_not_matter() -> None:
    """The same model in ms and nM gives the same trajectories to 1e-9. Not statistical."""
    paths = []
    for k_on, k_off, source in (("0.5 1/uM/s", "0.1 1/s", "2 uM/s"), ("5e-7 1/nM/ms", "1e-4 1/ms", "2 nM/ms")):
        model = md.Model("dimer")
        cell = model.compartment("cell", "0.02 fL")
        model.species("A", cell, "300 nM")
        model.species("B", cell)
        model.reaction("2 A <-> B", k=k_on, k_back=k_off)
        model.reaction("0 -> A", k=source)
        model.reaction("A -> 0", k="1 1/s")
        paths.append(run(model, np.linspace(0, 3, 31), 20, seed=13).counts.values)
    assert paths[0] == pytest.approx(paths[1], rel=1e-9, abs=1e-9)


def test_workers_and_numbers_of_trajectories_do_not_matter() -> None:
    """One worker, two, or trajectory 17 alone: the same to the last bit; another seed is another path."""
    model, times = monomolecular(), [0.0, 1.0, 2.0]
    found = run(model, times, 2500, seed=14, workers=1).counts.values
    assert (run(model, times, 2500, seed=14, workers=2).counts.values == found).all()
    assert (run(model, times, [17], seed=14).counts.values[0] == found[17]).all()
    assert (run(model, times, [17], seed=15).counts.values[0, 1:] != found[17, 1:]).all()
    statistics = run(model, times, 2500, seed=14, record="statistics")
    assert statistics.mean_counts.values == pytest.approx(found.mean(axis=0), rel=1e-12)


def test_initial_amounts_are_not_rounded() -> None:
    """2.3 molecules are 2.3 molecules; nothing says that they were rounded, and steps are counted, not events."""
    model = md.Model("fraction")
    model.species("A", model.compartment("cell", ONE_PER_UM), 2.3)
    model.reaction("A -> 0", k=1.0)
    data = run(model, [0.0, 1.0])
    assert data.counts.values[0, 0, 0] == pytest.approx(2.3, rel=1e-12)
    assert "rounding" not in data.attrs
    assert int(data.steps[0]) > 0
    assert data.attrs["engine"] == "langevin"


@pytest.mark.parametrize("options", [{"epsilon": 0}, {"epsilon": 1.0}, {"step": 0}, {"step": "1"}, {"max_steps": 0}])
def test_options_that_cannot_work_are_refused(options) -> None:
    allowed = r"allowed: (0 < epsilon <= 0.5|step > 0, in s, or None|1 <= max_steps <= 10\^18)"
    with pytest.raises(md.RequestError, match=allowed):
        run(birth_death(1.0), 1.0, **options)


def test_events_cannot_be_recorded() -> None:
    with pytest.raises(md.RequestError, match="'events' with an engine that has none"):
        run(birth_death(1.0), 1.0, record="events")


@md.rate_law(a="uM", most="uM", k="1/s", returns="uM/s")
def turns_negative(a, most, k):
    return k * (most - a)


def test_runs_that_cannot_go_on_say_why() -> None:
    """A negative rate names its reaction and law; too many steps name the species that kept them short."""
    model = md.Model("negative")
    model.species("A", model.compartment("cell", ONE_PER_UM), count=5)
    model.reaction("0 -> A", k=5.0)
    model.reaction("A -> 0", turns_negative, a="A", most=12, k=1)
    with pytest.raises(md.SimulationError, match=r"'A -> 0' has a negative rate.*'turns_negative'") as stopped:
        run(model, [0.0, 0.01, 50.0])
    assert np.isnan(stopped.value.result.counts.values[0, -1, 0])
    with pytest.raises(md.SimulationError, match=r"too many steps, because of A.cell. Raise max_steps= or epsilon="):
        run(birth_death(10.0), 100.0, max_steps=50)
