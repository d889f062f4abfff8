"""What names stand for: the slot of y that holds the value, and the factor that puts it in a declared unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mechanisms.faults import Fault, unknown
from mechanisms.law import RateLaw
from mechanisms.names import Scope, aliases
from mechanisms.network import TIME
from mechanisms.places import Compartment, Input, Membrane, Parameter, Place, Quantity, Species, Variable
from mechanisms.thermodynamics import membrane_voltage
from mechanisms.units import UnitError, conversion, kind, magnitude

if TYPE_CHECKING:
    from mechanisms.model import Model

CONSTANT = RateLaw(lambda k: k, (("k", "1"),), "1")
"""The law of a constant: itself."""
CHARGE = "charge"
"""What the charge of a membrane is called: "charge.plasma"."""
TEMPERATURE = "temperature"
"""The name of the model's temperature, in K."""
Terms = list[tuple[int, float]]
"""Species and stoichiometry, or slots and scales."""
Call = tuple[int, Terms]
"""A law, by number, and the slots and scales of its arguments."""


@dataclass(frozen=True)
class Symbol:
    """y[slot] * factor is a number in ``unit``; where ``count``, y[slot] is a count too."""

    slot: int
    unit: str
    factor: float = 1.0
    count: bool = False


class Symbols:
    """Every name of a model, in the order of the slots of y; faults of names and units are added to ``faults``."""

    def __init__(self, model: Model, faults: list[Fault]) -> None:
        self.model, self.faults = model, faults
        self.species = list(model.all_species.values())
        self.called = aliases(self.species)
        self.index = {species.name: i for i, species in enumerate(self.species)}
        self.homes = [model.places.get(species.place, Compartment("", 1.0)) for species in self.species]
        membranes = [place for place in model.places.values() if isinstance(place, Membrane)]
        self.charged = [membrane for membrane in membranes if membrane.capacitance is not None]
        self.variables = list(model.variables.values())
        named = {*model.parameters, *model.inputs, *model.quantities, *model.variables}
        alone = bool(model.quantities) and not (self.species or self.charged or self.variables)
        if TIME not in named and (alone or _reads(model, TIME)):
            self.variables.append(Variable(TIME, 0.0, "s", CONSTANT, {"k": 1.0}))
        self.laws: dict[RateLaw, int] = {}
        self.constants = [
            *((p.name, p.value, p.unit) for p in model.parameters.values()),
            *((f"{place.name}.{place.measure}", place.size, place.unit) for place in model.places.values()),
            *(constant for membrane in membranes for constant in _electric(membrane)),
        ]
        if TEMPERATURE not in named and (model.resistors or _reads(model, TEMPERATURE)):
            self.constants.append((TEMPERATURE, model.temperature, "K"))
        self.quantities = [*(_voltage(m) for m in self.charged), *model.quantities.values()]
        after_species = [
            *((group.conducting, "1", True) for group in model.multimers.values()),
            *((quantity.name, quantity.law.returns, False) for quantity in self.quantities),
            *((name, protocol.unit, False) for name, protocol in model.inputs.items()),
            *((name, unit, False) for name, _, unit in self.constants),
        ]
        taken: set[str] = set()
        charges = [f"{CHARGE}.{membrane.name}" for membrane in self.charged]
        used = [*self.index, *charges, *(variable.name for variable in self.variables)]
        for name in (*used, *(name for name, _, _ in after_species)):
            meant = self.called.get(name, name)
            if name in taken or meant != name:
                found = "one name for two things" if meant == name else f"also short for the species '{meant}'"
                allowed = "each species, variable, parameter, input and quantity its own"
                faults.append(Fault(f"'{name}'", found, allowed))
            taken.add(name)
        species = len(self.species)
        first = species + len(self.charged) + len(self.variables)
        self.one = first + len(after_species)
        self.known = {name: Symbol(first + i, unit, 1.0, n) for i, (name, unit, n) in enumerate(after_species)}
        for i, membrane in enumerate(self.charged):
            self.known[f"{CHARGE}.{membrane.name}"] = Symbol(species + i, "1", count=True)
        for i, variable in enumerate(self.variables):
            self.known[variable.name] = Symbol(species + len(self.charged) + i, variable.unit)
        for membrane in membranes:
            if isinstance(membrane.voltage, str):
                self.known[f"{membrane.name}.voltage"] = self.known[membrane.voltage]
        for alias, full in self.called.items():
            i = self.index[full]
            home = self.homes[i]
            self.known[alias] = Symbol(i, home.density_unit, 1.0 / home.omega, count=True)

    def place(self, where: str, given: Place | str, scope: Scope) -> Place | None:
        """The place that is meant by an object, a name or a port; None, and a fault, where there is none."""
        given = given.name if isinstance(given, (Compartment, Membrane)) else given
        name = scope.place(given if isinstance(given, str) else repr(given))
        if name not in self.model.places:
            self.faults.append(unknown(where, name, "places of the model", self.model.places))
        return self.model.places.get(name)

    def terms(self, where: str, side: tuple[tuple[float, str], ...], scope: Scope) -> Terms:
        """(species, stoichiometry) of one side of an equation."""
        found: Terms = []
        for number, name in side:
            known = scope.find(name, self.called)
            if known is None:
                self.faults.append(unknown(where, name, "species of the model", sorted(self.index), self.called))
            else:
                found.append((self.index[self.called[known]], float(number)))
        return found

    def law(self, law: RateLaw) -> int:
        """The number of a law; each distinct law has one."""
        return self.laws.setdefault(law, len(self.laws))

    def call(self, where: str, law: RateLaw, bindings: Any, scope: Scope) -> Call:
        """A law with its arguments bound, each to what ``bindings`` says or to what has the argument's own name."""
        arguments = [
            self._argument(f"{where}, argument '{name}'", unit, bindings.get(name, name), scope)
            for name, unit in law.arguments
        ]
        return self.law(law), arguments

    def _argument(self, where: str, unit: str, given: Any, scope: Scope) -> tuple[int, float]:
        given = _name_of(given)
        symbol = self.find(given, scope)
        if symbol is None:
            return self.one, self.literal(where, given, unit, "names of the model", self.known) or 0.0
        if symbol.count and kind(unit) == "number":
            return symbol.slot, conversion("1", unit)
        return symbol.slot, symbol.factor * self.converted(f"{where} = {given}", symbol.unit, unit)

    def find(self, given: Any, scope: Scope) -> Symbol | None:
        """The symbol of a name or a named object, or None."""
        found = scope.find(_name_of(given), self.known) if isinstance(_name_of(given), str) else None
        return None if found is None else self.known[found]

    def literal(
        self, where: str, given: Any, unit: str, what: str, known: Iterable[str], needed: str = ""
    ) -> float | None:
        """A number, or text with a unit, in ``unit``; else a fault, of the unit or of a name that is not ``known``."""
        try:
            return magnitude(given, unit)
        except UnitError as error:
            named = isinstance(given, str) and given.strip()[:1] not in set("0123456789.+-")
            fault = unknown(where, given, what, known) if named else Fault(where, error.found, needed or error.needed)
            self.faults.append(fault)
            return None

    def converted(self, where: str, unit: str, to: str) -> float:
        """The factor from one unit to another; a fault where the dimensions differ."""
        try:
            return conversion(unit, to)
        except UnitError:
            self.faults.append(Fault(where, f"a quantity in {unit}", f"a quantity in {to}"))
            return 1.0


