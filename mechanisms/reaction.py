"""Reactions: what is consumed, what is produced, and the law of how often."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from numbers import Real
from typing import Any

from mechanisms.law import RateLaw
from mechanisms.places import Species

_TERM = re.compile(r"(?:(\d+)\s*\*?\s*)?([A-Za-z_]\w*(?:\.\w+)?)")
MOST = 10**9
"""Molecules of one species in one reaction: more would be lost among the whole numbers that are exact."""
NO_SPECIES = ("", "0", "∅")

Side = Sequence["Species | str | tuple[float, Species | str]"]
"""One side of a reaction written with objects: species, names, or (stoichiometry, species)."""


class EquationError(ValueError):
    """An equation that cannot be read."""


@dataclass(frozen=True)
class Reaction:
    """One way in which the state changes.

    equation: "2 A + B -> C", "0 -> A", "A <-> B", or a pair (reactants, products) of sequences of species, names or
        (stoichiometry, species). A species on both sides is a catalyst. In a pair a stoichiometry may be any number
        above 0; a reaction that changes a count by no whole number is read as a flow or a diffusion only.
    law: None for mass action; a one-way law (RateLaw) gives the rate itself, and never fires below the reactants'
        counts; with an ``affinity`` (a RateLaw of dimension 1) it is a net flux, positive from left to right, whose
        two directions are split by local detailed balance: forward/backward = exp(affinity).
    split: how a net flux is read where it has noise: "ussing", as said, or "sign", the least noise, |J| in the
        direction of J, which is wrong near equilibrium (see ``mechanisms.splitting``).
    k, k_back: mass-action constants in uM^(1-order)/s (on a membrane 1/um^2/s over the product of the reactants'
        densities): a number, text with a unit, the name of a parameter, or a RateLaw of parameters, species or
        quantities that returns such a constant. ``k_back`` belongs to "<->".
    at: the place whose size scales the rate; needed only where the reactants are in more than one place.
    name: what the reaction is called; by default its equation.
    bindings: what the arguments of laws are bound to: names of species, parameters, inputs, quantities, places
        ("cytosol.volume"), numbers, or text with a unit. Arguments that are not named here are looked up by name.
    """

    equation: str | tuple[Side, Side] | Equation
    law: RateLaw | None = None
    k: Any = None
    k_back: Any = None
    at: Any = None
    name: str = ""
    affinity: RateLaw | None = None
    bindings: Mapping[str, Any] = field(default_factory=dict)
    split: str = "ussing"


@dataclass(frozen=True)
class Equation:
    """An equation that was read: (stoichiometry, name) of each reactant and product."""

    reactants: tuple[tuple[float, str], ...]
    products: tuple[tuple[float, str], ...]
    reversible: bool

    def __str__(self) -> str:
        arrow = "<->" if self.reversible else "->"
        return f"{_side_text(self.reactants)} {arrow} {_side_text(self.products)}"


def read_equation(equation: str | tuple[Side, Side] | Equation, reversible: bool = False) -> Equation:
    """Read an equation from text, or from a pair of sides, which may be ``reversible``; what was read is given back.

    Raises EquationError where there is no arrow, or a term is not a species with an optional whole number.
    """
    if isinstance(equation, Equation):
        return equation
    if isinstance(equation, str):
        return _read_text(equation)
    try:
        left, right = (_terms(side) for side in equation)
    except EquationError:
        raise
    except (TypeError, ValueError):
        raise EquationError(f"{equation!r} is neither text nor a pair (reactants, products)") from None
    return Equation(left, right, reversible)


def _read_text(text: str) -> Equation:
    reversible = "<->" in text
    sides = text.split("<->" if reversible else "->")
    if len(sides) != 2:
        raise EquationError(f"'{text}' needs one arrow, '->' or '<->', as in '2 A -> B'")
    left, right = (_read_side(side, text) for side in sides)
    return Equation(left, right, reversible)


def _read_side(side: str, text: str) -> tuple[tuple[float, str], ...]:
    if side.strip() in NO_SPECIES:
        return ()
    terms = []
    for term in side.split("+"):
        match = _TERM.fullmatch(term.strip())
        if not match or float(match[1] or 1) == 0:
            raise EquationError(f"'{term.strip()}' in '{text}' is not a species, as in 'A', '2 A' or 'Ca.cytosol'")
        terms.append((float(match[1] or 1), match[2]))
    return _merged(terms)


def _terms(side: Any) -> tuple[tuple[float, str], ...]:
    terms = [side] if isinstance(side, (str, Species)) else side
    return _merged([_term(term) for term in terms if term not in NO_SPECIES])


def _term(term: Any) -> tuple[float, str]:
    number, species = term if isinstance(term, tuple) else (1, term)
    name = species.name if isinstance(species, Species) else species
    real = isinstance(number, Real) and not isinstance(number, bool)
    if not isinstance(name, str) or not real or not 0 < number < inf:
        raise EquationError(f"{term!r} is not a species, a name, or (number above 0, species)")
    return number, name


def _merged(terms: Sequence[tuple[float, str]]) -> tuple[tuple[float, str], ...]:
    counts: dict[str, float] = {}
    for number, name in terms:
        counts[name] = counts.get(name, 0) + number
        if counts[name] > MOST:
            raise EquationError(f"more than {MOST} of '{name}' in one reaction")
    return tuple((int(n) if n == int(n) else float(n), name) for name, n in counts.items())


def _side_text(side: tuple[tuple[float, str], ...]) -> str:
    return " + ".join(name if number == 1 else f"{number} {name}" for number, name in side) or "0"
