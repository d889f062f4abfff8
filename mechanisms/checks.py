"""What the laws of a network must give: rates of 0 or more, and affinities with the sign of their fluxes."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from mechanisms.faults import Fault
from mechanisms.network import Floats, Network
from mechanisms.splitting import forward_rate
from mechanisms.thermodynamics import membrane_voltage

VOLTAGES = 150.0
"""How far from the voltage at the start, in mV, affinities are checked."""
STATES = 64
"""At how many random states."""
NEAR = 1e-8
"""What part of the way to another state is near to a state."""


def check_rates(network: Network, faults: list[Fault]) -> None:
    """What multiplies each rate must be a number, 0 or more, at every value of the inputs."""
    for t in (-math.inf, *network.edges):
        y = network.values(float(t))
        for i, _, _ in network.driven:
            if y[i] < 0:
                where = f"species '{network.species[i]}', clamped"
                faults.append(Fault(where, "an input that falls below 0", "an input of 0 or more"))
        values = network.static_laws(y)
        wrong = ~((values >= 0) & (values < math.inf))
        for j in np.flatnonzero(wrong & ~network.net & ~network.deterministic):
            found = _value(network, int(j), y)
            where = f"reaction '{network.reactions[j]}'"
            faults.append(Fault(where, f"a constant or law that is {found}", "a number, 0 or more"))
        if faults:
            return


def check_affinities(network: Network, faults: list[Fault]) -> None:
    """A flux and its affinity must have one sign at every state, and vanish together where it changes."""
    random = np.random.default_rng(0)
    states = [_random_state(network, random) for _ in range(STATES if network.net.any() else 0)]
    for j in np.flatnonzero(network.net):
        fault = _disagreement(network, int(j), states)
        if fault:
            where = f"reaction '{network.reactions[j]}'"
            faults.append(Fault(where, fault, "an affinity that has the sign of its flux"))


def _random_state(network: Network, random: np.random.Generator) -> Floats:
    """Counts over six decades, voltages and variables around where they start."""
    y = network.values(0.0)
    counts, end = int((~network.signed).sum()), network.counted
    y[:counts] = 10.0 ** random.uniform(-2, 4, counts)
    values = dict(zip(network.parameters, network.constants, strict=True))
    capacitances = np.array([values[f"{membrane}.capacitance"] for membrane in network.places[counts:end]])
    voltages = random.uniform(-VOLTAGES, VOLTAGES, end - counts)
    y[counts:end] = voltages / membrane_voltage(1.0, 0.0, capacitances)
    for group in network.multimers:
        for state in group.states:
            y[network.species.index(state)] = group.count * group.subunits * random.uniform()
    variables = y[end : len(network.species)]
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