def _reads(model: Model, name: str) -> bool:
    """Whether an argument of some law of the model is bound to ``name``, or it is given to an event by itself."""
    given = [(g, e.bindings) for e in model.events.values() for g in (e.when, e.delay, e.priority, *e.sets.values())]
    used: list[tuple[Any, Any]] = [
        *((law, r.bindings) for r, _ in model.reactions.values() for law in (r.law, r.affinity, r.k, r.k_back)),
        *((quantity.law, quantity.bindings) for quantity in model.quantities.values()),
        *((variable.law, variable.bindings) for variable in model.variables.values()),
        *given,
    ]
    return any(isinstance(value, str) and value == name for value, _ in given) or any(
        isinstance(bound, str) and bound == name
        for law, bindings in used
        if isinstance(law, RateLaw)
        for bound in (bindings.get(argument, argument) for argument in law.names)
    )


def _electric(membrane: Membrane) -> list[tuple[str, float, str]]:
    """The constants of a membrane's voltage."""
    if membrane.capacitance is not None:
        resting = membrane.voltage if isinstance(membrane.voltage, float) else 0.0
        capacitance = membrane.total_capacitance
        return [(f"{membrane.name}.resting", resting, "mV"), (f"{membrane.name}.capacitance", capacitance, "pF")]
    return [(f"{membrane.name}.voltage", membrane.voltage, "mV")] if isinstance(membrane.voltage, float) else []


def _voltage(membrane: Membrane) -> Quantity:
    """The voltage of a membrane that the charge on it moves."""
    names = ("resting", "capacitance")
    bindings = {"charge": f"{CHARGE}.{membrane.name}", **{name: f"{membrane.name}.{name}" for name in names}}
    return Quantity(f"{membrane.name}.voltage", membrane_voltage, bindings)


def _name_of(given: Any) -> Any:
    if isinstance(given, (Species, Parameter, Input, Quantity, Variable)):
        return given.name
    if isinstance(given, (Compartment, Membrane)):
        return f"{given.name}.{given.measure}"
    return given
