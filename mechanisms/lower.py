"""Model to network: names become slots, reactions become one-way rows, and every fault is found."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mechanisms.faults import Fault, unknown
from mechanisms.law import RateLaw
from mechanisms.names import Scope
from mechanisms.network import Floats, Network, Ragged, Signal
from mechanisms.places import Membrane, Place
from mechanisms.rates import SIZED, events_per_second, mass_action
from mechanisms.reaction import Equation, Reaction, read_equation
from mechanisms.symbols import Call, Symbols, Terms
from mechanisms.units import kind

if TYPE_CHECKING:
    from mechanisms.model import Model

HIGHEST_ORDER = 4
"""The most reactants that mass action may have."""


@dataclass(frozen=True)
class _Row:
    """One direction of a reaction."""

    name: str
    call: Call
    changes: Terms
    reactants: Terms
    scale: float
    mass_action: bool
    affinity: Call | None = None


def lower(model: Model, faults: list[Fault]) -> Network | None:
    """The network of a model; appends to ``faults`` and returns None where there are any."""
    return _Lowering(model, faults).network()


class _Lowering:
    def __init__(self, model: Model, faults: list[Fault]) -> None:
        self.model, self.faults = model, faults
        self.names = Symbols(model, faults)
        self.species = self.names.species
        self.group_of = {state: name for name, group in model.multimers.items() for state in group.states}

    def network(self) -> Network | None:
        model, names = self.model, self.names
        rows = [row for name, (reaction, scope) in model.reactions.items() for row in self.rows(name, reaction, scope)]
        calls = [row.call for row in rows]
        for name, quantity in model.quantities.items():
            calls.append(names.call(f"quantity '{name}'", quantity.law, quantity.bindings, Scope(quantity.owner)))
        self.check_order_of_quantities(calls[len(rows) :])
        affinity = np.full(len(rows), -1, dtype=np.int64)
        for j, row in enumerate(rows):
            if row.affinity is not None:
                affinity[j] = len(calls)
                calls.append(row.affinity)
        driven = self.driven()
        if not self.species:
            self.faults.append(Fault(f"model '{model.name}'", "no species", "at least one species"))
        if self.faults:
            return None
        network = Network(
            name=model.name,
            species=tuple(names.index),
            places=tuple(species.place for species in self.species),
            units=tuple(home.density_unit for home in names.homes),
            valence=np.array([species.valence for species in self.species], dtype=np.int64),
            clamped=np.array([bool(species.clamped) for species in self.species]),
            omega=np.array([home.omega for home in names.homes]),
            initial=np.array([self.initial(i) for i in range(len(self.species))]),
            reactions=tuple(row.name for row in rows),
            changes=Ragged.of([row.changes for row in rows]),
            reactants=Ragged.of([row.reactants for row in rows]),
            rate_scale=np.array([row.scale for row in rows]),
            mass_action=np.array([row.mass_action for row in rows], dtype=bool),
            net=affinity >= 0,
            affinity=affinity,
            laws=tuple(names.laws),
            law=np.array([law for law, _ in calls], dtype=np.int64),
            arguments=Ragged.of([arguments for _, arguments in calls]),
            multimers=tuple(model.multimers.values()),
            quantities=tuple(model.quantities),
            inputs=tuple(model.inputs),
            input_units=tuple(protocol.unit for protocol in model.inputs.values()),
            signals=tuple(
                Signal(*(np.array(part, dtype=float) for part in protocol.signal.numbers(protocol.unit)))
                for protocol in model.inputs.values()
            ),
            driven=driven,
            parameters=tuple(name for name, _, _ in names.constants),
            parameter_units=tuple(unit for _, _, unit in names.constants),
            constants=np.array([value for _, value, _ in names.constants]),
        )
        self.check_rates(network)
        self.check_affinities(network)
        return None if self.faults else network

    def initial(self, i: int) -> float:
        """Molecules at the start, not rounded."""
        species = self.species[i]
        given = (species.concentration or 0.0) * self.names.homes[i].omega
        return given if species.count is None else float(species.count)

    # -- reactions ---------------------------------------------------------------------------------------------------

    def rows(self, name: str, reaction: Reaction, scope: Scope) -> list[_Row]:
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
    ) -> _Row:
        at = self.at(where, reaction, left, right, scope, needed=kind(law.returns) in SIZED)
        scale = events_per_second(self.names, where, law, at, _net(left, right))
        call = self.names.call(where, law, reaction.bindings, scope)
        changes = self.counted(list(_net(left, right).items()))
        if reaction.affinity is None:
            return _Row(name, call, changes, self.counted(left), scale, mass_action=False)
        if kind(reaction.affinity.returns) != "number":
            found = f"an affinity in '{reaction.affinity.returns}'"
            self.faults.append(Fault(where, found, "a pure number: -dG/RT"))
        affinity = self.names.call(f"{where}, affinity", reaction.affinity, reaction.bindings, scope)
        return _Row(name, call, changes, [], scale, mass_action=False, affinity=affinity)

    def mass_action_row(
        self, where: str, name: str, k: Any, reaction: Reaction, left: Terms, right: Terms, scope: Scope
    ) -> _Row:
        at = self.at(where, reaction, left, right, scope, needed=True)
        call, scale = mass_action(self.names, where, k, reaction.bindings, left, at, scope)
        return _Row(name, call, self.counted(list(_net(left, right).items())), left, scale, mass_action=True)

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

    def driven(self) -> tuple[tuple[int, int, float], ...]:
        """Species that follow an input: species, input, molecules per unit of the input."""
        found = []
        inputs = list(self.model.inputs)
        for i, species in enumerate(self.species):
            if isinstance(species.clamped, str):
                where = f"species '{species.name}', clamped"
                if species.clamped not in inputs:
                    self.faults.append(unknown(where, species.clamped, "inputs of the model", inputs))
                    continue
                home = self.names.homes[i]
                unit = self.model.inputs[species.clamped].unit
                factor = self.names.converted(where, unit, home.density_unit)
                found.append((i, inputs.index(species.clamped), factor * home.omega))
        return tuple(found)

    # -- checks ------------------------------------------------------------------------------------------------------

    def check_order_of_quantities(self, calls: list[Call]) -> None:
        """A quantity may depend on those declared before it, so that they are computed in one pass."""
        listed = list(self.model.quantities)
        first = len(self.species) + len(self.model.multimers)
        for i, (_, arguments) in enumerate(calls):
            for slot, _ in arguments:
                if first + i <= slot < first + len(calls):
                    where = f"quantity '{listed[i]}'"
                    self.faults.append(Fault(where, f"'{listed[slot - first]}'", "quantities declared before it"))

    def check_multimer(self, where: str, row: _Row) -> None:
        """A step of a multimer moves one subunit from one state to another of the same multimer."""
        names = [self.species[i].name for i, _ in row.changes]
        steps = [n for (_, n), name in zip(row.changes, names, strict=True) if name in self.group_of]
        groups = {self.group_of[name] for name in names if name in self.group_of}
        if steps and (len(groups) > 1 or sorted(steps) != [-1.0, 1.0]):
            found = "a subunit that appears or vanishes" if sum(steps) else "a change of several subunits at once"
            self.faults.append(Fault(where, found, "one subunit that steps from one state to another of its multimer"))

    def check_rates(self, network: Network) -> None:
        """What multiplies each rate must be a number, 0 or more, at every value of the inputs."""
        for t in (-math.inf, *network.edges):
            y = network.values(float(t))
            for i, _, _ in network.driven:
                if y[i] < 0:
                    where = f"species '{network.species[i]}', clamped"
                    self.faults.append(Fault(where, "an input that falls below 0", "an input of 0 or more"))
            values = network.static_laws(y)
            for j in np.flatnonzero(~network.net & ~((values >= 0) & (values < math.inf))):
                found = _value(network, int(j), y)
                where = f"reaction '{network.reactions[j]}'"
                self.faults.append(Fault(where, f"a constant or law that is {found}", "a number, 0 or more"))
            if self.faults:
                return

    def check_affinities(self, network: Network) -> None:
        """A flux and its affinity must have one sign at every state, and vanish together."""
        random = np.random.default_rng(0)
        for j in np.flatnonzero(network.net):
            states = []
            for _ in range(64):
                y = network.values(0.0)
                y[: len(network.species)] = 10.0 ** random.uniform(-2, 4, len(network.species))
                states.append(y)
            fault = _disagreement(network, int(j), states)
            if fault:
                where = f"reaction '{network.reactions[j]}'"
                self.faults.append(Fault(where, fault, "an affinity that has the sign of its flux"))


def _value(network: Network, row: int, y: Floats) -> float | str:
    """A law at y, or what it raised."""
    try:
        with np.errstate(all="ignore"):
            return network.evaluate(row, y)
    except (ArithmeticError, ValueError) as error:
        return str(error)


def _disagreement(network: Network, j: int, states: list[Floats]) -> str:
    """Where flux j and its affinity differ in sign, or "": at these states and at zeros between them."""
    rows = (j, int(network.affinity[j]))
    positive, negative = None, None
    for y in states:
        network.complete(y)
        flux, affinity = (_value(network, row, y) for row in rows)
        if (
            isinstance(flux, str)
            or isinstance(affinity, str)
            or not flux * affinity >= 0
            or (flux == 0) != (affinity == 0)
        ):
            return f"flux {flux} and affinity {affinity} at {_state(network, j, y)}"
        positive, negative = (y if flux > 0 else positive), (y if flux < 0 else negative)
        if positive is None or negative is None:
            continue
        low, high = negative.copy(), positive.copy()
        for _ in range(80):
            middle = (low + high) / 2
            network.complete(middle)
            found = _value(network, j, middle)
            low, high = (middle, high) if isinstance(found, float) and found < 0 else (low, middle)
        affinity = _value(network, rows[1], high)
        if not (isinstance(affinity, float) and abs(affinity) < 1e-6):
            return f"an affinity of {affinity} where the flux vanishes, at {_state(network, j, high)}"
    return ""


def _state(network: Network, j: int, y: Floats) -> str:
    names = [*network.species, *network.conducting, *network.quantities]
    read = {slot: scale for slot, scale in network.arguments.row(j) if slot < network.first_input}
    return ", ".join(f"{names[slot]} = {y[slot] * scale:.3g}" for slot, scale in read.items()) or "every state"


def _fault_of_form(reaction: Reaction, equation: Equation) -> tuple[str, str] | None:
    """What is wrong with the parts of a reaction together: found and allowed, or None."""
    sides = (equation.reactants, equation.products if equation.reversible else ())
    order = max(sum(n for n, _ in side) for side in sides)
    if reaction.law is None:
        if reaction.affinity is not None:
            return "an affinity without a law", "a net flux law beside its affinity"
        if reaction.k is None:
            return "no law and no k", "k=... for mass action, or a law"
        if equation.reversible and reaction.k_back is None:
            return "'<->' without k_back", "k_back=..."
        if not equation.reversible and reaction.k_back is not None:
            return "k_back with '->'", "'<->'"
        if order > HIGHEST_ORDER:
            return f"mass action of order {order}", f"at most order {HIGHEST_ORDER}, or elementary steps"
        return None
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
