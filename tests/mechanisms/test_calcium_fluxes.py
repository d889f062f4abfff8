"""Pumps, leaks, entry, exchange and buffers of calcium: their laws, their equilibria, and what they conserve."""

from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

import microdomain as md
from engines.views import Views
from mechanisms.splitting import one_way

BUFFERS = md.mechanisms.BUFFERS


def cell(kind: Any, ca: float = 0.1, er: float = 10.0, na: float = 15.0, **given: Any) -> md.Model:
    """One mechanism between a cytosol at -80 mV, an ER and a bath of 1.8 mM calcium and 140 mM sodium."""
    model = md.Model("cell")
    cytosol, store, bath = (
        model.compartment(name, size) for name, size in (("cytosol", 0.3), ("er", 0.1), ("bath", 1))
    )
    membrane = model.membrane("membrane", 2.0, inside=cytosol, outside=bath, voltage=-80)
    for place, level in ((cytosol, ca), (store, er), (bath, "1.8 mM")):
        model.species("Ca", place, level, valence=2)
    for place, level in ((cytosol, f"{na} mM"), (bath, "140 mM")):
        model.species("Na", place, level, valence=1)
    places = {"cytosol": cytosol, "er": store, "outside": bath, "membrane": membrane}
    model.add(kind(**given), name="M", **{port: places[port] for port in kind.ports()})
    return model


def gained(model: md.Model, species: str = "Ca.cytosol") -> float:
    """d/dt in uM/s at the start, in the mean field."""
    network = model.network()
    i = network.species.index(species)
    return float(Views(network).drift(network.initial)[i] / network.omega[i])


@pytest.mark.parametrize("ca", [0.02, 0.1, 3.0])
def test_the_laws_of_hill(ca: float) -> None:
    """Of SERCA with two exponents, and of PMCA."""
    mechanisms = md.mechanisms
    assert gained(cell(mechanisms.HillSERCA, ca)) == pytest.approx(-0.9 * ca**2 / (ca**2 + 0.01))
    steep = gained(cell(mechanisms.HillSERCA, ca, power=1.75))
    assert steep == pytest.approx(-0.9 * ca**1.75 / (ca**1.75 + 0.1**1.75))
    assert gained(cell(mechanisms.HillPMCA, ca)) == pytest.approx(-2.0 * ca**2 / (ca**2 + 6.25))


@pytest.mark.parametrize("er", [1.0, 90.0, 400.0])
def test_entry_rises_as_the_store_empties(er: float) -> None:
    assert gained(cell(md.mechanisms.StoreOperatedEntry, er=er)) == pytest.approx(0.314 * 90**4 / (90**4 + er**4))


def test_the_plasma_leak_balances_at_its_rest() -> None:
    assert gained(cell(md.mechanisms.PlasmaLeak, 0.01 / 0.24)) == pytest.approx(0.0, abs=1e-12)


def test_the_elementary_pump_saturates() -> None:
    """By Michaelis and Menten, half at (15 + 12) / 150 uM, less what leaks through its free pumps."""
    for ca in (0.05, 0.18, 1.0):
        model = cell(md.mechanisms.ElementaryPMCA, ca)
        held = md.Model("held")
        cytosol, bath = held.compartment("cytosol", 0.3), held.compartment("bath", 1.0)
        membrane = held.membrane("membrane", 2.0, inside=cytosol, outside=bath)
        held.species("Ca", cytosol, ca, clamped=True)
        held.species("Ca", bath, 0.0)
        held.add(md.mechanisms.ElementaryPMCA(leak=0.0), cytosol=cytosol, outside=bath, membrane=membrane)
        data = md.simulate(held, [0.0, 10.0, 11.0], engine="ode", rtol=1e-9, progress=False)
        moved = np.diff(data.counts.sel(species="Ca.bath").values[0])[1]
        assert moved == pytest.approx(1000 * 12 * ca / (ca + 0.18), rel=1e-6)
        assert gained(model) < 0


# -- the exchanger -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [md.mechanisms.NCX, md.mechanisms.SaturatingNCX])
@pytest.mark.parametrize(("na", "calcium"), [(10.0, 0.033), (15.0, 0.111), (20.0, 0.263), (30.0, 0.888)])
def test_the_exchanger_reverses_where_thermodynamics_says(kind: Any, na: float, calcium: float) -> None:
    """At -80 mV, sodium in mM and the calcium in uM at which it stands still: Cao (Nai/Nao)^3 exp(V/VT)."""
    found = brentq(lambda level: gained(cell(kind, 10.0**level, na=na)), -3, 1, xtol=1e-12)
    thermal = 26.7267
    assert 10.0**found == pytest.approx(1800 * (na / 140) ** 3 * np.exp(-80 / thermal), rel=1e-4)
    assert 10.0**found == pytest.approx(calcium, abs=6e-4)


