"""The runs that engines are measured by: exact ones, as long and as many as the budget allows.

Where linear noise gives no time, or a wrong one, as at an excitable site whose mean field is quiet, the runs tell it
themselves: they are made longer until they forget where they began and no longer drift. Where exact runs are out of
reach, nearly exact ones take their place: readings in which nothing flows, and nothing with few molecules leaps or
diffuses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engines.choice.candidates import Candidate
from engines.choice.observable import FEWEST_EVENTS, FIRST_PASSAGE, Observable
from engines.choice.pilots import PilotError, Runs, Window
from engines.loops.parts import FLOW, LEAP
from engines.partition import READINGS
from engines.settling import LONGER, TIMES, unsettled
from mechanisms.network import Floats, Network

FEWEST, FIRST, MOST = 4, 32, 8192
"""Runs: at least, at first where that many can be afforded, and at most."""
LARGEST = 1 << 26
"""Numbers that are kept of all the runs of one engine (half a gigabyte)."""
CAUTION = 0.1
"""The part of the budget that may be spent on longer runs than seem to be needed."""
FIRINGS = 10.0
"""Of every reaction that matters, in one run: fewer say nothing of how often it fires."""
DRIFT = 0.02
"""Of the mean magnitude: the least drift that matters."""
ENOUGH = 50.0
"""Molecules from which on leaps and diffusions are nearly exact (``benchmarks/README.md``)."""


@dataclass(frozen=True)
class Measure:
    """Runs to measure by, and the most of them that the budget allows.

    note: why they are too short, or "". short: the length in s of the longest that were found too short, or 0.
    seconds: of processor time that one takes.
    """

    candidate: Candidate
    runs: Runs
    most: int
    note: str
    short: float
    seconds: float


@dataclass(frozen=True)
class Plan:
    """How pilots are run: of what, when, with which seed, threads, and processor seconds.

    settling: they may be made longer. rarest: of the reactions that make the noise, the one that fires least, and how
    often per second.
    """

    network: Network
    observable: Observable
    window: Window
    seed: int
    workers: int
    budget: float
    settling: bool
    rarest: tuple[str, float]

    @property
    def longest(self) -> float:
        """The length in s beyond which runs are not made longer."""
        return self.window.length * LONGER**TIMES

    def runs(self, candidate: Candidate) -> Runs:
        """Of one candidate, none of them yet."""
        return Runs(self.network, candidate.engine, self.observable, self.window, self.seed, self.workers)


def measure(plan: Plan, known: Sequence[Candidate], copies: Floats) -> Measure | None:
    """Of the most exact candidate whose runs settle within the budget, or else has the longest; None without any.

    copies: (species,) mean molecules.
    """
    longest: Measure | None = None
    for candidate in sorted(known, key=lambda one: float(np.mean(one.readings))):
        if candidate.exact or _nearly_exact(plan.network, candidate, copies):
            try:
                found = _settled(plan, candidate)
            except PilotError:
                continue
            if found is not None and (not found.note or found.runs.window.length > 0.99 * plan.longest):
                return found
            if found and (longest is None or found.runs.window.length > longest.runs.window.length):
                longest = found
    return longest


def _nearly_exact(network: Network, candidate: Candidate, copies: Floats) -> bool:
    """Whether nothing flows that has noise, and nothing with few molecules leaps or diffuses."""
    adaptive = np.array(["or" in reading for reading in READINGS])[candidate.readings]
    if (candidate.readings == FLOW)[~network.deterministic].any():
        return False
    moved = [i for j in np.flatnonzero((candidate.readings >= LEAP) & ~adaptive & ~network.deterministic)
             for i, _ in network.changes.row(int(j))]  # fmt: skip
    return all(network.signed[i] or copies[i] >= ENOUGH for i in moved)


def _settled(plan: Plan, candidate: Candidate) -> Measure | None:
    """Runs that are long enough, or as long as can be afforded; None where not even the first can.

    Runs that look long enough are made longer still, for a part of the budget, to see states that are rarely visited.
    """
    found: Measure | None = None
    short = 0.0
    for longer in _longer(plan):
        runs = longer.runs(candidate)
        seconds = runs.cost() * longer.window.length
        if found and not found.note and seconds * FIRST > CAUTION * plan.budget:
            break
        most = affordable(runs, seconds, plan.budget)
        if most < FEWEST:
            break
        runs.extend(min(FIRST, most))
        note = _too_short(longer, runs) if plan.settling or not plan.observable.pooled else ""
        short = runs.window.length if note else short
        found = Measure(candidate, runs, most, note, short, seconds)
    return found


def _longer(plan: Plan) -> Iterator[Plan]:
    for n in range(1 + TIMES * plan.settling):
        yield replace(plan, window=plan.window.longer(LONGER**n))


def affordable(runs: Runs, seconds: float, budget: float) -> int:
    """A power of two, so that the speed of the machine rarely changes it; seconds: of processor time for one run."""
    most = min(MOST, LARGEST // (len(runs.grid) * max(len(runs.observable.columns), 1)))
    number = budget / max(seconds, 1e-9)
    return 0 if number < 1 else min(2 ** int(np.log2(number)), most)


def _too_short(plan: Plan, runs: Runs) -> str:
    """Why runs are too short to be read as stationary, or ""."""
    observable, values, length = plan.observable, runs.values, runs.window.length
    name, rate = plan.rarest
    if plan.settling and rate * length < FIRINGS:
        return f"runs of {length:.3g} s are too short: '{name}' happens once in {1 / rate:.3g} s"
    if not observable.pooled:
        seen = observable.seen(values)
        if observable.kind == FIRST_PASSAGE and seen < len(values) / 2:
            return f"{seen} of {len(values)} runs of {length:.3g} s pass; the mean counts the others as if at the end"
        return "" if seen >= FEWEST_EVENTS else f"{seen} events in {len(values)} runs of {length:.3g} s"
    before, least = float(runs.window.times[0]) - runs.window.start, DRIFT * np.abs(values).mean(axis=(0, 1))
    why = unsettled(values, before, length - before, observable.names, least)
    return f"runs of {length:.3g} s are too short: {why}" if why else ""
