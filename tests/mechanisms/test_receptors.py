"""Every receptor scheme: detailed balance around its loops, published open probabilities, and calcium domains.

Expected open probabilities were computed from the published rates by programs that share nothing with this one.
"""

import itertools
from typing import Any

import numpy as np
import pytest

import microdomain as md
from engines.views import Views
from mechanisms.ip3.scheme import Cluster, Receptor, Step
from mechanisms.law import RateLaw

SCHEMES = [kind for kind in md.mechanisms.MECHANISMS.values() if issubclass(kind, Receptor)]
BULK = [kind for kind in SCHEMES if not issubclass(kind, Cluster)]


def around(kind: type, ca: float = 0.05, ip3: float = 0.2, er: float = 10.0, **given: Any) -> md.Model:
    """A receptor at concentrations in uM that are held."""
    model = md.Model("receptor")
    cytosol, store = model.compartment("cytosol", 0.3), model.compartment("er", 0.1)
    membrane = model.membrane("membrane", 1.0, inside=store, outside=cytosol)
    for name, place, value in (("Ca", cytosol, ca), ("Ca", store, er), ("IP3", cytosol, ip3)):
        model.species(name, place, value, clamped=True)
    places = {"cytosol": cytosol, "er": store, "membrane": membrane}
    mechanism: Any = kind
    model.add(mechanism(**given), name="R", **{port: places[port] for port in mechanism.ports()})
    return model


def at_rest(model: md.Model) -> Any:
    return md.simulate(model, [0.0, 1e5], engine="ode", rtol=1e-9, atol=1e-9, progress=False).isel(
        trajectory=0, time=-1
    )


def open_probability(kind: type, ca: float, ip3: float, channels: int = 5) -> float:
    return float(at_rest(around(kind, ca, ip3)).quantity.sel(quantities="R.open")) / channels


def energy(mechanism: Any, step: Step) -> float:
    """log of the rate forward over that back, at one uM of each ligand."""

    def value(k: str | RateLaw) -> float:
        if isinstance(k, str):
            return float(getattr(mechanism, k).value)
        return float(k(*(getattr(mechanism, name).value for name in k.names)))

    return float(np.log(value(step.k) / value(step.k_back)))


def imbalance(mechanism: Any) -> float:
    """The largest sum of log forward over back around any loop of a scheme, by an energy for each state."""
    neighbours: dict[str, list[tuple[str, float]]] = {state: [] for state in mechanism.states}
    for step in mechanism.steps():
        neighbours[step.start].append((step.end, energy(mechanism, step)))
        neighbours[step.end].append((step.start, -energy(mechanism, step)))
    energies, waiting, largest = {mechanism.start: 0.0}, [mechanism.start], 0.0
    while waiting:
        state = waiting.pop()
        for other, rise in neighbours[state]:
            if other not in energies:
                energies[other] = energies[state] + rise
                waiting.append(other)
            largest = max(largest, abs(energies[other] - energies[state] - rise))
    assert set(energies) == set(mechanism.states)
    return largest


@pytest.mark.parametrize("kind", SCHEMES, ids=lambda kind: kind.__name__)
def test_detailed_balance_around_every_loop(kind: Any) -> None:
    assert imbalance(kind()) < 1e-9


def test_a_published_rate_that_breaks_detailed_balance_is_found() -> None:
    broken = md.mechanisms.BicknellGoodhill(back_9_8=0.001313)
    assert imbalance(broken) == pytest.approx(np.log(1.875 / 0.001313))


@pytest.mark.parametrize(("ip3", "ca", "share"), [(1.0, 0.269, 0.0194), (10.0, 0.288, 0.1458), (100.0, 0.427, 0.454)])
def test_doi_opens_as_published(ip3: float, ca: float, share: float) -> None:
    found = open_probability(md.mechanisms.Doi, ca, ip3)
    assert found == pytest.approx(share, abs=5.1e-5 if share < 0.2 else 5.1e-4)
    beside = [open_probability(md.mechanisms.Doi, ca * factor, ip3) for factor in (0.8, 1.25)]
    assert found > max(beside)


