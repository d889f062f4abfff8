"""The mean field, driven by tables: drift, and the nonzeros of its Jacobian, of any network.

Where molecules are counted a reactant of order m contributes n (n - 1) ... (n - m + 1); here it contributes n^m. That,
and the binomial expectation of conducting complexes, is all that distinguishes the two readings.
"""

import numpy as np
from numba import njit

from .pointer import call_float


@njit(nogil=True, error_model="numpy")
def conducting(y, i, multimers):
    """Expected number of conducting complexes of multimer i, and its derivative by the watched count.

    N P(Binomial(m, x) >= k) at x = n / (N m): independent subunits, a fraction x of them in the watched state.
    """
    slot, watched, count, subunits, needed = multimers
    m, k = subunits[i], needed[i]
    x = y[watched[i]] / (count[i] * m)
    total = 0.0
    term = 1.0  # binomial coefficient of m over j
    for j in range(m + 1):
        if j >= k:
            total += term * x**j * (1.0 - x) ** (m - j)
        if j == k - 1:
            slope = term * (m - j) * x**j * (1.0 - x) ** (m - k)
        term *= (m - j) / (j + 1.0)
    return count[i] * total, slope / m


@njit(nogil=True, error_model="numpy")
def complete(y, rates):
    """Compute conducting complexes and derived quantities from the species, in place."""
    arguments, multimers, layout = rates[0], rates[3], rates[4]
    law, _, number, slot, scale, first = arguments
    for i in range(len(multimers[0])):
        y[multimers[0][i]], _ = conducting(y, i, multimers)
    for i in range(layout[1]):
        row = layout[2] + i
        y[layout[0] + i] = call_float(law, (number[row], y, slot, scale, first[row]))


@njit(nogil=True, error_model="numpy")
def drift(y, rates, out):
    """dn/dt of each species in molecules per second."""
    law, _, number, slot, scale, first = rates[0]
    reactants, order, start, mass_action, static, coefficient = rates[1]
    changed, change, change_start = rates[2]
    complete(y, rates)
    for i in range(len(out)):
        out[i] = 0.0
    for j in range(len(coefficient)):
        rate = coefficient[j]
        if mass_action[j]:
            for q in range(start[j], start[j + 1]):
                n = y[reactants[q]]
                for _ in range(order[q]):
                    rate *= n
        if not static[j]:
            rate *= call_float(law, (number[j], y, slot, scale, first[j]))
        for q in range(change_start[j], change_start[j + 1]):
            out[changed[q]] += change[q] * rate


@njit(nogil=True, error_model="numpy")
def jacobian(y, rates, values):
    """The nonzeros of d(drift)/dn, in the order of the pattern that the tables were made with."""
    law, gradient, number, slot, scale, first = rates[0]
    reactants, order, start, mass_action, static, coefficient = rates[1]
    changed, change, change_start = rates[2]
    multimers = rates[3]
    first_quantity, quantities, reactions = rates[4]
    depends, depends_start, entry = rates[5]
    support, support_start = rates[6]
    species = first_quantity - len(multimers[0])
    complete(y, rates)
    slope = np.zeros(species)
    partial = np.empty(16)
    inner = np.zeros(len(support))
    for i in range(len(multimers[0])):
        _, inner[support_start[i]] = conducting(y, i, multimers)
    for i in range(quantities):
        row = reactions + i
        call_float(gradient, (number[row], y, slot, scale, first[row], partial))
        _chain(row, partial, rates, inner, slope)
        at = len(multimers[0]) + i
        for q in range(support_start[at], support_start[at + 1]):
            inner[q] = slope[support[q]]
            slope[support[q]] = 0.0
    for i in range(len(values)):
        values[i] = 0.0
    e = 0
    for j in range(reactions):
        product = coefficient[j]
        if mass_action[j]:
            for q in range(start[j], start[j + 1]):
                for _ in range(order[q]):
                    product *= y[reactants[q]]
        if not static[j]:
            value = call_float(gradient, (number[j], y, slot, scale, first[j], partial))
            for i in range(first[j + 1] - first[j]):
                partial[i] *= product
            _chain(j, partial, rates, inner, slope)
        else:
            value = 1.0
        if mass_action[j]:
            for q in range(start[j], start[j + 1]):
                others = coefficient[j] * value * order[q]
                for p in range(start[j], start[j + 1]):
                    for _ in range(order[p] - (1 if p == q else 0)):
                        others *= y[reactants[p]]
                slope[reactants[q]] += others
        for d in range(depends_start[j], depends_start[j + 1]):
            s = depends[d]
            for q in range(change_start[j], change_start[j + 1]):
                values[entry[e]] += change[q] * slope[s]
                e += 1
            slope[s] = 0.0


@njit(nogil=True, error_model="numpy")
def _chain(row, partial, rates, inner, slope):
    """Add to ``slope`` the derivatives of a law by the species, through conducting complexes and quantities."""
    law, gradient, number, slot, scale, first = rates[0]
    first_quantity, quantities, reactions = rates[4]
    support, support_start = rates[6]
    species = len(slope)
    for i in range(first[row + 1] - first[row]):
        s = slot[first[row] + i]
        weight = partial[i] * scale[first[row] + i]
        if s < species:
            slope[s] += weight
        elif s < first_quantity + quantities:
            for q in range(support_start[s - species], support_start[s - species + 1]):
                slope[support[q]] += weight * inner[q]
