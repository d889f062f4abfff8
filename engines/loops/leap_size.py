"""How far a leap may go: derivatives of propensities, critical reactions, and the largest step.

A leap of tau is to change no propensity a_j by more than a fraction epsilon, in mean and in standard deviation (Cao,
Gillespie & Petzold 2006). Species i may therefore change by

    room_i = max(1, epsilon min over j of |a_j / (da_j/dn_i)|)

which for mass action is epsilon n_i / g_i with their g_i, and for any other law comes from its gradient. That alone
would allow steps that are long beside the time in which a fluctuation decays, at equilibrium where the mean change is
zero; so a step is also at most LONGEST epsilon^(1/3) / lambda, lambda being the fastest such decay: a fluctuation that
decays by z = lambda tau in a leap has a variance that is too large by z^3 / (8 - 8 z + 4 z^2), as a fraction, which so
stays below epsilon.

Cao Y, Gillespie DT, Petzold LR (2006) Efficient step size selection for the tau-leaping simulation method. Journal of
Chemical Physics 124, 044109.
"""

import math

from numba import njit

from .flow import (
    ARGUMENTS,
    CHANGE,
    CHANGED,
    CHANGES,
    CLAMPED,
    COEFFICIENT,
    DEPENDS,
    LAW,
    MASS_ACTION,
    ORDER,
    REACTANT,
    REACTANTS,
    REACTIONS,
    SPECIES_BEHIND,
    STATIC,
    chain,
    inner_slopes,
)
from .pointer import call_float

FEW = 10
"""A reaction that could fire fewer times than this before it runs out of a reactant is critical."""
FEW_QUICK = 20
"""The same for a reaction in partial equilibrium, at least; and 1/epsilon."""
BALANCE = 0.05
"""A reversible pair is in partial equilibrium where its rates differ by less than this fraction of one of them, ..."""
DEVIATIONS = 3.0
"""... or by less than so many standard deviations of their difference at equilibrium."""
LONGEST = 0.7
"""The longest leap in units of epsilon^(1/3) over the fastest decay of one species, which is half that of a pair."""


@njit(nogil=True, error_model="numpy")
def sensitivities(y, rates, epsilon, derivative, room, slope, partial, inner):
    """Fill derivative (in the order of DEPENDS) of each propensity by the species behind it, and room (species).

    Molecules are counted: a reactant of order m gives n (n - 1) ...; conducting complexes depend on subunits as in the
    mean field. slope (species), partial (arguments) and inner (of flow.inner_slopes) are scratch.
    """
    _, gradient, plan, weights, slot, scale = rates
    for i in range(len(room)):
        room[i] = math.inf
        slope[i] = 0.0
    if len(inner) > 0:
        inner_slopes(y, rates, partial, slope, inner, True)
    for j in range(plan[REACTIONS]):
        begin, end = plan[plan[REACTANTS] + j], plan[plan[REACTANTS] + j + 1]
        first, last = plan[plan[DEPENDS] + j], plan[plan[DEPENDS] + j + 1]
        is_mass_action = plan[plan[MASS_ACTION] + j] != 0
        product, law, missing = weights[plan[COEFFICIENT] + j], 1.0, False
        for q in range(begin, end):
            i, order = plan[plan[REACTANT] + q], plan[plan[ORDER] + q]
            missing |= y[i] < order
            if is_mass_action:
                product *= _arrangements(y[i], order, plan[plan[CLAMPED] + i])
        if missing:
            product = 0.0
        if not plan[plan[STATIC] + j] and not missing:
            law = call_float(gradient, (plan[plan[LAW] + j], y, slot, scale, plan[plan[ARGUMENTS] + j], partial))
            chain(j, partial, 1.0, plan, slot, scale, inner, slope, True)
            for q in range(first, last):
                i = plan[plan[SPECIES_BEHIND] + q]
                if not math.isfinite(slope[i]) or (law == 0.0 and y[i] == 0.0):
                    room[i] = slope[i] = 0.0
                elif slope[i] != 0.0:
                    room[i] = min(room[i], epsilon * abs(law / slope[i]))
                slope[i] *= product
        for q in range(begin, end):
            i, order = plan[plan[REACTANT] + q], plan[plan[ORDER] + q]
            if plan[plan[CLAMPED] + i]:
                continue
            if y[i] < order:
                room[i] = 0.0
            elif is_mass_action:
                relative = 0.0
                for k in range(order):
                    relative += 1.0 / (y[i] - k)
                slope[i] += product * law * relative
                room[i] = min(room[i], epsilon / relative)
        for q in range(first, last):
            derivative[q] = slope[plan[plan[SPECIES_BEHIND] + q]]
            slope[plan[plan[SPECIES_BEHIND] + q]] = 0.0


