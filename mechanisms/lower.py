"""Model to network: names become slots, reactions become one-way rows, and every fault is found."""

from __future__ import annotations

import gc
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mechanisms.charge import crossed, inward_charge
from mechanisms.events import EventRows
from mechanisms.faults import Fault, unknown
from mechanisms.law import RateLaw
from mechanisms.names import Scope
from mechanisms.network import Floats, Network, Ragged, Signal
from mechanisms.places import Membrane, Place, Resistor
from mechanisms.rates import SIZED, events_per_second, mass_action
from mechanisms.reaction import Equation, Reaction, read_equation
from mechanisms.splitting import SPLITS, forward_rate
from mechanisms.symbols import CHARGE, Call, Symbols, Terms
from mechanisms.thermodynamics import membrane_voltage, resistor_affinity, resistor_flux
from mechanisms.units import kind

if TYPE_CHECKING:
    from mechanisms.model import Model

VOLTAGES = 150.0
"""How far from the voltage at the start, in mV, affinities are checked."""
STATES = 64
"""At how many random states."""
NEAR = 1e-8
"""What part of the way to another state is near to a state."""
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
    by_sign: bool = False
    deterministic: bool = False


def lower(model: Model, faults: list[Fault]) -> Network | None:
    """The network of a model; appends to ``faults`` and returns None where there are any."""
    with _collector_at_rest():
        return _Lowering(model, faults).network()


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """No garbage collection meanwhile.

    A model is lowered into some ten small objects for each reaction, all of them in use and in no cycle. The collector
    would look through them again and again, which takes half of the time for 10^5 reactions.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Lowering:
    def __init__(self, model: Model, faults: list[Fault]) -> None:
        self.model, self.faults = model, faults
        self.names = Symbols(model, faults)
        self.species = self.names.species
        self.group_of = {state: name for name, group in model.multimers.items() for state in group.states}

    def network(self) -> Network | None:
        model, names = self.model, self.names
        rows = [row for name, (reaction, scope) in model.reactions.items() for row in self.rows(name, reaction, scope)]
        rows += [row for resistor in model.resistors.values() for row in self.resistor_rows(resistor)]
        rows += [self.variable_row(i) for i, variable in enumerate(names.variables) if variable.law is not None]
        calls = [row.call for row in rows]
        for quantity in names.quantities:
            where = f"quantity '{quantity.name}'"
            calls.append(names.call(where, quantity.law, quantity.bindings, model.scope(quantity.owner)))
        self.check_order_of_quantities(calls[len(rows) :])
        affinity = np.full(len(rows), -1, dtype=np.int64)
        for j, row in enumerate(rows):
            if row.affinity is not None:
                affinity[j] = len(calls)
                calls.append(row.affinity)
        events = EventRows(names)
        calls += events.calls
        driven = self.driven()
        if not self.species:
            self.faults.append(Fault(f"model '{model.name}'", "no species", "at least one species"))
        if self.faults:
            return None
        variables, charges = names.variables, [f"{CHARGE}.{membrane.name}" for membrane in names.charged]
        behind = len(charges) + len(variables)
        network = Network(
            name=model.name,
            species=(*names.index, *charges, *(variable.name for variable in variables)),
            places=(*(s.place for s in self.species), *(m.name for m in names.charged), *[""] * len(variables)),
            units=(*(home.density_unit for home in names.homes), *["1"] * len(charges), *(v.unit for v in variables)),
            valence=np.array([s.valence for s in self.species] + [1] * len(charges) + [0] * len(variables)),
            clamped=np.array([bool(species.clamped) for species in self.species] + [False] * behind),
            signed=np.arange(len(self.species) + behind) >= len(self.species),
            continuous=np.arange(len(self.species) + behind) >= len(self.species) + len(charges),
            omega=np.array([home.omega for home in names.homes] + [1.0] * behind),
            initial=np.array(
                [self.initial(i) for i in range(len(self.species))]
                + [0.0] * len(charges)
                + [variable.initial for variable in variables]
            ),
            reactions=tuple(row.name for row in rows),
            changes=Ragged.of([row.changes for row in rows]),
            reactants=Ragged.of([row.reactants for row in rows]),
            rate_scale=np.array([row.scale for row in rows]),
            mass_action=np.array([row.mass_action for row in rows], dtype=bool),
            net=affinity >= 0,
            affinity=affinity,
            by_sign=np.array([row.by_sign for row in rows], dtype=bool),
            deterministic=np.array([row.deterministic for row in rows], dtype=bool),
            laws=tuple(names.laws),
            law=np.array([law for law, _ in calls], dtype=np.int64),
            arguments=Ragged.of([arguments for _, arguments in calls]),
            events=tuple(model.events),
            schedule=tuple(event.times for event in model.events.values()),
            priority=np.array([event.priority for event in model.events.values()]),
            triggers=np.array(events.triggers, dtype=np.int64),
            assignments=Ragged.of(events.assignments),
            multimers=tuple(model.multimers.values()),
            quantities=tuple(quantity.name for quantity in names.quantities),
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
        for row in rows if self.group_of else ():
            self.check_multimer(where, row)
        return [row for row in rows if row.changes]

    def law_row(
        self, where: str, name: str, reaction: Reaction, law: RateLaw, left: Terms, right: Terms, scope: Scope
    ) -> _Row:
        at = self.at(where, reaction, left, right, scope, needed=kind(law.returns) in SIZED)
        scale = events_per_second(self.names, where, law, at, _net(left, right))
        call = self.names.call(where, law, reaction.bindings, scope)
        changes = self.changes(where, left, right, at)
        if reaction.affinity is None:
            return _Row(name, call, changes, self.counted(left), scale, mass_action=False)
        if kind(reaction.affinity.returns) != "number":
            found = f"an affinity in '{reaction.affinity.returns}'"
            self.faults.append(Fault(where, found, "a pure number: -dG/RT"))
        affinity = self.names.call(f"{where}, affinity", reaction.affinity, reaction.bindings, scope)
        by_sign = reaction.split == "sign"
        return _Row(name, call, changes, self.counted(left), scale, False, affinity, by_sign)

    def mass_action_row(
        self, where: str, name: str, k: Any, reaction: Reaction, left: Terms, right: Terms, scope: Scope
    ) -> _Row:
        at = self.at(where, reaction, left, right, scope, needed=True)
        call, scale = mass_action(self.names, where, k, reaction.bindings, left, at, scope)
        return _Row(name, call, self.changes(where, left, right, at), left, scale, mass_action=True)

    def resistor_rows(self, resistor: Resistor) -> list[_Row]:
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
        return [_Row(resistor.name, call, changes, [], 1.0, mass_action=False, affinity=affinity)]

    def variable_row(self, i: int) -> _Row:
        """The rate of change of a continuous variable."""
        variable = self.names.variables[i]
        assert variable.law is not None
        where = f"variable '{variable.name}'"
        call = self.names.call(where, variable.law, variable.bindings, self.model.scope(variable.owner))
        unit = "1/s" if variable.unit == "1" else f"({variable.unit})/s"
        scale = self.names.converted(where, variable.law.returns, unit)
        slot = self.names.known[variable.name].slot
        return _Row(f"d {variable.name}/dt", call, [(slot, 1.0)], [], scale, mass_action=False, deterministic=True)

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
        listed = [quantity.name for quantity in self.names.quantities]
        first = len(self.species) + len(self.names.charged) + len(self.names.variables) + len(self.model.multimers)
        for i, (_, arguments) in enumerate(calls):
            for slot, _ in arguments:
                if first + i <= slot < first + len(calls):
                    where = f"quantity '{listed[i]}'"
                    self.faults.append(Fault(where, f"'{listed[slot - first]}'", "quantities declared before it"))

    def check_multimer(self, where: str, row: _Row) -> None:
        """A step of a multimer moves one subunit from one state to another of the same multimer."""
        names = [self.species[i].name for i, _ in row.changes if i < len(self.species)]
        steps = [n for (_, n), name in zip(row.changes, names, strict=False) if name in self.group_of]
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
            wrong = ~((values >= 0) & (values < math.inf))
            for j in np.flatnonzero(wrong & ~network.net & ~network.deterministic):
                found = _value(network, int(j), y)
                where = f"reaction '{network.reactions[j]}'"
                self.faults.append(Fault(where, f"a constant or law that is {found}", "a number, 0 or more"))
            if self.faults:
                return

    def check_affinities(self, network: Network) -> None:
        """A flux and its affinity must have one sign at every state, and vanish together where it changes."""
        random = np.random.default_rng(0)
        states = [self.random_state(network, random) for _ in range(STATES if network.net.any() else 0)]
        for j in np.flatnonzero(network.net):
            fault = _disagreement(network, int(j), states)
            if fault:
                where = f"reaction '{network.reactions[j]}'"
                self.faults.append(Fault(where, fault, "an affinity that has the sign of its flux"))

    def random_state(self, network: Network, random: np.random.Generator) -> Floats:
        """Counts over six decades, voltages and variables around where they start."""
        y = network.values(0.0)
        counts, charges = len(self.species), len(self.names.charged)
        y[:counts] = 10.0 ** random.uniform(-2, 4, counts)
        capacitances = np.array([membrane.total_capacitance for membrane in self.names.charged])
        voltages = random.uniform(-VOLTAGES, VOLTAGES, charges)
        y[counts : counts + charges] = voltages / membrane_voltage(1.0, 0.0, capacitances)
        for group in network.multimers:
            for state in group.states:
                y[network.species.index(state)] = group.count * group.subunits * random.uniform()
        variables = y[counts + charges : len(network.species)]
        variables[:] = np.where(variables == 0.0, 1.0, variables) * random.uniform(0.0, 2.0, len(variables))
        return y


def _value(network: Network, row: int, y: Floats, needed: Iterable[int] = ()) -> float | str:
    """A law at y, for which the quantities that it needs are computed, or what it raised."""
    try:
        network.complete(y, needed)
        with np.errstate(all="ignore"):
            return network.evaluate(row, y)
    except (ArithmeticError, ValueError) as error:
        return str(error)


def _disagreement(network: Network, j: int, states: list[Floats]) -> str:
    """Where flux j and its affinity differ in sign, or "": at these states and at a zero between two of them."""
    rows = (j, int(network.affinity[j]))
    needed = network.quantities_behind(rows)
    positive, negative = None, None
    for y in states:
        flux, affinity = (_value(network, row, y, needed) for row in rows)
        if isinstance(flux, str) or isinstance(affinity, str) or not (flux * affinity > 0 or flux == 0):
            return f"flux {flux} and affinity {affinity} at {_state(network, j, y)}"
        positive, negative = (y if flux > 0 else positive), (y if flux < 0 else negative)
    if positive is None or negative is None:
        return ""
    low, high = negative.copy(), positive.copy()
    for _ in range(80):
        middle = (low + high) / 2
        found = _value(network, j, middle, needed)
        low, high = (middle, high) if isinstance(found, float) and found < 0 else (low, middle)
    affinity = _value(network, rows[1], high, needed)
    if not (isinstance(affinity, float) and abs(affinity) < 1e-6):
        return f"an affinity of {affinity} where the flux vanishes, at {_state(network, j, high)}"
    if network.by_sign[j]:
        return ""
    limit = forward_rate(network, j, high)
    near = [high + NEAR * (y - high) for y in (positive, negative)]
    for y in near:
        network.complete(y, needed)
    flux_change, affinity_change = (network.evaluate(row, near[0]) - network.evaluate(row, near[1]) for row in rows)
    beside = flux_change / affinity_change
    if not abs(limit - beside) <= 0.01 * beside:
        found = f"a one-way flux of {limit:.4g} where the net flux vanishes, and of {beside:.4g} beside it"
        return f"{found}: the flux and its affinity read different names"
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
