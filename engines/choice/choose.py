"""Which engine for which compartment size: the cheapest whose error is within a tolerance, with what that rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from engines.choice.cautions import cautions, whole_numbers
from engines.choice.decision import BUDGET, Decision, Question, decide
from engines.choice.observable import DISTRIBUTION, read_observable
from engines.choice.read import (
    check_number,
    read_compartment,
    read_diffusion,
    read_engines,
    read_positive,
    read_volumes,
)
from engines.choice.table import Choice, table
from engines.ensemble import progress_bar
from engines.kernel import check_laws
from engines.request import RequestError, read_workers
from engines.result import Interrupted
from engines.seeds import is_seed
from engines.start import check_propensities
from mechanisms.faults import Fault, unknown
from mechanisms.network import Network
from mechanisms.units import Given
from mechanisms.variants import DENSITIES, FIXED


class Scalable(Protocol):
    """A model: whatever has a network, places with sizes, and can be made in another size."""

    @property
    def places(self) -> Mapping[str, Any]:
        """Compartments and membranes, with their sizes, by name."""

    def network(self) -> Network:
        """The arrays to simulate."""

    def scaled(self, factor: float, *, fixed: str, nearest: bool) -> Any:
        """The same model in another volume."""


def choose(
    model: Scalable,
    volumes: Sequence[Given] | None = None,
    *,
    tolerance: float = 0.05,
    observable: str = DISTRIBUTION,
    of: str | Sequence[str] | None = None,
    at_least: Given = None,
    at_most: Given = None,
    rearm: Given = None,
    compartment: str | None = None,
    fixed: str = DENSITIES,
    duration: Given = None,
    engines: Sequence[str] | None = None,
    diffusion: Mapping[str, Given] | None = None,
    seed: int = 0,
    budget: float = BUDGET,
    workers: int | None = None,
    progress: bool | None = None,
) -> Choice:
    """The cheapest engine, and the reading of every compartment, whose error is within a tolerance, at each volume.

    Errors are those of ``engines.choice.observable``: over the exact mean, so that 0.05 is 5 % of it. They are
    predicted from linear noise, the next order of the mean, copy numbers and rates, and audited by pilot runs beside
    exact ones, with a standard error; an engine is chosen when error + 2 standard errors is within the tolerance.
    Langevin runs are coupled to exact ones where that tells more (``engines.coupled``).

    volumes: of ``compartment`` (by default the first that the observable is in), as "0.05 fL"; the model is scaled to
        them; None: as it is. fixed: "densities": all counts and areas grow with the volume; "channels": membranes,
        numbers of complexes and what is given as a count stay. Channels are taken whole, at least one.
    tolerance: between 0 and 1. observable: "mean", "standard deviation" or "distribution", of the names in ``of`` (by
        default all that is dissolved and varies, and voltages); "event rate", how often one rises to ``at_least`` (or
        falls to ``at_most``) after it was beyond ``rearm`` (0.7 of the threshold); or "first passage" there; of both
        the means are compared.
    duration: of the runs that are meant, from the initial state on; None: the stationary state.
    engines: names of those that may be chosen; by default all. diffusion: by species in um^2/s, to say what is well
        mixed; 100 is assumed. seed: of the pilot runs. budget: processor seconds that the runs to measure by
        may take at each volume; exact runs that are coupled may take as much again.

    Returns a ``Choice``: print it, see it in a notebook, ``plot`` it; ``.data`` is a dataset of all its numbers, and
    ``.engine(volume)`` goes into ``simulate``.
    Raises ModelError or RequestError with every fault before anything runs; Interrupted on Ctrl-C, with the volumes
    that are decided in ``.result``.
    """
    if not hasattr(model, "scaled"):
        allowed = "a model, such as microdomain.models.ip3_microdomain()"
        raise RequestError([Fault("model", f"{model!r}", allowed)], "choose")
    network = model.network()
    faults: list[Fault] = []
    asked = read_observable(network, observable, of, at_least, at_most, rearm, faults)
    permitted = read_engines(network, engines, faults)
    place = read_compartment(model.places, compartment, network, asked.names if asked else (), faults)
    sizes = read_volumes(model.places, volumes, place, faults)
    if fixed not in FIXED:
        faults.append(unknown("fixed", str(fixed), "what may stay fixed", FIXED))
    check_number("tolerance", tolerance, 0.0, 1.0, faults)
    check_number("budget", budget, 0.0, np.inf, faults)
    if not is_seed(seed):
        faults.append(Fault("seed", f"{seed!r}", "a whole number from 0 to 2^128 - 1"))
    end = read_positive("duration", duration, "s", faults)
    threads = read_workers(workers, faults)
    spread = read_diffusion(network, diffusion or {}, faults)
    check_propensities(network, 0.0, faults)
    if faults or asked is None:
        raise RequestError(faults, "choose")
    check_laws(network)
    meant = None if end is None else (0.0, end)

    def question(one: Network) -> Question:
        found = read_observable(one, observable, of, at_least, at_most, rearm, [])  # concentrations are counts there
        assert found is not None
        return Question(found, tolerance, meant, permitted, int(seed), float(budget), threads)

    own = model.places[place].size
    networks = [
        network if volumes is None else model.scaled(size / own, fixed=fixed, nearest=True).network() for size in sizes
    ]
    numbers = whole_numbers(network)

    def told_so_far(decisions: Sequence[Decision]) -> Choice:
        notes = []
        for size, decision in zip(sizes, decisions, strict=False):
            factor = size / own if fixed == DENSITIES else 1.0
            notes.append(cautions(decision, spread, {name: n * factor for name, n in numbers.items()}))
        return table(network.name, place, sizes[: len(decisions)], fixed, decisions, notes)

    decisions: list[Decision] = []
    with progress_bar(progress, len(sizes), "choosing") as told:
        try:
            for one in networks:
                decisions.append(decide(one, question(one)))
                told(len(decisions))
        except KeyboardInterrupt:
            done = told_so_far(decisions) if decisions else None
            raise Interrupted(f"{len(decisions)} of {len(sizes)} volumes are decided: see .result", done) from None
    return told_so_far(decisions)
