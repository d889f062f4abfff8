"""What was asked of ``noise_scaling``, checked before anything runs: every fault is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from numbers import Real
from typing import Any

import numpy as np

from engines.request import RequestError, read_request
from mechanisms.faults import Fault, unknown
from mechanisms.model import Model
from mechanisms.names import called_in
from mechanisms.network import TIME, Network
from mechanisms.places import Compartment
from mechanisms.symbols import CHARGE
from mechanisms.units import UnitError, magnitude
from mechanisms.variants import FIXED

ROUNDED = 0.1
"""A number of channels or molecules that had to be rounded by more than this has another density."""


@dataclass(frozen=True)
class Observable:
    """Something whose noise is measured.

    name; column: of counts, then quantities, as datasets of ``simulate`` hold them; unit: of its mean.
    """

    name: str
    column: int
    unit: str


@dataclass(frozen=True)
class Size:
    """One volume: in fL, the model there, its network, and what had to be rounded to whole numbers, in words."""

    volume: float
    model: Model
    network: Network
    rounded: str


@dataclass(frozen=True)
class Request:
    """A request in which no fault was found.

    sizes: by increasing volume of ``compartment``; engine: checked, or None where one is to be chosen; half-width
    ``precision`` of an interval at ``confidence``, relative to the CV; max_events: of the work at one volume.
    """

    model: str
    compartment: str
    fixed: str
    sizes: tuple[Size, ...]
    observables: tuple[Observable, ...]
    engine: Any
    precision: float
    confidence: float
    max_events: float
    seed: int
    workers: int


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
    if not isinstance(model, Model):
        fault = Fault("model", f"{model!r}", "a microdomain Model, such as models.calcium_cell()")
        raise RequestError([fault], "noise_scaling")
    network = model.network()
    faults: list[Fault] = []
    place = _compartment(model, compartment, faults)
    sizes = _volumes(volumes, faults)
    if fixed not in FIXED:
        faults.append(unknown("fixed", str(fixed), "what may stay fixed while volumes change", FIXED))
    observables = _observables(network, of, faults)
    precision, confidence, most = _numbers(*numbers, faults)
    _check_stationary(network, faults)
    found = None
    try:
        found = read_request(network, 1.0, engine or "gillespie", {}, 1, seed, workers, "grid", {})
    except RequestError as error:
        faults += error.faults
    if found is not None and not found.engine.stochastic:
        faults.append(Fault("engine", f"'{found.engine.name}', which has no noise", "None, or an engine with noise"))
    if faults or found is None:
        raise RequestError(faults, "noise_scaling")
    drawn = int(np.random.SeedSequence().generate_state(1, np.uint64)[0]) if found.seed is None else found.seed
    return Request(
        model.name,
        place.name,
        fixed,
        tuple(_size(model, volume, volume / place.volume, fixed) for volume in sizes),
        observables,
        None if engine is None else found.engine,
        precision,
        confidence,
        most,
        drawn,
        found.workers,
    )


def _compartment(model: Model, given: Any, faults: list[Fault]) -> Compartment:
    places = {name: place for name, place in model.places.items() if isinstance(place, Compartment)}
    name = given.name if isinstance(given, Compartment) else given
    if name is not None and name not in places:
        faults.append(unknown("compartment", str(name), "compartments", places))
        name = None
    if not places:
        faults.append(Fault("model", "no compartment", "a model with one, whose volume can change"))
        return Compartment("", 1.0)
    return next(iter(places.values())) if name is None else places[name]


def _volumes(given: Any, faults: list[Fault]) -> list[float]:
    allowed = "two or more different volumes above 0, such as ['0.1 fL', '1 fL', '10 fL']"
    if isinstance(given, str) or np.ndim(given) == 0:
        faults.append(Fault("volumes", f"{given!r}", allowed))
        return []
    found = []
    for one in given:
        try:
            volume = magnitude(one, "fL")
        except UnitError as error:
            faults.append(Fault("volumes", error.found, error.needed))
            continue
        if volume <= 0:
            faults.append(Fault("volumes", f"{one!r}", "volumes above 0"))
        found.append(volume)
    if len(set(found)) < len(found):
        faults.append(Fault("volumes", f"{_repeated(found):g} fL twice", "each volume once"))
    if len(found) < 2 and not faults:
        faults.append(Fault("volumes", f"{len(found)} volume" + ("s" if not found else ""), allowed))
    return sorted(found)


def _repeated(values: Sequence[float]) -> float:
    return next(value for value in values if list(values).count(value) > 1)


def _observables(network: Network, of: Any, faults: list[Fault]) -> tuple[Observable, ...]:
    counted = network.counted
    quantities = (*network.conducting, *network.variables, *network.quantities)
    units = [network.laws[network.law[len(network.reactions) + i]].returns for i in range(len(network.quantities))]
    units = [*["1"] * len(network.conducting), *network.units[counted : counted + len(network.variables)], *units]
    if of is None:
        names = _moving(network)
        if not names:
            faults.append(Fault("model", "nothing that varies", "a model with a reaction that changes a count"))
    else:
        names = [of] if isinstance(of, str) else list(of)
        if not names:
            faults.append(Fault("of", "nothing", "names of species or quantities, or None for every species"))
    called = called_in(network.species[:counted], network.places[:counted])
    found: list[Observable] = []
    for name in names:
        if name in quantities:
            column = quantities.index(name)
            found.append(Observable(name, counted + column, units[column]))
        elif name not in called:
            faults.append(unknown("of", str(name), "species", network.species[:counted], quantities))
        elif network.signed[network.species.index(called[name])]:
            voltage = f"{called[name].removeprefix(f'{CHARGE}.')}.voltage"
            faults.append(Fault("of", f"'{name}', a charge, whose zero is arbitrary", f"its voltage, '{voltage}'"))
        else:
            full = called[name]
            found.append(Observable(full, network.species.index(full), "molecules"))
    if len({one.column for one in found}) < len(found):
        repeated = next(one.name for one in found if [other.name for other in found].count(one.name) > 1)
        faults.append(Fault("of", f"'{repeated}' twice", "each name once"))
    return tuple(found)


def _moving(network: Network) -> list[str]:
    """Species that reactions change, and the voltage where a charge moves."""
    y = network.values(0.0)
    happening = np.flatnonzero((network.coefficients(y) != 0) & ~network.deterministic)
    moved = sorted({i for j in happening.tolist() for i, n in network.changes.row(j) if n and i < network.counted})
    names = [name.removeprefix(f"{CHARGE}.") if network.signed[i] else "" for i, name in enumerate(network.species)]
    return [f"{names[i]}.voltage" if names[i] else network.species[i] for i in moved]


def _numbers(precision: Any, confidence: Any, most: Any, faults: list[Fault]) -> tuple[float, float, float]:
    for name, given, low, high, text in (
        ("precision", precision, 0.0, 0.5, "a relative half-width above 0, up to 0.5"),
        ("confidence", confidence, 0.5, 1.0, "a probability above 0.5 and below 1"),
        ("max_events", most, 1e3, inf, "a number of reactions, 1000 or more"),
    ):
        real = isinstance(given, Real) and not isinstance(given, bool)
        if not real or not low <= float(given) <= high or float(given) in (0.0, 1.0, inf) or not given > 0:
            faults.append(Fault(name, f"{given!r}", text))
            return 0.05, 0.95, 1e8
    return float(precision), float(confidence), float(most)


def _check_stationary(network: Network, faults: list[Fault]) -> None:
    """What moves the mean leaves no stationary noise to measure."""
    allowed = "a model at rest: noise is measured about a stationary state"
    if network.events:
        faults.append(Fault("model", f"event '{network.events[0]}'", f"{allowed}, without events"))
    for name, signal in zip(network.inputs, network.signals, strict=True):
        if len(signal.edges):
            faults.append(Fault("model", f"input '{name}', which changes", f"{allowed}; hold the input by constant()"))
    if TIME in network.species[-1:]:
        faults.append(Fault("model", "a law that reads the time", allowed))


def _size(model: Model, volume: float, factor: float, fixed: str) -> Size:
    scaled = model.scaled(factor, fixed=fixed, nearest=True)
    if fixed == "channels":
        return Size(volume, scaled, scaled.network(), "")
    counts: list[tuple[str, float, float]] = [
        (name, group.count, scaled.multimers[name].count) for name, group in model.multimers.items()
    ]
    counts += [(name, s.count, scaled.all_species[name].count or 0) for name, s in model.all_species.items() if s.count]
    off = [(name, n * factor, m) for name, n, m in counts if abs(m - n * factor) > ROUNDED * n * factor]
    text = ", ".join(f"{m:g} {name} where the density asks for {n:.2g}" for name, n, m in off[:2])
    return Size(volume, scaled, scaled.network(), text)
