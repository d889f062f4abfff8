"""How often a reaction happens: every rate becomes events per second here, and nowhere else.

Mass action happens k [A]^a [B]^b times per second and per volume (on a membrane: per area) of the place ``at``. With
Omega the molecules at a density of one, that is Omega_at k (n_A / Omega_A)^a (n_B / Omega_B)^b events per second.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from mechanisms.charge import inward_charge
from mechanisms.faults import Fault
from mechanisms.law import RateLaw
from mechanisms.names import Scope
from mechanisms.places import Compartment, Membrane, Place
from mechanisms.symbols import CONSTANT, Call, Symbols, Terms
from mechanisms.units import ELEMENTARY_CHARGE, MOLECULES_PER_UM_FL, conversion, is_quantity, kind

SIZED = ("concentration per time", "events per area and time", "amount per area and time", "current")
"""What a law may measure that the size of a place turns into events per second."""


def mass_action(
    names: Symbols, where: str, k: Any, bindings: Any, left: Terms, at: Place | None, scope: Scope
) -> tuple[Call, float]:
    """The call that gives the constant k, and what turns k times the product of counts into events per second."""
    unit = constant_unit(names, left, at)
    scale = at.omega if at else 1.0
    for i, order in left:
        size = names.homes[i].omega ** order
        if size == 0:
            names.faults.append(Fault(where, f"'{names.homes[i].name}' of {names.homes[i].size:g}", "a larger place"))
            size = 1.0
        scale /= size
    if isinstance(k, RateLaw):
        if not left and kind(k.returns) == "frequency":
            return names.call(where, k, bindings, scope), conversion(k.returns, "1/s")
        scale *= names.converted(f"{where}, law '{k.name}'", k.returns, unit)
        return names.call(where, k, bindings, scope), scale
    law = names.law(CONSTANT)
    symbol = names.find(k, scope)
    if symbol is not None:
        if symbol.count:
            names.faults.append(Fault(f"{where}, k", f"'{k}', a species or count", f"a constant in {unit}"))
        elif not left and kind(symbol.unit) == "frequency":
            return (law, [(symbol.slot, conversion(symbol.unit, "1/s"))]), 1.0
        factor = 1.0 if symbol.count else names.converted(f"{where}, k = {k}", symbol.unit, unit)
        return (law, [(symbol.slot, factor)]), scale
    if not left and is_quantity(k, "1/s") and not is_quantity(k, unit):
        unit, scale = "1/s", 1.0
    needed = f"a constant in {unit}"
    value = names.literal(f"{where}, k", k, unit, f"constants in {unit}, or parameters", names.model.parameters, needed)
    if value is not None and value < 0:
        names.faults.append(Fault(f"{where}, k", f"{k!r}", f"0 or more {unit}"))
    return (law, [(names.one, value or 0.0)]), scale


def constant_unit(names: Symbols, left: Terms, at: Place | None) -> str:
    """The unit of k: that of a rate in ``at``, over the product of the reactants' densities."""
    micromolar, length = (0, -2) if isinstance(at, Membrane) else (1, 0)
    for i, order in left:
        if isinstance(names.homes[i], Membrane):
            length += 2 * int(order)
        else:
            micromolar -= int(order)
    return unit_of_constant(micromolar, length)


@cache
def unit_of_constant(micromolar: int, length: int) -> str:
    """uM^micromolar um^length / s, as text."""
    powers = {"uM": micromolar, "um": length, "s": -1}
    above = "*".join(_power(unit, n) for unit, n in powers.items() if n > 0) or "1"
    return "/".join([above, *(_power(unit, -n) for unit, n in powers.items() if n < 0)])


def events_per_second(names: Symbols, where: str, law: RateLaw, at: Place | None, net: dict[int, float]) -> float:
    """What turns the law's result into events per second, from the unit that it declares."""
    measured = kind(law.returns)
    if measured == "frequency":
        return conversion(law.returns, "1/s")
    if measured == "amount per time":
        return conversion(law.returns, "uM*fL/s") * MOLECULES_PER_UM_FL
    if measured == "concentration per time" and isinstance(at, Compartment):
        return conversion(law.returns, "uM/s") * at.omega
    if measured == "events per area and time" and isinstance(at, Membrane):
        return conversion(law.returns, "1/um^2/s") * at.omega
    if measured == "amount per area and time" and isinstance(at, Membrane):
        return conversion(law.returns, "uM*um/s") * MOLECULES_PER_UM_FL * at.area
    if measured == "current" and isinstance(at, Membrane):
        moved = inward_charge(names, net, at)
        if moved:
            return conversion(law.returns, "pA") * 1e-12 / (abs(moved) * ELEMENTARY_CHARGE)
        allowed = f"ions with a valence in '{at.inside}', the inside of '{at.name}'"
        names.faults.append(Fault(where, "a current that moves no charge", allowed))
        return 1.0
    found = f"a law in '{law.returns}' at {f'{type(at).__name__.lower()} {at.name!r}' if at else 'no place'}"
    allowed = "uM/s in a compartment; 1/um^2/s, mol/m^2/s or pA at a membrane; uM*fL/s or 1/s anywhere"
    names.faults.append(Fault(where, found, allowed))
    return 1.0


def _power(unit: str, n: int) -> str:
    return unit if n == 1 else f"{unit}^{n}"
