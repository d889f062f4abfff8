"""Events as rows of a network: the law of each condition, and of each value that is set."""

from __future__ import annotations

from typing import Any

from mechanisms.faults import Fault, unknown
from mechanisms.law import RateLaw
from mechanisms.names import Scope
from mechanisms.places import Event
from mechanisms.symbols import CONSTANT, Call, Symbols, Terms


class EventRows:
    """The calls of all conditions, then of all values; which call each event waits for, and what it sets."""

    def __init__(self, names: Symbols) -> None:
        self.names = names
        self.calls: list[Call] = []
        self.triggers: list[int] = []
        self.assignments: list[Terms] = []
        values: list[Call] = []
        events = names.model.events
        for event in events.values():
            self.triggers.append(len(self.calls) if event.when else -1)
            if event.when:
                self.calls.append(names.call(f"event '{event.name}', when", event.when, event.bindings, Scope()))
        for event in events.values():
            rows = [self.assignment(event, target, given) for target, given in event.sets.items()]
            self.assignments.append([(slot, scale) for slot, scale, _ in rows])
            values += [call for _, _, call in rows]
        self.calls += values

    def assignment(self, event: Event, target: str, given: Any) -> tuple[int, float, Call]:
        """The slot that is set, and the call that gives its value, with what turns that into molecules."""
        names, where = self.names, f"event '{event.name}', sets '{target}'"
        full = names.called.get(target)
        variables = {variable.name: variable for variable in names.variables if variable.name in names.model.variables}
        if target in variables:
            slot, unit, scale = names.known[target].slot, variables[target].unit, 1.0
        elif full is not None:
            slot = names.index[full]
            unit, scale = names.homes[slot].density_unit, names.homes[slot].omega
            if fault := self.unsettable(slot):
                names.faults.append(Fault(where, fault, "a species that reactions change, or a variable"))
        else:
            known = [*names.index, *variables]
            names.faults.append(unknown(where, target, "species and variables", known, names.called))
            return names.one, 0.0, (names.law(CONSTANT), [(names.one, 0.0)])
        if isinstance(given, RateLaw):
            return (
                slot,
                scale * names.converted(where, given.returns, unit),
                names.call(where, given, event.bindings, Scope()),
            )
        symbol = names.find(given, Scope())
        if symbol is not None:
            factor = symbol.factor * names.converted(where, symbol.unit, unit)
            return slot, scale, (names.law(CONSTANT), [(symbol.slot, factor)])
        value = names.literal(where, given, unit, "names of the model", names.known)
        return slot, scale, (names.law(CONSTANT), [(names.one, value or 0.0)])

    def unsettable(self, i: int) -> str:
        """Why a species cannot be set, or ""."""
        species = self.names.species[i]
        if species.clamped:
            return "a species that is held"
        if any(species.name in group.states for group in self.names.model.multimers.values()):
            return "a state of a multimer"
        return ""
