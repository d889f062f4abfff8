"""A model to look at: aligned text within 80 columns, and HTML for notebooks."""

from __future__ import annotations

import html
import inspect
import re
import sys
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mechanisms.equations import NO_BREAK, Entry, quantity_entry, reaction_entry
from mechanisms.faults import Fault, ModelError
from mechanisms.places import Input, Membrane, Species
from mechanisms.reaction import read_equation
from mechanisms.symbols import Symbols

if TYPE_CHECKING:
    from mechanisms.mechanism import Mechanism
    from mechanisms.model import Model

WIDTH = 80
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
_NUMBER = re.compile(r"[+-]?[\d.]+(e[+-]?\d+)?")


def text_of_model(model: Model) -> str:
    """Everything that a model holds, as plain text within 80 columns; its faults, if any, come first."""
    faults = _faults(model)
    lines = [f"Model {model.name}", ""]
    if faults:
        lines += [f"{_counted(faults)}: it cannot be simulated until this is mended"]
        lines += [_filled(f"- {fault}", "  ", 4) for fault in faults] + [""]
    return "\n".join(lines + [_text(part) for part in _parts(model) if _rows(part)]).rstrip()


def text_of_mechanism(mechanism: type[Mechanism]) -> str:
    """A mechanism of the library: what it is, its ports, numbers, parameters with sources, and its reactions."""
    described = [inspect.getdoc(mechanism) or "", inspect.getdoc(sys.modules[mechanism.__module__]) or ""]
    lines = [f"Mechanism {mechanism.__name__}", ""]
    for paragraph in "\n\n".join(described).split("\n\n"):
        lines += [_filled(paragraph, "", 0), ""]
    return "\n".join(lines + [_text(part) for part in _parts_of_mechanism(mechanism) if _rows(part)]).rstrip()


def html_of_model(model: Model) -> str:
    """Everything that a model holds, as self-contained HTML: one table that folds away for each kind of thing."""
    faults = _faults(model)
    found = "".join(f"<li>{html.escape(str(fault))}</li>" for fault in faults)
    warning = f'<div class="faults"><b>{_counted(faults)}</b><ul>{found}</ul></div>' if faults else ""
    body = "".join(_html(part) for part in _parts(model) if _rows(part))
    return f'<div class="microdomain-model">{STYLE}<h4>{html.escape(model.name)}</h4>{warning}{body}</div>'


# -- what there is to show ---------------------------------------------------------------------------------------------


def _faults(model: Model) -> tuple[Fault, ...]:
    try:
        model.check()
    except ModelError as error:
        return error.faults
    return ()


def _parts(model: Model) -> list[Part]:
    names = Symbols(model, [])
    return [
        Table("Compartments and membranes", ("name", "size", "unit", ""), _places(model)),
        Table("Mechanisms", ("name", "kind", "between"), _mechanisms(model)),
        Table("Species", ("name", "initial", "unit", "molecules", "valence", ""), _species(model, names)),
        Table("Multimers", ("name", "complexes", "subunits", "conducting"), _multimers(model)),
        Table("Inputs", ("name", "unit", "value"), [(i.name, i.unit, _course(i)) for i in model.inputs.values()]),
        Table("Parameters", ("name", "value", "unit", "source"), _parameters(model)),
        _quantities(model, names),
        _reactions(model, names),
    ]


def _parts_of_mechanism(mechanism: type[Mechanism]) -> list[Part]:
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
        _quantities(model, names),
        _reactions(model, names),
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
        note = ", ".join(f"{name} {side}" for side, name in sides.items() if name)
        rows.append((place.name, f"{place.size:.6g}", place.unit, note))
    return rows


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
        note = ", ".join(part for part in (place, _held(species)) if part)
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


def _quantities(model: Model, names: Symbols) -> Entries:
    return Entries("Quantities", [quantity_entry(names, quantity) for quantity in model.quantities.values()])


def _reactions(model: Model, names: Symbols) -> Entries:
    shown = list(model.reactions.items())[:MOST]
    entries = [reaction_entry(names, name, reaction, scope) for name, (reaction, scope) in shown]
    if len(model.reactions) > MOST:
        entries.append(Entry(f"... and {len(model.reactions) - MOST} more", ()))
    return Entries("Reactions", entries)


