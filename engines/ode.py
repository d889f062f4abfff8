"""The ODE engine: the flow reading of a network, dn/dt = N a(n), by a stiffly accurate Rosenbrock method."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import inf
from numbers import Real
from typing import Any

import numpy as np

from engines.dependencies import flat
from engines.derivatives import gradient_address
from engines.gillespie import segments
from engines.kernel import law_address, loops
from engines.loops.flow import COLUMNS, HEADER, SIZES, WEIGHTS
from engines.loops.status import FINISHED
from engines.result import OptionError, Outcome
from engines.sparse_pattern import Elimination, elimination
from mechanisms.network import Floats, Integers, Network


@dataclass(frozen=True)
class ODE:
    """Mean field, stiff or not; sparse exact Jacobian; integration starts anew at each edge of an input.

    rtol: relative tolerance; atol: absolute tolerance in molecules; max_steps: between two edges of inputs.
    Raises OptionError for tolerances that are not positive.
    """

    rtol: float = 1e-6
    atol: float = 1e-6
    max_steps: int = 1_000_000
    name = "ode"
    stochastic = False

    def __post_init__(self) -> None:
        numbers = all(isinstance(value, Real) for value in (self.rtol, self.atol, self.max_steps))
        if not (numbers and 0 < self.rtol < 1 and 0 < self.atol < inf and self.max_steps >= 1):
            found = f"rtol={self.rtol!r}, atol={self.atol!r}, max_steps={self.max_steps!r}"
            raise OptionError(found, "0 < rtol < 1, atol > 0, max_steps >= 1")

    def refusal(self, network: Network) -> str:
        """Why this engine cannot run the network and which can, or ""."""
        return ""

    def prepare(self, network: Network, t_start: float, t_end: float) -> Run:
        """Everything that does not depend on the grid."""
        return Run(self, network, t_start, t_end)


class Run:
    """One network between two times: its tables, its segments between input edges, and its compiled loops."""

    def __init__(self, engine: ODE, network: Network, t_start: float, t_end: float) -> None:
        self.engine, self.network, self.t_start = engine, network, t_start
        self.loops = loops("rosenbrock")
        self.segments = segments(network, t_start, t_end)
        self.elimination, self.rates = tables(network)

    def trajectories(self, seeds: Any, grid: Floats, states: Floats, control: Integers) -> Outcome:
        """The one solution, in ``states`` (1, time, slot); seeds are not used."""
        network, engine = self.network, self.engine
        species = len(network.species)
        y = network.values(self.t_start)
        ends, coefficients, held, held_values = self.segments
        t, following, steps, status, worst = self.t_start, 0, 0, FINISHED, 0
        recorded = np.full((len(grid), species), np.nan)
        tolerances = (engine.rtol, engine.atol, engine.max_steps)
        for k, end in enumerate(ends):
            y[held] = held_values[k]
            if following < len(grid) and grid[following] == t:
                recorded[following] = y[:species]
                following += 1
            if end == t:
                break
            here = grid if k == len(ends) - 1 else grid[: np.searchsorted(grid, end)]
            rates = self.rates_with(coefficients[k])
            state = (y, species, t, float(end), 0.0, here, following, recorded)
            status, t, _, taken, _, following, worst = self.loops.integrate(
                *state, *tolerances, rates, self.elimination, control
            )
            steps += taken
            control[1] = following
            if status != FINISHED:
                break
        states[0, :, :species] = recorded
        for m, group in enumerate(network.multimers):
            states[0, :, species + m] = group.expected(recorded[:, network.species.index(group.watched)])
        last = np.concatenate([[t], y[: network.first_quantity]])
        return Outcome(np.array([steps]), np.array([status]), np.array([worst]), last[None])

    def rates_with(self, coefficients: Floats) -> tuple[Any, ...]:
        """The rates of the compiled loops, with the coefficients of one segment."""
        law, gradient, plan, weights, slot, scale = self.rates
        return law, gradient, plan, np.concatenate([coefficients, weights[len(coefficients) :]]), slot, scale


@lru_cache(maxsize=16)
def tables(network: Network) -> tuple[Elimination, tuple[Any, ...]]:
    """The elimination of the Jacobian, and ``rates`` of ``engines/loops/flow.py`` with coefficients still to be set."""
    species, reactions = len(network.species), len(network.reactions)
    arguments, changes, reactants, multimers = network.arguments, network.changes, network.reactants, network.multimers
    support: list[list[int]] = [[network.species.index(group.watched)] for group in multimers]
    for i in range(len(network.quantities)):
        support.append(_species_behind([slot for slot, _ in arguments.row(reactions + i)], support, species))
    depends = []
    for j in range(reactions):
        slots = [] if network.static[j] else [slot for slot, _ in arguments.row(j)]
        if network.mass_action[j]:
            slots += [slot for slot, _ in reactants.row(j)]
        depends.append(_species_behind(slots, support, species))
    pairs = [(i, s) for j in range(reactions) for s in depends[j] for i, _ in changes.row(j)]
    keys = np.array([i * species + s for i, s in pairs], dtype=np.int64)
    pattern, entry = np.unique(np.concatenate([keys, np.arange(species) * (species + 1)]), return_inverse=True)
    indptr = np.searchsorted(pattern // species, np.arange(species + 1)).astype(np.int64)
    sizes = {
        "SPECIES": species,
        "REACTIONS": reactions,
        "MULTIMERS": len(multimers),
        "QUANTITIES": len(network.quantities),
        "MOST_ARGUMENTS": int(np.diff(arguments.start).max(initial=0)),
    }
    columns: dict[str, Any] = {
        "LAW": network.law,
        "ARGUMENTS": arguments.start,
        "MASS_ACTION": network.mass_action,
        "STATIC": network.static,
        "REACTANTS": reactants.start,
        "REACTANT": reactants.index,
        "ORDER": reactants.value,
        "CHANGES": changes.start,
        "CHANGED": changes.index,
        "ENTRY": entry[: len(keys)],
        "WATCHED": [network.species.index(group.watched) for group in multimers],
        "COMPLEXES": [group.count for group in multimers],
        "SUBUNITS": [group.subunits for group in multimers],
        "NEEDED": [group.needed for group in multimers],
    }
    columns["SPECIES_BEHIND"], columns["DEPENDS"] = flat(depends)
    columns["SUPPORTING"], columns["SUPPORT"] = flat(support)
    weights = {"COEFFICIENT": np.zeros(reactions), "CHANGE": changes.value}
    plan, values = _plan(sizes, columns, weights)
    rates = (law_address(network), gradient_address(network), plan, values, arguments.index, arguments.value)
    return elimination(indptr, pattern % species), rates


def _plan(sizes: dict[str, int], columns: dict[str, Any], weights: dict[str, Floats]) -> tuple[Integers, Floats]:
    """Columns end to end behind a header that says where each begins."""
    header, parts, at = [sizes[name] for name in SIZES], [], len(HEADER)
    for name in COLUMNS:
        parts.append(np.asarray(columns[name], dtype=np.int64))
        header.append(at)
        at += len(parts[-1])
    starts = np.cumsum([0, *(len(weights[name]) for name in WEIGHTS)])
    header += starts[:-1].tolist()
    return np.concatenate([header, *parts]).astype(np.int64), np.concatenate([weights[name] for name in WEIGHTS])


def _species_behind(slots: list[int], support: list[list[int]], species: int) -> list[int]:
    """The species that a set of slots depends on, through conducting complexes and quantities."""
    found: set[int] = set()
    for slot in slots:
        if slot < species:
            found.add(slot)
        elif slot - species < len(support):
            found.update(support[slot - species])
    return sorted(found)
