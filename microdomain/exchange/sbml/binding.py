"""What the names of a document are in the model that is made of it, and formulas in the model's names and units."""

from __future__ import annotations

import math

from mechanisms.faults import Fault
from mechanisms.network import TIME as MODEL_TIME
from mechanisms.symbols import TEMPERATURE
from mechanisms.units import MOLECULES_PER_UM_FL
from microdomain.exchange.expressions import DEEPEST, LARGEST, Call, Expression, Name, Number, divided, replaced, times
from microdomain.exchange.sbml.contents import Contents
from microdomain.exchange.sbml.mathml import RATE_OF, TIME
from microdomain.exchange.sbml.uncounted import read_uncounted
from microdomain.exchange.sbml.unit_factors import PLAIN, Units, rounded
from microdomain.exchange.sbml.values import StartValues, rate_of, varies

RESERVED = (MODEL_TIME, TEMPERATURE)
"""Names that laws of every model may read."""


class Binding:
    """Species, sizes, parameters and time of a document as names of a model.

    A species that reactions change is one of the model, in molecules; what a rule or an event changes is a variable or
    a derived quantity of the model, in the numbers of the document.
    """

    def __init__(self, contents: Contents, units: Units, start: StartValues, faults: list[Fault]) -> None:
        self.contents, self.start, self.faults = contents, start, faults
        self.seconds = units.default("time")
        self.items = {
            name: units.factor(f"species '{name}'", species.unit, "substance")
            if species.unit
            else self.substance(units)
            for name, species in contents.species.items()
        }
        self.units = units
        self.sizes: dict[str, float] = {}
        for name, compartment in contents.compartments.items():
            measured = self.measure(name)
            where = f"compartment '{name}'"
            unit = compartment.unit
            if compartment.dimensions not in (2, 3):
                self.sizes[name] = PLAIN["volume"]
            else:
                self.sizes[name] = units.factor(where, unit, measured) if unit else units.default(measured)
        self.renamed = {name: self.other_name(name) for name in RESERVED}
        self.known: dict[str, Expression] = {}
        self.waiting: list[str] = []
        self.shares = {name: self.items[name] * self.factor_of(name) for name in contents.species}
        self.uncounted = read_uncounted(contents, units, start, self.shares)

    @staticmethod
    def substance(units: Units) -> float:
        """Molecules in the document's unit of substance."""
        return units.default("substance")

    def measure(self, compartment: str) -> str:
        """What the size of a compartment is read as: the area of a membrane, or a volume, also in other dimensions."""
        found = self.contents.compartments[compartment]
        said = next((what for what in ("volume", "area") if self.units.measures(found.unit, what)), "")
        return said or ("area" if found.dimensions == 2 else "volume")

    def name(self, name: str) -> str:
        """What a species, parameter, variable or quantity is called in the model."""
        return self.renamed.get(name, name)

    def other_name(self, name: str) -> str:
        """A name that nothing in the document has."""
        contents = self.contents
        while name in {
            *RESERVED,
            *contents.species,
            *contents.parameters,
            *contents.compartments,
            *contents.references,
        }:
            name += "_"
        return name

    def is_counted(self, species: str) -> bool:
        """Whether a species of the document is one of the model: no rule says what it is."""
        return species not in self.contents.assigned and species not in self.contents.rates

    def is_held(self, species: str) -> bool:
        """Whether no reaction and no event changes a species."""
        found = self.contents.species[species]
        return (found.boundary or found.constant) and species not in self.contents.set_by_events

    def full_name(self, species: str) -> str:
        """The full name of a species in the model."""
        return f"{self.name(species)}.{self.contents.species[species].compartment}"

    def density_unit(self, compartment: str) -> str:
        return "1/um^2" if self.measure(compartment) == "area" else "uM"

    def density(self, species: str) -> float:
        """What one unit of the model's density is in the document's concentration, where the size is constant."""
        home = self.contents.species[species].compartment
        per_size = 1.0 if self.measure(home) == "area" else MOLECULES_PER_UM_FL
        return rounded(per_size * self.sizes[home] / self.items[species])

    def own_size(self, compartment: str) -> Expression:
        """The size of the model's place, in fL or um^2."""
        area = self.measure(compartment) == "area"
        return Name(f"{compartment}.area", "um^2") if area else Name(f"{compartment}.volume", "fL")

    def bound(self, expression: Expression) -> Expression:
        """A formula of the document in the names of the model; its value is in the numbers of the document."""
        found = replaced(expression, lambda name: self.of(name.name))
        if isinstance(found, Call) and found.is_too_large:
            allowed = f"at most {DEEPEST} calls within calls, and {LARGEST} parts, with the rates that it reads"
            self.faults.append(Fault(f"the formula of {str(expression)[:60]}", f"{found.size} parts", allowed))
            return Number(1.0)
        return found

    def of(self, name: str) -> Expression:
        """A name of the document in the names of the model."""
        if name not in self.known:
            if name in self.waiting:
                circle = " needs ".join(f"'{n}'" for n in [*self.waiting[self.waiting.index(name) :], name])
                self.faults.append(Fault(f"'{name}'", circle, "formulas that do not go round in a circle"))
                return Number(1.0)
            self.waiting.append(name)
            self.known[name] = self.find(name)
            self.waiting.pop()
        return self.known[name]

    def find(self, name: str) -> Expression:
        contents = self.contents
        if name == TIME.name:
            return divided(Name(MODEL_TIME, "s"), Number(self.seconds))
        if name.startswith(RATE_OF):
            return self.bound(rate_of(contents, name.removeprefix(RATE_OF)))
        if name in contents.reactions:
            return self.bound(contents.reactions[name].rate)
        if name in contents.species and self.is_counted(name):
            return self.species(name)
        if varies(contents, name):
            return Name(self.name(name), "1")
        if name in contents.compartments:
            if contents.compartments[name].size is None and name not in contents.initial:
                self.start.value(name)
            return divided(self.own_size(name), Number(self.sizes[name]))
        value = self.start.value(name)
        in_model = name in contents.parameters and math.isfinite(value)
        return Name(self.name(name), "1") if in_model else Number(value)

    def species(self, name: str) -> Expression:
        """What a species that the model counts means in formulas: its amount or its concentration."""
        species, full = self.contents.species[name], self.full_name(name)
        amount = divided(Name(full, "1"), Number(self.items[name]))
        if species.in_amounts:
            return amount
        if varies(self.contents, species.compartment):
            return divided(amount, self.of(species.compartment))
        self.of(species.compartment)
        return times(self.density(name), Name(full, self.density_unit(species.compartment)))

    def per_density(self, species: str, value: Expression) -> Expression:
        """The model's density of a species that has this ``value`` in the document, in its compartment as it is."""
        found = self.contents.species[species]
        if not found.in_amounts and not varies(self.contents, found.compartment):
            return divided(value, Number(self.density(species)))
        if not found.in_amounts:
            value = times(value, self.of(found.compartment))
        per_size = 1.0 if self.measure(found.compartment) == "area" else MOLECULES_PER_UM_FL
        return divided(times(value, self.items[species] / per_size), self.own_size(found.compartment))

    def extent(self, reaction: str) -> float:
        """Molecules of the first species that a reaction changes in the unit in which its kinetic law counts.

        As the specification has it, a law is a number, of units of extent per time, and a unit of extent is one unit
        of each species, or as many as its conversion factor says, whatever units they have.
        """
        found = self.contents.reactions[reaction]
        changed = [p.species for side in found.sides for p in side if self.is_changed(p.species)]
        return self.shares[changed[0]] if changed else 1.0

    def factor_of(self, species: str) -> float:
        """The conversion factor of a species: of its unit of substance there are so many in one unit of extent."""
        factor = self.contents.species[species].factor
        value = self.start.value(factor) if factor else 1.0
        return value if 0.0 < abs(value) < math.inf else 1.0

    def is_changed(self, species: str) -> bool:
        """Whether the model counts a species and lets reactions change it."""
        return self.is_counted(species) and not self.is_held(species)

    def per_second(self, reaction: str) -> float:
        """What turns a reaction's kinetic law into events per second."""
        found, where = self.contents.reactions[reaction], f"reaction '{reaction}'"
        seconds, own = self.seconds, 1.0
        if found.time:
            seconds = self.units.factor(where, found.time, "time")
        if found.substance:
            own = self.units.factor(where, found.substance, "substance") / self.substance(self.units)
        return rounded(self.extent(reaction) * own / seconds)
