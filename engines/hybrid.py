"""The hybrid engine: a piecewise deterministic Markov process, in which some reactions jump and the others flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from numbers import Real
from typing import Any

import numpy as np

from engines.dependencies import dependents, flat, step_columns
from engines.flow_tables import tables
from engines.kernel import loops
from engines.loops.status import NEGATIVE
from engines.partition import DIFFUSION, FLOW, JUMP, LEAP, PartitionError, readings, restricted
from engines.result import OptionError, Outcome, Path
from engines.segments import segments, whole_start
from engines.sparse_pattern import elimination
from mechanisms.network import Floats, Integers, Network
from mechanisms.splitting import one_way
from mechanisms.thermodynamics import membrane_voltage, thermal_voltage

ROOM = 310.15
"""K: of the estimate of how fast charges relax, which only decides the length of steps."""


@dataclass(frozen=True)
class Hybrid:
    """Jumps between flows, exact in law up to the tolerance of the flow: hazards are integrated, never frozen.

    partition: a reading for all reactions, or readings by compartment, membrane, mechanism or reaction: see
        ``engines.partition.readings``. rtol, atol: relative tolerance of the flow, and absolute tolerance in molecules
        (in the unit of a variable). epsilon: the longest step of leaps and diffusions, in relaxation times; the bias of
        variances is half of it. max_events: the most jumps of one trajectory.
    Raises OptionError for options that cannot be.
    """

    partition: str | Mapping[str, str] = field(default_factory=dict)
    rtol: float = 1e-3
    atol: float = 1e-3
    epsilon: float = 0.03
    max_events: int = 10**12
    name = "hybrid"
    stochastic = True
    whole = False
    work = "events"
    one_by_one = True
    remedy = "Try other rtol= or atol="

    def __post_init__(self) -> None:
        numbers = all(isinstance(value, Real) for value in (self.rtol, self.atol, self.max_events))
        if not (numbers and 0 < self.rtol < 1 and 0 < self.atol < inf and self.max_events >= 1):
            found = f"rtol={self.rtol!r}, atol={self.atol!r}, max_events={self.max_events!r}"
            raise OptionError(found, "0 < rtol < 1, atol > 0, max_events >= 1")
        if not (isinstance(self.epsilon, Real) and 0 < self.epsilon <= 0.5):
            raise OptionError(f"epsilon={self.epsilon!r}", "0 < epsilon <= 0.5")

    def refusal(self, network: Network) -> str:
        """Why this engine cannot run the network and which can, or ""."""
        try:
            readings(network, self.partition)
        except PartitionError as error:
            near = f" Did you mean '{error.near}'?" if error.near else ""
            return f"in its partition {error.found}; allowed there: {error.allowed}.{near}"
        return ""

    def prepare(self, network: Network, t_start: float, t_end: float) -> Any:
        """Everything that all trajectories share."""
        return Run(self, network, t_start, t_end)


class Run:
    """One network between two times: its tables, its segments between edges, and its compiled loops.

    counts_steps: the work that is reported is steps of the integrator, not jumps.
    """

    def __init__(
        self, engine: Hybrid, network: Network, t_start: float, t_end: float, counts_steps: bool = False
    ) -> None:
        self.counts_steps = counts_steps
        reading = readings(network, engine.partition)
        split = network.net & (reading != FLOW)
        self.network = one_way(network, split)
        reading = np.repeat(reading, 1 + split)
        self.loops, self.width = loops("hybrid"), network.first_quantity
        self.jump_rows = np.flatnonzero(reading == JUMP)
        flowing, jumping = (restricted(self.network, reading == kind) for kind in (FLOW, JUMP))
        kicked = (reading == LEAP) | (reading == DIFFUSION)
        kicking = restricted(self.network, kicked)
        diffused = np.unique(restricted(self.network, reading == DIFFUSION).changes.index)
        moved, shaken = np.unique(flowing.changes.index), np.unique(kicking.changes.index)
        continuous = np.union1d(moved, diffused)
        states = [[network.species.index(name) for name in group.states] for group in network.multimers]
        counted = tuple(not np.isin(group, continuous).any() for group in states)
        flow_tables, jump_tables, kick_tables = (tables(part, counted) for part in (flowing, jumping, kicking))
        ends, coefficients, held, held_values = segments(flowing, t_start, t_end)
        flow_rates = [flow_tables.rates(c, jacobian=len(moved) > 0) for c in coefficients]
        jump_rates = [jump_tables.rates(c, jacobian=False) for c in segments(jumping, t_start, t_end)[1]]
        kick_rates = [kick_tables.rates(c, jacobian=False) for c in segments(kicking, t_start, t_end)[1]]
        weights = [np.array([part[3] for part in rates]) for rates in (flow_rates, jump_rates, kick_rates)]
        self.segments = (ends, *weights, held, held_values)
        used, order = _between_unknowns(flow_tables.indptr, flow_tables.indices, moved)
        self.flow = (flow_rates[0], moved, used, order, engine.rtol, engine.atol)
        self.jumps = _jumps(jumping, jump_rates[0], np.union1d(moved, shaken))
        self.kicks = _kicks(kicking, kick_rates[0], reading[kicked] == LEAP, shaken, engine.epsilon)
        whole = ~network.continuous & ~np.isin(np.arange(len(network.species)), continuous)
        self.events = _events(flowing, whole)
        self.happening = _happening(network, t_start, ends)
        y, members, watched = whole_start(network, t_start, whole)
        self.start = (y, members, watched, t_start, engine.max_events)
        self.sizes = (
            len(flow_tables.indices),
            len(order.indices),
            len(moved),
            len(jumping.reactions),
            len(kicking.reactions),
        )

    def scratch(self) -> tuple[Any, ...]:
        """Arrays that one thread needs."""
        nonzeros, filled, unknowns, jumps, kicks = self.sizes
        slots, species, events = self.network.size, len(self.network.species), len(self.network.events)
        return (
            np.empty(nonzeros), np.empty(filled), np.empty(species), np.empty(slots), np.empty((5, unknowns)),
            np.empty(slots), np.empty(jumps), np.empty(jumps), np.zeros(events, dtype=bool),
            np.empty(kicks), np.empty(kicks), np.empty(slots),
        )  # fmt: skip

    @property
    def shared(self) -> tuple[Any, ...]:
        """What the loops take."""
        return (
            self.start,
            self.segments,
            self.flow,
            self.jumps,
            self.kicks,
            self.events,
            self.happening,
            self.scratch(),
        )

    def trajectories(self, seeds: Any, grid: Floats, states: Floats, control: Integers) -> Outcome:
        """One trajectory per row of ``seeds``, (n, 4) words; ``states`` (n, time, slot) are filled."""
        n = len(seeds)
        fired, steps, status, failed = (np.zeros(n, dtype=np.int64) for _ in range(4))
        last = np.empty((n, 1 + self.width))
        self.loops.trajectories(*self.shared, seeds, grid, states, (fired, steps, status, failed, last), control)
        return Outcome(steps if self.counts_steps else fired, status, self.named(status, failed), last)

    def every_event(self, seed: Any, control: Integers) -> Path:
        """One trajectory with the state after every jump."""
        times, fired, states, (status, failed, *_) = self.loops.every_event(*self.shared, self.width, seed, control)
        last = np.concatenate([times[-1:], states[-1]])
        statuses = np.array([status])
        ends = (np.array([len(times) - 1]), statuses, self.named(statuses, np.array([failed])), last[None])
        fired[fired >= 0] = self.jump_rows[fired[fired >= 0]]
        return Path(times, fired, states, Outcome(*ends))

    def named(self, status: Integers, failed: Integers) -> Integers:
        """What failed, where it is a reaction, by its number in the network."""
        found = failed.copy()
        found[status == NEGATIVE] = self.jump_rows[failed[status == NEGATIVE]]
        return found


def _between_unknowns(indptr: Integers, indices: Integers, moved: Integers) -> tuple[Integers, Any]:
    """The nonzeros of the Jacobian between unknowns, and their elimination."""
    number = np.full(len(indptr) - 1, -1, dtype=np.int64)
    number[moved] = np.arange(len(moved))
    rows = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    used = np.flatnonzero((number[rows] >= 0) & (number[indices] >= 0))
    starts = np.searchsorted(number[rows[used]], np.arange(len(moved) + 1)).astype(np.int64)
    return used, elimination(starts, number[indices[used]])


def _jumps(network: Network, rates: Any, moved: Integers) -> tuple[Any, ...]:
    """The jumps as the loops take them: those that the flow changes are recomputed at every step."""
    reactions = len(network.reactions)
    slots = set(moved.tolist())
    for i in range(len(network.quantities)):
        if slots & {slot for slot, _ in network.arguments.row(reactions + i)}:
            slots.add(network.first_quantity + i)
    for m, group in enumerate(network.multimers):
        if network.species.index(group.watched) in slots:
            slots.add(len(network.species) + m)
    read = [{slot for slot, _ in (*network.arguments.row(j), *network.reactants.row(j))} for j in range(reactions)]
    is_moving = np.array([bool(slots & found) for found in read], dtype=bool)
    _, affected = dependents(network)
    still = [[i for i in rows if not is_moving[i]] for rows in affected]
    changes = network.changes
    return (
        rates,
        (changes.index, changes.value, changes.start),
        np.flatnonzero(is_moving),
        np.flatnonzero(~is_moving),
        flat(still),
        step_columns(network),
    )


def _kicks(network: Network, rates: Any, leap: Any, shaken: Integers, epsilon: float) -> tuple[Any, ...]:
    """Leaps and diffusions as the loops take them; of each species the highest order in which it is consumed.

    Of charges instead minus their variance at equilibrium, k T C / e^2, which with the noise tells how fast they relax.
    """
    order = np.ones(len(network.species))
    for j in range(len(network.reactions)):
        for i, n in network.reactants.row(j):
            order[i] = max(order[i], n)
    values = dict(zip(network.parameters, network.constants, strict=True))
    for i in np.flatnonzero(network.signed & ~network.continuous).tolist():
        capacitance = values[f"{network.places[i]}.capacitance"]
        order[i] = -thermal_voltage(ROOM) / membrane_voltage(1.0, 0.0, capacitance)
    changes = network.changes
    return rates, (changes.index, changes.value, changes.start), leap, shaken, order, float(epsilon)


def _events(network: Network, whole: Any) -> tuple[Any, ...]:
    """Events by priority, rows of their conditions and values, what they set, and which slots hold whole numbers."""
    conditions = np.where(network.triggers >= 0, network.first_condition + network.triggers, -1)
    sets = network.assignments
    by_priority = np.array(network.by_priority, dtype=np.int64)
    return by_priority, conditions, network.first_assignment, sets.index, sets.value, sets.start, whole


def _happening(network: Network, t_start: float, ends: Floats) -> tuple[Integers, Integers]:
    """The events that are scheduled for the beginning of each segment, the highest priority first."""
    begins = [t_start, *ends[:-1]]
    return flat([[e for e in network.by_priority if t in network.schedule[e]] for t in begins])