@pytest.mark.parametrize(
    ("back", "expected"),
    [
        (1.875, {0.05: (0.362, 0.468, 0.617), 0.1: (0.395, 0.507, 0.668), 1.0: (0.431, 0.548, 0.721)}),
        (0.001313, {0.05: (0.362, 0.469, 0.623), 0.1: (0.396, 0.508, 0.675), 1.0: (0.431, 0.549, 0.730)}),
    ],
)
def test_bicknell_and_goodhill_in_both_forms(back: float, expected: dict[float, tuple[float, ...]]) -> None:
    """The share of open subunits at 0.05, 0.1 and 1 uM of calcium, closed by detailed balance and as in a code."""
    for ip3, shares in expected.items():
        for ca, share in zip((0.05, 0.1, 1.0), shares, strict=True):
            data = at_rest(around(md.mechanisms.BicknellGoodhill, ca, ip3, back_9_8=back))
            assert float(data.counts.sel(species="R.x10")) / 20 == pytest.approx(share, abs=6e-4)


@pytest.mark.parametrize(("ca", "share"), [(0.1, 0.0166), (0.135, 0.0175)])
def test_sneyd_and_dufour_open_as_published(ca: float, share: float) -> None:
    assert open_probability(md.mechanisms.SneydDufour, ca, 10.0) == pytest.approx(share, abs=5.1e-5)


def test_the_two_dimensional_model_of_denizot() -> None:
    """Its published fixed point in numbers of molecules: 52.0825, 13.0206 and 0.04165 open."""
    area = 4e4
    model = md.Model("plane")
    plane = model.compartment("plane", area / 602.214076)
    membrane = model.membrane("membrane", 1.0, inside=plane)
    model.species("Ca", plane, count=50)
    model.species("IP3", plane, count=15)
    model.species("PLC", plane, count=1000)
    model.reaction("0 -> Ca", k=50 / area)
    model.reaction("Ca -> 0", k=1.0)
    model.reaction("PLC + Ca -> PLC + Ca + IP3", k=0.1)
    model.reaction("IP3 -> 0", k=0.01)
    constants = {"activation": 1.0, "deactivation": 0.1, "ip3_on": 1.0, "ip3_off": 0.1}
    receptors = md.mechanisms.Denizot(channels=1000, mu=50, inhibition=0.1, recovery=0.1, **constants)
    model.add(receptors, name="R", cytosol=plane, membrane=membrane)
    data = at_rest(model)
    assert data.counts.values[:2] == pytest.approx([52.0825, 13.0206], abs=6e-5)
    assert float(data.quantity[0]) == pytest.approx(0.04165, abs=6e-6)


def test_the_chain_of_a_cluster_has_its_intervals() -> None:
    """Mean and coefficient of variation at three concentrations of calcium, IP3 at its half activation.

    5 standard errors of 20,000 s: a false alarm in 10^5. Twice as many refractory steps are found.
    """
    for ca, mean, cv in ((0.2, 2.160, 0.927), (0.33, 0.618, 0.753), (0.5, 0.303, 0.547)):
        model = around(md.mechanisms.ClusterChain, ca, 1.0)
        data = md.simulate(model, 20_000, engine="gillespie", seed=1, record="events", progress=False)
        puffs = np.array([": puff of" in str(reaction) for reaction in data.reaction.values])
        intervals = np.diff(data.time.values[puffs])
        error = mean * cv / np.sqrt(len(intervals))
        assert intervals.mean() == pytest.approx(mean, abs=5 * error + 0.001)
        assert intervals.std() / intervals.mean() == pytest.approx(cv, rel=5 / np.sqrt(len(intervals)) + 0.002)


# -- clusters ----------------------------------------------------------------------------------------------------------


def rates_of(model: md.Model, counts: dict[str, int]) -> dict[str, float]:
    network = model.network()
    state = np.array([counts.get(name, n) for name, n in zip(network.species, network.initial, strict=True)])
    rates = Views(network).propensities(network.with_conducting(state[None]))[0]
    return dict(zip(network.reactions, rates.tolist(), strict=True))


