"""BioNetGen in: a reaction network (.net) as a model that every engine runs."""

from __future__ import annotations

import math
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property

from mechanisms.faults import ModelError, nearest
from mechanisms.model import Model
from mechanisms.network import TIME as MODEL_TIME
from mechanisms.rates import unit_of_constant
from mechanisms.units import MOLECULES_PER_UM_FL
from microdomain.exchange.bionetgen.document import (
    FUNCTIONS,
    GROUPS,
    PARAMETERS,
    REACTIONS,
    SPECIES,
    TIME,
    Document,
    Line,
    read_document,
    text_of,
)
from microdomain.exchange.bionetgen.rate_types import RATE_TYPES
from microdomain.exchange.expressions import Expression, Name, Number, names_in, plus, replaced, times
from microdomain.exchange.formula import law_of, number

CELL = "cell"
_INDEXED = re.compile(r"(?:(\d+)\s+)?(\S.*)")
_DEFINITION = re.compile(r"([A-Za-z_]\w*)\s*(\([^()]*\))?\s*=?\s*(.*)")
_MEMBER = re.compile(r"(?:(\d+\.?\d*(?:[eE][+-]?\d+)?)\*)?(\d+)")
_RATE_TYPE = re.compile(r"(?:(.+)\*\s*)?([A-Z]\w*)\s+(.+)")


def read_bionetgen(given: str | os.PathLike[str]) -> Model:
    """The model of a BioNetGen network file (.net).

    given: a path, or the text itself. Numbers are molecules: the one compartment, "cell", is of a volume in which 1 uM
    is one molecule. Species are called "S1.cell", "S2.cell", ... by their numbers in the file, and labelled by their
    patterns; groups and functions are derived quantities. Parameters keep their names; those that are formulas have the
    values of the file. Rates are k A B, and k A^2 of two alike in the mean field, which is k A (A - 1) where molecules
    are counted, as in BioNetGen's own simulators. Reactions that change nothing are left out.
    Raises OSError where there is no such file; ModelError with every fault of the text, and the line where it is.
    Blinov, Faeder, Goldstein & Hlavacek, Bioinformatics 20 (2004) 3289.
    """
    text, name = text_of(given)
    document = read_document(text)
    model = _Reader(document, name).model()
    if document.faults:
        raise ModelError(name, document.faults)
    model.check()
    return model


