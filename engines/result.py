"""The labelled dataset: counts and concentrations with their units, how each run ended, and where it all came from."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from engines.loops import status
from mechanisms.faults import Portable
from mechanisms.network import TIME, Floats, Integers, Network

if TYPE_CHECKING:
    import xarray as xr

MEANING = (
    "finished",
    "negative_propensity",
    "stopped_by_the_user",
    "extinct",
    "too_many_events",
    "too_many_steps",
    "step_too_small",
    "not_finite",
    "events_without_end",
    "too_many_events_waiting",
    "no_delay",
)
"""How a run ended, by its status."""
GOOD = (status.FINISHED, status.EXTINCT)
"""The statuses of runs that reached the end."""


class OptionError(Portable, ValueError):
    """Options that an engine cannot work with: what was found, and what is allowed."""

    def __init__(self, found: str, allowed: str) -> None:
        super().__init__(f"found {found}; allowed: {allowed}")
        self.found, self.allowed = found, allowed


class SimulationError(Portable, RuntimeError):
    """A run that could not go on: where and why. What was computed is in ``result``, or None."""

    def __init__(self, message: str, result: Any) -> None:
        super().__init__(message)
        self.result = result


class Interrupted(Portable, KeyboardInterrupt):
    """Stopped by the user. What was finished is in ``result``: a dataset of the finished trajectories, or a choice."""

    def __init__(self, message: str, result: Any) -> None:
        super().__init__(message)
        self.result = result


SWITCH = np.dtype([("time", np.float64), ("reaction", object), ("reading", object)])
"""A change of a reading: when, of which reaction, and how it is read from then on."""


@dataclass(frozen=True)
class Outcome:
    """How trajectories ended.

    work: (trajectory,) reactions fired, or steps taken. status: (trajectory,) index of MEANING. failed: (trajectory,)
    the reaction, species or event at fault. last: (trajectory, 1 + slot) the time reached, and the state there.
    switches: (trajectory,) arrays of SWITCH, the changes of readings in the order of time; None where readings stay.
    """

    work: Integers
    status: Integers
    failed: Integers
    last: Floats
    switches: Any = None

    @classmethod
    def joined(cls, parts: list[Outcome]) -> Outcome:
        """Several, end to end."""

        def column(name: str) -> Any:
            found = [getattr(part, name) for part in parts]
            return None if found[0] is None else np.concatenate(found)

        return cls(*(column(field.name) for field in fields(cls)))

    def of(self, trajectories: Any) -> Outcome:
        """Those of some trajectories."""

        def column(name: str) -> Any:
            found = getattr(self, name)
            return None if found is None else found[trajectories]

        return Outcome(*(column(field.name) for field in fields(self)))


@dataclass(frozen=True)
class Path:
    """One trajectory with every reaction: times, reactions that fired (-1: the start), and the states after each."""

    times: Floats
    fired: Integers
    states: Floats
    outcome: Outcome


def quantities(network: Network, states: Floats, times: Floats) -> Floats:
    """Conducting complexes, variables and derived quantities (..., time, quantity) of states (..., time, slot)."""
    first = network.first_quantity
    variables = [states[..., network.counted + i] for i in range(len(network.variables))]
    parts = [states[..., i] for i in range(len(network.species), first)]
    if not network.quantities:
        parts += variables
        return np.stack(parts, axis=-1) if parts else np.empty((*states.shape[:-1], 0))
    at = np.searchsorted(network.edges, times, side="right")
    instants = (network.edges[0] - 1.0, *network.edges) if len(network.edges) else (0.0,)
    held = np.array([network.values(float(t))[network.first_input :] for t in instants])[at]
    for i in range(len(network.quantities)):
        row = len(network.reactions) + i
        arguments = []
        for slot, scale in network.arguments.row(row):
            if slot < len(network.species):
                value = times if network.species[slot] == TIME else states[..., slot]
            elif slot < network.first_input:
                value = parts[slot - len(network.species)]
            else:
                value = held[:, slot - network.first_input]
            arguments.append(value * scale)
        with np.errstate(all="ignore"):  # as in the compiled loops: k / 0 is infinite
            found = network.laws[network.law[row]](*arguments)
        parts.append(np.broadcast_to(found, states.shape[:-1]))
    return np.stack([*parts[: len(network.multimers)], *variables, *parts[len(network.multimers) :]], axis=-1)


def paths(
    network: Network, states: Floats, outcome: Outcome, times: Floats, trajectories: Integers, about: dict[str, Any]
) -> xr.Dataset:
    """The dataset of trajectories on a grid; states: (trajectory, time, slot)."""
    axes = ("trajectory", "time")
    ends = {**_ends(outcome, "trajectory", about), **_switches(outcome, trajectories)}
    data = {**_values(network, states, times, axes), **ends}
    return dataset(network, data, {"trajectory": trajectories, "time": ("time", times, SECONDS)}, about)


def events(
    network: Network,
    reactions: tuple[str, ...],
    found: list[Path],
    outcome: Outcome,
    trajectories: Integers,
    about: dict[str, Any],
) -> xr.Dataset:
    """The dataset of every event, trajectory after trajectory along one dimension; reactions: what may have fired."""
    none = (np.empty(0), np.empty(0, dtype=np.int64), np.empty((0, network.first_quantity)))
    columns = zip(none, *((path.times, path.fired, path.states) for path in found), strict=True)
    times, fired, states = (np.concatenate(column) for column in columns)
    names = np.array(["start", *reactions], dtype=object)
    data = {
        "time": ("event", times, SECONDS),
        "reaction": ("event", names[fired + 1], {"long_name": "the reaction that led to the state"}),
        "trajectory": ("event", np.repeat(trajectories, [len(path.times) for path in found])),
        **_values(network, states, times, ("event",)),
        **_ends(outcome, "run", about),
        **_switches(outcome, trajectories),
    }
    return dataset(network, data, {"run": trajectories}, about)


def statistics(network: Network, summary: Any, outcome: Outcome, times: Floats, about: dict[str, Any]) -> xr.Dataset:
    """The dataset of streamed statistics (``engines.ensemble.Summary``)."""
    data: dict[str, Any] = {}
    columns = network.counted + len(network.multimers) + len(network.variables) + len(network.quantities)
    mean, variance = (np.broadcast_to(part, (len(times), columns)) for part in (summary.mean, summary.variance))
    for name, axis, part in (
        ("counts", "species", slice(0, network.counted)),
        ("quantity", "quantities", slice(network.counted, None)),
    ):
        data[f"mean_{name}"] = (("time", axis), mean[:, part], {"long_name": f"mean of {name} over trajectories"})
        data[f"variance_{name}"] = (("time", axis), variance[:, part], {"long_name": f"sample variance of {name}"})
    means = mean[:, : network.counted] / network.omega[: network.counted]
    data["mean_concentration"] = (("time", "species"), means, _CONCENTRATION)
    for name, edges in summary.bins.items():
        along = f"bin_{name}"
        text = {"long_name": f"trajectories by count of {name}"}
        data[f"histogram_{name}"] = (("time", along), summary.histograms[name], text)
        data[f"left_edge_{name}"] = (along, edges[:-1])
        data[f"right_edge_{name}"] = (along, edges[1:])
    ends = {MEANING[i]: int(n) for i, n in enumerate(np.bincount(outcome.status, minlength=len(MEANING))) if n}
    about = about | {"trajectories": summary.trajectories, "how_runs_ended": json.dumps(ends)}
    about[about["work"]] = int(outcome.work.sum())
    return dataset(network, data, {"time": ("time", times, SECONDS)}, about)


def _values(network: Network, states: Floats, times: Floats, axes: tuple[str, ...]) -> dict[str, Any]:
    from engines.lazy import concentration

    counts = states[..., : network.counted]
    by_species = (*axes, "species")
    return {
        "counts": (by_species, counts, {"long_name": "molecules", "units": "1"}),
        "concentration": concentration(by_species, counts, network.omega[: network.counted], _CONCENTRATION),
        "quantity": ((*axes, "quantities"), quantities(network, states, times), _QUANTITY),
    }


SECONDS = {"units": "s"}
_CONCENTRATION = {
    "long_name": "concentration",
    "units": "uM in compartments, 1/um^2 on membranes: see 'unit'",
}
_QUANTITY = {
    "long_name": "conducting complexes, continuous variables and derived quantities",
    "units": "see 'quantity_unit'",
}
_STATUS = {"flag_values": list(range(len(MEANING))), "flag_meanings": " ".join(MEANING)}


def _ends(outcome: Outcome, axis: str, about: Mapping[str, Any]) -> dict[str, Any]:
    work, text = about["work"], {"events": "reactions fired", "steps": "steps of the integrator"}[about["work"]]
    return {work: (axis, outcome.work, {"long_name": text}), "status": (axis, outcome.status, _STATUS)}


def _switches(outcome: Outcome, trajectories: Integers) -> dict[str, Any]:
    """Every change of a reading, trajectory after trajectory along one dimension."""
    if outcome.switches is None:
        return {}
    found = np.concatenate([np.empty(0, dtype=SWITCH), *outcome.switches])
    of = np.repeat(trajectories, [len(part) for part in outcome.switches])
    reading = {"long_name": "how the reaction is read from then on"}
    return {
        "switch_trajectory": ("switch", of),
        "switch_time": ("switch", found["time"], SECONDS),
        "switch_reaction": ("switch", found["reaction"]),
        "switch_reading": ("switch", found["reading"], reading),
    }


def dataset(network: Network, data: dict[str, Any], coordinates: dict[str, Any], about: dict[str, Any]) -> xr.Dataset:
    """Variables with the coordinates of a network's species and quantities."""
    import xarray as xr

    n, variables = network.counted, network.variables
    unit = [network.laws[network.law[len(network.reactions) + i]].returns for i in range(len(network.quantities))]
    coordinates |= {
        "species": list(network.species[:n]),
        "place": list(network.places[:n]),
        "unit": list(network.units[:n]),
        "molecules_per_unit": ("species", network.omega[:n], {"long_name": "molecules at a concentration of one"}),
        "quantities": [*network.conducting, *variables, *network.quantities],
        "quantity_unit": [*["1"] * len(network.multimers), *network.units[n : n + len(variables)], *unit],
    }
    if any(network.labels):
        coordinates["label"] = list(network.labels[:n])
    for name in (
        "species",
        "place",
        "unit",
        "quantities",
        "quantity_unit",
        *(["label"] if any(network.labels) else []),
    ):
        axis = "quantities" if name.startswith("quantit") else "species"
        coordinates[name] = (axis, np.array(coordinates[name], dtype=object))
    attributes = {key: int(value) if isinstance(value, bool) else value for key, value in about.items()}
    return xr.Dataset(data, coordinates, attributes)