@njit(nogil=True, error_model="numpy")
def _arrangements(n, order, is_clamped):
    """n (n - 1) ... (n - order + 1), or n^order of a species that holds still."""
    found = 1.0
    for k in range(order):
        found *= n if is_clamped else max(n - k, 0.0)
    return found


@njit(nogil=True, error_model="numpy")
def critical_ones(y, a, plan, weights, constrained, critical):
    """Mark the critical reactions; returns the sum of their propensities."""
    total = 0.0
    for j in range(len(a)):
        critical[j] = a[j] > 0.0 and _times_left(j, y, plan, weights, constrained) < FEW
        if critical[j]:
            total += a[j]
    return total


@njit(nogil=True, error_model="numpy")
def _times_left(j, y, plan, weights, constrained):
    """How often reaction j could fire before it runs out of a reactant."""
    left = math.inf
    for q in range(plan[plan[CHANGES] + j], plan[plan[CHANGES] + j + 1]):
        change, i = weights[plan[CHANGE] + q], plan[plan[CHANGED] + q]
        if change < 0.0 and constrained[i]:
            left = min(left, math.floor(y[i] / -change))
    return left


@njit(nogil=True, error_model="numpy")
def quick_ones(y, a, plan, weights, epsilon, derivative, constrained, pairs, quick):
    """Mark both reactions of a pair that is in partial equilibrium and far from running out; returns whether any is.

    (Cao, Gillespie & Petzold 2007.) At equilibrium the difference of the two rates has a variance of a lambda, lambda
    being the decay of the pair's fluctuations; what is within it is no departure from equilibrium.
    """
    found = False
    plenty = max(FEW_QUICK, 1.0 / epsilon)
    for p in range(len(pairs)):
        j, k = pairs[p, 0], pairs[p, 1]
        smaller = min(a[j], a[k])
        left = min(_times_left(j, y, plan, weights, constrained), _times_left(k, y, plan, weights, constrained))
        decay = _decay(j, plan, weights, derivative) + _decay(k, plan, weights, derivative)
        near = max(BALANCE * smaller, DEVIATIONS * math.sqrt(smaller * decay))
        quick[j] = quick[k] = left >= plenty and smaller > 0.0 and abs(a[j] - a[k]) <= near
        found |= quick[j]
    return found


@njit(nogil=True, error_model="numpy")
def _decay(j, plan, weights, derivative):
    """What reaction j contributes to the decay of fluctuations of the species that it changes."""
    found = 0.0
    for d in range(plan[plan[DEPENDS] + j], plan[plan[DEPENDS] + j + 1]):
        for q in range(plan[plan[CHANGES] + j], plan[plan[CHANGES] + j + 1]):
            if plan[plan[CHANGED] + q] == plan[plan[SPECIES_BEHIND] + d]:
                found += abs(weights[plan[CHANGE] + q] * derivative[d])
    return found


@njit(nogil=True, error_model="numpy")
def longest(a, plan, weights, epsilon, derivative, room, critical, quick, without_quick, sums):
    """The largest leap of the reactions that are not critical (nor quick), in s, and their fastest decay, in 1/s.

    sums: scratch (3, species) for the mean and the variance of changes per second and for decays.
    """
    for i in range(len(room)):
        sums[0, i] = sums[1, i] = sums[2, i] = 0.0
    for j in range(len(a)):
        if a[j] <= 0.0 or critical[j] or (without_quick and quick[j]):
            continue
        begin, end = plan[plan[CHANGES] + j], plan[plan[CHANGES] + j + 1]
        for q in range(begin, end):
            i, change = plan[plan[CHANGED] + q], weights[plan[CHANGE] + q]
            sums[0, i] += change * a[j]
            sums[1, i] += change * change * a[j]
        for d in range(plan[plan[DEPENDS] + j], plan[plan[DEPENDS] + j + 1]):
            i = plan[plan[SPECIES_BEHIND] + d]
            for q in range(begin, end):
                if plan[plan[CHANGED] + q] == i:
                    sums[2, i] += abs(weights[plan[CHANGE] + q] * derivative[d])
    tau, fastest = math.inf, 0.0
    for i in range(len(room)):
        fastest = max(fastest, sums[2, i])
        if room[i] < math.inf and sums[1, i] > 0.0:
            allowed = max(room[i], 1.0)
            tau = min(tau, allowed / abs(sums[0, i]), allowed * allowed / sums[1, i])
    return min(tau, LONGEST * epsilon ** (1.0 / 3.0) / fastest), fastest
