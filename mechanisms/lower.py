"""Model to network: names become slots, and every rate becomes events per second, here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mechanisms.faults import Fault, unknown
from mechanisms.law import RateLaw
from mechanisms.names import Scope, aliases
from mechanisms.network import Network, Ragged, Signal
from mechanisms.places import Compartment, Input, Membrane, Multimer, Parameter, Place, Quantity, Species
from mechanisms.reaction import Equation, Reaction, read_equation
from mechanisms.units import ELEMENTARY_CHARGE, MOLECULES_PER_UM_FL, UnitError, conversion, kind, magnitude

if TYPE_CHECKING:
    from mechanisms.model import Model

CONSTANT = RateLaw(lambda k: k, (("k", "1"),), "1")
"""The law of a mass-action constant: itself."""

Terms = list[tuple[int, float]]


@dataclass(frozen=True)
class _Symbol:
    """What a name stands for in y: slot, and the factor that makes y[slot] a number in ``unit``; or a count."""

    slot: int
    unit: str
    factor: float = 1.0
    count: bool = False


def molecules_per_unit(place: Place) -> float:
    """Molecules per uM in a compartment (602.214 V), or per 1/um^2 on a membrane (its area)."""
    return place.volume * MOLECULES_PER_UM_FL if isinstance(place, Compartment) else place.area


def lower(model: Model, faults: list[Fault]) -> Network | None:
    """The network of a model; appends to ``faults`` and returns None where there are any."""
    return _Lowering(model, faults).network()


class _Lowering:
    def __init__(self, model: Model, faults: list[Fault]) -> None:
        self.model = model
        self.faults = faults
        self.species = list(model.all_species.values())
        self.called = aliases(self.species)
        self.index = {species.name: i for i, species in enumerate(self.species)}
        self.omega = [
            molecules_per_unit(model.places[s.place]) if s.place in model.places else 1.0 for s in self.species
        ]
        self.laws: dict[Any, int] = {}
        self.law_list: list[RateLaw] = []
        self.constants: list[tuple[str, float, str]] = [
            *((p.name, p.value, p.unit) for p in model.parameters.values()),
            *(
                (f"{p.name}.volume", p.volume, "fL")
                if isinstance(p, Compartment)
                else (f"{p.name}.area", p.area, "um^2")
                for p in model.places.values()
            ),
        ]
        self.symbols = self._symbols()
        self.state_of = {state: group for group in model.multimers.values() for state in group.states}

    def _symbols(self) -> dict[str, _Symbol]:
        """Every name of the model that a law's argument may be bound to."""
        model, symbols, slot = self.model, {}, len(self.species)
        for group in model.multimers.values():
            symbols[group.conducting] = _Symbol(slot, "1", count=True)
            slot += 1
        for name, quantity in model.quantities.items():
            symbols[name] = _Symbol(slot, quantity.law.returns)
            slot += 1
        for name, protocol in model.inputs.items():
            symbols[name] = _Symbol(slot, protocol.unit)
            slot += 1
        for name, _, unit in self.constants:
            symbols[name] = _Symbol(slot, unit)
            slot += 1
        self.one = slot
        for alias, full in self.called.items():
            i = self.index[full]
            symbols[alias] = _Symbol(i, self._density_unit(self.species[i].place), 1.0 / self.omega[i], count=True)
        return symbols

    def _density_unit(self, place: str) -> str:
        return "1/um^2" if isinstance(self.model.places.get(place), Membrane) else "uM"

    # -- reactions ---------------------------------------------------------------------------------------------------

    def network(self) -> Network | None:
        model, faults = self.model, self.faults
        rows: list[_Row] = []
        for name, (reaction, scope) in model.reactions.items():
            rows.extend(self._rows(name, reaction, scope))
        calls = [row.call for row in rows]
        for name, quantity in model.quantities.items():
            calls.append(self._call(f"quantity '{name}'", quantity.law, quantity.bindings, Scope(quantity.owner)))
        self._check_order_of_quantities(calls[len(rows) :])
        affinity = []
        for row in rows:
            affinity.append(len(calls) if row.affinity is not None else -1)
            if row.affinity is not None:
                calls.append(row.affinity)
                self._check_affinity(row)
        driven = self._driven()
        if not self.species:
            faults.append(Fault(f"model '{model.name}'", "no species", "at least one species"))
        if faults:
            return None
        return Network(
            name=model.name,
            species=tuple(self.index),
            places=tuple(s.place for s in self.species),
            units=tuple(self._density_unit(s.place) for s in self.species),
            valence=np.array([s.valence for s in self.species], dtype=np.int64),
            clamped=np.array([bool(s.clamped) for s in self.species]),
            omega=np.array(self.omega),
            initial=np.array([self._initial(i) for i in range(len(self.species))]),
            reactions=tuple(row.name for row in rows),
            changes=Ragged.of([row.changes for row in rows]),
            reactants=Ragged.of([row.reactants for row in rows]),
            rate_scale=np.array([row.scale for row in rows]),
            mass_action=np.array([row.mass_action for row in rows], dtype=bool),
            net=np.array([row.affinity is not None for row in rows], dtype=bool),
            affinity=np.array(affinity, dtype=np.int64),
            laws=tuple(self.law_list),
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
            parameters=tuple(name for name, _, _ in self.constants),
            parameter_units=tuple(unit for _, _, unit in self.constants),
            constants=np.array([value for _, value, _ in self.constants]),
        )

    def _initial(self, i: int) -> float:
        species = self.species[i]
        return float(species.count) if species.count is not None else (species.concentration or 0.0) * self.omega[i]

    def _rows(self, name: str, reaction: Reaction, scope: Scope) -> list[_Row]:
        """The one-way rows of a reaction: one, or two for a reversible one."""
        where, before = f"reaction '{name}'", len(self.faults)
        equation = read_equation(reaction.equation)
        left = self._side(where, equation.reactants, scope)
        right = self._side(where, equation.products, scope)
        self._check_form(where, reaction, equation)
        if len(self.faults) > before:
            return []
        if not _net(left, right):
            self.faults.append(Fault(where, f"'{equation}', which changes nothing", "a reaction that changes a count"))
            return []
        if reaction.law is not None:
            rows = [self._law_row(where, name, reaction, left, right, scope)]
        else:
            rows = [self._mass_action_row(where, name, reaction.k, reaction, left, right, scope)]
            if equation.reversible:
                back = f"{name} (back)"
                rows.append(self._mass_action_row(where, back, reaction.k_back, reaction, right, left, scope))
        for row in rows:
            self._check_multimer(where, row)
        return [row for row in rows if row.changes]

    def _check_form(self, where: str, reaction: Reaction, equation: Equation) -> None:
        fault = None
        if reaction.law is None and reaction.affinity is not None:
            fault = ("an affinity without a law", "a net flux law beside its affinity")
        elif reaction.law is not None and not isinstance(reaction.law, RateLaw):
            fault = (f"the law {reaction.law!r}", "a function declared with @rate_law")
        elif reaction.law is not None and (reaction.k is not None or reaction.k_back is not None):
            fault = ("both a law and a mass-action constant", "one of them")
        elif reaction.law is None and reaction.k is None:
            fault = ("no law and no k", "k=... for mass action, or a law")
        elif reaction.law is not None and equation.reversible and reaction.affinity is None:
            fault = (
                "'<->' with a one-way law",
                "'->' and one law for each direction, or a net flux with its affinity=",
            )
        elif reaction.affinity is not None and not equation.reversible:
            fault = ("'->' with a net flux", "'<->' where an affinity is given")
        elif reaction.law is None and equation.reversible and reaction.k_back is None:
            fault = ("'<->' without k_back", "k_back=...")
        elif reaction.k_back is not None and not equation.reversible:
            fault = ("k_back with '->'", "'<->'")
        elif reaction.law is None and (order := sum(n for n, _ in equation.reactants)) > 4:
            fault = (f"mass action of order {order}", "at most order 4, or elementary steps")
        if fault:
            self.faults.append(Fault(where, *fault))

    def _side(self, where: str, side: Iterable[tuple[int, str]], scope: Scope) -> Terms:
        terms: Terms = []
        for number, name in side:
            found = scope.find(name, self.called)
            if found is None:
                known = sorted(self.index)
                self.faults.append(unknown(where, name, "species of the model", known))
            else:
                terms.append((self.index[self.called[found]], float(number)))
        return terms

    def _law_row(self, where: str, name: str, reaction: Reaction, left: Terms, right: Terms, scope: Scope) -> _Row:
        law = reaction.law
        assert law is not None
        changes = self._changes(left, right)
        at = self._at(where, reaction, left, right, scope, needed=kind(law.returns) in _SIZED)
        scale = self._events_per_second(where, law, at, _net(left, right))
        affinity = None
        if reaction.affinity is not None:
            if kind(reaction.affinity.returns) != "number":
                found = f"an affinity in '{reaction.affinity.returns}'"
                self.faults.append(Fault(where, found, "a pure number: -dG/RT"))
            affinity = self._call(f"{where}, affinity", reaction.affinity, reaction.bindings, scope)
        call = self._call(where, law, reaction.bindings, scope)
        guard = [] if affinity is not None else self._counted(left)
        return _Row(name, call, changes, guard, scale, mass_action=False, affinity=affinity)

    def _mass_action_row(
        self, where: str, name: str, k: Any, reaction: Reaction, left: Terms, right: Terms, scope: Scope
    ) -> _Row:
        """k [A]^a [B]^b times per second and per volume (or area) of ``at``."""
        at = self._at(where, reaction, left, right, scope, needed=True)
        scale = molecules_per_unit(at) if at else 1.0
        for i, order in left:
            scale /= self.omega[i] ** order
        call, scale = self._constant(where, k, reaction, left, at, scale, scope)
        return _Row(name, call, self._changes(left, right), left, scale, mass_action=True)

    def _constant(
        self,
        where: str,
        k: Any,
        reaction: Reaction,
        left: Terms,
        at: Place | None,
        scale: float,
        scope: Scope,
    ) -> tuple[_Call, float]:
        unit = self._constant_unit(left, at)
        if isinstance(k, RateLaw):
            scale *= self._converted(f"{where}, law '{k.name}'", k.returns, unit)
            return self._call(where, k, reaction.bindings, scope), scale
        given = k.name if isinstance(k, (Parameter, Input)) else k
        found = scope.find(given, self.symbols) if isinstance(given, str) else None
        if found is not None and self.symbols[found].count:
            self.faults.append(Fault(f"{where}, k", f"'{given}', a species or count", f"a constant in {unit}"))
            return (self._law(CONSTANT), [(self.one, 1.0)]), scale
        if found is not None:
            symbol = self.symbols[found]
            if not left and kind(symbol.unit) == "frequency":
                return (self._law(CONSTANT), [(symbol.slot, conversion(symbol.unit, "1/s"))]), 1.0
            factor = self._converted(f"{where}, k = {found}", symbol.unit, unit)
            return (self._law(CONSTANT), [(symbol.slot, factor)]), scale
        value = self._literal(f"{where}, k", given, unit)
        if value is None and not left:
            value, scale = self._literal(f"{where}, k", given, "1/s"), 1.0
        if value is None:
            if isinstance(given, str) and not given.strip()[:1].isdigit():
                self.faults.append(unknown(f"{where}, k", given, "parameters", self.model.parameters))
            else:
                self.faults.append(Fault(f"{where}, k", f"'{given}'", f"a constant in {unit}"))
        elif value < 0:
            self.faults.append(Fault(f"{where}, k", f"{given!r}", f"0 or more {unit}"))
        return (self._law(CONSTANT), [(self.one, value or 0.0)]), scale

    def _constant_unit(self, left: Terms, at: Place | None) -> str:
        on_membrane = isinstance(at, Membrane)
        micromolar, length = (0, -2) if on_membrane else (1, 0)
        for i, order in left:
            if isinstance(self.model.places.get(self.species[i].place), Membrane):
                length += 2 * int(order)
            else:
                micromolar -= int(order)
        return _unit_text({"uM": micromolar, "um": length, "s": -1})

    def _at(
        self, where: str, reaction: Reaction, left: Terms, right: Terms, scope: Scope, needed: bool
    ) -> Place | None:
        """The place whose size scales the rate: as given, the one membrane of the reactants, or their one place."""
        places = self.model.places
        if reaction.at is not None:
            name = reaction.at if isinstance(reaction.at, str) else reaction.at.name
            if scope.place(name) not in places:
                self.faults.append(unknown(f"{where}, at", name, "places of the model", places))
            return places.get(scope.place(name))
        homes = {self.species[i].place for i, _ in (left or right)}
        membranes = [name for name in homes if isinstance(places.get(name), Membrane)]
        for found in (membranes, list(homes)):
            if len(found) == 1:
                return places.get(found[0])
        if needed:
            listed = " and ".join(sorted(homes)) or "nowhere"
            self.faults.append(Fault(where, f"reactants in {listed}", "at=<the place whose size scales the rate>"))
        return None

    def _events_per_second(self, where: str, law: RateLaw, at: Place | None, net: dict[int, float]) -> float:
        """What turns the law's result into events per second, from the unit that it declares."""
        measured = kind(law.returns)
        if measured == "frequency":
            return conversion(law.returns, "1/s")
        if measured == "amount per time":
            return conversion(law.returns, "uM*fL/s") * MOLECULES_PER_UM_FL
        if measured == "concentration per time" and isinstance(at, Compartment):
            return conversion(law.returns, "uM/s") * molecules_per_unit(at)
        if measured == "events per area and time" and isinstance(at, Membrane):
            return conversion(law.returns, "1/um^2/s") * at.area
        if measured == "amount per area and time" and isinstance(at, Membrane):
            return conversion(law.returns, "uM*um/s") * MOLECULES_PER_UM_FL * at.area
        if measured == "current" and isinstance(at, Membrane):
            moved = sum(n * self.species[i].valence for i, n in net.items() if self.species[i].place == at.inside)
            if moved:
                return conversion(law.returns, "pA") * 1e-12 / (abs(moved) * ELEMENTARY_CHARGE)
            self.faults.append(Fault(where, "a current that moves no charge", f"ions with a valence in '{at.inside}'"))
            return 1.0
        place = type(at).__name__.lower() if at else "no place"
        found = f"a law in '{law.returns}' at {place}"
        self.faults.append(Fault(where, found, "uM/s in a compartment; 1/um^2/s, mol/m^2/s or pA at a membrane; 1/s"))
        return 1.0

    def _changes(self, left: Terms, right: Terms) -> Terms:
        return [(i, n) for i, n in _net(left, right).items() if not self.species[i].clamped]

    def _counted(self, left: Terms) -> Terms:
        return [(i, n) for i, n in left if not self.species[i].clamped]

    # -- what arguments are bound to ---------------------------------------------------------------------------------

    def _call(self, where: str, law: RateLaw, bindings: Any, scope: Scope) -> _Call:
        for name in bindings:
            if name not in law.names:
                self.faults.append(unknown(where, name, f"arguments of '{law.name}'", law.names))
        arguments = [self._argument(where, name, unit, bindings.get(name, name), scope) for name, unit in law.arguments]
        return self._law(law), arguments

    def _law(self, law: RateLaw) -> int:
        if law not in self.laws:
            self.laws[law] = len(self.law_list)
            self.law_list.append(law)
        return self.laws[law]

    def _argument(self, where: str, name: str, unit: str, given: Any, scope: Scope) -> tuple[int, float]:
        where = f"{where}, argument '{name}'"
        if isinstance(given, (Species, Parameter, Input, Quantity)):
            given = given.name
        elif isinstance(given, (Compartment, Membrane)):
            given = f"{given.name}.{'volume' if isinstance(given, Compartment) else 'area'}"
        found = scope.find(given, self.symbols) if isinstance(given, str) else None
        if found is None:
            value = self._literal(where, given, unit)
            if value is None:
                self.faults.append(unknown(where, str(given), "names of the model", self.symbols))
            return self.one, value or 0.0
        symbol = self.symbols[found]
        if symbol.count and kind(unit) == "number":
            return symbol.slot, conversion("1", unit)
        return symbol.slot, symbol.factor * self._converted(f"{where} = {found}", symbol.unit, unit)

    def _literal(self, where: str, given: Any, unit: str) -> float | None:
        try:
            return magnitude(given, unit)
        except UnitError:
            return None

    def _converted(self, where: str, unit: str, to: str) -> float:
        try:
            return conversion(unit, to)
        except UnitError:
            self.faults.append(Fault(where, f"a quantity in {unit}", f"a quantity in {to}"))
            return 1.0

    # -- checks ------------------------------------------------------------------------------------------------------

    def _driven(self) -> tuple[tuple[int, int, float], ...]:
        driven = []
        names = list(self.model.inputs)
        for i, species in enumerate(self.species):
            if isinstance(species.clamped, str):
                where = f"species '{species.name}', clamped"
                if species.clamped not in names:
                    self.faults.append(unknown(where, species.clamped, "inputs of the model", names))
                    continue
                found = self.model.inputs[species.clamped].unit
                factor = self._converted(where, found, self._density_unit(species.place))
                driven.append((i, names.index(species.clamped), factor * self.omega[i]))
        return tuple(driven)

    def _check_order_of_quantities(self, calls: list[_Call]) -> None:
        """A quantity may depend on those declared before it, so that they are computed in one pass."""
        first = len(self.species) + len(self.model.multimers)
        for i, (name, (_, arguments)) in enumerate(zip(self.model.quantities, calls, strict=True)):
            for slot, _ in arguments:
                if first + i <= slot < first + len(calls):
                    other = list(self.model.quantities)[slot - first]
                    self.faults.append(Fault(f"quantity '{name}'", f"'{other}'", "quantities declared before it"))

    def _check_multimer(self, where: str, row: _Row) -> None:
        """A step of a multimer moves one subunit from one state to another of the same multimer."""
        steps = [
            (self.state_of[self.species[i].name], n) for i, n in row.changes if self.species[i].name in self.state_of
        ]
        if not steps:
            return
        groups = {id(group) for group, _ in steps}
        if len(groups) > 1 or sorted(n for _, n in steps) != [-1.0, 1.0]:
            found = "a change of several subunits at once" if len(steps) > 2 else "a subunit that appears or vanishes"
            self.faults.append(Fault(where, found, "one subunit that steps from one state to another of its multimer"))

    def _check_affinity(self, row: _Row) -> None:
        """The flux and its affinity must have one sign everywhere, so that both vanish together."""
        assert row.affinity is not None
        laws = [(self.law_list[law], arguments) for law, arguments in (row.call, row.affinity)]
        constants = {len(self.symbols): 0.0}
        slots = sorted({slot for _, arguments in laws for slot, _ in arguments})
        first_constant = self.one - len(self.constants)
        random = np.random.default_rng(0)
        for _ in range(64):
            y = {slot: 1e3 ** random.uniform(-1, 1) for slot in slots}
            y |= {first_constant + i: value for i, (_, value, _) in enumerate(self.constants)} | {self.one: 1.0}
            flux, affinity = (law(*(y[slot] * scale for slot, scale in arguments)) for law, arguments in laws)
            if not flux * affinity >= 0 or (flux == 0) != (affinity == 0):
                state = ", ".join(
                    f"{name} = {y[s] * c:.3g}" for name, (s, c) in zip(laws[0][0].names, laws[0][1], strict=True)
                )
                found = f"flux {flux:.3g} and affinity {affinity:.3g} at {state}"
                self.faults.append(Fault(f"reaction '{row.name}'", found, "an affinity that has the sign of its flux"))
                return


_Call = tuple[int, Terms]
_SIZED = ("concentration per time", "events per area and time", "amount per area and time", "current")


@dataclass(frozen=True)
class _Row:
    """One direction of a reaction."""

    name: str
    call: _Call
    changes: Terms
    reactants: Terms
    scale: float
    mass_action: bool
    affinity: _Call | None = None


def _net(left: Terms, right: Terms) -> dict[int, float]:
    net: dict[int, float] = {}
    for i, n in left:
        net[i] = net.get(i, 0.0) - n
    for i, n in right:
        net[i] = net.get(i, 0.0) + n
    return {i: n for i, n in net.items() if n}


def _unit_text(powers: dict[str, int]) -> str:
    """A unit such as "1/uM^2/s" from powers of units."""
    above = "*".join(_power(unit, n) for unit, n in powers.items() if n > 0) or "1"
    return "/".join([above, *(_power(unit, -n) for unit, n in powers.items() if n < 0)])


def _power(unit: str, n: int) -> str:
    return unit if n == 1 else f"{unit}^{n}"


__all__ = ["CONSTANT", "Multimer", "lower", "molecules_per_unit"]
