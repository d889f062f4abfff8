"""Events of a document as events of the model."""

from __future__ import annotations

from typing import Any

from mechanisms.faults import Fault
from mechanisms.model import Model
from microdomain.exchange.event_laws import EventLaws, margin, or_equal
from microdomain.exchange.expressions import Call, Expression, Name, Number, names_in
from microdomain.exchange.sbml.binding import Binding
from microdomain.exchange.sbml.contents import Event
from microdomain.exchange.sbml.mathml import TIME
from microdomain.exchange.sbml.values import varies


class Events:
    """Adds the events of a document to a model."""

    def __init__(self, binding: Binding, model: Model, faults: list[Fault]) -> None:
        self.binding, self.model, self.faults = binding, model, faults

    def add(self, name: str, event: Event) -> None:
        """Add an event: its condition, and the values that it sets."""
        if not event.sets:
            return
        laws, bound = EventLaws(), self.binding.bound
        moment, guards = at_a_moment(event.trigger)
        is_delayed = event.delay is not None and event.delay != Number(0.0)
        if guards and is_delayed:
            found = "a moment (time == ...) beside other conditions, and a delay"
            self.faults.append(Fault(f"event '{name}'", found, "time >= ..., or no delay"))
        when = laws.law(margin(bound(event.trigger)) if moment is None else or_equal(bound(moment)), "1")
        sets: dict[str, Any] = {}
        for target, value in event.sets.items():
            if guards:
                value = Call("piecewise", (value, Call("and", guards), Name(target)))
            if event.trigger_values and is_delayed and self.is_in_a_changing_size(target):
                found = f"'{target}', a concentration in a size that changes, set after a delay to a value of before it"
                allowed = "hasOnlySubstanceUnits='true' there, or useValuesFromTriggerTime='false' here"
                self.faults.append(Fault(f"event '{name}'", found, allowed))
            self.assign(name, target, bound(value), sets, laws)
        options: dict[str, Any] = {}
        if event.delay is not None:
            options["delay"] = laws.law(Call("times", (bound(event.delay), Number(self.binding.seconds))), "s")
        if event.priority is not None:
            options["priority"] = laws.law(bound(event.priority), "1")
        if not event.persistent:
            options["persistent"] = False
        if event.at_start:
            options["at_start"] = True
        if not event.trigger_values:
            options["values"] = "execution"
        self.model.event(name, sets, when=when, **options, **laws.bindings)

    def is_in_a_changing_size(self, target: str) -> bool:
        """Whether a target is the concentration of a counted species, whose amount depends on a size that changes."""
        species = self.binding.contents.species.get(target)
        if species is None or species.in_amounts or not self.binding.is_counted(target):
            return False
        return varies(self.binding.contents, species.compartment)

    def assign(self, event: str, target: str, value: Expression, sets: dict[str, Any], laws: EventLaws) -> None:
        """What sets a species, parameter or size of the document."""
        binding, contents = self.binding, self.binding.contents
        if target in contents.species and binding.is_counted(target):
            home = contents.species[target].compartment
            # An event that also sets the size: the concentration is that in the size before, as others have it.
            density = binding.per_density(target, value)
            sets[binding.full_name(target)] = laws.law(density, binding.density_unit(home))
        elif any(
            target in of for of in (contents.species, contents.parameters, contents.compartments, contents.references)
        ):
            sets[binding.name(target)] = laws.law(value, "1")
        else:
            allowed = "a species, a parameter, a compartment or a stoichiometry"
            self.faults.append(Fault(f"event '{event}'", f"'{target}', which it sets", allowed))


def at_a_moment(trigger: Expression) -> tuple[Expression | None, tuple[Expression, ...]]:
    """Of a trigger with time == t in it: what rises to 0 as time passes t, and the other conditions.

    It holds for that moment only, so that no search would find it.
    """
    conditions = trigger.arguments if isinstance(trigger, Call) and trigger.function == "and" else (trigger,)
    for condition in conditions:
        if isinstance(condition, Call) and condition.function == "eq" and len(condition.arguments) == 2:
            now, then = condition.arguments if condition.arguments[0] == TIME else condition.arguments[::-1]
            if now == TIME and TIME not in names_in(then):
                return Call("minus", (now, then)), tuple(c for c in conditions if c is not condition)
    return None, ()
