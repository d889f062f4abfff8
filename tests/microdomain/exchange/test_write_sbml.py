"""SBML out and in again: the same species, reactions and rates."""

import re
from pathlib import Path

import numpy as np
import pytest

import microdomain as md
from engines.views import Views
from mechanisms.models import MODELS
from mechanisms.splitting import one_way
from tests.random_networks import random_network_model


def assert_same_law(model: md.Model) -> md.Model:
    """Rates of both, at states around the start, where molecules are counted and in the mean field; what was read."""
    back = md.read_sbml(md.write_sbml(model))
    first, second = one_way(model.network()), back.network()
    counted = first.counted
    held = {species for species, _, _ in first.driven}
    free = [i for i in range(counted) if i not in held]
    np.testing.assert_allclose(second.initial[: second.counted], first.values(0.0)[free], rtol=1e-12)
    random = np.random.default_rng(1)
    states = np.tile(first.values(0.0)[: len(first.species)], (20, 1))
    moved = [i for i in free if not first.clamped[i]]
    states[:, moved] = random.poisson(np.maximum(2.0, states[:, moved]))
    states[:, counted:] *= random.uniform(0.5, 2.0, states[:, counted:].shape)
    same = np.tile(second.initial, (20, 1))
    same[:, : len(free)] = states[:, free]
    ids = {name: i for i, name in enumerate(second.species)}
    for i, name in enumerate(first.species[counted:], counted):
        same[:, ids[name.replace(".", "_")]] = states[:, i]
    rows = [np.flatnonzero(~network.deterministic) for network in (first, second)]
    assert len(rows[0]) == len(rows[1])
    for j, k in zip(*rows, strict=True):
        changed = {free.index(i): n for i, n in first.changes.row(j)}
        assert dict(second.changes.row(k)) == changed
    for reading in ("propensities", "mean_field_rates"):
        one, other = (getattr(Views(network), reading) for network in (first, second))
        np.testing.assert_allclose(other(same)[:, rows[1]], one(states)[:, rows[0]], rtol=1e-9, atol=1e-12)
    for name in first.variables:
        slots = first.species.index(name), ids[name.replace(".", "_")]
        drifts = [
            [Views(network).drift(state)[slot] for state in at]
            for network, slot, at in zip((first, second), slots, (states, same), strict=True)
        ]
        np.testing.assert_allclose(drifts[1], drifts[0], rtol=1e-9, atol=1e-12)
    return back


@pytest.mark.parametrize("seed", range(12))
def test_random_networks(seed: int) -> None:
    assert_same_law(random_network_model(seed))


@pytest.mark.parametrize("name", MODELS)
def test_models_of_the_library(name: str) -> None:
    """Either the same law, or every multimer and charged membrane by name."""
    model = MODELS[name]()
    charged = any(getattr(place, "capacitance", None) is not None for place in model.places.values())
    if model.multimers or charged:
        with pytest.raises(md.ModelError) as caught:
            md.write_sbml(model)
        assert {fault.where for fault in caught.value.faults} >= {f"multimer '{name}'" for name in model.multimers}
    else:
        assert_same_law(model)


@md.rate_law(a="1", k="1/s", returns="1/s")
def squared(a, k):
    return k * a * a


@md.rate_law(a="uM", b="uM", p="1/s", returns="uM/s")
def exchange(a, b, p):
    return p * (a - b)


@md.rate_law(a="uM", b="uM", returns="1")
def drive(a, b):
    return md.maths.log(a / b)


@md.rate_law(a="1", t="s", second="s", returns="1")
def awkward(a, t, second):
    late = md.maths.choose(t > second, lambda: md.maths.log1p(t / second), lambda: md.maths.expm1(-t / second))
    return md.maths.where(a > 2.0, md.maths.sqrt(a), md.maths.minimum(a, 1.5)) * late + md.maths.floor(a) - abs(-a)


@md.rate_law(a="uM", x="1", limit="uM", returns="uM")
def above(a, x, limit):
    return a * x - limit


@md.rate_law(x="1", second="s", returns="s")
def pause(x, second):
    return 0.1 * x * second


@md.rate_law(q="1", x="1", second="s", returns="1/s")
def towards(q, x, second):
    return (q - x) / second


