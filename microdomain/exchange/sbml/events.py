"""Events of a document as events of the model."""

from __future__ import annotations

from typing import Any

from mechanisms.faults import Fault
from mechanisms.law import RateLaw
from mechanisms.model import Model
from microdomain.exchange.expressions import Call, Expression, Name, Number, names_in, negative, replaced
from microdomain.exchange.formula import CONDITIONS, Formula, constant_value
from microdomain.exchange.sbml.binding import Binding
from microdomain.exchange.sbml.contents import Event

LEAST = Number(1e-300)
"""What a condition that just holds is above 0."""


class Events:
    """Adds the events of a document to a model."""

    def __init__(self, binding: Binding, model: Model, faults: list[Fault]) -> None:
        self.binding, self.model, self.faults = binding, model, faults
        self.arguments: dict[Name, str] = {}
        self.bindings: dict[str, Any] = {}

    def add(self, name: str, event: Event) -> None:
        """Add an event: its condition, and the values that it sets."""
        if not event.sets:
            return
        self.arguments, self.bindings = {}, {}
        bound = self.binding.bound
        when = self.law(margin(bound(event.trigger)), "1")
        sets: dict[str, Any] = {}
        for target, value in event.sets.items():
            self.assign(name, target, bound(value), sets)
        options: dict[str, Any] = {}
        if event.delay is not None:
            options["delay"] = self.law(Call("times", (bound(event.delay), Number(self.binding.seconds))), "s")
        if event.priority is not None:
            options["priority"] = self.law(bound(event.priority), "1")
        if not event.persistent:
            options["persistent"] = False
        if event.at_start:
            options["at_start"] = True
        if not event.trigger_values:
            options["values"] = "execution"
        self.model.event(name, sets, when=when, **options, **self.bindings)

    def assign(self, event: str, target: str, value: Expression, sets: dict[str, Any]) -> None:
        """What sets a species, parameter or size of the document."""
        binding, contents = self.binding, self.binding.contents
        if target in contents.species and binding.is_counted(target):
            home = contents.species[target].compartment
            # An event that also sets the size: the concentration is that in the size before, as others have it.
            density = binding.per_density(target, value)
            sets[binding.full_name(target)] = self.law(density, binding.density_unit(home))
        elif any(
            target in of for of in (contents.species, contents.parameters, contents.compartments, contents.references)
        ):
            sets[binding.name(target)] = self.law(value, "1")
        else:
            allowed = "a species, a parameter, a compartment or a stoichiometry"
            self.faults.append(Fault(f"event '{event}'", f"'{target}', which it sets", allowed))

    def law(self, expression: Expression, returns: str) -> RateLaw:
        """A law whose arguments have names of their own among all laws of the event."""
        if not names_in(expression) and (value := constant_value(expression)) is not None:
            letter = f"x{len(self.bindings) + 1}"
            self.bindings[letter] = value
            return RateLaw(Formula(Name(letter), (letter,), returns), ((letter, returns),), returns)
        for name in names_in(expression):
            if name not in self.arguments:
                self.arguments[name] = f"x{len(self.bindings) + 1}"
                self.bindings[self.arguments[name]] = name.name
        names = {name: self.arguments[name] for name in names_in(expression)}
        formula = replaced(expression, lambda name: Name(names[name]))
        arguments = tuple((letter, name.unit) for name, letter in names.items())
        return RateLaw(Formula(formula, tuple(names.values()), returns), arguments, returns)


def margin(condition: Expression) -> Expression:
    """A number that is above 0 exactly where the condition holds, and continuous where that makes it easy to find."""
    if isinstance(condition, Call) and condition.function in CONDITIONS:
        function, arguments = condition.function, condition.arguments
        if function in ("gt", "lt", "geq", "leq") and len(arguments) == 2:
            a, b = arguments if function in ("gt", "geq") else arguments[::-1]
            above = Call("minus", (a, b))
            return above if function in ("gt", "lt") else _or_equal(above)
        if function in ("and", "or") and arguments:
            return Call("min" if function == "and" else "max", tuple(margin(a) for a in arguments))
        if function == "not":
            return _or_equal(negative(margin(arguments[0])))
        if function == "implies":
            return margin(Call("or", (Call("not", arguments[:1]), arguments[1])))
    return Call("piecewise", (Number(1.0), condition, Number(-1.0)))


def _or_equal(above: Expression) -> Expression:
    """Above 0 where this is 0 or more."""
    return Call("piecewise", (Call("max", (above, LEAST)), Call("geq", (above, Number(0.0))), above))
