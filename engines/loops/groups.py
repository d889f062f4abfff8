"""Composition and rejection: finding the next of many reactions at a cost that does not grow with their number.

Reactions whose rates have the same power of two below them are one group (Slepoy, Thompson & Plimpton 2008); the next
power of two is the bound of the group. A group is picked by its count times its bound, one of its reactions uniformly,
and that one fires with probability rate / bound, which is at least 1/2; otherwise nothing happens at that time. The
times of such trials come with the sum of all bounds as their rate, which makes the reactions that fire exactly those of
Gillespie (thinning: Lewis & Shedler 1979). No sum of rates is kept, and the weight of a group is computed from a whole
number, so that nothing drifts. A reaction of rate 0 is in no group.

``groups[:used[0]]`` are those that have had a reaction, the highest bound first; ``number`` gives the place of a power
of two among them. The reactions of a group are ``roster[start : start + count]``; behind them is room for more.
"""

import math

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

REACTION = np.dtype(
    [
        ("constant", np.float64),
        ("rate", np.float64),
        ("first", np.uint32),  # the rate is constant * y[first] * y[second], or another where first is GENERAL
        ("second", np.uint32),
        ("place", np.uint32),  # among the reactions of its group
        ("row", np.uint32),  # where its changes begin
    ]
)
"""What is read together of one reaction: half a line of a processor's cache."""
GENERAL = 0xFFFFFFFF
FACTOR = math.pi**2 / 10
"""Rates are kept times this number, so that those of round numbers are no powers of two but lie just below one: how a
rate was rounded does not decide which group it is in, and a rate of 1, 2 or 4 is seldom rejected."""
CHANGE = np.dtype([("slot", np.uint32), ("number", np.int32)])
GROUP = np.dtype(
    [
        ("bound", np.float64),
        ("weight", np.float64),
        ("start", np.uint32),
        ("count", np.uint32),
        ("capacity", np.uint32),
        ("power", np.uint32),
    ]
)
POWERS = 2047
"""Powers of two of finite floats, numbered like the bits of the exponent; POWERS itself stands for a rate of 0."""


def new_groups(reactions):
    """No groups, and a roster for a number of reactions: (groups, used, number, roster)."""
    roster = np.zeros(2 * reactions + 8 * POWERS, np.uint32)
    return np.zeros(POWERS, GROUP), np.zeros(1, np.int64), np.full(POWERS, POWERS, np.uint32), roster


@intrinsic
def _bits(context, number):
    def build(target, builder, signature, values):
        return builder.bitcast(values[0], ir.IntType(64))

    return types.int64(types.float64), build


@njit(inline="always")
def _power(rate):
    return (_bits(rate) >> 52) & 2047 if rate > 0.0 else POWERS


@njit(nogil=True, error_model="numpy")
def clear(groups, used, number):
    """Leave no groups."""
    for k in range(used[0]):
        number[groups[k].power] = POWERS
    used[0] = 0


@njit(inline="always")
def assign(i, rate, reactions, groups, used, number, roster):
    """Give reaction i a rate, and the group that belongs to it; whether weights have changed."""
    old, new = _power(reactions[i].rate), _power(rate)
    reactions[i].rate = rate
    if new == old:
        return False
    if old != POWERS:
        k = number[old]
        place = reactions[i].place
        groups[k].count -= 1
        groups[k].weight = groups[k].count * groups[k].bound
        last = roster[groups[k].start + groups[k].count]
        roster[groups[k].start + place] = last
        reactions[last].place = place
    if new != POWERS:
        k = number[new]
        if k == POWERS or groups[k].count == groups[k].capacity:
            _make_room(new, groups, used, number, roster)
            k = number[new]
        roster[groups[k].start + groups[k].count] = i
        reactions[i].place = groups[k].count
        groups[k].count += 1
        groups[k].weight = groups[k].count * groups[k].bound
    return True


@njit(nogil=True, error_model="numpy")
def _make_room(power, groups, used, number, roster):
    """Begin a group of this power if there is none, and give every group an equal share of the room that is left."""
    if number[power] == POWERS:
        k = used[0]
        while k > 0 and groups[k - 1].power < power:
            groups[k] = groups[k - 1]
            number[groups[k].power] = k
            k -= 1
        groups[k].bound, groups[k].weight = math.ldexp(1.0, power - 1022), 0.0
        groups[k].start = groups[k].count = 0
        groups[k].power = power
        number[power] = k
        used[0] += 1
    end = 0
    for k in range(used[0]):  # to the left, from the left
        for i in range(groups[k].count):
            roster[end + i] = roster[groups[k].start + i]
        groups[k].start = end
        end += groups[k].count
    share = (len(roster) - end) // used[0]
    end += share * used[0]
    for k in range(used[0] - 1, -1, -1):  # to the right, from the right
        groups[k].capacity = groups[k].count + share
        end -= groups[k].capacity
        for i in range(groups[k].count - 1, -1, -1):
            roster[end + i] = roster[groups[k].start + i]
        groups[k].start = end


@njit(inline="always")
def total_weight(groups, used):
    """The sum of all weights."""
    total = 0.0
    for k in range(used[0]):
        total += groups[k].weight
    return total


@njit(inline="always")
def pick(z, u, otherwise, reactions, groups, used, roster):
    """The reaction at z, uniform below the total weight, if it passes with u, uniform below 1."""
    k = 0
    while k < used[0] and z >= groups[k].weight:
        z -= groups[k].weight
        k += 1
    if k == used[0]:  # rounding at the end of the last interval
        return otherwise
    i = np.int64(roster[groups[k].start + np.uint32(z / groups[k].bound)])
    return i if u * groups[k].bound < reactions[i].rate else otherwise
