"""The hybrid engine: jumps at integrated hazards, flows between them, and what the two must agree with."""

import numpy as np
import pytest
from scipy.stats import kstest, poisson

import microdomain as md
from engines.hybrid import Hybrid
from engines.loops.parts import FLOW, JUMP, LEAP
from engines.partition import PartitionError, readings
from tests.reference import ONE_PER_UM, chi_square, closed, two_samples

PI = np.pi


@md.rate_law(time="s", period="s", top="1/s", returns="1/s")
def wave(time, period, top):
    return top * (1 + md.maths.sin(2 * PI * time / period))


@md.rate_law(h="1", floor="1", tau="s", returns="1/s")
def relaxation(h, floor, tau):
    return (floor - h) / tau


@md.rate_law(h="1", top="1/s", returns="1/s")
def gated(h, top):
    return top * h


@md.rate_law(n="1", h="1", rate="1/s", returns="1/s")
def gated_loss(n, h, rate):
    return rate * n * h


def forced(top: float = 40.0) -> md.Model:
    model = closed("forced", {"A": 0})
    model.reaction("0 -> A", wave, period=1.0, top=top)
    return model


def gated_births(top: float) -> md.Model:
    """Birth at top (1 + sin 2 pi t), death at 5 h per molecule with h relaxing to 1 from 0.2."""
    model = forced(top)
    model.variable("h", 0.2, "1", relaxation, floor=1.0, tau=0.3)
    model.reaction("A -> 0", gated_loss, n="A", h="h", rate=5.0)
    return model


def mean_births(top: float, times: list[float]) -> list[float]:
    """dm/dt = birth - 5 h m, by small Euler steps."""
    t, mean, found, step = 0.0, 0.0, [], 1e-5
    for end in times:
        while t < end - 0.5 * step:
            h = 1.0 - 0.8 * np.exp(-t / 0.3)
            mean += step * (top * (1 + np.sin(2 * PI * t)) - 5.0 * h * mean)
            t += step
        found.append(mean)
    return found


def test_hazards_between_jumps_are_exponential() -> None:
    """The integral of a time-dependent rate between jumps is Exp(1), by Kolmogorov-Smirnov; false alarm 1e-4.

    Rates that are held since the last jump, as in an exact algorithm without hazards, fail it (p < 1e-12).
    """
    data = md.simulate(forced(), 100.0, engine="gillespie", seed=4, record="events")
    t = data.time.values
    hazard = 40.0 * (t - (np.cos(2 * PI * t) - 1) / (2 * PI))
    assert len(t) > 3500
    assert kstest(np.diff(hazard), "expon").pvalue > 1e-4


def test_a_time_dependent_birth_death_process_is_poisson_at_all_times() -> None:
    """Births that a wave drives and deaths behind a gate: chi-square, false alarm 2e-4."""
    times = [0.25, 1.7]
    data = md.simulate(gated_births(40.0), [0.0, *times], engine="hybrid", trajectories=4000, seed=9)
    for k, mean in enumerate(mean_births(40.0, times), start=1):
        assert chi_square(data.counts.values[:, k, 0], poisson.pmf(np.arange(80), mean)) > 1e-4


@pytest.mark.parametrize("engine", ["tau_leaping", "langevin", Hybrid("leap"), Hybrid("jump or diffusion")], ids=str)
def test_rates_that_change_with_time_where_many_leap_or_diffuse(engine) -> None:
    """The same with 50 times as many: mean and variance to 4.5 standard errors at two times, false alarm 3e-5.

    Seen to fail: rates of the beginning of a step in both of its halves (mean at 0.25 s).
    """
    times = [0.25, 1.7]
    data = md.simulate(gated_births(2000.0), [0.0, *times], engine=engine, trajectories=2000, seed=9)
    for k, mean in enumerate(mean_births(2000.0, times), start=1):
        counts = data.counts.values[:, k, 0]
        assert abs(counts.mean() - mean) < 4.5 * np.sqrt(mean / 2000)
        assert abs(counts.var() / mean - 1) < 4.5 * np.sqrt(2 / 2000)


