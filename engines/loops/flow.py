"""Rates, drift, and the nonzeros of the drift's Jacobian, of any network, driven by tables.

Where molecules are counted a reactant of order m contributes n (n - 1) ... (n - m + 1); in the mean field it
contributes n^m. That, and the binomial expectation of conducting complexes, is all that distinguishes the two readings.
A diffusion reads as counted what need not be whole: factors of a falling factorial that would be negative are 0, a law
acts as long as anything is left of its reactants, and conducting complexes have their expectation.

``rates`` is (law, gradient, plan, weights, slot, scale): addresses of compiled laws, two arrays of all columns end
to end, and the arguments of the laws. plan[NAME] is the size or the beginning of what NAME says. Few arrays, because
numba hands each over by value, with a count of its references.
"""

import numpy as np
from numba import njit

from .pointer import call_float, pointers

SIZES = ("SPECIES", "REACTIONS", "MULTIMERS", "QUANTITIES", "MOVING", "MOST_ARGUMENTS")
COLUMNS = (
    "LAW", "ARGUMENTS",  # of reactions, then of quantities: number, first argument
    "MASS_ACTION", "STATIC", "REACTANTS", "REACTANT", "ORDER", "CHANGES", "CHANGED",  # of reactions
    "DEPENDS", "SPECIES_BEHIND", "ENTRY",  # the species that a rate depends on, and where their derivatives go
    "SUPPORT", "SUPPORTING",  # the species that a multimer or quantity depends on
    "MOVED",  # quantities that change while species flow
    "CLAMPED",  # of species
    "WATCHED", "COMPLEXES", "SUBUNITS", "NEEDED", "COUNTED",  # of multimers
)  # fmt: skip
WEIGHTS = ("COEFFICIENT", "CHANGE")
HEADER = (*SIZES, *COLUMNS, *WEIGHTS)
SPECIES, REACTIONS, MULTIMERS, QUANTITIES, MOVING, MOST_ARGUMENTS = range(6)
LAW, ARGUMENTS, MASS_ACTION, STATIC, REACTANTS, REACTANT, ORDER, CHANGES, CHANGED = range(6, 15)
DEPENDS, SPECIES_BEHIND, ENTRY, SUPPORT, SUPPORTING, MOVED, CLAMPED = range(15, 22)
WATCHED, COMPLEXES, SUBUNITS, NEEDED, COUNTED = range(22, 27)
COEFFICIENT, CHANGE = range(27, 29)

MEAN_FIELD, WHOLE, DIFFUSION = range(3)
"""The readings: powers; falling factorials of whole molecules; falling factorials of any amount."""


@njit(nogil=True, error_model="numpy")
def conducting(y, i, plan):
    """Expected number of conducting complexes of multimer i, and its derivative by the watched count.

    N P(Binomial(m, x) >= k) at x = n / (N m): independent subunits, a fraction x of them in the watched state.
    """
    m, k, complexes = plan[plan[SUBUNITS] + i], plan[plan[NEEDED] + i], plan[plan[COMPLEXES] + i]
    x = y[plan[plan[WATCHED] + i]] / (complexes * m)
    total = slope = 0.0
    term = 1.0  # binomial coefficient of m over j
    for j in range(m + 1):
        if j >= k:
            total += term * x**j * (1.0 - x) ** (m - j)
        if j == k - 1:
            slope = term * (m - j) * x**j * (1.0 - x) ** (m - k)
        term *= (m - j) / (j + 1.0)
    return complexes * total, slope / m


@njit(nogil=True, error_model="numpy")
def quantity(i, y, rates):
    """Compute derived quantity i of y in place."""
    law, _, plan, _, slot, scale = rates
    row = plan[REACTIONS] + i
    first = plan[plan[ARGUMENTS] + row]
    y[plan[SPECIES] + plan[MULTIMERS] + i] = call_float(law, (plan[plan[LAW] + row], y, slot, scale, first))


@njit(nogil=True, error_model="numpy")
def complete(y, rates, reading):
    """Compute derived quantities and, unless molecules are whole, conducting complexes from the species, in place."""
    plan = rates[2]
    if reading != WHOLE:
        for i in range(plan[MULTIMERS]):
            if not plan[plan[COUNTED] + i]:
                y[plan[SPECIES] + i], _ = conducting(y, i, plan)
    for i in range(plan[QUANTITIES]):
        quantity(i, y, rates)