def provenance(network: Network, engine: Any, options: Mapping[str, Any], seed: int | None) -> dict[str, Any]:
    """Model, values, engine, seed and versions, as attributes that any file format can hold."""
    import numba
    import xarray as xr

    values = dict(zip(network.parameters, network.constants.tolist(), strict=True))
    units = dict(zip(network.parameters, network.parameter_units, strict=True))
    versions = {"numpy": np.__version__, "numba": numba.__version__, "xarray": xr.__version__}
    about = {
        "model": network.name,
        "model_hash": network.digest,
        "parameters": json.dumps({name: f"{value!r} {units[name]}" for name, value in values.items()}),
        "initial_count": json.dumps(dict(zip(network.species, network.initial.tolist(), strict=True))),
        "engine": engine.name,
        "engine_options": json.dumps(dict(options), default=float),
        "stochastic": engine.stochastic,
        "versions": json.dumps({"microdomain": version(), **versions, "python": platform.python_version()}),
    }
    if engine.stochastic:
        about["seed"] = str(seed)
    if engine.whole:
        moved = network.initial[~(network.clamped | network.continuous)]
        if (np.rint(moved) != moved).any():
            about["rounding"] = "initial counts were rounded to whole molecules"
    return about


@cache
def version() -> str:
    """The version of microdomain, as it is installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("microdomain")
    except PackageNotFoundError:
        return "not installed"
