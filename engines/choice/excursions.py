"""Deviations that do not die out as linear noise has it: excitable and bistable systems.

The mean field is let go from deviations of a few standard deviations along the directions in which the state varies the
most. Where all is well it comes back, as exp(A t) would; a puff or another stable state takes it further away.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engines.choice.responses import Responses
from engines.linear_noise.matrix_equations import Schur, sylvester
from engines.ode import ODE
from mechanisms.network import Floats, Network

DEVIATIONS = (2.0, 4.0)
"""Standard deviations, of one molecule or more, from which the mean field is let go."""
DIRECTIONS = 3
"""The principal axes of the covariance along which it is."""
FURTHER = 2.0
"""An excursion is told that goes so many times as far as linear noise has it, or does not end within one deviation."""
MOST_STEPS = 100_000


def excursion(network: Network, responses: Responses) -> str:
    """In words: the excursion that goes furthest beyond what is linear, or "" where there is none.

    network: at rest in its inputs, whose stationary state the responses are about.
    """
    state, space, drift = responses.state, responses.space, responses.drift
    noise = responses.changes * np.sqrt(responses.rates)
    schur = Schur(drift)
    covariance = sylvester(schur, schur, noise @ noise.T)
    variances, axes = np.linalg.eigh(covariance)
    sd = np.sqrt(np.maximum(np.einsum("si,ij,sj->s", space.outward, covariance, space.outward), 0.0))
    varying = sd > 1e-6 * space.scale
    sd = np.where(network.signed, sd, np.maximum(sd, 1.0))
    times, powers = responses.propagators()
    worst, told = FURTHER, ""
    for p in np.argsort(-variances)[:DIRECTIONS]:
        for deviations in (*DEVIATIONS, *(-np.array(DEVIATIONS))):
            away = deviations * np.sqrt(max(variances[p], 0.0)) * axes[:, p]
            away *= _possible(network, state, space.outward @ away)
            linear = powers @ away @ space.outward.T
            path = _mean_field(network, state + space.outward @ away, times) - state
            path, linear = (np.abs(each[:, varying] / sd[varying]) for each in (path, linear))
            far = path.max(axis=0)
            ratio = np.maximum(far / np.maximum(linear.max(axis=0), DEVIATIONS[0]), FURTHER * path[-1])
            i = int(np.argmax(ratio))
            if ratio[i] > worst:
                worst, name = ratio[i], np.array(network.species)[varying][i]
                told = (
                    f"from {abs(deviations):g} standard deviations the mean field takes {name} {far[i]:.2g} standard "
                    "deviations away, as in an excitable or bistable system"
                )
    return told


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
