"""The hybrid engine: a piecewise deterministic Markov process, in which some reactions jump and the others flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from numbers import Real
from typing import Any

import numpy as np

from engines import next_event
from engines.flow_tables import tables, with_own_weights
from engines.hybrid_tables import (
    events_part,
    flow_part,
    happening,
    new_mode,
    new_scratch,
    noisy_part,
    own_flow,
    partition_part,
)
from engines.kernel import loops
from engines.loops.parts import DIFFUSION, FLOW, JUMP
from engines.loops.status import NEGATIVE
from engines.options import check_options
from engines.partition import READINGS, PartitionError, readings, restricted
from engines.result import SWITCH, OptionError, Outcome, Path
from engines.segments import segments, whole_start
from mechanisms.network import Floats, Integers, Network
from mechanisms.splitting import one_way


@dataclass(frozen=True)
class Hybrid:
    """Jumps between flows, exact in law up to the tolerance of the flow: hazards are integrated, never frozen.

    partition: a reading for all reactions, or readings by compartment, membrane, mechanism or reaction: see
        ``engines.partition.readings``.
    few, many: molecules. A reaction that reads "jump or leap", "jump or diffusion" or "jump or flow" jumps until all
        that it changes has ``many`` molecules, and again when some of it has less than ``few``. Whole numbers come back
        by extents of reactions, so that totals stay, and means too. Of charges their variance at equilibrium counts.
        "jump or flow" takes explicit steps, too, and leaves noise out where there are many. Every switch is logged.
    rtol, atol: relative tolerance of the flow, and absolute tolerance in molecules (in the unit of a variable).
    epsilon: the longest step of leaps and diffusions, in relaxation times of what they change or depend on; moments err
        by the square of it, or in proportion to it where a molecule or two leap or diffuse. Jumps do not end a step.
    max_events: the most reactions of one trajectory that jump or leap.
    Raises OptionError for options that cannot be.
    """

    partition: str | Mapping[str, str] = field(default_factory=dict)
    few: float = 50.0
    many: float = 100.0
    rtol: float = 1e-3
    atol: float = 1e-3
    epsilon: float = 0.1
    max_events: int = 10**12
    name = "hybrid"
    stochastic = True
    whole = False
    work = "events"
    one_by_one = True
    remedy = "Try other rtol= or atol="

    def __post_init__(self) -> None:
        check_options(rtol=self.rtol, atol=self.atol, epsilon=self.epsilon, max_events=self.max_events)
        if not (isinstance(self.few, Real) and isinstance(self.many, Real) and 1 <= self.few < self.many < inf):
            raise OptionError(f"few={self.few!r}, many={self.many!r}", "1 <= few < many")

    def refusal(self, network: Network) -> str:
        """Why this engine cannot run the network and which can, or ""."""
        try:
            readings(network, self.partition)
        except PartitionError as error:
            near = f" Did you mean '{error.near}'?" if error.near else ""
            return f"in its partition {error.found}; allowed there: {error.allowed}.{near}"
        return ""

    def prepare(self, network: Network, t_start: float, t_end: float) -> Any:
        """Everything that all trajectories share; jumps at rates that stay between them take other loops."""
        if not (network.continuous.any() or network.events or readings(network, self.partition).any()):
            return next_event.Run(network, t_start, t_end, int(self.max_events))
        return Run(self, network, t_start, t_end)


class Run:
    """One network between two times: its tables, its segments between edges, and its compiled loops.

    counts_steps: the work that is reported is steps of the integrator, not reactions. max_steps: of one trajectory,
    of which some thousands may be taken at a time.
    """

    def __init__(
        self,
        engine: Hybrid,
        network: Network,
        t_start: float,
        t_end: float,
        counts_steps: bool = False,
        max_steps: int = 10**18,
    ) -> None:
        self.counts_steps = counts_steps
        reading = readings(network, engine.partition)
        split = network.net & (reading != FLOW)
        self.network = one_way(network, split)
        self.origin = np.repeat(np.arange(len(reading)), 1 + split)
        reading = reading[self.origin]
        self.reactions = network.reactions
        self.loops, self.width = loops("hybrid"), network.first_quantity
        self.rows = np.flatnonzero(reading != FLOW)
        self.reading = reading[self.rows]
        flowing, noisy = restricted(self.network, reading == FLOW), restricted(self.network, reading != FLOW)
        moved = np.unique(flowing.changes.index)
        diffused = np.unique(restricted(self.network, reading == DIFFUSION).changes.index)
        continuous = np.isin(np.arange(len(network.species)), np.union1d(moved, diffused))
        states = [[network.species.index(name) for name in group.states] for group in network.multimers]
        counted = tuple(not continuous[group].any() for group in states)
        flow_tables, noisy_tables = tables(flowing, counted), tables(noisy, counted)
        ends, coefficients, held, held_values = segments(flowing, t_start, t_end)
        flow_rates = [flow_tables.rates(c, jacobian=len(moved) > 0) for c in coefficients]
        noisy_rates = [noisy_tables.rates(c, jacobian=False) for c in segments(noisy, t_start, t_end)[1]]
        weights = [np.array([part[3] for part in rates]) for rates in (flow_rates, noisy_rates)]
        self.segments = (ends, *weights, held, held_values)
        whole = ~network.continuous & ~continuous
        pattern = flow_tables.indptr, flow_tables.indices
        limits = float(engine.few), float(engine.many), float(engine.epsilon)
        self.flow = flow_part(*pattern, flow_rates[0], moved, float(engine.rtol), float(engine.atol))
        self.noisy = noisy_part(noisy, noisy_rates[0])
        self.partition = partition_part(noisy, self.reading, moved, whole, limits)
        self.events = events_part(flowing, whole, t_end - t_start)
        self.happening = happening(network, t_start, ends)
        y, members, watched = whole_start(network, t_start, whole)
        self.start = (y, members, watched, t_start, int(engine.max_events), int(max_steps))

    @property
    def is_adaptive(self) -> bool:
        """Whether any reading may change during a run."""
        return bool(self.partition.adaptive.any())

    @property
    def shared(self) -> tuple[Any, ...]:
        """What the loops take; what they write to is this call's own."""
        noisy = self.noisy._replace(rates=with_own_weights(self.noisy.rates))
        mode = new_mode(self.network, len(self.rows), len(self.partition.candidates))
        parts = (own_flow(self.flow), noisy, self.partition, mode, self.events)
        return self.start, self.segments, parts, self.happening, new_scratch(self.network, len(self.rows))

    def trajectories(self, seeds: Any, grid: Floats, states: Floats, control: Integers) -> Outcome:
        """One trajectory per row of ``seeds``, (n, 4) words; ``states`` (n, time, slot) are filled."""
        n = len(seeds)
        fired, steps, status, failed = (np.zeros(n, dtype=np.int64) for _ in range(4))
        last = np.empty((n, 1 + self.width))
        ends = (fired, steps, status, failed, last)
        switches = self.switches(self.loops.trajectories(*self.shared, seeds, grid, states, ends, control), n)
        return Outcome(steps if self.counts_steps else fired, status, self.named(status, failed), last, switches)

    def every_event(self, seed: Any, control: Integers) -> Path:
        """One trajectory with the state after every jump."""
        times, fired, states, (status, failed, *_), switches = self.loops.every_event(
            *self.shared, self.width, seed, control
        )
        last, statuses = np.concatenate([times[-1:], states[-1]])[None], np.array([status])
        named = self.named(statuses, np.array([failed]))
        outcome = Outcome(np.array([len(times) - 1]), statuses, named, last, self.switches(switches, 1))
        fired[fired >= 0] = self.rows[fired[fired >= 0]]
        return Path(times, fired, states, outcome)

    def named(self, status: Integers, failed: Integers) -> Integers:
        """What failed, where it is a reaction, by its number in the network."""
        found = failed.copy()
        found[status == NEGATIVE] = self.rows[failed[status == NEGATIVE]]
        return found

    def switches(self, log: Floats, trajectories: int) -> Any:
        """(trajectory,) the changes of readings, as ``engines.result.SWITCH``; None where no reading can change.

        log: (., 4) trajectory, time, noisy reaction, and 1 where it is kicked from then on. Of the two directions of a
        net flux, which change together, one is kept.
        """
        if not self.is_adaptive:
            return None
        first = np.diff(self.origin[self.rows], prepend=-1) > 0
        log = log[first[log[:, 2].astype(np.int64)]]
        row = log[:, 2].astype(np.int64)
        columns = np.empty(len(log), dtype=SWITCH)
        columns["time"] = log[:, 1]
        columns["reaction"] = np.array(self.reactions, dtype=object)[self.origin[self.rows[row]]]
        reading = np.where(log[:, 3] > 0, self.partition.reading[row], JUMP)
        columns["reading"] = np.array(READINGS, dtype=object)[reading]
        found = np.empty(trajectories, dtype=object)
        for n, part in enumerate(np.split(columns, np.searchsorted(log[:, 0], np.arange(1, trajectories)))):
            found[n] = part
        return found
