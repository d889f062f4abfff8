"""Which engine for which compartment size: the cheapest whose error is within a tolerance, with what that rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engines.choice.cautions import cautions
from engines.choice.decision import BUDGET, Decision, Question, decide
from engines.choice.observable import DISTRIBUTION, read_observable
from engines.choice.read import check_tolerance, read_diffusion, read_engines
from engines.choice.table import Choice, table
from engines.ensemble import progress_bar
from engines.kernel import check_laws
from engines.request import RequestError, read_workers
from engines.result import Interrupted
from engines.seeds import is_seed
from engines.start import check_propensities
from engines.volumes import Scalable, check_scalable, read_compartment, read_volumes, sizes
from mechanisms.faults import Fault
from mechanisms.network import Network
from mechanisms.units import Given
from mechanisms.values import read_positive
from mechanisms.variants import DENSITIES

ROUNDED = 0.01
"""The relative change of a number, made whole, that is worth a word."""


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
        falls to ``at_most``) after it was beyond ``rearm`` (0.7 of the threshold, or the threshold over 0.7); or "first
        passage" there; of both the means are compared.
    duration: of the runs that are meant, from the initial state on; None: the stationary state.
    engines: names of those that may be chosen; by default all. diffusion: by species in um^2/s, to say what is well
        mixed; 100 is assumed. seed: of the pilot runs. budget: processor seconds that the runs to measure by
        may take at each volume; exact runs that are coupled may take as much again.

    Returns a ``Choice``: print it, see it in a notebook, ``plot`` it; ``.data`` is a dataset of all its numbers, and
    ``.engine(volume)`` goes into ``simulate``.
    Raises ModelError or RequestError with every fault before anything runs; Interrupted on Ctrl-C, with the volumes
    that are decided in ``.result``.
    """
    check_scalable(model, "choose")
    network = model.network()
    faults: list[Fault] = []
    asked = read_observable(network, observable, of, at_least, at_most, rearm, faults)
    permitted = read_engines(network, engines, faults)
    place = read_compartment(model, compartment, network, asked.names if asked else (), faults)
    found = read_volumes(model, volumes, place, fixed, faults)
    check_tolerance(tolerance, budget, faults)
    if not is_seed(seed):
        faults.append(Fault("seed", f"{seed!r}", "a whole number from 0 to 2^128 - 1"))
    end = None if duration is None else read_positive("duration", duration, "s", faults)
    threads = read_workers(workers, faults)
    spread = read_diffusion(network, diffusion or {}, faults)
    check_propensities(network, 0.0, faults)
    if faults or asked is None:
        raise RequestError(faults, "choose")
    check_laws(network)
    meant = None if end is None else (0.0, end)

    def question(one: Network) -> Question:
        same = read_observable(one, observable, of, at_least, at_most, rearm, [])  # concentrations are counts there
        assert same is not None
        return Question(same, tolerance, meant, permitted, int(seed), float(budget), threads)

    there = sizes(model, found, place, fixed)

    def told_so_far(decisions: Sequence[Decision]) -> Choice:
        notes = [
            [*cautions(decision, spread), *size.rounded(ROUNDED)]
            for size, decision in zip(there, decisions, strict=False)
        ]
        return table(network.name, place, found[: len(decisions)], fixed, decisions, notes)

    decisions: list[Decision] = []
    with progress_bar(progress, len(there), "choosing") as told:
        try:
            for size in there:
                decisions.append(decide(size.network, question(size.network)))
                told(len(decisions))
        except KeyboardInterrupt:
            done = told_so_far(decisions) if decisions else None
            raise Interrupted(f"{len(decisions)} of {len(there)} volumes are decided: see .result", done) from None
    return told_so_far(decisions)
