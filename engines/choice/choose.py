"""Which engine for which compartment size: the cheapest whose error is within a tolerance, with what that rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any, Protocol

import numpy as np

from engines.choice.cautions import cautions, whole_numbers
from engines.choice.decision import BUDGET, Decision, Question, decide
from engines.choice.observable import DISTRIBUTION, read_observable
from engines.choice.table import Choice, table
from engines.ensemble import progress_bar
from engines.kernel import check_laws
from engines.request import ENGINES, RequestError, read_workers
from engines.start import check_propensities
from mechanisms.faults import Fault, unknown
from mechanisms.names import called_in
from mechanisms.network import Floats, Network
from mechanisms.units import Given, UnitError, magnitude
from mechanisms.variants import FIXED


class Scalable(Protocol):
    """A model: whatever has a network, places with sizes, and can be made in another size."""

    places: Mapping[str, Any]

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
    fixed: str = "densities",
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

    volumes: of ``compartment`` (by default the first that the observable is in), as "0.05 fL"; the model is scaled to
        them; None: as it is. fixed: "densities": all counts and areas grow with the volume; "channels": membranes,
        numbers of complexes and what is given as a count stay. Channels are taken whole, at least one.
    tolerance: between 0 and 1. observable: "mean", "standard deviation" or "distribution", of the names in ``of`` (by
        default all that is dissolved and varies, and voltages); "event rate", how often one rises to ``at_least`` (or
        falls to ``at_most``) after it was beyond ``rearm`` (0.7 of the threshold); or "first passage" there; of both
        the means are compared.
    duration: of the runs that are meant, from the initial state on; None: the stationary state.
    engines: names of those that may be chosen; by default all. diffusion: by species in um^2/s, to say what is well
        mixed; 100 is assumed. seed: of the pilot runs. budget: reactions that exact pilots may fire at each volume.

    Returns a ``Choice``: print it, see it in a notebook, ``plot`` it; ``.data`` is a dataset of all its numbers, and
    ``.engine(volume)`` goes into ``simulate``.
    Raises ModelError or RequestError with every fault before anything runs.
    """
    network = model.network()
    faults: list[Fault] = []
    asked = read_observable(network, observable, of, at_least, at_most, rearm, faults)
    allowed = _engines(network, engines, faults)
    place = _compartment(model, compartment, network, asked, faults)
    sizes = _volumes(model, volumes, place, faults)
    if fixed not in FIXED:
        faults.append(unknown("fixed", str(fixed), "what may stay fixed", FIXED))
    _number("tolerance", tolerance, 0.0, 1.0, faults)
    _number("budget", budget, 0.0, np.inf, faults)
    whole = isinstance(seed, (int, np.integer)) and not isinstance(seed, bool) and 0 <= seed < 2**128
    if not whole:
        faults.append(Fault("seed", f"{seed!r}", "a whole number from 0 to 2^128 - 1"))
    end = _measure("duration", duration, "s", faults)
    threads = read_workers(workers, faults)
    spread = _diffusion(network, diffusion or {}, faults)
    check_propensities(network, 0.0, faults)
    if faults or asked is None:
        raise RequestError(faults, "choose")
    check_laws(network)
    meant = None if end is None else (0.0, end)
    question = Question(asked, tolerance, meant, allowed, int(seed), float(budget), threads)
    own = model.places[place].size
    networks = [
        network if volumes is None else model.scaled(size / own, fixed=fixed, nearest=True).network() for size in sizes
    ]
    decisions: list[Decision] = []
    with progress_bar(progress, len(sizes), "choosing") as told:
        for one in networks:
            decisions.append(decide(one, question))
            told(len(decisions))
    numbers = whole_numbers(network)
    notes = []
    for size, decision in zip(sizes, decisions, strict=True):
        factor = size / own if fixed == "densities" else 1.0
        notes.append(cautions(decision, spread, {name: n * factor for name, n in numbers.items()}))
    return table(network.name, place, sizes, fixed, decisions, notes)


def _engines(network: Network, given: Sequence[str] | None, faults: list[Fault]) -> tuple[str, ...]:
    if given is None:
        return tuple(name for name, engine in ENGINES.items() if not engine().refusal(network))
    listed = (given,) if isinstance(given, str) else tuple(given)
    for name in listed:
        if name not in ENGINES:
            faults.append(unknown("engines", str(name), "engines", ENGINES))
        elif reason := ENGINES[name]().refusal(network):
            faults.append(Fault(f"engine '{name}'", reason, "engines that can run this network"))
    if not listed:
        faults.append(Fault("engines", "none", f"some of {', '.join(ENGINES)}"))
    return listed


def _compartment(model: Scalable, given: str | None, network: Network, asked: Any, faults: list[Fault]) -> str:
    compartments = [name for name, place in model.places.items() if place.unit == "fL"]
    if given is not None:
        if given not in compartments:
            faults.append(unknown("compartment", str(given), "compartments", compartments))
            return compartments[0] if compartments else ""
        return given
    homes = dict(zip(network.species, network.places, strict=True))
    watched = [homes[name] for name in (asked.names if asked else ()) if homes.get(name) in compartments]
    if not compartments:
        faults.append(Fault("compartment", "a model without compartments", "a model with a compartment"))
    return next(iter([*watched, *compartments]), "")


def _volumes(model: Scalable, given: Sequence[Given] | None, place: str, faults: list[Fault]) -> Floats:
    if given is None:
        return np.array([model.places[place].size]) if place in model.places else np.ones(1)
    listed = [given] if isinstance(given, str) or np.ndim(given) == 0 else list(given)
    found = []
    for value in listed:
        size = _measure("volumes", value, "fL", faults)
        if size is not None:
            found.append(size)
    if not listed:
        faults.append(Fault("volumes", "none", 'volumes such as ["0.05 fL", "1 fL"]'))
    return np.unique(found) if found else np.ones(1)


def _measure(where: str, given: Given, unit: str, faults: list[Fault]) -> float | None:
    """A value above 0 in ``unit``; None where none is given, or with a fault."""
    if given is None:
        return None
    try:
        value = magnitude(given, unit)
    except UnitError as error:
        faults.append(Fault(where, error.found, error.needed))
        return None
    if not 0 < value < np.inf:
        faults.append(Fault(where, f"{given!r}", f"more than 0 {unit}"))
        return None
    return value


def _number(where: str, given: Any, low: float, high: float, faults: list[Fault]) -> None:
    if isinstance(given, bool) or not isinstance(given, (Real, np.number)) or not low < float(given) < high:
        limit = f"a number between {low:g} and {high:g}" if np.isfinite(high) else f"a number above {low:g}"
        faults.append(Fault(where, f"{given!r}", limit))


def _diffusion(network: Network, given: Mapping[str, Given], faults: list[Fault]) -> dict[str, float]:
    called = called_in(network.species, network.places)
    found: dict[str, float] = {}
    for name, value in given.items():
        if name not in called:
            faults.append(unknown("diffusion", str(name), "species", network.species))
            continue
        coefficient = _measure(f"diffusion of '{name}'", value, "um^2/s", faults)
        if coefficient is not None:
            found[called[name]] = coefficient
    return found
