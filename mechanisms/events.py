"""Events: read as they are given, and as rows of a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mechanisms.faults import Fault, unknown
from mechanisms.law import RateLaw
from mechanisms.names import Scope
from mechanisms.places import EXECUTION, TRIGGER, Event
from mechanisms.symbols import CONSTANT, Call, Symbols, Terms
from mechanisms.values import read_number


def read_event(name: str, given: Mapping[str, Any], bindings: Mapping[str, Any], faults: list[Fault]) -> Event:
    """An event of what ``Model.event`` is given, by the names of its arguments."""
    where = f"event '{name}'"
    at, when, sets, values = (given[key] for key in ("at", "when", "sets", "values"))
    flags = {key: given[key] for key in ("persistent", "at_start")}
    times: tuple[float, ...] = ()
    if (at is None) == (when is None):
        faults.append(Fault(where, "neither at= nor when=" if at is None else "at= and when=", "one of them"))
    elif at is not None:
        listed = [at] if isinstance(at, str) or not np.iterable(at) else at
        times = tuple(sorted(read_number(f"{where}, at", t, "s", faults) for t in listed))
        for key, flag in flags.items():
            if flag is (key == "at_start"):
                faults.append(Fault(where, f"{key}={flag} and at=", "when=, a condition that may hold or not"))
    elif not isinstance(when, RateLaw):
        faults.append(Fault(f"{where}, when", f"{when!r}", "a function declared with @rate_law"))
    if not (sets and isinstance(sets, Mapping)):
        sets = {}
        faults.append(Fault(where, "nothing that it sets", "{'<species or variable>': value}"))
    for target in [target for target in sets if not isinstance(target, str)]:
        faults.append(Fault(where, f"{target!r} to be set", "the name of a species or variable"))
        sets = {key: value for key, value in sets.items() if isinstance(key, str)}
    for key, flag in flags.items():
        if not isinstance(flag, bool):
            faults.append(Fault(f"{where}, {key}", f"{flag!r}", "True or False"))
    if values not in (TRIGGER, EXECUTION):
        faults.append(Fault(f"{where}, values", f"{values!r}", f"'{TRIGGER}' or '{EXECUTION}'"))
    condition = when if isinstance(when, RateLaw) else None
    return Event(
        name, times, condition, dict(sets), given["delay"], given["priority"], **flags, values=values, bindings=bindings
    )


class EventRows:
    """The calls of all conditions, then of all delays, of all priorities, and of all values.

    triggers: which of the conditions each event waits for, or -1. delay_scale: s per unit of its delay. assignments:
    the slots that it sets, and the factors of the values.
    """

    def __init__(self, names: Symbols) -> None:
        self.names = names
        self.triggers: list[int] = []
        self.delay_scale: list[float] = []
        self.assignments: list[Terms] = []
        conditions: list[Call] = []
        delays: list[Call] = []
        priorities: list[Call] = []
        values: list[Call] = []
        for event in names.model.events.values():
            where = f"event '{event.name}'"
            self.triggers.append(len(conditions) if event.when else -1)
            if event.when:
                conditions.append(names.call(f"{where}, when", event.when, event.bindings, Scope()))
            scale, delay = self.delay(event)
            self.delay_scale.append(scale)
            delays.append(delay)
            priorities.append(self.number(f"{where}, priority", event, event.priority, "1")[1])
            rows = [self.assignment(event, target, given) for target, given in event.sets.items()]
            self.assignments.append([(slot, scale) for slot, scale, _ in rows])
            values += [call for _, _, call in rows]
        self.calls = conditions + delays + priorities + values

    def delay(self, event: Event) -> tuple[float, Call]:
        """s per unit of an event's delay, and the call that gives it."""
        where = f"event '{event.name}', delay"
        scale, call = self.number(where, event, event.delay, "s")
        if not isinstance(event.delay, RateLaw):
            slot, seconds = call[1][0]
            if slot == self.names.one and not seconds >= 0.0:
                self.names.faults.append(Fault(where, f"{event.delay!r}", "a time in s, 0 or more"))
        return scale, call

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
        factor, call = self.number(where, event, given, unit)
        return slot, scale * factor, call

    def number(self, where: str, event: Event, given: Any, unit: str) -> tuple[float, Call]:
        """The factor to ``unit``, and the call: of a number, text with a unit, a name, or a law."""
        names = self.names
        if isinstance(given, RateLaw):
            return names.converted(where, given.returns, unit), names.call(where, given, event.bindings, Scope())
        symbol = names.find(given, Scope())
        if symbol is not None:
            factor = symbol.factor * names.converted(where, symbol.unit, unit)
            return 1.0, (names.law(CONSTANT), [(symbol.slot, factor)])
        value = names.literal(where, given, unit, "names of the model", names.known)
        return 1.0, (names.law(CONSTANT), [(names.one, value or 0.0)])

    def unsettable(self, i: int) -> str:
        """Why a species cannot be set, or ""."""
        species = self.names.species[i]
        if species.clamped:
            return "a species that is held"
        if any(species.name in group.states for group in self.names.model.multimers.values()):
            return "a state of a multimer"
        return ""
