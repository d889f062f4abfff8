"""What linear noise says of one volume before anything is measured, and what a measurement would cost there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engines.dependencies import steps
from engines.hybrid import Hybrid
from engines.langevin import Langevin
from engines.linear_noise.stationary import stationary_noise
from engines.linear_noise.stationary_state import InstabilityError
from engines.loops.parts import DIFFUSION, FLOW
from engines.observed import all_names
from engines.partition import readings
from engines.request import RequestError
from engines.result import SimulationError
from engines.simulate import simulate
from engines.tau_leaping import TauLeaping
from engines.views import Views
from mechanisms.model import Model
from mechanisms.network import Floats, Network
from mechanisms.splitting import one_way

UNDAMPED = 0.05
"""A damping (see Prediction) below which a state is near a bifurcation."""
LONGEST = 20.0
"""The longest first guess of a memory, in 1 / |eigenvalue|: where nothing damps, what is nonlinear does."""
SLOWEST = 100.0
"""The same in turnovers of the slowest species, for states that nothing draws back to."""
SMALLEST = 1e-15
"""1/s: eigenvalues that are zero."""
STEPS_PER_RELAXATION = 10.0
"""Steps of a diffusion in the fastest relaxation time, and evaluations that a leap is worth."""
EPSILON = TauLeaping().epsilon
LEAP = 5.0
"""Reactions that an exact engine fires in the time of one step of a subunit, or of one reaction in a leap."""


@dataclass(frozen=True)
class Prediction:
    """Linear noise at one volume.

    mean: (column,) counts, then quantities. variances: (source, column), or None with the ``reason`` in words and its
    ``kind``: "oscillates", "hopf", "unstable" or "none". memory: s, of the slowest mode; fastest: 1/s; damping: the
    least decay of a mode, over its eigenvalue where it oscillates, and in a turnover of the slowest species where not.
    """

    mean: Floats
    variances: Floats | None
    memory: float
    fastest: float
    damping: float
    kind: str = ""
    reason: str = ""

    def spread(self, seen: Any) -> Floats:
        """(column,) the coefficient of variation that the sources which are ``seen`` (source,) make."""
        if self.variances is None:
            return np.full(len(self.mean), np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Floats = np.sqrt(np.maximum(self.variances[seen].sum(axis=0), 0.0)) / np.abs(self.mean)
        return found

    def unseen(self, seen: Any) -> Floats:
        """(column,) the part of the variance that the other sources make."""
        if self.variances is None:
            return np.full(len(self.mean), 0.0 if np.all(seen) else 1.0)
        whole = self.variances.sum(axis=0)
        found: Floats = self.variances[~seen].sum(axis=0) / np.where(whole > 0, whole, 1.0)
        return found


def predict(model: Model) -> Prediction:
    """Linear noise about the stationary state that the mean field of a model comes to rest in."""
    network = model.network()
    nowhere = np.full(len(all_names(network)), np.nan)
    try:
        data = stationary_noise(model)
    except InstabilityError as error:
        times = _times(error.eigenvalues, _turnover(network, error.state))
        kind, reason = ("unstable", _first_sentence(str(error)))
        if len(error.eigenvalues):
            kind, reason = _instability(error.eigenvalues, times[2])
        return Prediction(nowhere, None, *times, kind, reason)
    except RequestError as error:
        times = _times(np.empty(0), _turnover(network, network.initial))
        return Prediction(nowhere, None, *times, "none", error.faults[0].found)
    mean = np.concatenate([data.mean_counts.values, data.mean_quantity.values])
    variances = np.concatenate([data.variance_budget_counts.values, data.variance_budget_quantity.values], axis=1)
    eigenvalues = -data.relaxation_rate.values + 2j * np.pi * data.oscillation_frequency.values
    first = network.counted + len(network.multimers)
    state = np.concatenate([mean[: network.counted], mean[first : first + len(network.variables)]])
    return Prediction(mean, variances, *_times(eigenvalues, _turnover(network, state)))


def _times(eigenvalues: Any, turnover: tuple[float, float]) -> tuple[float, float, float]:
    """The longest memory in s, the fastest rate in 1/s, and the least damping; turnover: as of ``_turnover``."""
    slowest, fastest = turnover
    if not len(eigenvalues):
        return (slowest, fastest, 1.0) if fastest > 0 else (1.0, 1.0, 1.0)
    size, decay = np.maximum(np.abs(eigenvalues), SMALLEST), np.abs(eigenvalues.real)
    turning = np.abs(eigenvalues.imag) > 1e-6 * size
    damping = float(np.where(turning, decay / size, np.minimum(decay * slowest, 1.0)).min())
    memory = float((1 / np.maximum(decay, size / LONGEST)).max())
    memory = min(memory, SLOWEST * slowest)
    return (memory if memory < 1 / SMALLEST else 1.0), max(float(size.max()), fastest), damping


def _instability(eigenvalues: Any, damping: float) -> tuple[str, str]:
    worst = eigenvalues[0]
    turning = abs(worst.imag) > 1e-6 * abs(worst)
    period = f" with a period near {2 * np.pi / abs(worst.imag):.3g} s" if turning else ""
    if damping < UNDAMPED:
        return "bifurcation", f"deviations{f' turn{period} and' if turning else ''} neither decay nor grow"
    if turning:
        return "oscillates", f"the mean field goes round a cycle, where it begins{period}"
    return "unstable", f"deviations grow at {worst.real:.2g} 1/s, as between two stable states"


def _first_sentence(text: str) -> str:
    return text.partition("Use ")[0].strip().removesuffix(".")


def _turnover(network: Network, state: Floats) -> tuple[float, float]:
    """The slowest and the fastest turnover of the molecules of a state: s, and 1/s; infinite and 0 of charges alone."""
    directions = one_way(network)
    views = Views(directions)
    rates = np.abs(views.propensities(network.with_conducting(state[None]))[0])
    gross = np.abs(views.stoichiometry.copy()) @ rates
    turning = (gross > 0) & ~network.signed
    turned = gross[turning] / (2 * np.maximum(state[turning], 1.0))
    return (1 / float(turned.min()), float(turned.max())) if len(turned) else (np.inf, 0.0)


def seen_by(engine: Any, network: Network) -> Any:
    """(source,) which sources of linear noise an engine has: flows have none, and diffusions no complexes."""
    noisy = ~network.deterministic
    reading = readings(network, engine.partition) if isinstance(engine, Hybrid) else np.zeros(len(noisy), dtype=int)
    continuous = isinstance(engine, Langevin)
    stepping = [[j for j, step in enumerate(steps(network)) if step and step.group == m] for m in _multimers(network)]
    complexes = [not continuous and not np.isin(reading[rows], (DIFFUSION, FLOW)).any() for rows in stepping]
    return np.array([*(reading[noisy] != FLOW), *complexes], dtype=bool)


def _multimers(network: Network) -> range:
    return range(len(network.multimers))


@dataclass(frozen=True)
class Cost:
    """Work per simulated second, in reactions that an exact engine fires in the same time: exactly, and by others."""

    gillespie: float
    tau_leaping: float
    langevin: float


def cost(model: Model, prediction: Prediction) -> Cost:
    """What a second of a model costs, at the states that its mean field comes to."""
    network = model.network()
    directions = one_way(network)
    states = _states(model, 20 * prediction.memory)
    rates = np.abs(Views(directions).propensities(network.with_conducting(states))).mean(axis=0)
    rates = np.where(directions.deterministic, 0.0, rates)
    stepping = np.array([step is not None for step in steps(directions)], dtype=bool)
    molecules = np.maximum(np.abs(states).mean(axis=0), 1.0)
    leaps = prediction.fastest
    for j in np.flatnonzero(~stepping & ~directions.deterministic).tolist():
        for i, n in directions.changes.row(j):
            if not network.signed[i]:
                leaps = max(leaps, n * n * rates[j] / (EPSILON * molecules[i]) ** 2)
    several = STEPS_PER_RELAXATION * len(rates)
    leaping = float(rates[stepping].sum()) + min(float(rates[~stepping].sum()), leaps * several)
    return Cost(float(rates.sum()), LEAP * leaping, prediction.fastest * several)


def _states(model: Model, end: float) -> Floats:
    """States (state, species) that the mean field goes through in the last half of a time in s."""
    network = model.network()
    try:
        data = simulate(model, np.linspace(0.0, end, 41), engine="ode", progress=False)
    except SimulationError:
        return network.initial[None].copy()
    first = len(network.multimers)
    variables = data.quantity.values[0, :, first : first + len(network.variables)]
    found: Floats = np.concatenate([data.counts.values[0], variables], axis=1)[20:]
    return found
