"""Stationary linear noise against closed forms, the exact master equation, and an ensemble of exact simulations."""

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.stats import binom

import microdomain as md
from mechanisms.places import Membrane
from tests.reference import ONE_PER_UM, closed, master_equation


def test_a_birth_death_process_is_poisson_exponential_and_lorentzian() -> None:
    """Variance = mean, exp(-g tau), and 4 m g / (g^2 + (2 pi f)^2) per Hz, one-sided, whose integral is the variance.

    Seen to fail: a two-sided spectrum; a spectrum per angular frequency.
    """
    lags, frequencies, g = np.array([0.0, 0.1, 0.2, 0.3, 1.0, 7.0]), np.array([0.0, 0.01, 0.3, 2.0, 50.0]), 1.5
    model = closed("births", {"A": 0}, ("0 -> A", 30.0), ("A -> 0", g))
    data = md.stationary_noise(model, lags=lags, frequencies=frequencies)
    assert (data.mean_counts[0], data.variance_counts[0]) == pytest.approx((20, 20))
    assert data.fano_factor[0] == pytest.approx(1)
    assert data.coefficient_of_variation_counts[0] == pytest.approx(20**-0.5)
    assert data.correlation_time_counts[0] == pytest.approx(1 / g)
    assert data.autocovariance_counts[:, 0].values == pytest.approx(20 * np.exp(-g * lags))
    exact = 4 * 20 * g / (g**2 + (2 * np.pi * frequencies) ** 2)
    assert data.spectrum_counts[:, 0].values == pytest.approx(exact)
    assert data.mean_correction[0] == pytest.approx(0, abs=1e-9)
    assert data.variance_budget_counts[:, 0].values == pytest.approx([10, 10])


def expression(size: float = 1.0) -> tuple[md.Model, dict[str, float]]:
    k = {"transcription": 0.6, "decay": 0.5, "translation": 4.0, "loss": 0.08}
    reactions = (
        ("0 -> M", k["transcription"]),
        ("M -> 0", k["decay"]),
        ("M -> M + P", k["translation"]),
        ("P -> 0", k["loss"]),
    )
    return closed("expression", {"M": 0, "P": 0}, *reactions, volume=size * ONE_PER_UM), k


def test_gene_expression_has_the_known_fano_factor_and_sources() -> None:
    """1 + b / (1 + eta), b = translation / decay of mRNA, eta = loss of protein / decay of mRNA (Thattai & van
    Oudenaarden 2001): the 1 is of births and deaths of protein, the rest of those of mRNA, half each.
    """
    model, k = expression()
    data = md.stationary_noise(model).sel(species="P.cell")
    b, eta = k["translation"] / k["decay"], k["loss"] / k["decay"]
    mean = data.mean_counts.item()
    assert mean == pytest.approx(k["transcription"] * b / k["loss"])
    assert data.fano_factor == pytest.approx(1 + b / (1 + eta))
    share = 0.5 * b / (1 + eta)
    assert data.variance_budget_counts.values / mean == pytest.approx([share, share, 0.5, 0.5])
    assert data.variance_budget_counts.source.values.tolist() == ["0 -> M", "M -> 0", "M -> M + P", "P -> 0"]


def enzyme(size=1.0) -> md.Model:
    """Binding, catalysis and return: nonlinear, with two conserved totals, far from equilibrium."""
    reactions = ("E + S <-> C", 0.04, 0.9), ("C -> E + P", 0.7), ("P -> S", 0.2), ("2 P <-> Q", 0.01, 0.6)
    return closed(
        "enzyme", {"E": 20 * size, "S": 90 * size, "C": 0, "P": 0, "Q": 0}, *reactions, volume=size * ONE_PER_UM
    )


