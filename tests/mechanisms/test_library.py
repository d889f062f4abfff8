"""The mechanisms and models of the library: sources, detailed balance, and published equilibria."""

import dataclasses
import itertools
from typing import Any

import numpy as np
import pytest

import microdomain as md
from mechanisms.ip3.de_young_keizer import STATES
from mechanisms.network import Network
from mechanisms.places import Parameter

MECHANISMS = md.mechanisms.MECHANISMS
D1, D2, D3, D5 = 52 / 400, 0.2098 / 0.2, 377.36 / 400, 1.6468 / 20
"""Dissociation constants of De Young & Keizer 1992 in uM: IP3, inhibiting calcium, IP3 when inhibited, activating."""


@pytest.mark.parametrize("name", MECHANISMS)
def test_every_number_has_a_source(name: str) -> None:
    mechanism = MECHANISMS[name]()
    assert mechanism.parameters(), name
    for key, parameter in mechanism.parameters().items():
        assert len(parameter.source.strip()) > 10, f"{name}.{key}"
        assert parameter.unit, f"{name}.{key}"
        assert np.isfinite(parameter.value), f"{name}.{key}"
    for field in dataclasses.fields(mechanism):
        if "number" in field.metadata:
            assert len(field.metadata["number"].strip()) > 10, f"{name}.{field.name}"
        assert isinstance(getattr(mechanism, field.name), (Parameter, int, type(None))), f"{name}.{field.name}"


@pytest.mark.parametrize("name", MECHANISMS)
def test_every_mechanism_says_what_it_is(name: str) -> None:
    assert MECHANISMS[name].__name__ == name
    assert len((MECHANISMS[name].__doc__ or "").strip()) > 20
    assert MECHANISMS[name].ports()


@pytest.mark.parametrize("name", md.models.MODELS)
def test_every_model_is_without_fault(name: str) -> None:
    model = md.models.MODELS[name]()
    assert model.name == name
    model.check()
    assert all(parameter.source for parameter in model.parameters.values())


# -- the IP3 receptor of De Young & Keizer -----------------------------------------------------------------------------


def receptor(ca: float = 1.0, ip3: float = 1.0, **parameters: Any) -> md.Model:
    """One receptor at concentrations in uM that are held."""
    model = md.Model("receptor")
    cytosol, er = model.compartment("cytosol", 0.3), model.compartment("er", 0.1)
    membrane = model.membrane("membrane", 1.0, inside=er, outside=cytosol)
    for name, place, value in (("Ca", cytosol, ca), ("Ca", er, ca), ("IP3", cytosol, ip3)):
        model.species(name, place, value, clamped=True)
    model.add(md.mechanisms.DeYoungKeizer(**parameters), name="R", cytosol=cytosol, er=er, membrane=membrane)
    return model


def rates(network: Network) -> dict[tuple[str, str], float]:
    """1/s per subunit for each step between states, at the concentrations that are held."""
    y = network.values(0.0)
    coefficients = network.coefficients(y)
    found = {}
    for j in range(len(network.reactions)):
        (origin,) = [network.species[i] for i, n in network.changes.row(j) if n < 0]
        (target,) = [network.species[i] for i, n in network.changes.row(j) if n > 0]
        ligands = [y[i] ** n for i, n in network.reactants.row(j) if network.clamped[i]]
        found[origin.removeprefix("R."), target.removeprefix("R.")] = coefficients[j] * np.prod(ligands)
    return found


def test_the_twelve_steps_of_a_subunit() -> None:
    found = rates(receptor(ca=0.5, ip3=2.0).network())
    neighbours = {(a, b) for a, b in itertools.permutations(STATES, 2) if sum(map(str.__ne__, a, b)) == 1}
    assert set(found) == neighbours
    assert len(neighbours) == 24
    assert found["x000", "x100"] == pytest.approx(400 * 2.0)
    assert found["x101", "x001"] == pytest.approx(377.36)
    assert found["x110", "x111"] == pytest.approx(0.2 * 0.5)
    assert found["x111", "x110"] == pytest.approx(0.2098)
    assert found["x000", "x010"] == pytest.approx(20 * 0.5)
    assert found["x011", "x001"] == pytest.approx(1.6468)


@pytest.mark.parametrize("parameters", [{}, {"a4": 0.7, "b2": 0.5, "b1": "3 1/ms"}])
def test_detailed_balance_around_all_loops(parameters: dict[str, Any]) -> None:
    """Forward over backward constants multiply to one around each of the six faces of the cube of states.

    With b4 = 0.0289 1/s of the published table in place of what follows from d1 d2 = d3 d4 the product is off by
    3e-4.
    """
    found = rates(receptor(ca=0.3, ip3=0.7, **parameters).network())
    loops = 0
    for axis, side in itertools.product(range(3), "01"):
        face = [s for s in STATES if s[1 + axis] == side]
        a = face[0]
        b, d = (s for s in face if sum(map(str.__ne__, a, s)) == 1)
        (c,) = (s for s in face if s not in (a, b, d))
        cycle = [a, b, c, d, a]
        product = np.prod([found[p, q] / found[q, p] for p, q in itertools.pairwise(cycle)])
        assert product == pytest.approx(1.0, rel=1e-12), cycle
        loops += 1
    assert loops == 6


def occupancy(ca: float, ip3: float) -> dict[str, float]:
    """The product form: each state's weight is the product of its ligands over their dissociation constants."""
    d4 = D1 * D2 / D3
    weights = {}
    for state in STATES:
        i, j, k = (int(bit) for bit in state[1:])
        inhibited = ca / (D2 if i else d4) if k else 1.0
        weights[state] = (ip3 / D1) ** i * (ca / D5) ** j * inhibited
    total = sum(weights.values())
    return {state: weight / total for state, weight in weights.items()}


