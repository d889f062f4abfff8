"""What theory says of the error that each reading of each reaction makes, without sampling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engines.choice.contributions import Contributions
from engines.choice.excursions import excursion
from engines.choice.reading_errors import ReadingErrors, magnitude
from engines.choice.responses import Responses
from engines.linear_noise.stationary import stationary_noise
from engines.linear_noise.stationary_state import held
from engines.linear_noise.views import NoiseViews
from engines.observed import scale_of_voltages
from engines.partition import READINGS
from mechanisms.network import Floats, Integers, Network

OBSERVABLES = ("mean", "standard deviation", "distribution")
DOUBT = 0.4
"""Standard deviations by which noise may move the mean, contributions of all reactions added up without their signs."""


@dataclass(frozen=True)
class Prediction:
    """What linear noise knows of a network at its stationary state, and of the readings of its reactions.

    names: (column) counted species, then conducting complexes, variables and derived quantities. mean, sd: (column,).
    correction: (column,) the next order of the mean, nan where there are multimers. budget: (reaction, column) the
    share of the variance that each reaction carries, a net flux both ways together; what complexes of a multimer add is
    of the steps of its subunits, as they fire. rates: (reaction,) events per second, both ways together. copies:
    (species,) molecules. correlation_time: (column,) in s, nan where nothing varies. slowest, fastest: relaxation times
    in s.
    scale: (column,) in which errors are told: the mean magnitude, or that of voltages. parts: what each reaction
    contributes. doubt: why linear noise is no guide to this network, or "".
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
    scale: Floats
    parts: Contributions
    doubt: str

    def errors(self, readings: Integers, observable: str) -> Floats:
        """The error (column,), over the scale of each column, that a mixture of readings makes.

        readings: (reaction,) indices of ``READINGS``. observable: "mean", "standard deviation" or "distribution"
        (Wasserstein's distance). Adaptive readings count as what they are at the mean number of molecules.
        Raises ValueError for another observable, or for readings that are not one index for each reaction.
        """
        if observable not in OBSERVABLES:
            raise ValueError(f"found observable={observable!r}; allowed: {', '.join(map(repr, OBSERVABLES))}")
        codes = np.asarray(readings)
        if codes.shape != self.rates.shape or not np.isin(codes, range(len(READINGS))).all():
            raise ValueError(f"found readings={readings!r}; allowed: {len(self.rates)} indices of {READINGS}")
        way = ReadingErrors(self.parts, codes)
        found = {"mean": way.mean, "standard deviation": way.standard_deviation, "distribution": way.distribution}
        absolute = found[observable]()
        relative: Floats = np.divide(absolute, self.scale, out=np.zeros_like(absolute), where=self.scale > 0)
        return relative


def predict(network: Network) -> Prediction:
    """What linear noise, the next order of the mean, copy numbers and rates say of every reading of a network.

    Raises RequestError, or InstabilityError where there is no stable stationary state, as ``stationary_noise`` does.
    """
    data = stationary_noise(_Given(network), lags=0.0, frequencies=0.0)

    def columns(name: str) -> Floats:
        return np.concatenate([data[f"{name}_counts"].values, data[f"{name}_quantity"].values], axis=-1)

    fixed, counted = held(network, 0.0), network.counted
    variables = data.mean_quantity.values[len(network.multimers) :][: len(network.variables)]
    state = np.concatenate([data.mean_counts.values, variables])
    responses = Responses(NoiseViews(fixed), state)
    mean, time = columns("mean"), columns("correlation_time")
    variance = np.where(np.isfinite(time), columns("variance"), 0.0)
    parts = Contributions.of(network, responses, mean, variance, columns("variance_budget"))
    budget = parts.shares.copy()
    for m, share in enumerate(parts.complexes):
        members = parts.group == m
        budget[members] += np.outer(responses.rates[members] / responses.rates[members].sum(), share)
    voltages = scale_of_voltages(network)
    signed = (responses.slopes.outputs[:, network.signed] != 0).any(axis=1)
    return Prediction(
        names=(*network.species[:counted], *data.quantities.values.tolist()),
        mean=mean,
        sd=parts.sd,
        correction=np.full(len(mean), np.nan) if network.multimers else parts.shifts.sum(axis=0),
        budget=budget,
        rates=responses.rates,
        copies=mean[:counted],
        correlation_time=time,
        slowest=float(1 / data.relaxation_rate.min()),
        fastest=float(1 / data.relaxation_rate.max()),
        scale=np.where(np.isnan(voltages), np.where(signed, magnitude(mean, parts.sd), np.abs(mean)), voltages),
        parts=parts,
        doubt="; ".join(filter(None, (_few(network, parts), excursion(fixed, responses, parts)))),
    )


def _few(network: Network, parts: Contributions) -> str:
    """In words: whose mean noise moves by too much for a small correction, or ""."""
    counted = network.counted
    moved, sd = np.abs(parts.shifts[:, :counted]).sum(axis=0), parts.sd[:counted]
    size = np.divide(moved, sd, out=np.zeros_like(sd), where=sd > 0)
    i = int(np.argmax(size))
    if size[i] <= DOUBT:
        return ""
    return (
        "too few molecules for rates that are not linear: noise shifts the mean of "
        f"{network.species[i]} by about {size[i]:.2g} standard deviations"
    )


@dataclass(frozen=True)
class _Given:
    """A network as something that has one."""

    held: Network

    def network(self) -> Network:
        """The network."""
        return self.held
