"""The ODE problems: Li-Rinzel, Vilar, Robertson, the IP3 microdomain and the EGFR network, and their solutions.

Each is a model that peers are given as SBML, in molecules (or, of Robertson and Li-Rinzel, in units of which one is a
"molecule"). The solution to compare with is scipy's LSODA at tight tolerances, of
this project's drift: that peers, who read the SBML by themselves, come as close shows that the drift is right.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

import microdomain as md
from benchmarks.peers.case import OMEGA_PER_FL, side
from benchmarks.peers.cases import vilar
from benchmarks.peers.ip3 import ip3_microdomain
from engines.views import Views

UNIT = 1 / OMEGA_PER_FL
"""fL, in which one molecule is 1 uM."""


@dataclass(frozen=True)
class Problem:
    """A model and the time until which it is solved; the absolute tolerance is the relative one x ``smallest``."""

    name: str
    model: md.Model
    end: float
    smallest: float

    @cached_property
    def times(self) -> np.ndarray:
        return np.linspace(0, self.end, 101)

    @cached_property
    def sbml(self) -> str:
        return md.write_sbml(self.model)

    @cached_property
    def ids(self) -> list[str]:
        """The species in the document, in the order of the network."""
        return re.findall(r'<species id="(\w+)"', self.sbml)

    def solution(self) -> np.ndarray:
        """Molecules (time, species), to about 10 digits."""
        from scipy.integrate import solve_ivp

        network = self.model.network()
        views = Views(network)
        first = network.values(0.0)[: len(network.species)]
        found = solve_ivp(
            lambda _, y: views.drift(y), (0, self.end), first, method="LSODA", t_eval=self.times,
            rtol=1e-12, atol=1e-12 * self.smallest, jac=lambda _, y: views.jacobian(y).toarray(),
        )  # fmt: skip
        return found.y.T


def problems() -> Iterator[Problem]:
    """The problems, EGFR only where MICRODOMAIN_SUITES says where to find it."""
    yield Problem("Li-Rinzel", li_rinzel(), 200, 1e-3)
    yield Problem("Vilar", mass_action("Vilar", vilar().initial, vilar().reactions), 400, 1e-2)
    robertson = [(("A",), ("B",), 0.04), (("B", "B"), ("B", "C"), 3e7), (("B", "C"), ("A", "C"), 1e4)]
    yield Problem("Robertson", mass_action("Robertson", {"A": 1.0, "B": 0.0, "C": 0.0}, robertson), 1e5, 1e-6)
    yield Problem("IP3 microdomain", microdomain(), 100, 1e-3)
    if file := egfr_file():
        yield Problem("EGFR", md.read_bionetgen(file), 120, 1e-2)


def egfr_file() -> Path | None:
    """The network of Blinov et al. 2006, 356 species and 3749 reactions; None without the suites."""
    folder = os.environ.get("MICRODOMAIN_SUITES")
    return next((Path(folder) / "networks").glob("*egfr*.net"), None) if folder else None


def mass_action(name: str, initial: dict[str, float], reactions: list) -> md.Model:
    """One compartment in which 1 uM is one molecule."""
    model = md.Model(name)
    cell = model.compartment("cell", UNIT)
    for species, value in initial.items():
        model.species(species, cell, float(value))
    for reactants, products, k in reactions:
        model.reaction(f"{side(reactants)} -> {side(products)}", k=k)
    return model


@md.rate_law(e="uM", c="uM", h="uM", v="1/s", m="1", d="uM", returns="uM/s")
def release(e, c, h, v, m, d):
    """v (m h c/(c+d))^3 e, for gates h counted in uM."""
    return v * (m * h * c / (c + d)) ** 3 * e


@md.rate_law(c="uM", v="uM/s", k="uM", returns="uM/s")
def uptake(c, v, k):
    """v c^2 / (k^2 + c^2)"""
    return v * c**2 / (k**2 + c**2)


def li_rinzel() -> md.Model:
    """The closed cell of Li & Rinzel 1994 at IP3 0.5 uM, a limit cycle; e = E / 0.185, h + hc = 1."""
    ip3, d1, d2, d3, d5, a2, ratio = 0.5, 0.13, 1.049, 0.9434, 0.08234, 0.2, 0.185
    model = md.Model("Li-Rinzel")
    cell = model.compartment("cell", UNIT)
    for species, value in {"C": 0.1, "E": 1.9, "H": 0.8, "Hc": 0.2}.items():
        model.species(species, cell, value)
    gate = {"c": "C", "h": "H", "m": ip3 / (ip3 + d1), "d": d5}
    model.reaction("E -> C", release, e="E", v=6.0, **gate)
    model.reaction("C -> E", release, e="C", v=6.0 * ratio, **gate)
    model.reaction("C -> E", uptake, c="C", v=0.9, k=0.1, name="SERCA")
    model.reaction("E <-> C", k=0.11, k_back=0.11 * ratio, name="leak")
    model.reaction("Hc -> H", k=a2 * d2 * (ip3 + d1) / (ip3 + d3))
    model.reaction("H + C -> Hc + C", k=a2)
    return model


@md.rate_law(n="uM", x="uM", v="1/s", most="uM", returns="uM/s")
def through_open(n, x, v, most):
    """v n f^3 (4 - 3 f), f = x / most: channels are open with three or four of four subunits, of ``most`` in all."""
    return v * n * (x / most) ** 3 * (4.0 - 3.0 * x / most)


def microdomain() -> md.Model:
    """The mean field of `md.models.ip3_microdomain`, of whose multimers SBML has no words: all subunits are alike."""
    case = ip3_microdomain()
    initial = {s: n for s, n in case.initial.items() if not re.match(r"c[1-4]", s)} | {"c0s000": 20}
    shared = [r for r in case.reactions if set(r.reactants) <= set(initial) and not isinstance(r.rate, str)]
    model = mass_action("IP3 microdomain", initial, shared)
    flow = {"x": "c0s110", "most": 20.0, "v": 6.0}
    model.reaction("ER -> Ca", through_open, n="ER", **flow, name="release")
    model.reaction("Ca -> ER", through_open, n="Ca", **flow | {"v": 6.0 * 0.185}, name="return")
    return model
