"""Reactions of a document as reactions of the model: mass action, one-way laws, and directions of net laws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mechanisms.faults import Fault
from mechanisms.model import Model
from mechanisms.rates import unit_of_constant
from mechanisms.rows import HIGHEST_ORDER
from mechanisms.units import MOLECULES_PER_UM_FL
from microdomain.exchange.expressions import Expression, Name, names_in, negative, times
from microdomain.exchange.formula import law_of, number
from microdomain.exchange.sbml.binding import Binding
from microdomain.exchange.sbml.contents import Participant, Reaction
from microdomain.exchange.sbml.kinetics import Product, product, split

Side = dict[str, float]
"""Species by full name, and how many of each."""


@dataclass(frozen=True)
class Constant:
    """A mass-action constant: its formula, its unit, and the catalysts that the rate is in proportion to."""

    formula: Expression
    unit: str
    catalysts: tuple[str, ...]


class Reactions:
    """Adds the reactions of a document to a model."""

    def __init__(self, binding: Binding, model: Model, faults: list[Fault]) -> None:
        self.binding, self.model, self.faults = binding, model, faults
        self.contents = binding.contents
        self.places = {
            binding.full_name(name): species.compartment
            for name, species in self.contents.species.items()
            if binding.is_counted(name)
        }
        self.held = {binding.full_name(s) for s in self.contents.species if binding.is_held(s)}
        self.behind: dict[str, set[str]] = {}

    def add(self, name: str, reaction: Reaction) -> None:
        """Add a reaction by its two sides and its rate, as one or two one-way reactions."""
        left, right = self.side(name, reaction.reactants), self.side(name, reaction.products)
        self.balance(left, right)
        if not any(left.get(s, 0.0) != right.get(s, 0.0) for s in {*left, *right} - self.held):
            return
        rate = self.binding.bound(reaction.rate)
        directions = split(rate, left, right) if reaction.reversible else None
        per_second = self.binding.per_second(name)
        if directions is None:
            self.add_one_way(name, left, right, rate, per_second)
        else:
            self.add_one_way(name, left, right, directions[0], per_second)
            self.add_one_way(f"{name} (back)", right, left, directions[1], per_second)

    def side(self, name: str, participants: tuple[Participant, ...]) -> Side:
        """The species of one side that the model counts."""
        found: Side = {}
        for participant in participants:
            species = participant.species
            if not self.binding.is_counted(species):
                continue
            by = participant.stoichiometry
            amount = float(np.ravel(self.binding.start.of(by))[0])
            if not np.isfinite(amount):
                found_there = f"{amount} of '{species}'"
                self.faults.append(Fault(f"reaction '{name}'", found_there, "a stoichiometry that is a number"))
                continue
            if not self.binding.is_held(species):
                amount *= self.binding.shares[species] / self.binding.extent(name)
            amount = round(amount) if abs(amount - round(amount)) < 1e-9 * abs(amount) else amount
            full = self.binding.full_name(species)
            found[full] = found.get(full, 0) + amount
        return {full: amount for full, amount in found.items() if amount}

    def balance(self, left: Side, right: Side) -> None:
        """What takes part but is not changed stands on both sides, unless the model holds it."""
        for name, species in self.contents.species.items():
            full = self.binding.full_name(name)
            if (species.boundary or species.constant) and full not in self.held and (full in left or full in right):
                left[full] = right[full] = max(left.get(full, 0), right.get(full, 0))
        for one, other in ((left, right), (right, left)):
            for full in [full for full, amount in one.items() if amount < 0]:
                other[full] = other.get(full, 0) - one.pop(full)

    def add_one_way(self, name: str, left: Side, right: Side, rate: Expression, per_second: float) -> None:
        """Add a reaction in one direction; one whose constant is negative happens the other way."""
        found = product(rate)
        if self.is_negative(found):
            self.add_one_way(name, right, left, negative(rate), per_second)
            return
        sides = [(amount, full) for full, amount in left.items()], [(amount, full) for full, amount in right.items()]
        place = self.place(left or right, found)
        k = self.constant(left, place, found, per_second)
        if k is None:
            law, bindings = law_of(times(rate, per_second), "1/s")
            self.model.reaction(sides, law, name=name, **bindings)
            return
        both = [(1, full) for full in k.catalysts]
        law, bindings = law_of(k.formula, k.unit)
        self.model.reaction(([*sides[0], *both], [*sides[1], *both]), k=law, at=place, name=name, **bindings)

    def is_negative(self, found: Product) -> bool:
        """Whether the constant part of a rate is below 0."""
        known: dict[str, float] = {}
        for factor in found.powers:
            if isinstance(factor, Name) and factor.name in self.places:
                continue
            for name in names_in(factor):
                if not self.is_static(name):
                    return False
                known[name.name] = self.model.parameters[name.name].value if name.unit == "1" else 1.0
        with np.errstate(all="ignore"):
            values = {name: np.array([value]) for name, value in known.items()}
            rest = {f: n for f, n in found.powers.items() if not (isinstance(f, Name) and f.name in self.places)}
            value = number(Product(found.number, rest).expression(), values)
        return bool(np.ravel(value)[0] < 0)

    def is_static(self, name: Name) -> bool:
        return name.name in self.model.parameters or name.unit in ("fL", "um^2")

    def place(self, side: Side, found: Product) -> str:
        """The place whose size scales a rate of mass action."""
        homes = list(dict.fromkeys(self.places[full] for full in side))
        written = [home for home in homes if found.powers.get(self.binding.own_size(home), 0) > 0]
        return (written or homes)[0]

    def constant(self, left: Side, place: str, found: Product, per_second: float) -> Constant | None:
        """The constant of mass action, or None where the rate is none of the reactants."""
        orders: dict[str, int] = {}
        powers: dict[Expression, int] = {}
        value = found.number * per_second
        for factor, n in found.powers.items():
            if not (isinstance(factor, Name) and factor.name in self.places):
                powers[factor] = powers.get(factor, 0) + n
                continue
            orders[factor.name] = orders.get(factor.name, 0) + n
            if factor.unit == "1":
                size = self.binding.own_size(self.places[factor.name])
                powers[size] = powers.get(size, 0) + n
                value *= self.per_size(self.places[factor.name]) ** n
        catalysts = tuple(full for full in orders if full not in left)
        if any(n < 1 for n in orders.values()) or any(orders[full] != 1 for full in catalysts):
            return None
        if any(orders.get(full, 0) != amount for full, amount in left.items()) or sum(orders.values()) > HIGHEST_ORDER:
            return None
        behind = set().union(*(self.species_behind(factor) for factor in powers))
        if behind and (max(orders.values(), default=0) < 2 or behind & orders.keys()):
            return None
        own = self.binding.own_size(place)
        if not orders and powers.get(own, 0) < 1:
            return Constant(Product(value, powers).expression(), "1/s", ())
        powers[own] = powers.get(own, 0) - 1
        value /= self.per_size(place)
        micromolar, length = (0, -2) if self.binding.measure(place) == "area" else (1, 0)
        for full, n in orders.items():
            if self.binding.measure(self.places[full]) == "area":
                length += 2 * n
            else:
                micromolar -= n
        powers = {factor: n for factor, n in powers.items() if n}
        return Constant(Product(value, powers).expression(), unit_of_constant(micromolar, length), catalysts)

    def per_size(self, place: str) -> float:
        return 1.0 if self.binding.measure(place) == "area" else MOLECULES_PER_UM_FL

    def species_behind(self, expression: Expression) -> set[str]:
        """The species that a formula of the model depends on, also through derived quantities."""
        found: set[str] = set()
        for name in names_in(expression):
            if name.name in self.places:
                found.add(name.name)
            elif name.name in self.contents.assigned:
                if name.name not in self.behind:
                    self.behind[name.name] = set()
                    self.behind[name.name] = self.species_behind(self.binding.bound(self.contents.assigned[name.name]))
                found |= self.behind[name.name]
        return found
