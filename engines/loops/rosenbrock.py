"""
Rodas5P: a stiffly accurate, L-stable Rosenbrock method of order 5(4), with adaptive steps and dense output.

With J the Jacobian of the drift f at the beginning y of a step h, and W = I / (h gamma) - J, the stages are

    W k_i = f(y + sum_j A_ij k_j) + sum_j C_ij k_j / h        (j < i; i = 1 ... 8)

and the step, its error estimate and the state a fraction s of the way through are

    y_new = y + sum_j A_8j k_j + k_8,    sum_j E_j k_j,
    y(s) = (1 - s) y + s (y_new + (1 - s) sum_j (H_1j + s H_2j + s^2 H_3j) k_j)      (order 4).

One sparse factorisation serves eight solves, and no iteration can fail to converge. Conserved totals stay
conserved, because J is exact.

A small network has straight code of its own for a step (``engines/straight_line``), a larger one takes that below.

Hairer E, Wanner G (1996) Solving Ordinary Differential Equations II, chapter IV.7. Springer.
"""

import numpy as np
from numba import njit

from . import flow
from .pointer import borrowed, call_int, pointers
from .rodas5p import GAMMA, STAGES, A, C, E, H
from .sparse_lu import factorise, solve
from .status import FINISHED, NOT_FINITE, STEP_TOO_SMALL, STOPPED, TOO_MANY_STEPS
from .straight_line import complete, drift, jacobian

# Step control: h err^-0.17 previous^0.04 keeps h from oscillating where stability, not accuracy, limits it.
SAFETY = 0.9
SHRINK = 0.2
GROW = 6.0
RESPONSE = 0.17
MEMORY = 0.04


def room_for(n, tables, slots):
    """How many numbers `integrate` needs room for: n species in y of so many slots."""
    return tables.room + tables.place.size + n + slots + STAGES * n


@njit(nogil=True, error_model="numpy")
def divided(room, filled, nonzeros, n, slots):
    """The parts of `room`: factors, nonzeros of the Jacobian, a slope, a state, and stages, each behind the other.

    The arrays come from outside and are borrowed: numba would count references of its own ones at every call, which
    took a third of the time of a step.
    """
    a, b = filled, filled + nonzeros
    c, d = b + n, b + n + slots
    return room[:a], room[a:b], room[b:c], room[c:d], room[d : d + STAGES * n]


@njit(nogil=True, error_model="numpy")
def first_step(y, n, span, rtol, atol, rates, code, slope, trial, stages):
    """
    A guess of the first step, from the sizes of y' and y'' (Hairer, Norsett & Wanner 1993, section II.4).

    `slope` (n), `trial` (as y, its constants filled in) and `stages` (8 n) are scratch. Returns a step in s,
    at most `span`.
    """
    drift(y, rates, code, slope)
    size = speed = bend = 0.0
    for i in range(n):
        scale = atol + rtol * abs(y[i])
        size = max(size, abs(y[i]) / scale)
        speed = max(speed, abs(slope[i]) / scale)
    h = 1e-6
    if size > 1e-5 and speed > 1e-5:
        h = 0.01 * size / speed
    h = min(h, span)
    for i in range(n):
        stages[i] = slope[i]
        trial[i] = y[i] + h * slope[i]
    drift(trial, rates, code, slope)
    for i in range(n):
        bend = max(bend, abs(slope[i] - stages[i]) / (h * (atol + rtol * abs(y[i]))))
    fastest = max(speed, bend)
    if fastest > 1e-15:
        return min(100.0 * h, span, (0.01 / fastest) ** 0.2)
    return min(100.0 * h, span)


@njit(nogil=True, error_model="numpy")
def attempt(y, n, h, values, rates, tables, lu, slope, trial, stages):
    """
    Try a step: fill `stages` (8 n), leave the state after it in `trial` and the estimate of its error in `slope` (n).

    `values` (nnz) is the Jacobian at y; `lu` (filled) is scratch. Returns -1, or the component at which W could not be
    factorised.
    """
    for e in range(lu.size):
        lu[e] = 0.0
    for e in range(values.size):
        lu[tables.place[e]] = -values[e]
    for k in range(n):
        lu[tables.pivot[k]] += 1.0 / (h * GAMMA)
    failed = factorise(lu, n, tables)
    if failed >= 0:
        return failed
    for s in range(STAGES):
        for i in range(n):
            trial[i] = y[i]
        for j in range(s):
            a = A[s, j]
            for i in range(n):
                trial[i] += a * stages[j * n + i]
        flow.drift(trial, rates, slope)
        for j in range(s):
            c = C[s, j] / h
            for i in range(n):
                slope[i] += c * stages[j * n + i]
        solve(lu, slope, n, tables)
        for i in range(n):
            stages[s * n + i] = slope[i]
    for i in range(n):
        trial[i] += slope[i]
        estimate = 0.0
        for j in range(STAGES):
            estimate += E[j] * stages[j * n + i]
        slope[i] = estimate
    return -1


@njit(nogil=True, error_model="numpy")
def error(y, trial, n, rtol, atol, estimate):
    """
    The largest of the errors `estimate` (n) in units of atol + rtol |y|, and the component that has it.

    The maximum, not the mean square: an error in one of 10,000 voxels must not be diluted by the other 9,999.
    """
    largest = 0.0
    worst = 0
    for i in range(n):
        scaled = abs(estimate[i]) / (atol + rtol * max(abs(y[i]), abs(trial[i])))
        if not scaled <= largest:
            largest = scaled
            worst = i
            if not np.isfinite(scaled):
                break
    return largest, worst


