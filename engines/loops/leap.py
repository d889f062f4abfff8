"""One leap: reactions fire a Poisson number of times each; critical ones at most once, together, at the end.

The explicit leap is the weak trapezoidal one (Anderson & Koyama 2012), in two halves of tau / 2 each:

    y* = y + N Poisson(a(y) tau / 2),    y' = y* + N Poisson(max(2 a(y*) - a(y), 0) tau / 2),

whose mean and variance are of second order in tau; one Poisson number per reaction and leap is of first order.

In an implicit leap the quick reactions, pairs in partial equilibrium, take all of tau in the first half, by the
trapezoidal rule (Cao, Petzold, Rathinam & Gillespie 2004), linearised,

    (1 - tau/2 J) dy = N P,    K_j = round(P_j + tau/2 grad a_j . dy),    J = sum over quick j of N_j grad a_j,

with P_j ~ Poisson(a_j tau) for them and Poisson(a_j tau / 2) for the others, which fire again by a(y*) in the second
half. It keeps the variance of a linear network at any tau, where the implicit Euler rule of Rathinam, Petzold, Cao &
Gillespie (2003) damps it. Only whole firings change the state, so conserved totals stay as they are.

Critical reactions fire when their integrated propensity reaches an exponential number, which is kept from leap to leap.
"""

import math

import numpy as np
from numba import njit

from . import flow
from .flow import CHANGE, CHANGED, CHANGES, DEPENDS, NEEDED, SPECIES, SPECIES_BEHIND, WATCHED
from .multimer import step
from .random import poisson, uniform
from .sparse_lu import factorise, solve
from .status import NEGATIVE


@njit(nogil=True, error_model="numpy")
def is_propensity(a, report):
    """Whether all are finite and none is negative; otherwise the report says which is not."""
    for j in range(len(a)):
        if not 0.0 <= a[j] < math.inf:
            report[0], report[1] = NEGATIVE, j
            return False
    return True


@njit(nogil=True, error_model="numpy")
def leap(
    y, tau, most, hazard, is_due, implicit, rates, a, derivative, critical, quick, constrained,
    subunits, members, watched, elimination, scratch, generator, report,
):  # fmt: skip
    """Leap by tau, or less; returns how long the leap was, the hazard left, and how many reactions fired.

    hazard: what is left of the exponential number of the critical reactions; 0 on return where one of them fired.
    is_due: tau was chosen so that one fires, and the second half may grow, up to ``most`` in all, until it does.
    a, derivative, critical, quick: at y. y, members, watched and generator change in place.
    """
    later, fired, lu, x = scratch
    plan, weights = rates[2], rates[3]
    b0, b1, b2, b3 = generator[0], generator[1], generator[2], generator[3]
    waiting = 0.0
    for j in range(len(a)):
        if critical[j]:
            waiting += a[j]
    while True:
        half = 0.5 * tau
        for j in range(len(a)):
            fired[j] = 0.0
            if a[j] > 0.0 and not critical[j]:
                fired[j], b0, b1, b2, b3 = poisson(a[j] * (tau if implicit and quick[j] else half), b0, b1, b2, b3)
        solved = not implicit or settle(half, fired, quick, rates, derivative, elimination, lu, x)
        if solved and take(y, fired, implicit, quick, plan, weights, constrained):
            break
        tau = half
    events = count(fired)
    b0, b1, b2, b3 = regroup(y, fired, subunits, members, watched, plan, b0, b1, b2, b3)
    hazard = hazard - waiting * half if waiting > 0.0 else hazard
    flow.propensities(y, rates, later)
    if is_propensity(later, report):
        ahead = 0.0
        for j in range(len(a)):
            if not implicit:
                later[j] = max(2.0 * later[j] - a[j], 0.0)
            elif quick[j]:
                later[j] = 0.0
            if critical[j]:
                ahead += later[j]
        until = max(hazard, 0.0) / ahead if ahead > 0.0 else math.inf
        rest, fires = half, until <= (most - half if is_due else half)
        if fires:
            rest = until
        for j in range(len(a)):
            fired[j] = 0.0
            if later[j] > 0.0 and not critical[j]:
                fired[j], b0, b1, b2, b3 = poisson(later[j] * rest, b0, b1, b2, b3)
        tau = half
        if take(y, fired, False, quick, plan, weights, constrained):
            tau = half + rest
            events += count(fired)
            b0, b1, b2, b3 = regroup(y, fired, subunits, members, watched, plan, b0, b1, b2, b3)
            hazard = max(hazard - ahead * rest, 0.0) if ahead > 0.0 else hazard
            if fires:
                u, b0, b1, b2, b3 = uniform(b0, b1, b2, b3)
                if choose(u, y, rates, critical, later, fired, report):
                    take(y, fired, False, quick, plan, weights, constrained)
                    b0, b1, b2, b3 = regroup(y, fired, subunits, members, watched, plan, b0, b1, b2, b3)
                    events += 1
                    hazard = -1.0
    generator[0], generator[1], generator[2], generator[3] = b0, b1, b2, b3
    return tau, hazard, events


