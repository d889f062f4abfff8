"""GillesPy2 in: its model as one that every engine runs."""

from __future__ import annotations

import copy
from typing import Any

from mechanisms.faults import Fault, ModelError, nearest
from mechanisms.model import Model
from mechanisms.network import TIME
from mechanisms.rates import unit_of_constant
from mechanisms.units import MOLECULES_PER_UM_FL
from microdomain.exchange.event_laws import EventLaws, margin
from microdomain.exchange.expressions import Call, Expression, Name, Number, divided, names_in, plus, replaced, times
from microdomain.exchange.formula import law_of
from microdomain.exchange.gillespy2 import library
from microdomain.exchange.gillespy2.formulas import Formulas
from microdomain.exchange.sbml.kinetics import product

CELL = "cell"
VOLUME = Name("vol")
SIZE = times(MOLECULES_PER_UM_FL, Name(f"{CELL}.volume", "fL"))
"""What GillesPy2 calls the volume, in the model's names: molecules at 1 uM."""


def from_gillespy2(theirs: Any) -> Model:
    """The model of a ``gillespy2.Model``.

    Its volume, "cell", is one in which 1 uM is ``volume`` molecules. Populations are molecules, times are seconds,
    names stay. Mass action is that of GillesPy2's SSA: k, k A, k A B / volume, k A (A - 1) / volume, k volume. The mean
    field of the last but one is k A^2 / volume; GillesPy2's ODE solver leaves the volume out. A propensity function is
    a law as it is written, or mass action where it and the ``ode_propensity_function`` are the two readings of it. What
    rate rules change is a variable, what assignment rules give is a derived quantity. ``mode``, switching and the time
    span say how to simulate, and are not taken over.
    Raises ImportError where GillesPy2 is not installed; ModelError with everything that cannot be said.
    """
    if not isinstance(theirs, library().Model):
        raise ModelError("from_gillespy2", [Fault("model", f"{theirs!r}", "a gillespy2.Model")])
    theirs = copy.deepcopy(theirs)
    theirs.compile_prep()
    reader = _Reader(theirs)
    model = reader.model()
    if reader.faults:
        raise ModelError(theirs.name, reader.faults)
    model.check()
    return model