@pytest.mark.parametrize("model", [enzyme(), expression()[0], md.models.ip3_microdomain(2.0)], ids=lambda m: m.name)
def test_everything_is_consistent_with_the_covariance(model) -> None:
    """The budget sums to the variance, the autocovariance starts there, the spectrum integrates to it, and its Fourier
    transform is the autocovariance at every lag. Seen to fail: complexes' own noise left out of any one of the four.
    """
    lags, ends = np.array([0.0, 0.05, 0.4, 1.5]), np.concatenate([[0.0], np.geomspace(1e-4, 1e5, 3000)])
    nodes, weights = np.polynomial.legendre.leggauss(3)
    width = np.diff(ends)[:, None]
    frequencies = (ends[:-1, None] + width * (nodes + 1) / 2).ravel()
    data = md.stationary_noise(model, lags=lags, frequencies=frequencies)
    assert (data.variance_budget_counts > -1e-9).all()
    for kind in ("counts", "quantity"):
        variance = data[f"variance_{kind}"].values
        tolerance = {"rel": 1e-7, "abs": 1e-7}
        assert data[f"variance_budget_{kind}"].sum("source").values == pytest.approx(variance, **tolerance)
        assert data[f"autocovariance_{kind}"][0].values == pytest.approx(variance, **tolerance)
        assert np.diagonal(data[f"covariance_{kind}"]) == pytest.approx(variance, **tolerance)
        for i, lag in enumerate(lags):
            cosine = np.cos(2 * np.pi * frequencies * lag) * (frequencies < (1e9 if lag == 0 else 200))
            total = (width * weights / 2).ravel() * cosine @ data[f"spectrum_{kind}"].values
            exact = data[f"autocovariance_{kind}"][i].values
            assert total == pytest.approx(exact, rel=1e-2, abs=5e-3 * max(variance.max(initial=0), 1))


def test_a_closed_equilibrium_is_binomial_and_totals_do_not_vary() -> None:
    """A <-> B <-> C: multinomial, with a Jacobian that is singular. Seen to fail: an inverse without the subspace."""
    model = closed("ring", {"A": 70, "B": 20, "C": 10}, ("A <-> B", 1.0, 0.5), ("B <-> C", 0.8, 0.4))
    model.quantity("total", total, a="A", b="B", c="C")
    data = md.stationary_noise(model)
    p = np.array([1, 2, 4]) / 7
    assert data.mean_counts.values == pytest.approx(100 * p)
    assert data.covariance_counts.values == pytest.approx(100 * (np.diag(p) - np.outer(p, p)))
    assert data.variance_quantity[0] == pytest.approx(0, abs=1e-9)
    assert np.isnan(data.correlation_time_quantity[0])


@md.rate_law(a="1", b="1", c="1", returns="1")
def total(a, b, c):
    return a + b + c


def test_species_that_nothing_moves_have_no_variance() -> None:
    """Held, or in reactions whose constant is zero: they are no hindrance."""
    model = closed("apart", {"A": 0, "X": 5, "Y": 3}, ("0 -> A", 4.0), ("A -> 0", 1.0), ("X -> Y", 0.0))
    model.species("H", "cell", count=7, clamped=True)
    data = md.stationary_noise(model)
    assert data.mean_counts.values.tolist() == pytest.approx([4, 5, 3, 7])
    assert data.variance_counts.values.tolist() == pytest.approx([4, 0, 0, 0])


# -- the next order of the mean --------------------------------------------------------------------------------------

PAIR = ({"A": 4, "B": 0}, ("2 A <-> B", 0.5, 0.8))
TRIPLE = ({"A": 6, "B": 0}, ("3 A <-> B", 0.2, 1.1))
MIXED = ({"A": 3, "B": 2, "C": 0, "D": 1}, ("A + B <-> C", 0.7, 0.5), ("C + A <-> D", 0.3, 0.9))


@pytest.mark.parametrize("case", [PAIR, TRIPLE, MIXED], ids=["pair", "triple", "mixed"])
def test_the_corrected_mean_approaches_that_of_the_master_equation(case) -> None:
    """What is left of the error of the mean, in molecules, falls as 1 / size; without the correction it does not fall.

    Seen to fail: no falling factorials; half of the curvature; the correction with the other sign.
    """
    counts, *reactions = case
    left, before = [], []
    for size in (2, 4) if len(counts) > 2 else (8, 16):
        model = closed("closed", {name: n * size for name, n in counts.items()}, *reactions, volume=size * ONE_PER_UM)
        states, weights = master_equation(model.network(), [0.0, 60.0])
        data = md.stationary_noise(model)
        error = weights[1] @ states - data.mean_counts.values
        before.append(np.abs(error).max())
        left.append(np.abs(error - data.mean_correction.values).max())
    assert before[1] / before[0] == pytest.approx(1, abs=0.15)
    assert left[1] < 0.25 * before[1]
    assert left[0] / left[1] == pytest.approx(2, rel=0.25)


