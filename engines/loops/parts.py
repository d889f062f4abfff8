"""What the hybrid loops are handed, by name. S species; R noisy reactions, which jump, leap or diffuse, or may."""

from typing import Any, NamedTuple

JUMP, LEAP, DIFFUSION, FLOW = 0, 2, 4, 6
"""Readings, as in ``engines.partition.READINGS``; the odd numbers between are adaptive."""


class Flow(NamedTuple):
    """What flows.

    rates: see ``flow.py``. moved: the species. used: the nonzeros of the Jacobian between them; elimination: of these.
    rtol, atol: tolerances. values: room for the nonzeros, lu: for the factors, stages: (4, moved) for those of a step.
    """

    rates: Any
    moved: Any
    used: Any
    elimination: Any
    rtol: float
    atol: float
    values: Any
    lu: Any
    stages: Any


class Noisy(NamedTuple):
    """The noisy reactions.

    changed, change: species and numbers, by rows start. affected: the reactions that each affects, by affected_start.
    read: the species that its rate depends on, by read_start. group, origin, target: (R,) the step of a subunit, group
    -1 where it is none; watched, needed, conducting: by multimer, the state, how many, and the slot. amount: (S,) the
    highest order in which a species is consumed; of charges, minus their variance at equilibrium.
    """

    rates: Any
    changed: Any
    change: Any
    start: Any
    affected: Any
    affected_start: Any
    read: Any
    read_start: Any
    group: Any
    origin: Any
    target: Any
    watched: Any
    needed: Any
    conducting: Any
    amount: Any


class Partition(NamedTuple):
    """Who gets which reading.

    reading: (R,) JUMP, LEAP, DIFFUSION or FLOW; of adaptive reactions where molecules are many. adaptive: (R,) flags.
    candidates: the species whose number decides. flowing, signed, whole: (S,) flags: the flow moves it; it may be
    negative; it is whole where nothing adaptive moves it by fractions. few, many: molecules. epsilon: the longest step
    of kicks, in relaxation times.
    """

    reading: Any
    adaptive: Any
    candidates: Any
    flowing: Any
    signed: Any
    whole: Any
    few: float
    many: float
    epsilon: float


class Mode(NamedTuple):
    """Who gets which reading now, in one trajectory.

    kicked: (R,) flags: leaps, diffuses or flows by extents now. rest: (R,) what its extent is above a whole number.
    plenty: (S,) flags: there are many. moving, still: the reactions that jump, whose rates change between jumps or do
    not; kicking: those that are kicked; diffusing: those of them that diffuse; shaken: the species that they change;
    paced: those and what they depend on; pacing: the reactions that change these, kicked or not.
    touched, real: (S,) how many reactions kick a species, and how many of them by fractions. counts: how long these
    lists are, and more, see below. log: (., 3) time, reaction, and 1 where it is kicked from then on.
    """

    kicked: Any
    rest: Any
    plenty: Any
    moving: Any
    still: Any
    kicking: Any
    diffusing: Any
    shaken: Any
    paced: Any
    pacing: Any
    touched: Any
    real: Any
    counts: Any
    log: Any


(
    MOVING, STILL, KICKING, DIFFUSING, SHAKEN, PACED, PACING,
    LOGGED, REACTIONS, SPECIES, SLOTS, CANDIDATES, CAPACITY,
) = range(13)  # fmt: skip
"""Where ``Mode.counts`` has the length of what: the loops see addresses, which have none."""


class Events(NamedTuple):
    """Events, and the rows of the tables in which their laws are.

    count: how many there are. conditions: (E,) rows, or -1; delays, priorities, values: the first rows of these.
    delay_scale, persistent, at_start, at_trigger: (E,) as in the network. slots, factors: what they set, and what turns
    values into it, by rows start; widest: the most that one sets. whole: (slot,) flags: it holds a whole number.
    clock: the slot of time, or -1. look: s, the longest time between two looks at conditions. instant: s, the time in
    which no event may happen more than OFTEN times.
    """

    count: int
    conditions: Any
    delays: int
    priorities: int
    values: int
    delay_scale: Any
    persistent: Any
    at_start: Any
    at_trigger: Any
    slots: Any
    factors: Any
    start: Any
    widest: int
    whole: Any
    clock: int
    look: float
    instant: float


WAITING = 1000
"""Events that may wait at one time until they are due."""
OFTEN = 1000
"""How many times an event may happen in one instant: what its own or others' consequences trigger again has no end."""
INSTANT = 1e-9
"""... which is this part of the time simulated."""


class Scratch(NamedTuple):
    """Room that one thread needs.

    met: (E,) which conditions held when last looked at; seen: which hold now. waiting: how many events wait, then which
    ones, in the order in which they were triggered; due: (WAITING,) when they are to happen; kept: (WAITING, widest)
    the values that they will set. since: when the present instant began; often: (E,) how often each happened in it.
    """

    slope: Any
    trial: Any
    dense: Any
    met: Any
    seen: Any
    waiting: Any
    due: Any
    kept: Any
    since: Any
    often: Any
    a: Any
    ahead: Any
    b: Any
    later: Any
    extents: Any
    noise: Any
    spread: Any
    before: Any
