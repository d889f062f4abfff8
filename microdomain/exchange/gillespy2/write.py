"""GillesPy2 out: a model as one of GillesPy2, from its network."""

from __future__ import annotations

import math
import re
from functools import cached_property
from typing import Any

import numpy as np

from engines.request import network_of
from mechanisms.faults import Fault, ModelError
from mechanisms.model import Model
from mechanisms.network import TIME, Network
from mechanisms.places import Compartment, Membrane
from mechanisms.symbols import CHARGE
from microdomain.exchange.gillespy2 import library

CLOCK = "t"
"""What GillesPy2 calls the time."""


def to_gillespy2(model: Model) -> Any:
    """The ``gillespy2.Model`` of a model.

    Its volume is the number of molecules at 1 uM. Names with a place lose it, and other dots become underscores;
    parameters keep their values, in the units of the model. Each rate is written out in events per second, with sizes
    as numbers, as a ``propensity_function``, c A (A - 1), and an ``ode_propensity_function``, c A^2: GillesPy2's ODE
    solver takes every volume for 1. Initial counts are rounded to whole molecules. Derived quantities are written into
    the rates that read them, and those that are only results are left out. Models with variables or events can only be
    run by GillesPy2's hybrid solver.
    Raises ImportError where GillesPy2 is not installed; ModelError with everything that GillesPy2 cannot say.
    """
    library()
    network = network_of(model, "to_gillespy2")
    faults = _unsupported(model, network)
    if faults:
        raise ModelError(model.name, faults)
    return _Writer(model, network).model()


def _unsupported(model: Model, network: Network) -> list[Fault]:
    """What GillesPy2 has no word for: every one of them."""
    faults = []
    compartments = [place.name for place in model.places.values() if isinstance(place, Compartment)]
    if len(compartments) != 1:
        faults.append(Fault("compartments", ", ".join(compartments) or "none", "one volume in GillesPy2"))
    for place in model.places.values():
        if isinstance(place, Membrane):
            faults.append(Fault(f"membrane '{place.name}'", "an area", "one volume in GillesPy2"))
    for i in np.flatnonzero(network.signed & ~network.continuous).tolist():
        where = f"membrane '{network.species[i].removeprefix(f'{CHARGE}.')}'"
        faults.append(Fault(where, "a voltage that charges move", "no voltages in GillesPy2"))
    for name in model.inputs:
        faults.append(Fault(f"input '{name}'", "an input", "values that are constant or rules in GillesPy2"))
    for name in model.multimers:
        faults.append(Fault(f"multimer '{name}'", "complexes of several subunits", "plain species in GillesPy2"))
    for j in np.flatnonzero(network.net).tolist():
        faults.append(Fault(f"reaction '{network.reactions[j]}'", "a net flux", "one-way rates in GillesPy2"))
    return faults


