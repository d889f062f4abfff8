"""First and second derivatives that linear noise needs beside the Jacobian: of quantities, and of the drift."""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np

from engines.result import quantities
from engines.views import Views
from mechanisms.network import Floats, Network
from mechanisms.places import Multimer

NUDGE = 1e-5
"""The relative change of a slot by which a quantity is differentiated; the error is the square of this."""
PROBE = 1e-4
"""The same for the second derivative of the drift, from differences of its Jacobian."""


def slope_of_conducting(group: Multimer, watched: Any) -> Any:
    """d(conducting complexes)/d(subunits in the watched state) in the mean field, P(Binomial(m - 1, x) = k - 1)."""
    m, k = group.subunits, group.needed
    x = watched / (group.count * m)
    return comb(m - 1, k - 1) * x ** (k - 1) * (1 - x) ** (m - k)


def gradients(network: Network, states: Floats, times: Floats) -> Floats:
    """d(quantity)/d(slot) (time, quantity, slot) at states (time, slot), conducting complexes held apart from species.

    Quantities are those of results: conducting complexes, then derived quantities; slots are species, then conducting
    complexes.
    """
    slots = network.first_quantity
    found = np.zeros((len(times), len(network.multimers) + len(network.quantities), slots))
    for i in range(slots):
        step = NUDGE * np.maximum(np.abs(states[:, i]), 1.0)
        ahead, behind = states.copy(), states.copy()
        ahead[:, i] += step
        behind[:, i] -= step
        change = quantities(network, ahead, times) - quantities(network, behind, times)
        found[:, :, i] = change / (2 * step)[:, None]
    return found


def by_species(network: Network, found: Floats, states: Floats) -> Floats:
    """The same (time, quantity, species), with conducting complexes following the species as in the mean field."""
    species = len(network.species)
    total = found[..., :species].copy()
    for m, group in enumerate(network.multimers):
        watched = network.species.index(group.watched)
        slope = slope_of_conducting(group, states[:, watched])
        total[..., watched] += found[..., species + m] * slope[:, None]
    return total


def curvature(views: Views, state: Floats, directions: Floats) -> Floats:
    """1/2 sum over p of the second derivative of the drift along L_p, (species,), L_p the columns of ``directions``.

    With C = L L^T this is 1/2 N (H_j : C), H_j the Hessian of the rate of reaction j.
    """
    total = np.zeros(len(state))
    for direction in directions.T:
        size = np.max(np.abs(direction) / np.maximum(np.abs(state), 1.0))
        if size > 0:
            nudge = direction * (PROBE / size)
            change = views.jacobian(state + nudge) - views.jacobian(state - nudge)
            total += 0.25 * (size / PROBE) * (change @ direction)
    return total


def discreteness(network: Network, state: Floats, rates: Floats) -> Floats:
    """(reaction,) what mass action loses to first order when n^m becomes n (n - 1) ... (n - m + 1).

    a_j times the sum over reactants of m (m - 1) / (2 n), in events per second; rates a_j: of the mean field.
    """
    found = np.zeros(len(rates))
    for j in np.flatnonzero(network.mass_action):
        for i, order in network.reactants.row(int(j)):
            if state[i] > 0 and not network.clamped[i]:
                found[j] += rates[j] * order * (order - 1) / (2 * state[i])
    return found