@njit(nogil=True, error_model="numpy")
def follow(y, rates):
    """The same in the mean field, of a y that was complete before some species flowed."""
    plan = rates[2]
    for i in range(plan[MULTIMERS]):
        if not plan[plan[COUNTED] + i]:
            y[plan[SPECIES] + i], _ = conducting(y, i, plan)
    for q in range(plan[MOVING]):
        quantity(plan[plan[MOVED] + q], y, rates)


@njit(nogil=True, error_model="numpy")
def rate(j, y, rates, reading):
    """Events per second of reaction j at a complete y, in one of the readings.

    Where molecules are counted it is never negative by mass action, and 0 where a reactant is missing.
    """
    law, _, plan, weights, slot, scale = rates
    found = weights[plan[COEFFICIENT] + j]
    for q in range(plan[plan[REACTANTS] + j], plan[plan[REACTANTS] + j + 1]):
        i, order = plan[plan[REACTANT] + q], plan[plan[ORDER] + q]
        if not plan[plan[MASS_ACTION] + j]:
            if (reading == WHOLE and y[i] < order) or (reading == DIFFUSION and y[i] <= 0.0):
                return 0.0
        elif reading != MEAN_FIELD and not plan[plan[CLAMPED] + i]:
            for k in range(order):
                found *= max(y[i] - k, 0.0)
        else:
            found *= y[i] ** order
    if found != 0.0 and not plan[plan[STATIC] + j]:
        found *= call_float(law, (plan[plan[LAW] + j], y, slot, scale, plan[plan[ARGUMENTS] + j]))
    return found


@njit(nogil=True, error_model="numpy")
def propensities(y, rates, out):
    """The rate of every reaction where molecules are counted; derived quantities of y are computed."""
    complete(y, rates, WHOLE)
    for j in range(len(out)):
        out[j] = rate(j, y, rates, WHOLE)


@njit(nogil=True, error_model="numpy")
def drift(y, rates, out):
    """dn/dt of each species in molecules per second, in the mean field; y was complete before species flowed."""
    if rates[2][MULTIMERS] + rates[2][MOVING] > 0:
        follow(y, rates)
    drift_at(y, rates, out)


@njit(nogil=True, error_model="numpy")
def drift_at(y, rates, out):
    """The same at a complete y.

    ``rate`` is written out here: as a call it would take half as long again.
    """
    y, out = pointers((y, out))
    law, _, plan, weights, slot, scale = pointers(rates)
    for i in range(plan[SPECIES]):
        out[i] = 0.0
    reactant, order, changed, change = plan[REACTANT], plan[ORDER], plan[CHANGED], plan[CHANGE]
    for j in range(plan[REACTIONS]):
        found = weights[plan[COEFFICIENT] + j]
        if plan[plan[MASS_ACTION] + j]:
            for q in range(plan[plan[REACTANTS] + j], plan[plan[REACTANTS] + j + 1]):
                n = y[plan[reactant + q]]
                for _ in range(plan[order + q]):
                    found *= n
        if not plan[plan[STATIC] + j]:
            found *= call_float(law, (plan[plan[LAW] + j], y, slot, scale, plan[plan[ARGUMENTS] + j]))
        for q in range(plan[plan[CHANGES] + j], plan[plan[CHANGES] + j + 1]):
            out[plan[changed + q]] += weights[change + q] * found


@njit(nogil=True, error_model="numpy")
def jacobian(y, rates, values):
    """The nonzeros of d(drift)/dn, in the order of the pattern that the tables were made with; y as for ``drift``."""
    follow(y, rates)
    jacobian_at(y, rates, values, False)


@njit(nogil=True, error_model="numpy")
def jacobian_at(y, rates, values, poles):
    """The same at a complete y. poles: slopes without end stay; else those of a rate that has one are 0."""
    plan = rates[2]
    inner = plan[plan[SUPPORT] + plan[MULTIMERS] + plan[QUANTITIES]]
    scratch = np.zeros(plan[SPECIES]), np.empty(plan[MOST_ARGUMENTS]), np.zeros(inner)
    for i in range(len(values)):
        values[i] = 0.0
    add_jacobian(pointers((y, rates, values)), pointers(scratch), scratch, poles)