# -- as text -----------------------------------------------------------------------------------------------------------


def _text(part: Part) -> str:
    lines = _table_lines(part) if isinstance(part, Table) else _entry_lines(part)
    return "\n".join([part.title, *(line.rstrip() for line in lines), ""])


def _table_lines(table: Table) -> Iterable[str]:
    rows = [table.header, *table.rows[:MOST]]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.header) - 1)]
    right = _numeric(table)
    for row in rows:
        cells = zip(row[:-1], widths, right, strict=False)
        start = "  " + "".join(f"{cell:>{w}}  " if number else f"{cell:<{w}}  " for cell, w, number in cells)
        if len(start) <= WIDTH - 20:
            yield _filled(row[-1], start, len(start))
        else:
            yield start
            yield _filled(row[-1], " " * 8, 8)
    if len(table.rows) > MOST:
        yield f"  ... and {len(table.rows) - MOST} more"


def _entry_lines(part: Entries) -> Iterable[str]:
    for entry in part.entries:
        yield _filled(entry.title, "  ", 6)
        for label, text in entry.lines:
            yield _filled(text, f"      {label:<9}", 15)


def _filled(text: str, first: str, following: int) -> str:
    lines = textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * following,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return lines.replace(NO_BREAK, " ") or first


def _rows(part: Part) -> int:
    return len(part.rows if isinstance(part, Table) else part.entries)


def _numeric(table: Table) -> list[bool]:
    return [all(_NUMBER.fullmatch(row[i]) for row in table.rows) for i in range(len(table.header))]


def _counted(faults: Sequence[Fault]) -> str:
    return "1 fault" if len(faults) == 1 else f"{len(faults)} faults"


# -- as HTML -----------------------------------------------------------------------------------------------------------

STYLE = """<style>
.microdomain-model { font-size: 0.9em; line-height: 1.4; }
.microdomain-model h4 { margin: 0 0 0.4em; }
.microdomain-model summary { cursor: pointer; font-weight: 600; padding: 0.2em 0; }
.microdomain-model table { border-collapse: collapse; margin: 0.2em 0 0.8em 1.2em; }
.microdomain-model th, .microdomain-model td { text-align: left; vertical-align: top; padding: 0.15em 0.8em 0.15em 0; }
.microdomain-model th { font-weight: 400; opacity: 0.6; border-bottom: 1px solid rgba(128, 128, 128, 0.4); }
.microdomain-model .number { text-align: right; font-variant-numeric: tabular-nums; }
.microdomain-model .meaning { opacity: 0.7; }
.microdomain-model .faults { border-left: 4px solid #d55e00; padding-left: 0.8em; margin-bottom: 0.8em; }
</style>"""


def _html(part: Part) -> str:
    rows = _table_html(part) if isinstance(part, Table) else "".join(map(_entry_html, part.entries))
    opened = " open" if _rows(part) <= 12 else ""
    title = f"{html.escape(part.title)} ({_rows(part)})"
    return f"<details{opened}><summary>{title}</summary><table>{rows}</table></details>"


def _table_html(table: Table) -> str:
    kinds = [' class="number"' if number else "" for number in _numeric(table)]
    head = "".join(f"<th{kind}>{html.escape(cell)}</th>" for cell, kind in zip(table.header, kinds, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{_cell(cell)}</td>" for cell, kind in zip(row, kinds, strict=True)) + "</tr>"
        for row in table.rows[:MOST]
    )
    return f"<tr>{head}</tr>{body}"


def _entry_html(entry: Entry) -> str:
    lines = "".join(
        f'<div class="meaning">{_cell(text)}</div>' if label == "where" else f"<div>{label}: <i>{_cell(text)}</i></div>"
        for label, text in entry.lines
    )
    return f"<tr><td>{_cell(entry.title)}</td><td>{lines}</td></tr>"


def _cell(text: str) -> str:
    """Escaped text with powers raised."""
    return re.sub(r"\^(\d+(?:\.\d+)?|\(.*?\))", r"<sup>\1</sup>", html.escape(text, quote=False))
