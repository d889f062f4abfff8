"""Deviations that do not die out as linear noise has it: excitable and bistable systems.

The mean field is let go from deviations of a few standard deviations along the directions in which the state varies the
most. Where all is well it comes back, as exp(A t) would; a spike or another stable state takes it further away. Not all
that is excitable shows so: a puff of a few channels starts with openings that the mean field averages away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from engines.choice.contributions import Contributions
from engines.choice.responses import Responses
from engines.linear_noise.matrix_equations import Schur, sylvester
from engines.ode import ODE
from mechanisms.network import Floats, Network

DEVIATIONS = (2.0, 4.0)
"""Standard deviations from which the mean field is let go."""
DIRECTIONS = 3
"""How many principal axes of the covariance are tried, both ways."""
FURTHER = 2.0
"""An excursion is told that goes so many times as far as linear noise has it, or does not end within one deviation."""
MOST_STEPS = 100_000


def excursion(network: Network, responses: Responses, parts: Contributions) -> str:
    """In words: the excursion that goes furthest beyond what is linear, or "" where there is none.

    network: with its inputs held, whose stationary state the responses are about. A standard deviation is taken to be
    one molecule, at least.
    """
    counted, (times, powers) = network.counted, responses.propagators
    varying = parts.sd[:counted] > 0
    if not varying.any():
        return ""
    unit = np.where(network.signed[:counted], parts.sd[:counted], np.maximum(parts.sd[:counted], 1.0))[varying]
    worst, told = FURTHER, ""
    for deviations, away in _deviations(responses):
        away = away * _possible(network, responses.state, responses.space.outward @ away)
        start = responses.state + responses.space.outward @ away
        linear = powers @ away @ responses.space.outward.T
        moved = _mean_field(network, start, times) - responses.state
        path, linear = (np.abs(each[:, :counted][:, varying]) / unit for each in (moved, linear))
        far = path.max(axis=0)
        ratio = np.maximum(far / np.maximum(linear.max(axis=0), DEVIATIONS[0]), FURTHER * path[-1])
        i = int(np.argmax(ratio))
        if ratio[i] > worst:
            worst, name = ratio[i], np.array(network.species[:counted])[varying][i]
            told = (
                f"from {deviations:g} standard deviations the mean field goes {far[i]:.2g} of them away in {name}, "
                "as in an excitable or bistable system"
            )
    return told


def _deviations(responses: Responses) -> Iterator[tuple[float, Floats]]:
    """How many standard deviations, and the deviation (r,) from which the mean field is let go."""
    noise = responses.changes * np.sqrt(np.maximum(responses.rates, 0.0))
    schur = Schur(responses.drift)
    variances, axes = np.linalg.eigh(sylvester(schur, schur, noise @ noise.T))
    for p in np.argsort(-variances)[:DIRECTIONS]:
        for deviations in DEVIATIONS:
            for sign in (1, -1):
                yield deviations, sign * deviations * np.sqrt(max(variances[p], 0.0)) * axes[:, p]


def _possible(network: Network, state: Floats, away: Floats) -> float:
    """The largest part, up to 1, of a deviation with which no count is negative."""
    falling = (away < 0) & ~network.signed
    return float(min(1.0, (np.maximum(state[falling], 0.0) / -away[falling]).min(initial=np.inf)))


def _mean_field(network: Network, start: Floats, times: Floats) -> Floats:
    """(time, species) from a state."""
    started = replace(network, initial=np.where(network.signed, start, np.maximum(start, 0.0)))
    grid = np.concatenate([[0.0], times])
    states = np.empty((1, len(grid), network.first_quantity))
    run = ODE(rtol=1e-5, atol=1e-5, max_steps=MOST_STEPS).prepare(started, 0.0, float(times[-1]))
    run.trajectories(None, grid, states, np.zeros(2, dtype=np.int64))
    found: Floats = states[0, 1:, : len(network.species)]
    return found
