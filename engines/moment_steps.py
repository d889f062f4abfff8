"""Steps of the mean and the covariance of linear noise: Rodas5P, with the structure of the moment equations kept.

    dm/dt = f(m),    dC/dt = J(m) C + C J(m)^T + D(m)

The Jacobian of the two together is block triangular: a stage of the mean is a linear system in J, and a stage of the
covariance a Lyapunov equation in J, with the stage of the mean in its right-hand side. One Schur form of J serves all
eight stages, so a step costs n^3 and not n^6 operations, and stiffness costs nothing more.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import lu_factor, lu_solve

from engines.dense_views import DenseViews
from engines.loops.rosenbrock import GAMMA, GROW, MEMORY, RESPONSE, SAFETY, SHRINK, STAGES, A, C, E, H
from engines.lyapunov import Lyapunov
from mechanisms.network import Floats

NUDGE = 1e-4
"""The relative change of the state by which the covariance's derivative along a stage is taken; its error is the square
of this, and none for second-order kinetics."""


class Steps:
    """Integrates mean (species,) and covariance (species, species), in molecules, from one edge of an input to another.

    h: the step in s that is tried next.
    """

    def __init__(self, views: DenseViews, rtol: float, atol: float) -> None:
        self.views, self.rtol, self.atol = views, rtol, atol
        self.h = 0.0
        self.taken = 0

    def advance(
        self, t: float, end: float, mean: Floats, covariance: Floats, record: Any, most: int
    ) -> tuple[Floats, Floats]:
        """Mean and covariance at ``end``; ``record(t, after, between)`` is called with each step.

        ``between(s)`` gives both at a fraction s of the step. Raises ArithmeticError, with the time, where the step
        becomes too small, more than ``most`` are needed, or the rates have no derivative.
        """
        jacobian = self._jacobian(mean, t)
        fastest = np.abs(jacobian).sum(axis=0).max(initial=0.0)
        self.h = min(end - t, 1e-3 / fastest) if fastest > 0 else end - t
        previous = 1.0
        while t < end:
            last = 1.01 * self.h >= end - t
            step = end - t if last else self.h
            if self.taken == most or not (last or t + 0.1 * step > t):
                why = f"more than {most} steps" if self.taken == most else "the step became too small"
                raise ArithmeticError(f"{why} at t = {t:.6g} s")
            self.taken += 1
            stages = self._stages(mean, covariance, jacobian, step)
            after = tuple(
                old + np.tensordot(A[-1], k, 1) + k[-1] for old, k in zip((mean, covariance), stages, strict=True)
            )
            error = self._error((mean, covariance), after, stages)
            if not error <= 1.0:
                self.h = step * (max(SHRINK, SAFETY * error**-0.2) if error < np.inf else SHRINK)
                continue
            before = mean, covariance
            record(t, end if last else t + step, lambda s, x=before, y=after, k=stages: _between(s, x, y, k))
            t = end if last else t + step
            mean, covariance = after[0], (after[1] + after[1].T) / 2
            jacobian = self._jacobian(mean, t)
            error = max(error, 1e-6)
            self.h = step * min(GROW, max(SHRINK, SAFETY * error**-RESPONSE * previous**MEMORY))
            previous = error
        return mean, covariance

    def _jacobian(self, mean: Floats, t: float) -> Floats:
        found: Floats = self.views.jacobian(mean)
        if not np.isfinite(found).all():
            raise ArithmeticError(f"the rates have no finite derivative at t = {t:.6g} s")
        return found

    def slope(self, mean: Floats, covariance: Floats) -> Floats:
        """dC/dt (species, species) in molecules^2 per second."""
        flow = self.views.jacobian(mean) @ covariance
        found: Floats = flow + flow.T + self.views.diffusion(mean)
        return found

    def _stages(self, mean: Floats, covariance: Floats, jacobian: Floats, h: float) -> tuple[Floats, Floats]:
        n = len(mean)
        k, kk = np.zeros((STAGES, n)), np.zeros((STAGES, n, n))
        pivoted = lu_factor(np.eye(n) / (h * GAMMA) - jacobian, check_finite=False)
        lyapunov = Lyapunov(jacobian)
        for s in range(STAGES):
            m, c = mean + np.tensordot(A[s], k, 1), covariance + np.tensordot(A[s], kk, 1)
            right = self.views.drift(m) + np.tensordot(C[s] / h, k, 1)
            k[s] = lu_solve(pivoted, right, check_finite=False)
            right = self.slope(m, (c + c.T) / 2) + np.tensordot(C[s] / h, kk, 1) + self._along(mean, covariance, k[s])
            if not np.isfinite(right).all():
                return np.full_like(k, np.nan), kk
            kk[s] = lyapunov.solve(right, shift=0.5 / (h * GAMMA))
        return k, kk

    def _along(self, mean: Floats, covariance: Floats, direction: Floats) -> Floats:
        """The derivative of dC/dt along a change of the mean."""
        size = np.max(np.abs(direction) / np.maximum(np.abs(mean), 1.0))
        if not size > 0:
            return np.zeros_like(covariance)
        nudge = direction * (NUDGE / size)
        ahead, behind = self.slope(mean + nudge, covariance), self.slope(mean - nudge, covariance)
        found: Floats = (ahead - behind) * (0.5 * size / NUDGE)
        return found

    def _error(self, before: Any, after: Any, stages: Any) -> float:
        """The largest error of a step in units of the tolerances; covariances are measured by the two variances."""
        sizes = np.maximum(np.abs(before[0]), np.abs(after[0]))
        sd = np.sqrt(np.maximum(np.abs(before[1].diagonal()), np.abs(after[1].diagonal())))
        parts = zip((sizes, np.outer(sd, sd)), stages, strict=True)
        with np.errstate(invalid="ignore"):
            scaled = [np.abs(np.tensordot(E, k, 1)) / (self.atol + self.rtol * size) for size, k in parts]
        worst = max(float(np.max(part)) for part in scaled)
        return worst if np.isfinite(worst) else np.inf


def _between(s: float, before: Any, after: Any, stages: Any) -> tuple[Floats, Floats]:
    """Mean and covariance at the fraction s of a step."""
    weights = H[0] + s * (H[1] + s * H[2])
    found = [
        (1 - s) * x + s * (y + (1 - s) * np.tensordot(weights, k, 1))
        for x, y, k in zip(before, after, stages, strict=True)
    ]
    return found[0], (found[1] + found[1].T) / 2
