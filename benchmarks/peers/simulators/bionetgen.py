"""BioNetGen's run_network: Gillespie of mass action."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.peers.case import Case


class BioNetGen:
    """BioNetGen's run_network, given the network as a file; each run starts it, and it says how many events it made."""

    label = "BioNetGen"

    def __init__(self, case: Case) -> None:
        from bionetgen.core.defaults import BNGDefaults

        if any(isinstance(reaction.rate, str) for reaction in case.reactions):
            raise ValueError("given mass action alone")
        self.program = Path(BNGDefaults().bng_path) / "bin" / "run_network"
        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name) / "case.net"
        self.file.write_text(_net(case))

    def run(self, end: float, points: int, trajectories: int, seed: int) -> tuple[np.ndarray, int | None]:
        counts, events = [], 0
        for trajectory in range(trajectories):
            steps = [repr(end / (points - 1)), str(points - 1)]
            call = [self.program, "-p", "ssa", "-h", str(1 + seed + trajectory), "--cdat", "1", "--fdat", "0"]
            call += ["-o", self.file.with_suffix(""), self.file, *steps]
            said = subprocess.run(call, check=True, capture_output=True, text=True).stdout
            events += int(re.search(r"TOTAL STEPS: (\d+)", said)[1])
            counts.append(np.loadtxt(self.file.with_suffix(".cdat"))[:, 1:])
        return np.stack(counts), events


def _net(case: Case) -> str:
    """A network as BioNetGen writes it; its rates are k n(n-1).. without a hidden factorial."""
    numbers = {name: str(i) for i, name in enumerate(case.initial, 1)}
    constants = {k: f"k{i}" for i, k in enumerate(dict.fromkeys(k for _, _, k in case.reactions))}

    def side(species: tuple[str, ...]) -> str:
        return ",".join(numbers[name] for name in species) or "0"

    sections = {
        "parameters": [f"{name} {k!r}" for k, name in constants.items()],
        "species": [f"{name}() {count}" for name, count in case.initial.items()],
        "reactions": [f"{side(r)} {side(p)} {constants[k]}" for r, p, k in case.reactions],
    }
    lines = []
    for section, rows in sections.items():
        lines += [f"begin {section}", *(f"{i} {row}" for i, row in enumerate(rows, 1)), f"end {section}"]
    return "\n".join([*lines, ""])
