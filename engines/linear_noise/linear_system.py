"""A stable linear system driven by noise: covariance, autocovariance, spectrum, and who carries the variance.

    dx = A x dt + B dW + b xi dt,    y = G x + h xi

in coordinates x of the subspace that reactions span. B has one column per reaction. xi are independent stationary
noises with Cov(xi(0), xi(t)) = read exp(F t) start; b is (r, noises), h (outputs, noises).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import expm

from engines.linear_noise.gating_noise import Stationary
from engines.linear_noise.matrix_equations import Schur, adjoint_lyapunov, sylvester
from mechanisms.network import Floats


@dataclass(frozen=True)
class LinearSystem:
    """A (r, r) in 1/s, B (r, reactions), G (outputs, r); noises xi with b and h."""

    drift: Floats
    noise: Floats
    outputs: Floats
    noises: Sequence[Stationary]
    driven: Floats
    direct: Floats

    @cached_property
    def covariance_of_states(self) -> Floats:
        """(r, r): A C + C A^T + B B^T + b c^T + c b^T = 0 with c = Cov(x, xi)."""
        mixed = self._with_noise @ self.driven.T
        return sylvester(self._schur, self._schur, self.noise @ self.noise.T + mixed + mixed.T)

    @cached_property
    def covariance(self) -> Floats:
        """Cov(y) (outputs, outputs)."""
        mixed = self.outputs @ self._with_noise @ self.direct.T
        own = (self.direct * self._variances) @ self.direct.T
        found: Floats = self.outputs @ self.covariance_of_states @ self.outputs.T + mixed + mixed.T + own
        return found

    def variance_by_source(self) -> Floats:
        """(reactions, then noises; outputs): each one's share of the variance of each output; they sum to it.

        With the observability Gramian A^T W + W A + g g^T = 0 of an output g, reaction j gives B_j^T W B_j.
        """
        found = np.empty((self.noise.shape[1] + len(self.noises), len(self.outputs)))
        for o, (row, direct) in enumerate(zip(self.outputs, self.direct, strict=True)):
            gramian = adjoint_lyapunov(self._schur, np.outer(row, row))
            by_reaction = np.einsum("ij,ij->j", self.noise, gramian @ self.noise)
            by_noise = 2 * np.einsum("ij,ij->j", self._with_noise, gramian @ self.driven)
            by_noise += 2 * (row @ self._with_noise) * direct + self._variances * direct**2
            found[:, o] = np.concatenate([by_reaction, by_noise])
        return found

    def autocovariance(self, lags: Floats) -> Floats:
        """Cov(y(t), y(t + lag)) of each output with itself (lag, output); lags in s, increasing from 0 or later.

        The states of xi are carried along as states of their own.
        """
        r, n = len(self.drift), len(self.drift) + sum(len(noise.read) for noise in self.noises)
        kind = complex if self.noises else float
        step, read, now = (np.zeros(shape, kind) for shape in ((n, n), (len(self.outputs), n), (n, len(self.outputs))))
        step[:r, :r], read[:, :r] = self.drift, self.outputs
        now[:r] = self.covariance_of_states @ self.outputs.T + self._with_noise @ self.direct.T
        end = r
        for m, (noise, mixed) in enumerate(zip(self.noises, self._with_states, strict=True)):
            own = slice(end, end := end + len(noise.read))
            step[:r, own], step[own, own] = np.outer(self.driven[:, m], noise.read), noise.generator.toarray()
            read[:, own] = np.outer(self.direct[:, m], noise.read)
            now[own] = mixed.T @ self.outputs.T + np.outer(noise.start, self.direct[:, m])
        found = np.empty((len(lags), len(self.outputs)))
        last, gap = 0.0, -1.0
        for i, lag in enumerate(lags):
            if lag > last:
                if not np.isclose(lag - last, gap, rtol=1e-12, atol=0.0):
                    gap = lag - last
                    forward = expm(step * gap)
                now, last = forward @ now, lag
            found[i] = np.einsum("oi,io->o", read, now).real
        return found

    def spectrum(self, frequencies: Floats) -> Floats:
        """One-sided power spectral density (frequency, output) in output^2 per Hz: its integral is the variance."""
        reactions = self.noise.shape[1]
        inputs = np.hstack([self.noise, self.driven])
        of_noises = [2 * noise.transform(2j * np.pi * frequencies).real for noise in self.noises]
        found = np.empty((len(frequencies), len(self.outputs)))
        for i, frequency in enumerate(frequencies):
            omega = 2j * np.pi * frequency
            answer = self.outputs @ np.linalg.solve(omega * np.eye(len(self.drift)) - self.drift, inputs)
            answer[:, reactions:] += self.direct
            power = np.ones(inputs.shape[1])
            power[reactions:] = [of_noise[i] for of_noise in of_noises]
            found[i] = 2 * (np.abs(answer) ** 2 @ power)
        return found

    @cached_property
    def _schur(self) -> Schur:
        return Schur(self.drift)

    @cached_property
    def _variances(self) -> Floats:
        return np.array([noise.variance for noise in self.noises])

    @cached_property
    def _with_states(self) -> list[Floats]:
        """Cov(x, states of xi) (r, p) for each xi: A U + U F^T + b start^T = 0."""
        return [noise.driving(self.drift, self.driven[:, m]) for m, noise in enumerate(self.noises)]

    @cached_property
    def _with_noise(self) -> Floats:
        """Cov(x, xi) (r, noises)."""
        found = np.zeros_like(self.driven)
        for m, (noise, mixed) in enumerate(zip(self.noises, self._with_states, strict=True)):
            found[:, m] = (mixed @ noise.read).real
        return found
