"""The readable truth: plain Python simulations of a network, and exact tools for small ones.

Nothing here is fast, and nothing shares code with the engines: a network is read as its docstring describes it.
"""

import math
from collections import Counter
from itertools import pairwise

import numpy as np
from scipy.linalg import expm
from scipy.stats import binom, chi2

import microdomain as md

ONE_PER_UM = 1.0 / 602.214076
"""The volume in fL in which 1 uM is one molecule, so that constants in uM are constants per molecule."""


def rates(network, y, counting):
    """The rate of each reaction in events/s at the state y (slot), where molecules are counted or in the mean field.

    Conducting complexes and derived quantities in y are recomputed, in place (conducting ones in the mean field only).
    """
    if not counting:
        for m, group in enumerate(network.multimers):
            x = y[network.species.index(group.watched)] / (group.count * group.subunits)
            y[len(network.species) + m] = group.count * binom.sf(group.needed - 1, group.subunits, x)
    for i in range(len(network.quantities)):
        y[network.first_quantity + i] = law(network, len(network.reactions) + i, y)
    found = []
    for j in range(len(network.reactions)):
        rate = network.rate_scale[j]
        missing = False
        for i, order in network.reactants.row(j):
            missing |= counting and y[i] < order
            if network.mass_action[j]:
                powers = not counting or network.clamped[i]
                rate *= y[i] ** order if powers else math.perm(int(y[i]), int(order))
        found.append(0.0 if missing else rate * law(network, j, y))
    return np.array(found)


def law(network, row, y):
    """The rate law of a reaction, or of a quantity behind the reactions, at y."""
    return network.laws[network.law[row]](*(y[slot] * scale for slot, scale in network.arguments.row(row)))


def gillespie(network, times, random):
    """Gillespie's direct method: (time, species and conducting complexes) in molecules at ``times``.

    The clock stops at the edges of inputs. Each complex is a list of the states of its subunits.
    """
    y = network.values(times[0])
    y[: len(network.species)] = np.round(y[: len(network.species)])
    complexes = [[[group.start] * group.subunits for _ in range(group.count)] for group in network.multimers]
    t, states = times[0], []
    stops = sorted({*times, *(float(edge) for edge in network.edges if times[0] < edge < times[-1])})
    for stop in stops:
        while True:
            for m, (group, members) in enumerate(zip(network.multimers, complexes, strict=True)):
                y[len(network.species) + m] = sum(one.count(group.watched) >= group.needed for one in members)
            rate = rates(network, y, counting=True)
            if rate.sum() > 0 and (wait := random.exponential(1 / rate.sum())) <= stop - t:
                t += wait
            else:
                break
            fire(network, int(random.choice(len(rate), p=rate / rate.sum())), y, complexes, random)
        t = stop
        y = network.values(t, y)
        if stop in times:
            states.append(y[: network.first_quantity].copy())
    return np.array(states)


def fire(network, j, y, complexes, random):
    """Change y by reaction j; a subunit that steps is picked uniformly among those in its state."""
    for i, n in network.changes.row(j):
        y[i] += n
    for group, members in zip(network.multimers, complexes, strict=True):
        step = {n: network.species[i] for i, n in network.changes.row(j) if network.species[i] in group.states}
        if step:
            candidates = [(c, s) for c, one in enumerate(members) for s in range(len(one)) if one[s] == step[-1.0]]
            c, s = candidates[random.integers(len(candidates))]
            members[c][s] = step[1.0]


def drift(network, y):
    """dn/dt of each species in molecules/s in the mean field."""
    slope = np.zeros(len(network.species))
    for j, rate in enumerate(rates(network, y, counting=False)):
        for i, n in network.changes.row(j):
            slope[i] += n * rate
    return slope


