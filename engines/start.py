"""What must hold of the initial state before anything runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from mechanisms.faults import Fault
from mechanisms.network import Network

NEGLIGIBLE = 1e-9
"""Events per second that rounding may take from none."""


def check_propensities(network: Network, t: float, faults: list[Fault], rows: Any = True) -> None:
    """Append a fault for each one-way law that is negative, or no number, at the initial state.

    t: when it starts, in s. rows: (R,) the reactions that are read as propensities; a flow may have either sign.
    """
    wanted = np.flatnonzero(~(network.static | network.net | network.deterministic) & rows)
    y = network.values(t)
    with np.errstate(all="ignore"):
        network.complete(y, network.quantities_behind(wanted.tolist()))
        for j in wanted.tolist():
            if any(y[i] < order for i, order in network.reactants.row(j)):
                continue
            try:
                value = network.evaluate(j, y)
            except (ArithmeticError, ValueError):
                value = np.nan
            if not -NEGLIGIBLE <= value * network.rate_scale[j] < np.inf:
                law = network.laws[network.law[j]].name
                found = f"the law '{law}' gives {value:.6g} at the initial state"
                allowed = (
                    "0 or more wherever its reactants are present; a flux that changes its sign is '<->' with affinity="
                )
                faults.append(Fault(f"reaction '{network.reactions[j]}'", found, allowed))
