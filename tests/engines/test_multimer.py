"""Complexes of identical subunits: counting subunits, and picking a complex for each step, is exact."""

from math import comb

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.stats import binom

import microdomain as md
from mechanisms.places import Membrane
from tests.reference import ONE_PER_UM, chi_square, gillespie, two_samples

ALARM = 1e-4
"""False-alarm probability of one comparison."""
COMPLEXES, SUBUNITS, NEEDED = 4, 3, 2


@md.rate_law(n="1", rate="1/s", returns="1/s")
def through(n, rate):
    return rate * n


class Channel(md.Mechanism):
    """Subunits rest, open on binding a ligand, and block; ligand enters through conducting complexes."""

    membrane: Membrane = md.port()
    complexes: int = md.number(COMPLEXES, source="test")
    subunits: int = md.number(SUBUNITS, source="test")
    needed: int = md.number(NEEDED, source="test")

    def species(self):
        states = ("rest", "active", "blocked")
        yield md.Subunits("membrane", self.complexes, self.subunits, states, "rest", "active", self.needed)

    def reactions(self):
        yield md.Reaction("rest + L.cell <-> active", k=0.15, k_back="0.5 1/s")
        yield md.Reaction("active <-> blocked", k="0.4 1/s", k_back="0.3 1/s")
        yield md.Reaction("0 -> L.cell", through, bindings={"n": "open", "rate": 2}, at="cell")


def with_channels(ligand=6, clamped=False, **numbers) -> md.Model:
    model = md.Model("channels")
    cell = model.compartment("cell", ONE_PER_UM)
    membrane = model.membrane("membrane", 1.0, inside=cell)
    model.species("L", cell, count=ligand, clamped=clamped)
    model.reaction("L -> 0", k=0.2)
    model.add(Channel(**numbers), name="channel", membrane=membrane)
    return model


@md.rate_law(a="1", b="1", c="1", d="1", returns="1")
def conducting(a, b, c, d):
    return sum(md.maths.where(x >= NEEDED, 1.0, 0.0) for x in (a, b, c, d))


def spelled_out() -> md.Model:
    """The same with a species for each complex and state: conducting is an indicator of each complex."""
    model = md.Model("spelled_out")
    cell = model.compartment("cell", ONE_PER_UM)
    model.species("L", cell, count=6)
    model.reaction("L -> 0", k=0.2)
    for i in range(COMPLEXES):
        for state in ("rest", "active", "blocked"):
            model.species(f"{state}{i}", cell, count=SUBUNITS if state == "rest" else 0)
        model.reaction(f"rest{i} + L <-> active{i}", k=0.15, k_back="0.5 1/s")
        model.reaction(f"active{i} <-> blocked{i}", k="0.4 1/s", k_back="0.3 1/s")
    model.quantity("open", conducting, **{name: f"active{i}" for i, name in enumerate("abcd")})
    model.reaction("0 -> L", through, n="open", rate=2, at="cell")
    return model


def test_complexes_of_counted_subunits_have_the_law_of_complexes_spelled_out(kernel) -> None:
    """Open complexes with active subunits, and ligand, at three times: 20,000 runs of each, two-sample chi-square.

    The ligand feeds back on the subunits, so a wrong number of open complexes changes everything after it.
    False alarm: 6 comparisons of 1e-4. Seen to fail: the last subunit picked instead of a uniform one; a complex that
    conducts with one active subunit too many; a subunit left behind in the list of its old state.
    """
    times, n = [0.0, 0.7, 2.0, 8.0], 20_000
    counted = md.simulate(with_channels(), times, engine="gillespie", trajectories=n, seed=1)
    spelled = md.simulate(spelled_out(), times, engine="gillespie", trajectories=n, seed=2)
    active = [f"active{i}.cell" for i in range(COMPLEXES)]
    for k in (1, 2, 3):
        first, second = counted.isel(time=k), spelled.isel(time=k)
        channels = first.quantity.sel(quantities="channel.open") + 10 * first.counts.sel(species="channel.active")
        complexes = second.quantity.sel(quantities="open") + 10 * second.counts.sel(species=active).sum("species")
        assert two_samples(channels.values, complexes.values) > ALARM
        assert two_samples(first.counts.sel(species="L.cell"), second.counts.sel(species="L.cell")) > ALARM


def test_the_plain_python_reference_has_the_same_law() -> None:
    """600 runs in plain Python, each complex a list of subunits. False alarm: 1e-4. Seen to fail: the same three."""
    times, random = [0.0, 3.0], np.random.default_rng(3)
    network = with_channels().network()
    slow = [int(gillespie(network, times, random)[1] @ [1, 0, 10, 0, 100]) for _ in range(600)]
    data = md.simulate(with_channels(), times, engine="gillespie", trajectories=20_000, seed=4)
    fast = np.concatenate([data.counts.values, data.quantity.values], axis=-1)[:, 1] @ [1, 0, 10, 0, 100]
    assert network.species == ("L.cell", "channel.rest", "channel.active", "channel.blocked")
    assert two_samples(slow, fast) > ALARM


