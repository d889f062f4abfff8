"""What each reaction of a network contributes to mean, variance and shape of each observable, without sampling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.choice.responses import Responses
from engines.dependencies import steps
from engines.linear_noise.gating_noise import gating_noises
from mechanisms.network import Floats, Integers, Network

TINY = 1e-6
"""A step of an observable this much smaller than its standard deviation is none."""


@dataclass(frozen=True)
class Contributions:
    """Linear noise, taken apart; columns are counted species, then quantities as datasets list them.

    mean, sd: (column,). shares: (reaction, column) of the variance, a net flux both ways together.
    shifts: (reaction, column) what the noise of a reaction gives to the next order of the mean.
    sensitivities: (reaction, column) of the mean, to the logarithm of the rate.
    third, fourth: (reaction, column) the cumulants of the noise of single firings, over the variance.
    jumps: (reaction, column) by how much a firing moves an observable at once; of counts of complexes by one.
    amounts: (species,) molecules; of charges their variance, as adaptive readings count them.
    moves, takes: (reaction, species) what a reaction changes, and what it needs molecules of.
    group: (reaction,) the multimer whose subunit steps, or -1.
    complexes: (multimer, column) the share of the variance of which subunits share a complex; pairing: what counting
        complexes gives to the next order of the mean.
    """

    mean: Floats
    sd: Floats
    shares: Floats
    shifts: Floats
    sensitivities: Floats
    third: Floats
    fourth: Floats
    jumps: Floats
    amounts: Floats
    moves: NDArray[np.bool_]
    takes: NDArray[np.bool_]
    group: Integers
    complexes: Floats
    pairing: Floats

    @classmethod
    def of(
        cls, network: Network, responses: Responses, mean: Floats, variance: Floats, sources: Floats
    ) -> Contributions:
        """Those of a network; mean, variance: (column,), sources: (source, column) as ``stationary_noise`` has them."""
        counted, varies = network.counted, variance > 0

        def shared(cumulants: Any) -> Floats:
            found: Floats = np.divide(cumulants, variance, out=np.zeros_like(cumulants), where=varies)
            return found

        noisy = np.flatnonzero(~network.deterministic)
        shares = np.zeros((len(network.reactions), len(mean)))
        shares[noisy] = shared(sources)[: len(noisy)]
        complexes = np.zeros((len(network.multimers), len(mean)))
        for noise, share in zip(gating_noises(network), shared(sources)[len(noisy) :], strict=True):
            complexes[noise.number] = share
        group = np.array([-1 if step is None else step.group for step in steps(network)], dtype=np.int64)
        jumps = np.abs(responses.jumps())
        jumps[jumps < TINY * np.sqrt(variance)] = 0.0
        for m in range(len(network.multimers)):
            jumps[group == m, counted + m] = 1.0
        third, fourth = (shared(cumulants) for cumulants in responses.cumulants())
        changes = responses.views.changes[:counted].T
        return cls(
            mean=mean,
            sd=np.sqrt(variance),
            shares=shares,
            shifts=responses.mean_shifts(),
            sensitivities=responses.sensitivities(),
            third=third,
            fourth=fourth,
            jumps=jumps,
            amounts=np.where(network.signed[:counted], variance[:counted], mean[:counted]),
            moves=changes != 0,
            takes=(changes < 0) & ~network.signed[:counted],
            group=group,
            complexes=complexes,
            pairing=responses.pairing(),
        )