@njit(nogil=True, error_model="numpy")
def count(fired):
    """How many reactions fired, backwards or forwards."""
    total = 0.0
    for j in range(len(fired)):
        total += abs(fired[j])
    return np.int64(total)


@njit(nogil=True, error_model="numpy")
def choose(u, y, rates, critical, later, fired, report):
    """Fill fired with one critical reaction, by their propensities at y; returns whether any of them can fire."""
    flow.propensities(y, rates, later)
    if not is_propensity(later, report):
        return False
    total = 0.0
    for j in range(len(fired)):
        fired[j] = 0.0
        if critical[j]:
            total += later[j]
    chosen, u = -1, u * total
    for j in range(len(fired)):
        if critical[j] and later[j] > 0.0 and (u >= 0.0 or chosen < 0):
            chosen = j
            u -= later[j]
    if chosen >= 0:
        fired[chosen] = 1.0
    return chosen >= 0


@njit(nogil=True, error_model="numpy")
def take(y, fired, implicit, quick, plan, weights, constrained):
    """Change y by reactions that fired, unless a reactant runs out: then y stays, and False is returned.

    What the leap itself makes is not there to be consumed, so that its reactions could happen in any order; only quick
    reactions of an implicit leap turn molecules over many times.
    """
    changed, change = plan[CHANGED], plan[CHANGE]
    enough = True
    for j in range(len(fired)):
        if fired[j] != 0.0 and not (implicit and quick[j]):
            for q in range(plan[plan[CHANGES] + j], plan[plan[CHANGES] + j + 1]):
                i = plan[changed + q]
                if weights[change + q] < 0.0:
                    y[i] += weights[change + q] * fired[j]
                    enough &= y[i] >= 0.0 or not constrained[i]
    for j in range(len(fired)):
        if fired[j] != 0.0:
            for q in range(plan[plan[CHANGES] + j], plan[plan[CHANGES] + j + 1]):
                if weights[change + q] > 0.0 or (implicit and quick[j]):
                    y[plan[changed + q]] += weights[change + q] * fired[j]
    if implicit:
        for i in range(len(constrained)):
            enough &= y[i] >= 0.0 or not constrained[i]
    if not enough:
        for j in range(len(fired)):
            if fired[j] != 0.0:
                for q in range(plan[plan[CHANGES] + j], plan[plan[CHANGES] + j + 1]):
                    y[plan[changed + q]] -= weights[change + q] * fired[j]
    return enough


@njit(nogil=True, error_model="numpy")
def settle(half, fired, quick, rates, derivative, elimination, lu, x):
    """Correct the firings of quick reactions by the trapezoidal rule; False where its matrix is singular."""
    plan, weights = rates[2], rates[3]
    for e in range(len(lu)):
        lu[e] = 0.0
    for i in range(len(x)):
        x[i] = 0.0
        lu[elimination.pivot[i]] = 1.0
    entry = 0
    for j in range(len(fired)):
        begin, end = plan[plan[CHANGES] + j], plan[plan[CHANGES] + j + 1]
        for q in range(begin, end):
            x[plan[plan[CHANGED] + q]] += weights[plan[CHANGE] + q] * fired[j]
        for d in range(plan[plan[DEPENDS] + j], plan[plan[DEPENDS] + j + 1]):
            for q in range(begin, end):
                if quick[j]:
                    place = elimination.place[plan[plan[flow.ENTRY] + entry]]
                    lu[place] -= half * weights[plan[CHANGE] + q] * derivative[d]
                entry += 1
    if factorise(lu, len(x), elimination) >= 0:
        return False
    solve(lu, x, len(x), elimination)
    for j in range(len(fired)):
        if quick[j]:
            more = 0.0
            for d in range(plan[plan[DEPENDS] + j], plan[plan[DEPENDS] + j + 1]):
                more += derivative[d] * x[plan[plan[SPECIES_BEHIND] + d]]
            fired[j] = np.rint(fired[j] + half * more)
    return True


@njit(nogil=True, error_model="numpy")
def regroup(y, fired, subunits, members, watched, plan, a, b, c, d):
    """Pick a complex for every step of a subunit, one by one: exact, given how many of each kind there are.

    y is taken after the steps; they are undone and made again. subunits: (reaction, 3) multimer or -1, origin, target.
    """
    for j in range(len(subunits)):
        if subunits[j, 0] >= 0:
            y[subunits[j, 1]] += fired[j]
            y[subunits[j, 2]] -= fired[j]
    for j in range(len(subunits)):
        m, origin, target = subunits[j, 0], subunits[j, 1], subunits[j, 2]
        if m < 0:
            continue
        state, needed = plan[plan[WATCHED] + m], plan[plan[NEEDED] + m]
        for _ in range(int(fired[j])):
            opened, a, b, c, d = step(
                members, watched, origin, target, y[origin], y[target] + 1.0, state, needed, a, b, c, d
            )
            y[origin] -= 1.0
            y[target] += 1.0
            y[plan[SPECIES] + m] += opened
    return a, b, c, d