def test_open_complexes_and_active_subunits_are_consistent_at_all_times(kernel) -> None:
    """No more open complexes than active subunits allow, nor fewer than their number forces; subunits are conserved."""
    data = md.simulate(with_channels(ligand=20), np.linspace(0, 30, 200), engine="gillespie", trajectories=100, seed=5)
    active = data.counts.sel(species="channel.active").values
    opened = data.quantity.sel(quantities="channel.open").values
    assert (opened <= active // NEEDED).all()
    assert (opened >= np.ceil((active - COMPLEXES * (NEEDED - 1)) / (SUBUNITS - NEEDED + 1))).all()
    states = ["channel.rest", "channel.active", "channel.blocked"]
    assert (data.counts.sel(species=states).sum("species") == COMPLEXES * SUBUNITS).all()
    assert set(np.unique(opened)) >= {0, 1, 2, 3}


@pytest.mark.parametrize(("subunits", "needed"), [(1, 1), (3, 1), (4, 3), (5, 5)])
def test_open_complexes_at_equilibrium_are_binomial(subunits: int, needed: int, kernel) -> None:
    """With the ligand held, subunits are independent: open complexes are Binomial(N, P(Binomial(m, x) >= needed)).

    rest : active : blocked = 1 : 0.15 L / 0.5 : that x 4/3. False alarm: 1e-4 for each case. Seen to fail: needed + 1;
    the last subunit picked instead of a uniform one.
    """
    model = with_channels(ligand=5, clamped=True, subunits=subunits, needed=needed, complexes=6)
    ratio = 0.15 * 5 / 0.5
    x = ratio / (1 + ratio * (1 + 4 / 3))
    data = md.simulate(model, [0.0, 40.0], engine="gillespie", trajectories=6000, seed=6)
    p = binom.sf(needed - 1, subunits, x)
    assert chi_square(data.quantity.values[:, 1, 0], binom.pmf(np.arange(7), 6, p)) > ALARM


@pytest.mark.parametrize(("subunits", "needed"), [(1, 1), (3, 1), (4, 3), (5, 5)])
def test_the_mean_field_of_complexes_is_the_binomial_expectation(subunits: int, needed: int) -> None:
    """N sum over j >= needed of comb(m, j) x^j (1 - x)^(m - j) at the fraction x of active subunits, at all times."""
    model = with_channels(ligand=9, subunits=subunits, needed=needed)
    data = md.simulate(model, 20, engine="ode")
    x = data.counts.sel(species="channel.active")[0].values / (COMPLEXES * subunits)
    terms = [comb(subunits, j) * x**j * (1 - x) ** (subunits - j) for j in range(needed, subunits + 1)]
    assert x.max() > 0.2
    assert data.quantity[0, :, 0].values == pytest.approx(COMPLEXES * np.sum(terms, axis=0), rel=1e-9, abs=1e-12)


# -- the receptor of De Young & Keizer -------------------------------------------------------------------------------

A = {1: 400.0, 2: 0.2, 3: 400.0, 4: 0.2, 5: 20.0}
B = {1: 52.0, 2: 0.2098, 3: 377.36, 5: 1.6468}
B[4] = A[4] * (B[1] / A[1]) * (B[2] / A[2]) / (B[3] / A[3])


def subunit_generator(ca: float, ip3: float) -> np.ndarray:
    """Rates between the eight states xijk, in 1/s: entry (to, from), states numbered 4 i + 2 j + k."""
    rates = np.zeros((8, 8))
    for i, j, k in np.ndindex(2, 2, 2):
        for bit, site, ligand in ((0, (1, 3)[k], ip3), (1, 5, ca), (2, (4, 2)[i], ca)):
            origin, target = 4 * i + 2 * j + k, (4 * i + 2 * j + k) ^ (4 >> bit)
            rates[target, origin] += A[site] * ligand if target > origin else B[site]
    return rates - np.diag(rates.sum(axis=0))


def held_receptors(ca=0.15, ip3=0.3) -> md.Model:
    """The receptors of the microdomain with both ligands held."""
    model = md.Model("held")
    cytosol, er = model.compartment("cytosol", 0.2), model.compartment("er", 0.04)
    membrane = model.membrane("membrane", 0.5, inside=er, outside=cytosol)
    model.species("Ca", cytosol, ca, clamped=True)
    model.species("Ca", er, 10, clamped=True)
    model.species("IP3", cytosol, ip3, clamped=True)
    model.add(md.mechanisms.DeYoungKeizer(), name="R", cytosol=cytosol, er=er, membrane=membrane)
    return model


def test_the_mean_field_of_eight_states_is_the_matrix_exponential() -> None:
    """dx/dt = G x of one subunit, times 20; open = 5 (x^4 + 4 x^3 (1 - x)) of x110."""
    times = np.array([0.0, 0.01, 0.3, 3.0, 100.0])
    data = md.simulate(held_receptors(), times, engine="ode", rtol=1e-9, atol=1e-9)
    generator = subunit_generator(0.15, 0.3)
    exact = np.array([expm(generator * t)[:, 0] for t in times])
    assert data.counts.values[0, :, 3:] == pytest.approx(20 * exact, rel=1e-7, abs=1e-7)
    x = exact[:, 6]
    assert data.quantity.values[0, :, 0] == pytest.approx(5 * (x**4 + 4 * x**3 * (1 - x)), rel=1e-6, abs=1e-9)


def test_receptors_open_as_independent_subunits_do() -> None:
    """Open channels at three times are Binomial(5, P(Binomial(4, x110(t)) >= 3)), from rest on.

    False alarm: 3 comparisons of 1e-4. Seen to fail: b5 doubled; three of four replaced by two; the last subunit picked
    instead of a uniform one.
    """
    times = np.array([0.0, 0.3, 3.0, 10.0])
    data = md.simulate(held_receptors(), times, engine="gillespie", trajectories=4000, seed=7)
    for k in (1, 2, 3):
        x = expm(subunit_generator(0.15, 0.3) * times[k])[6, 0]
        assert chi_square(data.quantity.values[:, k, 0], binom.pmf(np.arange(6), 5, binom.sf(2, 4, x))) > ALARM