# IP3 and calcium in uM, x110, and the share of channels with three of four subunits in x110, at the calcium where x110
# is largest. Regression values: computed from the equilibrium of the eight states with the constants of De Young &
# Keizer 1992, by a program that shares nothing with this one.
PEAKS = [
    (0.1, 0.1380, 0.1705, 0.01729),
    (0.2, 0.1579, 0.2618, 0.05766),
    (0.5, 0.1941, 0.3913, 0.16935),
    (1.0, 0.2241, 0.4733, 0.2735),
    (2.0, 0.2500, 0.5313, 0.3609),
    (10.0, 0.2828, 0.5921, 0.4616),
]


@pytest.mark.parametrize(("ip3", "ca", "x110", "share"), PEAKS)
def test_equilibrium_of_the_subunit(ip3: float, ca: float, x110: float, share: float) -> None:
    """The product form at all eight states to 1e-7, Li & Rinzel's m n h, and the regression values to their digits."""
    data = md.simulate(receptor(ca, ip3), [0.0, 1000.0], engine="ode", rtol=1e-9, atol=1e-9, progress=False)
    states = data.counts.isel(trajectory=0, time=-1)
    found = {state: float(states.sel(species=f"R.{state}")) / 20 for state in STATES}
    assert found == pytest.approx(occupancy(ca, ip3), abs=1e-7)
    q2 = D2 * (ip3 + D1) / (ip3 + D3)
    li_rinzel = ip3 / (ip3 + D1) * ca / (ca + D5) * q2 / (q2 + ca)
    assert found["x110"] == pytest.approx(li_rinzel, abs=1e-7)
    assert found["x110"] == pytest.approx(x110, abs=5.1e-5)
    opened = float(data.quantity.isel(trajectory=0, time=-1).sel(quantities="R.open")) / 5
    assert opened == pytest.approx(share, abs=1e-4)
    assert ca == pytest.approx(np.sqrt(D5 * q2), abs=1e-4)


# -- pump, leak, and the three together --------------------------------------------------------------------------------


def test_the_pump_is_a_hill_function_of_calcium() -> None:
    """In quasi-equilibrium v_max c^2 / (k^2 + c^2), v_max = 0.9 uM/s and k = 0.1 uM (De Young & Keizer 1992)."""
    for ca in (0.05, 0.1, 0.4):
        model = md.Model("pump")
        cytosol, er = model.compartment("cytosol", 0.16572), model.compartment("er", 0.03)
        membrane = model.membrane("membrane", 0.5, inside=er, outside=cytosol)
        model.species("Ca", cytosol, ca, clamped=True)
        model.species("Ca", er, 0.0)
        model.add(md.mechanisms.ElementarySERCA(), cytosol=cytosol, er=er, membrane=membrane)
        data = md.simulate(model, [0.0, 5.0, 6.0], engine="ode", rtol=1e-9, atol=1e-9, progress=False)
        moved = np.diff(data.counts.sel(species="Ca.er").values[0])[1] / (602.214076 * 0.16572)
        assert moved == pytest.approx(0.9 * ca**2 / (0.1**2 + ca**2), rel=1e-6)


def test_the_leak_ends_at_equal_concentrations() -> None:
    model = md.Model("leak")
    cytosol, er = model.compartment("cytosol", 0.3), model.compartment("er", 0.05)
    model.species("Ca", cytosol, 0.0)
    model.species("Ca", er, 70.0)
    model.add(md.mechanisms.ERLeak(), cytosol=cytosol, er=er)
    data = md.simulate(model, [0.0, 10.0, 1000.0], engine="ode", rtol=1e-9, atol=1e-9, progress=False)
    decay = np.exp(-0.11 * (1 + 0.05 / 0.3) * 10.0)
    assert data.concentration.sel(species="Ca.er").values[0] == pytest.approx(
        [70.0, 10.0 + 60.0 * decay, 10.0], rel=1e-7
    )


def test_the_microdomain_at_another_size_has_the_same_densities() -> None:
    once, ten = (md.models.ip3_microdomain(volume=v).network() for v in ("0.16572 fL", "1.6572 fL"))
    assert ten.initial / ten.omega == pytest.approx(once.initial / once.omega, rel=1e-12)
    assert ten.multimers[0].count == 50
    first, second = (network.coefficients(network.values(0.0)) for network in (once, ten))
    per_volume = np.array([sum(n for _, n in once.reactants.row(j)) for j in range(len(once.reactions))])
    binding = once.mass_action
    assert (second / first)[binding] == pytest.approx(10.0 ** (1 - per_volume[binding]), rel=1e-12)


def test_ip3_is_held_or_taken_up() -> None:
    held, free = (md.models.ip3_microdomain(clamped=clamped).network() for clamped in (True, False))
    i = held.species.index("IP3.cytosol")
    touched = {i for j in range(len(held.reactions)) for i, _ in held.changes.row(j)}
    assert i not in touched
    taking = [dict(free.changes.row(j)).get(i, 0.0) for j in range(len(free.reactions))]
    assert (taking.count(-1.0), taking.count(1.0)) == (4, 4)


def test_a_volume_with_a_part_of_a_channel_is_refused() -> None:
    with pytest.raises(md.ModelError, match=r"multimer 'IP3R': found 5 complexes times"):
        md.models.ip3_microdomain(volume=0.05).check()
