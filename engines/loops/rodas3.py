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

from .flow import drift, drift_at
from .sparse_lu import factorise, solve

GAMMA = 0.5


@njit(nogil=True, error_model="numpy")
def attempt(y, h, flow, rates, scratch):
    """Try a step: fill ``stages`` (4, unknown) and leave the state after it in ``trial``.

    y is complete and trial has its constants; ``flow.values`` are of the Jacobian there. Returns whether it worked.
    """
    moved, used, tables = flow.moved, flow.used, flow.elimination
    lu, stages, slope, trial = flow.lu, flow.stages, scratch.slope, scratch.trial
    n = len(moved)
    for e in range(lu.size):
        lu[e] = 0.0
    for e in range(used.size):
        lu[tables.place[e]] = -flow.values[used[e]]
    for k in range(n):
        lu[tables.pivot[k]] += 1.0 / (h * GAMMA)
    if factorise(lu, n, tables) >= 0:
        return False
    drift_at(y, rates, slope)
    for i in range(n):
        stages[0, i] = slope[moved[i]]
    solve(lu, stages[0], n, tables)
    for i in range(n):
        stages[1, i] = slope[moved[i]] + 4.0 / h * stages[0, i]
        trial[moved[i]] = y[moved[i]] + 2.0 * stages[0, i]
    solve(lu, stages[1], n, tables)
    drift(trial, rates, slope)
    for i in range(n):
        stages[2, i] = slope[moved[i]] + (stages[0, i] - stages[1, i]) / h
    solve(lu, stages[2], n, tables)
    for i in range(n):
        trial[moved[i]] += stages[2, i]
    drift(trial, rates, slope)
    for i in range(n):
        stages[3, i] = slope[moved[i]] + (stages[0, i] - stages[1, i] - 8.0 / 3.0 * stages[2, i]) / h
    solve(lu, stages[3], n, tables)
    for i in range(n):
        trial[moved[i]] += stages[3, i]
    return True


@njit(nogil=True, error_model="numpy")
def error(y, flow, scratch):
    """The largest error of a step in units of atol + rtol |y|; infinite where it is not a number."""
    moved, largest = flow.moved, 0.0
    for i in range(len(moved)):
        size = max(abs(y[moved[i]]), abs(scratch.trial[moved[i]]))
        scaled = abs(flow.stages[3, i]) / (flow.atol + flow.rtol * size)
        if not scaled <= largest:
            largest = scaled
    return largest


@njit(nogil=True, error_model="numpy")
def at_fraction(s, y, flow, scratch, out):
    """Write the unknowns at the fraction s of the step from y to ``out``: at its end those of ``trial``."""
    moved, stages = flow.moved, flow.stages
    for i in range(len(moved)):
        if s < 1.0:
            curve = (5.0 - 3.0 * s) * s * stages[0, i] + (s - 1.0) * s * stages[1, i]
            out[moved[i]] = y[moved[i]] + curve + s * s * s * (stages[2, i] + stages[3, i])
        else:
            out[moved[i]] = scratch.trial[moved[i]]
