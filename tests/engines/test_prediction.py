"""Predicted errors of readings against closed forms, exact stationary distributions, and networks that were held back.

The constants of ``engines.choice.reading_errors`` were fitted to other networks, and to seeds below 60.
"""

import numpy as np
import pytest
from scipy.stats import gamma, poisson, wasserstein_distance

import microdomain as md
from engines.choice.prediction import predict
from engines.partition import READINGS, readings
from mechanisms.places import Membrane
from tests.membranes import KT_OVER_E, ohmic_to_nernst, patch, thermal_variance, with_leak
from tests.random_networks import activated, bounded_random_model, random_network_model
from tests.reference import closed


def read(model, partition="flow"):
    """The prediction of a model, and the codes of readings."""
    network = model.network()
    return predict(network), readings(network, partition)


def births(mean: float) -> md.Model:
    return closed("births", {"A": round(mean)}, ("0 -> A", float(mean)), ("A -> 0", 1.0))


def pairs(n: int) -> md.Model:
    return closed("pairs", {"A": n}, ("0 -> A", float(n)), ("2 A -> 0", 0.5 / n))


def expression() -> md.Model:
    """mRNA, 3 on average, makes protein, 30 on average."""
    reactions = ("0 -> M", 3.0), ("M -> 0", 1.0), ("M -> M + P", 2.0), ("P -> 0", 0.2)
    return closed("expression", {"M": 3, "P": 30}, *reactions)


def enzyme(size: int = 1) -> md.Model:
    reactions = ("E + S <-> C", 0.04, 0.9), ("C -> E + P", 0.7), ("P -> S", 0.2)
    return closed("enzyme", {"E": 20, "S": 90, "C": 0, "P": 0}, *reactions).scaled(size)


def exact(model):
    """Counts (state, species) and their probabilities."""
    data = md.stationary_distribution(model, max_states=20_000)
    return data.counts.values, data.probability.values


def true_errors_of_flow(model, at):
    """Mean, standard deviation and distribution of a point ``at`` (species,), relative to the exact mean."""
    counts, weights = exact(model)
    mean = weights @ counts
    sd = np.sqrt(np.maximum(weights @ counts**2 - mean**2, 0.0))
    return np.abs(at - mean) / mean, sd / mean, weights @ np.abs(counts - at) / mean


# -- closed forms ----------------------------------------------------------------------------------------------------


def test_what_flows_takes_its_noise_along() -> None:
    """Protein that flows beside mRNA that jumps: the Fano factor 1 + b / (1 + eta) loses the 1.

    Seen to fail: the shares of the wrong reactions; the square root left out.
    """
    found, codes = read(expression(), {"M -> M + P": "flow", "P -> 0": "flow"})
    b, eta, mean = 2.0, 0.2, 30.0
    left = np.sqrt(mean * b / (1 + eta))
    whole = np.sqrt(mean * (1 + b / (1 + eta)))
    assert found.names == ("M.cell", "P.cell")
    assert found.mean == pytest.approx([3, 30])
    assert found.sd[1] == pytest.approx(whole)
    assert found.errors(codes, "standard deviation") == pytest.approx([0, (whole - left) / mean], abs=1e-9)
    assert found.errors(codes, "mean") == pytest.approx([0, 0], abs=1e-9)
    assert found.budget[:, 1].sum() == pytest.approx(1)
    assert found.rates == pytest.approx([3, 3, 6, 6])
    assert (found.slowest, found.fastest) == pytest.approx((5, 1))
    assert found.correlation_time[0] == pytest.approx(1)


@pytest.mark.parametrize("mean", [2, 10, 50, 400])
def test_diffusion_is_a_quarter_of_a_molecule_away(mean) -> None:
    """The Langevin equation of births and deaths has a gamma distribution, n + m ~ Gamma(4 m, 1/2) for a mean of m,
    with the Poisson variance. Seen to fail: a grain of one half; none.
    """
    quantiles = (np.arange(20_000) + 0.5) / 20_000
    true = np.abs(poisson.ppf(quantiles, mean) - (gamma.ppf(quantiles, 4 * mean, scale=0.5) - mean)).mean() / mean
    found, codes = read(births(mean), "diffusion")
    slack = 0.01 * found.sd / mean
    assert found.errors(codes, "distribution") == pytest.approx([true], rel=0.1, abs=float(slack[0]))
    assert found.errors(codes, "mean") <= 1.01 * slack
    assert found.errors(codes, "standard deviation") <= slack + 0.05 / mean


