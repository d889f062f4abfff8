"""Steps and trajectories of the chemical Langevin engine; ``engines/langevin.py`` has the equations.

``rates``, of the network in one-way reactions, is that of ``flow``. ``noise`` is (deterministic, signed, least, start,
index, weight, noisy, shaken): flags of reactions and of species; the smallest amount of a species that its turnover is
taken of; by rows of reactions, the species that they consume, with their loss per event times the order; and the
reactions that have noise, and the species that it moves, each with how many there are. ``scratch`` is (a, b,
slope, slope_after, spread, y, trial, before, loss, generator, report, fastest, control). All of these are reached by
addresses (``pointers``). ``linear`` is of the network with net fluxes: (y, rates, signed species, where their diagonal
elements stand in the Jacobian, its nonzeros).
"""

import math

import numpy as np
from numba import njit

from . import flow
from .coupled import accompany, look
from .noise import shake
from .paths import begin, copy, finish, hold
from .pointer import borrowed, pointers
from .status import EXTINCT, FINISHED, NEGATIVE, STEP_TOO_SMALL, STOPPED, TOO_MANY_STEPS

SLOWEST = 1e-300
"""1/s: of a network without charges and variables."""
FRESH = 8
"""Steps between two looks at the Jacobian."""
ATTEMPTS = 4
"""Lengths that are tried for a step."""
BURST = 1024
"""Steps between two looks at whether the user asked to stop."""


@njit(nogil=True, error_model="numpy")
def evaluate(y, rates, noise, a, slope, spread, is_state):
    """The rates a of reactions at y, the drift N a and the spread diag(N diag(a) N^T); the failed reaction, or -1.

    A negative rate fails at a state of the network, and is 0 at one that is only a prediction.
    """
    plan, weights, deterministic = rates[2], rates[3], noise[0]
    if plan[flow.MULTIMERS] + plan[flow.QUANTITIES] > 0:
        flow.complete(y, rates, flow.DIFFUSION)
    for i in range(plan[flow.SPECIES]):
        slope[i] = spread[i] = 0.0
    failed = -1
    changed, change = plan[flow.CHANGED], plan[flow.CHANGE]
    for j in range(plan[flow.REACTIONS]):
        found = flow.rate(j, y, rates, flow.DIFFUSION)
        if not (0.0 <= found < math.inf or (deterministic[j] and math.isfinite(found))):
            if is_state or not found < 0.0:
                failed = j
            found = 0.0
        a[j] = found
        power = 0.0 if deterministic[j] else found
        for q in range(plan[plan[flow.CHANGES] + j], plan[plan[flow.CHANGES] + j + 1]):
            i, n = plan[changed + q], weights[change + q]
            slope[i] += n * found
            spread[i] += n * n * power
    return failed


@njit(nogil=True, error_model="numpy")
def longest(y, a, spread, plan, noise, loss, fastest, epsilon):
    """The longest step at a state, and the species that limits it: see ``engines.langevin``."""
    _, signed, least, start, index, weight, _, _ = noise
    h, limiting = epsilon / fastest[0], np.int64(fastest[1])
    for i in range(plan[flow.SPECIES]):
        loss[i] = 0.0
    for j in range(plan[flow.REACTIONS]):
        for q in range(start[j], start[j + 1]):
            loss[index[q]] += weight[q] * a[j]
    for i in range(plan[flow.SPECIES]):
        if not signed[i]:
            if loss[i] * h > epsilon * max(y[i], least[i]):
                h, limiting = epsilon * max(y[i], least[i]) / loss[i], i
            room = epsilon * max(y[i] * y[i], 1.0)
            if spread[i] * h > room:
                h, limiting = room / spread[i], i
    return h, limiting


@njit(nogil=True, error_model="numpy")
def shortened(y, trial, slope, slope_after, spread, plan, drifting, h, epsilon):
    """h, or less where Euler's step of the drift errs by more than epsilon^2 of the state and epsilon of the noise."""
    worst, limiting = 1.0, -1
    for i in range(plan[flow.SPECIES]):
        error = 0.5 * drifting * abs(slope_after[i] - slope[i])
        if error > worst * epsilon**2 * max(abs(y[i]), abs(trial[i])):
            allowed = epsilon * max(epsilon * max(abs(y[i]), abs(trial[i])), math.sqrt(spread[i] * h))
            if error > worst * allowed:
                worst, limiting = error / allowed, i
    if limiting < 0:
        return h, limiting
    return max(0.25 * h, h - 2.0 * drifting * (1.0 - 0.9 / math.sqrt(worst))), limiting


