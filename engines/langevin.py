"""The chemical Langevin engine: the diffusion reading of a network (Gillespie 2000).

    dx = sum_j N_j (a_j(x) dt + sqrt(a_j(x)) dW_j),      one noise for each one-way reaction.

Propensities a_j count molecules, n (n - 1) ..., of any real amount n, so that first moments are those of the master
equation wherever it closes; drift and noise are of one law. The two directions of a reversible reaction may share one
normal number of variance a + a' without a change in law; they do not here. Variables are drift alone.

**Step.** D(h/2) K(h) D(h/2): D is Heun's step of the drift, and K the kick sum_j N_j sqrt(a_j h) xi_j. Two halves of
the drift that follow each other are one step, in which Heun's second evaluation gives the a_j of the kick: two
evaluations a step. Moments of linear networks are of second order in h; between records, where halves merge, the error
of a stationary variance is z^4 / 64 with z = h times the rate of relaxation (Euler and Maruyama's: z / 2). Where
propensities are not linear, holding them during a kick leaves an error of h / Omega besides.

**Length of the step.** The longest h with
    h max(L_i / n_i) <= epsilon,        L_i = what reactions take from i, times their order in i;
    h sum_j N_ij^2 a_j <= epsilon max(n_i^2, 1), so that the kick does not change the propensities much;
    h |J_ii| <= epsilon for charges and variables, J the Jacobian of the mean field;
    |Heun - Euler| <= epsilon max(epsilon |x_i|, sd of the kick), by which changes that J does not show are followed.
All this is known before the noise is drawn, so that choosing h biases nothing; steps end at records and at input edges.

**Boundary.** Extents of reactions are limited, never counts, so totals stay to rounding. Where a count is less than six
standard deviations of its kick, reaction j may use the share N_ij^2 a_j / sum_k N_ik^2 a_k of what is there, n_i: this
bounds its extent to -L ... U. If normal noise does not fit, it takes one of two values in these bounds, with mean 0 and
variance a_j h: +- sqrt(a_j h), or, where L is less than that, -L and a_j h / L (at most two molecules). Mean and
variance of every step are kept almost everywhere, and an empty species gains its first molecule at the rate of its
births. Measured biases at epsilon = 0.1, mean and variance, in percent (``benchmarks/langevin.py``):

    molecules (mean)             0.1         1           3           10         30        100
    births and deaths         -3 / -4     0 / 0       0 / 0       0 / -1     0 / -1    0 / -1
    A <-> B, closed              -        0 / -2      0 / 0       0 / 0      0 / 0     0 / -1
    births and 2 A -> 0          -       +5 / -16    +1 / -8      0 / -4     0 / -1    0 / 0

Scaling extents that would overdraw a species, leaving out their noise, or bounding it without skewing it were tried on
the same networks: for births and deaths about 1 molecule the first has +17 and -13 %, the second +26 and -17 %, the
third 0 and -20 % where this one has 0 and 0 %. What is left, for dimers, is of the equation and not of the boundary.

Gillespie DT (2000) The chemical Langevin equation. J Chem Phys 113, 297-306.
Leimkuhler B, Matthews C (2013) Rational construction of stochastic numerical methods for molecular sampling. Applied
Mathematics Research eXpress 2013, 34-56 (why merged halves gain two orders).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from engines import hybrid
from engines.dependencies import flat
from engines.flow_tables import tables, with_own_weights
from engines.kernel import loops
from engines.options import check_options
from engines.result import Outcome
from engines.segments import segments
from mechanisms.network import Floats, Integers, Network
from mechanisms.splitting import one_way

LEAST = 0.03
"""Molecules: a custom law may consume at a rate that does not vanish with its reactant, and is not followed below."""


@dataclass(frozen=True)
class Langevin:
    """Counts as real numbers, moved by drift and normal noise; for tens of molecules and more.

    epsilon: length of steps in relaxation times (0.1: the bias is below 1 % from 30 molecules on).
    step: s, of fixed steps instead, of which a whole number fits between records; the longest that is stable is twice
        the fastest relaxation time. max_steps: of one trajectory.
    A network with events is run by ``engines.hybrid.Hybrid`` in which everything diffuses, with the same epsilon.
    Conducting complexes of multimers have their binomial expectation, as in the mean field: only the fluctuation of
    subunits is seen. Initial counts are not rounded. Raises OptionError for options out of range.
    """

    epsilon: float = 0.1
    step: float | None = None
    max_steps: int = 10**9
    name = "langevin"
    stochastic = True
    whole = False
    work = "steps"
    one_by_one = False
    remedy = "Raise max_steps= or epsilon="

    def __post_init__(self) -> None:
        check_options(epsilon=self.epsilon, max_steps=self.max_steps)
        if self.step is not None:
            check_options(step=self.step)

    def refusal(self, network: Network) -> str:
        """Why this engine cannot run the network and which can, or ""."""
        if network.events and self.step is not None:
            return f"event '{network.events[0]}', at which fixed steps would have to end; leave out step="
        return ""

    def prepare(self, network: Network, t_start: float, t_end: float) -> Any:
        """Everything that all trajectories share."""
        if network.events:
            diffusion = hybrid.Hybrid("diffusion", epsilon=self.epsilon)
            return hybrid.Run(diffusion, network, t_start, t_end, counts_steps=True, max_steps=self.max_steps)
        return Run(self, network, t_start, t_end)


class Run:
    """One network between two times: its tables, its segments between input edges, and its compiled loops."""

    def __init__(self, engine: Langevin, network: Network, t_start: float, t_end: float) -> None:
        self.engine, self.network = engine, one_way(network)
        self.loops = loops("langevin")
        split, net = segments(self.network, t_start, t_end), segments(network, t_start, t_end)
        self.segments = (split[0], split[1], net[1], *split[2:])
        self.start = (self.network.values(t_start), t_start)
        self.noise = _noise(self.network)
        found, signed = tables(network), np.flatnonzero(network.signed)
        rows = np.repeat(np.arange(len(network.species)), np.diff(found.indptr))
        diagonal = np.flatnonzero((rows == found.indices) & network.signed[rows])
        self.rates = tables(self.network).rates(split[1][0], jacobian=False)
        self.linear = (found.rates(net[1][0], jacobian=len(signed) > 0), signed, diagonal, len(found.indices))

    def trajectories(self, seeds: Any, grid: Floats, states: Floats, control: Integers) -> Outcome:
        """One trajectory per row of ``seeds``, (n, 4) words; ``states`` (n, time, slot) are filled."""
        return self.beside(None, seeds, grid, states, control)

    def beside(self, exact: Any, seeds: Any, grid: Floats, states: Floats, control: Integers) -> Outcome:
        """The same, and exact runs beside them, as ``engines.coupled`` has them; or None."""
        n, engine, network = len(seeds), self.engine, self.network
        steps, status, failed = (np.zeros(n, dtype=np.int64) for _ in range(3))
        ends = (steps, status, failed, np.empty((n, 1 + network.first_quantity)))
        species, reactions = len(network.species), len(network.reactions)
        sizes = (reactions, reactions, species, species, species, network.size, network.size, species, species)
        scratch = (*(np.zeros(size) for size in sizes), np.zeros(4, np.uint64), np.zeros(4, np.int64), np.zeros(2))
        net_rates, signed, diagonal, nonzeros = self.linear
        linear = (scratch[5], with_own_weights(net_rates), signed, diagonal, np.zeros(nonzeros))
        step = (float(engine.epsilon), float(engine.step or 0.0))
        self.loops.trajectories(
            with_own_weights(self.rates), linear, self.noise, scratch, self.start, self.segments, seeds, grid, states,
            ends, step, int(engine.max_steps), control, exact,
        )  # fmt: skip
        return Outcome(*ends)


@lru_cache(maxsize=16)
def _noise(network: Network) -> tuple[Any, ...]:
    """Deterministic reactions, signed species, losses per event times the order, noisy reactions, species shaken."""
    rows: list[list[int]] = []
    weights: list[float] = []
    least = np.zeros(len(network.species))
    for j in range(len(network.reactions)):
        order = dict(network.reactants.row(j))
        consumed = [(i, n) for i, n in network.changes.row(j) if n < 0 and not network.signed[i]]
        rows.append([i for i, _ in consumed])
        weights += [-n * max(order.get(i, 1.0), 1.0) for i, n in consumed]
        if not network.mass_action[j]:
            least[rows[-1]] = LEAST
    index, start = flat(rows)
    flags = network.deterministic.astype(np.int64), network.signed.astype(np.int64)
    noisy = np.flatnonzero(~network.deterministic).tolist()
    shaken = np.unique([i for j in noisy for i, _ in network.changes.row(j)]).astype(np.int64)
    listed = (np.array(noisy, dtype=np.int64), len(noisy)), (shaken, len(shaken))
    return *flags, least, start, index, np.array(weights), *listed
