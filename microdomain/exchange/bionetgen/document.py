"""A .net file: its blocks, line by line, with faults that say where."""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from mechanisms.faults import Fault, nearest
from microdomain.exchange.expressions import Call, Expression, Name, Number, divided, plus
from microdomain.exchange.formula_text import COMMON, FormulaError, Function, read_formula

PARAMETERS, SPECIES, REACTIONS, GROUPS, FUNCTIONS = "parameters", "species", "reactions", "groups", "functions"
IGNORED = ("molecule types", "observables", "energy patterns", "population types", "population maps", "reaction rules")
"""Blocks that the network was made from, and needs no more."""
BLOCKS = (PARAMETERS, FUNCTIONS, SPECIES, REACTIONS, GROUPS)
_HEADERS = re.compile(r"(substanceUnits|setOption|version|setModelName)\s*\(.*\)\s*;?")
TIME = "time()"
"""What stands for the time in formulas."""


@dataclass(frozen=True)
class Line:
    """A line of a block without its comment: its number in the file, and its text."""

    number: int
    text: str


@dataclass
class Document:
    """The lines of each block, and the faults found while reading."""

    blocks: dict[str, list[Line]] = field(default_factory=lambda: {name: [] for name in BLOCKS})
    faults: list[Fault] = field(default_factory=list)

    def fault(self, line: int, found: str, allowed: str, near: str = "") -> None:
        self.faults.append(Fault(f"line {line}", found, allowed, near))

    def formula(self, line: int, text: str, called: tuple[str, ...] = ()) -> Expression:
        """The tree of a formula; 1 beside a fault. called: functions of the file, which take no arguments."""
        own: dict[str, Function] = {name: _without_arguments(name) for name in called}
        try:
            return read_formula(text, {**BNGL, **own}, CONSTANTS)
        except FormulaError as error:
            self.fault(line, error.found, error.allowed)
            return Number(1.0)


def text_of(given: str | os.PathLike[str]) -> tuple[str, str]:
    """The text of a path or of text, which has more than one line, and what its model is called."""
    if isinstance(given, str) and "\n" in given:
        return given, "network"
    path = Path(given)
    return path.read_text(encoding="utf-8", errors="replace"), path.stem


def read_document(text: str) -> Document:
    """The blocks of a .net file; what stands outside of them, but for headers, is a fault."""
    document = Document()
    block, opened = "", 0
    for number, line in _lines(text):
        words = line.split()
        if words[0] in ("begin", "end"):
            name = " ".join(words[1:])
            if name == "model":
                continue
            if words[0] == "begin" and not block:
                block, opened = name, number
                if name not in BLOCKS and name not in IGNORED:
                    allowed = ", ".join((*BLOCKS, *IGNORED))
                    document.fault(number, f"the block '{name}'", allowed, nearest(name, (*BLOCKS, *IGNORED)))
            elif words[0] == "end" and name == block:
                block = ""
            else:
                document.fault(number, f"'{line}'", f"'end {block}' first" if block else "'begin ...' before 'end ...'")
                block = name if words[0] == "begin" else ""
        elif block in document.blocks:
            document.blocks[block].append(Line(number, line))
        elif not block and not _HEADERS.fullmatch(line):
            document.fault(
                number, f"'{_short(line)}' outside of all blocks", "'begin " + "', 'begin ".join(BLOCKS) + "'"
            )
    if block:
        document.fault(opened, f"'begin {block}' without an end", f"'end {block}'")
    return document


def _lines(text: str) -> list[tuple[int, str]]:
    """Lines that are not empty, with the number of the first where several are joined by a backslash at the end."""
    found: list[tuple[int, str]] = []
    joined, start = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        start = start if joined else number
        joined += line.partition("#")[0].rstrip()
        if joined.endswith("\\"):
            joined = joined[:-1] + " "
            continue
        if joined.strip():
            found.append((start, joined.strip()))
        joined = ""
    return [*found, (start, joined.strip())] if joined.strip() else found


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


def _without_arguments(name: str) -> Function:
    return lambda: Name(name)


CONSTANTS = {"_pi": math.pi, "_e": math.e}
BNGL: dict[str, Function] = {
    **COMMON,
    "if": lambda condition, then, otherwise: Call("piecewise", (then, condition, otherwise)),
    "rint": lambda x: Call("floor", (plus(x, Number(0.5)),)),
    "sum": plus,
    "avg": lambda first, *others: divided(plus(first, *others), Number(1.0 + len(others))),
    "time": lambda: Name(TIME),
}
"""What formulas may call."""
