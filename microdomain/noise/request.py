"""What was asked of ``noise_scaling``, checked before anything runs: every fault is found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engines.observed import read_names, varying, voltages
from engines.request import RequestError, read_request
from engines.segments import changing
from engines.volumes import Size, check_scalable, read_compartment, read_volumes, sizes
from mechanisms.faults import Fault
from mechanisms.network import Network
from mechanisms.values import check_number

ROUNDED = 0.1
"""A number of channels or molecules that had to be rounded by more than this has another density."""


@dataclass(frozen=True)
class Request:
    """A request in which no fault was found.

    sizes: by increasing volume of ``compartment``; names: of what is observed; engine: checked, or None where one is to
    be chosen; half-width ``precision`` of an interval at ``confidence``, relative to the CV; max_events: of the work at
    one volume.
    """

    model: str
    compartment: str
    fixed: str
    sizes: tuple[Size, ...]
    names: tuple[str, ...]
    engine: Any
    precision: float
    confidence: float
    max_events: float
    seed: int
    workers: int

    @property
    def rounded(self) -> list[str]:
        """What had to be made whole at each volume so that its density is another, in words."""
        return ["; ".join(size.rounded(ROUNDED)[:2]) for size in self.sizes]


def read(
    model: Any,
    volumes: Any,
    compartment: Any,
    fixed: str,
    of: Any,
    engine: Any,
    numbers: tuple[Any, Any, Any],
    seed: Any,
    workers: Any,
) -> Request:
    """The request that the arguments of ``noise_scaling`` make. Raises ModelError or RequestError with every fault."""
    check_scalable(model, "noise_scaling")
    network = model.network()
    faults: list[Fault] = []
    names = _everything(network, faults) if of is None else read_names(network, of, faults)
    place = read_compartment(model, compartment, network, names, faults)
    found = read_volumes(model, volumes, place, fixed, faults, fewest=2)
    precision, confidence, most = numbers
    check_number("precision", precision, 0.0, 1.0, faults, "the relative half-width of intervals")
    check_number("confidence", confidence, 0.5, 1.0, faults)
    check_number("max_events", most, 0.0, np.inf, faults)
    for what in changing(network):
        faults.append(Fault("model", what, "a model at rest: noise is measured about a stationary state"))
    run = None
    try:
        run = read_request(network, 1.0, engine or "gillespie", {}, 1, seed, workers, "grid", {})
    except RequestError as error:
        faults += error.faults
    if run is not None and not run.engine.stochastic:
        faults.append(Fault("engine", f"'{run.engine.name}', which has no noise", "None, or an engine with noise"))
    if faults or run is None:
        raise RequestError(faults, "noise_scaling")
    return Request(
        model.name,
        place,
        fixed,
        tuple(sizes(model, found, place, fixed)),
        names,
        None if engine is None else run.engine,
        float(precision),
        float(confidence),
        float(most),
        int(np.random.SeedSequence().generate_state(1, np.uint64)[0]) if run.seed is None else run.seed,
        run.workers,
    )


def _everything(network: Network, faults: list[Fault]) -> tuple[str, ...]:
    """Species that reactions change, and voltages."""
    names = (*(network.species[i] for i in varying(network)), *voltages(network))
    if not names:
        faults.append(Fault("model", "nothing that varies", "a model with a reaction that changes a count"))
    return names
