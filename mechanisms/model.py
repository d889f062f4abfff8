"""A model: compartments, membranes, species, parameters, inputs, and the mechanisms and reactions added to them."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import re
from collections.abc import Mapping
from typing import Any

from mechanisms import variants
from mechanisms.events import read_event
from mechanisms.faults import Fault, ModelError, unknown
from mechanisms.law import RateLaw
from mechanisms.lower import lower
from mechanisms.mechanism import Mechanism, State, Subunits
from mechanisms.names import Scope
from mechanisms.network import TIME, Network
from mechanisms.places import (
    TRIGGER,
    Compartment,
    Event,
    Input,
    Membrane,
    Multimer,
    Parameter,
    Place,
    Quantity,
    Resistor,
    Species,
    Variable,
)
from mechanisms.reaction import MOST, EquationError, Reaction, Side, read_equation
from mechanisms.show import html_of_model, text_of_model
from mechanisms.signal import Piecewise, constant
from mechanisms.symbols import CONSTANT
from mechanisms.units import Given, is_quantity
from mechanisms.values import (
    is_whole,
    read_not_negative,
    read_number,
    read_positive,
    read_signal,
    read_text,
    read_unit,
    read_voltage,
)

_NAME = re.compile(r"[A-Za-z_]\w*")


class Model:
    """What happens, and where; every engine can read it.

    Faults are collected as the model is written and reported all at once, by ``check`` or when it is first used.
    """

    def __init__(self, name: str, *, temperature: Given = 310.15) -> None:
        """name; temperature in K, which laws may read as ``temperature``."""
        self.name = name
        self._faults: list[Fault] = []
        self.temperature = read_positive(f"model '{name}', temperature", temperature, "K", self._faults)
        self.places: dict[str, Place] = {}
        self.all_species: dict[str, Species] = {}
        self.parameters: dict[str, Parameter] = {}
        self.inputs: dict[str, Input] = {}
        self.quantities: dict[str, Quantity] = {}
        self.multimers: dict[str, Multimer] = {}
        self.reactions: dict[str, tuple[Reaction, Scope]] = {}
        self.variables: dict[str, Variable] = {}
        self.resistors: dict[str, Resistor] = {}
        self.events: dict[str, Event] = {}
        self.mechanisms: dict[str, Mechanism] = {}
        self._network: Network | None = None

    def compartment(self, name: str, volume: Given) -> Compartment:
        """Add a well-mixed compartment of ``volume`` (number: fL)."""
        size = read_positive(f"compartment '{name}', volume", volume, "fL", self._faults)
        place = Compartment(name, size)
        self._declare(f"compartment '{name}'", name, self.places, place)
        return place

    def membrane(
        self,
        name: str,
        area: Given,
        inside: Compartment | str = "",
        outside: Compartment | str = "",
        *,
        voltage: Given | Input = None,
        capacitance: Given = None,
    ) -> Membrane:
        """Add a membrane of ``area`` (number: um^2) between the compartments ``inside`` and ``outside``.

        voltage: of the inside against the outside (number: mV), or the input that it follows; laws read it as
        "<name>.voltage". capacitance: of the whole membrane (number: pF), or per area ("1 uF/cm^2"). With it the
        voltage is that at the start, and every charge that crosses moves it: V = V0 + e Q / C, where Q is the species
        "charge.<name>". Without it the voltage is held.
        """
        where = f"membrane '{name}'"
        inner, outer = (
            "" if isinstance(side, str) and not side else self._place_name(where, side) for side in (inside, outside)
        )
        size = read_positive(f"{where}, area", area, "um^2", self._faults)
        held = read_voltage(f"{where}, voltage", voltage, self.inputs, self._faults)
        density = None
        if capacitance is not None:
            per_area = is_quantity(capacitance, "pF/um^2") and not is_quantity(capacitance, "pF")
            unit = "pF/um^2" if per_area else "pF"
            total = read_positive(f"{where}, capacitance", capacitance, unit, self._faults)
            density = total if per_area else total / size
            if not isinstance(held, float):
                allowed = "a voltage in mV at the start, beside a capacitance"
                self._faults.append(Fault(f"{where}, voltage", f"{voltage!r}", allowed))
            if not inner:
                self._faults.append(
                    Fault(where, "a capacitance without inside=", "the side on which charge is counted")
                )
        place = Membrane(name, size, inner, outer, held, density)
        self._declare(where, name, self.places, place)
        return place

    def resistor(self, name: str, first: Membrane | str, second: Membrane | str, resistance: Given) -> None:
        """Join the insides of two membranes that have a capacitance through a ``resistance`` (number: Gohm).

        Charge flows by Ohm's law, with the thermal noise of the resistor.
        """
        where = f"resistor '{name}'"
        ends = (self._place_name(where, first), self._place_name(where, second))
        value = read_positive(f"{where}, resistance", resistance, "Gohm", self._faults)
        self._declare(where, name, self.resistors, Resistor(name, ends, value))

    def variable(
        self, name: str, initial: Given, unit: str, law: RateLaw | None = None, *, uncounted: str = "", **bindings: Any
    ) -> Variable:
        """Add a continuous variable: d/dt = ``law``, in ``unit`` per second; None: it changes by events alone.

        initial: its value at the start (number: in ``unit``). Laws read it by its name, and every engine integrates it.
        uncounted: of molecules that cannot be counted, why; then only mean fields run, since its noise is not known.
        """
        where = f"variable '{name}'"
        if isinstance(name, str) and name == TIME:
            self._faults.append(Fault(where, f"the name '{TIME}'", "another name; laws read time itself by this one"))
        unit = read_unit(where, unit, "mV", self._faults)
        start = read_number(where, initial, unit, self._faults)
        if law is not None and not self._is_law(where, law):
            law = None
        variable = Variable(name, start, unit, law, bindings, uncounted=uncounted)
        self._declare(where, name, self.variables, variable)
        return variable

    def species(
        self,
        name: str,
        place: Place | str,
        initial: Given = None,
        *,
        count: int | None = None,
        valence: int = 0,
        clamped: bool | Input | str = False,
        label: str = "",
    ) -> Species:
        """Add a species to a place; in equations it is ``name`` where that is unique, else ``name.place``.

        initial: concentration (number: uM; on a membrane 1/um^2); or count: molecules. Neither: none at the start.
        valence: elementary charges. clamped: True holds the initial value whatever reacts; an input makes the
        concentration follow it. label: what it is called elsewhere, in any characters; results have it beside the name.
        """
        where = f"species '{name}'"
        home = self._place_name(where, place)
        unit = self.places[home].density_unit if home in self.places else "uM"
        if initial is not None and count is not None:
            self._faults.append(Fault(where, "both a concentration and a count", "one of them"))
        concentration = None
        if count is None:
            given = 0.0 if initial is None else initial
            concentration = read_not_negative(f"{where}, initial", given, unit, self._faults)
        elif not is_whole(count) or not 0 <= count < 2**53:
            self._faults.append(Fault(f"{where}, count", f"{count!r}", "a whole number, 0 or more"))
            count = 0
        if not is_whole(valence) or abs(valence) > MOST:
            self._faults.append(Fault(f"{where}, valence", f"{valence!r}", "a whole number"))
            valence = 0
        follows = clamped.name if isinstance(clamped, Input) else clamped
        if not isinstance(follows, (bool, str)):
            self._faults.append(Fault(f"{where}, clamped", f"{clamped!r}", "True, False or an input"))
            follows = False
        label = read_text(f"{where}, label", label, self._faults)
        species = Species(f"{name}.{home}", home, concentration, count, valence, follows, label)
        self._declare(where, name, self.all_species, species, key=species.name)
        return species

    def parameter(self, name: str, value: Given, unit: str, source: str = "") -> Parameter:
        """Add a parameter; ``value`` is in ``unit`` unless it says otherwise."""
        where = f"parameter '{name}'"
        unit = read_unit(where, unit, "1/uM/s", self._faults)
        source = read_text(f"{where}, source", source, self._faults)
        parameter = Parameter(name, read_number(where, value, unit, self._faults), unit, source)
        self._declare(where, name, self.parameters, parameter)
        return parameter

    def input(self, name: str, signal: Piecewise, unit: str) -> Input:
        """Add a protocol: a step, pulse, train or other piecewise constant signal, its values in ``unit``."""
        where = f"input '{name}'"
        known = read_unit(where, unit, "uM", self._faults)
        held = read_signal(where, signal, known, self._faults) if known == unit else constant(0.0)
        protocol = Input(name, held, known)
        self._declare(where, name, self.inputs, protocol)
        return protocol

    def event(
        self,
        name: str,
        sets: Mapping[str, Any],
        *,
        at: Any = None,
        when: RateLaw | None = None,
        delay: Any = 0.0,
        priority: Any = 0.0,
        persistent: bool = True,
        at_start: bool = False,
        values: str = TRIGGER,
        **bindings: Any,
    ) -> Event:
        """Add an event that ``sets`` species (concentrations) and variables, by name, to values or laws.

        at: a time or times (numbers: s) at which it is triggered; or when: a law, in any unit, and it is triggered
        where the law's value rises above 0; with at_start=True also at the start, where it is above 0 then.
        delay: from then until it happens (number: s), as it is when the event is triggered. It may be triggered again
        meanwhile, and then happens as often; with persistent=False it happens only if its condition, ``when``, holds
        all the while.
        The values that are set may be numbers, text with a unit, names, or laws: of the state in which the event is
        triggered, or with values="execution" of that just before it happens; they are rounded where molecules are
        counted. delay and priority may be given in the same ways.
        priority: of several events at one time the highest comes first, as it is after the one before; then the one
        declared first. All this is as in section 4.11 of SBML Level 3 Version 2.
        """
        given = {"at": at, "when": when, "sets": sets, "delay": delay, "priority": priority, "values": values}
        given |= {"persistent": persistent, "at_start": at_start}
        event = read_event(name, given, bindings, self._faults)
        self._declare(f"event '{name}'", name, self.events, event)
        return event

    def quantity(self, name: str, law: RateLaw, **bindings: Any) -> Quantity:
        """Add a derived quantity: ``law`` of species, parameters, inputs and other quantities."""
        if not self._is_law(f"quantity '{name}'", law):
            law, bindings = CONSTANT, {"k": 1.0}
        quantity = Quantity(name, law, bindings)
        self._declare(f"quantity '{name}'", name, self.quantities, quantity)
        return quantity

    def reaction(
        self,
        equation: str | tuple[Side, Side],
        law: RateLaw | None = None,
        *,
        k: Any = None,
        k_back: Any = None,
        at: Place | str | None = None,
        name: str = "",
        affinity: RateLaw | None = None,
        split: str = "ussing",
        **bindings: Any,
    ) -> None:
        """Add a reaction; the arguments are those of ``mechanisms.reaction.Reaction``, with bindings as keywords."""
        if isinstance(law, RateLaw):  # k is then an argument of the law, if it has one of that name
            for key, given in (("k", k), ("k_back", k_back)):
                if key in law.names and given is not None:
                    bindings[key] = given
            k = None if "k" in law.names else k
            k_back = None if "k_back" in law.names else k_back
        self._add_reaction(Reaction(equation, law, k, k_back, at, name, affinity, bindings, split), Scope())

    def add(self, mechanism: Mechanism, *, name: str = "", **ports: Place | str) -> Mechanism:
        """Add a mechanism, its ports bound to places; returns it bound.

        name: what its species and parameters are called after, by default its class: "SERCA.v_max".
        """
        if not isinstance(mechanism, Mechanism):
            self._faults.append(Fault("add", f"{mechanism!r}", "a mechanism with its parameters, such as ERLeak()"))
            return mechanism
        name = name or type(mechanism).__name__
        where = f"mechanism '{name}'"
        bound: dict[str, Place] = {}
        for port, place in ports.items():
            if port not in mechanism.ports():
                self._faults.append(unknown(where, port, "its ports", mechanism.ports()))
            elif (home := self._place_name(f"{where}, port '{port}'", place)) in self.places:
                bound[port] = self.places[home]
        for port in mechanism.ports():
            if port not in ports:
                self._faults.append(Fault(where, f"port '{port}' unbound", f"add(..., {port}=<a place of the model>)"))
        if set(bound) != set(mechanism.ports()):
            return mechanism
        mechanism = mechanism.bound(**bound)
        if self._declare(where, name, self.mechanisms, mechanism):
            self._add_contents(name, mechanism, self.scope(name))
        return mechanism

    def scope(self, owner: str) -> Scope:
        """Where the names in a mechanism's laws are read; "" for those of the model itself."""
        mechanism = self.mechanisms.get(owner)
        ports = {} if mechanism is None else {port: getattr(mechanism, port).name for port in mechanism.ports()}
        return Scope(owner, ports)

    def _add_contents(self, name: str, mechanism: Mechanism, scope: Scope) -> None:
        for key, parameter in mechanism.parameters().items():
            self.parameters[f"{name}.{key}"] = dataclasses.replace(parameter, name=f"{name}.{key}")
        for state in mechanism.species():
            home = scope.ports[state.port]
            if isinstance(state, State):
                full = f"{name}.{state.name}"
                density = state.concentration if state.count is None else None
                self.all_species[full] = Species(full, home, density, state.count, state.valence)
            else:
                self._add_subunits(name, home, state)
        for variable in mechanism.variables():
            full = f"{name}.{variable.name}"
            self.variables[full] = dataclasses.replace(variable, name=full, owner=name)
        for quantity in mechanism.quantities():
            full = f"{name}.{quantity.name}"
            self.quantities[full] = dataclasses.replace(quantity, name=full, owner=name)
        for reaction in mechanism.reactions():
            self._add_reaction(reaction, scope)

    def _add_subunits(self, name: str, home: str, group: Subunits) -> None:
        states = tuple(f"{name}.{state}" for state in group.states)
        for state in states:
            count = group.count * group.subunits if state == f"{name}.{group.start}" else 0
            self.all_species[state] = Species(state, home, None, count)
        start, watched, conducting = (f"{name}.{s}" for s in (group.start, group.watched, group.conducting))
        called = name if group.conducting == Subunits.conducting else conducting
        self.multimers[called] = Multimer(
            called, home, group.count, group.subunits, states, start, watched, group.needed, conducting
        )

    def _add_reaction(self, reaction: Reaction, scope: Scope) -> None:
        try:
            equation = read_equation(reaction.equation)
        except EquationError as error:
            self._faults.append(Fault("reaction", str(error), "an equation such as '2 A + B -> C' or '0 <-> A'"))
            return
        if isinstance(reaction.equation, str):
            reaction = dataclasses.replace(reaction, equation=equation)
        if not isinstance(reaction.name, str):
            self._faults.append(Fault(f"reaction '{equation}'", f"the name {reaction.name!r}", "text"))
            reaction = dataclasses.replace(reaction, name="")
        label = reaction.name or str(equation)
        name = f"{scope.owner}: {label}" if scope.owner else label
        if not reaction.name and name in self.reactions:
            name = next(f"{name} ({n})" for n in itertools.count(2) if f"{name} ({n})" not in self.reactions)
        self._declare(f"reaction '{name}'", name, self.reactions, (reaction, scope), plain=False)

    # -- variants ----------------------------------------------------------------------------------------------------

    def changed(
        self,
        *,
        parameters: Mapping[str, Given] | None = None,
        volumes: Mapping[str, Given] | None = None,
        areas: Mapping[str, Given] | None = None,
        voltages: Mapping[str, Given] | None = None,
        initial: Mapping[str, Given] | None = None,
    ) -> Model:
        """The same model with other values; nothing is compiled again.

        parameters: by full name; volumes, areas, voltages: by place; initial: concentrations by species, values by
        variable. Counts that the model gives as counts stay as they are, concentrations stay concentrations.
        """
        model = self._copy()

        def values(name: str, given: Any) -> Mapping[str, Given]:
            if given is None or isinstance(given, Mapping):
                return given or {}
            model._faults.append(Fault(f"changed({name}=...)", f"{given!r}", "values by name, as {'<name>': value}"))
            return {}

        variants.change_parameters(model, values("parameters", parameters), model._faults)
        variants.change_sizes(model, Compartment, values("volumes", volumes), model._faults)
        variants.change_sizes(model, Membrane, values("areas", areas), model._faults)
        variants.change_voltages(model, values("voltages", voltages), model._faults)
        variants.change_initial(model, values("initial", initial), model._faults)
        return model

    def scaled(self, factor: float, *, fixed: str = "densities", nearest: bool = False) -> Model:
        """The same model in ``factor`` times its volume.

        fixed: "densities", the thermodynamic limit: every area, count and number of complexes grows with the volumes;
        or "channels": membranes, what is on them, numbers of complexes and all that is given as a count stay as they
        are, and compartments grow at their concentrations.
        Counts are rounded to whole molecules. Raises ModelError through ``check`` where a number of complexes would
        not be whole; with nearest=True it is the nearest whole one, and no count or number of complexes falls to 0.
        """
        model = self._copy()
        variants.scale(model, factor, fixed, nearest, model._faults)
        return model

    def _copy(self) -> Model:
        model = copy.copy(self)
        for key, value in vars(self).items():
            if isinstance(value, (dict, list)):
                setattr(model, key, value.copy())
        model._network = None
        return model

    # -- reading -----------------------------------------------------------------------------------------------------

    def network(self) -> Network:
        """The flat, immutable arrays that engines see. Raises ModelError with every fault of the model."""
        if self._network is None or self._faults:
            faults = list(self._faults)
            network = lower(self, faults)
            if faults or network is None:
                raise ModelError(self.name, faults)
            self._network = network
        return self._network

    def check(self) -> None:
        """Raise ModelError with every fault of the model; return where there is none."""
        self.network()

    def __str__(self) -> str:
        return text_of_model(self)

    def _repr_html_(self) -> str:
        return html_of_model(self)

    # -- collecting faults -------------------------------------------------------------------------------------------

    def _declare(
        self, where: str, name: str, into: dict[str, Any], thing: Any, *, key: str = "", plain: bool = True
    ) -> bool:
        self._network = None
        if not isinstance(name, str):
            self._faults.append(Fault(where, f"the name {name!r}", "text"))
            return False
        key = key or name
        if plain and not _NAME.fullmatch(name):
            self._faults.append(Fault(where, f"the name '{name}'", "a letter, then letters, digits and _"))
        if key in into:
            self._faults.append(Fault(where, f"a second '{key}'", "each name once; give one of them another name="))
            return False
        into[key] = thing
        return True

    def _is_law(self, where: str, law: Any) -> bool:
        """Whether it is a law; else there is a fault."""
        if not isinstance(law, RateLaw):
            self._faults.append(Fault(where, f"the law {law!r}", "a function declared with @rate_law"))
        return isinstance(law, RateLaw)

    def _place_name(self, where: str, place: Any) -> str:
        name = place.name if isinstance(place, (Compartment, Membrane)) else place
        if not isinstance(name, str) or name not in self.places:
            name = name if isinstance(name, str) else repr(name)
            self._faults.append(unknown(where, name, "places of this model", self.places))
        return name
