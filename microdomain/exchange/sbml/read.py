"""SBML in: a document as a model that every engine runs."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from mechanisms.faults import Fault
from mechanisms.model import Model
from microdomain.exchange.expressions import Expression, names_in, times
from microdomain.exchange.formula import law_of
from microdomain.exchange.sbml.binding import Binding
from microdomain.exchange.sbml.contents import Contents, Reader
from microdomain.exchange.sbml.document import UnsupportedSBML, name_of, read_document
from microdomain.exchange.sbml.events import Events
from microdomain.exchange.sbml.mathml import TIME
from microdomain.exchange.sbml.reactions import Reactions
from microdomain.exchange.sbml.unit_factors import Units
from microdomain.exchange.sbml.values import StartValues, varies


def read_sbml(given: str | os.PathLike[str]) -> Model:
    """The model of an SBML document, of Level 1 Version 2 to Level 3 Version 2.

    given: a path, or the text itself. Species and reactions keep their ids, a species "S" in the compartment "c" being
    "S.c"; parameters, rules and everything else that laws read keep their ids and the numbers of the document, local
    parameters are called "<reaction>_<parameter>". Units of substance, size and time are converted; numbers without any
    are molecules, volumes in which 1 uM is one molecule, and seconds. One unit of a kinetic law's extent is one unit of
    each species, or as many as its conversion factor says. Species that cannot be counted (amounts in gram or below
    zero, stoichiometries that change) become variables, which run in the mean field alone. Mass action is recognized:
    molecules are counted without replacement wherever they are counted. Where a reversible law is a difference of a
    forward and a backward rate it becomes two reactions, "R" and "R (back)".
    Raises OSError where there is no such file; ModelError with libsbml's messages and their lines for what is no valid
    SBML, and with every construct that is not supported.
    """
    return read(given).model


@dataclass(frozen=True)
class Imported:
    """A model, what the document said, and how its names are bound to those of the model."""

    model: Model
    contents: Contents
    binding: Binding


def read(given: str | os.PathLike[str]) -> Imported:
    """As ``read_sbml``, with what the document said."""
    document = read_document(given)
    name, faults = name_of(document), list[Fault]()
    contents = Reader(document.getModel(), name, faults).read()
    if faults:
        raise UnsupportedSBML(name, faults)
    units = Units(document.getModel(), faults)
    start = StartValues(contents, faults)
    model = Model(name)
    binding = Binding(contents, units, start, faults)
    _Import(model, binding, faults).everything()
    if faults:
        raise UnsupportedSBML(name, dict.fromkeys(faults))
    model.check()
    return Imported(model, contents, binding)


class _Import:
    """Writes a document's contents into a model, in the order in which the model wants them."""

    def __init__(self, model: Model, binding: Binding, faults: list[Fault]) -> None:
        self.model, self.binding, self.faults = model, binding, faults
        self.contents, self.start = binding.contents, binding.start

    def everything(self) -> None:
        contents = self.contents
        at_rest = self.nothing_changes()
        for name in contents.compartments:
            self.compartment(name)
            if at_rest:
                self.variable(name)
        for name in contents.species:
            if self.binding.is_counted(name):
                self.species(name)
        for name, value in contents.parameters.items():
            if not varies(contents, name) and (value is not None or name in contents.initial):
                found = self.start.value(name)
                if np.isfinite(found):
                    add = self.model.variable if at_rest else self.model.parameter
                    add(self.binding.name(name), found, "1")
        for name in (*contents.parameters, *contents.compartments, *contents.references, *contents.species):
            held = name in contents.species and self.binding.is_counted(name)
            if not held and (name in contents.rates or name in contents.set_by_events):
                self.variable(name)
        for name in self.ordered(contents.assigned):
            law, bindings = law_of(self.binding.bound(contents.assigned[name]), "1")
            self.model.quantity(self.binding.name(name), law, **bindings)
        reactions = Reactions(self.binding, self.model, self.faults)
        for name, reaction in contents.reactions.items():
            reactions.add(name, reaction)
        events = Events(self.binding, self.model, self.faults)
        for name, event in contents.events.items():
            events.add(name, event)

    def nothing_changes(self) -> bool:
        """Whether the document has constants alone, which are then variables of the model: it must have some."""
        contents = self.contents
        counted = any(self.binding.is_counted(name) for name in contents.species)
        clock = any(TIME in names_in(rule) for rule in contents.assigned.values())
        return not (counted or clock or contents.rates or contents.set_by_events)

    def compartment(self, name: str) -> None:
        known = self.contents.compartments[name].size is not None or name in self.contents.initial
        known = known or name in self.contents.assigned
        size = (self.start.value(name) if known else 1.0) * self.binding.sizes[name]
        if size == 0.0 and varies(self.contents, name):
            size = self.binding.sizes[name]  # amounts are read over the variable, not over the size of the place
        if self.binding.measure(name) == "area":
            self.model.membrane(name, size)
        else:
            self.model.compartment(name, size)

    def species(self, name: str) -> None:
        home = self.contents.species[name].compartment
        molecules = self.start.amount(name) * self.binding.items[name]
        held = self.binding.is_held(name)
        near = min(1e-9 * max(1.0, abs(molecules)), 1e-3)
        whole = bool(np.isfinite(molecules)) and abs(molecules - round(molecules)) < near
        called = self.binding.name(name)
        if whole and -1 < molecules < 2**53:
            self.model.species(called, home, count=round(molecules), clamped=held)
        else:
            self.model.species(called, home, molecules / self.model.places[home].omega, clamped=held)

    def variable(self, name: str) -> None:
        """What a rate rule or an event changes, in the numbers of the document."""
        start, rate = self.start.value(name), self.contents.rates.get(name)
        called = self.binding.name(name)
        if rate is None:
            self.model.variable(called, start, "1")
            return
        law, bindings = law_of(times(self.binding.bound(rate), 1.0 / self.binding.seconds), "1/s")
        self.model.variable(called, start, "1", law, uncounted=self.binding.uncounted.get(name, ""), **bindings)

    def ordered(self, assigned: dict[str, Expression]) -> list[str]:
        """Names with assignment rules, each after those that its rule reads."""
        called = {self.binding.name(name): name for name in assigned}
        found: dict[str, bool] = {}

        def visit(name: str) -> None:
            if found.setdefault(name, False) or name in waiting:
                return
            waiting.add(name)
            for used in names_in(self.binding.bound(assigned[name])):
                if used.name in called:
                    visit(called[used.name])
            found[name] = True
            order.append(name)

        waiting, order = set[str](), list[str]()
        for name in assigned:
            visit(name)
        return order