def test_firings_have_the_cumulants_of_shot_noise() -> None:
    """Bursts of 20 at the rate a that decay by exp(-t): a 20^k / k. Seen to fail: the first interval left out."""
    model = closed("bursts", {"P": 100}, ("0 -> 20 P", 5.0), ("P -> 0", 1.0))
    found, _ = read(model)
    parts, variance = found.parts, found.sd[0] ** 2
    assert variance == pytest.approx(5 * 20**2 / 2 + 100 / 2)
    assert parts.third[:, 0] * variance == pytest.approx([5 * 20**3 / 3, -100 / 3], rel=2e-3)
    assert parts.fourth[:, 0] * variance == pytest.approx([5 * 20**4 / 4, 100 / 4], rel=2e-3)


@pytest.mark.parametrize("model", [pairs(10), enzyme(), *(random_network_model(seed) for seed in (2, 3, 5))])
def test_contributions_to_the_mean_add_up(model) -> None:
    """To the next order of the mean as ``stationary_noise`` has it. Seen to fail: half of the curvature; b_j added."""
    found, _ = read(model)
    known = md.stationary_noise(model).mean_correction.values
    assert found.correction == pytest.approx(known, rel=1e-4, abs=1e-6 * np.abs(known).max())


def test_a_derived_quantity_has_a_curvature_of_its_own() -> None:
    """The mean of A^2 / K^2 of a Poisson number lies m / K^2 above that of its mean. Seen to fail: H of outputs left
    out.
    """
    model = births(30)
    model.quantity("square", square, a="A", k=5)
    found, codes = read(model)
    assert found.names == ("A.cell", "square")
    assert found.correction == pytest.approx([0, 30 / 25], rel=1e-5, abs=1e-9)
    assert found.errors(codes, "mean")[1] == pytest.approx((30 / 25) / (900 / 25))


@md.rate_law(a="1", k="1", returns="1")
def square(a, k):
    return (a / k) ** 2


def test_errors_fall_as_they_should_with_size() -> None:
    """What flows: noise as 1 / sqrt(V), the mean as 1 / V. What diffuses: the grain as 1 / V. What jumps: nothing."""
    small, large = read(enzyme()), read(enzyme(16))
    for partition, observable, factor in (
        ("flow", "standard deviation", 4), ("flow", "mean", 16), ("flow", "distribution", 4),
        ("diffusion", "distribution", 13), ("jump", "distribution", None),
    ):  # fmt: skip
        codes = np.full(len(small[1]), READINGS.index(partition))
        before, after = (found.errors(codes, observable) for found, _ in (small, large))
        if factor is None:
            assert (before == 0).all()
            assert (after == 0).all()
        else:
            assert before / after == pytest.approx(factor, rel=0.25), observable


def test_adaptive_readings_jump_where_molecules_are_few() -> None:
    """Below 50 molecules nothing is lost; above, as much as without jumps. Seen to fail: adaptive ones never jump."""
    few, many = read(births(40))[0], read(births(400))[0]
    for adaptive, plain in (("jump or flow", "flow"), ("jump or diffusion", "diffusion"), ("jump or leap", "leap")):
        codes, always = (np.full(2, READINGS.index(name)) for name in (adaptive, plain))
        assert few.errors(codes, "distribution") == 0
        assert many.errors(codes, "distribution") == many.errors(always, "distribution") > 0


