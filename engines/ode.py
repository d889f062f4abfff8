"""The ODE engine: the flow reading of a network, dn/dt = N a(n), by a stiffly accurate Rosenbrock method.

The steps of a small network are straight code (``engines/straight_line``), which LLVM compiles without a detour by
numba; those of a larger one read tables (``engines/loops/flow.py``, ``sparse_lu.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from engines import hybrid
from engines.flow_tables import tables
from engines.kernel import loops
from engines.loops.status import FINISHED
from engines.options import check_options
from engines.result import Outcome
from engines.segments import segments
from engines.sparse_pattern import Elimination, aligned, elimination
from engines.straight_line.machine import NO_CODE, code, is_small
from mechanisms.network import Floats, Integers, Network


@dataclass(frozen=True)
class ODE:
    """Mean field, stiff or not; sparse exact Jacobian; integration starts anew at each edge of an input.

    A network with events is integrated by ``engines.hybrid.Hybrid`` in which everything flows, at these tolerances.

    rtol: relative tolerance; atol: absolute tolerance in molecules; max_steps: between two edges of inputs.
    Raises OptionError for tolerances that are not positive.
    """

    rtol: float = 1e-6
    atol: float = 1e-6
    max_steps: int = 1_000_000
    name = "ode"
    stochastic = False
    whole = False
    work = "steps"
    one_by_one = False
    remedy = "Try other rtol=, atol= or max_steps="

    def __post_init__(self) -> None:
        check_options(rtol=self.rtol, atol=self.atol, max_steps=self.max_steps)

    def refusal(self, network: Network) -> str:
        """Why this engine cannot run the network and which can, or ""."""
        return ""

    def prepare(self, network: Network, t_start: float, t_end: float) -> Any:
        """Everything that does not depend on the grid."""
        if network.events:
            flow = hybrid.Hybrid("flow", rtol=self.rtol, atol=self.atol)
            return hybrid.Run(flow, network, t_start, t_end, counts_steps=True, max_steps=self.max_steps)
        return Run(self, network, t_start, t_end)


class Run:
    """One network between two times: its tables, its segments between input edges, and its compiled loops."""

    def __init__(self, engine: ODE, network: Network, t_start: float, t_end: float) -> None:
        self.engine, self.network, self.t_start = engine, network, t_start
        self.loops = loops("rosenbrock")
        self.start, self.segments = network.values(t_start), segments(network, t_start, t_end)
        self.elimination, found = eliminated(network), tables(network)
        small = is_small(found, self.elimination)
        self.code = code(found, self.elimination) if small else NO_CODE
        self.rates = [found.rates(c, laws=not small) for c in self.segments[1]]

    def trajectories(self, seeds: Any, grid: Floats, states: Floats, control: Integers) -> Outcome:
        """The one solution, in ``states`` (1, time, slot); seeds are not used."""
        network, engine = self.network, self.engine
        species = len(network.species)
        y = self.start.copy()
        ends, _, held, held_values = self.segments
        t, following, steps, status, worst = self.t_start, 0, 0, FINISHED, 0
        recorded = np.full((len(grid), species), np.nan)
        room = aligned(self.loops.room_for(species, self.elimination, len(y)))
        tolerances = (float(engine.rtol), float(engine.atol), int(engine.max_steps))
        for k, end in enumerate(ends):
            y[held] = held_values[k]
            if following < len(grid) and grid[following] == t:
                recorded[following] = y[:species]
                following += 1
            if end == t:
                break
            here = grid if k == len(ends) - 1 else grid[: np.searchsorted(grid, end)]
            rates = self.rates[k]
            code = (*self.code.addresses, rates[2], rates[3], rates[5])
            state = (y, species, t, float(end), 0.0, here, following, recorded)
            status, t, _, taken, _, following, worst = self.loops.integrate(
                *state, *tolerances, rates, code, self.elimination, room, control
            )
            steps += taken
            control[1] = following
            if status != FINISHED:
                break
        states[0] = network.with_conducting(recorded)
        last = np.concatenate([[t], y[: network.first_quantity]])
        return Outcome(np.array([steps]), np.array([status]), np.array([worst]), last[None])


@lru_cache(maxsize=16)
def eliminated(network: Network) -> Elimination:
    """The order in which the Jacobian is eliminated."""
    found = tables(network)
    return elimination(found.indptr, found.indices)