@md.rate_law(n="uM", v_max="uM/s", k="uM", returns="uM/s")
def saturating(n, v_max, k):
    return v_max * n / (k + n)


@pytest.mark.parametrize("size", [1, 10, 1000])
def test_a_saturating_law_is_corrected_by_its_curvature(size) -> None:
    """Births k, deaths v n / (K + n): the exact law is negative binomial, its mean (K + 1) k / (v - k) in molecules.

    The correction k / (v - k) is exact, here 3/2. Seen to fail: half of the curvature.
    """
    model = closed("saturating", {"A": 3 * size}, ("0 -> A", 3.0), volume=size * ONE_PER_UM)
    model.reaction("A -> 0", saturating, n="A", v_max=5, k=4)
    data = md.stationary_noise(model)
    assert data.mean_counts[0] == pytest.approx(6 * size)
    assert data.mean_correction[0] == pytest.approx(1.5, rel=1e-5)
    assert data.variance_counts[0] == pytest.approx(6 * size * 2.5)


@md.rate_law(a="uM", k="1/uM/s", returns="uM/s")
def squared(a, k):
    return k * a * a


def test_a_law_of_two_reactants_has_no_falling_factorial() -> None:
    """2 A <-> B with k [A]^2 as a law, which counts n^2 pairs: the mean approaches that of its own master equation.

    Seen to fail: a falling factorial for a law.
    """
    left = []
    for size in (8, 16):
        model = closed("squared", {"A": 4 * size, "B": 0}, ("B -> 2 A", 0.8), volume=size * ONE_PER_UM)
        model.reaction("2 A -> B", squared, a="A", k=0.5)
        states, weights = master_equation(model.network(), [0.0, 60.0])
        data = md.stationary_noise(model)
        left.append(np.abs(weights[1] @ states - data.mean_counts.values - data.mean_correction.values).max())
    assert left[0] / left[1] == pytest.approx(2, rel=0.25)


def test_size_and_units() -> None:
    """At the same densities, variances grow as the size, and neither the correction nor times do."""
    small, large = md.stationary_noise(enzyme()), md.stationary_noise(enzyme().scaled(50))
    for name, factor in {
        "covariance_counts": 50, "variance_budget_counts": 50, "mean_correction": 1, "correlation_time_counts": 1,
        "fano_factor": 1, "relaxation_rate": 1, "spectrum_counts": 50, "lag": 1,
    }.items():  # fmt: skip
        assert large[name].values == pytest.approx(factor * small[name].values, rel=1e-6, abs=1e-6), name


def test_inputs_are_held_at_the_time_that_is_asked_for() -> None:
    model = closed("step", {"A": 0}, ("A -> 0", 2.0))
    model.input("drive", md.step(5.0, 3.0, 8.0), unit="uM")
    model.species("E", "cell", clamped="drive")
    model.reaction("E -> E + A", k="1 1/s")
    for at, mean in ((0, 1.5), ("4900 ms", 1.5), (5, 4.0), (60, 4.0)):
        data = md.stationary_noise(model, at=at).sel(species="A.cell")
        assert (data.mean_counts, data.variance_counts) == pytest.approx((mean, mean))


# -- complexes of subunits -------------------------------------------------------------------------------------------


class Channel(md.Mechanism):
    """Subunits rest, bind a ligand, and go round through a blocked state: no detailed balance."""

    membrane: Membrane = md.port()
    complexes: int = md.number(50, source="test")

    def species(self):
        yield md.Subunits("membrane", self.complexes, 3, ("rest", "active", "blocked"), "rest", "active", 2)

    def reactions(self):
        yield md.Reaction("rest + L.cell <-> active", k=0.06, k_back="0.5 1/s")
        yield md.Reaction("active -> blocked + L.cell", k="2.0 1/s")
        yield md.Reaction("blocked -> rest", k="1.5 1/s")
        yield md.Reaction("0 -> L.cell", through, bindings={"n": "open", "rate": 6}, at="cell")