def test_a_cycle_of_the_exchanger_moves_three_sodium_and_one_calcium() -> None:
    network = cell(md.mechanisms.NCX).network()
    changes = dict(network.changes.row(0))
    moved = {network.species[i]: n for i, n in changes.items()}
    assert moved == {"Na.cytosol": -3, "Na.bath": 3, "Ca.cytosol": 1, "Ca.bath": -1}
    current = 2.0 * ((15 / 140) ** 3 * np.exp(-0.35 * 80 / 26.7267) - 0.1 / 1800 * np.exp(0.65 * 80 / 26.7267))
    cycles = gained(cell(md.mechanisms.NCX)) * 0.3 * 602.214076
    assert cycles == pytest.approx(current / 1.602176634e-7, rel=1e-4)


def test_the_exchanger_is_noisy_where_it_stands_still() -> None:
    """Split by affinity, its two directions are equal there, and not 0 as they would be by sign."""
    model = cell(md.mechanisms.NCX, 1800 * (15 / 140) ** 3 * np.exp(-80 / 26.7267), na=15.0)
    network = one_way(model.network())
    ahead, back = Views(network).propensities(network.initial[None])[0]
    assert ahead == pytest.approx(back, rel=1e-3)
    assert ahead == pytest.approx(2.0 * (15 / 140) ** 3 * np.exp(-0.35 * 80 / 26.7267) / 1.602176634e-7, rel=1e-3)


# -- buffers -----------------------------------------------------------------------------------------------------------


def with_buffer(mechanism: Any, ca: float, volume: float = 1.0, clamped: bool = True) -> md.Model:
    model = md.Model("buffered")
    cytosol = model.compartment("cytosol", volume)
    model.species("Ca", cytosol, ca, valence=2, clamped=clamped)
    model.add(mechanism, name="B", cytosol=cytosol)
    return model


@pytest.mark.parametrize("kind", BUFFERS)
def test_every_buffer_binds_at_its_affinity(kind: str) -> None:
    constants = BUFFERS[kind]
    affinity = constants.koff / constants.kon
    found = md.simulate(
        with_buffer(md.mechanisms.buffer(kind, total="30 uM"), 0.3), [0.0, 1e4], engine="ode", progress=False
    )
    bound = float(found.concentration.sel(species="B.bound")[0, -1])
    assert bound == pytest.approx(30 * 0.3 / (affinity + 0.3), rel=1e-5)
    assert len(constants.source) > 10


@pytest.mark.parametrize(
    ("kind", "affinity"),
    [("EGTA", 0.185), ("BAPTA", 0.176), ("OGB-1", 0.326), ("GCaMP6s", 0.144), ("GCaMP6f", 0.374), ("Fluo-4", 0.2)],
)
def test_affinities_are_the_published_ones(kind: str, affinity: float) -> None:
    assert BUFFERS[kind].koff / BUFFERS[kind].kon == pytest.approx(affinity, abs=6e-4)


def test_an_unknown_buffer_is_refused() -> None:
    with pytest.raises(ValueError, match=r"found 'GCaMP6'; allowed: EGTA, .*; did you mean 'GCaMP6[sf]'\?"):
        md.mechanisms.buffer("GCaMP6")


def test_proteins_with_several_sites_fill_as_their_sites_do() -> None:
    """Independent sites: calbindin's of two kinds, calmodulin's lobes in two steps, parvalbumin against magnesium."""
    ca = 0.3
    rest = {
        kind.__name__: md.simulate(with_buffer(kind(), ca), [0.0, 1e4], engine="ode", progress=False).isel(
            trajectory=0, time=-1
        )
        for kind in (md.mechanisms.Calbindin, md.mechanisms.Calmodulin, md.mechanisms.Parvalbumin)
    }
    found = {
        name: dict(zip(data.species.values.tolist(), data.concentration.values, strict=True))
        for name, data in rest.items()
    }
    medium, high = (ca / (ca + kd) for kd in (35.8 / 87, 2.6 / 11))
    for m, h in ((0, 0), (1, 2), (2, 1)):
        share = [1, 2, 1][m] * medium**m * (1 - medium) ** (2 - m) * [1, 2, 1][h] * high**h * (1 - high) ** (2 - h)
        assert found["Calbindin"][f"B.m{m}h{h}"] == pytest.approx(45 * share, rel=1e-5)
    one, two = ca * 6.8 / 68, ca**2 * 6.8**2 / (68 * 10)
    assert found["Calmodulin"]["B.C2"] == pytest.approx(10 * two / (1 + one + two), rel=1e-5)
    calcium, magnesium = ca * 107 / 0.95, 590 * 0.8 / 25
    assert found["Parvalbumin"]["B.with_ca"] == pytest.approx(80 * calcium / (1 + calcium + magnesium), rel=1e-5)


