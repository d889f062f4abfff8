"""SBML out: a model as a document of Level 3 Version 2, in molecules, fL, um^2 and seconds."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from engines.request import network_of
from mechanisms.faults import Fault, ModelError
from mechanisms.model import Model
from mechanisms.network import TIME as MODEL_TIME
from mechanisms.network import Network
from mechanisms.places import Membrane
from mechanisms.splitting import one_way
from microdomain.exchange.expressions import Call, Expression, Name, Number, names_in, times
from microdomain.exchange.sbml.kinetics import product
from microdomain.exchange.sbml.mathml import TIME
from microdomain.exchange.sbml.mathml_text import mathml
from microdomain.exchange.tree import tree_of

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2">\n'
)
_UNITS = (
    '<unitDefinition id="fL"><listOfUnits><unit kind="litre" exponent="1" scale="-15" multiplier="1"/></listOfUnits>'
    "</unitDefinition>",
    '<unitDefinition id="um2"><listOfUnits><unit kind="metre" exponent="2" scale="-6" multiplier="1"/></listOfUnits>'
    "</unitDefinition>",
)
Terms = list[tuple[int, float]]


def write_sbml(model: Model, path: str | os.PathLike[str] | None = None) -> str:
    """The text of a model in SBML Level 3 Version 2, also written to ``path`` where that is given.

    Read back it has the same rates, species and reactions in the same order; full names become ids, "Ca.cytosol" "Ca"
    where that is unique, and net fluxes their two directions. Raises ModelError with every part that SBML has no words
    for: multimers, whose channels it cannot count, and membranes with a capacitance.
    """
    network = one_way(network_of(model, "write_sbml"))
    _refuse(model)
    text = _Document(model, network).text()
    if path is not None:
        Path(path).write_text(text, encoding="utf-8")
    return text


def _refuse(model: Model) -> None:
    allowed = "species, reactions, variables, quantities, inputs and events"
    faults = [
        Fault(f"multimer '{name}'", "complexes of subunits, whose open channels are counted", allowed)
        for name in model.multimers
    ]
    faults += [
        Fault(f"membrane '{place.name}'", "a capacitance, on which charge of either sign is counted", allowed)
        for place in model.places.values()
        if isinstance(place, Membrane) and place.capacitance is not None
    ]
    if faults:
        raise ModelError(model.name, faults)


class _Document:
    def __init__(self, model: Model, network: Network) -> None:
        self.model, self.network = model, network
        self.taken: set[str] = set()
        self.places = {name: self.new_id(name) for name in model.places}
        own = [name.removesuffix(f".{place}") for name, place in zip(network.species, network.places, strict=True)]
        counts = Counter(own)
        self.species = [
            self.new_id(short if counts[short] == 1 else name) for short, name in zip(own, network.species, strict=True)
        ]
        self.quantities = [self.new_id(name) for name in network.quantities]
        self.inputs = [self.new_id(name) for name in network.inputs]
        sizes = {f"{place.name}.{place.measure}": self.places[place.name] for place in model.places.values()}
        self.constants = [sizes[name] if name in sizes else self.new_id(name) for name in network.parameters]
        self.own = [i for i, name in enumerate(network.parameters) if name not in sizes]
        first = [Name(name) for name in (*self.species, *self.quantities, *self.inputs, *self.constants)]
        self.slots: list[Expression] = [*first, Number(1.0)]
        if MODEL_TIME in network.species[-1:]:
            self.slots[len(self.species) - 1] = TIME
        self.y = network.values(0.0)
        self.rates = dict[str, Expression]()

    def new_id(self, name: str) -> str:
        """An id for a full name, which no other has."""
        found = re.sub(r"\W", "_", name, flags=re.ASCII)
        found = f"_{found}" if not found or found[0].isdigit() else found
        while found in self.taken:
            found += "_"
        self.taken.add(found)
        return found

    def text(self) -> str:
        network = self.network
        reactions = [self.reaction(j) for j in range(len(network.reactions)) if not network.deterministic[j]]
        lists = {
            "UnitDefinitions": _UNITS,
            "Compartments": [self.compartment(name) for name in self.places],
            "Species": [self.one_species(i) for i in range(network.counted)],
            "Parameters": self.parameters(),
            "Rules": self.rules(),
            "Reactions": reactions,
            "Events": [*self.edges(), *(part for e in range(len(network.events)) for part in self.event(e))],
        }
        body = "\n".join(_listed(name, parts) for name, parts in lists.items() if parts)
        units = 'substanceUnits="item" extentUnits="item" timeUnits="second" volumeUnits="fL" areaUnits="um2"'
        name = f"id={quoteattr(self.new_id(network.name))} name={quoteattr(network.name)}"
        return f"{_HEAD}<model {name} {units}>\n{body}\n</model>\n</sbml>\n"

    def compartment(self, name: str) -> str:
        place = self.model.places[name]
        dimensions, unit = (2, "um2") if isinstance(place, Membrane) else (3, "fL")
        return (
            f'<compartment id="{self.places[name]}" spatialDimensions="{dimensions}" size="{place.size!r}"'
            f' units="{unit}" constant="true"/>'
        )

    def one_species(self, i: int) -> str:
        held = str(bool(self.network.clamped[i])).lower()
        driven = any(i == species for species, _, _ in self.network.driven)
        return (
            f'<species id="{self.species[i]}" name={quoteattr(self.network.species[i])}'
            f' compartment="{self.places[self.network.places[i]]}" initialAmount="{float(self.y[i])!r}"'
            f' substanceUnits="item" hasOnlySubstanceUnits="true" boundaryCondition="{held}"'
            f' constant="{"false" if driven else held}"/>'
        )

    def parameters(self) -> list[str]:
        network = self.network
        found = [_parameter(self.constants[i], network.parameters[i], network.constants[i], True) for i in self.own]
        for i in range(network.counted, len(network.species)):
            if self.slots[i] != TIME:
                found.append(_parameter(self.species[i], network.species[i], network.initial[i], False))
        for i, name in enumerate(network.inputs):
            found.append(_parameter(self.inputs[i], name, self.y[network.first_input + i], False))
        found += [_parameter(self.quantities[i], name, None, False) for i, name in enumerate(network.quantities)]
        return found + [_parameter(name, name, None, False) for name in self.rates]

    def rules(self) -> list[str]:
        network = self.network
        found = []
        for i, name in enumerate(self.quantities):
            found.append(_rule("assignment", name, self.law(len(network.reactions) + i)))
        for i, at, molecules in network.driven:
            found.append(_rule("assignment", self.species[i], times(molecules, Name(self.inputs[at]))))
        found += [_rule("assignment", name, rate) for name, rate in self.rates.items()]
        for j in range(len(network.reactions)):
            [(i, _), *_] = network.changes.row(j)
            if network.deterministic[j] and self.slots[i] != TIME:
                found.append(_rule("rate", self.species[i], times(float(network.rate_scale[j]), self.law(j))))
        return found

    def law(self, row: int) -> Expression:
        """The law in a row of the network, in the ids of the document."""
        law = self.network.laws[self.network.law[row]]
        arguments = (
            times(self.slots[slot], scale) if self.slots[slot] != Number(1.0) else Number(scale)
            for slot, scale in self.network.arguments.row(row)
        )
        return tree_of(law, dict(zip(law.names, arguments, strict=True)))

    def reaction(self, j: int) -> str:
        network = self.network
        left = dict(network.reactants.row(j))
        right = dict(left)
        for i, change in network.changes.row(j):
            right[i] = right.get(i, 0.0) + change
        for i in [i for i, n in right.items() if n < 0]:
            left[i] = left.get(i, 0.0) - right.pop(i)
        rate = times(float(network.rate_scale[j]), self.law(j))
        if network.mass_action[j]:
            rate = times(rate, *(_power(self.slots[i], n) for i, n in network.reactants.row(j)))
        elif any(n > 1 and product(rate).powers.get(self.slots[i]) == n for i, n in left.items()):
            rate = self.apart(network.reactions[j], rate)
        used = [f'<modifierSpeciesReference species="{name}"/>' for name in self.modifiers(rate, {*left, *right})]
        name = f'id="{self.new_id(network.reactions[j])}" name={quoteattr(network.reactions[j])}'
        return (
            f'<reaction {name} reversible="false">{self.side("Reactants", left)}{self.side("Products", right)}'
            f"{_listed('Modifiers', used) if used else ''}<kineticLaw>{mathml(rate)}</kineticLaw></reaction>"
        )

    def apart(self, reaction: str, rate: Expression) -> Expression:
        """The rate as a parameter of its own: in its place it would be mass action, which counts otherwise."""
        name = self.new_id(f"rate of {reaction}")
        self.rates[name] = rate
        return Name(name)

    def modifiers(self, rate: Expression, others: set[int]) -> list[str]:
        present = {name.name for name in names_in(rate)}
        return [
            name for i, name in enumerate(self.species[: self.network.counted]) if name in present and i not in others
        ]

    def side(self, what: str, terms: dict[int, float]) -> str:
        listed = [
            f'<speciesReference species="{self.species[i]}" stoichiometry="{n:g}" constant="true"/>'
            for i, n in terms.items()
            if n
        ]
        return _listed(what, listed) if listed else ""

    def edges(self) -> list[str]:
        """An event for each edge of an input that is still to come."""
        found = []
        for name, signal in zip(self.inputs, self.network.signals, strict=True):
            for edge, value in zip(signal.edges.tolist(), signal.values[1:].tolist(), strict=True):
                if edge > 0:
                    sets: list[tuple[str, Expression]] = [(name, Number(value))]
                    found.append(_event(self.new_id(f"{name}_{edge:g}_s"), _from(edge), sets, at_start=False))
        return found

    def event(self, e: int) -> list[str]:
        """An event for a condition, or one for each time at which it is scheduled."""
        network = self.network
        start, end = network.assignments.start[e : e + 2].tolist()
        sets = []
        for q in range(start, end):
            value = times(self.law(network.first_assignment + q), float(network.assignments.value[q]))
            sets.append((self.species[int(network.assignments.index[q])], value))
        options: dict[str, Any] = {
            "delay": times(self.law(network.first_delay + e), float(network.delay_scale[e])),
            "priority": self.law(network.first_priority + e),
            "persistent": bool(network.persistent[e]),
            "at_trigger": bool(network.at_trigger[e]),
        }
        name = network.events[e]
        if network.triggers[e] >= 0:
            condition = Call("gt", (self.law(network.first_condition + int(network.triggers[e])), Number(0.0)))
            return [_event(self.new_id(name), condition, sets, at_start=bool(network.at_start[e]), **options)]
        return [
            _event(self.new_id(f"{name}_{t:g}_s"), _from(t), sets, at_start=True, **options)
            for t in network.schedule[e]
        ]


def _listed(name: str, parts: Iterable[str]) -> str:
    inside = "\n".join(parts)
    return f"<listOf{name}>\n{inside}\n</listOf{name}>"


def _parameter(identifier: str, name: str, value: float | None, constant: bool) -> str:
    given = "" if value is None else f' value="{float(value)!r}"'
    return f'<parameter id="{identifier}" name={quoteattr(name)}{given} constant="{str(constant).lower()}"/>'


def _rule(kind: str, variable: str, expression: Expression) -> str:
    return f'<{kind}Rule variable="{variable}">{mathml(expression)}</{kind}Rule>'


def _event(
    identifier: str,
    condition: Expression,
    sets: list[tuple[str, Expression]],
    *,
    at_start: bool,
    delay: Expression | None = None,
    priority: Expression | None = None,
    persistent: bool = True,
    at_trigger: bool = True,
) -> str:
    listed = [f'<eventAssignment variable="{name}">{mathml(value)}</eventAssignment>' for name, value in sets]
    trigger = f'<trigger initialValue="{str(not at_start).lower()}" persistent="{str(persistent).lower()}">'
    parts = [f"{trigger}{mathml(condition)}</trigger>"]
    if priority is not None:
        parts.append(f"<priority>{mathml(priority)}</priority>")
    if delay is not None and delay != times(0.0):
        parts.append(f"<delay>{mathml(delay)}</delay>")
    parts.append(_listed("EventAssignments", listed))
    values = str(at_trigger).lower()
    return f'<event id="{identifier}" useValuesFromTriggerTime="{values}">{"".join(parts)}</event>'


def _from(t: float) -> Expression:
    return Call("geq", (TIME, Number(t)))


def _power(base: Expression, n: float) -> Expression:
    return base if n == 1 else Call("power", (base, Number(n)))
