"""rebop, compiled Rust: Gillespie."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.case import Case


class Rebop:
    """rebop, compiled Rust; the time includes its labelled result."""

    label = "rebop"
    sparse: bool | None = None

    def __init__(self, case: Case) -> None:
        import rebop

        self.initial = case.initial
        self.model = rebop.Gillespie()
        for reactants, products, rate in case.reactions:
            self.model.add_reaction(rate, list(reactants), list(products))

    def run(self, end: float, points: int, trajectories: int, seed: int) -> tuple[np.ndarray, int | None]:
        counts = np.empty((trajectories, points, len(self.initial)))
        for trajectory, child in enumerate(np.random.SeedSequence(seed).spawn(trajectories)):
            self._one(counts[trajectory], end, points - 1, child)
        return counts, None

    def _one(self, counts: np.ndarray, end: float, steps: int, seed: np.random.SeedSequence) -> None:
        data = self.model.run(self.initial, end, steps, rng=seed, sparse=self.sparse)
        for column, name in enumerate(self.initial):
            counts[:, column] = data[name].values


class RebopSparse(Rebop):
    """rebop told to keep reactions sparse, which it does not choose by itself for the larger models here."""

    label = "rebop, sparse"
    sparse = True


class RebopCore(Rebop):
    """The compiled object inside rebop's class, without the labelled result: not public, but fastest."""

    label = "rebop, inner object"

    def _one(self, counts: np.ndarray, end: float, steps: int, seed: np.random.SeedSequence) -> None:
        core = self.model.gillespie
        core.set_init(self.initial)
        number = int(seed.generate_state(1, np.uint64)[0])
        _, values = core.run(end, steps, params={}, seed=number, sparse=self.sparse, var_names=None)
        for column, name in enumerate(self.initial):
            counts[:, column] = values[name]