@njit(nogil=True, error_model="numpy")
def predict(y, h, slope, plan, signed, trial):
    """Euler's step h of the drift, as a guess."""
    for i in range(plan[flow.SPECIES]):
        trial[i] = y[i] + h * slope[i]
        if trial[i] < 0.0 and not signed[i]:
            trial[i] = 0.0


@njit(nogil=True, error_model="numpy")
def flow_on(h, rates, noise, scratch):
    """Heun's step h of the drift, from rates a and b. Where a species would be overdrawn, its consumers do less."""
    a, b, slope, slope_after, _, y, _, before, loss, _, _, _, _ = scratch
    deterministic, signed = noise[0], noise[1]
    plan, weights = rates[2], rates[3]
    species, reactions = plan[flow.SPECIES], plan[flow.REACTIONS]
    overdrawn = False
    for i in range(species):
        before[i] = y[i]
        y[i] += 0.5 * h * (slope[i] + slope_after[i])
        overdrawn |= y[i] < 0.0 and not signed[i]
    if not overdrawn:
        return
    changed, change = plan[flow.CHANGED], plan[flow.CHANGE]
    for i in range(species):
        y[i] = before[i]
        loss[i] = 0.0
    for j in range(reactions):
        for q in range(plan[plan[flow.CHANGES] + j], plan[plan[flow.CHANGES] + j + 1]):
            loss[plan[changed + q]] += max(-weights[change + q], 0.0) * 0.5 * h * (a[j] + b[j])
    for j in range(reactions):
        extent = 0.5 * h * (a[j] + b[j])
        if not deterministic[j]:
            part = 1.0
            for q in range(plan[plan[flow.CHANGES] + j], plan[plan[flow.CHANGES] + j + 1]):
                i = plan[changed + q]
                if weights[change + q] < 0.0 and not signed[i] and loss[i] > before[i]:
                    part = min(part, before[i] / loss[i])
            extent *= part
        for q in range(plan[plan[flow.CHANGES] + j], plan[plan[flow.CHANGES] + j + 1]):
            y[plan[changed + q]] += weights[change + q] * extent
    _no_rounding_below_zero(y, species, signed)


@njit(nogil=True, error_model="numpy")
def _no_rounding_below_zero(y, species, signed):
    """What was taken to the last bit leaves 0."""
    for i in range(species):
        if y[i] < 0.0 and not signed[i]:
            y[i] = 0.0


@njit(nogil=True, error_model="numpy")
def interval(t, t_end, rates, linear, noise, scratch, step, most, partner, members):
    """Advance y from t to t_end, which is recorded next; returns the time reached.

    step: epsilon, and the length of fixed steps (0: chosen). report: status; what failed or limited the last step;
    steps so far, at most ``most``; steps until the Jacobian is looked at again. partner, members: see
    ``coupled.accompany``, or None.
    """
    a, b, slope, slope_after, spread, y, trial, before, loss, generator, report, fastest, control = scratch
    epsilon, fixed = step
    plan, signed = rates[2], noise[1]
    g0, g1, g2, g3 = generator[0], generator[1], generator[2], generator[3]
    owed = 0.0  # half of the last step's drift, which is made together with that of the next
    limiting = -1
    while report[0] == FINISHED:
        left = t_end - t
        failed = evaluate(y, rates, noise, a, slope, spread, True)
        if left > 0.0:
            if fixed > 0.0:
                h = left / max(1.0, math.ceil(left / fixed - 1e-6))
            else:
                if report[3] == 0 and len(linear[2]) > 0:
                    look_at_jacobian(linear, fastest)
                    report[3] = FRESH
                h, limiting = longest(y, a, spread, plan, noise, loss, fastest, epsilon)
            if 2.0 * h > left:
                h = left if h >= left else 0.5 * left
        else:
            h = 0.0
        for attempt in range(ATTEMPTS):
            drifting = owed + 0.5 * h
            predict(y, drifting, slope, plan, signed, trial)
            failed = max(failed, evaluate(trial, rates, noise, b, slope_after, spread, False))
            if h == 0.0 or fixed > 0.0 or attempt == ATTEMPTS - 1:
                break
            shorter, cause = shortened(y, trial, slope, slope_after, spread, plan, drifting, h, epsilon)
            bound, other = longest(trial, b, spread, plan, noise, loss, fastest, epsilon)
            if bound < shorter:
                shorter, cause = bound, other
            if shorter > 0.7 * h:
                break
            h, limiting = shorter, cause
        if failed >= 0:
            report[0], report[1] = NEGATIVE, failed
            break
        flow_on(drifting, rates, noise, scratch)
        if h == 0.0:
            break
        g0, g1, g2, g3 = shake(
            h, b, spread, noise[6], noise[7], signed, rates[2], rates[3], y, before, a, partner, g0, g1, g2, g3
        )  # a is not needed any more
        if partner is not None:
            accompany(h, b, rates, partner, members, report)
        owed = 0.5 * h
        if limiting >= 0:
            report[1] = limiting
        report[2] += 1
        report[3] -= 1
        if not t + h > t:
            report[0] = STEP_TOO_SMALL
        elif report[2] > most:
            report[0] = TOO_MANY_STEPS
        elif report[2] % BURST == 0 and control[0] != 0:
            report[0] = STOPPED
        t = t_end if h == left else t + h
    generator[0], generator[1], generator[2], generator[3] = g0, g1, g2, g3
    return t