def test_a_channel_sees_its_own_calcium_and_less_of_its_neighbours() -> None:
    """Binding of inhibiting calcium to open Doi channels: 8.889 (c + own) and, closed, 8.889 (c + neighbours)."""
    model = around(md.mechanisms.DoiCluster, ca=0.05, channels=3, own=100.0, neighbours=2.0)
    closed = rates_of(model, {})
    assert closed["R: R_0 <-> RC_0"] == pytest.approx(8.889 * 0.05)
    opened = rates_of(model, {"R.R_0": 0, "R.O_0": 1})
    assert opened["R: R_1 <-> RC_1"] == pytest.approx(8.889 * 2.05)
    assert opened["R: RI_0 <-> O_0 (back)"] == 2000.0
    two = rates_of(model, {"R.R_0": 0, "R.O_0": 1, "R.R_1": 0, "R.RI_1": 0, "R.O_1": 1})
    assert two["R: R_2 <-> RC_2"] == pytest.approx(8.889 * 4.05)
    ready = rates_of(model, {"R.R_0": 0, "R.RI_0": 1, "R.R_1": 0, "R.O_1": 1})
    assert ready["R: RI_0 <-> O_0"] == pytest.approx(8000 * 2.05)


@pytest.mark.parametrize("bulk", [md.mechanisms.DeYoungKeizer, md.mechanisms.Doi])
def test_a_cluster_without_domains_is_at_the_equilibrium_of_the_bulk(bulk: Any) -> None:
    cluster: Any = md.mechanisms.MECHANISMS[f"{bulk.__name__}Cluster"]
    alone = at_rest(around(cluster, 0.2, 0.5, channels=5, own=1e-9, neighbours=0.0))
    together = at_rest(around(bulk, 0.2, 0.5, channels=5))
    found = float(alone.quantity.sel(quantities="R.open"))
    assert found == pytest.approx(float(together.quantity.sel(quantities="R.open")), rel=1e-6)


def test_every_bulk_receptor_has_the_same_mean_in_jumps() -> None:
    """At held ligands its subunits are independent: the mean number open is that of the mean field.

    30 channels over 200 s in 20 runs, within 5 standard errors between runs and 2 %: false alarms below 1e-4 in all.
    """
    for kind in (md.mechanisms.DeYoungKeizer, md.mechanisms.Doi, md.mechanisms.BicknellGoodhill):
        model = around(kind, ca=0.2, ip3=0.5, channels=30)
        data = md.simulate(
            model, np.linspace(0, 220, 2201), engine="gillespie", trajectories=20, seed=3, progress=False
        )
        means = data.quantity.sel(quantities="R.open").values[:, 200:].mean(axis=1)
        expected = float(at_rest(model).quantity.sel(quantities="R.open"))
        error = means.std(ddof=1) / np.sqrt(len(means))
        assert means.mean() == pytest.approx(expected, abs=5 * error + 0.02 * expected), kind.__name__


def test_pooled_gates_have_the_noise_of_fox_and_lu() -> None:
    """At held calcium h is binomial: variance h (1 - h) / M, as jumps and as a diffusion.

    600 relaxation times in 8 runs: within 15 %, 5 standard errors. The difference of the rates under the root in place
    of their sum would give no noise at all at rest.
    """
    model = around(md.mechanisms.PooledLiRinzel, ca=0.3, ip3=0.5, gates=200)
    q2 = 1.049 * (0.5 + 0.13) / (0.5 + 0.9434)
    h = q2 / (q2 + 0.3)
    grid = np.linspace(0, 4000, 8001)
    for engine in ("gillespie", "langevin"):
        data = md.simulate(model, grid, engine=engine, trajectories=8, seed=4, progress=False)
        found = data.quantity.sel(quantities="R.h").values[:, 200:]
        assert found.mean() == pytest.approx(h, rel=0.01)
        assert found.var() == pytest.approx(h * (1 - h) / 200, rel=0.15)


def test_every_pair_of_states_is_joined_once() -> None:
    for kind in BULK:
        made: Any = kind()
        pairs = [frozenset((step.start, step.end)) for step in made.steps()]
        assert len(set(pairs)) == len(pairs), kind.__name__
        assert set(itertools.chain(*pairs)) == set(kind.states)  # type: ignore[attr-defined]
