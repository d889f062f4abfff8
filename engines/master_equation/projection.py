"""Finite state projection (Munsky & Khammash 2006) on a set of states that follows the probability.

dp/dt = p Q on the states of the set only: what flows out is lost, so that p never exceeds the true probability of any
state, and what was lost by the time t bounds the error, in total over all states. The set grows where more flows out
than the tolerance allows and sheds states that no longer matter; what they held counts as lost.

Steps are by uniformisation (Jensen 1953; Grassmann 1977): only products and sums of positive numbers, so that the error
of rounding is known too.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from engines.kernel import loops
from engines.master_equation.markov_chain import MarkovChain
from engines.master_equation.state_set import Condition, StateSet, TooManyStates
from mechanisms.network import Floats, Network

SMALL = 1000
"""States up to which the whole reachable set is taken where it is no larger, and none is shed."""
LEAK, SHED, SETTLED = 0.5, 0.48, 0.02
"""How the tolerance is shared: what flows out, what is shed, what is left out once nothing changes."""
WORTH_SHEDDING = 0.2
"""The part of the set that must have become negligible before it is shed."""
ABOVE = 1.05
"""The rate of the uniformised chain over the largest exit rate; above 1, or the chain may be periodic."""
LARGER = 1.5
"""The growth of a set in one step from which on steps become shorter: they would be taken on states not needed yet."""
FIRST_WINDOW, WORK = 16.0, 1e9
"""Expected jumps of the first step; products of rates and probabilities at most in one step."""
NOTHING = 1e-17
"""What is left out of the sum of a Poisson distribution."""


@dataclass(frozen=True)
class Step:
    """From t to until (s), with jumps at ``rate`` (1/s); ends[k] was absorbed after k of them, and before the step."""

    t: float
    until: float
    rate: float
    ends: Floats


class Projection:
    """The probability of each state of a set, from a time on; the initial state is certain.

    p: (state,). absorbed: the probability of having met the condition ``ends``. error: what was lost, in all.
    finite: the set is all that can be reached. jumps: of the uniformised chain, done so far.
    """

    def __init__(
        self,
        network: Network,
        t_start: float,
        t_end: float,
        tolerance: float,
        max_states: int,
        ends: Condition | None = None,
        shedding: bool = True,
    ) -> None:
        self.network, self.t, self.t_start, self.tolerance, self.shedding = (
            network, t_start, t_start, tolerance, shedding,
        )  # fmt: skip
        self.duration = t_end - t_start
        self.states = StateSet(MarkovChain(network, t_start), max_states, ends)
        self.p, self.absorbed = np.array([1.0]), 0.0
        self.leaked = self.shed = self.other = 0.0
        self.jumps, self.window, self.failed = 0, FIRST_WINDOW, False
        self.advance = loops("uniformisation").advance
        self.look()

    @property
    def error(self) -> float:
        """The FSP bound: what flowed out of the set or was shed, and what rounding may have done."""
        return self.leaked + self.shed + self.other

    def look(self) -> None:
        """Find out whether the set has, or can be given, all states that can be reached."""
        most, before = min(SMALL, self.states.limit - 1), len(self.states)
        self.finite = not len(self.states.outgoing)
        if not self.finite and before <= most:
            with suppress(TooManyStates):
                self.finite = self.states.complete(most)
        if not self.finite:
            self.states.keep(np.arange(len(self.states)) < before)
        self._fit()

    def change_inputs(self) -> float:
        """Take the values that inputs have from now on; returns the probability that is absorbed by that."""
        chain, before = MarkovChain(self.network, self.t), self.absorbed
        if self.states.ends is not None:
            met = self.states.ends(chain, self.states.rows)
            self.absorbed += float(self.p[met].sum())
            self.p = self.p[~met]
            self.states.keep(~met)
        self.states.use(chain)
        self.look()
        return self.absorbed - before

    def allowed(self, share: float, t: float) -> float:
        """What may be lost until t."""
        return self.tolerance * share * min(1.0, (t - self.t_start) / self.duration)

    def run(self, stop: float) -> list[Step]:
        """Go on until ``stop``."""
        steps = []
        while self.t < stop:
            step = self._step(stop)
            if step is not None:
                steps.append(step)
        return steps

    def _step(self, stop: float) -> Step | None:
        """One step, or None where the set had to grow instead."""
        states, before = self.states, len(self.states)
        fastest = ABOVE * float(states.exit_rate.max(initial=0.0))
        h = stop - self.t if fastest * (stop - self.t) <= self.window else self.window / fastest
        t = stop if h == stop - self.t else self.t + h
        may_leak = self.allowed(LEAK, t) - self.leaked
        layers = int(fastest * h + 6 * np.sqrt(fastest * h)) + 10
        if not self.finite:
            out = states.outgoing
            flow = self.p[states.source[out]] * -np.expm1(-states.rate[out] * h)
            if flow.sum() > may_leak:
                states.explore(flow, may_leak, h, layers)
                self._fit()
                fastest = ABOVE * float(states.exit_rate.max(initial=0.0))
        n = len(states)
        weights, tails = poisson(fastest * h)
        v, p, spent = np.concatenate([self.p, [self.absorbed, 0.0]]), np.zeros(n + 2), np.zeros(n + 2)
        per = 1.0 / fastest if fastest else 0.0
        ends = np.empty(len(weights))
        done, settled = self.advance(
            states.start, states.target, states.rate * per, 1.0 - states.exit_rate * per,
            weights, tails, v, p, spent, ends, self.allowed(SETTLED, self.t_start + h),
        )  # fmt: skip
        self.jumps += done
        if p[n + 1] > may_leak:
            out = states.outgoing
            states.explore(spent[states.source[out]] * states.rate[out] * per, may_leak, h, layers)
            self._fit()
            self.window = max(FIRST_WINDOW, self.window / 2) if self.failed else self.window
            self.failed = True
            return None
        began, self.t = self.t, t
        falling = p[:n] <= self.p
        self.p, self.absorbed = p[:n], float(p[n])
        self.leaked += float(p[n + 1])
        terms = int(states.many.max(initial=0)) + 3
        self.other += settled + done * terms * float(np.finfo(float).eps)
        if len(states) > LARGER * before:
            self.window = max(FIRST_WINDOW, self.window / 2)
        elif not self.failed:
            self.window = min(2 * self.window, max(FIRST_WINDOW, WORK / (len(states.rate) + n)))
        self.failed = False
        self._shed(falling)
        return Step(began, t, fastest, ends)

    def _shed(self, falling: Any) -> None:
        """Let go of states that hold less than may be lost, of those whose probability falls, where they are many."""
        if self.finite or not self.shedding:
            return
        candidates = np.flatnonzero(falling)
        rising = candidates[np.argsort(self.p[candidates])]
        held = np.cumsum(self.p[rising])
        many = int(np.searchsorted(held, self.allowed(SHED, self.t) - self.shed))
        if many > WORTH_SHEDDING * len(self.p):
            kept = np.ones(len(self.p), dtype=bool)
            kept[rising[:many]] = False
            self.shed += float(held[many - 1])
            self.p = self.p[kept]
            self.states.keep(kept)

    def _fit(self) -> None:
        """Nothing is in the states that were added."""
        self.p = np.concatenate([self.p, np.zeros(len(self.states) - len(self.p))])


def poisson(mean: float) -> tuple[Floats, Floats]:
    """P(N = k) and P(N > k) of a Poisson number, k = 0, 1, ... to where nothing is left."""
    mode = int(mean)
    last = int(mean + 9 * np.sqrt(mean) + 40)
    up = np.cumprod(mean / np.arange(mode + 1, last + 1))
    down = np.cumprod(np.arange(mode, 0, -1) / mean) if mode else np.empty(0)
    weights = np.concatenate([down[::-1], [1.0], up])
    weights /= weights.sum()
    tails = np.append(np.cumsum(weights[:0:-1])[::-1], 0.0)
    enough = 1 + int(np.searchsorted(-tails, -NOTHING))
    return weights[:enough], tails[:enough]
