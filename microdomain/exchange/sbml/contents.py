"""What a document says, as plain records with expressions; what is not supported is a fault."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from mechanisms.faults import Fault
from microdomain.exchange.expressions import Expression, Name, Number, replaced
from microdomain.exchange.sbml.document import REMEDY
from microdomain.exchange.sbml.mathml import Formulas, UnsupportedMath


@dataclass(frozen=True)
class Compartment:
    """dimensions: 3, 2, ... ; size: in ``unit``, None where none is given."""

    dimensions: float
    size: float | None
    unit: str
    constant: bool


@dataclass(frozen=True)
class Species:
    """amount, concentration: at the start, None where not given; in_amounts: what its name means in formulas."""

    compartment: str
    amount: float | None
    concentration: float | None
    in_amounts: bool
    boundary: bool
    constant: bool
    unit: str
    factor: str


@dataclass(frozen=True)
class Participant:
    """A species in a reaction; stoichiometry: a number, or what it follows; name: by which formulas read it, or ""."""

    species: str
    stoichiometry: Expression
    name: str = ""


@dataclass(frozen=True)
class Reaction:
    """rate: in substance per time, with local parameters under their new names."""

    reversible: bool
    reactants: tuple[Participant, ...]
    products: tuple[Participant, ...]
    rate: Expression
    substance: str
    time: str

    @property
    def sides(self) -> tuple[tuple[Participant, ...], tuple[Participant, ...]]:
        return self.reactants, self.products


@dataclass(frozen=True)
class Event:
    """What happens when; None: not given."""

    trigger: Expression
    at_start: bool
    persistent: bool
    delay: Expression | None
    priority: Expression | None
    trigger_values: bool
    sets: dict[str, Expression]


@dataclass
class Contents:
    """Everything, by id."""

    name: str
    formulas: Formulas
    compartments: dict[str, Compartment] = field(default_factory=dict)
    species: dict[str, Species] = field(default_factory=dict)
    parameters: dict[str, float | None] = field(default_factory=dict)
    references: dict[str, float | None] = field(default_factory=dict)
    reactions: dict[str, Reaction] = field(default_factory=dict)
    assigned: dict[str, Expression] = field(default_factory=dict)
    rates: dict[str, Expression] = field(default_factory=dict)
    initial: dict[str, Expression] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    set_by_events: set[str] = field(default_factory=set)


class Reader:
    """Reads the records of a libsbml model."""

    def __init__(self, model: Any, name: str, faults: list[Fault]) -> None:
        self.model, self.faults = model, faults
        self.level = model.getLevel()
        self.found = Contents(name, Formulas(model))
        self.taken = {item.getId() for item in model.getListOfAllElements() if item.getId()}

    def read(self) -> Contents:
        """The records; faults are added to those given."""
        model, found = self.model, self.found
        for item in model.getListOfCompartments():
            size = given(item.getSize()) if item.isSetSize() or self.level == 1 else None
            dimensions = item.getSpatialDimensionsAsDouble() if self.level > 1 else 3.0
            dimensions = 3.0 if math.isnan(dimensions) else dimensions
            found.compartments[item.getId()] = Compartment(dimensions, size, item.getUnits(), item.getConstant())
        for item in model.getListOfSpecies():
            found.species[item.getId()] = self.species(item)
            if item.getCompartment() not in found.compartments:
                where, what = f"species '{item.getId()}'", f"the compartment '{item.getCompartment()}'"
                self.faults.append(Fault(where, what, "a compartment of the document"))
        for item in model.getListOfParameters():
            found.parameters[item.getId()] = given(item.getValue()) if item.isSetValue() else None
        for item in model.getListOfRules():
            self.rule(item)
        for item in model.getListOfInitialAssignments():
            self.add(found.initial, item.getSymbol(), f"initial assignment of '{item.getSymbol()}'", item.getMath())
        for item in model.getListOfReactions():
            self.reaction(item)
        for i, item in enumerate(model.getListOfEvents()):
            self.event(item.getId() or f"event_{i + 1}", item)
        for item in model.getListOfConstraints():
            message = "a condition that ends the simulation"
            self.faults.append(Fault(f"constraint {item.getId()}".strip(), message, REMEDY))
        return found

    def species(self, item: Any) -> Species:
        home = self.found.compartments.get(item.getCompartment())
        per = item.getSpatialSizeUnits() if self.level == 2 else ""
        if home is not None and per and per not in (home.unit, "volume" if not home.unit else ""):
            found = f"a concentration per {per} in a compartment whose size is in {home.unit or 'the unit of volume'}"
            self.faults.append(Fault(f"species '{item.getId()}'", found, "the unit of the compartment"))
        amounts = item.getHasOnlySubstanceUnits() or (home is not None and home.dimensions == 0)
        return Species(
            compartment=item.getCompartment(),
            amount=given(item.getInitialAmount()) if item.isSetInitialAmount() else None,
            concentration=given(item.getInitialConcentration()) if item.isSetInitialConcentration() else None,
            in_amounts=bool(amounts),
            boundary=item.getBoundaryCondition(),
            constant=item.getConstant(),
            unit=item.getSubstanceUnits(),
            factor=self.conversion_factor(item),
        )

    def conversion_factor(self, item: Any) -> str:
        if self.level < 3:
            return ""
        return str(item.getConversionFactor() or self.model.getConversionFactor())

    def rule(self, item: Any) -> None:
        target = item.getVariable()
        if item.isAlgebraic():
            text = _formula_text(item)
            self.faults.append(Fault("algebraic rule", f"0 = {text}", "assignment rules, rate rules or reactions"))
        else:
            into = self.found.rates if item.isRate() else self.found.assigned
            self.add(into, target, f"{'rate' if item.isRate() else 'assignment'} rule of '{target}'", item.getMath())

    def reaction(self, item: Any) -> None:
        name = item.getId()
        where = f"reaction '{name}'"
        if item.isSetFast() and item.getFast():
            self.faults.append(Fault(where, "fast='true'", "a kinetic law fast enough, or one reaction for both"))
        law = item.getKineticLaw()
        if law is None or law.getMath() is None:
            self.faults.append(Fault(where, "no kinetic law", "a kinetic law"))
            return
        local = self.local_parameters(name, law)
        rate = self.expression(where, law.getMath())
        reactants, products = (
            tuple(self.participant(where, reference) for reference in side)
            for side in (item.getListOfReactants(), item.getListOfProducts())
        )
        rate = replaced(rate, lambda found: Name(local.get(found.name, found.name)))
        substance, time = (law.getSubstanceUnits(), law.getTimeUnits()) if self.level < 3 else ("", "")
        self.found.reactions[name] = Reaction(item.getReversible(), reactants, products, rate, substance, time)

    def local_parameters(self, reaction: str, law: Any) -> dict[str, str]:
        """New names of local parameters, which become parameters of the model."""
        listed = law.getListOfLocalParameters() if self.level > 2 else law.getListOfParameters()
        names = {}
        for item in listed:
            new = f"{reaction}_{item.getId()}"
            while new in self.taken:
                new += "_"
            self.taken.add(new)
            names[item.getId()] = new
            self.found.parameters[new] = item.getValue() if item.isSetValue() else None
        return names

    def participant(self, where: str, item: Any) -> Participant:
        name = item.getId() if self.level > 2 else ""
        if item.getSpecies() not in self.found.species:
            self.faults.append(Fault(where, f"'{item.getSpecies()}'", "species of the document"))
        if self.level == 2 and item.isSetStoichiometryMath() and item.getStoichiometryMath().getMath() is not None:
            math_of = item.getStoichiometryMath().getMath()
            return Participant(item.getSpecies(), self.expression(f"{where}, stoichiometry", math_of))
        value = item.getStoichiometry() if item.isSetStoichiometry() or self.level < 3 else None
        if self.level == 1:
            value = item.getStoichiometry() / item.getDenominator()
        if name:
            self.found.references[name] = value
            return Participant(item.getSpecies(), Name(name), name)
        if value is None:
            self.faults.append(Fault(where, f"'{item.getSpecies()}' without a stoichiometry", "a number"))
        return Participant(item.getSpecies(), Number(1.0 if value is None else value))

    def event(self, name: str, item: Any) -> None:
        where = f"event '{name}'"
        trigger = item.getTrigger()
        if trigger is None or trigger.getMath() is None:
            self.faults.append(Fault(where, "no trigger", "a condition"))
            return
        sets: dict[str, Expression] = {}
        for assignment in item.getListOfEventAssignments():
            target = assignment.getVariable()
            self.add(sets, target, f"{where}, '{target}'", assignment.getMath())
        delay, priority = item.getDelay(), item.getPriority() if self.level > 2 else None
        self.found.events[name] = Event(
            trigger=self.expression(where, trigger.getMath()),
            at_start=self.level > 2 and not trigger.getInitialValue(),
            persistent=self.level < 3 or trigger.getPersistent(),
            delay=None if delay is None else self.optional(f"{where}, delay", delay.getMath()),
            priority=None if priority is None else self.optional(f"{where}, priority", priority.getMath()),
            trigger_values=item.getUseValuesFromTriggerTime() or self.level < 2,
            sets=sets,
        )
        self.found.set_by_events.update(sets)

    def add(self, into: dict[str, Expression], target: str, where: str, node: Any) -> None:
        """A formula of a name; Level 3 Version 2 lets it be missing, which says nothing."""
        if not target:
            self.faults.append(Fault(where, "no name", "what the formula is the value of"))
        if node is not None:
            into[target] = self.expression(where, node)

    def optional(self, where: str, node: Any) -> Expression | None:
        return None if node is None else self.expression(where, node)

    def expression(self, where: str, node: Any) -> Expression:
        try:
            return self.found.formulas.read(node)
        except UnsupportedMath as error:
            self.faults.append(Fault(where, str(error), REMEDY))
            return Number(1.0)


def given(value: float) -> float | None:
    """A value that a document gives; one that it says is no number it does not."""
    return None if math.isnan(value) else float(value)


def _formula_text(item: Any) -> str:
    import libsbml

    return str(libsbml.formulaToL3String(item.getMath()) if item.getMath() is not None else "?")
