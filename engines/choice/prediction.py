"""What theory says of the error that each reading of each reaction makes, without sampling.

With m the mean of an observable, s its standard deviation, s_j^2 what reaction j's noise gives to the variance, d_j
what it gives to the next order of the mean, and c_j^2 = a_j times the integral of h_j^4, over s_j^2, the squared size
of its single firings as the observable sees them (``engines.choice.mean_shift``), a mixture of readings

- loses the noise of what flows:   s -> sqrt(s^2 - sum s_j^2),    m -> m - sum d_j;
- loses the grain of what diffuses, which is a quarter of a step: the Wasserstein distance between a lattice and what is
  smooth. For births and deaths c_j is one molecule; for a gene's protein it is what one switch of the gene makes;
- of a multimer whose subunits diffuse or flow, loses the noise of which subunits share a complex.

Everything is exact for the variance of linear networks and of first order otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr

from engines.choice.mean_shift import Responses
from engines.dependencies import steps
from engines.linear_noise.gating_noise import gating_noises
from engines.linear_noise.stationary import stationary_noise
from engines.linear_noise.stationary_state import held
from engines.linear_noise.views import NoiseViews
from engines.partition import READINGS
from mechanisms.network import Floats, Integers, Network

OBSERVABLES = ("mean", "standard deviation", "distribution")
JUMP, MAYBE_LEAP, LEAP, MAYBE_DIFFUSION, DIFFUSION, MAYBE_FLOW, FLOW = range(len(READINGS))
FEW = 50.0
"""Molecules from which on adaptive readings may do without jumps (``engines.hybrid.Hybrid``)."""
GRAIN = 0.25
"""The Wasserstein distance between a lattice of spacing one and what is smooth."""
LEAPS = 0.01
"""Of the standard deviation: what steps of leaps and diffusions do to mean and standard deviation (benchmarks)."""
MANY = 30.0
"""Standard deviations that a normal number never has."""
MOST = 0.98
"""Of the rate of a jump that waits, to be lost."""
EDGE = 0.065
"""What the border at no molecules does to the standard deviation of what diffuses, times the squared relative grain."""
NEXT = 0.5
"""Of the relative next order of the mean: how far diffusion, right to first order, changes the standard deviation."""


@dataclass(frozen=True)
class Prediction:
    """What linear noise knows of a network at its stationary state.

    names: (column) counted species, then conducting complexes, variables and derived quantities. mean, sd: (column,).
    correction: (column,) the next order of the mean, nan where there are multimers. budget: (reaction, column) shares
    of the variance, a net flux both ways together. rates: (reaction,) events per second, both ways. copies: (species,)
    molecules. correlation_time: (column,) in s, nan where nothing varies. slowest, fastest: relaxation times in s.
    shifts: (reaction, column) what each reaction's noise gives to the next order of the mean. grains: (reaction,
    column) c_j^2 s_j^2 / s^2. sensitivities: (reaction, column) of the mean to the logarithm of the rate.
    moves, takes: (reaction, species) what a reaction changes, and what it needs molecules of. signed: (column,) what
    depends on charges or variables, and may be negative. complexes: (multimer, column) the share of the variance of
    which subunits share a complex. group: (reaction,) the multimer whose subunit steps, or -1. fewest: (reaction,) of
    the molecules that a reaction changes.
    """

    names: tuple[str, ...]
    mean: Floats
    sd: Floats
    correction: Floats
    budget: Floats
    rates: Floats
    copies: Floats
    correlation_time: Floats
    slowest: float
    fastest: float
    shifts: Floats
    grains: Floats
    sensitivities: Floats
    moves: Any
    takes: Any
    signed: Any
    complexes: Floats
    group: Integers
    fewest: Floats
    doubt: str

    def errors(self, readings: Integers, observable: str) -> Floats:
        """The error (column,) of an observable, relative to the mean of its magnitude, where reactions are so read.

        readings: (reaction,) indices of ``READINGS``. observable: "mean", "standard deviation" or "distribution"
        (Wasserstein's distance). Raises ValueError for another observable or a wrong number of readings.
        """
        if observable not in OBSERVABLES:
            raise ValueError(f"found observable={observable!r}; allowed: {', '.join(map(repr, OBSERVABLES))}")
        readings = np.asarray(readings)
        if readings.shape != self.rates.shape or not np.isin(readings, range(len(READINGS))).all():
            raise ValueError(f"found {readings!r}; allowed: {len(self.rates)} indices of READINGS, one a reaction")
        found: Floats = getattr(self, f"_{observable.replace(' ', '_')}")(self._plain(readings))
        scale = np.where(self.signed, _magnitude(self.mean, self.sd), np.abs(self.mean))
        relative: Floats = np.divide(found, scale, out=np.zeros_like(found), where=scale > 0)
        return relative

    def _plain(self, readings: Integers) -> Any:
        """Adaptive readings, as they are at the mean number of molecules."""
        adaptive = np.isin(readings, (MAYBE_LEAP, MAYBE_DIFFUSION, MAYBE_FLOW))
        return np.where(adaptive, np.where(self.fewest < FEW, JUMP, readings + 1), readings)

    def _share(self, rows: Any) -> Any:
        """Of the variance (column,) that some reactions carry; not that of complexes."""
        own = self.budget[rows].sum(axis=0)
        for m, part in enumerate(self.complexes):
            members = self.group == m
            own -= part * self.rates[rows & members].sum() / self.rates[members].sum()
        return np.clip(own, 0.0, 1.0)

    def _lost(self, readings: Integers) -> Any:
        """The share (column,) of the variance that is lost."""
        smooth = np.isin(readings, (DIFFUSION, FLOW))
        apart = [part for m, part in enumerate(self.complexes) if smooth[self.group == m].any()]
        return np.clip(self._share(readings == FLOW) + np.sum(apart, axis=0), 0.0, 1.0)

    def _rough(self, readings: Integers) -> Any:
        """(column,) what steps of leaps and of diffusions do."""
        return LEAPS * self.sd * self._share(np.isin(readings, (LEAP, DIFFUSION)))

    def _mixed(self, readings: Integers) -> Any:
        """(column,) by how much the mean may be off where few molecules are moved in fractions or by leaps.

        A jump waits until there is a whole molecule. Beside what leaps or diffuses it comes half a molecule late.
        """
        smooth = self.moves[np.isin(readings, (DIFFUSION, FLOW))].any(axis=0)
        kicked = self.moves[np.isin(readings, (DIFFUSION, LEAP))].any(axis=0)
        late = np.where(readings == JUMP, 0.5 / self._fewest(self.takes & kicked), 0.0)
        waits = late + 2 * np.exp(-1.5 * self._fewest(self.takes & smooth))
        waits = np.where(np.isin(readings, (JUMP, LEAP)), -np.log1p(-np.minimum(waits, MOST)), 0.0)
        waits[readings == LEAP] += np.exp(-5 * self._fewest(self.takes))[readings == LEAP]
        waits[readings == DIFFUSION] += np.exp(-5 * self._fewest(self.moves))[readings == DIFFUSION]
        return waits @ np.abs(self.sensitivities)

    def _fewest(self, where: Any) -> Any:
        """(reaction,) of the molecules of some species, (reaction, species) bool; inf where there are none."""
        return np.where(where, self.copies, np.inf).min(axis=1)

    def _shift(self, readings: Integers) -> Any:
        """(column,) by how much the mean is moved by what flows, with its sign."""
        return self.shifts[readings == FLOW].sum(axis=0)

    def _nonlinear(self, readings: Integers) -> Any:
        """(column,) the relative next order of the mean of what diffuses, all of one sign."""
        found = np.abs(self.shifts[readings == DIFFUSION]).sum(axis=0)
        return np.minimum(np.divide(found, np.abs(self.mean), out=np.zeros_like(found), where=self.mean != 0), 1.0)

    def _grain(self, rows: Any) -> Any:
        """(column,) the size of single firings of some reactions, as the observable sees them."""
        return np.sqrt(self.grains[rows].sum(axis=0))

    def _mean(self, readings: Integers) -> Any:
        beyond = NEXT * self._nonlinear(readings) ** 2 * np.abs(self.mean)
        return np.abs(self._shift(readings)) + beyond + self._rough(readings) + self._mixed(readings)

    def _standard_deviation(self, readings: Integers) -> Any:
        less = 1 - np.sqrt(1 - self._lost(readings))
        edge = (
            EDGE
            * np.divide(self._grain(readings == DIFFUSION), self.sd, out=np.zeros_like(self.sd), where=self.sd > 0) ** 2
        )
        off = np.divide(self._mixed(readings), np.abs(self.mean), out=np.zeros_like(self.mean), where=self.mean != 0)
        return self.sd * (less + NEXT * self._nonlinear(readings) + edge + off) + self._rough(readings)

    def _distribution(self, readings: Integers) -> Any:
        lost = self._lost(readings)
        smooth = self.moves[np.isin(readings, (DIFFUSION, FLOW))].any(axis=0)
        left = self.sd * np.sqrt(1 - lost)
        lattice = np.zeros_like(left)
        lattice[: len(smooth)] = np.where(smooth, np.minimum(1.0, left[: len(smooth)]), 0.0)
        diffused, kept = (self._grain(np.isin(readings, some)) for some in ((DIFFUSION,), (JUMP, LEAP)))
        filled = np.minimum(np.sqrt(2 / np.pi * lost) * self.sd, GRAIN * kept)
        grain = np.maximum(GRAIN * np.maximum(diffused, lattice), filled)
        moved = np.abs(self._shift(readings)) + self._mixed(readings)
        return np.hypot(_magnitude(moved, self.sd - left), grain) + self._rough(readings)


def predict(network: Network) -> Prediction:
    """What linear noise, the next order of the mean, copy numbers and rates say of every reading of a network.

    Raises RequestError, or InstabilityError where there is no stable stationary state, as ``stationary_noise`` does.
    """
    data = stationary_noise(_Given(network), lags=0.0, frequencies=0.0)

    def both(name: str) -> Floats:
        return np.concatenate([data[f"{name}_counts"].values, data[f"{name}_quantity"].values], axis=-1)

    fixed = held(network, 0.0)
    variables = data.mean_quantity.values[len(network.multimers) :][: len(network.variables)]
    state = np.concatenate([data.mean_counts.values, variables])
    responses = Responses(NoiseViews(fixed), state)
    mean, variance, time = both("mean"), both("variance"), both("correlation_time")
    sources = both("variance_budget")
    varies = np.isfinite(time)
    variance = np.where(varies, variance, 0.0)
    shares = np.divide(sources, variance, out=np.zeros_like(sources), where=varies)
    noisy = np.flatnonzero(~network.deterministic)
    budget = np.zeros((len(network.reactions), len(mean)))
    budget[noisy] = shares[: len(noisy)]
    complexes = np.zeros((len(network.multimers), len(mean)))
    for noise, share in zip(gating_noises(network), shares[len(noisy) :], strict=True):
        complexes[noise.number] = share
    group = np.array([-1 if step is None else step.group for step in steps(network)], dtype=np.int64)
    rates = responses.rates
    for m, part in enumerate(complexes):
        members = group == m
        budget[members] += np.outer(rates[members] / rates[members].sum(), part)
    shifts, grains = responses.mean_shifts(), responses.fourth_cumulants()
    counted = network.counted
    moves = (responses.views.changes[:counted] != 0).T
    takes = (responses.views.changes[:counted] < 0).T & ~network.signed[:counted]
    amounts = np.where(network.signed[:counted], variance[:counted], mean[:counted])
    fewest = [
        min((amounts[i] for i, _ in network.changes.row(j) if i < counted), default=np.inf) for j in range(len(rates))
    ]
    slots = np.flatnonzero(network.signed)
    signed = np.any(np.abs(responses.views.slopes(state).outputs[:, slots]) > 0, axis=1)
    modes = data.relaxation_rate.values
    return Prediction(
        names=(*network.species[:counted], *data.quantities.values.tolist()),
        mean=mean,
        sd=np.sqrt(variance),
        correction=np.full(len(mean), np.nan) if network.multimers else shifts.sum(axis=0),
        budget=budget,
        rates=rates,
        copies=mean[:counted],
        correlation_time=time,
        slowest=1 / modes.min(),
        fastest=1 / modes.max(),
        shifts=shifts,
        grains=np.divide(grains, variance, out=np.zeros_like(grains), where=varies),
        sensitivities=responses.sensitivities(),
        moves=moves,
        takes=takes,
        signed=signed,
        complexes=complexes,
        group=group,
        fewest=np.array(fewest),
        doubt="",
    )


@dataclass(frozen=True)
class _Given:
    """A network as something that has one."""

    held: Network

    def network(self) -> Network:
        """The network."""
        return self.held


def _magnitude(mean: Any, sd: Any) -> Floats:
    """E|x| (column,) of normal x."""
    ratio = np.divide(np.abs(mean), sd, out=np.full_like(sd, MANY), where=sd * MANY > np.abs(mean))
    found: Floats = sd * np.sqrt(2 / np.pi) * np.exp(-(ratio**2) / 2) + np.abs(mean) * (2 * ndtr(ratio) - 1)
    return found