@njit(nogil=True, error_model="numpy")
def look_at_jacobian(linear, fastest):
    """The fastest relaxation, in 1/s, of a charge or variable, and which one it is."""
    y, rates, species, diagonal, values = linear
    flow.jacobian(y, rates, values)
    fastest[0], fastest[1] = SLOWEST, 0.0
    for k in range(len(diagonal)):
        if abs(values[diagonal[k]]) > fastest[0]:
            fastest[0], fastest[1] = abs(values[diagonal[k]]), float(species[k])


@njit(cache=True, nogil=True, error_model="numpy")
def trajectories(
    rates, linear, noise, scratch, start, segments, seeds, grid, recorded, results, step, most, control, beside
):
    """Run one trajectory per row of ``seeds``; the state at ``grid`` goes to recorded[trajectory, time, :].

    rates, linear and scratch (but for control) as above, as arrays; their weights, and scratch, are this call's own.
    start: y and the time. segments: ends in s, coefficients of both networks' reactions, the slots that inputs hold and
    their values. seeds: (n, 4) words. results: steps, status and failed, (n,), and (n, 1 + slot) the time and state
    that were reached. step: epsilon and the length of fixed steps. most: steps. control: [stop?, grid points passed].
    """
    coefficient, mean_field = rates[3], linear[1][3]
    a, y, trial = scratch[0], scratch[5], scratch[6]
    generator, report, fastest = scratch[9], scratch[10], scratch[11]
    rates, linear, noise, scratch = pointers(rates), borrowed(linear), pointers(noise), pointers((*scratch, control))
    y_start, t_start = start
    partner = members = None
    if beside is not None:
        partner, members = pointers(beside[0]), borrowed(beside[1])
        own, exact_start, exact_seeds, exact = beside[0], beside[2], beside[3], beside[4]
    ends, coefficients, mean_field_coefficients, held, held_values = segments
    steps, status, failed, last = results
    copy(y_start, trial)
    for n in range(len(seeds)):
        copy(y_start, y)
        copy(seeds[n], generator)
        report[0] = report[1] = report[2] = 0
        fastest[0] = SLOWEST
        if beside is not None:
            begin(exact_start, exact_seeds[n], own.y, members, own.watched, own.generator, report)
        t, row = t_start, 0
        for k in range(len(ends)):
            copy(coefficients[k], coefficient)
            copy(mean_field_coefficients[k], mean_field)
            report[3] = 0
            hold(y, held, held_values[k])
            hold(trial, held, held_values[k])
            if beside is not None:
                hold(own.y, held, held_values[k])
                look(partner, rates, report)
            until = len(grid)
            if k < len(ends) - 1:
                until = np.searchsorted(grid, ends[k])
            while report[0] == FINISHED and (t < ends[k] or row < until):
                to = grid[row] if row < until else ends[k]
                if to > t:
                    t = interval(t, to, rates, linear, noise, scratch, step, most, partner, members)
                if report[0] == FINISHED and row < until and grid[row] == to:
                    flow.complete(y, rates, flow.DIFFUSION)
                    copy(y, recorded[n, row])
                    if beside is not None:
                        copy(own.y, exact[n, row])
                    row += 1
                    control[1] += 1
                if control[0] != 0:
                    report[0] = STOPPED
            if report[0] != FINISHED:
                break
        active = 0.0
        for j in range(len(a)):
            active += abs(a[j])
        if report[0] == FINISHED and active == 0.0:
            report[0] = EXTINCT
        finish(t, y, row, recorded[n], last[n])
        steps[n], status[n], failed[n] = report[2], report[0], report[1]
        if report[0] == STOPPED:
            status[n:] = STOPPED
            return