def test_a_buffer_leaves_the_noise_of_free_calcium_and_slows_it() -> None:
    """With entry and removal, free calcium is Poisson with and without a buffer; it relaxes 1 + B Kd/(Kd + c)^2 slower.

    The last is 1 / beta of the reduction at a c that few ions are. 5 standard errors of the mean of 4,000 runs, and
    10 % of the relaxation time: a false alarm in 10^5.
    """
    volume = 0.1
    model = with_buffer(md.mechanisms.buffer("BAPTA", total=0.3, calcium=0.5), 0.5, volume, clamped=False)
    model.reaction("0 -> Ca", k=5.0)
    model.reaction("Ca -> 0", k=10.0)
    data = md.simulate(model, np.linspace(0, 3, 4), engine="gillespie", trajectories=4000, seed=2, progress=False)
    free = data.counts.sel(species="Ca.cytosol").values[:, -1]
    mean = 0.5 * 602.214076 * volume
    assert free.mean() == pytest.approx(mean, abs=5 * np.sqrt(mean / 4000))
    assert free.var(ddof=1) == pytest.approx(mean, rel=5 * np.sqrt(2 / 4000))
    chelator = md.mechanisms.buffer("BAPTA", total=0.3)
    noise = md.stationary_noise(model)
    slowest = 1 / float(noise.relaxation_rate.min())
    assert slowest == pytest.approx(0.1 / md.mechanisms.rapid_buffer_factor(0.5, [chelator]), rel=0.1)


def test_the_reduction_is_the_limit_of_fast_binding() -> None:
    """dc/dt = beta(c) J under a step of influx: the error of the reduction falls with the time constant of binding."""
    errors = []
    for speed in (1.0, 10.0, 100.0):
        fast = md.mechanisms.Buffer(total=100.0, kon=5.0 * speed, koff=10.0 * speed, calcium=0.1)
        model = with_buffer(fast, 0.1, clamped=False)
        model.reaction("0 -> Ca", k=20.0)
        model.reaction("Ca -> 0", k=20.0)
        grid = np.linspace(0, 10, 101)
        explicit = md.simulate(model, grid, engine="ode", rtol=1e-9, progress=False)
        found = explicit.concentration.sel(species="Ca.cytosol").values[0]
        reduced = md.Model("reduced")
        reduced.compartment("cytosol", 1.0)
        reduced.variable("c", 0.1, "uM", reduction)
        expected = md.simulate(reduced, grid, engine="ode", rtol=1e-9, progress=False)
        errors.append(float(np.abs(found - expected.quantity.sel(quantities="c").values[0]).max()))
    assert errors[0] > 5 * errors[1] > 25 * errors[2]
    assert errors[2] < 2e-3


@md.rate_law(c="uM", returns="uM/s")
def reduction(c: Any) -> Any:
    """beta(c) (20 - 20 c) for 100 uM of a buffer of Kd 2 uM."""
    from mechanisms.units import constant

    one = constant(1.0, "uM", c)
    factor = 1 + 200 * one**2 / (2 * one + c) ** 2
    return constant(20.0, "1/s", c) * (one - c) / factor


def test_diffusion_of_buffered_calcium() -> None:
    """Without a buffer that of free calcium; with an immobile one slower by beta; one that moves carries some."""
    egta = md.mechanisms.buffer("EGTA", total=100.0)
    beta = md.mechanisms.rapid_buffer_factor(0.1, [egta])
    assert beta == pytest.approx(1 / (1 + 100 * 0.1852 / (0.2852) ** 2), rel=1e-3)
    assert md.mechanisms.effective_diffusion(0.1, []) == 220.0
    assert md.mechanisms.effective_diffusion(0.1, [(egta, 0.0)]) == pytest.approx(220 * beta)
    assert md.mechanisms.effective_diffusion(0.1, [(egta, "113 um^2/s")]) == pytest.approx(113, rel=0.01)
