"""A stable linear system driven by noise: covariance, autocovariance, spectrum, and who carries the variance.

    dx = A x dt + B dW + b xi dt,    y = G x + h xi

in coordinates x of the subspace that reactions span. B has one column per reaction. xi are independent stationary
noises with Cov(xi(0), xi(t)) = sum over modes of weight exp(rate t); b is (r, noises), h (outputs, noises).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.linalg import expm

from engines.gating_noise import GatingNoise
from engines.lyapunov import Lyapunov
from mechanisms.network import Floats


@dataclass(frozen=True)
class LinearSystem:
    """A (r, r) in 1/s, B (r, reactions), G (outputs, r); noises xi with b and h."""

    drift: Floats
    noise: Floats
    outputs: Floats
    noises: Sequence[GatingNoise]
    driven: Floats
    direct: Floats

    @cached_property
    def lyapunov(self) -> Lyapunov:
        """A factorised."""
        return Lyapunov(self.drift)

    def covariance_of_states(self) -> Floats:
        """(r, r): A C + C A^T + B B^T + b c^T + c b^T = 0 with c = Cov(x, xi)."""
        source = self.noise @ self.noise.T
        for m in range(len(self.noises)):
            mixed = np.outer(self.driven[:, m], self._with_noise[m])
            source = source + mixed + mixed.T
        return self.lyapunov.solve(source)

    def covariance(self) -> Floats:
        """Cov(y) (outputs, outputs)."""
        found = self.outputs @ self.covariance_of_states() @ self.outputs.T
        for m, noise in enumerate(self.noises):
            mixed = np.outer(self.outputs @ self._with_noise[m], self.direct[:, m])
            found = found + mixed + mixed.T + noise.weights.sum().real * np.outer(*[self.direct[:, m]] * 2)
        return found

    def variance_by_source(self) -> Floats:
        """(reactions, then noises; outputs): each one's share of the variance of each output; they sum to it.

        With the observability Gramian A^T W + W A + g g^T = 0 of an output g, reaction j gives B_j^T W B_j.
        """
        found = np.empty((self.noise.shape[1] + len(self.noises), len(self.outputs)))
        for o, row in enumerate(self.outputs):
            gramian = self.lyapunov.solve_adjoint(np.outer(row, row))
            shares = [np.einsum("ij,ij->j", self.noise, gramian @ self.noise)]
            for m, noise in enumerate(self.noises):
                cross = self._with_noise[m]
                share = 2 * cross @ gramian @ self.driven[:, m] + 2 * (row @ cross) * self.direct[o, m]
                shares.append(np.array([share + noise.weights.sum().real * self.direct[o, m] ** 2]))
            found[:, o] = np.concatenate(shares)
        return found

    def autocovariance(self, lags: Floats) -> Floats:
        """Cov(y(t), y(t + lag)) of each output with itself (lag, output); lags in s, increasing from 0 or later.

        The modes of xi are carried along as states of their own.
        """
        modes = [(m, w, rate) for m, noise in enumerate(self.noises) for w, rate in _pairs(noise)]
        r, n = len(self.drift), len(self.drift) + len(modes)
        step = np.zeros((n, n), dtype=complex if modes else float)
        step[:r, :r] = self.drift
        read = np.zeros((len(self.outputs), n), dtype=step.dtype)
        read[:, :r] = self.outputs
        now = np.zeros((n, len(self.outputs)), dtype=step.dtype)
        now[:r] = self.covariance_of_states() @ self.outputs.T
        for m in range(len(self.noises)):
            now[:r] += np.outer(self._with_noise[m], self.direct[:, m])
        for i, (m, weight, rate) in enumerate(modes, start=r):
            step[:r, i], step[i, i] = self.driven[:, m], rate
            read[:, i] = self.direct[:, m]
            answered = np.linalg.solve(-self.drift - rate * np.eye(r), self.driven[:, m])
            now[i] = weight * (self.outputs @ answered + self.direct[:, m])
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
        found = np.empty((len(frequencies), len(self.outputs)))
        for i, frequency in enumerate(frequencies):
            omega = 2j * np.pi * frequency
            inputs = np.hstack([self.noise, self.driven])
            answer = self.outputs @ np.linalg.solve(omega * np.eye(len(self.drift)) - self.drift, inputs)
            answer[:, self.noise.shape[1] :] += self.direct
            power = np.ones(inputs.shape[1])
            for m, noise in enumerate(self.noises):
                halves = noise.weights / (omega - noise.rates) + noise.weights / (-omega - noise.rates)
                power[self.noise.shape[1] + m] = halves.sum().real
            found[i] = 2 * (np.abs(answer) ** 2 @ power)
        return found

    @cached_property
    def _with_noise(self) -> list[Floats]:
        """Cov(x, xi) (r,) for each xi: the sum over modes of weight (-rate - A)^-1 b."""
        found = []
        for m, noise in enumerate(self.noises):
            total = np.zeros(len(self.drift), dtype=complex)
            for weight, rate in _pairs(noise):
                total += weight * np.linalg.solve(-rate * np.eye(len(total)) - self.drift, self.driven[:, m])
            found.append(total.real)
        return found


def _pairs(noise: GatingNoise) -> list[Any]:
    return list(zip(noise.weights, noise.rates, strict=True))