def test_what_never_happens_makes_no_error() -> None:
    """A species that is not there, in every mixture of readings with others."""
    model = closed("idle", {"A": 9, "B": 0}, ("0 -> A", 9.0), ("A -> 0", 1.0), ("B -> 0", 1.0), ("A + B -> A", 2.0))
    found, _ = read(model)
    for reading in range(len(READINGS)):
        for other in range(len(READINGS)):
            for observable in ("mean", "standard deviation", "distribution"):
                errors = found.errors([reading, reading, other, reading], observable)
                assert errors[1] == 0
                assert errors[0] >= 0


# -- exact distributions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "model",
    [births(10), pairs(20), closed("dimer", {"A": 30, "B": 5}, ("2 A <-> B", 0.05, 1.0)),
     closed("gene", {"G": 1, "H": 0, "P": 0}, ("G <-> H", 1.0, 1.0), ("H -> H + P", 40.0), ("P -> 0", 1.0)),
     closed("ligand", {"R": 12, "L": 20, "C": 0}, ("R + L <-> C", 0.05, 0.8))],
    ids=lambda model: model.name,
)  # fmt: skip
def test_the_ordinary_rate_equations(model) -> None:
    """Errors of the mean field of some networks, from their exact distribution."""
    found, codes = read(model)
    true = true_errors_of_flow(model, found.mean)
    assert not found.doubt
    for observable, known in zip(("mean", "standard deviation", "distribution"), true, strict=True):
        predicted = found.errors(codes, observable)
        slack = 2e-3 if observable == "mean" else 0.0
        assert predicted == pytest.approx(known, rel=0.25, abs=slack), observable


def test_networks_that_were_held_back() -> None:
    """The mean field of random networks: 95 % of the errors of spread within a factor of 1.5, and of means that are off
    by more than a hundredth. Seen to fail: half of the curvature; half of the shift.
    """
    ratios, shifted = [], []
    for seed in (*range(202, 206), *range(207, 212), 213, 214, 215, 217, *range(222, 234)):
        model = bounded_random_model(seed)
        found, codes = read(model)
        if found.doubt:
            continue
        mean, *spread = true_errors_of_flow(model, found.mean)
        for observable, known in zip(("standard deviation", "distribution"), spread, strict=True):
            ratios += list(found.errors(codes, observable) / known)
        far = mean > 0.01
        shifted += list(found.errors(codes, "mean")[far] / mean[far])
    assert len(ratios) > 100
    assert len(shifted) > 10
    for many in np.array(ratios), np.array(shifted):
        assert np.mean((many > 1 / 1.5) & (many < 1.5)) >= 0.95
    assert np.median(ratios) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("seed", [203, 213, 215, 224])
def test_diffusion_of_networks_that_were_held_back(seed) -> None:
    """20,000 samples of the Langevin engine against the exact distribution: within a factor of 2, and never much lower.

    It fails by chance if the samples are 0.03 standard deviations away from what they are drawn from, three times what
    is expected: in less than 1 of 10^4 seeds. Seen to fail: no grain.
    """
    model = bounded_random_model(seed)
    found, codes = read(model, "diffusion")
    counts, weights = exact(model)
    times = np.concatenate([[0.0], found.slowest * (8 + 2.5 * np.arange(100))])
    samples = md.simulate(model, times, engine="langevin", trajectories=200, seed=3).counts.values[:, 1:]
    for i, predicted in enumerate(found.errors(codes, "distribution")):
        away = wasserstein_distance(counts[:, i], samples[..., i].ravel(), u_weights=weights) / found.mean[i]
        chance = 0.01 * found.sd[i] / found.mean[i]
        assert 0.5 * (away - chance) < predicted < 2 * (away + chance)
        assert predicted > 0.7 * (away - chance)


