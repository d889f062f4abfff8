"""Exact means of two numbers that step up and down by one: the truth that runs are judged by."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array, diags_array
from scipy.sparse.linalg import expm_multiply, splu

Step = tuple[tuple[int, int], Callable[[np.ndarray, np.ndarray], np.ndarray]]


class Law(NamedTuple):
    """The probability of each state, and the two numbers in it."""

    probability: np.ndarray
    numbers: tuple[np.ndarray, np.ndarray]

    def judge(self, samples: np.ndarray, which: int) -> tuple[float, float, float]:
        """The mean of independent samples, and the right one within 5 standard errors."""
        x = self.numbers[which]
        mean = x @ self.probability
        slack = 5 * np.sqrt((x - mean) ** 2 @ self.probability / len(samples))
        return float(samples.mean()), float(mean - slack), float(mean + slack)


class Plane:
    """A Markov chain on 0..largest[0] times 0..largest[1]; a step that would leave it does not happen."""

    def __init__(self, largest: tuple[int, int], *steps: Step) -> None:
        shape = (largest[0] + 1, largest[1] + 1)
        first, second = (number.ravel() for number in np.indices(shape))
        self.shape, self.numbers = shape, (first.astype(float), second.astype(float))
        states = len(first)
        flow = csr_array((states, states))
        for (up, right), rate in steps:
            inside = (first + up >= 0) & (first + up < shape[0]) & (second + right >= 0) & (second + right < shape[1])
            origin = np.flatnonzero(inside)
            values = rate(*self.numbers)[origin]
            flow += csr_array((values, (origin + up * shape[1] + right, origin)), shape=flow.shape)
        self.generator = (flow - diags_array(flow.sum(axis=0))).tocsc()
        bordered = self.generator.tolil()
        bordered[0] = 1.0
        unit = np.zeros(states)
        unit[0] = 1.0
        self.solver = splu(bordered.tocsc())
        self.probability = self.solver.solve(unit)

    def after(self, t: float, start: tuple[int, int]) -> Law:
        """The law at a time, from one state."""
        certain = np.zeros(len(self.probability))
        certain[start[0] * self.shape[1] + start[1]] = 1.0
        return Law(expm_multiply(self.generator * t, certain), self.numbers)

    def judge(self, samples: np.ndarray, which: int) -> tuple[float, float, float]:
        """The mean of samples a second apart, and the right one within 5 standard errors.

        The variance of a mean over a time T is 2/T (x - mean) . g, where -Q g = p (x - mean) for the generator Q; that
        of as many independent samples is added, which bounds what sampling at points leaves out.
        """
        x, p = self.numbers[which], self.probability
        mean = x @ p
        deviation = x - mean
        weighted = deviation * p
        weighted[0] = 0.0
        memory = -self.solver.solve(weighted)
        slack = 5 * np.sqrt((2 * (deviation @ memory) + deviation**2 @ p) / samples.size)
        return float(samples.mean()), float(mean - slack), float(mean + slack)
