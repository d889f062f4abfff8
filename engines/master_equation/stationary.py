"""Stationary distributions: where the master equation comes to rest, on all states or on a growing set of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from engines.kernel import check_laws
from engines.master_equation.markov_chain import MarkovChain, NegativeRate
from engines.master_equation.over_time import MOST_STATES, composition_names, states_of
from engines.master_equation.state_limit import Limits
from engines.master_equation.state_set import StateSet, TooManyStates
from engines.request import HasNetwork, RequestError, network_of
from engines.result import SimulationError, dataset
from mechanisms.network import Floats, Integers, Network
from mechanisms.splitting import one_way

if TYPE_CHECKING:
    import xarray as xr

FIRST_SET = 500
"""States of the first set, where there are more."""
ONWARD = 1e-6
"""The part of the flow out of a set below which it is not followed further."""
LONG = 1e3
"""The length of a step after which no rare state is the likeliest, in the longest mean time spent in a state."""
NAMED = 5
"""Absorbing states that are named."""


def stationary_distribution(model: HasNetwork, *, tolerance: float = 1e-6, max_states: int = MOST_STATES) -> xr.Dataset:
    """The distribution that the master equation comes to from the initial state: 0 = pi Q.

    Inputs hold their last values. All states that can be reached are taken, with the conserved totals of the initial
    state. Where there is no end to them, a set grows along the flow out of it, at most to twice its size at a time and
    with jumps out of it led back to a likely state, until pi changes by no more than ``tolerance``, summed over all
    states. A second mode behind a barrier that the flow did not cross is not seen.

    Returns probability (state) with counts (state, species) in molecules, as ``master_equation`` does, and their mean
    and variance. ``residual`` (1/s) is sum |pi Q| over all states, also those outside: from pi, the distribution moves
    away by at most residual x t. ``error_estimate`` is the change at the last growth, 0 where the set is complete.
    closed_class (state) numbers the sets of states that are never left, -1 for states that are; class_probability
    (closed_class) is how likely the initial state ends in each. The attributes ``unique`` and ``meaning`` say whether
    there is but one and name absorbing states.
    Raises ModelError or RequestError with every fault; SimulationError, with the last pi in ``.result``, where the set
    outgrows ``max_states``.
    Gupta, Mikelson & Khammash 2017 (a stationary finite state projection).
    """
    network = one_way(network_of(model, "stationary_distribution"))
    limits = Limits("stationary_distribution", tolerance, max_states)
    t = float(network.edges[-1]) if len(network.edges) else 0.0
    if faults := limits.faults(network):
        raise RequestError(faults, "stationary_distribution")
    check_laws(model.network())
    found: _Stationary | None = None
    try:
        states = StateSet(MarkovChain(network, t), max_states)
        complete = states.complete(min(FIRST_SET, max_states - 1))
        found = _Stationary(states)
        while not complete and not found.error <= tolerance:
            flow = found.pi[states.source[states.outgoing]] * states.rate[states.outgoing]
            states.explore(flow, ONWARD * flow.sum(), np.inf, max_states, 2 * len(states))
            complete = not len(states.outgoing)
            found = _Stationary(states, found)
        message = ""
    except TooManyStates:
        change = "" if found is None else f", while the distribution still changed by {found.error:.2g}"
        message = f"the set of states outgrew {max_states:,}{change}; there may be no stationary distribution"
    except NegativeRate as error:
        message = str(error)
    data = None if found is None else _solution(network, found, limits)
    if message:
        raise SimulationError(message, data)
    assert data is not None
    return data


class _Stationary:
    """pi (state,) on a set, its closed classes, and how much it differs from that on an earlier, smaller set."""

    def __init__(self, states: StateSet, earlier: _Stationary | None = None) -> None:
        self.chain, self.rows = states.chain, states.rows
        out = states.outgoing
        q = states.generator()
        leaving = np.bincount(states.source[out], states.rate[out], len(states)).astype(float)
        to_start = sparse.csr_array((leaving, (np.arange(len(states)), np.zeros(len(states), dtype=int))), q.shape)
        returning = (q + to_start).tocsr()
        self.classes, self.weights = _closed_classes(returning)
        self.pi = np.zeros(len(states))
        for c, weight in enumerate(self.weights):
            members = np.flatnonzero(self.classes == c)
            inner = q[members][:, members].tocsr()
            known = np.isin(members, earlier.pi.argmax()) if earlier is not None else np.zeros(1, dtype=bool)
            likely = int(known.argmax()) if known.any() else _likely(inner)
            self.pi[members] = weight * _balance(inner, likely)
        self.residual = float(np.abs(self.pi @ q).sum() + self.pi @ leaving)
        self.error = 0.0 if not len(out) else np.inf
        if earlier is not None and len(out):
            old = len(earlier.pi)
            self.error = float(np.abs(self.pi[:old] - earlier.pi).sum() + self.pi[old:].sum())


def _closed_classes(q: Any) -> tuple[Integers, Floats]:
    """The number of the closed class of each state (-1: none), and the probability to end in each from state 0."""
    many, label = connected_components(q, directed=True, connection="strong")
    entries = q.tocoo()
    crossing = (label[entries.coords[0]] != label[entries.coords[1]]) & (entries.data > 0)
    closed = np.ones(many, dtype=bool)
    closed[label[entries.coords[0][crossing]]] = False
    number = np.where(closed, np.cumsum(closed) - 1, -1)
    classes = number[label]
    weights = np.zeros(int(closed.sum()))
    if classes[0] >= 0 or len(weights) == 1:
        weights[classes[0] if classes[0] >= 0 else 0] = 1.0
        return classes, weights
    transient = np.flatnonzero(classes < 0)
    start = np.zeros(len(transient))
    start[0] = 1.0
    spent = factor(-q[transient][:, transient].T).solve(start)
    flow = spent @ q[transient]
    for c in range(len(weights)):
        weights[c] = flow[classes == c].sum()
    return classes, weights / weights.sum()


def factor(matrix: Any) -> Any:
    """LU of a matrix whose diagonal dominates its columns, which needs no pivoting."""
    return splu(matrix.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})


def _balance(q: Any, held: int) -> Floats:
    """pi of the generator q, where jumps out of the set lead to the state that is held.

    That state is held at 1 and the others are solved for. It must not be a rare one, or they overflow: the likeliest of
    each solution is held next.
    """
    size = q.shape[0]
    if size == 1:
        return np.ones(1)
    for _ in range(4):
        others = np.arange(size) != held
        lu = factor(-q[others][:, others].T)
        rest = lu.solve(q[[held]].toarray()[0][others])
        pi = np.insert(rest, held, 1.0)
        if np.isfinite(pi.sum()) and pi.max() < 1e6:
            break
        held = int(np.argmax(np.nan_to_num(pi, nan=0.0, posinf=1e308)))
    else:
        raise SimulationError("the stationary equations are too ill-conditioned to be solved in double precision", None)
    found: Floats = np.maximum(pi, 0.0)
    found /= found.sum()
    return found


def _likely(q: Any) -> int:
    """A state that is not rare: the likeliest after one long implicit step from the uniform distribution."""
    n = q.shape[0]
    if n == 1:
        return 0
    step = LONG / -q.diagonal().max()
    p = factor(sparse.eye_array(n) / step - q.T).solve(np.full(n, 1.0 / n / step))
    return int(p.argmax())


def _solution(network: Network, found: _Stationary, limits: Limits) -> xr.Dataset:
    chain = found.chain
    values = np.concatenate([chain.slots(found.rows)[:, : len(network.species)], chain.quantities(found.rows)], axis=1)
    mean = found.pi @ values
    variance = found.pi @ (values - mean) ** 2
    many = len(network.species)
    data: dict[str, Any] = {
        "probability": ("state", found.pi, {"long_name": "stationary probability"}),
        "closed_class": ("state", found.classes, {"long_name": "closed class of the state, -1: it is left for good"}),
        "class_probability": ("class", found.weights, {"long_name": "probability to end in the closed class"}),
        "residual": ((), found.residual, {"units": "1/s"}),
        "error_estimate": ((), found.error, {"long_name": "change when the set last grew"}),
    }
    for name, axis, part in (("counts", "species", slice(0, many)), ("quantity", "quantities", slice(many, None))):
        data[f"mean_{name}"] = (axis, mean[part], {"long_name": f"mean of {name}"})
        data[f"variance_{name}"] = (axis, variance[part], {"long_name": f"variance of {name}"})
    data |= states_of(chain, found.rows)
    about = limits.about(network) | {"unique": len(found.weights) == 1, "meaning": _meaning(found)}
    return dataset(network, data, composition_names(chain), about)


def _meaning(found: _Stationary) -> str:
    """In words: which distribution this is, and where it is absorbed."""
    sizes = np.bincount(found.classes[found.classes >= 0], minlength=len(found.weights))
    lone = [int(np.flatnonzero(found.classes == c)[0]) for c in np.flatnonzero(sizes == 1)]
    names = "; ".join(found.chain.describe(found.rows[i]) for i in lone[:NAMED])
    absorbing = f"; absorbing: {names}{'; ...' if len(lone) > NAMED else ''}" if lone else ""
    if len(found.weights) == 1:
        return f"the one stationary distribution of the states that can be reached{absorbing}"
    return (
        f"{len(found.weights)} closed classes can be reached, each with its own stationary distribution; "
        f"this is the limit from the initial state{absorbing}"
    )
