"""What there is to show of a model or a mechanism: tables, and reactions written out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mechanisms.equations import Entry, event_entry, quantity_entry, reaction_entry, variable_entry
from mechanisms.faults import Fault, ModelError
from mechanisms.places import Input, Membrane, Species
from mechanisms.reaction import read_equation
from mechanisms.symbols import Symbols

if TYPE_CHECKING:
    from mechanisms.mechanism import Mechanism
    from mechanisms.model import Model

MOST = 200
"""Rows of one table that are shown; a chain of 10,000 reactions is no reading matter."""


@dataclass(frozen=True)
class Table:
    """Rows of cells under a header; the last column is text that may wrap."""

    title: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Entries:
    """Things written out, one under the other."""

    title: str
    entries: Sequence[Entry]


Part = Table | Entries


def faults_of(model: Model) -> tuple[Fault, ...]:
    """Every fault of a model."""
    try:
        model.check()
    except ModelError as error:
        return error.faults
    return ()


def parts_of(model: Model) -> list[Part]:
    """Everything that a model holds."""
    names = Symbols(model, [])
    return [
        Table("Compartments and membranes", ("name", "size", "unit", ""), _places(model)),
        Table("Mechanisms", ("name", "kind", "between"), _mechanisms(model)),
        Table("Species", ("name", "initial", "unit", "molecules", "valence", ""), _species(model, names)),
        Table("Multimers", ("name", "complexes", "subunits", "conducting"), _multimers(model)),
        Table("Resistors", ("name", "Gohm", "between"), _resistors(model)),
        Table("Inputs", ("name", "unit", "value"), [(i.name, i.unit, _course(i)) for i in model.inputs.values()]),
        Table("Parameters", ("name", "value", "unit", "source"), _parameters(model)),
        *_entries(model, names),
    ]


def parts_of_mechanism(mechanism: type[Mechanism]) -> list[Part]:
    """The same of a mechanism alone, by way of a model that has nothing but the mechanism and what it connects."""
    from mechanisms.model import Model

    model = Model(mechanism.__name__)
    fields = mechanism.__dataclass_fields__  # type: ignore[attr-defined]
    ports = {name: "membrane" if "Membrane" in str(fields[name].type) else "compartment" for name in mechanism.ports()}
    for name, kind in ports.items():
        getattr(model, kind)(name, 1.0)
    model.add(mechanism(), **{name: name for name in ports})
    own = list(model.all_species.values())
    for reaction, _ in model.reactions.values():
        equation = read_equation(reaction.equation)
        for _, name in equation.reactants + equation.products:
            species, _, port = name.partition(".")
            if port in ports and name not in model.all_species:
                model.species(species, port)
    names = Symbols(model, [])
    names.constants = [constant for constant in names.constants if constant[0] in model.parameters]
    numbers = [(f.name, str(f.default), f.metadata["number"]) for f in fields.values() if "number" in f.metadata]
    parts: list[Part] = [
        Table("Ports", ("name", "kind"), list(ports.items())),
        Table("Numbers", ("name", "value", "source"), numbers),
        Table("Parameters", ("name", "value", "unit", "source"), _parameters(model)),
        Table("States", ("name", "molecules at the start"), [(s.name, f"{s.count or 0:g}") for s in own]),
        Table("Multimers", ("name", "complexes", "subunits", "conducting"), _multimers(model)),
        *_entries(model, names),
    ]
    return [_without(part, mechanism.__name__) for part in parts]


def _without(part: Part, owner: str) -> Part:
    """The same in a mechanism's own names."""

    def short(text: str) -> str:
        return text.replace(f"{owner}.", "").replace(f"{owner}: ", "")

    if isinstance(part, Table):
        return replace(part, rows=[tuple(map(short, row)) for row in part.rows])
    entries = [Entry(short(e.title), tuple((label, short(text)) for label, text in e.lines)) for e in part.entries]
    return replace(part, entries=entries)


def _places(model: Model) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for place in model.places.values():
        sides = {"inside": place.inside, "outside": place.outside} if isinstance(place, Membrane) else {}
        notes = [f"{name} {side}" for side, name in sides.items() if name]
        if isinstance(place, Membrane) and place.voltage is not None:
            start = place.voltage if isinstance(place.voltage, str) else f"{place.voltage:g} mV"
            held = "held at" if place.capacitance is None else f"{place.total_capacitance:.4g} pF from"
            notes.append(f"{'follows' if isinstance(place.voltage, str) else held} {start}")
        rows.append((place.name, f"{place.size:.6g}", place.unit, ", ".join(notes)))
    return rows


def _resistors(model: Model) -> list[tuple[str, ...]]:
    return [(r.name, f"{r.resistance:.6g}", " and ".join(r.between)) for r in model.resistors.values()]


def _mechanisms(model: Model) -> list[tuple[str, ...]]:
    return [
        (name, type(mechanism).__name__, ", ".join(getattr(mechanism, port).name for port in mechanism.ports()))
        for name, mechanism in model.mechanisms.items()
    ]


def _species(model: Model, names: Symbols) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for species, home in zip(names.species, names.homes, strict=True):
        density = species.concentration if species.count is None else species.count / home.omega
        count = (species.concentration or 0.0) * home.omega if species.count is None else species.count
        valence = f"{species.valence:+d}" if species.valence else "0"
        place = "" if species.name.endswith(f".{species.place}") else f"in {species.place}"
        note = ", ".join(part for part in (species.label, place, _held(species)) if part)
        rows.append((species.name, f"{density:.5g}", home.density_unit, f"{count:.5g}", valence, note))
    return rows


def _held(species: Species) -> str:
    if isinstance(species.clamped, str):
        return f"follows {species.clamped}"
    return "held" if species.clamped else ""


def _multimers(model: Model) -> list[tuple[str, ...]]:
    return [
        (
            group.name,
            str(group.count),
            str(group.subunits),
            f"{group.conducting} counts those with {group.needed} or more subunits in {group.watched}",
        )
        for group in model.multimers.values()
    ]


def _course(protocol: Input) -> str:
    edges, values = protocol.signal.numbers(protocol.unit)
    steps = [f"{value:g} until {edge:g} s" for value, edge in zip(values, edges, strict=False)]
    if len(steps) > 6:
        steps = [*steps[:5], f"... ({len(edges)} edges)", steps[-1]]
    return ", ".join([*steps, f"then {values[-1]:g}" if steps else f"{values[-1]:g} at all times"])


def _parameters(model: Model) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    before = ""
    for parameter in model.parameters.values():
        source = "the same" if parameter.source and parameter.source == before else parameter.source
        rows.append((parameter.name, f"{parameter.value:.6g}", parameter.unit, source))
        before = parameter.source
    return rows


def _entries(model: Model, names: Symbols) -> list[Entries]:
    """What is written out: of each kind of thing the first ones, and how many more there are."""
    written: dict[str, tuple[Sequence[Any], Callable[[Any], Entry]]] = {
        "Continuous variables": (list(model.variables.values()), lambda variable: variable_entry(names, variable)),
        "Quantities": (list(model.quantities.values()), lambda quantity: quantity_entry(names, quantity)),
        "Reactions": (list(model.reactions.items()), lambda named: reaction_entry(names, named[0], *named[1])),
        "Events": (list(model.events.values()), lambda event: event_entry(names, event)),
    }
    parts = []
    for title, (things, write) in written.items():
        left_out = len(things) - MOST
        more = [Entry(f"... and {left_out} more", ())] if left_out > 0 else []
        parts.append(Entries(title, [*map(write, things[:MOST]), *more]))
    return parts
