"""Networks of 10^2 to 10^6 reactions: hopping in a row and on a square lattice, and the EGFR network."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from benchmarks.speed_models import Case, Reaction

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
    """The EGFR network (Blinov et al. 2006), 356 species and 3749 reactions, from $MICRODOMAIN_SUITES."""
    file = Path(os.environ["MICRODOMAIN_SUITES"]) / "networks" / "scimlbench_egfr_net.net"
    part: dict[str, list[list[str]]] = {}
    section = ""
    for line in file.read_text().splitlines():
        words = line.split("#")[0].split()
        if words[:1] == ["begin"]:
            section = words[1]
        elif words and words[0] != "end":
            part.setdefault(section, []).append(words)
    constants = {name: float(value) for _, name, value in part["parameters"]}

    def value(text: str) -> float:
        return float(np.prod([constants[x] if x in constants else float(x) for x in text.split("*")]))

    def side(text: str) -> tuple[str, ...]:
        return tuple(f"S{i}" for i in text.split(",") if i != "0")

    initial = {f"S{number}": int(value(count)) for number, _, count in part["species"]}
    reactions = [Reaction(side(left), side(right), value(k)) for _, left, right, k in part["reactions"]]
    return Case("EGFR 3,749", "EGFR", initial, reactions, 1.0, 2, 1, lambda counts: {}, 1.0)
