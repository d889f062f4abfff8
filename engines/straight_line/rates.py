"""Drift and Jacobian of a network as straight code; what they give is that of ``engines/loops/flow.py``."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from engines.derivatives import gradient_lines
from engines.flow_tables import FlowTables
from engines.kernel import PREFIX
from engines.loops.flow import COEFFICIENT, COMPLEXES
from engines.straight_line.arithmetic import Arithmetic, Lines, number, parsed
from mechanisms.recorder import record

Slopes = dict[int, Any]
"""Derivatives by species."""


class Point:
    """The rates of a network at one state: each value is computed once, when it is first wanted.

    species: their values; constants: the address of y, of which slots behind the quantities are read.
    """

    def __init__(self, do: Arithmetic, tables: FlowTables, species: list[Any], pointers: dict[str, Any]) -> None:
        self.do, self.tables, self.network, self.species = do, tables, tables.network, species
        self.pointers = pointers
        self.slots: dict[int, Any] = dict(enumerate(species))
        self.scales: dict[int, Any] = {}
        self.slopes: dict[int, Slopes] = {}

    def drift(self) -> list[Any]:
        """dn/dt of each species."""
        network, totals = self.network, [None] * len(self.species)
        for j in np.argsort(~network.static, kind="stable").tolist():  # sums wait for laws at their end
            rate = self.rate(j)
            for i, change in network.changes.row(j):
                totals[i] = self.do.add_to(totals[i], change, rate)
        return [number(0.0) if total is None else total for total in totals]

    def jacobian(self) -> list[Any]:
        """The nonzeros of its derivative, in the order of the tables."""
        network, tables = self.network, self.tables
        starts = tables.indptr.tolist()
        place = {
            (i, s): e
            for i in range(len(starts) - 1)
            for e, s in enumerate(tables.indices[starts[i] : starts[i + 1]].tolist(), starts[i])
        }
        totals = [None] * len(place)
        for j in range(len(network.reactions)):
            for s, slope in self.rate_slopes(j).items():
                for i, change in network.changes.row(j):
                    e = place[i, s]
                    totals[e] = self.do.add_to(totals[e], change, slope)
        return [number(0.0) if total is None else total for total in totals]

    # -- rates ---------------------------------------------------------------------------------------------------------

    def rate(self, j: int) -> Any:
        """Events per second of reaction j."""
        found = self.coefficient(j)
        if self.network.mass_action[j]:
            for i, order in self.network.reactants.row(j):
                for _ in range(int(order)):
                    found = self.do.multiply(found, self.species[i])
        return found if self.network.static[j] else self.do.multiply(found, self.law(j))

    def rate_slopes(self, j: int) -> Slopes:
        """Their derivatives by the species."""
        do, network, found = self.do, self.network, Slopes()
        reactants = network.reactants.row(j) if network.mass_action[j] else []
        coefficient, law = self.coefficient(j), None
        if not network.static[j]:
            law, slopes = self.law_and_slopes(j)
            factor = coefficient
            for i, order in reactants:
                factor = do.multiply(factor, do.power(self.species[i], int(order)))
            for s, slope in slopes.items():
                found[s] = do.multiply(factor, slope)
        for q, (i, order) in enumerate(reactants):
            others = coefficient if law is None else do.multiply(coefficient, law)
            if order != 1:
                others = do.multiply(others, number(order))
            for p, (other, power) in enumerate(reactants):
                for _ in range(int(power) - (p == q)):
                    others = do.multiply(others, self.species[other])
            found[i] = do.add(found[i], others) if i in found else others
        return found

    def coefficient(self, j: int) -> Any:
        return self.do.load(self.pointers["weights"], int(self.tables.plan[COEFFICIENT]) + j)

    def law(self, row: int) -> Any:
        """The law of a row at the state."""
        written = record(self.network.laws[self.network.law[row]], prefix=PREFIX)
        lines = Lines(self.do, self.arguments(row))
        lines.run(parsed("\n".join([*written.statements, f"return {written.result}"])))
        return lines.result

    def law_and_slopes(self, row: int) -> tuple[Any, Slopes]:
        """The law of a row, and its derivatives by the species."""
        do, network, found = self.do, self.network, Slopes()
        lines = Lines(do, self.arguments(row))
        lines.run(parsed(self.derivatives[int(network.law[row])]))
        for i, (slot, _) in enumerate(network.arguments.row(row)):
            if slot < network.first_input:
                weight = do.multiply(do.without_pole(lines.partial[i], lines.result), self.scale(row, i))
                for s, inner in self.slopes_of(slot).items():
                    slope = weight if inner is None else do.multiply(weight, inner)
                    found[s] = do.add(found[s], slope) if s in found else slope
        return lines.result, found

    @cached_property
    def derivatives(self) -> dict[int, str]:
        """The text of each law with its derivatives."""
        return gradient_lines(self.network)

    def arguments(self, row: int) -> dict[str, Any]:
        network = self.network
        names = network.laws[network.law[row]].names
        return {
            PREFIX + name: self.do.multiply(self.slot(slot), self.scale(row, i))
            for i, (name, (slot, _)) in enumerate(zip(names, network.arguments.row(row), strict=True))
        }

    def scale(self, row: int, i: int) -> Any:
        place = int(self.network.arguments.start[row]) + i
        if place not in self.scales:
            self.scales[place] = self.do.load(self.pointers["scale"], place)
        return self.scales[place]

    # -- slots ---------------------------------------------------------------------------------------------------------

    def slot(self, slot: int) -> Any:
        """The value of a slot of y."""
        if slot not in self.slots:
            network, species = self.network, len(self.species)
            if slot < network.first_quantity:
                self.slots[slot], self.slopes[slot] = self.conducting(slot - species)
            elif slot < network.first_input:
                self.slots[slot] = self.law(len(network.reactions) + slot - network.first_quantity)
            else:
                self.slots[slot] = self.do.load(self.pointers["y"], slot)
        return self.slots[slot]

    def slopes_of(self, slot: int) -> Slopes:
        """The derivatives of a slot by the species; None is 1."""
        if slot < len(self.species):
            return {slot: None}
        if slot not in self.slopes:
            if slot < self.network.first_quantity:
                self.slot(slot)
            else:
                row = len(self.network.reactions) + slot - self.network.first_quantity
                self.slopes[slot] = self.law_and_slopes(row)[1]
        return self.slopes[slot]

    def conducting(self, i: int) -> tuple[Any, Slopes]:
        """See ``conducting`` in the loops."""
        do, group = self.do, self.network.multimers[i]
        m, k = group.subunits, group.needed
        watched = self.network.species.index(group.watched)
        count = do.load(self.pointers["plan"], int(self.tables.plan[COMPLEXES]) + i)
        complexes = do.builder.sitofp(count, number(0.0).type)
        x = do.divide(self.species[watched], do.multiply(complexes, number(m)))
        rest = do.subtract(number(1.0), x)
        total, slope, term = number(0.0), number(0.0), 1.0
        for j in range(m + 1):
            if j >= k:
                part = do.multiply(do.power(x, j), do.power(rest, m - j))
                total = do.add(total, do.multiply(number(term), part))
            if j == k - 1:
                part = do.multiply(do.power(x, j), do.power(rest, m - k))
                slope = do.multiply(number(term * (m - j) / m), part)
            term *= (m - j) / (j + 1.0)
        return do.multiply(complexes, total), {watched: slope}
