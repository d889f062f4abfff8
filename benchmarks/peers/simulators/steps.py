"""STEPS 5: Gillespie of mass action in one well-mixed compartment, by its first Python interface."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.case import Case

AVOGADRO = 6.02214076e23


class Steps:
    """Its direct method (Wmdirect), read at each output time."""

    label = "STEPS"

    def __init__(self, case: Case) -> None:
        import steps.API_1.geom as geometry
        import steps.API_1.model as chemistry
        import steps.API_1.rng as random
        import steps.API_1.solver as solver

        if any(isinstance(reaction.rate, str) for reaction in case.reactions):
            raise ValueError("given mass action alone")
        model = chemistry.Model()
        system = chemistry.Volsys("system", model)
        species = {name: chemistry.Spec(name, model) for name in case.initial}
        for number, (reactants, products, rate) in enumerate(case.reactions):
            left, right = ([species[name] for name in names] for names in (reactants, products))
            order = len(reactants)
            constant = rate * (AVOGADRO * 1e-15) ** (order - 1)  # per mole and liter, in 1 fL
            chemistry.Reac(f"r{number}", system, lhs=left, rhs=right, kcst=constant)
        geom = geometry.Geom()
        cell = geometry.Comp("cell", geom, vol=1e-18)
        cell.addVolsys("system")
        self.random, self.initial = random.create("mt19937", 512), case.initial
        self.solver = solver.Wmdirect(model, geom, self.random)

    def run(self, end: float, points: int, trajectories: int, seed: int) -> tuple[np.ndarray, int | None]:
        counts = np.empty((trajectories, points, len(self.initial)))
        self.random.initialize(seed)
        events = 0
        for trajectory in range(trajectories):
            self.solver.reset()
            for name, n in self.initial.items():
                self.solver.setCompSpecCount("cell", name, n)
            for point, t in enumerate(np.linspace(0, end, points)):
                self.solver.run(t)
                counts[trajectory, point] = [self.solver.getCompSpecCount("cell", name) for name in self.initial]
            events += int(self.solver.getNSteps())
        return counts, events