def mean_field(network, times, steps, order=4):
    """Euler (order 1) or Runge-Kutta (order 4), ``steps`` equal steps between times: (time, species) in molecules.

    Every edge of an input must be one of the times.
    """
    species = slice(len(network.species))
    y = network.values(times[0])
    states = [y[species].copy()]
    for start, end in pairwise(times):
        y = network.values(start, y)
        h = (end - start) / steps
        for _ in range(steps):
            k = [drift(network, y)]
            for weight in (0.5, 0.5, 1.0) if order == 4 else ():
                shifted = y.copy()
                shifted[species] += h * weight * k[-1]
                k.append(drift(network, shifted))
            y[species] += h * (k[0] if order == 1 else (k[0] + 2 * k[1] + 2 * k[2] + k[3]) / 6)
        states.append(network.values(end, y)[species].copy())
    return np.array(states)


def master_equation(network, times, largest=2000):
    """Every reachable state (state, species), and its probability at ``times`` (time, state), from the initial state.

    dP/dt = P G with the generator G, solved by the matrix exponential. Without inputs and multimers.
    """
    species = slice(len(network.species))
    y = network.values(times[0])
    first = tuple(round(n) for n in y[species])
    number, found, jumps = {first: 0}, [first], []
    for state in found:
        y[species] = state
        for j, rate in enumerate(rates(network, y, counting=True)):
            if rate > 0:
                target = list(state)
                for i, n in network.changes.row(j):
                    target[i] += int(n)
                if (reached := tuple(target)) not in number:
                    number[reached] = len(found)
                    found.append(reached)
                jumps.append((number[state], number[reached], rate))
        assert len(found) <= largest, "the state space is too large for this reference"
    generator = np.zeros((len(found), len(found)))
    for origin, target, rate in jumps:
        generator[origin, target] += rate
        generator[origin, origin] -= rate
    return np.array(found), np.array([expm(generator * (t - times[0]))[0] for t in times])


def chi_square(observed, probability, least=10.0):
    """The p-value of observed whole numbers against the probabilities of 0, 1, 2, ...; what they lack to 1 is the tail.

    Neighbouring numbers share a bin until each bin expects ``least``. 0 where something impossible was observed.
    """
    observed = np.asarray(observed, dtype=int)
    probability = np.append(np.clip(probability, 0.0, 1.0), max(0.0, 1.0 - np.sum(probability)))
    expected = probability * len(observed)
    counted = np.bincount(np.minimum(observed, len(expected) - 1), minlength=len(expected))
    if counted[expected < 1e-9 * len(observed)].any():
        return 0.0
    return pooled(counted, expected, least)


def pooled(counted, expected, least=10.0):
    """The p-value of counted against expected events in bins that are pooled, left to right, to expect ``least``."""
    bins, seen, awaited = [], 0.0, 0.0
    for o, e in zip(counted, expected, strict=True):
        seen, awaited = seen + o, awaited + e
        if awaited >= least:
            bins.append([seen, awaited])
            seen = awaited = 0.0
    bins[-1][0] += seen
    bins[-1][1] += awaited
    assert len(bins) > 1, "all in one bin: more trajectories are needed"
    return float(chi2.sf(sum((o - e) ** 2 / e for o, e in bins), len(bins) - 1))


def two_samples(first, second, least=20.0):
    """The p-value of one distribution of whole numbers behind two samples, by chi-square with pooled bins."""
    both = [Counter(np.asarray(sample, dtype=int).tolist()) for sample in (first, second)]
    n, m = len(first), len(second)
    bins, a, b = [], 0, 0
    for value in sorted({*both[0], *both[1]}):
        a, b = a + both[0][value], b + both[1][value]
        if a + b >= least:
            bins.append([a, b])
            a = b = 0
    bins[-1] = [bins[-1][0] + a, bins[-1][1] + b]
    assert len(bins) > 1, "all in one bin: more trajectories are needed"
    statistic = sum((math.sqrt(m / n) * a - math.sqrt(n / m) * b) ** 2 / (a + b) for a, b in bins)
    return float(chi2.sf(statistic, len(bins) - 1))


def closed(name, counts, *reactions, volume=ONE_PER_UM):
    """A model of one compartment: initial counts by species, and (equation, k[, k_back]) in uM and s."""
    model = md.Model(name)
    place = model.compartment("cell", volume)
    for species, count in counts.items():
        model.species(species, place, count=count)
    for equation, *k in reactions:
        model.reaction(equation, **dict(zip(("k", "k_back"), k, strict=False)))
    return model
