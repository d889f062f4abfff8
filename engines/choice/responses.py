"""How observables answer to single firings and to the noise of each reaction, about a stationary state.

With A the Jacobian, N_j and a_j the change and the rate of reaction j, C_j the covariance that its noise alone makes
(A C_j + C_j A^T + a_j N_j N_j^T = 0), H the Hessian of the drift, and b_j what its rate loses to first order when
powers become falling factorials, the next order of the mean is a sum over reactions:

    d = sum_j -A^-1 (1/2 H : C_j - N_j b_j).

One firing of reaction j moves the observable g by h_j(t) = g exp(A t) N_j, so that a_j times the integral of h_j^2 is
what it gives to the variance (Campbell's theorem), and those of h_j^3 and h_j^4 what it gives to further cumulants.

Grima R (2010) An effective rate equation approach to reaction kinetics in small volumes. Journal of Chemical Physics
133, 035101.
"""

from __future__ import annotations

from functools import cached_property

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
        self.slopes = slopes = views.slopes(state)
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

    def pairing(self) -> Floats:
        """(multimer, column) the part of the next order of the mean that counts of conducting complexes give, whole.

        Of N complexes whose M subunits are n times in the watched state, f(n) - f''(n) n (1 - n / M) / 2 conduct in the
        mean, f being the mean field's number; the last term is gone where subunits are a fraction.
        """
        network, slopes = self.views.network, self.slopes
        lost = np.zeros(len(network.multimers))
        for m, group in enumerate(network.multimers):
            n, size = self.state[network.species.index(group.watched)], group.count * group.subunits
            step = PROBE * size
            bend = (group.expected(n + step) - 2 * group.expected(n) + group.expected(n - step)) / step**2
            lost[m] = 0.5 * bend * n * (1 - n / size)
        answer = self.through @ self.space.inward(slopes.by_complexes) + slopes.outputs_by_complexes
        found: Floats = -(answer * lost).T
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

    def jumps(self) -> Floats:
        """(reaction, column) by how much one firing moves an observable at once."""
        found: Floats = (self.outputs @ self.changes).T
        return found

    def cumulants(self) -> tuple[Floats, Floats]:
        """(reaction, column) a_j times the integral of h_j^3, and of h_j^4."""
        times, powers = self.propagators
        weights = np.log(RATIO) * times
        weights[0] += times[0]
        third, fourth = np.zeros_like(self.jumps()), np.zeros_like(self.jumps())
        for weight, power in zip(weights, powers, strict=True):
            moved = (self.outputs @ power @ self.changes).T
            third += weight * moved**3
            fourth += weight * moved**4
        return self.rates[:, None] * third, self.rates[:, None] * fourth

    @cached_property
    def propagators(self) -> tuple[Floats, Floats]:
        """Times in s over the relaxation of the state, each RATIO times the one before, and exp(A t) (time, r, r)."""
        rates = np.linalg.eigvals(self.drift)
        first, last = 1e-3 / np.abs(rates).max(), 10 / np.abs(rates.real).min()
        times = first * RATIO ** np.arange(np.ceil(np.log(last / first) / np.log(RATIO)))
        powers = [expm(self.drift * t) for t in times[:2]]
        while len(powers) < len(times):
            powers.append(powers[-2] @ powers[-2])
        return times, np.array(powers)
