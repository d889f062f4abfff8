"""Networks of 10^2 to 10^6 reactions: hopping in a row and on a square lattice, and the EGFR network.

A small one, with reactions of order 0, 1 and 2 and a known law, shows whether a simulator means the same by them.
"""

from __future__ import annotations

import dataclasses
from collections import Counter

import numpy as np

import microdomain as md
from benchmarks.peers.case import Case, Reaction
from benchmarks.peers.problems import egfr_file
from benchmarks.peers.simulators.microdomain import Microdomain

PER_VOXEL = 10
"""Molecules in each voxel at the start; each hops to each neighbour once per second."""


def hopping(pairs: np.ndarray, name: str) -> Case:
    """Molecules that hop between pairs of voxels; the right mean is that of the start, everywhere."""
    voxels = int(pairs.max()) + 1
    reactions = [Reaction((f"A{a}",), (f"A{b}",), 1.0) for i, j in pairs.tolist() for a, b in ((i, j), (j, i))]
    initial = {f"A{i}": PER_VOXEL for i in range(voxels)}
    return Case(name, name, initial, reactions, 1.0, 2, 1, lambda counts: {}, 1.0)


def chain(reactions: int) -> Case:
    """Voxels in a row, two reactions for each pair of neighbours."""
    left = np.arange(reactions // 2)
    return hopping(np.stack([left, left + 1], axis=1), f"chain {reactions:,}")


def lattice(reactions: int) -> Case:
    """A square of voxels, about four reactions for each."""
    side = round((1 + (1 + reactions) ** 0.5) / 2)
    voxel = np.arange(side**2).reshape(side, side)
    across = np.stack([voxel[:, :-1].ravel(), voxel[:, 1:].ravel()], axis=1)
    down = np.stack([voxel[:-1].ravel(), voxel[1:].ravel()], axis=1)
    pairs = np.concatenate([across, down])
    return hopping(pairs[np.argsort(pairs[:, 0], kind="stable")], f"lattice {4 * side * (side - 1):,}")


def egfr() -> Case:
    """The EGFR network (Blinov et al. 2006), 356 species and 3749 reactions, from $MICRODOMAIN_SUITES.

    It starts as it is after 10 s: before, few species are there, and an event costs the less the shorter a run is.
    """
    file = egfr_file()
    if file is None:
        raise FileNotFoundError("MICRODOMAIN_SUITES does not say where the EGFR network is")
    network = md.read_bionetgen(file).network()
    first = network.values(0.0)
    names = [f"S{i}" for i in range(len(network.species))]
    reactions = []
    for j, k in enumerate(network.coefficients(first).tolist()):
        left = Counter({names[i]: int(n) for i, n in network.reactants.row(j)})
        right = Counter(left)
        right.update({names[i]: int(n) for i, n in network.changes.row(j)})
        reactions.append(Reaction(tuple(left.elements()), tuple(right.elements()), k))
    initial = {name: int(n) for name, n in zip(names, first, strict=False)}
    case = Case("EGFR 3,749", "EGFR", initial, reactions, 1.0, 2, 1, lambda counts: {}, 1.0)
    counts, _ = Microdomain(case).run(10.0, 2, 1, 1)
    return dataclasses.replace(case, initial=dict(zip(initial, counts[0, 1].astype(int).tolist(), strict=True)))


def three_orders() -> Case:
    """Births and deaths of A, dimers 2 B <-> C, and D + E <-> F: apart, each in detailed balance.

    Sampled every ten relaxation times or more, so that samples are as good as independent; bounds are 5 standard errors
    of a mean or a variance.
    """
    initial = {"A": 10, "B": 6, "C": 0, "D": 15, "E": 10, "F": 0}
    reactions = [
        Reaction((), ("A",), 10.0), Reaction(("A",), (), 1.0),
        Reaction(("B", "B"), ("C",), 0.2), Reaction(("C",), ("B", "B"), 1.0),
        Reaction(("D", "E"), ("F",), 0.1), Reaction(("F",), ("D", "E"), 1.0),
    ]  # fmt: skip
    number = np.arange(60.0)
    dimers, pairs = number[:4], number[:11]
    law = {
        "A": (number, _balance(np.full(60, 10.0), number)),
        "B": (6 - 2 * dimers, _balance(0.2 * (6 - 2 * dimers) * (5 - 2 * dimers), dimers)),
        "D": (15 - pairs, _balance(0.1 * (15 - pairs) * (10 - pairs), pairs)),
    }
    samples = 2000

    def check(counts: np.ndarray) -> dict[str, tuple[float, float, float]]:
        found = {}
        for species, (values, chance) in law.items():
            mine = counts[0, 1:, list(initial).index(species)]
            mean = values @ chance
            variance, fourth = ((values - mean) ** power @ chance for power in (2, 4))
            errors = 5 * np.sqrt(np.array([variance, fourth - variance**2]) / samples)
            for name, value, right, error in zip(
                ("mean", "var."), (mine.mean(), mine.var()), (mean, variance), errors, strict=True
            ):
                found[f"{name} {species}"] = (float(value), float(right - error), float(right + error))
        return found

    return Case("three orders", "orders 0, 1, 2", initial, reactions, 10.0 * samples, samples + 1, 1, check, 1.0)


def _balance(up: np.ndarray, down: np.ndarray) -> np.ndarray:
    """The stationary distribution of births and deaths at these rates in each state."""
    chance = np.cumprod(np.append(1.0, up[:-1] / down[1:]))
    return chance / chance.sum()
