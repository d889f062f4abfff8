"""Where things are: compartments, membranes, and the species, parameters and quantities that live there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mechanisms.law import RateLaw
from mechanisms.signal import Piecewise


@dataclass(frozen=True)
class Compartment:
    """A well-mixed volume.

    name; volume in fL.
    """

    name: str
    volume: float


@dataclass(frozen=True)
class Membrane:
    """A surface between two compartments.

    name; area in um^2; inside and outside: the names of the compartments that it separates, or "".
    """

    name: str
    area: float
    inside: str = ""
    outside: str = ""


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
    """

    name: str
    place: str
    concentration: float | None = None
    count: float | None = None
    valence: int = 0
    clamped: bool | str = False


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
