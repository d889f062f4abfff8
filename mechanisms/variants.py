"""The same model with other values, or of another size: a copy of it is changed in place."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mechanisms.faults import Fault, unknown
from mechanisms.names import aliases
from mechanisms.places import Compartment, Membrane
from mechanisms.units import Given
from mechanisms.values import is_positive, read_not_negative, read_number, read_positive, read_voltage

if TYPE_CHECKING:
    from mechanisms.model import Model

DENSITIES, CHANNELS = "densities", "channels"
FIXED = (DENSITIES, CHANNELS)
"""What may stay fixed while volumes change."""


def change_parameters(model: Model, values: Mapping[str, Given], faults: list[Fault]) -> None:
    """Parameters by full name."""
    for name, value in values.items():
        if name not in model.parameters:
            faults.append(unknown("changed(parameters=...)", name, "parameters", model.parameters))
            continue
        old = model.parameters[name]
        new = read_number(f"parameter '{name}'", value, old.unit, faults)
        model.parameters[name] = dataclasses.replace(old, value=new, source="given by the user")


def change_sizes(
    model: Model, kind: type[Compartment | Membrane], values: Mapping[str, Given], faults: list[Fault]
) -> None:
    """Volumes of compartments, or areas of membranes, by place."""
    places = {name: place for name, place in model.places.items() if isinstance(place, kind)}
    called = kind.__name__.lower()
    for name, value in values.items():
        if name not in places:
            faults.append(unknown(f"changed({kind.measure}s=...)", name, f"{called}s", places))
            continue
        size = read_positive(f"{called} '{name}', {kind.measure}", value, kind.unit, faults)
        model.places[name] = places[name].resized(size)


def change_voltages(model: Model, values: Mapping[str, Given], faults: list[Fault]) -> None:
    """Voltages by membrane, of those that have one."""
    membranes = {m.name: m for m in model.places.values() if isinstance(m, Membrane) and m.voltage is not None}
    for name, value in values.items():
        if name not in membranes:
            faults.append(unknown("changed(voltages=...)", name, "membranes with a voltage", membranes))
            continue
        held = read_voltage(f"membrane '{name}', voltage", value, model.inputs, faults)
        if membranes[name].capacitance is not None and not isinstance(held, float):
            allowed = "a voltage in mV at the start, beside a capacitance"
            faults.append(Fault(f"changed(voltages=...), membrane '{name}'", f"{value!r}", allowed))
            continue
        model.places[name] = dataclasses.replace(membranes[name], voltage=held)


def change_initial(model: Model, values: Mapping[str, Given], faults: list[Fault]) -> None:
    """Concentrations by species, and values by variable, at the start."""
    called = aliases(model.all_species.values())
    for name, value in values.items():
        if name in model.variables:
            variable = model.variables[name]
            start = read_number(f"variable '{name}', initial", value, variable.unit, faults)
            model.variables[name] = dataclasses.replace(variable, initial=start)
            continue
        full = called.get(name)
        if full is None:
            faults.append(unknown("changed(initial=...)", name, "species", model.all_species))
            continue
        if any(full in group.states for group in model.multimers.values()):
            where = f"changed(initial=...), species '{full}'"
            faults.append(Fault(where, "a state of a multimer", "species that are no subunits"))
            continue
        if (home := model.all_species[full].place) not in model.places:
            continue  # which is a fault already
        unit = model.places[home].density_unit
        amount = read_not_negative(f"species '{full}', initial", value, unit, faults)
        model.all_species[full] = dataclasses.replace(model.all_species[full], concentration=amount, count=None)


def scale(model: Model, factor: float, fixed: str, nearest: bool, faults: list[Fault]) -> None:
    """Every volume times ``factor``, and with densities fixed every area, count and number of complexes too."""
    if not is_positive(factor):
        faults.append(Fault("scaled", f"{factor!r}", "a number above 0"))
        return
    if fixed not in FIXED:
        faults.append(unknown("scaled, fixed", str(fixed), "what may stay fixed", FIXED))
        return
    for name, place in model.places.items():
        if fixed == DENSITIES or isinstance(place, Compartment):
            model.places[name] = place.resized(place.size * factor)
    if fixed == CHANNELS:
        return
    for name, species in model.all_species.items():
        if species.count is not None:
            least = 1 if nearest and species.count >= 1 else 0
            model.all_species[name] = dataclasses.replace(species, count=max(least, round(species.count * factor)))
    for name, group in model.multimers.items():
        count = group.count * factor
        if not nearest and abs(count - round(count)) > 1e-9:
            found = f"{group.count} complexes times {factor:g}"
            near = " or ".join(f"{n / group.count:.6g}" for n in (math.floor(count), math.ceil(count)) if n)
            faults.append(Fault(f"multimer '{name}'", found, f"a factor that leaves whole ones, as {near}"))
        model.multimers[name] = dataclasses.replace(group, count=max(1, round(count)) if nearest else round(count))
