"""The network: a model as flat, immutable arrays, the only thing that an engine sees.

All values that a rate may depend on stand in one vector y of floats, in this order (a place in it is a *slot*):

    species | conducting complexes | derived quantities | inputs | parameters and sizes | 1.0

The species are those in molecules, then the charge of each membrane with a capacitance (elementary charges that have
crossed to its inside: whole, of either sign), then continuous variables in their own units, of which time may be one.

Reaction j happens ``rate_scale[j] * law_j(y[slot] * scale, ...)`` times per second, times, for mass action, the
product of its reactants: falling factorials n (n-1) ... of the counts where molecules are counted, powers n^m in the
mean field. Volumes, areas and units are in ``rate_scale`` and in the arguments' scales, made in ``mechanisms.rates``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mechanisms.law import RateLaw
from mechanisms.places import Multimer
from mechanisms.recorder import record
from mechanisms.thermodynamics import membrane_voltage

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


TIME = "time"
"""The name of time, in s; it is the last variable of a network in which something depends on it."""


@dataclass(frozen=True, eq=False)
class Ragged:
    """Rows of different lengths, end to end: row j is ``index[start[j]:start[j+1]]`` with ``value`` beside it."""

    start: Integers
    index: Integers
    value: Floats

    @classmethod
    def of(cls, rows: list[list[tuple[int, float]]]) -> Ragged:
        """From a list of rows of (index, value)."""
        start = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(row) for row in rows], out=start[1:])
        flat = [pair for row in rows for pair in row]
        index = np.array([i for i, _ in flat], dtype=np.int64)
        return cls(_fixed(start), _fixed(index), _fixed(np.array([v for _, v in flat], dtype=np.float64)))

    def row(self, j: int) -> list[tuple[int, float]]:
        """Row j as a list of (index, value)."""
        part = slice(self.start[j], self.start[j + 1])
        return list(zip(self.index[part].tolist(), self.value[part].tolist(), strict=True))

    def __len__(self) -> int:
        return len(self.start) - 1


@dataclass(frozen=True, eq=False)
class Signal:
    """An input's edges in s, and its values (one more) in the unit of the input."""

    edges: Floats
    values: Floats

    def __post_init__(self) -> None:
        _fixed(self.edges)
        _fixed(self.values)


