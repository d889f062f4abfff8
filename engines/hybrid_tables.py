"""A network under a partition as the loops of the hybrid engine take it (``engines/loops/parts.py``)."""

from __future__ import annotations

from typing import Any

import numpy as np

from engines.dependencies import dependents, flat, step_columns
from engines.flow_tables import species_behind, supports, with_own_weights
from engines.loops.parts import INSTANT, REACTIONS, WAITING, Events, Flow, Mode, Noisy, Partition, Scratch
from engines.sparse_pattern import elimination
from mechanisms.network import TIME, Floats, Integers, Network
from mechanisms.thermodynamics import thermal_voltage

ROOM = 310.15
"""K: of the estimate of how fast charges relax, which only decides the length of steps."""
LOOKS = 1000
"""Looks at conditions of events during a run, at least: what is true for a shorter time may be missed."""
LOG = 1024
"""Changes of readings that are logged before the loops pause."""


def flow_part(indptr: Integers, indices: Integers, rates: Any, moved: Integers, rtol: float, atol: float) -> Flow:
    """What flows; of the Jacobian, with this pattern, the nonzeros between unknowns are used."""
    number = np.full(len(indptr) - 1, -1, dtype=np.int64)
    number[moved] = np.arange(len(moved))
    rows = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    used = np.flatnonzero((number[rows] >= 0) & (number[indices] >= 0))
    starts = np.searchsorted(number[rows[used]], np.arange(len(moved) + 1)).astype(np.int64)
    order = elimination(starts, number[indices[used]])
    room = np.zeros(len(indices)), np.zeros(order.room), np.zeros((4, len(moved)))
    return Flow(rates, moved, used, order, float(rtol), float(atol), *room)


def own_flow(flow: Flow) -> Flow:
    """The same with weights and room of its own."""
    room = {name: getattr(flow, name).copy() for name in ("values", "lu", "stages")}
    return flow._replace(rates=with_own_weights(flow.rates), **room)


def noisy_part(network: Network, rates: Any) -> Noisy:
    """The reactions that jump, leap or diffuse: what each changes, affects and reads."""
    changes, reactants = network.changes, network.reactants
    _, affected = dependents(network)
    support, species, read = supports(network), len(network.species), []
    for j in range(len(network.reactions)):
        slots = [slot for slot, _ in (*network.arguments.row(j), *reactants.row(j))]
        read.append(species_behind(slots, support, species))
    amount = np.ones(len(network.species))
    np.maximum.at(amount, reactants.index, reactants.value)
    charges = network.mv_per_charge > 0
    with np.errstate(over="ignore"):  # a capacitance without bound has no noise
        amount[charges] = -thermal_voltage(ROOM) / network.mv_per_charge[charges]
    columns = (changes.index, changes.value, changes.start, *flat(affected), *flat(read), *step_columns(network))
    return Noisy._make((rates, *columns, amount))


def partition_part(
    network: Network, reading: Integers, moved: Integers, whole: Any, limits: tuple[float, float, float]
) -> Partition:
    """Who gets which reading; ``reading``: that of ``engines.partition``, of noisy reactions; few, many, epsilon."""
    adaptive = reading % 2 == 1
    candidates = [i for j in np.flatnonzero(adaptive) for i, _ in network.changes.row(int(j))]
    flowing = np.isin(np.arange(len(network.species)), moved)
    few, many, epsilon = map(float, limits)
    return Partition(
        reading=reading + adaptive,
        adaptive=adaptive.astype(np.uint8),
        candidates=np.unique(np.array(candidates, dtype=np.int64)),
        flowing=flowing.astype(np.uint8),
        signed=network.signed.astype(np.uint8),
        whole=whole.astype(np.uint8),
        few=few,
        many=many,
        epsilon=epsilon,
    )


def new_mode(network: Network, reactions: int, candidates: int) -> Mode:
    """Room for the readings of one trajectory."""
    species = len(network.species)
    moving, still, kicking, diffusing, pacing = (np.zeros(reactions, dtype=np.int64) for _ in range(5))
    shaken, paced, touched, real = (np.zeros(species, dtype=np.int64) for _ in range(4))
    return Mode(
        kicked=np.zeros(reactions, dtype=np.uint8),
        rest=np.zeros(reactions),
        plenty=np.zeros(species, dtype=np.uint8),
        moving=moving,
        still=still,
        kicking=kicking,
        diffusing=diffusing,
        shaken=shaken,
        paced=paced,
        pacing=pacing,
        touched=touched,
        real=real,
        counts=np.array([*[0] * REACTIONS, reactions, species, network.size, candidates, LOG + reactions]),
        log=np.zeros((LOG + reactions, 3)),
    )


def new_scratch(network: Network, reactions: int) -> Scratch:
    """The room that one thread needs."""
    sizes = dict.fromkeys(Scratch._fields, reactions)
    sizes |= dict.fromkeys(("slope", "spread", "before"), len(network.species))
    sizes |= dict.fromkeys(("trial", "dense"), network.size)
    room: dict[str, Any] = {name: np.zeros(size) for name, size in sizes.items()}
    room |= {name: np.zeros(len(network.events), dtype=np.uint8) for name in ("met", "seen")}
    wait = WAITING if network.events else 0
    room |= {"waiting": np.zeros(1 + wait, dtype=np.int64), "due": np.zeros(wait)}
    room |= {"since": np.zeros(1), "often": np.zeros(len(network.events), dtype=np.int64)}
    room["kept"] = np.zeros(wait * widest(network))
    return Scratch(**room)


def widest(network: Network) -> int:
    """The most values that one event sets."""
    return int(np.diff(network.assignments.start).max(initial=0))


def events_part(network: Network, whole: Any, duration: float) -> Events:
    """The events of a run of ``duration`` s; ``whole``: (S,) which slots hold whole numbers."""
    sets = network.assignments
    return Events(
        count=len(network.events),
        conditions=np.where(network.triggers >= 0, network.first_condition + network.triggers, -1),
        delays=network.first_delay,
        priorities=network.first_priority,
        values=network.first_assignment,
        delay_scale=network.delay_scale,
        persistent=network.persistent.astype(np.uint8),
        at_start=network.at_start.astype(np.uint8),
        at_trigger=network.at_trigger.astype(np.uint8),
        slots=sets.index,
        factors=sets.value,
        start=sets.start,
        widest=widest(network),
        whole=whole.astype(np.uint8),
        clock=len(network.species) - 1 if TIME in network.species[-1:] else -1,
        look=duration / LOOKS,
        instant=INSTANT * duration,
    )


def happening(network: Network, t_start: float, ends: Floats) -> tuple[Integers, Integers]:
    """The events that are scheduled for the beginning of each segment, in the order of declaration."""
    begins = [t_start, *ends[:-1]]
    return flat([[e for e, times in enumerate(network.schedule) if t in times] for t in begins])
