"""Steps of the mean and the covariance of linear noise: Rodas5P, with the structure of the moment equations kept.

    dm/dt = f(m)
    dU/dt = J U + U F^T + b start^T                                   for each noise xi of complexes, c = U read
    dC/dt = J C + C J^T + N diag(a) N^T + sum over xi of b c^T + c b^T

with J, F, b, a, start and read functions of m. c is the covariance of the state with xi, U with what xi is made of, and
b the slope of the drift by the complexes. The Jacobian of all of them together is block triangular: a stage of the mean
is a linear system in J, one of U a Sylvester equation in J and F, one of C a Lyapunov equation in J, each with the
stages before it in its right-hand side. One Schur form of J and one of each F serve all eight stages, so a step costs
n^3 and not n^6 operations, and stiffness costs nothing more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.linalg import lu_factor, lu_solve

from engines.linear_noise.gating_noise import GatingNoise
from engines.linear_noise.matrix_equations import Schur, sylvester
from engines.linear_noise.views import NoiseViews, Slopes
from engines.loops.rodas5p import GAMMA, STAGES, A, C, E, H
from engines.loops.rosenbrock import GROW, MEMORY, RESPONSE, SAFETY, SHRINK
from mechanisms.network import Floats

NUDGE = 1e-4
"""The relative change of the state by which derivatives along a stage are taken; their error is the square of this, and
none for second-order kinetics."""

Moments = list[Floats]
"""m (species,), U (species, states) of each noise, and C (species, species), in molecules."""


class Steps:
    """Integrates the moments from one edge of an input to another."""

    def __init__(self, views: NoiseViews, gating: list[GatingNoise], rtol: float, atol: float) -> None:
        self.views, self.gating, self.rtol, self.atol = views, gating, rtol, atol
        self.taken = 0

    def advance(
        self, t: float, end: float, moments: Moments, record: Callable[[float, float, Any], None], most: int
    ) -> Moments:
        """The moments at ``end``; ``record(t, after, between)`` is called with each step.

        ``between(s)`` gives them at a fraction s of the step. Raises ArithmeticError, with the time, where the step
        becomes too small, more than ``most`` are needed, a rate is negative, or the rates have no derivative.
        """
        slopes = self._slopes(moments[0], t)
        fastest = np.abs(slopes.drift).sum(axis=0).max(initial=0.0)
        h = min(end - t, 1e-3 / fastest) if fastest > 0 else end - t
        previous = 1.0
        while t < end:
            last = 1.01 * h >= end - t
            step = end - t if last else h
            if self.taken == most or not (last or t + 0.1 * step > t):
                why = f"more than {most} steps" if self.taken == most else "the step became too small"
                raise ArithmeticError(f"{why} at t = {t:.6g} s; try other rtol=, atol= or max_steps=")
            self.taken += 1
            stages = self._stages(moments, slopes, step)
            after = [old + np.tensordot(A[-1], k, 1) + k[-1] for old, k in zip(moments, stages, strict=True)]
            error = self._error(moments, after, stages)
            if not error <= 1.0:
                h = step * (max(SHRINK, SAFETY * error**-0.2) if error < np.inf else SHRINK)
                continue
            reached = end if last else t + step
            record(t, reached, lambda s, x=moments, y=after, k=stages: _between(s, x, y, k))
            t, moments = reached, [*after[:-1], (after[-1] + after[-1].T) / 2]
            slopes = self._slopes(moments[0], t)
            error = max(error, 1e-6)
            h = step * min(GROW, max(SHRINK, SAFETY * error**-RESPONSE * previous**MEMORY))
            previous = error
        return moments

    def _slopes(self, mean: Floats, t: float) -> Slopes:
        found = self.views.slopes(mean)
        if not np.isfinite(found.drift).all():
            raise ArithmeticError(f"the rates have no finite derivative at t = {t:.6g} s")
        if negative := self.views.negative(mean):
            name, rate = negative
            raise ArithmeticError(
                f"reaction '{name}' has the negative rate {rate:.3g} 1/s at t = {t:.6g} s; a flux that changes its "
                "sign is '<->' with affinity="
            )
        return found

    def rates(self, mean: Floats, mixed: Moments, covariance: Floats) -> Moments:
        """d/dt of each U, and of C."""
        slopes = self.views.slopes(mean)
        flow, found = slopes.drift @ covariance, []
        for gating, u in zip(self.gating, mixed, strict=True):
            noise, driven = gating.at(mean, slopes.held), slopes.by_complexes[:, gating.number]
            found.append(slopes.drift @ u + u @ noise.generator.T + np.outer(driven, noise.start))
            flow = flow + np.outer(driven, u @ noise.read)
        return [*found, flow + flow.T + self.views.diffusion(mean)]

    def _stages(self, moments: Moments, slopes: Slopes, h: float) -> Moments:
        mean = moments[0]
        noises = [gating.at(mean, slopes.held) for gating in self.gating]
        form, forms = Schur(slopes.drift), [Schur(noise.generator) for noise in noises]
        shift = 1 / (h * GAMMA)
        pivoted = lu_factor(shift * np.eye(len(mean)) - slopes.drift, check_finite=False)
        found = [np.zeros((STAGES, *part.shape)) for part in moments]
        for s in range(STAGES):
            now = [part + np.tensordot(A[s], k, 1) for part, k in zip(moments, found, strict=True)]
            before = [np.tensordot(C[s] / h, k, 1) for k in found]
            found[0][s] = lu_solve(pivoted, self.views.drift(now[0]) + before[0], check_finite=False)
            rates = self.rates(now[0], now[1:-1], (now[-1] + now[-1].T) / 2)
            along = self._along(moments, found[0][s])
            right = [x + y + z for x, y, z in zip(rates, before[1:], along, strict=True)]
            if not all(np.isfinite(part).all() for part in right):
                return [np.full_like(part, np.nan) for part in found]
            for i, (gating, noise) in enumerate(zip(self.gating, noises, strict=True)):
                found[i + 1][s] = sylvester(form, forms[i], right[i], shift)
                by_mixed = np.outer(slopes.by_complexes[:, gating.number], found[i + 1][s] @ noise.read)
                right[-1] = right[-1] + by_mixed + by_mixed.T
            found[-1][s] = sylvester(form, form, right[-1], shift)
        return found

    def _along(self, moments: Moments, direction: Floats) -> Moments:
        """The derivatives of ``rates`` along a change of the mean."""
        mean, *mixed, covariance = moments
        sizes = np.sqrt(np.maximum(np.maximum(mean**2, covariance.diagonal()), 1.0))
        size = np.max(np.abs(direction) / sizes)
        if not size > 0:
            return [np.zeros_like(part) for part in moments[1:]]
        nudge = direction * (NUDGE / size)
        ahead, behind = (self.rates(mean + change, mixed, covariance) for change in (nudge, -nudge))
        return [(a - b) * (0.5 * size / NUDGE) for a, b in zip(ahead, behind, strict=True)]

    def _error(self, before: Moments, after: Moments, stages: Moments) -> float:
        """The largest error of a step in units of the tolerances.

        Covariances are measured by the two variances, and those with noises of complexes as what they drive.
        """
        sizes = np.maximum(np.abs(before[0]), np.abs(after[0]))
        sd = np.sqrt(np.maximum(np.abs(before[-1].diagonal()), np.abs(after[-1].diagonal())))
        errors = [np.abs(np.tensordot(E, k, 1)) for k in stages]
        scaled = [(errors[0], sizes), (errors[-1], np.outer(sd, sd))]
        for gating, u in zip(self.gating, stages[1:-1], strict=True):
            read, variance = gating.read(before[0]), gating.variance(before[0])
            scaled.append((np.abs(np.tensordot(E, u, 1) @ read), sd * np.sqrt(max(variance, 0.0))))
        with np.errstate(invalid="ignore"):
            worst = max(float(np.max(error / (self.atol + self.rtol * size))) for error, size in scaled)
        return worst if np.isfinite(worst) else np.inf


def _between(s: float, before: Moments, after: Moments, stages: Moments) -> Moments:
    """The moments at the fraction s of a step."""
    weights = H[0] + s * (H[1] + s * H[2])
    found = [
        (1 - s) * x + s * (y + (1 - s) * np.tensordot(weights, k, 1))
        for x, y, k in zip(before, after, stages, strict=True)
    ]
    return [*found[:-1], (found[-1] + found[-1].T) / 2]
