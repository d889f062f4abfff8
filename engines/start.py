"""What must hold of the initial state before anything runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from mechanisms.faults import Fault
from mechanisms.network import Floats, Network

NEGLIGIBLE = 1e-9
"""Events per second that rounding may take from none."""
MOST_ARGUMENTS = 12
"""How many arguments of a law are told."""


def check_propensities(network: Network, t: float, faults: list[Fault], rows: Any = True, counted: Any = True) -> None:
    """Append a fault for each law that is negative or no number at the start, and for what cannot be counted.

    t: when it starts, in s. rows: (R,) the reactions that are read as propensities; a flow may have either sign.
    counted: (R,) those among them that change counts by whole numbers; one that does not is a fault.
    """
    if np.any(rows):
        for name, why in network.uncounted:
            faults.append(Fault(f"'{name}'", why, "molecules that can be counted; engine='ode' counts none"))
    changes = network.changes
    row_of = np.repeat(np.arange(len(changes)), np.diff(changes.start))
    broken = np.bincount(row_of[changes.value != np.rint(changes.value)], minlength=len(changes)) > 0
    for j in np.flatnonzero(broken & counted).tolist():
        found = ", ".join(f"{network.species[i]} by {n:g}" for i, n in changes.row(j) if n != round(n))
        allowed = "whole numbers where molecules are counted; engine='ode' reads any, and so does a hybrid's flow"
        faults.append(Fault(f"reaction '{network.reactions[j]}'", f"a change of {found}", allowed))
    wanted = np.flatnonzero(~(network.static | network.net | network.deterministic) & rows)
    with np.errstate(all="ignore"):
        y = _complete(network, network.values(t), wanted.tolist())
        for j in wanted.tolist():
            if any(y[i] < order for i, order in network.reactants.row(j)):
                continue
            value = _evaluated(network, j, y)
            if not -NEGLIGIBLE <= value * network.rate_scale[j] < np.inf:
                found = f"the law {law_at(network, j, y, value)} at the initial state"
                allowed = (
                    "0 or more wherever its reactants are present; a flux that changes its sign is '<->' with "
                    "affinity=, or two reactions, and engine='ode' takes either sign"
                )
                faults.append(Fault(f"reaction '{network.reactions[j]}'", found, allowed))


def law_at(network: Network, row: int, y: Floats, value: float) -> str:
    """A law, its value in its unit, and its arguments, by their names in the model, at y."""
    law = network.laws[network.law[row]]
    slots = (*network.species, *network.conducting, *network.quantities, *network.inputs, *network.parameters, "")
    arguments = [
        f"{name} = {y[slot] * scale:.6g}" + (f" ({slots[slot]})" if slots[slot] else "")
        for name, (slot, scale) in zip(law.names, network.arguments.row(row), strict=True)
    ]
    listed = ", ".join(arguments[:MOST_ARGUMENTS]) + (", ..." if len(arguments) > MOST_ARGUMENTS else "")
    return f"'{law.name}' gives {value:.6g}" + (f" with {listed}" if listed else "")


def law_of_reaction(network: Network, j: int, t: float, species: Floats) -> str:
    """The same of reaction ``j`` at a time and a state of all species."""
    with np.errstate(all="ignore"):
        y = network.values(t)
        y[: len(network.species)] = species
        y = _complete(network, y, [j])
        return law_at(network, j, y, _evaluated(network, j, y))


def _evaluated(network: Network, row: int, y: Floats) -> float:
    try:
        return network.evaluate(row, y)
    except (ArithmeticError, ValueError):
        return float("nan")


def _complete(network: Network, y: Floats, rows: list[int]) -> Floats:
    """y with conducting complexes as in the mean field, and with the derived quantities that rows of laws depend on."""
    y[: network.first_quantity] = network.with_conducting(y[: len(network.species)])
    first, behind, waiting = network.first_quantity, set[int](), rows
    while waiting:
        slots = {slot for row in waiting for slot, _ in network.arguments.row(row)}
        found = {slot - first for slot in slots if first <= slot < network.first_input} - behind
        behind |= found
        waiting = [len(network.reactions) + i for i in found]
    for i in sorted(behind):
        y[first + i] = network.evaluate(len(network.reactions) + i, y)
    return y
