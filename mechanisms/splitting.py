"""Net fluxes split into two one-way rates by local detailed balance, for every reading that needs their noise.

A net flux J with the affinity A becomes

    forward = J / (1 - exp(-A)),    backward = J / (exp(A) - 1),    forward / backward = exp(A),

with their common limit where J and A vanish. The difference is J: the mean field does not change. A linear (ohmic)
current g (V - E) has no unique split: this one obeys the flux ratio of Ussing 1949, and so does the flux of Goldman,
Hodgkin and Katz. ``split="sign"`` gives a reaction the least noise instead: |J| in the direction of J. It is wrong near
equilibrium, where it has none.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from itertools import islice
from math import isclose
from typing import Any, NamedTuple

import numpy as np

from mechanisms.law import RateLaw
from mechanisms.maths import choose, where
from mechanisms.network import Floats, Network, Ragged
from mechanisms.thermodynamics import membrane_voltage
from mechanisms.thermodynamics import one_way as one_way_rate
from mechanisms.units import conversion, kind

Terms = list[tuple[int, float]]
Places = tuple[tuple[tuple[int, float], ...], ...]

SPLITS = ("ussing", "sign")
"""The ways to split a net flux."""
SHIFT = 1e-5
"""The change of arguments by which the limit at equilibrium is found, voltages as part of 25 mV, others of themselves;
its error is of second order."""
NEAR = 1e-6
"""The affinity below which the limit is taken: the flux, a small difference, has lost its digits there."""


def one_way(network: Network, rows: Any = None) -> Network:
    """The same network with net fluxes split in two: "name" and "name (back)".

    rows: (R,) which reactions to split; by default every net flux. Where there is none, the network itself.
    """
    wanted = network.net if rows is None else network.net & np.asarray(rows)
    if not wanted.any():
        return network
    laws = {law: number for number, law in enumerate(network.laws)}
    columns: dict[str, list[Any]] = {name: [] for name in ("reactions", "changes", "reactants", "origin")}
    calls: list[tuple[int, Terms]] = []
    for j in range(len(network.reactions)):
        name, changes, reactants = network.reactions[j], network.changes.row(j), network.reactants.row(j)
        directions = [(name, changes, reactants, (int(network.law[j]), network.arguments.row(j)))]
        if wanted[j]:
            directions_of, arguments = _split(network, j, bool(network.by_sign[j]))
            split = [laws.setdefault(law, len(laws)) for law in directions_of]
            back = [(i, -n) for i, n in changes]
            directions = [(name, changes, reactants, (split[0], arguments))]
            directions.append((f"{name} (back)", back, _products(network, reactants, changes), (split[1], arguments)))
        for title, changed, used, call in directions:
            columns["reactions"].append(title)
            columns["changes"].append(changed)
            columns["reactants"].append(used)
            calls.append(call)
        columns["origin"] += [j] * len(directions)
    origin = np.array(columns.pop("origin"), dtype=np.int64)
    behind = len(network.reactions)
    kept = np.flatnonzero(network.net & ~wanted)
    others = [*range(behind, behind + len(network.quantities)), *(int(network.affinity[j]) for j in kept)]
    others += range(network.first_condition, len(network.law))
    affinity = np.full(len(origin), -1, dtype=np.int64)
    for n, j in enumerate(kept.tolist()):
        affinity[np.flatnonzero(origin == j)] = len(origin) + len(network.quantities) + n
    calls += [(int(network.law[row]), network.arguments.row(row)) for row in others]
    return dataclasses.replace(
        network,
        reactions=tuple(columns["reactions"]),
        changes=Ragged.of(columns["changes"]),
        reactants=Ragged.of(columns["reactants"]),
        rate_scale=network.rate_scale[origin],
        mass_action=network.mass_action[origin],
        deterministic=network.deterministic[origin],
        net=(network.net & ~wanted)[origin],
        by_sign=network.by_sign[origin],
        affinity=affinity,
        laws=tuple(laws),
        law=np.array([law for law, _ in calls], dtype=np.int64),
        arguments=Ragged.of([arguments for _, arguments in calls]),
    )


def forward_rate(network: Network, j: int, y: Floats) -> float:
    """The forward direction of net flux j at y, in the unit of its law, by Ussing's split."""
    (law, _), arguments = _split(network, j, by_sign=False)
    return float(law(*(y[slot] * scale for slot, scale in arguments)))


class _Argument(NamedTuple):
    """An argument of a law: y[slot] * scale in ``unit``."""

    slot: int
    scale: float
    name: str
    unit: str


def _split(network: Network, j: int, by_sign: bool) -> tuple[tuple[RateLaw, RateLaw], Terms]:
    """The laws of the two directions of a net flux, and their arguments."""
    (flux, first), (affinity, second) = (_written_out(network, row) for row in (j, int(network.affinity[j])))
    distinct, places, shifts = _merged(network, first, second)
    forward, backward = (_direction(flux, affinity, places, shifts, by_sign, forward) for forward in (True, False))
    return (forward, backward), [(argument.slot, argument.scale) for argument in distinct]


def _products(network: Network, reactants: Terms, changes: Terms) -> Terms:
    """The right-hand side: what must be there for the reaction to happen backward."""
    found = dict(reactants)
    for i, n in changes:
        if not network.signed[i]:
            found[i] = found.get(i, 0.0) + n
    return [(i, n) for i, n in found.items() if n]


