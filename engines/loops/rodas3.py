"""Rodas3: an L-stable Rosenbrock method of order 3(2) for short steps between jumps, with three drifts a step.

In the notation of ``rosenbrock.py``: gamma = 1/2 and

    k1: f(y)                    k3: f(y + 2 k1) + (k1 - k2) / h
    k2: f(y) + 4 k1 / h         k4: f(y + 2 k1 + k3) + (k1 - k2 - 8/3 k3) / h

    y_new = y + 2 k1 + k3 + k4,    error = k4,
    y(s) = y + (5 s - 3 s^2) k1 + (s^2 - s) k2 + s^3 (k3 + k4)      (order 2, from the conditions of order 2 and s^3/3).

Only the species that flow are unknowns; the others stand still during a step.

Sandu A, Verwer JG, Blom JG, Spee EJ, Carmichael GR, Potra FA (1997) Benchmarking stiff ODE solvers for atmospheric
chemistry problems II: Rosenbrock solvers. Atmospheric Environment 31, 3459-3472.
"""

from numba import njit

from .flow import drift
from .sparse_lu import factorise, solve

GAMMA = 0.5


@njit(nogil=True, error_model="numpy")
def attempt(y, moved, h, values, used, rates, tables, lu, slope, trial, stages):
    """Try a step: fill ``stages`` (4, unknown) and leave the state after it in ``trial``.

    moved: the species that are unknowns. values: nonzeros of the Jacobian, of which ``used`` are those between
    unknowns, in the order of ``tables``. lu, slope: scratch. trial has the constants of y. Returns whether it worked.
    """
    n = len(moved)
    for e in range(lu.size):
        lu[e] = 0.0
    for e in range(used.size):
        lu[tables.place[e]] = -values[used[e]]
    for k in range(n):
        lu[tables.pivot[k]] += 1.0 / (h * GAMMA)
    if factorise(lu, stages[4], tables) >= 0:
        return False
    drift(y, rates, slope)
    for i in range(n):
        stages[0, i] = slope[moved[i]]
    solve(lu, stages[0], tables)
    for i in range(n):
        stages[1, i] = slope[moved[i]] + 4.0 / h * stages[0, i]
        trial[moved[i]] = y[moved[i]] + 2.0 * stages[0, i]
    solve(lu, stages[1], tables)
    drift(trial, rates, slope)
    for i in range(n):
        stages[2, i] = slope[moved[i]] + (stages[0, i] - stages[1, i]) / h
    solve(lu, stages[2], tables)
    for i in range(n):
        trial[moved[i]] += stages[2, i]
    drift(trial, rates, slope)
    for i in range(n):
        stages[3, i] = slope[moved[i]] + (stages[0, i] - stages[1, i] - 8.0 / 3.0 * stages[2, i]) / h
    solve(lu, stages[3], tables)
    for i in range(n):
        trial[moved[i]] += stages[3, i]
    return True


@njit(nogil=True, error_model="numpy")
def error(y, trial, moved, rtol, atol, stages):
    """The largest error of a step in units of atol + rtol |y|; infinite where it is not a number."""
    largest = 0.0
    for i in range(len(moved)):
        scaled = abs(stages[3, i]) / (atol + rtol * max(abs(y[moved[i]]), abs(trial[moved[i]])))
        if not scaled <= largest:
            largest = scaled
    return largest


@njit(nogil=True, error_model="numpy")
def between(y, moved, s, stages, out):
    """Write the unknowns at the fraction s of the step from y to ``out``."""
    for i in range(len(moved)):
        curve = (5.0 - 3.0 * s) * s * stages[0, i] + (s - 1.0) * s * stages[1, i]
        out[moved[i]] = y[moved[i]] + curve + s * s * s * (stages[2, i] + stages[3, i])


@njit(nogil=True, error_model="numpy")
def at_fraction(s, y, moved, stages, trial, out):
    """The unknowns at the fraction s of a step: at its end those of ``trial``."""
    if s < 1.0:
        between(y, moved, s, stages, out)
    else:
        for i in range(len(moved)):
            out[moved[i]] = trial[moved[i]]
