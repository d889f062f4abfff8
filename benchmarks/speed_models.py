"""The models of the speed benchmark, each as one list of reactions that every simulator is given.

A number as rate is the constant of counted mass action, k n(n-1).. events per second, with no hidden
factorial; a string is the rate itself, in events per second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.integrate import solve_ivp
from scipy.linalg import expm

OMEGA_PER_FL = 602.214076
FINE_SECONDS = 100


class Reaction(NamedTuple):
    reactants: tuple[str, ...]
    products: tuple[str, ...]
    rate: float | str


@dataclass(frozen=True)
class Case:
    """A model, how long it runs, and what a correct simulator must find.

    `check` maps counts of shape (trajectory, time, species) to {quantity: (found, lowest, highest)}; so does
    `fine_check`, for one more run, untimed, sampled every millisecond for `FINE_SECONDS`.
    """

    name: str
    title: str
    initial: dict[str, int]
    reactions: list[Reaction]
    end: float
    points: int
    trajectories: int
    check: Callable[[np.ndarray], dict[str, tuple[float, float, float]]]
    aim_over_peers: float
    unit: str = "events/s"
    fine_check: Callable[[np.ndarray], dict[str, tuple[float, float, float]]] | None = None
    peer_share: float = 1.0  # slow peers run this part of the time span


def immigration_death(scale: float = 1) -> Case:
    """0 -> A at 1000/s, A -> 0 at 1/s: Poisson with mean 1000, in equilibrium from the start."""
    end = max(2, round(10_000 * scale))

    def check(counts: np.ndarray) -> dict[str, tuple[float, float, float]]:
        samples = counts[:, 1:].size
        return {
            "mean": _around(counts[:, 1:].mean(), 1000, 0.16 / samples**0.5),
            "variance": _around(counts[:, 1:].var(), 1000, 7.1 / samples**0.5),
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

    def check(counts: np.ndarray) -> dict[str, tuple[float, float, float]]:
        spread = 6 * np.sqrt(exact / len(counts))
        found = counts[:, 1].mean(axis=0)
        return {f"{s}(10 s)": _around(found[i], exact[i], spread[i] / exact[i]) for i, s in enumerate("AB")}

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

    def check(counts: np.ndarray) -> dict[str, tuple[float, float, float]]:
        found = dict(zip(initial, counts.reshape(-1, len(initial)).mean(axis=0), strict=True))
        slack = 5 * 0.011 * (4000 / end / len(counts)) ** 0.5  # 1.1 % is the spread of a mean over 4000 h
        return {s: _around(found[s], mean, slack) for s, mean in means.items()}

    title = "Vilar oscillator, 16 reactions"
    return Case("vilar", title, initial, reactions, end, end + 1, 1, check, 2.5)


def ip3_microdomain(scale: float = 1) -> Case:
    """Five De Young-Keizer receptors of four subunits, five SERCA pumps and a leak; IP3 held at 0.2 uM.

    A subunit's state is (IP3, activating calcium, inhibitory calcium); a channel is open with three or four
    subunits in 110, which n(n-1)(n-2)(13-3n)/24 says exactly for n = 0..4.
    """
    omega, channels, ip3, ratio = OMEGA_PER_FL * 0.16572, 5, 0.2, 0.185
    a1, a2, a3, a4, a5 = 400.0, 0.2, 400.0, 0.2, 20.0
    b1, b2, b3, b5 = 52.0, 0.2098, 377.36, 1.6468
    b4 = a4 * (b1 / a1) * (b2 / a2) / (b3 / a3)
    release, leak = 6.0 / channels, 0.11
    pumping = 0.9 * omega / 10
    unbinding = 10 * pumping
    binding = (unbinding + pumping) / 0.1**2 / omega**2

    initial = {"Ca": 3, "ER": 200, "P": 5, "PCa2": 0}
    reactions = [
        Reaction(("Ca", "Ca", "P"), ("PCa2",), binding), Reaction(("PCa2",), ("Ca", "Ca", "P"), unbinding),
        Reaction(("PCa2",), ("ER", "ER", "P"), pumping),
        Reaction(("ER",), ("Ca",), leak), Reaction(("Ca",), ("ER",), ratio * leak),
    ]  # fmt: skip
    for channel in range(channels):
        subunit = {(i, j, k): f"c{channel}s{i}{j}{k}" for k in (0, 1) for j in (0, 1) for i in (0, 1)}
        initial |= {name: 4 if name.endswith("000") else 0 for name in subunit.values()}
        for (i, j, k), name in subunit.items():
            if i == 0:
                a, b = ((a1, b1), (a3, b3))[k]
                reactions += [Reaction((name,), (subunit[1, j, k],), a * ip3)]
                reactions += [Reaction((subunit[1, j, k],), (name,), b)]
            if j == 0:
                reactions += [Reaction((name, "Ca"), (subunit[i, 1, k],), a5 / omega)]
                reactions += [Reaction((subunit[i, 1, k],), (name, "Ca"), b5)]
            if k == 0:
                a, b = ((a4, b4), (a2, b2))[i]
                reactions += [Reaction((name, "Ca"), (subunit[i, j, 1],), a / omega)]
                reactions += [Reaction((subunit[i, j, 1],), (name, "Ca"), b)]
        n = subunit[1, 1, 0]
        is_open = f"{n}*({n}-1)*({n}-2)*(13-3*{n})/24"
        reactions += [Reaction(("ER",), ("Ca",), f"{release!r}*ER*{is_open}")]
        reactions += [Reaction(("Ca",), ("ER",), f"{ratio * release!r}*Ca*{is_open}")]
    end = round(3000 * scale)

    opening = [i for i, name in enumerate(initial) if name.endswith("s110")]

    # the expected values are those of the hand-written kernel over 300,000 s, and the bands five standard
    # deviations of such a mean over shorter times; 1 ms samples miss the shortest openings
    def check(counts: np.ndarray) -> dict[str, tuple[float, float, float]]:
        slack = 5 * (3000 / len(counts) / (counts.shape[1] - 1)) ** 0.5
        return {
            "any open": _around((counts[..., opening] >= 3).any(axis=-1).mean(), 0.1762, 0.056 * slack),
            "Ca (uM)": _around(counts[..., 0].mean() / omega, 0.1860, 0.033 * slack),
        }

    def fine_check(counts: np.ndarray) -> dict[str, tuple[float, float, float]]:
        is_open = (counts[0][:, opening] >= 3).any(axis=-1)
        openings = np.count_nonzero(is_open[1:] > is_open[:-1])
        return {
            "openings/s at 1 ms": _around(openings / FINE_SECONDS, 19.3, 0.8),
            "open time (ms)": _around(np.count_nonzero(is_open) / openings, 9.37, 0.24),
        }

    return Case("ip3-microdomain", "IP3 microdomain, 5 receptors", initial, reactions, end, end + 1, 1, check,
                2.5, fine_check=fine_check, peer_share=0.2)  # fmt: skip


def dimer_ensemble(scale: float = 1) -> Case:
    """2A <-> B with 0.01 n(n-1) and 0.2/s from 100 A: many short runs with 100 output points each."""
    pairs = np.arange(51)
    free = 100 - 2 * pairs
    generator = np.diag(0.01 * (free * (free - 1))[:-1], -1) + np.diag(0.2 * pairs[1:], 1)
    generator -= np.diag(generator.sum(axis=0))
    probability = expm(10 * generator)[:, 0]
    mean = free @ probability
    spread = np.sqrt(free**2 @ probability - mean**2)

    def check(counts: np.ndarray) -> dict[str, tuple[float, float, float]]:
        found = counts[:, -1, 0].mean()
        return {"A(10 s)": _around(found, mean, 5 * spread / mean / len(counts) ** 0.5)}

    return Case(
        "dimer-ensemble", "2A <-> B, short runs x 100 points", {"A": 100, "B": 0},
        [Reaction(("A", "A"), ("B",), 0.01), Reaction(("B",), ("A", "A"), 0.2)],
        10, 101, max(100, round(10_000 * scale)), check, 2.5, unit="trajectories/s",
    )  # fmt: skip


def _around(found: float, expected: float, slack: float) -> tuple[float, float, float]:
    return float(found), float(expected * (1 - slack)), float(expected * (1 + slack))


CASES = (immigration_death, dimerisation_decay, vilar, ip3_microdomain, dimer_ensemble)