def test_everything_flowing_is_the_mean_field() -> None:
    """All readings flow: the ODE engine's solution, to the tolerance, also of multimers, quantities and inputs."""
    model = md.models.ip3_microdomain()
    times = np.linspace(0, 5, 26)
    flowing = md.simulate(model, times, engine=Hybrid("flow", rtol=1e-8, atol=1e-8))
    mean_field = md.simulate(model, times, engine="ode", rtol=1e-10, atol=1e-10)
    assert flowing.counts.values == pytest.approx(mean_field.counts.values, rel=1e-5, abs=1e-5)
    assert flowing.quantity.values == pytest.approx(mean_field.quantity.values, rel=1e-5, abs=1e-6)


def test_a_stiff_flow_takes_few_steps() -> None:
    """A -> B -> C with rates 1e6 apart, beside a jump: B = A0 k1 / (k2 - k1) (exp(-k1 t) - exp(-k2 t)), third order."""
    k1, k2, times = 0.5, 5e5, np.array([0.0, 1e-3, 1.0, 10.0])
    model = closed("chain", {"A": 1000, "B": 0, "C": 0, "D": 1}, ("A -> B", k1), ("B -> C", k2), ("D -> 0", 1e-9))
    exact = 1000 * k1 / (k2 - k1) * (np.exp(-k1 * times) - np.exp(-k2 * times))
    chain = dict.fromkeys(("A -> B", "B -> C"), "flow")
    data = md.simulate(model, times, engine=Hybrid(chain, rtol=1e-6, atol=1e-9), seed=1)
    assert data.counts.values[0, :, 1] == pytest.approx(exact, rel=1e-4, abs=1e-8)
    model.event("late", {"D": 0.0}, at=100.0)
    assert md.simulate(model, times, engine="ode", rtol=1e-6, atol=1e-9).steps.values[0] < 600


def test_everything_jumping_is_gillespie() -> None:
    """All readings jump, beside a variable that nothing reads: the law of exact steps; chi-square, false alarm 1e-4."""
    model = closed("dimers", {"A": 30, "B": 0}, ("2 A <-> B", 0.05, 0.8))
    exact = md.simulate(model, [0.0, 0.6], engine="gillespie", trajectories=4000, seed=1).counts.values[:, 1, 1]
    model.variable("h", 1.0, "1", relaxation, floor=0.0, tau=0.1)
    found = md.simulate(model, [0.0, 0.6], engine="gillespie", trajectories=4000, seed=2)
    assert two_samples(found.counts.values[:, 1, 1], exact) > 1e-4
    assert found.quantity.values[:, 1, 0] == pytest.approx(np.exp(-6.0), abs=1e-3)


def test_channels_jump_while_calcium_flows() -> None:
    """Whole channels beside continuous calcium; every calcium ion is conserved, free, in the ER, or bound."""
    model = md.models.ip3_microdomain(clamped=False)
    partition = {"IP3R": "jump", "SERCA": "flow", "leak": "flow"}
    data = md.simulate(model, np.linspace(0, 3, 31), engine=partition, trajectories=5, seed=3)
    counts = data.counts.to_series().unstack("species")
    channels = counts[[name for name in counts if name.startswith("IP3R")]].to_numpy()
    assert (channels == np.rint(channels)).all()
    bound = sum(counts[f"IP3R.x{i}{j}{k}"] * (j + k) for i in (0, 1) for j in (0, 1) for k in (0, 1))
    total = counts["Ca.cytosol"] + counts["Ca.er"] + bound + 2 * counts["SERCA.bound"]
    assert np.ptp(total.to_numpy()) < 1e-9 * total.iloc[0]
    assert (data.quantity.sel(quantities="IP3R.open").values % 1 == 0).all()