class _Reader:
    """Reads one model of GillesPy2; what cannot be said is added to ``faults``."""

    def __init__(self, theirs: Any) -> None:
        self.theirs = theirs
        self.faults: list[Fault] = []
        self.formulas = Formulas(theirs, self.faults)
        self.rates = {rule.variable.name: rule.formula for rule in theirs.listOfRateRules.values()}
        self.assigned = {rule.variable.name: rule.formula for rule in theirs.listOfAssignmentRules.values()}
        self.set = {a.variable.name for event in theirs.listOfEvents.values() for a in event.assignments}
        self.counted = {
            name
            for name, species in theirs.listOfSpecies.items()
            if name not in self.rates and name not in self.assigned
            and not (name in self.set and self.is_held(species))
        }  # fmt: skip

    @staticmethod
    def is_held(species: Any) -> bool:
        return bool(species.constant or species.boundary_condition)

    # -- formulas ------------------------------------------------------------------------------------------------------

    def bound(self, where: str, expression: Expression) -> Expression:
        """A formula in the names of the model; a name that is not known is a fault."""
        species, parameters = self.theirs.listOfSpecies, self.theirs.listOfParameters

        def of(name: Name) -> Expression:
            if name.name in self.counted:
                return Name(f"{name.name}.{CELL}", "1")
            if name.name in species or name.name in parameters:
                return Name(name.name, "1")
            if name.name == VOLUME.name:
                return SIZE
            if name.name in ("t", TIME):
                return Name(TIME, "s")
            known = [*species, *parameters, VOLUME.name, "t"]
            self.faults.append(Fault(where, f"'{name.name}'", ", ".join(known[:12]), nearest(name.name, known)))
            return Number(1.0)

        return replaced(expression, of)

    def formula(self, where: str, text: str) -> Expression:
        return self.bound(where, self.formulas.read(where, text))

    # -- the model -----------------------------------------------------------------------------------------------------

    def model(self) -> Model:
        theirs = self.theirs
        model = Model(theirs.name)
        model.compartment(CELL, theirs.volume / MOLECULES_PER_UM_FL)
        if theirs.units != "population":
            self.faults.append(Fault("model", f"{theirs.units} instead of populations", "population=True"))
        for name, parameter in theirs.listOfParameters.items():
            self.add_value(model, name, parameter.value)
        for name, species in theirs.listOfSpecies.items():
            self.add_species(model, name, species)
        self.add_quantities(model)
        for name, reaction in theirs.listOfReactions.items():
            self.add_reaction(model, name, reaction)
        for name, event in theirs.listOfEvents.items():
            self.add_event(model, name, event)
        return model

    def add_value(self, model: Model, name: str, value: float) -> None:
        """Add a parameter, or a variable where it changes."""
        if name in self.rates:
            law, bindings = law_of(self.formula(f"rate rule of '{name}'", self.rates[name]), "1/s")
            model.variable(name, value, "1", law, **bindings)
        elif name in self.set:
            model.variable(name, value, "1")
        elif name not in self.assigned:
            model.parameter(name, value, "1", source=f"GillesPy2 model '{self.theirs.name}'")

    def add_species(self, model: Model, name: str, species: Any) -> None:
        value = species.initial_value
        if name not in self.counted:
            self.add_value(model, name, value)
            return
        if species.allow_negative_populations:
            self.faults.append(
                Fault(f"species '{name}'", "allow_negative_populations", "counts that are never below 0")
            )
        held = self.is_held(species)
        if float(value).is_integer():
            model.species(name, CELL, count=int(value), clamped=held)
        else:
            model.species(name, CELL, value / self.theirs.volume, clamped=held)

    def add_quantities(self, model: Model) -> None:
        """Add what assignment rules give, each after those that it needs."""
        waiting = {name: self.formula(f"assignment rule of '{name}'", text) for name, text in self.assigned.items()}
        while waiting:
            ready = [n for n, e in waiting.items() if not any(used.name in waiting for used in names_in(e))]
            if not ready:
                found = " and ".join(f"'{name}'" for name in waiting)
                self.faults.append(Fault("assignment rules", f"{found}, which need each other", "rules of other names"))
                return
            for name in ready:
                law, bindings = law_of(waiting.pop(name), "1")
                model.quantity(name, law, **bindings)

    def add_reaction(self, model: Model, name: str, reaction: Any) -> None:
        where = f"reaction '{name}'"
        left, right = (
            {species.name: int(n) for species, n in side.items()} for side in (reaction.reactants, reaction.products)
        )
        for changed in sorted({*left, *right} - self.counted):
            if left.get(changed, 0) != right.get(changed, 0) and not self.is_held(self.theirs.listOfSpecies[changed]):
                found = f"'{changed}', which a rule changes too"
                self.faults.append(Fault(where, found, "species that reactions or rules change"))
        sides = [[(n, f"{s}.{CELL}") for s, n in side.items() if s in self.counted] for side in (left, right)]
        if sorted(sides[0]) == sorted(sides[1]):
            return
        equation = (sides[0], sides[1])
        written = self.formulas.read(where, reaction.propensity_function)
        flowing = self.formulas.read(where, reaction.ode_propensity_function)
        constant = None
        held = [s for s, n in left.items() if n > 1 and self.is_held(self.theirs.listOfSpecies[s])]
        if self.counted >= left.keys() and not held:
            native = reaction.massaction and reaction.marate is not None
            constant = Name(reaction.marate.name) if native else constant_of(left, written, flowing)
        if constant is not None:
            unit = unit_of_constant(1 - sum(left.values()), 0)
            law, bindings = law_of(self.bound(where, constant), unit)
            model.reaction(equation, k=law, name=name, at=CELL, **bindings)
            return
        if written != flowing and not reaction.massaction:
            allowed = "one law for both, or those of mass action: k*A*(A - 1) and k*A*A"
            self.faults.append(Fault(where, f"an ode_propensity_function of its own, {flowing}", allowed))
        law, bindings = law_of(self.bound(where, written), "1/s")
        model.reaction(equation, law, name=name, **bindings)

    def add_event(self, model: Model, name: str, event: Any) -> None:
        where, laws = f"event '{name}'", EventLaws()
        when = laws.law(margin(self.formula(where, event.trigger.expression)), "1")
        sets: dict[str, Any] = {}
        for assignment in event.assignments:
            target = assignment.variable.name
            value = self.formula(where, assignment.expression)
            if target in self.assigned:
                self.faults.append(Fault(where, f"'{target}', which a rule gives", "what no assignment rule gives"))
            elif target in self.counted:
                sets[f"{target}.{CELL}"] = laws.law(divided(value, SIZE), "uM")
            else:
                sets[target] = laws.law(value, "1")
        delay = laws.law(self.formula(where, event.delay or "0"), "s")
        priority = laws.law(self.formula(where, event.priority), "1")
        model.event(
            name, sets, when=when, delay=delay, priority=priority, persistent=event.trigger.persistent,
            at_start=not event.trigger.value, values="trigger" if event.use_values_from_trigger_time else "execution",
            **laws.bindings,
        )  # fmt: skip


def constant_of(left: dict[str, int], counted: Expression, flowing: Expression) -> Expression | None:
    """The constant k of mass action, where ``counted`` is k V^(1 - n) A (A - 1) ... and ``flowing`` k V^(1 - n) A^2 ...

    None where they are not. left: the stoichiometry of the reactants; V is the volume, n the order.
    """
    flow = product(flowing)
    rest = dict(flow.powers)
    factors: list[Expression] = []
    for species, n in left.items():
        if rest.pop(Name(species), 0) != n:
            return None
        factors += [plus(Name(species), Call("minus", (Number(float(i)),))) if i else Name(species) for i in range(n)]
    constant = type(flow)(flow.number, rest).expression()
    if any(name.name in left for name in names_in(constant)):
        return None
    if product(times(constant, *factors)) != product(counted):
        return None
    size: Expression = Number(1.0)
    for _ in range(1, sum(left.values())):
        size = times(size, VOLUME)
    return product(times(constant, size) if left else divided(constant, VOLUME)).expression()