@njit(nogil=True, error_model="numpy")
def add_jacobian(places, scratch, kept, poles):
    """Add the same to values; of ``scratch`` there are addresses, and the arrays, which must last until the end."""
    y, rates, values = places
    slope, partial, inner = scratch
    _, gradient, plan, weights, slot, scale = rates
    reactions, reactant, order = plan[REACTIONS], plan[REACTANT], plan[ORDER]
    inner_slopes(y, rates, partial, slope, inner, poles)
    entry = plan[ENTRY]
    for j in range(reactions):
        coefficient, law = weights[plan[COEFFICIENT] + j], 1.0
        begin, end = plan[plan[REACTANTS] + j], plan[plan[REACTANTS] + j + 1]
        if not plan[plan[MASS_ACTION] + j]:
            end = begin
        if not plan[plan[STATIC] + j]:
            law = call_float(gradient, (plan[plan[LAW] + j], y, slot, scale, plan[plan[ARGUMENTS] + j], partial))
            product = coefficient
            for q in range(begin, end):
                product *= y[plan[reactant + q]] ** plan[order + q]
            chain(j, partial, product, plan, slot, scale, inner, slope, poles or not abs(law) < np.inf)
        for q in range(begin, end):
            others = coefficient * law * plan[order + q]
            for p in range(begin, end):
                for _ in range(plan[order + p] - (1 if p == q else 0)):
                    others *= y[plan[reactant + p]]
            slope[plan[reactant + q]] += others
        for d in range(plan[plan[DEPENDS] + j], plan[plan[DEPENDS] + j + 1]):
            species = plan[plan[SPECIES_BEHIND] + d]
            for q in range(plan[plan[CHANGES] + j], plan[plan[CHANGES] + j + 1]):
                values[plan[entry]] += weights[plan[CHANGE] + q] * slope[species]
                entry += 1
            slope[species] = 0.0


@njit(nogil=True, error_model="numpy")
def inner_slopes(y, rates, partial, slope, inner, poles):
    """Fill inner with the derivatives of conducting complexes and quantities by the species in SUPPORTING.

    partial is scratch; so is slope, which must be zero and is left so.
    """
    _, gradient, plan, _, slot, scale = rates
    multimers, reactions = plan[MULTIMERS], plan[REACTIONS]
    for i in range(multimers):
        if not plan[plan[COUNTED] + i]:
            _, inner[plan[plan[SUPPORT] + i]] = conducting(y, i, plan)
    for m in range(plan[MOVING]):
        i = plan[plan[MOVED] + m]
        row = reactions + i
        law = call_float(gradient, (plan[plan[LAW] + row], y, slot, scale, plan[plan[ARGUMENTS] + row], partial))
        chain(row, partial, 1.0, plan, slot, scale, inner, slope, poles or not abs(law) < np.inf)
        for q in range(plan[plan[SUPPORT] + multimers + i], plan[plan[SUPPORT] + multimers + i + 1]):
            inner[q] = slope[plan[plan[SUPPORTING] + q]]
            slope[plan[plan[SUPPORTING] + q]] = 0.0


@njit(nogil=True, error_model="numpy")
def chain(row, partial, factor, plan, slot, scale, inner, slope, poles):
    """Add to ``slope`` the derivatives of a law by the species, through conducting complexes and quantities."""
    species, supporting = plan[SPECIES], plan[SUPPORTING]
    first = plan[plan[ARGUMENTS] + row]
    for i in range(plan[plan[ARGUMENTS] + row + 1] - first):
        if not (poles or abs(partial[i]) < np.inf):
            continue
        s = slot[first + i]
        weight = factor * partial[i] * scale[first + i]
        if s < species:
            slope[s] += weight
        elif s < species + plan[MULTIMERS] + plan[QUANTITIES]:
            support = plan[SUPPORT] + s - species
            for q in range(plan[support], plan[support + 1]):
                slope[plan[supporting + q]] += weight * inner[q]
