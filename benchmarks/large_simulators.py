"""The simulators that are measured on large networks alone: of mass action, with constants that are numbers."""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.sbml import SBMLReaction, sbml
from benchmarks.speed_models import Case
from benchmarks.speed_simulators import falling


class Copasi:
    """COPASI's next-reaction method: each run makes its graph of dependencies again, in ``set_up`` seconds."""

    label = "COPASI"

    def __init__(self, case: Case) -> None:
        import basico
        import COPASI

        # a square that is mass action means n(n-1) to its stochastic methods
        laws = [SBMLReaction(r, p, "*".join(("k", *r)), {"k": k}) for r, p, k in case.reactions]
        self.model = basico.load_model_from_string(sbml(case.initial, laws))
        self.task = self.model.getTask("Time-Course")
        self.task.setMethodType(COPASI.CTaskEnum.Method_stochastic)
        self.options = self.task.getMethod()
        self.options.getParameter("Max Internal Steps").setIntValue(2**31 - 1)
        self.options.getParameter("Use Random Seed").setBoolValue(True)
        self.no_output = COPASI.CCopasiTask.NO_OUTPUT
        found = {species.getSBMLId(): species for species in self.model.getModel().getMetabolites()}
        self.species = [found[name] for name in case.initial]

    def run(self, end: float, points: int, trajectories: int, seed: int) -> tuple[np.ndarray, int | None]:
        counts = np.empty((trajectories, points, len(self.species)))
        times = np.linspace(0, end, points)
        self.set_up = 0.0
        for trajectory in range(trajectories):
            start = time.perf_counter()
            self.options.getParameter("Random Seed").setIntValue(seed + trajectory)
            self.task.initializeRaw(self.no_output)
            self.task.processStart(True)
            self.set_up += time.perf_counter() - start
            for point, t in enumerate(times):
                if not self.task.processStep(t):
                    raise RuntimeError(f"COPASI stopped before {t} s")
                self.model.getModel().getMathContainer().pushState()
                counts[trajectory, point] = [species.getValue() for species in self.species]
        return counts, None


class BioNetGen:
    """BioNetGen's run_network, given the network as a file; each run starts it, and it says how many events it made."""

    label = "BioNetGen"

    def __init__(self, case: Case) -> None:
        from bionetgen.core.defaults import BNGDefaults

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


class RoadRunner:
    """libRoadRunner's gillespie integrator, compiled by LLJIT: as fast as by its default, in an eighth of the time."""

    label = "libRoadRunner"

    def __init__(self, case: Case) -> None:
        import roadrunner

        roadrunner.Config.setValue(roadrunner.Config.LLVM_BACKEND, roadrunner.Config.LLJIT)
        laws = [SBMLReaction(r, p, "*".join(("k", *falling(r))), {"k": k}) for r, p, k in case.reactions]
        self.model = roadrunner.RoadRunner(sbml(case.initial, laws))
        self.model.setIntegrator("gillespie")
        self.model.integrator.variable_step_size = False
        self.model.timeCourseSelections = list(case.initial)

    def run(self, end: float, points: int, trajectories: int, seed: int) -> tuple[np.ndarray, int | None]:
        self.model.integrator.seed = seed
        counts = []
        for _ in range(trajectories):
            self.model.reset()
            counts.append(np.array(self.model.simulate(0, end, points)))
        return np.stack(counts), None


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
