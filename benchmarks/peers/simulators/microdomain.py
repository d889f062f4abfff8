"""This project, through its front door; its ODE as a prepared run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.peers.case import OMEGA_PER_FL, Case, side
from benchmarks.peers.sbml import sbml

if TYPE_CHECKING:  # it loads microdomain, which the cold start of a peer must not contain
    from benchmarks.peers.problems import Problem


class Microdomain:
    """This project's Gillespie engine, through its front door."""

    label = "microdomain"
    engine: Any = "gillespie"

    def __init__(self, case: Case) -> None:
        import microdomain as md

        self.simulate = md.simulate
        if case.name == "ip3-microdomain":
            self.model = md.models.ip3_microdomain(ip3="0.2 uM")
        elif any(isinstance(reaction.rate, str) for reaction in case.reactions):
            self.model = md.read_sbml(sbml(case, counted=False))
        else:
            self.model = md.Model(case.name)
            cell = self.model.compartment("cell", volume=1 / OMEGA_PER_FL)  # one molecule is 1 uM
            for name, count in case.initial.items():
                self.model.species(name, cell, count=count)
            for reactants, products, rate in case.reactions:
                self.model.reaction(f"{side(reactants)} -> {side(products)}", k=rate)
        self.species = list(case.initial)

    def run(self, end: float, points: int, trajectories: int, seed: int) -> tuple[np.ndarray, int | None]:
        data = self.simulate(
            self.model, np.linspace(0, end, points),
            engine=self.engine, trajectories=trajectories, seed=seed, workers=1,
        )  # fmt: skip
        return self._in_order(data), int(data["events"].sum())

    def _in_order(self, data: Any) -> np.ndarray:
        """Counts in the order of the case; of the microdomain, open channels as three subunits of one channel."""
        names = {str(name): i for i, name in enumerate(data["species"].values)}
        counts = data["counts"].values
        if f"{self.species[0]}.cell" in names:
            order = [names[f"{species}.cell"] for species in self.species]
            return counts if order == sorted(order) else counts[..., order]
        ordered = np.zeros((*counts.shape[:2], len(self.species)))
        for i, name in enumerate(("Ca.cytosol", "Ca.er", "SERCA.free", "SERCA.bound")):
            ordered[..., i] = counts[..., names[name]]
        ordered[..., self.species.index("c0s110")] = 3 * (data["quantity"].values[..., 0] > 0)
        return ordered


class MicrodomainLeaping(Microdomain):
    """Tau-leaping, explicit or implicit as it chooses."""

    label = "microdomain tau-leaping"

    def tolerate(self, epsilon: float) -> None:
        import microdomain as md

        self.engine = md.TauLeaping(epsilon=epsilon)


class MicrodomainHybrid(Microdomain):
    """Jumps where molecules are few, flows where they are many."""

    label = "microdomain hybrid (flow)"

    def tolerate(self, rtol: float) -> None:
        import microdomain as md

        self.engine = md.Hybrid("jump or flow", rtol=rtol, atol=rtol)


class MicrodomainODE:
    """The default ODE engine; the dataset that `simulate` makes around it takes about 3 ms more."""

    label = "microdomain"

    def __init__(self, problem: Problem) -> None:
        self.problem, self.network, self.prepared = problem, problem.model.network(), dict[float, Any]()

    def solve(self, rtol: float) -> None:
        import microdomain as md

        if rtol not in self.prepared:
            engine = md.ODE(rtol=rtol, atol=rtol * self.problem.smallest)
            self.prepared[rtol] = engine.prepare(self.network, 0.0, self.problem.end)
        times = self.problem.times
        self.states = np.empty((1, len(times), self.network.first_quantity))
        self.prepared[rtol].trajectories(None, times, self.states, np.zeros(2, dtype=np.int64))

    def result(self) -> np.ndarray:
        return self.states[0, :, : len(self.network.species)]