class _Writer:
    """Writes one network; every slot of y has a symbol: a name of GillesPy2, or what a quantity is computed from."""

    def __init__(self, model: Model, network: Network) -> None:
        self.ours, self.network, self.gillespy2 = model, network, library()
        self.faults: list[Fault] = []
        self.place = next(p for p in model.places.values() if isinstance(p, Compartment))
        self.first_constant = network.first_input + len(network.inputs)

    @cached_property
    def names(self) -> dict[int, str]:
        """What the slots of species, variables and constants are called."""
        network, taken = self.network, {"vol", CLOCK, ""}
        slots = {i: name.removesuffix(f".{self.place.name}") for i, name in enumerate(network.species)}
        slots |= {self.first_constant + i: name for i, name in enumerate(network.parameters)}
        found: dict[int, str] = {}
        for slot, name in slots.items():
            if name == TIME and slot < len(network.species):
                found[slot] = CLOCK
                continue
            written = re.sub(r"\W", "_", name)
            while written in taken:
                written += "_"
            taken.add(written)
            found[slot] = written
        return found

    # -- formulas ------------------------------------------------------------------------------------------------------

    def value(self, slot: int) -> Any:
        """What a slot holds, as a SymPy expression."""
        import sympy

        network = self.network
        if slot == network.size - 1:
            return sympy.Integer(1)
        if network.first_quantity <= slot < network.first_input:
            return self.law(len(network.reactions) + slot - network.first_quantity)
        return sympy.Symbol(self.names[slot], real=True)

    def law(self, row: int) -> Any:
        """A row of the network's laws, as a SymPy expression of what it is bound to."""
        import sympy

        arguments = self.network.arguments.row(row)
        values = [self.value(slot) * (1 if scale == 1.0 else sympy.Float(scale, 17)) for slot, scale in arguments]
        return sympy.sympify(self.network.laws[self.network.law[row]](*values))

    def text(self, where: str, expression: Any, rule: bool = False) -> str:
        """A formula as GillesPy2 reads it; rule: of a rule or an event, which may hold conditions."""
        import sympy

        if not rule and (expression.has(sympy.Piecewise) or expression.has(sympy.core.relational.Relational)):
            self.faults.append(Fault(where, f"a condition, in {expression}", "a rate without conditions in GillesPy2"))
        text = str(_printer().doprint(expression))
        self.check_names(where, text, expression)
        return text

    def check_names(self, where: str, text: str, expression: Any) -> None:
        """GillesPy2 replaces names in texts letter by letter, also inside of the names of functions."""
        functions = set(re.findall(r"([A-Za-z_]\w*)\(", text)) | ({"pow"} if "**" in text else set())
        for name in self.names.values():
            for function in functions:
                if name in function and name != CLOCK:
                    found = f"the name '{name}' beside '{function}', which GillesPy2 takes apart"
                    self.faults.append(Fault(where, found, "another name"))

    # -- the model -----------------------------------------------------------------------------------------------------

    def model(self) -> Any:
        network, g = self.network, self.gillespy2
        model = g.Model(name=network.name, volume=self.place.omega)
        for i, name in enumerate(network.species):
            if name == TIME:
                continue
            if network.continuous[i] and i not in network.changes.index:
                model.add_parameter(g.Parameter(name=self.names[i], expression=repr(float(network.initial[i]))))
            else:
                model.add_species(self.species(i))
        for i, value in enumerate(network.constants.tolist()):
            model.add_parameter(g.Parameter(name=self.names[self.first_constant + i], expression=repr(value)))
        for j in range(len(network.reactions)):
            if not network.deterministic[j]:
                model.add_reaction(self.reaction(j))
            elif self.names[int(network.changes.row(j)[0][0])] != CLOCK:
                model.add_rate_rule(self.rate_rule(j))
        for e in range(len(network.events)):
            for event in self.events(e):
                model.add_event(event)
        if self.faults:
            raise ModelError(network.name, self.faults)
        return model

    def species(self, i: int) -> Any:
        network, g = self.network, self.gillespy2
        value = float(network.initial[i])
        if network.continuous[i]:
            return g.Species(
                name=self.names[i], initial_value=value, mode="continuous", allow_negative_populations=True
            )
        held = bool(network.clamped[i])
        return g.Species(name=self.names[i], initial_value=round(value), constant=held, boundary_condition=held)

    def reaction(self, j: int) -> Any:
        """What a reaction takes and makes, without what is held, and its rate in both readings."""
        network = self.network
        name = network.reactions[j]
        left = {slot: int(n) for slot, n in network.reactants.row(j) if not network.clamped[slot]}
        right = dict(left)
        for slot, n in network.changes.row(j):
            right[slot] = right.get(slot, 0) + int(n)
        counted, flowing = self.rates(j)
        return self.gillespy2.Reaction(
            name=re.sub(r"\W+", "_", f"r{j + 1}_{name}").strip("_"),
            reactants={self.names[slot]: n for slot, n in left.items()},
            products={self.names[slot]: n for slot, n in right.items() if n},
            propensity_function=counted,
            ode_propensity_function=flowing,
            annotation=name,
        )

    def rates(self, j: int) -> tuple[str, str]:
        """The rate of a reaction in events per second, where molecules are counted and in the mean field."""
        network = self.network
        where = f"reaction '{network.reactions[j]}'"
        law = self.text(where, self.law(j))
        counted = flowing = ""
        for slot, n in network.reactants.row(j) if network.mass_action[j] else ():
            flowing += f" * {self.names[slot]}" * int(n)
            for k in range(int(n)):
                drawn = k and not network.clamped[slot]
                counted += f" * ({self.names[slot]} - {k})" if drawn else f" * {self.names[slot]}"
        scale = float(network.rate_scale[j])
        front = "" if abs(scale - 1.0) < 1e-13 else f"{scale!r} * "
        return f"{front}({law}){counted}", f"{front}({law}){flowing}"

    def rate_rule(self, j: int) -> Any:
        network = self.network
        slot = int(network.changes.row(j)[0][0])
        law = self.text(f"variable '{network.species[slot]}'", self.law(j), rule=True)
        return self.gillespy2.RateRule(variable=self.names[slot], formula=f"{float(network.rate_scale[j])!r} * ({law})")

    def events(self, e: int) -> list[Any]:
        """An event, as one for each of its times."""
        network, g = self.network, self.gillespy2
        where, start = f"event '{network.events[e]}'", int(network.assignments.start[e])
        trigger = int(network.triggers[e])
        conditions = [f"{CLOCK} >= {time!r}" for time in network.schedule[e]]
        if trigger >= 0:
            conditions = [f"{self.text(where, self.law(network.first_condition + trigger), rule=True)} > 0"]
        delay = self.text(where, self.law(network.first_delay + e), rule=True)
        assignments = []
        for i, (slot, factor) in enumerate(network.assignments.row(e)):
            value = self.text(where, self.law(network.first_assignment + start + i), rule=True)
            assignments.append(g.EventAssignment(variable=self.names[int(slot)], expression=f"{factor!r} * ({value})"))
        return [
            g.Event(
                name=re.sub(r"\W", "_", network.events[e]) + (f"_{i + 1}" if i else ""),
                trigger=g.EventTrigger(condition, not network.at_start[e], bool(network.persistent[e])),
                assignments=assignments,
                delay=None if delay in ("0", "0.0") else f"{float(network.delay_scale[e])!r} * ({delay})",
                priority=self.text(where, self.law(network.first_priority + e), rule=True),
                use_values_from_trigger_time=bool(network.at_trigger[e]),
            )
            for i, condition in enumerate(conditions)
        ]


def _printer() -> Any:
    from sympy.printing.pycode import PythonCodePrinter

    class Printer(PythonCodePrinter):  # type: ignore[misc]
        """Python without the names of modules, of which all of GillesPy2's solvers know ``pow``."""

        def _print_Pow(self, power: Any, rational: bool = False) -> str:
            base, exponent = f"({self._print(power.base)})", power.exp
            if exponent.is_Integer and 0 < abs(exponent) <= 8:
                factors = "*".join([base] * abs(int(exponent)))
                return f"({factors})" if exponent > 0 else f"(1/({factors}))"
            return f"pow({self._print(power.base)}, {self._print(exponent)})"

        def _print_exp(self, expression: Any) -> str:
            return f"pow({math.e!r}, {self._print(expression.args[0])})"

        def _print_Piecewise(self, piecewise: Any) -> str:
            parts = [self._print(part) for pair in piecewise.args for part in pair.args]
            return f"piecewise({', '.join(parts)})"

    return Printer({"fully_qualified_modules": False})