def _written_out(network: Network, row: int) -> tuple[RateLaw, list[_Argument]]:
    """A law into which the quantities that it reads are written, but for voltages, and its arguments.

    A flux and its affinity may reach one species by different quantities, and near equilibrium it is changed in both.
    """
    law = network.laws[network.law[row]]
    parts: list[tuple[RateLaw | None, int, float]] = []
    arguments: list[_Argument] = []
    for (slot, scale), (name, unit) in zip(network.arguments.row(row), law.arguments, strict=True):
        found, behind = membrane_voltage, [_Argument(slot, scale, name, unit)]
        if network.first_quantity <= slot < network.first_input:
            found, inner = _written_out(network, len(network.reactions) + slot - network.first_quantity)
            behind = behind if found is membrane_voltage else inner
        whole = found is membrane_voltage
        parts.append((None, 1, 1.0) if whole else (found, len(behind), scale))
        arguments += behind
    return (law if all(part is None for part, _, _ in parts) else _composed(law, tuple(parts))), arguments


@cache
def _composed(law: RateLaw, parts: tuple[tuple[RateLaw | None, int, float], ...]) -> RateLaw:
    """A law of other laws: each of ``parts`` is one, the number of its arguments and its scale, or an argument."""

    def composed(*x: Any) -> Any:
        left = iter(x)
        return law(
            *(next(left) if part is None else part(*islice(left, count)) * scale for part, count, scale in parts)
        )

    units = [
        unit
        for (part, _, _), (_, own) in zip(parts, law.arguments, strict=True)
        for unit in ([own] if part is None else [unit for _, unit in part.arguments])
    ]
    composed.__name__ = law.name
    return RateLaw(composed, tuple((f"x{i}", unit) for i, unit in enumerate(units)), law.returns)


def _merged(network: Network, *rows: list[_Argument]) -> tuple[list[_Argument], Places, tuple[float, ...]]:
    """The arguments of two laws without repetition, where each law finds its own, and how far each is shifted.

    Near equilibrium a state that both laws read is moved a little, in both alike: hence what stands in one slot must be
    one argument.
    """
    distinct: list[_Argument] = []
    places = tuple(_places(row, distinct, network.size - 1) for row in rows)
    both = {i for i, _ in places[0]} & {i for i, _ in places[1]}
    moved = [i for i in both if distinct[i].slot < network.first_input] or sorted(both) or list(range(len(distinct)))
    shifts = [0.0] * len(distinct)
    for n, i in enumerate(sorted(moved)):
        shifts[i] = SHIFT / (1.0 + 0.618 * n)
    return distinct, places, tuple(shifts)


def _places(row: list[_Argument], distinct: list[_Argument], one: int) -> tuple[tuple[int, float], ...]:
    """Which of the distinct arguments each of one law is, and by what it is multiplied; new ones are added.

    Literals share a slot and are told apart by value and name, so that two of one law, as the voltage and the reversal
    potential of a patch at rest, move apart; one with a name of its own is the other law's of that value.
    """
    names = {argument.name for argument in row}
    found: list[tuple[int, float]] = []
    for argument in row:
        same = [i for i, known in enumerate(distinct) if known.slot == argument.slot]
        if argument.slot == one:
            same = [i for i in same if _is_of_one_value(distinct[i], argument)]
            taken = {i for i, _ in found}
            free = [i for i in same if distinct[i].name not in names and i not in taken]
            same = [i for i in same if distinct[i].name == argument.name] or free
        if not same:
            same = [len(distinct)]
            distinct.append(argument)
        known = distinct[same[0]]
        is_literal = argument.slot == one
        found.append((same[0], conversion(known.unit, argument.unit) if is_literal else argument.scale / known.scale))
    return tuple(found)


def _is_of_one_value(known: _Argument, literal: _Argument) -> bool:
    if known.unit == literal.unit:
        return known.scale == literal.scale
    comparable = kind(known.unit) is not None and kind(known.unit) == kind(literal.unit)
    return comparable and isclose(known.scale * conversion(known.unit, literal.unit), literal.scale, rel_tol=1e-12)


@cache
def _direction(
    flux: RateLaw, affinity: RateLaw, places: Places, shifts: tuple[float, ...], by_sign: bool, forward: bool
) -> RateLaw:
    """The law of one direction, of the distinct arguments of a flux and its affinity."""
    units = {
        i: unit
        for law, found in ((affinity, places[1]), (flux, places[0]))
        for (i, _), (_, unit) in zip(found, law.arguments, strict=True)
    }

    def of(law: RateLaw, x: Any) -> Any:
        found = places[0] if law is flux else places[1]
        return law(*(x[i] if factor == 1.0 else x[i] * factor for i, factor in found))

    def beside(x: Any, sign: float) -> Any:
        x = [_moved(v, sign * d, units[i]) if d else v for i, (v, d) in enumerate(zip(x, shifts, strict=True))]
        return one_way_rate(of(flux, x), of(affinity, x), forward)

    def split(*x: Any) -> Any:
        net = of(flux, x)
        if by_sign:
            return where(net > 0, net, 0.0) if forward else where(net < 0, -net, 0.0)
        drive = of(affinity, x)
        # Near equilibrium, and where rounding gives the two another sign, the limit is found from both sides.
        return choose(
            net * drive > NEAR * abs(net),
            lambda: one_way_rate(net, drive, forward),
            lambda: (beside(x, 1.0) + beside(x, -1.0)) / 2,
        )

    split.__name__ = f"{flux.name} ({'forward' if forward else 'backward'})"
    return RateLaw(split, tuple((f"x{i}", units[i]) for i in sorted(units)), flux.returns)


def _moved(value: Any, by: float, unit: str) -> Any:
    """A value changed by a small part: of 25 mV where it is a voltage, else of itself, and hardly at all from zero."""
    if kind(unit) == "voltage":
        return value + by * 25.0 * conversion("mV", unit)
    return where(value == 0, by * 1e-20, value * (1 + by))
