"""What each reaction's noise does to the means, and how large its single firings are, about a stationary state.

With A the Jacobian, N_j and a_j the change and the rate of reaction j, C_j the covariance that its noise alone makes
(A C_j + C_j A^T + a_j N_j N_j^T = 0), H the Hessian of the drift, and b_j what its rate loses to first order when
powers become falling factorials, the next order of the mean is a sum over reactions:

    d = sum_j -A^-1 (1/2 H : C_j - N_j b_j).

One firing of reaction j moves the observable g by h_j(t) = g exp(A t) N_j, so that a_j times the integral of h_j^2 is
what it gives to the variance (Campbell's theorem), and of h_j^4 what it gives to the fourth cumulant.

Grima R (2010) An effective rate equation approach to reaction kinetics in small volumes. Journal of Chemical Physics
133, 035101.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import expm

from engines.linear_noise.matrix_equations import Schur, adjoint_lyapunov
from engines.linear_noise.mean_correction import PROBE, discreteness
from engines.linear_noise.stationary_state import Subspace
from engines.linear_noise.views import NoiseViews
from mechanisms.network import Floats

RATIO = 2**0.5
"""Of each time to the one before it, where responses are integrated."""


class Responses:
    """How counts and quantities answer to single firings, about the stationary state (species,) of a network."""

    def __init__(self, views: NoiseViews, state: Floats) -> None:
        self.views, self.state, self.space = views, state, Subspace.of(views, state)
        slopes = views.slopes(state)
        self.drift = self.space.drift(slopes.drift)
        self.changes = self.space.inward(views.changes)
        self.outputs = slopes.outputs @ self.space.outward
        self.rates = views.activity(state)
        self.through = np.linalg.solve(self.drift.T, -self.outputs.T).T

    def sensitivities(self) -> Floats:
        """(reaction, column) how far the mean moves if a reaction is faster, over the fraction by which it is."""
        found: Floats = (self.through @ self.changes).T * self.rates[:, None]
        return found

    def mean_shifts(self) -> Floats:
        """(reaction, column) the next order of the mean that vanishes when a reaction flows."""
        lost = discreteness(self.views.network, self.state, self.views.mean_field_rates(self.state[None])[0])
        found = -(self.through @ self.changes).T * lost[:, None]
        schur = Schur(self.drift)
        for o, curvature in enumerate(self._curvatures()):
            if curvature.any():
                gramian = adjoint_lyapunov(schur, 0.5 * (curvature + curvature.T))
                found[:, o] += 0.5 * self.rates * np.einsum("ij,ij->j", self.changes, gramian @ self.changes)
        return found

    def _curvatures(self) -> Floats:
        """(column, r, r) second derivatives of the stationary value of each output by deviations of the state."""
        r = len(self.drift)
        found = np.empty((len(self.outputs), r, r))
        outward, sizes = self.space.outward, np.maximum(np.abs(self.state), 1.0)
        for p, direction in enumerate(outward.T):
            size = PROBE / np.max(np.abs(direction) / sizes)
            above, below = (self.views.slopes(self.state + sign * size * direction) for sign in (1, -1))
            drift = self.space.drift(above.drift - below.drift)
            outputs = (above.outputs - below.outputs) @ outward
            found[:, :, p] = (self.through @ drift + outputs) / (2 * size)
        return found

    def fourth_cumulants(self) -> Floats:
        """(reaction, column) a_j times the integral of h_j^4: the squared size of single firings, times their noise."""
        fastest, slowest = (1 / f(np.abs(np.linalg.eigvals(self.drift).real)) for f in (np.max, np.min))
        steps = int(np.ceil(np.log(1e4 * slowest / fastest) / np.log(RATIO)))
        total = np.zeros((self.changes.shape[1], len(self.outputs)))
        t = 1e-3 * fastest
        forward = [expm(self.drift * t), expm(self.drift * t * RATIO)]
        total += t * (self.outputs @ self.changes).T ** 4
        for _ in range(steps):
            total += np.log(RATIO) * t * (self.outputs @ forward[0] @ self.changes).T ** 4
            t *= RATIO
            forward = [forward[1], forward[0] @ forward[0]]
        return self.rates[:, None] * total
