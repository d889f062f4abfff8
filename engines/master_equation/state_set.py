"""A finite set of states of a Markov chain, with all jumps between them, that grows and shrinks.

States are found by a 64-bit key, a sum of their entries with random odd weights: the key after a jump is the key before
it plus that of the step, whatever the state. Two of a million states share one by chance once in 10^7 sets.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from engines.kernel import loops
from engines.master_equation.markov_chain import MarkovChain
from mechanisms.network import Floats, Integers

OUTSIDE, ABSORBED = -1, -2
"""Targets of jumps that leave the set, and of those that end at what is waited for."""
SHARE_LEFT_OUT = 0.01
"""The part of an allowance for leaks that one layer of a search may leave out."""

Condition = Callable[[MarkovChain, Integers], Any]


class TooManyStates(Exception):
    """The set would hold more states than are allowed."""


class StateSet:
    """rows: (state, column); jumps of state i: start[i] to start[i + 1] of which, rate (1/s) and target (a state,
    OUTSIDE or ABSORBED).

    ends: the condition on rows that absorbs; those states are not members. limit: the most states.
    """  # fmt: skip

    def __init__(self, chain: MarkovChain, limit: int, ends: Condition | None = None) -> None:
        self.limit, self.ends = limit, ends
        self._loops = loops("hash_table")
        self.weights = np.random.default_rng(0).integers(0, 2**63, len(chain.columns), dtype=np.uint64) * 2 + 1
        self._rows = _Growing((len(chain.columns),), np.int64)
        self._keys, self._many = _Growing((), np.uint64), _Growing((), np.int64)
        self._which, self._rate, self._target = (_Growing((), kind) for kind in (np.int32, np.float64, np.int64))
        self._make_table(0)
        self.use(chain)
        self.add(chain.start[None])

    def __len__(self) -> int:
        return len(self.rows)

    def use(self, chain: MarkovChain) -> None:
        """Take all rates from a chain with the same states, such as that of other values of inputs."""
        self.chain = chain
        self.step_keys = self._keys_of(chain.steps)
        many, which, rate = chain.jumps(self.rows)
        target = np.full(len(which), OUTSIDE)
        self._mark_ends(self.rows, np.repeat(np.arange(len(self)), many), which, target)
        self._set(self.rows, self.keys, many, which, rate, target)
        self._link()

    def add(self, rows: Integers) -> None:
        """Add states that are not in the set."""
        self._append(rows, self._keys_of(rows), *self.chain.jumps(rows))
        self._link()

    def keep(self, kept: Any) -> None:
        """Keep some of the states (a mask); jumps to the others then leave the set."""
        number = np.where(kept, np.cumsum(kept) - 1, OUTSIDE)
        jumps = np.repeat(kept, self.many)
        target = self.target[jumps]
        target = np.where(target >= 0, number[np.maximum(target, 0)], target)
        states = (self.rows[kept], self.keys[kept], self.many[kept])
        self._set(*states, self.which[jumps], self.rate[jumps], target)
        self._make_table(len(self))

    def explore(self, flow: Floats, leak: float, duration: float, layers: int, most: float = np.inf) -> None:
        """Grow along the jumps that leave the set, most probable first, until there are more than ``most`` states.

        flow: (outgoing,) the probability that leaves by each of ``outgoing``; ``leak``: how much of it may; it goes on
        from a new state by the rates there, for ``duration`` in s and ``layers`` of jumps at most.
        """
        origin, which, flow = self.source[self.outgoing], self.which[self.outgoing], np.asarray(flow)
        rows, row_keys = self.rows, self.keys
        grown = False
        for _ in range(layers):
            keys, first, group = np.unique(
                row_keys[origin] + self.step_keys[which], return_index=True, return_inverse=True
            )
            probability = np.bincount(group, flow, len(keys))
            rising = np.argsort(probability)
            likely = np.sort(rising[np.cumsum(probability[rising]) >= leak * SHARE_LEFT_OUT])
            likely = likely[self.find(keys[likely]) == OUTSIDE]
            if not len(likely):
                break
            if len(self) + len(likely) > self.limit:
                raise TooManyStates
            grown = True
            found = rows[origin[first[likely]]] + self.chain.steps[which[first[likely]]]
            many, which, rate = self.chain.jumps(found)
            target = self._append(found, keys[likely], many, which, rate)
            origin, out = np.repeat(np.arange(len(found)), many), target == OUTSIDE
            exit_rate = np.bincount(origin, rate, len(found))
            onward = probability[likely] * np.minimum(duration, 1.0 / np.maximum(exit_rate, 1e-300))
            rows, row_keys, flow = found, keys[likely], onward[origin] * rate
            origin, which, flow = origin[out], which[out], flow[out]
            if not len(origin) or len(self) > most:
                break
        if grown:
            self._link()

    def complete(self, most: int) -> bool:
        """Grow in all directions until there are more than ``most`` states; whether there are no more to be reached."""
        self.explore(np.ones(len(self.outgoing)), 0.0, np.inf, self.limit, most)
        return not len(self.outgoing)

    def find(self, keys: Any) -> Integers:
        """The number of the state with each key, or OUTSIDE."""
        found = np.empty(len(keys), dtype=np.int64)
        self._loops.find(keys, *self._table, found)
        return found

    def generator(self) -> Any:
        """Q (state, state) in 1/s, sparse by rows: dp/dt = p Q, without what leaves the set but for the diagonal."""
        inside = np.flatnonzero(self.target >= 0)
        size = len(self)
        source = np.concatenate([self.source[inside], np.arange(size)])
        target = np.concatenate([self.target[inside], np.arange(size)])
        values = np.concatenate([self.rate[inside], -self.exit_rate])
        return sparse.csr_array((values, (source, target)), shape=(size, size))

    @cached_property
    def start(self) -> Integers:
        """(state + 1,) where the jumps of each state begin."""
        return np.concatenate([[0], np.cumsum(self.many)])

    @cached_property
    def source(self) -> Integers:
        """(jump,) the state that each jump leaves."""
        return np.repeat(np.arange(len(self)), self.many)

    @cached_property
    def outgoing(self) -> Integers:
        """The jumps that leave the set."""
        return np.flatnonzero(self.target == OUTSIDE)

    @cached_property
    def exit_rate(self) -> Floats:
        """(state,) all jumps from a state, in 1/s."""
        return np.bincount(self.source, self.rate, len(self)).astype(float)

    @property
    def rows(self) -> Integers:
        """(state, column) the states."""
        found: Integers = self._rows.values
        return found

    @property
    def keys(self) -> Any:
        """(state,) the key of each state."""
        return self._keys.values

    @property
    def many(self) -> Integers:
        """(state,) how many jumps leave each state."""
        found: Integers = self._many.values
        return found

    @property
    def which(self) -> Any:
        """(jump,) which jump of the chain it is."""
        return self._which.values

    @property
    def rate(self) -> Floats:
        """(jump,) events per second."""
        found: Floats = self._rate.values
        return found

    @property
    def target(self) -> Integers:
        """(jump,) the state that it leads to, OUTSIDE or ABSORBED."""
        found: Integers = self._target.values
        return found

    def _keys_of(self, rows: Integers) -> Any:
        return rows.astype(np.uint64) @ self.weights

    def _append(self, rows: Integers, keys: Any, many: Integers, which: Any, rate: Floats) -> Integers:
        """Add states and their jumps; returns where these lead, as far as it is known before ``_link``."""
        if len(self) + len(rows) > self.limit:
            raise TooManyStates
        target = np.full(len(which), OUTSIDE)
        self._mark_ends(rows, np.repeat(np.arange(len(rows)), many), which, target)
        first = len(self)
        if 2 * (first + len(rows)) > len(self._table[0]):
            self._make_table(2 * (first + len(rows)))
        self._loops.insert(keys, first, *self._table)
        columns = (rows, keys, many, which, rate, target)
        for array, column in zip(self._arrays, columns, strict=True):
            array.append(column)
        self._changed()
        return target

    def _mark_ends(self, rows: Integers, source: Integers, which: Any, target: Integers) -> None:
        if self.ends is not None and len(which):
            target[self.ends(self.chain, rows[source] + self.chain.steps[which])] = ABSORBED

    def _link(self) -> None:
        """Find the targets of jumps that left the set before it grew."""
        out = self.outgoing
        self.target[out] = self.find(self.keys[self.source[out]] + self.step_keys[self.which[out]])
        self._changed()

    @property
    def _arrays(self) -> tuple[_Growing, ...]:
        return self._rows, self._keys, self._many, self._which, self._rate, self._target

    def _set(self, *columns: Any) -> None:
        for array, column in zip(self._arrays, columns, strict=True):
            array.set(column)
        self._changed()

    def _make_table(self, states: int) -> None:
        """A table with room for twice so many states, and those of the set in it."""
        slots = 1 << max(10, (2 * states).bit_length())
        self._table = np.zeros(slots, dtype=np.uint64), np.full(slots, OUTSIDE)
        self._loops.insert(self.keys, 0, *self._table)

    def _changed(self) -> None:
        for name in ("start", "source", "outgoing", "exit_rate"):
            self.__dict__.pop(name, None)


class _Growing:
    """An array that rows are appended to at a cost that does not grow with it."""

    def __init__(self, shape: tuple[int, ...], kind: Any) -> None:
        self.room = np.empty((0, *shape), dtype=kind)
        self.length = 0

    @property
    def values(self) -> Any:
        return self.room[: self.length]

    def append(self, rows: Any) -> None:
        """Write rows behind the last one; earlier ones never change place within one array of ``values``."""
        if self.length + len(rows) > len(self.room):
            larger = np.empty((2 * (self.length + len(rows)), *self.room.shape[1:]), dtype=self.room.dtype)
            larger[: self.length] = self.values
            self.room = larger
        self.room[self.length : self.length + len(rows)] = rows
        self.length += len(rows)

    def set(self, rows: Any) -> None:
        """Hold other rows."""
        self.room, self.length = np.asarray(rows, dtype=self.room.dtype), len(rows)
