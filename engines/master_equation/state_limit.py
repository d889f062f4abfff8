"""How many states the master equation of a network needs, and the refusal where these are too many."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import comb, exp, inf, lgamma, log, pi
from numbers import Real
from typing import Any

import numpy as np

from engines.master_equation.markov_chain import MarkovChain, refusal
from engines.master_equation.state_set import StateSet, TooManyStates
from engines.ode import ODE
from engines.result import provenance
from engines.start import check_propensities
from mechanisms.faults import Fault
from mechanisms.network import Floats, Network

MARGIN = 10.0
"""By how much an estimate must exceed the limit: it may be wrong by as much."""
LARGEST_TABLE = 10**7
"""Numbers in the table of what each jump adds to each species, which is dense."""
ENUMERATED = 1e7
"""Rates (state, jump) that may be computed to see whether a set is small after all."""
SAMPLE = "sample: md.simulate(..., engine='gillespie')"
INSTEAD = f"raise max_states=, take a smaller volume, or {SAMPLE}"


@dataclass(frozen=True)
class Limits:
    """What a function of the master equation was asked for: its name, its tolerance, and the most states."""

    name: str
    tolerance: float
    max_states: int
    stochastic = False
    whole = True

    def faults(self, network: Network, t_start: float = 0.0, t_end: float = 0.0) -> list[Fault]:
        """Everything that stands against it; where nothing else does, an estimated size that is too large.

        t_start, t_end: the times between which the mean field is looked at.
        """
        faults = []
        if not (_is_number(self.tolerance) and 1e-12 <= self.tolerance < 1):
            faults.append(Fault("tolerance", f"{self.tolerance!r}", "a probability from 1e-12 to below 1"))
        if not (
            _is_number(self.max_states) and 1 <= self.max_states < 2**40 and self.max_states == int(self.max_states)
        ):
            faults.append(Fault("max_states", f"{self.max_states!r}", "a whole number, 1 or more"))
        if (found := refusal(network)) is not None:
            faults.append(found)
        check_propensities(network, t_start, faults)
        jumps, species = len(network.reactions), len(network.species)
        if jumps * species > LARGEST_TABLE:
            size = f"{jumps:,} reactions times {species:,} species, tables of {8 * jumps * species / 2**30:.2g} GB"
            faults.append(Fault("network", size, f"a product of at most {LARGEST_TABLE:,}; {SAMPLE}"))
        if faults:
            return faults
        states = estimated_states(network, t_start, t_end, self.tolerance)
        if states > MARGIN * self.max_states and not _can_be_enumerated(network, t_start, int(self.max_states)):
            size = f"about {states:.1g} states" if states < inf else "more than 1e+300 states"
            faults.append(Fault("max_states", size, f"at most {self.max_states:,}; {INSTEAD}"))
        return faults

    def about(self, network: Network) -> dict[str, Any]:
        """Provenance."""
        options = asdict(self)
        return provenance(network, self, {name: options[name] for name in ("tolerance", "max_states")}, None)

    def outgrown(self, t: float) -> str:
        """What to say where the set became too large."""
        return f"at t = {t:.6g} s the set of states outgrew {self.max_states:,}; {INSTEAD}"


def estimated_states(network: Network, t_start: float, t_end: float, tolerance: float) -> float:
    """About how many states hold all probability but ``tolerance``: an ellipsoid around the mean field.

    Its semi-axes are k sqrt(mean) in as many species as are independent, with k from the chi-square distribution; the
    compositions of a multimer's complexes count in full. inf where the mean field grows beyond bounds.
    """
    from scipy.linalg import qr
    from scipy.stats import chi2

    size = 0.0
    for group in network.multimers:
        kinds = comb(group.subunits + len(group.states) - 1, group.subunits)
        size += log(comb(group.count + kinds - 1, group.count))
    chain = MarkovChain(network, t_start)
    species = len(chain.moved)
    steps = chain.steps[:, :species].astype(float)
    if steps.size:
        spread = np.sqrt(np.maximum(np.abs(_largest_means(network, t_start, t_end))[chain.moved], 0.25))
        if np.isnan(spread).any():
            return inf
        r, order = qr(steps / spread, mode="r", pivoting=True)
        pivots = np.abs(np.diagonal(r))
        rank = int((pivots > 1e-9 * pivots.max(initial=1e-300)).sum())
        k = float(np.sqrt(chi2.isf(tolerance, rank)))
        size += float(np.log1p(2 * k * spread[order[:rank]]).sum())
        size += rank / 2 * log(pi / 4) - lgamma(rank / 2 + 1)
    return exp(size) if size < 700 else inf


def _largest_means(network: Network, t_start: float, t_end: float) -> Floats:
    """(species,) the largest count of each over time in the mean field; NaN where that has no solution."""
    if t_end <= t_start:
        return network.initial
    run = ODE(rtol=1e-3, atol=1e-3).prepare(network, t_start, t_end)
    grid = np.linspace(t_start, t_end, 101)
    states = np.empty((1, len(grid), network.first_quantity))
    run.trajectories(None, grid, states, np.zeros(2, dtype=np.int64))
    found: Floats = states[0, :, : len(network.species)].max(axis=0)
    return found


def _can_be_enumerated(network: Network, t: float, most: int) -> bool:
    chain = MarkovChain(network, t)
    limit = int(min(most, ENUMERATED / max(len(chain.steps), 1))) + 1
    try:
        return StateSet(chain, limit).complete(limit)
    except TooManyStates:
        return False


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
