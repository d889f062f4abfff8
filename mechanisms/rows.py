"""What happens in a model as one-way rows: of reactions, resistors and continuous variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mechanisms.charge import crossed, inward_charge
from mechanisms.faults import Fault, unknown
from mechanisms.law import RateLaw
from mechanisms.names import Scope
from mechanisms.places import Membrane, Place, Resistor
from mechanisms.rates import SIZED, events_per_second, mass_action
from mechanisms.reaction import Equation, Reaction, read_equation
from mechanisms.splitting import SPLITS
from mechanisms.symbols import CHARGE, Call, Symbols, Terms
from mechanisms.thermodynamics import resistor_affinity, resistor_flux
from mechanisms.units import kind

HIGHEST_ORDER = 4
"""The most reactants that mass action may have."""


@dataclass(frozen=True)
class Row:
    """One direction of a reaction."""

    name: str
    call: Call
    changes: Terms
    reactants: Terms
    scale: float
    mass_action: bool
    affinity: Call | None = None
    by_sign: bool = False
    deterministic: bool = False


def rows_of(names: Symbols) -> list[Row]:
    """Every row of a model, in the order of the reactions of its network; faults are added to those of ``names``."""
    return _Rows(names).found()


class _Rows:
    def __init__(self, names: Symbols) -> None:
        self.names, self.model, self.faults = names, names.model, names.faults
        self.species = names.species
        self.group_of = {state: name for name, group in self.model.multimers.items() for state in group.states}

    def found(self) -> list[Row]:
        rows = [
            row for name, (reaction, scope) in self.model.reactions.items() for row in self.rows(name, reaction, scope)
        ]
        rows += [row for resistor in self.model.resistors.values() for row in self.resistor_rows(resistor)]
        rows += [self.variable_row(i) for i, variable in enumerate(self.names.variables) if variable.law is not None]
        return rows

    def rows(self, name: str, reaction: Reaction, scope: Scope) -> list[Row]:
        """The one-way rows of a reaction: one, or two for reversible mass action."""
        where, before = f"reaction '{name}'", len(self.faults)
        reversible = reaction.k_back is not None or reaction.affinity is not None
        equation = read_equation(reaction.equation, reversible)
        left = self.names.terms(where, equation.reactants, scope)
        right = self.names.terms(where, equation.products, scope)
        fault = _fault_of_form(reaction, equation)
        if fault:
            self.faults.append(Fault(where, *fault))
        laws = [
            law for law in (reaction.law, reaction.affinity, reaction.k, reaction.k_back) if isinstance(law, RateLaw)
        ]
        arguments = [argument for law in laws for argument in law.names]
        for bound in reaction.bindings:
            if bound not in arguments:
                what = f"arguments of {' and '.join(repr(law.name) for law in laws) or 'mass action'}"
                self.faults.append(unknown(where, bound, what, arguments))
        if len(self.faults) == before and not _net(left, right):
            self.faults.append(Fault(where, f"'{equation}', which changes nothing", "a reaction that changes a count"))
        if len(self.faults) > before:
            return []
        if reaction.law is not None:
            rows = [self.law_row(where, name, reaction, reaction.law, left, right, scope)]
        else:
            rows = [self.mass_action_row(where, name, reaction.k, reaction, left, right, scope)]
            if equation.reversible:
                back = f"{name} (back)"
                rows.append(self.mass_action_row(where, back, reaction.k_back, reaction, right, left, scope))
        for row in rows:
            self.check_multimer(where, row)
        return [row for row in rows if row.changes]

    def law_row(
        self, where: str, name: str, reaction: Reaction, law: RateLaw, left: Terms, right: Terms, scope: Scope
    ) -> Row:
        at = self.at(where, reaction, left, right, scope, needed=kind(law.returns) in SIZED)
        scale = events_per_second(self.names, where, law, at, _net(left, right))
        call = self.names.call(where, law, reaction.bindings, scope)
        changes = self.changes(where, left, right, at)
        if reaction.affinity is None:
            return Row(name, call, changes, self.counted(left), scale, mass_action=False)
        if kind(reaction.affinity.returns) != "number":
            found = f"an affinity in '{reaction.affinity.returns}'"
            self.faults.append(Fault(where, found, "a pure number: -dG/RT"))
        affinity = self.names.call(f"{where}, affinity", reaction.affinity, reaction.bindings, scope)
        by_sign = reaction.split == "sign"
        return Row(name, call, changes, self.counted(left), scale, False, affinity, by_sign)

    def mass_action_row(
        self, where: str, name: str, k: Any, reaction: Reaction, left: Terms, right: Terms, scope: Scope
    ) -> Row:
        at = self.at(where, reaction, left, right, scope, needed=True)
        call, scale = mass_action(self.names, where, k, reaction.bindings, left, at, scope)
        return Row(name, call, self.changes(where, left, right, at), left, scale, mass_action=True)

    def resistor_rows(self, resistor: Resistor) -> list[Row]:
        """The charge that flows through a resistor, with its affinity."""
        where, names = f"resistor '{resistor.name}'", self.names
        slots = [names.known.get(f"{CHARGE}.{name}") for name in resistor.between]
        for name, found in zip(resistor.between, slots, strict=True):
            if found is None:
                listed = [membrane.name for membrane in names.charged]
                self.faults.append(unknown(where, name, "membranes with a voltage and a capacitance", listed))
        if resistor.between[0] == resistor.between[1]:
            self.faults.append(Fault(where, f"'{resistor.between[0]}' at both ends", "two membranes"))
        if None in slots:
            return []
        bindings = {key: f"{name}.voltage" for key, name in zip(("v_from", "v_to"), resistor.between, strict=True)}
        call = names.call(where, resistor_flux, bindings | {"resistance": resistor.resistance}, Scope())
        affinity = names.call(where, resistor_affinity, bindings, Scope())
        changes = [(slot.slot, n) for slot, n in zip(slots, (-1.0, 1.0), strict=True) if slot is not None]
        return [Row(resistor.name, call, changes, [], 1.0, mass_action=False, affinity=affinity)]

    def variable_row(self, i: int) -> Row:
        """The rate of change of a continuous variable."""
        variable = self.names.variables[i]
        assert variable.law is not None
        where = f"variable '{variable.name}'"
        call = self.names.call(where, variable.law, variable.bindings, self.model.scope(variable.owner))
        unit = "1/s" if variable.unit == "1" else f"({variable.unit})/s"
        scale = self.names.converted(where, variable.law.returns, unit)
        slot = self.names.known[variable.name].slot
        return Row(f"d {variable.name}/dt", call, [(slot, 1.0)], [], scale, mass_action=False, deterministic=True)

    def changes(self, where: str, left: Terms, right: Terms, at: Place | None) -> Terms:
        """The change of every species that is not clamped, and of the charge of the membrane that is crossed."""
        net = _net(left, right)
        found = self.counted(list(net.items()))
        membrane = crossed(self.names, where, net, at) if self.names.charged else None
        if membrane is not None and membrane.capacitance is not None:
            charge = inward_charge(self.names, net, membrane)
            if charge:
                found.append((self.names.known[f"{CHARGE}.{membrane.name}"].slot, float(charge)))
        return found

    def at(self, where: str, reaction: Reaction, left: Terms, right: Terms, scope: Scope, needed: bool) -> Place | None:
        """The place whose size scales the rate: as given, the one membrane of the reactants, or their one place."""
        if reaction.at is not None:
            return self.names.place(f"{where}, at", reaction.at, scope)
        homes = list({self.names.homes[i].name: self.names.homes[i] for i, _ in (left or right)}.values())
        membranes = [home for home in homes if isinstance(home, Membrane)]
        for found in (membranes, homes):
            if len(found) == 1:
                return found[0]
        if needed:
            listed = " and ".join(sorted(home.name for home in homes)) or "nowhere"
            self.faults.append(Fault(where, f"reactants in {listed}", "at=<the place whose size scales the rate>"))
        return None

    def counted(self, terms: Terms) -> Terms:
        """The terms of species that are not clamped."""
        return [(i, n) for i, n in terms if not self.species[i].clamped]

    def check_multimer(self, where: str, row: Row) -> None:
        """A step of a multimer moves one subunit from one state to another of the same multimer."""
        names = [self.species[i].name for i, _ in row.changes if i < len(self.species)]
        steps = [n for (_, n), name in zip(row.changes, names, strict=False) if name in self.group_of]
        groups = {self.group_of[name] for name in names if name in self.group_of}
        if steps and (len(groups) > 1 or sorted(steps) != [-1.0, 1.0]):
            found = "a subunit that appears or vanishes" if sum(steps) else "a change of several subunits at once"
            self.faults.append(Fault(where, found, "one subunit that steps from one state to another of its multimer"))


def _fault_of_form(reaction: Reaction, equation: Equation) -> tuple[str, str] | None:
    """What is wrong with the parts of a reaction together: found and allowed, or None."""
    sides = (equation.reactants, equation.products if equation.reversible else ())
    order = max(sum(n for n, _ in side) for side in sides)
    if reaction.law is None:
        if reaction.affinity is not None:
            return "an affinity without a law", "a net flux law beside its affinity"
        if reaction.k is None:
            return "no law and no k", "k=... for mass action, or a law"
        if any(n != int(n) for n, _ in (*sides[0], *sides[1])):
            return "mass action of a reactant that is no whole number", "a law=, or whole numbers"
        if equation.reversible and reaction.k_back is None:
            return "'<->' without k_back", "k_back=..."
        if not equation.reversible and reaction.k_back is not None:
            return "k_back with '->'", "'<->'"
        if order > HIGHEST_ORDER:
            return f"mass action of order {order}", f"at most order {HIGHEST_ORDER}, or elementary steps"
        return None
    if reaction.split not in SPLITS:
        return f"split={reaction.split!r}", " or ".join(map(repr, SPLITS))
    if not isinstance(reaction.law, RateLaw):
        return f"the law {reaction.law!r}", "a function declared with @rate_law"
    if reaction.k is not None or reaction.k_back is not None:
        return "both a law and a mass-action constant", "one of them"
    if equation.reversible and reaction.affinity is None:
        return "'<->' with a one-way law", "'->' and one law for each direction, or a net flux with its affinity="
    if not equation.reversible and reaction.affinity is not None:
        return "'->' with a net flux", "'<->' where an affinity is given"
    return None


def _net(left: Terms, right: Terms) -> dict[int, float]:
    """Products minus reactants, by species; what cancels is left out."""
    net: dict[int, float] = {}
    for terms, sign in ((left, -1.0), (right, 1.0)):
        for i, n in terms:
            net[i] = net.get(i, 0.0) + sign * n
    return {i: n for i, n in net.items() if n}
