"""Mechanisms: frozen dataclasses of parameters and ports that yield species, quantities and reactions.

A mechanism file holds its laws and one class::

    class SERCA(Mechanism):
        '''Ca(cytosol) -> 2 Ca(er), irreversible.'''
        cytosol: Compartment = port()
        er: Compartment = port()
        v_max: Parameter = parameter(0.9, "uM/s", source="Li & Rinzel 1994")
        k: Parameter = parameter(0.1, "uM", source="the same")

        def reactions(self):
            yield Reaction("2 Ca.cytosol -> 2 Ca.er", hill_2, at="cytosol", bindings={"ca": "Ca.cytosol"})

Inside it, a place is called by its port, and a state that the mechanism owns by its own name.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from numbers import Real
from typing import Any

from mechanisms.faults import nearest
from mechanisms.places import Parameter, Place, Quantity, Variable
from mechanisms.reaction import Reaction
from mechanisms.units import Given, UnitError, magnitude


@dataclasses.dataclass(frozen=True)
class State:
    """A species that a mechanism owns: its name there, the port that it lives at, and what there is at the start.

    That is so many molecules, or a concentration in uM (on a membrane 1/um^2).
    """

    name: str
    port: str
    count: int | None = None
    valence: int = 0
    concentration: float = 0.0


@dataclasses.dataclass(frozen=True)
class Subunits:
    """A multimer that a mechanism owns (see ``mechanisms.places.Multimer``), in the mechanism's own names."""

    port: str
    count: int
    subunits: int
    states: tuple[str, ...]
    start: str
    watched: str
    needed: int
    conducting: str = "open"


def port() -> Any:
    """A field that is bound to a compartment or membrane when the mechanism is added to a model."""
    return dataclasses.field(default=None, metadata={"port": True}, kw_only=True)


def parameter(value: float, unit: str, *, source: str) -> Any:
    """A field with a value, its unit and its source."""
    return dataclasses.field(default=Parameter("", value, unit, source), kw_only=True)


def number(value: int, *, source: str) -> Any:
    """A field that is a whole number: of channels, of pumps, of subunits."""
    return dataclasses.field(default=value, metadata={"number": source}, kw_only=True)


class Mechanism:
    """The base of all mechanisms: every subclass becomes a frozen dataclass.

    Parameters are given in the constructor as numbers in the declared unit, text with a unit, or pint quantities.
    Raises TypeError for a name that the mechanism does not have, UnitError for a wrong dimension.
    """

    def __init_subclass__(cls) -> None:
        dataclasses.dataclass(frozen=True, init=False)(cls)

    def __init__(self, **given: Given) -> None:
        kind = type(self).__name__
        fields = {field.name: field for field in dataclasses.fields(self)}  # type: ignore[arg-type]
        for name in given:
            if name not in fields:
                near = nearest(name, fields)
                hint = f" Did you mean '{near}'?" if near else ""
                raise TypeError(f"{kind} has no '{name}'; it has {', '.join(fields)}.{hint}")
        for name, field in fields.items():
            object.__setattr__(self, name, _value(kind, field, given.get(name, field.default)))

    @classmethod
    def ports(cls) -> tuple[str, ...]:
        """The names of the ports."""
        return tuple(f.name for f in dataclasses.fields(cls) if "port" in f.metadata)  # type: ignore[arg-type]

    def bound(self, **places: Place) -> Any:
        """The same mechanism with its ports bound to places."""
        return dataclasses.replace(self, **places)  # type: ignore[type-var]

    def parameters(self) -> dict[str, Parameter]:
        """The parameters by name."""
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}  # type: ignore[arg-type]
        return {name: value for name, value in values.items() if isinstance(value, Parameter)}

    def species(self) -> Iterator[State | Subunits]:
        """The states that the mechanism owns."""
        yield from ()

    def variables(self) -> Iterator[Variable]:
        """The continuous variables that the mechanism adds."""
        yield from ()

    def quantities(self) -> Iterator[Quantity]:
        """The derived quantities that the mechanism adds."""
        yield from ()

    def reactions(self) -> Iterator[Reaction]:
        """The reactions."""
        raise TypeError(f"{type(self).__name__} has no reactions: a mechanism defines 'reactions'")


def _value(kind: str, field: Any, given: Given) -> Any:
    where = f"{kind}.{field.name}"
    if "port" in field.metadata:
        return given
    if "number" in field.metadata:
        if isinstance(given, bool) or not isinstance(given, Real) or not float(given).is_integer() or given < 0:
            raise ValueError(f"{where}: found {given!r}; allowed: a whole number, 0 or more")
        return int(float(given))
    if isinstance(given, Parameter):
        return given
    default = field.default
    try:
        return dataclasses.replace(default, value=magnitude(given, default.unit), source="given by the user")
    except UnitError as error:
        raise UnitError(f"{where}: {error.found}", error.needed) from None
