"""What the laws of a network must give: rates of 0 or more, and affinities with the sign of their fluxes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from mechanisms.faults import Fault
from mechanisms.net_flux import Pair, direction, pair_of
from mechanisms.network import Floats, Network
from mechanisms.recorder import record
from mechanisms.symbols import Terms
from mechanisms.thermodynamics import membrane_voltage

VOLTAGES = 150.0
"""How far from the voltage at the start, in mV, affinities are checked."""
STATES = 64
"""At how many random states."""
NEAR = 1e-8
"""What part of the way to another state is near to a state."""
AT_ONCE = 1000
"""How many net fluxes are checked together."""

Found = dict[int, tuple[str, Floats]]
"""By number of a net flux what is wrong, and the arguments at which it is."""


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


def _value(network: Network, row: int, y: Floats) -> float | str:
    """A law at y, or what it raised."""
    try:
        with np.errstate(all="ignore"):
            return network.evaluate(row, y)
    except (ArithmeticError, ValueError) as error:
        return str(error)


def check_affinities(network: Network, faults: list[Fault]) -> None:
    """A flux and its affinity must have one sign at every state, and vanish together where it changes.

    Net fluxes of the same laws are checked together: a cable has one for each of its thousands of resistors.
    """
    if not network.net.any():
        return
    alike: dict[tuple[Pair, bool], list[tuple[int, Terms]]] = {}
    for j in np.flatnonzero(network.net).tolist():
        pair, arguments = pair_of(network, j)
        alike.setdefault((pair, bool(network.by_sign[j])), []).append((j, arguments))
    states = _random_states(network)
    found: dict[int, str] = {}
    for (pair, by_sign), rows in alike.items():
        for first in range(0, len(rows), AT_ONCE):
            some = rows[first : first + AT_ONCE]
            read = [[states[slot] * scale for slot, scale in arguments] for _, arguments in some]
            x = np.moveaxis(np.array(read).reshape(len(some), -1, STATES), 1, 0)
            for row, (text, at) in _disagreements(pair, by_sign, x).items():
                j, arguments = some[row]
                found[j] = f"{text}, at {_state(network, arguments, at)}"
    for j in sorted(found):
        where = f"reaction '{network.reactions[j]}'"
        faults.append(Fault(where, found[j], "an affinity that has the sign of its flux"))


def _random_states(network: Network) -> Floats:
    """(slot, state): counts over six decades, voltages and variables around where they start."""
    random = np.random.default_rng(0)
    y = np.repeat(network.values(0.0)[:, None], STATES, axis=1)
    counts, end = int((~network.signed).sum()), network.counted
    y[:counts] = 10.0 ** random.uniform(-2, 4, (counts, STATES))
    voltages = random.uniform(-VOLTAGES, VOLTAGES, (end - counts, STATES))
    y[counts:end] = voltages / network.mv_per_charge[counts:end, None]
    for group in network.multimers:
        for state in group.states:
            y[network.species.index(state)] = group.count * group.subunits * random.uniform(size=STATES)
    variables = y[end : len(network.species)]
    variables[:] = np.where(variables == 0.0, 1.0, variables) * random.uniform(0.0, 2.0, variables.shape)
    y[: network.first_quantity] = network.with_conducting(y[: len(network.species)].T).T
    for i in range(len(network.quantities)):  # of which a pair of flux and affinity reads voltages alone
        row = len(network.reactions) + i
        if network.laws[network.law[row]] is membrane_voltage:
            arguments = network.arguments.row(row)
            y[network.first_quantity + i] = membrane_voltage(*(y[slot] * scale for slot, scale in arguments))
    return y


def _disagreements(pair: Pair, by_sign: bool, x: Floats) -> Found:
    """Net fluxes that are at odds with their affinities at x (argument, flux, state), or at a zero between two states.

    by_sign: they are split by their sign, and have no limit at equilibrium.
    """
    try:
        flux, affinity = _values(pair.net, x), _values(pair.drive, x)
        wrong = ~((flux * affinity > 0) | (flux == 0))
        found: Found = {}
        for row in np.flatnonzero(wrong.any(axis=1)).tolist():
            at = int(wrong[row].argmax())
            found[row] = (f"flux {flux[row, at]} and affinity {affinity[row, at]}", x[:, row, at])
        rows = np.flatnonzero((flux > 0).any(axis=1) & (flux < 0).any(axis=1) & ~wrong.any(axis=1))
        ends = (x[:, rows, (sign * flux[rows] > 0).argmax(axis=1)] for sign in (1, -1))
        found |= {int(rows[n]): fault for n, fault in _disagreements_at_zero(pair, by_sign, *ends).items()}
        rows = np.flatnonzero((flux == 0).all(axis=1))
        return found | {int(rows[n]): fault for n, fault in _nothing_to_split(pair, by_sign, x[:, rows, 0]).items()}
    except (ArithmeticError, TypeError, ValueError) as error:
        return {row: (_reason(pair, error), x[:, row, 0]) for row in range(x.shape[1])}


def _disagreements_at_zero(pair: Pair, by_sign: bool, positive: Floats, negative: Floats) -> Found:
    """Where affinities do not vanish with their fluxes, or the limit of one direction is not that beside the zero.

    positive, negative: (argument, flux) where the flux has this sign.
    """
    low, high = negative, positive
    for _ in range(80):
        middle = (low + high) / 2
        below = _values(pair.net, middle) < 0
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    affinity = _values(pair.drive, high)
    found: Found = {}
    for row in np.flatnonzero(~(np.abs(affinity) < 1e-6)).tolist():
        found[row] = (f"an affinity of {affinity[row]} where the flux vanishes", high[:, row])
    if by_sign:
        return found
    limit = _values(lambda x: direction(pair, False, forward=True)(*x), high)
    near = [high + NEAR * (end - high) for end in (positive, negative)]
    flux, affinity = (_values(f, near[0]) - _values(f, near[1]) for f in (pair.net, pair.drive))
    with np.errstate(all="ignore"):
        beside = flux / affinity
    for row in np.flatnonzero(~(np.abs(limit - beside) <= 0.01 * beside)).tolist():
        text = f"a one-way flux of {limit[row]:.4g} where the net flux vanishes, and of {beside[row]:.4g} beside it"
        found.setdefault(row, (f"{text}: the flux and its affinity read different names", high[:, row]))
    return found


def _nothing_to_split(pair: Pair, by_sign: bool, x: Floats) -> Found:
    """Fluxes that are 0 at every state x (argument, flux), and have no limit from which two directions would follow."""
    if by_sign:
        return {}
    rate = _values(lambda x: direction(pair, False, forward=True)(*x), x)
    text = "a flux and an affinity of 0 at every state, from which no one-way flux follows"
    return {row: (text, x[:, row]) for row in np.flatnonzero(~np.isfinite(rate)).tolist()}


def _values(function: Callable[[Any], Any], x: Floats) -> Floats:
    """A function of arguments, of which each is an array, at all of them."""
    with np.errstate(all="ignore"):
        return np.broadcast_to(np.asarray(function(x), dtype=float), x.shape[1:])


def _reason(pair: Pair, error: Exception) -> str:
    """Why a flux or its affinity cannot be computed."""
    for law in (pair.flux, pair.affinity):
        try:
            record(law)
        except (ArithmeticError, TypeError) as better:
            return str(better)
    return str(error)


def _state(network: Network, arguments: Terms, values: Floats) -> str:
    names = [*network.species, *network.conducting, *network.quantities]
    read = {slot: value for (slot, _), value in zip(arguments, values, strict=True) if slot < network.first_input}
    return ", ".join(f"{names[slot]} = {value:.3g}" for slot, value in read.items()) or "every state"
