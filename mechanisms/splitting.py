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
from typing import Any

import numpy as np

from mechanisms.law import RateLaw
from mechanisms.maths import choose, where
from mechanisms.network import Network, Ragged
from mechanisms.thermodynamics import one_way as one_way_rate

Terms = list[tuple[int, float]]
Places = tuple[tuple[tuple[int, float], ...], ...]

SPLITS = ("ussing", "sign")
"""The ways to split a net flux."""
NEAR = 1e-6
"""An affinity this small may be rounding, and so may its ratio to the flux."""
SHIFT = 1e-5
"""The relative change of arguments by which the limit at equilibrium is found; its error is of second order."""


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
            row = int(network.affinity[j])
            arguments, places, shifts = _merged(network, j, row)
            parts = (
                network.laws[network.law[j]],
                network.laws[network.law[row]],
                places,
                shifts,
                bool(network.by_sign[j]),
            )
            split = [laws.setdefault(_direction(*parts, forward), len(laws)) for forward in (True, False)]
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


def _products(network: Network, reactants: Terms, changes: Terms) -> Terms:
    """The right-hand side: what must be there for the reaction to happen backward."""
    found = dict(reactants)
    for i, n in changes:
        if not network.signed[i]:
            found[i] = found.get(i, 0.0) + n
    return [(i, n) for i, n in found.items() if n]


def _merged(network: Network, flux: int, affinity: int) -> tuple[Terms, Places, tuple[float, ...]]:
    """The arguments of two laws without repetition, where each law finds its own, and how far each is shifted.

    At equilibrium a state that both laws read is moved a little off it, in both alike: hence what stands in one slot
    must be one argument.
    """
    rows = network.arguments.row(flux), network.arguments.row(affinity)
    distinct: Terms = []
    places = tuple(tuple(_place(term, distinct, network.size - 1) for term in row) for row in rows)
    both = {i for i, _ in places[0]} & {i for i, _ in places[1]}
    moved = [i for i in both if distinct[i][0] < network.first_input] or sorted(both) or list(range(len(distinct)))
    shifts = [0.0] * len(distinct)
    for n, i in enumerate(sorted(moved)):
        shifts[i] = SHIFT * (1.0 + 0.618 * n)
    return distinct, places, tuple(shifts)


def _place(term: tuple[int, float], distinct: Terms, one: int) -> tuple[int, float]:
    """Which of the distinct arguments a term is, and by what it is multiplied; new ones are added."""
    slot, scale = term
    for i, (known, size) in enumerate(distinct):
        if known == slot and (slot != one or size == scale):
            return i, scale / size if scale != size else 1.0
    distinct.append(term)
    return len(distinct) - 1, 1.0


@cache
def _direction(
    flux: RateLaw, affinity: RateLaw, places: Places, shifts: tuple[float, ...], by_sign: bool, forward: bool
) -> RateLaw:
    """The law of one direction, of the distinct arguments of a flux and its affinity."""

    def of(law: RateLaw, x: Any) -> Any:
        found = places[0] if law is flux else places[1]
        return law(*(x[i] if factor == 1.0 else x[i] * factor for i, factor in found))

    def beside(x: Any, sign: float) -> Any:
        x = [where(v == 0, sign * d, v * (1 + sign * d)) if d else v for v, d in zip(x, shifts, strict=True)]
        return one_way_rate(of(flux, x), of(affinity, x), forward)

    def split(*x: Any) -> Any:
        net = of(flux, x)
        if by_sign:
            return where(net > 0, net, 0.0) if forward else where(net < 0, -net, 0.0)
        drive = of(affinity, x)
        # At equilibrium, and where rounding gives the two another sign, the limit is found from both sides.
        return choose(
            net * where(drive * drive > NEAR**2, drive, 0.0) > 0,
            lambda: one_way_rate(net, drive, forward),
            lambda: (beside(x, 1.0) + beside(x, -1.0)) / 2,
        )

    split.__name__ = f"{flux.name} ({'forward' if forward else 'backward'})"
    units = {
        i: unit
        for law, found in ((affinity, places[1]), (flux, places[0]))
        for (i, _), (_, unit) in zip(found, law.arguments, strict=True)
    }
    return RateLaw(split, tuple((f"x{i}", units[i]) for i in sorted(units)), flux.returns)
