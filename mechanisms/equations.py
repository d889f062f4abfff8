"""Reactions and quantities written out: the equation, the rate as a formula, and what its names stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mechanisms.law import RateLaw
from mechanisms.names import Scope
from mechanisms.places import EXECUTION, Event, Membrane, Place, Quantity, Variable
from mechanisms.rates import constant_unit
from mechanisms.reaction import Reaction, read_equation
from mechanisms.symbols import Symbols
from mechanisms.units import UnitError, magnitude

Sides = tuple[tuple[float, str], ...]
NO_BREAK = "\N{NO-BREAK SPACE}"
LINE = 60
"""Characters that fit in a line together; what is longer may be broken."""


@dataclass(frozen=True)
class Entry:
    """Something written out: its title, and (label, text) of each line below it."""

    title: str
    lines: tuple[tuple[str, str], ...]


def reaction_entry(names: Symbols, name: str, reaction: Reaction, scope: Scope) -> Entry:
    """A reaction: equation, rates (mass action as k [A]^a [B]^b), and the values or names behind their symbols."""
    equation = read_equation(reaction.equation)
    left, right = (_called_in_full(names, side, scope) for side in (equation.reactants, equation.products))
    arrow = "<->" if equation.reversible else "->"
    title = f"{_sum(left)} {arrow} {_sum(right)}"
    label = name.removeprefix(f"{scope.owner}: ")
    if label != str(equation):
        title = f"{name}: {title}"
    if reaction.at is not None:
        title = f"{title} (at {scope.place(_text_of(reaction.at).partition('.')[0])})"
    lines: list[tuple[str, str]] = []
    where: list[str] = []
    if isinstance(reaction.law, RateLaw):
        lines.append(("rate", f"{formula(reaction.law)}  in {reaction.law.returns}"))
        where += arguments(names, reaction.law, reaction.bindings, scope)
        if reaction.affinity is not None:
            lines += [("affinity", formula(reaction.affinity)), ("split", reaction.split)]
            where += arguments(names, reaction.affinity, reaction.bindings, scope)
    else:
        directions = [("rate", "k", reaction.k, left, right)]
        if equation.reversible:
            directions.append(("back", "k_back", reaction.k_back, right, left))
        for direction, letter, k, used, made in directions:
            unit = constant_unit(names, names.terms("", used, scope), _home(names, reaction, used or made, scope))
            symbol, meaning = _constant(names, letter, k, unit, reaction, scope)
            lines.append((direction, " ".join([symbol, *(_density(n, species) for n, species in used)])))
            where += meaning
    return Entry(title, (*lines, *_where(where)))


def quantity_entry(names: Symbols, quantity: Quantity) -> Entry:
    """A derived quantity: its formula, and what its arguments are bound to."""
    value = ("value", f"{formula(quantity.law)}  in {quantity.law.returns}")
    where = arguments(names, quantity.law, quantity.bindings, names.model.scope(quantity.owner))
    return Entry(quantity.name, (value, *_where(where)))


def variable_entry(names: Symbols, variable: Variable) -> Entry:
    """A continuous variable: where it starts, and its rate of change."""
    start = f"{variable.initial:g} {variable.unit}".removesuffix(" 1")
    if variable.law is None:
        return Entry(f"{variable.name} = {start} until an event sets it", ())
    rate = ("change", f"{formula(variable.law)}  in {variable.law.returns}")
    where = arguments(names, variable.law, variable.bindings, Scope(variable.owner))
    return Entry(f"{variable.name}, from {start}", (rate, *_where(where)))


def event_entry(names: Symbols, event: Event) -> Entry:
    """An event: when it happens, and what it sets."""
    times = ", ".join(f"{t:g}" for t in event.times[:6]) + (" ..." if len(event.times) > 6 else "")
    lines = [("at", f"{times} s")]
    if event.when is not None:
        start = ", or is above it at the start" if event.at_start else ""
        lines = [("when", f"{formula(event.when)} rises above 0{start}")]
    delay, priority = (_written(names, given, unit) for given, unit in ((event.delay, "s"), (event.priority, "1")))
    lines += [("after", delay)] if delay != "0 s" else []
    lines += [] if event.persistent else [("if", "the condition holds until then")]
    lines += [("priority", priority)] if priority != "0" else []
    for target, given in event.sets.items():
        value = formula(given) if isinstance(given, RateLaw) else _text_of(given)
        lines.append(("sets", f"{target} = {value}" + (", as it happens" if event.values == EXECUTION else "")))
    laws = [law for law in (event.when, event.delay, event.priority, *event.sets.values()) if isinstance(law, RateLaw)]
    where = [meaning for law in laws for meaning in arguments(names, law, event.bindings, Scope())]
    return Entry(event.name, (*lines, *_where(where)))


def _written(names: Symbols, given: Any, unit: str) -> str:
    """A law with its unit, a name, or a number in ``unit``."""
    if isinstance(given, RateLaw):
        return f"{formula(given)}  in {given.returns}".removesuffix("  in 1")
    return _literal(given, unit) if names.find(given, Scope()) is None else _text_of(given)


def formula(law: RateLaw) -> str:
    """A law as an equation in the names of its arguments; its name and arguments where SymPy cannot read it."""
    try:
        return str(law.expression()).replace("**", "^")
    except Exception:  # a law that SymPy cannot read is shown all the same; its faults are reported when it is compiled
        return f"{law.name}({', '.join(law.names)})"


def arguments(names: Symbols, law: RateLaw, bindings: Any, scope: Scope) -> list[str]:
    """What each argument of a law is bound to: "ca = [Ca.cytosol]", "v_max = SERCA.v_max = 0.9 uM/s"."""
    found = (_argument(names, name, unit, bindings.get(name, name), scope) for name, unit in law.arguments)
    return [text for text in found if text]


def _argument(names: Symbols, name: str, unit: str, given: Any, scope: Scope) -> str:
    known = scope.find(_text_of(given), names.known)
    if known is None:
        return f"{name} = {_literal(given, unit)}"
    if known in names.called:
        species = names.called[known]
        return f"{name} = {species} in molecules" if unit == "1" else f"{name} = [{species}]"
    own = known == f"{scope.owner}.{name}"
    chain = [*([] if own or known == name else [name]), known, *_value(names, known)]
    return " = ".join(chain) if len(chain) > 1 else ""


def _constant(
    names: Symbols, letter: str, k: Any, unit: str, reaction: Reaction, scope: Scope
) -> tuple[str, list[str]]:
    """The symbol of a mass-action constant, and what it stands for."""
    if isinstance(k, RateLaw):
        return letter, [f"{letter} = {formula(k)} in {k.returns}", *arguments(names, k, reaction.bindings, scope)]
    known = scope.find(_text_of(k), names.known)
    if known is None:
        return letter, [f"{letter} = {_literal(k, unit)}"]
    return known, [f"{known} = {value}" for value in _value(names, known)]


def _value(names: Symbols, known: str) -> list[str]:
    return [f"{value:.6g} {unit}" for name, value, unit in names.constants if name == known]


def _literal(given: Any, unit: str) -> str:
    try:
        return f"{magnitude(given, unit):.6g} {unit}".removesuffix(" 1")
    except UnitError:
        return str(given)


def _home(names: Symbols, reaction: Reaction, side: Sides, scope: Scope) -> Place | None:
    """The place of a mass-action rate: as given, the membrane of the reactants, or any of their compartments."""
    if reaction.at is not None:
        return names.place("", reaction.at, scope)
    homes = [names.homes[i] for i, _ in names.terms("", side, scope)]
    return next((home for home in homes if isinstance(home, Membrane)), homes[0] if homes else None)


def _called_in_full(names: Symbols, side: Sides, scope: Scope) -> Sides:
    return tuple((n, names.called.get(scope.find(name, names.called) or "", name)) for n, name in side)


def _text_of(given: Any) -> str:
    if isinstance(given, Place):
        return f"{given.name}.{given.measure}"
    return str(getattr(given, "name", given))


def _sum(side: Sides) -> str:
    return " + ".join(name if n == 1 else f"{n} {name}" for n, name in side) or "0"


def _density(order: float, species: str) -> str:
    return f"[{species}]" if order == 1 else f"[{species}]^{order}"


def _where(meanings: list[str]) -> list[tuple[str, str]]:
    """One line of meanings; no-break spaces keep each of them together."""
    together = (m.replace(" ", NO_BREAK) if len(m) < LINE else m for m in dict.fromkeys(meanings))
    return [("where", ", ".join(together))] if meanings else []