def two_places():
    model = md.Model("two places")
    inner, outer = model.compartment("inner", 0.01), model.compartment("outer", 0.02)
    model.species("A", inner, count=20)
    model.species("A", outer, count=10)
    return model, inner, outer


def test_a_law_that_looks_like_mass_action_stays_what_it_is() -> None:
    """k A A of 2 A -> 0, written for molecules, is no k A (A - 1)."""
    model, *_ = two_places()
    model.reaction("2 A.inner -> 0", squared, a="A.inner", k=0.1)
    model.reaction("2 A.inner -> 0", k=0.1)
    assert assert_same_law(model).network().mass_action.tolist() == [False, True]


def test_net_fluxes_are_two_directions() -> None:
    model, inner, _ = two_places()
    model.reaction("A.inner <-> A.outer", exchange, affinity=drive, at=inner, a="A.inner", b="A.outer", p=0.3)
    assert len(assert_same_law(model).reactions) == 2


def test_held_species_inputs_and_a_held_voltage() -> None:
    """A species that follows an input is a rule; its edges are events, at the times of which both models agree."""
    model = md.Model("inputs")
    cell, out = model.compartment("cell", 0.01), model.compartment("out", 1.0)
    model.membrane("plasma", 1.0, inside=cell, outside=out, voltage=-60.0)
    model.input("ligand", md.pulse(0.5, 0.7, 3.0, 1.0), unit="uM")
    model.species("L", out, clamped="ligand")
    model.species("S", out, "2 uM", clamped=True)
    model.species("B", cell, count=3)
    model.reaction("L + S -> L + S + B", k="5 1/uM/s", at=cell)
    model.reaction("B -> 0", k="1 1/s")
    back = assert_same_law(model)
    times = np.linspace(0, 1.5, 16)
    first, second = (md.simulate(m, times, engine="ode", rtol=1e-9, atol=1e-9) for m in (model, back))
    np.testing.assert_allclose(second.counts.sel(species="B.cell"), first.counts.sel(species="B.cell"), rtol=1e-6)


def test_variables_quantities_events_and_time() -> None:
    model = md.Model("everything else")
    cell = model.compartment("cell", 0.01)
    model.species("A", cell, "3 uM")
    model.variable("x", 1.0, "1")
    model.quantity("q", awkward, a="A", t="time", second=1.0)
    model.variable("y", 0.5, "1", towards, q="q", x="x", second=1.0)
    model.reaction("A -> 0", k="1 1/s")
    delayed = {"delay": pause, "persistent": False, "at_start": True, "values": "execution"}
    model.event("again", {"A": "3 uM"}, when=above, a="A", x=-1.0, limit=-1.0)
    model.event("later", {"x": 2.5, "y": "x"}, when=above, a="A", x="x", limit=1.5, second=1.0, priority=2.0, **delayed)
    model.event("set", {"x": 0.5}, at=[0.7, 1.9])
    back = assert_same_law(model)
    times = np.linspace(0, 3.01, 30)
    first, second = (md.simulate(m, times, engine="ode", rtol=1e-9, atol=1e-9) for m in (model, back))
    np.testing.assert_allclose(second.counts.values, first.counts.values, rtol=1e-5)
    for name in ("x", "y", "q"):
        one, other = (data.quantity.sel(quantities=name).values for data in (first, second))
        np.testing.assert_allclose(other, one, rtol=1e-5, atol=1e-7)


def test_what_cannot_be_said() -> None:
    model = MODELS["ip3_microdomain"]()
    with pytest.raises(md.ModelError, match=r"multimer 'IP3R': found complexes of subunits") as caught:
        md.write_sbml(model)
    assert [fault.where for fault in caught.value.faults] == ["multimer 'IP3R'"]


def test_a_file(tmp_path: Path) -> None:
    model = random_network_model(3)
    text = md.write_sbml(model, tmp_path / "model.xml")
    assert (tmp_path / "model.xml").read_text() == text
    assert not re.search(r"\bnan\b|\binf\b", text)
    assert md.read_sbml(tmp_path / "model.xml").network().digest == md.read_sbml(text).network().digest
