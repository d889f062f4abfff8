"""Where things are: compartments, membranes, and the species, parameters and quantities that live there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import comb
from typing import Any, ClassVar

from mechanisms.law import RateLaw
from mechanisms.signal import Piecewise
from mechanisms.units import MOLECULES_PER_UM_FL


@dataclass(frozen=True)
class Compartment:
    """A well-mixed volume.

    name; volume in fL.
    """

    name: str
    volume: float
    measure: ClassVar[str] = "volume"
    unit: ClassVar[str] = "fL"
    density_unit: ClassVar[str] = "uM"

    @property
    def size(self) -> float:
        """The volume in fL."""
        return self.volume

    @property
    def omega(self) -> float:
        """Molecules at a density of one: per uM."""
        return self.volume * MOLECULES_PER_UM_FL

    def resized(self, size: float) -> Compartment:
        """The same compartment with another volume in fL."""
        return replace(self, volume=size)


@dataclass(frozen=True)
class Membrane:
    """A surface between two compartments.

    name; area in um^2; inside and outside: the names of the compartments that it separates, or "".
    voltage: of the inside against the outside in mV: at the start where there is a capacitance, else at all times;
        or the name of the input that it follows; or None. capacitance: in pF/um^2, or None.
    """

    name: str
    area: float
    inside: str = ""
    outside: str = ""
    voltage: float | str | None = None
    capacitance: float | None = None
    measure: ClassVar[str] = "area"
    unit: ClassVar[str] = "um^2"
    density_unit: ClassVar[str] = "1/um^2"

    @property
    def size(self) -> float:
        """The area in um^2."""
        return self.area

    @property
    def total_capacitance(self) -> float:
        """The capacitance in pF; infinite where the voltage is held."""
        return math.inf if self.capacitance is None else self.capacitance * self.area

    @property
    def omega(self) -> float:
        """Molecules at a density of one: per 1/um^2."""
        return self.area

    def resized(self, size: float) -> Membrane:
        """The same membrane with another area in um^2."""
        return replace(self, area=size)


Place = Compartment | Membrane


@dataclass(frozen=True)
class Species:
    """A kind of molecule in one place.

    name: the full name, "Ca.cytosol" or, for a state that a mechanism owns, "SERCA.free".
    place: the name of its compartment or membrane.
    concentration: initial value in uM (in 1/um^2 on a membrane), or None where ``count`` is given.
    count: initial value in molecules, or None.
    valence: elementary charges per molecule.
    clamped: False; True for a species that no reaction changes; or the name of the input that it follows.
    label: what it is called elsewhere, in any characters: "L(r!1).R(l!1)".
    """

    name: str
    place: str
    concentration: float | None = None
    count: float | None = None
    valence: int = 0
    clamped: bool | str = False
    label: str = ""


@dataclass(frozen=True)
class Variable:
    """A continuous variable with no molecular count (a gate, a resource), which every engine integrates.

    name; initial: value in ``unit`` at the start; law: its rate of change in ``unit`` per second, or None where it
    changes by events alone; bindings: what the law's arguments are bound to. uncounted: why molecules that it stands
    for cannot be counted, where it stands for any.
    """

    name: str
    initial: float
    unit: str
    law: RateLaw | None = None
    bindings: Mapping[str, Any] = field(default_factory=dict)
    owner: str = ""
    uncounted: str = ""


TRIGGER, EXECUTION = "trigger", "execution"
"""When the values that an event sets are computed: as it is triggered, or as it happens."""


@dataclass(frozen=True)
class Event:
    """Something that is triggered at given times, or whenever a condition becomes true, and sets values at once.

    name; times: in s, or () where ``when`` is given: a law whose value rises above 0 where the condition becomes true.
    sets: by name of a species (concentration) or variable, a number, text with a unit, a name, or a RateLaw; all are
    computed before any is set. delay in s, from when it is triggered until it happens, and priority, of several events
    at one time the highest first: given in the same ways.
    persistent: it happens though its condition becomes false before. at_start: it is triggered where its condition
    holds at the start. values: TRIGGER or EXECUTION, when they are computed. bindings: what arguments of laws are bound
    to.
    """

    name: str
    times: tuple[float, ...]
    when: RateLaw | None
    sets: Mapping[str, Any]
    delay: Any = 0.0
    priority: Any = 0.0
    persistent: bool = True
    at_start: bool = False
    values: str = TRIGGER
    bindings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Resistor:
    """A resistance in Gohm between the insides of two membranes, by name."""

    name: str
    between: tuple[str, str]
    resistance: float


@dataclass(frozen=True)
class Parameter:
    """A number with its unit and its source.

    name: the full name; value in ``unit``; source: the paper, or how it was derived or assumed.
    """

    name: str
    value: float
    unit: str
    source: str = ""


@dataclass(frozen=True)
class Input:
    """A protocol: a value that changes at given times, in ``unit``."""

    name: str
    signal: Piecewise
    unit: str


@dataclass(frozen=True)
class Quantity:
    """A derived quantity: a named function of the state, an output and an argument of laws.

    name; law; bindings: what the law's arguments are bound to; unit of the result.
    """

    name: str
    law: RateLaw
    bindings: Mapping[str, Any] = field(default_factory=dict)
    owner: str = ""


@dataclass(frozen=True)
class Multimer:
    """N identical complexes, each of m independent identical subunits that step between the same states.

    The state of the model holds how many subunits are in each state (each a species, in molecules). Subunits in one
    state are exchangeable, so a stochastic engine picks which complex a step happens in uniformly among them, exactly.
    ``conducting`` counts the complexes that have at least ``needed`` subunits in the state ``watched``; its mean-field
    reading is the binomial expectation N P(Binomial(m, x) >= needed) at x = the fraction of subunits in that state.

    name: the mechanism's name; place: a membrane or compartment; count N; subunits m; states: full species names;
    start: the state that all subunits start in; watched; needed; conducting: the full name of the count.
    """

    name: str
    place: str
    count: int
    subunits: int
    states: tuple[str, ...]
    start: str
    watched: str
    needed: int
    conducting: str

    def expected(self, watched: Any) -> Any:
        """The mean-field number of conducting complexes, N P(Binomial(m, x) >= needed), for a count of subunits."""
        m = self.subunits
        x = watched / (self.count * m)
        return self.count * sum(comb(m, j) * x**j * (1 - x) ** (m - j) for j in range(self.needed, m + 1))
