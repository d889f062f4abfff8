"""The stochastic models: mass action, saturating laws, a voltage, and ensembles of short runs."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from benchmarks.peers.case import Case, Checks, Reaction, around
from benchmarks.peers.ip3 import ip3_microdomain
from benchmarks.peers.stationary import Plane


def immigration_death(scale: float = 1) -> Case:
    """0 -> A at 1000/s, A -> 0 at 1/s: Poisson with mean 1000, in equilibrium from the start."""
    end = max(2, round(10_000 * scale))

    def check(counts: np.ndarray) -> Checks:
        samples = counts[:, 1:].size
        return {
            "mean": around(counts[:, 1:].mean(), 1000, 0.16 / samples**0.5),
            "variance": around(counts[:, 1:].var(), 1000, 7.1 / samples**0.5),
        }

    return Case(
        "immigration-death", "0 -> A -> 0, 1000 molecules", {"A": 1000},
        [Reaction((), ("A",), 1000.0), Reaction(("A",), (), 1.0)],
        end, end // 10 + 1, 1, check, 1.0,
    )  # fmt: skip


def dimerisation_decay(scale: float = 1) -> Case:
    """2A -> B with 1e-6 n(n-1), both decay at 0.1/s, from a million A until nothing is left."""

    def drift(_: float, y: np.ndarray) -> list[float]:
        pairing = 1e-6 * y[0] ** 2
        return [-2 * pairing - 0.1 * y[0], pairing - 0.1 * y[1]]

    exact = solve_ivp(drift, (0, 10), [1e6, 0], method="Radau", rtol=1e-9, atol=1e-6).y[:, -1]

    def check(counts: np.ndarray) -> Checks:
        spread = 6 * np.sqrt(exact / len(counts))
        found = counts[:, 1].mean(axis=0)
        return {f"{s}(10 s)": around(found[i], exact[i], spread[i] / exact[i]) for i, s in enumerate("AB")}

    return Case(
        "dimerisation-decay", "2A -> B, decay, 10^6 molecules", {"A": 1_000_000, "B": 0},
        [Reaction(("A", "A"), ("B",), 1e-6), Reaction(("A",), (), 0.1), Reaction(("B",), (), 0.1)],
        200, 21, max(1, round(20 * scale)), check, 1.0,
    )  # fmt: skip


def vilar(scale: float = 1) -> Case:
    """The genetic oscillator of Vilar, Kueh, Barkai & Leibler 2002 (time in hours)."""
    reactions = [
        Reaction(("Da", "A"), ("Dpa",), 1.0), Reaction(("Dpa",), ("Da", "A"), 50.0),
        Reaction(("Dr", "A"), ("Dpr",), 1.0), Reaction(("Dpr",), ("Dr", "A"), 100.0),
        Reaction(("Da",), ("Da", "Ma"), 50.0), Reaction(("Dpa",), ("Dpa", "Ma"), 500.0),
        Reaction(("Dr",), ("Dr", "Mr"), 0.01), Reaction(("Dpr",), ("Dpr", "Mr"), 50.0),
        Reaction(("Ma",), ("Ma", "A"), 50.0), Reaction(("Mr",), ("Mr", "R"), 5.0),
        Reaction(("A", "R"), ("C",), 2.0), Reaction(("C",), ("R",), 1.0),
        Reaction(("Ma",), (), 10.0), Reaction(("Mr",), (), 0.5),
        Reaction(("A",), (), 1.0), Reaction(("R",), (), 0.2),
    ]  # fmt: skip
    initial = dict.fromkeys(("Da", "Dr", "Dpa", "Dpr", "Ma", "Mr", "A", "R", "C"), 0) | {"Da": 1, "Dr": 1}
    end = round(4000 * scale)
    means = {"A": 221.1, "R": 533.6, "C": 550.8}  # the hand-written kernel over 10^6 hours

    def check(counts: np.ndarray) -> Checks:
        found = dict(zip(initial, counts.reshape(-1, len(initial)).mean(axis=0), strict=True))
        # 1.1 % is the spread of a mean over 4000 h; the burst at the start is worth 20 h of the mean of A
        hours = counts.shape[1] - 1
        slack = 5 * 0.011 * (4000 / len(counts) / hours) ** 0.5 + 20 / hours
        return {s: around(found[s], mean, slack) for s, mean in means.items()}

    title = "Vilar oscillator, 16 reactions"
    return Case("vilar", title, initial, reactions, end, end + 1, 1, check, 2.5)


@cache
def _gene_states() -> Plane:
    return Plane(
        (45, 400),
        ((1, 0), lambda m, p: 20.0 / (1.0 + (p / 100.0) ** 2)), ((-1, 0), lambda m, p: m),
        ((0, 1), lambda m, p: 10.0 * m), ((0, -1), lambda m, p: 150.0 * p / (50.0 + p)),
    )  # fmt: skip


def gene(scale: float = 1) -> Case:
    """A gene that its own protein represses, and a protease that saturates: a Hill law and one of Michaelis-Menten."""
    plane = _gene_states()
    reactions = [
        Reaction((), ("M",), "20.0/(1.0+(P/100.0)^2)"), Reaction(("M",), (), 1.0),
        Reaction(("M",), ("M", "P"), 10.0), Reaction(("P",), (), "150.0*P/(50.0+P)"),
    ]  # fmt: skip
    end = round(40_000 * scale)

    def check(counts: np.ndarray) -> Checks:
        return {f"mean {s}": plane.judge(counts[:, 1:, i], i) for i, s in enumerate("MP")}

    title = "self-repressing gene, Hill and Michaelis-Menten laws"
    return Case("gene", title, {"M": 10, "P": 100}, reactions, end, end + 1, 1, check, 2.5)


def voltage(scale: float = 1) -> Case:
    """Twenty channels that open and conduct by the voltage: it is -50 mV + 0.1 mV (Q - 200), for Q charges inside."""
    plane = Plane(
        (20, 600),
        ((1, 0), lambda o, q: (20 - o) * 10.0 * np.exp(0.01 * (q - 200.0))),
        ((-1, 0), lambda o, q: o * 10.0 * np.exp(-0.01 * (q - 200.0))),
        ((0, -1), lambda o, q: 20.0 * o * np.exp(0.004 * (q - 200.0))), ((0, 1), lambda o, q: 200.0 + 0.0 * q),
    )  # fmt: skip
    reactions = [
        Reaction(("C",), ("O",), "C*10.0*exp(0.01*Q-2.0)"), Reaction(("O",), ("C",), "O*10.0*exp(2.0-0.01*Q)"),
        Reaction(("O", "Q"), ("O",), "20.0*O*exp(0.004*Q-0.8)"), Reaction((), ("Q",), 200.0),
    ]  # fmt: skip
    end = round(20_000 * scale)

    def check(counts: np.ndarray) -> Checks:
        return {f"mean {s}": plane.judge(counts[:, 1:, 1 + i], i) for i, s in enumerate("OQ")}

    title = "20 channels whose gates and current depend on voltage"
    return Case("voltage", title, {"C": 10, "O": 10, "Q": 200}, reactions, end, end + 1, 1, check, 2.5)


def dimer_ensemble(scale: float = 1) -> Case:
    """2A <-> B with 0.01 n(n-1) and 0.2/s from 100 A: many short runs with 100 output points each."""
    pairs = np.arange(51)
    free = 100 - 2 * pairs
    generator = np.diag(0.01 * (free * (free - 1))[:-1], -1) + np.diag(0.2 * pairs[1:], 1)
    generator -= np.diag(generator.sum(axis=0))
    probability = expm(10 * generator)[:, 0]
    mean = free @ probability
    spread = np.sqrt(free**2 @ probability - mean**2)

    def check(counts: np.ndarray) -> Checks:
        found = counts[:, -1, 0].mean()
        return {"A(10 s)": around(found, mean, 5 * spread / mean / len(counts) ** 0.5)}

    return Case(
        "dimer-ensemble", "2A <-> B, short runs x 100 points", {"A": 100, "B": 0},
        [Reaction(("A", "A"), ("B",), 0.01), Reaction(("B",), ("A", "A"), 0.2)],
        10, 101, max(100, round(10_000 * scale)), check, 2.5, unit="trajectories/s",
    )  # fmt: skip


def gene_ensemble(scale: float = 1) -> Case:
    """The gene with its saturating laws, in short runs with 100 output points each."""
    long = gene()
    end = 2.0
    law = _gene_states().after(end, (10, 100))

    def check(counts: np.ndarray) -> Checks:
        return {f"{s}(2 s)": law.judge(counts[:, -1, i], i) for i, s in enumerate("MP")}

    return Case("gene-ensemble", "the same gene, short runs x 100 points", long.initial, long.reactions, end, 101,
                max(100, round(10_000 * scale)), check, 2.0, unit="trajectories/s")  # fmt: skip


CASES = (immigration_death, dimerisation_decay, vilar, ip3_microdomain, gene, voltage, dimer_ensemble, gene_ensemble)
