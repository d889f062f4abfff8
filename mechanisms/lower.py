"""Model to network: names become slots, reactions become one-way rows, and every fault is found."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from mechanisms.checks import check_affinities, check_rates
from mechanisms.events import EventRows
from mechanisms.faults import Fault, unknown
from mechanisms.network import Network, Ragged, Signal
from mechanisms.places import TRIGGER
from mechanisms.rows import rows_of
from mechanisms.symbols import CHARGE, Call, Symbols

if TYPE_CHECKING:
    from mechanisms.model import Model


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


@_collector_at_rest()
def lower(model: Model, faults: list[Fault]) -> Network | None:
    """The network of a model; appends to ``faults`` and returns None where there are any."""
    names = Symbols(model, faults)
    rows = rows_of(names)
    calls = [row.call for row in rows]
    for quantity in names.quantities:
        where = f"quantity '{quantity.name}'"
        calls.append(names.call(where, quantity.law, quantity.bindings, model.scope(quantity.owner)))
    _check_order_of_quantities(names, calls[len(rows) :])
    affinity = np.full(len(rows), -1, dtype=np.int64)
    for j, row in enumerate(rows):
        if row.affinity is not None:
            affinity[j] = len(calls)
            calls.append(row.affinity)
    events = EventRows(names)
    calls += events.calls
    driven = _driven(names)
    if not (names.species or names.charged or names.variables):
        allowed = "at least one species, one variable, or a membrane with a capacitance"
        faults.append(Fault(f"model '{model.name}'", "nothing that could change", allowed))
    if faults:
        return None
    species, variables, charges = names.species, names.variables, [f"{CHARGE}.{m.name}" for m in names.charged]
    behind = len(charges) + len(variables)
    network = Network(
        name=model.name,
        species=(*names.index, *charges, *(variable.name for variable in variables)),
        labels=(*(s.label for s in species), *[""] * behind),
        places=(*(s.place for s in species), *(m.name for m in names.charged), *[""] * len(variables)),
        units=(*(home.density_unit for home in names.homes), *["1"] * len(charges), *(v.unit for v in variables)),
        valence=np.array([s.valence for s in species] + [1] * len(charges) + [0] * len(variables)),
        clamped=np.array([bool(s.clamped) for s in species] + [False] * behind),
        signed=np.arange(len(species) + behind) >= len(species),
        continuous=np.arange(len(species) + behind) >= len(species) + len(charges),
        omega=np.array([home.omega for home in names.homes] + [1.0] * behind),
        initial=np.array(
            [_initial(names, i) for i in range(len(species))]
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
        triggers=np.array(events.triggers, dtype=np.int64),
        delay_scale=np.array(events.delay_scale, dtype=float),
        persistent=np.array([event.persistent for event in model.events.values()], dtype=bool),
        at_start=np.array([event.at_start for event in model.events.values()], dtype=bool),
        at_trigger=np.array([event.values == TRIGGER for event in model.events.values()], dtype=bool),
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
        uncounted=tuple((variable.name, variable.uncounted) for variable in variables if variable.uncounted),
        parameters=tuple(name for name, _, _ in names.constants),
        parameter_units=tuple(unit for _, _, unit in names.constants),
        constants=np.array([value for _, value, _ in names.constants]),
    )
    check_rates(network, faults)
    check_affinities(network, faults)
    return None if faults else network


def _initial(names: Symbols, i: int) -> float:
    """Molecules at the start, not rounded."""
    species = names.species[i]
    given = (species.concentration or 0.0) * names.homes[i].omega
    return given if species.count is None else float(species.count)


def _driven(names: Symbols) -> tuple[tuple[int, int, float], ...]:
    """Species that follow an input: species, input, molecules per unit of the input."""
    found = []
    inputs = list(names.model.inputs)
    for i, species in enumerate(names.species):
        if isinstance(species.clamped, str):
            where = f"species '{species.name}', clamped"
            if species.clamped not in inputs:
                names.faults.append(unknown(where, species.clamped, "inputs of the model", inputs))
                continue
            home = names.homes[i]
            unit = names.model.inputs[species.clamped].unit
            factor = names.converted(where, unit, home.density_unit)
            found.append((i, inputs.index(species.clamped), factor * home.omega))
    return tuple(found)


def _check_order_of_quantities(names: Symbols, calls: list[Call]) -> None:
    """A quantity may depend on those declared before it, so that they are computed in one pass."""
    listed = [quantity.name for quantity in names.quantities]
    first = len(names.species) + len(names.charged) + len(names.variables) + len(names.model.multimers)
    for i, (_, arguments) in enumerate(calls):
        for slot, _ in arguments:
            if first + i <= slot < first + len(calls):
                where = f"quantity '{listed[i]}'"
                names.faults.append(Fault(where, f"'{listed[slot - first]}'", "quantities declared before it"))
