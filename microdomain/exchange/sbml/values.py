"""What names of a document stand for, in its own numbers: at the start, and in a result."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from mechanisms.faults import Fault
from microdomain.exchange.expressions import Expression, Name, Number, divided, names_in, plus, times
from microdomain.exchange.formula import number
from microdomain.exchange.sbml.contents import Contents, Participant
from microdomain.exchange.sbml.mathml import RATE_OF, TIME


class DocumentValues(Mapping[str, Any]):
    """Values by name, as arrays, computed when they are asked for; a name that needs itself is a fault."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        self.found: dict[str, Any] = {}
        self.waiting: list[str] = []

    def __getitem__(self, name: str) -> Any:
        if name not in self.found:
            if name in self.waiting:
                raise CircularError([*self.waiting[self.waiting.index(name) :], name])
            self.waiting.append(name)
            try:
                self.found[name] = self.find(name)
            finally:
                self.waiting.pop()
        return self.found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def of(self, expression: Expression) -> Any:
        """The value of a formula."""
        with np.errstate(all="ignore"):
            return number(expression, self)

    @abstractmethod
    def find(self, name: str) -> Any:
        """The value of a name that has not been asked for before."""


class CircularError(ValueError):
    """Names of which each needs the next for its value."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(" needs ".join(f"'{name}'" for name in names))


class StartValues(DocumentValues):
    """Values at the start: initial assignments first, then assignment rules, then what is given."""

    def __init__(self, contents: Contents, faults: list[Fault]) -> None:
        super().__init__(contents)
        self.faults = faults

    def value(self, name: str) -> float:
        """The number that a name stands for, or NaN beside a fault."""
        try:
            return float(np.ravel(self[name])[0])
        except CircularError as error:
            fault = Fault(f"'{name}' at the start", str(error), "formulas that do not go round in a circle")
            self.faults.append(fault)
            return float("nan")

    def amount(self, species: str) -> float:
        """The amount of a species in its unit of substance."""
        found = self.contents.species[species]
        ruled = species in self.contents.initial or species in self.contents.assigned
        if found.amount is not None and not ruled:
            return found.amount
        value = self.value(species)
        return value if found.in_amounts else value * self.value(found.compartment)

    def find(self, name: str) -> Any:
        contents = self.contents
        if name == TIME.name:
            return np.array([0.0])
        expression = contents.initial.get(name, contents.assigned.get(name))
        if name.startswith(RATE_OF):
            expression = rate_of(contents, name.removeprefix(RATE_OF))
        if name in contents.reactions:
            expression = contents.reactions[name].rate
        if expression is not None:
            return np.atleast_1d(np.asarray(self.of(expression), dtype=float))
        return np.array([self.given(name)])

    def given(self, name: str) -> float:
        contents = self.contents
        species = contents.species.get(name)
        if species is None:
            known = {c: compartment.size for c, compartment in contents.compartments.items()}
            value = {**contents.parameters, **contents.references, **known}.get(name)
        elif species.in_amounts:
            value = species.amount
            if value is None and species.concentration is not None:
                value = species.concentration * self.value(species.compartment)
        else:
            value = species.concentration
            if value is None and species.amount is not None:
                with np.errstate(all="ignore"):
                    value = float(np.float64(species.amount) / self.value(species.compartment))
        if value is None:
            self.faults.append(Fault(f"'{name}'", "no value at the start", "a value, a rule or an initial assignment"))
            return float("nan")
        return value


def constant(contents: Contents, expression: Expression) -> bool:
    """Whether a formula keeps its value."""
    return all(_constant_name(contents, name.name) for name in names_in(expression))


def varies(contents: Contents, name: str) -> bool:
    """Whether a rule or an event changes a name."""
    return name in contents.assigned or name in contents.rates or name in contents.set_by_events


def _constant_name(contents: Contents, name: str) -> bool:
    if varies(contents, name):
        return False
    known = (contents.parameters, contents.references, contents.compartments)
    return any(name in among for among in known) or (name in contents.species and contents.species[name].constant)


def rate_of(contents: Contents, name: str) -> Expression:
    """The rate of change of a name, as a formula of the document."""
    if name in contents.rates:
        return contents.rates[name]
    species = contents.species.get(name)
    if species is None or species.boundary or species.constant or name in contents.assigned:
        return Number(0.0)
    changes = plus(*(times(by, Name(reaction)) for reaction, by in changes_of(contents, name)))
    if species.in_amounts:
        return changes
    size = Name(species.compartment)
    if not varies(contents, species.compartment):
        return divided(changes, size)
    swelling = times(Name(name), Name(RATE_OF + species.compartment))
    return divided(plus(changes, times(-1.0, swelling)), size)


def changes_of(contents: Contents, species: str) -> Iterator[tuple[str, Expression]]:
    """Each reaction that changes a species, and by how much, in units of substance."""
    factor = contents.species[species].factor
    for name, reaction in contents.reactions.items():
        sides: tuple[tuple[float, tuple[Participant, ...]], ...] = (
            (-1.0, reaction.reactants),
            (1.0, reaction.products),
        )
        for sign, side in sides:
            for participant in side:
                if participant.species == species:
                    by = times(sign, participant.stoichiometry)
                    yield name, times(by, Name(factor)) if factor else by
