"""First passages: when a count first reaches a threshold, from the master equation stopped where it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order

from engines.kernel import check_laws
from engines.master_equation.markov_chain import MarkovChain, NegativeRate
from engines.master_equation.over_time import MOST_STATES
from engines.master_equation.projection import Projection, Step, poisson
from engines.master_equation.state_limit import Limits
from engines.master_equation.state_set import ABSORBED, StateSet, TooManyStates
from engines.master_equation.stationary import factor
from engines.request import HasNetwork, RequestError, network_of, read_times
from engines.result import SECONDS, SimulationError, dataset
from engines.threshold import Threshold, read_threshold
from mechanisms.faults import Fault
from mechanisms.network import Floats, Integers, Network
from mechanisms.splitting import one_way
from mechanisms.units import Given

if TYPE_CHECKING:
    import xarray as xr

MOMENTS = 3
"""P(T < inf), E[T; T < inf], E[T^2; T < inf]."""
ONWARD = 1e-6
"""The part of the flow out of a set below which it is not followed further."""


def first_passage(
    model: HasNetwork,
    times: Any,
    watched: str,
    *,
    at_least: Given = None,
    at_most: Given = None,
    tolerance: float = 1e-6,
    max_states: int = MOST_STATES,
) -> xr.Dataset:
    """The time T at which something first is at least, or at most, a threshold: P(T <= t), mean, variance.

    times: as in ``simulate``; T counts from the first of them. watched: a species (threshold in molecules, or text such
        as "0.5 uM"), the conducting complexes of a multimer ("IP3R.open"), or a derived quantity (in its unit).
        at_least, at_most: the threshold; one of them.

    Returns cdf (time), P(T <= t), wrong by at most error_bound (time); probability_ever, P(T < inf), too small by at
    most ever_bound; and mean_time (s) and variance_time (s^2) of T where it is finite, NaN where it never is. Where the
    states that can be reached have no end, these three are of a set that grew until none of them changed by more than
    ``tolerance`` (relative): error_estimate. Inputs keep their last values after their last edge.
    Raises ModelError or RequestError with every fault; SimulationError, with what was computed in ``.result``, where
    the set outgrows ``max_states``.
    Munsky & Khammash 2006, with absorbing states.
    """
    network = one_way(network_of(model, "first_passage"))
    limits = Limits("first_passage", tolerance, max_states)
    faults: list[Fault] = []
    grid = read_times(times, faults)
    threshold = read_threshold(network, watched, at_least, at_most, faults)
    if not faults:
        faults = limits.faults(network, float(grid[0]), float(grid[-1]))
    if faults or threshold is None:
        raise RequestError(faults, "first_passage")
    check_laws(model.network())
    passage = _Passage(network, grid, limits, threshold)
    message = ""
    try:
        passage.run()
    except TooManyStates:
        message = limits.outgrown(passage.projection.t) if passage.projection else limits.outgrown(grid[0])
    except NegativeRate as error:
        message = str(error)
    data = passage.solution()
    if message:
        raise SimulationError(message, data)
    return data


@dataclass(frozen=True)
class _Reached:
    """Which states (row,) of a chain have reached a threshold."""

    threshold: Threshold

    def __call__(self, chain: MarkovChain, rows: Integers) -> Any:
        first, column = chain.network.first_quantity, self.threshold.column
        if column < first:
            return self.threshold.reached(chain.slots(rows)[:, column])
        return self.threshold.reached(chain.quantities(rows)[:, column - len(chain.network.species)])


class _Passage:
    """The computation: on the grid, then on to the last edge of inputs, and from there without end."""

    def __init__(self, network: Network, grid: Floats, limits: Limits, threshold: Threshold) -> None:
        self.network, self.grid, self.limits, self.threshold = network, grid, limits, threshold
        self.reached = _Reached(threshold)
        self.cdf, self.bound = np.full(len(grid), np.nan), np.full(len(grid), np.nan)
        self.moments, self.ever_bound, self.change = np.full(MOMENTS, np.nan), np.nan, np.nan
        self.projection: Projection | None = None

    def run(self) -> None:
        chain = MarkovChain(self.network, float(self.grid[0]))
        if self.reached(chain, chain.start[None])[0]:
            self.cdf[:], self.bound[:] = 1.0, 0.0
            self.moments, self.ever_bound, self.change = np.array([1.0, 0.0, 0.0]), 0.0, 0.0
            return
        start = float(self.grid[0])
        edges = self.network.edges[self.network.edges > start]
        last = float(max([start, *edges]))
        end = max(float(self.grid[-1]), last)
        options = (self.limits.tolerance, self.limits.max_states, self.reached)
        self.projection = projection = Projection(self.network, start, end, *options, shedding=False)
        gained = np.zeros(MOMENTS)
        p, missing = projection.p, 0.0
        for stop in np.unique(np.concatenate([self.grid, edges])):
            for step in projection.run(float(stop)):
                if step.until <= last:
                    gained += _moments_of(step, start)
            if stop in edges:
                gained += projection.change_inputs() * (stop - start) ** np.arange(MOMENTS)
            if stop == last:
                p, missing = projection.p, projection.error
            if stop in self.grid:
                at = np.searchsorted(self.grid, stop)
                self.cdf[at], self.bound[at] = projection.absorbed, projection.error
        self.for_ever(p, gained, missing, last - start)

    def for_ever(self, p: Floats, gained: Floats, missing: float, t: float) -> None:
        """From the distribution p at the time t on: moments by linear equations, on a set that grows until they stand.

        With r the rates to the threshold, E[T^n] = n! p (-Q)^(-n-1) r, from t on.
        """
        assert self.projection is not None
        states = self.projection.states
        while True:
            now = np.concatenate([p, np.zeros(len(states) - len(p))])
            later, leaving = _moments_from(states, now)
            moments = gained + _shifted(later, t)
            self.change = float(np.abs(moments / self.moments - 1.0).max()) if moments[0] else 0.0
            self.moments, self.ever_bound = moments, missing + float(leaving.sum())
            if not len(states.outgoing):
                self.change = 0.0
            if not len(states.outgoing) or self.change <= self.limits.tolerance:
                return
            states.explore(leaving, ONWARD * float(leaving.sum()), np.inf, self.limits.max_states, 2 * len(states))

    def solution(self) -> xr.Dataset:
        ever, first, second = self.moments
        mean = first / ever if ever > 0 else np.nan
        variance = max(second / ever - mean**2, 0.0) if ever > 0 else np.nan
        text = f"P({self.threshold.text} by then)"
        data: dict[str, Any] = {
            "cdf": ("time", self.cdf, {"long_name": text}),
            "error_bound": ("time", self.bound, {"long_name": "bound of the error of cdf"}),
            "probability_ever": ((), ever, {"long_name": f"P({self.threshold.text} at some time)"}),
            "ever_bound": ((), self.ever_bound, {"long_name": "probability that may be missing"}),
            "mean_time": ((), mean, {"units": "s", "long_name": "mean time, where it is finite"}),
            "variance_time": ((), variance, {"units": "s^2", "long_name": "variance of the time, where it is finite"}),
            "error_estimate": ((), self.change, {"long_name": "relative change when the set last grew"}),
        }
        about = self.limits.about(self.network) | {"threshold": self.threshold.text}
        return dataset(self.network, data, {"time": ("time", self.grid, SECONDS)}, about)


def _moments_of(step: Step, start: float) -> Floats:
    """What one step adds to E[T^n]: what jump k + 1 absorbs arrives at an Erlang time, if that is in the step."""
    if not step.rate:
        return np.zeros(MOMENTS)
    _, tails = poisson(step.rate * (step.until - step.t))
    arriving = np.diff(step.ends)
    tails = np.append(tails, np.zeros(MOMENTS))
    jumps = np.arange(1, len(arriving) + 1)
    within, power = np.empty(MOMENTS), np.ones(len(arriving))
    for n in range(MOMENTS):
        within[n] = (arriving * power) @ tails[n : n + len(arriving)]
        power = power * (jumps + n) / step.rate
    return _shifted(within, step.t - start)


def _shifted(moments: Floats, t: float) -> Floats:
    """The moments 0, 1, 2 of T + t from those of T."""
    zeroth, first, second = moments
    return np.array([zeroth, first + t * zeroth, second + 2 * t * first + t**2 * zeroth])


def _moments_from(states: StateSet, p: Floats) -> tuple[Floats, Floats]:
    """E[T^n] (3,) from the distribution p, and the probability to leave by each of the set's outgoing jumps."""
    n = len(states)
    q = states.generator()
    rates = np.bincount(states.source, states.rate * (states.target == ABSORBED), n)
    out = states.outgoing
    exits = np.flatnonzero(rates + np.bincount(states.source[out], states.rate[out], n))
    before = _before(q, exits)
    moments, spent = np.zeros(MOMENTS), np.zeros(n)
    if before.any():
        solve = factor(-q[before][:, before].T).solve
        within = solve(p[before])
        spent[before] = within
        for k in range(MOMENTS):
            moments[k] = (1, 1, 2)[k] * (within @ rates[before])
            within = solve(within)
    return moments, spent[states.source[out]] * states.rate[out]


def _before(q: Any, exits: Integers) -> Any:
    """The states from which some of ``exits`` can be reached; from the others nothing ever leaves."""
    n = q.shape[0]
    ahead = sparse.csr_array((np.ones(len(exits)), (np.zeros(len(exits), dtype=int), exits)), (1, n))
    backward = sparse.block_array([[q.T.tocsr(), None], [ahead, sparse.csr_array((1, 1))]]).tocsr()
    reached = breadth_first_order(backward, n, return_predecessors=False)
    found = np.zeros(n + 1, dtype=bool)
    found[reached] = True
    return found[:n]