def test_a_jump_between_a_flowing_and_a_jumping_place_moves_whole_molecules() -> None:
    """The leaflet keeps whole numbers, the soma need not, and the sum of both is that of the start to rounding."""
    model = md.Model("leaflet")
    soma, leaflet = model.compartment("soma", 10 * ONE_PER_UM), model.compartment("leaflet", ONE_PER_UM)
    for place, count in ((soma, 200), (leaflet, 10)):
        model.species("Na", place, count=count)
    model.species("NaB", soma, count=0)
    model.reaction("Na.soma <-> Na.leaflet", k=2.0, k_back=2.0, at=leaflet)
    model.reaction("Na.soma <-> NaB.soma", k=3.0, k_back=1.0)
    data = md.simulate(model, np.linspace(0, 4, 41), engine={"soma": "flow", "leaflet": "jump"}, seed=5)
    inside = data.counts.sel(species="Na.leaflet").values
    assert (inside == np.rint(inside)).all()
    assert len(np.unique(inside)) > 5
    assert data.counts.sum("species").values == pytest.approx(np.full((1, 41), 210.0), rel=1e-13)
    assert (data.counts.sel(species="NaB.soma").values % 1 != 0).any()


def test_a_gate_that_a_channel_drives_has_its_exact_moments() -> None:
    """dh/dt = (n - h)/tau for a channel n that opens and closes at rates a, b: mean and variance of h in closed form.

    In the steady state E[h] = p = a/(a+b), var[h] = p (1-p) / (1 + tau (a+b)). Means of 3000 independent channels,
    4.5 standard errors: false alarm 1e-5 each.
    """

    @md.rate_law(h="1", n="1", tau="s", returns="1/s")
    def follow(h, n, tau):
        return (n - h) / tau

    a, b, tau = 3.0, 5.0, 0.2
    model = closed("channel", {"C": 1, "O": 0}, ("C <-> O", a, b))
    model.variable("h", 0.4, "1", follow, n="O", tau=tau)
    data = md.simulate(model, [0.0, 4.0], engine="hybrid", trajectories=3000, seed=6)
    h = data.quantity.values[:, 1, 0]
    p = a / (a + b)
    variance = p * (1 - p) / (1 + tau * (a + b))
    assert abs(h.mean() - p) < 4.5 * np.sqrt(variance / 3000)
    spread = (h - p) ** 2
    assert abs(spread.mean() - variance) < 4.5 * spread.std() / np.sqrt(3000)


@pytest.mark.parametrize("reading", ["leap", "diffusion"])
def test_births_and_deaths_by_leaps_and_diffusions(reading) -> None:
    """Mean 100 and variance 100 from 2000 trajectories at two times, to 4.5 standard errors: false alarm 3e-5.

    Steps are three times as long as by default. Seen to fail: both halves with the rates of the beginning
    (variance + 15 %); noise left out.
    """
    model = closed("births", {"A": 100}, ("0 -> A", 100.0), ("A -> 0", 1.0))
    counts = md.simulate(
        model, [0, 5, 10], engine=Hybrid(reading, epsilon=0.3), trajectories=2000, seed=1
    ).counts.values[:, 1:, 0]
    assert (counts % 1 == 0).all() == (reading == "leap")
    assert abs(counts.mean() - 100) < 4.5 * 10 / np.sqrt(4000)
    assert abs(counts.var() / 100 - 1) < 4.5 * np.sqrt(2 / 4000)


@pytest.mark.parametrize("reading", ["leap", "diffusion"])
def test_births_from_none(reading) -> None:
    """Nothing is there to relax at first: the mean 10 (1 - exp(-t)) at two times, 4.5 standard errors, 3e-5.

    Seen to fail: steps that births do not limit.
    """
    model = closed("births", {"A": 0}, ("0 -> A", 10.0), ("A -> 0", 1.0))
    counts = md.simulate(model, [0, 0.5, 8], engine=Hybrid(reading), trajectories=3000, seed=1).counts.values[:, 1:, 0]
    exact = 10 * (1 - np.exp([-0.5, -8.0]))
    assert (np.abs(counts.mean(axis=0) - exact) < 4.5 * np.sqrt(exact / 3000)).all()


@md.rate_law(time="s", start="s", rate="1/s^2", returns="1/s")
def sinking(time, start, rate):
    return rate * (start - time)