@md.rate_law(n="1", rate="1/s", returns="1/s")
def through(n, rate):
    return rate * n


@md.rate_law(a="1", b="1", c="1", rate="1/s", returns="1/s")
def through_any(a, b, c, rate):
    return rate * (a + b + c)


def ligand(name: str) -> md.Model:
    model = md.Model(name)
    cell = model.compartment("cell", ONE_PER_UM)
    model.species("L", cell, count=30)
    model.reaction("L -> 0", k=0.9)
    model.reaction("0 -> L", k="12 1/s", at=cell)
    return model


def counted() -> md.Model:
    model = ligand("counted")
    model.add(Channel(), name="channel", membrane=model.membrane("membrane", 1.0, inside="cell"))
    return model


def spelled_out() -> md.Model:
    """The same with a species for each way in which three subunits can share a complex: r resting, a active."""
    model = ligand("spelled_out")
    kinds = [(r, a, 3 - r - a) for r in range(4) for a in range(4 - r)]
    names = {kind: "c" + "".join(map(str, kind)) for kind in kinds}
    for kind in kinds:
        model.species(names[kind], "cell", count=50 if kind == (3, 0, 0) else 0)
    for kind in kinds:
        r, a, b = kind
        if r:
            model.reaction(f"{names[kind]} + L -> {names[r - 1, a + 1, b]}", k=0.06 * r)
        if a:
            model.reaction(f"{names[kind]} -> {names[r + 1, a - 1, b]} + L", k=0.5 * a)
            model.reaction(f"{names[kind]} -> {names[r, a - 1, b + 1]} + L", k=2.0 * a)
        if b:
            model.reaction(f"{names[kind]} -> {names[r + 1, a, b - 1]}", k=1.5 * b)
    conducting = {"a": names[0, 3, 0], "b": names[1, 2, 0], "c": names[0, 2, 1]}
    model.reaction("0 -> L", through_any, name="through", **conducting, rate=6, at="cell")
    model.quantity("open", total, **conducting)
    return model


def test_counting_subunits_loses_no_noise_of_their_complexes() -> None:
    """The linear noise of subunit counts and ligand is that of all ten kinds of complexes, in every respect.

    Seen to fail: the complexes' own noise left out; g(t)^2 for g(t)^d; kappa of one subunit too many.
    """
    grid = {"lags": np.linspace(0, 3, 7), "frequencies": np.array([0.0, 0.1, 1.0, 10.0])}
    few, many = md.stationary_noise(counted(), **grid), md.stationary_noise(spelled_out(), **grid)
    tolerance = {"rel": 1e-6, "abs": 1e-8}
    for name in ("mean", "variance", "correlation_time", "autocovariance", "spectrum"):
        exact = many[f"{name}_counts"].sel(species="L.cell").values
        assert few[f"{name}_counts"].sel(species="L.cell").values == pytest.approx(exact, **tolerance), name
        exact = many[f"{name}_quantity"].sel(quantities="open").values
        assert few[f"{name}_quantity"].sel(quantities="channel.open").values == pytest.approx(exact, **tolerance), name
    own = few.variance_budget_counts.sel(source="channel: which subunits share a complex", species="L.cell")
    assert own / few.variance_counts.sel(species="L.cell") > 0.04
    assert "mean_correction" not in few


def test_over_time_too_complexes_make_all_their_noise() -> None:
    """From all subunits at rest and no ligand bound on: the linear noise of all ten kinds of complexes, at all times.

    Seen to fail: the complexes' own noise left out; its covariance with the rest left out; one set of subunits for all.
    """
    times = [0.0, 0.1, 0.5, 2.0, 30.0]
    few, many = (md.linear_noise(model, times, rtol=1e-8, atol=1e-8) for model in (counted(), spelled_out()))
    tolerance = {"rel": 1e-5, "abs": 1e-6}
    for name in ("mean", "variance"):
        exact = many[f"{name}_counts"].sel(species="L.cell").values
        assert few[f"{name}_counts"].sel(species="L.cell").values == pytest.approx(exact, **tolerance), name
        exact = many[f"{name}_quantity"].sel(quantities="open").values
        assert few[f"{name}_quantity"].sel(quantities="channel.open").values == pytest.approx(exact, **tolerance), name
    assert "multimers" not in few.attrs
    assert "IP3R" in md.linear_noise(md.models.ip3_microdomain(2.0), 0.01).attrs["multimers"]


