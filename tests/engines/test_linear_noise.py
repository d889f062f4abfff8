"""Linear noise against what is known exactly: Poisson, binomial and multinomial laws, and the master equation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

import microdomain as md
from tests.reference import ONE_PER_UM, closed, master_equation

TIMES = np.array([0.0, 0.2, 0.7, 2.0, 9.0])


def over_time(model, times=TIMES, **options):
    return md.linear_noise(model, times, **({"rtol": 1e-8, "atol": 1e-8} | options))


def dimer(size=1.0) -> md.Model:
    """2 A <-> B, with A made and lost, in a volume that is not 1."""
    reactions = ("0 -> A", 3.0), ("A -> 0", 0.4), ("2 A <-> B", 0.5, 0.8), ("B -> 0", 0.3)
    return closed("dimer", {"A": 3 * size, "B": size}, *reactions, volume=size * ONE_PER_UM)


# -- over time -------------------------------------------------------------------------------------------------------


def test_births_and_deaths_are_poisson_at_all_times() -> None:
    """From none on, variance = mean = k / g (1 - exp(-g t)). Seen to fail: half the diffusion."""
    data = over_time(closed("births", {"A": 0}, ("0 -> A", 20.0), ("A -> 0", 1.5)))
    exact = 20 / 1.5 * (1 - np.exp(-1.5 * TIMES))
    assert data.mean_counts[:, 0].values == pytest.approx(exact, rel=1e-5, abs=1e-6)
    assert data.variance_counts[:, 0].values == pytest.approx(exact, rel=1e-5, abs=1e-6)


rates = st.lists(st.floats(0.0, 3.0), min_size=9, max_size=9)


@settings(max_examples=6)
@given(rates, st.lists(st.integers(0, 50), min_size=3, max_size=3))
def test_first_order_networks_are_multinomial_plus_poisson(k, counts) -> None:
    """Any conversions, births and deaths of three species, at all times.

    A molecule that starts as i is p = exp(K t) e_i later: n_i (diag p - p p^T) for those that were there, and the
    covariance of those born since is diagonal, their mean. Seen to fail: half the diffusion.
    """
    names, reactions, generator, born = "ABC", [], np.zeros((3, 3)), np.array(k[6:])
    for (i, j), rate in zip([(0, 1), (1, 0), (1, 2), (2, 0), (0, -1), (2, -1)], k, strict=False):
        reactions.append((f"{names[i]} -> {names[j] if j >= 0 else 0}", rate))
        generator[i, i] -= rate
        if j >= 0:
            generator[j, i] += rate
    reactions += [(f"0 -> {name}", rate) for name, rate in zip(names, born, strict=True)]
    data = over_time(closed("first_order", dict(zip(names, counts, strict=True)), *reactions))
    for i, t in enumerate(TIMES):
        larger = np.zeros((4, 4))
        larger[:3, :3], larger[:3, 3] = generator, born
        forward = expm(larger * t)
        exact = np.diag(forward[:3, 3])
        for n, p in zip(counts, forward[:3, :3].T, strict=True):
            exact += n * (np.diag(p) - np.outer(p, p))
        assert data.covariance_counts[i].values == pytest.approx(exact, rel=1e-5, abs=1e-6)


def test_a_pulse_is_followed_from_edge_to_edge() -> None:
    """Births that follow an input are Poisson whatever the input does, and one that is held does not vary."""
    model = closed("pulse", {"A": 0})
    model.input("drive", md.pulse(1.0, 0.5, 40.0, base=2.0), unit="uM")
    model.species("E", "cell", clamped="drive")
    model.reaction("E -> E + A", k="1 1/s")
    model.reaction("A -> 0", k="0.8 1/s")
    times = np.array([0.0, 0.5, 1.0, 1.25, 1.5, 3.0])
    data = over_time(model, times)
    before = 2 / 0.8 * (1 - np.exp(-0.8 * times))
    since = [np.exp(-0.8 * np.maximum(times - t, 0)) for t in (1.0, 1.5)]
    exact = before + 38 / 0.8 * (since[1] - since[0])
    assert data.variance_counts.sel(species="A.cell").values == pytest.approx(exact, rel=1e-5, abs=1e-6)
    assert data.mean_counts.sel(species="A.cell").values == pytest.approx(exact, rel=1e-5, abs=1e-6)
    assert not data.variance_counts.sel(species="E.cell").any()
    assert data.mean_counts.sel(species="E.cell").values.tolist() == [2, 2, 40, 40, 2, 2]


def test_an_edge_at_the_very_end_shows_the_value_from_then_on() -> None:
    """As the engines do."""
    model = closed("step", {"A": 1}, ("A -> 0", 1.0))
    model.input("drive", md.step(1.0, 2.0, 5.0), unit="uM")
    model.species("E", "cell", clamped="drive")
    assert over_time(model, [0.0, 1.0]).mean_counts.sel(species="E.cell").values.tolist() == [2, 5]


def test_the_mean_is_that_of_the_ode_engine() -> None:
    model = dimer(5.0)
    exact = md.simulate(model, TIMES, engine="ode", rtol=1e-10, atol=1e-10).counts[0]
    assert over_time(model).mean_counts.values == pytest.approx(exact.values, rel=1e-6)


def test_covariances_of_a_stiff_network_come_in_few_steps() -> None:
    """Exchange 1e6 times faster than loss: binomial at all times. Seen to fail: half the shift in the stages."""
    model = closed("stiff", {"A": 100, "B": 0}, ("A <-> B", 1e6, 2e6), ("B -> 0", 1.5))
    times = np.array([0.0, 1e-7, 1e-5, 0.1, 1.0, 3.0])
    data = md.linear_noise(model, times, max_steps=400)
    generator = np.array([[-1e6, 2e6], [1e6, -2e6 - 1.5]])
    for i, t in enumerate(times):
        p = expm(generator * t)[:, 0]
        exact = 100 * (np.diag(p) - np.outer(p, p))
        assert data.covariance_counts[i].values == pytest.approx(exact, rel=1e-4, abs=1e-4)


def test_covariances_converge_to_those_of_the_master_equation() -> None:
    """Second order: the error of variance / size falls as 1 / size. Seen to fail: half the diffusion."""
    errors = []
    for size in (4, 8):
        model = closed("pair", {"A": 4 * size, "B": 0}, ("2 A <-> B", 0.5, 0.8), volume=size * ONE_PER_UM)
        states, weights = master_equation(model.network(), [0.0, 0.3])
        exact = np.cov(states.T, aweights=weights[1], ddof=0)
        found = over_time(model, [0.0, 0.3]).covariance_counts[1].values
        errors.append(np.abs(found - exact).max() / size)
    assert errors[0] < 0.05
    assert errors[0] / errors[1] == pytest.approx(2.0, rel=0.2)


def test_late_covariances_are_the_stationary_ones() -> None:
    late, rest = over_time(dimer(7.0), [0.0, 60.0]), md.stationary_noise(dimer(7.0))
    assert late.mean_counts[1].values == pytest.approx(rest.mean_counts.values, rel=1e-7)
    assert late.covariance_counts[1].values == pytest.approx(rest.covariance_counts.values, rel=1e-6)


@md.rate_law(a="uM", b="uM", returns="uM^2")
def product(a, b):
    return a * b


@md.rate_law(p="uM^2", s="uM", returns="uM^2")
def shifted(p, s):
    return p + s * s


def test_variances_of_quantities_come_from_their_gradients() -> None:
    """q = [A][B], r = q + s^2: the gradient (b, a) / Omega^2 carries the covariance of A and B."""
    model = dimer(6.0)
    model.quantity("q", product, a="A", b="B")
    model.quantity("r", shifted, p="q", s="0.5 uM")
    for data in (over_time(model).isel(time=3), md.stationary_noise(model)):
        a, b = data.mean_counts.values
        slope = np.array([b, a]) / 6.0**2
        exact = slope @ data.covariance_counts.values @ slope
        assert data.mean_quantity.values == pytest.approx([a * b / 36, a * b / 36 + 0.25], rel=1e-9)
        assert data.covariance_quantity.values == pytest.approx(np.full((2, 2), exact), rel=1e-6)
        assert data.variance_quantity.values == pytest.approx([exact, exact], rel=1e-6)


def test_the_same_model_in_other_units_and_sizes() -> None:
    """Ten times the size at the same densities: ten times every covariance, and the same in nM, ms and um^3."""
    small, large = over_time(dimer(2.0)), over_time(dimer(20.0))
    assert large.covariance_counts.values == pytest.approx(10 * small.covariance_counts.values, rel=1e-5, abs=1e-6)
    other = md.Model("dimer")
    cell = other.compartment("cell", f"{2 * ONE_PER_UM * 1e-3!r} pL")
    other.species("A", cell, "3000 nM")
    other.species("B", cell, "0.001 mM")
    other.reaction("0 -> A", k="0.003 nM/us")
    other.reaction("A -> 0", k="24 1/min")
    other.reaction("2 A <-> B", k="0.0005 1/nM/s", k_back="0.8 1/s")
    other.reaction("B -> 0", k="0.3 1/s")
    assert over_time(other).covariance_counts.values == pytest.approx(
        small.covariance_counts.values, rel=1e-5, abs=1e-6
    )


def test_results_are_labelled_and_drawn_like_those_of_simulate() -> None:
    data = md.linear_noise(dimer(), 5)
    assert data.covariance_counts.dims == ("time", "species", "species_2")
    assert data.covariance_counts.sel(species="A.cell", species_2="B.cell").shape == (201,)
    assert (data.attrs["model"], data.attrs["engine"]) == ("dimer", "linear_noise")
    assert data.attrs["few_molecules"].startswith("fewer than 10 molecules of B.cell")
    assert "few_molecules" not in md.linear_noise(dimer(100.0), 5).attrs
    assert md.plot(data).axes


# -- refusals --------------------------------------------------------------------------------------------------------


def test_faults_of_a_request_are_listed_together() -> None:
    with pytest.raises(md.RequestError) as caught:
        md.linear_noise(dimer(), [1.0, 0.0], rtol=2)
    assert "times that do not increase" in str(caught.value)
    assert "rtol=2" in str(caught.value)
    assert str(caught.value).startswith("linear_noise cannot run this:")
    with pytest.raises(md.RequestError, match="increasing frequencies in Hz"):
        md.stationary_noise(dimer(), frequencies=[3, 2])
    with pytest.raises(md.RequestError, match="increasing times in s, 0 or more"):
        md.stationary_noise(dimer(), lags=["1 uM"])
    with pytest.raises(md.RequestError, match="one time in s"):
        md.stationary_noise(dimer(), at=[1, 2])


@md.rate_law(t="s", rate="1/s^2", returns="1/s")
def rising(t, rate):
    return rate * t


def test_what_cannot_be_read_is_refused_by_name() -> None:
    for when in ({"at": 0.5}, {"when": rising, "t": "time", "rate": 1.0}):
        model = closed("kicked", {"A": 10}, ("A -> 0", 1.0))
        model.event("kick", {"A": "20 uM"}, **when)
        for ask in (lambda m: md.linear_noise(m, 1), md.stationary_noise):
            with pytest.raises(md.RequestError, match=r"event 'kick'(.|\n)*engine='gillespie' or 'hybrid'"):
                ask(model)
    model = closed("later", {"A": 10}, ("A -> 0", 1.0))
    model.reaction("0 -> A", rising, t="time", rate=1.0, at="cell")
    with pytest.raises(md.RequestError, match=r"'0 -> A', which reads the time(.|\n)*linear_noise\(model, times\)"):
        md.stationary_noise(model)
    chain = closed("chain", {f"S{i}": 1 for i in range(401)}, *[(f"S{i} -> S{i + 1}", 1.0) for i in range(400)])
    with pytest.raises(md.RequestError, match="401 species, more than 400"):
        md.linear_noise(chain, 1)


def test_equations_that_cannot_be_integrated_fail_with_what_was_found() -> None:
    """dn/dt = n^2 runs away at t = 1 / n0."""
    with pytest.raises(md.SimulationError, match=r"at t = 0\.1") as caught:
        md.linear_noise(closed("blow_up", {"A": 10}, ("2 A -> 3 A", 1.0)), [0.0, 0.05, 0.2])
    assert np.isfinite(caught.value.result.mean_counts[1]).all()
    assert np.isnan(caught.value.result.mean_counts[2]).all()


def unsteady(*reactions, counts: dict[str, float]) -> md.InstabilityError:
    with pytest.raises(md.InstabilityError) as caught:
        md.stationary_noise(closed("unsteady", counts, *reactions))
    return caught.value


@pytest.mark.parametrize("start", [100.0, 300.0])
def test_a_brusselator_beyond_its_hopf_bifurcation_is_refused(start) -> None:
    """b > 1 + a^2, from a point on its way to the cycle and from the fixed point itself; below it is not refused."""
    below, beyond = ((("0 -> X", 100.0), ("X -> Y", b), ("2 X + Y -> 3 X", 1e-4), ("X -> 0", 1.0)) for b in (1.5, 3.0))
    error = unsteady(*beyond, counts={"X": 100, "Y": start})
    assert error.state == pytest.approx([100, 300], rel=1e-9)
    assert error.eigenvalues[0] == pytest.approx(0.5 + 1j * np.sqrt(0.75), rel=1e-7)
    assert "0.5 ± 0.866i 1/s" in str(error)
    assert "a period near 7.26 s" in str(error)
    assert md.stationary_noise(closed("below", {"X": 100, "Y": start}, *below)).variance_counts[0] > 0


def test_growth_and_neutral_and_unbounded_states_are_refused_in_words() -> None:
    assert "grow without oscillating" in str(unsteady(("A -> 2 A", 1.0), counts={"A": 10}))
    assert "nothing draws deviations" in str(unsteady(("A -> 2 A", 1.0), ("A -> 0", 1.0), counts={"A": 10}))
    assert "still changes by 2 per second" in str(unsteady(("0 -> A", 2.0), counts={"A": 10}))
    circles = ("A -> 2 A", 1.0), ("A + B -> 2 B", 0.02), ("B -> 0", 1.0)
    assert "has no real part" in str(unsteady(*circles, counts={"A": 50, "B": 50}))


def test_the_middle_of_a_bistable_switch_is_refused_and_its_ends_are_not() -> None:
    """dn/dt = -(n - 10)(n - 20)(n - 40) / 100 by mass action: 20 is a saddle."""
    reactions = ("0 -> A", 80.0), ("A -> 0", 14.0), ("2 A -> 3 A", 0.7), ("3 A -> 2 A", 0.01)
    error = unsteady(*reactions, counts={"A": 20})
    assert error.eigenvalues == pytest.approx([2.0])
    for start, end in ((19, 10), (21, 40)):
        data = md.stationary_noise(closed("switch", {"A": start}, *reactions))
        assert data.mean_counts.values == pytest.approx([end], rel=1e-9)
