"""A network of 10^5 reactions in every engine: molecules that hop between 50,008 voxels in a row.

Molecules are independent, so the truth is that of one of them, which is k voxels away at the time t with probability
p_k = exp(-2 t) I_k(2 t): mean sum_j n_j p_ij, variance sum_j n_j p_ij (1 - p_ij). Voxels start with a pattern that
repeats every 8 and is mirrored at both ends: voxels of one phase have one law, and one trajectory is a sample of 6251.

Seeds are fixed, so a test passes always or never; its false-alarm probability is that of another seed. "Seen to fail"
names the faults that were put into a copy of the project, one at a time, and made the test fail.
"""

import dataclasses
from typing import Any

import numpy as np
import pytest
from scipy.special import ive

import microdomain as md
from mechanisms.network import Network
from tests.every_engine.readings import ENGINES, Moments
from tests.reference import ONE_PER_UM

PATTERN = np.array([15, 15, 5, 5, 5, 5, 15, 15])
"""Molecules in the voxels of one period."""
VOXELS = 50_008
PLACES = {"spine": 8, "near": 16_672, "far": 16_672, "soma": 16_656}
"""Voxels of each place, one behind the other."""
FEW, MANY = 1, 100
"""Times the pattern. Leaps pay, and diffusions do not meet an empty voxel, where there are many molecules."""
RUN: dict[str, tuple[Any, ...]] = {
    "ode": (FEW, 0.5, 1e-6, 0.0),
    "gillespie": (FEW, 0.5, 0.0, 0.0),
    "tau-leaping": (MANY, 0.06, 0.001, 0.01),
    "langevin": (FEW, 0.5, 0.002, 0.01),
    "hybrid: diffusion": (FEW, 0.5, 0.002, 0.01),
}
"""Molecules, seconds, and the relative bias that is allowed of mean and variance."""
WHOLE = ("gillespie", "tau-leaping")
READING = {"spine": "jump", "near": "leap", "far": "diffusion", "soma": "flow"}


@dataclasses.dataclass(frozen=True)
class Lowered:
    """What has a network already."""

    lowered: Network

    def network(self) -> Network:
        return self.lowered


@pytest.fixture(scope="module")
def chain() -> dict[int, Lowered]:
    """The chain with few and with many molecules."""
    model = md.Model("chain")
    places = [model.compartment(name, ONE_PER_UM) for name in PLACES]
    where = [place for place, voxels in zip(places, PLACES.values(), strict=True) for _ in range(voxels)]
    for i, place in enumerate(where):
        model.species(f"A{i}", place, count=int(PATTERN[i % 8]))
    for i in range(1, VOXELS):
        model.reaction(f"A{i - 1} <-> A{i}", k=1.0, k_back=1.0, at=where[i])
    network = model.network()
    assert len(network.reactions) > 100_000
    return {times: Lowered(dataclasses.replace(network, initial=times * network.initial)) for times in (FEW, MANY)}


def exact(times: int, t: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance (phase,) in the voxels of each phase."""
    away = np.arange(-30, 31)
    p = ive(away, 2 * t)
    start = times * PATTERN[(np.arange(8)[:, None] - away) % 8]
    return start @ p, start @ (p * (1 - p))


@pytest.mark.parametrize("engine", RUN)
def test_molecules_hop_independently(chain: dict[int, Lowered], engine: str) -> None:
    """Mean and variance in each phase, and not a molecule is lost.

    False alarm: 16 comparisons of 7e-6 for each. Seen to fail: a trial of the choice by groups that always fires; a
    rate that is not computed again at the destination of a hop; the second half of a leap a fifth too short; Langevin
    noise scaled by 1.1.
    """
    times, t, bias_of_mean, bias = RUN[engine]
    data = md.simulate(chain[times], [0.0, t], engine=ENGINES[engine], seed=1, workers=1)
    counts = data.counts.values[0, 1]
    assert counts.sum() == pytest.approx(times * 10 * VOXELS, rel=0.0 if engine in WHOLE else 1e-12)
    assert (counts % 1 == 0).all() == (engine in WHOLE)
    mean, variance = exact(times, t)
    found = Moments.of(counts.reshape(-1, 8))
    found.agree(mean, variance if engine != "ode" else 0.0, bias_of_mean * mean, bias * variance)


def test_all_readings_at_once(chain: dict[int, Lowered]) -> None:
    """Jumps, leaps, diffusions and flows side by side in one hybrid run of 0.01 s: each part has its own law.

    Voxels that jump or leap stay whole, those that flow have
    no variance (but for the period beside the noise). False alarm: 33 comparisons of 7e-6. Seen to fail: the noise of
    diffusions scaled by 1.1.
    """
    data = md.simulate(chain[MANY], [0.0, 0.01], engine=md.Hybrid(READING), seed=1, workers=1)
    counts = data.counts.values[0, 1]
    assert counts.sum() == pytest.approx(MANY * 10 * VOXELS, rel=1e-12)
    spine, near, far, soma = np.split(counts, np.cumsum(list(PLACES.values()))[:-1])
    assert (np.concatenate([spine, near[:-1]]) % 1 == 0).all()
    assert (far[1:] % 1 != 0).all()
    fired = 2 * MANY * 10 * (PLACES["spine"] + PLACES["near"]) * 0.01
    assert data.events.item() == pytest.approx(fired, rel=0.02)
    mean, variance = exact(MANY, 0.01)
    for part in (near, far):
        Moments.of(part.reshape(-1, 8)).agree(mean, variance, 0.001 * mean, 0.05 * variance)
    Moments.of(soma[8:].reshape(-1, 8)).agree(mean, 0.0, 1e-4 * mean, 1e-6)


TOO_LARGE = {
    "linear noise over time": (
        lambda model: md.linear_noise(model, [0, 1]),
        "50008 species, more than 400; .*engine='gillespie'",
    ),
    "linear noise at rest": (md.stationary_noise, "50008 species, more than 400; .*engine='gillespie'"),
    "master equation over time": (lambda model: md.master_equation(model, 1.0), "37 GB.*engine='gillespie'"),
    "master equation at rest": (md.stationary_distribution, "37 GB.*engine='gillespie'"),
    "first passage": (lambda model: md.first_passage(model, 1.0, "A0", at_least=20), "37 GB.*engine='gillespie'"),
}


@pytest.mark.parametrize("question", TOO_LARGE)
def test_what_needs_a_matrix_refuses_at_once(chain: dict[int, Lowered], question: str) -> None:
    """With the size that it would need and the engine that does without, before memory is taken."""
    ask, message = TOO_LARGE[question]
    with pytest.raises(md.RequestError, match=message):
        ask(chain[FEW])
