"""The next order of the mean in one over the system size.

The system-size expansion moves the mean by d: with A the Jacobian, C the covariance, H_j the Hessian of rate j, and b_j
what rate j loses to first order when powers n^m become falling factorials n (n - 1) ...,

    A d = -N (1/2 H_j : C - b_j).

Grima R (2010) An effective rate equation approach to reaction kinetics in small volumes. Journal of Chemical Physics
133, 035101.
"""

from __future__ import annotations

import numpy as np

from engines.linear_noise.stationary_state import Subspace
from engines.linear_noise.views import NoiseViews
from mechanisms.network import Floats, Network

PROBE = 1e-4
"""The relative change of the state for the second derivative of the drift, from differences of its Jacobian."""


def mean_correction(views: NoiseViews, state: Floats, space: Subspace, covariance: Floats) -> Floats:
    """d (species,) at a stationary state with the covariance C (r, r), in the coordinates of ``space``."""
    variances, directions = np.linalg.eigh(covariance)
    large = variances > 1e-14 * variances.max(initial=0.0)
    roots = space.outward @ directions[:, large] * np.sqrt(variances[large])
    push = _curvature(views, state, roots)
    push -= views.changes @ discreteness(views.network, state, views.mean_field_rates(state[None])[0])
    found: Floats = space.outward @ np.linalg.solve(space.drift(views.jacobian(state)), -space.inward(push))
    return found


def _curvature(views: NoiseViews, state: Floats, directions: Floats) -> Floats:
    """1/2 sum over p of the second derivative of the drift along L_p, (species,), L_p the columns of ``directions``.

    With C = L L^T this is 1/2 N (H_j : C), H_j the Hessian of the rate of reaction j.
    """
    total = np.zeros(len(state))
    sizes = np.maximum(np.maximum(np.abs(state), 1.0), np.linalg.norm(directions, axis=1))
    for direction in directions.T:
        size = np.max(np.abs(direction) / sizes)
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
