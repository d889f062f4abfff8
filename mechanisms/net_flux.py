"""A net flux and its affinity as functions of the arguments that they share, and the laws of its two directions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import islice
from math import isclose
from typing import Any, NamedTuple

from mechanisms.law import RateLaw
from mechanisms.maths import choose, where
from mechanisms.network import Network
from mechanisms.symbols import Terms
from mechanisms.thermodynamics import membrane_voltage
from mechanisms.thermodynamics import one_way as one_way_rate
from mechanisms.units import conversion, kind

Places = tuple[tuple[int, float], ...]

SHIFT = 1e-5
"""The change of arguments by which the limit at equilibrium is found, voltages as part of 25 mV, others of themselves;
its error is of second order."""
NEAR = 1e-6
"""The affinity below which the limit is taken: the flux, a small difference, has lost its digits there."""


@dataclass(frozen=True)
class Pair:
    """A net flux and its affinity as functions of x: the distinct arguments that one or the other reads.

    flux_places, affinity_places: where each law finds its own arguments in x, and by what they are multiplied.
    units: of x. shifts: how far each of x is moved where the limit at equilibrium is looked for.
    """

    flux: RateLaw
    affinity: RateLaw
    flux_places: Places
    affinity_places: Places
    units: tuple[str, ...]
    shifts: tuple[float, ...]

    def net(self, x: Any) -> Any:
        """The net flux."""
        return _at(self.flux, self.flux_places, x)

    def drive(self, x: Any) -> Any:
        """The affinity."""
        return _at(self.affinity, self.affinity_places, x)

    def beside(self, x: Any, sign: float, forward: bool) -> Any:
        """One direction a little to one side of x."""
        shifted = zip(x, self.shifts, self.units, strict=True)
        x = [_moved(value, sign * shift, unit) if shift else value for value, shift, unit in shifted]
        return one_way_rate(self.net(x), self.drive(x), forward)


def _at(law: RateLaw, places: Places, x: Any) -> Any:
    return law(*(x[i] if factor == 1.0 else x[i] * factor for i, factor in places))


@cache
def direction(pair: Pair, by_sign: bool, forward: bool) -> RateLaw:
    """The law of one direction of a net flux, of the distinct arguments of its pair."""

    def split(*x: Any) -> Any:
        net = pair.net(x)
        if by_sign:
            return where(net > 0, net, 0.0) if forward else where(net < 0, -net, 0.0)
        drive = pair.drive(x)
        # Near equilibrium, and where rounding gives the two another sign, the limit is found from both sides.
        return choose(
            net * drive > NEAR * abs(net),
            lambda: one_way_rate(net, drive, forward),
            lambda: (pair.beside(x, 1.0, forward) + pair.beside(x, -1.0, forward)) / 2,
        )

    split.__name__ = f"{pair.flux.name} ({'forward' if forward else 'backward'})"
    return RateLaw(split, tuple((f"x{i}", unit) for i, unit in enumerate(pair.units)), pair.flux.returns)


def pair_of(network: Network, j: int) -> tuple[Pair, Terms]:
    """Net flux j with its affinity, and the slots and scales of the arguments that they read.

    Near equilibrium a state that both laws read is moved a little, in both alike: hence what stands in one slot must be
    one argument.
    """
    (flux, first), (affinity, second) = (_written_out(network, row) for row in (j, int(network.affinity[j])))
    distinct: list[_Argument] = []
    places, others = (_places(row, distinct, network.size - 1) for row in (first, second))
    both = {i for i, _ in places} & {i for i, _ in others}
    moved = [i for i in both if distinct[i].slot < network.first_input] or sorted(both) or list(range(len(distinct)))
    shifts = [0.0] * len(distinct)
    for n, i in enumerate(sorted(moved)):
        shifts[i] = SHIFT / (1.0 + 0.618 * n)
    units = tuple(argument.unit for argument in distinct)
    pair = Pair(flux, affinity, places, others, units, tuple(shifts))
    return pair, [(argument.slot, argument.scale) for argument in distinct]


class _Argument(NamedTuple):
    """An argument of a law: y[slot] * scale in ``unit``."""

    slot: int
    scale: float
    name: str
    unit: str


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


def _places(row: list[_Argument], distinct: list[_Argument], one: int) -> Places:
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


def _moved(value: Any, by: float, unit: str) -> Any:
    """A value changed by a small part: of 25 mV where it is a voltage, else of itself, and hardly at all from zero."""
    if kind(unit) == "voltage":
        return value + by * 25.0 * conversion("mV", unit)
    return where(value == 0, by * 1e-20, value * (1 + by))
