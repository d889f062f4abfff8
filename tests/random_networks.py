"""Random models with a stable stationary state, the same for the same seed: open ones, and ones with conserved totals.

Whole numbers of molecules are drawn first, then reactions, then constants for which these numbers are stationary.
"""

from collections.abc import Iterator

import numpy as np

import microdomain as md
from mechanisms.units import MOLECULES_PER_UM_FL

NAMES = "ABCDEF"


@md.rate_law(r="uM", v_max="uM/s", k="uM", returns="uM/s")
def activated(r, v_max, k):
    return v_max * r**2 / (k**2 + r**2)


@md.rate_law(r="uM", v_max="uM/s", k="uM", returns="uM/s")
def repressed(r, v_max, k):
    return v_max * k**2 / (k**2 + r**2)


def random_network_model(seed: int) -> md.Model:
    """Two to six species of 1 to 1000 molecules in up to a femtolitre; every third seed is closed, every third holds a
    switch between two states of a molecule, every third is open.
    """
    rng = np.random.default_rng([seed, 1])
    return _first_stable(rng, f"random_{seed}", seed % 3, int(rng.integers(2, 7)), 1000)


def bounded_random_model(seed: int) -> md.Model:
    """The same with two species of up to 60 molecules, three of up to 8, or a switch that makes up to 100 of one."""
    rng = np.random.default_rng([seed, 2])
    kind = seed % 3
    species = 3 if kind == 1 else int(rng.integers(2, 4))
    return _first_stable(rng, f"bounded_{seed}", kind, species, 100 if kind == 1 else {2: 60, 3: 8}[species])


def _first_stable(rng: np.random.Generator, name: str, kind: int, species: int, most: int) -> md.Model:
    while True:
        counts = np.rint(np.exp(rng.uniform(0, np.log(most), species)))
        if kind == 1:
            counts[:2] = rng.integers(1, 4, 2)
        model = md.Model(name)
        volume = float(np.exp(rng.uniform(np.log(1e-3), 0)))
        cell = model.compartment("cell", volume)
        for letter, count in zip(NAMES, counts, strict=False):
            model.species(letter, cell, count=int(count))
        omega = volume * MOLECULES_PER_UM_FL
        for equation, arguments in (_closed if kind == 0 else _open)(rng, counts, omega, switch=kind == 1):
            model.reaction(equation, **arguments)
        if _is_stable(model):
            return model


def _is_stable(model: md.Model) -> bool:
    try:
        return bool(md.stationary_noise(model, lags=0, frequencies=0).variance_counts.min() > 0)
    except md.InstabilityError:
        return False


def _constant(rate: float, reactants: list[int], counts: np.ndarray, omega: float) -> float:
    """Of mass action in uM and s, for so many events per second in the mean field."""
    return float(rate / omega / np.prod(counts[reactants] / omega))


def _side(members: list[int]) -> str:
    return " + ".join(NAMES[i] for i in members) or "0"


def _pair(rng: np.random.Generator, species: int) -> tuple[list[int], list[int]]:
    """The two sides of a reaction: A and B, A + B and C, or 2 A and B."""
    a, b, *rest = (int(i) for i in rng.permutation(species))
    sides = [([a], [b]), ([a, a], [b]), *(([a, b], [c]) for c in rest[:1])]
    return sides[int(rng.integers(len(sides)))]


def _speed(rng: np.random.Generator, counts: np.ndarray, reactants: list[int]) -> float:
    """Events per second such that the scarcest reactant is turned over in 0.1 to 10 s."""
    return float(np.exp(rng.uniform(np.log(0.1), np.log(10))) * counts[reactants].min())


def _closed(rng: np.random.Generator, counts: np.ndarray, omega: float, switch: bool) -> Iterator[tuple[str, dict]]:
    """Reversible reactions in detailed balance, every species in one."""
    left = set(range(len(counts)))
    while left:
        one, other = _pair(rng, len(counts))
        left -= {*one, *other}
        rate = _speed(rng, counts, one + other)
        k, k_back = (_constant(rate, side, counts, omega) for side in (one, other))
        yield f"{_side(one)} <-> {_side(other)}", {"k": k, "k_back": k_back}


def _open(rng: np.random.Generator, counts: np.ndarray, omega: float, switch: bool) -> Iterator[tuple[str, dict]]:
    """Conversions, catalysis and Hill laws; births and deaths balance them. A switch is A <-> B, of which B makes C."""
    species = len(counts)
    free = list(range(2, species)) if switch else list(range(species))
    net = np.zeros(species)
    if switch:
        rate = _speed(rng, counts, [0, 1])
        for one, other in ((0, 1), (1, 0)):
            yield f"{NAMES[one]} -> {NAMES[other]}", {"k": rate / counts[one]}
        for i in free:
            rate = _speed(rng, counts, [i])
            net[i] += rate
            yield f"B -> B + {NAMES[i]}", {"k": rate / counts[1]}
    for _ in range(int(rng.integers(1, len(free) + 1)) if len(free) > 1 else 0):
        one, other = ([free[i] for i in side] for side in _pair(rng, len(free)))
        rate = _speed(rng, counts, one)
        np.add.at(net, one, -rate)
        np.add.at(net, other, rate)
        yield f"{_side(one)} -> {_side(other)}", {"k": _constant(rate, one, counts, omega)}
    if len(free) > 1 and rng.random() < 0.5:
        source, made = (free[i] for i in rng.permutation(len(free))[:2])
        rate, law = _speed(rng, counts, [made]), (activated, repressed)[int(rng.integers(2))]
        net[made] += rate
        k = counts[source] / omega * float(np.exp(rng.uniform(-1, 1)))
        at_target = law(counts[source] / omega, 1.0, k)
        yield f"0 -> {NAMES[made]}", {"law": law, "r": NAMES[source], "v_max": rate / omega / at_target, "k": k}
    for i in free:
        rate = _speed(rng, counts, [i])
        yield f"0 -> {NAMES[i]}", {"k": (rate + max(-net[i], 0.0)) / omega}
        yield f"{NAMES[i]} -> 0", {"k": (rate + max(net[i], 0.0)) / counts[i]}