@njit(nogil=True, error_model="numpy")
def between(y, trial, n, s, stages, recorded, row):
    """Write the state at the fraction s of the step from y to `trial` into a row of `recorded` (times, n)."""
    for i in range(n):
        curve = 0.0
        for j in range(STAGES):
            curve += (H[0, j] + s * (H[1, j] + s * H[2, j])) * stages[j * n + i]
        recorded[row, i] = (1.0 - s) * y[i] + s * (trial[i] + (1.0 - s) * curve)


@njit(nogil=True, error_model="numpy")
def not_finite(y, n, values, rates, code, tables, slope):
    """The first component whose drift, or a derivative of it in `values` (nnz), is NaN or infinite; or -1."""
    drift(y, rates, code, slope)
    for i in range(n):
        if not np.isfinite(slope[i]):
            return i
    for e in range(values.size):
        if not np.isfinite(values[e]):
            for k in range(n):
                if tables.entry[e] < tables.indptr[k + 1]:
                    return tables.order[k]
    return -1


@njit(cache=True, nogil=True, error_model="numpy")
def integrate(y, n, t, t_end, h, grid, following, recorded, rtol, atol, max_steps, rates, code, tables, room, control):
    """
    Advance dy/dt = drift(y) from t to t_end, recording y on the way.

    Parameters
    ----------
    y : array of float64, shape (n + constants)
        The state in molecules, and behind it what stays constant until t_end; the state is replaced.
    n : int
        Length of the state.
    t, t_end : float
        In s, t < t_end.
    h : float
        The first step to try, in s; 0 chooses it.
    grid : array of float64, shape (times)
        Increasing times, in s.
    following : int
        The first element of `grid` not recorded yet.
    recorded : array of float64, shape (times, n)
        Row i receives the state at grid[i], for every grid time up to t_end.
    rtol : float
    atol : float
        Errors of a step up to atol + rtol |y| molecules are accepted.
    max_steps : int
        The largest number of attempted steps.
    rates, code : tuples
        Handed through to `drift` and `jacobian`.
    tables : Elimination
        Of the pattern in which `jacobian` writes.
    room : array of float64, shape (room_for(...))
        Scratch.
    control : array of int64, shape (1)
        Made nonzero from outside to stop.

    Returns
    -------
    status : int
        FINISHED, TOO_MANY_STEPS, STEP_TOO_SMALL, NOT_FINITE or STOPPED.
    t : float
        The time reached, in s; y is the state at it.
    h : float
        The next step to try, in s.
    steps, rejected : int
        Steps attempted, and those of them repeated because their error was too large.
    following : int
        The first element of `grid` not recorded yet.
    worst : int
        The component that had the largest error, or was not finite, in the last attempt.
    """
    y, grid, recorded, control, room = borrowed((y, grid, recorded, control, room))
    lu, values, slope, trial, stages = divided(room, tables.room, tables.place.size, n, y.size)
    rates, code, tables = pointers(rates), pointers(code), pointers(tables)
    complete(y, rates, code)
    for i in range(y.size):
        trial[i] = y[i]
    if h <= 0.0:
        h = first_step(y, n, t_end - t, rtol, atol, rates, code, slope, trial, stages)
    status = FINISHED
    steps = rejected = worst = 0
    previous = 0.0
    fresh = True
    while t < t_end:
        if fresh:
            jacobian(y, rates, code, values)
        last = 1.01 * h >= t_end - t
        step = t_end - t if last else h
        if control[0] != 0:
            status = STOPPED
        elif steps == max_steps:
            status = TOO_MANY_STEPS
        elif not (last or t + 0.1 * step > t):
            status = STEP_TOO_SMALL
        if status != FINISHED:
            break
        steps += 1
        err = np.inf
        if code[2] != 0:
            failed = call_int(code[2], (y, code[4], code[5], code[6], step, values, lu, slope, trial, stages))
        else:
            failed = attempt(y, n, step, values, rates, tables, lu, slope, trial, stages)
        if failed >= 0:
            worst = failed
        else:
            err, worst = error(y, trial, n, rtol, atol, slope)
        if not err <= 1.0:
            rejected += 1
            fresh = False
            h = step * (max(SHRINK, SAFETY * err**-0.2) if err < np.inf else SHRINK)
            continue
        t_new = t_end if last else t + step
        while following < grid.size and grid[following] <= t_new:
            between(y, trial, n, (grid[following] - t) / step, stages, recorded, following)
            following += 1
        for i in range(n):
            y[i] = trial[i]
        log_error = np.log(max(err, 1e-6))  # a vanishing error must not hold the next step back
        factor = max(SHRINK, SAFETY * np.exp(MEMORY * previous - RESPONSE * log_error))
        factor = min(GROW if fresh else 1.0, factor)
        h = max(h, step * factor) if last else step * factor
        t = t_new
        previous = log_error
        fresh = True
    complete(y, rates, code)
    if status == STEP_TOO_SMALL:
        failed = not_finite(y, n, values, rates, code, tables, slope)
        if failed >= 0:
            status = NOT_FINITE
            worst = failed
    return status, t, h, steps, rejected, following, worst