@pytest.mark.parametrize("reading", ["jump", "leap", "diffusion"])
def test_a_rate_that_becomes_negative_is_named(reading) -> None:
    """From 0.5 s on, of the last of three reactions, of which the first flows."""
    model = closed("three", {"A": 100, "B": 100}, ("A -> 0", 1.0), ("B -> 0", 1.0))
    model.reaction("0 -> B", sinking, start=0.5, rate=100.0, name="sinking")
    engine = Hybrid({"A -> 0": "flow", "B -> 0": "jump", "sinking": reading})
    with pytest.raises(md.SimulationError, match="reaction 'sinking' has a negative rate") as caught:
        md.simulate(model, np.linspace(0, 1, 11), engine=engine, seed=1)
    assert np.isfinite(caught.value.result.counts.values[0, :5]).all()


def test_all_four_readings_in_one_run() -> None:
    """A jumps to B, B leaps to C, C diffuses to D, D flows away and back to A: nothing is lost; the mean is exact."""
    cycle = ("A -> B", 2.0), ("B -> C", 1.0), ("C -> D", 1.5), ("D -> A", 1.0)
    model = closed("cycle", {"A": 50, "B": 2000, "C": 2000, "D": 2000}, *cycle)
    partition = dict(zip(("A -> B", "B -> C", "C -> D", "D -> A"), ("jump", "leap", "diffusion", "flow"), strict=True))
    times = np.linspace(0, 3, 7)
    data = md.simulate(model, times, engine=Hybrid(partition), trajectories=300, seed=2)
    exact = md.simulate(model, times, engine="ode").counts.values[0]
    assert data.counts.sum("species").values == pytest.approx(np.full((300, 7), 6050.0), rel=1e-12)
    found = data.counts.values
    assert (np.abs(found.mean(axis=0) - exact)[1:] < 5 * found.std(axis=0)[1:] / np.sqrt(300) + 0.002 * exact[1:]).all()
    assert (found >= 0).all()


def test_the_same_seed_gives_the_same_result_for_any_number_of_workers() -> None:
    model = forced()
    runs = [md.simulate(model, 2.0, engine="hybrid", trajectories=6, seed=1, workers=n) for n in (1, 3)]
    assert (runs[0].counts.values == runs[1].counts.values).all()
    alone = md.simulate(model, 2.0, engine="hybrid", trajectories=[4], seed=1)
    assert (alone.counts.values[0] == runs[0].counts.values[4]).all()


@pytest.mark.parametrize(
    ("partition", "found", "near"),
    [
        ({"cytosl": "flow"}, "'cytosl'", "cytosol"),
        ({"cytosol": "flows"}, "'flows'", "flow"),
        ("leaping", "'leaping'", "leap"),
    ],
)
def test_a_partition_that_does_not_fit_is_refused(partition, found, near) -> None:
    network = md.models.ip3_microdomain().network()
    with pytest.raises(PartitionError) as caught:
        readings(network, partition)
    assert found in caught.value.found
    assert caught.value.near == near
    with pytest.raises(md.RequestError, match="partition"):
        md.simulate(md.models.ip3_microdomain(), 1.0, engine=Hybrid(partition))


def test_the_last_that_covers_a_reaction_counts() -> None:
    """A reaction's own name before its mechanism, that before its places, of which the most exact."""
    network = md.models.ip3_microdomain().network()
    names = list(network.reactions)
    by_name = dict(zip(names, readings(network, {"IP3R": "jump", "leak": "flow"}), strict=True))
    assert all(reading == JUMP for name, reading in by_name.items() if name.startswith("IP3R"))
    assert all(reading == FLOW for name, reading in by_name.items() if name.startswith("leak"))
    places = dict.fromkeys(("cytosol", "er"), "flow")
    mixed = dict(zip(names, readings(network, places), strict=True))
    assert all(reading == FLOW for name, reading in mixed.items() if name.startswith("leak"))
    assert all(reading == JUMP for name, reading in mixed.items() if name.startswith("SERCA"))
    one = next(name for name in names if name.startswith("SERCA"))
    assert dict(zip(names, readings(network, {**places, one: "leap"}), strict=True))[one] == LEAP
