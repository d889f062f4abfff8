"""The tau-leaping engine: many reactions at a time where that pays, exact steps elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engines import next_event
from engines.dependencies import steps
from engines.flow_tables import tables
from engines.hybrid import Hybrid
from engines.kernel import loops
from engines.ode import eliminated
from engines.options import check_options
from engines.result import OptionError, Outcome
from engines.sparse_pattern import Elimination, elimination
from mechanisms.network import Floats, Integers, Network
from mechanisms.splitting import one_way

IMPLICIT = (False, "auto", True)
"""When leaps are implicit, in the order of NEVER, AUTO and ALWAYS of the loops."""


@dataclass(frozen=True)
class TauLeaping:
    """Leaps of many reactions at a time (Cao, Gillespie & Petzold 2006), each of second order (Anderson & Koyama 2012).

    epsilon: a leap changes no propensity by more than this fraction, in mean and in standard deviation; the relative
        bias of means and variances stays about or below it (measured: benchmarks/README.md).
    implicit: "auto" leaps over reversible pairs in partial equilibrium by the trapezoidal rule, where such a leap is
        much longer (Cao, Gillespie & Petzold 2007); True does wherever there is such a pair, False never.
    max_events: the most reactions that one trajectory may fire; it then ends with the status "too many events".

    Reactions that few molecules limit fire one by one. No count is ever negative: a leap that would consume more than
    there is is halved and drawn again. That would bias the result, but it has a probability below 1e-7 per leap for an
    epsilon of up to 0.1: what is not critical has 10 firings left, and is expected to use one. Where a leap has too few
    reactions to pay, exact steps are taken. A step of a subunit picks its complex uniformly, one by one.

    An implicit leap keeps the stationary variance of fast species where the rates are linear (the implicit Euler rule
    damps it), but a long one turns a deviation into its opposite. So these leaps grow from explicit ones by a constant
    factor and shrink by one towards each time of the grid: a deviation from equilibrium then leaves less than epsilon^2
    of itself, and fast species depend by less than about sqrt(epsilon) on their values at the time before, whatever
    their relaxation. Over nonlinear pairs the mean errs by less than 1/n at n molecules, which are more than
    max(20, 1/epsilon).

    Where rates change between reactions, by continuous variables, time or events, ``engines.hybrid.Hybrid`` in which
    everything jumps or leaps takes over, with explicit steps of sqrt(epsilon) / 2 relaxation times.

    Raises OptionError for epsilon outside (0, 0.5], another ``implicit``, or a limit below 1.
    """

    epsilon: float = 0.03
    implicit: bool | str = "auto"
    max_events: int = 10**18
    name = "tau_leaping"
    stochastic = True
    whole = True
    work = "events"
    one_by_one = False
    remedy = "Try another epsilon="

    def __post_init__(self) -> None:
        check_options(epsilon=self.epsilon, max_events=self.max_events)
        if not (isinstance(self.implicit, bool) or self.implicit == "auto"):
            raise OptionError(f"implicit={self.implicit!r}", "'auto', True or False")

    def refusal(self, network: Network) -> str:
        """Why this engine cannot run the network and which can, or ""."""
        return ""

    def prepare(self, network: Network, t_start: float, t_end: float) -> Any:
        """Everything that all trajectories share; variables are integrated between leaps."""
        if network.continuous.any() or network.events:
            leaps = Hybrid("jump or leap", epsilon=self.epsilon**0.5 / 2, max_events=self.max_events)
            return leaps.prepare(network, t_start, t_end)
        return Run(self, network, t_start, t_end)


class Run:
    """One network between two times: the exact steps of Gillespie's method, and what leaps need beside them."""

    def __init__(self, engine: TauLeaping, network: Network, t_start: float, t_end: float) -> None:
        self.network = network = one_way(network)
        self.loops = loops("leaping")
        exact = next_event.Run(network, t_start, t_end)
        rates = tables(network).rates(network.rate_scale)
        pairs = _pairs(network) if engine.implicit else np.empty((0, 2), dtype=np.int64)
        solver = eliminated(network) if len(pairs) else _NOTHING
        implicitly = IMPLICIT.index(engine.implicit)
        options = (float(engine.epsilon), implicitly, worth(network), int(engine.max_events))
        limited = ~(network.clamped | network.signed)
        self.exact, self.more = exact, (rates, pairs, limited, _subunits(network), solver, options)

    def trajectories(self, seeds: Any, grid: Floats, states: Floats, control: Integers) -> Outcome:
        """One trajectory per row of ``seeds``, (n, 4) words; ``states`` (n, time, slot) are filled."""
        n = len(seeds)
        events, status, failed = (np.zeros(n, dtype=np.int64) for _ in range(3))
        last = np.empty((n, 1 + self.network.first_quantity))
        ends = (events, status, failed, last)
        shared = (*self.exact.shared, self.exact.own_tables(), *self.more)
        self.loops.trajectories(*shared, seeds, grid, states, ends, control)
        return Outcome(*ends)


_NOTHING: Elimination = elimination(np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64))


def worth(network: Network) -> int:
    """How many reactions a leap must have to be faster than exact steps, as measured."""
    return 150 + 5 * len(network.reactions)


def _pairs(network: Network) -> Integers:
    """(pair, 2) reactions that change the state by the opposite of each other; steps of subunits are in none."""
    waiting: dict[Any, list[int]] = {}
    found = []
    for j, step in enumerate(steps(network)):
        row = network.changes.row(j)
        if step is not None or not row:
            continue
        if others := waiting.get(tuple(sorted((i, -n) for i, n in row))):
            found.append((others.pop(), j))
        else:
            waiting.setdefault(tuple(sorted(row)), []).append(j)
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _subunits(network: Network) -> Integers:
    """(reaction, 3) the multimer whose subunit steps, or -1, and from which species to which; no rows without any."""
    if not network.multimers:
        return np.empty((0, 3), dtype=np.int64)
    rows = [(step.group, step.origin, step.target) if step else (-1, 0, 0) for step in steps(network)]
    return np.array(rows, dtype=np.int64).reshape(-1, 3)
