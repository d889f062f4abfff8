"""A model to look at: aligned text within 80 columns, and HTML for notebooks."""

from __future__ import annotations

import html
import inspect
import re
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mechanisms.contents import MOST, Entries, Part, Table, faults_of, parts_of, parts_of_mechanism
from mechanisms.equations import NO_BREAK, Entry
from mechanisms.faults import Fault

if TYPE_CHECKING:
    from mechanisms.mechanism import Mechanism
    from mechanisms.model import Model

WIDTH = 80
_NUMBER = re.compile(r"[+-]?[\d.]+(e[+-]?\d+)?")


def text_of_model(model: Model) -> str:
    """Everything that a model holds, as plain text within 80 columns; its faults, if any, come first."""
    faults = faults_of(model)
    lines = [f"Model {model.name}", ""]
    if faults:
        lines += [f"{_counted(faults)}: it cannot be simulated until this is mended"]
        lines += [_filled(f"- {fault}", "  ", 4) for fault in faults] + [""]
    return "\n".join(lines + [_text(part) for part in parts_of(model) if _rows(part)]).rstrip()


def text_of_mechanism(mechanism: type[Mechanism]) -> str:
    """A mechanism of the library: what it is, its ports, numbers, parameters with sources, and its reactions."""
    described = [inspect.getdoc(mechanism) or "", inspect.getdoc(sys.modules[mechanism.__module__]) or ""]
    lines = [f"Mechanism {mechanism.__name__}", ""]
    for paragraph in "\n\n".join(described).split("\n\n"):
        lines += [_filled(paragraph, "", 0), ""]
    return "\n".join(lines + [_text(part) for part in parts_of_mechanism(mechanism) if _rows(part)]).rstrip()


def html_of_model(model: Model) -> str:
    """Everything that a model holds, as self-contained HTML: one table that folds away for each kind of thing."""
    faults = faults_of(model)
    found = "".join(f"<li>{html.escape(str(fault))}</li>" for fault in faults)
    warning = f'<div class="faults"><b>{_counted(faults)}</b><ul>{found}</ul></div>' if faults else ""
    body = "".join(_html(part) for part in parts_of(model) if _rows(part))
    return f'<div class="microdomain-model">{STYLE}<h4>{html.escape(model.name)}</h4>{warning}{body}</div>'


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