class Ring(md.Mechanism):
    """Subunits go round three states, at rates for which their generator has no basis of eigenvectors."""

    membrane: Membrane = md.port()

    def species(self):
        yield md.Subunits("membrane", 6, 3, ("rest", "active", "blocked"), "rest", "active", 2)

    def reactions(self):
        yield md.Reaction("rest -> active", k="1 1/s")
        yield md.Reaction("active -> blocked", k="1 1/s")
        yield md.Reaction("blocked -> rest", k="4 1/s")


@pytest.mark.parametrize(
    ("mechanism", "generator"),
    [
        (Channel(complexes=6), [[-0.48, 0.5, 1.5], [0.48, -2.5, 0.0], [0.0, 2.0, -1.5]]),
        (Ring(), [[-1.0, 0.0, 4.0], [1.0, -1.0, 0.0], [0.0, 1.0, -4.0]]),
    ],
    ids=["channel", "ring"],
)
def test_held_receptors_are_binomial_and_forget_as_subunits_do(mechanism, generator) -> None:
    """Independent subunits: Var(open) = N P (1 - P), and Cov(open(0), open(t)) = N (P(open at both) - P^2).

    P(at both) is a sum over the subunits that stay, leave and arrive. Seen to fail: kappa of one subunit too many.
    """
    model = md.Model("held")
    cell = model.compartment("cell", ONE_PER_UM)
    model.species("L", cell, count=8, clamped=True)
    model.add(mechanism, name="channel", membrane=model.membrane("membrane", 1.0, inside=cell))
    lags = np.array([0.0, 0.2, 1.0])
    data = md.stationary_noise(model, lags=lags)
    x = expm(np.array(generator) * 1e3)[1, 0]
    assert data.variance_quantity[0] == pytest.approx(6 * binom.sf(1, 3, x) * binom.cdf(1, 3, x))
    for i, t in enumerate(lags):
        forward = expm(np.array(generator) * t)
        stay, arrive = forward[1, 1], (x - x * forward[1, 1]) / (1 - x)
        both = sum(
            binom.pmf(j, 3, x) * binom.pmf(s, j, stay) * binom.sf(1 - s, 3 - j, arrive)
            for j in (2, 3)
            for s in range(j + 1)
        )
        exact = 6 * (both - binom.sf(1, 3, x) ** 2)
        assert data.autocovariance_quantity[i, 0] == pytest.approx(exact, abs=1e-9)


def test_the_microdomain_at_large_volume_fluctuates_as_predicted() -> None:
    """8 x the volume at 2 uM IP3: variances of calcium, subunits, pumps and open channels over 32 runs of 10 s.

    Bands: 5 standard errors from the 32 runs (t with 31 degrees of freedom: 2.1e-5 two-sided) and 5 % for what is of
    order 1 / volume. False alarm: 5 comparisons of 2.1e-5. Seen to fail: the complexes' own noise left out (half of the
    variance of open channels); the diffusion doubled.
    """
    model = md.models.ip3_microdomain(2.0).scaled(8)
    exact = md.stationary_noise(model)
    data = md.simulate(model, np.arange(0, 17, 0.05), engine="gillespie", trajectories=32, seed=11)
    data = data.isel(time=data.time >= 7)
    for kind, axis, names in (
        ("counts", "species", ["Ca.cytosol", "Ca.er", "IP3R.x110", "SERCA.bound"]),
        ("quantity", "quantities", ["IP3R.open"]),
    ):
        for name in names:
            paths = data[kind].sel({axis: name})
            squares = ((paths - paths.mean()) ** 2).mean("time").values
            expected = exact[f"variance_{kind}"].sel({axis: name}).item()
            error = squares.std(ddof=1) / np.sqrt(32)
            assert abs(squares.mean() - expected) < 5 * error + 0.05 * expected, name