class _Reader:
    """Reads one document into a model; what is wrong with it are faults of the document."""

    def __init__(self, document: Document, name: str) -> None:
        self.document, self.name = document, name
        self.lines: dict[str, int] = {}
        functions = self.definitions(FUNCTIONS)
        self.parameters = {
            name: document.formula(line.number, line.text) for name, line in self.definitions(PARAMETERS).items()
        }
        self.functions = {
            name: document.formula(line.number, line.text, tuple(functions)) for name, line in functions.items()
        }
        self.groups = self.read_groups()
        self.species = self.read_species()
        self.values: dict[str, float] = {}
        self.waiting: list[str] = []

    # -- what the blocks say -------------------------------------------------------------------------------------------

    def definitions(self, block: str) -> dict[str, Line]:
        """The lines "1 name formula" or "name = formula" by name, with the formula as text."""
        found: dict[str, Line] = {}
        for line in self.document.blocks[block]:
            _, text = _indexed(line.text)
            match = _DEFINITION.fullmatch(text)
            if match is None or not match[3]:
                self.document.fault(line.number, f"'{text}'", "a number, a name and a formula")
            elif block == FUNCTIONS and (match[2] or "()").strip("() \t"):
                allowed = "functions without arguments, as generate_network writes them"
                self.document.fault(line.number, f"the local function '{match[1]}{match[2]}'", allowed)
            elif self.declared(line.number, match[1]):
                formula = match[3] if block == FUNCTIONS or not match[2] else f"{match[2]}{match[3]}"
                found[match[1]] = Line(line.number, formula)
        return found

    def declared(self, line: int, name: str) -> bool:
        """Whether a name is new; else there is a fault."""
        if name == MODEL_TIME:
            self.document.fault(line, f"the name '{name}'", "another name; time() is the time")
        elif name in self.lines:
            self.document.fault(line, f"a second '{name}'", f"one, as in line {self.lines[name]}")
        else:
            self.lines[name] = line
            return True
        return False

    def read_groups(self) -> dict[str, list[tuple[float, int, int]]]:
        """(weight, species, line) of each member of a group."""
        found: dict[str, list[tuple[float, int, int]]] = {}
        for line in self.document.blocks[GROUPS]:
            _, text = _indexed(line.text)
            name, _, listed = text.partition(" ")
            members = [_MEMBER.fullmatch(part.strip()) for part in listed.split(",") if listed.strip()]
            if not _DEFINITION.fullmatch(name) or not all(members):
                self.document.fault(line.number, f"'{_short(text)}'", "a number, a name and species such as 1,2*5")
            elif self.declared(line.number, name):
                found[name] = [(float(m[1] or 1.0), int(m[2]), line.number) for m in members if m]
        return found

    def read_species(self) -> dict[int, tuple[Line, str, Expression]]:
        """Line, pattern and initial value of each species, by number."""
        found: dict[int, tuple[Line, str, Expression]] = {}
        for line in self.document.blocks[SPECIES]:
            index, text = _indexed(line.text)
            words = text.split(None, 1)
            if index is None or len(words) != 2:
                self.document.fault(line.number, f"'{_short(line.text)}'", "a number, a species and its initial value")
            elif index in found:
                self.document.fault(line.number, f"a second species {index}", "each number once")
            else:
                found[index] = (line, words[0], self.document.formula(line.number, words[1]))
        return found

    # -- names ---------------------------------------------------------------------------------------------------------

    @cached_property
    def prefix(self) -> str:
        """What species are called before their numbers: S, or more where that is the name of something else."""
        prefix = "S"
        while any(f"{prefix}{index}" in self.lines for index in self.species):
            prefix += "_"
        return prefix

    def full_name(self, index: int) -> str:
        return f"{self.prefix}{index}.{CELL}"

    def bound(self, line: int, expression: Expression, known: Mapping[str, object]) -> Expression:
        """A formula in the names of the model, which are those of the file; a name that is not known is a fault."""

        def of(name: Name) -> Expression:
            if name.name == TIME:
                return Name(MODEL_TIME, "s")
            if name.name not in known:
                near = nearest(name.name, known)
                listed = ", ".join(list(known)[:12]) or "none is declared"
                self.document.fault(line, f"the name '{name.name}'", listed, near)
            return Name(name.name, "1")

        return replaced(expression, of)

    def value(self, name: str) -> float:
        """The value of a parameter."""
        if name in self.waiting:
            circle = " needs ".join([*self.waiting[self.waiting.index(name) :], name])
            self.document.fault(self.lines[name], circle, "formulas that do not go round in a circle")
            return 1.0
        if name not in self.values:
            self.waiting.append(name)
            self.values[name] = self.constant(self.lines[name], self.parameters[name])
            self.waiting.pop()
        return self.values[name]

    def constant(self, line: int, expression: Expression) -> float:
        """The value of a formula of parameters."""
        before = len(self.document.faults)
        names = names_in(self.bound(line, expression, self.parameters))
        if any(name.name == MODEL_TIME for name in names):
            self.document.fault(line, "a value that depends on the time", "formulas of parameters")
        if len(self.document.faults) > before:
            return 1.0
        value = float(number(expression, {name.name: self.value(name.name) for name in names}))
        if not math.isfinite(value):
            self.document.fault(line, f"{expression}, which is {value}", "a finite number")
            return 1.0
        return value

    # -- the model -----------------------------------------------------------------------------------------------------

    def model(self) -> Model:
        model = Model(self.name)
        model.compartment(CELL, 1.0 / MOLECULES_PER_UM_FL)
        for name in self.parameters:
            model.parameter(name, self.value(name), "1", source=f"line {self.lines[name]} of the network file")
        for index, (line, pattern, initial) in self.species.items():
            amount = self.constant(line.number, initial)
            if amount < 0:
                self.document.fault(line.number, f"{amount:g} molecules", "0 or more")
                continue
            label = pattern.replace("$", "")
            model.species(f"{self.prefix}{index}", CELL, amount, clamped="$" in pattern, label=label)
        for name, members in self.groups.items():
            law, bindings = law_of(plus(*(self.member(*member) for member in members)), "1")
            model.quantity(name, law, **bindings)
        self.add_functions(model)
        for line in self.document.blocks[REACTIONS]:
            self.add_reaction(model, line)
        return model

    def member(self, weight: float, index: int, line: int) -> Expression:
        if index not in self.species:
            self.document.fault(line, f"species {index}", self.numbers)
        return times(weight, Name(self.full_name(index), "1"))

    @cached_property
    def numbers(self) -> str:
        """Which numbers of species there are."""
        return f"species from {min(self.species)} to {max(self.species)}" if self.species else "species that are listed"

    @cached_property
    def known(self) -> dict[str, object]:
        """What rates may depend on."""
        return {**self.parameters, **self.groups, **self.functions}

    def add_functions(self, model: Model) -> None:
        """Add functions as derived quantities, each after those that it needs."""
        waiting = dict(self.functions)
        while waiting:
            ready = [
                name
                for name, expression in waiting.items()
                if not any(used.name in waiting for used in names_in(expression))
            ]
            if not ready:
                first = next(iter(waiting))
                self.document.fault(self.lines[first], f"'{first}', which needs itself", "functions of other functions")
                return
            for name in ready:
                law, bindings = law_of(self.bound(self.lines[name], waiting.pop(name), self.known), "1")
                model.quantity(name, law, **bindings)

    def add_reaction(self, model: Model, line: Line) -> None:
        _, text = _indexed(line.text)
        words = text.split(None, 2)
        sides = [self.side(line.number, word) for word in words[:2]]
        if len(words) < 3:
            self.document.fault(
                line.number, f"'{text}'", "a number, reactants, products and a rate, as in '1 2,3 4 2*k'"
            )
            return
        if None in sides:
            return
        left, right = (side or [] for side in sides)
        if Counter(left) == Counter(right):
            return
        equation = ([self.full_name(i) for i in left], [self.full_name(i) for i in right])
        typed = _RATE_TYPE.fullmatch(words[2])
        if typed and typed[2] in RATE_TYPES:
            rate = self.typed_rate(line.number, typed, left)
            law, bindings = law_of(rate, "1/s")
            model.reaction(equation, law, **bindings)
        else:
            rate = self.document.formula(line.number, words[2], tuple(self.functions))
            law, bindings = law_of(self.bound(line.number, rate, self.known), unit_of_constant(1 - len(left), 0))
            model.reaction(equation, k=law, **bindings)

    def side(self, line: int, text: str) -> list[int] | None:
        """The numbers of the species of one side; None beside a fault."""
        if text == "0":
            return []
        parts = text.split(",")
        if all(part.isdecimal() and int(part) in self.species for part in parts):
            return [int(part) for part in parts]
        self.document.fault(line, f"'{_short(text)}'", f"0 for none, or {self.numbers}")
        return None

    def typed_rate(self, line: int, typed: re.Match[str], left: Sequence[int]) -> Expression:
        """A rate such as "2*Sat kcat Km", in events per second."""
        factor = self.document.formula(line, typed[1]) if typed[1] else Number(1.0)
        constants = [self.bound(line, self.document.formula(line, word), self.parameters) for word in typed[3].split()]
        counts = [Name(self.full_name(index), "1") for index in left]
        rate_type = RATE_TYPES[typed[2]]
        if not rate_type.fits(len(constants), counts):
            self.document.fault(
                line, f"'{typed[2]}' with {len(constants)} constants and {len(left)} reactants", rate_type.needs
            )
            return Number(1.0)
        return times(self.bound(line, factor, self.parameters), rate_type.rate(constants, counts))


def _indexed(text: str) -> tuple[int | None, str]:
    """The number in front of a line, where there is one, and the rest."""
    match = _INDEXED.fullmatch(text)
    if match is None or not match[2]:
        return None, text
    return (int(match[1]) if match[1] else None), match[2]


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