@dataclass(frozen=True, eq=False)
class Network:
    """A model as arrays; S species, R reactions, Q derived quantities, L laws.

    species, reactions, quantities, inputs, parameters: names. labels, places, units, valence, clamped: of each species.
    signed: (S,) charges and variables, which may be negative. continuous: (S,) variables, which are no counts.
    omega: (S,) molecules per unit of concentration. initial: (S,) molecules, not rounded.
    changes: (R) species and net stoichiometry. reactants: (R) species and stoichiometry of the left-hand side.
    rate_scale: (R,). law: (R + Q + A,) index into ``laws`` of each reaction, quantity and affinity; ``arguments`` the
    slots and scales of its arguments. mass_action: (R,) the law gives a constant, to be multiplied by the reactants.
    net: (R,) the law gives a net flux; ``affinity``: (R,) the row of its affinity in ``law``, or -1; by_sign: (R,) it
        is split by its sign (see ``mechanisms.splitting``).
    deterministic: (R,) the change of a variable, without noise.
    events: names. schedule: of each event its times in s, () where it has a condition. triggers: (E,) which of the
        conditions, whose laws are in the rows from ``first_condition`` on, or -1. delay_scale: (E,) s per unit of the
        laws in the rows from ``first_delay`` on; priorities are in those from ``first_priority`` on. persistent,
        at_start, at_trigger: (E,) it happens though its condition ends; a condition that holds at the start triggers
        it; values are those of when it is triggered. assignments: (E) slots that are set, and the factors of the laws
        in the rows from ``first_assignment`` on, one by one.
    driven: species, input and molecules per unit of the input, for species that follow an input.
    uncounted: variables that stand for molecules, and why these cannot be counted.
    constants: values of parameters and sizes, in the order of their slots.
    """

    name: str
    species: tuple[str, ...]
    labels: tuple[str, ...]
    places: tuple[str, ...]
    units: tuple[str, ...]
    valence: Integers
    clamped: NDArray[np.bool_]
    signed: NDArray[np.bool_]
    continuous: NDArray[np.bool_]
    omega: Floats
    initial: Floats
    reactions: tuple[str, ...]
    changes: Ragged
    reactants: Ragged
    rate_scale: Floats
    mass_action: NDArray[np.bool_]
    net: NDArray[np.bool_]
    affinity: Integers
    by_sign: NDArray[np.bool_]
    deterministic: NDArray[np.bool_]
    laws: tuple[RateLaw, ...]
    law: Integers
    arguments: Ragged
    events: tuple[str, ...]
    schedule: tuple[tuple[float, ...], ...]
    triggers: Integers
    delay_scale: Floats
    persistent: NDArray[np.bool_]
    at_start: NDArray[np.bool_]
    at_trigger: NDArray[np.bool_]
    assignments: Ragged
    multimers: tuple[Multimer, ...]
    quantities: tuple[str, ...]
    inputs: tuple[str, ...]
    input_units: tuple[str, ...]
    signals: tuple[Signal, ...]
    driven: tuple[tuple[int, int, float], ...]
    uncounted: tuple[tuple[str, str], ...]
    parameters: tuple[str, ...]
    parameter_units: tuple[str, ...]
    constants: Floats

    def __post_init__(self) -> None:
        for field in fields(self):
            if isinstance(value := getattr(self, field.name), np.ndarray):
                _fixed(value)

    @property
    def conducting(self) -> tuple[str, ...]:
        """The names of the counts of conducting complexes."""
        return tuple(group.conducting for group in self.multimers)

    @property
    def counted(self) -> int:
        """How many of the species are counts: those before the variables."""
        return int((~self.continuous).sum())

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of continuous variables, but for time."""
        return tuple(name for name in self.species[self.counted :] if name != TIME)

    @cached_property
    def mv_per_charge(self) -> Floats:
        """(S,) the mV by which each elementary charge moves its membrane, e / C; 0 for what is no charge."""
        values = dict(zip(self.parameters, self.constants, strict=True))
        found = np.zeros(len(self.species))
        for i in np.flatnonzero(self.signed & ~self.continuous).tolist():
            found[i] = membrane_voltage(1.0, 0.0, values[f"{self.places[i]}.capacitance"])
        _fixed(found)
        return found

    @property
    def first_quantity(self) -> int:
        """The slot of the first derived quantity."""
        return len(self.species) + len(self.multimers)

    @property
    def first_input(self) -> int:
        """The slot of the first input: from here on nothing changes between the edges of inputs."""
        return self.first_quantity + len(self.quantities)

    @property
    def size(self) -> int:
        """The length of y."""
        return self.first_input + len(self.inputs) + len(self.constants) + 1

    @cached_property
    def static(self) -> NDArray[np.bool_]:
        """(R,) which reactions' laws depend on nothing but inputs, parameters and sizes."""
        moving = self.arguments.index < self.first_input
        spans = _spans(self.arguments.start[: len(self.reactions) + 1])
        found: NDArray[np.bool_] = _fixed(np.array([not moving[a:b].any() for a, b in spans], dtype=bool))
        return found

    @cached_property
    def edges(self) -> Floats:
        """The times at which an input changes or an event is scheduled, in s, increasing."""
        times = [*(signal.edges for signal in self.signals), *map(np.array, self.schedule)]
        found: Floats = _fixed(np.unique(np.concatenate([np.empty(0), *times])))
        return found

    @property
    def first_condition(self) -> int:
        """The row of ``law`` that gives the first condition of an event."""
        return self.first_delay - int((self.triggers >= 0).sum())

    @property
    def first_delay(self) -> int:
        """The row of ``law`` that gives the delay of the first event."""
        return self.first_priority - len(self.events)

    @property
    def first_priority(self) -> int:
        """The row of ``law`` that gives the priority of the first event."""
        return self.first_assignment - len(self.events)

    @property
    def first_assignment(self) -> int:
        """The row of ``law`` that gives the first value that an event sets."""
        return len(self.law) - len(self.assignments.index)

    def values(self, t: float, y: Floats | None = None) -> Floats:
        """y at the time t: the initial state or the given one, with inputs, and species that follow them, as at t."""
        if y is None:
            y = np.zeros(self.size)
            y[: len(self.species)] = self.initial
            y[self.size - 1 - len(self.constants) : -1] = self.constants
            y[-1] = 1.0
        for i, signal in enumerate(self.signals):
            y[self.first_input + i] = signal.values[np.searchsorted(signal.edges, t, side="right")]
        for species, i, molecules in self.driven:
            y[species] = y[self.first_input + i] * molecules
        if TIME in self.species[-1:]:
            y[len(self.species) - 1] = t
        return y

    def coefficients(self, y: Floats) -> Floats:
        """(R,) what multiplies each rate between edges: rate_scale, times the law where the law is static."""
        return self.rate_scale * self.static_laws(y)

    def static_laws(self, y: Floats) -> Floats:
        """(R,) the law of each reaction at y, in the law's unit, where it is static; else 1."""
        result = np.ones(len(self.reactions))
        numbers = np.where(self.static, self.law[: len(self.reactions)], -1)
        for number in np.unique(numbers[self.static]):
            rows = np.flatnonzero(numbers == number)
            places = [self.arguments.start[rows] + i for i in range(len(self.laws[number].arguments))]
            with np.errstate(all="ignore"):
                arguments = (y[self.arguments.index[at]] * self.arguments.value[at] for at in places)
                result[rows] = self.laws[number](*arguments)
        return result

    def with_conducting(self, species: Floats) -> Floats:
        """(..., slot) species (..., species) with the expected counts of conducting complexes behind them."""
        if not self.multimers:
            return species
        watched = [self.species.index(group.watched) for group in self.multimers]
        conducting = [g.expected(species[..., i, None]) for g, i in zip(self.multimers, watched, strict=True)]
        found: Floats = np.concatenate([species, *conducting], axis=-1)
        return found

    def evaluate(self, row: int, y: Floats) -> float:
        """The law of a reaction, quantity or affinity (a row of ``law``) at y, in the law's unit."""
        return float(self.laws[self.law[row]](*(y[slot] * scale for slot, scale in self.arguments.row(row))))

    @cached_property
    def digest(self) -> str:
        """A hash of everything that decides the law of this network: structure, laws, values, units."""
        found = hashlib.sha256()
        for field in fields(self):
            _feed(found, getattr(self, field.name))
        return found.hexdigest()


def _spans(start: Integers) -> list[tuple[int, int]]:
    return list(zip(start[:-1].tolist(), start[1:].tolist(), strict=True))


def _fixed(array: Any) -> Any:
    array.flags.writeable = False
    return array


def _feed(found: Any, value: Any) -> None:
    if isinstance(value, np.ndarray):
        found.update(value.tobytes())
    elif isinstance(value, (Ragged, Signal)):
        for part in vars(value).values():
            _feed(found, part)
    elif isinstance(value, tuple):
        for part in value:
            _feed(found, part)
    elif isinstance(value, RateLaw):
        found.update(f"{value.arguments}{value.returns}{record(value)}".encode())
    else:
        found.update(repr(value).encode())