def test_the_mean_of_a_mixture_loses_what_its_flows_give() -> None:
    """Births that jump and pairs that vanish in a flow: the mean is short of what the noise of pairs gives.

    24,000 samples; their mean is more than five standard errors away in 1 of 10^6 seeds. Seen to fail: half of the
    shift; half of the curvature.
    """
    model = pairs(20)
    found, codes = read(model, {"2 A -> 0": "flow"})
    counts, weights = exact(model)
    times = np.concatenate([[0.0], found.slowest * (10 + 3 * np.arange(120))])
    engine = md.Hybrid({"2 A -> 0": "flow"})
    samples = md.simulate(model, times, engine=engine, trajectories=200, seed=5).counts.values[:, 1:, 0]
    short = (weights @ counts[:, 0] - samples.mean()) / found.mean[0]
    chance = samples.std() / 24_000**0.5 / found.mean[0]
    assert found.errors(codes, "mean")[0] == pytest.approx(short, rel=0.1, abs=5 * chance)
    assert found.errors(codes, "mean")[0] > 8 * chance


# -- multimers, membranes --------------------------------------------------------------------------------------------


class Gate(md.Mechanism):
    """Three subunits that open and close by themselves; two open ones conduct."""

    membrane: Membrane = md.port()

    def species(self):
        yield md.Subunits("membrane", 8, 3, ("shut", "free"), "shut", "free", 2)

    def reactions(self):
        yield md.Reaction("shut -> free", k="0.4 1/s")
        yield md.Reaction("free -> shut", k="0.6 1/s")


def gates() -> md.Model:
    model = md.Model("gates")
    cell = model.compartment("cell", 1.0)
    model.add(Gate(), name="gate", membrane=model.membrane("membrane", 1.0, inside=cell))
    return model


def test_subunits_that_diffuse_lose_which_of_them_share_a_complex() -> None:
    """8 complexes of which q = 3 p^2 - 2 p^3 conduct: 8 (3 x^2 - 2 x^3) has another mean, by 24 v (1 - 2 p) with v the
    variance of x, and to first order the variance 64 (6 p (1 - p))^2 v. Where subunits jump, nothing is lost.

    Seen to fail: the noise of complexes left out; what counting complexes does to the mean left out.
    """
    found, codes = read(gates(), "diffusion")
    p, n = 0.4, 8
    q, v = 3 * p**2 - 2 * p**3, p * (1 - p) / 24
    i = found.names.index("gate.open")
    assert found.mean[i] == pytest.approx(n * q)
    assert found.sd[i] == pytest.approx(np.sqrt(n * q * (1 - q)))
    assert found.budget[:, i] == pytest.approx([0.5, 0.5])
    assert np.isnan(found.correction).all()
    slack = 0.011 * found.sd[i] / found.mean[i]
    off = 3 * n * v * (1 - 2 * p) / (n * q)
    assert found.errors(codes, "mean")[i] == pytest.approx(off, abs=slack)
    less = 1 - n * 6 * p * (1 - p) * np.sqrt(v) / found.sd[i]
    assert found.errors(codes, "standard deviation")[i] == pytest.approx(less * found.sd[i] / (n * q), abs=3 * slack)
    flow = np.full(2, READINGS.index("flow"))
    assert found.errors(flow, "mean")[i] == pytest.approx(0, abs=1e-6)
    assert found.errors(flow, "standard deviation")[i] == pytest.approx(found.sd[i] / found.mean[i])
    assert found.errors(np.zeros(2), "standard deviation")[i] == 0


def test_budgets_are_whole_where_multimers_are() -> None:
    """What complexes add is of the steps of subunits."""
    found, codes = read(md.models.ip3_microdomain(ip3=2.0).scaled(20))
    varying = found.sd > 0
    assert found.budget[:, varying].sum(axis=0) == pytest.approx(1)
    relative = (found.sd / found.mean)[varying]
    assert found.errors(codes, "standard deviation")[varying] == pytest.approx(relative)


def test_a_passive_membrane() -> None:
    """A net flux is one reaction with the noise of both directions, sd(V) = sqrt(k T / C), which the flow has not;
    about 0 mV too errors are told over R T / F. Seen to fail: errors over |E V|.
    """
    model = with_leak(patch(voltage="0 mV", capacitance="1 uF/cm^2", inside=4e3), ohmic_to_nernst, g=0.1)
    found, codes = read(model)
    i = found.names.index("plasma.voltage")
    assert found.mean[i] == pytest.approx(0, abs=1e-9)
    assert found.budget[:, i] == pytest.approx([1])
    noise = np.sqrt(thermal_variance(0.1)) / KT_OVER_E
    assert found.errors(codes, "distribution")[i] == pytest.approx(np.sqrt(2 / np.pi) * noise)
    assert found.errors(codes, "standard deviation")[i] == pytest.approx(noise)
    diffusion = np.full(1, READINGS.index("diffusion"))
    assert found.errors(diffusion, "distribution")[i] < 0.02 * noise
    assert found.rates[0] > 1e3


