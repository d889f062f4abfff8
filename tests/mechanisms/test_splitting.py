"""Net fluxes as two rows each: what must be there for each direction, what changes, and where the rows stand."""

import numpy as np
import pytest

import microdomain as md
from engines.views import Views
from mechanisms.splitting import one_way
from mechanisms.units import constant
from tests.membranes import (
    REVERSAL,
    difference,
    log_ratio,
    patch,
    rates,
    two_cells,
    with_leak,
)


def test_a_side_that_is_empty_gives_nothing() -> None:
    """Also where the law would divide by 0 there, or both sides are empty."""
    found = rates(two_cells(5, 5), np.array([[0.0, 7.0], [7.0, 0.0], [0.0, 0.0], [1.0, 1.0]]))
    np.testing.assert_allclose(found, [[0, 21], [21, 0], [0, 0], [3, 3]], rtol=1e-10)


def test_what_must_be_there_for_each_direction() -> None:
    """The left side forward, the right side back, a catalyst for both, nothing for what is held."""
    model = two_cells(5, 5)
    model.species("E", "left", count=1)
    model.species("B", "right", 1.0, clamped=True)
    bindings = {"a": "X.left", "b": "X.right"}
    equation = "2 X.left + E <-> X.right + E + 3 B"
    model.reaction(equation, difference, affinity=log_ratio, at="left", k=1.0, name="pair", **bindings)
    network = one_way(model.network())
    used = {name: dict(network.reactants.row(j)) for j, name in enumerate(network.reactions)}
    assert used["pair"] == {0: 2.0, 2: 1.0}
    assert used["pair (back)"] == {1: 1.0, 2: 1.0}
    assert dict(network.changes.row(2)) == {0: -2.0, 1: 1.0}
    assert dict(network.changes.row(3)) == {0: 2.0, 1: -1.0}
    found = Views(network).propensities(np.array([[1, 9, 1, 602], [9, 0, 1, 602], [9, 9, 0, 602]], dtype=float))
    assert (found[:, 2:] > 0).tolist() == [[False, True], [True, False], [False, False]]


def test_held_baths_need_nothing_and_do_not_change() -> None:
    network = one_way(with_leak(patch(voltage=REVERSAL, capacitance="1 pF"), p=1.0).network())
    assert network.reactants.row(0) == network.reactants.row(1) == []
    assert (network.changes.row(0), network.changes.row(1)) == ([(2, -1.0)], [(2, 1.0)])


def test_the_split_by_sign_has_one_direction_at_a_time() -> None:
    """|J| in the direction of J, and nothing at equilibrium."""
    states = np.array([[9.0, 4.0], [4.0, 9.0], [5.0, 5.0]])
    found = rates(two_cells(5, 5, split="sign"), states)
    np.testing.assert_allclose(found, [[15, 0], [0, 15], [0, 0]], rtol=1e-12)


def test_another_split_is_refused() -> None:
    with pytest.raises(md.ModelError, match=r"found split='signed'; allowed: 'ussing' or 'sign'"):
        two_cells(5, 5, split="signed").check()


def many():
    """Net fluxes among one-way rows and quantities, one through a conducting complex, one by sign."""
    model = md.models.ip3_microdomain(ip3=0.2)
    model.quantity("gap", difference, k=1.0, a="Ca.er", b="Ca.cytosol")
    bindings = {"a": "Ca.er", "b": "Ca.cytosol", "at": "cytosol"}
    through = md.rate_law(n="1", a="uM", b="uM", returns="1/s")(lambda n, a, b: n * (a - b) / constant(1.0, "uM*s", a))
    model.reaction("Ca.er <-> Ca.cytosol", through, affinity=log_ratio, name="pore", n="IP3R.open", **bindings)
    model.reaction("0 -> IP3.cytosol", k="1 uM/s", name="between")
    model.reaction("Ca.er <-> Ca.cytosol", difference, affinity=log_ratio, k=2.0, name="leak", **bindings)
    model.reaction(
        "Ca.er <-> Ca.cytosol", difference, affinity=log_ratio, k=0.5, split="sign", name="rough", **bindings
    )
    of_gap = md.rate_law(gap="uM/s", returns="uM/s")(lambda gap: gap)
    model.reaction("Ca.er <-> Ca.cytosol", of_gap, affinity=log_ratio, name="of a quantity", **bindings)
    return model.network()


def drift(network, states):
    views = Views(network)
    return views.mean_field_rates(states) @ views.stoichiometry.T.toarray()


@pytest.mark.parametrize("chosen", [None, "pore", "leak", "rough", "of a quantity"])
def test_the_mean_field_does_not_change(chosen: str | None) -> None:
    """N a of the split network is the drift of the unsplit one at random states, all rows split or one of them.

    Seen to fail: changes of the backward direction that keep their sign.
    """
    network = many()
    rows = None if chosen is None else np.array(network.reactions) == chosen
    split = one_way(network, rows)
    random = np.random.default_rng(1)
    states = network.initial * random.uniform(0.2, 2.0, (20, len(network.species)))
    states[::2, network.species.index("Ca.er")] *= 1e-5
    (group,) = network.multimers
    states[:, network.species.index(group.watched)] = group.count * group.subunits * random.uniform(0.2, 0.8, 20)
    expected = np.array([Views(network).drift(state) for state in states])
    largest = np.abs(expected).max()
    np.testing.assert_allclose(drift(split, states), expected, rtol=1e-9, atol=1e-9 * largest)
    signs = np.sign(Views(network).mean_field_rates(states)[:, network.net])
    assert set(np.unique(signs)) >= {-1.0, 1.0}
    wanted = network.net if rows is None else rows
    assert len(split.reactions) == len(network.reactions) + wanted.sum()
    assert split.net.sum() == network.net.sum() - wanted.sum()
    for j in np.flatnonzero(split.net):
        before = network.reactions.index(split.reactions[j])
        y = network.values(0.0)
        assert split.evaluate(int(split.affinity[j]), y) == network.evaluate(int(network.affinity[before]), y)


def test_names_order_and_digest() -> None:
    """Each direction stands where its net flux stood; what was not split keeps its row, its law and its quantity."""
    network = many()
    split = one_way(network)
    expected = [
        title
        for name, net in zip(network.reactions, network.net, strict=True)
        for title in ([name, f"{name} (back)"] if net else [name])
    ]
    assert list(split.reactions) == expected
    assert split.quantities == network.quantities
    assert not split.net.any()
    assert (split.affinity == -1).all()
    assert split.digest == one_way(many()).digest != network.digest
    partial = one_way(network, np.array(network.reactions) == "leak")
    assert len({network.digest, split.digest, partial.digest}) == 3
    assert one_way(split) is split
    assert one_way(partial).reactions == split.reactions


def test_a_network_without_net_fluxes_is_itself() -> None:
    network = md.models.ip3_microdomain(ip3=0.2).network()
    assert one_way(network) is network