# -- doubts and bad input --------------------------------------------------------------------------------------------

SCHLOEGL = ("2 X -> 3 X", 0.015), ("3 X -> 2 X", 1e-4), ("0 -> X", 7.2), ("X -> 0", 0.62)
"""dX/dt = -10^-4 (X - 20) (X - 40) (X - 90)."""


@pytest.mark.parametrize(
    ("model", "word"),
    [(births(0.1), ""), (expression(), ""), (enzyme(), ""), (pairs(20), ""),
     (closed("triple", {"A": 3, "B": 0}, ("3 A <-> B", 1.0, 1.0)), "too few molecules"),
     (closed("schloegl", {"X": 20}, *SCHLOEGL), "excitable or bistable"),
     (md.models.ip3_microdomain(ip3=0.2), "too few molecules")],
    ids=lambda given: getattr(given, "name", ""),
)  # fmt: skip
def test_where_linear_noise_is_no_guide(model, word) -> None:
    """Linear networks with a tenth of a molecule are no matter of doubt; nonlinear and bistable ones with few are."""
    doubt = read(model)[0].doubt
    assert word in doubt
    assert bool(word) == bool(doubt)


@pytest.mark.parametrize(
    ("codes", "observable", "text"),
    [([0, 0, 0], "mean", "2 indices"), ([0, 9], "mean", "2 indices"), ([0.5, 1], "mean", "2 indices"),
     ([0, 0], "median", "'standard deviation'")],
)  # fmt: skip
def test_bad_readings_and_observables_are_refused(codes, observable, text) -> None:
    with pytest.raises(ValueError, match=text):
        predict(births(3).network()).errors(codes, observable)


def test_no_prediction_without_a_stationary_state() -> None:
    with pytest.raises(md.InstabilityError, match="grow"):
        predict(closed("growth", {"A": 3}, ("A -> 2 A", 2.0), ("A -> 0", 1.0)).network())
    model = births(3)
    model.event("kick", {"A": 2.0}, at=[1.0])
    with pytest.raises(md.RequestError, match="kick"):
        predict(model.network())


# -- the random networks themselves ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_random_networks_are_reproducible_and_at_rest(seed) -> None:
    """The same seed, the same network; all species of 1 to 1000 molecules vary about where they start."""
    for make, most in ((random_network_model, 1000), (bounded_random_model, 100)):
        model = make(seed)
        assert model.network().digest == make(seed).network().digest != make(seed + 6).network().digest
        data = md.stationary_noise(model)
        assert data.mean_counts.values == pytest.approx(model.network().initial)
        assert (data.mean_counts.values >= 1 - 1e-9).all()
        assert (data.mean_counts.values <= most + 1e-9).all()
        assert (data.variance_counts > 0).all()


def test_random_networks_are_of_all_kinds() -> None:
    """Conserved totals, pairs, catalysis and Hill laws."""
    networks = [random_network_model(seed).network() for seed in range(12)]
    ranks = [np.linalg.matrix_rank(_stoichiometry(network)) for network in networks]
    assert {len(network.species) > rank for network, rank in zip(networks, ranks, strict=True)} == {True, False}
    names = " ".join(name for network in networks for name in network.reactions)
    assert "2 A" in names
    assert "B -> B + C" in names
    assert any(law == activated for network in networks for law in network.laws)


def _stoichiometry(network):
    found = np.zeros((len(network.species), len(network.reactions)))
    for j in range(len(network.reactions)):
        for i, n in network.changes.row(j):
            found[i, j] = n
    return found
